"""A map: a picture of the whole output with lines drawn over it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

STYLE = """
.map { position: relative; max-width: calc(60vh * var(--ratio)); }
.map img { display: block; width: 100%; height: auto; background: repeating-conic-gradient(#999 0 25%, #bbb 0 50%) 0 0/16px 16px; }
.map svg { position: absolute; inset: 0; width: 100%; height: 100%; }
.map path { fill: none; stroke: #000; stroke-width: 1.5; vector-effect: non-scaling-stroke; }
"""
Pixel = tuple[int, int]
"""Column and row."""


def picture_map(png: bytes, text: str, caption: str, lines: Sequence[tuple[Pixel, Pixel]], *, size: tuple[int, int], ratio: float) -> str:
    """`png` shows `size` pixels (width, height), `lines` lead from one of them to another; `ratio`: width over height on the ground."""
    paths = "".join(f'<path d="M{a + 0.5} {b + 0.5}L{c + 0.5} {d + 0.5}"/>' for (a, b), (c, d) in lines)
    data = base64.b64encode(png).decode("ascii")
    return (
        f'<figure><div class="map" style="--ratio:{ratio:.4g}">'
        f'<img style="aspect-ratio:{ratio:.4g}" alt="{escape(text)}" src="data:image/png;base64,{data}">'
        f'<svg viewBox="0 0 {size[0]} {size[1]}" preserveAspectRatio="none" aria-hidden="true">{paths}</svg></div>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )
