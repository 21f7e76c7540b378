"""Weights to begin from: those of another run, or of a model file."""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from backend.card import METADATA_KEY, card_from_json
from training.checkpoint import Attributed, load_checkpoint, load_trained_on, load_weights
from training.errors import TrainingError
from training.networks.cells import FOR_FOUR, for_one
from training.networks.generator import SuperResolver

_BLOCKS = "generator.trunk.blocks."


def read_weights(path: Path) -> dict[str, Tensor]:
    """Weights by name, of a run (its folder, or the checkpoint in it; the averaged ones) or of a file that `training.export` wrote:
    safetensors, or ONNX, where they still bear their names. Raises TrainingError for anything else."""
    if path.is_dir():
        return load_checkpoint(path).ema
    if path.suffix == ".safetensors" and path.is_file():
        return load_weights(path)
    if path.suffix != ".onnx" or not path.is_file():
        raise TrainingError(f"{path} holds no weights to begin from.", "Name the folder of a run, or a file of training.export.")
    try:
        graph = onnx.load(path, load_external_data=False).graph
    except Exception as error:  # onnx raises protobuf's own
        raise TrainingError(f"{path} cannot be read as ONNX ({type(error).__name__}).", "Name another file.") from error
    found = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in graph.initializer}
    return {name.removesuffix(FOR_FOUR): for_one(value) if name.endswith(FOR_FOUR) else value for name, value in found.items()}


def read_trained_on(path: Path) -> list[Attributed]:
    """The areas that the weights of `read_weights` were fitted to, as far as the file says. Raises TrainingError."""
    if path.is_dir():
        return load_checkpoint(path).trained_on
    if path.suffix != ".onnx":
        return load_trained_on(path)
    entries = {entry.key: entry.value for entry in onnx.load(path, load_external_data=False).metadata_props}
    return card_from_json(entries[METADATA_KEY]).training_data if METADATA_KEY in entries else []


def initialise(network: SuperResolver, path: Path) -> list[str]:
    """Copies into `network` what `path` holds of it; returns the names of the weights that stay as they were drawn.

    A model file lacks what inference does not need, D's decoder and MLP, and may lack sigma. The generator's trunk and skip must
    be there in their shapes: without them there is nothing to begin from. Raises TrainingError where they are not, and where the file has
    blocks that the network lacks. Of a network with fewer blocks the longer one makes at first what that one does (`lengthened`).
    """
    own = network.state_dict()
    found, begun = lengthened(read_weights(path), own)
    taken = {name: found[name] for name, value in own.items() if name in found and found[name].shape == value.shape}
    missing = [name for name in own if name.startswith(("generator.trunk", "generator.skip")) and name not in taken]
    if missing:
        shape = f"{tuple(found[missing[0]].shape)}" if missing[0] in found else "none"
        raise TrainingError(
            f"{path} does not fit the configured network: {missing[0]} should be {tuple(own[missing[0]].shape)}, the file has {shape}.",
            "Give [network] the settings that those weights were trained with.",
        )
    # A file of a longer network would lose its end, and its decoder read what it never saw.
    parts = "generator.trunk", "generator.decoders", "generator.told"
    if beyond := [name for name in found if name.startswith(parts) and name not in own]:
        raise TrainingError(
            f"{path} does not fit the configured network, which has no {beyond[0]}.",
            "Give [network] the settings that those weights were trained with.",
        )
    network.load_state_dict(own | taken)
    # With sigma the decoder has twice the channels: the first half is what both know.
    decoder = own["generator.decoder.weight"]
    old = found.get("generator.decoder.weight")
    if old is not None and "generator.decoder.weight" not in taken and decoder.shape[0] in (2 * old.shape[0], old.shape[0] // 2):
        both = min(old.shape[0], decoder.shape[0])
        with torch.no_grad():
            network.generator.decoder.weight[:both] = old[:both]
            if network.generator.decoder.bias is not None and "generator.decoder.bias" in found:
                network.generator.decoder.bias[:both] = found["generator.decoder.bias"][:both]
    return [name for name in own if name not in taken or name in begun]


def lengthened(found: dict[str, Tensor], own: dict[str, Tensor]) -> tuple[dict[str, Tensor], set[str]]:
    """The weights `found` as those of a generator with as many DMRBs as `own` has, where it has more, and the names of those that are new:
    blocks before the last one that pass on what they are given, and what reads the image or adds relief behind them and does nothing yet.

    So the longer network begins as the shorter one (Chen et al. 2016, "Net2Net"). Of a new block only the fusion that ends it is zero: its
    convolutions are `own`'s, drawn at random, or no gradient would ever reach them.
    """
    short, long = (1 + max((int(n[len(_BLOCKS) :].split(".")[0]) for n in of if n.startswith(_BLOCKS)), default=-1) for of in (found, own))
    if not 0 < short < long:
        return found, set()
    last = f"{_BLOCKS}{short - 1}."
    made = {name: value for name, value in found.items() if not name.startswith(last)}
    made |= {f"{_BLOCKS}{long - 1}.{name[len(last) :]}": value for name, value in found.items() if name.startswith(last)}
    new: dict[str, Tensor] = {}
    for number in range(short - 1, long - 1):
        block = f"{_BLOCKS}{number}."
        ends = f"{block}fuse.{max(int(name.split('.')[-2]) for name in own if name.startswith(f'{block}fuse.'))}."
        silent = ends, f"generator.decoders.{number}.", f"generator.told.{number}."
        new |= {name: value for name, value in own.items() if name.startswith(block)}
        new |= {name: torch.zeros_like(value) for name, value in own.items() if name.startswith(silent)}
    return made | new, set(new)
