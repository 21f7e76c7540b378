"""Which of a DEM's pixels (cells) are level: of water, or of steps that rounding made."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_AROUND = 24
"""Of the 5 x 5 cells around one in the midst of something level, in a DEM of whole units: SRTM's lakes are six cells wide at least, and on
gentle ground five neighbours are as high by chance."""
_NO_LOWER = 3
"""Cells around it, of which none is lower: from a crest or slope that rounding made level the ground falls, as it does not from water. A
DEM of whole metres that was brought onto another grid is rounded no more, but its terraces are as level as before where they are wide."""
_SPREAD, _SPREAD_ROUNDED = 3, 2
"""Cells from one in the midst of something level to one that is a part of it. Where a river's level falls in steps, the last three cells
above a step have lower ones within _NO_LOWER, and are water all the same; in a DEM of whole units they may be a terrace that would stay."""


def is_level(dem: NDArray[np.float64], known: NDArray[np.bool_], *, rounded: bool) -> NDArray[np.bool_]:
    """Which cells (h, w) are exactly as high as five or more of the eight around them, and as some cell at most three away around which,
    in the 7 x 7, none is lower; with `rounded`, at most two, and one that is as high as _AROUND of the 5 x 5 around it, too."""
    heights = np.where(known, dem, np.nan)
    # One of the nine is the cell itself.
    level = _as_high(heights, 1) >= 6
    if not level.any():
        return level
    bottom = lowest(np.where(known, dem, np.inf), _NO_LOWER) >= heights
    if rounded:
        bottom &= _as_high(heights, 2) >= _AROUND
    return level & (_as_high(heights, _SPREAD_ROUNDED if rounded else _SPREAD, np.where(bottom, heights, np.nan)) > 0)


def _as_high(heights: NDArray[np.float64], reach: int, among: NDArray[np.float64] | None = None) -> NDArray[np.int64]:
    """How many of the cells up to `reach` away along each axis, itself too, are exactly as high as each of (h, w): of `among`, or all."""
    number = np.zeros(heights.shape, np.int64)
    for around in _moved(heights if among is None else among, reach):
        number += around == heights
    return number


def lowest(cells: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """The lowest of (h, w) up to `reach` cells away along each axis; beyond the border there is none."""
    height, width = cells.shape
    wide = np.pad(cells, reach, mode="edge")
    wide = np.minimum.reduce([wide[:, at : at + width] for at in range(2 * reach + 1)])
    return np.asarray(np.minimum.reduce([wide[at : at + height] for at in range(2 * reach + 1)]))


def _moved(cells: NDArray[np.float64], reach: int) -> Iterator[NDArray[np.float64]]:
    """An array (h, w) moved by up to `reach` cells along each axis, NaN beyond: (2 `reach` + 1)^2 of its shape."""
    wide = np.pad(cells, reach, constant_values=np.nan)
    height, width = cells.shape
    for down in range(2 * reach + 1):
        for across in range(2 * reach + 1):
            yield wide[down : down + height, across : across + width]
