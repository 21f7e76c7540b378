"""The generator, and the assembled module that export writes."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.networks import shading, sharpness, terrain
from training.networks.attention import PSA
from training.networks.cells import convolved, to_cells, unshuffled
from training.networks.discriminator import Discriminator
from training.networks.settings import NetworkSettings
from training.networks.trunk import Trunk

GATE_WINDOW = 9
SKIP_WINDOWS = {1: 9, 2: 9, 4: 5}
"""Cells that the skip looks at along each side, by the unshuffle factor: 18 pixels or so."""
MARGIN = 16
"""Pixels that training leaves out around each patch."""
FIRST_LOG_SIGMA = -2.3
"""An untrained network expects to be off by a tenth of a pixel size in mountains, what cubic resampling is off by there at ratio 3."""
REREAD = 3
"""DMRBs before the image is read again."""
SLOPE_GAIN = 5.0
"""Slopes that are missing are some percent where image and detail are some tens of percent: made as large."""
LOG_SIGMA_RANGE = (-9.0, 4.0)
"""Of the logarithm: 0.01 % of a pixel size to 55 of them. What lies outside is a network that diverges."""


OF_RELIEF, LEAST_LIMIT = 12**-0.5, 0.02
"""What the expected error is limited to: the standard deviation of heights that may lie anywhere in the relief around, and so many pixel
sizes. At a single cell in the sea a network expected hundreds of metres (docs/design.md); elsewhere it stays well below."""


class Features(NamedTuple):
    """What the generator is given, all (N, F, H/s, W/s) but the `gate` (N, 1, H, W) of what it returns and the `scene`.

    `all` of it, in units of the `roughness` around where it is detail or slope change; `hints`, what kernels are too small to see; what
    the skip sees (`linear`), and the guide's slope `change` and `response` apart, as they are. `scene` is what the shading is read from,
    as `shading.regress` takes it, and `usable` (N, 1, H/2, W/2) whether it should be (training/networks/sharpness.py).
    """

    all: Tensor
    hints: Tensor
    linear: Tensor
    change: Tensor
    response: Tensor
    roughness: Tensor
    gate: Tensor
    usable: Tensor
    scene: tuple[Tensor, Tensor, Tensor, Tensor]


class Generator(nn.Module):
    """Encoder 3x3, DMRBs, decoder 3x3, and a global skip by a convolution without activation (paper, section 3.1).

    Works on unshuffled features: (N, F, H/s, W/s) to (N, 1, H, W), what to add to the elevation, in pixel sizes; with `sigma` to
    (N, 2, H, W), the second one the logarithm of the expected error in pixel sizes. The elevation itself is added outside: a skip over
    heights would make the result depend on the height.

    The paper's skip (`trained`) is a 1x1 convolution of the input. `solved` looks at 9x9 cells of those features that relate linearly to
    what is missing, the bands of detail and the guide's slope changes, and is not trained but solved by least squares
    (training/warm_start.py): gradient descent is slow to find a filter on pixels that are nearly the same, as those of an upsampled DEM
    are. The trunk learns the rest.

    With `shading` there is a decoder (1x1) behind each DMRB, not only behind the last, and the result is what they add up to. The next
    DMRB is told what the image still asks for: the slope change that it meant at first, less what the slopes added so far explain of it.
    An image shows slopes along one direction only, that of its sun; to turn them into relief is an integration along a direction that
    differs from scene to scene. One pass of convolutions, whose kernels know fixed directions, cannot; a descent that looks at the image
    again after each step can.

    After REREAD DMRBs the shading is read anew, on the slopes as they are then: where the sun stands, and how bright the ground is, was
    found by regression on a coarse DEM; its error, small beside the image of the coarse relief, is large beside that of what is missing.
    """

    gradient: Tensor

    def __init__(self, features: int, hints: int, linear: int, settings: NetworkSettings) -> None:
        super().__init__()
        s2 = settings.unshuffle**2
        self.factor = settings.unshuffle
        self.solved = settings.skip == "solved"
        self.trunk = Trunk(features, settings.channels, settings.blocks, settings.rcbs)
        self.hint = nn.Conv2d(hints, settings.channels, 1, bias=False)
        self.decoder = nn.Conv2d(settings.channels, s2 * (2 if settings.sigma else 1), 3, padding=1)
        window = SKIP_WINDOWS[settings.unshuffle] if self.solved else 1
        self.skip = nn.Conv2d(linear if self.solved else features, s2, window, padding=window // 2, bias=False)
        self.skip.requires_grad_(not self.solved)
        # Begin as cubic resampling: no harm before anything is learned.
        nn.init.zeros_(self.skip.weight)
        nn.init.zeros_(self.hint.weight)
        nn.init.zeros_(self.decoder.weight)
        if self.decoder.bias is not None:
            nn.init.zeros_(self.decoder.bias)
            nn.init.constant_(self.decoder.bias[s2:], FIRST_LOG_SIGMA)
        between = settings.blocks - 1 if settings.shading else 0
        self.decoders = nn.ModuleList(nn.Conv2d(settings.channels, s2, 1) for _ in range(between))
        self.told = nn.ModuleList(nn.Conv2d(shading.CHANGES * s2, settings.channels, 1, bias=False) for _ in range(between))
        for decoder in self.decoders:
            nn.init.zeros_(decoder.weight)  # type: ignore[arg-type]
            nn.init.zeros_(decoder.bias)  # type: ignore[arg-type]
        self.register_buffer("gradient", _gradient(settings.unshuffle), persistent=False)
        # A gradient more for each DMRB but the last. The skip joins behind the first DMRB.
        later = sum(block.reach + 1 for block in list(self.trunk.blocks)[1:]) if between else 0  # type: ignore[misc, operator]
        # The image is read again on what lies around, in pixels.
        again = -(-(1 + shading.REGRESSION_REACH) // settings.unshuffle) if between >= REREAD else 0
        self.reach = again + max(self.trunk.reach + between + 1, window // 2 + 1 + later)

    def forward(self, seen: Features, margin: int = 0) -> Tensor:
        """`margin`: cells to leave out on each side of the result; the trunk then does not see them, the skip does."""
        features, linear, change, response, roughness = seen.all, seen.linear, seen.change, seen.response, seen.roughness
        inside = (..., slice(margin, features.shape[2] - margin), slice(margin, features.shape[3] - margin))
        s2 = self.factor**2
        # Large weights of both signs on nearly equal pixels: what is left is lost in bfloat16.
        added = exactly(partial(convolved, self.skip), linear if self.solved else features)[inside]
        x = exactly(self.trunk.encoder, features[inside]) + exactly(self.hint, seen.hints[inside])
        change, response, roughness = change[inside], response[inside], roughness[inside]
        known = torch.zeros_like(added)  # What the image was read on, beside the DEM.
        for number, (block, decoder, tell) in enumerate(zip(self.trunk.blocks, self.decoders, self.told, strict=False), 1):
            x = block(x)
            added = added + roughness * exactly(decoder, x)
            if number == REREAD:
                known = added
                change, response = self._read_again(added, seen, margin * self.factor)
            x = x + exactly(tell, (change - self._explained(added - known, response)) / roughness)
        for block in list(self.trunk.blocks)[len(self.decoders) :]:
            x = block(x)
        learned = exactly(self.decoder, x)
        # PixelShuffle deals the channels out in runs of s*s: what is added first, then log sigma.
        made = [roughness * learned[:, :s2] + added]
        if learned.shape[1] > s2:
            made.append(learned[:, s2:] + torch.log(roughness))
        return F.pixel_shuffle(torch.cat(made, dim=1), self.factor)

    def _read_again(self, added: Tensor, seen: Features, margin: int) -> tuple[Tensor, Tensor]:
        """Change and response, as in `Features`, once relief in pixel sizes (N, s*s, H/s, W/s) is added. `margin` in pixels."""
        slopes, image, valid, roughness = (
            part[..., margin : part.shape[2] - margin, margin : part.shape[3] - margin] for part in seen.scene
        )
        gate = seen.gate[..., margin : seen.gate.shape[2] - margin, margin : seen.gate.shape[3] - margin]
        with torch.autocast(added.device.type, enabled=False):
            slopes = slopes + terrain.gradient(gate * F.pixel_shuffle(added, self.factor))
            found = shading.regress(slopes, image, valid, roughness)
            change = SLOPE_GAIN * shading.slope_change(found, slopes, image, valid)
        halved = margin // 2
        usable = seen.usable[..., halved : seen.usable.shape[2] - halved, halved : seen.usable.shape[3] - halved]
        change = change * F.interpolate(usable, scale_factor=2.0, mode="nearest")
        return unshuffled(change, self.factor), to_cells(found.response * usable, self.factor)

    def _explained(self, added: Tensor, response: Tensor) -> Tensor:
        """How much of the image's slope change relief in pixel sizes (N, s*s, H/s, W/s) explains: (N, 2 s*s, H/s, W/s)."""
        # Where an autocast computes in half precision, slopes of small relief would be lost.
        with torch.autocast(added.device.type, enabled=False):
            east, south = F.conv2d(added, self.gradient, padding=1).chunk(2, dim=1)
        pp, pq, qq = torch.split(response, 1, dim=1)
        return SLOPE_GAIN * torch.cat([pp * east + pq * south, pq * east + qq * south], dim=1)


