"""`python -m training.average` makes a run of the mean of other runs' weights, and says what it is worth."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from tests.training.test_generator import SMALL, network
from training.average import main
from training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint, save_weights
from training.config import Config
from training.export import averaged_network

ROOT = Path(__file__).resolve().parents[2]
TOML = """
[network]
{network}
[data]
patch = 64
batch = 2
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    values = {name: str(value).lower() if isinstance(value, bool) else repr(value) for name, value in vars(SMALL).items()}
    path = tmp_path / "small.toml"
    path.write_text(TOML.format(network="\n".join(f"{name} = {value}" for name, value in values.items())))
    return path


def area(name: str) -> dict[str, str]:
    return {"name": name, "licence": "free", "attribution": "nobody"}


def write_run(folder: Path, seed: int) -> Path:
    """A run whose averaged weights are those of `network(SMALL, seed)`, and its weights others."""
    averaged, weights = network(SMALL, seed=seed).state_dict(), network(SMALL, seed=100 + seed).state_dict()
    folder.mkdir()
    save_checkpoint(
        Checkpoint(1, 2, 3.0, False, {}, Config(network=SMALL).to_dict(), weights, averaged, {}, {}, trained_on=[area("here")]), folder
    )
    return folder


def test_weights_are_not_judged_by_what_they_were_fitted_to(
    config: Path, prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.safetensors"
    save_weights(network(SMALL, seed=2).state_dict(), {}, [area("other")], other)
    words = ["--config", f"{config}", "--data", f"{prepared}", "--weights", f"{other}", "1", "--out", f"{tmp_path / 'mean'}"]
    assert main(words) == 2
    assert "fitted to other, which" in capsys.readouterr().err and not (tmp_path / "mean").exists()


@torch.no_grad()
def test_a_mean_of_runs_is_a_run(config: Path, prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a run's averaged weights, and of a weights file; a negative share goes beyond."""
    one, other = write_run(tmp_path / "one", 1), tmp_path / "other.safetensors"
    save_weights(network(SMALL, seed=2).state_dict(), {}, [area("there"), area("here")], other)
    status = main(
        [
            *("--config", f"{config}", "--data", f"{prepared}", "--out", f"{tmp_path / 'mean'}"),
            *("--weights", f"{one}", "1.25", "--weights", f"{other}", "-0.25"),
        ]
    )
    assert status == 0
    first, second = network(SMALL, seed=1).state_dict(), network(SMALL, seed=2).state_dict()
    made = load_checkpoint(tmp_path / "mean")
    for name, value in averaged_network(made).state_dict().items():
        torch.testing.assert_close(value, 1.25 * first[name] - 0.25 * second[name])
    assert made.config["data"]["patch"] == 64 and made.trained_on == [area("here"), area("there")]
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" ")[-1] for line in lines[:3]] == [f"{one}", f"{other}", "mean"]
    assert all(re.search(r"rmse_ratio_spoiled \d+\.\d{4} ", line) for line in lines[:3])


def test_what_the_mean_of_one_is_worth_is_what_it_is_worth(
    config: Path, prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And without --out nothing is written."""
    one = write_run(tmp_path / "one", 1)
    before = sorted(tmp_path.rglob("*"))
    assert main(["--config", f"{config}", "--data", f"{prepared}", "--weights", f"{one}", "1"]) == 0
    its_own, mean = capsys.readouterr().out.splitlines()
    assert its_own.rsplit(" ", 1)[0] == mean.rsplit(" ", 1)[0]
    assert sorted(tmp_path.rglob("*")) == before


def test_what_makes_no_mean_is_refused_in_a_sentence(
    config: Path, prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a hint, and before anything is written."""
    one = write_run(tmp_path / "one", 1)
    part = tmp_path / "part.safetensors"
    weights = network(SMALL, seed=1).state_dict()
    save_weights({name: value for name, value in weights.items() if not name.startswith("discriminator.")}, {}, [], part)
    for arguments, words in (
        (["--weights", f"{one}", "0.5", "--weights", f"{one}", "0.4"], "add up to 0.9"),
        (["--weights", f"{one}", "half"], "'half' is no number"),
        (["--weights", f"{one}", "nan"], "add up to nan"),
        (["--weights", f"{part}", "1"], "lacks"),
        (["--weights", f"{tmp_path / 'gone'}", "1"], "no weights to begin from"),
        (["--weights", f"{ROOT / 'resources/models/siran-3x.safetensors'}", "1"], "does not fit the configured network"),
    ):
        assert main(["--config", f"{config}", "--data", f"{prepared}", "--out", f"{tmp_path / 'mean'}", *arguments]) == 2
        sentence, hint = capsys.readouterr().err.splitlines()
        assert words in sentence and hint
        assert not (tmp_path / "mean").exists()
    assert main(["--config", f"{config}", "--data", f"{prepared}", "--out", f"{one}", "--weights", f"{one}", "1"]) == 2
    assert "holds a run already" in capsys.readouterr().err
    for out in (config, config / "in" / "it"):
        assert main(["--config", f"{config}", "--data", f"{prepared}", "--out", f"{out}", "--weights", f"{one}", "1"]) == 2
        said = capsys.readouterr()
        assert f"{config} is a file" in said.err and not said.out
