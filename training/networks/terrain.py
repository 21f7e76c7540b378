"""What the networks see of a DEM: its detail, never its height."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from training.networks.attention import box_mean

DETAIL_WINDOW = 15
"""Pixels of the square whose mean is taken off. Five coarse pixels at ratio 3: wider than what a network has to correct."""
CHANNELS = 3
REACH = DETAIL_WINDOW // 2 + 1


def detail(dem: Tensor, pixel_size: Tensor) -> Tensor:
    """Elevation above the surroundings, and slopes east and south, all in pixel sizes.

    `dem` (N, 1, H, W) metres, `pixel_size` (N,) metres, to (N, 3, H, W). Adding a constant to the DEM changes nothing: each patch's
    first pixel is taken off before anything is summed, so that float32 loses nothing at 5,000 m either. Terrain is close to
    self-similar: in units of the pixel, 90 to 30 m and 15 to 5 m are one task.
    """
    z = (dem - dem[:, :, :1, :1]) / pixel_size.reshape(-1, 1, 1, 1)
    padded = F.pad(z, (1, 1, 1, 1), mode="replicate")
    east = (padded[:, :, 1:-1, 2:] - padded[:, :, 1:-1, :-2]) * 0.5
    south = (padded[:, :, 2:, 1:-1] - padded[:, :, :-2, 1:-1]) * 0.5
    return torch.cat([z - box_mean(z, DETAIL_WINDOW), east, south], dim=1)


def relief_gate(slopes: Tensor, window: int) -> Tensor:
    """0 where the DEM is level, near 1 on any real slope: m / (m + 0.5 %), m the mean slope around.

    `slopes` (N, 2, H, W) rise over run to (N, 1, H, W). It multiplies what the generator adds, so that a lake, the sea or a constant
    DEM cannot receive the image's texture, whatever the weights are.
    """
    m = box_mean(slopes.abs().sum(dim=1, keepdim=True), window)
    return m / (m + 0.005)
