"""`python -m training.train` learns, stops where it should, and goes on as if it had never stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from training.checkpoint import load_checkpoint
from training.config import Config, TrainSettings, config_from_dict, load_config, seconds
from training.data.batches import DataSettings
from training.errors import TrainingError
from training.networks.settings import NetworkSettings
from training.train import main, train

TINY = Config(
    NetworkSettings(channels=8, blocks=1, rcbs=1, d_channels=4, d_blocks=1, attention_window=5),
    DataSettings(patch=64, batch=2),
    TrainSettings(steps=6, warm_up_steps=2, skip_batches=2),
)
ROOT = Path(__file__).resolve().parents[2]

TINY_TOML = """
[network]
channels = 8
blocks = 1
rcbs = 1
d_channels = 4
d_blocks = 1
attention_window = 5
[data]
patch = 64
batch = 2
[train]
skip_batches = 2
steps = {steps}
checkpoint_seconds = 0.2
"""


def test_it_learns(prepared: Path, tmp_path: Path) -> None:
    """Better than cubic resampling on hills that it never saw, after a minute's worth of small steps."""
    config = replace(
        TINY,
        data=DataSettings(patch=80, batch=4, ratios=(3,), ratio_shares=(1.0,), error_share=0.0, bad_guide=0.0),
        train=TrainSettings(steps=60, learning_rate=2e-3, warm_up_steps=10, ema=0.9, skip_batches=8),
    )
    train(config, prepared, tmp_path / "run", resume=False)
    last = json.loads((tmp_path / "run" / "metrics.jsonl").read_text().splitlines()[-1])
    assert last["rmse_ratio_no_guide"] < 0.95


def test_resuming_is_bit_identical_to_never_stopping(prepared: Path, tmp_path: Path) -> None:
    train(TINY, prepared, tmp_path / "whole", resume=False)
    half = replace(TINY, train=replace(TINY.train, stop_after=3))
    train(half, prepared, tmp_path / "parts", resume=False)
    assert load_checkpoint(tmp_path / "parts").step == 3
    train(TINY, prepared, tmp_path / "parts", resume=True)
    whole, parts = load_checkpoint(tmp_path / "whole"), load_checkpoint(tmp_path / "parts")
    assert whole.step == parts.step == 6
    for name, value in whole.weights.items():
        assert torch.equal(value, parts.weights[name]), name
        assert torch.equal(whole.ema[name], parts.ema[name]), name


@pytest.mark.slow
def test_a_killed_run_goes_on(prepared: Path, tmp_path: Path) -> None:
    config, out = tmp_path / "tiny.toml", tmp_path / "run"
    config.write_text(TINY_TOML.format(steps=100000))
    command = [sys.executable, "-m", "training.train", "--config", str(config), "--data", str(prepared), "--out", str(out)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    for _ in range(600):
        time.sleep(0.1)
        if (out / "last.pt").exists():
            break
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    reached = load_checkpoint(out).step
    assert reached > 0
    config.write_text(TINY_TOML.format(steps=reached + 2))
    assert subprocess.run([*command], cwd=ROOT, capture_output=True).returncode == 2  # a run is not overwritten
    assert subprocess.run([*command, "--resume"], cwd=ROOT, capture_output=True).returncode == 0
    assert load_checkpoint(out).step == reached + 2


def test_a_loss_that_is_not_finite_stops_the_run(prepared: Path, tmp_path: Path) -> None:
    broken = replace(TINY, train=replace(TINY.train, learning_rate=1e30, warm_up_steps=1, clip=1e30))
    with pytest.raises(TrainingError, match="not finite"):
        train(broken, prepared, tmp_path / "run", resume=False)
    assert (tmp_path / "run" / "nan_batch.pt").exists()


def test_the_shipped_configuration_is_read(tmp_path: Path) -> None:
    config = load_config(ROOT / "training" / "configs" / "siran.toml")
    assert config.network.attention_window > 0
    assert config_from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(("text", "expected"), [("45s", 45), ("90m", 5400), ("1.5h", 5400)])
def test_durations(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [("[nets]\n", "Unknown group"), ("[train]\nspeed = 3\n", "speed"), ("[train]\ntime = '3 days'\n", "no duration"), ("x", "not TOML")],
)
def test_bad_configurations_are_refused(tmp_path: Path, text: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    assert main(["--config", str(path), "--data", str(tmp_path), "--out", str(tmp_path / "run")]) == 2
    assert words in capsys.readouterr().err


def test_data_that_was_not_prepared_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tiny.toml"
    path.write_text(TINY_TOML.format(steps=1))
    assert main(["--config", str(path), "--data", str(tmp_path), "--out", str(tmp_path / "run")]) == 2
    assert "training.prepare" in capsys.readouterr().err
