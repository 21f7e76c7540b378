"""Structural similarity of two DEMs, pixel by pixel, and PSNR. Both depend on a data range, which is never guessed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SIGMA = 1.5
RADIUS = 5
"""Pixels: SSIM's Gaussian window and where it is cut off, 11 x 11."""


def ssim(result: NDArray[Any], reference: NDArray[Any], *, low: float, data_range: float) -> Floats:
    """Structural similarity (Wang et al. 2004) of two windows (H, W), metres, at the pixels that have RADIUS others on each side.

    Shape (H - 10, W - 10). Gaussian window of sigma 1.5, 11 x 11; K1 = 0.01, K2 = 0.03; covariances of the population: the map of
    scikit-image's `structural_similarity(..., gaussian_weights=True, sigma=1.5, use_sample_covariance=False)`. Elevations count from
    `low`, the lowest of the reference, because SSIM's first factor compares means, which do not fall below 0. `data_range` in metres.
    """
    x, y = result.astype(np.float64) - low, reference.astype(np.float64) - low
    mean_x, mean_y = _smooth(x), _smooth(y)
    variance_x, variance_y = _smooth(x * x) - mean_x**2, _smooth(y * y) - mean_y**2
    covariance = _smooth(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    means = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    return np.asarray(means * (2 * covariance + c2) / (variance_x + variance_y + c2))


def has_window(known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether all pixels of SSIM's window are known, (H - 10, W - 10)."""
    for axis in (0, 1):
        count = known.shape[axis] - 2 * RADIUS
        known = np.logical_and.reduce([np.take(known, range(k, k + count), axis=axis) for k in range(2 * RADIUS + 1)])
    return known


def psnr(rmse: float, *, data_range: float) -> float:
    """Peak signal-to-noise ratio in dB, 20 log10(data_range / RMSE); both in metres. Infinite where nothing differs."""
    return 20 * math.log10(data_range / rmse) if rmse > 0 else math.inf


def _smooth(field: Floats) -> Floats:
    weights = np.exp(-0.5 * (np.arange(-RADIUS, RADIUS + 1) / SIGMA) ** 2)
    weights /= weights.sum()
    height, width = field.shape[0] - 2 * RADIUS, field.shape[1] - 2 * RADIUS
    strips = np.zeros((height, field.shape[1]))
    for k, weight in enumerate(weights):
        strips += weight * field[k : k + height]
    smoothed = np.zeros((height, width))
    for k, weight in enumerate(weights):
        smoothed += weight * strips[:, k : k + width]
    return smoothed
