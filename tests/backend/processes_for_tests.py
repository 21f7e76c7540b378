"""What a test wants to know of a real process."""

from __future__ import annotations

import subprocess
import sys

from backend.version import ROOT

_CODE = """
import sys
from pathlib import Path
from backend.cli import main
try:
    main(sys.argv[1:])
finally:
    print(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0], file=sys.stderr)
"""


def peak_memory(*arguments: object) -> int:
    """The most memory, in bytes, that `python -m backend ARGUMENTS` held at once.

    Not by getrusage: there a process begins with the peak of the one that started it, and a test run may be larger than what it starts.
    """
    command = [sys.executable, "-c", _CODE, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stderr.splitlines()[-1]) * 1024
