"""The report says what was compared and what came out: as JSON for programs, as one page of HTML for people.

The page needs nothing beside itself: no script, no font, no picture from elsewhere. It is read on a phone, on paper and by a screen
reader: tables have captions and headings, every drawing and picture has words beside it, lines differ in dashes as well as in colour.
"""

from __future__ import annotations

import base64
import itertools
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from backend.compare.drawings import Line, drawing

DEFINITIONS = {
    "error": "Tested minus reference, metres: above 0 where the tested DEM lies too high. Counted where both are known and the mask lies.",
    "bias": "Mean error, m.",
    "rmse": "Root mean square error, m.",
    "mae": "Mean absolute error, m.",
    "median": "Median error, m, known to 0.05 %.",
    "nmad": "Normalised median absolute deviation, 1.4826 median(|e - median(e)|), m (Höhle and Höhle 2009), known to 0.1 %.",
    "le90": "Linear error 90 %: nine tenths of the pixels err by no more, m, known to 0.1 %.",
    "ssim": "Mean structural similarity (Wang et al. 2004), Gaussian window of 11 × 11 pixels; of pixels whose window has no gap.",
    "psnr": "20 log10(data range / RMSE), dB. The data range, for SSIM too, is the reference's highest minus lowest pixel that counts, m.",
    "slope_rmse": "Root mean square error of the slope, degrees; slopes from central differences.",
    "curvature_rmse": "Root mean square error of the Laplacian d²z/dx² + d²z/dy², 1/m times 100.",
    "by_slope": "The same on pixels whose slope in the reference is at least the first and less than the second number of degrees.",
    "spectrum": "Radially averaged power of the tested DEM over the reference's by wavelength, mean over tiles of 64 × 64 pixels "
    "without gaps: "
    "1 as much relief as the reference has, 0 none. Noise has power too.",
    "histogram": "Counts of errors between two edges each, m; 99 % of all lie between the first and the last.",
    "coregistration": "What the tested DEM was moved by, metres east, north and up (Nuth and Kääb 2011).",
}

_COLUMNS = (
    ("count", "Pixels"), ("bias", "Bias, m"), ("rmse", "RMSE, m"), ("mae", "MAE, m"), ("nmad", "NMAD, m"), ("le90", "LE90, m"),
    ("ssim", "SSIM"), ("psnr", "PSNR, dB"), ("slope_rmse", "Slope RMSE, °"), ("curvature_rmse", "Curvature RMSE, 1/m × 100"),
)  # fmt: skip
_MOST_TESTED_IN_A_DRAWING = 6
_NO_BREAK = "\u00a0"
"""A space."""

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --line: #c9ced6; --soft: #5c6570; --warn: #fff3cd;
  --c0: #0b5cad; --c1: #b3400f; --c2: #14724b; --c3: #7a3aa8; --c4: #8a6a00; --c5: #a3195b; }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --paper: #16191d; --line: #3b424c; --soft: #a7b0ba;
  --warn: #43380f; --c0: #7ab8ff; --c1: #ff9d6c; --c2: #66d19e; --c3: #cf9bff; --c4: #e6c34a; --c5: #ff8ac0; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1100px; margin: 0 auto;
  padding: 0 14px 48px; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; border-top: 1px solid var(--line); padding-top: 1rem; }
.warnings { background: var(--warn); padding: 10px 14px 10px 32px; border-radius: 6px; }
.scroll { overflow-x: auto; } .scroll:focus { outline: 2px solid var(--c0); }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
caption { text-align: left; color: var(--soft); padding: 10px 0 2px; }
caption span { display: block; max-width: calc(100vw - 28px); position: sticky; left: 0; }
th, td { padding: 4px 9px; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; }
thead th { vertical-align: bottom; } thead th:first-child { text-align: left; }
tbody th { min-width: 8.6em; max-width: 16em; }
.scroll th:first-child { position: sticky; left: 0; background: var(--paper); overflow-wrap: break-word; }
@media screen and (max-width: 600px) { thead th { white-space: nowrap; } tbody th { max-width: 9em; }
  .scroll th:first-child { overflow-wrap: anywhere; } }
