"""Image similarity of two DEMs: SSIM and PSNR. Both depend on a data range, which is never guessed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Array = NDArray[np.float32] | NDArray[np.float64]

SIGMA = 1.5
RADIUS = 5
"""Pixels: SSIM's Gaussian window and where it is cut off, 11 x 11."""


def ssim(result: Array, reference: Array, where: NDArray[np.bool_], *, data_range: float) -> float:
    """Mean over the pixels that count of the structural similarity (Wang et al. 2004), as its authors compute it.

    Gaussian window of sigma 1.5, 11 x 11; K1 = 0.01, K2 = 0.03; covariances of the population. Equal to scikit-image's
    `structural_similarity(..., gaussian_weights=True, sigma=1.5, use_sample_covariance=False)`, averaged over `where`. `result` and
    `reference` (H, W) metres, `data_range` metres: with the hundreds of metres that an area spans, SSIM of two DEMs is close to 1.
    """
    x, y = result.astype(np.float64), reference.astype(np.float64)
    # SSIM's first factor compares means, which do not fall below 0: elevations count from the lowest reference pixel.
    low = y[where].min()
    x, y = x - low, y - low

    def smooth(field: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(gaussian_filter(field, SIGMA, radius=RADIUS), np.float64)

    mean_x, mean_y = smooth(x), smooth(y)
    variance_x, variance_y = smooth(x * x) - mean_x**2, smooth(y * y) - mean_y**2
    covariance = smooth(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    means = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    structure = (2 * covariance + c2) / (variance_x + variance_y + c2)
    return float((means * structure)[where].mean())
