"""The discriminator: one logit for a DEM, and the spatial-attention branch D_SA."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional as F

from training.networks import terrain
from training.networks.attention import attention_maps
from training.networks.blocks import SLOPE
from training.networks.cells import unshuffled
from training.networks.settings import NetworkSettings
from training.networks.trunk import Trunk


class Judgement(NamedTuple):
    """What D says of N DEMs: `logits` (N,), above 0 for "real"; `maps` (N, k, h, w) in [0, 1], D_SA; `features` (N, C, h, w), the decoded
    activations that the logit is made of. h and w are those of the unshuffled grid."""

    logits: Tensor
    maps: Tensor
    features: Tensor


class Discriminator(nn.Module):
    """Looks at a DEM alone: encoder, DMRBs and decoder as in the generator, then an MLP to one logit (paper, section 3.1).

    The paper's MLP maps "latent features into the required shape", and says no more. Here the decoded features are averaged over the patch
    first, then C - C - 1: a sum over places counts how much looks unreal, needs no fixed patch size and far fewer weights than
    a layer over 256 x 256 pixels. D is shown the DEM's detail and slopes (training/networks/terrain.py), never heights: it must not learn
    that real places lie at certain heights.

    Only the trunk is part of inference, through D_SA; decoder and MLP belong to the game.
    """

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        self.settings = settings
        channels = settings.d_channels
        self.trunk = Trunk(terrain.CHANNELS * settings.unshuffle**2, channels, settings.d_blocks, settings.d_rcbs)
        self.decoder = nn.Conv2d(channels, channels, 3, padding=1)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.LeakyReLU(SLOPE), nn.Linear(channels, 1))

    def forward(self, detail: Tensor) -> Judgement:
        """`detail` (N, 5, H, W), of `terrain.detail`."""
        activations = self._activations(detail)
        features = self.decoder(activations[-1])
        logits = self.mlp(F.leaky_relu(features, SLOPE).mean(dim=(2, 3))).squeeze(1)
        return Judgement(logits, attention_maps(activations, self.settings.attention_window), features)

    def attention(self, detail: Tensor) -> Tensor:
        """D_SA alone (paper, equation 1): `detail` (N, 5, H, W) to (N, k, H/s, W/s) in [0, 1], s the unshuffle factor."""
        return attention_maps(self._activations(detail), self.settings.attention_window)

    def _activations(self, detail: Tensor) -> list[Tensor]:
        activations: list[Tensor] = self.trunk(unshuffled(detail, self.settings.unshuffle))
        return activations
