"""What can go wrong in training, as a sentence and a hint."""

from __future__ import annotations

import sys
from collections.abc import Callable


class TrainingError(Exception):
    """Root of what `training` raises on purpose. `code` is stable; `hint` says what to do."""

    code = "training"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def refused(error: Exception) -> int:
    """Says what is wrong, and where it is known what to do; returns the exit status of a command that ends with it."""
    print(f"{error}\n{getattr(error, 'hint', '')}".strip(), file=sys.stderr)
    return 2


def interruptible(main: Callable[[], int]) -> int:
    """The exit status of a command that Ctrl-C stops with a word. It has written nothing then, or what it had finished."""
    try:
        return main()
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


class DataError(TrainingError):
    """The rasters, the area list or the prepared folder do not fit."""

    code = "data"


class ExportError(TrainingError):
    """An exported model does not do what the PyTorch module does."""

    code = "export"
