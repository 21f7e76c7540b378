"""The page of a run: what was changed first, what it was made from and how after that.

It needs nothing beside itself and loads nothing. All heights are in metres.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from backend.card import ModelCard
from backend.dem_source import DemError
from backend.errors import InputError
from backend.grid import LONGITUDES_AND_LATITUDES, Grid, apply, ground_edges, transform_points
from backend.guide import Guide
from backend.models import Model
from backend.orientations import COUNT
from backend.page.document import document
from backend.page.drawings import Line, drawing
from backend.page.numbers import number, rounded_up
from backend.page.parts import figure, table
from backend.page.pictures import errors, hillshade
from backend.rasters import Raster
from backend.report.detail import Detail, Profile
from backend.report.gathered import Gathered
from backend.report.pair import POLICY, SCRIPT, Side, pair
from backend.report.pair import STYLE as PAIR_STYLE
from backend.report.picture_map import STYLE as MAP_STYLE
from backend.report.picture_map import picture_map
from backend.stopwatch import Stopwatch
from backend.vertical import datum

CUBIC, RESULT = "Cubic resampling", "Result"
_BINS = 61
"""Of the histogram. Odd: where much is left as it is there is a peak in the middle."""
_STYLE = f"""{PAIR_STYLE}{MAP_STYLE}
nav ul {{ list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 2px 18px; }} nav a {{ color: var(--c0); }}
.command {{ display: block; padding: 10px 14px; border: 1px solid var(--line); border-radius: 6px; }}
@media screen and (max-width: 600px) {{ .words td:nth-child(2) {{ min-width: 9em; }} .words tbody th {{ min-width: 7em; }} }}
@media print {{ nav {{ display: none; }} .map {{ max-width: 360px; }} }}
"""


@dataclass(frozen=True)
class Run:
    """What is known of a run when its outputs are whole. `paths` by output, in the order of `descriptions`; `crs` is the output's, WKT;
    `guided` pixels of the result are known where the guide is."""

    paths: Mapping[str, Path]
    descriptions: Mapping[str, str]
    grid: Grid
    crs: str
    unit: str
    dem: Raster
    band: int
    dem_error: DemError
    guide: Guide | None
    model: Model
    provider: str
    pixels_made: int
    guided: int
    thorough: bool
    tags: Mapping[str, str]
    warnings: Sequence[str]
    command: str
    versions: Mapping[str, str]
    created: str


def page(run: Run, gathered: Gathered, stopwatch: Stopwatch) -> str:
    """The report as HTML."""
    output = next(iter(run.paths.values()))
    title = f"{output.name}, made finer from {run.dem.name}"
    sections = {
        "Warnings": _warnings(run.warnings),
        "Before and after": _pictures(run, gathered),
        "What was changed": _change(run, gathered),
        "Profiles": _profiles(gathered),
        "Inputs": _inputs(run, gathered),
        "Outputs": _outputs(run, gathered),
        "The model": _model(run.model.card, run),
        "Time": _time(run, stopwatch),
        "Provenance": _provenance(run),
    }
    names = {name: re.sub(r"\W+", "-", name.lower()) for name in sections}
    links = "".join(f'<li><a href="#{names[name]}">{escape(name)}</a></li>' for name in sections)
    parts = [f"<h1>{escape(title)}</h1>", f"<p>{escape(_summary(run, gathered))}</p>"]
    parts.append(f'<nav aria-label="Parts of this page"><ul>{links}</ul></nav>')
    for name, made in sections.items():
        parts += [f'<h2 id="{names[name]}">{escape(name)}</h2>', *made]
    return document(title, parts, style=_STYLE, head=POLICY, end=SCRIPT)


def _summary(run: Run, gathered: Gathered) -> str:
    grid, change = run.grid, gathered.change
    ratio = run.dem.grid.pixel_size_at(grid) / grid.pixel_size
    thorough = f", the mean over {COUNT} orientations" if run.thorough else ""
    said = (
        f"{number(grid.width)} × {number(grid.height)} pixels of {number(grid.pixel_size)} m, {ratio:.3g} times as fine as the DEM, "
        f"by the model {run.model.card.name} {run.model.card.version}{' with' if run.guide else ' without'} a guide{thorough}."
    )
    if not change.count:
        return f"{said} No pixel has a value."
    return (
        f"{said} Against cubic resampling heights changed by {number(math.hypot(change.mean, change.deviation), 3)} m (root mean square) "
        f"and by {number(change.largest, 3)} m at most. What is shown as detail is what the model expects, not a survey."
    )


def _warnings(texts: Sequence[str]) -> list[str]:
    if not texts:
        return ["<p>The run gave none.</p>"]
    return [f'<ul class="warnings">{"".join(f"<li>{escape(text)}</li>" for text in texts)}</ul>']


def _pictures(run: Run, gathered: Gathered) -> list[str]:
    overview, detail = gathered.overview, gathered.detail
    if detail is None:
        return ["<p>No pixel has a value: there is nothing to show.</p>"]
    dx, dy = _edges(run.grid)
    means = f"means over {overview.factor} × {overview.factor} pixels" if overview.factor > 1 else "every pixel"
    made = [_pair("the whole output", means, overview.cubic(), overview.result(), dx * overview.factor, dy * overview.factor)]
    if overview.factor > 1:
        where = f"{detail.window.width} × {detail.window.height} pixels around the place of the largest change"
        made.append(_pair(where, "every pixel", detail.cubic, detail.result, dx, dy))
    return [one for one in made if one] or ["<p>The output is too small for pictures.</p>"]


def _pair(what: str, means: str, cubic: NDArray[np.float64], result: NDArray[np.float64], dx: float, dy: float) -> str:
    if min(result.shape) < 3:
        return ""
    light = f"Shaded relief of {what}, lit from the top left"
    before, after = (
        Side(name, f"{light}: {words}.", hillshade(dem, dx, dy))
        for name, words, dem in (
            (CUBIC, "the DEM by cubic resampling, before the model", cubic),
            (RESULT, "the result, after it", result),
        )
    )
    caption = f"{light}, {means}. Before: the DEM on the output's grid by cubic resampling. After: the result."
    return pair(what, before, after, caption, ratio=result.shape[1] * dx / (result.shape[0] * dy))


def _change(run: Run, gathered: Gathered) -> list[str]:
    change = gathered.change
    if not change.count:
        return ["<p>No pixel has a value.</p>"]
    low, median, high = change.quantiles()
    figures = [
        ("Mean", change.mean),
        ("Standard deviation", change.deviation),
        ("5 % lie below", low),
        ("Median", median),
        ("95 % lie below", high),
        ("Lowest", change.lowest),
        ("Highest", change.highest),
        ("Largest, up or down", change.largest),
    ]
    caption = f"The result minus the DEM by cubic resampling, {number(change.count)} pixels"
    made = [
        table(caption, ["Figure", "Metres"], [[name, number(round(value, 4) + 0.0)] for name, value in figures], headings=1),
        f"<p>The largest change is at {escape(_place(run.grid, change.place))}.</p>",
    ]
    edges, counts = change.sketch.around(0.0, _BINS)
    x = [edge for both in itertools.pairwise(edges.tolist()) for edge in both]
    # A share for each metre: the bins' width is nothing to look at.
    density = [100 * count / change.count / float(edges[1] - edges[0]) for count in counts.tolist()]
    text = (
        f"How many pixels changed by how much. 90 % of them by {number(low, 3)} m to {number(high, 3)} m; "
        f"99 % by no more than {number(float(edges[-1]), 3)} m up or down, which is what is drawn."
    )
    line = Line("result minus cubic", x, [value for value in density for _ in range(2)])
    svg = drawing("change", "Histogram of the change", text, [line], x="change, m", y="% of pixels per metre")
    return [*made, figure(svg, "", text), *_map(run, gathered)]


def _map(run: Run, gathered: Gathered) -> list[str]:
    overview, detail = gathered.overview, gathered.detail
    limit = rounded_up(gathered.change.within(0.98))
    dx, dy = _edges(run.grid)
    difference = overview.result() - overview.cubic()
    height, width = (size * overview.factor for size in difference.shape)
    lines = [(profile.start, profile.end) for profile in _drawn(detail)] if detail else []
    means = f", means over {overview.factor} × {overview.factor} pixels" if overview.factor > 1 else ""
    caption = f"Where heights changed: from −{limit:g} m (blue, lower) over 0 (white) to {limit:g} m (red, higher){means}." + (
        " The lines are those of the profiles." if lines else ""
    )
    return [
        picture_map(errors(difference, limit), "Map of the change", caption, lines, size=(width, height), ratio=width * dx / (height * dy))
    ]


def _profiles(gathered: Gathered) -> list[str]:
    if gathered.detail is None:
        return ["<p>No pixel has a value.</p>"]
    profiles = _drawn(gathered.detail)
    if not profiles:
        return ["<p>The output is too small for profiles.</p>"]
    count = ("one line", "two lines", "three lines")[len(profiles) - 1]
    made = [f"<p>Heights along {count} through the place of the largest change.</p>"]
    for place, profile in enumerate(profiles):
        along, cubic, result = profile.along.tolist(), profile.cubic.tolist(), profile.result.tolist()
        text = _profile_text(profile)
        svg = drawing(
            f"p{place}",
            f"Profile, {profile.name.lower()}",
            text,
            [Line(RESULT, along, result), Line(CUBIC, along, cubic)],
            x="metres from the place of the largest change",
            y="height, m",
            zero=False,
        )
        made.append(f"<h3>{escape(profile.name)}</h3>{figure(svg, '', text)}")
    return made


def _drawn(detail: Detail) -> list[Profile]:
    """The profiles that are more than a point."""
    return [profile for profile in detail.profiles if len(profile.along) > 1]


def _profile_text(profile: Profile) -> str:
    known = profile.result[np.isfinite(profile.result)]
    length = float(profile.along[-1] - profile.along[0])
    return (
        f"{len(profile.along)} pixels over {number(length, 3)} m. The result lies between {_height(known.min())} and "
        f"{_height(known.max())} and differs from cubic resampling by {number(profile.largest, 3)} m at most."
    )


def _inputs(run: Run, gathered: Gathered) -> list[str]:
    dem, part = run.dem, gathered.part
    rows = [
        *_raster(dem, [run.band], run.grid),
        ("Band", f"{run.band} of {dem.bands}"),
        ("Heights", f"{run.unit}, vertical datum {datum(dem.crs) or 'not stated'}"),
    ]
    if part is not None:
        window = part.window
        rows += [
            ("Part under the output", f"{number(window.width)} × {number(window.height)} pixels"),
            ("Without a height there", f"{100 * part.unknown_share:.3g} %"),
            ("Heights there", f"{_height(part.lowest)} to {_height(part.highest)}" if part.unknown_share < 1 else "none"),
        ]
    rows += [("Expected error", f"{run.dem_error.metres:g} m (1 standard deviation)"), ("Where that is from", run.dem_error.origin)]
    made = [_facts("The DEM", rows)]
    if run.guide is None:
        return [*made, "<p>There was no guide.</p>"]
    image, bands = run.guide.raster, run.guide.bands
    ranges = ", ".join(f"{number(float(low))} to {number(float(high))}" for low, high in zip(run.guide.low, run.guide.high, strict=True))
    share = run.guided / gathered.change.count if gathered.change.count else 0.0
    rows = [
        *_raster(image, bands, run.grid),
        ("Near infrared, red, green", f"bands {', '.join(map(str, bands))} of {image.named_bands}"),
        ("Their 2nd to 98th percentile", ranges),
        ("Known on", f"{100 * share:.3g} % of the output's pixels that have a height"),
    ]
    return [*made, _facts("The guide", rows)]


def _raster(raster: Raster, bands: Sequence[int], output: Grid) -> list[tuple[str, str]]:
    path, dataset = Path(raster.path), raster.dataset
    nodata = dataset.nodatavals[bands[0] - 1]
    return [
        ("File", str(path.absolute()) if path.exists() else raster.path),
        ("Size", f"{path.stat().st_size / 1e6:.3g} MB" if path.is_file() else "not a file"),
        ("CRS", _crs(raster.crs)),
        ("Pixels", f"{number(raster.grid.width)} × {number(raster.grid.height)}"),
        ("Pixel on the ground", f"{number(raster.grid.pixel_size_at(output))} m"),
        ("Type, nodata", f"{dataset.dtypes[bands[0] - 1]}, {'none declared' if nodata is None else f'{nodata:g}'}"),
    ]


def _outputs(run: Run, gathered: Gathered) -> list[str]:
    grid, change = run.grid, gathered.change
    t = grid.transform
    rows = [(run.descriptions[name].capitalize(), str(path)) for name, path in run.paths.items()]
    rows += [
        ("CRS", _crs(CRS.from_wkt(run.crs))),
        ("Pixels", f"{number(grid.width)} × {number(grid.height)}"),
        ("Pixel", f"{t.a:.10g} × {-t.e:.10g} in the CRS's units, {number(grid.pixel_size)} m on the ground"),
        ("Top left corner", f"{t.c:.12g}, {t.f:.12g}"),
        ("Without a value", f"{100 * (1 - change.count / grid.pixels):.3g} %"),
    ]
    if change.count:
        rows.append(("Heights", f"{_height(gathered.lowest)} to {_height(gathered.highest)}"))
    return [_facts("The outputs", rows)]


def _model(card: ModelCard, run: Run) -> list[str]:
    sources: dict[tuple[str, str], list[str]] = {}
    for entry in card.training_data:
        sources.setdefault((str(entry.get("attribution", "")), str(entry.get("licence", ""))), []).append(str(entry.get("name", "")))
    trained = [f"{', '.join(names)}: {attribution or 'no attribution'} ({licence or 'no licence stated'})"
               for (attribution, licence), names in sources.items()]  # fmt: skip
    rows = [
        ("Name, version", f"{card.name} {card.version}"),
        ("Title", card.title),
        ("SHA-256", run.model.sha256),
        ("File", str(run.model.path)),
        ("Licence of the weights", card.licence),
        ("Trained for ratios", f"{card.ratios[0]:g} to {card.ratios[1]:g}"),
        ("Trained for pixels", f"{card.pixel_sizes[0]:g} m to {card.pixel_sizes[1]:g} m"),
        ("Trained for errors of the DEM", f"{card.dem_errors[0]:g} m to {card.dem_errors[1]:g} m"),
        ("Guide", "required" if card.guide_required else "optional"),
        *(("Trained on" if place == 0 else "and on", text) for place, text in enumerate(trained)),
    ]
    return [_facts("What the model's card says", rows), *_held_out(card, run.dem_error.source)]


def _held_out(card: ModelCard, source: str) -> list[str]:
    """The card's figures, for each condition the mean over the areas. A card may hold anything there."""
    by_condition: dict[str, list[tuple[float, float]]] = {}
    figures = card.held_out.get("figures")
    for entry in figures if isinstance(figures, list) else []:
        if isinstance(entry, dict):
            stated = re.search(r"stated as (\w+)", str(entry.get("condition", "")))
            values = entry.get("rmse_ratio"), entry.get("slope_rmse_ratio")
            # Figures for another DEM than this one say nothing here, and none is a million.
            if all(isinstance(value, (int, float)) and abs(value) < 1e6 for value in values) and (stated is None or stated[1] == source):
                by_condition.setdefault(str(entry.get("condition", "")), []).append(values)  # type: ignore[arg-type]
    if not by_condition:
        return ["<p>The card states no figures of ground that it was not trained on.</p>"]
    rows = []
    for condition, found in by_condition.items():
        ratios, slopes = zip(*found, strict=True)
        spread = f"{number(min(ratios), 3)} to {number(max(ratios), 3)}" if len(found) > 1 else number(ratios[0], 3)
        rows.append([condition, number(len(found)), number(float(np.mean(ratios)), 3), spread, number(float(np.mean(slopes)), 3)])
    head = ["Condition", "Areas", "RMSE, of cubic's", "Best to worst area", "Slope RMSE, of cubic's"]
    areas = card.held_out.get("areas")
    named = f" ({', '.join(map(str, areas))})" if isinstance(areas, list) and areas else ""
    caption = f"What the card says of ground that it was not trained on{named}: error over that of cubic resampling; below 1 is better"
    command = card.held_out.get("command")
    again = f"<p>Measured by <code>{escape(str(command))}</code></p>" if command else ""
    return [table(caption, head, rows, headings=1), again]


