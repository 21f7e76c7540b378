"""Structural similarity of two DEMs, one number for all pixels that count. It depends on a data range, which is never guessed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from backend.metrics import similarity
from backend.metrics.similarity import RADIUS

Array = NDArray[np.float32] | NDArray[np.float64]


def ssim(result: Array, reference: Array, where: NDArray[np.bool_], *, data_range: float) -> float:
    """Mean of the structural similarity (backend/metrics/similarity.py) over the pixels that count; what lies beyond the border mirrors
    the ground before it. `result` and `reference` (H, W) metres, `data_range` metres: with the hundreds of metres that an area spans, SSIM
    of two DEMs is close to 1.
    """
    ours, theirs = (np.pad(dem, RADIUS, mode="symmetric") for dem in (result, reference))
    return float(similarity.ssim(ours, theirs, low=float(reference[where].min()), data_range=data_range)[where].mean())
