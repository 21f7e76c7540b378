"""What a person reads. Cards and file names come from strangers: what would move a terminal's cursor, or begin a line, is shown as text."""

from __future__ import annotations

import errno
import re
import sys

import click

from backend.errors import ResourceError

# Beside what terminals act upon: other line ends, what turns the direction of writing, bytes of names that are not UTF-8.
_ACTS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def shown(text: str) -> str:
    """`text` on one line, with an escape (as Python writes it) in place of each control character."""
    return _ACTS.sub(lambda found: found.group().encode("unicode_escape").decode("ascii"), text)


def command_line(words: list[str]) -> str:
    """Words of a command as one line that this system's shell takes apart again."""
    # Slow to load, and needed in reports alone.
    import shlex
    import subprocess  # nosec B404: for how it quotes a command; nothing is run

    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)


def echo(*lines: str, err: bool = False) -> None:
    """Prints lines of text, at once, on stdout or on stderr. Raises OSError."""
    click.echo("\n".join(map(shown, lines)), err=err)


def unwritable(error: OSError) -> ResourceError:
    """What to say where stdout takes nothing more."""
    code = "disk-full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "internal"
    return ResourceError(code, f"Nothing can be written to stdout ({error.strerror}).", "Free some space, or send it elsewhere.")
