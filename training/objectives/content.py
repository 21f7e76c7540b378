"""The losses that compare a result with its reference: elevation, slope and structure."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from training.objectives.precision import full_precision

SSIM_FLOOR = 1e-3
"""-log SSIM has no value for SSIM <= 0 and an exploding gradient just above. Below this floor the loss is a constant: such a patch is
left to the pixel loss, which pulls it back into SSIM's range."""

SIGMA_FLOOR = 0.01
"""Pixel sizes. No reference is exact to a hundredth of a pixel, and no model is right to expect that it is."""


@full_precision
def pixel_loss(result: Tensor, target: Tensor, pixel_size: Tensor, *, power: int) -> Tensor:
    """Mean of |result - target|^power in pixel sizes. (N, 1, H, W) metres and (N,) metres to a scalar.

    `power` 2 is the paper's mean((y^ - y)^2) (section 3.2.2). Over the terrain of one batch that differs by four orders of magnitude, and
    the steepest patch decides; with `power` 1 every pixel pulls equally, which is why the shipped configuration takes the absolute error.
    Dividing each patch by what cubic resampling gets wrong there, so that plains count as much as mountains, was tried and given up: on
    plains that error is mostly the reference's own noise.

    Raises ValueError for any other power.
    """
    if power not in (1, 2):
        raise ValueError(f"The pixel loss knows the powers 1 and 2, not {power}.")
    error = (result - target) / pixel_size.reshape(-1, 1, 1, 1)
    return error.square().mean() if power == 2 else error.abs().mean()


@full_precision
def slope_loss(result: Tensor, target: Tensor, pixel_size: Tensor) -> Tensor:
    """Mean absolute error of the slopes between neighbours, east and south (rise over run): the eye sees slopes, and water follows
    them."""
    error = result - target
    return ((error.diff(dim=3).abs().mean(dim=(1, 2, 3)) + error.diff(dim=2).abs().mean(dim=(1, 2, 3))) / pixel_size).mean()


@full_precision
def ssim(result: Tensor, target: Tensor, data_range: Tensor) -> Tensor:
    """Structural similarity (Wang et al. 2004), Gaussian window of 11 pixels and sigma 1.5, borders left out: (N,) in -1..1.

    `result`, `target` (N, 1, H, W) in any unit, `data_range` (N,) in the same one.
    """
    taps = torch.arange(11, dtype=result.dtype, device=result.device) - 5
    kernel = torch.exp(-0.5 * (taps / 1.5) ** 2)
    kernel = (kernel / kernel.sum()).reshape(1, 1, 1, -1)

    def blur(x: Tensor) -> Tensor:
        return F.conv2d(F.conv2d(x, kernel), kernel.transpose(2, 3))

    c1 = (0.01 * data_range.reshape(-1, 1, 1, 1)) ** 2
    c2 = (0.03 * data_range.reshape(-1, 1, 1, 1)) ** 2
    mean_r, mean_t = blur(result), blur(target)
    var_r = blur(result**2) - mean_r**2
    var_t = blur(target**2) - mean_t**2
    cov = blur(result * target) - mean_r * mean_t
    index = (2 * mean_r * mean_t + c1) * (2 * cov + c2) / ((mean_r**2 + mean_t**2 + c1) * (var_r + var_t + c2))
    return index.mean(dim=(1, 2, 3))


@full_precision
def structural_loss(result: Tensor, target: Tensor, pixel_size: Tensor) -> Tensor:
    """-log SSIM (paper, section 3.2.2), mean over the patches. The data range is the reference patch's own, but at least one pixel size;
    heights are counted from its lowest point, so that sea level has no part in it."""
    low = target.amin(dim=(1, 2, 3), keepdim=True)
    span = torch.maximum((target - low).amax(dim=(1, 2, 3)), pixel_size)
    index = ssim((result - low) / span.reshape(-1, 1, 1, 1), (target - low) / span.reshape(-1, 1, 1, 1), torch.ones_like(span))
    return -torch.log(index.clamp_min(SSIM_FLOOR)).mean()


@full_precision
def sigma_loss(result: Tensor, sigma: Tensor, target: Tensor, pixel_size: Tensor) -> Tensor:
    """Gaussian negative log-likelihood of the errors, (r/s)^2 / 2 + log s in pixel sizes, without its constant: a mean over all pixels.

    `result`, `sigma`, `target` (N, 1, H, W) metres, `pixel_size` (N,) metres, to a scalar. The error r is a constant here: an uncertainty
    that pulled the elevation would buy itself a better likelihood by leaving hard places alone. s^2 = sigma^2 + SIGMA_FLOOR^2, so
    that neither value nor gradient explodes where sigma comes near 0 and the error does not.
    """
    size = pixel_size.reshape(-1, 1, 1, 1)
    error = ((result - target) / size).detach()
    variance = (sigma / size).square() + SIGMA_FLOOR**2
    return 0.5 * (error.square() / variance + torch.log(variance)).mean()
