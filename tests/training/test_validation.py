"""Validation measures a network against cubic resampling."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.training.test_generator import SMALL
from training.data.areas import load_areas
from training.data.batches import BatchSource, DataSettings
from training.game import inside
from training.networks.generator import SuperResolver
from training.validation import BATCHES, Validation, good, validate, validate_spoiled


def test_validation_measures_against_cubic(prepared: Path) -> None:
    """A new network is cubic resampling; where that is right there is nothing to be measured against."""
    network, areas = SuperResolver(SMALL), load_areas(prepared, "validation")
    few = DataSettings(patch=64, batch=3, ratios=(3,), ratio_shares=(1.0,), error_share=1.0)
    figures = validate(network, Validation(BatchSource(areas, good(few), 0), BatchSource(areas, few, 0)), torch.device("cpu"))
    assert figures == {name: pytest.approx(1.0) for name in ("rmse_ratio_guide", "rmse_ratio_no_guide", "rmse_ratio_spoiled")}
    same = replace(few.clean(), ratios=(1,))
    assert validate_spoiled(network, BatchSource(areas, same, 0), torch.device("cpu")) == {}


def test_what_is_validated_is_a_ratio_that_is_trained() -> None:
    for ratios, shares, expected in (((1, 2, 3), (0.5, 0.4, 0.1), 3), ((2, 4, 6), (0.3, 0.5, 0.2), 4), ((2,), (1.0,), 2)):
        kind = good(DataSettings(ratios=ratios, ratio_shares=shares))
        assert (kind.ratios, kind.ratio_shares) == ((expected,), (1.0,))


def test_a_good_guide_is_sharp_in_its_place_and_without_stripes() -> None:
    kind = good(DataSettings(blurred_guide=0.2, bad_guide=0.2, striped_share=0.2, shift_pixels=0.3, no_guide=0.4))
    assert (kind.blurred_guide, kind.bad_guide, kind.striped_share, kind.shift_pixels, kind.no_guide) == (0, 0, 0, 0, 0.4)


def test_a_network_is_better_than_cubic_by_what_it_takes_off_its_error(prepared: Path) -> None:
    """Half of it with a guide, a fifth without."""
    areas = load_areas(prepared, "validation")
    few = DataSettings(patch=64, batch=3, ratios=(3,), ratio_shares=(1.0,), error_share=1.0, no_guide=0.5)
    patches = Validation(BatchSource(areas, good(few), 0), BatchSource(areas, few, 0))
    batches = [source.batch(step) for source in (patches.clean, patches.spoiled) for step in range(BATCHES)]
    truth = {batch.dem.numpy().tobytes(): batch.target for batch in batches}

    class Knowing(SuperResolver):
        def forward(self, dem: Tensor, guide: Tensor, guide_valid: Tensor, *more: Any) -> tuple[Tensor, ...]:
            better = torch.where(guide_valid.mean(dim=(1, 2, 3), keepdim=True) > 0.5, 0.5, 0.2)
            return (inside(dem + better * (truth[dem.numpy().tobytes()] - dem)),)

    figures = validate(Knowing(SMALL), patches, torch.device("cpu"))
    assert figures["rmse_ratio_guide"] == pytest.approx(0.5) and figures["rmse_ratio_no_guide"] == pytest.approx(0.8)
    assert 0.5 < figures["rmse_ratio_spoiled"] < 0.8
