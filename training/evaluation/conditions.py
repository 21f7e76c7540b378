"""A condition is the kind of guide that a model is given: none, a good one, a bad one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import torch

from training.data import guides
from training.evaluation.pairs import Floats, Guide, Pair

SEEDS = (0, 1, 2)
"""Each rendered condition is measured with these three suns and land covers, and averaged."""
COARSER = {f"rendered guide, {factor} x coarser": float(factor) for factor in (3, 4, 5)}
REAL_COARSER = {f"real guide, {factor} x coarser": float(factor) for factor in (3, 4, 5)}
LINES = "rendered guide, roads and parcels"
MISREGISTERED = "rendered guide, misregistered by 2 px"
MISREGISTRATION = 2.0
"""Pixels, in a direction of each seed's own."""

CONDITIONS = (
    "no guide",
    "rendered guide",
    LINES,
    *COARSER,
    MISREGISTERED,
    "constant guide",
    "clouded guide",
    "upside-down guide",
    "real guide",
    *REAL_COARSER,
)
SHARP = ("no guide", "rendered guide", "real guide")
"""What a model is given in practice: the conditions that real coarse DEMs are measured under, and that the page shows."""
SPOILED = (*SHARP, next(iter(COARSER)), next(iter(REAL_COARSER)), MISREGISTERED, "upside-down guide")
"""And what is wrong with it as often."""


def rendered_guide(pair: Pair, seed: int, lines: bool = False) -> Floats:
    """A guide rendered from the reference itself, as sharp as it: (3, S, S), scaled as the backend scales a scene.

    S is the longer side of the area: the renderer works on squares. What lies beyond the area mirrors it. With `lines` there are roads and
    parcels of land on it.
    """
    gen = torch.Generator().manual_seed(seed)
    height, width = pair.target.shape
    side = max(height, width)
    square = np.pad(pair.target, ((0, side - height), (0, side - width)), mode="reflect" if side < 2 * min(height, width) else "edge")
    sizes = torch.tensor([pair.area.dx]), torch.tensor([pair.area.dy])
    image = guides.render(torch.from_numpy(square)[None, None], *sizes, gen, lines=lines)
    return guides.scale_by_percentiles(image, torch.zeros(1, 2))[0].numpy()


def guides_of(pair: Pair, conditions: Sequence[str] = CONDITIONS) -> Iterator[tuple[str, list[Guide]]]:
    """Each of `conditions` with its guides: one of each seed where it is rendered, none where the area has no real one.

    A rendered image has gaps where the reference has: what was made up there is no ground, and no camera ever saw its like.

    Raises KeyError for a condition that CONDITIONS does not have.
    """
    height, width = pair.target.shape
    everywhere: Floats = np.ones((height, width), np.float32)
    seen: Floats = np.isfinite(pair.area.dem[:height, :width]).astype(np.float32)

    @cache
    def rendered(seed: int) -> Floats:
        return rendered_guide(pair, seed)

    def crop(image: torch.Tensor | Floats) -> Floats:
        return np.ascontiguousarray(np.asarray(image)[:, :height, :width], np.float32)

    def of_ground(image: torch.Tensor | Floats, known: Floats = seen) -> Guide:
        return crop(image) * known, known

    for condition in conditions:
        if condition == "no guide":
            none = np.zeros((3, height, width), np.float32)
            yield condition, [(none, np.zeros_like(everywhere))]
        elif condition == "rendered guide":
            yield condition, [of_ground(rendered(seed)) for seed in SEEDS]
        elif condition == LINES:
            yield condition, [of_ground(rendered_guide(pair, seed, lines=True)) for seed in SEEDS]
        elif condition in COARSER:
            blur = COARSER[condition]
            yield condition, [of_ground(guides.coarsen(torch.from_numpy(rendered(seed))[None], blur)[0]) for seed in SEEDS]
        elif condition == MISREGISTERED:
            turns = [2 * math.pi * (seed / len(SEEDS) + 1 / 8) for seed in SEEDS]
            shifts = [(MISREGISTRATION * math.cos(turn), MISREGISTRATION * math.sin(turn)) for turn in turns]
            images = [
                guides.shift(torch.from_numpy(rendered(seed))[None], right, down)[0]
                for seed, (right, down) in zip(SEEDS, shifts, strict=True)
            ]
            yield condition, [of_ground(image) for image in images]
        elif condition == "constant guide":
            yield condition, [(np.full((3, height, width), 0.5, np.float32), everywhere)]
        elif condition == "clouded guide":
            sharp = crop(rendered(SEEDS[0]))
            yield condition, [of_ground(guides.cloud(torch.from_numpy(sharp)[None], torch.Generator().manual_seed(0))[0])]
        elif condition == "upside-down guide":
            yield condition, [of_ground(crop(rendered(SEEDS[0]))[:, ::-1], np.ascontiguousarray(seen[::-1]))]
        elif condition == "real guide" or condition in REAL_COARSER:
            if pair.area.guide is not None:
                image, valid = guides.filled(torch.from_numpy(crop(pair.area.guide))[None])
                if condition in REAL_COARSER:
                    image = guides.coarsen(image, REAL_COARSER[condition])
                yield condition, [of_ground(image[0], valid[0, 0].numpy())]
        else:
            raise KeyError(condition)
