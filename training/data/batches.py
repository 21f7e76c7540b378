"""Batches: crops of areas, degraded and given a guide, drawn at random.

A batch is a function of (seed, step) alone: a resumed run sees what the run that was never killed would have seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.data import coarse as coarsen_dem
from training.data import guides
from training.data.areas import Area

CUBIC_MARGIN = 3
"""Coarse pixels around a patch that its cubic upsampling may look at, so that no patch holds a border effect."""


@dataclass(frozen=True)
class DataSettings:
    """How training pairs are drawn. Probabilities are shares of the patches.

    `ratios`: input-to-output pixel ratios, each drawn in `ratio_shares` of the batches. `error_share`: patches whose coarse DEM carries a
    correlated error, its standard deviation drawn log-uniformly from `error_range`, in target pixel sizes. `rounding_share`: those of
    them that are rounded to whole metres as well, with a notional target pixel of 5 to 30 m. `no_guide`, `blurred_guide`, `bad_guide`:
    no guide at all; a guide one to five times coarser than the target; a constant, clouded, foreign or upside-down one. `real_guide`:
    share of the patches of areas with an image that get it instead of a rendered one. `shift_pixels`: standard deviation of the
    misregistration.
    """

    patch: int = 128
    batch: int = 12
    ratios: tuple[int, ...] = (1, 2, 3, 4)
    ratio_shares: tuple[float, ...] = (0.03, 0.12, 0.70, 0.15)
    error_share: float = 0.15
    error_range: tuple[float, float] = (0.02, 0.6)
    rounding_share: float = 0.3
    no_guide: float = 0.3
    blurred_guide: float = 0.25
    bad_guide: float = 0.06
    real_guide: float = 0.6
    shift_pixels: float = 0.25


@dataclass(frozen=True)
class Batch:
    """Model inputs as docs/contracts.md names them, and the reference `target` (N, 1, P, P), metres."""

    dem: Tensor
    guide: Tensor
    guide_valid: Tensor
    pixel_size: Tensor
    dem_error: Tensor
    target: Tensor

    def inputs(self) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """In the order of the model contract."""
        return self.dem, self.guide, self.guide_valid, self.pixel_size, self.dem_error


class BatchSource:
    """Draws batches from areas. Each area's weight is the fourth root of its valid pixels, so that small areas are seen too."""

    def __init__(self, areas: list[Area], settings: DataSettings, seed: int) -> None:
        if not areas:
            raise ValueError("There are no areas to draw patches from.")
        self.settings = settings
        self.seed = seed
        self.areas = areas
        self.corners: dict[tuple[int, int], NDArray[np.int64]] = {}
        weights = np.array([np.isfinite(area.dem).sum() for area in areas]) ** 0.25
        self.weights = weights / weights.sum()

    def batches(self, first_step: int = 0) -> Iterator[Batch]:
        """Batch after batch, from `first_step` on, without end."""
        step = first_step
        while True:
            yield self.batch(step)
            step += 1

    def batch(self, step: int) -> Batch:
        """The batch of one step."""
        s = self.settings
        rng = np.random.default_rng([self.seed, step])
        gen = torch.Generator().manual_seed(int(rng.integers(2**62)))
        ratio = int(rng.choice(s.ratios, p=s.ratio_shares))
        size = (-(-s.patch // ratio) + 2 * CUBIC_MARGIN + 1) * ratio
        crops = [self._crop(rng, size) for _ in range(s.batch)]
        fine = torch.stack([c[0] for c in crops])
        dx, dy = torch.tensor([c[2] for c in crops]), torch.tensor([c[3] for c in crops])
        pixel_size = torch.sqrt(dx * dy)

        coarse, error = self._degrade(coarsen_dem.area_mean(fine, ratio), pixel_size, rng, gen)
        upsampled = coarsen_dem.cubic_upsample(coarse, ratio)
        guide, valid = self._guide(fine, dx, dy, [c[1] for c in crops], rng, gen)

        low, high = CUBIC_MARGIN * ratio, size - s.patch - CUBIC_MARGIN * ratio
        row, column = (int(v) for v in rng.integers(low, high + 1, 2))
        cut = (..., slice(row, row + s.patch), slice(column, column + s.patch))
        return Batch(upsampled[cut], guide[cut], valid[cut], pixel_size, error, fine[cut])

    def _crop(self, rng: np.random.Generator, size: int) -> tuple[Tensor, Tensor | None, float, float]:
        """A square without gaps, turned and mirrored at random: DEM (1, S, S), guide (3, S, S) or None, dx, dy."""
        while True:
            index = int(rng.choice(len(self.areas), p=self.weights))
            corners = self._corners(index, size)
            if len(corners):
                break
        row, column = corners[int(rng.integers(len(corners)))]
        area = self.areas[index]
        cut = (slice(row, row + size), slice(column, column + size))
        dem = torch.from_numpy(area.dem[cut])[None]
        guide = torch.from_numpy(area.guide[(slice(None), *cut)]) if area.guide is not None else None
        dx, dy = area.dx, area.dy
        turns = int(rng.integers(4))
        mirrored = bool(rng.integers(2))
        dem = _turn(dem, turns, mirrored)
        guide = None if guide is None else _turn(guide, turns, mirrored)
        return (dem, guide, dy, dx) if turns % 2 else (dem, guide, dx, dy)

    def _corners(self, index: int, size: int) -> NDArray[np.int64]:
        """Upper left corners (K, 2) of the squares of one area that hold no gap, every fourth row and column."""
        if (index, size) not in self.corners:
            gaps = ~np.isfinite(self.areas[index].dem)
            total = np.pad(gaps.cumsum(0, dtype=np.int64).cumsum(1), ((1, 0), (1, 0)))
            if min(gaps.shape) < size:
                found = np.empty((0, 2), np.int64)
            else:
                inside = total[size:, size:] - total[:-size, size:] - total[size:, :-size] + total[:-size, :-size]
                found = np.argwhere(inside[::4, ::4] == 0) * 4
            self.corners[index, size] = found
        return self.corners[index, size]

    def _degrade(self, coarse: Tensor, pixel_size: Tensor, rng: np.random.Generator, gen: torch.Generator) -> tuple[Tensor, Tensor]:
        """Adds errors to some of the coarse DEMs; returns them and what error is to be expected of each, metres (N,)."""
        s = self.settings
        n = coarse.shape[0]
        wrong = torch.from_numpy(rng.random(n) < s.error_share)
        low, high = np.log(s.error_range)
        sigma = torch.from_numpy(np.exp(rng.uniform(low, high, n))).float() * pixel_size * wrong
        length = float(rng.uniform(0.4, 2.0))
        coarse = coarse + coarsen_dem.correlated_error(coarse, sigma, length, gen) * wrong.reshape(-1, 1, 1, 1)
        rounded = wrong & torch.from_numpy(rng.random(n) < s.rounding_share)
        step = (pixel_size / torch.from_numpy(rng.uniform(5, 30, n)).float()).reshape(-1, 1, 1, 1)
        coarse = torch.where(rounded.reshape(-1, 1, 1, 1), torch.round(coarse / step) * step, coarse)
        # A user's idea of the error is rough: half to double.
        stated = sigma * torch.from_numpy(np.exp(rng.uniform(-0.5, 0.5, n))).float()
        return coarse, stated

    def _guide(
        self, fine: Tensor, dx: Tensor, dy: Tensor, real: list[Tensor | None], rng: np.random.Generator, gen: torch.Generator
    ) -> tuple[Tensor, Tensor]:
        """Guides (N, 3, S, S) and their validity (N, 1, S, S)."""
        s = self.settings
        n = fine.shape[0]
        kinds = rng.random(n)
        real_one = rng.random(n) < s.real_guide
        blank, spoiled = kinds < s.no_guide, (kinds >= s.no_guide) & (kinds < s.no_guide + s.bad_guide)
        blurred = (kinds >= s.no_guide + s.bad_guide) & (kinds < s.no_guide + s.bad_guide + s.blurred_guide)

        photos = [photo if chosen else None for photo, chosen in zip(real, real_one, strict=True)]
        # Rendering is half of a batch's cost: only where the image will be seen.
        drawn = [k for k in range(n) if photos[k] is None and not blank[k]]
        images, valid = torch.zeros(n, 3, *fine.shape[2:]), torch.ones_like(fine)
        if drawn:
            headroom = torch.from_numpy(rng.exponential(0.3, (len(drawn), 2))).float()
            images[drawn] = guides.scale_by_percentiles(guides.render(fine[drawn], dx[drawn], dy[drawn], gen), headroom)
        for k, photo in enumerate(photos):
            if photo is not None:
                known = torch.isfinite(photo).all(dim=0, keepdim=True)
                valid[k] = known.float()
                images[k] = torch.where(known, photo, torch.zeros(()))
        out = []
        for k in range(n):
            image = images[k : k + 1]
            if blank[k]:
                valid[k] = 0.0
            elif spoiled[k]:
                image = self._spoil(image, images[(k + 1) % n : (k + 1) % n + 1], rng, gen)
            elif blurred[k]:
                image = guides.coarsen(image, float(rng.uniform(1, 5)))
            if not blank[k] and rng.random() < 0.5:
                image = guides.shift(image, *(float(v) for v in rng.normal(0, s.shift_pixels, 2)))
            out.append(image * valid[k])
        return torch.cat(out), valid

    def _spoil(self, image: Tensor, other: Tensor, rng: np.random.Generator, gen: torch.Generator) -> Tensor:
        """A guide that tells nothing, or lies: constant, clouded, of another place, upside down."""
        match int(rng.integers(4)):
            case 0:
                return torch.full_like(image, float(rng.uniform(-0.1, 1.1)))
            case 1:
                return guides.cloud(image, gen)
            case 2:
                return other
            case _:
                return image.flip(2)


def _turn(x: Tensor, turns: int, mirrored: bool) -> Tensor:
    x = torch.rot90(x, turns, (-2, -1))
    return x.flip(-1) if mirrored else x
