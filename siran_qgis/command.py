"""The backend's command line as a function of plain values."""

from __future__ import annotations

import os
import re
import shlex
from typing import NamedTuple

from .translation import tr


class Extent(NamedTuple):
    """A rectangle, and its CRS as anything that PROJ understands (empty: the output's)."""

    xmin: float
    ymin: float
    xmax: float
    ymax: float
    crs: str = ""


class Job(NamedTuple):
    """What one run of `superresolve` is asked for. None or an empty string leaves the choice to the backend."""

    dem: str
    output: str
    band: int = 1
    guide: str = ""
    guide_bands: tuple[int, int, int] | None = None
    model: str = ""
    dem_source: str = "auto"
    dem_error: float | None = None
    resolution: float | None = None
    like: str = ""
    extent: Extent | None = None
    thorough: bool = False
    device: str = "auto"
    tile: int | None = None
    threads: int | None = None
    uncertainty: str = ""
    difference: str = ""
    report: str = ""


def superresolve(job: Job) -> list[str]:
    """Arguments that follow `python -m backend`. Values are attached with `=`, so that one that begins with a dash
    (a western longitude) is no option. QGIS replaces outputs, hence --overwrite."""
    arguments = ["superresolve", "--events", "--overwrite", f"--band={job.band}"]
    if job.guide:
        arguments.append(f"--guide={job.guide}")
        if job.guide_bands:
            arguments.append("--guide-bands=" + ",".join(str(band) for band in job.guide_bands))
    if job.model:
        arguments.append(f"--model={job.model}")
    if job.dem_error is not None:
        arguments.append(f"--dem-error={number(job.dem_error)}")
    else:
        arguments.append(f"--dem-source={job.dem_source}")
    if job.resolution is not None:
        arguments.append(f"--resolution={number(job.resolution)}")
    if job.like:
        arguments.append(f"--like={job.like}")
    if job.extent is not None:
        arguments.append("--extent=" + ",".join(number(edge) for edge in job.extent[:4]))
        if job.extent.crs:
            arguments.append(f"--extent-crs={job.extent.crs}")
    if job.thorough:
        arguments.append("--thorough")
    arguments.append(f"--device={job.device or 'auto'}")
    if job.tile:
        arguments.append(f"--tile={job.tile}")
    if job.threads:
        arguments.append(f"--threads={job.threads}")
    if job.uncertainty:
        arguments.append(f"--uncertainty={job.uncertainty}")
    if job.difference:
        arguments.append(f"--difference={job.difference}")
    if job.report:
        arguments.append(f"--report={job.report}")
    return [*arguments, "--", job.dem, job.output]


def check(device: str = "", threads: int = 0) -> list[str]:
    """The same for a self-check."""
    arguments = ["check", "--events", f"--device={device or 'auto'}"]
    return [*arguments, f"--threads={threads}"] if threads else arguments


def line(python: str, arguments: list, windows: bool = os.name == "nt") -> str:
    """The command as it can be pasted into a terminal of the system."""
    words = [python, "-m", "backend", *arguments]
    if windows:
        # Backslashes count twice before a quotation mark, which a folder's last one comes before.
        quoted = ('"{}"'.format(re.sub(r'(\\*)("|$)', lambda end: 2 * end[1] + end[2].replace('"', '\\"'), word)) for word in words)
        return " ".join(word if re.fullmatch(r"[\w.:,=\\/-]+", word) else safe for word, safe in zip(words, quoted))
    return shlex.join(words)


def number(value: float) -> str:
    """The shortest text that gives the same number back, without an exponent or a decimal point where none is needed."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def guide_bands(value) -> tuple[int, int, int] | None:
    """Band numbers for near infrared, red and green out of `4,3,2`, `4 3 2` or a list; None where nothing is given.
    Raises ValueError with a sentence for anything else."""
    if value is None or value == "":
        return None
    parts = list(value) if isinstance(value, (list, tuple)) else str(value).replace(",", " ").replace(";", " ").split()
    if not parts:
        return None
    try:
        nir, red, green = (int(str(part)) for part in parts)
    except ValueError:
        sentence = tr("Guide bands are three band numbers for near infrared, red and green, as in 4,3,2; not '{}'.")
        raise ValueError(sentence.format(value)) from None
    if min(nir, red, green) < 1:
        raise ValueError(tr("Band numbers begin at 1; the guide bands are '{}'.").format(value))
    return nir, red, green
