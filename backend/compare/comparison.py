"""The comparison: settings in, a report and error rasters on disk and a result event out.

    open, check -> lowest and highest of the reference -> coregister -> statistics and errors -> deviations from the median -> report

Every arrow but the second and the last is a pass over the reference in windows; memory depends on the window, never on the rasters.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from pyproj import CRS

from backend import descriptions
from backend.cancel import Cancel
from backend.compare import pictures, report
from backend.compare.coregistration import coregister
from backend.compare.mask import ENDINGS, Cells, Everywhere, Mask, Polygons
from backend.compare.pairs import BAND, Bools, Floats, Reference, Tested, coarser, overlap
from backend.compare.statistics import Scale, Statistics
from backend.elevation import HIGHEST, Elevation
from backend.errors import InputError
from backend.events import Comparison, Level, Log, Progress, Sink
from backend.grid import Grid, doubtful_way
from backend.interruptible import Unfinished
from backend.metrics import spectrum
from backend.output import Output, check_output, check_sources, check_space, keeps_crs, output_path
from backend.owning import let_go, own
from backend.page.numbers import rounded_up
from backend.page.parts import Picture
from backend.page.pictures import errors, hillshade
from backend.processors import processors
from backend.rasters import GDAL, Raster, anywhere, check_parts
from backend.terminal import command_line
from backend.text import PAGES, Text
from backend.together import Together
from backend.version import version
from backend.vertical import datum, doubt, downwards, surface
from backend.windows import Window, tiles

WINDOW = 512
"""Pixels."""
RAW, COREGISTERED = "raw", "coregistered"
_COUNTED = f"heights beyond {HIGHEST:,.0f} m are taken for unknown"
_BINS = 61
"""Of the histogram. Odd: where many errors are 0, as on the sea, they are a peak in the middle."""
_LEAST_MOVE = 0.0005
"""Metres up or down that are said: less is not written with three digits."""
_STAGES = {"range": (0.0, 0.08), "coregister": (0.08, 0.2), "statistics": (0.2, 0.65), "deviations": (0.65, 0.9)}
"""Shares of the progress; the rest is for pictures, compressing and writing."""


@dataclass(frozen=True)
class Settings:
    """What the command line says; see docs/contracts.md for each option. `window` is the edge of what is read at once, pixels."""

    reference: str
    tested: tuple[str, ...]
    json: str | None = None
    error: str | None = None
    html: str | None = None
    mask: str | None = None
    coregister: bool = False
    overwrite: bool = False
    window: int = WINDOW

    def command(self) -> str:
        """The command line that says the same, from whatever folder."""
        words = ["python", "-m", "backend", "compare", *map(anywhere, (self.reference, *self.tested))]
        for name in ("json", "error", "html", "mask"):
            if value := getattr(self, name):
                words += [f"--{name}", anywhere(value, made=name != "mask")]
        words += [f"--{name}" for name in ("coregister", "overwrite") if getattr(self, name)]
        return command_line(words)


@dataclass
class _State:
    """A tested DEM, raw or coregistered, with what is gathered of it."""

    name: str
    dem: str
    tested: Tested
    statistics: Statistics


def run(
    settings: Settings, sink: Sink, cancel: Cancel | None = None, unfinished: Unfinished | None = None
) -> tuple[Comparison, dict[str, Any]]:
    """Compares and writes; returns the result event and the report's JSON object. Raises BackendError; nothing was written then."""
    started = time.monotonic()
    cancel = cancel or Cancel()
    unfinished = unfinished or Unfinished()
    warnings: list[str] = []

    def say(level: Level, text: str) -> None:
        if level == "warning":
            warnings.append(text)
        sink(Log(level, text))

    with contextlib.ExitStack() as stack:
        stack.enter_context(rasterio.Env(**GDAL))
        json_path, html_path, error_paths = _outputs(settings)
        locks = stack.enter_context(contextlib.ExitStack())
        unfinished.remove = locks.close
        for path in (json_path, html_path, *error_paths):
            if path:
                own(path, locks, overwrite=settings.overwrite)
        reference_raster = stack.enter_context(Raster(settings.reference, "The reference"))
        rasters = [stack.enter_context(Raster(path, "The tested DEM")) for path in settings.tested]
        names = _names(settings.tested)
        mask = _mask(settings, stack)
        reference = Reference(reference_raster, mask)
        read = (reference_raster, *rasters, *((mask.raster,) if isinstance(mask, Cells) else ()))
        for path in error_paths:
            for raster in read:
                check_sources(path, raster.role[0].lower() + raster.role[1:], raster.path, raster.files)
        for name, raster in zip((reference_raster.name, *names), (reference_raster, *rasters), strict=True):
            raster.check_heights(BAND)
            for doubtful in check_parts(raster, [BAND], reference.grid):
                say("warning", doubtful)
            if doubtful := doubt(raster.units[BAND - 1], raster.crs):
                say("warning", f"{name}: {doubtful}")
            if picture := raster.picture(BAND):
                say("warning", picture)
            if below := downwards(raster.crs, raster.dataset.tags(BAND)):
                say("warning", f"{name}: {below}")
            if others := raster.other_bands(BAND):
                say("warning", f"{others} Save another one as a file of its own to compare that (gdal_translate -b).")
        for name, raster in zip(names, rasters, strict=True):
            overlap(raster, reference.grid)
            _compare_datums(reference_raster, raster, name, say)
        if error_paths:
            check_space(error_paths[0], reference.grid.pixels * len(error_paths))

        work = [tile.core for tile in tiles(reference.grid.width, reference.grid.height, tile=settings.window, halo=0, multiple=1)]

        def progress(stage: str, done: int, count: int, message: str) -> None:
            cancel.check()
            low, high = _STAGES[stage]
            sink(Progress(low + (high - low) * done / count, message))

        scale, counting = _scale(reference, work, progress)
        moves = []
        for number, raster in enumerate(rasters if settings.coregister else []):
            progress("coregister", number, len(rasters), f"Coregistering {names[number]}")
            moves.append(coregister(reference, raster, cancel.check))
            if moves[-1].doubt:
                how = "moved up or down only" if abs(moves[-1].up) >= _LEAST_MOVE else "not moved"
                say("warning", f"{names[number]} was {how}. {moves[-1].doubt}")
        states = []
        for number, raster in enumerate(rasters):
            states.append([_State(RAW, names[number], Tested(raster, reference.grid), Statistics(scale))])
            if settings.coregister:
                move = moves[number]
                moved = Tested(raster, reference.grid, x=move.x, y=move.y, up=move.up)
                states[-1].append(_State(COREGISTERED, names[number], moved, Statistics(scale)))

        together = Together()
        unfinished.remove = lambda: let_go(together.remove, locks)
        stack.callback(together.remove)
        outputs = []
        for path, raster in zip(error_paths, rasters, strict=False):
            outputs.append(stack.enter_context(_error_output(path, reference, raster, settings)))
            together.add(outputs[-1])
        alike = 0
        for done, core in enumerate(work):
            progress("statistics", done, len(work), f"Statistics, window {done + 1} of {len(work)}")
            view = reference.view(core)
            in_all = view.around(view.mask, 0)
            for number, several in enumerate(states):
                for state, heights, shared in _heights(several, view.wide):
                    errors, known = state.statistics.add(view, heights, shared)
                in_all = in_all & known
                if outputs:
                    outputs[number].write(core, errors, known)
            alike += int(np.count_nonzero(in_all))
        for done, core in enumerate(work):
            progress("deviations", done, len(work), f"Deviations, window {done + 1} of {len(work)}")
            view = reference.view(core)
            for several in states:
                for state, heights, shared in _heights(several, view.wide):
                    state.statistics.add_deviations(view, heights, shared)

        tested = []
        for number, (raster, several) in enumerate(zip(rasters, states, strict=True)):
            tested.append(
                {
                    "name": names[number],
                    **_facts(raster),
                    "coregistration": asdict(moves[number]) if moves else None,
                    "error_raster": str(error_paths[number]) if error_paths else None,
                    "results": [_result(state, reference.grid) for state in several],
                }
            )
        compared = [(name, several[0].tested.elevation) for name, several in zip(names, states, strict=True)]
        for name, elevation in (("the reference", reference.elevation), *compared):
            if found := elevation.doubt(name):
                say("warning", found)
        _warn_of_counts(tested, counting, alike, say)
        gathered: dict[str, Any] = {
            "format": 1,
            "version": version(),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "command": settings.command(),
            "reference": _facts(reference_raster),
            "mask": anywhere(settings.mask) if settings.mask else None,
            "pixels": reference.grid.pixels,
            "counting": counting,
            "data_range": scale.data_range,
            "tested": tested,
            "warnings": warnings,
            "definitions": report.DEFINITIONS,
        }
        page = ""
        if html_path:
            sink(Progress(0.92, "Drawing"))
            page = report.page(gathered, _pictures(reference, states, gathered))
        cancel.check()
        sink(Progress(0.95, "Writing"))
        for output in outputs:
            output.prepare(cancel)
        gathered["seconds"] = round(time.monotonic() - started, 3)
        for wanted, text in ((json_path, report.to_json(gathered)), (html_path, page)):
            if wanted:
                file = Text(wanted, overwrite=settings.overwrite)
                together.add(file)
                file.prepare(text)
        cancel.check()
        together.take_names()
        sink(Progress(1.0, "Done"))
        json_name, html_name = (str(path) if path else None for path in (json_path, html_path))
        seconds = round(time.monotonic() - started, 3)
        return Comparison(json_name, html_name, [str(path) for path in error_paths], seconds, reference.grid.pixels), gathered


