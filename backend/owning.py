"""To own an output: nobody else makes it at the same time, and what a killed run left of it is put right."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from backend.clean.leftovers import tidy
from backend.errors import InputError
from backend.lock import Lock


def own(path: Path, locks: contextlib.ExitStack, *, overwrite: bool) -> None:
    """Locks an output until `locks` is closed. Raises InputError: busy, or there again."""
    locks.enter_context(Lock(path))
    there = path.exists()
    try:
        tidy(path)
    except PermissionError as error:
        message = f"What killed runs left in the folder {path.parent} cannot be looked for and removed ({error.strerror})."
        raise InputError("output-folder", message, "Let yourself list and change the folder, or name another output.") from error
    if path.exists() and not there and not overwrite:
        message = f"{path} exists again: a killed run had set it aside."
        raise InputError("output-exists", message, "Name another output, or pass --overwrite.")


def let_go(remove: Callable[[], None], locks: contextlib.ExitStack) -> None:
    """Where the process ends at once: `remove` what is unfinished of the outputs, then the locks."""
    remove()
    locks.close()
