"""What pictures are made of: a DEM averaged to a few hundred pixels."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from backend.elevation import Elevation
from backend.grid import Grid
from backend.windows import Window

EDGE = 420
"""Pixels of the longer side, at most."""
_ROWS = 64
"""Rows that are averaged at once."""


def factor(grid: Grid) -> int:
    """How many pixels across go into one of a picture."""
    return max(1, math.ceil(max(grid.width, grid.height) / EDGE))


def small(elevation: Elevation, grid: Grid) -> NDArray[np.float64]:
    """A DEM on the small `grid` that `elevation` is read on, metres, NaN where it is unknown."""
    strips = []
    for row in range(0, grid.height, _ROWS):
        values, known = elevation.read(Window(0, row, grid.width, min(_ROWS, grid.height - row)), 4)
        strips.append(np.where(known, values, np.nan))
    return np.concatenate(strips).astype(np.float64)
