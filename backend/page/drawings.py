"""Drawings are inline SVG: lines over two axes, with a title and a description for who cannot see them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 640, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 80, 14, 12, 46
DASHES = ("", "7 4", "2 3", "10 3 2 3")
_LOGARITHMIC_RANGE = 1e4
COLOURS = 6
"""How many series have a colour of their own, the style's --c0 to --c5; dashes tell them apart without colours."""


@dataclass(frozen=True)
class Line:
    """A series: its name, its points, and whether it is drawn as steps."""

    name: str
    x: Sequence[float]
    y: Sequence[float]


def drawing(
    name: str,
    title: str,
    description: str,
    lines: Sequence[Line],
    *,
    x: str,
    y: str,
    logarithmic: bool = False,
    level: float | None = None,
    zero: bool = True,
) -> str:
    """SVG of `lines`. `name` is unique in the page; `x` and `y` are the axes' titles; `level` draws a thin horizontal line;
    without `zero` the vertical axis begins near the lowest number. Where a number is not finite a line is broken.

    `logarithmic`: both axes; then numbers that are not above 0 are left out, and what lies 4 decades below the largest or
    lower is drawn there.
    """
    shown = [_drawable(line, logarithmic) for line in lines]
    points = [point for runs in shown for run in runs for point in run]
    if not points:
        return ""
    scale = math.log10 if logarithmic else float
    lefts, heights = [a for a, _ in points], [b for _, b in points] + ([] if level is None else [level])
    low_x, high_x = scale(min(lefts)), scale(max(lefts))
    span_x = (high_x - low_x) or 1.0
    if logarithmic:
        marks = _octaves(min(lefts), max(lefts))
        marks_y = _around(max(min(heights), max(heights) / _LOGARITHMIC_RANGE), max(heights))
    else:
        marks = [mark for mark in ticks(low_x, high_x) if low_x <= mark <= high_x]
        marks_y = ticks(0.0 if zero else min(heights), max(heights))
    low_y, high_y = scale(marks_y[0]), scale(marks_y[-1])

    def at(a: float, b: float) -> tuple[float, float]:
        across = _LEFT + (scale(a) - low_x) / span_x * (WIDTH - _LEFT - _RIGHT)
        share = (max(scale(b), low_y) - low_y) / (high_y - low_y)
        return across, HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)

    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(description)}</desc>'
    ]
    for mark in marks:
        across, _ = at(mark, marks_y[0])
        parts.append(f'<path class="grid" d="M{across:.1f} {_TOP}V{HEIGHT - _BOTTOM}"/>')
        parts.append(f'<text x="{across:.1f}" y="{HEIGHT - _BOTTOM + 16}" text-anchor="middle">{mark:.4g}</text>')
    for mark in marks_y:
        _, down = at(points[0][0], mark)
        parts.append(f'<path class="grid" d="M{_LEFT} {down:.1f}H{WIDTH - _RIGHT}"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{down + 4:.1f}" text-anchor="end">{mark:.4g}</text>')
    if level is not None:
        _, down = at(points[0][0], level)
        parts.append(f'<path class="level" d="M{_LEFT} {down:.1f}H{WIDTH - _RIGHT}"/>')
    for number, runs in enumerate(shown):
        path = "".join("M" + "L".join("{:.1f} {:.1f}".format(*at(a, b)) for a, b in run) for run in runs)
        if path:
            parts.append(f'<path class="line" style="{_style(number)}" d="{path}"/>')
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">{escape(x)}</text>')
    parts.append(
        f'<text transform="translate(14 {(HEIGHT - _BOTTOM + _TOP) / 2}) rotate(-90)" text-anchor="middle">{escape(y)}</text></svg>'
    )
    key = '<svg class="key" viewBox="0 0 30 8" aria-hidden="true"><path class="line" style="{}" d="M0 4H30"/></svg>'
    legend = "".join(f"<li>{key.format(_style(number))}{escape(line.name)}</li>" for number, line in enumerate(lines))
    return "".join(parts) + f'<ul class="legend">{legend}</ul>'


def ticks(low: float, high: float) -> list[float]:
    """Round numbers from at or below `low` to at or above `high`, about five of them."""
    if not high > low:
        high = low + 1.0
    rough = (high - low) / 5
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * times for times in (1, 2, 5, 10) if unit * times >= rough * 0.999)
    return [step * number for number in range(math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9) + 1)]


def _drawable(line: Line, logarithmic: bool) -> list[list[tuple[float, float]]]:
    """Runs of points; between two of them a number is not finite."""
    runs: list[list[tuple[float, float]]] = [[]]
    for a, b in zip(line.x, line.y, strict=True):
        if not (math.isfinite(a) and math.isfinite(b)):
            runs.append([])
        elif not logarithmic or min(a, b) > 0:
            runs[-1].append((a, b))
    return [run for run in runs if run]


def _around(low: float, high: float) -> list[float]:
    """Powers of 2, or of 10 where these were many, from at or below `low` to at or above `high`."""
    base = 2.0 if high / low <= 64 else 10.0
    first, last = math.floor(math.log(low, base) + 1e-9), math.ceil(math.log(high, base) - 1e-9)
    return [base**power for power in range(first, max(last, first + 1) + 1)]


def _octaves(low: float, high: float) -> list[float]:
    return [2.0**power for power in range(math.ceil(math.log2(low) - 1e-9), math.floor(math.log2(high) + 1e-9) + 1)]


def _style(number: int) -> str:
    dash = DASHES[number % len(DASHES)]
    return f"stroke:var(--c{number % COLOURS})" + (f";stroke-dasharray:{dash}" if dash else "")