def exactly(layer: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """`layer` of `x` in float32, whatever an autocast asks for. What enters the trunk and what leaves it: there bfloat16 bends the gradient
    to one side, batch after batch, where within the blocks its errors average out. It also makes the sums that run along the trunk float32.
    """
    with torch.autocast(x.device.type, enabled=False):
        return layer(x.float())


def _gradient(s: int) -> Tensor:
    """The 3x3 convolution (2 s*s, s*s, 3, 3) that takes central differences of unshuffled pixels."""
    weight = torch.zeros(2, s, s, s * s, 3, 3)
    for row in range(s):
        for column in range(s):
            for step, sign in ((1, 0.5), (-1, -0.5)):
                cell, part = divmod(column + step, s)
                weight[0, row, column, row * s + part, 1, 1 + cell] += sign
                cell, part = divmod(row + step, s)
                weight[1, row, column, part * s + column, 1 + cell, 1] += sign
    return weight.reshape(2 * s * s, s * s, 3, 3)


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
        # Detail, three bands and what they say of the slopes, each with s*s sub-pixels; planes for validity, the input's error, the gate,
        # how much the bands say, and how far they seem to be off. With s = 2 that is 48, three blocks of 16: ONNX Runtime reorders what is
        # not.
        changes, planes = (shading.CHANGES, shading.RESPONSES + shading.SHIFTS) if settings.shading else (0, 0)
        hints = 2 * sharpness.PLANES + (shading.EVIDENCE if settings.shading else 0)
        self.generator = Generator(s2 * (terrain.CHANNELS + 3 + changes) + 3 + planes, hints, s2 * (terrain.BANDS + changes), settings)

    @property
    def halo(self) -> int:
        """Pixels to each side that can influence a pixel (training/halo.py: fewer may do); 0 stands for all of them (global attention)."""
        s = self.settings
        if s.attention != "none" and not s.attention_window:
            return 0
        before = [terrain.REACH + max(terrain.ROUGHNESS_WINDOW // 2, sharpness.REACH)]
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
        return math.lcm(self.settings.unshuffle, 2)

    def attention(self, detail: Tensor) -> Tensor:
        """A_s: (N, 5, H, W) to (N, 1, H/s, W/s) in [0, 1]."""
        maps = self.discriminator.attention(detail)
        if self.settings.attention == "polarized":
            maps = 0.5 * self.psa(maps)
        return maps.mean(dim=1, keepdim=True)

    def features(self, dem: Tensor, guide: Tensor, guide_valid: Tensor, pixel_size: Tensor, dem_error: Tensor) -> Features:
        """What the generator is given."""
        s = self.settings.unshuffle
        detail = terrain.detail(dem, pixel_size)
        slopes = detail[:, terrain.BANDS :] / terrain.GAINS[-1]
        linear = detail[:, : terrain.BANDS]
        # -1..1 where it is real and 0 where it is not, so that "no guide" is not "black guide"; clouds and glints are cut off.
        image = (2.0 * guide.clamp(-0.5, 1.5) - 1.0) * guide_valid
        bands = image
        rough = terrain.roughness(detail)
        energies = sharpness.image_energies(image, guide_valid)
        hinted, usable = sharpness.image_hints(energies), sharpness.usable(energies)
        everywhere = F.interpolate(usable, scale_factor=2.0, mode="nearest")
        valid = F.avg_pool2d(guide_valid * everywhere, s)
        dem_sharp = sharpness.dem_sharpness(detail)
        gate = terrain.relief_gate(dem, pixel_size, slopes, dem_sharp[:, :1], GATE_WINDOW)
        change = response = image[:, :0]
        hints = [dem_sharp, hinted * usable]
        image = image * everywhere
        if self.settings.shading:
            reading = shading.read_shading(slopes, bands, guide_valid, rough)
            change = SLOPE_GAIN * reading.change * everywhere
            image = torch.cat([image, change / rough], dim=1)
            linear = torch.cat([linear, change], dim=1)
            change = unshuffled(change, s)
            response = to_cells(reading.response * usable, s)
            hints.append(reading.evidence * usable)
        image = unshuffled(image, s)
        if self.settings.attention != "none":
            image = image * self.attention(detail)
        # The error spans from centimetres to tens of metres, and what it hides depends on how rough the ground is: its logarithm in
        # units of the roughness spans 0 to about 5.
        rough_cells = F.avg_pool2d(rough, s)
        error = torch.log1p(20.0 * (dem_error / pixel_size).reshape(-1, 1, 1, 1) / rough_cells)
        parts = [unshuffled(detail / rough, s), image, valid, error, F.avg_pool2d(gate, s)]
        if self.settings.shading:
            parts += [response, to_cells(reading.shift * usable, s)]
        scene = slopes, bands, guide_valid, rough
        told = to_cells(torch.cat(hints, dim=1), s)
        return Features(torch.cat(parts, dim=1), told, unshuffled(linear, s), change, response, rough_cells, gate, usable, scene)

    def forward(
        self, dem: Tensor, guide: Tensor, guide_valid: Tensor, pixel_size: Tensor, dem_error: Tensor, margin: int = 0
    ) -> tuple[Tensor, ...]:
        """(N,1,H,W), (N,3,H,W), (N,1,H,W), (N,), (N,) to elevation (N,1,H,W), less `margin` pixels on each side, and where the network has
        it sigma, the same. One result or two in a tuple, as the model file has one output or two.

        Sigma is the error that the network expects of its own work and, in quadrature, that of its input, as it was stated. Errors that
        are simulated follow laws that a network learns, and it comes to expect that it removes most of them. Of what a real sensor got
        wrong it removes little more than a tenth (docs/srtm.md).

        Within `terrain.REACH` and the skip's of a border, bands of detail are not what they are elsewhere. Inference cuts that off with
        the halo; training asks for a margin.
        """
        seen = self.features(dem, guide, guide_valid, pixel_size, dem_error)
        inside = (..., slice(margin, dem.shape[2] - margin), slice(margin, dem.shape[3] - margin))
        size = pixel_size.reshape(-1, 1, 1, 1)
        made = self.generator(seen, margin // self.settings.unshuffle)
        elevation = dem[inside] + size * seen.gate[inside] * made[:, :1]
        if not self.settings.sigma:
            return (elevation,)
        own, given = size * torch.exp(made[:, 1:].clamp(*LOG_SIGMA_RANGE)), dem_error.reshape(-1, 1, 1, 1)
        own = torch.minimum(own, OF_RELIEF * terrain.relief(dem)[inside] + LEAST_LIMIT * size)
        return elevation, (own.square() + given.square()).sqrt()
