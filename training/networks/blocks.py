"""The two blocks that every trunk is made of: RCB and DMRB (paper, section 3.1)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

SLOPE = 0.2
"""Negative slope of the leaky ReLU. The paper gives none; 0.2 is the habit of GAN discriminators since DCGAN."""


class RCB(nn.Module):
    """Residual convolution block: conv 3x3, leaky ReLU, conv 3x3, plus the input. No normalisation.

    Input and output: (N, channels, H, W). Sees 2 pixels to each side.
    """

    reach = 2

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.act = nn.LeakyReLU(SLOPE)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv2(self.act(self.conv1(x)))
        return x + out


class DMRB(nn.Module):
    """Densely connected multi-residual block: `rcbs` RCBs, each fed all that came before it, fused, plus the input.

    The paper concatenates densely and leaves open how the channels return to their number: a 1x1 convolution before each RCB (from
    the second on, the first one has nothing to fuse) and one at the end. How many RCBs is open too; "64 convolution operations" in
    a DMRB are its 64 channels, and `rcbs` is a setting.

    Input and output: (N, channels, H, W).
    """

    def __init__(self, channels: int, rcbs: int) -> None:
        super().__init__()
        self.rcbs = nn.ModuleList(RCB(channels) for _ in range(rcbs))
        self.fuse = nn.ModuleList(nn.Conv2d(channels * (i + 1), channels, 1) for i in range(1, rcbs + 1))
        self.reach = rcbs * RCB.reach

    def forward(self, x: Tensor) -> Tensor:
        seen = [x]
        step = x
        for rcb, fuse in zip(self.rcbs, self.fuse, strict=True):
            seen.append(rcb(step))
            step = fuse(torch.cat(seen, dim=1))
        return x + step
