"""Child processes: read while they run, stopped when asked to, gone with all that they started."""

import contextlib
import os
import sys
import time
from pathlib import Path

import pytest

from siran_qgis import process

ENVIRONMENT = process.clean_environment(dict(os.environ))


def run(code, cancel_after=None, **options):
    """(how it ended, its lines, seconds)"""
    lines = []
    start = time.monotonic()
    finished = process.run(
        [sys.executable, "-u", "-c", code],
        environment=ENVIRONMENT,
        on_line=lines.append,
        is_cancelled=lambda: cancel_after is not None and time.monotonic() - start > cancel_after,
        **options,
    )
    return finished, lines, time.monotonic() - start


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def little_memory():
    """What is done inside takes no more than 30 MB, at its peak."""

    def kilobytes(name):
        return next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))

    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak of what was before
    before = kilobytes("VmRSS")
    yield
    assert kilobytes("VmHWM") - before < 30_000


def test_lines_status_and_stderr():
    finished, lines, _ = run("import sys; print('a'); print('ü'); print(); sys.stderr.write('why'); sys.exit(2)")
    assert lines == ["a", "ü"]
    assert (finished.status, finished.stderr, finished.cancelled) == (2, "why", False)


def test_lines_arrive_while_the_child_runs():
    times = []
    process.run(
        [sys.executable, "-u", "-c", "import time\nfor i in range(3): print(i); time.sleep(0.4)"],
        environment=ENVIRONMENT, on_line=lambda line: times.append(time.monotonic()), is_cancelled=lambda: False,
    )  # fmt: skip
    assert times[2] - times[0] > 0.6


def test_much_output_on_both_streams_blocks_nothing():
    finished, lines, _ = run("import sys\nfor i in range(20000): print('x' * 50); sys.stderr.write('y' * 50)")
    assert (finished.status, len(lines), len(finished.stderr)) == (0, 20000, process.TAIL_BYTES)


def test_a_line_of_100_mb_is_cut():
    """Nobody has to have it in memory, and the lines around it arrive."""
    code = "import sys\nprint('before')\nfor _ in range(100): sys.stdout.write('x' * 1_000_000)\nprint()\nprint('after', flush=True)"
    with little_memory():
        finished, lines, _ = run(code)
    assert finished.status == 0 and [line[:6] for line in lines] == ["before", "xxxxxx", "after"]
    assert len(lines[1]) == process.CUT + len(" ...")


def test_a_flood_of_lines_does_not_pile_up():
    """A listener that takes its time holds the child back, and a cancel is heard among the lines."""
    taken = []
    begun = time.monotonic()

    def on_line(line):
        taken.append(line)
        time.sleep(0.001)

    with little_memory():
        finished = process.run(
            [sys.executable, "-c", "while True: print('x' * 1000)"],
            environment=ENVIRONMENT, on_line=on_line, is_cancelled=lambda: len(taken) > 500, cancel_line="cancel", grace=0.5,
        )  # fmt: skip
    assert finished.cancelled and time.monotonic() - begun < 5


def test_letters_that_are_not_utf_8_are_marked():
    finished, lines, _ = run("import sys; sys.stdout.buffer.write(b'a\\xff\\xfeb\\n'); print('c')")
    assert finished.status == 0 and lines == ["a\ufffd\ufffdb", "c"]


def test_a_child_that_listens_stops_by_itself():
    finished, lines, seconds = run("import sys; line = sys.stdin.readline(); print('heard', line); sys.exit(3)", 0.3, cancel_line="cancel")
    assert finished.cancelled and finished.status == 3 and lines == ["heard cancel"]
    assert seconds < 2


def test_a_child_that_does_not_listen_is_killed_with_its_children():
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid); time.sleep(60)"
    )
    finished, lines, seconds = run(code, 0.5, cancel_line="cancel", grace=0.5)
    assert finished.cancelled and finished.status == -9 and seconds < 4
    time.sleep(0.2)
    assert not alive(int(lines[0]))


def test_without_a_cancel_line_it_gets_a_signal():
    finished, _, seconds = run("import time; time.sleep(60)", 0.3, grace=5)
    assert finished.cancelled and finished.status == -15 and seconds < 3


def test_an_error_in_the_listener_ends_the_child():
    started = []

    def on_line(line):
        started.append(int(line))
        raise KeyError(line)

    with pytest.raises(KeyError):
        process.run(
            [sys.executable, "-u", "-c", "import os, time; print(os.getpid()); time.sleep(60)"],
            environment=ENVIRONMENT, on_line=on_line, is_cancelled=lambda: False,
        )  # fmt: skip
    assert not alive(started[0])


def test_the_environment_of_qgis_stays_with_qgis():
    qgis = {
        "PYTHONHOME": "x",
        "PYTHONPATH": "x",
        "GDAL_DATA": "x",
        "PROJ_LIB": "x",
        "LD_LIBRARY_PATH": "x",
        "DYLD_ANY": "x",
        "HOME": "/home/me",
    }
    cleaned = process.clean_environment(qgis, PYTHONPATH="/plugin")
    ours = {"PYTHONNOUSERSITE": "1", "PYTHONSAFEPATH": "1", "PYTHONUTF8": "1", "ORT_DISABLE_TELEMETRY": "1"}
    assert cleaned == {"HOME": "/home/me", "PYTHONPATH": "/plugin", **ours}


def test_capture_gives_up_after_its_limit():
    finished, said = process.capture(
        [sys.executable, "-c", "import time; time.sleep(60)"], environment=ENVIRONMENT, is_cancelled=lambda: False, limit=0.3
    )
    assert finished.cancelled and said == ""
