"""The part of the DEM that lies under the output: how much of it has a height, and between which heights."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.elevation import Elevation
from backend.grid import Grid, apply, common_ground, transform_points
from backend.windows import Window, tiles

_EDGE = 1024
"""Pixels that are read at once."""


@dataclass(frozen=True)
class Part:
    """Of the DEM's own pixels in `window`, `count` of which lie under the output; heights in metres, NaN where no pixel has one."""

    window: Window
    count: int
    known: int
    lowest: float
    highest: float

    @property
    def unknown_share(self) -> float:
        """0..1."""
        return 1 - self.known / self.count if self.count else 1.0


def under(grid: Grid, elevation: Elevation, check: Callable[[], None]) -> Part:
    """Reads the part of `elevation` under `grid`, window by window; calls `check` before each. Around an output whose north is turned the
    window holds other ground, which need not be there to be read."""
    dem = elevation.raster.grid
    left, bottom, right, top = grid.bounds_beside(dem)
    cols, rows = apply(~dem.transform, np.array([left, right, left, right]), np.array([top, top, bottom, bottom]))
    first_col, last_col = _span(float(cols.min()), float(cols.max()), dem.width, endless=dem.round_the_earth)
    first_row, last_row = _span(float(rows.min()), float(rows.max()), dem.height)
    part = Window(first_col, first_row, last_col - first_col, last_row - first_row)
    count, known, lowest, highest = 0, 0, math.inf, -math.inf
    for tile in tiles(part.width, part.height, tile=_EDGE, halo=0, multiple=1):
        check()
        window = Window(part.col + tile.core.col, part.row + tile.core.row, tile.core.width, tile.core.height)
        metres, valid = elevation.read_beyond(window)
        beneath = _beneath(grid, dem, window)
        valid, count = valid & beneath, count + int(np.count_nonzero(beneath))
        if valid.any():
            known += int(valid.sum())
            lowest, highest = min(lowest, float(metres[0][valid].min())), max(highest, float(metres[0][valid].max()))
    return Part(part, count, known, lowest if known else math.nan, highest if known else math.nan)


def _beneath(grid: Grid, dem: Grid, window: Window) -> NDArray[np.bool_]:
    """Which pixels (height, width) of a window of the DEM reach under `grid`, taken for discs; all where that runs along the DEM's rows."""
    if grid.crs == dem.crs and not (grid.rotated or dem.rotated):
        return np.ones((window.height, window.width), np.bool_)
    rows, cols = np.mgrid[: window.height, : window.width] + 0.5
    x, y = transform_points(dem.crs, grid.crs, *apply(dem.transform, cols + window.col, rows + window.row), common_ground(grid, dem))
    across, down = apply(~grid.transform, grid.longitudes(x), y)
    reach = dem.pixel_size_at(grid) / grid.pixel_size / 2
    return np.asarray((across > -reach) & (across < grid.width + reach) & (down > -reach) & (down < grid.height + reach))


def _span(low: float, high: float, size: int, *, endless: bool = False) -> tuple[int, int]:
    """Whole pixels from `low` to `high` within 0..size, at least one; of an `endless` axis not more than all, wherever they are counted."""
    if endless and high - low < size:
        first = math.floor(low + 1e-6)
        return first, max(math.ceil(high - 1e-6), first + 1)
    first = min(max(math.floor(low + 1e-6), 0), size - 1)
    return first, max(min(math.ceil(high - 1e-6), size), first + 1)
