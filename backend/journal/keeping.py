"""How a run treats its journal: what it finds is said and used, what it leaves depends on how it ends."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from backend.cancel import Cancel
from backend.errors import BackendError, Cancelled
from backend.journal.journal import Journal
from backend.journal.key import key
from backend.rasters import Raster

CLEAN = "python -m backend clean"
Say = Callable[[str], None]


def open_journal(output: Path, command: str, rasters: Iterable[Raster], facts: Mapping[str, object], cancel: Cancel) -> Journal | None:
    """That of the run that `facts` and what `rasters` read decide; None where a file cannot be looked at, and so not be known again."""
    found = key([raster.files for raster in rasters], facts, cancel.check)
    return None if found is None else Journal(output, found, command)


@contextlib.contextmanager
def keeping(journal: Journal | None, tiles: int, say: Say, cancel: Cancel) -> Iterator[None]:
    """Around the work: says what is there, and removes it once the work is done or nobody wants it. Any other end keeps it."""
    if journal is None:
        yield
        return
    if journal.finished:
        say(f"{len(journal.finished)} of {tiles} tiles are there from a run that was stopped: going on from them.")
    if journal.others:
        say(f"Tiles of other runs onto this output are not used; '{CLEAN} {journal.folder.parent}' lists them.")
    try:
        yield
    except BaseException as error:
        # What no second run of the same would make better.
        hopeless = isinstance(error, BackendError) and error.code in ("model-invalid", "band-invalid")
        if hopeless or (isinstance(error, Cancelled) and not cancel.keep):
            journal.remove()
        elif journal.finished:
            there = f"'{CLEAN} {journal.folder.parent}' lists them"
            say(f"{len(journal.finished)} of {tiles} tiles are kept: the same command goes on from them, {there}.")
        raise
    journal.remove()
