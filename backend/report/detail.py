"""A detail is a square of the output, pixel by pixel, around the place of the largest change; profiles run through that place."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.elevation import Elevation
from backend.grid import Grid, ground_edges
from backend.windows import Window

EDGE = 600
"""Pixels of the square."""
REACH = 100
"""Pixels on each side of the place that a profile has, at most."""
_DIRECTIONS = {"Left to right": (1, 0), "Top to bottom": (0, 1), "Top left to bottom right": (1, 1)}
"""Columns and rows of a step. In a polar CRS columns run to no direction of the compass."""

Floats = NDArray[np.float64]
Read = Callable[[Window], tuple[NDArray[np.float32], NDArray[np.bool_]]]


@dataclass(frozen=True)
class Profile:
    """Heights along a line, metres, NaN where unknown; `along` are metres on the ground from the place of the largest change."""

    name: str
    along: Floats
    cubic: Floats
    result: Floats
    start: tuple[int, int]
    end: tuple[int, int]
    """Column and row of the first and the last pixel."""

    @property
    def largest(self) -> float:
        """The largest size of a change along it, metres."""
        change = np.abs(self.result - self.cubic)
        return float(np.nanmax(change)) if np.isfinite(change).any() else math.nan


@dataclass(frozen=True)
class Detail:
    """`cubic` and `result` cover `window`, metres, NaN where unknown."""

    window: Window
    cubic: Floats
    result: Floats
    profiles: list[Profile]


def look(place: tuple[int, int], grid: Grid, read: Read, elevation: Elevation, halo: int) -> Detail:
    """The detail around column and row `place`. `read` reads a window of the result, in the unit of the DEM's heights."""
    col, row = place
    width, height = min(EDGE, grid.width), min(EDGE, grid.height)
    window = Window(min(max(col - width // 2, 0), grid.width - width), min(max(row - height // 2, 0), grid.height - height), width, height)
    values, known = read(window)
    result = np.where(known, values.astype(np.float64) * elevation.metres, np.nan)
    cubic = np.where(known, elevation.read(window, halo)[0].astype(np.float64), np.nan)
    across, down = ground_edges(grid.crs, grid.transform, col + 0.5, row + 0.5)
    profiles = []
    for name, (right, below) in _DIRECTIONS.items():
        steps = np.arange(-REACH, REACH + 1)
        cols, rows = col + right * steps, row + below * steps
        inside = (cols >= 0) & (cols < grid.width) & (rows >= 0) & (rows < grid.height)
        steps, cols, rows = steps[inside], cols[inside], rows[inside]
        at = rows - window.row, cols - window.col
        step = right * across + below * down
        start, end = ((int(cols[end]), int(rows[end])) for end in (0, -1))
        profiles.append(Profile(name, steps.astype(np.float64) * math.hypot(step[0], step[1]), cubic[at], result[at], start, end))
    return Detail(window, cubic, result, profiles)