def _time(run: Run, stopwatch: Stopwatch) -> list[str]:
    rows = []
    for lap in stopwatch.laps:
        rows.append([lap.name, number(lap.seconds, 3)])
        rows += [[f"{lap.name}: {name}", number(seconds, 3)] for name, seconds in lap.busy.items()]
    rows.append(["All, up to this page", number(stopwatch.seconds, 3)])
    speed = run.pixels_made / max(stopwatch.seconds, 1e-3)
    older = run.grid.pixels - run.pixels_made
    earlier = f" {number(older)} pixels are not among them: an earlier run made them, which did not end." if older else ""
    return [
        table("Seconds by stage", ["Stage", "Seconds"], rows, headings=1),
        f"<p>{number(round(speed))} output pixels per second on {escape(run.provider)}.{earlier} "
        "Tiles are read, run and written at the same time, so that these parts may add up to more than the whole.</p>",
    ]


def _provenance(run: Run) -> list[str]:
    versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    tags = [(name, text) for name, text in run.tags.items()]
    return [
        f"<p>Made {escape(run.created)} with {escape(versions)}.</p>",
        f'<p>To do it again: <code class="command">{escape(run.command)}</code></p>',
        _facts("Tags of the outputs", tags),
    ]


def _facts(caption: str, rows: Sequence[tuple[str, str]]) -> str:
    return table(caption, ["What", "Value"], [list(row) for row in rows], headings=1, words=True)


