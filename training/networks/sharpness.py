"""How sharp a DEM and an image are, seen over a window far wider than a convolution's.

An image of larger pixels than it is given on shows no shading of small relief, and what it leaves over of the regression
(training/networks/shading.py) is no slope that the DEM lacks. Whether it is one is said by its spectrum: the energy of a band of detail
over that of the next wider one. The same of the DEM says how far it was upsampled, and tells ground that is truly smooth from rough ground
that was seen through large pixels. Small kernels see neither: one edge is as sharp as another, and only many of them make a spectrum.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from training.networks import terrain
from training.networks.attention import box_mean

PLANES = 2
"""Of each, DEM and image."""
WINDOW = 15
"""Cells of 2 x 2 pixels along each side of the square that energies are averaged over."""
REACH = 7 + 2 * (WINDOW // 2) + 2
"""Pixels to each side."""
DEM_LEAST = (1e-8, 1e-8, 1e-8)
IMAGE_LEAST = (1e-8, 1e-6, 1e-6)
"""Added to the energies of the bands, the finest first: level ground has none in any, and so has a constant image, which is to count as
blurred."""
GAIN = 0.25
"""Their logarithms span -8 to 2."""
UNUSED, USED = -0.555, -0.53
"""Sharpness of images that say nothing of what a DEM lacks at ratio 3, and of those that do. Images of 3 times larger pixels,
cubic-resampled, have -0.57 to -0.49 (1 and 99 % over rendered ones), of 4 times larger ones -0.60 to -0.53, sharp ones more than -0.31."""


def dem_sharpness(detail: Tensor) -> Tensor:
    """(N, 5, H, W) of `terrain.detail` to (N, 2, H/2, W/2). H and W are even."""
    return _ratios(F.avg_pool2d(detail[:, : terrain.BANDS].square(), 2), DEM_LEAST)


def image_sharpness(image: Tensor, valid: Tensor) -> Tensor:
    """`image` (N, 3, H, W), 0 where not `valid` (N, 1, H, W), to (N, 2, H/2, W/2). H and W are even."""
    grey = image.mean(dim=1, keepdim=True)
    finest = F.avg_pool2d((valid * (grey - box_mean(grey, 3))).square(), 2)
    # Wider bands need no more than cells.
    cells, known = F.avg_pool2d(grey, 2), F.avg_pool2d(valid, 2)
    wide, wider = box_mean(cells, 3), box_mean(cells, 7)
    return _ratios(torch.cat([finest, (known * (cells - wide)).square(), (known * (wide - wider)).square()], dim=1), IMAGE_LEAST)


def usable(image: Tensor) -> Tensor:
    """0 where an image is so blurred that it is better not looked at, 1 where it is not: the first channel of `image_sharpness` to
    (N, 1, H/2, W/2).

    A network that has seen such images does a percent worse with them than without: it has to guess what they would show.
    """
    return ((image[:, :1] - UNUSED) / (USED - UNUSED)).clamp(0.0, 1.0)


def _ratios(energies: Tensor, least: tuple[float, ...]) -> Tensor:
    logs = torch.log(box_mean(energies, WINDOW) + energies.new_tensor(least).reshape(1, -1, 1, 1))
    return GAIN * (logs[:, :-1] - logs[:, 1:])
