"""Attention maps lie in [0, 1]; PSA over a window is PSA over the map where the window holds the map."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.ndimage import convolve

from training.networks.attention import PSA, attention_maps, box_mean


@pytest.mark.parametrize("learning", [True, False])
@pytest.mark.parametrize("window", [1, 3, 9, 15])
def test_box_mean_counts_only_pixels_that_exist(window: int, learning: bool) -> None:
    x = np.random.default_rng(0).normal(size=(12, 17))
    kernel = np.ones((window, window))
    expected = convolve(x, kernel, mode="constant") / convolve(np.ones_like(x), kernel, mode="constant")
    with torch.set_grad_enabled(learning):
        got = box_mean(torch.from_numpy(x)[None, None], window)[0, 0].numpy()
    np.testing.assert_allclose(got, expected, atol=1e-6 if learning else 1e-12)


def test_box_mean_over_the_whole_map() -> None:
    x = torch.randn(2, 3, 5, 7)
    torch.testing.assert_close(box_mean(x, 0)[..., 0, 0], x.mean(dim=(2, 3)))


@pytest.mark.parametrize("window", [0, 5])
def test_maps_are_one_per_block_and_between_0_and_1(window: int) -> None:
    maps = attention_maps([torch.randn(2, 8, 6, 6) * 50, torch.randn(2, 8, 6, 6) / 50], window)
    assert maps.shape == (2, 2, 6, 6)
    assert float(maps.min()) >= 0
    assert float(maps.max()) <= 1


def test_maps_by_hand() -> None:
    activation = torch.tensor([[[[1.0, -3.0]], [[3.0, -5.0]]]])  # (1, 2, 1, 2): sum of |a| is 4 and 8
    torch.testing.assert_close(attention_maps([activation], 3), torch.tensor([[[[4 / 5, 8 / 9]]]]))
    torch.testing.assert_close(attention_maps([activation], 0), torch.tensor([[[[0.0, 1.0]]]]))


def test_psa_over_a_window_that_holds_the_map_is_the_global_one() -> None:
    torch.manual_seed(0)
    local, whole = PSA(4, window=41), PSA(4, window=0)
    whole.load_state_dict(local.state_dict())
    x = torch.randn(2, 4, 20, 20)
    torch.testing.assert_close(local(x), whole(x))


def test_psa_does_not_see_beyond_its_window() -> None:
    torch.manual_seed(0)
    psa = PSA(3, window=7)
    x = torch.randn(1, 3, 30, 30)
    changed = x.clone()
    changed[..., 20:] += 100
    torch.testing.assert_close(psa(changed)[..., : 20 - psa.reach], psa(x)[..., : 20 - psa.reach])
