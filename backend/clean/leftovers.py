"""What killed runs left in a folder: tiles to go on from, and files that nobody needs."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend import beside
from backend.beside import Beside
from backend.journal.journal import ABOUT, size_of
from backend.lock import is_held


@dataclass(frozen=True)
class Leftover:
    """`what` is it, in a few words; `bytes` of it; `changed`, seconds since the epoch; the `journal` that it lies in, which goes with the
    last of its runs. Where it is the `last` of what somebody had, it is not removed."""

    path: Path
    what: str
    bytes: int
    changed: float
    journal: Path | None = None
    last: bool = False

    def __str__(self) -> str:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(self.changed))
        return f"{self.path}: {self.what}, {self.bytes / 1e6:,.1f} MB, of {when}"


def leftovers(folder: Path) -> list[Leftover]:
    """Those of a folder. What belongs to a run that is still going on is none. Raises OSError."""
    found = []
    everything = beside.find(folder)
    busy = {entry.output for entry in everything if entry.kind == beside.LOCK and is_held(entry.path)}
    there = {beside.output_of(path) for path in folder.iterdir()} if any(entry.holds_older for entry in everything) else set()
    for entry in everything:
        if entry.output not in busy:
            found.extend(_runs(entry.path) if entry.kind == beside.JOURNAL else _file(entry, there))
    return found


def remove(found: Sequence[Leftover]) -> list[Leftover]:
    """Removes them, all but the last copies, and returns those that could not be removed."""
    kept = []
    for leftover in found:
        if leftover.last:
            continue
        try:
            if leftover.path.is_dir():
                shutil.rmtree(leftover.path)
            else:
                leftover.path.unlink(missing_ok=True)
        except OSError:
            kept.append(leftover)
        if leftover.journal:
            with contextlib.suppress(OSError):  # which is empty, or stays
                leftover.journal.rmdir()
    return kept


def tidy(output: Path) -> None:
    """Removes what killed runs onto `output` left behind, all but their tiles, and gives it back what it was where a run was killed while
    it replaced it. Only for whoever holds the lock. Raises OSError."""
    for entry in beside.belonging_to(output):
        if entry.kind in (beside.LOCK, beside.JOURNAL):
            continue
        if entry.holds_older and not os.path.lexists(output):
            os.replace(entry.path, output)
        else:
            entry.path.unlink(missing_ok=True)


def _file(entry: Beside, there: Collection[str]) -> list[Leftover]:
    """`there`: the outputs that the folder has under their names."""
    what = "what an output was before" if entry.holds_older else "a file that a killed run was writing"
    if last := entry.holds_older and entry.output not in there:
        what += ", all that is left of it (not removed: the next run onto that output gives it its name back, or rename it)"
    if entry.kind == beside.LOCK:
        what = "the lock of a killed run"
    return [Leftover(entry.path, what, size_of(entry.path), entry.path.lstat().st_mtime, last=last)]


def _runs(journal: Path) -> list[Leftover]:
    if not journal.is_dir():  # a file that somebody called so: no run makes one
        return []
    try:
        paths = sorted(journal.iterdir())
    except PermissionError:  # another user's, which is theirs to remove
        return []
    runs = [_run(path, journal) for path in paths]
    return runs or [Leftover(journal, "an empty folder for finished tiles", 0, journal.lstat().st_mtime)]


def _run(folder: Path, journal: Path) -> Leftover:
    try:
        about = json.loads((folder / ABOUT).read_text())
        what = f"finished tiles of a stopped run onto {Path(about['output']).name} ({about['command']})"
    except (OSError, ValueError, KeyError, TypeError):
        what = "finished tiles of an unknown run"
    return Leftover(folder, what, size_of(folder), folder.lstat().st_mtime, journal)
