"""The look of a page: narrow and wide, light and dark, on screen and on paper."""

from __future__ import annotations

STYLE = """
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
th[scope=row], .words th, .words td { text-align: left; } .words td { overflow-wrap: anywhere; min-width: 6em; }
.words td:nth-child(2) { min-width: 14em; }
figure { margin: 0 0 1.4rem; } figcaption { font-size: .9rem; color: var(--soft); }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(320px, 100%), 1fr)); gap: 14px; }
.pictures img { width: 100%; height: auto; background: repeating-conic-gradient(#8883 0 25%, #0000 0 50%) 0 0/16px 16px; }
figure > svg { width: 100%; max-width: 760px; height: auto; overflow: visible; } svg text { font-size: 12px; fill: var(--ink); }
.grid { stroke: var(--line); stroke-width: .6; } .level { stroke: var(--ink); stroke-width: .8; }
.line { fill: none; stroke: #0b5cad; stroke-width: 1.8; }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: .9rem; }
.key { width: 30px; height: 8px; margin-right: 6px; } dt { font-weight: 600; } dd { margin: 0 0 .5rem; } code { font-size: .85rem; }
@media screen and (max-width: 600px) { thead th { white-space: nowrap; } tbody th { max-width: 9em; }
  .scroll th:first-child { overflow-wrap: anywhere; } figure > svg text { font-size: 18px; } }
@media print { :root { color-scheme: light; font-size: 11px; } * { print-color-adjust: exact; }
  body { max-width: none; font-size: 11px; } .scroll { overflow: visible; break-inside: avoid; }
  table { font-size: 9px; } figure > svg { max-width: 520px; }
  th, td { padding: 2px 4px; }
  figure, tr { break-inside: avoid; } h2, h3 { break-after: avoid; } }
"""
