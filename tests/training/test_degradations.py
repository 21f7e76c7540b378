"""Degradations are as large and as smooth as asked, and say how wrong they made a DEM."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.training.conftest import hills
from training.data.areas import Area, load_areas
from training.data.batches import BatchSource, DataSettings
from training.data.coarse import area_mean
from training.data.degradations import buildings, canopy, correlated_error, point_spread, rounded, slope_bias
from training.data.level import level_offset

CLEAN = DataSettings(patch=48, batch=4, ratios=(3,), ratio_shares=(1.0,), no_guide=0.0, bad_guide=0.0, blurred_guide=0.0).clean()


@pytest.fixture
def areas(prepared: Path) -> list[Area]:
    return load_areas(prepared, "train")


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def correlation(field: Tensor, lag: int) -> float:
    """Of pixels `lag` columns or rows apart."""
    pairs = [(field[..., lag:], field[..., :-lag]), (field[..., lag:, :], field[..., :-lag, :])]
    return float(np.mean([torch.corrcoef(torch.stack([a.flatten(), b.flatten()]))[0, 1].item() for a, b in pairs]))


def test_errors_are_as_large_and_as_smooth_as_asked() -> None:
    coarse = torch.from_numpy(hills(60, 60, step=30.0))[None, None].repeat(2, 1, 1, 1)
    error = correlated_error(coarse, torch.tensor([6.0, 2.0]), 1.5, generator())
    assert error.std(dim=(1, 2, 3)).tolist() == pytest.approx([6.0, 2.0], rel=1e-3)
    assert error.mean(dim=(1, 2, 3)).abs().max() < 1e-3
    assert correlation(error[0, 0], 1) > 0.6


def test_errors_can_be_correlated_as_srtms_are() -> None:
    """0.85, 0.6, 0.4 and 0.2 at 30, 60, 120 and 300 m, that is 1, 2, 4 and 10 coarse pixels."""
    flat = torch.zeros(12, 1, 160, 160)
    error = correlated_error(flat, torch.ones(12), 0.9, generator(), long_share=0.46, long_length=5.5)
    found = [float(np.mean([correlation(field[0], lag) for field in error])) for lag in (1, 2, 4, 10)]
    assert found == pytest.approx([0.85, 0.6, 0.4, 0.2], abs=0.06)


def test_errors_grow_with_slope_as_srtms_do() -> None:
    """4.5 m on level ground, 9.5 m on slopes; and a bias of some metres on slopes."""
    plain_and_slope = torch.zeros(1, 1, 120, 120)
    plain_and_slope[..., 60:] = 10.0 * torch.arange(60.0)
    coarse = plain_and_slope.repeat(30, 1, 1, 1)
    error = correlated_error(coarse, torch.full((30,), 7.4), 0.9, generator(), slope_growth=0.55)
    level, steep = error[..., 5:50], error[..., 70:115]
    assert float(steep.std() / level.std()) == pytest.approx(9.5 / 4.5, rel=0.15)
    bias = slope_bias(coarse, 0.25 * 7.4, pixel_size=30.0)
    assert float(bias[..., 5:50].abs().max()) == 0  # level ground lies where it should
    assert 1.0 < float(bias[..., 70:115].mean()) < 5.0
    cliff = 100.0 * torch.arange(40.0).expand(1, 1, 40, 40)
    assert float(slope_bias(cliff, 2.0, pixel_size=30.0).max()) == pytest.approx(6.0)


def test_a_point_spread_keeps_a_plane_and_softens_a_peak() -> None:
    plane = torch.arange(40.0)[None, None, None, :].repeat(1, 1, 40, 1)
    torch.testing.assert_close(point_spread(plane, 1.5)[..., 8:-8], plane[..., 8:-8], atol=1e-3, rtol=0)
    peak = torch.zeros(1, 1, 41, 41)
    peak[..., 20, 20] = 1.0
    spread = point_spread(peak, 2.0)
    # A Gaussian's variance is the square of its width.
    at = torch.arange(41.0) - 20
    assert float((spread[0, 0].sum(dim=0) * at**2).sum()) == pytest.approx(4.0, rel=0.05)


def test_canopy_stands_where_the_forest_is() -> None:
    forest = torch.zeros(1, 1, 64, 64)
    forest[..., 32:] = 1.0
    trees = canopy(forest, 10.0, generator())
    assert float(trees.min()) >= 0
    assert float(trees[..., :32].max()) == 0
    assert float(trees[..., 32:].mean()) == pytest.approx(10.0, rel=0.1)
    assert float(trees.max()) <= 15.0


def test_buildings_have_flat_roofs_and_streets_between() -> None:
    roofs = buildings(torch.ones(1, 1, 62, 62), 12.0, 4, generator())
    assert roofs.shape == (1, 1, 62, 62)
    assert 0 <= float(roofs.min()) <= float(roofs.max()) <= 12.0
    assert 0.25 < float((roofs > 0).float().mean()) < 0.55
    torch.testing.assert_close(roofs[..., 4:8, 8:12], roofs[..., 4:5, 8:9].expand(1, 1, 4, 4))


def test_rounding_leaves_whole_steps() -> None:
    dem = rounded(torch.from_numpy(hills(20, 20)), 2.0)
    torch.testing.assert_close(dem / 2, torch.round(dem / 2))


def test_where_a_coarse_dem_lies_is_told_by_level_ground() -> None:
    plain_and_hill = np.zeros((80, 120), np.float32)
    plain_and_hill[:, 60:] = 6.0 * np.arange(60)
    coarse = plain_and_hill + np.where(np.arange(120) < 60, 2.5, 9.0).astype(np.float32)
    coarse[:30] = np.nan
    assert level_offset(coarse, plain_and_hill, 10.0, 10.0) == pytest.approx(2.5)
    assert level_offset(coarse[:, 60:], plain_and_hill[:, 60:], 10.0, 10.0) == pytest.approx(9.0)
    assert level_offset(coarse[:30], plain_and_hill[:30], 10.0, 10.0) == 0


@pytest.mark.parametrize("share", ["spread_share", "canopy_share", "building_share", "error_share"])
def test_each_degradation_can_be_switched_on_and_off(areas: list[Area], share: str) -> None:
    clean = BatchSource(areas, CLEAN, 0).batch(0)
    wrong = BatchSource(areas, replace(CLEAN, **{share: 1.0}), 0).batch(0)
    torch.testing.assert_close(clean.target, wrong.target)
    changed = (wrong.dem - clean.dem).abs().amax(dim=(1, 2, 3)) > 1e-3
    assert changed.any()
    if share == "spread_share":
        # A lack of detail is no error.
        assert wrong.dem_error.tolist() == [0.0] * 4
    else:
        assert ((wrong.dem_error > 0) == changed).all()
    assert clean.dem_error.tolist() == [0.0] * 4


def test_rounding_is_that_of_the_share_with_an_error(areas: list[Area]) -> None:
    erring = replace(CLEAN, error_share=1.0, ratios=(1,))
    plain, stepped = (BatchSource(areas, replace(erring, rounding_share=share), 0).batch(0) for share in (0.0, 1.0))
    assert all(len(torch.unique(patch)) > 1000 for patch in plain.dem)
    # At ratio 1 the DEM is not resampled: whole steps remain, of 1 m on pixels of 5 to 30 m.
    assert all(len(torch.unique(patch)) < 1000 for patch in stepped.dem)


@pytest.mark.parametrize(
    "settings",
    [
        {"error_share": 1.0, "error_range": (0.3, 0.6)},
        {"error_share": 1.0, "error_range": (0.02, 0.6), "rounding_share": 1.0, "canopy_share": 0.5, "building_share": 0.5},
    ],
)
def test_what_is_stated_follows_from_what_was_added(areas: list[Area], settings: dict[str, float]) -> None:
    """Within a factor of e^0.5, which is how well users know it; and a little for the part of the square that is not in the patch."""
    for step in range(8):
        clean = BatchSource(areas, CLEAN, 0).batch(step)
        wrong = BatchSource(areas, replace(CLEAN, **settings), 0).batch(step)
        added = area_mean(wrong.dem - clean.dem, 3).std(dim=(1, 2, 3))
        for stated, really in zip(wrong.dem_error.tolist(), added.tolist(), strict=True):
            assert really / 1.65 / 2 < stated < really * 1.65 * 2


def test_trees_are_where_the_rendered_guide_shows_them(areas: list[Area]) -> None:
    """Near infrared less red is high over forest; so is the coarse DEM."""
    settings = replace(CLEAN, shift_pixels=0.0, ratios=(1,))
    agreement = []
    for step in range(12):
        clean = BatchSource(areas, settings, 0).batch(step)
        wooded = BatchSource(areas, replace(settings, canopy_share=1.0, real_guide=0.0), 0).batch(step)
        trees = (wooded.dem - clean.dem)[:, 0]
        green = wooded.guide[:, 0] - wooded.guide[:, 1]
        for k in range(4):
            if trees[k].std() > 0.1:
                agreement.append(float(torch.corrcoef(torch.stack([trees[k].flatten(), green[k].flatten()]))[0, 1]))
    assert np.mean(agreement) > 0.3


@pytest.mark.parametrize("turn", [0.0, 30.0, 45.0])
def test_what_goes_with_slopes_lies_on_them_and_is_as_large_whichever_way_they_face(turn: float) -> None:
    y, x = torch.meshgrid(torch.arange(61.0) - 30, torch.arange(61.0) - 30, indexing="ij")
    along = x * math.cos(math.radians(turn)) + y * math.sin(math.radians(turn))
    plane = slope_bias((0.2 * 30 * along)[None, None], 2.0, pixel_size=30.0)
    assert float(plane[..., 20:40, 20:40].mean()) == pytest.approx(2.0, rel=1e-3)
    ridge = slope_bias((200 * torch.exp(-((along / 6) ** 2)))[None, None], 2.0, pixel_size=30.0)[0, 0]
    inner = (x**2 + y**2).sqrt() < 22
    assert float((ridge * along)[inner].sum() / ridge[inner].sum()) == pytest.approx(0, abs=0.01)


def test_real_coarse_dems_are_given_as_they_are_but_for_an_offset(areas: list[Area]) -> None:
    """The offset of level ground: where a DEM lies is not to be learned."""
    dem = areas[0].dem
    wrong_by = 2 * np.sin(np.arange(dem.shape[1]) * 0.7)
    coarse = (np.array(dem) + 3 + wrong_by).astype(np.float32)
    coarse[:60] = np.nan
    area = replace(areas[0], coarse=coarse, coarse_error=4.0, level_offset=3.0)
    settings = replace(CLEAN, ratios=(1,))
    real = BatchSource([area], replace(settings, real_coarse=1.0), 0)
    batches = [real.batch(step) for step in range(10)]
    off = torch.cat([(batch.dem - batch.target).flatten(1) for batch in batches])
    stated = torch.cat([batch.dem_error for batch in batches])
    given = off.std(dim=1) > 1
    assert 0.3 < given.float().mean() < 1.0  # where it has gaps, one is made of the reference
    assert float(off[given].mean(dim=1).abs().max()) < 0.5
    assert float(off[given].std(dim=1).mean()) == pytest.approx(wrong_by.std(), rel=0.02)
    assert ((stated[given] > 4 / 1.66) & (stated[given] < 4 * 1.66)).all()
    assert (stated[~given] == 0).all()
    # A user may state less or more than is true.
    misstated = BatchSource([area], replace(settings, real_coarse=1.0, misstated_share=1.0), 0)
    wrong = torch.cat([misstated.batch(step).dem_error for step in range(10)])[given]
    assert float(wrong.min()) < 1.0 and float(wrong.max()) > 5.0
    # And then it is said so; what is given without an error cannot be misstated.
    assert all((real.batch(step).truthful == 1).all() for step in range(10))
    told = torch.cat([misstated.batch(step).truthful for step in range(10)])
    assert torch.equal(told == 0, given)
    none = BatchSource([area], replace(settings, real_coarse=0.0), 0).batch(0)
    torch.testing.assert_close(none.dem, none.target, atol=1e-3, rtol=0)
