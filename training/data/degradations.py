"""Degradations: what a sensor with larger pixels gets wrong, beside the pixels' size. Each acts on one DEM or on a stack of them.

Facts to go by, SRTM against 10 m lidar-grade references: standard deviation 4.5 m on flat ground and 9.5 m on slopes over 10 degrees, bias
+0.5 m and +3.7 m; the error's correlation is 0.85, 0.6, 0.4 and 0.2 at 1, 2, 4 and 10 coarse pixels of 30 m. Two smooth fields give that
correlation: 54 % of the variance at a length of 0.9 coarse pixels, 46 % at 5.5.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from training.data.coarse import gaussian_blur
from training.data.guides import fractal

STEEP, MOST_STEEP = 0.2, 3.0
"""Rise over run: 11 degrees. SRTM is some 0.4 of its error too high on slopes of over 10 degrees."""


def point_spread(fine: Tensor, width: float) -> Tensor:
    """What a sensor sees that is less sharp than its pixels: a Gaussian of `width` pixels (standard deviation): (N, 1, H, W)."""
    return gaussian_blur(fine, width)


def correlated_error(
    coarse: Tensor,
    sigma: Tensor,
    length: float,
    generator: torch.Generator,
    *,
    long_share: float = 0.0,
    long_length: float = 5.5,
    slope_growth: float = 1.0,
) -> Tensor:
    """A smooth random error field that grows with slope, as SRTM's does: (N, 1, h, w).

    The field is smooth over `length` coarse pixels, and `long_share` of its variance over `long_length`; the rest as `grown` has it.
    """
    noise = _unit(gaussian_blur(torch.randn(coarse.shape, generator=generator), length))
    if long_share > 0:
        far = _unit(gaussian_blur(torch.randn(coarse.shape, generator=generator), long_length))
        noise = (1 - long_share) ** 0.5 * noise + long_share**0.5 * far
    return grown(noise, coarse, sigma, slope_growth)


def grown(noise: Tensor, coarse: Tensor, sigma: Tensor, slope_growth: float) -> Tensor:
    """`noise` (N, 1, h, w) in any unit, made as large as stated, and larger where the ground is steep: (N, 1, h, w).

    `coarse` (N, 1, h, w) in any unit, `sigma` (N,) in the same unit: standard deviation over the patch. The amplitude grows by
    `slope_growth` from level ground to the patch's mean slope. The mean is 0: an offset of the whole patch is not to be seen in it.
    """
    slope = _slope(coarse)
    steepness = slope / slope.mean(dim=(2, 3), keepdim=True).clamp_min(1e-6)
    return _unit(noise * (1.0 + slope_growth * steepness)) * sigma.reshape(-1, 1, 1, 1)


def slope_bias(coarse: Tensor, height: float, pixel_size: float) -> Tensor:
    """What a sensor is too high by on slopes, as SRTM is: (N, 1, h, w).

    `height` on slopes of STEEP, in proportion on others, up to MOST_STEEP times that; all in the unit of `coarse` (N, 1, h, w), whose
    pixels are of `pixel_size`. On level ground it is 0, and so its mean is not: with a mean of 0 it would make level ground too low,
    and teach a network to raise plains.
    """
    return height * (_slope(coarse) / (STEEP * pixel_size)).clamp_max(MOST_STEEP)


def _slope(coarse: Tensor) -> Tensor:
    """Rise per pixel, smoothed: (N, 1, h, w). By central differences: an error that goes with the slope is to lie where the slope is, not
    half a pixel beside it."""
    return gaussian_blur(torch.hypot(*torch.gradient(coarse, dim=(-2, -1))), 1.0)


def canopy(forest: Tensor, height: float, generator: torch.Generator) -> Tensor:
    """Trees that the sensor took for ground: (N, 1, S, S), up to 1.5 `height`. `forest` (N, 1, S, S): the share that they cover."""
    crowns = 1.0 + 0.25 * fractal(forest.shape[0], forest.shape[-1], generator, coarsest=16)
    return height * forest * crowns.clamp(0.0, 1.5)


def buildings(built: Tensor, height: float, block: int, generator: torch.Generator) -> Tensor:
    """Flat roofs up to `height` on squares of `block` pixels, two in five of those in the share `built` (N, 1, S, S): (N, 1, S, S)."""
    n, _, rows, columns = built.shape
    roofs = torch.rand(n, 1, -(-rows // block), -(-columns // block), generator=generator)
    roofs = (roofs - 0.6).clamp_min(0) * 2.5
    return height * built * F.interpolate(roofs, scale_factor=block, mode="nearest")[..., :rows, :columns]


def rounded(dem: Tensor, step: float) -> Tensor:
    """Whole multiples of `step`, as a DEM of integers has them."""
    return torch.round(dem / step) * step


def _unit(field: Tensor) -> Tensor:
    """Mean 0 and standard deviation 1 over each patch."""
    field = field - field.mean(dim=(2, 3), keepdim=True)
    return field / field.std(dim=(2, 3), keepdim=True).clamp_min(1e-6)
