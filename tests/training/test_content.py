"""Pixel, slope, structural and uncertainty losses against hand-computed values and a second implementation."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from tests.training.conftest import hills
from training.objectives.content import (
    LEAST_ERROR,
    SSIM_FLOOR,
    USUAL_ERROR,
    balanced,
    pixel_loss,
    sigma_loss,
    slope_loss,
    ssim,
    structural_loss,
)


def test_pixel_loss_by_hand() -> None:
    target = torch.zeros(2, 1, 2, 2)
    result = torch.full_like(target, 1.0)
    # Off by 1 m: a tenth of a pixel of 10 m, a thirtieth of one of 30 m.
    sizes = torch.tensor([10.0, 30.0])
    assert float(pixel_loss(result, target, sizes, power=1)) == pytest.approx((1 / 10 + 1 / 30) / 2)
    assert float(pixel_loss(result, target, sizes, power=2)) == pytest.approx((1 / 100 + 1 / 900) / 2)


def test_pixel_loss_refuses_a_power_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="not 3"):
        pixel_loss(torch.zeros(1, 1, 2, 2), torch.zeros(1, 1, 2, 2), torch.ones(1), power=3)
    with pytest.raises(ValueError, match="not 3"):
        slope_loss(torch.zeros(1, 1, 2, 2), torch.zeros(1, 1, 2, 2), torch.ones(1), power=3)


def test_slope_loss_by_hand() -> None:
    result = torch.tensor([[[[0.0, 1.0], [0.0, 3.0]]]])  # to the east 1 and 3, to the south 0 and 2
    zero, size = torch.zeros(1, 1, 2, 2), torch.tensor([10.0])
    assert float(slope_loss(result, zero, size, power=1)) == pytest.approx((2 + 1) / 10)
    assert float(slope_loss(result, zero, size, power=2)) == pytest.approx((5 + 2) / 100)


def test_ssim_is_one_on_equals_and_matches_scipy() -> None:
    a, b = hills(40, 44).astype(np.float64), hills(40, 44, seed=1).astype(np.float64)
    span = float(b.max() - b.min())

    def blur(x: np.ndarray) -> np.ndarray:
        return gaussian_filter(x, 1.5, truncate=5 / 1.5)[5:-5, 5:-5]

    c1, c2 = (0.01 * span) ** 2, (0.03 * span) ** 2
    ma, mb = blur(a), blur(b)
    va, vb, cov = blur(a * a) - ma**2, blur(b * b) - mb**2, blur(a * b) - ma * mb
    expected = ((2 * ma * mb + c1) * (2 * cov + c2) / ((ma**2 + mb**2 + c1) * (va + vb + c2))).mean()
    ta, tb = (torch.from_numpy(x)[None, None] for x in (a, b))
    assert float(ssim(ta, tb, torch.tensor([span], dtype=torch.float64))) == pytest.approx(expected, abs=1e-6)
    assert float(ssim(ta, ta, torch.tensor([span], dtype=torch.float64))) == pytest.approx(1.0)


def test_structural_loss_ignores_height_above_the_sea() -> None:
    a, b = (torch.from_numpy(hills(40, 40, seed=s))[None, None] for s in (0, 1))
    size = torch.tensor([10.0])
    assert float(structural_loss(a, b, size)) == pytest.approx(float(structural_loss(a + 3000, b + 3000, size)), abs=1e-3)
    assert float(structural_loss(b, b, size)) == pytest.approx(0, abs=1e-5)


def test_structural_loss_is_finite_where_ssim_is_negative() -> None:
    target = torch.from_numpy(hills(40, 40))[None, None]
    opposite = (target.mean() * 2 - target).requires_grad_()
    loss = structural_loss(opposite, target, torch.tensor([10.0]))
    loss.backward()
    assert float(loss.detach()) <= -math.log(SSIM_FLOOR) + 1e-6
    assert opposite.grad is not None
    assert torch.isfinite(opposite.grad).all()


def test_the_unit_of_a_patch_lies_between_its_pixel_and_its_error() -> None:
    target, size = torch.zeros(3, 1, 4, 4), torch.tensor([10.0, 10.0, 30.0])
    dem = target + torch.tensor([0.4, 3.9, 1.2]).reshape(3, 1, 1, 1)  # 0.04, 0.39 and 0.04 of a pixel
    assert torch.equal(balanced(dem, target, size, 0.0), size)
    torch.testing.assert_close(balanced(dem, target, size, 1.0), size * torch.tensor([0.05, 0.40, 0.05]) / USUAL_ERROR)
    torch.testing.assert_close(balanced(dem, target, size, 0.5), size * (torch.tensor([0.05, 0.40, 0.05]) / USUAL_ERROR).sqrt())
    # A level patch that nothing is wrong with does not weigh without end.
    assert float(balanced(target, target, size, 1.0)[0]) == pytest.approx(10 * LEAST_ERROR / USUAL_ERROR)


def test_sigma_loss_by_hand() -> None:
    target = torch.zeros(1, 1, 4, 4)
    result, sigma = torch.full_like(target, 3.0), torch.full_like(target, 6.0)  # 0.3 and 0.6 of a unit
    loss = float(sigma_loss(result, sigma, target, torch.tensor([10.0]), torch.ones(1)))
    assert loss == pytest.approx((1 - 0.6827) * (0.6 - 0.3) + (1 - 0.9545) * (1.2 - 0.3))


@pytest.mark.parametrize("metres", [0.5, 3.0])
def test_sigma_loss_is_least_at_the_standard_deviation_of_normal_errors(metres: float) -> None:
    errors = metres * torch.randn(1, 1, 400, 400, generator=torch.Generator().manual_seed(0))

    def value(sigma: float) -> float:
        return float(sigma_loss(errors, torch.full_like(errors, sigma), torch.zeros_like(errors), torch.tensor([10.0]), torch.ones(1)))

    assert value(metres) < min(value(0.93 * metres), value(1.07 * metres))


def test_sigma_loss_leaves_out_patches_whose_error_is_misstated() -> None:
    target = torch.zeros(2, 1, 4, 4)
    result, sigma = torch.stack([torch.full((1, 4, 4), 3.0), torch.full((1, 4, 4), 90.0)]), torch.full_like(target, 6.0)
    sizes = torch.tensor([10.0, 10.0])
    alone = sigma_loss(result[:1], sigma[:1], target[:1], sizes[:1], torch.ones(1))
    assert float(sigma_loss(result, sigma, target, sizes, torch.tensor([1.0, 0.0]))) == pytest.approx(float(alone))
    assert float(sigma_loss(result, sigma, target, sizes, torch.zeros(2))) == 0


def test_sigma_loss_leaves_the_elevation_alone() -> None:
    result, sigma = torch.ones(1, 1, 4, 4, requires_grad=True), torch.ones(1, 1, 4, 4, requires_grad=True)
    sigma_loss(result, sigma, torch.zeros(1, 1, 4, 4), torch.tensor([10.0]), torch.ones(1)).backward()  # type: ignore[no-untyped-call]
    assert result.grad is None
    assert sigma.grad is not None
    assert sigma.grad.abs().min() > 0


@pytest.mark.parametrize("expected", [0.0, 1e-30, 1e-6])
def test_an_error_that_was_not_expected_pulls_no_harder_than_others(expected: float) -> None:
    sigma = torch.full((1, 1, 4, 4), expected, requires_grad=True)
    loss = sigma_loss(torch.full((1, 1, 4, 4), 50.0), sigma, torch.zeros(1, 1, 4, 4), torch.tensor([10.0]), torch.ones(1))
    loss.backward()
    assert float(loss.detach()) == pytest.approx(5.0 * (0.6827 + 0.9545))
    assert sigma.grad is not None
    assert float(sigma.grad.abs().sum()) == pytest.approx((0.6827 + 2 * 0.9545) / 10)


@pytest.mark.parametrize("name", ["pixel", "absolute", "slope", "structural", "sigma"])
def test_bfloat16_around_and_inside(name: str) -> None:
    low = 600.0
    a, b = (torch.from_numpy(hills(40, 40, seed=s))[None, None] - low for s in (0, 1))
    losses: dict[str, Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]] = {
        "pixel": partial(pixel_loss, power=2),
        "absolute": partial(pixel_loss, power=1),
        "slope": partial(slope_loss, power=2),
        "structural": lambda x, y, size: structural_loss(0.5 * x + 0.5 * y, y, size),
        "sigma": lambda x, y, size: sigma_loss(torch.zeros_like(y), x.abs() + 10, y, size, torch.ones_like(size)),
    }
    loss, size = losses[name], torch.tensor([10.0])
    expected = loss(a, b, size)
    with torch.autocast("cpu", torch.bfloat16):
        assert float(loss(a, b, size)) == float(expected)
        result = a.bfloat16().requires_grad_()
        value = loss(result, b.bfloat16(), size.bfloat16())
    value.backward()  # type: ignore[no-untyped-call]
    assert value.dtype == torch.float32
    assert float(value.detach()) == pytest.approx(float(expected), rel=0.1)
    assert result.grad is not None
    assert torch.isfinite(result.grad).all()
    assert result.grad.abs().max() > 0
