"""A child process whose lines are read while it runs, and that never outlives its parent's patience.

Lines are handed over on the thread that called `run`: feedback objects of QGIS are not asked for thread safety.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess  # nosec B404: running another interpreter is what this module is for
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

CANCEL_GRACE = 4.0  # seconds between asking a child to stop and killing it; the backend takes 3 where a disk does not answer
POLL = 0.1  # seconds; how late a cancel may be noticed
LONGEST_LINE = 1_000_000  # bytes; what is longer is no event, and its begin is enough to tell what it is
CUT = 2_000  # bytes that are kept of it
LAST_WORDS = 3.0  # seconds for the lines of a child that is gone
WAITING_LINES = 1_000  # that are read ahead of whoever listens
TAIL_BYTES = 4000

# What QGIS, its launcher or a developer's shell sets for QGIS's own interpreter and libraries, and what would make
# another interpreter load the wrong ones.
FOREIGN = (
    "PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONEXECUTABLE", "__PYVENV_LAUNCHER__", "VIRTUAL_ENV",
    "GDAL_DATA", "GDAL_DRIVER_PATH", "PROJ_LIB", "PROJ_DATA",
    "LD_LIBRARY_PATH", "LD_PRELOAD", "QT_PLUGIN_PATH",
)  # fmt: skip


class Finished(NamedTuple):
    """How a child ended: its exit status (negative: the signal), the end of its stderr, whether it was asked to stop, and whether it was us
    who killed it."""

    status: int
    stderr: str
    cancelled: bool
    killed: bool = False


def clean_environment(environment: dict[str, str], **extra: str) -> dict[str, str]:
    """`environment` without what belongs to QGIS's own Python, plus `extra`."""
    cleaned = {name: value for name, value in environment.items() if name not in FOREIGN and not name.startswith("DYLD_")}
    cleaned.update({"PYTHONNOUSERSITE": "1", "PYTHONSAFEPATH": "1", "PYTHONUTF8": "1"})
    cleaned["ORT_DISABLE_TELEMETRY"] = "1"  # ONNX Runtime tells its maker of its use otherwise
    cleaned.update(extra)
    return cleaned


def run(
    command: Sequence[str],
    *,
    environment: dict[str, str],
    on_line: Callable[[str], None],
    is_cancelled: Callable[[], bool],
    is_done: Callable[[], bool] = lambda: False,
    cancel_line: str | None = None,
    merge_stderr: bool = False,
    grace: float = CANCEL_GRACE,
) -> Finished:
    """Run `command` until it ends. `on_line` gets its stdout (and with `merge_stderr` its stderr) line by line.

    A child that has closed its stdout, or of which `is_done` says that it has said all, is killed where it does not end within `grace`.
    When `is_cancelled` says so the child is asked to stop, with `cancel_line` on its stdin or, where it does not listen,
    by a signal; `grace` seconds later it is killed, on Linux and macOS with all that it started. Raises OSError if it cannot be started.
    """
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603  # nosec B603: a list of arguments, no shell
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if merge_stderr else errors,
            env=environment,
            **_own_session(),
        )
        lines: queue.Queue[str | None] = queue.Queue(WAITING_LINES)
        stop = threading.Event()
        reader = threading.Thread(target=_read, args=(process.stdout, lines, stop), name="siran-reader", daemon=True)
        reader.start()
        cancelled = False
        deadline = None
        looked = time.monotonic()
        try:
            while True:
                with contextlib.suppress(queue.Empty):
                    line = lines.get(timeout=POLL)
                    if line is None:
                        break
                    on_line(line)
                if deadline is None and time.monotonic() - looked > POLL:
                    looked = time.monotonic()
                    if process.poll() is not None:
                        # It is gone, but something it started still holds its stdout: give the last lines a moment.
                        deadline = looked + (LAST_WORDS if lines.qsize() else 1.0)
                    elif is_done():
                        deadline = looked + grace
                if not cancelled and is_cancelled():
                    cancelled = True
                    deadline = time.monotonic() + grace
                    _ask_to_stop(process, cancel_line)
                if deadline is not None and time.monotonic() > deadline:
                    break
            with contextlib.suppress(subprocess.TimeoutExpired):  # killed below
                process.wait(timeout=max(0.0, deadline - time.monotonic()) if deadline else grace)
        finally:
            killed = process.poll() is None
            _kill(process)
            _close(process.stdin)
            process.wait()
            stop.set()
            reader.join(timeout=1.0)
            if not reader.is_alive():
                process.stdout.close()
        return Finished(process.returncode, _tail(errors), cancelled, killed)


def capture(command: Sequence[str], *, environment: dict[str, str], is_cancelled: Callable[[], bool], limit: float):
    """Run a command that answers quickly: (how it ended, its stdout). Cancelled after `limit` seconds."""
    lines: list[str] = []
    end = time.monotonic() + limit
    finished = run(
        command,
        environment=environment,
        on_line=lines.append,
        is_cancelled=lambda: is_cancelled() or time.monotonic() > end,
        grace=1.0,
    )
    return finished, "\n".join(lines)


def _own_session():
    """Popen arguments that keep a terminal's Ctrl-C from the child (it is told once, by us) and its window away."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _read(stream, lines, stop):
    """Puts lines into the queue, and None at their end. What is too long is cut; nobody has to have it in memory."""
    skipping = False
    while raw := stream.readline(LONGEST_LINE):
        whole = raw.endswith(b"\n")
        if not skipping:
            too_long = not whole and len(raw) == LONGEST_LINE
            line = (raw[:CUT] if too_long else raw).decode("utf-8", "replace").rstrip("\r\n")
            if line and not _put(lines, f"{line} ..." if too_long else line, stop):
                return
        skipping = not whole
    _put(lines, None, stop)


def _put(lines, line, stop):
    """False where nobody takes lines any more."""
    while not stop.is_set():
        with contextlib.suppress(queue.Full):
            lines.put(line, timeout=POLL)
            return True
    return False


def _ask_to_stop(process, cancel_line):
    if cancel_line is not None:
        with contextlib.suppress(OSError):  # it has ended by itself
            process.stdin.write(f"{cancel_line}\n".encode("ascii"))
            process.stdin.flush()
    elif sys.platform == "win32":
        process.terminate()
    else:
        _signal_group(process, signal.SIGTERM)


def _kill(process):
    if sys.platform == "win32":
        if process.poll() is None:
            process.kill()
    else:
        _signal_group(process, signal.SIGKILL)


def _signal_group(process, number):
    with contextlib.suppress(ProcessLookupError, PermissionError):  # nobody left
        os.killpg(process.pid, number)


def _close(stream):
    with contextlib.suppress(OSError):
        stream.close()


def _tail(stream):
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - TAIL_BYTES))
    return stream.read().decode("utf-8", "replace").strip()
