"""The card of a trained model: made of what is known about it, and rewritten when it was measured."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnx

from backend.card import FORMAT, METADATA_KEY, ModelCard, card_from_json
from backend.errors import CardError
from backend.models import SUMS_FILE, read_sums
from backend.whole import write_whole
from training.checkpoint import Attributed
from training.data.areas import check_held_out, manifest_entries
from training.errors import TrainingError
from training.networks.generator import SuperResolver

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LIKE = 0.9
"""What the smallest pixel may be of another that is about the same."""
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Both as in siran_qgis/model_store.py: of what QGIS would refuse no file is made. Windows keeps the latter for devices."""


def build_card(text: str, network: SuperResolver, name: str, data: Path, trained_on: list[Attributed]) -> ModelCard:
    """The card that a TOML file describes, with what the network, its checkpoint (`trained_on`) and the data's manifest know themselves.

    Raises TrainingError where QGIS would not take a model of this name, or the weights were fitted to an area that the manifest keeps out
    of training.
    """
    if not NAME.fullmatch(name) or RESERVED.fullmatch(name) or name.endswith("."):
        raise TrainingError(
            f"{name!r} is no name for a model.",
            "Use letters, digits, '.', '_' and '-', the first a letter or digit, the last no '.', at most 64, and no name of a device.",
        )
    values: dict[str, Any] = tomllib.loads(text)
    if own := sorted(values.keys() & {"format", "name", "size_multiple", "halo", "training_data"}):
        hint = "Leave that out: it comes from the file's name, the network and the data."
        raise CardError(f"The card says {', '.join(own)} itself.", hint)
    check_held_out(trained_on, data)
    notes = values.get("held_out", {})
    if not isinstance(notes, dict) or notes.keys() - {"notes"} or not isinstance(notes.get("notes", ""), str):
        raise CardError("[held_out] says something besides its notes, a text.", "Areas and figures are measured, not written.")
    values |= {
        "format": FORMAT,
        "name": name,
        "size_multiple": network.size_multiple,
        "halo": network.halo,
        "training_data": trained_on,
        "held_out": notes | {"areas": [entry["name"] for entry in manifest_entries(data, "test")]},
    }
    try:
        return card_from_json(json.dumps(values))
    except TypeError as error:  # TOML has dates and times
        raise CardError(f"The card has a value that is no text, number or list ({error}).", 'Write dates as text: "2026-01-31".') from error


def promised(card: ModelCard, ratios: Sequence[int], data: Path) -> list[str]:
    """What a card says that a model was trained for, beyond the `ratios` of its run and the pixels of the training areas in `data`: a
    sentence each. Weights that a run began from may have known more."""
    sizes = [math.sqrt(entry["dx"] * entry["dy"]) for entry in manifest_entries(data, "train")]
    # Ratios below 2 are made at twice the ratio (backend/halving.py).
    lowest = 1 if min(ratios) <= 2 else min(ratios)
    said = []
    if card.ratios[0] < lowest or card.ratios[1] > max(ratios):
        said.append(f"ratios of {_span(card.ratios)}, and the run was trained at {_span((lowest, max(ratios)))}")
    if sizes and (card.pixel_sizes[0] < _LIKE * min(sizes) or card.pixel_sizes[1] > max(sizes) / _LIKE):
        said.append(f"pixels of {_span(card.pixel_sizes)} m, and the training areas in {data} have {_span((min(sizes), max(sizes)))} m")
    return [f"The card says that the model was trained for {one}. Right only if the weights that it began from knew more." for one in said]


def _span(pair: tuple[float, float]) -> str:
    return f"{pair[0]:.3g} to {pair[1]:.3g}" if pair[0] != pair[1] else f"{pair[0]:.3g}"


def rewrite_card(path: Path, card: ModelCard) -> None:
    """Gives an ONNX file another card. The graph and its weights stay as they are."""
    model = onnx.load(path)
    others = {entry.key: entry.value for entry in model.metadata_props if entry.key != METADATA_KEY}
    onnx.helper.set_model_props(model, others | {METADATA_KEY: card.to_json()})
    partial = path.with_suffix(".partial")
    partial.write_bytes(model.SerializeToString())
    put(partial, path)


def put(partial: Path, path: Path) -> None:
    """Gives a model file its name, and its SHA-256 a line in SHA256SUMS beside it: the backend refuses a file that differs from its line
    there, and takes one of several. So the new line is there before the file, and the old one until after it."""
    digest = hashlib.sha256(partial.read_bytes()).hexdigest()
    _note_sum(path, digest, others=True)
    os.replace(partial, path)
    _note_sum(path, digest, others=False)


def _note_sum(path: Path, digest: str, *, others: bool) -> None:
    sums = path.with_name(SUMS_FILE)
    kept = [line for line in read_sums(sums) if others or line.strip().partition(" ")[2].strip().lstrip("*") != path.name]
    lines = sorted({*kept, f"{digest}  {path.name}"})
    write_whole(sums, ("\n".join(lines) + "\n").encode("utf-8", errors="surrogateescape"))
