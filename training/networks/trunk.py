"""The trunk that generator and discriminator share: a 3x3 encoder and a row of DMRBs."""

from __future__ import annotations

from torch import Tensor, nn

from training.networks.blocks import DMRB


class Trunk(nn.Module):
    """Encoder 3x3, then `blocks` DMRBs (paper, section 3.1).

    (N, inputs, H, W) to the activations after each DMRB, a list of (N, channels, H, W).
    """

    def __init__(self, inputs: int, channels: int, blocks: int, rcbs: int) -> None:
        super().__init__()
        self.encoder = nn.Conv2d(inputs, channels, 3, padding=1)
        dmrbs = [DMRB(channels, rcbs) for _ in range(blocks)]
        self.blocks = nn.ModuleList(dmrbs)
        self.reach = 1 + sum(block.reach for block in dmrbs)

    def forward(self, x: Tensor) -> list[Tensor]:
        x = self.encoder(x)
        activations = []
        for block in self.blocks:
            x = block(x)
            activations.append(x)
        return activations
