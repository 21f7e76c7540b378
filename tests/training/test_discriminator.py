"""D tells one DEM from another, wherever it lies, and its maps are what the paper's equation 1 says."""

from __future__ import annotations

import pytest
import torch

from training.networks import terrain
from training.networks.discriminator import Discriminator
from training.networks.settings import NetworkSettings

SETTINGS = NetworkSettings(d_channels=6, d_blocks=3, d_rcbs=1, attention_window=5)


def detail(n: int = 2, height: int = 48, width: int = 64, seed: int = 0) -> torch.Tensor:
    gen = torch.Generator().manual_seed(seed)
    dem = 10 * torch.randn(n, 1, height, width, generator=gen).cumsum(2).cumsum(3) / height
    return terrain.detail(dem, torch.full((n,), 10.0))


def made(settings: NetworkSettings = SETTINGS) -> Discriminator:
    torch.manual_seed(0)
    return Discriminator(settings)


@pytest.mark.parametrize("unshuffle", [1, 2])
def test_one_logit_for_each_dem_of_any_size(unshuffle: int) -> None:
    net = made(NetworkSettings(unshuffle=unshuffle, d_channels=6, d_blocks=3, attention_window=5))
    for height, width in ((48, 64), (32, 32)):
        logits, maps, features = net(detail(2, height, width))
        assert logits.shape == (2,)
        assert maps.shape == (2, 3, height // unshuffle, width // unshuffle)
        assert features.shape == (2, 6, height // unshuffle, width // unshuffle)


@torch.no_grad()
@pytest.mark.parametrize("window", [0, 5])
def test_maps_are_sums_of_absolute_activations_scaled_to_one(window: int) -> None:
    """Equation 1, block by block; by hand, from the activations."""
    net = made(NetworkSettings(d_channels=6, d_blocks=3, attention_window=window))
    given = detail()
    activations = net.trunk(torch.nn.functional.pixel_unshuffle(given, 2))
    maps = net.attention(given)
    assert torch.equal(maps, net(given).maps)
    for k, activation in enumerate(activations):
        total = activation.abs().sum(dim=1)
        low, high = total.amin(dim=(1, 2), keepdim=True), total.amax(dim=(1, 2), keepdim=True)
        expected = total / (1 + total) if window else (total - low) / (high - low)
        torch.testing.assert_close(maps[:, k], expected)
    assert float(maps.min()) >= 0
    assert float(maps.max()) <= 1


@torch.no_grad()
def test_the_logit_is_the_mlp_of_the_mean_feature() -> None:
    net, given = made(), detail()
    logits, _, features = net(given)
    mean = torch.where(features > 0, features, 0.2 * features).mean(dim=(2, 3))
    first, _, second = net.mlp
    hidden = mean @ first.weight.T + first.bias
    expected = torch.where(hidden > 0, hidden, 0.2 * hidden) @ second.weight.T + second.bias
    torch.testing.assert_close(logits, expected[:, 0])


def test_it_learns_to_tell_rough_from_smooth() -> None:
    net = made()
    rough = detail(8)
    smooth = torch.nn.functional.avg_pool2d(rough, 5, 1, 2)
    adam = torch.optim.Adam(net.parameters(), 3e-3)
    for _ in range(60):
        adam.zero_grad()
        loss = torch.nn.functional.softplus(-net(rough).logits).mean() + torch.nn.functional.softplus(net(smooth).logits).mean()
        loss.backward()  # type: ignore[no-untyped-call]
        adam.step()
    assert float(net(rough).logits.min()) > float(net(smooth).logits.max())
