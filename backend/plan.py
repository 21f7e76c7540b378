"""A plan is what a run is going to do, found out before any work is done: on which grid, with which model, what is expected of the DEM, and
what there is to say about that."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyproj import CRS

from backend import dem_source, halving, models
from backend.dem_source import DemError
from backend.elevation import Elevation
from backend.errors import InputError
from backend.events import Level
from backend.grid import Grid, doubtful_way, ground_edges, middle_of, parse_crs, target_grid
from backend.guide import Bands, Guide, choose_bands
from backend.limits import is_mosaic
from backend.models import Model
from backend.output import keeps_crs
from backend.rasters import Raster, check_parts
from backend.settings import Settings
from backend.stripes import stripes
from backend.vertical import doubt, downwards, unknown, with_vertical_of

COARSEST_GUIDE = 3.3
"""Pixels of the output: images of larger ones make next to no difference to the shipped model's result."""
_OBLONG = 2.05
"""How many times as long as wide a DEM's pixels may be without a word: those of degrees are twice as high as wide at 60 degrees north,
where SRTM ends. At 70 degrees, thrice as high, the expected error is far too small."""
_FARTHEST = 1.1
"""Of the largest ratio that a model was trained for. On mountains the shipped one (0.10.12) expects a third of the errors that it makes at
1.2 times that ratio, and a hundredth at 1.7 times."""

Say = Callable[[Level, str], None]


@dataclass(frozen=True)
class Inputs:
    """What a run reads: `band` of the DEM has its heights, `bands` of the image are near infrared, red and green; `like` has its grid."""

    dem: Raster
    band: int
    image: Raster | None
    bands: Bands | None
    like: Raster | None
    model: Model

    @property
    def rasters(self) -> list[Raster]:
        """Those that a result is made of."""
        return [self.dem, self.image] if self.image else [self.dem]


@dataclass(frozen=True)
class Plan:
    """`grid` is the output's, `crs` (WKT) its CRS with what heights refer to, `elevation` the DEM on it, `expected` what that is off by.

    The model runs on the grid `finer`, of whose pixels `times` lie along an edge of the output's, and `guide` is read on that.
    """

    inputs: Inputs
    grid: Grid
    crs: str
    elevation: Elevation
    expected: DemError
    times: int
    finer: Grid
    guide: Guide | None

    @cached_property
    def seen(self) -> Elevation:
        """The DEM on `finer`."""
        return self.elevation.on(self.finer) if self.times > 1 else self.elevation

    @property
    def unit(self) -> str:
        """What the output says that its heights are in: nothing, where that is only a guess."""
        dem, band = self.inputs.dem, self.inputs.band
        return "" if doubt(dem.units[band - 1], dem.crs) else self.elevation.unit


def open_inputs(settings: Settings, stack: contextlib.ExitStack) -> Inputs:
    """Opens what the settings name. Raises InputError where one of them is not what it is to be."""
    dem = stack.enter_context(Raster(settings.dem, "The DEM"))
    dem.check_band(settings.band, "--band")
    image = stack.enter_context(Raster(settings.guide, "The guide")) if settings.guide else None
    bands = choose_bands(image, settings.guide_bands) if image else None
    model = models.load(models.find(settings.model))
    if model.card.guide_required and image is None:
        raise InputError("guide-required", f"The model {model.card.name} needs a guide.", "Pass --guide, or another --model.")
    like = stack.enter_context(Raster(settings.like, "The raster of --like")) if settings.like is not None else None
    return Inputs(dem, settings.band, image, bands, like, model)


def planned(settings: Settings, inputs: Inputs, say: Say) -> Plan:
    """The plan. Raises InputError where there can be none."""
    dem, image, card = inputs.dem, inputs.image, inputs.model.card
    shown, like = image.grid if image else None, inputs.like.grid if inputs.like else None
    grid = target_grid(
        dem.grid,
        ratio=card.ratio,
        guide=shown,
        like=like,
        resolution=settings.resolution,
        extent=settings.extent,
        extent_crs=parse_crs(settings.extent_crs) if settings.extent_crs else None,
    )
    dem.check_heights(inputs.band)
    for doubtful in check_parts(dem, [inputs.band], grid):
        say("warning", doubtful)
    for raster, what in ((dem, "the DEM"), *([(image, f"the guide, {image.name},")] if image else [])):
        if doubtful := doubtful_way(raster.grid, grid, what):
            say("warning", doubtful)
    crs = _crs(grid, dem, say)
    elevation = Elevation(dem, inputs.band, grid)
    expected = _with_rounding(_dem_error(settings, dem, grid, say), elevation, say)
    # Whatever the extent: its parts have to join.
    middle = middle_of(dem.grid, shown, like)
    pixel = dem.grid.pixel_size_at(middle)
    times = halving.times(pixel / grid.pixel_size_in(middle), card, expected.metres / pixel)
    if settings.uncertainty:
        _check_expectable(inputs, grid)
    finer = grid.split(times)
    guide = Guide(image, inputs.bands, finer) if image and inputs.bands else None
    return Plan(inputs, grid, crs, elevation, expected, times, finer, guide)


