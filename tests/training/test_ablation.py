"""`python -m training.evaluate --ablation` trains and measures rows that differ in one thing each."""

from __future__ import annotations

import itertools
import json
import math
import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.training.conftest import areas_of, hills
from tests.training.test_generator import SMALL, inputs, network
from tests.training.test_train import GAME, TINY, TINY_TOML
from training.ablation import BORDER, data_rows, network_run, over_seeds, rows
from training.config import load_config
from training.data.areas import Area
from training.evaluate import evaluate, main, simulate
from training.evaluation.figures import Run
from training.evaluation.tiled import tiled


def flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in values.items():
        made |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return made


@pytest.mark.parametrize("config", [GAME, TINY])
def test_each_row_has_one_thing_more(config: Any) -> None:
    named = rows(config)
    made = [flat(asdict(row)) for row in named.values()]
    changes = [{key for key in one if one[key] != other[key]} for one, other in itertools.pairwise(made)]
    assert changes[0] == {"data.no_guide", "data.blurred_guide", "data.bad_guide"}
    assert changes[1:5] == [{"network.shading"}, {"network.attention"}, {"network.attention"}, {"objective.adversarial"}]
    assert [row["network.attention"] for row in made] == ["none"] * 3 + ["discriminator"] + ["polarized"] * 6
    game = made[5]
    for row in made[6:]:
        assert {key for key in row if row[key] != game[key]} <= {"objective.transport", "transport.measure"}
        assert row["objective.transport"] > game["objective.transport"] == 0
    assert [row["transport.measure"] for row in made[6:]] == ["batch", "pixels", "windows", "features"]


def test_each_row_of_data_has_one_thing_more_to_train_on() -> None:
    whole = replace(GAME, data=replace(GAME.data, real_guide=0.4))
    named = data_rows(whole)
    made = [flat(asdict(row)) for row in named.values()]
    changes = [{key for key in one if one[key] != other[key]} for one, other in itertools.pairwise(made)]
    assert changes[:3] == [{"data.real_guide"}, {"data.blurred_guide"}, {"data.bad_guide", "data.shift_pixels"}]
    assert changes[4:] == [{"data.real_coarse"}, {"data.stretch", "data.smooth_share"}]
    assert {"data.error_share", "data.misstated_share"} <= changes[3]
    assert list(named.values())[-1] == whole
    shipped = load_config(Path(__file__).resolve().parents[2] / "training" / "configs" / "siran.toml")
    assert list(data_rows(shipped).values())[-1] == shipped
    first = next(iter(named.values())).data
    assert first == first.clean() and first.no_guide == whole.data.no_guide


def test_a_table_over_seeds_has_their_mean_and_spread() -> None:
    pair = simulate(Area("Ridge", "test", hills(120, 132, seed=6), None, 10.0, 10.0), 3)

    def off(by: float) -> Run:
        return lambda dem, *_given: (pair.target + np.float32(by), None)

    figures = evaluate({"guide, seed 0": off(1.0), "guide, seed 1": off(3.0), "+ PSA": off(2.0)}, [pair], conditions=["no guide"])
    cubic = figures[0].rmse_cubic
    found = {row[0]: row for row in over_seeds(figures)[1]}
    assert found["guide"][1:4] == ["no guide", "2", f"{2 / cubic:.3f} ± {math.sqrt(2) / cubic:.3f}"]
    assert found["+ PSA"][2:4] == ["1", f"{2 / cubic:.3f}"]


@torch.no_grad()
def test_a_network_is_run_on_any_size() -> None:
    net, given = network(SMALL), inputs(64, 80)
    run = network_run(net)
    dem, guide, valid = (x[0].numpy() for x in given[:3])
    whole, sigma = run(dem[0], guide, valid[0], 10.0, 0.0)
    assert sigma is None
    halo, wide = min(net.halo, BORDER), []

    def noted(*values: Any) -> tuple[Any, None]:
        wide.extend(torch.from_numpy(value) for value in values[:3])
        return values[0], None

    tiled(noted, halo, net.size_multiple)(dem[0], guide, valid[0], 10.0, 0.0)
    expected = net(wide[0][None, None], wide[1][None], wide[2][None, None], torch.tensor([10.0]), torch.tensor([0.0]))[0][0, 0]
    torch.testing.assert_close(torch.from_numpy(whole), expected[halo : halo + 64, halo : halo + 80])
    odd, _ = run(dem[0, :63, :79], guide[:, :63, :79], valid[0, :63, :79], 10.0, 0.0)
    assert odd.shape == (63, 79)


@pytest.mark.slow
def test_rows_are_trained_once_from_each_seed_and_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rasters").mkdir()
    prepared = areas_of(tmp_path / "rasters", (96, 108))  # twenty networks are measured there twice
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
        "--markdown",
        str(tmp_path / "figures.md"),
        "--seeds",
        "2",
    ]
    assert main(command) == 0
    first = json.loads((tmp_path / "figures.json").read_text())
    names = ["no guide", "guide", "+ shading", "+ spatial attention", "+ PSA", "+ adversarial"]
    names += [f"+ Sinkhorn, {measure}" for measure in ("batch", "pixels", "windows", "features")]
    runs = [f"{name}, seed {seed}" for seed in (0, 1) for name in names]
    assert list(dict.fromkeys(figure["method"] for figure in first["figures"])) == ["cubic", *runs]
    said = capsys.readouterr()
    assert len(re.findall(r"row \d+ of 10, seed [01]: .* 2 steps", said.err)) == 20
    assert "| guide | rendered guide | 2 |" in said.out and "| guide | rendered guide | 2 |" in (tmp_path / "figures.md").read_text()
    assert main(command) == 0  # nothing is trained again
    assert json.loads((tmp_path / "figures.json").read_text()) == first
    assert main([*command, "--steps", "3"]) == 2
    assert "another configuration" in capsys.readouterr().err
    config.write_text(TINY_TOML.format(steps=3))
    assert main(command) == 2
    assert "another configuration" in capsys.readouterr().err


def test_a_time_that_is_none_is_refused_before_anything_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tiny.toml").write_text(TINY_TOML.format(steps=2))
    command = ["--ablation", str(tmp_path / "tiny.toml"), "--data", str(tmp_path), "--out", str(tmp_path / "runs"), "--time", "4min"]
    assert main(command) == 2
    assert "'4min' is no duration" in capsys.readouterr().err and not (tmp_path / "runs").exists()


def test_rows_belong_to_an_ablation(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rows", "data", "--resampler", "bilinear"]) == 2
    assert "--rows says which rows of an ablation are trained" in capsys.readouterr().err
