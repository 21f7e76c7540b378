"""Rendered guides show the terrain; what is done to them does what it says."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.training.conftest import hills
from training.data import guides


def render(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    dem = torch.from_numpy(hills(120, 120))[None, None]
    return dem, guides.render(dem, torch.tensor([10.0]), torch.tensor([10.0]), torch.Generator().manual_seed(seed))


def test_a_render_is_a_function_of_its_seed() -> None:
    torch.testing.assert_close(render(1)[1], render(1)[1])
    assert not torch.equal(render(1)[1], render(2)[1])


def test_the_slopes_explain_part_of_a_render() -> None:
    """Lambert: brightness is linear in the slopes for gentle ground. Without relief in it, a guide could tell nothing."""
    shares = []
    for seed in range(6):
        dem, image = render(seed)
        south, east = np.gradient(dem[0, 0].numpy(), 10.0)
        design = np.stack([east.ravel(), south.ravel(), np.ones(east.size)], axis=1)
        nir = image[0, 0].numpy().ravel()
        left = nir - design @ np.linalg.lstsq(design, nir, rcond=None)[0]
        shares.append(1 - left.var() / nir.var())
    assert max(shares) > 0.4
    assert np.mean(shares) > 0.1


def test_scaling_puts_the_percentiles_at_0_and_1() -> None:
    image = render()[1]
    scaled = guides.scale_by_percentiles(image, torch.zeros(1, 2))
    low, high = np.percentile(scaled[0, 1].numpy(), (2, 98))
    assert (low, high) == pytest.approx((0, 1), abs=1e-3)
    wider = guides.scale_by_percentiles(image, torch.tensor([[0.5, 0.5]]))
    assert np.percentile(wider[0, 1].numpy(), 98) == pytest.approx(0.75, abs=1e-3)


def test_a_coarser_guide_has_less_detail_and_the_same_mean() -> None:
    image = render()[1]
    coarse = guides.coarsen(image, 4.0)
    assert coarse.shape == image.shape
    assert float(coarse.diff(dim=3).square().mean()) < 0.5 * float(image.diff(dim=3).square().mean())
    assert float(coarse.mean()) == pytest.approx(float(image.mean()), rel=0.01)
    assert guides.coarsen(image, 1.0) is image


def test_a_shift_goes_right_and_down() -> None:
    image = torch.zeros(1, 1, 20, 20)
    image[0, 0, 8, 9] = 1.0
    moved = guides.shift(image, 2.0, 3.0)
    row, column = np.unravel_index(int(moved[0, 0].argmax()), (20, 20))
    assert (row, column) == (11, 11)


def test_clouds_are_bright() -> None:
    image = torch.zeros(1, 3, 64, 64)
    clouded = guides.cloud(image, torch.Generator().manual_seed(0))
    assert float(clouded.max()) > 0.5


def test_stripes_repeat_across_one_direction_and_leave_brightness_as_it_was() -> None:
    """Of a plain image: the spectrum has its power along one line through the middle, at periods of 3 to 14 pixels; in half of the images
    only part of the ground has them."""
    whole, angles = 0, set()
    for seed in range(24):
        image = guides.striped(torch.ones(1, 3, 168, 168), torch.Generator().manual_seed(seed))
        assert torch.equal(image[:, 0], image[:, 1]) and torch.equal(image[:, 0], image[:, 2])
        off = image[0, 0].numpy() - 1
        assert abs(off.mean()) < 0.12 and 0.015 < np.abs(off).max() < 0.16
        power = np.abs(np.fft.fft2(off * np.hanning(168)[:, None] * np.hanning(168))) ** 2
        down, right = np.meshgrid(np.fft.fftfreq(168), np.fft.fftfreq(168), indexing="ij")
        power[np.hypot(down, right) < 1 / 20] = 0  # of the fields
        y, x = np.unravel_index(power.argmax(), power.shape)
        assert 2.8 < 1 / np.hypot(down[y, x], right[y, x]) < 15
        angles.add(round(float(np.degrees(np.arctan2(down[y, x], right[y, x]))) % 180 / 15) % 12)
        whole += bool((np.abs(off) > 0.2 * np.abs(off).max()).mean() > 0.9)
    assert 6 <= whole <= 18
    assert len(angles) >= 5


def scene(**switched: bool) -> tuple[torch.Tensor, guides.Scene]:
    dem = torch.from_numpy(hills(120, 120))[None, None]
    return dem, guides.scene(dem, torch.tensor([10.0]), torch.tensor([10.0]), torch.Generator().manual_seed(3), **switched)


def test_each_part_of_a_render_can_be_switched_off() -> None:
    everything = scene()[1].image
    assert torch.equal(everything, render(3)[1])
    for name in ("sun", "albedo", "atmosphere", "noise"):
        assert not torch.allclose(scene(**{name: False})[1].image, everything, atol=1e-4), name


def test_without_sun_land_cover_and_noise_nothing_is_seen() -> None:
    image = scene(sun=False, albedo=False, noise=False)[1].image
    assert image.shape == (1, 3, 120, 120)
    assert float(image.std(dim=(2, 3)).max()) < 1e-6


def test_the_sun_alone_shows_slopes_and_shadows_alone() -> None:
    """One colour under a black sky: the bands are the same picture."""
    image = scene(albedo=False, atmosphere=False, noise=False)[1].image[0]
    torch.testing.assert_close(image[0] / image[0].mean(), image[2] / image[2].mean(), atol=1e-4, rtol=1e-4)


def test_the_sky_fills_shadows() -> None:
    dark = scene(albedo=False, atmosphere=False, noise=False)[1].image
    bright = scene(albedo=False, noise=False)[1].image
    assert float((bright / bright.mean()).min()) > float((dark / dark.mean()).min())


def test_forest_and_houses_are_there_when_asked_for() -> None:
    shown = scene(forest=True, built=True)[1]
    for share in (shown.forest, shown.built):
        assert share.shape == (1, 1, 120, 120)
        assert 0 <= float(share.min()) <= float(share.max()) <= 1 + 1e-6
        assert float(share.mean()) > 0.05
    assert float((shown.forest + shown.built).max()) <= 1 + 1e-5


def test_roads_and_parcels_have_long_straight_edges_and_leave_the_rest_alone() -> None:
    """Along a straight edge of a parcel neighbours are alike, across it they are not: most gradients of one patch share few directions."""
    plain, lined = scene(noise=False)[1].image, scene(noise=False, lines=True)[1].image
    assert not torch.allclose(plain, lined, atol=1e-3)
    shares = []
    for seed in range(8):
        factors = guides.man_made(160, torch.Generator().manual_seed(seed))
        assert factors.shape == (1, 3, 160, 160)
        assert 0 < float(factors.min()) <= float(factors.max()) < 10
        grey = torch.log(factors).mean(dim=1)[0]
        down, right = torch.gradient(grey)
        size = torch.hypot(down, right)
        assert float((size < 1e-3).float().mean()) > 0.2, "most of the ground is as it was"
        directions = torch.histc(torch.atan2(down, right)[size > 0.3 * size.max()] % torch.pi, 18, 0, torch.pi)
        shares.append(float(directions.topk(4).values.sum() / directions.sum()))
    assert sum(shares) / len(shares) > 0.6


def test_nothing_comes_out_of_a_gap_where_an_image_is_made_coarser_or_moved() -> None:
    """A gap is no black field: the pixels beside it are as bright as the rest."""
    image = torch.full((1, 3, 60, 80), 0.6)
    image[:, 1, 20:35, 30:50] = torch.nan
    made, valid = guides.filled(image)
    assert valid.shape == (1, 1, 60, 80) and int((valid == 0).sum()) == 15 * 20
    for result in (made, guides.coarsen(made, 3.0), guides.shift(made, 2.5, -1.5)):
        torch.testing.assert_close(result, torch.full_like(image, 0.6), atol=1e-4, rtol=0)
    nowhere, known = guides.filled(torch.full((1, 3, 9, 9), torch.nan))
    assert float(nowhere.abs().max()) == float(known.max()) == 0
