"""`python -m training.evaluate --ablation` trains and measures five rows that differ in one thing each."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.training.test_generator import SMALL, inputs, network
from tests.training.test_train import GAME, TINY, TINY_TOML
from training.ablation import network_run, rows
from training.evaluate import main


def flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in values.items():
        made |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return made


@pytest.mark.parametrize("config", [GAME, TINY])
def test_each_row_has_one_thing_more(config: Any) -> None:
    made = [flat(asdict(row)) for row in rows(config).values()]
    changes = [{key for key in one if one[key] != other[key]} for one, other in itertools.pairwise(made)]
    assert changes[0] == {"data.no_guide", "data.blurred_guide", "data.bad_guide"}
    assert changes[1:] == [{"network.attention"}, {"network.attention"}, {"objective.transport"}]
    assert [row["network.attention"] for row in made] == ["none", "none", "discriminator", "polarized", "polarized"]
    assert all(row["objective.adversarial"] > 0 for row in made)
    assert [row["objective.transport"] > 0 for row in made] == [False] * 4 + [True]


@torch.no_grad()
def test_a_network_is_run_on_any_size() -> None:
    net, given = network(SMALL), inputs(64, 80)
    run = network_run(net)
    dem, guide, valid = (x[0].numpy() for x in given[:3])
    whole, sigma = run(dem[0], guide, valid[0], 10.0, 0.0)
    assert sigma is None
    torch.testing.assert_close(torch.from_numpy(whole), net(*(x[:1] for x in given))[0][0, 0])
    odd, _ = run(dem[0, :63, :79], guide[:, :63, :79], valid[0, :63, :79], 10.0, 0.0)
    assert odd.shape == (63, 79)


@pytest.mark.slow
def test_five_rows_are_trained_once_and_measured(prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "tiny.toml"
    config.write_text(TINY_TOML.format(steps=2))
    command = [
        "--ablation",
        str(config),
        "--data",
        str(prepared),
        "--out",
        str(tmp_path / "runs"),
        "--json",
        str(tmp_path / "figures.json"),
    ]
    assert main(command) == 0
    first = json.loads((tmp_path / "figures.json").read_text())
    names = ["cubic", "no guide", "guide", "+ spatial attention", "+ PSA", "+ Sinkhorn"]
    assert list(dict.fromkeys(figure["method"] for figure in first["figures"])) == names
    assert len(re.findall(r"row \d of 5: .* 2 steps", capsys.readouterr().err)) == 5
    assert main(command) == 0  # nothing is trained again
    assert json.loads((tmp_path / "figures.json").read_text()) == first
    config.write_text(TINY_TOML.format(steps=3))
    assert main(command) == 2
    assert "another configuration" in capsys.readouterr().err
