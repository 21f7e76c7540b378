"""What benchmarks of a model on prepared areas are told, the model, opened, and what it makes of one of them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch

from backend import models
from backend.engines import Engine, open_engine
from backend.models import Model
from training.data.areas import SPLITS
from training.evaluation.conditions import guides_of
from training.evaluation.pairs import Guide, Pair


def opened(description: str) -> tuple[argparse.Namespace, Model, Engine]:
    """The command line's `data`, `split` and `ratio`, the model that it names or the shipped one, and its engine on the processor."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--model", type=Path, default=None, help="ONNX file (the shipped one)")
    parser.add_argument("--data", type=Path, default=Path("runs/data"), help="folder that training.prepare wrote (runs/data)")
    parser.add_argument("--split", choices=SPLITS, default="test")
    parser.add_argument("--ratio", type=int, default=3)
    options = parser.parse_args()
    model = models.load(options.model or models.find(None))
    return options, model, open_engine(model, "cpu", torch.get_num_threads(), lambda _level, _text: None)


def titled(pair: Pair) -> str:
    return pair.area.name if pair.coarse is not None else f"{pair.area.name}, real coarse DEM"


def first_guides(pair: Pair, conditions: Sequence[str]) -> dict[str, Guide]:
    """The first guide of each condition that an area has."""
    return {name: guides[0] for name, guides in guides_of(pair, conditions) if guides}
