"""What is said about installed models: lines for the log, and a page that needs nothing else."""

from __future__ import annotations

from html import escape

from .model_card import plain
from .translation import number, tr

STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 1rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff; }
table { border-collapse: collapse; width: 100%; margin-bottom: 2rem; }
caption { text-align: left; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #767676; }
th { width: 14rem; }
td { overflow-wrap: anywhere; }
"""


def rows(model) -> list:
    """(what, text) about a Model of model_store. Nothing in a card is trusted to be there or of its type, and all texts are plain."""
    card = model.card
    said = [
        (tr("Comes from"), tr("SIRAN (bundled)") if model.bundled else tr("you (added)")),
        (tr("Size"), tr("{} MB").format(number(model.size / 1e6, ".3g"))),
        (tr("SHA-256"), model.sha256 or tr("unknown")),
        (tr("File"), plain(model.path)),
    ]
    if model.default:
        said.insert(1, (tr("Default"), tr("runs when no model is chosen")))
    if model.error or not card:
        return [(tr("Cannot be used"), plain(model.error or tr("It has no card that can be read."))), *said]
    return [
        (tr("Title"), plain(card.get("title", ""))),
        (tr("Version"), plain(card.get("version", ""))),
        (tr("Ratios"), tr("{}; {} if nothing else is asked for").format(_span(card.get("ratios")), _number(card.get("ratio")))),
        (tr("Output pixel sizes"), tr("{} m").format(_span(card.get("pixel_sizes")))),
        (tr("Errors of the input"), tr("{} m").format(_span(card.get("dem_errors")))),
        (tr("Guide image"), tr("required") if card.get("guide_required") else tr("optional")),
        (tr("Licence of the weights"), plain(card.get("licence", "")) or tr("not stated")),
        *((tr("Trained on"), text) for text in _sources(card.get("training_data"))),
        *said,
    ]


def heading(model) -> str:
    """`siran-3x 0.2.0`."""
    return plain(f"{model.name} {model.card.get('version', '')}", 120)


def lines(model) -> list:
    """The same for a log."""
    return [heading(model), *(f"    {what}: {text}" for what, text in rows(model))]


def page(models) -> str:
    """The page, HTML in UTF-8."""
    title = escape(tr("Models of SIRAN"))
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{tr("en")}"><head><meta charset="utf-8">',  # translated into the code of the language
        # Nothing is loaded and nothing runs, whatever a card holds.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title><style>{STYLE}</style></head><body><main>",
        f"<h1>{title}</h1>",
        f"<p>{escape(tr('{} installed.').format(len(models)))}</p>",
    ]
    for model in models:
        name = escape(heading(model))
        parts.append(f"<h2>{name}</h2>")
        parts.append(f"<table><caption>{escape(tr('What is known about {}')).format(name)}</caption><tbody>")
        parts += [f'<tr><th scope="row">{escape(what)}</th><td>{escape(text)}</td></tr>' for what, text in rows(model)]
        parts.append("</tbody></table>")
    return "\n".join([*parts, "</main></body></html>", ""])


def _sources(training_data) -> list:
    """One text for each licence and attribution, however many data sets came under it."""
    found = {}
    for entry in training_data if isinstance(training_data, (list, tuple)) else ():
        if isinstance(entry, dict):
            key = (plain(entry.get("attribution", "")), plain(entry.get("licence", "")))
            found.setdefault(key, []).append(plain(entry.get("name", ""), 80))
    return [
        plain(tr("{}: {} ({})").format(", ".join(names), attribution or tr("no attribution"), licence or tr("no licence stated")), 2000)
        for (attribution, licence), names in found.items()
    ]


def _span(pair) -> str:
    if isinstance(pair, (list, tuple)) and len(pair) == 2:
        return tr("{} to {}").format(*map(_number, pair))
    return plain(pair, 40)


def _number(value) -> str:
    try:
        return number(value) if isinstance(value, (int, float)) else plain(value, 40)
    except OverflowError:  # an integer of hundreds of digits
        return plain(value, 40)
