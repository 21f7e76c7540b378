"""The part of the DEM that lies under the output: how much of it has a height, and between which heights."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backend.elevation import Elevation
from backend.grid import Grid, apply
from backend.windows import Window, tiles

_EDGE = 1024
"""Pixels that are read at once."""


@dataclass(frozen=True)
class Part:
    """Of the DEM's own pixels; heights in metres, NaN where no pixel has one."""

    window: Window
    known: int
    lowest: float
    highest: float

    @property
    def unknown_share(self) -> float:
        """0..1."""
        return 1 - self.known / (self.window.width * self.window.height)


def under(grid: Grid, elevation: Elevation, check: Callable[[], None]) -> Part:
    """Reads the part of `elevation` under `grid`, window by window; calls `check` before each."""
    dem = elevation.raster.grid
    left, bottom, right, top = grid.bounds_beside(dem)
    cols, rows = apply(~dem.transform, np.array([left, right, left, right]), np.array([top, top, bottom, bottom]))
    first_col, last_col = _span(float(cols.min()), float(cols.max()), dem.width, endless=dem.round_the_earth)
    first_row, last_row = _span(float(rows.min()), float(rows.max()), dem.height)
    part = Window(first_col, first_row, last_col - first_col, last_row - first_row)
    known, lowest, highest = 0, math.inf, -math.inf
    for tile in tiles(part.width, part.height, tile=_EDGE, halo=0, multiple=1):
        check()
        core = tile.core
        metres, valid = elevation.read_metres(Window(part.col + core.col, part.row + core.row, core.width, core.height))
        if valid.any():
            known += int(valid.sum())
            lowest, highest = min(lowest, float(metres[0][valid].min())), max(highest, float(metres[0][valid].max()))
    return Part(part, known, lowest if known else math.nan, highest if known else math.nan)


def _span(low: float, high: float, size: int, *, endless: bool = False) -> tuple[int, int]:
    """Whole pixels from `low` to `high` within 0..size, at least one; of an `endless` axis not more than all, wherever they are counted."""
    if endless and high - low < size:
        first = math.floor(low + 1e-6)
        return first, max(math.ceil(high - 1e-6), first + 1)
    first = min(max(math.floor(low + 1e-6), 0), size - 1)
    return first, max(min(math.ceil(high - 1e-6), size), first + 1)