def _height(metres: float) -> str:
    """To the centimetre."""
    return f"{number(round(float(metres), 2) + 0.0, 6)} m"


def _crs(crs: CRS) -> str:
    authority = crs.to_authority()
    return f"{crs.name} ({':'.join(authority)})" if authority else crs.name


def _edges(grid: Grid) -> tuple[float, float]:
    """Width and height of the central pixel on the ground, metres."""
    across, down = ground_edges(grid.crs, grid.transform, grid.width / 2, grid.height / 2)
    return math.hypot(across[0], across[1]), math.hypot(down[0], down[1])


def _place(grid: Grid, pixel: tuple[int, int]) -> str:
    """The centre of a pixel in words."""
    x, y = apply(grid.transform, np.array([pixel[0] + 0.5]), np.array([pixel[1] + 0.5]))
    try:
        lon, lat = (float(values[0]) for values in transform_points(grid.crs, LONGITUDES_AND_LATITUDES, x, y))
    except InputError:
        lon = lat = math.nan  # PROJ leads nowhere on Earth from another planet
    said = f"column {pixel[0]}, row {pixel[1]} (x {x[0]:.10g}, y {y[0]:.10g}"
    if math.isfinite(lon) and math.isfinite(lat):
        said += f"; {abs(lat):.5f}° {'N' if lat >= 0 else 'S'}, {abs(lon):.5f}° {'E' if lon >= 0 else 'W'}"
    return f"{said})"
