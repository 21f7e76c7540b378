"""The run: settings in, a finer DEM on disk (and what was asked for beside it) and a result event out.

DEM, guide - open, plan (backend/plan.py) -> tiles (backend/pipeline.py) -> compress -> give all outputs their names
"""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import rasterio

from backend import dem_source, descriptions
from backend.back_projection import BackProjection
from backend.cancel import Cancel
from backend.elevation import HIGHEST, SAY_UNIT
from backend.engines import Engine, open_engine
from backend.engines.sparing import SparingEngine
from backend.errors import InputError
from backend.events import Level, Log, Progress, Result, Sink
from backend.info import packages
from backend.interruptible import Unfinished
from backend.journal.keeping import keeping, open_journal
from backend.orientations import COUNT
from backend.output import ENDINGS, Output, check_output, check_sources, output_path
from backend.outputs import Outputs, check_apart, check_spaces
from backend.owning import let_go, own
from backend.pipeline import DIFFERENCE, ELEVATION, UNCERTAINTY, Pipeline
from backend.plan import Inputs, Plan, Say, open_inputs, planned, remarks
from backend.processors import processors
from backend.rasters import GDAL
from backend.report.gathered import Gathered
from backend.settings import DEFAULT_TILE, Settings, check_numbers
from backend.stopwatch import Stopwatch
from backend.text import PAGES, Text
from backend.version import version
from backend.windows import tiles

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
        check_numbers(settings)
        named = _paths(settings)
        paths = {name: path for name, path in named.items() if name != REPORT}
        locks = stack.enter_context(contextlib.ExitStack())
        unfinished.remove = locks.close
        _own_all(named, settings, locks)
        inputs = open_inputs(settings, stack)
        _check_apart_from(inputs, paths)
        plan = planned(settings, inputs, say)
        check_spaces(paths.values(), plan.grid.pixels)
        threads = settings.threads or processors()
        cancel.check()
        stopwatch.lap("Opening and checking what is given")
        engine = _open_engine(settings, plan, threads, say)
        cancel.on_request(engine.stop)
        stopwatch.lap("Loading the model")
        if UNCERTAINTY in paths and not engine.sigma:
            raise InputError(
                "sigma-missing",
                f"The model {inputs.model.card.name} does not tell its uncertainty.",
                "Leave out --uncertainty, or pass another --model.",
            )
        cancel.check()
        for level, text in remarks(plan):
            say(level, text)

        card, tags = inputs.model.card, _tags(plan, settings, engine.provider)
        back_projection = BackProjection(plan.seen.sampler, plan.expected.metres, plan.elevation.step) if card.back_projection else None
        edge = max((settings.tile or DEFAULT_TILE) // plan.times, card.size_multiple)
        margin = math.ceil((card.halo + (back_projection.reach if back_projection else 0)) / plan.times)
        phase = plan.grid.phase(card.size_multiple)
        work = tiles(plan.grid.width, plan.grid.height, tile=edge, halo=margin, multiple=card.size_multiple, phase=phase)
        outputs = Outputs()
        unfinished.remove = lambda: let_go(outputs.remove, locks)
        with outputs:
            for name, path in paths.items():
                outputs.add(name, _output(path, _DESCRIPTIONS[name], plan, tags, threads, overwrite=settings.overwrite))
            gathered = Gathered(plan.grid, plan.elevation) if REPORT in named else None
            wanted = [*paths, *({DIFFERENCE} - paths.keys() if gathered else ())]
            facts = _facts(plan, settings) | {
                "tiles": [edge, margin, card.size_multiple, *phase],
                "back_projection": back_projection.tolerance if back_projection else None,
                "wanted": wanted,
                "ran": [engine.provider, threads],
            }
            journal = open_journal(paths[ELEVATION], settings.command(), inputs.rasters, facts, cancel) if len(work) > 1 else None
            unfinished.give_up = journal.remove if journal else unfinished.give_up
            check_spaces(paths.values(), plan.grid.pixels, more=journal.room(plan.grid.pixels, len(wanted)) if journal else 0)
            stopwatch.lap("Preparing")
            with keeping(journal, len(work), lambda text: say("info", text), cancel):
                pipeline = Pipeline(
                    work=work,
                    times=plan.times,
                    halo=card.halo,
                    elevation=plan.elevation,
                    seen=plan.seen,
                    back_projection=back_projection,
                    guide=plan.guide,
                    engine=engine,
                    dem_error=plan.expected.metres,
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
                _say_what_came_of_it(pipeline, plan, say)
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
                        grid=plan.grid,
                        crs=plan.crs,
                        unit=plan.elevation.unit,
                        dem=inputs.dem,
                        band=inputs.band,
                        dem_error=plan.expected,
                        guide=plan.guide,
                        model=inputs.model,
                        provider=engine.provider,
                        pixels_made=pipeline.pixels_made,
                        guided=pipeline.guided,
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
            grid=plan.grid.to_event(),
            model={"name": card.name, "version": card.version, "sha256": inputs.model.sha256},
            provider=engine.provider,
            seconds=round(stopwatch.seconds, 3),
            pixels=plan.grid.pixels,
            uncertainty=str(paths[UNCERTAINTY]) if UNCERTAINTY in paths else None,
            difference=str(paths[DIFFERENCE]) if DIFFERENCE in paths else None,
            report=str(named[REPORT]) if REPORT in named else None,
            metres_per_unit=plan.elevation.metres,
            pixels_made=pipeline.pixels_made,
        )


def _paths(settings: Settings) -> dict[str, Path]:
    """Where each output is to lie, by its name. Raises InputError where two are the same."""
    named = {ELEVATION: settings.output, UNCERTAINTY: settings.uncertainty, DIFFERENCE: settings.difference, REPORT: settings.report}
    options = {name: "OUTPUT" if name == ELEVATION else f"--{name}" for name in named}
    paths = {name: output_path(path, options[name]) for name, path in named.items() if path is not None}
    check_apart({options[name]: path for name, path in paths.items()})
    return paths


def _own_all(named: Mapping[str, Path], settings: Settings, locks: contextlib.ExitStack) -> None:
    """Sees that each output can be written where it is to lie, and keeps other runs from it. Raises BackendError."""
    given = {"the DEM": settings.dem, "the guide": settings.guide, "the raster of --like": settings.like, "the model": settings.model}
    for name, path in named.items():
        endings = PAGES if name == REPORT else ENDINGS
        check_output(path, {role: file for role, file in given.items() if file}, overwrite=settings.overwrite, endings=endings)
    for path in named.values():
        own(path, locks, overwrite=settings.overwrite)


def _check_apart_from(inputs: Inputs, paths: Mapping[str, Path]) -> None:
    """Raises InputError where an output is a file that an input is made of."""
    for role, raster in (("the DEM", inputs.dem), ("the guide", inputs.image), ("the raster of --like", inputs.like)):
        if raster is None:
            continue
        for path in paths.values():
            check_sources(path, role, raster.path, raster.files)


def _open_engine(settings: Settings, plan: Plan, threads: int, say: Say) -> SparingEngine:
    def engine_on(device: str) -> Engine:
        return open_engine(plan.inputs.model, device, threads, say, program=settings.model_is_a_program)

    return SparingEngine(engine_on(settings.device), plan.inputs.model.card, lambda: engine_on("cpu"), say)


def _output(path: Path, description: str, plan: Plan, tags: dict[str, str], threads: int, *, overwrite: bool) -> Output:
    return Output(path, plan.grid, crs=plan.crs, unit=plan.unit, tags=tags, threads=threads, overwrite=overwrite, description=description)


def _tags(plan: Plan, settings: Settings, provider: str) -> dict[str, str]:
    """What each output says of how it was made."""
    image, bands, model = plan.inputs.image, plan.inputs.bands, plan.inputs.model
    return {
        "SIRAN_VERSION": version(),
        "SIRAN_MODEL": f"{model.card.name} {model.card.version}",
        "SIRAN_MODEL_SHA256": model.sha256,
        "SIRAN_MODEL_LICENCE": model.card.licence,
        "SIRAN_DEM": f"{plan.inputs.dem.name}, band {plan.inputs.band}",
        "SIRAN_GUIDE": f"{image.name}, bands {','.join(map(str, bands))} (NIR, R, G)" if image and bands else "none",
        dem_source.ERROR_TAG: plan.expected.note,
        "SIRAN_PROVIDER": provider,
        "SIRAN_MODEL_PIXELS": f"{plan.finer.pixel_size:.4g} m",
        "SIRAN_ORIENTATIONS": f"mean of {COUNT}" if settings.thorough else "1",
        "AREA_OR_POINT": "Area",
    }


def _facts(plan: Plan, settings: Settings) -> dict[str, Any]:
    """What makes tiles of one run those of another one: all that they depend on beside their sizes and what runs the model."""
    grid = plan.grid
    return {
        "siran": version(),
        "onnxruntime": packages(("onnxruntime", "onnxruntime-gpu")),
        "model": plan.inputs.model.sha256,
        # Of several rasters in one file the name says which.
        "rasters": [raster.path for raster in plan.inputs.rasters if not os.path.isfile(raster.path)],
        "bands": [plan.inputs.band, *(plan.inputs.bands or ())],
        "grid": [plan.crs, list(grid.transform)[:6], grid.width, grid.height],
        "dem_error": plan.expected.metres,
        "times": plan.times,
        "thorough": settings.thorough,
    }


def _say_what_came_of_it(pipeline: Pipeline, plan: Plan, say: Say) -> None:
    """What the tiles told. Raises InputError (band-invalid) where nothing of the DEM could be a height."""
    image, known = plan.inputs.image, pipeline.outputs.known
    if not known and plan.elevation.beyond:
        raise InputError("band-invalid", f"All heights of the DEM lie above {HIGHEST:,.0f} m, where none counts.", SAY_UNIT)
    if not known:
        say("warning", "No pixel of the output has a value: where it lies the DEM has none.")
    for sentence in pipeline.doubts.said(plan.elevation, image.name if image else ""):
        say("warning", sentence)
    if known and image and not pipeline.guided:
        say(
            "warning",
            f"The guide, {image.name}, has no value on any pixel of the output that the DEM knows, or gaps every few pixels: "
            "the result is what the model makes without one.",
        )
