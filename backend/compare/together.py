"""What a comparison writes appears under its names together or not at all, and what had these names before is lost only then."""

from __future__ import annotations

import contextlib
import os
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from backend.errors import InputError, ResourceError


class File(Protocol):
    """Whole, but under another name beside its own: a Text, or an error raster (backend/output.py)."""

    def keep_older(self) -> None:
        """Keeps what has its name, for `give_back`; `remove` forgets it."""
        ...

    def take_name(self) -> None:
        """Gives it its name. Raises BackendError."""
        ...

    def give_back(self) -> None:
        """Undoes `take_name`."""
        ...

    def clear_beside(self) -> None:
        """Removes what belongs to an older file of its name."""
        ...

    def remove(self) -> None:
        """Removes what lies beside its name."""
        ...


class Text:
    """A text, UTF-8. Without `overwrite` a file of its name stays."""

    def __init__(self, path: Path, *, overwrite: bool) -> None:
        self.path = path
        self._overwrite = overwrite
        beside = f".{path.stem[:40]}.{uuid.uuid4().hex[:12]}."
        self._whole, self._older = path.with_name(f"{beside}part"), path.with_name(f"{beside}older")
        self._named = False

    def prepare(self, text: str) -> None:
        """Writes it beside its name. Raises ResourceError."""
        with self._reporting():
            self._whole.write_text(text, encoding="utf-8")

    def keep_older(self) -> None:
        """See File."""
        if not self._overwrite or not os.path.lexists(self.path):
            return
        with self._reporting():
            try:
                os.link(self.path, self._older)
            except OSError:  # A file system without links: the name is free for a moment.
                os.replace(self.path, self._older)

    def take_name(self) -> None:
        """See File. Raises InputError (output-exists) where the name was taken meanwhile, ResourceError."""
        with self._reporting():
            if not self._overwrite and os.path.lexists(self.path):
                raise InputError("output-exists", f"{self.path} exists.", "Name another output, or pass --overwrite.")
            os.replace(self._whole, self.path)
        self._named = True

    def give_back(self) -> None:
        """See File."""
        if os.path.lexists(self._older):
            os.replace(self._older, self.path)
        elif self._named:
            self.path.unlink(missing_ok=True)
        self._named = False

    def clear_beside(self) -> None:
        """There is nothing."""

    def remove(self) -> None:
        """See File."""
        for path in (self._whole, self._older):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _reporting(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ResourceError(
                "internal", f"{self.path} cannot be written ({error.strerror}).", "Name an output in another folder."
            ) from error


class Together:
    """Files that belong together."""

    def __init__(self) -> None:
        self._files: list[File] = []
        self._naming = threading.Lock()

    def add(self, file: File) -> None:
        """Takes it in."""
        self._files.append(file)

    def take_names(self) -> None:
        """Gives all of them, whole, their names. Raises BackendError, and all names are as they were before."""
        with self._naming:
            try:
                # Not of the last: once it has its name nothing can fail.
                for file in self._files[:-1]:
                    file.keep_older()
                for file in self._files:
                    file.take_name()
            except BaseException:
                for file in reversed(self._files):
                    file.give_back()
                raise
        for file in self._files:
            file.clear_beside()

    def remove(self) -> None:
        """Removes what lies beside their names. Can be called at any time, from any thread: it waits while they are named."""
        with self._naming:
            for file in tuple(self._files):
                file.remove()
