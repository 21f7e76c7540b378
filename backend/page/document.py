"""A whole page around its parts."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from backend.page.style import STYLE


def document(title: str, parts: Iterable[str], *, style: str = "", head: str = "", end: str = "") -> str:
    """HTML of a page; `style` follows the style of all pages, `head` stands in its head, `end` behind its parts."""
    frame = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark">{head}'
        f"<title>{escape(title)}</title><style>{STYLE}{style}</style></head><body><main>"
    )
    return "\n".join([frame, *parts, f"</main>{end}</body></html>\n"])
