"""Figures: how well each method does in each area under each condition, and their means over the areas."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

from backend import halving
from backend.card import ModelCard
from backend.dem_source import ROUNDING, SOURCES
from backend.engines import Run
from backend.metrics.terrain import SLOPE_CLASSES
from training.evaluation.conditions import CONDITIONS, SHARP, guides_of
from training.evaluation.pairs import Floats, Guide, Pair, image_on_smaller_pixels, on_smaller_pixels
from training.evaluation.resamplers import KERNELS, resample
from training.metrics import (
    Coverage,
    ErrorStatistics,
    Spectrum,
    aspect_rmse,
    band_ratio,
    coverage,
    error_statistics,
    power_spectrum,
    psnr,
    rmse,
    ssim,
    terrain,
)

T = TypeVar("T")
Say = Callable[[str], None]
Keep = Callable[[Pair, str, str, Floats], None]
"""Is shown each elevation (H, W) with its pair, condition and method; of several guides of one condition, the first's."""

CUBIC = "cubic"


@dataclass(frozen=True)
class SlopeClass:
    """Errors on the judged pixels whose reference slope is `low` to `high` degrees. `coverage` is None without a sigma."""

    low: float
    high: float
    errors: ErrorStatistics
    coverage: Coverage | None


@dataclass(frozen=True)
class Detail:
    """Power spectrum over the reference's (training/metrics/spectrum.py).

    `wavelengths` in pixels and the `ratio` of powers at each. `resolved`: all wavelengths from four coarse pixels down to two, the coarse
    grid's Nyquist wavelength, which a resampler should leave at 1; `upper` and `lower`: from there to the fine grid's, two pixels, cut in
    two at the geometric mean. Those are what a resampler cannot know.
    """

    resolved: float
    upper: float
    lower: float
    wavelengths: tuple[float, ...]
    ratio: tuple[float, ...]


@dataclass(frozen=True)
class Scores:
    """All that is measured of one DEM. `data_range` (metres, SSIM's and PSNR's): the reference's highest minus lowest judged pixel.

    Slope and aspect RMSE in degrees, curvature RMSE in 1/m times 100. `consistency`: RMSE of the means over coarse pixels against the
    coarse DEM that the method was given, metres; NaN where nobody knows its grid. `detail` is None where no tile is
    free of gaps, `coverage` without a sigma.
    """

    errors: ErrorStatistics
    ssim: float
    psnr: float
    data_range: float
    slope_rmse: float
    aspect_rmse: float
    curvature_rmse: float
    consistency: float
    detail: Detail | None
    by_slope: tuple[SlopeClass, ...]
    coverage: Coverage | None


@dataclass(frozen=True)
class Figure:
    """One row: a method in an area under one condition, beside what cubic resampling does there."""

    area: str
    condition: str
    method: str
    scores: Scores
    cubic: Scores

    @property
    def takes_guide(self) -> bool:
        """Whether the method is a model, not a resampler."""
        return self.method not in KERNELS

    @property
    def rmse_cubic(self) -> float:
        """Metres."""
        return self.cubic.errors.rmse

    @property
    def rmse_ratio(self) -> float:
        """RMSE divided by cubic's."""
        return self.ratios()["rmse"]

    @property
    def slope_rmse_ratio(self) -> float:
        """Slope RMSE divided by cubic's."""
        return self.ratios()["slope_rmse"]

    def ratios(self) -> dict[str, float]:
        """Every error, of bias its size, divided by cubic's: below 1 is better than cubic. NaN where cubic's is 0 or unknown."""
        ours, theirs = self.scores, self.cubic
        pairs = {name: (getattr(ours.errors, name), getattr(theirs.errors, name)) for name in ("rmse", "mae", "nmad", "le90")}
        pairs |= {name: (getattr(ours, name), getattr(theirs, name)) for name in ("slope_rmse", "aspect_rmse", "curvature_rmse")}
        pairs["bias"] = (abs(ours.errors.bias), abs(theirs.errors.bias))
        for ours_class, theirs_class in zip(ours.by_slope, theirs.by_slope, strict=True):
            name = f"rmse_{ours_class.low:.0f}_{ours_class.high:.0f}_degrees"
            pairs[name] = (ours_class.errors.rmse, theirs_class.errors.rmse)
        return {name: one / other if other > 0 else math.nan for name, (one, other) in pairs.items()}

    def brief(self) -> dict[str, str | float]:
        """What a model card says of it."""
        numbers = {"rmse_cubic": self.rmse_cubic, "rmse_ratio": self.rmse_ratio, "slope_rmse_ratio": self.slope_rmse_ratio}
        return {"area": self.area, "condition": self.condition, **{name: round(value, 4) for name, value in numbers.items()}}

    def to_dict(self) -> dict[str, Any]:
        """Plain values: everything but cubic's scores, which are a row of their own."""
        return {
            "area": self.area,
            "condition": self.condition,
            "method": self.method,
            "ratios_to_cubic": self.ratios(),
            **asdict(self.scores),
        }


