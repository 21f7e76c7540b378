"""Gaps are the pixels of a window whose value nobody knows. A model needs a number there; the number must not depend on the window."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def fill(values: NDArray[np.floating], valid: NDArray[np.bool_], reach: int) -> NDArray[np.float64]:
    """`values` (bands, H, W) with the pixels that are not `valid` (H, W) filled from those that are.

    A gap's pixel gets the mean of the valid pixels in the smallest square around it that holds any; squares have
    3, 5, 9, 17, ... pixels on a side, up to 2 `reach` + 1. So its value depends on what lies within `reach` alone, and a constant that
    is added to all values is added to it. What lies farther from all valid pixels gets their mean over the window: nothing valid
    can depend on it, as long as `reach` is as far as a pixel's influence goes.
    """
    weights = valid.astype(np.float64)
    known = int(valid.sum())
    if known == 0:
        return np.zeros(values.shape, np.float64)
    base = [float(band[valid].mean(dtype=np.float64)) for band in values]
    filled = np.stack([np.where(valid, band.astype(np.float64) - mean, 0.0) for band, mean in zip(values, base, strict=True)])
    if known < valid.size:
        sums = [_summed(band) for band in filled]
        counts = _summed(weights)
        missing = ~valid
        for half in _halves(reach):
            count = _square(counts, half)
            now = missing & (count > 0.5)
            for band, total in zip(filled, sums, strict=True):
                band[now] = _square(total, half)[now] / count[now]
            missing &= ~now
            if not missing.any():
                break
    return np.asarray(filled + np.array(base).reshape(-1, 1, 1))


def _halves(reach: int) -> list[int]:
    halves = []
    half = 1
    while half < reach:
        halves.append(half)
        half *= 2
    return [*halves, reach] if reach > 0 else []


def _summed(band: NDArray[np.float64]) -> NDArray[np.float64]:
    """Summed-area table: (H + 1, W + 1)."""
    table = np.zeros((band.shape[0] + 1, band.shape[1] + 1))
    np.cumsum(band, axis=0, out=table[1:, 1:])
    np.cumsum(table[1:, 1:], axis=1, out=table[1:, 1:])
    return table


def _square(table: NDArray[np.float64], half: int) -> NDArray[np.float64]:
    """Sums over the squares of 2 `half` + 1 pixels around each pixel, as far as they lie in the window: (H, W)."""
    height, width = table.shape[0] - 1, table.shape[1] - 1
    rows, cols = np.arange(height), np.arange(width)
    strips = table[np.minimum(rows + half + 1, height)] - table[np.maximum(rows - half, 0)]
    return np.asarray(strips[:, np.minimum(cols + half + 1, width)] - strips[:, np.maximum(cols - half, 0)])
