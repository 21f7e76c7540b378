"""The generator's skip is the best linear filter, and is found without training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from tests.training.test_generator import SMALL
from training.data.areas import load_areas
from training.data.batches import BatchSource, DataSettings
from training.networks.generator import MARGIN, SuperResolver
from training.warm_start import solve_skip

DATA = DataSettings(patch=80, batch=4, ratios=(3,), ratio_shares=(1.0,), bad_guide=0.0, blurred_guide=0.0).clean()


@torch.no_grad()
def test_the_solved_skip_beats_cubic_on_ground_it_was_not_solved_on(prepared: Path) -> None:
    network = SuperResolver(SMALL)
    left = solve_skip(network, BatchSource(load_areas(prepared, "train"), DATA, 0), batches=8)
    assert left < 0.9
    inside = (..., slice(MARGIN, -MARGIN), slice(MARGIN, -MARGIN))
    ours = cubic = 0.0
    for step in range(4):
        batch = BatchSource(load_areas(prepared, "validation"), DATA, 1).batch(step)
        ours += float((network(*batch.inputs(), margin=MARGIN)[0] - batch.target[inside]).square().sum())
        cubic += float((batch.dem[inside] - batch.target[inside]).square().sum())
    assert ours < 0.9 * cubic


@torch.no_grad()
def test_no_other_filter_fits_its_equations_better(prepared: Path) -> None:
    """Its own training cells, a step in any direction away from the solution: worse."""
    network = SuperResolver(SMALL)
    source = BatchSource(load_areas(prepared, "train"), DATA, 0)
    solve_skip(network, source, batches=3)
    batches = [source.batch(step) for step in range(3)]

    def error() -> float:
        total = 0.0
        for batch in batches:
            wrong = network(*batch.inputs(), margin=MARGIN)[0] - batch.target[..., MARGIN:-MARGIN, MARGIN:-MARGIN]
            total += float((wrong / batch.pixel_size.reshape(-1, 1, 1, 1)).square().mean())
        return total

    best, weight = error(), network.generator.skip.weight
    solved = weight.clone()
    for seed in range(3):
        away = torch.randn(weight.shape, generator=torch.Generator().manual_seed(seed))
        weight.copy_(solved + 0.05 * away * solved.std())
        assert error() > best


def test_where_nothing_is_missing_the_skip_adds_nothing(prepared: Path) -> None:
    """At ratio 1 a clean input is the answer."""
    network = SuperResolver(SMALL)
    assert solve_skip(network, BatchSource(load_areas(prepared, "train"), replace(DATA, ratios=(1,)), 0), batches=2) == 1
    assert not network.generator.skip.weight.any()


def test_the_skip_is_not_trained() -> None:
    assert not SuperResolver(SMALL).generator.skip.weight.requires_grad
