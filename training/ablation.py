"""The ablation: runs that differ in one thing each, under one budget, from several seeds.

    python -m training.evaluate --ablation training/configs/ablation.toml --time 4m --seeds 3 --markdown runs/ablation.md
    python -m training.evaluate --ablation training/configs/ablation.toml --rows data --time 4m --markdown runs/distribution.md

Rows of the network and its objective (`parts`): no guide; the guide; + what is read off its shading; + the discriminator's spatial
attention; + polarized self-attention; + the adversarial game; + the Sinkhorn term, once for each of its measures. The paper's table has
the second and those from the fourth on. They see the same batches in the same order, and are measured without a guide and with good ones.
Rows of what is trained on (`data`): area means and guides rendered as sharp as the target; + real images; + blurred guides; + bad guides;
+ errors of sensors, simulated; + a real coarse DEM with its errors; + ground made steeper, gentler and smoother. They are measured with
bad guides too. All are trained for the same time, from the same seeds. What was stopped goes on when the command is given again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import torch

from backend.engines import Run
from training.checkpoint import CHECKPOINT, load_checkpoint
from training.config import Config, ObjectiveSettings, config_from_dict
from training.errors import TrainingError
from training.evaluation.figures import Figure, Mean, means
from training.evaluation.pairs import Floats
from training.evaluation.tiled import tiled
from training.networks.generator import SuperResolver
from training.objectives.sinkhorn import Measure, SinkhornSettings
from training.train import on_other_data, train

Rows = Literal["parts", "data"]
PAPER = ObjectiveSettings()
SINKHORN = SinkhornSettings()
BORDER = 64
"""Pixels around an area: of what lies farther away these networks make nothing (docs/design.md, a halo that is measured)."""


def rows(config: Config) -> dict[str, Config]:
    """The configurations by name, each with one thing more than the one before; those with the Sinkhorn term all follow the game.

    Where `config` leaves the adversarial or the Sinkhorn term out, they get the paper's weights: without them there is nothing to compare.
    The configured measure comes with its own settings, the others with the paper's.
    """
    content = replace(config.objective, adversarial=0.0, transport=0.0)
    guide = replace(config, network=replace(config.network, attention="none", shading=False), objective=content, transport=SINKHORN)
    shading = replace(guide, network=replace(guide.network, shading=True))
    attention = replace(shading, network=replace(shading.network, attention="discriminator"))
    polarized = replace(attention, network=replace(attention.network, attention="polarized"))
    game = replace(content, adversarial=config.objective.adversarial or PAPER.adversarial)
    transport = replace(game, transport=config.objective.transport or PAPER.transport)
    made = {
        "no guide": replace(guide, data=replace(guide.data, no_guide=1.0, blurred_guide=0.0, bad_guide=0.0)),
        "guide": guide,
        "+ shading": shading,
        "+ spatial attention": attention,
        "+ PSA": polarized,
        "+ adversarial": replace(polarized, objective=game),
    }
    for measure in get_args(Measure):
        settings = config.transport if measure == config.transport.measure else SinkhornSettings(measure)
        made[f"+ Sinkhorn, {measure}"] = replace(polarized, objective=transport, transport=settings)
    return made


def data_rows(config: Config) -> dict[str, Config]:
    """The configurations by name, each with one thing more to train on than the one before; the last one is `config`."""
    whole = config.data
    simplest = replace(whole.clean(), real_guide=0.0, blurred_guide=0.0, bad_guide=0.0, shift_pixels=0.0)
    steps: dict[str, dict[str, Any]] = {
        "area means, sharp guides": {},
        "+ real images": {"real_guide": whole.real_guide},
        "+ blurred guides": {"blurred_guide": whole.blurred_guide},
        "+ bad guides": {"bad_guide": whole.bad_guide, "shift_pixels": whole.shift_pixels},
        "+ simulated errors": {
            name: getattr(whole, name)
            for name in ("spread_share", "canopy_share", "building_share", "error_share", "misstated_share", "askew_share")
        },
        "+ real coarse DEM": {
            "real_coarse": whole.real_coarse,
            "magnified_share": whole.magnified_share,
            "sensed_share": whole.sensed_share,
        },
        "+ other slopes": {name: getattr(whole, name) for name in ("stretch", "smooth_share", "halved_share", "drawn_share")},
    }
    made, data = {}, simplest
    for name, more in steps.items():
        data = replace(data, **more)
        made[name] = replace(config, data=data)
    return made


def train_rows(
    config: Config, data: Path, out: Path, seeds: int, say: Callable[[str], None], kind: Rows = "parts"
) -> dict[str, SuperResolver]:
    """Trains what is not trained yet, each row and seed in a folder of its own in `out`; returns the averaged networks by `run_name`.

    Raises TrainingError where a folder holds a run of another configuration.
    """
    networks = {}
    several = rows(config) if kind == "parts" else data_rows(config)
    # Seed by seed: what is stopped half way has whole tables behind it.
    for seed in range(config.train.seed, config.train.seed + seeds):
        for number, (name, row) in enumerate(several.items(), start=1):
            row = replace(row, train=replace(row.train, seed=seed))
            folder = out / f"{number} {run_name(name, seed, seeds)}"
            checkpoint = load_checkpoint(folder) if (folder / CHECKPOINT).exists() else None
            if checkpoint and config_from_dict(checkpoint.config) != row:
                raise TrainingError(f"{folder} holds a run of another configuration.", "Name another folder with --out, or remove it.")
            if checkpoint and on_other_data(checkpoint, data):
                raise TrainingError(f"{folder} holds a run on other data.", "Name another folder with --out, or remove it.")
            if checkpoint is None or checkpoint.step < checkpoint.steps or not checkpoint.steps:
                say(f"row {number} of {len(several)}, seed {seed}: {name}")
                train(row, data, folder, resume=checkpoint is not None)
                checkpoint = load_checkpoint(folder)
            say(f"row {number} of {len(several)}, seed {seed}: {name}, {checkpoint.step} steps in {checkpoint.elapsed / 60:.1f} min")
            network = SuperResolver(row.network)
            network.load_state_dict(checkpoint.ema)
            networks[run_name(name, seed, seeds)] = network.eval()
    return networks


def run_name(row: str, seed: int, seeds: int) -> str:
    """What a row's run is called: as the row, with its seed where there are several."""
    return f"{row}, seed {seed}" if seeds > 1 else row


