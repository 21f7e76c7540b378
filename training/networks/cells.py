"""Cells: squares of pixels whose values are channels, which makes a network's grid coarser and loses nothing (space-to-depth)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

FEW = 4
FOR_FOUR = ".for_four"
"""What the name of a kernel ends with in a model file that has it as `for_four` makes it."""


def unshuffled(x: Tensor, s: int) -> Tensor:
    """(N, C, H, W) to (N, C * s * s, H/s, W/s): what `pixel_unshuffle` makes of it.

    A model file has it as a convolution that picks each pixel. The exporter would make a transposition of six axes of it, which ONNX
    Runtime does on one core, in seven times the time.
    """
    if s == 1:
        return x
    if not torch.compiler.is_exporting():
        return F.pixel_unshuffle(x, s)
    picks = torch.eye(s * s, dtype=x.dtype, device=x.device).reshape(s * s, 1, s, s).repeat(x.shape[1], 1, 1, 1)
    return F.conv2d(x, picks, stride=s, groups=x.shape[1])


def to_cells(halved: Tensor, s: int) -> Tensor:
    """From cells of 2 x 2 pixels to those of the grid unshuffled by `s`."""
    if s == 1:
        return F.interpolate(halved, scale_factor=2.0, mode="nearest")
    return halved if s == 2 else F.avg_pool2d(halved, s // 2)


def convolved(layer: nn.Conv2d, x: Tensor) -> Tensor:
    """What a `layer` of stride 1 without bias, whose odd kernel keeps sizes, makes of (N, C, H, W).

    In a model file four cells of FEW channels are made at once, by a kernel that is a cell longer each way and moves by two: processors
    compute 8 or 16 channels of an output whether it has them or four, so that three quarters of the work on 9 x 9 cells were for nothing.
    """
    if layer.out_channels > FEW or not torch.compiler.is_exporting():
        made: Tensor = layer(x)
        return made
    (height, width), size = x.shape[2:], layer.kernel_size[0]
    before, after = size // 2, size // 2 + 1
    made = F.conv2d(F.pad(x, (before, after, before, after)), for_four(layer.weight).flatten(0, 1), stride=2)
    return F.pixel_shuffle(made, 2)[..., :height, :width]


def for_four(weight: Tensor) -> Tensor:
    """The kernel (O, C, K, K) as four cells have it, (O, 4, C, K + 1, K + 1)."""
    return torch.stack([F.pad(weight, (across, 1 - across, down, 1 - down)) for down in range(2) for across in range(2)], dim=1)


def for_one(four: Tensor) -> Tensor:
    """The reverse of `for_four`; the first two axes may be one."""
    return four.reshape(-1, 4, *four.shape[-3:])[:, 0, :, :-1, :-1].contiguous()
