"""The losses that compare a result with its reference: elevation, slope and structure."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from training.objectives.precision import full_precision

SSIM_FLOOR = 1e-3
"""-log SSIM has no value for SSIM <= 0 and an exploding gradient just above. Below this floor the loss is a constant: such a patch is
left to the pixel loss, which pulls it back into SSIM's range."""

SSIM_WINDOW = 11
"""Pixels."""

SHARES = ((1.0, 0.6827), (2.0, 0.9545))
"""Of normal errors, within one and within two standard deviations."""

USUAL_ERROR, LEAST_ERROR = 0.05, 0.01
"""Pixel sizes: what cubic resampling is off by on a patch of usual roughness, and what no patch is better than (noise of the reference)."""


def balanced(dem: Tensor, target: Tensor, pixel_size: Tensor, balance: float) -> Tensor:
    """The unit that a patch's errors are measured in, (N,) metres: between the pixel size (`balance` 0) and, in proportion to it, what
    the input is off by (`balance` 1).

    `dem`, `target` (N, 1, H, W) metres. In pixel sizes alone, a patch whose input is off by metres, with nothing in it or in the image that
    tells, outweighs a hundred from which there is something to learn. In units of the input's error, plains count as much as mountains, and
    their error is mostly the reference's own noise.
    """
    off = (dem - target).square().mean(dim=(1, 2, 3)).sqrt() / pixel_size
    unit: Tensor = pixel_size * ((off + LEAST_ERROR) / USUAL_ERROR) ** balance
    return unit


@full_precision
def pixel_loss(result: Tensor, target: Tensor, unit: Tensor, *, power: int) -> Tensor:
    """Mean of |result - target|^power. (N, 1, H, W) metres and the (N,) metres that errors are measured in, to a scalar.

    `power` 2 is the paper's mean((y^ - y)^2) (section 3.2.2), in units that it does not state. In pixel sizes it differs by four orders of
    magnitude over the terrain of one batch, and the steepest patch decides. With `power` 1 the smoothest do: its gradient has the size
    of a sign, and where signs agree over whole slopes, as they do on smooth ground, it adds up in the weights.

    Raises ValueError for any other power.
    """
    return _powered((result - target) / unit.reshape(-1, 1, 1, 1), power)


@full_precision
def slope_loss(result: Tensor, target: Tensor, unit: Tensor, *, power: int) -> Tensor:
    """Mean error to the `power` of the differences between neighbours, east and south: the eye sees slopes, and water follows them.

    With the pixel size for `unit` these are slopes (rise over run). Shapes and errors raised: as `pixel_loss`.
    """
    error = (result - target) / unit.reshape(-1, 1, 1, 1)
    return _powered(error.diff(dim=3), power) + _powered(error.diff(dim=2), power)


def _powered(error: Tensor, power: int) -> Tensor:
    if power not in (1, 2):
        raise ValueError(f"The loss knows the powers 1 and 2, not {power}.")
    return error.square().mean() if power == 2 else error.abs().mean()


@full_precision
def ssim(result: Tensor, target: Tensor, data_range: Tensor) -> Tensor:
    """Structural similarity (Wang et al. 2004), Gaussian window of 11 pixels and sigma 1.5, borders left out: (N,) in -1..1.

    `result`, `target` (N, 1, H, W) in any unit, `data_range` (N,) in the same one.
    """
    taps = torch.arange(SSIM_WINDOW, dtype=result.dtype, device=result.device) - SSIM_WINDOW // 2
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
def sigma_loss(result: Tensor, sigma: Tensor, target: Tensor, unit: Tensor, truthful: Tensor) -> Tensor:
    """How far sigma is from holding 68.3 % of the errors, and twice sigma from holding 95.4 %: pinball losses (Koenker and Bassett 1978),
    whose least value is where it does; a mean over all pixels of the patches whose stated error is true.

    `result`, `sigma`, `target` (N, 1, H, W) metres, `unit` (N,) metres that errors are measured in, `truthful` (N,) 1 or 0, to a scalar.
    Where users state an error they may state it wrongly, and the elevation has to bear that; an interval that allowed for it would be too
    wide for all those who state theirs rightly. The error is a constant
    here: an uncertainty that pulled the elevation would buy itself a better value by leaving hard places alone. A normal likelihood was
    tried first: its gradient grows with the square of the errors that sigma did not expect, and drowned that of the elevation.
    """
    error = ((result - target) / unit.reshape(-1, 1, 1, 1)).detach().abs()
    width = sigma / unit.reshape(-1, 1, 1, 1)
    loss: Tensor = torch.zeros(())
    for times, share in SHARES:
        beyond = error - times * width
        loss = loss + torch.maximum(share * beyond, (share - 1) * beyond).mean(dim=(1, 2, 3))
    return (truthful * loss).sum() / truthful.sum().clamp_min(1.0)
