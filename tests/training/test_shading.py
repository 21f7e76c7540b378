"""What shading says of slopes: right on a surface that is lit, nothing on an image that does not go with the terrain."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.training.conftest import hills
from training.data.coarse import area_mean, cubic_upsample
from training.data.guides import shift
from training.networks.shading import NOISE, REACH, Reading, read_shading, regress
from training.networks.terrain import slopes


def read(slopes: torch.Tensor, image: torch.Tensor, valid: torch.Tensor) -> Reading:
    return read_shading(slopes, image, valid, torch.ones_like(valid))


def lit(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Slopes of a coarse DEM, what they lack, and an image lit from the north-west: (1, 2, H, W) twice, (1, 3, H, W)."""
    fine = torch.from_numpy(hills(192, 192, seed))[None, None]
    size = torch.tensor([10.0])
    truth = slopes(fine, size)
    coarse = slopes(cubic_upsample(area_mean(fine, 3), 3), size)
    sun = (truth[:, :1] + truth[:, 1:]) * torch.tensor([0.5, 1.0, 0.8]).reshape(1, 3, 1, 1)
    return coarse, truth - coarse, sun


def correlation(a: torch.Tensor, b: torch.Tensor) -> float:
    inside = (..., slice(12, -12), slice(12, -12))
    return float(np.corrcoef(a[inside].flatten().numpy(), b[inside].flatten().numpy())[0, 1])


def test_along_the_sun_the_missing_slope_is_found() -> None:
    coarse, missing, image = lit()
    found = read(coarse, image, torch.ones(1, 1, 192, 192)).change
    assert correlation(found.sum(dim=1), missing.sum(dim=1)) > 0.95
    # Across the light nothing is seen.
    assert float((found[:, 0] - found[:, 1]).std()) < 0.3 * float(found.sum(dim=1).std())


@pytest.mark.parametrize(("what", "share"), [("constant", 0.01), ("noise", 0.35), ("upside down", 0.65)])
def test_an_image_that_does_not_go_with_the_terrain_says_little(what: str, share: float) -> None:
    """Upside down, hills resemble hills by chance: a window holds only so many of them."""
    coarse, _, image = lit()
    useless = {
        "constant": torch.full_like(image, 0.3),
        "upside down": image.flip(2),
        "noise": 0.3 * torch.randn(image.shape, generator=torch.Generator().manual_seed(0)),
    }[what]
    found = read(coarse, useless, torch.ones(1, 1, 192, 192)).change
    useful = read(coarse, image, torch.ones(1, 1, 192, 192)).change
    assert float(found.std()) < share * float(useful.std())
    assert torch.isfinite(found).all()


def test_bands_that_are_all_the_same_are_read_as_one() -> None:
    """A panchromatic image in three bands: their covariance is singular but for the noise, and in float32 its determinant
    may come out as 0."""
    coarse, _, image = lit()
    noise = torch.randn(image.shape, generator=torch.Generator().manual_seed(0))
    grey = (image / image.std() + noise).mean(dim=1, keepdim=True).expand(-1, 3, -1, -1)
    given = coarse, grey, torch.ones(1, 1, 192, 192), torch.ones(1, 1, 192, 192)
    single, double = regress(*given), regress(*(part.double() for part in given))
    assert float(double.rest.min()) > 500 * NOISE, "the noise of the bands is to drown in what is left over"
    for name in ("to_p", "to_q", "response"):
        one, other = getattr(single, name), getattr(double, name).float()
        torch.testing.assert_close(
            one, other, rtol=0.02, atol=0.02 * float(other.abs().max()), msg=lambda text, name=name: f"{name}: {text}"
        )


def test_where_there_is_no_guide_nothing_is_said_and_nothing_leaks() -> None:
    coarse, _, image = lit()
    valid = torch.ones(1, 1, 192, 192)
    valid[..., :100] = 0
    found = read(coarse, image, valid).change
    assert float(found[..., :100].abs().max()) == 0
    other = image.clone()
    other[..., :100] = 77
    torch.testing.assert_close(read(coarse, other, valid).change, found)
    nothing = read(coarse, image, torch.zeros_like(valid)).change
    assert float(nothing.abs().max()) == 0


def test_it_does_not_see_farther_than_it_says() -> None:
    coarse, _, image = lit()
    changed = image.clone()
    changed[..., :80] = -changed[..., :80]
    valid = torch.ones(1, 1, 192, 192)
    cut = (..., slice(80 + REACH, None))
    torch.testing.assert_close(read(coarse, changed, valid).change[cut], read(coarse, image, valid).change[cut])


def test_on_steep_slopes_lambert_s_law_is_read_right() -> None:
    """Normals, not slopes: at 45 degrees brightness answers to a change of slope by a third of what it does on the level."""
    fine = 3 * torch.from_numpy(hills(192, 192, 0))[None, None]
    size = torch.tensor([10.0])
    truth = slopes(fine, size)
    assert float(truth.abs().amax()) > 1
    coarse = slopes(cubic_upsample(area_mean(fine, 3), 3), size)
    bright = (1 + 0.5 * truth[:, :1] + 0.5 * truth[:, 1:]) / torch.sqrt(1 + truth.square().sum(dim=1, keepdim=True))
    found = read(coarse, bright * torch.tensor([0.3, 0.6, 0.5]).reshape(1, 3, 1, 1), torch.ones(1, 1, 192, 192)).change
    assert correlation(found.sum(dim=1), (truth - coarse).sum(dim=1)) > 0.75


def test_added_relief_answers_what_the_image_asks_for() -> None:
    """Less what the missing slopes explain of it, nearly nothing is left of the change."""
    coarse, missing, image = lit()
    reading = read(coarse, image, torch.ones(1, 1, 192, 192))
    pp, pq, qq = torch.nn.functional.interpolate(reading.response, scale_factor=2.0).split(1, dim=1)
    assert float(reading.response[:, ::2].amin()) >= 0 and float((pp + qq).amax()) <= 1
    explained = torch.cat([pp * missing[:, :1] + pq * missing[:, 1:], pq * missing[:, :1] + qq * missing[:, 1:]], dim=1)
    inside = (..., slice(12, -12), slice(12, -12))
    assert float((reading.change - explained)[inside].std()) < 0.35 * float(reading.change[inside].std())


@pytest.mark.parametrize(("right", "down"), [(0.0, 0.0), (2.0, 0.0), (0.0, -2.0), (-1.5, 1.5)])
def test_a_misregistered_image_is_seen_to_be_off(right: float, down: float) -> None:
    coarse, _, image = lit()
    found = read(coarse, shift(image, right, down), torch.ones(1, 1, 192, 192)).shift[..., 8:-8, 8:-8]
    # In cells of two pixels. First order: the further off, the less exact, but the side and that it is off are plain.
    middle = 2 * found.flatten(2).median(dim=2).values[0]
    assert middle.tolist() == pytest.approx([right, down], abs=0.3 + 0.7 * max(abs(right), abs(down)))
