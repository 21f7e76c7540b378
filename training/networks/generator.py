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
FIRST_LOG_SIGMA = -2.3
"""An untrained network expects to be off by a tenth of a pixel size, about what cubic resampling is off by at ratio 3."""
LOG_SIGMA_RANGE = (-9.0, 4.0)
"""Of the logarithm: 0.01 % of a pixel size to 55 of them. What lies outside is a network that diverges."""


class Generator(nn.Module):
    """Encoder 3x3, DMRBs, decoder 3x3, and a global skip by a convolution without activation (paper, section 3.1).

    Works on unshuffled features: (N, F, H/s, W/s) to (N, 1, H, W), what to add to the elevation, in pixel sizes; with `sigma` to
    (N, 2, H, W), the second one the logarithm of the expected error in pixel sizes. The elevation itself is added outside: a skip over
    heights would make the result depend on the height.

    The paper's skip (`trained`) is a 1x1 convolution of the input. `solved` looks at 9x9 cells of those features that relate linearly to
    what is missing, the bands of detail and the guide's slope changes, and is not trained but solved by least squares
    (training/warm_start.py): gradient descent is slow to find a filter on pixels that are nearly the same, as those of an upsampled DEM
    are. The trunk learns the rest.
    """

    def __init__(self, features: int, linear: int, settings: NetworkSettings) -> None:
        super().__init__()
        s2 = settings.unshuffle**2
        self.factor = settings.unshuffle
        self.solved = settings.skip == "solved"
        self.trunk = Trunk(features, settings.channels, settings.blocks, settings.rcbs)
        self.decoder = nn.Conv2d(settings.channels, s2 * (2 if settings.sigma else 1), 3, padding=1)
        window = SKIP_WINDOW if self.solved else 1
        self.skip = nn.Conv2d(linear if self.solved else features, s2, window, padding=window // 2, bias=False)
        self.skip.requires_grad_(not self.solved)
        # Begin as cubic resampling: no harm before anything is learned.
        nn.init.zeros_(self.skip.weight)
        nn.init.zeros_(self.decoder.weight)
        if self.decoder.bias is not None:
            nn.init.zeros_(self.decoder.bias)
            nn.init.constant_(self.decoder.bias[s2:], FIRST_LOG_SIGMA)
        self.reach = max(self.trunk.reach + 1, window // 2)

    def forward(self, features: Tensor, linear: Tensor, margin: int = 0) -> Tensor:
        """`margin`: cells to leave out on each side of the result; the trunk then does not see them, the skip does."""
        inside = (..., slice(margin, features.shape[2] - margin), slice(margin, features.shape[3] - margin))
        learned: Tensor = self.decoder(self.trunk(features[inside])[-1]).float()
        with torch.autocast(features.device.type, enabled=False):
            # Large weights of both signs on nearly equal pixels: what is left is lost in bfloat16.
            skipped: Tensor = self.skip((linear if self.solved else features).float())[inside]
        s2 = self.factor**2
        # PixelShuffle deals the channels out in runs of s*s: what is added first, then log sigma.
        return F.pixel_shuffle(torch.cat([learned[:, :s2] + skipped, learned[:, s2:]], dim=1), self.factor)


class SuperResolver(nn.Module):
    """The assembled module that export writes: y = x + pixel_size * gate(x) * G(detail(x), z * A_s(x)), A_s = mean of PSA(D_SA(x)).

    z is the image and what its shading says of the slopes (training/networks/shading.py). Takes and returns what the model contract says
    (docs/contracts.md): metres in, metres out. PSA gates the k maps of D_SA and keeps them k; the paper multiplies the image by one
    map, so that their mean is taken (each map lies in 0..2 after the two gates are added: halved, to be an attention in 0..1).

    D is part of it: its trunk makes the attention maps. Its decoder and MLP are not on the path, and are not exported.
    """

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        self.settings = settings
        s2 = settings.unshuffle**2
        self.discriminator = Discriminator(settings)
        if settings.attention == "polarized":
            self.psa = PSA(settings.d_blocks, settings.attention_window)
        changes = shading.CHANNELS if settings.shading else 0
        # Detail, three bands, what they say of the slopes, and their validity, each with s*s sub-pixels; one plane of the input's error.
        self.generator = Generator(s2 * (terrain.CHANNELS + 3 + changes + 1) + 1, s2 * (terrain.BANDS + changes), settings)

    @property
    def halo(self) -> int:
        """Pixels to each side that can influence a pixel; 0 stands for all of them (global attention)."""
        s = self.settings
        if s.attention != "none" and not s.attention_window:
            return 0
        before = [terrain.REACH]
        if s.attention != "none":
            pooled = self.psa.reach if s.attention == "polarized" else 0
            before.append(terrain.REACH + (self.discriminator.trunk.reach + pooled) * s.unshuffle)
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
        maps = self.discriminator.attention(detail)
        if self.settings.attention == "polarized":
            maps = 0.5 * self.psa(maps)
        return maps.mean(dim=1, keepdim=True)

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
        if self.settings.attention != "none":
            image = image * self.attention(detail)
        # The error spans from centimetres to tens of metres; its logarithm in pixel sizes spans 0 to about 4.
        error = torch.log1p(20.0 * dem_error / pixel_size).reshape(-1, 1, 1, 1)
        plane = error.expand(-1, 1, image.shape[2], image.shape[3])
        features = torch.cat([F.pixel_unshuffle(detail, s), image, F.pixel_unshuffle(guide_valid, s), plane], dim=1)
        return features, F.pixel_unshuffle(linear, s), terrain.relief_gate(slopes, GATE_WINDOW)

    def forward(
        self, dem: Tensor, guide: Tensor, guide_valid: Tensor, pixel_size: Tensor, dem_error: Tensor, margin: int = 0
    ) -> tuple[Tensor, ...]:
        """(N,1,H,W), (N,3,H,W), (N,1,H,W), (N,), (N,) to elevation (N,1,H,W), less `margin` pixels on each side, and where the network has
        it sigma, the same. One result or two in a tuple, as the model file has one output or two.

        Within `terrain.REACH` and the skip's of a border, bands of detail are not what they are elsewhere. Inference cuts that off with
        the halo; training asks for a margin.
        """
        features, linear, gate = self.features(dem, guide, guide_valid, pixel_size, dem_error)
        inside = (..., slice(margin, dem.shape[2] - margin), slice(margin, dem.shape[3] - margin))
        size = pixel_size.reshape(-1, 1, 1, 1)
        made = self.generator(features, linear, margin // self.settings.unshuffle)
        elevation = dem[inside] + size * gate[inside] * made[:, :1]
        if not self.settings.sigma:
            return (elevation,)
        return elevation, size * torch.exp(made[:, 1:].clamp(*LOG_SIGMA_RANGE))
