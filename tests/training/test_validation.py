"""Validation measures a network against cubic resampling."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.training.test_generator import SMALL
from training.data.areas import load_areas
from training.data.batches import BatchSource, DataSettings
from training.networks.generator import SuperResolver
from training.validation import Validation, good, validate, validate_spoiled


def test_validation_measures_against_cubic(prepared: Path) -> None:
    """A new network is cubic resampling; where that is right there is nothing to be measured against."""
    network, areas = SuperResolver(SMALL), load_areas(prepared, "validation")
    few = DataSettings(patch=64, batch=3, ratios=(3,), ratio_shares=(1.0,), error_share=1.0)
    figures = validate(network, Validation(BatchSource(areas, good(few), 0), BatchSource(areas, few, 0)), torch.device("cpu"))
    assert figures == {name: pytest.approx(1.0) for name in ("rmse_ratio_guide", "rmse_ratio_no_guide", "rmse_ratio_spoiled")}
    same = replace(few.clean(), ratios=(1,))
    assert validate_spoiled(network, BatchSource(areas, same, 0), torch.device("cpu")) == {}
