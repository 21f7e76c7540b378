"""The paper's ablation: five runs that differ in one thing each, under one budget.

    python -m training.evaluate --ablation training/configs/siran.toml --time 10m

Rows as in the paper's ablation table: no guide; the guide; + the discriminator's spatial attention; + polarized self-attention; + the
Sinkhorn term. All five play the adversarial game. Each is trained for the same time, from the same seed, on the same batches in the same
order, and is then measured without a guide and with good ones. A run that was stopped goes on when the command is given again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from training.checkpoint import CHECKPOINT, load_checkpoint
from training.config import Config, ObjectiveSettings, config_from_dict
from training.errors import TrainingError
from training.evaluation.figures import Floats, Run
from training.networks.generator import SuperResolver
from training.train import train

PAPER = ObjectiveSettings()


def rows(config: Config) -> dict[str, Config]:
    """The five configurations by name, each with one thing more than the one before.

    Where `config` leaves the adversarial or the Sinkhorn term out, they get the paper's weights: without them there is nothing to compare.
    """
    weigh = replace(config.objective, adversarial=config.objective.adversarial or PAPER.adversarial, transport=0.0)
    plain = replace(config, network=replace(config.network, attention="none", shading=False), objective=weigh)
    attention = replace(plain, network=replace(plain.network, attention="discriminator"))
    polarized = replace(plain, network=replace(plain.network, attention="polarized"))
    transport = replace(weigh, transport=config.objective.transport or PAPER.transport)
    return {
        "no guide": replace(plain, data=replace(plain.data, no_guide=1.0, blurred_guide=0.0, bad_guide=0.0)),
        "guide": plain,
        "+ spatial attention": attention,
        "+ PSA": polarized,
        "+ Sinkhorn": replace(polarized, objective=transport),
    }


def train_rows(config: Config, data: Path, out: Path, say: Callable[[str], None]) -> dict[str, SuperResolver]:
    """Trains what is not trained yet, each row in a folder of its own in `out`; returns the averaged networks.

    Raises TrainingError where a folder holds a run of another configuration.
    """
    networks = {}
    for number, (name, row) in enumerate(rows(config).items(), start=1):
        folder = out / f"{number} {name}"
        begun = (folder / CHECKPOINT).exists()
        if begun and config_from_dict(load_checkpoint(folder).config) != row:
            raise TrainingError(f"{folder} holds a run of another configuration.", "Name another folder with --out, or remove it.")
        checkpoint = load_checkpoint(folder) if begun else None
        if checkpoint is None or checkpoint.step < checkpoint.steps or not checkpoint.steps:
            say(f"row {number} of 5: {name}")
            train(row, data, folder, resume=begun)
            checkpoint = load_checkpoint(folder)
        say(f"row {number} of 5: {name}, {checkpoint.step} steps in {checkpoint.elapsed / 60:.1f} min")
        network = SuperResolver(row.network)
        network.load_state_dict(checkpoint.ema)
        networks[name] = network.eval()
    return networks


def network_run(network: SuperResolver) -> Run:
    """Runs whole areas through a network, as `engine_run` does through an exported one."""

    @torch.no_grad()
    def run(dem: Floats, guide: Floats, valid: Floats, pixel_size: float, error: float) -> tuple[Floats, Floats | None]:
        height, width = dem.shape
        s = network.size_multiple
        more = ((0, -height % s), (0, -width % s))
        given = np.pad(dem, more, mode="edge")[None, None], np.pad(guide, ((0, 0), *more))[None], np.pad(valid, more)[None, None]
        made = network(*(torch.from_numpy(value) for value in given), torch.tensor([pixel_size]), torch.tensor([error]))
        elevation, *sigma = (value[0, 0, :height, :width].numpy() for value in made)
        return elevation, sigma[0] if sigma else None

    return run
