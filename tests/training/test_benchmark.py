"""benchmarks/training.py takes the objective apart into configurations that exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.training import BATCH, everything, losses_alone
from training.config import load_config

CONFIGS = Path(__file__).resolve().parents[2] / "training" / "configs"


@pytest.mark.parametrize("name", BATCH)
def test_each_loss_stands_alone(name: str) -> None:
    config = everything(load_config(CONFIGS / f"{name}.toml"), BATCH[name])
    alone = losses_alone(config)
    assert {"pixel", "structural", "adversarial", "transport", "D", "domain adaptation"} <= alone.keys()
    assert alone["pixel"].objective.pixel == 1 and not alone["pixel"].objective.adversarial
    assert alone["D"].objective.domain == 0 and alone["domain adaptation"].objective.domain == 1
