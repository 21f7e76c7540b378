"""Sampling brings a DEM onto a grid, strip by strip: a raster may be larger than what its computations would take of the memory at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from backend.grid import Grid, ground_edges
from backend.resample import Read, Sampler
from backend.windows import Window

PIXELS = 2**22
"""Of a strip."""


def strips(grid: Grid) -> Iterator[Window]:
    """Windows that cover a grid from north to south, over its whole width."""
    height = max(1, PIXELS // grid.width)
    for row in range(0, grid.height, height):
        yield Window(0, row, grid.width, min(height, grid.height - row))


def sampled(grid: Grid, source: Grid, read: Read, reach: int = 0) -> NDArray[np.float32]:
    """A DEM on `grid` (H, W), NaN where it is unknown. `reach`: grid pixels over which gaps are filled for the cubic kernel's sake."""
    sampler = Sampler(source, grid)
    out = np.full((grid.height, grid.width), np.nan, np.float32)
    for window in strips(grid):
        values, known = sampler.sample(window, read, bands=1, reach=reach)
        out[window.row : window.row + window.height] = np.where(known, values[0], np.nan)
    return out


def moved(grid: Grid, east: float, north: float, near: Grid) -> Grid:
    """A grid moved by metres on the ground, as they are at the centre of another one."""
    across, down = ground_edges(grid.crs, grid.transform, *grid.place_of(near))
    cols, rows = np.linalg.solve(np.stack([across, down], axis=1), [east, north])
    return Grid(grid.crs, grid.transform @ Affine.translation(float(cols), float(rows)), grid.width, grid.height)
