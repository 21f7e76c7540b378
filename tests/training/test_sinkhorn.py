"""The Sinkhorn term: against POT, against a log-domain loop, and what must hold for each measure."""

from __future__ import annotations

import math
from pathlib import Path
from typing import get_args

import numpy as np
import ot
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from tests.training.conftest import hills
from training.objectives.content import pixel_loss
from training.objectives.sinkhorn import ANNEALING, Measure, SinkhornSettings, divergence, sinkhorn_loss
from training.transport_table import main

MEASURES = get_args(Measure)
CLOUDS = [measure for measure in MEASURES if measure != "batch"]


def clouds(seed: int = 0, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor]:
    """Two batches of two clouds that lie apart: (2, 12, 3) and (2, 15, 3)."""
    gen = torch.Generator().manual_seed(seed)
    x = torch.rand(2, 12, 3, generator=gen, dtype=dtype) * 0.7
    return x.requires_grad_(), torch.rand(2, 15, 3, generator=gen, dtype=dtype) * 0.9 + 0.2


def patches(count: int = 3) -> tuple[Tensor, Tensor, Tensor, tuple[Tensor, Tensor]]:
    """Results, references and pixel sizes of `count` patches of 40 x 40, and features of 20 x 20 that depend on the elevations."""
    target = torch.stack([torch.from_numpy(hills(40, 40, seed=k))[None] for k in range(count)])
    result = torch.stack([torch.from_numpy(hills(40, 40, seed=k + 50))[None] for k in range(count)]) * 0.1 + target * 0.9
    gen = torch.Generator().manual_seed(1)
    kernel = torch.randn(6, 1, 2, 2, generator=gen)
    features = tuple(torch.nn.functional.conv2d(z - z.mean(), kernel, stride=2) for z in (result, target))
    return result, target, torch.full((count,), 10.0), (features[0], features[1])


def loss(measure: str, result: Tensor, target: Tensor, size: Tensor, seed: int = 0, **more: object) -> Tensor:
    chosen = SinkhornSettings(measure=measure)  # type: ignore[arg-type]
    return sinkhorn_loss(result, target, size, chosen, position=torch.Generator().manual_seed(seed), **more)  # type: ignore[arg-type]


# What we compute, twice more ----------------------------------------------------------------------------------------------------------


def pot_transport(x: np.ndarray, y: np.ndarray, epsilon: float, power: float) -> tuple[float, np.ndarray]:
    """POT's W of two clouds at convergence, and the plan."""
    cost = np.linalg.norm(x[:, None] - y[None], axis=2) ** power
    a, b = np.full(len(x), 1 / len(x)), np.full(len(y), 1 / len(y))
    plan = ot.sinkhorn(a, b, cost, epsilon, method="sinkhorn_log", stopThr=1e-11, numItermax=100_000)
    return float((plan * cost).sum() + epsilon * (plan * np.log(plan / np.outer(a, b) + 1e-300)).sum()), plan


def cost_gradient(x: np.ndarray, y: np.ndarray, plan: np.ndarray, power: float) -> np.ndarray:
    """Sum over j of plan_ij times the gradient of |x_i - y_j|^p for x_i."""
    step = x[:, None] - y[None]
    length = np.linalg.norm(step, axis=2, keepdims=True)
    slope = np.divide(power * length**power, length**2, out=np.zeros_like(length), where=length > 0)
    gradient: np.ndarray = (plan[..., None] * slope * step).sum(axis=1)
    return gradient


@pytest.mark.parametrize("power", [1, 1.5, 2])
@pytest.mark.parametrize("epsilon", [0.1, 2.0])
def test_converged_values_and_gradients_are_pots(power: float, epsilon: float) -> None:
    x, y = clouds()
    values = divergence(x, y, epsilon=epsilon, iterations=int(1200 / epsilon), power=power)
    (gradient,) = torch.autograd.grad(values.sum(), x)
    for k in range(2):
        a, b = x[k].detach().numpy(), y[k].numpy()
        between, plan = pot_transport(a, b, epsilon, power)
        itself, own_plan = pot_transport(a, a, epsilon, power)
        assert float(values[k].detach()) == pytest.approx(between - itself / 2 - pot_transport(b, b, epsilon, power)[0] / 2, rel=1e-4)
        # W(mu, mu) / 2 moves with both of its arguments, which gives the gradient for one of them.
        expected = cost_gradient(a, b, plan, power) - cost_gradient(a, a, own_plan, power)
        assert np.linalg.norm(gradient[k].numpy() - expected) < 1e-4 * np.linalg.norm(expected)


