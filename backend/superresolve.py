"""The run: settings in, a finer DEM on disk (and what was asked for beside it) and a result event out.

DEM, guide - open, check -> target grid -> tiles (backend/pipeline.py) -> compress -> give all outputs their names
"""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

import rasterio
from pyproj import CRS

from backend import dem_source, descriptions, guide, halving, models
from backend.back_projection import BackProjection
from backend.cancel import Cancel
from backend.card import ModelCard
from backend.dem_source import DemError
from backend.elevation import HIGHEST, SAY_UNIT, Elevation
from backend.engines import Engine, open_engine
from backend.engines.sparing import SparingEngine
from backend.errors import InputError
from backend.events import Level, Log, Progress, Result, Sink
from backend.grid import Bounds, Grid, doubtful_way, ground_edges, middle_of, parse_crs, target_grid
from backend.info import packages
from backend.interruptible import Unfinished
from backend.journal.keeping import keeping, open_journal
from backend.limits import is_mosaic
from backend.orientations import COUNT
from backend.output import ENDINGS, Output, check_output, check_sources, keeps_crs, output_path
from backend.outputs import Outputs, check_apart, check_spaces
from backend.owning import let_go, own
from backend.pipeline import DIFFERENCE, ELEVATION, UNCERTAINTY, Pipeline
from backend.processors import check_threads, processors
from backend.rasters import GDAL, Raster, anywhere, check_parts
from backend.report.gathered import Gathered
from backend.stopwatch import Stopwatch
from backend.stripes import stripes
from backend.terminal import command_line
from backend.text import PAGES, Text
from backend.version import version
from backend.vertical import doubt, downwards, unknown, with_vertical_of
from backend.windows import tiles

DEFAULT_TILE = 1280
"""Pixels. With a halo of 56, and the 8 that back-projection reaches at ratio 3, a tile of 512 costs 1.56 times its core, one of 1,280 1.21
times, and takes 2.3 GB of memory."""
SMALLEST_TILE, LARGEST_TILE = 16, 8192
"""As in the plugin's settings. ONNX Runtime starts as many as it is told, and with some thousands does nothing else."""
COARSEST_GUIDE = 3.3
"""Pixels of the output: images of larger ones make next to no difference to the shipped model's result."""
_OBLONG = 2.05
"""How many times as long as wide a DEM's pixels may be without a word: those of degrees are twice as high as wide at 60 degrees north,
where SRTM ends. At 70 degrees, thrice as high, the expected error is far too small."""
_FARTHEST = 1.1
"""Of the largest ratio that a model was trained for. On mountains the shipped one (0.10.12) expects a third of the errors that it makes at
1.2 times that ratio, and a hundredth at 1.7 times."""
_FINISHING = 0.05
"""Share of the progress that compressing and the overviews get."""
_REPORTING = 0.01
"""Share of that of the report's page."""

REPORT = "report"
"""What a run can make beside the rasters of backend/pipeline.py."""
_DESCRIPTIONS = {
    ELEVATION: descriptions.ELEVATION,
    UNCERTAINTY: descriptions.UNCERTAINTY,
    DIFFERENCE: descriptions.DIFFERENCE,
}


_MADE = (UNCERTAINTY, DIFFERENCE, REPORT)
_FILES = ("guide", "model", "like", *_MADE)
"""Settings that name files, and those of them that a run makes."""


@dataclass(frozen=True)
class Settings:
    """What the command line says; see docs/contracts.md for each option. `threads` and `tile` 0: chosen here."""

    dem: str
    output: str
    band: int = 1
    guide: str | None = None
    guide_bands: tuple[int, ...] | None = None
    model: str | None = None
    model_is_a_program: bool = False
    dem_source: str = "auto"
    dem_error: float | None = None
    resolution: float | None = None
    like: str | None = None
    extent: Bounds | None = None
    extent_crs: str | None = None
    device: str = "auto"
    tile: int = 0
    threads: int = 0
    thorough: bool = False
    overwrite: bool = False
    uncertainty: str | None = None
    difference: str | None = None
    report: str | None = None

    def command(self) -> str:
        """The command line that says the same, from whatever folder."""
        words = ["python", "-m", "backend", "superresolve"]
        for setting in fields(self):
            value = getattr(self, setting.name)
            if setting.name not in ("dem", "output") and value != setting.default:
                said = ",".join(map(repr, value)) if isinstance(value, tuple) else str(value)
                # The name of an installed model is no file's, whatever lies in this folder.
                if setting.name in _FILES and not (setting.name == "model" and said in models.installed()):
                    said = anywhere(said, made=setting.name in _MADE)
                words.append(f"--{setting.name.replace('_', '-')}" + ("" if value is True else f"={said}"))
        return command_line([*words, "--", anywhere(self.dem), anywhere(self.output, made=True)])


