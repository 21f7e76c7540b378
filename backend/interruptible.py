"""Work that a signal, or the parent, can stop: it runs beside the main thread, which stays free to hear them."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from backend.cancel import Cancel
from backend.errors import Cancelled

_PATIENCE = 3.0
"""Seconds that the work has to stop of its own accord. A disk or a server that does not answer keeps a thread for as long as it likes."""

_AT_ONCE = 1.0
"""Seconds within which signals are one."""


class Unfinished:
    """What must go when the process ends at once: `remove` it in any case, `give_up` what could be gone on from."""

    def __init__(self) -> None:
        self.remove: Callable[[], None] = lambda: None
        self.give_up: Callable[[], None] = lambda: None


def run_command(work: Callable[[dict[str, Any], Cancel, Unfinished], None], options: dict[str, Any]) -> None:
    """Does a command's `work` with its `options`, until a signal stops it. Raises as `run_interruptibly`."""
    cancel, unfinished = Cancel(), Unfinished()
    stop_on_signals(cancel)
    run_interruptibly(lambda: work(options, cancel, unfinished), cancel, unfinished)


def run_interruptibly(work: Callable[[], None], cancel: Cancel, unfinished: Unfinished) -> None:
    """Does `work`. Python hands signals to nobody while the main thread waits inside of a library.

    Raises what `work` raises; and Cancelled, after removing what is unfinished, where it does not stop when asked to: the process must
    then end at once.
    """
    failure: list[BaseException] = []

    def target() -> None:
        try:
            work()
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=target, name="run", daemon=True)
    thread.start()
    asked = 0.0
    while thread.is_alive():
        thread.join(0.1)
        if not cancel.requested:
            continue
        asked = asked or time.monotonic()
        if time.monotonic() - asked > _PATIENCE:
            if not cancel.keep:
                unfinished.give_up()
            unfinished.remove()
            raise Cancelled
    if failure:
        raise failure[0]


def stop_on_signals(cancel: Cancel) -> None:
    """The first Ctrl-C (or SIGTERM, SIGHUP) asks for a clean stop, the second ends the process; `timeout` sends each twice at once, to the
    process and to its group, which counts as one. A machine that is shut down sends SIGTERM, a terminal that is closed SIGHUP, which
    Windows lacks; who called this with nohup wants to hear nothing of it."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        numbers.append(signal.SIGHUP)

    asked: list[float] = []

    def stop(number: int, _frame: object) -> None:
        if not asked:
            asked.append(time.monotonic())
            cancel.request(keep=number != signal.SIGINT)
        elif time.monotonic() - asked[0] > _AT_ONCE:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    for number in numbers:
        signal.signal(number, stop)