def loop(x: Tensor, y: Tensor, epsilon: float, iterations: int, power: float) -> Tensor:
    """S of two clouds (N, D), (M, D) by T symmetric updates in the log domain while epsilon falls, and one that has a gradient."""
    ratio = ANNEALING ** (-1 / (iterations - 2.5))
    row = [ANNEALING * epsilon * ratio**k for k in range(iterations - 2)]

    def costs(a: Tensor, b: Tensor) -> Tensor:
        square = (a[:, None] - b[None]).square().sum(dim=2)
        return torch.where(square > 0, square.clamp_min(1e-300) ** (power / 2), torch.zeros_like(square))

    def update(cost: Tensor, other: Tensor, eps: float) -> Tensor:
        return -eps * (torch.logsumexp((other - cost) / eps, dim=1) - math.log(cost.shape[1]))

    def potentials(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        there, back = costs(a, b.detach()), costs(b, a.detach())
        with torch.no_grad():
            f = update(there, torch.zeros(len(b)), row[0])
            g = update(back, torch.zeros(len(a)), row[0])
            for eps in (row[0], *row, epsilon):
                f, g = (f + update(there, g, eps)) / 2, (g + update(back, f, eps)) / 2
        return update(there, g, epsilon), update(back, f, epsilon)

    f, g = potentials(x, y)
    return f.mean() + g.mean() - potentials(x, x)[0].mean() - potentials(y, y)[0].mean()


@pytest.mark.parametrize("power", [1, 1.5, 2])
@pytest.mark.parametrize("iterations", [3, 4, 10, 60])
def test_t_iterations_are_those_of_a_plain_loop(power: float, iterations: int) -> None:
    x, y = clouds(seed=2)
    values = divergence(x, y, epsilon=0.1, iterations=iterations, power=power)
    (gradient,) = torch.autograd.grad(values.sum(), x)
    ours = torch.stack([loop(x[k], y[k], 0.1, iterations, power) for k in range(2)])
    (expected,) = torch.autograd.grad(ours.sum(), x)
    torch.testing.assert_close(values, ours, rtol=1e-4, atol=0)
    assert float((gradient - expected).norm()) < 1e-4 * float(expected.norm())


# The divergence -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("power", [1, 1.5, 2])
def test_equal_clouds_are_at_distance_zero_with_no_gradient(power: float) -> None:
    x, _ = clouds()
    for cloud in (x, x[:, :1], torch.zeros(1, 5, 2, requires_grad=True)):  # many points, one, the same five times
        value = divergence(cloud, cloud.detach().clone(), epsilon=0.1, iterations=10, power=power)
        (gradient,) = torch.autograd.grad(value.sum(), cloud)
        assert float(value.detach().abs().max()) < 1e-12
        assert float(gradient.abs().max()) < 1e-12


def test_divergence_is_symmetric() -> None:
    x, y = clouds()
    for power in (1.0, 2.0):
        there = divergence(x, y, epsilon=0.1, iterations=10, power=power)
        torch.testing.assert_close(there, divergence(y, x, epsilon=0.1, iterations=10, power=power), rtol=1e-12, atol=0)


@pytest.mark.parametrize("power", [1, 1.5, 2])
def test_two_points_are_as_far_apart_as_the_cost_says(power: float) -> None:
    x, y = torch.tensor([[[0.0, 0.0]]]), torch.tensor([[[3.0, 4.0]]])
    assert float(divergence(x, y, epsilon=0.1, iterations=10, power=power)) == pytest.approx(5.0**power)


@pytest.mark.parametrize("epsilon", [0.01, 1.0, 100.0])
def test_a_moved_cloud_is_as_far_as_it_was_moved(epsilon: float) -> None:
    # For p = 2 a shift by c changes every W(mu, nu) by |c|^2 + 2 <c, difference of the means>, whatever epsilon is.
    x, _ = clouds()
    moved = x + torch.tensor([0.3, 0.0, -0.4])
    assert divergence(moved, x, epsilon=epsilon, iterations=30, power=2).tolist() == pytest.approx([0.25, 0.25], rel=1e-6)


def test_large_epsilon_compares_means_and_small_epsilon_pairs_points() -> None:
    line = torch.arange(4.0, dtype=torch.float64).reshape(1, 4, 1) * 10
    spread = line + torch.tensor([1.0, -1.0, 1.0, -1.0]).reshape(1, 4, 1)
    assert float(divergence(spread, line, epsilon=0.01, iterations=10, power=2)) == pytest.approx(1.0, rel=1e-6)
    assert float(divergence(spread, line, epsilon=1e6, iterations=10, power=2)) == pytest.approx(0.0, abs=1e-3)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    points=st.tuples(st.integers(1, 12), st.integers(1, 12)),
    dimension=st.integers(1, 4),
    scale=st.floats(1e-2, 1e2),
    apart=st.floats(0, 3),
    epsilon=st.floats(1e-3, 1e3),
    power=st.floats(1, 2),
)
def test_divergence_is_not_negative(
    seed: int, points: tuple[int, int], dimension: int, scale: float, apart: float, epsilon: float, power: float
) -> None:
    gen = torch.Generator().manual_seed(seed)
    x, y = (scale * torch.randn(1, n, dimension, generator=gen, dtype=torch.float64) for n in points)
    y = y + scale * apart
    value = float(divergence(x, y, epsilon=epsilon, iterations=10, power=power))
    # S is a difference of costs: float64 leaves 1e-16 of the largest one, for each of some thousand sums.
    assert value >= -1e-12 * (float(torch.cdist(x, y).max()) ** power + epsilon)


