"""A text that is written beside its name, and takes it when all that belongs to it is whole."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from backend import beside
from backend.errors import InputError, ResourceError, no_room
from backend.together import Name

PAGES = (".html", ".htm")
"""What the names of pages end in."""
_NOT_UTF8 = re.compile("[\ud800-\udfff]")
"""What Python takes bytes of a path for that are no UTF-8: as escapes many readers of JSON would refuse them."""


class Text:
    """UTF-8; a `backend.together.File`. Without `overwrite` a file of its name stays."""

    def __init__(self, path: Path, *, overwrite: bool) -> None:
        self.path = path
        prefix = beside.prefix_of_run(path)
        self._whole, self._older = path.with_name(f"{prefix}part"), path.with_name(f"{prefix}older")
        self._name = Name(path, self._whole, self._older, overwrite=overwrite)

    def prepare(self, text: str) -> None:
        """Writes it beside its name. Raises ResourceError."""
        with self._reporting():
            self._whole.write_text(_NOT_UTF8.sub("\ufffd", text), encoding="utf-8")

    def keep_older(self) -> None:
        """See File."""
        with self._reporting():
            self._name.keep_older()

    def take_name(self) -> None:
        """See File. Raises InputError (output-exists) where the name was taken meanwhile, ResourceError."""
        with self._reporting():
            self._name.take()

    def give_back(self) -> None:
        """See File."""
        self._name.give_back()

    def clear_beside(self) -> None:
        """There is nothing."""

    def remove(self) -> None:
        """See File."""
        for path in (self._whole,) if self._name.stuck else (self._whole, self._older):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _reporting(self) -> Iterator[None]:
        try:
            yield
        except FileExistsError as error:
            raise InputError("output-exists", f"{self.path} exists.", "Name another output, or pass --overwrite.") from error
        except OSError as error:
            if said := no_room(self.path, error.errno):
                raise said from error
            raise ResourceError(
                "internal", f"{self.path} cannot be written ({error.strerror}).", "Name an output in another folder."
            ) from error
