"""What a report gathers of a run while its windows are made, and of the result before it is compressed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from backend.elevation import Elevation
from backend.errors import InputError
from backend.grid import Grid
from backend.report.change import Change
from backend.report.detail import Detail, Read, look
from backend.report.overview import Overview
from backend.report.part import Part, under
from backend.windows import Window


class Gathered:
    """Takes every window once with `add`, then, when all are written, `look`s at the place of the largest change."""

    def __init__(self, grid: Grid, elevation: Elevation) -> None:
        self.grid = grid
        self.change = Change()
        self.overview = Overview(grid)
        self.lowest, self.highest = np.inf, -np.inf
        """Of the result, metres."""
        self.part: Part | None = None
        self.detail: Detail | None = None
        self._elevation = elevation

    def add(self, window: Window, result: NDArray[np.float32], change: NDArray[np.float32], known: NDArray[np.bool_]) -> None:
        """A window of the result and of what it changed, both in the unit of the DEM's heights."""
        if not known.any():
            return
        factor = np.float32(self._elevation.metres)
        result, change = result * factor, change * factor
        heights = result[known]
        self.lowest, self.highest = min(self.lowest, float(heights.min())), max(self.highest, float(heights.max()))
        self.change.add(window, change, known)
        self.overview.add(window, result, change, known)

    def look(self, read: Read, halo: int, check: Callable[[], None]) -> None:
        """`read` reads a window of the result; `check` is called now and then, and may raise Cancelled."""
        self.part = under(self.grid, self._elevation, check)
        check()
        if self.change.count:
            # A square larger than a tile may reach to what no tile needed, as a mosaic's missing file; the run is done without it.
            with contextlib.suppress(InputError):
                self.detail = look(self.change.place, self.grid, read, self._elevation, halo)
