"""What decides a run's pixels, as one hash: a journal with another one is another run's."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

WHOLE = 2**28
"""Bytes up to which a file is read wholly (half a second). Of a larger one its time, both ends and SAMPLES places between are looked at:
whoever changes it otherwise, and sets its time back, means to deceive."""
SAMPLES = 64
_PIECE = 2**20


def key(files: Iterable[str], facts: Mapping[str, object], check: Callable[[], None]) -> str | None:
    """Hexadecimal, of the `files` that are read and of `facts` that JSON can say; None where a file cannot be looked at by this process
    itself (/vsizip/...). `check` is called now and then, and may raise Cancelled."""
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for name in sorted(set(files)):
        path = Path(name)
        if not path.is_file():
            return None
        try:
            _add(digest, path, check)
        except OSError:
            return None
    return digest.hexdigest()


def _add(digest: hashlib._Hash, path: Path, check: Callable[[], None]) -> None:
    with path.open("rb") as file:
        size, time = os.fstat(file.fileno()).st_size, os.fstat(file.fileno()).st_mtime_ns
        digest.update(f"{size}:".encode())
        if size <= WHOLE:
            while piece := file.read(_PIECE):
                digest.update(piece)
                check()
            return
        digest.update(f"{time}:".encode())
        for number in range(SAMPLES + 1):
            file.seek((size - _PIECE) * number // SAMPLES)
            digest.update(file.read(_PIECE))
            check()