def _heights(several: list[_State], window: Window) -> Iterator[tuple[_State, Floats, Bools]]:
    """Of one DEM's states, metres and the pixels that are known in all of them: between figures of different ground nobody sees what
    coregistration did. A DEM that is moved between its pixels loses a ring along its borders and gaps."""
    read = [state.tested.read(window) for state in several]
    shared = np.logical_and.reduce([known for _, known in read])
    for state, (heights, _) in zip(several, read, strict=True):
        yield state, heights, shared


def _outputs(settings: Settings) -> tuple[Path | None, Path | None, list[Path]]:
    """Paths of the JSON, the page and the error rasters, checked."""
    if not (settings.json or settings.error or settings.html):
        raise InputError("option-invalid", "Nothing is to be written.", "Pass --json, --html or --error.")
    inputs = {"the reference": settings.reference, **{f"the tested DEM {path}": path for path in settings.tested}}
    if settings.mask:
        inputs["the mask"] = settings.mask
    pages = {"--json": settings.json, "--html": settings.html}
    json_path, html_path = (output_path(path, option) if path else None for option, path in pages.items())
    error_paths = _error_paths(settings) if settings.error else []
    for path, endings in ((json_path, (".json",)), (html_path, PAGES)):
        if path:
            check_output(path, inputs, overwrite=settings.overwrite, endings=endings)
    for path in error_paths:
        check_output(path, inputs, overwrite=settings.overwrite)
    return json_path, html_path, error_paths


