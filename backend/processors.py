"""The processor's cores, and how many of them a run may be told to use."""

from __future__ import annotations

import os

from backend.errors import InputError

MOST_THREADS = 1024


def processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_threads(threads: int) -> None:
    """Raises InputError where --threads makes no sense."""
    if not 0 <= threads <= MOST_THREADS:
        raise InputError("option-invalid", f"--threads is {threads}.", f"Pass 1 to {MOST_THREADS}, or leave it out to use all.")
