"""A pair is the reference and a DEM that is tested against it, both read in metres on the reference's grid.

The grid is the reference's own, counted from the north-west. The tested DEM comes onto it through backend/resample.py: cubic
convolution, or means over pixels where the tested DEM is the finer one; so no value depends on the windows. Heights are converted to
metres and otherwise left alone: vertical datums are not transformed.
"""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from backend.compare.mask import Mask
from backend.compare.statistics import View, wide
from backend.elevation import Elevation
from backend.errors import InputError
from backend.grid import Grid, ground_edges
from backend.grid import overlap as shared
from backend.rasters import Raster
from backend.resample import Sampler
from backend.vertical import unknown
from backend.windows import Window

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

BAND = 1
_REACH = 4
"""Pixels from which gaps are filled: as far as the cubic convolution of a known pixel reaches, and more."""
_NODES = 33
"""Rows at which the size of pixels on the ground is measured; linear in between."""


class Reference:
    """What is compared with, and the mask that says which of its pixels count."""

    def __init__(self, raster: Raster, mask: Mask) -> None:
        if raster.grid.rotated:
            raise InputError(
                "grid-invalid",
                f"{raster.role}, {raster.path}, lies on a rotated grid.",
                "Warp it first, e.g. with gdalwarp: errors are written on its grid.",
            )
        self.raster = raster
        self.mask = mask
        self.grid = raster.grid.north_up()
        self.elevation = _elevation(raster, self.grid)

    def view(self, core: Window) -> View:
        """A window with its margins."""
        window = wide(core)
        dem, known = self.elevation.read(window, _REACH)
        dx, dy = self.edges(window)
        return View(core, dem, known, self.mask.on(self.grid, window), dx, dy)

    def edges(self, window: Window) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Width and height of a pixel on the ground in each row of a window, metres: two (height, 1)."""
        rows = np.arange(window.row, window.row + window.height) + 0.5
        nodes, across, down = self._nodes
        return np.interp(rows, nodes, across)[:, None], np.interp(rows, nodes, down)[:, None]

    @cached_property
    def _nodes(self) -> tuple[NDArray[np.float64], list[float], list[float]]:
        grid = self.grid
        # Where the middle of an outermost row is a pole, it takes its size from the row beside it.
        top, bottom = (grid.height > 2 and not grid.has_area(grid.width / 2, row) for row in (0.5, grid.height - 0.5))
        nodes = np.linspace(0.5 + top, grid.height - 0.5 - bottom, _NODES)
        edges = [ground_edges(grid.crs, grid.transform, grid.width / 2, float(row)) for row in nodes]
        return nodes, [math.hypot(*across) for across, _ in edges], [math.hypot(*down) for _, down in edges]


class Tested:
    """A DEM on a grid, its coordinates moved by `x` and `y`, in the units of its CRS, and its heights by `up` metres."""

    def __init__(self, raster: Raster, grid: Grid, *, x: float = 0.0, y: float = 0.0, up: float = 0.0) -> None:
        self.raster = raster
        self.x, self.y, self.up = x, y, up
        self.elevation = _elevation(raster, grid)
        if x or y:
            self.elevation.sampler = Sampler(shifted(raster.grid, x, y), grid)

    def on(self, grid: Grid) -> Tested:
        """The same DEM, moved by the same, on another grid."""
        return Tested(self.raster, grid, x=self.x, y=self.y, up=self.up)

    def read(self, window: Window) -> tuple[Floats, Bools]:
        """Metres and known pixels, both (height, width). Those that are made up in part, at a gap or border, are not known: an error there
        would be the resampling's."""
        values, known = self.elevation.read(window, _REACH, whole=True)
        return values + np.float32(self.up), known


def shifted(grid: Grid, x: float, y: float) -> Grid:
    """A grid whose coordinates grow by `x` and `y`, in the units of its CRS."""
    return Grid(grid.crs, Affine.translation(x, y) @ grid.transform, grid.width, grid.height)


def coarser(grid: Grid, factor: int) -> Grid:
    """The same ground in pixels `factor` times as wide and high; the last ones may reach beyond it."""
    if factor == 1:
        return grid
    return Grid(grid.crs, grid.transform @ Affine.scale(factor), math.ceil(grid.width / factor), math.ceil(grid.height / factor))


def overlap(raster: Raster, reference: Grid) -> Grid:
    """The part of the reference's grid that a DEM's rectangle touches. Raises InputError where there is none."""
    part = shared(reference, raster.grid)
    if part is None:
        raise InputError(
            "no-overlap",
            f"{raster.role}, {raster.path}, and the reference do not overlap.",
            "Check the CRS of both; name DEMs of the same ground.",
        )
    return part


def _elevation(raster: Raster, grid: Grid) -> Elevation:
    raster.check_band(BAND, "The comparison")
    elevation = Elevation(raster, BAND, grid)
    if unknown(raster.units[BAND - 1], raster.crs):
        raise InputError(
            "unit-unknown",
            f"{raster.role}, {raster.path}, has heights in {elevation.unit!r}, a unit that is not known.",
            "Set the band's unit, e.g. with gdal_edit.py or QGIS, or convert the heights to metres.",
        )
    return elevation