def over_seeds(figures: Sequence[Figure]) -> tuple[list[str], list[list[str]]]:
    """Head and rows of a table: mean and standard deviation over the seeds of each row's means over the areas."""
    head = ["row", "condition", "seeds", "RMSE / cubic", "slope RMSE / cubic", "relief, longer half", "shorter half"]
    groups: dict[tuple[str, str], list[Mean]] = {}
    for mean in means(figures):
        groups.setdefault((re.sub(r", seed \d+$", "", mean.method), mean.condition), []).append(mean)
    table = []
    for (name, condition), group in groups.items():
        columns = [[m.ratios["rmse"] for m in group], [m.ratios["slope_rmse"] for m in group], [m.upper for m in group]]
        columns.append([m.lower for m in group])
        table.append([name, condition, str(len(group)), *(_spread(values) for values in columns)])
    return head, table


def _spread(values: list[float]) -> str:
    mean = f"{np.mean(values):.3f}"
    return f"{mean} ± {np.std(values, ddof=1):.3f}" if len(values) > 1 else mean


def network_run(network: SuperResolver) -> Run:
    """Runs whole areas through a network, as `engine_run` does through an exported one."""

    @torch.no_grad()
    def run(dem: Floats, guide: Floats, valid: Floats, pixel_size: float, error: float) -> tuple[Floats, Floats | None]:
        given = dem[None, None], guide[None], valid[None, None]
        made = network(*(torch.from_numpy(value) for value in given), torch.tensor([pixel_size]), torch.tensor([error]))
        elevation, *sigma = (value[0, 0].numpy() for value in made)
        return elevation, sigma[0] if sigma else None

    return tiled(run, min(network.halo, BORDER), network.size_multiple)
