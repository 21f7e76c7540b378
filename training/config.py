"""A run's configuration: one TOML file, three groups of settings."""

from __future__ import annotations

import re
import tomllib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from training.data.batches import DataSettings
from training.errors import TrainingError
from training.networks.settings import NetworkSettings

T = TypeVar("T")


@dataclass(frozen=True)
class TrainSettings:
    """How the weights are found.

    `time`: how long to train ("90m", "45s", "2h"); the schedule is fitted to it. `steps`: fit it to that many steps instead (0: to the
    time). `stop_after`: end earlier, after that many, with a checkpoint to resume from (0: don't). `learning_rate`: Adam's highest,
    after `warm_up_steps`; it falls along a cosine to a hundredth. `ema`: decay of the averaged weights, which are the ones that count.
    `clip`: largest gradient norm. `precision`: `32` or `bf16` (autocast). `skip_batches`: how many the generator's skip is solved from.
    """

    time: str = "60m"
    steps: int = 0
    stop_after: int = 0
    learning_rate: float = 1e-3
    warm_up_steps: int = 200
    ema: float = 0.999
    clip: float = 1.0
    weight_pixel: float = 10.0
    weight_slope: float = 10.0
    weight_structural: float = 1.0
    precision: Literal["32", "bf16"] = "32"
    skip_batches: int = 60
    seed: int = 0
    checkpoint_seconds: float = 120.0

    @property
    def seconds(self) -> float:
        """`time` in seconds."""
        return seconds(self.time)


@dataclass(frozen=True)
class Config:
    """Everything that a run depends on but the data."""

    network: NetworkSettings = field(default_factory=NetworkSettings)
    data: DataSettings = field(default_factory=DataSettings)
    train: TrainSettings = field(default_factory=TrainSettings)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as `config_from_dict` takes them."""
        return asdict(self)


def seconds(text: str) -> float:
    """Seconds in "90m", "45s", "2h". Raises TrainingError for anything else."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", text)
    if not match:
        raise TrainingError(f"{text!r} is no duration.", 'Write it as "45s", "90m" or "2h".')
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]]


def config_from_dict(values: dict[str, Any]) -> Config:
    """A Config of plain values. Raises TrainingError for unknown groups and settings."""
    if unknown := values.keys() - {"network", "data", "train"}:
        raise TrainingError(f"Unknown group of settings: {', '.join(sorted(unknown))}.", "Groups are network, data and train.")

    def group(kind: type[T], name: str) -> T:
        given = {key: tuple(value) if isinstance(value, list) else value for key, value in values.get(name, {}).items()}
        try:
            return kind(**given)
        except (TypeError, ValueError) as error:
            raise TrainingError(f"Group [{name}] does not fit: {error}.", "Compare it with training/configs/siran.toml.") from error

    config = Config(group(NetworkSettings, "network"), group(DataSettings, "data"), group(TrainSettings, "train"))
    _ = config.train.seconds
    return config


def load_config(path: Path) -> Config:
    """The configuration in a TOML file. Raises TrainingError where it is missing or wrong."""
    try:
        return config_from_dict(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise TrainingError(f"{path} does not exist.", "Name a file of training/configs.") from error
    except tomllib.TOMLDecodeError as error:
        raise TrainingError(f"{path} is not TOML: {error}.", "Correct the line it names.") from error
