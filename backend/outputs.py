"""Outputs of one run, on one grid: their windows are written together, and they appear under their names together or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from backend.cancel import Cancel
from backend.errors import InputError
from backend.output import Output, check_space
from backend.together import File, Together
from backend.windows import Window


def check_apart(paths: Mapping[str, Path]) -> None:
    """Refuses paths (by the option that names them) of which two are the same file. Raises InputError (outputs-same)."""
    seen: dict[str, str] = {}
    for option, path in paths.items():
        real = os.path.normcase(os.path.realpath(path))
        if real in seen:
            raise InputError(
                "outputs-same", f"{path} is named twice, as {seen[real]} and as {option}.", "Name another file for one of them."
            )
        seen[real] = option


def check_spaces(paths: Iterable[Path], pixels: int, more: int = 0) -> None:
    """Raises ResourceError (disk-full) where a disk cannot hold all of the outputs that come to lie on it, each of `pixels`, and that of
    the first `more` bytes."""
    disks: dict[int, list[Path]] = {}
    for path in paths:
        disks.setdefault(path.parent.stat().st_dev, []).append(path)
    for number, together in enumerate(disks.values()):
        check_space(together[0], pixels * len(together), more if number == 0 else 0)


class Outputs:
    """Outputs by name, added within the context. `prepare` makes them whole, `take_names` gives them their names; leaving the context
    without that removes them."""

    def __init__(self) -> None:
        self._by_name: dict[str, Output] = {}
        self._stack = contextlib.ExitStack()
        self._together = Together()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.__exit__(kind, error, trace)

    def add(self, name: str, output: Output) -> None:
        """Takes over the output."""
        self._by_name[name] = self._stack.enter_context(output)
        self._together.add(output)

    def add_beside(self, file: File) -> None:
        """Takes over a file that gets its name together with the outputs; it is made whole before `take_names`."""
        self._stack.callback(file.remove)
        self._together.add(file)

    @property
    def known(self) -> bool:
        """Whether a pixel with a value was written."""
        return any(output.known for output in self._by_name.values())

    def tag(self, tags: Mapping[str, str]) -> None:
        """Adds to what the outputs say about themselves. Before `prepare`, and while nobody writes."""
        for output in self._by_name.values():
            output.tag(tags)

    def write(self, window: Window, values: Mapping[str, NDArray[np.float32]], known: NDArray[np.bool_]) -> None:
        """Writes a window of every output, `values` by the outputs' names; they know the same pixels."""
        for name, output in self._by_name.items():
            output.write(window, values[name], known)

    def read(self, name: str, window: Window) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """What was written of a window of one output, and where it has a value. Before `prepare`, and while nobody writes."""
        return self._by_name[name].read(window)

    def prepare(self, cancel: Cancel | None = None) -> None:
        """Makes all of them whole. Raises as Output.prepare does."""
        for output in self._by_name.values():
            output.prepare(cancel)

    def take_names(self) -> None:
        """Gives all of them their names. Raises as Output.take_name does, and all names are as they were before."""
        self._together.take_names()

    def remove(self) -> None:
        """Removes what lies beside the outputs' names. Can be called at any time, from any thread: it waits while they are named."""
        self._together.remove()
