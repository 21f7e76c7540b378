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
LEVEL, UNEVEN = 2e-4, 2e-3
"""Pixel sizes that 3 x 3 pixels differ by on level ground, and on ground that is not. Heights in 32 bits are rounded by up to 0.25 mm at
5,000 m, by other amounts in each tile: what is nearer to 0 than that says nothing, and must not decide whether there is relief."""
NARROW, GENTLE, STEEP, SMOOTH, SHARP = 9, 1.0, 2.0, 0.1, 0.2
"""Pixels, pixel sizes of relief around, and sharpness of the DEM (training/networks/sharpness.py). What is level, narrower, amid gentle
ground and in a DEM that was upsampled twice or more is no lake: rounding to whole metres leaves squares of four or five cells level on
gentle slopes. A network told of a few metres of error lowers all around them, and they would stand there as boxes. Amid steep ground it is
water: next to a cliff a network would add to it as much as to the cliff. And where pixels are the DEM's own, nine of them are a river."""
BOTTOM = 7
"""Pixels along each side of the square that nothing may be lower in. Rounding to whole metres leaves 3 x 3 equal pixels on slopes too."""
RELIEF_WINDOW = 11
"""Cells of 2 x 2 pixels along each side of the square that relief is measured over."""
BANDS = len(WINDOWS)
CHANNELS = BANDS + 2
REACH = WINDOWS[-1] // 2


def slopes(dem: Tensor, pixel_size: Tensor) -> Tensor:
    """Slopes east and south, rise over run, central differences: (N, 1, H, W) metres and (N,) metres to (N, 2, H, W)."""
    return gradient(_relative(dem, pixel_size))


def gradient(z: Tensor) -> Tensor:
    """Central differences east and south, per pixel: (N, 1, H, W) to (N, 2, H, W)."""
    z = F.pad(z, (1, 1, 1, 1), mode="replicate")
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


def relief_gate(dem: Tensor, pixel_size: Tensor, slopes: Tensor, sharp: Tensor, window: int) -> Tensor:
    """0 where the DEM is level and beside that, near 1 on any real slope: m / (m + 0.5 %), m the mean slope around, times a ramp from LEVEL
    to UNEVEN over how far 3 x 3 pixels differ where they do least within 2 pixels. Only squares count that are the lowest within BOTTOM, or
    have such a one in it: no water has lower ground around it, but above a step of a river. Where the ground is gentle and the DEM not
    sharp, the ramp is closed (dilated and eroded) over what is narrower than NARROW.

    `dem` (N, 1, H, W) and `pixel_size` (N,) metres, `slopes` (N, 2, H, W) rise over run, `sharp` (N, 1, H/2, W/2) of `dem_sharpness`, to
    (N, 1, H, W), H and W even. It multiplies what the generator adds, so that a lake, the sea or a constant DEM cannot receive the image's
    texture, whatever the weights are. Wide windows alone reach from the shore onto the water, and lift it there.
    """
    m, z = box_mean(slopes.abs().sum(dim=1, keepdim=True), window), _relative(dem, pixel_size)
    apart = F.max_pool2d(z, 3, stride=1, padding=1) + F.max_pool2d(-z, 3, stride=1, padding=1)
    level = ((apart - LEVEL) / (UNEVEN - LEVEL)).clamp(0.0, 1.0)
    above = ((z + _highest(-z, BOTTOM) - LEVEL) / (UNEVEN - LEVEL)).clamp(0.0, 1.0)
    water = torch.maximum(level, -_highest(-torch.maximum(level, above), BOTTOM))
    ramp = -F.max_pool2d(-water, 5, stride=1, padding=2)
    closed = -_highest(-_highest(ramp, NARROW), NARROW)
    gentle = ((STEEP - relief(z)) / (STEEP - GENTLE)).clamp(0.0, 1.0)
    smooth = ((SHARP - sharp) / (SHARP - SMOOTH)).clamp(0.0, 1.0)
    amid_ground = gentle * F.interpolate(smooth, scale_factor=2.0, mode="nearest") * closed
    return m / (m + 0.005) * torch.maximum(ramp, amid_ground)


def relief(dem: Tensor) -> Tensor:
    """Highest minus lowest of the cells of 2 x 2 pixels around, in the DEM's unit: (N, 1, H, W) to the same. H and W are even."""
    ends = _highest(torch.cat([F.max_pool2d(dem, 2), F.max_pool2d(-dem, 2)], dim=1), RELIEF_WINDOW)
    return F.interpolate(ends.sum(dim=1, keepdim=True), scale_factor=2.0, mode="nearest")


def _highest(maps: Tensor, window: int) -> Tensor:
    """Over the squares of `window` pixels around: (N, C, H, W) to the same. One axis after the other: it is the same, and faster."""
    half = window // 2
    down = F.max_pool2d(maps, (window, 1), stride=1, padding=(half, 0))
    return F.max_pool2d(down, (1, window), stride=1, padding=(0, half))


def _relative(dem: Tensor, pixel_size: Tensor) -> Tensor:
    """Heights above the patch's first pixel, in pixel sizes: float32 then loses nothing at 5,000 m either."""
    return (dem - dem[:, :, :1, :1]) / pixel_size.reshape(-1, 1, 1, 1)
