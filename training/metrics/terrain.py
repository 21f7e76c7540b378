"""Slope, aspect and curvature of whole DEMs (backend/metrics/terrain.py has those of inner pixels). Pixels need not be square, which
xdem refuses; on square ones it agrees."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.metrics import terrain as of_inner

Array = NDArray[np.float32] | NDArray[np.float64]

ASPECT_FROM = 5.0
"""Degrees. On flatter ground aspect is a matter of centimetres: with slopes 2° wrong in any direction, it is off by more than 20°."""
NO_ASPECT = 180 / math.sqrt(3)
"""Degrees: root mean square error of an aspect that is drawn at random."""


@dataclass(frozen=True)
class Terrain:
    """What a DEM says about the shape of the ground, each (H, W) float64.

    `slope` in degrees. `aspect`: the way down, degrees clockwise from north, 0 to 360, NaN where the ground is level. `curvature`: the
    Laplacian d²z/dx² + d²z/dy², 1/m times 100, above 0 in hollows.

    Why the Laplacian: it is linear in elevation and exists everywhere; profile and plan curvature divide by the squared gradient, and
    their errors are those of the flattest pixels.
    """

    slope: NDArray[np.float64]
    aspect: NDArray[np.float64]
    curvature: NDArray[np.float64]


def terrain(dem: Array, dx: float, dy: float) -> Terrain:
    """Slope, aspect and curvature of `dem` (H, W). The outermost pixels have their neighbours' slopes and curvature 0: don't judge them."""
    east, south = slopes(dem, dx, dy)
    # Downhill is where the gradient does not point: to the west of a rise towards the east.
    aspect = np.degrees(np.arctan2(-east, south)) % 360
    level = (east == 0) & (south == 0)
    curvature = np.pad(of_inner.curvature(dem, dx, dy), 1)
    return Terrain(of_inner.slope_degrees(east, south), np.where(level, np.nan, aspect), curvature)


def slopes(dem: Array, dx: float, dy: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rise over run towards east and south, central differences: two (H, W). The outermost pixels have their neighbours'."""
    east, south = (np.pad(values, 1, mode="edge") for values in of_inner.gradient(dem, dx, dy))
    return east, south


def slope_degrees(dem: Array, dx: float, dy: float) -> NDArray[np.float64]:
    """Slope in degrees, (H, W)."""
    return of_inner.slope_degrees(*slopes(dem, dx, dy))


def aspect_rmse(result: Terrain, reference: Terrain, where: NDArray[np.bool_]) -> float:
    """Root mean square of the angle between two aspects, 0 to 180 degrees, where the reference is steeper than ASPECT_FROM.

    Which pixels count depends on the reference alone, so that all results are judged on the same. Where a result is level and so has no
    aspect, it is charged with a random one's error: left out, it would pay to flatten slopes. NaN where no pixel is steep enough.
    """
    steep = where & (reference.slope > ASPECT_FROM)
    if not steep.any():
        return math.nan
    angle = (result.aspect[steep] - reference.aspect[steep] + 180) % 360 - 180
    return float(np.sqrt(np.mean(np.square(np.where(np.isnan(angle), NO_ASPECT, angle)))))
