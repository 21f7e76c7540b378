"""A request to stop, made by one thread (a signal, the parent process) and seen by all others."""

from __future__ import annotations

import threading
from collections.abc import Callable

from backend.errors import Cancelled


class Cancel:
    """Not requested until `request` is called; never taken back."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.keep = False
        """Whether what is finished shall be kept: whoever asked did not mean to give the work up."""
        self._actions: list[Callable[[], None]] = []

    def request(self, *, keep: bool = False) -> None:
        """Asks everybody to stop, and calls what was registered with `on_request`."""
        self.keep = self.keep or keep
        self._event.set()
        for action in tuple(self._actions):
            action()

    def on_request(self, action: Callable[[], None]) -> None:
        """Calls `action` when a stop is requested: what interrupts a long call in another thread."""
        self._actions.append(action)
        if self.requested:
            action()

    @property
    def requested(self) -> bool:
        """Whether somebody asked for a stop."""
        return self._event.is_set()

    def check(self) -> None:
        """Raises Cancelled once a stop was requested."""
        if self.requested:
            raise Cancelled
