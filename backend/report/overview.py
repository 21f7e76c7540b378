"""An overview is the whole output in a picture's few pixels, averaged while the windows are made: nothing is read again for it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from backend.grid import Grid
from backend.windows import Window

EDGE = 1000
"""Pixels of the longer side, at most."""


class Overview:
    """The result and cubic resampling, means over `factor` x `factor` pixels; takes every window once, in any order."""

    def __init__(self, grid: Grid) -> None:
        self.factor = max(1, math.ceil(max(grid.width, grid.height) / EDGE))
        shape = (-(-grid.height // self.factor), -(-grid.width // self.factor))
        self._counts = np.zeros(shape)
        self._result, self._cubic = np.zeros(shape), np.zeros(shape)

    def add(self, window: Window, result: NDArray[np.float32], change: NDArray[np.float32], known: NDArray[np.bool_]) -> None:
        """A window of the result and what it changed, metres."""
        rows, row_starts = _groups(window.row, window.height, self.factor)
        cols, col_starts = _groups(window.col, window.width, self.factor)

        def sums(values: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.asarray(np.add.reduceat(np.add.reduceat(values, row_starts, axis=0), col_starts, axis=1))

        elevation = np.where(known, result, 0.0).astype(np.float64)
        self._counts[rows, cols] += sums(known.astype(np.float64))
        self._result[rows, cols] += sums(elevation)
        self._cubic[rows, cols] += sums(np.where(known, elevation - change, 0.0))

    def result(self) -> NDArray[np.float64]:
        """Metres (height, width), NaN where no pixel is known."""
        return self._means(self._result)

    def cubic(self) -> NDArray[np.float64]:
        """The same of cubic resampling."""
        return self._means(self._cubic)

    def _means(self, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        known = self._counts > 0
        return np.where(known, sums / np.where(known, self._counts, 1.0), np.nan)


def _groups(start: int, count: int, factor: int) -> tuple[slice, NDArray[np.int64]]:
    """The pixels of the overview that `count` pixels from `start` fall into, and where in these each of them begins."""
    first, last = start // factor, (start + count - 1) // factor
    return slice(first, last + 1), np.maximum(np.arange(first, last + 1, dtype=np.int64) * factor - start, 0)
