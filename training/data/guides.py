"""Guides: images rendered from a DEM where there is no real one, and what real life does to either."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from scipy.ndimage import distance_transform_edt
from torch import Tensor
from torch.nn import functional as F

from training.data.coarse import gaussian_blur

# Reflectance of NIR, R, G: forest, grass, crops, dry grass, bare soil, rock, snow, built-up. Rounded means of what spectral libraries
# (ECOSTRESS) give for such covers; the renderer varies each by a third.
ALBEDO = torch.tensor(
    [
        [0.32, 0.04, 0.06],
        [0.42, 0.08, 0.11],
        [0.48, 0.06, 0.10],
        [0.33, 0.22, 0.18],
        [0.32, 0.24, 0.18],
        [0.25, 0.20, 0.17],
        [0.70, 0.85, 0.88],
        [0.25, 0.20, 0.19],
    ]
)


FOREST, BUILT = 0, 7
"""Rows of ALBEDO that stand above the ground."""


@dataclass(frozen=True)
class Scene:
    """A rendered `image` (N, 3, S, S), radiance in arbitrary units; shares of its pixels under `forest` and `built` (N, 1, S, S)."""

    image: Tensor
    forest: Tensor
    built: Tensor


def fractal(n: int, size: int, generator: torch.Generator, *, coarsest: int) -> Tensor:
    """Noise with a 1/f spectrum, unit variance: (n, 1, size, size). `coarsest`: its largest features in pixels."""
    field = torch.zeros(n, 1, size, size)
    cell, amplitude = float(coarsest), 1.0
    while cell >= 2:
        nodes = max(2, math.ceil(size / cell) + 1)
        weights = _bicubic(nodes, size)
        field += amplitude * (weights @ torch.randn(n, 1, nodes, nodes, generator=generator) @ weights.T)
        cell, amplitude = cell / 2, amplitude * 0.6
    return (field - field.mean(dim=(2, 3), keepdim=True)) / field.std(dim=(2, 3), keepdim=True).clamp_min(1e-6)


@cache
def _bicubic(nodes: int, size: int) -> Tensor:
    """(size, nodes): bicubic interpolation between nodes, the first and last of which lie on the border. F.interpolate is slower."""
    return F.interpolate(torch.eye(nodes)[None, None], size=(size, nodes), mode="bicubic", align_corners=True)[0, 0]


def render(dem: Tensor, dx: Tensor, dy: Tensor, generator: torch.Generator, *, lines: bool = False) -> Tensor:
    """A multispectral image of a DEM, as sharp as it: radiance in arbitrary units, (N, 3, S, S) NIR, R, G. See `scene`."""
    return scene(dem, dx, dy, generator, lines=lines).image


def scene(
    dem: Tensor,
    dx: Tensor,
    dy: Tensor,
    generator: torch.Generator,
    *,
    sun: bool = True,
    albedo: bool = True,
    atmosphere: bool = True,
    noise: bool = True,
    forest: bool = False,
    built: bool = False,
    lines: bool = False,
) -> Scene:
    """A multispectral image of a DEM, as sharp as it, and what grows and stands in it.

    `dem` (N, 1, S, S) metres, `dx`, `dy` (N,) metres. Lambertian ground under a `sun` drawn at random (any azimuth; 20 to 70 degrees high)
    and an `atmosphere` whose light from the sky grows from NIR to green (haze that is the same everywhere would not outlive the scaling
    by percentiles); land cover (`albedo`) in patches that follow height, aspect and chance, with texture; sensor `noise`. Each of the
    four can be left out: an overcast day, ground of one colour, a black sky, a perfect sensor. `forest` and `built` make sure that there
    is some; `lines` draws roads and parcels of land (`man_made`).
    """
    n, size = dem.shape[0], dem.shape[-1]

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(n, *shape, generator=generator)

    padded = F.pad(dem, (1, 1, 1, 1), mode="replicate")
    east = (padded[:, :, 1:-1, 2:] - padded[:, :, 1:-1, :-2]) / (2 * dx.reshape(-1, 1, 1, 1))
    north = (padded[:, :, :-2, 1:-1] - padded[:, :, 2:, 1:-1]) / (2 * dy.reshape(-1, 1, 1, 1))
    azimuth, height = uniform(0, 2 * math.pi, 1, 1, 1), torch.deg2rad(uniform(20, 70, 1, 1, 1))
    lit = torch.sin(height) - torch.cos(height) * (east * torch.sin(azimuth) + north * torch.cos(azimuth))
    lit = (lit / torch.sqrt(1 + east**2 + north**2)).clamp_min(0) / torch.sin(height)

    # Land cover: one smooth field, mixed of chance, height and aspect, cut into classes.
    z = (dem - dem.mean(dim=(2, 3), keepdim=True)) / dem.std(dim=(2, 3), keepdim=True).clamp_min(0.1)
    aspect = (lit - lit.mean(dim=(2, 3), keepdim=True)) / lit.std(dim=(2, 3), keepdim=True).clamp_min(0.02)
    cover = fractal(n, size, generator, coarsest=64) + uniform(0, 0.7, 1, 1, 1) * z + uniform(-0.3, 0.3, 1, 1, 1) * aspect
    classes = torch.randint(0, len(ALBEDO), (n, 4), generator=generator)
    if built:
        classes[:, 0] = BUILT
    if forest:
        classes[:, 1] = FOREST
    colour = ALBEDO[classes] * uniform(0.67, 1.33, 4, 3)
    contrast = uniform(0, 1, 1, 1) ** 2  # rangeland and rock are common, chessboards of fields less so
    colour = contrast * colour + (1 - contrast) * colour.mean(dim=1, keepdim=True)
    edge = uniform(0.02, 0.3, 1, 1, 1)
    shares = [torch.ones_like(cover)]
    for cut in (-0.7, 0.1, 0.9):
        share = torch.sigmoid((cover - cut) / edge)
        shares = [before * (1 - share) for before in shares] + [share]
    layers = torch.cat(shares, dim=1)  # (N, 4, S, S)
    texture = fractal(n, size, generator, coarsest=8) + 0.5 * torch.randn(n, 1, size, size, generator=generator)
    strength = uniform(0, 0.12, 1, 1, 1)
    if albedo:
        ground = (colour.transpose(1, 2) @ layers.flatten(2)).reshape(n, 3, size, size) * torch.exp(strength * texture)
    else:
        ground = colour.mean(dim=1).reshape(n, 3, 1, 1)

    if lines:
        ground = ground * torch.cat([man_made(size, generator) for _ in range(n)])
    sky = uniform(0.05, 0.3, 1, 1, 1) * torch.tensor([0.7, 1.0, 1.3]).reshape(1, 3, 1, 1) * atmosphere
    image = ground * (lit * (1 - sky) + sky if sun else torch.ones_like(lit))
    amount = uniform(0, 0.02, 1, 1, 1)
    if noise:
        image = image + amount * torch.randn(n, 3, size, size, generator=generator) * image.mean(dim=(2, 3), keepdim=True)

    def under(kind: int) -> Tensor:
        return (layers * (classes == kind).reshape(n, 4, 1, 1)).sum(dim=1, keepdim=True)

    return Scene(image, under(FOREST), under(BUILT))


def _drawing(generator: torch.Generator) -> Callable[[float, float], float]:
    """What draws one number, evenly, between two."""
    return lambda low, high: low + (high - low) * float(torch.rand(1, generator=generator))


def man_made(size: int, generator: torch.Generator) -> Tensor:
    """What roads and parcels of land do to reflectance: factors (1, 3, size, size).

    Both have straight and long edges, which chance and relief hardly ever draw: to who has not seen them, an edge that long is a slope.
    """
    uniform = _drawing(generator)

    def turned() -> tuple[Tensor, Tensor]:
        """Coordinates in pixels along and across a direction."""
        angle = uniform(0, math.pi)
        return x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)

    y, x = torch.meshgrid(torch.arange(size) - size / 2, torch.arange(size) - size / 2, indexing="ij")
    along, across = turned()
    row = torch.floor(across / uniform(6, 40)).long()
    column = torch.floor(along / uniform(6, 60) + 0.37 * row).long()
    colours = torch.randn(97, 1, generator=generator) + 0.5 * torch.randn(97, 3, generator=generator)
    parcels = colours[(13 * row + 29 * column) % 97].permute(2, 0, 1)[None]
    farmed = torch.sigmoid((fractal(1, size, generator, coarsest=64) - uniform(-0.5, 1.5)) / 0.1)
    change = uniform(0, 0.3) * farmed * gaussian_blur(parcels, 0.6)
    for _ in range(int(uniform(0, 5) * max(1.0, size / 200))):
        along, across = turned()
        bend = uniform(0, 12) * torch.sin(along / uniform(10, 80) + uniform(0, 2 * math.pi))
        road = torch.sigmoid((uniform(0.2, 1.5) - (across + bend - uniform(-0.5, 0.5) * size).abs()) / 0.3)
        change = change + road * uniform(-0.6, 0.8) * torch.tensor([uniform(0.5, 1.5) for _ in range(3)]).reshape(1, 3, 1, 1)
    return torch.exp(change)


def scale_by_percentiles(image: Tensor, headroom: Tensor) -> Tensor:
    """Each band by its 2nd and 98th percentile to 0..1: (N, 3, H, W). `headroom` (N, 2) >= 0 widens the range below and above, in
    units of itself: a scene holds darker and brighter ground than one patch of it."""
    # NumPy selects where torch.quantile sorts: a third of the time of a batch.
    quantiles = torch.from_numpy(np.percentile(image.flatten(2).numpy(), (2.0, 98.0), axis=2)).to(image)
    low, high = quantiles[0][..., None, None], quantiles[1][..., None, None]
    span = (high - low).clamp_min(1e-6)
    low, high = low - headroom[:, 0].reshape(-1, 1, 1, 1) * span, high + headroom[:, 1].reshape(-1, 1, 1, 1) * span
    return (image - low) / (high - low)


def filled(image: Tensor) -> tuple[Tensor, Tensor]:
    """An image (1, C, H, W) whose gaps (NaN in any band) have the colours of the nearest known pixel, 0 where none is, and where it is
    known (1, 1, H, W), 1 or 0. So what blurs or moves it brings nothing from a gap, as no sensor does."""
    known = torch.isfinite(image).all(dim=1, keepdim=True)
    if bool(known.all()) or not bool(known.any()):
        return torch.where(known, image, torch.zeros(())), known.float()
    rows, columns = distance_transform_edt(~known[0, 0].numpy(), return_distances=False, return_indices=True)
    return image[:, :, torch.from_numpy(rows).long(), torch.from_numpy(columns).long()], known.float()


def coarsen(image: Tensor, factor: float) -> Tensor:
    """The image as a sensor with pixels `factor` times as large would deliver it, cubic-resampled back: (1, C, H, W)."""
    if factor <= 1.05:
        return image
    height, width = image.shape[2:]
    small = F.interpolate(image, size=(max(2, round(height / factor)), max(2, round(width / factor))), mode="area")
    return F.interpolate(small, size=(height, width), mode="bicubic", align_corners=False)


def shift(image: Tensor, right: float, down: float) -> Tensor:
    """Misregistration by parts of a pixel: (1, C, H, W)."""
    height, width = image.shape[2:]
    theta = torch.tensor([[[1.0, 0.0, -2 * right / width], [0.0, 1.0, -2 * down / height]]])
    grid = F.affine_grid(theta, [1, 1, height, width], align_corners=False)
    return F.grid_sample(image, grid, mode="bicubic", padding_mode="reflection", align_corners=False)


def striped(image: Tensor, generator: torch.Generator) -> Tensor:
    """Rows that are brighter and darker by turns, as unlike detectors, furrows and vineyards make them: (1, 3, H, W).

    They run in any direction, every second time straight across or down, are 2 to 15 % brighter or darker, and come every 3 to 14 pixels;
    in half of the images they cover fields only. All bands have the same.
    """
    height, width = image.shape[2:]
    uniform = _drawing(generator)
    angle = math.pi / 2 * int(uniform(0, 2)) if uniform(0, 1) < 0.5 else uniform(0, math.pi)
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    phase = (y * math.cos(angle) + x * math.sin(angle)) / uniform(3, 14) + uniform(0, 1)
    # From a sine to a square wave: fields are blurred by a sensor, detectors are not.
    wave = torch.tanh(uniform(1, 10) * (torch.sin(2 * math.pi * phase) - uniform(-0.4, 0.4)))
    amplitude = math.exp(uniform(math.log(0.02), math.log(0.15)))
    if uniform(0, 1) < 0.5:
        size = max(height, width)
        field = fractal(1, size, generator, coarsest=64)[0, 0, :height, :width]
        wave = wave * torch.sigmoid((field - uniform(-1, 1)) / 0.1)
    return image * (1.0 + amplitude * wave)


def cloud(image: Tensor, generator: torch.Generator) -> Tensor:
    """Clouds over part of the image, brighter than anything else, with a blurred edge: (1, 3, H, W)."""
    height, width = image.shape[2:]
    cover = gaussian_blur(fractal(1, max(height, width), generator, coarsest=48), 1.5)[:, :, :height, :width]
    share = torch.sigmoid((cover - (torch.rand(1, generator=generator).item() * 2 - 1)) * 6)
    return image * (1 - share) + share * (1.0 + 0.3 * cover)
