"""Who hears what a command says: the process that started it, as events (docs/contracts.md), or a person at a terminal."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import threading
from collections.abc import Iterator
from typing import Any, TextIO

import click

from backend.cancel import Cancel
from backend.events import Event, Log, Progress, Result, Sink, to_line
from backend.interruptible import Unfinished
from backend.terminal import echo, shown, unwritable
from backend.version import version

_protocol: TextIO | None = None
"""The real stdout, while `--events` is on."""


def keep_stdout() -> None:
    """Keeps stdout for events: whatever else is written there, by libraries in C too, goes to stderr."""
    global _protocol
    sys.stdout.flush()
    _protocol = io.TextIOWrapper(os.fdopen(os.dup(1), "wb", buffering=0), encoding="ascii", write_through=True)
    os.dup2(2, 1)


def open_stream() -> Sink:
    """The event stream. Its first word tells the parent that all is loaded."""
    stream = event_stream()
    stream(Log("debug", f"SIRAN {version()}."))
    return stream


def event_stream() -> Sink:
    stdout = _protocol or sys.stdout
    lock = threading.Lock()

    def write(event: Event) -> None:
        with lock:
            try:
                stdout.write(to_line(event) + "\n")
            except BrokenPipeError:
                return  # The parent is gone; parent.py clears up when it sees the end of stdin, which is now.
            except OSError as error:
                raise unwritable(error) from None

    return write


@contextlib.contextmanager
def parent_heard(cancel: Cancel, unfinished: Unfinished) -> Iterator[None]:
    """Listens to the process that started this one while the work is done."""
    from backend.parent import Parent

    parent = Parent(cancel, unfinished)
    try:
        yield
    finally:
        parent.release()


class Person:
    """Shows events to a person: a progress bar and log lines on stderr."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._lock = threading.Lock()

    def __enter__(self) -> Person:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.render_finish()

    def __call__(self, event: Event) -> None:
        with self._lock:
            if isinstance(event, Progress):
                self._show(event)
            elif isinstance(event, Log) and event.level != "debug":
                echo(event.text if event.level == "info" else f"{event.level.capitalize()}: {event.text}", err=True)
            elif isinstance(event, Result):
                raise TypeError("results are returned, not sent")

    def _show(self, progress: Progress) -> None:
        if not sys.stderr.isatty():
            return
        if self._bar is None:
            self._bar = click.progressbar(length=1000, file=sys.stderr, item_show_func=lambda text: text)
            self._bar.render_progress()
        self._bar.update(max(0, round(progress.fraction * 1000) - self._bar.pos), shown(progress.message))
