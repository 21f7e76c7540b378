"""The card of a trained model: made of what is known about it, and rewritten when it was measured."""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from pathlib import Path
from typing import Any

import onnx

from backend.card import FORMAT, METADATA_KEY, ModelCard, card_from_json
from backend.models import SUMS_FILE
from training.data.areas import manifest_entries
from training.networks.generator import SuperResolver


def build_card(text: str, network: SuperResolver, name: str, data: Path) -> ModelCard:
    """The card that a TOML file describes, with what the network and the data's manifest know themselves."""
    values: dict[str, Any] = tomllib.loads(text)
    trained_on = [{key: entry[key] for key in ("name", "licence", "attribution")} for entry in manifest_entries(data, "train")]
    values |= {
        "format": FORMAT,
        "name": name,
        "size_multiple": network.size_multiple,
        "halo": network.halo,
        "training_data": trained_on,
        "held_out": {"areas": [entry["name"] for entry in manifest_entries(data, "test")]},
    }
    return card_from_json(json.dumps(values))


def rewrite_card(path: Path, card: ModelCard) -> None:
    """Gives an ONNX file another card. The graph and its weights stay as they are."""
    model = onnx.load(path)
    others = {entry.key: entry.value for entry in model.metadata_props if entry.key != METADATA_KEY}
    onnx.helper.set_model_props(model, others | {METADATA_KEY: card.to_json()})
    partial = path.with_suffix(".partial")
    partial.write_bytes(model.SerializeToString())
    os.replace(partial, path)
    note_sum(path)


def note_sum(path: Path) -> None:
    """Puts a model file's SHA-256 into SHA256SUMS beside it: the backend refuses a file that differs from its line there."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    sums = path.with_name(SUMS_FILE)
    lines = sums.read_text(encoding="utf-8").splitlines() if sums.exists() else []
    kept = [line for line in lines if line.split()[-1:] != [path.name]]
    sums.write_text("\n".join(sorted([*kept, f"{digest}  {path.name}"])) + "\n", encoding="utf-8")
