"""What a page is put together from: tables, pictures, figures."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_NO_BREAK = "\u00a0"
"""A space."""


@dataclass(frozen=True)
class Picture:
    """A PNG with its caption and, for who cannot see it, its text."""

    caption: str
    text: str
    png: bytes


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, headings: int, words: bool = False) -> str:
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


def picture(shown: Picture) -> str:
    data = base64.b64encode(shown.png).decode("ascii")
    image = f'<img alt="{escape(shown.text)}" src="data:image/png;base64,{data}">'
    return f"<figure>{image}<figcaption>{escape(shown.caption)}</figcaption></figure>"


def figure(svg: str, name: str, text: str) -> str:
    title = f"<b>{escape(name)}.</b> " if name else ""
    return f"<figure>{svg}<figcaption>{title}{escape(text)}</figcaption></figure>"
