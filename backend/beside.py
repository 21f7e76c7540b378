"""What lies beside an output while it is made, and after a run that was killed: hidden, and named after the output.

.fine.1a2b3c4d.lock               held by the run that makes fine.tif
.fine.1a2b3c4d.journal/           the tiles that a stopped run had finished (backend/journal/)
.fine.1a2b3c4d.0f9e8d7c.plain.tif of one run: what becomes fine.tif, or what was fine.tif before
"""

from __future__ import annotations

import hashlib
import re
import uuid
from dataclasses import dataclass
from pathlib import Path

LOCK = "lock"
JOURNAL = "journal"
OLDER = "older"
"""What the endings of files that hold an output's older content begin with."""
_FORM = re.compile(
    r"\.(?P<stem>.{0,40}?)\.(?P<name>[0-9a-f]{8})\.(?:(?P<run>[0-9a-f]{8})\.)?"
    r"(?P<kind>lock|journal|plain\.tif|whole\.tif[.\w]*|older\.tif|part|older)"
)


@dataclass(frozen=True)
class Beside:
    """A path that this package made: `output` tells the outputs of a folder apart, `kind` is what follows."""

    path: Path
    output: str
    kind: str

    @property
    def holds_older(self) -> bool:
        """Whether it may be all that is left of what an output was before."""
        return self.kind.startswith(OLDER)


def of(output: Path, kind: str) -> Path:
    """The path beside `output` of which there is one: its lock, its journal."""
    return output.with_name(f"{output_of(output)}{kind}")


def prefix_of_run(output: Path) -> str:
    """What the names of one run's files beside `output` begin with; a new one at each call."""
    return f"{output_of(output)}{uuid.uuid4().hex[:8]}."


def find(folder: Path) -> list[Beside]:
    """All of a folder, by name. Raises OSError."""
    found = []
    for path in sorted(folder.iterdir()):
        if matched := _FORM.fullmatch(path.name):
            found.append(Beside(path, f".{matched['stem']}.{matched['name']}.", matched["kind"]))
    return found


def belonging_to(output: Path) -> list[Beside]:
    """Those of one output. Raises OSError."""
    return [found for found in find(output.parent) if found.path.name.startswith(output_of(output))]


def output_of(output: Path) -> str:
    """What the names of all that lies beside an output begin with; `Beside.output`."""
    # A name may be as long as the file system lets it; these are longer. The hash tells a.tif and a.tiff apart.
    return f".{output.stem[:40]}.{hashlib.sha256(output.name.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}."