def score(pair: Pair, elevation: Floats, sigma: Floats | None = None) -> Scores:
    """All scores of `elevation` (H, W) against the pair's reference."""
    area, where = pair.area, pair.judged
    difference = elevation - pair.target
    shape = terrain(elevation, area.dx, area.dy)
    errors = error_statistics(difference, where)
    classes = []
    for low, high in SLOPE_CLASSES:
        inside = where & (pair.terrain.slope >= low) & (pair.terrain.slope < high)
        covered = coverage(difference, sigma, inside) if sigma is not None else None
        classes.append(SlopeClass(low, high, error_statistics(difference, inside), covered))
    return Scores(
        errors=errors,
        ssim=ssim(elevation, pair.target, where, data_range=pair.data_range),
        psnr=psnr(errors.rmse, data_range=pair.data_range),
        data_range=pair.data_range,
        slope_rmse=rmse(shape.slope - pair.terrain.slope, where),
        aspect_rmse=aspect_rmse(shape, pair.terrain, where),
        curvature_rmse=rmse(shape.curvature - pair.terrain.curvature, where),
        consistency=pair.consistency(elevation),
        detail=_detail(power_spectrum(elevation, where), pair.spectrum, pair.ratio),
        by_slope=tuple(classes),
        coverage=coverage(difference, sigma, where) if sigma is not None else None,
    )


def _detail(spectrum: Spectrum | None, reference: Spectrum | None, ratio: int) -> Detail | None:
    if spectrum is None or reference is None:
        return None
    coarse, fine = 2.0 * ratio, 2.0
    middle = math.sqrt(coarse * fine)
    with np.errstate(divide="ignore", invalid="ignore"):
        curve = np.where(reference.power > 0, spectrum.power / reference.power, np.nan)
    return Detail(
        resolved=band_ratio(spectrum, reference, 2 * coarse, coarse),
        upper=band_ratio(spectrum, reference, coarse, middle),
        lower=band_ratio(spectrum, reference, middle, fine),
        wavelengths=tuple(reference.wavelengths.tolist()),
        ratio=tuple(curve.tolist()),
    )


def evaluate(
    models: Mapping[str, Run],
    pairs: Sequence[Pair],
    resamplers: Sequence[str] = (),
    conditions: Sequence[str] = CONDITIONS,
    *,
    misstated: bool = True,
    cards: Mapping[str, ModelCard] = MappingProxyType({}),
    say: Say = lambda _text: None,
    keep: Keep = lambda _pair, _condition, _method, _elevation: None,
) -> list[Figure]:
    """Cubic and all `resamplers` once in each area, and all `models` (by name) under all `conditions`.

    Resamplers take no guide: their rows stand under "no guide". Cubic is measured as the models get it, which is what GDAL's gives;
    naming it among the resamplers adds nothing. A pair with a real coarse DEM has cubic alone and the
    conditions of SHARP; their names are prefixed. Those it has with its error as it was measured and, with `misstated`, as a user would
    state it who names any of the sources that the backend knows. Models with one of the `cards` are run as the backend
    runs them, which goes by that.
    """
    figures = []
    for number, pair in enumerate(pairs, start=1):
        area, prefix = pair.area, "" if pair.coarse is not None else "real coarse DEM, "
        cubic = score(pair, pair.cubic)

        say(f"area {number} of {len(pairs)}: {area.name}, {int(pair.judged.sum())} pixels of {area.pixel_size:.1f} m, {prefix}resamplers")
        figures.append(Figure(area.name, f"{prefix}no guide", CUBIC, cubic, cubic))
        keep(pair, f"{prefix}no guide", CUBIC, pair.cubic)
        for kernel in resamplers:
            if pair.coarse is not None and kernel != CUBIC:
                elevation = resample(pair.coarse, pair.ratio, kernel)
                figures.append(Figure(area.name, "no guide", kernel, score(pair, elevation), cubic))
                keep(pair, "no guide", kernel, elevation)
        if not models:
            continue
        given = conditions if pair.coarse is not None else [name for name in conditions if name in SHARP]
        for condition, guides in guides_of(pair, given):
            say(f"area {number} of {len(pairs)}: {area.name}, {prefix}{condition}")
            for stated, error in (_stated_errors(pair) if misstated else {"": pair.dem_error}).items():
                told = replace(pair, dem_error=error)
                for method, run in models.items():
                    results = [made(run, told, guide, card=cards.get(method)) for guide in guides]
                    scores = [score(pair, elevation, sigma) for elevation, sigma in results]
                    figures.append(Figure(area.name, f"{prefix}{stated}{condition}", method, mean_of(scores), cubic))
                    if not stated:
                        keep(pair, f"{prefix}{condition}", method, results[0][0])
    return figures