th[scope=row], .words td { text-align: left; } .words td { overflow-wrap: anywhere; min-width: 6em; }
.words td:nth-child(2) { min-width: 14em; }
figure { margin: 0 0 1.4rem; } figcaption { font-size: .9rem; color: var(--soft); }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(320px, 100%), 1fr)); gap: 14px; }
.pictures img { width: 100%; height: auto; background: repeating-conic-gradient(#8883 0 25%, #0000 0 50%) 0 0/16px 16px; }
figure > svg { width: 100%; max-width: 760px; height: auto; } svg text { font-size: 12px; fill: var(--ink); }
.grid { stroke: var(--line); stroke-width: .6; } .level { stroke: var(--ink); stroke-width: .8; }
.line { fill: none; stroke: #0b5cad; stroke-width: 1.8; }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: .9rem; }
.key { width: 30px; height: 8px; margin-right: 6px; } dt { font-weight: 600; } dd { margin: 0 0 .5rem; } code { font-size: .85rem; }
@media print { :root { color-scheme: light; } * { print-color-adjust: exact; }
  body { max-width: none; font-size: 11px; } .scroll { overflow: visible; break-inside: avoid; }
  table { font-size: 9px; } figure > svg { max-width: 520px; }
  th, td { padding: 2px 4px; }
  figure, tr { break-inside: avoid; } h2 { break-after: avoid; } }
"""


@dataclass(frozen=True)
class Picture:
    """A PNG with its caption and, for who cannot see it, its text."""

    caption: str
    text: str
    png: bytes


def to_json(gathered: dict[str, Any]) -> str:
    """JSON of the report; null for what is not a number."""
    return json.dumps(_finite(gathered), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def number(value: float | None, digits: int = 4) -> str:
    """To `digits` significant digits, a whole number with all of them; a dash for none."""
    if value is None or not math.isfinite(value):
        return "∞" if value == math.inf else "–"
    if isinstance(value, int):
        return f"{value:,}".replace(",", "\u202f")
    # A millionth of a metre is rounding, and so it is of a degree.
    text = f"{value:.{digits}g}" if abs(value) >= 1e-6 else "0"
    return (f"{value:.0f}" if "e+" in text else text).replace("-", "−", 1)


def rounded_up(value: float) -> float:
    """Up to one significant digit: 2.31 to 3."""
    if not value > 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(value))
    return float(math.ceil(value / unit) * unit)


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
    parts += ["<h2>Errors</h2>", _table("All pixels that count", [head[0], *head[2:]], rows, headings=1)]
    parts += ["<h2>Errors by slope of the reference</h2>"]
    for name, result in _results(gathered):
        by_slope = [[f"{part['low']:g}° to {part['high']:g}°", *(number(part[key]) for key, _ in _COLUMNS)] for part in result["by_slope"]]
        parts.append(_table(f"{name}, {result['state']}", ["Slope", *head[2:]], by_slope, headings=1))
    parts += _coregistration(gathered)
    if pictures:
        parts += ["<h2>Pictures</h2>", '<div class="pictures">', *map(_picture, pictures), "</div>"]
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
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>\n" + "\n".join(parts) + "\n</main></body></html>\n"
    )


def _summary(gathered: dict[str, Any]) -> str:
    grid = gathered["reference"]["grid"]
    mask = f" inside the mask {Path(gathered['mask']).name}" if gathered["mask"] else ""
    return (
        f"The reference has {number(grid['width'])} × {number(grid['height'])} pixels of {number(grid['pixel_size'])} m; "
        f"{number(gathered['counting'])} of them have a height{mask}, over a range of {number(gathered['data_range'])} m. "
        "Errors are tested minus reference."
    )


def _results(gathered: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(Path(entry["path"]).name, result) for entry in gathered["tested"] for result in entry["results"]]


def _coregistration(gathered: dict[str, Any]) -> list[str]:
    entries = [(Path(entry["path"]).name, entry["coregistration"]) for entry in gathered["tested"] if entry["coregistration"]]
    if not entries:
        return []
    keys = ("east", "north", "up", "nmad_before", "nmad_after", "pixels", "pixel_size", "steps")
    head = ["Tested DEM", "East, m", "North, m", "Up, m", "NMAD before, m", "NMAD after, m", "Steep pixels", "Their edge, m", "Steps"]
    rows = [[name, *(number(found[key]) for key in keys)] for name, found in entries]
    caption = "What each DEM was moved by (Nuth and Kääb 2011), found on a sample of pixels"
    return ["<h2>Coregistration</h2>", _table(caption, head, rows, headings=1)]


def _histograms(gathered: dict[str, Any]) -> list[str]:
    made = []
    for place, entry in enumerate(gathered["tested"]):
        name = Path(entry["path"]).name
        lines, words = [], []
        for result in entry["results"]:
            if not result["count"]:
                continue
            edges, counts = result["histogram"]["edges"], result["histogram"]["counts"]
            x = [edge for pair in itertools.pairwise(edges) for edge in pair]
            # A share for each metre, so that bins of different widths can be compared.
            density = [100 * count / result["count"] / (edges[1] - edges[0]) for count in counts]
            lines.append(Line(result["state"], x, [value for value in density for _ in range(2)]))
            words.append(f"{result['state']}: median {number(result['median'])} m, 99 % within {number(edges[-1])} m of 0, "
                         f"NMAD {number(result['nmad'])} m, LE90 {number(result['le90'])} m")  # fmt: skip
        text = f"How many pixels have which error. {'; '.join(words)}."
        made.append(
            _figure(
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
        made.append(_figure(svg, "", text))
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
    made = [_table("Rasters", head, rows, headings=1, words=True)]
    if gathered["mask"]:
        made.append(f"<p>Mask: {escape(gathered['mask'])}</p>")
    return made


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, headings: int, words: bool = False) -> str:
    """The first `headings` cells of a row are its heading."""
    titles = "".join(f'<th scope="col">{escape(_unit_in_one(cell))}</th>' for cell in head)
    body = "".join(
        "<tr>"
        + "".join(
            f'<th scope="row">{escape(cell)}</th>' if place < headings else f"<td>{escape(cell)}</td>" for place, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    # A region that scrolls must be reachable from the keyboard.
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table{" class=words" if words else ""}>'
        f"<caption><span>{escape(caption)}</span></caption><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _unit_in_one(heading: str) -> str:
    """A heading that does not break within its unit, nor before a short one."""
    name, comma, unit = heading.partition(", ")
    if len(unit) > 2:
        return f"{name}{comma}{unit.replace(' ', _NO_BREAK)}"
    return f"{name},{_NO_BREAK}{unit}" if comma else heading


def _picture(picture: Picture) -> str:
    data = base64.b64encode(picture.png).decode("ascii")
    image = f'<img alt="{escape(picture.text)}" src="data:image/png;base64,{data}">'
    return f"<figure>{image}<figcaption>{escape(picture.caption)}</figcaption></figure>"


def _figure(svg: str, name: str, text: str) -> str:
    title = f"<b>{escape(name)}.</b> " if name else ""
    return f"<figure>{svg}<figcaption>{title}{escape(text)}</figcaption></figure>"


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
