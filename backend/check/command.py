"""`check` on the command line (docs/contracts.md, section 4). backend/cli.py registers it."""

from __future__ import annotations

from typing import Any

import click

from backend.cancel import Cancel
from backend.console import Person, open_stream, parent_heard
from backend.interruptible import Unfinished, run_command
from backend.terminal import echo


@click.command()
@click.option("--model", metavar="NAME|FILE", help="An installed model, or a model file; default: the one that runs when none is named.")
@click.option("--model-is-a-program", is_flag=True, help="Run a TorchScript file (.pt, .ts): a program that runs with your rights.")
@click.option("--device", default="auto", metavar="NAME", help="auto, cpu, cuda, tensorrt, and what else 'info' lists.")
@click.option("--threads", type=int, default=0, metavar="N", help="Processor threads; default all.")
@click.option("--write", is_flag=True, help="Store what the processor makes as the model's answer, beside the model file.")
@click.option("--events", is_flag=True, help="Write the event stream on stdout, listen on stdin.")
def check(events: bool, **options: Any) -> None:
    """Checks what is installed: runs a known small input through the model and compares with the stored answer."""
    run_command(_for_parent if events else _for_person, options)


def _for_parent(options: dict[str, Any], cancel: Cancel, unfinished: Unfinished) -> None:
    from backend.check.install import require_packages

    with parent_heard(cancel, unfinished):
        require_packages()
        from backend.check.selfcheck import Settings, run

        stream = open_stream()
        result = run(Settings(**options), stream, cancel)
    stream(result)


def _for_person(options: dict[str, Any], cancel: Cancel, unfinished: Unfinished) -> None:
    from backend.check.install import require_packages

    require_packages()
    from backend.check.selfcheck import Settings, as_text, run

    with Person() as person:
        result = run(Settings(**options), person, cancel)
    echo(as_text(result, written=options["write"]))
