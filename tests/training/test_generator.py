"""The assembled network keeps what must always hold, whatever its weights are."""

from __future__ import annotations

import pytest
import torch

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
    torch.testing.assert_close(SuperResolver(SMALL)(*given), given[0])


@torch.no_grad()
def test_adding_a_constant_adds_a_constant() -> None:
    net, given = network(), inputs()
    before = net(*given)
    for c in (-400.0, 1000.0, 5000.0):
        after = net(given[0] + c, *given[1:])
        assert float((after - before - c).abs().max()) < 0.01
    assert float((before - given[0]).abs().max()) > 1  # it does do something


@torch.no_grad()
def test_a_level_dem_stays_level_under_any_guide() -> None:
    net, given = network(), inputs()
    level = net(torch.full_like(given[0], 1234.5), *given[1:])
    assert float((level - 1234.5).abs().max()) < 0.01


@torch.no_grad()
@pytest.mark.parametrize(
    "settings",
    [
        SMALL,
        NetworkSettings(channels=8, blocks=1, rcbs=2, attention=False),
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
    assert float((net(*changed)[cut] - net(*given)[cut]).abs().max()) < 1e-3


@torch.no_grad()
def test_a_guide_that_is_not_valid_does_not_matter() -> None:
    net = network()
    one, other = inputs(guide=False), inputs(guide=False)
    other[1] = torch.rand_like(other[1])
    torch.testing.assert_close(net(*one), net(*other))


def test_global_attention_has_no_halo() -> None:
    assert SuperResolver(NetworkSettings(channels=4, blocks=1, d_channels=4, d_blocks=1, attention_window=0)).halo == 0


def test_an_even_window_is_refused() -> None:
    with pytest.raises(ValueError, match="odd"):
        NetworkSettings(attention_window=4)
