"""How much of SRTM's error can be explained from SRTM itself and from a 30 m image, and what a perfect image would add.

    python benchmarks/srtm_error.py --data runs/data --model resources/models/siran-3x.onnx

prints a report in Markdown: docs/srtm.md explains it. The areas are the prepared ones that have a real coarse DEM and a real image: the two
parts of San Francisco. Every figure that says how much is explained is out of sample: learned on one area and judged on the other, or
learned on squares of ground and judged on others, with a strip between them that is used for neither.
"""

from __future__ import annotations

import argparse
import math
import platform
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter, minimum_filter, uniform_filter
from torch import nn
from torch.nn import functional as F

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from backend import models  # noqa: E402
from backend.engines import open_engine  # noqa: E402
from backend.errors import BackendError  # noqa: E402
from backend.metrics.terrain import SLOPE_CLASSES  # noqa: E402
from training.data import guides  # noqa: E402
from training.data.areas import SPLITS, Area, load_areas  # noqa: E402
from training.errors import TrainingError, refused  # noqa: E402
from training.evaluate import engine_run  # noqa: E402
from training.evaluation.conditions import guides_of  # noqa: E402
from training.evaluation.figures import Scores, score  # noqa: E402
from training.evaluation.pairs import Pair, with_real_coarse  # noqa: E402
from training.evaluation.tables import table  # noqa: E402
from training.metrics import error_statistics, slope_degrees, slopes  # noqa: E402
from training.networks import terrain  # noqa: E402
from training.networks.attention import box_mean  # noqa: E402
from training.networks.shading import Reading, read_shading  # noqa: E402

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]

LAGS = (1, 2, 4, 10)
BANDS = ((0.0, 4.0), (4.0, 8.0), (8.0, 16.0), (16.0, 32.0))
"""Wavelengths in pixels; what is left is longer."""
TILE = 48
"""Pixels of a spectrum's tiles: half as long again as the longest band, and short enough to fit into the northern strip."""
FAR_BLOCKS, NEAR_BLOCKS = (96, 32), (48, 16)
"""Pixels of the squares that are judged as one, and of the strip around them that is not learned from: 2.7 and 0.9 km, 1.3 and 0.45 km.
At 16 pixels errors are still correlated by a quarter: the near blocks show what knowing the neighbourhood is worth."""
FOLDS = 5
SQUARE = 48
"""Pixels of a square that may have a shift of their own: 1.3 km."""
REACH = 4
"""Pixels each way of the windows that the regression is given: 9 x 9."""
SEEDS = (0, 1)
"""Each rendered image is drawn with two suns and land covers, and averaged."""
STATED = (0.1, 2.4, 5.0, 6.0, 8.7)
"""Metres: lidar, GLO-30, NASADEM and ALOS, what SRTM is off by here, ASTER."""
PENALTIES = np.geomspace(1e-4, 1e2, 13)
"""Of the ridge regression, in units of the pixels learned from: features have unit variance."""
FAR, OUTLIER = 5.0, 3.0
"""Standard deviations: features that lie farther off, and errors that are learned from, count as if they lay there."""
EPOCHS = 10
GREENNESS = ("least green quarter", "second", "third", "greenest quarter")
TOP = 0.01
"""Share of the pixels that is named the largest errors."""
FEWEST = 200
"""Pixels that a shift is fitted to."""


@dataclass(frozen=True)
class Place:
    """One area: everything (H, W). `error`: SRTM minus the reference, metres, minus `bias`, its mean over the `judged` pixels.

    `image` (3, H, W) is 0 where it is unknown, and `known` says where it is not.
    """

    pair: Pair
    image: Floats
    known: Floats
    judged: Mask
    error: Doubles
    bias: float

    @property
    def area(self) -> Area:
        """Where the pixels' size and the name are."""
        return self.pair.area

    @cached_property
    def slope(self) -> Doubles:
        """Of the reference, degrees."""
        return slope_degrees(self.pair.target, self.area.dx, self.area.dy)


def places_of(data: Path) -> list[Place]:
    """All prepared areas with a real coarse DEM and an image. Raises TrainingError where there are not two: one is judged by the other."""
    found = []
    for area in (area for split in SPLITS for area in load_areas(data, split)):
        pair = with_real_coarse(area, 1)
        if pair is None or area.guide is None:
            continue
        height, width = pair.target.shape
        known = np.isfinite(area.guide[:, :height, :width]).all(axis=0)
        image = np.where(known, area.guide[:, :height, :width], np.float32(0)).astype(np.float32)
        judged = pair.judged & known
        error = (pair.cubic - pair.target).astype(np.float64)
        bias = float(error[judged].mean())
        found.append(Place(pair, image, np.asarray(known, np.float32), judged, error - bias, bias))
    if len(found) != 2:
        raise TrainingError(
            f"{data} has {len(found)} areas with a real coarse DEM and an image; this compares two.",
            "Run 'python -m training.prepare --areas training/configs/areas.toml --root FOLDER_OF_RASTERS'.",
        )
    return found


