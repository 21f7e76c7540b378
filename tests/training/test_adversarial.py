"""The losses of the game, by hand, at the extremes and in bfloat16."""

from __future__ import annotations

import math

import pytest
import torch

from training.objectives.adversarial import discriminator_loss, domain_adaptation_loss, generator_loss


def test_losses_by_hand() -> None:
    real, fake = torch.tensor([math.log(3.0), 0.0]), torch.tensor([math.log(1 / 3), 0.0])  # D says 3/4 and 1/2, then 1/4 and 1/2
    assert float(discriminator_loss(real, fake)) == pytest.approx((-math.log(0.75) - math.log(0.5)) / 2 * 2)
    assert float(generator_loss(fake)) == pytest.approx((-math.log(0.25) - math.log(0.5)) / 2)


def test_a_sure_discriminator_costs_what_its_logits_say_and_still_pulls() -> None:
    real, fake = (torch.tensor([value], requires_grad=True) for value in (-1e4, 1e4))
    wrong = discriminator_loss(real, fake)
    wrong.backward()  # type: ignore[no-untyped-call]
    assert float(wrong.detach()) == pytest.approx(2e4)
    assert (float(real.grad), float(fake.grad)) == (-1.0, 1.0)  # type: ignore[arg-type]
    hopeless = torch.tensor([-1e4], requires_grad=True)
    generator_loss(hopeless).backward()  # type: ignore[no-untyped-call]
    assert float(hopeless.grad) == -1.0  # type: ignore[arg-type]
    assert float(discriminator_loss(torch.tensor([1e4]), torch.tensor([-1e4]))) == 0.0


def test_domain_adaptation_sums_maps_and_averages_places() -> None:
    coarse, fine = torch.zeros(2, 3, 4, 5), torch.zeros(2, 3, 4, 5)
    fine[0, :, 1, 2] = torch.tensor([1.0, 0.5, 0.0])
    assert float(domain_adaptation_loss(coarse, fine)) == pytest.approx(1.25 / (2 * 4 * 5))
    assert float(domain_adaptation_loss(fine, fine)) == 0.0


def test_bfloat16_around_and_inside() -> None:
    gen = torch.Generator().manual_seed(0)
    logits, maps = torch.randn(2, 6, generator=gen) * 5, torch.rand(2, 6, 3, 8, 8, generator=gen)
    for loss, (a, b) in (
        (discriminator_loss, logits),
        (lambda x, y: generator_loss(x - y), logits),
        (domain_adaptation_loss, maps),
    ):
        expected = loss(a, b)
        with torch.autocast("cpu", torch.bfloat16):
            assert float(loss(a, b)) == float(expected)
            x, y = a.bfloat16().requires_grad_(), b.bfloat16().requires_grad_()
            value = loss(x, y)
        value.backward()
        assert value.dtype == torch.float32
        assert float(value.detach()) == pytest.approx(float(expected), rel=0.02)
        for gradient in (x.grad, y.grad):
            assert gradient is not None
            assert gradient.dtype == torch.bfloat16
            assert torch.isfinite(gradient).all()
