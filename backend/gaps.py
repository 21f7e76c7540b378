"""Gaps are the pixels of a window whose value nobody knows. A model needs a number there; the number must not depend on the window."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
AnyFloats = NDArray[np.floating]
Indices = tuple[NDArray[np.intp], NDArray[np.intp]]
Corners = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]
"""Of squares in a summed-area table, as places in it row by row: below right, above right, below left, above left."""

_RIDGE = 1e-3
"""Square pixels, added to the variances of the places that a slope is taken from: along a single row of them there is none across."""
_ROUGH = 2.0
"""How much more a plane's misfit counts than what it explains: of a slope ground goes on with e / (e + 2 m), of its variance the plane
explains e and misses m. An even slope goes on as it is, and rough ground with a part of its slope, as it does."""
_NOTHING = 1e-9
"""Of a variance: what sums of squares are off by, and what level ground has."""


def fill(
    values: NDArray[np.floating], valid: NDArray[np.bool_], reach: int, *, wider: int = 1, rough: float = _ROUGH
) -> NDArray[np.float64]:
    """`values` (bands, H, W) with the pixels that are not `valid` (H, W) filled from those that are.

    A gap's pixel gets the mean of the valid pixels in the smallest square around it that holds any, and goes on from their middle with the
    slope of the ground there, a plane fitted to a square that is half as wide again, or `wider` rows on each side: the less of it the worse
    the plane fits, all of it with a `rough` of 0. A hill that ended as a plateau at each border would look like relief to a model, and
    cubic resampling would see half of its slope (docs/design.md). Squares have 3, 5, 7, 9, 13, 17, 25, ... pixels on a side, up to 2
    `reach` + 1. So a value depends on what lies within `reach` alone, and a constant that is added to all values is added to it. What lies
    farther from all valid pixels gets their mean over the window: nothing valid can depend on it, as long as `reach` is as far as a pixel's
    influence goes.
    """
    known = int(valid.sum())
    if known == 0:
        return np.zeros(values.shape, np.float64)
    base = [float(band[valid].mean(dtype=np.float64)) for band in values]
    filled = np.stack([np.where(valid, band.astype(np.float64) - mean, 0.0) for band, mean in zip(values, base, strict=True)])
    if known < valid.size:
        sums = _Sums(filled, valid)
        rows, cols = np.nonzero(~valid)
        at: Indices = rows, cols
        for half in _halves(reach):
            found = sums.count(at, half) > 0.5
            now = at[0][found], at[1][found]
            filled[:, now[0], now[1]] = sums.continued(now, half, min(half + max(wider, half // 2), reach), rough)
            at = at[0][~found], at[1][~found]
            if not at[0].size:
                break
    return np.asarray(filled + np.array(base).reshape(-1, 1, 1))


class _Sums:
    """Of valid pixels over squares: how many there are, their places, their values, and the products and squares of these."""

    def __init__(self, values: Floats, valid: NDArray[np.bool_]) -> None:
        weights = valid.astype(np.float64)
        # Counted from the window's middle, so that the squares of large numbers are none.
        y, x = (place - 0.5 * size for place, size in zip(np.ogrid[: valid.shape[0], : valid.shape[1]], valid.shape, strict=True))
        self._x, self._y = x[0], y[:, 0]
        self._count = _summed(weights)
        self._places = [_summed(weights * part) for part in (x, y, x * x, x * y, y * y)]
        # Squares of heights summed over a window hide the variance of the few pixels of a square that nearly lie on a plane: where the
        # machine has more digits than float64, they show.
        exact = values.astype(np.longdouble)
        self._values = [[_summed(band * part) for part in (np.ones(1), x, y, band)] for band in exact]

    def count(self, at: Indices, half: int) -> Floats:
        """How many pixels are valid in the squares of 2 `half` + 1 around those `at`: (n,)."""
        return _square(self._count, _corners(self._count, at, half))

    def continued(self, at: Indices, half: int, wide: int, rough: float) -> Floats:
        """What the values (bands, n) are `at` pixels: by the mean over a square of 2 `half` + 1, which has some, and the slope over one of
        2 `wide` + 1."""
        near, around = _corners(self._count, at, half), _corners(self._count, at, wide)
        n, x, y = (_square(table, near) for table in (self._count, *self._places[:2]))
        x, y = self._x[at[1]] - x / n, self._y[at[0]] - y / n
        count = _square(self._count, around)
        mean_x, mean_y, xx, xy, yy = (_square(table, around) / count for table in self._places)
        xx, xy, yy = xx - mean_x * mean_x + _RIDGE, xy - mean_x * mean_y, yy - mean_y * mean_y + _RIDGE
        inverse = 1.0 / (xx * yy - xy * xy)
        made = []
        for table, by_x, by_y, by_value in self._values:
            mean, xz, yz, zz = (_square(part, around) / count for part in (table, by_x, by_y, by_value))
            xz, yz, zz = xz - mean_x * mean, yz - mean_y * mean, zz - mean * mean
            east, south = (yy * xz - xy * yz) * inverse, (xx * yz - xy * xz) * inverse
            explained = np.maximum(east * xz + south * yz, 0.0)
            share = explained / (explained + rough * np.maximum(zz - explained, 0.0) + _NOTHING)
            made.append(_square(table, near) / n + share * (east * x + south * y))
        return np.stack(made)


def _halves(reach: int) -> list[int]:
    """1, 2, 3, 4, 6, 8, 12, 16, ... and `reach` itself."""
    steps = (half << power for power in range(reach.bit_length()) for half in ((2, 3) if power else (1, 2, 3)))
    return [*sorted({half for half in steps if half < reach}), reach] if reach > 0 else []


def _summed(band: AnyFloats) -> AnyFloats:
    """Summed-area table: (H + 1, W + 1), of the type of what is summed."""
    table = np.zeros((band.shape[0] + 1, band.shape[1] + 1), band.dtype)
    np.cumsum(band, axis=0, out=table[1:, 1:])
    np.cumsum(table[1:, 1:], axis=1, out=table[1:, 1:])
    return table


def _corners(table: AnyFloats, at: Indices, half: int) -> Corners:
    """Of the squares of 2 `half` + 1 pixels around those `at`, as far as they lie in the window: looked up once for all tables."""
    height, width = table.shape[0] - 1, table.shape[1] - 1
    top, bottom = (np.maximum(at[0] - half, 0) * (width + 1), np.minimum(at[0] + half + 1, height) * (width + 1))
    left, right = np.maximum(at[1] - half, 0), np.minimum(at[1] + half + 1, width)
    return bottom + right, top + right, bottom + left, top + left


def _square(table: AnyFloats, corners: Corners) -> Floats:
    """Sums over the squares between `corners`: (n,)."""
    below_right, above_right, below_left, above_left = (table.ravel().take(corner) for corner in corners)
    return np.asarray(below_right - above_right - below_left + above_left)