def _error_paths(settings: Settings) -> list[Path]:
    path = output_path(settings.error or "", "--error")
    if path.suffix.lower() in (".tif", ".tiff") and not os.path.isdir(path):
        if len(settings.tested) > 1:
            raise InputError(
                "option-invalid",
                f"--error names one file, {path}, for {len(settings.tested)} DEMs.",
                "Name a folder; each DEM gets a file there.",
            )
        return [path]
    return [path / f"{stem}_error.tif" for stem in _unique([Path(name).stem for name in settings.tested])]


def _unique(stems: Sequence[str]) -> list[str]:
    """Names of files that differ on disks that do not tell capitals from small letters, too."""
    plain = [stem.casefold() for stem in stems]
    once = {stem for stem in plain if plain.count(stem) == 1}
    made, taken = [], set(once)
    for number, stem in enumerate(stems, start=1):
        numbered = (f"{stem}-{count}" for count in itertools.count(number))
        made.append(stem if stem.casefold() in once else next(name for name in numbered if name.casefold() not in taken))
        taken.add(made[-1].casefold())
    return made


def _mask(settings: Settings, stack: contextlib.ExitStack) -> Mask:
    if not settings.mask:
        return Everywhere()
    if Path(settings.mask).suffix.lower() in ENDINGS:
        return Polygons(settings.mask)
    try:
        return Cells(stack.enter_context(Raster(settings.mask, "The mask")))
    except InputError as error:
        if error.code != "not-a-raster":
            raise
        hint = "Pass polygons as GeoJSON (.geojson), which QGIS and ogr2ogr write, or a raster whose cells that count are not 0."
        raise InputError("mask-invalid", error.message, hint) from error


