"""The two players minimise what the paper says, each its own, and together they can learn eight real patches by heart."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from training.config import Config, ObjectiveSettings, TrainSettings
from training.data.areas import load_areas
from training.data.batches import Batch, BatchSource, DataSettings
from training.game import Game, inside
from training.networks import terrain
from training.networks.generator import MARGIN, SuperResolver
from training.networks.settings import NetworkSettings
from training.objectives.sinkhorn import SinkhornSettings
from training.prepare import prepare
from training.train import make_players, open_fabric, update

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = '[[area]]\nname = "sample"\nsplit = "train"\ndem = "marin_srtm_1arcsec.tif"\n'
CONFIG = Config(
    NetworkSettings(channels=32, blocks=2, rcbs=2, d_channels=8, d_blocks=2, d_rcbs=1, attention_window=9),
    DataSettings(patch=64, batch=8, ratios=(3,), ratio_shares=(1.0,), error_share=0.0, no_guide=0.0, blurred_guide=0.0, bad_guide=0.0),
    ObjectiveSettings(),
    SinkhornSettings(),
    TrainSettings(),
)


@pytest.fixture(scope="module")
def patches(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """Eight patches of the sample: real terrain."""
    folder = tmp_path_factory.mktemp("sample")
    (folder / "areas.toml").write_text(SAMPLE)
    prepare(folder / "areas.toml", ROOT / "resources" / "sample", folder / "data")
    return BatchSource(load_areas(folder / "data", "train"), CONFIG.data, 0).batch(0)


class Players:
    """Networks and optimisers as the trainer makes them, without its files."""

    def __init__(self, config: Config = CONFIG) -> None:
        torch.manual_seed(0)
        self.config = config
        self.network = SuperResolver(config.network)
        self.fabric = open_fabric(config.train.precision, 1)
        self.game, self.optimizer_g, self.optimizer_d = make_players(self.fabric, self.network, config)

    def step(self, batch: Batch, *, playing: bool, seed: int = 0) -> dict[str, float]:
        optimizers = self.optimizer_g, self.optimizer_d
        return update(self.fabric, self.game, self.network, optimizers, batch, self.config, playing, seed)

    def set_rate(self, generator: float, discriminator: float) -> None:
        for optimizer, rate in ((self.optimizer_g, generator), (self.optimizer_d, discriminator)):
            for group in optimizer.param_groups:
                group["lr"] = rate

    @torch.no_grad()
    def rmse_ratio(self, batch: Batch) -> float:
        result, target = self.network(*batch.inputs(), MARGIN)[0], inside(batch.target)
        return float(((result - target).square().mean() / (inside(batch.dem) - target).square().mean()).sqrt())


def test_in_bfloat16_operations_are_rounded_and_heights_are_not(patches: Batch) -> None:
    """1000 m has steps of 4 m in bfloat16: detail would be gone before the network sees it. (An untrained network adds nothing.)"""
    players = Players(replace(CONFIG, train=TrainSettings(precision="bf16")))
    seen: list[torch.dtype] = []
    players.network.generator.trunk.blocks[0].rcbs[0].conv1.register_forward_hook(lambda module, given, made: seen.append(made.dtype))
    high = replace(patches, dem=patches.dem + 1000.0)
    result = players.game("resolve", *high.inputs())[0]
    assert float((result - inside(high.dem)).detach().abs().max()) < 1e-3
    assert seen == [torch.bfloat16]


@pytest.mark.slow
def test_the_gan_learns_eight_real_patches_by_heart(patches: Batch) -> None:
    """All losses of the paper, with its weights: to below a tenth of what cubic resampling gets wrong."""
    players, steps = Players(), 330
    told: dict[str, float] = {}
    for step in range(steps):
        # Both rates fall, as in training: a discriminator at full speed undoes the end, or not, as the machine rounds.
        fall = 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / steps))
        players.set_rate(3e-3 * fall, 1e-3 * fall)
        told = players.step(patches, playing=step > 30, seed=step)
    assert {"l_g_pix", "l_g_str", "l_g_adv", "l_g_ot", "l_d_adv", "l_d_da"} <= told.keys()
    assert players.rmse_ratio(patches) < 0.1


def test_in_the_game_each_player_moves_only_its_own_weights(patches: Batch) -> None:
    players = Players()
    players.step(patches, playing=True)  # a new generator's decoder is zero: what is behind it moves from the second step on
    before = {name: weight.clone() for name, weight in players.network.state_dict().items()}
    players.set_rate(0.0, 1e-3)
    players.step(patches, playing=True)
    after = players.network.state_dict()
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert moved
    assert all(name.startswith("discriminator.") for name in moved)


def test_before_the_game_the_attention_learns_from_the_content(patches: Batch) -> None:
    players = Players()
    for _ in range(2):
        assert {"grad_d", "grad_g"} <= players.step(patches, playing=False).keys()
    fresh = Players().network.state_dict()
    after = players.network.state_dict()
    moved = {name for name in fresh if not torch.equal(fresh[name], after[name])}
    assert "discriminator.trunk.encoder.weight" in moved
    assert "psa.channel_gate.weight" in moved
    assert not any(name.startswith(("discriminator.mlp", "discriminator.decoder")) for name in moved)


@torch.no_grad()
def test_losses_are_the_papers_sums(patches: Batch) -> None:
    """Equations 4 and 10, from logits, maps and the plain losses."""
    game = Game(Players().network, CONFIG)
    result, target = inside(patches.dem) + 0.5, inside(patches.target)
    logits = {
        name: game.network.discriminator(terrain.detail(dem, patches.pixel_size))
        for name, dem in (("real", target), ("fake", result), ("coarse", inside(patches.dem)))
    }
    d = game.discriminator_losses(patches.dem, patches.target, result, patches.pixel_size)
    real, fake = (torch.sigmoid(logits[name].logits) for name in ("real", "fake"))
    torch.testing.assert_close(d["l_d_adv"], -torch.log(real).mean() - torch.log(1 - fake).mean())
    distance = (logits["coarse"].maps - logits["real"].maps).square()
    assert float(d["l_d_da"]) == pytest.approx(0.1 * float(distance.sum(dim=1).mean()), rel=1e-4)
    g = game.generator_losses(patches.dem, patches.target, patches.truthful, patches.pixel_size, True, 0, result)
    torch.testing.assert_close(g["l_g_adv"], -torch.log(fake).mean())
    errors = ((result - target) / patches.pixel_size.reshape(-1, 1, 1, 1)).square()
    torch.testing.assert_close(g["l_g_pix"], 100 * errors.mean())
    assert set(g) == {"l_g_pix", "l_g_str", "l_g_adv", "l_g_ot"}


@torch.no_grad()
@pytest.mark.parametrize("measure", ["batch", "pixels", "windows", "features"])
def test_the_sinkhorn_term_is_there_for_each_measure(patches: Batch, measure: str) -> None:
    transport = SinkhornSettings(measure=measure)
    game = Game(Players().network, replace(CONFIG, transport=transport))
    losses = game.generator_losses(patches.dem, patches.target, patches.truthful, patches.pixel_size, True, 0, inside(patches.dem) + 0.5)
    assert set(losses) == {"l_g_pix", "l_g_str", "l_g_adv", "l_g_ot"}
    assert float(losses["l_g_ot"]) > 0


@pytest.mark.parametrize("weight", ["pixel", "structural", "adversarial", "transport"])
def test_a_weight_of_zero_leaves_a_loss_out(patches: Batch, weight: str) -> None:
    game = Game(Players().network, replace(CONFIG, objective=replace(ObjectiveSettings(), **{weight: 0.0})))
    result = inside(patches.dem).clone().requires_grad_()
    losses = game.generator_losses(patches.dem, patches.target, patches.truthful, patches.pixel_size, True, 0, result)
    assert len(losses) == 3


def test_a_gradient_that_overflows_stops_before_any_weight_moves(patches: Batch) -> None:
    """Infinite, not only not-a-number; of either player."""
    for broken in ("generator.trunk.encoder.weight", "discriminator.trunk.encoder.weight"):
        players = Players()
        players.step(patches, playing=False)
        before = {name: weight.clone() for name, weight in players.network.state_dict().items()}
        weight = dict(players.network.named_parameters())[broken]
        weight.register_hook(lambda gradient: torch.full_like(gradient, torch.inf))
        with pytest.raises(FloatingPointError, match="grad_d" if broken.startswith("discriminator") else "grad_g"):
            players.step(patches, playing=False)
        assert all(torch.equal(before[name], now) for name, now in players.network.state_dict().items())
