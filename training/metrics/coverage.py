"""Whether a model's own sigma is right: how many errors lie within it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True)
class Coverage:
    """Shares (0 to 1) of the pixels whose error is within one and two sigma. Normal errors of a right sigma: 0.683 and 0.954; more says
    that sigma is too large, less that it is too small. `sigma`: its mean, m."""

    one_sigma: float
    two_sigma: float
    sigma: float


def coverage(difference: Array, sigma: Array, where: NDArray[np.bool_]) -> Coverage:
    """Coverage of the errors `difference` (H, W) by `sigma` (H, W), both metres. All NaN where there is no pixel."""
    errors, widths = np.abs(difference[where]), sigma[where]
    if not errors.size:
        return Coverage(math.nan, math.nan, math.nan)
    return Coverage(float((errors <= widths).mean()), float((errors <= 2 * widths).mean()), float(widths.mean(dtype=np.float64)))
