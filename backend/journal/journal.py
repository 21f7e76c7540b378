"""A journal is a folder beside an output. In it a folder for each run that was stopped, named by the run's key, and in that a file for
each finished tile and one that says what the run was.

A tile is written under another name and renamed. It holds checksums (those of zip, which NumPy's .npz is): one that a loss of power left
half written is noticed, and made again.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend import beside
from backend.errors import ResourceError
from backend.whole import PART, write_whole
from backend.windows import Window

ABOUT = "run.json"
_TILE = ".tile"
_KNOWN, _GUIDED, _NOTED = "known pixels", "guided pixels", "noted"


@dataclass(frozen=True)
class Noted:
    """What a run that goes on from a tile would not know of the inputs: the DEM's `lowest` and `highest` heights so far, metres, and
    whether some were left `beyond` (Elevation.note); the tile's `ground` and `blinded` (backend/doubts.py)."""

    lowest: float = math.inf
    highest: float = -math.inf
    beyond: bool = False
    ground: int = 0
    blinded: int = 0


@dataclass(frozen=True)
class Kept:
    """A finished tile: `values` by the outputs' names, in the unit of the output, and `known`, all of the window's shape; `guided` of the
    known pixels have a guide."""

    values: dict[str, NDArray[np.float32]]
    known: NDArray[np.bool_]
    guided: int
    noted: Noted = field(default_factory=Noted)


class Journal:
    """That of one run onto `output`; `key` says which (backend/journal/key.py). Nothing is written before the first `keep`."""

    def __init__(self, output: Path, key: str, command: str) -> None:
        self.folder = beside.of(output, beside.JOURNAL)
        """Of all runs onto this output."""
        self._folder = self.folder / key[:16]
        self._about = {"key": key, "command": command, "output": str(output)}
        self.finished = self._taken_over(key)
        """Windows of the tiles that are there."""

    @property
    def size(self) -> int:
        """Bytes of this run's tiles."""
        return size_of(self._folder)

    @property
    def others(self) -> bool:
        """Whether there are tiles of other runs onto the same output."""
        try:
            return any(path != self._folder for path in self.folder.iterdir())
        except OSError:
            return False

    def room(self, pixels: int, rasters: int) -> int:
        """Bytes that it still needs on its disk, for so many rasters of so many pixels."""
        return max(0, pixels * (4 * rasters + 1) - self.size)

    def keep(self, window: Window, kept: Kept) -> None:
        """Writes a tile. Raises OSError."""
        if not self._folder.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            about = {**self._about, "begun": time.strftime("%Y-%m-%d %H:%M:%S")}
            write_whole(self._folder / ABOUT, json.dumps(about).encode())
        path = self._path(window)
        part = path.with_suffix(PART)
        with part.open("wb") as file:
            np.savez(file, allow_pickle=False, **_arrays(kept))
        os.replace(part, path)
        self.finished.add(window)

    def load(self, window: Window, names: list[str]) -> Kept | None:
        """A tile that is there, with values of these `names`; None, and the tile is gone, where it is damaged."""
        try:
            with np.load(self._path(window), allow_pickle=False) as file:
                values = {name: np.asarray(file[name], np.float32) for name in names}
                kept = Kept(values, np.asarray(file[_KNOWN], np.bool_), int(file[_GUIDED]), Noted(**json.loads(str(file[_NOTED]))))
        except Exception:  # a damaged archive raises what it likes (also RuntimeError, MemoryError), and the answer is the same
            kept = None
        shape = (window.height, window.width)
        if kept is None or kept.known.shape != shape or any(array.shape != shape for array in kept.values.values()):
            self.finished.discard(window)
            with contextlib.suppress(OSError):
                self._path(window).unlink()
            return None
        return kept

    def remove(self) -> None:
        """Removes this run's tiles, and the folder where there are no others. Never raises."""
        shutil.rmtree(self._folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            self.folder.rmdir()

    def _taken_over(self, key: str) -> set[Window]:
        """Windows of the tiles that are there; what is no tile of this run is removed. Raises ResourceError where they cannot be read."""
        try:
            if json.loads((self._folder / ABOUT).read_text())["key"] != key:
                raise ValueError(key)
            found = {_window(path) for path in self._folder.glob(f"*{_TILE}")}
        except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
            # Nothing, or nothing that says whose it is.
            shutil.rmtree(self._folder, ignore_errors=True)
            return set()
        except OSError as error:  # a share that does not answer for a moment is no reason to throw hours of work away
            raise ResourceError(
                "file-unreadable",
                f"The tiles that are kept in {self._folder} cannot be read ({error.strerror}).",
                "Run again when they can be; or remove them with 'python -m backend clean'.",
            ) from error
        for path in self._folder.glob(f"*{PART}"):
            path.unlink(missing_ok=True)
        return {window for window in found if window is not None}

    def _path(self, window: Window) -> Path:
        return self._folder / f"{window.col}_{window.row}_{window.width}_{window.height}{_TILE}"


def size_of(folder: Path) -> int:
    """Bytes of the files in a folder and below; of a file, its own."""
    if not folder.is_dir():
        return folder.lstat().st_size if os.path.lexists(folder) else 0
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def _arrays(kept: Kept) -> dict[str, Any]:
    return {**kept.values, _KNOWN: kept.known, _GUIDED: np.array(kept.guided), _NOTED: np.array(json.dumps(asdict(kept.noted)))}


def _window(path: Path) -> Window | None:
    try:
        return Window(*map(int, path.stem.split("_")))
    except (ValueError, TypeError):
        return None
