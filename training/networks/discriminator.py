"""The discriminator's trunk and its spatial-attention branch D_SA."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from training.networks import terrain
from training.networks.attention import attention_maps
from training.networks.settings import NetworkSettings
from training.networks.trunk import Trunk


class Discriminator(nn.Module):
    """Looks at a DEM alone and makes k attention maps of it, one after each DMRB (paper, section 3.1.1).

    Its logit head belongs to the adversarial game; a network trained on content losses has no use for one, and
    its trunk then learns through the attention path alone.
    """

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        self.settings = settings
        self.trunk = Trunk(terrain.CHANNELS * settings.unshuffle**2, settings.d_channels, settings.d_blocks, settings.d_rcbs)

    def attention(self, detail: Tensor) -> Tensor:
        """D_SA: `detail` (N, 5, H, W) to (N, k, H/s, W/s) in [0, 1], s the unshuffle factor."""
        return attention_maps(self.trunk(F.pixel_unshuffle(detail, self.settings.unshuffle)), self.settings.attention_window)
