"""A page of panels: hillshades and error maps of every method, a line profile through each, spectra and tables.

One folder: index.html and PNG files, nothing from the network. It follows the reader's light or dark theme and fits a phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.evaluation import pictures
from training.evaluation.conditions import SHARP
from training.evaluation.figures import Figure
from training.evaluation.pairs import Pair
from training.evaluation.tables import DEFINITIONS, by_area, number, summary

Floats = NDArray[np.float32]
EDGE = 256
"""Pixels: each area is shown through a window of that size. Smaller than the whole, so that single pixels are seen."""

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --line: #c9ced6; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --paper: #16191d; --line: #3b424c; } }
body { font: 16px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1200px;
  margin: 0 auto; padding: 0 12px 48px; }
h1 { font-size: 1.5rem; } h2 { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: 1rem; } h3 { font-size: 1rem; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr)); gap: 14px; }
figure { margin: 0; } img { display: block; max-width: 100%; height: auto; }
.two { display: flex; gap: 4px; } .two a { position: relative; flex: 0 1 calc(50% - 2px); }
.two img { width: 100%; } .two a::after { content: ""; position: absolute; left: 0; right: 0; top: 50%; border-top: 1px dashed #d9480f; }
figcaption { font-size: .9rem; padding-top: 3px; }
.drawings { display: flex; flex-wrap: wrap; gap: 14px; margin-top: 14px; } .drawings > * { flex: 1 1 340px; min-width: 0;
   max-width: 640px; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 3px 8px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { text-align: left; white-space: normal; }
summary { cursor: pointer; padding: 4px 0; }
"""


@dataclass(frozen=True)
class Window:
    """The part of an area that is shown, and what was seen there: elevations by method and condition."""

    pair: Pair
    rows: slice
    columns: slice
    seen: dict[tuple[str, str], Floats] = field(default_factory=dict)

    def cut(self, raster: Floats) -> Floats:
        """The window of (H, W)."""
        return raster[self.rows, self.columns]


@dataclass
class Panels:
    """Gathers what `evaluate` shows it (its `keep`): of each pair the window, not the whole."""

    windows: list[Window] = field(default_factory=list)

    def keep(self, pair: Pair, condition: str, method: str, elevation: Floats) -> None:
        """See training.evaluation.figures.Keep. Conditions that nobody would choose are not shown."""
        if not condition.endswith(SHARP):
            return
        if not self.windows or self.windows[-1].pair is not pair:
            self.windows.append(Window(pair, *typical_window(pair)))
        self.windows[-1].seen[method, condition] = self.windows[-1].cut(elevation).copy()