def _names(paths: Sequence[str]) -> list[str]:
    """What each DEM is called: its file's name, with as many of its folders as tell it from the others."""
    several = [Path(path).absolute().parts for path in paths]
    names = []
    for parts in several:
        count = 1
        while count < len(parts) and sum(other[-count:] == parts[-count:] for other in several) > 1:
            count += 1
        names.append(str(Path(*parts[-count:])))
    return names


def _compare_datums(reference: Raster, tested: Raster, name: str, say: Callable[[Level, str], None]) -> None:
    if surface(reference.crs) != surface(tested.crs):
        ours, theirs = datum(reference.crs), datum(tested.crs)
        first, second = (said or "something that nothing says" for said in (theirs, ours))
        say("warning", f"Heights of {name} refer to {first}, those of the reference to {second}; they are compared as they are.")
    if doubtful := doubtful_way(tested.grid, reference.grid, name):
        say("warning", doubtful)


def _scale(reference: Reference, work: list[Window], progress: Callable[[str, int, int, str], None]) -> tuple[Scale, int]:
    """Of the reference's pixels that count, and how many there are. Raises InputError where there is none."""
    low, high, count = math.inf, -math.inf, 0
    for done, core in enumerate(work):
        progress("range", done, len(work), f"Reading the reference, window {done + 1} of {len(work)}")
        dem, known = reference.elevation.read(core, 0)
        counts = known & reference.mask.on(reference.grid, core)
        if counts.any():
            low, high, count = min(low, float(dem[counts].min())), max(high, float(dem[counts].max())), count + int(counts.sum())
    if not count:
        raise InputError(
            "no-overlap",
            f"No pixel of the reference, {reference.raster.path}, has a height and lies in the mask.",
            f"Check both, and their CRS (a GeoJSON without one counts in longitudes and latitudes; {_COUNTED}).",
        )
    return Scale(low, high - low), count


def _error_output(path: Path, reference: Reference, raster: Raster, settings: Settings) -> Output:
    crs = reference.grid.crs
    if not keeps_crs(crs):
        raise InputError("grid-invalid", f"A GeoTIFF cannot hold the CRS {CRS.from_wkt(crs).name}.", "Leave out --error.")
    state = COREGISTERED if settings.coregister else RAW
    tags = {
        "SIRAN_VERSION": version(),
        "SIRAN_REFERENCE": reference.raster.name,
        "SIRAN_TESTED": f"{raster.name}, {state}",
        "AREA_OR_POINT": "Area",
    }
    threads = processors()
    return Output(
        path, reference.grid, crs=crs, unit="m", tags=tags, threads=threads, overwrite=settings.overwrite, description=descriptions.ERROR
    )


