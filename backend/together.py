"""Files that appear under their names together or not at all; what had these names before is lost only then."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Protocol

from backend.errors import ResourceError


class File(Protocol):
    """Whole, but under another name beside its own: a raster (backend/output.py) or a text (backend/text.py)."""

    def keep_older(self) -> None:
        """Keeps what has its name, for `give_back`; `remove` forgets it."""
        ...

    def take_name(self) -> None:
        """Gives it its name. Raises BackendError."""
        ...

    def give_back(self) -> None:
        """Undoes `take_name`: what `keep_older` kept has its name again, or nothing has. Raises ResourceError; what was kept stays then."""
        ...

    def clear_beside(self) -> None:
        """Removes what belongs to an older file of its name."""
        ...

    def remove(self) -> None:
        """Removes what lies beside its name. Can be called at any time, from any thread."""
        ...


class Name:
    """A file's name: `whole` is to have it, `older` keeps what has it, both beside it. Raises OSError."""

    def __init__(self, path: Path, whole: Path, older: Path, *, overwrite: bool) -> None:
        self._path, self._whole, self._older = path, whole, older
        self._overwrite = overwrite
        self._taken = False
        self.stuck = False
        """Whether `older` is all that is left of what had the name, as it could not be given back: who removes the others leaves it."""

    def keep_older(self) -> None:
        """See File."""
        if not self._overwrite or not os.path.lexists(self._path):
            return
        try:
            os.link(self._path, self._older)
        except OSError:  # A file system without links: the name is free for a moment.
            os.replace(self._path, self._older)

    def take(self) -> None:
        """Raises FileExistsError where the name was taken meanwhile and must not be."""
        if self._overwrite:
            os.replace(self._whole, self._path)
        else:
            # A link, unlike a renamed file, replaces nothing.
            try:
                os.link(self._whole, self._path)
            except FileExistsError:
                raise
            except OSError:  # A file system without links.
                if os.path.lexists(self._path):
                    raise FileExistsError(self._path) from None
                os.replace(self._whole, self._path)
        self._taken = True

    def give_back(self) -> None:
        """See File."""
        try:
            if os.path.lexists(self._older):
                self.stuck = True
                # Kept by a second name it may never have lost its own, and then may be open: as it is, it is right.
                if not (os.path.lexists(self._path) and os.path.samestat(self._older.lstat(), self._path.lstat())):
                    os.replace(self._older, self._path)
                self.stuck = False
            elif self._taken:
                self._path.unlink(missing_ok=True)
        except OSError as error:
            where = f"; what it held before is {self._older}" if self.stuck else ""
            raise ResourceError(
                "internal",
                f"{self._path} could not be made what it was before ({error.strerror}){where}.",
                "Rename that file yourself: the next run onto this output removes it." if self.stuck else "Remove it yourself.",
            ) from error
        self._taken = False


class Together:
    """Files of one run."""

    def __init__(self) -> None:
        self._files: list[File] = []
        self._naming = threading.Lock()

    def add(self, file: File) -> None:
        """Takes it in."""
        self._files.append(file)

    def take_names(self) -> None:
        """Gives all of them, whole, their names. Raises BackendError; all names are as they were before then, or it says which is not."""
        with self._naming:
            try:
                # Not of the last: once it has its name nothing can fail.
                for file in self._files[:-1]:
                    file.keep_older()
                for file in self._files:
                    file.take_name()
            except BaseException as error:
                stuck = None
                for file in reversed(self._files):
                    try:
                        file.give_back()
                    except ResourceError as one:
                        stuck = one  # the others have theirs back all the same
                if stuck is not None:
                    raise stuck from error
                raise
        for file in self._files:
            file.clear_beside()

    def remove(self) -> None:
        """Removes what lies beside their names. Can be called at any time, from any thread: it waits while they are named."""
        with self._naming:
            for file in tuple(self._files):
                file.remove()