def made(run: Run, pair: Pair, guide: Guide, card: ModelCard | None = None) -> tuple[Floats, Floats | None]:
    """A model's elevation and sigma (H, W), metres: with a card on pixels half as large where the backend does that (backend/halving.py),
    and brought back to the coarse DEM where the card asks for it."""
    image, valid = guide
    times = 1
    if card and pair.coarse is None:
        times = halving.times(pair.own_ratio, card, pair.dem_error / (pair.own_ratio * pair.area.pixel_size))
    told = on_smaller_pixels(pair, times) if times > 1 else pair
    if times > 1:
        image, valid = image_on_smaller_pixels(guide, times)
    elevation, sigma = run(told.given, image, valid, told.area.pixel_size, pair.dem_error)
    if card and card.back_projection:
        elevation = told.back_projected(elevation)
    return halving.means(elevation, times), None if sigma is None else halving.means(sigma, times)


def _stated_errors(pair: Pair) -> dict[str, float]:
    """What the model is told that the coarse DEM is off by, metres, by the words that name it; the measured one has none."""
    if pair.coarse is not None:
        return {"": pair.dem_error}
    # Whole metres are off by their rounding, whatever was said (backend/plan.py).
    least = ROUNDING * pair.step
    return {"": pair.dem_error} | {f"stated as {source.name}, ": max(source.error, least) for source in SOURCES.values()}


def mean_of(values: Sequence[T]) -> T:
    """One value of several of the same shape: numbers are averaged; tuples and dataclasses piece by piece. NaNs are left out of a mean.

    Integers (counts of pixels) stay integers: they are the same in all.
    """
    first: Any = values[0]
    several: Any = values
    result: Any
    if is_dataclass(first) and not isinstance(first, type):
        result = type(first)(**{field.name: mean_of([getattr(value, field.name) for value in several]) for field in fields(first)})
    elif isinstance(first, tuple):
        result = tuple(mean_of(parts) for parts in zip(*several, strict=True))
    elif isinstance(first, float):
        known = [value for value in several if not math.isnan(value)]
        result = sum(known) / len(known) if known else math.nan
    else:
        result = first
    return result  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Mean:
    """A method under one condition, averaged over `areas` areas: each counts the same, however large.

    `ratios` to cubic, SSIM, PSNR in dB above cubic's, the three bands of Detail, and the shares within one and two sigma, also by slope
    class; NaN where no area has it.
    """

    method: str
    condition: str
    areas: int
    ratios: dict[str, float]
    ssim: float
    psnr_gain: float
    resolved: float
    upper: float
    lower: float
    one_sigma: float
    two_sigma: float
    by_slope: tuple[tuple[float, float], ...]


def means(figures: Sequence[Figure]) -> list[Mean]:
    """The mean over the areas of each method under each condition, in the figures' order."""
    rows = []
    for method, condition in dict.fromkeys((figure.method, figure.condition) for figure in figures):
        group = [figure for figure in figures if (figure.method, figure.condition) == (method, condition)]
        ratios = [figure.ratios() for figure in group]
        details = [figure.scores.detail for figure in group if figure.scores.detail is not None]
        covered = [figure.scores.coverage for figure in group if figure.scores.coverage is not None]

        def average(numbers: Sequence[float]) -> float:
            return mean_of([math.nan, *numbers])

        rows.append(
            Mean(
                method=method,
                condition=condition,
                areas=len(group),
                ratios={name: average([ratio[name] for ratio in ratios]) for name in ratios[0]},
                ssim=average([figure.scores.ssim for figure in group]),
                psnr_gain=average([_gain(figure) for figure in group]),
                resolved=average([detail.resolved for detail in details]),
                upper=average([detail.upper for detail in details]),
                lower=average([detail.lower for detail in details]),
                one_sigma=average([share.one_sigma for share in covered]),
                two_sigma=average([share.two_sigma for share in covered]),
                by_slope=tuple(_covered([figure.scores.by_slope[place] for figure in group]) for place in range(len(SLOPE_CLASSES))),
            )
        )
    return rows


def _covered(classes: Sequence[SlopeClass]) -> tuple[float, float]:
    """Shares within one and two sigma, mean over the areas that have such slopes."""
    known = [part.coverage for part in classes if part.coverage is not None and part.errors.pixels]
    return mean_of([math.nan, *(one.one_sigma for one in known)]), mean_of([math.nan, *(one.two_sigma for one in known)])


def _gain(figure: Figure) -> float:
    """PSNR above cubic's, dB: no data range in it. Infinite for the reference itself."""
    ratio = figure.rmse_ratio
    return math.inf if ratio == 0 else -20 * math.log10(ratio)
