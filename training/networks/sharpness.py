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
MOST_BLURRED, HELD = -0.28, -0.2
"""The least that the network is told of an image's sharpness, and what stands in the plane of its wider bands. Training has few images of
real ground, and their spectra tell one from another: a network that is told more knows them again, and does worse with any other
(docs/design.md, "A network that knows its images again")."""
WINDOW = 15
"""Cells of 2 x 2 pixels along each side of the square that energies are averaged over."""
USE_WINDOW = 31
"""The same for whether an image is used: over 15 cells, images of 3 and of 4 times larger pixels overlap, over 31 they hardly do."""
REACH = 7 + 2 * (USE_WINDOW // 2) + 2
"""Pixels to each side."""
DEM_LEAST = (1e-5, 1e-5, 1e-5)
IMAGE_LEAST = (1e-8, 1e-6)
"""Added to the energies of the bands, the finest first: level ground has none in any, and so has a constant image, which is to count as
blurred. On a lake heights in 32 bits are rounded, by other amounts in each tile: at 10 m and 1,000 m high that is an energy of 1e-8, which
must not tell a sharp DEM from a blurred one."""
GAIN = 0.25
"""Their logarithms span -8 to 2."""
UNUSED, USED = -0.545, -0.535
"""Sharpness of images that say nothing of what a DEM lacks at ratio 3, and of those that do. Images of 3 times larger pixels,
cubic-resampled, have more than -0.545 (99 % of the ground under rendered ones), of 4 times larger ones less than -0.547 (99.9 %), sharp
ones more than -0.30 (benchmarks/sharpness.py). Where in doubt an image is left out: without it no result is worse than without."""


def dem_sharpness(detail: Tensor) -> Tensor:
    """(N, 5, H, W) of `terrain.detail` to (N, 2, H/2, W/2). H and W are even."""
    return _ratios(F.avg_pool2d(detail[:, : terrain.BANDS].square(), 2), DEM_LEAST)


def image_energies(image: Tensor, valid: Tensor) -> Tensor:
    """Of two bands of detail, the finer first: `image` (N, 3, H, W), 0 where not `valid` (N, 1, H, W), to (N, 2, H/2, W/2). H and W are
    even."""
    grey = image.mean(dim=1, keepdim=True)
    finest = F.avg_pool2d((grey - box_mean(grey, 3)).square(), 2)
    # The wider band needs no more than cells.
    cells, known = F.avg_pool2d(grey, 2), F.avg_pool2d(valid, 2)
    return _far_from_gaps(known, 3) * torch.cat([finest, (cells - box_mean(cells, 3)).square()], dim=1)


def image_sharpness(energies: Tensor) -> Tensor:
    """(N, 2, H/2, W/2) of `image_energies` to (N, 1, H/2, W/2)."""
    return _ratios(energies, IMAGE_LEAST)


def image_hints(energies: Tensor) -> Tensor:
    """What the network is told of an image: (N, 2, H/2, W/2) of `image_energies` to the same."""
    sharp = image_sharpness(energies).clamp_min(MOST_BLURRED)
    return torch.cat([sharp, torch.full_like(sharp, HELD)], dim=1)


def usable(energies: Tensor) -> Tensor:
    """0 where an image is so blurred that it is better not looked at, 1 where it is not: `image_energies` to (N, 1, H/2, W/2).

    A network that has seen such images does a percent worse with them than without: it has to guess what they would show.
    """
    return ((use_sharpness(energies) - UNUSED) / (USED - UNUSED)).clamp(0.0, 1.0)


def use_sharpness(energies: Tensor) -> Tensor:
    """The sharpness that `usable` goes by: (N, 2, H/2, W/2) to (N, 1, H/2, W/2)."""
    return _ratios(energies, IMAGE_LEAST, USE_WINDOW)


def _far_from_gaps(known: Tensor, window: int) -> Tensor:
    """1 where all of a square of `window` cells of 2 x 2 pixels is known, 0 where a pixel or more of it is not: the border of a gap would
    else be the sharpest edge of an image, however blurred it is, and so would its own border, where means are of one side. `known`
    (N, 1, H, W): the share of each cell."""
    pixels, half = 4.0 * window * window, window // 2
    share = box_mean(F.pad(known, (half, half, half, half)), window)[..., half:-half, half:-half]
    return (1.0 - pixels * (1.0 - share)).clamp(0.0, 1.0)


def _ratios(energies: Tensor, least: tuple[float, ...], window: int = WINDOW) -> Tensor:
    logs = torch.log(box_mean(energies, window) + energies.new_tensor(least).reshape(1, -1, 1, 1))
    return GAIN * (logs[:, :-1] - logs[:, 1:])
