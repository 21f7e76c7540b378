"""`compare` on the command line (docs/contracts.md, section 3). backend/cli.py registers it."""

from __future__ import annotations

from typing import Any

import click

from backend.cancel import Cancel
from backend.console import Person, open_stream, parent_heard
from backend.interruptible import Unfinished, run_command
from backend.terminal import echo

_ASCII = str.maketrans({"\u202f": ",", "−": "-", "–": "-", "×": "x", "°": "deg", "∞": "inf"})
"""Not every terminal has the signs of the page."""


@click.command()
@click.argument("reference")
@click.argument("tested", nargs=-1, required=True)
@click.option("--json", "json", metavar="FILE", help="Write all figures as JSON.")
@click.option(
    "--error",
    metavar="FOLDER|FILE",
    help="Write tested minus reference as a GeoTIFF, one for each tested DEM; after --coregister of the moved DEM.",
)
@click.option("--html", metavar="FILE", help="Write the report as one page of HTML.")
@click.option("--mask", metavar="FILE", help="Count inside of these polygons (GeoJSON), or where this raster is not 0.")
@click.option("--coregister", is_flag=True, help="Also compare each DEM moved to where it fits best (Nuth and Kääb 2011).")
@click.option("--overwrite", is_flag=True, help="Replace outputs that exist.")
@click.option("--events", is_flag=True, help="Write the event stream on stdout, listen on stdin.")
def compare(events: bool, **options: Any) -> None:
    """Compares the elevation models TESTED with REFERENCE, on the reference's grid, and writes a report.

    Errors are tested minus reference, in metres. Name at least one of --json, --error and --html.
    """
    run_command(_for_parent if events else _for_person, options)


def _for_parent(options: dict[str, Any], cancel: Cancel, unfinished: Unfinished) -> None:
    with parent_heard(cancel, unfinished):
        from backend.compare.comparison import Settings, run

        stream = open_stream()
        result, _ = run(Settings(**options), stream, cancel, unfinished)
    stream(result)


def _for_person(options: dict[str, Any], cancel: Cancel, unfinished: Unfinished) -> None:
    from backend.compare.comparison import Settings, run
    from backend.compare.report import table

    with Person() as person:
        result, gathered = run(Settings(**options), person, cancel, unfinished)
    rows = [[cell.translate(_ASCII) for cell in row] for row in table(gathered)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        echo(
            "  ".join(
                cell.ljust(width) if place < 2 else cell.rjust(width) for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
        )
    written = ", ".join(path for path in (result.json, result.html, *result.errors) if path)
    echo(f"{written}: {result.pixels:,} pixels in {result.seconds:.1f} s.", err=True)
