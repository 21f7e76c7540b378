"""The change is the result minus the cubic resampling that the model starts from, metres; its statistics come from sums over windows."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from backend.metrics.sketch import Sketch
from backend.windows import Window

SHARES = (0.05, 0.5, 0.95)


class Change:
    """Takes every window once, in any order: what it tells does not depend on the windows."""

    def __init__(self) -> None:
        self.sketch = Sketch()
        self.count = 0
        self.lowest, self.highest = math.inf, -math.inf
        self.largest = -math.inf
        """The largest size of a change, up or down."""
        self.place = (0, 0)
        """Column and row of the pixel that has it; of several the first, row by row."""
        self._total = self._squares = 0.0

    def add(self, window: Window, change: NDArray[np.float32], known: NDArray[np.bool_]) -> None:
        """Of a window, metres; only `known` pixels count."""
        if not known.any():
            return
        numbers = change[known].astype(np.float64)
        self.sketch.add(numbers)
        self.count += numbers.size
        self._total += float(numbers.sum())
        self._squares += float(np.square(numbers).sum())
        self.lowest, self.highest = min(self.lowest, float(numbers.min())), max(self.highest, float(numbers.max()))
        size = np.where(known, np.abs(change), -np.inf)
        row, col = np.unravel_index(int(size.argmax()), size.shape)
        largest, place = float(size[row, col]), (window.col + int(col), window.row + int(row))
        if largest > self.largest or (largest == self.largest and place[::-1] < self.place[::-1]):
            self.largest, self.place = largest, place

    @property
    def mean(self) -> float:
        """NaN of none."""
        return self._total / self.count if self.count else math.nan

    @property
    def deviation(self) -> float:
        """Standard deviation; NaN of none."""
        return math.sqrt(max(0.0, self._squares / self.count - self.mean**2)) if self.count else math.nan

    def quantiles(self) -> list[float]:
        """What each of SHARES of all changes do not exceed, known to 0.025 %; NaN of none."""
        return [self.sketch.quantile(share) for share in SHARES]

    def within(self, share: float) -> float:
        """What the size of `share` of all changes does not exceed; NaN of none."""
        return self.sketch.distance_quantile(share, 0.0)