def typical_window(pair: Pair) -> tuple[slice, slice]:
    """Rows and columns of the window to show: among those with the fewest unjudged pixels the one of cubic's median error.

    Neither the best place nor the worst.
    """
    edge = min(EDGE, *pair.target.shape)
    error = np.where(pair.judged, np.square(pair.cubic - pair.target, dtype=np.float64), 0)
    judged, errors = (_sums(values.astype(np.float64), edge) for values in (pair.judged, error))
    fullest = np.argwhere(judged >= judged.max() - 0.5)
    order = np.argsort(errors[tuple(fullest.T)], kind="stable")
    top, left = (int(value) for value in fullest[order[(len(order) - 1) // 2]])
    return slice(top, top + edge), slice(left, left + edge)


def _sums(values: NDArray[np.float64], edge: int) -> NDArray[np.float64]:
    """Of every square of `edge` pixels, by its north-west corner: (H - edge + 1, W - edge + 1)."""
    integral = np.pad(values, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    return np.asarray(integral[edge:, edge:] - integral[:-edge, edge:] - integral[edge:, :-edge] + integral[:-edge, :-edge])


def write_page(folder: Path, figures: Sequence[Figure], panels: Panels, title: str) -> Path:
    """Writes the page into `folder` (made if needed); returns its index.html, which is written last."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = [f"<h1>{escape(title)}</h1>", "<ul>", *(f"<li>{escape(line[2:])}</li>" for line in DEFINITIONS.splitlines()), "</ul>"]
    parts += _tables(summary(figures))
    for place, window in enumerate(panels.windows):
        parts += _section(folder, f"{place + 1:02}", window, figures)
    head = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>\n"
    )
    index = folder / "index.html"
    index.write_text(head + "\n".join(parts) + "\n</body></html>\n", encoding="utf-8")
    return index


def _section(folder: Path, stem: str, window: Window, figures: Sequence[Figure]) -> list[str]:
    pair, area = window.pair, window.pair.area
    conditions = {condition for _, condition in window.seen}
    own = [f for f in figures if f.area == area.name and (f.condition in conditions) and (f.method, f.condition) in window.seen]
    real = pair.coarse is None
    reference = window.cut(pair.target)
    known = np.isfinite(window.cut(area.dem))
    judged = pair.judged[window.rows, window.columns]
    shown = {_label(figure): window.seen[figure.method, figure.condition] for figure in own}

    shade = np.where(known, pictures.hillshade(reference, area.dx, area.dy), np.nan)
    low, high = (float(value) for value in np.nanpercentile(shade, (0.5, 99.5)))
    cubic = window.cut(pair.cubic)
    limit = _rounded(float(np.percentile(np.abs(cubic - reference)[judged], 98))) if judged.any() else 1.0

    def card(label: str, dem: Floats, number_: int, caption: str) -> str:
        hill, error = f"{stem}-{number_:02}-hillshade.png", f"{stem}-{number_:02}-error.png"
        pictures.write_raster(
            folder / hill, np.where(known, pictures.hillshade(dem, area.dx, area.dy), np.nan), low, max(high, low + 1e-6), "gray"
        )
        images = _image(hill, f"Hillshade of {area.name}, {label}")
        if label != "reference":
            pictures.write_raster(folder / error, np.where(judged, dem - reference, np.nan), -limit, limit, pictures.DIVERGING)
            images += _image(error, f"Map of result minus reference of {area.name}, {label}, {-limit:g} to {limit:g} m")
        return f'<figure><div class="two">{images}</div><figcaption><b>{escape(label)}</b>{caption}</figcaption></figure>'

    # What is to be compared with stands first.
    cards = [card("reference", reference, 0, "")]
    for count, (figure, (label, dem)) in enumerate(zip(own, shown.items(), strict=True), start=1):
        here = np.sqrt(np.mean(np.square(dem - reference, dtype=np.float64)[judged])) if judged.any() else np.nan
        caption = f": RMSE {number(float(here), 2)} m here, {number(figure.scores.errors.rmse, 2)} m in the whole area"
        cards.append(card(label, dem, count, caption))

    middle = reference.shape[0] // 2
    distance = np.arange(reference.shape[1]) * area.dx
    line = np.where(judged[middle], reference[middle], np.float32(np.nan))
    curves = {
        _label(figure): (figure.scores.detail.wavelengths, figure.scores.detail.ratio) for figure in own if figure.scores.detail is not None
    }
    for theme in pictures.THEMES:
        pictures.write_colour_bar(folder / f"{stem}-scale-{theme}.png", limit, theme)
        pictures.write_profile(folder / f"{stem}-profile-{theme}.png", distance, line, {k: v[middle] for k, v in shown.items()}, theme)
        if curves:
            pictures.write_spectra(folder / f"{stem}-spectrum-{theme}.png", curves, pair.ratio, theme)
    drawings = _drawing(f"{stem}-profile", f"Line profile through {area.name}: elevations and errors of all methods")
    if curves:
        drawings += _drawing(f"{stem}-spectrum", f"Power spectrum over the reference's by wavelength, {area.name}, all methods")
    heading = f"{area.name}, real coarse DEM" if real else area.name
    size = f"{reference.shape[1]} × {reference.shape[0]} pixels of {area.dx:.1f} × {area.dy:.1f} m"
    rows = [figure for figure in figures if figure.area == area.name and figure.condition.startswith("real coarse DEM") == real]
    return [
        f"<h2>{escape(heading)}</h2>",
        f"<p>Left: hillshade, the same sun and scale for all. Right: error. {size}, a place of typical error (cubic's median).</p>",
        _drawing(f"{stem}-scale", f"Colour scale of the error maps, {-limit:g} m (blue, too low) to {limit:g} m (red, too high)"),
        f'<div class="panels">{"".join(cards)}</div>',
        f'<div class="drawings">{drawings}</div>',
        *_tables(by_area(rows)),
    ]


def _label(figure: Figure) -> str:
    condition = figure.condition.removeprefix("real coarse DEM, ")
    return f"{figure.method}, {condition}" if figure.takes_guide else figure.method


def _rounded(value: float) -> float:
    """Up to one significant digit: 2.31 to 3."""
    unit = 10.0 ** np.floor(np.log10(max(value, 1e-3)))
    return float(np.ceil(value / unit) * unit)


def _image(name: str, alt: str) -> str:
    return f'<a href="{name}"><img src="{name}" alt="{escape(alt)}" loading="lazy"></a>'


def _drawing(stem: str, alt: str) -> str:
    return (
        f'<picture><source srcset="{stem}-dark.png" media="(prefers-color-scheme: dark)">'
        f'<img src="{stem}-light.png" alt="{escape(alt)}" loading="lazy"></picture>'
    )


def _tables(tables: Sequence[tuple[str, list[str], list[list[str]]]]) -> list[str]:
    """The first one open, the others to be opened."""
    return [_table(name, head, rows, opened=place == 0) for place, (name, head, rows) in enumerate(tables)]


def _table(name: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, opened: bool) -> str:
    titles = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f'<details{" open" if opened else ""}><summary>{escape(name)}</summary><div class="scroll"><table><thead><tr>{titles}</tr></thead>'
        f"<tbody>{body}</tbody></table></div></details>"
    )