def remarks(plan: Plan) -> Iterator[tuple[Level, str]]:
    """What a user should know before it is carried out."""
    dem, band, card = plan.inputs.dem, plan.inputs.band, plan.inputs.model.card
    unit = dem.units[band - 1]
    for warning in (unknown(unit, dem.crs), doubt(unit, dem.crs), downwards(dem.crs, dem.dataset.tags(band)), dem.picture(band)):
        if warning:
            yield "warning", warning
    if several := dem.other_bands(band):
        yield "warning" if dem.another_has_heights(band) else "info", f"{several} --band names another one."
    yield "info", f"Model {card.name} {card.version}; output {plan.grid}."
    yield from _of_the_guide(plan)
    if plan.times > 1:
        ratio = dem.grid.pixel_size_at(plan.grid) / plan.grid.pixel_size
        run_on = f"the model runs on pixels of {plan.finer.pixel_size:.4g} m, and the result is the mean over four of them"
        yield "info", f"The DEM's pixels are {ratio:.3g} times as large as the output's: {run_on}."
    yield from (("warning", warning) for warning in _beyond_the_card(plan))


def _of_the_guide(plan: Plan) -> Iterator[tuple[Level, str]]:
    image, bands, guide = plan.inputs.image, plan.inputs.bands, plan.guide
    if image is None or bands is None or guide is None:
        return
    yield "info", f"Guide {image.name}: near infrared, red, green are bands {', '.join(map(str, bands))}."
    if guide.shows_nothing:
        yield "warning", f"The guide, {image.name}, has one value on nearly all of its scene: the model sees nothing in it."
    if apart := stripes(guide.read, plan.finer.height, plan.finer.width):
        yield (
            "warning",
            f"The guide, {image.name}, has stripes, brighter and darker by turns, about every {apart:.0f} pixels of "
            f"{'the output' if plan.times == 1 else 'what the model runs on'}: a model may take them for ridges. Look at --difference, "
            "take another image, or filter them out first.",
        )
    coarser = image.grid.pixel_size_at(plan.grid) / plan.finer.pixel_size
    if coarser > COARSEST_GUIDE:
        whose = "the output's" if plan.times == 1 else "those that the model runs on"
        yield (
            "warning",
            f"The guide's pixels are {coarser:.3g} times as large as {whose}: siran-3x, and what was trained like it, takes "
            "next to nothing from such an image.",
        )


def _beyond_the_card(plan: Plan) -> Iterator[str]:
    """Where a run is not what the model was trained for."""
    card, grid, dem = plan.inputs.model.card, plan.finer, plan.inputs.dem.grid
    dem_pixel = dem.pixel_size_at(grid)
    for what, value, (low, high), unit in (
        ("ratio of input to output pixel", dem_pixel / grid.pixel_size, card.ratios, ""),
        ("output pixel" if plan.times == 1 else "pixel that the model runs on", grid.pixel_size, card.pixel_sizes, " m"),
        ("expected error of the DEM", plan.expected.metres, card.dem_errors, " m"),
    ):
        # 2 %: a pixel in degrees is never quite what the card says in metres.
        if not low * 0.98 <= value <= high * 1.02 and not math.isclose(value, low, abs_tol=1e-6):
            yield f"The {what} is {value:.3g}{unit}; {card.name} was trained for {low:g} to {high:g}{unit}."
    edges = _edges(dem, grid)
    if max(edges) > _OBLONG * min(edges):
        yield (
            f"The DEM's pixels are {edges[0]:.3g} x {edges[1]:.3g} m on the ground, and {card.name} was trained on square ones: along "
            "their longer side less is made finer, and errors are larger than it expects."
        )
    if dem_pixel > _FARTHEST * card.ratios[1] * grid.pixel_size:
        yield f"So far beyond that {card.name} adds next to nothing to cubic resampling: choose larger pixels (--resolution)."
    if dem_pixel < 0.98 * grid.pixel_size:
        yield "The output's pixels are larger than the DEM's: there is nothing to make finer, and plain resampling (gdalwarp) is better."