def run(settings: Settings, sink: Sink, cancel: Cancel | None = None, unfinished: Unfinished | None = None) -> Result:
    """Makes the finer DEM. Raises BackendError; the outputs' paths then hold what they held before."""
    stopwatch = Stopwatch()
    cancel = cancel or Cancel()
    unfinished = unfinished or Unfinished()
    warnings: list[str] = []

    def say(level: Level, text: str) -> None:
        if level == "warning":
            warnings.append(text)
        sink(Log(level, text))

    with contextlib.ExitStack() as stack:
        stack.enter_context(rasterio.Env(**GDAL))
        _check_numbers(settings)
        named = _paths(settings)
        paths = {name: path for name, path in named.items() if name != REPORT}
        inputs = {"the DEM": settings.dem, "the guide": settings.guide, "the raster of --like": settings.like, "the model": settings.model}
        locks = stack.enter_context(contextlib.ExitStack())
        unfinished.remove = locks.close
        for name, path in named.items():
            endings = PAGES if name == REPORT else ENDINGS
            check_output(path, {role: file for role, file in inputs.items() if file}, overwrite=settings.overwrite, endings=endings)
        for path in named.values():
            own(path, locks, overwrite=settings.overwrite)
        dem = stack.enter_context(Raster(settings.dem, "The DEM"))
        dem.check_band(settings.band, "--band")
        _check_sources(paths, "the DEM", dem)
        image = stack.enter_context(Raster(settings.guide, "The guide")) if settings.guide else None
        if image:
            _check_sources(paths, "the guide", image)
        bands = guide.choose_bands(image, settings.guide_bands) if image else None
        model = models.load(models.find(settings.model))
        card = model.card
        if card.guide_required and image is None:
            raise InputError("guide-required", f"The model {card.name} needs a guide.", "Pass --guide, or another --model.")
        grid, middle = _grid(settings, paths, dem, image, card)
        dem.check_heights(settings.band)
        if stretched := check_parts(dem, grid):
            say("warning", stretched)
        for raster, what in ((dem, "the DEM"), *([(image, f"the guide, {image.name},")] if image else [])):
            if doubtful := doubtful_way(raster.grid, grid, what):
                say("warning", doubtful)
        check_spaces(paths.values(), grid.pixels)
        crs = _crs(grid, dem, say)
        elevation = Elevation(dem, settings.band, grid)
        expected = _with_rounding(_dem_error(settings, dem, grid, say), elevation, say)
        dem_error = expected.metres
        threads = settings.threads or processors()
        cancel.check()
        stopwatch.lap("Opening and checking what is given")

        def engine_on(device: str) -> Engine:
            return open_engine(model, device, threads, say, program=settings.model_is_a_program)

        engine = SparingEngine(engine_on(settings.device), card, lambda: engine_on("cpu"), say)
        cancel.on_request(engine.stop)
        stopwatch.lap("Loading the model")
        if UNCERTAINTY in paths and not engine.sigma:
            raise InputError(
                "sigma-missing",
                f"The model {card.name} does not tell its uncertainty.",
                "Leave out --uncertainty, or pass another --model.",
            )
        cancel.check()
        # Whatever the extent: its parts have to join.
        times = halving.times(dem.grid.pixel_size_at(middle) / grid.pixel_size_in(middle), card)
        finer = grid.split(times)
        scaled = guide.Guide(image, bands, finer) if image and bands else None
        unit = dem.units[settings.band - 1]
        doubtful = doubt(unit, dem.crs)
        for warning in (unknown(unit, dem.crs), doubtful, downwards(dem.crs, dem.dataset.tags(settings.band)), dem.picture(settings.band)):
            if warning:
                say("warning", warning)
        if several := dem.other_bands(settings.band):
            say("warning" if dem.another_has_heights(settings.band) else "info", f"{several} --band names another one.")
        say("info", f"Model {card.name} {card.version}; output {grid}.")
        if image and bands:
            say("info", f"Guide {image.name}: near infrared, red, green are bands {', '.join(map(str, bands))}.")
            if scaled and scaled.shows_nothing:
                say("warning", f"The guide, {image.name}, has one value on nearly all of its scene: the model sees nothing in it.")
            if scaled and (apart := stripes(scaled.read, finer.height, finer.width)):
                say(
                    "warning",
                    f"The guide, {image.name}, has stripes, brighter and darker by turns, about every {apart:.0f} pixels of "
                    f"{'the output' if times == 1 else 'what the model runs on'}: a model may take them for ridges. Look at --difference, "
                    "take another image, or filter them out first.",
                )
            coarser = image.grid.pixel_size_at(grid) / finer.pixel_size
            if coarser > COARSEST_GUIDE:
                whose = "the output's" if times == 1 else "those that the model runs on"
                say(
                    "warning",
                    f"The guide's pixels are {coarser:.3g} times as large as {whose}: siran-3x, and what was trained like it, takes "
                    "next to nothing from such an image.",
                )
        ratio = dem.grid.pixel_size_at(grid) / grid.pixel_size
        if times > 1:
            run_on = f"the model runs on pixels of {finer.pixel_size:.4g} m, and the result is the mean over four of them"
            say("info", f"The DEM's pixels are {ratio:.3g} times as large as the output's: {run_on}.")
        _warn_beyond_card(card, dem, finer, "output pixel" if times == 1 else "pixel that the model runs on", dem_error, say)
        along = max(_edges(dem, grid)) / grid.pixel_size
        if settings.uncertainty and along > _FARTHEST * card.ratios[1]:
            raise InputError(
                "option-invalid",
                f"An uncertainty was asked for at {along:.3g} times the resolution; far beyond what {card.name} was trained for "
                f"({card.ratios[0]:g} to {card.ratios[1]:g}) it would be far too small.",
                "Pass a larger --resolution, or leave out --uncertainty.",
            )

        tags = {
            "SIRAN_VERSION": version(),
            "SIRAN_MODEL": f"{card.name} {card.version}",
            "SIRAN_MODEL_SHA256": model.sha256,
            "SIRAN_MODEL_LICENCE": card.licence,
            "SIRAN_DEM": f"{dem.name}, band {settings.band}",
            "SIRAN_GUIDE": f"{image.name}, bands {','.join(map(str, bands))} (NIR, R, G)" if image and bands else "none",
            dem_source.ERROR_TAG: expected.note,
            "SIRAN_PROVIDER": engine.provider,
            "SIRAN_MODEL_PIXELS": f"{finer.pixel_size:.4g} m",
            "SIRAN_ORIENTATIONS": f"mean of {COUNT}" if settings.thorough else "1",
            "AREA_OR_POINT": "Area",
        }
        edge = max((settings.tile or DEFAULT_TILE) // times, card.size_multiple)
        seen = elevation.on(finer) if times > 1 else elevation
        back_projection = BackProjection(seen.sampler, dem_error, elevation.step) if card.back_projection else None
        margin = math.ceil((card.halo + (back_projection.reach if back_projection else 0)) / times)
        phase = grid.phase(card.size_multiple)
        work = tiles(grid.width, grid.height, tile=edge, halo=margin, multiple=card.size_multiple, phase=phase)
        outputs = Outputs()
        unfinished.remove = lambda: let_go(outputs.remove, locks)
        with outputs:
            for name, path in paths.items():
                outputs.add(
                    name,
                    Output(
                        path,
                        grid,
                        crs=crs,
                        # Nor does the output say what is only a guess.
                        unit="" if doubtful else elevation.unit,
                        tags=tags,
                        threads=threads,
                        overwrite=settings.overwrite,
                        description=_DESCRIPTIONS[name],
                    ),
                )
            gathered = Gathered(grid, elevation) if REPORT in named else None
            wanted = [*paths, *({DIFFERENCE} - paths.keys() if gathered else ())]
            rasters = [dem, image] if image else [dem]
            facts = {
                "siran": version(),
                "onnxruntime": packages(("onnxruntime", "onnxruntime-gpu")),
                "model": model.sha256,
                # Of several rasters in one file the name says which.
                "rasters": [raster.path for raster in rasters if not os.path.isfile(raster.path)],
                "bands": [settings.band, *(bands or ())],
                "grid": [crs, list(grid.transform)[:6], grid.width, grid.height],
                "dem_error": dem_error,
                "tiles": [edge, margin, card.size_multiple, *phase],
                "times": times,
                "back_projection": back_projection.tolerance if back_projection else None,
                "thorough": settings.thorough,
                "wanted": wanted,
                "ran": [engine.provider, threads],
            }
            journal = open_journal(paths[ELEVATION], settings.command(), rasters, facts, cancel) if len(work) > 1 else None
            unfinished.give_up = journal.remove if journal else unfinished.give_up
            check_spaces(paths.values(), grid.pixels, more=journal.room(grid.pixels, len(wanted)) if journal else 0)
            stopwatch.lap("Preparing")
            with keeping(journal, len(work), lambda text: say("info", text), cancel):
                pipeline = Pipeline(
                    work=work,
                    times=times,
                    halo=card.halo,
                    elevation=elevation,
                    seen=seen,
                    back_projection=back_projection,
                    guide=scaled,
                    engine=engine,
                    dem_error=dem_error,
                    gap_reach=0 if card.guide_required else card.halo,
                    size_multiple=card.size_multiple,
                    thorough=settings.thorough,
                    wanted=wanted,
                    outputs=outputs,
                    gathered=gathered,
                    journal=journal,
                    sink=sink,
                    share=1 - _FINISHING,
                    cancel=cancel,
                    stopwatch=stopwatch,
                )
                pipeline.run()
                if engine.provider != tags["SIRAN_PROVIDER"]:
                    tags["SIRAN_PROVIDER"] = engine.provider
                    outputs.tag(tags)
                stopwatch.lap("Tiles")
                if not outputs.known and elevation.beyond:
                    raise InputError("band-invalid", f"All heights of the DEM lie above {HIGHEST:,.0f} m, where none counts.", SAY_UNIT)
                if not outputs.known:
                    say("warning", "No pixel of the output has a value: where it lies the DEM has none.")
                for sentence in pipeline.doubts.said(elevation, image.name if image else ""):
                    say("warning", sentence)
                if outputs.known and image and not pipeline.guided:
                    say(
                        "warning",
                        f"The guide, {image.name}, has no value on any pixel of the output that the DEM knows, or gaps every few pixels: "
                        "the result is what the model makes without one.",
                    )
                if gathered is not None:
                    gathered.look(lambda window: outputs.read(ELEVATION, window), card.halo, cancel.check)
                    stopwatch.lap("Looking at the result for this report")
                sink(Progress(1 - _FINISHING, "Compressing and adding overviews"))
                outputs.prepare(cancel)
                stopwatch.lap("Compressing and adding overviews")
                if gathered is not None:
                    from backend.report.page import Run, page

                    sink(Progress(1 - _REPORTING, "Writing the report"))
                    about = Run(
                        paths=paths,
                        descriptions=_DESCRIPTIONS,
                        grid=grid,
                        crs=crs,
                        unit=elevation.unit,
                        dem=dem,
                        band=settings.band,
                        dem_error=expected,
                        guide=scaled,
                        model=model,
                        provider=engine.provider,
                        pixels_made=pipeline.pixels_made,
                        thorough=settings.thorough,
                        tags=tags,
                        warnings=warnings,
                        command=settings.command(),
                        versions={"SIRAN": version(), **packages()},
                        created=datetime.now(UTC).isoformat(timespec="seconds"),
                    )
                    report = Text(named[REPORT], overwrite=settings.overwrite)
                    outputs.add_beside(report)
                    report.prepare(page(about, gathered, stopwatch))
                cancel.check()
                outputs.take_names()
        sink(Progress(1.0, "Done"))
        return Result(
            path=str(paths[ELEVATION]),
            grid=grid.to_event(),
            model={"name": card.name, "version": card.version, "sha256": model.sha256},
            provider=engine.provider,
            seconds=round(stopwatch.seconds, 3),
            pixels=grid.pixels,
            uncertainty=str(paths[UNCERTAINTY]) if UNCERTAINTY in paths else None,
            difference=str(paths[DIFFERENCE]) if DIFFERENCE in paths else None,
            report=str(named[REPORT]) if REPORT in named else None,
            metres_per_unit=elevation.metres,
            pixels_made=pipeline.pixels_made,
        )


def _check_numbers(settings: Settings) -> None:
    if settings.tile and not SMALLEST_TILE <= settings.tile <= LARGEST_TILE:
        raise InputError(
            "option-invalid", f"--tile is {settings.tile}.", f"Pass {SMALLEST_TILE} to {LARGEST_TILE} pixels, or leave it out."
        )
    check_threads(settings.threads)
    if settings.dem_error is not None and not 0 <= settings.dem_error <= dem_source.HIGHEST_ERROR:
        raise InputError(
            "option-invalid",
            f"--dem-error is {settings.dem_error:g} m.",
            f"Pass 0 (trust the DEM) to {dem_source.HIGHEST_ERROR:,.0f} metres, one standard deviation.",
        )
    if settings.dem_error is not None and settings.dem_source != "auto":
        raise InputError("option-invalid", f"Both --dem-source {settings.dem_source} and --dem-error were passed.", "Pass one of them.")
    if settings.dem_source not in dem_source.NAMES:
        raise InputError("option-invalid", f"--dem-source is {settings.dem_source!r}.", f"Pass one of: {', '.join(dem_source.NAMES)}.")
    if settings.resolution is not None and settings.like is not None:
        raise InputError("option-invalid", "Both --resolution and --like were passed.", "Pass one of them.")
    if settings.guide_bands is not None and settings.guide is None:
        raise InputError("option-invalid", "--guide-bands was passed without --guide.", "Pass --guide IMAGE too.")
    if settings.extent_crs is not None and settings.extent is None:
        raise InputError("option-invalid", "--extent-crs was passed without --extent.", "Pass --extent too.")


def _paths(settings: Settings) -> dict[str, Path]:
    """Where each output is to lie, by its name. Raises InputError where two are the same."""
    named = {ELEVATION: settings.output, UNCERTAINTY: settings.uncertainty, DIFFERENCE: settings.difference, REPORT: settings.report}
    options = {name: "OUTPUT" if name == ELEVATION else f"--{name}" for name in named}
    paths = {name: output_path(path, options[name]) for name, path in named.items() if path is not None}
    check_apart({options[name]: path for name, path in paths.items()})
    return paths


def _check_sources(paths: Mapping[str, Path], role: str, raster: Raster) -> None:
    for path in paths.values():
        check_sources(path, role, raster.path, raster.files)


def _grid(settings: Settings, paths: Mapping[str, Path], dem: Raster, image: Raster | None, card: ModelCard) -> tuple[Grid, Grid]:
    """The output's, and one that has its middle where all of an output would, of which this may be a part."""
    like = None
    if settings.like is not None:
        with Raster(settings.like, "The raster of --like") as raster:
            _check_sources(paths, "the raster of --like", raster)
            like = raster.grid
    shown = image.grid if image else None
    grid = target_grid(
        dem.grid,
        ratio=card.ratio,
        guide=shown,
        like=like,
        resolution=settings.resolution,
        extent=settings.extent,
        extent_crs=parse_crs(settings.extent_crs) if settings.extent_crs else None,
    )
    return grid, middle_of(dem.grid, shown, like)


def _crs(grid: Grid, dem: Raster, say: Callable[[Level, str], None]) -> str:
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


def _dem_error(settings: Settings, dem: Raster, grid: Grid, say: Callable[[Level, str], None]) -> DemError:
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
        if max(_edges(dem, grid)) < dem_source.SMALLEST_FROM_SPACE:
            say("info", f"{trusted} Pass --dem-source or --dem-error.")
        else:
            say("warning", f"{trusted} DEMs with pixels of {pixel:.3g} m are off by metres as a rule: pass --dem-source or --dem-error.")
        return DemError(dem_source.UNKNOWN_ERROR, "", "nothing says which DEM it is: it is trusted", known=False)
    looks = f"{dem.name} looks like {found.title}: expected error {found.error:g} m."
    pixel = max(_edges(dem, grid))
    if others := dem_source.others(found, dem.name, metadata):
        say("warning", f"{looks} But it names {others} as well: pass --dem-source if it is another one.")
    elif dem_source.never_saw(found, dem.grid):
        say("warning", f"{looks} But none was made so far from the equator: pass --dem-source or --dem-error.")
    elif pixel < dem_source.SMALLEST_FROM_SPACE and found.error > 1.0:
        say("warning", f"{looks} But its pixels are of {pixel:.3g} m: pass --dem-source or --dem-error if it is another one.")
    else:
        say("info", looks)
    return DemError(found.error, found.name, f"looks like {found.title} by {by}. {found.reference}.")


def _edges(dem: Raster, grid: Grid) -> tuple[float, float]:
    """Width and height, metres, of the DEM's pixels where the output lies: those of one arc-second are three times as high as wide at 70
    degrees north."""
    across, down = ground_edges(dem.grid.crs, dem.grid.transform, *dem.grid.place_of(grid))
    return math.hypot(*across), math.hypot(*down)


def _with_rounding(expected: DemError, elevation: Elevation, say: Callable[[Level, str], None]) -> DemError:
    """A DEM of whole metres is not exact, whatever is said of it: trusted, its steps would be taken for terraces and sharpened."""
    rounding = dem_source.ROUNDING * elevation.step
    if rounding <= expected.metres:
        return expected
    say("info", f"The DEM's heights are in steps of {elevation.step:.3g} m: an error of {rounding:.2g} m is expected of that.")
    return DemError(rounding, expected.source, f"{expected.origin}; its heights are in steps of {elevation.step:.3g} m")


def _warn_beyond_card(card: ModelCard, dem: Raster, grid: Grid, pixel: str, dem_error: float, say: Callable[[Level, str], None]) -> None:
    """Where a run is not what the model was trained for, on the `grid` that it runs on, whose pixel is called `pixel`."""
    dem_pixel = dem.grid.pixel_size_at(grid)
    for what, value, (low, high), unit in (
        ("ratio of input to output pixel", dem_pixel / grid.pixel_size, card.ratios, ""),
        (pixel, grid.pixel_size, card.pixel_sizes, " m"),
        ("expected error of the DEM", dem_error, card.dem_errors, " m"),
    ):
        # 2 %: a pixel in degrees is never quite what the card says in metres.
        if not low * 0.98 <= value <= high * 1.02 and not math.isclose(value, low, abs_tol=1e-6):
            say("warning", f"The {what} is {value:.3g}{unit}; {card.name} was trained for {low:g} to {high:g}{unit}.")
    edges = _edges(dem, grid)
    if max(edges) > _OBLONG * min(edges):
        say(
            "warning",
            f"The DEM's pixels are {edges[0]:.3g} x {edges[1]:.3g} m on the ground, and {card.name} was trained on square ones: along "
            "their longer side less is made finer, and errors are larger than it expects.",
        )
    if dem_pixel > _FARTHEST * card.ratios[1] * grid.pixel_size:
        say("warning", f"So far beyond that {card.name} adds next to nothing to cubic resampling: choose larger pixels (--resolution).")
    if dem_pixel < 0.98 * grid.pixel_size:
        say(
            "warning",
            "The output's pixels are larger than the DEM's: there is nothing to make finer, and plain resampling (gdalwarp) is better.",
        )
