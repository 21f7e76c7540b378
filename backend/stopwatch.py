"""A stopwatch tells where the seconds of a run went."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator


class Stopwatch:
    """Starts at once. `laps` are stages that follow each other, `busy` is work that threads do at the same time; seconds by name."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self.busy: dict[str, float] = {}
        self._started = self._last = time.monotonic()
        self._lock = threading.Lock()

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._started

    def lap(self, name: str) -> None:
        """Ends a stage: it took the time since the start or since the last stage."""
        now = time.monotonic()
        self.laps[name] = self.laps.get(name, 0.0) + now - self._last
        self._last = now

    @contextlib.contextmanager
    def at_work(self, name: str) -> Iterator[None]:
        """Adds the time within the context to what `name` was busy. Can be used by any thread."""
        started = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self.busy[name] = self.busy.get(name, 0.0) + time.monotonic() - started
