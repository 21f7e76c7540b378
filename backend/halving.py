"""Halving: at ratios between 1 and 2 a model runs on pixels half as large as the output's, and means over four of them are the result.

A pixel and a quarter's mean differs from the pixel by little, and by what depends on how the two lie: networks that are trained on whole
ratios make more errors there than cubic resampling, and those that are trained on such ratios too still more than at ratio 3. From twice
that ratio on they are at home (docs/design.md, "Ratios between 1 and 2"; benchmarks/lattices.py).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from backend.card import ModelCard

BETWEEN = (1.02, 1.9)
"""Ratios that are halved at. Where the output's pixels are the DEM's there is its error to correct and nothing to make finer; from 1.9 on
four times the work gains a few percent, and not everywhere."""

WRONG = 0.15
"""Expected errors of the DEM, over the edge of its pixels, from which on nothing is halved: what SRTM gets wrong is as long as two of its
pixels and more, and is seen better on these (benchmarks/finer_pixels.py)."""

Floats = NDArray[np.float32]


def times(ratio: float, card: ModelCard, wrong: float) -> int:
    """How many of the pixels that the model runs on lie along an edge of the output's: 2, or 1 where that is of no use, or where the model
    was not trained for it. `wrong`: the expected error of the DEM over the edge of its pixels."""
    low, high = BETWEEN
    return 2 if low < ratio < high and wrong < WRONG and card.ratios[0] <= 2 * ratio <= card.ratios[1] else 1


def means(values: Floats, times: int) -> Floats:
    """(..., H times, W times) to (..., H, W)."""
    if times == 1:
        return values
    *more, height, width = values.shape
    blocks = values.reshape(*more, height // times, times, width // times, times)
    return np.asarray(blocks.mean(axis=(-3, -1), dtype=np.float64), np.float32)
