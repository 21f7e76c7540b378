"""What SIRAN calls the bands of the rasters that it makes: a user who names one of them as a DEM is told."""

from __future__ import annotations

ELEVATION = "elevation"
UNCERTAINTY = "expected error of the elevation, 1 standard deviation"
DIFFERENCE = "elevation minus cubic resampling of the input"
ERROR = "elevation error: tested minus reference"
NO_HEIGHTS = frozenset((UNCERTAINTY, DIFFERENCE, ERROR))
