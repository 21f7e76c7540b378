"""What an installed model says about itself, read without starting a process.

Dialogs need a few facts of each model at once, on the thread that draws them. A copy of the card beside every file would be a second
truth: it goes stale when a model is exported anew, and a file that was put into the folder by hand, or is named by its path, has none.
The card itself is an entry of ONNX's metadata, and that is a field of the outermost message: to find it one steps over the other fields
by their lengths (Protocol Buffers' wire format), without looking at the graph, and reads a few hundred bytes of a file of any size.
This says what a card claims and nothing more. Whether the file is a model is the backend's to say, before it is added and before it runs.
"""

from __future__ import annotations

import io
import json
import math
import os
import unicodedata
from pathlib import Path
from typing import NamedTuple

from .translation import number, tr

KEY = b"siran_card"
FORMAT = 1
METADATA_FIELD = 14  # ModelProto.metadata_props
KEY_FIELD, VALUE_FIELD = 1, 2  # of each of its entries
LARGEST_CARD = 1_000_000  # bytes
MOST_FIELDS = 10_000  # of the outermost message; a model has about ten


class Facts(NamedTuple):
    """What decides whether a model goes with the inputs; `pixel_sizes` are the output's, in metres."""

    version: str
    ratio: float
    ratios: tuple[float, float]
    pixel_sizes: tuple[float, float]
    guide_required: bool


def read(path) -> dict:
    """The card in an ONNX file, or that in the `NAME.card.json` of a TorchScript file; empty where there is none that can be read."""
    path = Path(path)
    if path.suffix in (".pt", ".ts"):
        path = path.with_name(f"{path.stem}.card.json")
    try:
        if path.suffix == ".json":
            if path.stat().st_size > LARGEST_CARD:
                return {}
            text = path.read_bytes()
        else:
            text = _from_onnx(path)
        card = json.loads(text.decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return card if isinstance(card, dict) and card.get("format") == FORMAT else {}


def facts(path) -> Facts | None:
    """The same, as far as the choice of a model needs it; None where the card is missing or makes no sense."""
    card = read(path)
    try:
        made = Facts(
            plain(card["version"], 40),
            float(card["ratio"]),
            _pair(card["ratios"]),
            _pair(card["pixel_sizes"]),
            bool(card["guide_required"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return made if math.isfinite(made.ratio) and made.ratio > 0 and made.ratios[0] > 0 else None


def label(name, path) -> str:
    """What a list of models shows: `siran-3x 0.2.0 — ratios 1 to 6, guide optional`; the bare name where there is no card."""
    known = facts(path)
    if known is None:
        return name
    text = tr("{} {} — ratios {}, guide required") if known.guide_required else tr("{} {} — ratios {}, guide optional")
    return text.format(name, known.version, span(known.ratios))


def span(pair) -> str:
    """Two numbers as `1 to 6`."""
    return tr("{} to {}").format(*map(number, pair))


def plain(value, most=500) -> str:
    """Text of a card, as one line without control characters: cards come from strangers, and logs are shown on terminals."""
    text = "".join(" " if unicodedata.category(character)[0] in "CZ" else character for character in str(value)[: 4 * most])
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def _pair(value):
    low, high = (float(number) for number in value)
    if not 0 <= low <= high < math.inf:
        raise ValueError("no range")
    return low, high


def _from_onnx(path) -> bytes:
    """Raises OSError, or ValueError where the file has no card or is none of ONNX's."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        entries = [
            dict(_fields(io.BytesIO(entry), len(entry), (KEY_FIELD, VALUE_FIELD))) for _, entry in _fields(file, size, (METADATA_FIELD,))
        ]
    cards = [entry.get(VALUE_FIELD, b"") for entry in entries if entry.get(KEY_FIELD) == KEY]
    if not cards:
        raise ValueError("no card")
    return cards[-1]


def _fields(stream, size, wanted):
    """(number, content) of the fields of a message whose numbers are wanted. Raises ValueError where it is no message."""
    for _ in range(MOST_FIELDS):
        if stream.tell() >= size:
            return
        number, kind = divmod(_varint(stream), 8)
        if kind == 0:
            _varint(stream)
            continue
        if kind not in (1, 2, 5):
            raise ValueError("an unknown kind of field")
        length = _varint(stream) if kind == 2 else {1: 8, 5: 4}[kind]
        if length > size - stream.tell():
            raise ValueError("cut off")
        if kind == 2 and number in wanted and length <= LARGEST_CARD:
            yield number, stream.read(length)
        else:
            stream.seek(length, os.SEEK_CUR)
    raise ValueError("too many fields")


def _varint(stream) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = stream.read(1)
        if not byte:
            raise ValueError("cut off")
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
    raise ValueError("a number without an end")