def squares(shape: tuple[int, ...], size: int) -> Numbers:
    """Which square of `size` pixels each pixel lies in, (H, W), counted from 0."""
    row, column = np.indices(shape) // size
    return np.asarray(row * -(-shape[1] // size) + column)


# ---------------------------------------------------------------------------------------------- 1. what the error is like


def lag_correlation(place: Place, lag: int) -> float:
    """Correlation of the errors of pixels that lie `lag` apart, along rows and columns together."""
    products = squares = 0.0
    for axis in (0, 1):
        first = [slice(None)] * 2
        second = [slice(None)] * 2
        first[axis], second[axis] = slice(None, -lag), slice(lag, None)
        both = place.judged[tuple(first)] & place.judged[tuple(second)]
        one, other = place.error[tuple(first)][both], place.error[tuple(second)][both]
        products += float((one * other).sum())
        squares += float((one**2 + other**2).sum()) / 2
    return products / squares


def band_variances(field: Doubles, where: Mask) -> Doubles:
    """Mean square of `field` (H, W) in each of BANDS and, last, at longer wavelengths, m^2: (len(BANDS) + 1,).

    Fourier transform of tiles of TILE x TILE pixels that lie wholly in `where`, a quarter of a tile apart, tapered by a Hann window. What
    the bands do not hold, means and slopes of tiles with it, is longer: the sum is the mean square itself.
    """
    steps = (slice(None, None, TILE // 4),) * 2
    whole = np.lib.stride_tricks.sliding_window_view(where, (TILE, TILE))[steps].all(axis=(2, 3))
    tiles = np.lib.stride_tricks.sliding_window_view(field, (TILE, TILE))[steps][whole]
    taper = np.hanning(TILE + 1)[:TILE]
    mask = taper[:, None] * taper[None, :]
    weight = np.square(mask).sum()
    total = float((tiles**2 * mask**2).sum(axis=(1, 2)).mean() / weight)
    ramp = (np.arange(TILE) - (TILE - 1) / 2) / math.sqrt(TILE * (TILE**2 - 1) / 12 * TILE)
    flat = tiles - tiles.mean(axis=(1, 2), keepdims=True)
    for axis in (ramp[:, None] * np.ones(TILE), ramp[None, :] * np.ones((TILE, 1))):
        flat = flat - axis * (flat * axis).sum(axis=(1, 2), keepdims=True)
    power = (np.abs(np.fft.fft2(flat * mask)) ** 2).mean(axis=0) / (weight * TILE**2)
    cycles = np.fft.fftfreq(TILE)
    frequency = np.hypot(cycles[:, None], cycles[None, :])
    inside = [float(power[(frequency * long > 1 + 1e-9) & (frequency * short <= 1 + 1e-9)].sum()) for short, long in BANDS]
    return np.array([*inside, total - sum(inside)])


def shift_of(error: Doubles, east: Doubles, south: Doubles) -> Doubles:
    """(offset, east, south) that fit best: the error that a DEM has which lies beside the truth is its slopes times the shift (metres)."""
    design = np.stack([np.ones_like(east), east, south], axis=1)
    return np.asarray(np.linalg.lstsq(design, error, rcond=None)[0])


def misregistration(places: Sequence[Place]) -> list[list[str]]:
    """For each place: the shift of SRTM in pixels, fitted without the largest errors, the share of all errors that it explains there, the
    share that the other place's shift does, and what comes of a shift (and an offset) for each square of SQUARE pixels, learned on one half
    of its small squares and judged on the other, over an offset alone."""
    gradients = [slopes(place.pair.target, place.area.dx, place.area.dy) for place in places]
    fitted = [place.judged & (np.abs(place.error) <= np.quantile(np.abs(place.error[place.judged]), 1 - TOP)) for place in places]
    shifts = [
        shift_of(place.error[seen], east[seen], south[seen]) for place, seen, (east, south) in zip(places, fitted, gradients, strict=True)
    ]
    rows = []
    for number, (place, seen, (east, south)) in enumerate(zip(places, fitted, gradients, strict=True)):
        own, other = (shift[1] * east + shift[2] * south for shift in (shifts[number], shifts[1 - number]))
        shares = [1 - float((place.error - each)[seen].var() / place.error[seen].var()) for each in (own, other)]
        alone = rest = 0.0
        chess = np.add(*np.indices(place.error.shape) // 8) % 2 == 0
        number_of = squares(place.error.shape, SQUARE)
        for each, half in product(np.unique(number_of[seen]), (chess, ~chess)):
            fit, judge = seen & (number_of == each) & half, seen & (number_of == each) & ~half
            if fit.sum() >= FEWEST and judge.any():
                offset, to_east, to_south = shift_of(place.error[fit], east[fit], south[fit])
                alone += float(np.square(place.error[judge] - place.error[fit].mean()).sum())
                rest += float(np.square(place.error[judge] - offset - to_east * east[judge] - to_south * south[judge]).sum())
        # A DEM moved by d has the error -d . gradient.
        moved = (-shifts[number][1] / place.area.dx, shifts[number][2] / place.area.dy)
        rows.append([place.area.name, *(f"{each:+.2f}" for each in moved), *(percent(share) for share in (*shares, 1 - rest / alone))])
    return rows


def greenness(image: Floats) -> Floats:
    """(NIR - R) / (NIR + R) of percentile-scaled bands, which is not reflectance: an order of greenness, no NDVI. (3, H, W) to (H, W)."""
    near, red = image[0].clip(0), image[1].clip(0)
    return np.asarray((near - red) / (near + red + 0.1))


def green_quarter(place: Place) -> Numbers:
    """Which of GREENNESS each pixel belongs to, (H, W)."""
    green = greenness(place.image)
    return np.searchsorted(np.quantile(green[place.judged], (0.25, 0.5, 0.75)), green)


# ---------------------------------------------------------------------------------------- 2 to 4. what can be learned of it


def window(values: Floats, where: Mask, step: int = 1) -> Floats:
    """The values on 9 x 9 places `step` pixels apart around each pixel of `where`: (H, W) to (n, 81)."""
    reach = REACH * step
    padded = np.pad(values, reach, mode="edge")
    height, width = values.shape
    places = product(range(0, 2 * reach + 1, step), repeat=2)
    return np.stack([padded[row : row + height, column : column + width][where] for row, column in places], axis=1).astype(np.float32)


def local_mean(values: Floats, size: int) -> Floats:
    """Mean over `size` x `size` pixels, (H, W)."""
    return np.asarray(uniform_filter(values.astype(np.float64), size, mode="nearest"), np.float32)


def local_spread(values: Floats, size: int) -> Floats:
    """Standard deviation over `size` x `size` pixels, (H, W)."""
    centred = values.astype(np.float64) - float(values.mean())
    square = uniform_filter(centred**2, size, mode="nearest") - uniform_filter(centred, size, mode="nearest") ** 2
    return np.asarray(np.sqrt(square.clip(0)), np.float32)


def tensor(values: Floats) -> torch.Tensor:
    """With a first dimension of 1, and channels where there are none."""
    return torch.from_numpy(np.ascontiguousarray(values, np.float32)).reshape(1, -1, *values.shape[-2:])


def srtm_slopes(place: Place) -> torch.Tensor:
    """As the network sees them, (1, 2, H, W)."""
    return terrain.slopes(tensor(place.pair.cubic), torch.tensor([place.area.pixel_size]))


def read(place: Place, image: Floats) -> Reading:
    """What the image's shading says, as the network is told."""
    rough = terrain.roughness(terrain.detail(tensor(place.pair.cubic), torch.tensor([place.area.pixel_size])))
    return read_shading(srtm_slopes(place), tensor(image), tensor(place.known), rough)


def slope_features(place: Place) -> Floats:
    """Two slopes: a shift of the whole DEM is linear in them. (n, 2)."""
    return srtm_slopes(place)[0].numpy()[:, place.judged].T


def shape_features(place: Place) -> Floats:
    """SRTM's own shape: differences to 80 neighbours, bands of detail, slopes, steepness and relief, never the height. (n, 97)."""
    dem, where = place.pair.cubic, place.judged
    around = window(dem, where)
    middle = around.shape[1] // 2
    differences = np.delete(around - around[:, middle : middle + 1], middle, axis=1)
    bands = terrain.detail(tensor(dem), torch.tensor([place.area.pixel_size]))[0].numpy()
    steep = srtm_slopes(place)[0].norm(dim=0).numpy()
    maps = [*bands, dem - local_mean(dem, 31), steep, steep**2]
    maps += [local_mean(steep, size) for size in (7, 15, 31)] + [local_spread(dem, size) for size in (3, 7, 15)]
    maps += [maximum_filter(dem, size) - minimum_filter(dem, size) for size in (5, 15)]
    maps += [np.abs(dem - local_mean(dem, 3))]
    return np.concatenate([differences, np.stack([each[where] for each in maps], axis=1)], axis=1).astype(np.float32)


def cover_features(place: Place) -> Floats:
    """What grows and stands there: bands, contrast with the surroundings, texture, greenness. (n, 40)."""
    maps: list[Floats] = []
    for band in (*place.image, greenness(place.image)):
        maps += [band, band**2, *(local_mean(band, size) for size in (3, 7, 15, 31))]
        maps += [local_spread(band, size) for size in (3, 7, 15)] + [np.abs(band - local_mean(band, 3))]
    return np.stack([each[place.judged] for each in maps], axis=1).astype(np.float32)


def shading_features(place: Place, image: Floats) -> Floats:
    """What the image says about slopes: the change that it asks for, in a window, and NIR itself there. `image` (3, H, W) to (n, 243)."""
    change = read(place, image).change[0].numpy()
    return np.concatenate([window(each, place.judged) for each in (*change, image[0])], axis=1)


def slope_error_features(place: Place, steps: Sequence[int]) -> Floats:
    """The slope change that is really needed, both ways and without error: means of `step` x `step` pixels, 9 x 9 of them for each step."""
    needed = terrain.slopes(tensor(place.pair.target), torch.tensor([place.area.pixel_size])) - srtm_slopes(place)
    maps = [(each, step) for step in steps for each in box_mean(needed, step)[0].numpy()]
    return np.concatenate([window(each, place.judged, step) for each, step in maps], axis=1)


def rendered(place: Place, side: int, seed: int, *, perfect: bool, coarser: float = 1.0) -> Floats:
    """An image of the reference, as sharp as that is: (3, H, W), scaled as the backend scales a scene.

    `perfect`: ground of one colour under a sensor without noise; else with land cover and noise as training draws them. The renderer works
    on squares; the same `side` and `seed` give both places one sun and one kind of land cover, as one scene would.
    """
    height, width = place.pair.target.shape
    square = np.pad(place.pair.target, ((0, side - height), (0, side - width)), mode="reflect")
    dx, dy = (torch.tensor([each], dtype=torch.float32) for each in (place.area.dx, place.area.dy))
    draw = torch.Generator().manual_seed(seed)
    image = guides.scene(tensor(square), dx, dy, draw, albedo=not perfect, noise=not perfect).image[:, :, :height, :width]
    return guides.scale_by_percentiles(guides.coarsen(image, coarser), torch.zeros(1, 2))[0].numpy()


Learner = Callable[[Floats, Doubles, Numbers, Floats], Doubles]
"""Features (n, p), errors (n,) and folds (n,) to learn from, features (m, p) to judge; to errors (m,) as they are expected."""


def scaled(features: Floats, *several: Floats) -> list[Floats]:
    """Each of `several` in standard deviations of `features` from their means, no more than FAR either way, (n, p)."""
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    return [np.asarray(((each - mean) / spread).clip(-FAR, FAR), np.float32) for each in several]


def bounded(error: Doubles) -> Doubles:
    """Errors (n,) to learn from, no more than OUTLIER standard deviations either way: single towers would else decide. Judged are all."""
    return np.asarray(error.clip(-OUTLIER * error.std(), OUTLIER * error.std()))


def ridge(features: Floats, error: Doubles, fold: Numbers, judged: Floats) -> Doubles:
    """Ridge regression; the penalty is the one that does best between three parts of what is learned from."""
    learned, asked = scaled(features, features, judged)
    target = bounded(error)
    level = float(target.mean())
    grams, sides = [], []
    for each in range(3):
        part = learned[fold % 3 == each]
        grams.append((part.T @ part).astype(np.float64))
        sides.append((part.T @ (target[fold % 3 == each] - level).astype(np.float32)).astype(np.float64))
    losses = np.zeros(len(PENALTIES))
    for gram, side in zip(grams, sides, strict=True):
        for number, weights in enumerate(_solved(sum(grams) - gram, sum(sides) - side, len(learned))):
            losses[number] += weights @ gram @ weights - 2 * weights @ side
    weights = _solved(sum(grams), sum(sides), len(learned))[int(losses.argmin())]
    return np.asarray(asked.astype(np.float64) @ weights + level)


def _solved(gram: Doubles, side: Doubles, pixels: int) -> list[Doubles]:
    """Weights for each of PENALTIES."""
    values, vectors = np.linalg.eigh(gram)
    turned = vectors.T @ side
    return [vectors @ (turned / (values.clip(0) + penalty * pixels)) for penalty in PENALTIES]


def perceptron(features: Floats, error: Doubles, fold: Numbers, judged: Floats) -> Doubles:
    """A neural network of two hidden layers of 48, stopped where it does best on a fold that it does not learn from."""
    torch.manual_seed(0)
    learned, asked = (torch.from_numpy(each) for each in scaled(features, features, judged))
    unit = float(error.std())
    target = torch.from_numpy((bounded(error) / unit).astype(np.float32))[:, None]
    last = fold == np.unique(fold)[-1]
    taught, held = (torch.from_numpy(np.flatnonzero(each)) for each in (~last, last))
    layers = [nn.Linear(learned.shape[1], 48), nn.ReLU(), nn.Dropout(0.3), nn.Linear(48, 48), nn.ReLU(), nn.Dropout(0.3), nn.Linear(48, 1)]
    network = nn.Sequential(*layers)
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=0.1)
    best, state = math.inf, network.state_dict()
    for _epoch in range(EPOCHS):
        network.train()
        for batch in taught[torch.randperm(len(taught))].split(1024):  # type: ignore[no-untyped-call]
            optimizer.zero_grad()
            F.mse_loss(network(learned[batch]), target[batch]).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        network.eval()
        with torch.no_grad():
            loss = float(F.mse_loss(network(learned[held]), target[held]))
        if loss < best:
            best, state = loss, {name: value.clone() for name, value in network.state_dict().items()}
    network.load_state_dict(state)
    with torch.no_grad():
        return np.asarray(network(asked)[:, 0].numpy() * unit, np.float64)


@dataclass(frozen=True)
class Ground:
    """The judged pixels of both places in one row: (n,), `near` (FOLDS, n). `taught`: every other pixel, whose errors are nearly those of
    its neighbours: learning from all takes twice the time."""

    place: Numbers
    error: Doubles
    fold: Numbers
    block: Numbers
    near: Mask
    taught: Mask

    @classmethod
    def of(cls, places: Sequence[Place], size: int, strip: int) -> Ground:
        """In the order in which features come; blocks of `size` pixels are dealt to the folds by chance, with a `strip` around them."""
        blocks = [squares(place.error.shape, size) for place in places]
        folds = [np.random.default_rng(0).permutation(np.arange(block.max() + 1) % FOLDS)[block] for block in blocks]
        near = [
            np.stack([maximum_filter((fold == number) & place.judged, 2 * strip + 1) for number in range(FOLDS)])
            for place, fold in zip(places, folds, strict=True)
        ]
        chess = [np.add(*np.indices(place.judged.shape)) % 2 == 0 for place in places]
        first = np.cumsum([0, *(block.max() + 1 for block in blocks)])

        def row(maps: Sequence[NDArray[Any]]) -> NDArray[Any]:
            return np.concatenate([each[..., place.judged] for each, place in zip(maps, places, strict=True)], axis=-1)

        return cls(
            place=row([np.full(place.error.shape, number) for number, place in enumerate(places)]),
            error=row([place.error for place in places]),
            fold=row(folds),
            block=row([block + start for block, start in zip(blocks, first, strict=False)]),
            near=row(near),
            taught=row(chess),
        )


@dataclass(frozen=True)
class Learned:
    """What was expected of pixels that were not learned from, metres, (n,): `across` by what the other place taught, with the mean of each
    place taken away, `within` by other blocks of both. `offsets`: the means that were taken away."""

    across: Doubles
    within: Doubles
    offsets: tuple[float, ...]


def learn(ground: Ground, features: Floats, learner: Learner) -> Learned:
    """Cross-validation, by place and by block."""
    across = np.zeros(len(ground.error))
    offsets = []
    for place in np.unique(ground.place):
        here = ground.place == place
        taught = ~here & ground.taught
        across[here] = learner(features[taught], ground.error[taught], ground.fold[taught], features[here])
        offsets.append(float(across[here].mean()))
        across[here] -= offsets[-1]
    return Learned(across, learn_within(ground, features, learner), tuple(offsets))


def learn_within(ground: Ground, features: Floats, learner: Learner) -> Doubles:
    """Cross-validation by block: what is expected of each pixel, (n,), by those that lie in other folds and not near."""
    expected = np.zeros(len(ground.error))
    for fold in range(FOLDS):
        here, far = ground.fold == fold, ground.taught & ~ground.near[fold]
        expected[here] = learner(features[far], ground.error[far], ground.fold[far], features[here])
    return expected


def explained(error: Doubles, expected: Doubles) -> float:
    """Share of the mean square that is gone where what was expected is taken away; below 0 where it does harm."""
    return 1 - float(np.square(error - expected).sum() / np.square(error).sum())


def interval(ground: Ground, expected: Doubles) -> tuple[float, float]:
    """90 % of what `explained` would be had other blocks been judged: blocks are drawn anew 1000 times."""
    _, number = np.unique(ground.block, return_inverse=True)
    whole, rest = (np.bincount(number, each) for each in (np.square(ground.error), np.square(ground.error - expected)))
    drawn = np.random.default_rng(0).integers(0, len(whole), (1000, len(whole)))
    low, high = np.quantile(1 - rest[drawn].sum(axis=1) / whole[drawn].sum(axis=1), (0.05, 0.95))
    return float(low), float(high)


def usual(ground: Ground) -> Mask:
    """All pixels but the hundredth part with the largest errors."""
    return np.asarray(np.abs(ground.error) <= np.quantile(np.abs(ground.error), 1 - TOP))


LEARNED_HEAD = ["given", "features", "{1} → {0}", "{0} → {1}", "other blocks", "90 % interval", "RMSE", "without the worst 1 %"]


def learned_row(name: str, ground: Ground, count: int, several: Sequence[Learned]) -> list[str]:
    """A row of LEARNED_HEAD; where there are several draws of an image, their means."""

    def mean(numbers: Iterable[float]) -> float:
        return float(np.mean(list(numbers)))

    across = [
        mean(explained(ground.error[here], one.across[here]) for one in several)
        for here in (ground.place == place for place in np.unique(ground.place))
    ]
    within = mean(explained(ground.error, one.within) for one in several)
    bounds = [mean(interval(ground, one.within)[end] for one in several) for end in (0, 1)]
    most = usual(ground)
    robust = mean(explained(ground.error[most], one.within[most]) for one in several)
    change = math.sqrt(1 - within) - 1
    numbers = [*(percent(share) for share in across), percent(within), f"{percent(bounds[0])} to {percent(bounds[1])}", percent(change)]
    return [name, str(count), *numbers, percent(robust)]


def percent(share: float) -> str:
    """With sign, one digit."""
    return f"{100 * share:+.1f} %"


# ------------------------------------------------------------------------------------------------------------- the report


def describe(places: Sequence[Place]) -> Iterable[str]:
    """Step 1."""
    by_slope, lags, bands, covers, shifts = [], [], [], [], []
    for place in places:
        name, size = place.area.name, np.abs(place.error)
        for low, high in (*SLOPE_CLASSES, (0.0, 90.0)):
            inside = place.judged & (place.slope >= low) & (place.slope < high)
            by_slope.append([name, f"{low:.0f} to {high:.0f}°", *_statistics(place, inside)])
        lags.append([name, *(f"{lag_correlation(place, lag):.2f}" for lag in LAGS)])
        variances = band_variances(place.error, place.judged)
        bands.append([name, *(f"{share:.0%}" for share in variances / variances.sum()), f"{variances.sum():.1f}"])
        quarter = green_quarter(place)
        for number, label in enumerate(GREENNESS):
            covers.append([name, label, *_statistics(place, place.judged & (quarter == number))])
        largest = place.judged & (size > np.quantile(size[place.judged], 1 - TOP))
        covers.append([name, "largest 1 % of errors", *_statistics(place, largest)])
        # read_shading counts in cells of two pixels.
        found = 2 * read(place, place.image).shift[0].numpy()
        shifts.append([name, *(f"{np.median(each[place.judged[::2, ::2]]):+.2f}" for each in found)])
    yield "## 1. The error\n\nSRTM minus reference, metres. Share: of the squared error that is left when the area's bias is taken away.\n"
    yield table(["area", "slope of the reference", "pixels", "bias", "RMSE", "NMAD", "share"], by_slope)
    yield "\nCorrelation of the errors of pixels that lie so many pixels apart:\n"
    yield table(["area", *(str(lag) for lag in LAGS)], lags)
    yield "\nShare of the mean square by wavelength, in pixels, where 48 x 48 pixels have no gap; the mean square there, m²:\n"
    yield table(["area", *_band_names(), "mean square"], bands)
    yield "\nBy greenness of the image (quarters of each area), and the largest errors:\n"
    yield table(["area", "ground", "pixels", "bias", "RMSE", "NMAD", "share"], covers)
    yield "\nMisregistration, without the largest 1 % of errors: how far SRTM lies east and north of the reference, pixels; what share of"
    yield "the mean square that explains here, and the other area's shift; what a shift for each square of 1.3 km does, judged on its other"
    yield "half:\n"
    yield table(["area", "east", "north", "this shift", "the other's", "shift by square"], misregistration(places))
    yield "\nHow far the image lies east and south of SRTM's relief, pixels (median of what read_shading finds):\n"
    yield table(["area", "east", "south"], shifts)


def _statistics(place: Place, inside: Mask) -> list[str]:
    """Pixels, bias, RMSE, NMAD of the error as it is; share of the squares of the error without its area's bias."""
    one = error_statistics(place.error + place.bias, inside)
    share = np.square(place.error[inside]).sum() / np.square(place.error[place.judged]).sum()
    return [str(one.pixels), f"{one.bias:+.2f}", f"{one.rmse:.2f}", f"{one.nmad:.2f}", f"{share:.0%}"]


def _band_names() -> list[str]:
    return [f"under {long:.0f}" if short == 0 else f"{short:.0f} to {long:.0f}" for short, long in BANDS] + [f"over {BANDS[-1][1]:.0f}"]


def explain(places: Sequence[Place]) -> Iterable[str]:
    """Steps 2 to 4."""
    ground, close = Ground.of(places, *FAR_BLOCKS), Ground.of(places, *NEAR_BLOCKS)
    side = max(max(place.error.shape) for place in places)

    def both(make: Callable[[Place], Floats]) -> Floats:
        return np.concatenate([make(place) for place in places])

    shape, cover = both(shape_features), both(cover_features)
    shading = both(lambda place: shading_features(place, place.image))
    known: dict[str, Floats] = {
        "slopes (a shift of all)": both(slope_features),
        "SRTM's shape": shape,
        "image: cover": cover,
        "image: shading": shading,
        "image: cover, shading": np.concatenate([cover, shading], axis=1),
        "SRTM's shape; image: cover": np.concatenate([shape, cover], axis=1),
        "SRTM's shape; image: shading": np.concatenate([shape, shading], axis=1),
        "SRTM's shape; image: cover, shading": np.concatenate([shape, cover, shading], axis=1),
    }
    head = [name.format(*(place.area.name.rpartition("_")[2] for place in places)) for name in LEARNED_HEAD]
    linear = {name: learn(ground, features, ridge) for name, features in known.items()}
    yield "\n## 2 and 3. What SRTM and the real image explain\n\nShare of the mean square (of the error minus its area's bias) explained"
    yield "out of sample; below 0: it does harm. Ridge regression:\n"
    yield table(head, [learned_row(name, ground, known[name].shape[1], [linear[name]]) for name in known])
    richest = list(known)[-1]
    names = ["SRTM's shape", "SRTM's shape; image: cover", richest]
    yield "\nThe same by a neural network of two hidden layers:\n"
    bent = {name: learn(ground, known[name], perceptron) for name in names}
    yield table(head, [learned_row(name, ground, known[name].shape[1], [bent[name]]) for name in names])
    yield "\nThe difference of the areas' biases, metres, as it is and as what was learned on the other area expects it:\n"
    rows = []
    for number, place in enumerate(places):
        other = places[1 - number]
        learners = (linear[richest], bent[richest])
        expected = [f"{one.offsets[number]:+.2f}" for one in learners]
        rows.append([f"{place.area.name} minus {other.area.name}", f"{place.bias - other.bias:+.2f}", *expected])
    yield table(["areas", "as it is", "ridge", "network"], rows)

    yield "\nThe same judged on other blocks, as above and with blocks and strips half as wide (the neighbourhood is known):\n"
    rows = []
    for name in (names[0], richest):
        for kind, learner, far in (("ridge", ridge, linear), ("network", perceptron, bent)):
            shares = [explained(ground.error, far[name].within), explained(close.error, learn_within(close, known[name], learner))]
            rows.append([name, kind, *(percent(share) for share in shares)])
    yield table(["given", "learner", "blocks of 2.7 km, strip of 0.9 km", "blocks of 1.3 km, strip of 0.45 km"], rows)

    upper: dict[str, tuple[int, list[Learned]]] = {}
    for name, perfect, coarser in (
        ("rendered, perfect", True, 1.0),
        ("rendered, perfect, pixels three times as large", True, 3.0),
        ("rendered, with land cover and noise", False, 1.0),
    ):
        draws = []
        for seed in SEEDS:
            images = [rendered(place, side, seed, perfect=perfect, coarser=coarser) for place in places]
            shades = np.concatenate([shading_features(place, image) for place, image in zip(places, images, strict=True)])
            features = np.concatenate([shape, shades], axis=1)
            draws.append(learn(ground, features, ridge))
            if seed == SEEDS[0] and coarser == 1.0:
                upper[f"{name}, neural network, first draw"] = (features.shape[1], [learn(ground, features, perceptron)])
        upper[name] = (features.shape[1], draws)
    for name, windows in (("the true slopes, 9 x 9", (1,)), ("the true slopes, 9 x 9 and 27 x 27", (1, 3))):
        needed = np.concatenate([slope_error_features(place, windows) for place in places])
        features = np.concatenate([shape, needed], axis=1)
        upper[name] = (features.shape[1], [learn(ground, features, ridge)])
    yield "\n## 4. What a perfect image would explain\n\nRendered from the reference, of which 30 m is all there is; each with SRTM's"
    yield f"shape, ridge regression, mean of {len(SEEDS)} suns and land covers:\n"
    yield table(head, [learned_row(name, ground, count, draws) for name, (count, draws) in upper.items()])
    yield "\nWhere it is explained, judged on other blocks: by wavelength (pixels), slope of the reference and greenness.\n"
    shown = {"SRTM's shape": [linear["SRTM's shape"]], richest: [linear[richest]], f"{richest}, network": [bent[richest]]}
    shown |= {name: upper[name][1] for name in ("rendered, perfect", "rendered, with land cover and noise", "the true slopes, 9 x 9")}
    yield from _where(places, ground, shown)


def _where(places: Sequence[Place], ground: Ground, shown: Mapping[str, Sequence[Learned]]) -> Iterable[str]:
    before = sum(band_variances(place.error, place.judged) for place in places)
    by_band, by_class = [], []
    slope = np.concatenate([place.slope[place.judged] for place in places])
    quarter = np.concatenate([green_quarter(place)[place.judged] for place in places])
    groups = {f"{low:.0f} to {high:.0f}°": (slope >= low) & (slope < high) for low, high in SLOPE_CLASSES}
    groups |= {name: quarter == number for number, name in enumerate(GREENNESS)}
    for name, draws in shown.items():
        shares = []
        for one in draws:
            after = np.zeros_like(before)
            for number, place in enumerate(places):
                rest = place.error.copy()
                rest[place.judged] -= one.within[ground.place == number]
                after += band_variances(rest, place.judged)
            shares.append(1 - after / before)
        by_band.append([name, *(percent(float(share)) for share in np.mean(shares, axis=0))])
        means = [np.mean([explained(ground.error[each], one.within[each]) for one in draws]) for each in groups.values()]
        by_class.append([name, *(percent(float(share)) for share in means)])
    yield table(["given", *_band_names()], by_band)
    yield ""
    yield table(["given", *groups], by_class)


def run_model(places: Sequence[Place], path: Path) -> Iterable[str]:
    """Step 5."""
    model = models.load(path)
    run = engine_run(open_engine(model, "cpu", torch.get_num_threads(), lambda _level, _text: None), model.card)
    rows = []
    for place in places:
        pair, name = place.pair, place.area.name
        before = score(pair, pair.cubic)
        rows.append([name, "SRTM as it is", "", *_scores(before), "", ""])
        for condition, given in guides_of(pair, ("no guide", "real guide")):
            for stated in STATED:
                after = score(pair, run(pair.given, *given[0], place.area.pixel_size, stated)[0])
                ratios = after.errors.rmse / before.errors.rmse, after.slope_rmse / before.slope_rmse
                image = "with" if condition == "real guide" else "without"
                rows.append([name, image, f"{stated:g}", *_scores(after), *(percent(ratio - 1) for ratio in ratios)])
    yield "\n## 5. What the model does\n"
    yield "<!-- model -->\n"
    yield f"{path.name}, version {model.card.version}, sha256 {model.sha256[:12]}, at ratio 1. Errors in metres, of slopes in degrees.\n"
    yield table(["area", "image", "stated error", "RMSE", "bias", "slope RMSE", "change of RMSE", "change of slope RMSE"], rows)
    yield "\n<!-- /model -->"


def _scores(scores: Scores) -> list[str]:
    return [f"{scores.errors.rmse:.2f}", f"{scores.errors.bias:+.2f}", f"{scores.slope_rmse:.2f}"]


def main() -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="How much of SRTM's error SRTM itself, an image and the model explain.")
    parser.add_argument("--data", type=Path, default=Path("runs/data"), help="folder that training.prepare wrote (runs/data)")
    parser.add_argument("--model", type=Path, required=True, help="ONNX or TorchScript file")
    options = parser.parse_args()
    start = time.perf_counter()
    try:
        places = places_of(options.data)
        for part in (describe(places), explain(places), run_model(places, options.model)):
            for text in part:
                print(text, flush=True)
    except (BackendError, TrainingError, OSError) as error:
        return refused(error)
    seconds = time.perf_counter() - start
    print(f"\n{seconds:.0f} s, {torch.get_num_threads()} threads, {platform.machine()}, PyTorch {torch.__version__}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
