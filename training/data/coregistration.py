"""Coregistration finds by how much a DEM lies beside another one of the same ground: Nuth and Kääb (2011), as xdem has it.

What is wrong with a coarse DEM is to be learned, where it lies is not: a shift by a pixel shows on every slope as an error that no network
could foresee.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import rasterio
import xdem  # type: ignore[import-untyped]
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS

from backend.grid import Grid, transform_points
from backend.resample import Read
from training.data.level import rising
from training.data.sampling import moved, sampled
from training.errors import DataError
from training.metrics import nmad

FARTHEST = 3.0
"""Coarse pixels. What is farther away is another place, another CRS or a mistake."""
FEWEST = 1000
"""Coarse pixels that both DEMs know: fewer do not tell a shift from their own errors."""
HIGHEST = 150.0
"""Metres. Geoids lie up to 107 m from the ellipsoid; what is higher is another unit or another place."""


@dataclass(frozen=True)
class Shift:
    """What to move a DEM by: `east`, `north`, `up`, metres on the ground. `nmad_before`, `nmad_after`: of its differences, metres."""

    east: float
    north: float
    up: float
    nmad_before: float
    nmad_after: float

    def to_dict(self) -> dict[str, float]:
        """Millimetres are enough."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


def find_shift(fine: Grid, read_fine: Read, coarse: Grid, read_coarse: Read) -> Shift:
    """The shift that lays a coarse DEM onto a fine one. `read_*` read windows of the two as `Sampler.sample` wants them.

    Both are compared on squares as large as a coarse pixel, in a map of their own with true metres, the fine one averaged: so neither the
    detail that the coarse one lacks nor pixels in degrees count as a shift. Where a move does not make the differences smaller, only the
    offset is taken away. Raises DataError where too little ground is common to both, or
    the shift is larger than FARTHEST coarse pixels or HIGHEST.
    """
    pixel = coarse.pixel_size_at(fine)
    grid = _metric(fine, pixel)
    reference, there = sampled(grid, fine, read_fine), sampled(grid, coarse, read_coarse)
    reference[~rising(reference)] = np.nan
    common = int((np.isfinite(reference) & np.isfinite(there)).sum())
    if common < FEWEST:
        raise DataError(
            f"the two DEMs have {common} coarse pixels in common; a shift cannot be told from fewer than {FEWEST}",
            "Give larger rasters, or remove coregister.",
        )
    method = xdem.coreg.NuthKaab()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        method.fit(reference, there, transform=grid.transform, crs=rasterio.CRS.from_wkt(grid.crs), random_state=0)
    found = method.meta["outputs"]["affine"]
    east, north, up = (float(found[f"shift_{axis}"]) for axis in "xyz")
    if not abs(up) <= HIGHEST:
        raise DataError(
            f"the coarse DEM would have to be moved {up:+.1f} m up, and no two vertical datums are more than {HIGHEST:g} m apart",
            "Check the units of both: say that of heights in feet, e.g. with gdal_edit.py -units ft.",
        )
    if not math.hypot(east, north) <= FARTHEST * pixel:
        raise DataError(
            f"the coarse DEM would have to be moved {east:.1f} m east and {north:.1f} m north, "
            f"more than {FARTHEST:g} of its pixels of {pixel:.1f} m",
            "Check its CRS and that both show the same ground.",
        )
    before = _spread(there - reference)
    after = _spread(sampled(grid, moved(coarse, east, north, fine), read_coarse) - reference)
    if after < before:
        return Shift(east, north, up, before, after)
    return Shift(0.0, 0.0, -float(np.nanmedian(there - reference)), before, before)


def _spread(differences: NDArray[np.float32]) -> float:
    return nmad(differences, np.isfinite(differences))


def _metric(area: Grid, pixel: float) -> Grid:
    """Squares of `pixel` metres over an area, on a transverse Mercator map whose centre is the area's."""
    x, y = area.transform @ (area.width / 2, area.height / 2)
    longitude, latitude = transform_points(area.crs, CRS.from_epsg(4326).to_wkt(), np.array([x]), np.array([y]))
    place: dict[str, Any] = {"proj": "tmerc", "lat_0": float(latitude[0]), "lon_0": float(longitude[0]), "ellps": "WGS84", "units": "m"}
    crs = CRS.from_dict(place).to_wkt()
    left, bottom, right, top = area.bounds(crs)
    return Grid(crs, Affine(pixel, 0, left, 0, -pixel, top), math.ceil((right - left) / pixel), math.ceil((top - bottom) / pixel))