def test_gradients_stay_off_where_they_were_off() -> None:
    x, y = clouds()
    with torch.no_grad():
        divergence(x, y, epsilon=0.1, iterations=3, power=2)
        assert not torch.is_grad_enabled()


# The measures -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", MEASURES)
def test_equal_patches_cost_nothing(measure: str) -> None:
    _, target, size, features = patches()
    result = target.clone().requires_grad_()
    seen = features[1].clone().requires_grad_()
    value = loss(measure, result, target, size, features=(seen, features[1]))
    value.backward()  # type: ignore[no-untyped-call]
    moved = seen.grad if measure == "features" else result.grad
    assert moved is not None
    assert float(value.detach().abs()) < 1e-9
    assert float(moved.abs().max()) < 1e-9


@pytest.mark.parametrize("measure", MEASURES)
def test_descent_brings_the_result_nearer(measure: str) -> None:
    result, target, size, features = patches()
    variable = (features[0] if measure == "features" else result).clone().requires_grad_()

    def value(moving: Tensor) -> Tensor:
        seen = moving if measure == "features" else features[0]
        return loss(measure, result if measure == "features" else moving, target, size, features=(seen, features[1]))

    before = value(variable)
    (gradient,) = torch.autograd.grad(before, variable)
    step = 0.1 * float(before.detach()) / float(gradient.square().sum())
    assert float(value(variable - step * gradient).detach()) == pytest.approx(0.9 * float(before.detach()), rel=0.03)


def test_the_batch_measure_is_the_pixel_loss_again() -> None:
    result, target, size, _ = patches(6)
    result.requires_grad_()
    (ours,) = torch.autograd.grad(loss("batch", result, target, size), result)
    (pixel,) = torch.autograd.grad(pixel_loss(result, target, size, power=2), result)
    assert float(torch.cosine_similarity(ours.flatten(), pixel.flatten(), dim=0)) > 0.99999
    # Summed over the pixels of a patch, where the pixel loss takes their mean.
    assert float(loss("batch", result, target, size).detach()) == pytest.approx(
        40 * 40 * float(pixel_loss(result, target, size, power=2).detach()), rel=1e-4
    )


def test_a_patch_that_is_too_high_costs_its_pixels_the_square_and_its_windows_nothing() -> None:
    _, target, size, _ = patches()
    assert float(loss("pixels", target + 5, target, size)) == pytest.approx(0.25, rel=0.02)  # ten iterations do not quite get there
    assert float(loss("windows", target + 5, target, size)) == pytest.approx(0, abs=1e-6)


def test_windows_do_not_ask_where_detail_lies_and_pixels_do() -> None:
    # Stripes of a period of 4 pixels, moved by half of it: every pixel is wrong, and the windows are the same ones in another order.
    stripes = torch.sin(torch.arange(40) * math.pi / 2 + 0.3).expand(1, 1, 40, 40) * 10
    size = torch.tensor([10.0])
    moved = stripes.roll(2, dims=3)
    flat = torch.zeros_like(stripes)
    assert float(loss("windows", moved, stripes, size)) < 0.1 * float(loss("windows", flat, stripes, size))
    assert float(pixel_loss(moved, stripes, size, power=2)) > 2 * float(pixel_loss(flat, stripes, size, power=2))


