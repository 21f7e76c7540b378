"""What the networks see of a DEM: its detail, never its height."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from training.networks.attention import box_mean

WINDOWS = (3, 7, 15)
"""Pixels of the squares whose means divide a DEM into bands of detail. The widest is five coarse pixels at ratio 3: wider than what a
network has to correct."""
GAINS = (20.0, 6.0, 2.0, 2.0)
"""What makes each of the three bands, and the slopes, as large as a network likes its inputs (0.4 to 0.9 over the training areas). The
finest band is the smallest by far, and yet says most about what is missing: fed as one map, it is lost in bfloat16 and learned slowly."""
ROUGHNESS_WINDOW = 31
ROUGHNESS_GAIN = 1.7
ROUGHNESS_FLOOR = 0.02
"""Of the mean size of the bands over a square of that many pixels."""
SMOOTH, FINE = 0.77, 0.80
"""The finest band over the mean of all three, each with its gain. Area means of real terrain, cubic-upsampled, have 0.86 or more at ratio 3
(19 patches in 20), 0.79 at ratio 4, 0.73 at ratio 6."""
KINK_WINDOW = 19
"""Pixels. The smoothest place within them decides."""
BANDS = len(WINDOWS)
CHANNELS = BANDS + 2
REACH = WINDOWS[-1] // 2


def slopes(dem: Tensor, pixel_size: Tensor) -> Tensor:
    """Slopes east and south, rise over run, central differences: (N, 1, H, W) metres and (N,) metres to (N, 2, H, W)."""
    z = F.pad(_relative(dem, pixel_size), (1, 1, 1, 1), mode="replicate")
    east = (z[:, :, 1:-1, 2:] - z[:, :, 1:-1, :-2]) * 0.5
    south = (z[:, :, 2:, 1:-1] - z[:, :, :-2, 1:-1]) * 0.5
    return torch.cat([east, south], dim=1)


def detail(dem: Tensor, pixel_size: Tensor) -> Tensor:
    """Three bands of detail and two slopes, in pixel sizes, each multiplied by its gain.

    `dem` (N, 1, H, W) metres, `pixel_size` (N,) metres, to (N, 5, H, W). Adding a constant to the DEM changes nothing. Terrain is close to
    self-similar: in units of the pixel, 90 to 30 m and 15 to 5 m are one task.
    """
    z = _relative(dem, pixel_size)
    levels = [z, *(box_mean(z, window) for window in WINDOWS)]
    bands = [(finer - coarser) * gain for finer, coarser, gain in zip(levels, levels[1:], GAINS, strict=False)]
    return torch.cat([*bands, slopes(dem, pixel_size) * GAINS[-1]], dim=1)


def roughness(detail: Tensor) -> Tensor:
    """How rough the terrain around is, about 1 in mountains: (N, 5, H, W) of `detail` to (N, 1, H, W), above ROUGHNESS_FLOOR.

    What the network sees is divided by it, what it adds is multiplied: terrain is self-similar in height as well, and gentle ground would
    else be lost among the activations that mountains make, while the same constant error in either weighs most on gentle ground.
    """
    return ROUGHNESS_FLOOR + ROUGHNESS_GAIN * box_mean(detail[:, :BANDS].abs().mean(dim=1, keepdim=True), ROUGHNESS_WINDOW)


def relief_gate(slopes: Tensor, window: int) -> Tensor:
    """0 where the DEM is level, near 1 on any real slope: m / (m + 0.5 %), m the mean slope around.

    `slopes` (N, 2, H, W) rise over run to (N, 1, H, W). It multiplies what the generator adds, so that a lake, the sea or a constant DEM
    cannot receive the image's texture, whatever the weights are.
    """
    m = box_mean(slopes.abs().sum(dim=1, keepdim=True), window)
    return m / (m + 0.005)


def fineness_gate(detail: Tensor) -> Tensor:
    """0 where the DEM is too smooth for its relief, 1 where the finest band is as strong as it is in real terrain: (N, 5, H, W) of `detail`
    to (N, 1, H, W).

    The network is not told the ratio of the pixels: it sees it in how little there is in the finest band. Ground that is truly smooth (a
    model of waves; a DEM that somebody has smoothed) looks to it like rough ground through six times larger pixels, and would be
    sharpened as that. Such ground is left to cubic resampling, and with it most of what comes at ratios 5 and 6.
    """
    around = box_mean(detail[:, :BANDS].abs(), ROUGHNESS_WINDOW)
    share = around[:, :1] / (around.mean(dim=1, keepdim=True) + 1e-6)
    # Where a raster ends, or a gap was filled, the surface has a kink, which is fine but no relief.
    half = KINK_WINDOW // 2
    share = -F.max_pool2d(-share, (1, KINK_WINDOW), stride=1, padding=(0, half))
    share = -F.max_pool2d(-share, (KINK_WINDOW, 1), stride=1, padding=(half, 0))
    return ((share - SMOOTH) / (FINE - SMOOTH)).clamp(0.0, 1.0)


def _relative(dem: Tensor, pixel_size: Tensor) -> Tensor:
    """Heights above the patch's first pixel, in pixel sizes: float32 then loses nothing at 5,000 m either."""
    return (dem - dem[:, :, :1, :1]) / pixel_size.reshape(-1, 1, 1, 1)
