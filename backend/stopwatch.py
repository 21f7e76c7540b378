"""A stopwatch tells where the seconds of a run went."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Lap:
    """A stage: how long it took, and how long what was done in it at the same time was busy; seconds."""

    name: str
    seconds: float
    busy: dict[str, float] = field(default_factory=dict)


class Stopwatch:
    """Starts at once; stages follow each other."""

    def __init__(self) -> None:
        self.laps: list[Lap] = []
        self._busy: dict[str, float] = {}
        self._started = self._last = time.monotonic()
        self._lock = threading.Lock()

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._started

    def lap(self, name: str) -> None:
        """Ends a stage, which began with the one before."""
        now = time.monotonic()
        with self._lock:
            self.laps.append(Lap(name, now - self._last, self._busy))
            self._busy = {}
        self._last = now

    @contextlib.contextmanager
    def at_work(self, name: str) -> Iterator[None]:
        """Adds the time within the context to what `name` was busy in this stage. Can be used by any thread."""
        started = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._busy[name] = self._busy.get(name, 0.0) + time.monotonic() - started