@pytest.mark.parametrize("measure", MEASURES)
def test_a_constant_added_to_one_place_and_its_reference_changes_nothing(measure: str) -> None:
    result, target, size, features = patches()
    higher = torch.tensor([1000.0, -200.0, 3000.0]).reshape(3, 1, 1, 1)
    value = float(loss(measure, result, target, size, features=features))
    assert float(loss(measure, result + higher, target + higher, size, features=features)) == pytest.approx(value, rel=1e-3)


@pytest.mark.parametrize("measure", CLOUDS)
def test_a_batch_may_be_split(measure: str) -> None:
    result, target, size, features = patches(4)
    whole = float(loss(measure, result, target, size, features=features))
    halves = [
        float(loss(measure, result[k], target[k], size[k], features=(features[0][k], features[1][k]))) for k in (slice(2), slice(2, 4))
    ]
    assert whole == pytest.approx(sum(halves) / 2, rel=1e-6)


@pytest.mark.parametrize("measure", CLOUDS)
def test_the_same_seed_looks_at_the_same_places(measure: str) -> None:
    result, target, size, features = patches()
    values = [float(loss(measure, result, target, size, seed=seed, features=features)) for seed in (3, 3, 4)]
    assert values[0] == values[1] != values[2]


@pytest.mark.parametrize("measure", MEASURES)
def test_bfloat16_around_and_inside(measure: str) -> None:
    result, target, size, features = patches()
    expected = loss(measure, result, target, size, features=features)
    low = target.mean(dim=(1, 2, 3), keepdim=True)
    with torch.autocast("cpu", torch.bfloat16):
        around = loss(measure, result, target, size, features=features)
        inputs = (result - low).bfloat16().requires_grad_(), features[0].bfloat16().requires_grad_()
        inside = loss(measure, inputs[0], (target - low).bfloat16(), size.bfloat16(), features=(inputs[1], features[1].bfloat16()))
    inside.backward()  # type: ignore[no-untyped-call]
    gradient = inputs[measure == "features"].grad
    assert float(around) == float(expected)
    assert inside.dtype == torch.float32
    assert float(inside.detach()) == pytest.approx(float(expected), rel=0.1)
    assert gradient is not None
    assert torch.isfinite(gradient).all()
    assert gradient.abs().max() > 0


# Refusals -----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "nonsense",
    [
        {"measure": "patches"},
        {"epsilon": 0.0},
        {"epsilon": -1.0},
        {"epsilon": float("nan")},
        {"epsilon": float("inf")},
        {"iterations": 2},
        {"iterations": 10.5},
        {"power": 0.5},
        {"power": 3},
    ],
)
def test_settings_refuse_nonsense(nonsense: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(nonsense))):
        SinkhornSettings(**nonsense)  # type: ignore[arg-type]


def test_features_are_asked_for() -> None:
    result, target, size, _ = patches()
    with pytest.raises(ValueError, match="activations"):
        loss("features", result, target, size)


@pytest.mark.parametrize(("measure", "side"), [("pixels", 9), ("windows", 4)])
def test_a_patch_that_is_too_small_is_refused(measure: str, side: int) -> None:
    with pytest.raises(ValueError, match=f"{side} pixels is too small"):
        loss(measure, torch.zeros(1, 1, side, side), torch.zeros(1, 1, side, side), torch.ones(1))


# The table ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_table_has_a_line_for_each_measure_and_epsilon(prepared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(prepared), "--patch", "40", "--batch", "2"]) == 0
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    figures = [line for line in lines if len(line) == 6 and line[0] in MEASURES]
    assert len(figures) == 7 * len(MEASURES)
    assert all(-1 <= float(cell) <= 1 for line in figures for cell in line[3:])
    assert all(float(line[3]) == 1.0 for line in figures if line[0] == "batch" and float(line[1]) <= 0.1)


def test_the_table_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path)]) == 2
    assert "prepare" in capsys.readouterr().err
    assert main(["--data", str(tmp_path), "--iterations", "0"]) == 2
    assert "iterations" in capsys.readouterr().err
    assert main(["--data", str(tmp_path), "--patch", "9"]) == 2
    assert "--patch 9" in capsys.readouterr().err
