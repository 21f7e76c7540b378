"""A pair of pictures of the same ground, before and after, with a divider that a mouse, a finger or the keyboard moves.

Without JavaScript the pictures stand one above the other, on paper side by side.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from html import escape

STYLE = """
.pair { --ratio: 1; --at: 50%; } .stage { display: grid; gap: 10px; max-width: calc(85vh * var(--ratio)); }
.stage img { display: block; width: 100%; height: auto; background: repeating-conic-gradient(#999 0 25%, #bbb 0 50%) 0 0/16px 16px; }
.tag { margin: 4px 0 0; font-size: .9rem; font-weight: 600; }
.divider { display: block; max-width: calc(85vh * var(--ratio)); font-size: .9rem; margin: 6px 0; } .divider[hidden] { display: none; }
.divider input { display: block; width: 100%; height: 44px; margin: 0; accent-color: var(--c0); }
.divider input:focus-visible { outline: 2px solid var(--c0); }
@media screen {
  .live .stage { position: relative; display: block; cursor: ew-resize; touch-action: pan-y; user-select: none; }
  .live .after { position: absolute; inset: 0; clip-path: inset(0 0 0 var(--at)); }
  .live .tag { position: absolute; bottom: 8px; margin: 0; padding: 2px 8px; color: #fff; background: #000b; border-radius: 4px; }
  .live .before .tag { left: 8px; } .live .after .tag { right: 8px; }
  .live .stage::after { content: ""; position: absolute; top: 0; bottom: 0; left: var(--at); width: 4px; margin-left: -2px;
    background: #fff; border: solid #000; border-width: 0 1px; }
}
@media print { .stage { grid-template-columns: 1fr 1fr; max-width: none; } .divider { display: none; } }
"""

_SCRIPT = """
(function () {
  if (!window.CSS || !CSS.supports || !CSS.supports('clip-path', 'inset(0 0 0 50%)')) { return; }
  [].forEach.call(document.querySelectorAll('.pair'), function (pair) {
    var stage = pair.querySelector('.stage'), range = pair.querySelector('input');
    function show() {
      pair.style.setProperty('--at', range.value + '%');
      range.setAttribute('aria-valuetext', 'left ' + range.value + ' % before, right ' + (100 - range.value) + ' % after');
    }
    function follow(event) {
      if (event.buttons !== 1) { return; }
      var box = stage.getBoundingClientRect();
      range.value = Math.round(100 * (event.clientX - box.left) / box.width);
      show();
    }
    range.addEventListener('input', show);
    stage.addEventListener('pointerdown', follow);
    stage.addEventListener('pointermove', follow);
    stage.addEventListener('dragstart', function (event) { event.preventDefault(); });
    range.parentNode.hidden = false;
    pair.classList.add('live');
    show();
  });
})();
"""
SCRIPT = f"<script>{_SCRIPT}</script>"
"""Stands behind all pairs of a page."""
POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="'
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    f"script-src 'sha256-{base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()}'\">"
)
"""Nothing is loaded, and nothing but SCRIPT runs, whatever a card or a file's name holds."""


@dataclass(frozen=True)
class Side:
    """A picture: what it is called, what it shows (for who cannot see it) and the PNG."""

    name: str
    text: str
    png: bytes


def pair(what: str, before: Side, after: Side, caption: str, *, ratio: float) -> str:
    """Of `what`, by which its divider is told from others; `ratio`: width over height of the ground that both show."""
    sides = "".join(_side(kind, side, ratio) for kind, side in (("before", before), ("after", after)))
    words = escape(f"Divider between {before.name.lower()} on the left and {after.name.lower()} on the right, {what}")
    return (
        f'<figure class="pair" style="--ratio:{ratio:.4g}"><div class="stage">{sides}</div>'
        f'<label class="divider" hidden>{words}<input type="range" min="0" max="100" value="50" step="1"></label>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def _side(kind: str, side: Side, ratio: float) -> str:
    data = base64.b64encode(side.png).decode("ascii")
    return (
        f'<div class="{kind}"><img style="aspect-ratio:{ratio:.4g}" alt="{escape(side.text)}" src="data:image/png;base64,{data}">'
        f'<p class="tag">{escape(side.name)}</p></div>'
    )