def _facts(raster: Raster) -> dict[str, Any]:
    path = Path(raster.path)
    elevation = Elevation(raster, 1, raster.grid)
    return {
        "path": anywhere(raster.path),
        "bytes": path.stat().st_size if path.is_file() else None,
        "crs": raster.crs.name,
        "grid": raster.grid.to_event(),
        "type": raster.dataset.dtypes[0],
        "nodata": raster.dataset.nodata,
        "unit": elevation.unit,
        "metres_per_unit": elevation.metres,
        "vertical_datum": datum(raster.crs) or None,
    }


def _result(state: _State, grid: Grid) -> dict[str, Any]:
    edges, counts = state.statistics.histogram(_BINS)
    powers = state.statistics.spectrum()
    relief = None
    if powers is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = powers[1] / powers[0]
        relief = {
            "wavelength_pixels": spectrum.WAVELENGTHS.tolist(),
            "wavelength_metres": (spectrum.WAVELENGTHS * grid.pixel_size).tolist(),
            "ratio": ratio.tolist(),
            "tiles": state.statistics.tiles,
        }
    return {
        "state": state.name,
        **state.statistics.figures(),
        "by_slope": state.statistics.by_slope(),
        "spectrum": relief,
        "histogram": {"edges": edges.tolist(), "counts": counts.tolist()},
    }


def _share(of: float) -> str:
    return f"{of:.0%}" if of >= 0.01 else "less than 1 %"


def _warn_of_counts(tested: list[dict[str, Any]], counting: int, alike: int, say: Callable[[Level, str], None]) -> None:
    """Of the pixels that are `counting`, `alike` are known in all tested DEMs."""
    counts = [(entry["name"], result["state"], result["count"]) for entry in tested for result in entry["results"]]
    for name, state, count in counts:
        if not count:
            say(
                "warning",
                f"No pixel of {name} ({state}) counts: it has no heights where the reference has them and the mask lies ({_COUNTED}).",
            )
        elif count < 0.5 * counting:
            say("warning", f"{name} ({state}) is known on {_share(count / counting)} of the reference's pixels that count.")
    raw = [count for _, state, count in counts if state == RAW]
    if max(raw) - alike > 0.01 * counting:
        say(
            "warning",
            "The tested DEMs are known on different pixels: their figures are of different ground. A mask makes them alike.",
        )


def _pictures(reference: Reference, states: list[list[_State]], gathered: dict[str, Any]) -> list[Picture]:
    factor = pictures.factor(reference.grid)
    grid = coarser(reference.grid, factor)
    centre = Window(0, reference.grid.height // 2, 1, 1)
    dx, dy = (float(size[0, 0]) * factor for size in reference.edges(centre))
    means = f"means over {factor} × {factor} pixels" if factor > 1 else "every pixel"

    def shade(dem: Any, name: str) -> Picture:
        return Picture(f"{name}, {means}", f"Shaded relief of {name}, lit from the top left", hillshade(dem, dx, dy))

    base = pictures.small(Elevation(reference.raster, 1, grid), grid)
    made = [shade(base, f"reference {reference.raster.name}")] if min(base.shape) > 2 else []
    widest = [entry["results"][-1]["le90"] for entry in gathered["tested"]]
    limit = rounded_up(max([value for value in widest if math.isfinite(value)], default=1.0))
    for several in states:
        state = several[-1]
        dem = pictures.small(state.tested.on(grid).elevation, grid) + state.tested.up
        name = f"{state.dem}, {state.name}"
        if min(dem.shape) > 2:
            made.append(shade(dem, name))
        caption = f"{name}: errors from -{limit:g} m (blue, too low) over 0 (white) to {limit:g} m (red, too high), {means}"
        made.append(Picture(caption, f"Map of the errors of {name}", errors(dem - base, limit)))
    return made
