"""The assembled network keeps what must always hold, whatever its weights are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch.nn import functional as F

from training.networks import terrain
from training.networks.generator import SuperResolver
from training.networks.settings import NetworkSettings

SMALL = NetworkSettings(channels=8, blocks=2, rcbs=1, d_channels=4, d_blocks=2, attention_window=5)


def network(settings: NetworkSettings = SMALL, seed: int = 0) -> SuperResolver:
    """With random weights everywhere: as made, a network returns its input."""
    torch.manual_seed(seed)
    made = SuperResolver(settings)
    for weight in made.parameters():
        # The skip has thousands of taps that nearly cancel when it is solved; at random they add up.
        torch.nn.init.normal_(weight, std=0.1 if weight.requires_grad else 0.003)
    return made.eval()


def inputs(height: int = 64, width: int = 80, *, guide: bool = True) -> list[torch.Tensor]:
    gen = torch.Generator().manual_seed(3)
    dem = 20 * torch.randn(2, 1, height, width, generator=gen).cumsum(2).cumsum(3) / height
    valid = torch.full((2, 1, height, width), float(guide))
    return [dem, torch.rand(2, 3, height, width, generator=gen) * valid, valid, torch.tensor([10.0, 30.0]), torch.tensor([0.0, 5.0])]


def test_a_new_network_is_cubic_resampling() -> None:
    given = inputs()
    torch.testing.assert_close(SuperResolver(SMALL)(*given)[0], given[0])


@torch.no_grad()
def test_adding_a_constant_adds_a_constant() -> None:
    net, given = network(), inputs()
    before = net(*given)[0]
    for c in (-400.0, 1000.0, 5000.0):
        after = net(given[0] + c, *given[1:])[0]
        assert float((after - before - c).abs().max()) < 0.01
    assert float((before - given[0]).abs().max()) > 1  # it does do something


@torch.no_grad()
def test_a_level_dem_stays_level_under_any_guide() -> None:
    net, given = network(), inputs()
    level = net(torch.full_like(given[0], 1234.5), *given[1:])[0]
    assert float((level - 1234.5).abs().max()) < 0.01


@pytest.mark.parametrize(("slope", "sharpness", "closed"), [(0.03, 0.0, True), (0.03, 0.3, False), (0.3, 0.0, False)])
def test_a_small_level_square_amid_gentle_ground_of_an_upsampled_dem_is_no_lake(slope: float, sharpness: float, closed: bool) -> None:
    """What rounding leaves of it is as wide as four cells less what cubic resampling bends."""
    for level in (4, 6, 24):
        # The floor of a valley: what has lower ground beside it is no water anyhow.
        dem = 100 + 10 * slope * (torch.arange(64.0) - 31.5).abs().expand(1, 1, 64, 64).clone()
        square = slice(32 - level // 2, 32 + level // 2)
        dem[..., square, square] = 100
        size = torch.tensor([10.0])
        gate = terrain.relief_gate(dem, size, terrain.slopes(dem, size), torch.full((1, 1, 32, 32), sharpness), window=9)
        least, middle = float(gate[..., 20:44, 20:44].min()), float(gate[..., 32, 32])
        assert least > 0.15 if closed and level < 24 else middle == 0


@pytest.mark.parametrize("slope", [0.03, 0.3])
def test_a_level_square_with_lower_ground_beside_it_is_no_water(slope: float) -> None:
    """In a DEM's own pixels too, which are as sharp as that."""
    dem = 100 + 10 * slope * torch.arange(64.0).expand(1, 1, 64, 64).clone()
    dem[..., 30:34, 30:34] = dem[0, 0, 0, 32]
    size = torch.tensor([10.0])
    gate = terrain.relief_gate(dem, size, terrain.slopes(dem, size), torch.full((1, 1, 32, 32), 0.3), window=9)
    assert float(gate[..., 20:44, 20:44].min()) > 0.5


