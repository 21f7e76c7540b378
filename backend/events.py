"""The event stream: one JSON object per line, the only thing that `--events` writes on stdout (docs/contracts.md)."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal, Protocol

Level = Literal["debug", "info", "warning", "error"]


@dataclass(frozen=True)
class Progress:
    """How much of the work is done, `fraction` in 0..1."""

    event: ClassVar[str] = "progress"
    fraction: float
    message: str


@dataclass(frozen=True)
class Log:
    """A sentence for the log."""

    event: ClassVar[str] = "log"
    level: Level
    text: str


@dataclass(frozen=True)
class Result:
    """What was made. `grid` holds crs (WKT), transform (6 numbers, GDAL-free affine order a b c d e f), width, height
    and pixel_size (metres on the ground); `model` holds name, version and sha256; `provider` is the one that ran;
    `uncertainty` and `difference` are the paths of these rasters and `report` that of the page, None where they were not asked for;
    `metres_per_unit` is how long the unit of the heights is, `pixels_made` how many of the `pixels` were made in these `seconds`: the
    others are of an earlier run that did not end."""

    event: ClassVar[str] = "result"
    path: str
    grid: dict[str, Any]
    model: dict[str, str]
    provider: str
    seconds: float
    pixels: int
    uncertainty: str | None = None
    difference: str | None = None
    report: str | None = None
    metres_per_unit: float = 1.0
    pixels_made: int = 0


@dataclass(frozen=True)
class Comparison:
    """What `compare` made: paths of its report (`json`, `html`; None where it was not asked for) and of its error rasters, one for each
    tested DEM or none; `pixels` of the reference were looked at. Named `result` on the wire."""

    event: ClassVar[str] = "result"
    json: str | None
    html: str | None
    errors: list[str]
    seconds: float
    pixels: int


@dataclass(frozen=True)
class Check:
    """What the self-check found right. `packages` maps names to versions (python, gdal and proj among them); `devices` are those of
    `info --json`; `provider` ran the model, `providers` are all that its session holds; `stored` says whether the model has an answer
    to compare with, `difference` is the largest from it, metres (None without one), `tolerance` what it may be. Named `result` on the
    wire."""

    event: ClassVar[str] = "result"
    version: str
    packages: dict[str, str]
    devices: list[dict[str, Any]]
    model: dict[str, str]
    provider: str
    providers: list[str]
    threads: int
    stored: bool
    difference: float | None
    tolerance: float
    seconds: float


@dataclass(frozen=True)
class Failure:
    """Why there is no result. Named `error` on the wire."""

    event: ClassVar[str] = "error"
    code: str
    message: str
    hint: str


Event = Progress | Log | Result | Comparison | Check | Failure


class Sink(Protocol):
    """Takes events as they happen, from any thread."""

    def __call__(self, event: Event) -> None: ...


def to_line(event: Event) -> str:
    """One line of the stream, without the line break; ASCII only, so that no terminal encoding can break it."""
    return json.dumps({"event": event.event, **asdict(event)}, ensure_ascii=True, allow_nan=False)


def from_line(line: str) -> Event:
    """The event on one line. Raises ValueError for anything else."""
    try:
        fields = json.loads(line)
    except RecursionError as error:
        raise ValueError(f"not an event: {line[:80]!r}") from error
    if not isinstance(fields, dict):
        raise ValueError(f"not an event: {line[:80]!r}")
    name = fields.pop("event", None)
    kinds = [kind for kind in (Progress, Log, Result, Comparison, Check, Failure) if kind.event == name]
    if not kinds:
        raise ValueError(f"unknown event {name!r}")
    for kind in kinds:
        with contextlib.suppress(TypeError):
            return kind(**fields)
    raise ValueError(f"not a {name} event: {line[:80]!r}")
