"""A small file is written whole or not at all: beside its place first, and then into it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

PART = ".part"
"""Ends the name of what is not whole yet."""


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file in place of the one that has its name, if any. Raises OSError, and leaves that one as it was then."""
    part = path.with_name(path.name + PART)
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()  # half of one keeps a full disk full
        raise
