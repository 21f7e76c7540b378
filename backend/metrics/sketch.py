"""A sketch stands for a set of numbers of any size: how many of them lie in each of many narrow bins. Two sketches add up to one.

The bins are those of DDSketch (Masson, Rim and Lee 2019), about a centre c: each holds the numbers x whose distance |x - c| lies between
two neighbours of a geometric series of ratio (1 + A) / (1 - A), A = ACCURACY, on one side of c. So a number is known with an error of
at most A |x - c|, or of SMALLEST metres where it lies closer than that to c.

What follows for the statistics of errors e, of order statistics and hence of quantiles:

- LE90, the 90th percentile of |e|, from a sketch about 0: relative error at most A = 0.00025.
- The median m, from a sketch about 0: error at most A |m|.
- NMAD, 1.4826 median(|e - m|), from a second sketch about c, the first one's m: as |m - c| <= A |m|, its error is at most
  A (NMAD + 3 A |m|), a relative one below 0.001 unless the median is more than 4000 times the NMAD.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ACCURACY = 2.5e-4
SMALLEST, LARGEST = 1e-6, 1e5
"""Metres. What lies farther from the centre than LARGEST counts as LARGEST: no two elevations differ by as much."""
_RATIO = (1 + ACCURACY) / (1 - ACCURACY)
_BINS = math.ceil(math.log(LARGEST / SMALLEST) / math.log(_RATIO))
"""On each side of the centre, which has a bin of its own."""


class Sketch:
    """Of the numbers that were added; `centre` is where it is finest."""

    def __init__(self, centre: float = 0.0) -> None:
        self.centre = centre
        self.counts = np.zeros(2 * _BINS + 1, np.int64)

    def __add__(self, other: Sketch) -> Sketch:
        """Of the numbers of both. Raises ValueError where their centres differ."""
        if self.centre != other.centre:
            raise ValueError(f"sketches about {self.centre} and {other.centre} do not add up")
        both = Sketch(self.centre)
        both.counts = self.counts + other.counts
        return both

    @property
    def count(self) -> int:
        """How many numbers were added."""
        return int(self.counts.sum())

    def add(self, numbers: NDArray[Any]) -> None:
        """Adds finite numbers, an array of any shape."""
        distance = numbers.ravel().astype(np.float64) - self.centre
        size = np.abs(distance)
        place = np.floor(np.log(np.maximum(size, SMALLEST) / SMALLEST) / math.log(_RATIO)).astype(np.int64) + 1
        place = np.where(size < SMALLEST, 0, np.minimum(place, _BINS))
        self.counts += np.bincount(np.where(distance < 0, _BINS - place, _BINS + place), minlength=self.counts.size)

    def bins(self) -> tuple[Floats, NDArray[np.int64]]:
        """The number that each bin in use stands for, ascending, and how many lie in it."""
        used = np.flatnonzero(self.counts)
        place = np.abs(used - _BINS).astype(np.float64)
        middle = SMALLEST * _RATIO ** (place - 1) * 2 * _RATIO / (1 + _RATIO)
        return np.asarray(self.centre + np.sign(used - _BINS) * np.where(place > 0, middle, 0.0)), self.counts[used]

    def quantile(self, share: float) -> float:
        """The number that `share` of all numbers do not exceed, linear between the two nearest; NaN of none."""
        return _quantile(*self.bins(), share)

    def distance_quantile(self, share: float, about: float) -> float:
        """The same of the distances |x - `about`|."""
        numbers, counts = self.bins()
        distance = np.abs(numbers - about)
        order = np.argsort(distance, kind="stable")
        return _quantile(distance[order], counts[order], share)

    def histogram(self, edges: Floats) -> NDArray[np.int64]:
        """How many numbers lie between each two of the ascending `edges` (K + 1,), as far as the bins tell: (K,)."""
        numbers, counts = self.bins()
        return np.asarray(np.histogram(numbers, edges, weights=counts)[0]).astype(np.int64)

    def around(self, middle: float, bins: int) -> tuple[Floats, NDArray[np.int64]]:
        """Edges (bins + 1,), symmetric about `middle`, and counts (bins,); 99 % lie within the edges."""
        limit = self.distance_quantile(0.99, middle)
        edges = middle + np.linspace(-1, 1, bins + 1) * (limit if limit > 0 else 1.0)
        return edges, self.histogram(edges)


def _quantile(numbers: Floats, counts: NDArray[np.int64], share: float) -> float:
    upto = np.cumsum(counts)
    if not upto.size:
        return math.nan
    place = share * (int(upto[-1]) - 1)
    low, high = (float(numbers[np.searchsorted(upto, rank, side="right")]) for rank in (math.floor(place), math.ceil(place)))
    return low + (high - low) * (place - math.floor(place))
