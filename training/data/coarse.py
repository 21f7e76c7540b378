"""Coarse DEMs made from fine ones: what a sensor with larger pixels would have delivered, and back onto the fine grid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import EllipsisType

import torch
from torch import Tensor
from torch.nn import functional as F


def cubic_upsample(coarse: Tensor, ratio: int) -> Tensor:
    """Cubic convolution with a = -1/2 (Keys 1981), as GDAL's `cubic`: (N, C, h, w) to (N, C, h*ratio, w*ratio).

    Pixels are areas: no half-pixel shift. Within two coarse pixels of the border missing pixels are left out and the other weights
    scaled up (GDAL does otherwise; no patch and no figure holds such pixels). PyTorch's own bicubic has a = -3/4.
    """
    rows = _cubic_matrix(coarse.shape[2], ratio).to(coarse)
    columns = _cubic_matrix(coarse.shape[3], ratio).to(coarse)
    return rows @ coarse @ columns.T


@cache
def _cubic_matrix(size: int, ratio: int) -> Tensor:
    """(size*ratio, size) float64."""
    at = (torch.arange(size * ratio, dtype=torch.float64) + 0.5) / ratio - 0.5
    distance = (at[:, None] - torch.arange(size, dtype=torch.float64)[None, :]).abs()
    near = 1.5 * distance**3 - 2.5 * distance**2 + 1
    far = -0.5 * distance**3 + 2.5 * distance**2 - 4 * distance + 2
    weights = torch.where(distance <= 1, near, torch.where(distance < 2, far, torch.zeros_like(distance)))
    return weights / weights.sum(dim=1, keepdim=True)


@dataclass(frozen=True)
class Nested:
    """Coarse pixels of `ratio` x `ratio` fine ones, and the rows and columns of these (`cut`) that are upsampled."""

    ratio: int
    cut: tuple[EllipsisType, slice, slice]

    def mean(self, fine: Tensor) -> Tensor:
        """(1, 1, h*ratio, w*ratio) to (1, 1, h, w)."""
        return area_mean(fine, self.ratio)

    def upsample(self, coarse: Tensor) -> Tensor:
        """(1, 1, h, w) to what `cut` leaves of (1, 1, h*ratio, w*ratio)."""
        return cubic_upsample(coarse, self.ratio)[self.cut]


def area_mean(fine: Tensor, ratio: int) -> Tensor:
    """Mean over blocks of ratio x ratio pixels: (N, C, h*ratio, w*ratio) to (N, C, h, w)."""
    return F.avg_pool2d(fine, ratio)


def gaussian_blur(x: Tensor, sigma: float) -> Tensor:
    """Separable Gaussian with reflected borders, sigma in pixels: (N, C, H, W) to the same."""
    if sigma <= 0.05:
        return x
    radius = min(max(1, round(3 * sigma)), min(x.shape[2:]) - 1)
    taps = torch.arange(-radius, radius + 1, dtype=x.dtype)
    kernel = torch.exp(-0.5 * (taps / sigma) ** 2)
    kernel = (kernel / kernel.sum()).reshape(1, 1, 1, -1)
    n, c, h, w = x.shape
    y = F.pad(x.reshape(n * c, 1, h, w), (radius, radius, radius, radius), mode="reflect")
    y = F.conv2d(F.conv2d(y, kernel), kernel.transpose(2, 3))
    return y.reshape(n, c, h, w)
