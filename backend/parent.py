"""The parent process talks on stdin: the line `cancel` asks for a clean stop, end-of-file means that it is gone (docs/contracts.md)."""

from __future__ import annotations

import contextlib
import os
import threading

from backend.cancel import Cancel
from backend.interruptible import Unfinished

GONE_STATUS = 1
_GONE = b"Stdin ended, so whoever started this run is gone, and it stopped. Keep a pipe open on stdin, or leave out --events.\n"
_TELLING = 0.2
"""Seconds."""
_STDIN, _STDERR = 0, 2


class Parent:
    """Listens from its creation on, in a thread of its own, until `release`."""

    def __init__(self, cancel: Cancel, unfinished: Unfinished) -> None:
        self._cancel = cancel
        self._unfinished = unfinished
        self._released = False
        threading.Thread(target=self._listen, name="parent", daemon=True).start()

    def release(self) -> None:
        """The work is done; the parent may go."""
        self._released = True

    def _listen(self) -> None:
        line = b""
        # os.read, not sys.stdin: a thread that waits inside a buffered reader makes the interpreter abort when it ends.
        while byte := self._read():
            if byte != b"\n":
                line += byte
                continue
            if line.strip() == b"cancel":
                self._cancel.request()
            line = b""
        if self._released:
            return
        # No exception could reach the main thread in time: it may be in the middle of a tile.
        try:
            self._unfinished.remove()
        finally:
            # A pipe that is full and that nobody reads would keep a write, and this process, for ever.
            told = threading.Thread(target=_tell, daemon=True)
            told.start()
            told.join(_TELLING)
            os._exit(GONE_STATUS)

    @staticmethod
    def _read() -> bytes:
        try:
            return os.read(_STDIN, 1)
        except OSError:
            return b""


def _tell() -> None:
    """For whoever passed --events by hand and has no stdin, as a scheduled job has none."""
    with contextlib.suppress(OSError):
        os.write(_STDERR, _GONE)
