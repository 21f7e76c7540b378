"""A run can begin from the weights of another run, or of the model that is shipped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.training.test_generator import SMALL, inputs, network
from training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint, save_weights
from training.config import Config, load_config
from training.errors import TrainingError
from training.export import compare
from training.initial import initialise
from training.networks.generator import SuperResolver

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "resources" / "models" / "siran-3x.onnx"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a run whose averaged weights are those of `network(SMALL)`."""
    weights = network(SMALL).state_dict()
    save_checkpoint(
        Checkpoint(1, 2, 3.0, False, {}, Config(network=SMALL).to_dict(), network(SMALL, seed=1).state_dict(), weights, {}, {}), tmp_path
    )
    return tmp_path


def test_the_shipped_file_gives_back_the_network_that_made_it() -> None:
    """With the shipped configuration the code computes what the shipped file does."""
    net = SuperResolver(load_config(ROOT / "training" / "configs" / "siran.toml").network).eval()
    fresh = initialise(net, SHIPPED)
    # Without attention the discriminator is not part of inference.
    assert all(name.startswith("discriminator.") for name in fresh)
    assert compare(net, SHIPPED) < 1e-4
    assert initialise(net, SHIPPED.with_suffix(".safetensors")) == []
    assert compare(net, SHIPPED) < 1e-4


@torch.no_grad()
def test_a_run_gives_its_averaged_weights(run: Path) -> None:
    for path in (run, run / "last.safetensors"):
        net = SuperResolver(SMALL)
        assert initialise(net, path) == []
        torch.testing.assert_close(net(*inputs())[0], network(SMALL)(*inputs())[0])


@torch.no_grad()
def test_weights_that_were_exported_are_whole(run: Path, tmp_path: Path) -> None:
    net, path = SuperResolver(SMALL), tmp_path / "model.safetensors"
    save_weights(load_checkpoint(run).ema, {}, [], path)
    assert initialise(net, path) == []
    torch.testing.assert_close(net(*inputs())[0], network(SMALL)(*inputs())[0])


@torch.no_grad()
def test_sigma_can_be_added_to_weights_without_it(run: Path) -> None:
    net = SuperResolver(replace(SMALL, sigma=True))
    assert set(initialise(net, run)) == {"generator.decoder.weight", "generator.decoder.bias"}
    elevation, sigma = net(*inputs())
    torch.testing.assert_close(elevation, network(SMALL)(*inputs())[0])
    torch.testing.assert_close(sigma, SuperResolver(replace(SMALL, sigma=True))(*inputs())[1])  # as an untrained one's


@torch.no_grad()
def test_sigma_can_be_left_out_of_weights_that_have_it(tmp_path: Path) -> None:
    whole, path = network(replace(SMALL, sigma=True)), tmp_path / "model.safetensors"
    save_weights(whole.state_dict(), {}, [], path)
    net = SuperResolver(SMALL)
    initialise(net, path)
    torch.testing.assert_close(net(*inputs())[0], whole(*inputs())[0])


@pytest.mark.parametrize("ending", [".onnx", ".safetensors"])
def test_a_longer_network_begins_as_the_shorter_one_and_can_learn(ending: str) -> None:
    settings = load_config(ROOT / "training" / "configs" / "siran.toml").network
    short, long = SuperResolver(settings), SuperResolver(replace(settings, blocks=settings.blocks + 2))
    initialise(short, SHIPPED.with_suffix(ending))
    fresh = {name.rsplit(".", 1)[0] for name in initialise(long, SHIPPED.with_suffix(ending))}
    for number in (settings.blocks - 1, settings.blocks):
        assert {f"generator.trunk.blocks.{number}.rcbs.0.conv1", f"generator.told.{number}"} <= fresh
    assert f"generator.trunk.blocks.{settings.blocks + 1}.rcbs.0.conv1" not in fresh
    results = short(*inputs()), long(*inputs())
    torch.testing.assert_close(*results)
    results[1][0].square().mean().backward()
    new = long.generator.trunk.blocks[settings.blocks]
    assert new.fuse[-1].weight.grad.abs().max() > 0  # type: ignore[union-attr, index]


def test_weights_that_do_not_fit_are_refused(run: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"does not fit the configured network: generator\.trunk\.encoder\.weight"):
        initialise(SuperResolver(replace(SMALL, channels=16)), run)
    with pytest.raises(TrainingError, match=r"does not fit the configured network, which has no generator\."):
        initialise(SuperResolver(replace(SMALL, blocks=1)), run)
    (tmp_path / "text.onnx").write_text("no model")
    (tmp_path / "text.safetensors").write_text("no model")
    (tmp_path / "foreign.safetensors").write_bytes((run / "last.safetensors").read_bytes())
    for path, words in (
        ("text.onnx", "cannot be read"),
        ("text.safetensors", "cannot be read"),
        ("foreign.safetensors", "no weights file"),
        ("gone.onnx", "no weights to begin from"),
        ("weights.pt", "no weights"),
    ):
        with pytest.raises(TrainingError, match=words) as caught:
            initialise(SuperResolver(SMALL), tmp_path / path)
        assert caught.value.hint
