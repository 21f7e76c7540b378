"""The report says what was compared and what came out: as JSON for programs, as one page of HTML for people.

The page needs nothing beside itself: no script, no font, no picture from elsewhere. It is read on a phone, on paper and by a screen
reader: tables have captions and headings, every drawing and picture has words beside it, lines differ in dashes as well as in colour.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from backend.page.document import document
from backend.page.drawings import Line, drawing
from backend.page.numbers import number
from backend.page.parts import Picture, figure, picture
from backend.page.parts import table as table_of

DEFINITIONS = {
    "error": "Tested minus reference, metres: above 0 where the tested DEM lies too high. Counted where both are known and the mask lies; "
    "where a DEM was moved by coregistration, raw and moved figures are of the pixels that are known in both states.",
    "bias": "Mean error, m.",
    "rmse": "Root mean square error, m.",
    "mae": "Mean absolute error, m.",
    "median": "Median error, m, known to 0.05 %.",
    "nmad": "Normalised median absolute deviation, 1.4826 median(|e - median(e)|), m (Höhle and Höhle 2009), known to 0.1 %.",
    "le90": "Linear error 90 %: nine tenths of the pixels err by no more, m, known to 0.1 %.",
    "ssim": "Mean structural similarity (Wang et al. 2004), Gaussian window of 11 × 11 pixels; of pixels whose window has no gap.",
    "psnr": "20 log10(data range / RMSE), dB. The data range, for SSIM too, is the reference's highest minus lowest pixel that counts, m.",
    "slope_rmse": "Root mean square error of the slope, degrees; slopes from central differences, over pixels as wide and high as in the "
    "middle of their row.",
    "curvature_rmse": "Root mean square error of the Laplacian d²z/dx² + d²z/dy², 1/m times 100.",
    "by_slope": "The same on pixels whose slope in the reference is at least the first and less than the second number of degrees.",
    "spectrum": "Radially averaged power of the tested DEM over the reference's by wavelength, mean over tiles of 64 × 64 pixels "
    "without gaps: "
    "1 as much relief as the reference has, 0 none. Noise has power too. Metres are those of the geometric mean of a pixel's width and "
    "height: where these differ, as in degrees, waves are longer along the one and shorter along the other.",
    "histogram": "Counts of errors between two edges each, m; 99 % of all lie between the first and the last.",
    "coregistration": "What the tested DEM was moved by, metres to the true east and north, in the middle of the common ground, and up "
    "(Nuth and Kääb 2011); x, y: what its own coordinates grow by, in the units of its CRS.",
}

_COLUMNS = (
    ("count", "Pixels"), ("bias", "Bias, m"), ("rmse", "RMSE, m"), ("mae", "MAE, m"), ("nmad", "NMAD, m"), ("le90", "LE90, m"),
    ("ssim", "SSIM"), ("psnr", "PSNR, dB"), ("slope_rmse", "Slope RMSE, °"), ("curvature_rmse", "Curvature RMSE, 1/m × 100"),
)  # fmt: skip
_MOST_TESTED_IN_A_DRAWING = 6


def to_json(gathered: dict[str, Any]) -> str:
    """JSON of the report; null for what is not a number."""
    return json.dumps(_finite(gathered), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def table(gathered: dict[str, Any]) -> list[list[str]]:
    """Headings, then a row for each tested DEM and state: the figures over all pixels."""
    rows = [["Tested DEM", "State", *(title for _, title in _COLUMNS)]]
    for name, result in _results(gathered):
        rows.append([name, result["state"], *(number(result[key]) for key, _ in _COLUMNS)])
    return rows


def page(gathered: dict[str, Any], pictures: Sequence[Picture]) -> str:
    """The report as HTML."""
    reference = Path(gathered["reference"]["path"]).name
    title = f"DEMs compared with {reference}"
    head, *rows = table(gathered)
    parts = [f"<h1>{escape(title)}</h1>", f"<p>{escape(_summary(gathered))}</p>"]
    if gathered["warnings"]:
        items = "".join(f"<li>{escape(text)}</li>" for text in gathered["warnings"])
        parts += ["<h2>Warnings</h2>", f'<ul class="warnings">{items}</ul>']
    rows = [[f"{name}, {state}", *cells] for name, state, *cells in rows]
    parts += ["<h2>Errors</h2>", table_of("All pixels that count", [head[0], *head[2:]], rows, headings=1)]
    parts += ["<h2>Errors by slope of the reference</h2>"]
    for name, result in _results(gathered):
        by_slope = [[f"{part['low']:g}° to {part['high']:g}°", *(number(part[key]) for key, _ in _COLUMNS)] for part in result["by_slope"]]
        parts.append(table_of(f"{name}, {result['state']}", ["Slope", *head[2:]], by_slope, headings=1))
    parts += _coregistration(gathered)
    if pictures:
        parts += ["<h2>Pictures</h2>", '<div class="pictures">', *map(picture, pictures), "</div>"]
    parts += ["<h2>Distribution of the errors</h2>", *_histograms(gathered)]
    parts += ["<h2>Relief by wavelength</h2>", *_spectra(gathered)]
    parts += ["<h2>Inputs</h2>", *_inputs(gathered)]
    definitions = "".join(
        f"<dt>{escape(name.replace('_', ' '))}</dt><dd>{escape(text)}</dd>" for name, text in gathered["definitions"].items()
    )
    parts += ["<h2>Definitions</h2>", f"<dl>{definitions}</dl>", "<h2>Provenance</h2>"]
    parts.append(
        f"<p>SIRAN {escape(gathered['version'])}, {escape(gathered['created'])}.</p><p><code>{escape(gathered['command'])}</code></p>"
    )
    return document(title, parts)


def _summary(gathered: dict[str, Any]) -> str:
    grid = gathered["reference"]["grid"]
    mask = f" inside the mask {Path(gathered['mask']).name}" if gathered["mask"] else ""
    return (
        f"The reference has {number(grid['width'])} × {number(grid['height'])} pixels of {number(grid['pixel_size'])} m; "
        f"{number(gathered['counting'])} of them have a height{mask}, over a range of {number(gathered['data_range'])} m. "
        "Errors are tested minus reference."
    )


def _results(gathered: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(entry["name"], result) for entry in gathered["tested"] for result in entry["results"]]


def _coregistration(gathered: dict[str, Any]) -> list[str]:
    entries = [(entry["name"], entry["coregistration"]) for entry in gathered["tested"] if entry["coregistration"]]
    if not entries:
        return []
    keys = ("east", "north", "up", "x", "y", "nmad_before", "nmad_after", "pixels", "pixel_size", "steps")
    head = [
        "Tested DEM",
        "East, m",
        "North, m",
        "Up, m",
        "x",
        "y",
        "NMAD before, m",
        "NMAD after, m",
        "Steep pixels",
        "Their edge, m",
        "Steps",
    ]
    rows = [[name, *(number(found[key]) for key in keys)] for name, found in entries]
    caption = (
        "What each DEM was moved by, found on a sample of pixels (Nuth and Kääb 2011): to the true east and north, which are not a grid's "
        "columns and rows, and up; x and y are what its own coordinates grow by, in the units of its CRS"
    )
    return ["<h2>Coregistration</h2>", table_of(caption, head, rows, headings=1)]


def _histograms(gathered: dict[str, Any]) -> list[str]:
    made = []
    for place, entry in enumerate(gathered["tested"]):
        name = entry["name"]
        lines, words = [], []
        for result in entry["results"]:
            if not result["count"]:
                continue
            edges, counts = result["histogram"]["edges"], result["histogram"]["counts"]
            x = [edge for pair in itertools.pairwise(edges) for edge in pair]
            # A share for each metre, so that bins of different widths can be compared.
            density = [100 * count / result["count"] / (edges[1] - edges[0]) for count in counts]
            lines.append(Line(result["state"], x, [value for value in density for _ in range(2)]))
            half, middle = (edges[-1] - edges[0]) / 2, (edges[0] + edges[-1]) / 2
            about = "0" if abs(middle) < 1e-6 * half else f"{number(middle)} m"
            words.append(f"{result['state']}: median {number(result['median'])} m, 99 % within {number(half)} m of {about}, "
                         f"NMAD {number(result['nmad'])} m, LE90 {number(result['le90'])} m")  # fmt: skip
        if not words:  # where nothing counts a warning says it
            continue
        text = f"How many pixels have which error. {'; '.join(words)}."
        made.append(
            figure(
                drawing(f"h{place}", f"Histogram of the errors of {name}", text, lines, x="error, m", y="% of pixels per metre"), name, text
            )
        )
    return made


def _spectra(gathered: dict[str, Any]) -> list[str]:
    entries = [(name, result) for name, result in _results(gathered) if result["spectrum"]]
    if not entries:
        return ["<p>No square of 64 × 64 pixels is free of gaps: there is no spectrum.</p>"]
    made = []
    for place in range(0, len(entries), _MOST_TESTED_IN_A_DRAWING):
        part = entries[place : place + _MOST_TESTED_IN_A_DRAWING]
        lines = [
            Line(f"{name}, {result['state']}", result["spectrum"]["wavelength_metres"], result["spectrum"]["ratio"])
            for name, result in part
        ]
        words = [
            f"{name}, {result['state']}: "
            + ", ".join(f"{number(ratio, 3)} at {number(length, 3)} m" for length, ratio in _octaves(result["spectrum"]))
            for name, result in part
        ]
        text = f"Power over the reference's by wavelength; 1 is as much relief as the reference has. {'; '.join(words)}."
        svg = drawing(
            f"s{place}",
            "Spectrum ratio",
            text,
            lines,
            x="wavelength, m (both axes logarithmic)",
            y="power over the reference's",
            logarithmic=True,
            level=1.0,
        )
        made.append(figure(svg, "", text))
    return made


def _octaves(relief: dict[str, Any]) -> list[tuple[float, float]]:
    """Wavelength in metres and ratio at 64, 32, ... 2 pixels."""
    rows = zip(relief["wavelength_pixels"], relief["wavelength_metres"], relief["ratio"], strict=True)
    return [(metres, ratio) for pixels, metres, ratio in rows if math.log2(pixels).is_integer()]


def _inputs(gathered: dict[str, Any]) -> list[str]:
    inputs = [("Reference", gathered["reference"]), *(("Tested", entry) for entry in gathered["tested"])]
    rows = []
    for role, facts in inputs:
        grid = facts["grid"]
        datum = facts["vertical_datum"] or "not stated"
        rows.append([
            role, facts["path"], f"{number(grid['width'])} × {number(grid['height'])}", f"{number(grid['pixel_size'])} m", facts["crs"],
            f"{facts['unit']}, {datum}", facts["type"], "none" if facts["nodata"] is None else f"{facts['nodata']:g}",
            "–" if facts["bytes"] is None else f"{facts['bytes'] / 1e6:.1f} MB",
        ])  # fmt: skip
    head = ["Role", "File", "Pixels", "Pixel on the ground", "CRS", "Heights", "Type", "Nodata", "Size"]
    made = [table_of("Rasters", head, rows, headings=1, words=True)]
    if gathered["mask"]:
        made.append(f"<p>Mask: {escape(gathered['mask'])}</p>")
    return made


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
