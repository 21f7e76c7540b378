"""A checkpoint: all that a run needs to go on as if it had never stopped.

One safetensors file: tensors, and a JSON header. There is nothing in it that could be run.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor

from backend.whole import write_whole
from training.errors import TrainingError

CHECKPOINT = "last.safetensors"
HEADER = "siran_checkpoint"
CONFIG = "siran_config"
TRAINED_ON = "siran_trained_on"

Attributed = dict[str, str]
"""`name`, `licence`, `attribution` and, if it is known, `ground` (training/data/ground.py) of an area, as a model's card has them."""


@dataclass
class Checkpoint:
    """`step` of `steps` steps (0: not fitted yet) and `elapsed` seconds are behind, and the game has begun (`playing`) or not; weights,
    their running mean, and both optimisers' states, each tensor by a name of its own ("3.exp_avg"); `scaler`, that of half precision.

    `data`: SHA-256 of the manifest of what the run draws patches from ("": not known). `trained_on`: the areas that these weights were
    fitted to, by this run and by those that it began from: what a card has to name, and what no test area may be.
    """

    step: int
    steps: int
    elapsed: float
    playing: bool
    scaler: dict[str, Any]
    config: dict[str, Any]
    weights: dict[str, Tensor]
    ema: dict[str, Tensor]
    generator: dict[str, Tensor]
    discriminator: dict[str, Tensor]
    data: str = ""
    trained_on: list[Attributed] = field(default_factory=list)


TENSORS = ("weights", "ema", "generator", "discriminator")


def save_checkpoint(checkpoint: Checkpoint, folder: Path) -> None:
    """Whole or not at all: written beside, synced, renamed."""
    values = vars(checkpoint)
    header = {name: value for name, value in values.items() if name not in TENSORS}
    tensors = {f"{part}/{name}": value.detach().cpu().contiguous() for part in TENSORS for name, value in values[part].items()}
    write_whole(folder / CHECKPOINT, save(tensors, {HEADER: json.dumps(header)}))


def load_checkpoint(folder: Path) -> Checkpoint:
    """Raises TrainingError where there is none, or something else."""
    path = folder / CHECKPOINT
    if not path.exists():
        raise TrainingError(f"{path} does not exist.", "Name the folder of a run that has begun to write its checkpoint.")
    try:
        with safe_open(path, "pt") as file:
            header = json.loads((file.metadata() or {})[HEADER])
            parts: dict[str, Any] = {part: {} for part in TENSORS}
            for name in file.keys():  # noqa: SIM118, it is no dictionary
                part, _, rest = name.partition("/")
                parts[part][rest] = file.get_tensor(name)
        return Checkpoint(**header, **parts)
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        raise TrainingError(f"{path} is no checkpoint of a run ({error}).", "Name the folder of another run.") from error


def save_weights(weights: dict[str, Tensor], config: dict[str, Any], trained_on: list[Attributed], path: Path) -> None:
    """Weights alone, by name, the configuration and the areas that they were trained with: what stands beside a model file, to train on
    from."""
    tensors = {name: value.detach().cpu().contiguous() for name, value in weights.items()}
    write_whole(path, save(tensors, {CONFIG: json.dumps(config), TRAINED_ON: json.dumps(trained_on)}))


def load_trained_on(path: Path) -> list[Attributed]:
    """The areas that the weights in such a file, or in a checkpoint, were fitted to; none where it does not say. Raises TrainingError."""
    if path.name == CHECKPOINT:
        return load_checkpoint(path.parent).trained_on
    try:
        with safe_open(path, "pt") as file:
            found: list[Attributed] = json.loads((file.metadata() or {}).get(TRAINED_ON, "[]"))
        return found
    except (SafetensorError, OSError, ValueError) as error:
        raise TrainingError(f"{path} cannot be read as safetensors ({error}).", "Name another file.") from error


def together(*several: list[Attributed]) -> list[Attributed]:
    """All areas of several lists, each once: with its ground, if one of them says it. Other ground of the same name is another area."""
    found: list[Attributed] = []
    for area in itertools.chain(*several):
        known = area.get("ground", "")
        for place, one in enumerate(found):
            other = one.get("ground", "")
            if one["name"] == area["name"] and (known == other or not (known and other)):
                found[place] = one if other else area
                break
        else:
            found.append(area)
    return found


def credited(areas: list[Attributed], listed: list[Attributed]) -> list[Attributed]:
    """The `areas` with the licences and attributions that those of the same name and ground have in `listed`, where there are such: a run
    notes them as they were when it began, and they may have been put right since."""
    now = {(area["name"], area.get("ground", "")): area for area in listed}
    return [now.get((area["name"], area.get("ground", "")), area) for area in areas]


def load_weights(path: Path) -> dict[str, Tensor]:
    """Weights by name, of a checkpoint (the averaged ones) or of a file of `save_weights`. Raises TrainingError where it is neither."""
    try:
        with safe_open(path, "pt") as file:
            plain = CONFIG in (file.metadata() or {})
    except (SafetensorError, OSError) as error:
        raise TrainingError(f"{path} cannot be read as safetensors ({error}).", "Name another file.") from error
    if plain:
        return load_file(path)
    if path.name != CHECKPOINT:
        raise TrainingError(f"{path} is no weights file of training.export.", "Name one, the folder of a run, or an ONNX file.")
    return load_checkpoint(path.parent).ema


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Adam's state by "index of the weight.name of the value"."""
    state = optimizer.state_dict()["state"]
    return {f"{index}.{name}": value for index, values in state.items() for name, value in values.items()}


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """The reverse of `optimizer_tensors`; rates and betas stay those that the optimiser was made with."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        index, name = key.split(".", 1)
        state.setdefault(int(index), {})[name] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
