"""Weighted means of weights, and what they are worth on the validation areas.

    python -m training.average --config training/configs/siran.toml --weights runs/siran 0.5 \\
        --weights resources/models/siran-3x.safetensors 0.5 --out runs/mean

Networks that were trained from the same weights, or one at several times of its training, lie close enough together for the mean of their
weights to be a network as well, and often a better one than each (Wortsman et al. 2022, "Model soups"). Each is measured, and the mean;
with --out it becomes the folder of a run, for training.export and --init.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from training.checkpoint import CHECKPOINT, Checkpoint, save_checkpoint, together
from training.config import Config, load_config
from training.data.areas import check_held_out
from training.errors import TrainingError, refused
from training.initial import initialise, read_trained_on
from training.networks.generator import SuperResolver
from training.validation import open_validation, validate

ROUNDING = 1e-6
"""What shares may add up to besides 1."""


@dataclass(frozen=True)
class Part:
    """`share` of a network whose weights are those in `path`, a run's folder or a file."""

    path: Path
    share: float
    network: SuperResolver


def average(parts: list[Part]) -> dict[str, Tensor]:
    """The weighted mean of all weights, by name. A share may be negative, to go beyond others.

    Raises TrainingError where the shares do not add up to 1.
    """
    total = sum(part.share for part in parts)
    if not abs(total - 1) <= ROUNDING:
        raise TrainingError(f"The shares add up to {total:g}.", "Give shares that add up to 1, e.g. 0.5 and 0.5.")
    mean: dict[str, Tensor] = {}
    for part in parts:
        for name, value in part.network.state_dict().items():
            # In double precision: a tenth of a weight rounds at each addend.
            mean[name] = mean.get(name, torch.zeros((), dtype=torch.float64)) + part.share * value.double()
    return {name: value.float() for name, value in mean.items()}


def load(path: Path, config: Config) -> SuperResolver:
    """The configured network with all of its weights from `path`. Raises TrainingError where one is missing or does not fit."""
    network = SuperResolver(config.network)
    if missing := initialise(network, path):
        raise TrainingError(
            f"{path} lacks {len(missing)} of the network's weights, {missing[0]} first.",
            "Name the folder of a run, or the .safetensors file beside a model.",
        )
    return network.eval()


def save_run(weights: dict[str, Tensor], config: Config, paths: list[Path], out: Path) -> None:
    """The folder of a run that has these weights, made of those in `paths`, and made no step."""
    out.mkdir(parents=True, exist_ok=True)
    trained_on = together(*(read_trained_on(path) for path in paths))
    # No two tensors of a safetensors file may share memory.
    averaged = {name: value.clone() for name, value in weights.items()}
    save_checkpoint(Checkpoint(0, 0, 0.0, False, {}, config.to_dict(), weights, averaged, {}, {}, trained_on=trained_on), out)


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.average", description="Weighted means of weights, measured.")
    parser.add_argument("--config", type=Path, required=True, help="TOML file of the network, e.g. training/configs/siran.toml")
    parser.add_argument(
        "--weights",
        nargs=2,
        action="append",
        required=True,
        metavar=("WEIGHTS", "SHARE"),
        help="a run's folder or a .safetensors file, and its share; repeat it; shares add up to 1",
    )
    parser.add_argument("--data", type=Path, default=Path("runs/data"), help="folder that training.prepare wrote (runs/data)")
    parser.add_argument("--out", type=Path, help="folder of a run to be made of the mean (none)")
    options = parser.parse_args(arguments)
    try:
        config = load_config(options.config)
        if options.out and (options.out / CHECKPOINT).exists():
            raise TrainingError(f"{options.out} holds a run already.", "Name another folder.")
        for folder in (options.out, *options.out.parents) if options.out else ():
            if folder.exists() and not folder.is_dir():
                raise TrainingError(f"{folder} is a file.", "Name a folder.")
        parts = [Part(Path(path), number(share), load(Path(path), config)) for path, share in options.weights]
        check_held_out(together(*(read_trained_on(part.path) for part in parts)), options.data)
        mean, patches, device = average(parts), open_validation(options.data, config), torch.device("cpu")
        averaged = SuperResolver(config.network).eval()
        averaged.load_state_dict(mean)
        for name, network in (*((f"{part.path}", part.network) for part in parts), ("mean", averaged)):
            figures = validate(network, patches, device)
            print(" ".join([*(f"{figure} {value:.4f}" for figure, value in figures.items()), name]), flush=True)
        if options.out:
            save_run(mean, config, [part.path for part in parts], options.out)
            print(f"wrote {options.out / CHECKPOINT}")
    except (TrainingError, OSError) as error:
        return refused(error)
    except KeyboardInterrupt:
        print("Stopped; nothing was written.", file=sys.stderr)
        return 130
    return 0


def number(share: str) -> float:
    """Raises TrainingError where it is none."""
    try:
        return float(share)
    except ValueError as error:
        raise TrainingError(f"The share {share!r} is no number.", "Write it as 0.5.") from error


if __name__ == "__main__":
    sys.exit(main())
