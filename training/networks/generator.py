"""The generator, and the assembled module that export writes."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.networks import shading, terrain
from training.networks.attention import PSA
from training.networks.discriminator import Discriminator
from training.networks.settings import NetworkSettings
from training.networks.trunk import Trunk

GATE_WINDOW = 9
SKIP_WINDOW = 9
MARGIN = 16
"""Pixels that training leaves out around each patch."""


class Generator(nn.Module):
    """Encoder 3x3, DMRBs, decoder 3x3, and a global skip by a convolution without activation (paper, section 3.1).

    Works on unshuffled features: (N, F, H/s, W/s) to (N, 1, H, W), what to add to the elevation, in pixel sizes. The elevation itself
    is added outside: a skip over heights would make the result depend on the height. The paper's skip is 1x1. Ours looks at 9x9 cells
    of those features that relate linearly to what is missing, the bands of detail and the guide's slope changes, and is not trained but
    solved by least squares (training/warm_start.py): gradient descent is slow to find a filter on pixels that are nearly the same,
    as those of an upsampled DEM are. The trunk learns the rest.
    """

    def __init__(self, features: int, linear: int, settings: NetworkSettings) -> None:
        super().__init__()
        s2 = settings.unshuffle**2
        self.factor = settings.unshuffle
        self.trunk = Trunk(features, settings.channels, settings.blocks, settings.rcbs)
        self.decoder = nn.Conv2d(settings.channels, s2, 3, padding=1)
        self.skip = nn.Conv2d(linear, s2, SKIP_WINDOW, padding=SKIP_WINDOW // 2, bias=False).requires_grad_(False)
        # Begin as cubic resampling: no harm before anything is learned.
        nn.init.zeros_(self.skip.weight)
        nn.init.zeros_(self.decoder.weight)
        if self.decoder.bias is not None:
            nn.init.zeros_(self.decoder.bias)
        self.reach = max(self.trunk.reach + 1, SKIP_WINDOW // 2)

    def forward(self, features: Tensor, linear: Tensor, margin: int = 0) -> Tensor:
        """`margin`: cells to leave out on each side of the result; the trunk then does not see them, the skip does."""
        inside = (..., slice(margin, features.shape[2] - margin), slice(margin, features.shape[3] - margin))
        learned: Tensor = self.decoder(self.trunk(features[inside])[-1])
        with torch.autocast(features.device.type, enabled=False):
            # Large weights of both signs on nearly equal pixels: what is left is lost in bfloat16.
            solved: Tensor = self.skip(linear.float())[inside]
        return F.pixel_shuffle(learned.float() + solved, self.factor)


class SuperResolver(nn.Module):
    """The whole inference path: y = x + pixel_size * gate(x) * G(detail(x), z * A_s(x)), A_s = mean of PSA(D_SA(x)).

    z is the image and what its shading says of the slopes (training/networks/shading.py). Takes and returns what the model contract says
    (docs/contracts.md): metres in, metres out. PSA gates the k maps of D_SA and keeps them k; the paper multiplies the image by one
    map, so that their mean is taken (each map lies in 0..2 after the two gates are added: halved, to be an attention in 0..1).
    """

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        self.settings = settings
        s2 = settings.unshuffle**2
        if settings.attention:
            self.discriminator = Discriminator(settings)
            self.psa = PSA(settings.d_blocks, settings.attention_window)
        changes = shading.CHANNELS if settings.shading else 0
        # Detail, three bands, what they say of the slopes, and their validity, each with s*s sub-pixels; one plane of the input's error.
        self.generator = Generator(s2 * (terrain.CHANNELS + 3 + changes + 1) + 1, s2 * (terrain.BANDS + changes), settings)

    @property
    def halo(self) -> int:
        """Pixels to each side that can influence a pixel; 0 stands for all of them (global attention)."""
        s = self.settings
        if s.attention and not s.attention_window:
            return 0
        before = [terrain.REACH]
        if s.attention:
            before.append(terrain.REACH + (self.discriminator.trunk.reach + self.psa.reach) * s.unshuffle)
        if s.shading:
            before.append(1 + shading.REACH)
        # An unshuffled cell begins up to unshuffle - 1 pixels before the pixel.
        reach = max(before) + self.generator.reach * s.unshuffle + s.unshuffle - 1
        return -(-reach // self.size_multiple) * self.size_multiple

    @property
    def size_multiple(self) -> int:
        """What height and width must be multiples of."""
        return math.lcm(self.settings.unshuffle, 2 if self.settings.shading else 1)

    def attention(self, detail: Tensor) -> Tensor:
        """A_s: (N, 5, H, W) to (N, 1, H/s, W/s) in [0, 1]."""
        gated: Tensor = self.psa(self.discriminator.attention(detail))
        return 0.5 * gated.mean(dim=1, keepdim=True)

    def features(
        self, dem: Tensor, guide: Tensor, guide_valid: Tensor, pixel_size: Tensor, dem_error: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """What the generator is given, all of it and what its skip sees, both (N, F, H/s, W/s), and the gate (N, 1, H, W)."""
        s = self.settings.unshuffle
        detail = terrain.detail(dem, pixel_size)
        slopes = detail[:, terrain.BANDS :] / terrain.GAINS[-1]
        linear = detail[:, : terrain.BANDS]
        # -1..1 where it is real and 0 where it is not, so that "no guide" is not "black guide"; clouds and glints are cut off.
        image = (2.0 * guide.clamp(-0.5, 1.5) - 1.0) * guide_valid
        if self.settings.shading:
            # Slopes are some percent where image and detail are some tens of percent: made as large.
            change = 5.0 * shading.slope_change(slopes, image, guide_valid)
            image = torch.cat([image, change], dim=1)
            linear = torch.cat([linear, change], dim=1)
        image = F.pixel_unshuffle(image, s)
        if self.settings.attention:
            image = image * self.attention(detail)
        # The error spans from centimetres to tens of metres; its logarithm in pixel sizes spans 0 to about 4.
        error = torch.log1p(20.0 * dem_error / pixel_size).reshape(-1, 1, 1, 1)
        plane = error.expand(-1, 1, image.shape[2], image.shape[3])
        features = torch.cat([F.pixel_unshuffle(detail, s), image, F.pixel_unshuffle(guide_valid, s), plane], dim=1)
        return features, F.pixel_unshuffle(linear, s), terrain.relief_gate(slopes, GATE_WINDOW)

    def forward(
        self, dem: Tensor, guide: Tensor, guide_valid: Tensor, pixel_size: Tensor, dem_error: Tensor, margin: int = 0
    ) -> Tensor:
        """(N,1,H,W), (N,3,H,W), (N,1,H,W), (N,), (N,) to elevation (N,1,H,W), less `margin` pixels on each side.

        Within `terrain.REACH` and the skip's of a border, bands of detail are not what they are elsewhere. Inference cuts that off with
        the halo; training asks for a margin.
        """
        features, linear, gate = self.features(dem, guide, guide_valid, pixel_size, dem_error)
        inside = (..., slice(margin, dem.shape[2] - margin), slice(margin, dem.shape[3] - margin))
        added: Tensor = gate[inside] * self.generator(features, linear, margin // self.settings.unshuffle)
        return dem[inside] + pixel_size.reshape(-1, 1, 1, 1) * added
