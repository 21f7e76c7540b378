"""A run's configuration: one TOML file, five groups of settings."""

from __future__ import annotations

import difflib
import json
import math
import re
import tomllib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from training.data.batches import DataSettings
from training.errors import TrainingError
from training.networks.generator import MARGIN
from training.networks.settings import NetworkSettings
from training.objectives.content import SSIM_WINDOW
from training.objectives.sinkhorn import SinkhornSettings
from training.text import read_text

T = TypeVar("T")
MOST_SEED = 2**32 - 1
"""What each step draws by is made of it, and must fit in 64 bits."""
Precision = Literal["32", "bf16", "16-mixed"]


@dataclass(frozen=True)
class ObjectiveSettings:
    """What the losses weigh; 0 leaves one out, at no cost. The defaults are the paper's (section 4.2).

    Of the generator: `pixel` and `slope` (errors to the `power`, 2 in the paper, which has no slope), `structural`,
    `adversarial`, `transport` (Sinkhorn), `sigma` (only for a network with that output). Of the discriminator: `domain` adaptation, beside
    the adversarial loss, which weighs 1. `balance`: how far patches whose input is off by more weigh less in pixel and slope
    (objectives/content.py, `balanced`); 0 in the paper, 1 measures them all against their input's error.
    """

    pixel: float = 100.0
    power: int = 2
    slope: float = 0.0
    structural: float = 1.0
    adversarial: float = 1.0
    transport: float = 0.01
    sigma: float = 1.0
    domain: float = 0.1
    balance: float = 0.0

    def __post_init__(self) -> None:
        if negative := [name for name, weight in asdict(self).items() if weight < 0]:
            raise ValueError(f"weights cannot be negative: {', '.join(negative)}")
        if self.balance > 1:
            raise ValueError(f"balance is a share from 0 to 1; it is {self.balance:g}")
        if self.power not in (1, 2):
            raise ValueError(f"power must be 1 or 2; it is {self.power}")
        if not (self.pixel or self.slope or self.structural or self.adversarial or self.transport):
            raise ValueError("pixel, slope, structural, adversarial and transport are all 0: nothing would be learned")


@dataclass(frozen=True)
class TrainSettings:
    """How the weights are found.

    `time`: how long to train ("90m", "45s", "2h"); the schedule is fitted to it. `steps`: fit it to that many steps instead (0: to the
    time). `stop_after`: end earlier, after that many, with a checkpoint to resume from (0: don't). `learning_rate`: Adam's highest, reached
    after `ramp_steps`; it falls along a cosine to `final_rate` of itself (1: it is constant, as the paper's). `warm_up`: share of the
    schedule on the content losses alone, before the adversarial game. `ema`: decay of the averaged weights, which are the ones that count.
    `clip`: largest gradient norm, of each player. `precision`: `32`, `bf16` or `16-mixed` (which needs a GPU). `skip_batches`: how many the
    generator's skip is solved from. `workers`: processes that draw batches beside the training (0: none). `compile`: let torch.compile
    fuse what the networks compute, which takes a minute or two at the start and makes steps on a GPU shorter (on a processor hardly; there
    it needs a C++ compiler).
    `checkpoint_seconds`: at most so long from one checkpoint to the next, and at least so long from one validation to the next.
    """

    time: str = "60m"
    steps: int = 0
    stop_after: int = 0
    learning_rate: float = 1e-4
    ramp_steps: int = 200
    final_rate: float = 0.01
    warm_up: float = 0.1
    ema: float = 0.999
    clip: float = 1.0
    precision: Precision = "32"
    skip_batches: int = 60
    seed: int = 0
    workers: int = 1
    compile: bool = False
    checkpoint_seconds: float = 120.0

    def __post_init__(self) -> None:
        if self.precision not in get_args(Precision):
            raise ValueError(f"precision must be one of {', '.join(get_args(Precision))}; it is {self.precision!r}")
        for name in ("warm_up", "final_rate"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a share from 0 to 1; it is {getattr(self, name)}")
        if not 0 <= self.ema < 1:
            raise ValueError(f"ema is a decay from 0 to less than 1; it is {self.ema}")
        for name in ("learning_rate", "clip", "checkpoint_seconds", "ramp_steps", "skip_batches"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is more than 0; it is {getattr(self, name)}")
        if self.learning_rate > 1:
            raise ValueError(f"learning_rate is at most 1, and mostly far below 0.01; it is {self.learning_rate:g}")
        for name in ("steps", "stop_after", "seed", "workers"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is 0 or more; it is {getattr(self, name)}")
        if self.seed > MOST_SEED:
            raise ValueError(f"seed is at most {MOST_SEED}; it is {self.seed}")

    @property
    def seconds(self) -> float:
        """`time` in seconds."""
        return seconds(self.time)


@dataclass(frozen=True)
class Config:
    """Everything that a run depends on but the data."""

    network: NetworkSettings = field(default_factory=NetworkSettings)
    data: DataSettings = field(default_factory=DataSettings)
    objective: ObjectiveSettings = field(default_factory=ObjectiveSettings)
    transport: SinkhornSettings = field(default_factory=SinkhornSettings)
    train: TrainSettings = field(default_factory=TrainSettings)

    def __post_init__(self) -> None:
        unit, least = math.lcm(self.network.unshuffle, 2), 2 * MARGIN + SSIM_WINDOW
        if self.data.patch % unit or self.data.patch < least:
            raise ValueError(f"[data] patch must be a multiple of {unit}, at least {least}; it is {self.data.patch}")
        weigh = self.objective
        content = weigh.pixel or weigh.slope or weigh.structural or (weigh.sigma and self.network.sigma)
        if self.train.warm_up and not content:
            raise ValueError("[train] warm_up is on the content losses alone, and all of them are 0: it must be 0 as well")
        if self.objective.transport and self.transport.measure == "features" and not self.objective.adversarial:
            raise ValueError('[transport] measure "features" needs the adversarial loss: without it the features mean nothing')

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as `config_from_dict` takes them."""
        return asdict(self)


def seconds(text: str) -> float:
    """Seconds in "90m", "45s", "2h", more than 0. Raises TrainingError for anything else."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", str(text))  # In a TOML file it may be a number.
    if not match or not float(match[1]):  # A schedule cannot be fitted to no time.
        raise TrainingError(f"{text!r} is no duration.", 'Write it as "45s", "90m" or "2h".')
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]]


