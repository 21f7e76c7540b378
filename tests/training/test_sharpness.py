"""Sharpness tells an image, or a DEM, of larger pixels from one of the pixels that it is given on."""

from __future__ import annotations

import pytest
import torch

from tests.training.conftest import hills
from training.data.coarse import area_mean, cubic_upsample
from training.data.guides import coarsen, render
from training.networks.sharpness import HELD, MOST_BLURRED, REACH, dem_sharpness, image_energies, image_hints, usable
from training.networks.sharpness import image_sharpness as sharpness_of_energies
from training.networks.terrain import detail

SIZE = torch.tensor([10.0])


def dem(seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(hills(120, 120, seed=seed))[None, None]


def image(seed: int) -> torch.Tensor:
    return render(dem(seed), SIZE, SIZE, torch.Generator().manual_seed(seed))


def image_sharpness(image: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
    return sharpness_of_energies(image_energies(image, valid))


@pytest.mark.parametrize("factor", [2.0, 3.0, 5.0])
@pytest.mark.parametrize("seed", range(4))
def test_a_blurred_image_is_known_everywhere(seed: int, factor: float) -> None:
    sharp = image(seed)
    valid = torch.ones(1, 1, 120, 120)
    one, other = (image_sharpness(x, valid)[..., 10:-10, 10:-10] for x in (sharp, coarsen(sharp, factor)))
    assert float(other[:, 0].max()) < float(one[:, 0].min())


def test_the_more_a_dem_was_upsampled_the_less_sharp_it_is() -> None:
    found = [float(dem_sharpness(detail(cubic_upsample(area_mean(dem(), r), r), SIZE))[:, 0, 12:-12, 12:-12].mean()) for r in (1, 2, 3, 5)]
    assert found == sorted(found, reverse=True)
    assert found[0] - found[2] > 0.1


def test_height_of_relief_and_contrast_do_not_matter() -> None:
    torch.testing.assert_close(dem_sharpness(detail(5 * dem(), SIZE)), dem_sharpness(detail(dem(), SIZE)), atol=1e-3, rtol=0)
    valid = torch.ones(1, 1, 120, 120)
    torch.testing.assert_close(image_sharpness(5 * image(1), valid), image_sharpness(image(1), valid), atol=0.02, rtol=0)


@pytest.mark.parametrize("seed", range(4))
def test_a_network_is_told_how_sharp_an_image_is_and_not_which_it_is(seed: int) -> None:
    """Nothing tells one blurred image from another, nor how coarse its structure is."""
    valid = torch.ones(1, 1, 120, 120)
    sharp, blurred, more = (
        image_hints(image_energies(x, valid)) for x in (image(seed), coarsen(image(seed), 2.5), coarsen(image(seed), 4.0))
    )
    inside = (..., slice(10, -10), slice(10, -10))
    assert torch.equal(blurred[inside], more[inside])
    assert torch.equal(blurred[inside][:, 0], torch.full_like(blurred[inside][:, 0], MOST_BLURRED))
    assert float((sharp - blurred)[:, 0].max()) > 0.03
    assert all(torch.equal(hints[:, 1:], torch.full_like(hints[:, 1:], HELD)) for hints in (sharp, blurred))


def test_level_ground_is_neither_sharp_nor_blurred() -> None:
    assert float(dem_sharpness(detail(torch.full((1, 1, 64, 64), 321.0), SIZE)).abs().max()) < 1e-3


def used(guide: torch.Tensor) -> float:
    """The share of an image's cells that is used."""
    return float(usable(image_energies(guide, torch.ones(1, 1, 120, 120)))[..., 10:-10, 10:-10].mean())


@pytest.mark.parametrize("seed", range(4))
def test_sharp_images_are_used_and_those_that_show_less_than_the_dem_are_not(seed: int) -> None:
    assert used(image(seed)) == 1
    assert used(coarsen(image(seed), 2.0)) == 1
    assert used(coarsen(image(seed), 4.0)) < 0.02
    assert used(coarsen(image(seed), 5.0)) == 0
    assert used(torch.full((1, 3, 120, 120), 0.4)) == 0


@pytest.mark.parametrize("seed", range(4))
def test_the_border_of_a_gap_does_not_make_a_blurred_image_sharp(seed: int) -> None:
    valid = torch.ones(1, 1, 120, 120)
    valid[..., 30:75, 50:] = 0
    energies = image_energies(coarsen(image(seed), 5.0) * valid, valid)
    assert float(usable(energies)[..., 10:-10, 10:-10].max()) == 0
    whole = image_energies(coarsen(image(seed), 5.0), torch.ones_like(valid))
    assert bool((energies[..., 4:-4, 4:-4] <= whole[..., 4:-4, 4:-4] + 1e-7).all())


@pytest.mark.parametrize("seed", range(4))
def test_an_image_is_not_sharper_at_its_border(seed: int) -> None:
    """There is no ground beyond it to take a mean of: what a part of an image shows is at most what all of it shows there."""
    blurred = coarsen(image(seed), 5.0)
    whole = image_energies(blurred, torch.ones(1, 1, 120, 120))[..., 10:-10, 10:-10]
    part = image_energies(blurred[..., 20:-20, 20:-20], torch.ones(1, 1, 80, 80))
    assert bool((part <= whole + 1e-7).all())
    torch.testing.assert_close(part[..., 4:-4, 4:-4], whole[..., 4:-4, 4:-4])


def test_nothing_beyond_its_reach_matters() -> None:
    one = image(2)
    other = one.clone()
    other[..., :40] += 0.5
    valid = torch.ones(1, 1, 120, 120)
    energies = [image_energies(x, valid) for x in (one, other)]
    for found in (sharpness_of_energies, usable):
        before, after = (found(each) for each in energies)
        difference = (before - after).abs()
        assert not difference[..., (40 + REACH + 1) // 2 :].any()
    assert (image_sharpness(one, valid) - image_sharpness(other, valid))[..., :20].any()
