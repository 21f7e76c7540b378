"""The event stream as the plugin reads it: one JSON object per line (docs/contracts.md)."""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class Progress(NamedTuple):
    """How much is done, `fraction` in 0..1."""

    fraction: float
    message: str


class Log(NamedTuple):
    """A sentence for the log; `level` is debug, info, warning or error."""

    level: str
    text: str


class Result(NamedTuple):
    """What was made; `uncertainty`, `difference` and `report` are None where they were not asked for, `metres_per_unit` is of heights."""

    path: str
    grid: dict[str, Any]
    model: dict[str, Any]
    provider: str
    seconds: float
    pixels: int
    uncertainty: str | None = None
    difference: str | None = None
    report: str | None = None
    metres_per_unit: float = 1.0


class Comparison(NamedTuple):
    """What `compare` made: paths of its reports, None where not asked for, and of its error rasters. Named `result` on the wire."""

    json: str | None
    html: str | None
    errors: list[str]
    seconds: float
    pixels: int


class Check(NamedTuple):
    """What `check` found right; `difference` is the largest from the model's stored answer, metres, None where there is no answer. Named
    `result` on the wire."""

    version: str
    packages: dict[str, str]
    devices: list[dict[str, Any]]
    model: dict[str, Any]
    provider: str
    providers: list[str]
    threads: int
    stored: bool
    difference: float | None
    tolerance: float
    seconds: float


class Failure(NamedTuple):
    """Why there is no result. Named `error` on the wire."""

    code: str
    message: str
    hint: str


NOISE = "noise"  # the level of what is no event
LONGEST_NOISE = 500  # letters of it that a log gets

_KINDS = {"progress": Progress, "log": Log, "result": Result, "error": Failure}
# Of the first fields of each, those that a dialog shows or a layer needs.
_TYPES = {
    Progress: ((int, float), str),
    Log: (str, str),
    Failure: (str, str, str),
    Result: (str, dict, dict, str),
    Comparison: ((str, type(None)), (str, type(None)), list),
    Check: (str, dict, list, dict),
}


def parse(line: str) -> Progress | Log | Result | Comparison | Check | Failure:
    """The event on one line. Whatever is not an event becomes a line of noise for the log: a library that prints on stdout is no
    reason to lose a result. Fields that a newer backend adds are ignored."""
    try:
        fields = json.loads(line)
        kind = _KINDS[fields["event"]]
        if kind is Result and "path" not in fields:
            kind = Check if "stored" in fields else Comparison
        event = kind(**{name: fields[name] for name in kind._fields if name in fields or name not in kind._field_defaults})
        if not all(isinstance(value, types) for value, types in zip(event, _TYPES[kind])):
            raise TypeError(kind)
        if kind is Progress:
            event = Progress(min(max(0.0, float(event.fraction)), 1.0), event.message)  # in this order: 0 where it is no number
        return event
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return Log(NOISE, line if len(line) <= LONGEST_NOISE else f"{line[:LONGEST_NOISE]} ...")
