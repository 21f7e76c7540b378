"""A checkpoint: all that a run needs to go on as if it had never stopped."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from training.errors import TrainingError

CHECKPOINT = "last.pt"


@dataclass
class Checkpoint:
    """`step` steps and `elapsed` seconds are behind; weights, their running mean, and Adam's state."""

    step: int
    elapsed: float
    config: dict[str, Any]
    weights: dict[str, Tensor]
    ema: dict[str, Tensor]
    optimizer: dict[str, Any]


def save_checkpoint(checkpoint: Checkpoint, folder: Path) -> None:
    """Whole or not at all: written beside, synced, renamed."""
    target = folder / CHECKPOINT
    partial = target.with_suffix(".partial")
    with partial.open("wb") as file:
        torch.save(vars(checkpoint), file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, target)


def load_checkpoint(folder: Path) -> Checkpoint:
    """Tensors and plain values only (weights_only): a checkpoint is data. Raises TrainingError where there is none."""
    path = folder / CHECKPOINT
    if not path.exists():
        raise TrainingError(f"{path} does not exist.", "Name the folder of a run that wrote a checkpoint, or train without --resume.")
    return Checkpoint(**torch.load(path, weights_only=True))
