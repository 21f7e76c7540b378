"""Validation: what weights are worth on patches of areas that none of them was fitted to. The patches are the same at each call."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from training.config import Config
from training.data.batches import BatchSource, DataSettings, open_source
from training.game import inside
from training.networks.generator import MARGIN, SuperResolver

BATCHES, PATCHES = 12, 12
"""How many batches of how many patches, at most."""
RATIO = 3
"""What is validated where it is trained."""
SPOILED = "rmse_ratio_spoiled"
"""Of the figures, the one of patches that are not clean."""
CUBIC_IS_RIGHT = 1e-3
"""Pixel sizes: patches on which cubic resampling is off by less say nothing of a network."""


@dataclass(frozen=True)
class Validation:
    """Patches of the validation areas: `clean` as `good` draws them, and `spoiled`, as the training's own are."""

    clean: BatchSource
    spoiled: BatchSource


def open_validation(data: Path, config: Config) -> Validation:
    """Of the areas in a prepared folder. Raises what `open_source` raises."""
    # Validation areas are few and have gaps: lattices that are askew ask for larger squares than most have.
    few = replace(config.data, batch=min(config.data.batch, PATCHES), askew_share=0.0)
    return Validation(*(open_source(data, "validation", kind, config.train.seed + 1) for kind in (good(few), few)))


def good(data: DataSettings) -> DataSettings:
    """What is validated on: ratio 3, or where that is not trained the ratio that most batches have; clean input, a good guide or none."""
    ratio = RATIO if RATIO in data.ratios else max(zip(data.ratio_shares, data.ratios, strict=True))[1]
    clean = replace(data.clean(), ratios=(ratio,), ratio_shares=(1.0,))
    return replace(clean, blurred_guide=0.0, bad_guide=0.0, striped_share=0.0, shift_pixels=0.0)


def validate(network: SuperResolver, patches: Validation, device: torch.device) -> dict[str, float]:
    """`rmse_ratio_guide`, `rmse_ratio_no_guide` and `rmse_ratio_spoiled`; one is missing where no patch is of its kind."""
    return validate_clean(network, patches.clean, device) | validate_spoiled(network, patches.spoiled, device)


@torch.no_grad()
def validate_clean(network: SuperResolver, source: BatchSource, device: torch.device) -> dict[str, float]:
    """RMSE against cubic's over a fixed set of validation patches, without and with a guide."""
    squares = {"guide": [0.0, 0.0], "no_guide": [0.0, 0.0]}
    for step in range(BATCHES):
        batch = source.batch(step).to(device)
        guided = batch.guide_valid.mean(dim=(1, 2, 3)) > 0.5
        result, target = network(*batch.inputs(), MARGIN)[0], inside(batch.target)
        size = batch.pixel_size.reshape(-1, 1, 1, 1)
        ours = ((result - target) / size).square().mean(dim=(1, 2, 3))
        cubic = ((inside(batch.dem) - target) / size).square().mean(dim=(1, 2, 3))
        for name, chosen in (("guide", guided), ("no_guide", ~guided)):
            squares[name][0] += float(ours[chosen].sum())
            squares[name][1] += float(cubic[chosen].sum())
    return {f"rmse_ratio_{name}": math.sqrt(a / b) for name, (a, b) in squares.items() if b}


@torch.no_grad()
def validate_spoiled(network: SuperResolver, source: BatchSource, device: torch.device) -> dict[str, float]:
    """The same on patches as they are trained on, with all that is wrong with DEMs and guides: the geometric mean of RMSE over cubic's, so
    that no patch that is off by metres outweighs a hundred. What gets better there may not be seen on clean ones, and the other way round.
    """
    logs = []
    for step in range(BATCHES):
        batch = source.batch(step).to(device)
        result, target = network(*batch.inputs(), MARGIN)[0], inside(batch.target)
        ours, cubic = (((z - target).square().mean(dim=(1, 2, 3)).sqrt() / batch.pixel_size) for z in (result, inside(batch.dem)))
        chosen = cubic > CUBIC_IS_RIGHT
        logs.append(torch.log((ours[chosen] / cubic[chosen]).clamp_min(torch.finfo(ours.dtype).tiny)).cpu())
    log = torch.cat(logs)
    return {SPOILED: float(log.mean().exp())} if len(log) else {}
