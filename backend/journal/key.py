"""What decides a run's pixels, as one hash: a journal with another one is another run's."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from backend.limits import is_local

WHOLE = 2**28
"""Bytes of all files together up to which they are read wholly, the smallest first (half a second). Of each of the others its time, both
ends and some places between are looked at: whoever changes it otherwise, and sets its time back, means to deceive."""
SAMPLES = 64
"""Places that are looked at, by and large: a mosaic of a thousand tiles takes no longer than one large file."""
_PIECE, _SMALLEST_PIECE = 2**20, 2**14


def key(rasters: Sequence[Iterable[str]], facts: Mapping[str, object], check: Callable[[], None]) -> str | None:
    """Hexadecimal, of the files of each of `rasters` that are read, in the order of their roles, and of `facts` that JSON can say; None
    where a file cannot be looked at by this process itself (/vsizip/...). One that is not there, as a part of a mosaic that nobody needs,
    is known as such: were it there the next time, pixels could be others. `check` is called now and then, and may raise Cancelled."""
    roles = [sorted(set(files)) for files in rasters]
    every = sorted({name for names in roles for name in names})
    paths, place = [Path(name) for name in every], {name: number for number, name in enumerate(every)}
    digest = hashlib.sha256(json.dumps([facts, [[place[name] for name in names] for names in roles]], sort_keys=True).encode())
    try:
        gone = {number for number, name in enumerate(every) if _is_missing(name)}
        digest.update(json.dumps(sorted(gone)).encode())
        paths = [path for number, path in enumerate(paths) if number not in gone]
        if not all(path.is_file() for path in paths):
            return None
        sizes = [path.stat().st_size for path in paths]
        whole, left = set(), WHOLE
        for size, number in sorted((size, number) for number, size in enumerate(sizes)):
            if size > left:
                break
            whole.add(number)
            left -= size
        large = len(paths) - len(whole)
        for number, path in enumerate(paths):
            _add(digest, path, 0 if number in whole else large, check)
            check()
    except OSError:
        return None
    return digest.hexdigest()


def _is_missing(name: str) -> bool:
    """Whether there is certainly no such file: what GDAL alone understands is none for anybody else. Raises OSError."""
    if not is_local(name):
        return False
    try:
        os.stat(name)
    except (FileNotFoundError, NotADirectoryError):
        return True
    return False


def _add(digest: hashlib._Hash, path: Path, large: int, check: Callable[[], None]) -> None:
    """All of a file, or where it is one of `large` large ones, some of it."""
    with path.open("rb") as file:
        size, time = os.fstat(file.fileno()).st_size, os.fstat(file.fileno()).st_mtime_ns
        digest.update(f"{size}:".encode())
        if not large:
            while piece := file.read(_PIECE):
                digest.update(piece)
                check()
            return
        digest.update(f"{time}:".encode())
        places, length = max(2, SAMPLES // large), min(size, max(_SMALLEST_PIECE, _PIECE // large))
        for number in range(places + 1):
            file.seek((size - length) * number // places)
            digest.update(file.read(length))
            check()
