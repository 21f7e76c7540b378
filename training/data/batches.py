"""Batches: crops of areas, degraded and given a guide, drawn at random.

Each patch is a function of (seed, step, its number in the batch) alone. So a resumed run sees what the run that was never killed would
have seen, and the processes of a distributed run see together what one process would have seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.data import coarse as coarsen_dem
from training.data import degradations, guides
from training.data.areas import ROWS, Area, Split, load_areas
from training.data.askew import MARGIN, SMALL, Askew, askew, drawn_ratio
from training.data.coarse import Nested
from training.data.drawn import drawn
from training.data.sensed import sensed
from training.errors import DataError, TrainingError

BLOCK = 4
MOST_CORNERS = 1_000_000
"""Of an area and a size: more do not make the patches more varied."""
SMOOTHNESS = (0.5, 8.0)
"""Pixels: standard deviations of the Gaussians that smooth ground is made by."""
WOODED = 0.5
"""Share of the DEMs with an error whose slopes are too high. Sensors see the tops of trees, and steep ground is where they are left
standing; on bare slopes SRTM is about right, and a network that took every slope for a wooded one would lower bare ones."""
CUBIC_MARGIN = 3
"""Coarse pixels around a patch that its cubic upsampling may look at, so that no patch holds a border effect."""

Lattice = Nested | Askew
"""What pixels of a coarse DEM lie on."""
UNLEVEL, RIPPLES = 0.7, (0.005, 0.3)
"""Share of the drawn lakes that are not level, and by how much, standard deviation, in metres."""


@dataclass(frozen=True)
class DataSettings:
    """How training pairs are drawn. Shares are of the patches, unless it says otherwise; 0 switches something off.

    `patch`: edge in pixels. `batch`: patches of a step, over all processes. `ratios`: input-to-output pixel ratios, each drawn in
    `ratio_shares` of the batches; but in `askew_share` of them coarse pixels do not lie along the fine ones, as those of another CRS, and
    their ratio is anything from 1.25 to 5 (training/data/askew.py).

    The coarse DEM. `real_coarse`: share of the patches of areas with a real coarse DEM that get it, moved so that it is right on level
    ground. All others are area means, and of them: `spread_share` were seen by a sensor less sharp than its pixels; `canopy_share` and
    `building_share` have trees and houses on them, where the rendered guide shows some (none where the guide is real: nobody knows where
    they stand); `error_share` carry a correlated error, its standard deviation drawn log-uniformly from `error_range`, in target pixel
    sizes, and `sensed_share` of these errors are pieces of what a real coarse DEM of some area has wrong (training/data/sensed.py), if any
    has one; `rounding_share` of those with an error are rounded to whole metres as well. `misstated_share` of all that are wrong come with
    a stated error between none and one and a half times the true one, a small one more often than not: nobody may be harmed by a wrong
    answer. All stated errors are 0.6 to 1.65 times the true ones, besides. A metre is that of a target pixel of 5 to 30 m, whatever the
    area's pixel is. The defaults are modest: most users' DEMs have less wrong with them than SRTM, and a clean one must still be sharpened.

    The guide. `no_guide`, `blurred_guide`, `bad_guide`: none at all; one that is one to five times coarser than the target; a constant,
    clouded, foreign, upside-down or misregistered one. `striped_share`: share of all guides but blank ones that have stripes across them
    (`guides.striped`). `real_guide`: share of the patches of areas with an image that get it instead of a
    rendered one. `shift_pixels`: standard deviation of the small misregistration that half of the guides have. `sun`, `albedo`,
    `atmosphere`, `noise`, `lines` (roads and parcels): shares of the rendered guides that show them.

    `stretch`: standard deviation of the logarithm of a factor on the heights of areas without an image, as if their pixels were larger
    or smaller: there are gentler and steeper places than those that one has. `smooth_share` of them lose their fine relief as well, both
    coarse and reference, from a little, as most DEMs that are less sharp than their pixels, to all of it: ground that is truly smooth must
    not be taken for rough ground seen through large pixels. `halved_share` of all patches are of ground seen through pixels twice as large,
    means over four: such a reference is as sharp as pixels can be. `magnified_share` of those of areas with a real coarse DEM are of ground
    seen on pixels that are two or three times smaller, all of it by cubic convolution: so users see such a DEM, and of its error, which is
    much longer than these pixels, the reference tells all the same. `drawn_share` of those that have neither an image nor a real coarse DEM
    have rivers, dykes, lakes or benches (training/data/drawn.py).
    """

    patch: int = 128
    batch: int = 12
    ratios: tuple[int, ...] = (1, 2, 3, 4)
    ratio_shares: tuple[float, ...] = (0.03, 0.12, 0.70, 0.15)
    askew_share: float = 0.0
    real_coarse: float = 0.5
    misstated_share: float = 0.5
    spread_share: float = 0.15
    canopy_share: float = 0.05
    building_share: float = 0.03
    error_share: float = 0.15
    error_range: tuple[float, float] = (0.02, 0.6)
    sensed_share: float = 0.0
    rounding_share: float = 0.3
    no_guide: float = 0.3
    blurred_guide: float = 0.25
    bad_guide: float = 0.06
    real_guide: float = 0.6
    shift_pixels: float = 0.25
    stretch: float = 0.4
    smooth_share: float = 0.05
    halved_share: float = 0.0
    magnified_share: float = 0.0
    drawn_share: float = 0.0
    sun: float = 1.0
    albedo: float = 1.0
    atmosphere: float = 1.0
    noise: float = 1.0
    lines: float = 0.0
    striped_share: float = 0.0

    def __post_init__(self) -> None:
        defaults = {field.name: field.default for field in fields(self)}
        shares = {
            name: value
            for name, value in vars(self).items()
            # By the default's type: in a TOML file, 2 is a whole number, and no smaller a share for that.
            if isinstance(defaults[name], float) and name not in ("shift_pixels", "stretch") and not 0 <= value <= 1
        }
        if shares:
            raise ValueError(f"shares lie between 0 and 1, unlike {', '.join(f'{name} = {value:g}' for name, value in shares.items())}")
        # Drawn one after the other of one number: what lies beyond 1 would never be drawn.
        guides = {name: getattr(self, name) for name in ("no_guide", "bad_guide", "blurred_guide")}
        if self.no_guide < 1 and sum(guides.values()) > 1 + 1e-9:
            raise ValueError(f"{', '.join(f'{name} = {value:g}' for name, value in guides.items())} add up to more than 1")
        if not self.ratios:
            raise ValueError("ratios is empty; it is a list of whole numbers, as in [2, 3, 4]")
        if len(set(self.ratios)) < len(self.ratios):
            raise ValueError(f"ratios has one twice: {', '.join(map(str, self.ratios))}")
        if len(self.ratios) != len(self.ratio_shares) or abs(sum(self.ratio_shares) - 1) > 1e-6 or min(self.ratio_shares) < 0:
            raise ValueError(f"ratio_shares must be {len(self.ratios)} shares that add up to 1; they are {self.ratio_shares}")
        for name in ("stretch", "shift_pixels"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is a standard deviation, 0 or more; it is {getattr(self, name):g}")
        if min(self.patch, self.batch, *self.ratios) < 1:
            raise ValueError("patch, batch and ratios must be at least 1")
        if len(self.error_range) != 2 or not 0 < self.error_range[0] <= self.error_range[1]:
            raise ValueError(f"error_range must be two numbers above 0, the lower one first; it is {self.error_range}")

    def clean(self) -> DataSettings:
        """The same with area means alone for coarse DEMs: only the size of their pixels is wrong with them, and what is stated is true."""
        return replace(
            self,
            askew_share=0.0,
            misstated_share=0.0,
            stretch=0.0,
            smooth_share=0.0,
            halved_share=0.0,
            magnified_share=0.0,
            drawn_share=0.0,
            real_coarse=0.0,
            spread_share=0.0,
            canopy_share=0.0,
            building_share=0.0,
            error_share=0.0,
        )


@dataclass(frozen=True)
class Batch:
    """Model inputs as docs/contracts.md names them, the reference `target` (N, 1, P, P), metres, and whether `dem_error` is
    about true and the target without artefacts (`truthful`, (N,), 1 or 0)."""

    dem: Tensor
    guide: Tensor
    guide_valid: Tensor
    pixel_size: Tensor
    dem_error: Tensor
    target: Tensor
    truthful: Tensor

    def inputs(self) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """In the order of the model contract."""
        return self.dem, self.guide, self.guide_valid, self.pixel_size, self.dem_error

    def to(self, device: torch.device | str) -> Batch:
        """The same on another device."""
        return Batch(*(getattr(self, field.name).to(device) for field in fields(self)))


@dataclass(frozen=True)
class Crop:
    """A square of an area, turned and mirrored.

    `dem` and, where there is one, `coarse` (1, 1, S, S), `guide` (1, 3, S, S), the latter two with NaN where unknown; `dx`, `dy` and
    `coarse_error` in metres. `finest` is `dem` as finely as it is known: the same, or (1, 1, 2 S, 2 S). `water` (1, 1, S, S), 1 where a
    lake was drawn and 0 beside it, if one was.
    """

    dem: Tensor
    finest: Tensor
    coarse: Tensor | None
    guide: Tensor | None
    dx: float
    dy: float
    coarse_error: float
    artefacts: bool
    water: Tensor | None = None

    @property
    def pixel_size(self) -> float:
        """The geometric mean of width and height, metres."""
        return float(np.sqrt(self.dx * self.dy))


class BatchSource:
    """Draws batches from areas. Each area's weight is the fourth root of its valid pixels, so that small areas are seen too.

    Raises DataError without areas, and when a batch is drawn that no area has room for.
    """

    def __init__(self, areas: list[Area], settings: DataSettings, seed: int) -> None:
        if not areas:
            raise DataError("There are no areas to draw patches from.", "Name some in the list of areas, and prepare it again.")
        self.settings = settings
        self.seed = seed
        self.areas = areas
        self.corners: dict[tuple[int, int], NDArray[np.int64]] = {}
        self.weights: dict[int, NDArray[np.float64]] = {}

    def __getstate__(self) -> dict[str, Any]:
        # What is larger than a pipe's buffer makes a process wait for the imports of each worker that it starts, one after the other: 15
        # workers took minutes. Each finds its corners itself.
        return vars(self) | {"corners": {}, "weights": {}}

    def check(self, split: Split) -> None:
        """Raises DataError, naming the split, where some ratio's batches have room in no area."""
        needed = {f"ratio {ratio}": self._size(ratio) for ratio in self.settings.ratios}
        if self.settings.askew_share:
            needed["askew_share"] = 2 * (self.settings.patch + 2 * MARGIN)
        for what, size in needed.items():
            if not any(len(self._corners(index, size)) for index in range(len(self.areas))):
                raise DataError(
                    f"No {split} area holds a square of {size} x {size} pixels without gaps, which {what} needs.",
                    f"Make patch smaller (it is {self.settings.patch}), leave that out, or prepare larger areas.",
                )

    def unused(self) -> list[str]:
        """Names of the areas that hold no square of any ratio's batches: nothing is ever drawn from them."""
        least = min(self._size(ratio) for ratio in self.settings.ratios)
        return [area.name for index, area in enumerate(self.areas) if not len(self._corners(index, least))]

    def batches(self, first_step: int = 0, rank: int = 0, world: int = 1) -> Iterator[Batch]:
        """Batch after batch, from `first_step` on, without end."""
        step = first_step
        while True:
            yield self.batch(step, rank, world)
            step += 1

    def batch(self, step: int, rank: int = 0, world: int = 1) -> Batch:
        """What process `rank` of `world` sees of one step's batch: patches rank * batch / world and on, batch / world of them.

        Raises TrainingError where the batch cannot be dealt out evenly.
        """
        s = self.settings
        if s.batch % world:
            message = f"A batch of {s.batch} patches cannot be dealt out evenly to {world} processes."
            raise TrainingError(message, "Set [data] batch to a multiple of --devices.")
        count = s.batch // world
        rng = np.random.default_rng([self.seed, step])
        ratio = int(rng.choice(s.ratios, p=s.ratio_shares))
        size = self._size(ratio)
        low, high = CUBIC_MARGIN * ratio, size - s.patch - CUBIC_MARGIN * ratio
        row, column = (int(v) for v in rng.integers(low, high + 1, 2))
        nested: Nested | None = Nested(ratio, (..., slice(row, row + s.patch), slice(column, column + s.patch)))
        if s.askew_share and rng.random() < s.askew_share:
            nested, size = None, s.patch + 2 * MARGIN
        # Sums in another order are other sums: on one thread a batch is the same on any machine of a kind.
        with _one_thread():
            patches = [self._patch(step, index, nested, size) for index in range(rank * count, (rank + 1) * count)]
        return Batch(*(torch.cat([getattr(patch, field.name) for patch in patches]) for field in fields(Batch)))

    def _patch(self, step: int, index: int, nested: Nested | None, size: int) -> Batch:
        """One patch, as a batch of one, cut from `size` x `size` pixels; without `nested`, of a lattice of its own."""
        # 1 + index: numpy takes a trailing 0 in a seed for none.
        rng = np.random.default_rng([self.seed, step, 1 + index])
        gen = torch.Generator().manual_seed(int(rng.integers(2**62)))
        lattice: Lattice
        if nested is None:
            cut = (..., slice(MARGIN, MARGIN + self.settings.patch), slice(MARGIN, MARGIN + self.settings.patch))
            lattice = askew(rng, self.settings.patch, drawn_ratio(rng))
            crop = self._crop(rng, size, finer=lattice.ratio < SMALL)
        else:
            cut, lattice = nested.cut, nested
            crop = self._crop(rng, size)
        shares = (self.settings.canopy_share, self.settings.building_share, self.settings.error_share, WOODED)
        forest, built, wrong, wooded = (bool(drawn) for drawn in rng.random(4) < shares)
        wooded = wrong and wooded
        # Drawn apart: without a guide, or with another one, a patch's DEM is the same.
        guide_rng = np.random.default_rng([self.seed, step, 1 + index, 1])
        guide_gen = torch.Generator().manual_seed(int(guide_rng.integers(2**62)))
        guide, valid, scene = self._guide(crop, size, forest or wooded, built, guide_rng, guide_gen)
        coarse = crop.coarse[cut] if crop.coarse is not None and rng.random() < self.settings.real_coarse else None
        if coarse is not None and bool(torch.isfinite(coarse).all()):
            dem, error = coarse, crop.coarse_error
        else:
            # Where the guide is a photo, nobody knows where its trees stand.
            unseen = scene is None and crop.guide is None
            if unseen and (forest or built):
                with_cover = torch.sigmoid(4.0 * guides.fractal(1, size, gen, coarsest=64))
                scene = guides.Scene(guide, with_cover, with_cover)
            trees = None
            if wooded:
                trees = torch.ones_like(crop.dem) if scene is None else scene.forest
            coarse, error = self._degrade(crop, lattice, scene if forest else None, scene if built else None, wrong, trees, rng, gen)
            dem = lattice.upsample(coarse)
        stated = error == 0 or rng.random() >= self.settings.misstated_share
        if not stated:
            error *= 1.5 * float(rng.uniform()) ** 2
        # A user's idea of the error is rough: 0.6 to 1.65 times the true one.
        error *= float(np.exp(rng.uniform(-0.5, 0.5)))
        size_and_error = torch.tensor([crop.pixel_size]), torch.tensor([error])
        return Batch(dem, guide[cut], valid[cut], *size_and_error, crop.dem[cut], torch.tensor([float(stated and not crop.artefacts)]))

    def _size(self, ratio: int) -> int:
        """Pixels of an edge of what a patch is cut from."""
        return (-(-self.settings.patch // ratio) + 2 * CUBIC_MARGIN + 1) * ratio

    def _crop(self, rng: np.random.Generator, size: int, *, finer: bool = False) -> Crop:
        """A square whose reference has no gaps; `finer`, of ground that is known twice as finely."""
        index = int(rng.choice(len(self.areas), p=self._weights(2 * size if finer else size)))
        magnified = self.settings.magnified_share and self.areas[index].coarse is not None and not finer
        if magnified and rng.random() < self.settings.magnified_share:
            return self._magnified(rng, index, size)
        return self._seen(rng, index, size, finer=finer)

    def _magnified(self, rng: np.random.Generator, index: int, size: int) -> Crop:
        """A square of one area on pixels two or three times smaller than its own."""
        times = int(rng.integers(2, 4))
        inner = -(-size // times)
        crop = self._seen(rng, index, inner + 2 * CUBIC_MARGIN)
        row, column = (int(first) for first in times * CUBIC_MARGIN + rng.integers(0, times * inner - size + 1, 2))

        def smaller(values: Tensor) -> Tensor:
            known = torch.isfinite(values)
            made, whole = (coarsen_dem.cubic_upsample(part, times) for part in (torch.where(known, values, 0.0), known.float()))
            return torch.where((whole - 1).abs() < 1e-3, made, torch.nan)[..., row : row + size, column : column + size]

        dem = smaller(crop.dem)
        coarse, guide = (None if values is None else smaller(values) for values in (crop.coarse, crop.guide))
        return Crop(dem, dem, coarse, guide, crop.dx / times, crop.dy / times, crop.coarse_error, crop.artefacts)

    def _seen(self, rng: np.random.Generator, index: int, size: int, *, finer: bool = False) -> Crop:
        """The same of one area, on its own pixels or on ones twice as large."""
        halved = finer or (rng.random() < self.settings.halved_share and len(self._corners(index, 2 * size)) > 0)
        times = 2 if halved else 1
        side = times * size
        corners = self._corners(index, side)
        row, column = corners[int(rng.integers(len(corners)))]
        area = self.areas[index]
        turns, mirrored = int(rng.integers(4)), bool(rng.integers(2))

        def whole(array: NDArray[np.float32]) -> Tensor:
            part = np.rot90(array[..., row : row + side, column : column + side], turns, (-2, -1))
            part = part[..., ::-1] if mirrored else part
            return torch.from_numpy(np.array(part, np.float32, order="C").reshape(1, -1, side, side))

        def cut(array: NDArray[np.float32]) -> Tensor:
            return coarsen_dem.area_mean(whole(array), times) if halved else whole(array)

        dx, dy = (times * area.dy, times * area.dx) if turns % 2 else (times * area.dx, times * area.dy)
        # Where the coarse DEM lies is not to be learned: on level ground it lies where it should.
        coarse = None if area.coarse is None else cut(area.coarse) - area.level_offset
        guide = None if area.guide is None else cut(area.guide)
        # An image shows its own relief, not a stretched one.
        factor = float(np.exp(self.settings.stretch * rng.standard_normal())) if guide is None else 1.0
        dem = finest = factor * whole(area.dem) if finer else factor * cut(area.dem)
        if rng.random() < self.settings.smooth_share and guide is None and coarse is None:
            dem = finest = coarsen_dem.gaussian_blur(dem, (times if finer else 1) * float(np.exp(rng.uniform(*np.log(SMOOTHNESS)))))
        if finer:
            dem = coarsen_dem.area_mean(finest, times)
        water = None
        drawable = guide is None and coarse is None and not finer
        if self.settings.drawn_share and drawable and rng.random() < self.settings.drawn_share:
            dem, water = drawn(dem, float(np.sqrt(dx * dy)), rng)
            finest = dem
        coarse = None if coarse is None else factor * coarse
        return Crop(dem, finest, coarse, guide, dx, dy, factor * area.coarse_error, area.artefacts, water)

    def _weights(self, size: int) -> NDArray[np.float64]:
        """The chance of each area: the fourth root of its valid pixels, 0 where no square of this size fits."""
        if size not in self.weights:
            weights = np.array([area.valid_pixels**0.25 * (len(self._corners(index, size)) > 0) for index, area in enumerate(self.areas)])
            if not weights.any():
                raise DataError(
                    f"No area holds a square of {size} x {size} pixels without gaps.",
                    f"Make patch smaller (it is {self.settings.patch}), or prepare larger areas.",
                )
            self.weights[size] = weights / weights.sum()
        return self.weights[size]

    def _corners(self, index: int, size: int) -> NDArray[np.int64]:
        """Upper left corners (K, 2) of squares of one area that hold no gap: every fourth row and column, fewer in a huge area."""
        if (index, size) not in self.corners:
            gaps = self._gaps(index)
            blocks = -(-size // BLOCK)
            every = math.ceil(math.sqrt(gaps.size / MOST_CORNERS))
            if min(gaps.shape) < blocks:
                found = np.empty((0, 2), np.int64)
            else:
                total = np.pad(gaps.cumsum(0, dtype=np.int64).cumsum(1), ((1, 0), (1, 0)))
                inside = total[blocks:, blocks:] - total[:-blocks, blocks:] - total[blocks:, :-blocks] + total[:-blocks, :-blocks]
                found = np.argwhere(inside[::every, ::every] == 0) * (BLOCK * every)
            self.corners[index, size] = found
        return self.corners[index, size]

    def _gaps(self, index: int) -> NDArray[np.bool_]:
        """Which blocks of BLOCK x BLOCK pixels of an area hold a gap; what is left over at the right and at the bottom is left out."""
        dem = self.areas[index].dem
        height, width = (size // BLOCK * BLOCK for size in dem.shape)
        strips = [~np.isfinite(dem[top : min(top + ROWS, height), :width]) for top in range(0, height, ROWS)]
        return np.concatenate([strip.reshape(-1, BLOCK, width // BLOCK, BLOCK).any(axis=(1, 3)) for strip in strips])

    def _degrade(
        self,
        crop: Crop,
        lattice: Lattice,
        forest: guides.Scene | None,
        built: guides.Scene | None,
        wrong: bool,
        trees: Tensor | None,
        rng: np.random.Generator,
        gen: torch.Generator,
    ) -> tuple[Tensor, float]:
        """The coarse DEM (1, 1, h, w) on `lattice` that a sensor would have delivered, and the standard deviation of what it got wrong.

        That it is not sharp is no error, as a lack of detail is none. An offset of the whole patch is none either: nothing in it can tell.
        With a correlated error (`wrong`) come heights that are too large on slopes, under `trees` (1, 1, S, S, their share) if any. A lake
        that was drawn has none of these: sensors' makers level water, some of them to a few centimetres only.
        """
        s = self.settings
        metre = crop.pixel_size / float(rng.uniform(5, 30))
        spread = float(rng.uniform(0.2, 0.6)) * lattice.ratio if rng.random() < s.spread_share else 0.0
        clean = lattice.mean(degradations.point_spread(crop.finest, spread * crop.finest.shape[-1] / crop.dem.shape[-1]))
        coarse = clean
        # Trees and houses of 2 to 15 m are small on the pixels that they are seen with.
        tall = crop.pixel_size / 20
        on_top = torch.zeros_like(crop.dem)
        if forest is not None:
            on_top = degradations.canopy(forest.forest, float(rng.uniform(2, 15)) * tall, gen)
        if built is not None:
            roofs = degradations.buildings(built.built, float(rng.uniform(3, 15)) * tall, int(rng.integers(1, 5)), gen)
            on_top = torch.maximum(on_top, roofs)
        if forest is not None or built is not None:
            coarse = coarse + lattice.mean(degradations.point_spread(on_top, spread))
        if wrong:
            low, high = np.log(s.error_range)
            sigma = float(np.exp(rng.uniform(low, high))) * crop.pixel_size
            coarse = coarse + self._sensor_error(clean, sigma, rng, gen)
            too_high = float(rng.uniform(0.0, 0.5)) * sigma
            if trees is not None:
                bias = degradations.slope_bias(clean, too_high, lattice.ratio * crop.pixel_size)
                coarse = coarse + bias * lattice.mean(trees)
        land = 1.0
        if crop.water is not None:
            wet = lattice.mean(crop.water)
            land = max(1.0 - float(wet.mean()), 0.1)
            coarse = clean + (coarse - clean) * (1.0 - wet)
            if rng.random() < UNLEVEL:
                ripples = float(np.exp(rng.uniform(*np.log(RIPPLES)))) * metre
                length = float(rng.uniform(0.3, 2.0))
                coarse = coarse + wet * degradations.correlated_error(clean, torch.tensor([ripples]), length, gen, slope_growth=0.0)
        if wrong and rng.random() < s.rounding_share:
            coarse = degradations.rounded(coarse, metre)
        # What is stated of a DEM is stated of its land.
        return coarse, 0.0 if coarse is clean else float((coarse - clean).std()) / land**0.5

    def _sensor_error(self, clean: Tensor, sigma: float, rng: np.random.Generator, gen: torch.Generator) -> Tensor:
        """What a sensor gets wrong of `clean` (1, 1, h, w), of the standard deviation `sigma`: drawn, or one's own elsewhere."""
        length, long_share = float(rng.uniform(0.4, 2.0)), float(rng.uniform(0.0, 0.6))
        long_length, growth = float(rng.uniform(3.0, 8.0)), float(rng.uniform(0.0, 2.0))
        size, share = torch.tensor([sigma]), self.settings.sensed_share
        height, width = clean.shape[2:]
        real = sensed(self.areas, height, width, rng) if share and rng.random() < share else None
        if real is not None:
            return degradations.grown(real, clean, size, growth)
        far = {"long_share": long_share, "long_length": long_length}
        return degradations.correlated_error(clean, size, length, gen, **far, slope_growth=growth)

    def _guide(
        self, crop: Crop, size: int, forest: bool, built: bool, rng: np.random.Generator, gen: torch.Generator
    ) -> tuple[Tensor, Tensor, guides.Scene | None]:
        """A guide (1, 3, S, S), its validity (1, 1, S, S), and the scene that it was rendered from, if it was."""
        s = self.settings
        kind = rng.random()
        blank = kind < s.no_guide
        spoiled = s.no_guide <= kind < s.no_guide + s.bad_guide
        blurred = s.no_guide + s.bad_guide <= kind < s.no_guide + s.bad_guide + s.blurred_guide
        photo = crop.guide if rng.random() < s.real_guide else None
        valid, scene = torch.ones_like(crop.dem), None
        if blank:
            return torch.zeros(1, 3, size, size), torch.zeros_like(valid), None
        if photo is not None:
            image, valid = guides.filled(photo)
        else:
            scene = self._render(crop, rng, gen, forest=forest, built=built)
            image = scene.image
        if s.striped_share and rng.random() < s.striped_share:
            image = guides.striped(image, gen)
        if spoiled:
            image, valid = self._spoil(image, valid, size, rng, gen)
        elif blurred:
            image = guides.coarsen(image, float(rng.uniform(1, 5)))
        if s.shift_pixels and rng.random() < 0.5:
            image = guides.shift(image, *(float(v) for v in rng.normal(0, s.shift_pixels, 2)))
        return image * valid, valid, scene

    def _render(self, crop: Crop, rng: np.random.Generator, gen: torch.Generator, *, forest: bool, built: bool) -> guides.Scene:
        """A scene of a crop, its image scaled as one of a larger scene would be."""
        s = self.settings
        sun, albedo, atmosphere, noise = (bool(v) for v in rng.random(4) < (s.sun, s.albedo, s.atmosphere, s.noise))
        lines = s.lines > 0 and bool(rng.random() < s.lines)
        scene = guides.scene(
            crop.dem,
            torch.tensor([crop.dx]),
            torch.tensor([crop.dy]),
            gen,
            sun=sun,
            albedo=albedo,
            atmosphere=atmosphere,
            noise=noise,
            forest=forest,
            built=built,
            lines=lines,
        )
        headroom = torch.from_numpy(rng.exponential(0.3, (1, 2))).float()
        return replace(scene, image=guides.scale_by_percentiles(scene.image, headroom))

    def _spoil(self, image: Tensor, valid: Tensor, size: int, rng: np.random.Generator, gen: torch.Generator) -> tuple[Tensor, Tensor]:
        """A guide that tells nothing, or lies: constant, clouded, of another place, upside down, misregistered by 1 to 4 pixels; and where
        it is known, which an image that is upside down is elsewhere."""
        # Misregistration is what happens to users most, and upside down is hardest to tell: its hills are as large and as many.
        match str(rng.choice(("constant", "clouded", "foreign", "upside down", "misregistered"), p=(0.05, 0.13, 0.13, 0.35, 0.34))):
            case "constant":
                return torch.full_like(image, float(rng.uniform(-0.1, 1.1))), valid
            case "clouded":
                return guides.cloud(image, gen), valid
            case "foreign":
                return self._render(self._crop(rng, size), rng, gen, forest=False, built=False).image, valid
            case "upside down":
                return image.flip(2), valid.flip(2)
            case _:
                far, turn = float(rng.uniform(1, 4)), float(rng.uniform(0, 2 * math.pi))
                return guides.shift(image, far * math.cos(turn), far * math.sin(turn)), valid


def open_source(folder: Path, split: Split, settings: DataSettings, seed: int) -> BatchSource:
    """Batches of the areas of a split in a prepared folder. Raises DataError where they cannot be drawn."""
    areas = load_areas(folder, split)
    if not areas:
        raise DataError(f"{folder} has no {split} area.", f'Give one of its areas split = "{split}", and prepare it again.')
    source = BatchSource(areas, settings, seed)
    source.check(split)
    return source


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