def _check_types(kind: type[Any], group: str, given: dict[str, Any]) -> None:
    """Raises TrainingError for a setting that does not exist, or whose value is of another type than its default."""
    defaults = {field.name: field.default for field in fields(kind)}
    for name, value in given.items():
        if name not in defaults:
            near = difflib.get_close_matches(name, defaults, 1)
            hint = f"Is {near[0]} meant?" if near else f"Settings are {', '.join(defaults)}."
            raise TrainingError(f"Group [{group}] has no setting {name}.", hint)
        default = defaults[name]
        if isinstance(default, tuple):
            fits = isinstance(value, tuple) and all(_is_like(one, default[0]) for one in value)
            wanted = f"a list of {_LISTED[type(default[0])]}, as in {list(default)}"
        else:
            fits, wanted = _is_like(value, default), f"{_KINDS[type(default)]}, as in {json.dumps(default)}"
        if not fits:
            raise TrainingError(f"[{group}] {name} is {value!r}.", f"It is {wanted}.")


_LISTED = {int: "whole numbers", float: "numbers"}
_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text in quotes"}


def _is_like(value: object, default: object) -> bool:
    """Whether it is of the default's type; a whole number is a number too, and a truth is none."""
    if isinstance(default, float):
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return type(value) is type(default)


def config_from_dict(values: dict[str, Any]) -> Config:
    """A Config of plain values. Raises TrainingError for unknown groups and settings, and where a group is none."""
    if unknown := values.keys() - {field.name for field in fields(Config)}:
        raise TrainingError(
            f"Unknown group of settings: {', '.join(sorted(unknown))}.", "Groups are network, data, objective, transport and train."
        )

    def group(kind: type[T], name: str) -> T:
        table = values.get(name, {})
        if not isinstance(table, dict):
            raise TrainingError(f"{name} is no group of settings.", f"Write it as [{name}], and its settings below.")
        given = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
        _check_types(kind, name, given)
        try:
            return kind(**given)
        except (TypeError, ValueError) as error:
            raise TrainingError(f"Group [{name}] does not fit: {error}.", "Compare it with training/configs/siran.toml.") from error

    groups = (
        group(NetworkSettings, "network"),
        group(DataSettings, "data"),
        group(ObjectiveSettings, "objective"),
        group(SinkhornSettings, "transport"),
        group(TrainSettings, "train"),
    )
    try:
        config = Config(*groups)
    except ValueError as error:
        raise TrainingError(f"{error}.", "Compare it with training/configs/siran.toml.") from error
    _ = config.train.seconds
    return config


def load_config(path: Path) -> Config:
    """The configuration in a TOML file, or in the config.json of a run. Raises TrainingError where it is missing or wrong."""
    text = read_text(path, "Name a file of training/configs.")
    if path.suffix == ".json":
        try:
            values = json.loads(text)
        except ValueError as error:
            raise TrainingError(f"{path} is not JSON: {error}.", "Name the config.json of a run, or a TOML file.") from error
        if not isinstance(values, dict):
            raise TrainingError(f"{path} holds no settings.", "Name the config.json of a run, or a TOML file.")
        return config_from_dict(values)
    try:
        return config_from_dict(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise TrainingError(f"{path} is not TOML: {error}.", "Correct the line it names.") from error
