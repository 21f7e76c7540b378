"""Two processes do what one does with the whole batch."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from training.checkpoint import load_checkpoint

ROOT = Path(__file__).resolve().parents[2]

TOML = """
[network]
channels = 8
blocks = 1
rcbs = 1
d_channels = 4
d_blocks = 1
attention_window = 5
sigma = true
[data]
patch = 64
batch = 4
misstated_share = 0.0
[transport]
measure = "windows"
[train]
skip_batches = 2
learning_rate = 1e-3
ramp_steps = 1
warm_up = 0.5
workers = 0
steps = 6
"""


def run(command: list[str], **environment: str) -> None:
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, env=os.environ | {"OMP_NUM_THREADS": "1", **environment}
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("launcher", ["--devices", "torchrun", "fabric run"])
def test_two_processes_equal_one_with_the_whole_batch(prepared: Path, tmp_path: Path, launcher: str) -> None:
    """Three steps of warm-up and three of the game, gradients averaged over gloo: the same weights to 1e-4.

    All errors are stated truly: sigma's loss is a mean over those patches of each process whose stated error is true (docs/training.md).
    """
    (tmp_path / "tiny.toml").write_text(TOML)
    train = ["-m", "training.train", "--config", str(tmp_path / "tiny.toml"), "--data", str(prepared)]
    one, two = ["--out", str(tmp_path / "one")], ["--out", str(tmp_path / "two")]
    run([sys.executable, *train, *one])
    if launcher == "--devices":
        run([sys.executable, *train, *two, "--devices", "2"])
    elif launcher == "torchrun":
        run([sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port", "29511", *train, *two])
    else:
        options = ["--accelerator", "cpu", "--strategy", "ddp_find_unused_parameters_true", "--devices", "2", "--main-port", "29512"]
        fabric = [str(Path(sys.executable).with_name("fabric")), "run", *options]
        run([*fabric, "training/train.py", *train[2:], *two], PYTHONPATH=str(ROOT))
    first, second = load_checkpoint(tmp_path / "one"), load_checkpoint(tmp_path / "two")
    assert first.step == second.step == 6
    for name, value in first.weights.items():
        torch.testing.assert_close(second.weights[name], value, rtol=0, atol=1e-4, msg=lambda text, name=name: f"{name}: {text}")
    assert float(first.weights["generator.decoder.weight"].abs().max()) > 1e-3  # it began at 0: they did learn