def _check_expectable(inputs: Inputs, grid: Grid) -> None:
    """Raises InputError where the expected errors would be far too small."""
    card = inputs.model.card
    along = max(_edges(inputs.dem.grid, grid)) / grid.pixel_size
    if along > _FARTHEST * card.ratios[1]:
        raise InputError(
            "option-invalid",
            f"An uncertainty was asked for at {along:.3g} times the resolution; far beyond what {card.name} was trained for "
            f"({card.ratios[0]:g} to {card.ratios[1]:g}) it would be far too small.",
            "Pass a larger --resolution, or leave out --uncertainty.",
        )


def _crs(grid: Grid, dem: Raster, say: Say) -> str:
    """The output's CRS: the grid's with the DEM's vertical part, as far as a GeoTIFF can say that."""
    crs, unsaid = with_vertical_of(grid.crs, dem.crs)
    if not keeps_crs(crs):
        if not keeps_crs(grid.crs):
            name = CRS.from_wkt(grid.crs).name
            raise InputError("grid-invalid", f"A GeoTIFF cannot hold the CRS {name}.", "Pass --like with a raster in another CRS.")
        crs, unsaid = grid.crs, f"A GeoTIFF cannot say in this CRS what the heights of {dem.crs.name} refer to; the output's CRS does not."
    if unsaid:
        say("warning", unsaid)
    return crs


def _dem_error(settings: Settings, dem: Raster, grid: Grid, say: Say) -> DemError:
    if settings.dem_error is not None:
        return DemError(settings.dem_error, "", "stated with --dem-error")
    if settings.dem_source != "auto":
        source = dem_source.SOURCES[settings.dem_source]
        return DemError(source.error, source.name, f"{source.title}, as stated with --dem-source. {source.reference}.")
    tags = {**dem.dataset.tags(), **dem.dataset.tags(settings.band)}
    noted = dem_source.noted(tags)
    if noted is None and is_mosaic(dem.path):
        noted = dem_source.noted_by_all(metadata for metadata, _ in dem.parts())
    if noted is not None:
        say("info", f"{dem.name} was made by SIRAN from a DEM with an expected error of {noted:g} m, which is expected of it.")
        return DemError(noted, "", "what SIRAN noted as it made the DEM")
    metadata = [*dem_source.of_the_ground(tags), dem.descriptions[settings.band - 1]]
    found = dem_source.recognise(dem.name, metadata)
    by = "its metadata or name"
    if found is None and is_mosaic(dem.path):
        found, by = (
            dem_source.recognise_all(Path(file).name for file in dem.raster_files),
            "the names of its files",
        )
    if found is None:
        pixel = dem.grid.pixel_size_at(grid)
        trusted = f"Nothing says which DEM {dem.name} is: it is trusted (expected error {dem_source.UNKNOWN_ERROR:g} m)."
        if max(_edges(dem.grid, grid)) < dem_source.SMALLEST_FROM_SPACE:
            say("info", f"{trusted} Pass --dem-source or --dem-error.")
        else:
            say("warning", f"{trusted} DEMs with pixels of {pixel:.3g} m are off by metres as a rule: pass --dem-source or --dem-error.")
        return DemError(dem_source.UNKNOWN_ERROR, "", "nothing says which DEM it is: it is trusted", known=False)
    looks = f"{dem.name} looks like {found.title}: expected error {found.error:g} m."
    pixel = max(_edges(dem.grid, grid))
    if others := dem_source.others(found, dem.name, metadata):
        say("warning", f"{looks} But it names {others} as well: pass --dem-source if it is another one.")
    elif dem_source.never_saw(found, dem.grid):
        say("warning", f"{looks} But none was made so far from the equator: pass --dem-source or --dem-error.")
    elif pixel < dem_source.SMALLEST_FROM_SPACE and found.error > 1.0:
        say("warning", f"{looks} But its pixels are of {pixel:.3g} m: pass --dem-source or --dem-error if it is another one.")
    else:
        say("info", looks)
    return DemError(found.error, found.name, f"looks like {found.title} by {by}. {found.reference}.")


def _edges(dem: Grid, grid: Grid) -> tuple[float, float]:
    """Width and height, metres, of the DEM's pixels where the output lies: those of one arc-second are three times as high as wide at 70
    degrees north."""
    across, down = ground_edges(dem.crs, dem.transform, *dem.place_of(grid))
    return math.hypot(*across), math.hypot(*down)


def _with_rounding(expected: DemError, elevation: Elevation, say: Say) -> DemError:
    """A DEM of whole metres is not exact, whatever is said of it: trusted, its steps would be taken for terraces and sharpened."""
    rounding = dem_source.ROUNDING * elevation.step
    if rounding <= expected.metres:
        return expected
    say("info", f"The DEM's heights are in steps of {elevation.step:.3g} m: an error of {rounding:.2g} m is expected of that.")
    return DemError(rounding, expected.source, f"{expected.origin}; its heights are in steps of {elevation.step:.3g} m")
