"""What shading says of slopes: right on a surface that is lit, nothing on an image that does not go with the terrain."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.training.conftest import hills
from training.data.coarse import area_mean, cubic_upsample
from training.networks.shading import REACH, slope_change
from training.networks.terrain import slopes


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
    found = slope_change(coarse, image, torch.ones(1, 1, 192, 192))
    assert correlation(found.sum(dim=1), missing.sum(dim=1)) > 0.95
    # Across the light nothing is seen.
    assert float((found[:, 0] - found[:, 1]).std()) < 0.3 * float(found.sum(dim=1).std())


@pytest.mark.parametrize(("what", "share"), [("constant", 0.01), ("noise", 0.2), ("upside down", 0.65)])
def test_an_image_that_does_not_go_with_the_terrain_says_little(what: str, share: float) -> None:
    """Upside down, hills resemble hills by chance: a window holds only so many of them."""
    coarse, _, image = lit()
    useless = {
        "constant": torch.full_like(image, 0.3),
        "upside down": image.flip(2),
        "noise": 0.3 * torch.randn(image.shape, generator=torch.Generator().manual_seed(0)),
    }[what]
    found = slope_change(coarse, useless, torch.ones(1, 1, 192, 192))
    useful = slope_change(coarse, image, torch.ones(1, 1, 192, 192))
    assert float(found.std()) < share * float(useful.std())
    assert torch.isfinite(found).all()


def test_where_there_is_no_guide_nothing_is_said_and_nothing_leaks() -> None:
    coarse, _, image = lit()
    valid = torch.ones(1, 1, 192, 192)
    valid[..., :100] = 0
    found = slope_change(coarse, image, valid)
    assert float(found[..., :100].abs().max()) == 0
    other = image.clone()
    other[..., :100] = 77
    torch.testing.assert_close(slope_change(coarse, other, valid), found)
    nothing = slope_change(coarse, image, torch.zeros_like(valid))
    assert float(nothing.abs().max()) == 0


def test_it_does_not_see_farther_than_it_says() -> None:
    coarse, _, image = lit()
    changed = image.clone()
    changed[..., :80] = -changed[..., :80]
    valid = torch.ones(1, 1, 192, 192)
    cut = (..., slice(80 + REACH, None))
    torch.testing.assert_close(slope_change(coarse, changed, valid)[cut], slope_change(coarse, image, valid)[cut])
