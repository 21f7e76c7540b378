"""A lock beside an output: one run makes it at a time. The system lets go of it when the process ends, however it ends."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from backend import beside
from backend.errors import InputError, ResourceError

_LENGTH = 100
"""Bytes of the text, so that a shorter one replaces a longer one wholly."""
_A_LOOK = 0.2
"""Seconds."""
_HELD_AT = 1 << 30
"""Where Windows locks a byte: what is locked there cannot be read, and the text can."""


class Lock:
    """Held from `__enter__` on. Raises InputError (output-busy) where another run holds it, ResourceError where it cannot be made."""

    def __init__(self, output: Path) -> None:
        self._output = output
        self._path = beside.of(output, beside.LOCK)
        self._file: int | None = None

    def __enter__(self) -> Self:
        while self._file is None:
            file = self._open()
            try:
                if not _take_soon(file):
                    raise InputError(
                        "output-busy", f"{self._output} is being made by {self._holder()}.", "Wait for it, or name another output."
                    )
                # Whoever held it may have removed it between our opening and our taking it: then it is nobody's any more.
                if _is(file, self._path):
                    self._file = file
            finally:
                if self._file is None:
                    os.close(file)
        # For others to read. On a full disk nobody can.
        said = json.dumps({"process": os.getpid(), "started": time.strftime("%Y-%m-%d %H:%M:%S")})
        with contextlib.suppress(OSError):
            os.write(self._file, said.encode().ljust(_LENGTH))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        file, self._file = self._file, None
        if file is None:
            return
        if sys.platform == "win32":
            os.close(file)
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
        if sys.platform != "win32":
            os.close(file)

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            if isinstance(error, PermissionError) and self._path.exists():
                raise InputError(
                    "output-busy",
                    f"Beside {self._output} lies the lock of another user's run, {self._path.name}.",
                    "Wait for that run; if it was killed, have its user remove it (python -m backend clean). Or name another output.",
                ) from error
            message = f"Nothing can be written beside {self._output} ({error.strerror})."
            raise ResourceError("internal", message, "Free some space, or name an output in another folder.") from error

    def _holder(self) -> str:
        try:
            said = json.loads(self._path.read_text())
            return f"process {int(said['process'])}, which began at {said['started']}"
        except (OSError, ValueError, KeyError, TypeError):
            return "another process"


def _take_soon(file: int) -> bool:
    """Whether it is ours, now or in a moment: who looks whether it is held (`is_held`) holds it for as long."""
    until = time.monotonic() + _A_LOOK
    while not _take(file):
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def is_held(lock: Path) -> bool:
    """Whether a run holds this lock file now."""
    try:
        try:
            file = os.open(lock, os.O_RDWR)
        except PermissionError:  # another user's
            file = os.open(lock, os.O_RDONLY)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        return not _take(file)
    finally:
        os.close(file)


def _is(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except OSError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _take(file: int) -> bool:
        try:
            os.lseek(file, _HELD_AT, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(file, 0, os.SEEK_SET)
        return True
else:
    import errno
    import fcntl

    def _take(file: int) -> bool:
        """False where another has it. File systems that know no locks give it to everybody."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return error.errno not in (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)
        return True