@torch.no_grad()
@pytest.mark.parametrize(
    "settings",
    [
        SMALL,
        NetworkSettings(channels=8, blocks=1, rcbs=2, attention="none"),
        NetworkSettings(channels=8, blocks=1, rcbs=1, d_channels=4, d_blocks=2, attention="discriminator", skip="trained"),
        NetworkSettings(unshuffle=1, channels=4, blocks=1, rcbs=1, d_channels=4, d_blocks=1, attention_window=3),
    ],
)
def test_nothing_beyond_the_halo_matters(settings: NetworkSettings) -> None:
    net = network(settings)
    halo = net.halo
    size = 2 * halo + 8
    given = inputs(size, size)
    changed = [x.clone() for x in given]
    changed[0][..., : size // 2 - 2] += 50 * torch.rand(size // 2 - 2)
    changed[1][..., : size // 2 - 2] = 0.9
    cut = (..., slice(size // 2 - 2 + halo, None))
    assert float((net(*changed)[0][cut] - net(*given)[0][cut]).abs().max()) < 1e-3


@torch.no_grad()
def test_a_guide_that_is_not_valid_does_not_matter() -> None:
    net = network()
    one, other = inputs(guide=False), inputs(guide=False)
    other[1] = torch.rand_like(other[1])
    torch.testing.assert_close(net(*one)[0], net(*other)[0])


def test_global_attention_has_no_halo() -> None:
    assert SuperResolver(NetworkSettings(channels=4, blocks=1, d_channels=4, d_blocks=1, attention_window=0)).halo == 0


@torch.no_grad()
def test_sigma_is_a_second_result_in_metres() -> None:
    """Positive everywhere, proportional to the pixel size, and no business of the elevation."""
    plain, both = network(SMALL), network(replace(SMALL, sigma=True))
    both.load_state_dict(
        both.state_dict() | {name: value for name, value in plain.state_dict().items() if not name.startswith("generator.decoder.")}
    )
    s2 = SMALL.unshuffle**2
    for mine, theirs in (
        (both.generator.decoder.weight, plain.generator.decoder.weight),
        (both.generator.decoder.bias, plain.generator.decoder.bias),
    ):
        mine[:s2] = theirs
    given = inputs()
    elevation, sigma = both(*given)
    torch.testing.assert_close(elevation, plain(*given)[0])
    assert sigma.shape == elevation.shape
    assert float(sigma.min()) > 0
    doubled = [2 * given[0], *given[1:3], 2 * given[3], 2 * given[4]]
    torch.testing.assert_close(both(*doubled)[1], 2 * sigma, rtol=1e-3, atol=0)


def test_an_untrained_sigma_is_a_tenth_of_the_pixel_on_rough_ground_and_less_on_gentle() -> None:
    net, given = SuperResolver(replace(SMALL, sigma=True)), inputs()
    given[4] = torch.zeros(2)
    sigma, gentle = net(*given)[1], net(0.1 * given[0], *given[1:])[1]
    rough = terrain.roughness(terrain.detail(given[0], given[3]))
    assert 0.5 < float(rough[1].mean()) < 20
    # Pixels of 30 m; the roughness of cells of two pixels.
    expected = F.interpolate(F.avg_pool2d(3.0 * rough[1:], 2), scale_factor=2.0)
    torch.testing.assert_close(sigma[1:], expected, rtol=0.01, atol=0)
    assert float(gentle[1:].mean()) < 0.2 * float(sigma[1:].mean())


@torch.no_grad()
def test_sigma_is_no_more_than_what_the_relief_around_allows() -> None:
    """However sure a network is that it knows nothing: an island of one cell in the sea."""
    net, given = SuperResolver(replace(SMALL, sigma=True)).eval(), inputs()
    torch.nn.init.constant_(net.generator.decoder.bias[SMALL.unshuffle**2 :], 20.0)
    dem = torch.zeros_like(given[0])
    dem[:, :, 30:33, 30:33] = 8.0
    with torch.no_grad():
        sigma = net(dem, *given[1:4], torch.zeros(2))[1]
    limits = 0.02 * given[3]
    torch.testing.assert_close(sigma[:, 0, 31, 31], 8 / 12**0.5 + limits)
    torch.testing.assert_close(sigma[:, 0, 0, 0], limits)


def test_an_untrained_sigma_and_the_stated_error_are_added_in_quadrature() -> None:
    net, given = SuperResolver(replace(SMALL, sigma=True)).eval(), inputs()
    own = net(*given[:4], torch.zeros(2))[1]
    for metres in (0.1, 6.0):
        torch.testing.assert_close(net(*given[:4], torch.tensor([0.0, metres]))[1][1], torch.hypot(own[1], torch.tensor(metres)))


@torch.no_grad()
def test_sigma_is_no_less_than_the_stated_error() -> None:
    given = inputs()
    sigma = network(replace(SMALL, sigma=True))(*given[:4], torch.tensor([3.0, 20.0]))[1]
    assert float(sigma[0].min()) >= 3.0
    assert float(sigma[1].min()) >= 20.0


@torch.no_grad()
def test_gentler_ground_is_treated_as_rougher_ground_is() -> None:
    """Without a guide, whose shading knows slopes, half the relief makes half the change, but for the gate and the floor."""
    net, given = network(), inputs(96, 96, guide=False)
    given[4] = torch.zeros(2)
    whole, half = (net(factor * 10 * given[0], *given[1:])[0] - factor * 10 * given[0] for factor in (1.0, 0.5))
    assert float((whole - 2 * half).std()) < 0.05 * float(whole.std())


def test_a_margin_only_leaves_pixels_out_far_from_the_border() -> None:
    net, given = network(), inputs(96, 96)
    whole, cut = net(*given)[0], net(*given, 16)[0]
    assert cut.shape[-2:] == (64, 64)
    reach = net.generator.reach * SMALL.unshuffle
    torch.testing.assert_close(cut[..., reach:-reach, reach:-reach], whole[..., 16 + reach : -16 - reach, 16 + reach : -16 - reach])


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_gradients_are_finite_and_reach_every_weight(precision: torch.dtype) -> None:
    settings = replace(SMALL, sigma=True, skip="trained")
    net, given = network(settings), inputs()
    with torch.autocast("cpu", precision, enabled=precision != torch.float32):
        elevation, sigma = net(*given)
    (elevation.square().mean() + sigma.mean()).backward()
    without = {name for name, weight in net.named_parameters() if weight.grad is None or not weight.grad.any()}
    assert {name for name in without if not name.startswith(("discriminator.decoder", "discriminator.mlp"))} == set()
    assert all(torch.isfinite(weight.grad).all() for weight in net.parameters() if weight.grad is not None)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"attention_window": 4}, "odd"),
        ({"attention": "global"}, "attention must be one of none, discriminator, polarized; it is 'global'"),
        ({"skip": "none"}, "skip must be"),
        ({"unshuffle": 3}, "unshuffle must be"),
    ],
)
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        NetworkSettings(**wrong)
