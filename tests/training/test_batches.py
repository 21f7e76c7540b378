"""Batches are what the model contract says, and a function of seed and step."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from training.data import batches
from training.data.areas import Area, load_areas
from training.data.batches import BatchSource, DataSettings
from training.data.coarse import area_mean
from training.data.degradations import slope_bias
from training.errors import DataError, TrainingError

SMALL = DataSettings(patch=48, batch=4)


@pytest.fixture
def areas(prepared: Path) -> list[Area]:
    return load_areas(prepared, "train")


def test_shapes_and_finite_values(areas: list[Area]) -> None:
    source = BatchSource(areas, SMALL, seed=0)
    for step in range(12):
        batch = source.batch(step)
        assert batch.dem.shape == batch.target.shape == batch.guide_valid.shape == (4, 1, 48, 48)
        assert batch.guide.shape == (4, 3, 48, 48)
        assert batch.pixel_size.tolist() == pytest.approx([10.0] * 4, rel=0.01)
        assert all(torch.isfinite(x).all() for x in (*batch.inputs(), batch.target))
        assert set(batch.guide_valid.unique().tolist()) <= {0.0, 1.0}
        assert float((batch.guide * (1 - batch.guide_valid)).abs().max()) == 0


def test_a_batch_depends_on_seed_and_step_alone(areas: list[Area]) -> None:
    first, again, other = BatchSource(areas, SMALL, 0), BatchSource(areas, SMALL, 0), BatchSource(areas, SMALL, 1)
    first.batch(0)
    torch.testing.assert_close(vars(first.batch(7)), vars(again.batch(7)))
    assert not torch.equal(first.batch(7).target, other.batch(7).target)
    assert not torch.equal(first.batch(7).target, first.batch(8).target)


@pytest.mark.parametrize("world", [2, 4])
def test_processes_see_together_what_one_would_see(areas: list[Area], world: int) -> None:
    everything = replace(
        SMALL, canopy_share=0.5, building_share=0.5, spread_share=0.5, error_share=0.5, rounding_share=0.5, bad_guide=0.3, no_guide=0.2
    )
    for step in range(6):
        whole = BatchSource(areas, everything, 0).batch(step)
        parts = [BatchSource(areas, everything, 0).batch(step, rank, world) for rank in range(world)]
        for name, value in vars(whole).items():
            assert torch.equal(torch.cat([getattr(part, name) for part in parts]), value), name


def test_the_number_of_threads_changes_nothing(areas: list[Area]) -> None:
    threads = torch.get_num_threads()
    try:
        batches = []
        for number in (1, 2):
            torch.set_num_threads(number)
            batches.append(BatchSource(areas, SMALL, 0).batch(3))
            assert torch.get_num_threads() == number
    finally:
        torch.set_num_threads(threads)
    assert all(torch.equal(value, vars(batches[1])[name]) for name, value in vars(batches[0]).items())


def test_a_batch_that_cannot_be_dealt_out_is_an_error(areas: list[Area]) -> None:
    with pytest.raises(TrainingError, match="4 patches cannot be dealt out evenly to 3 processes"):
        BatchSource(areas, SMALL, 0).batch(0, 0, 3)


def test_patches_of_a_step_differ(areas: list[Area]) -> None:
    batch = BatchSource(areas, SMALL, 0).batch(0)
    assert len({float(patch.sum()) for patch in batch.target}) == 4


def test_a_batch_moves_to_a_device(areas: list[Area]) -> None:
    batch = BatchSource(areas, SMALL, 0).batch(0)
    assert {value.device.type for value in vars(batch.to("meta")).values()} == {"meta"}


def test_at_ratio_1_a_clean_input_is_the_target(areas: list[Area]) -> None:
    batch = BatchSource(areas, replace(SMALL, ratios=(1,), ratio_shares=(1.0,)).clean(), 0).batch(0)
    torch.testing.assert_close(batch.dem, batch.target, atol=1e-3, rtol=0)
    assert batch.dem_error.tolist() == [0.0] * 4


def test_a_clean_input_differs_by_what_cubic_loses(areas: list[Area]) -> None:
    batch = BatchSource(areas, replace(SMALL, ratios=(3,), ratio_shares=(1.0,)).clean(), 0).batch(0)
    rms = float((batch.dem - batch.target).square().mean().sqrt())
    assert 0.05 < rms < 3.0
    erring = replace(SMALL.clean(), ratios=(3,), ratio_shares=(1.0,), error_share=1.0, error_range=(0.79, 0.8))
    wrong = BatchSource(areas, erring, 0).batch(0)
    assert float((wrong.dem - wrong.target).square().mean().sqrt()) == pytest.approx(8.0, rel=0.4)
    assert all(4.0 < e < 14.0 for e in wrong.dem_error.tolist())


def test_slopes_are_too_high_on_half_of_the_wrong_dems_under_trees(areas: list[Area], monkeypatch: pytest.MonkeyPatch) -> None:
    def dems(wooded: float, no_guide: float) -> torch.Tensor:
        given = {"no_guide": no_guide, "bad_guide": 0.0, "real_guide": 0.0}
        wrong = replace(SMALL.clean(), batch=12, error_share=1.0, rounding_share=0.0, **given)
        monkeypatch.setattr(batches, "WOODED", wooded)
        return torch.cat([BatchSource(areas, wrong, 1).batch(step).dem for step in range(4)])

    bare, wooded = dems(0.0, 1.0), dems(1.0, 1.0)
    assert bool(((wooded - bare).mean(dim=(1, 2, 3)) > 0).all())
    some = dems(0.5, 1.0)
    with_trees = (some == wooded).all(dim=3).all(dim=2).flatten()
    assert bool((some[~with_trees] == bare[~with_trees]).all()) and 0.3 < float(with_trees.float().mean()) < 0.7
    # Where an image shows that trees stand on a part of the ground alone, that part alone is too high.
    shown = dems(1.0, 0.0) - dems(0.0, 0.0)
    assert 0 < float(shown.mean()) < 0.7 * float((wooded - bare).mean())


def test_stretched_terrain_is_steeper_or_gentler_and_its_input_with_it(areas: list[Area]) -> None:
    settings = replace(SMALL, ratios=(1,), ratio_shares=(1.0,)).clean()
    bare = [replace(area, guide=None) for area in areas]
    plain, stretched = (BatchSource(bare, replace(settings, stretch=amount), 0).batch(1) for amount in (0.0, 0.7))
    torch.testing.assert_close(stretched.dem, stretched.target, atol=1e-3, rtol=1e-5)
    factors = (stretched.target.std(dim=(1, 2, 3)) / plain.target.std(dim=(1, 2, 3))).tolist()
    assert max(abs(np.log(factors))) > 0.2
    assert len({round(factor, 3) for factor in factors}) > 1
    # An image shows the relief as it is.
    pictured = BatchSource(areas, replace(settings, stretch=0.7), 0).batch(1)
    assert torch.equal(pictured.target, BatchSource(areas, settings, 0).batch(1).target)


def test_ground_seen_through_larger_pixels_is_the_mean_over_four(areas: list[Area]) -> None:
    settings = replace(SMALL, patch=24, ratios=(1,), ratio_shares=(1.0,)).clean()
    halved = BatchSource(areas, replace(settings, halved_share=1.0), 0).batch(1)
    assert halved.pixel_size.tolist() == pytest.approx([20.0] * 4, rel=0.01)
    assert torch.equal(halved.dem, halved.target)
    means = np.sort(np.nan_to_num(np.concatenate([_means_over_four(area) for area in areas])))
    assert _farthest(halved.target.numpy(), means) < 1e-3


def _farthest(values: np.ndarray, ascending: np.ndarray) -> float:
    """How far the one that is farthest from all of the others is from the next of them."""
    after = np.clip(np.searchsorted(ascending, values), 1, len(ascending) - 1)
    return float(np.minimum(np.abs(ascending[after] - values), np.abs(ascending[after - 1] - values)).max())


def _means_over_four(area: Area) -> np.ndarray:
    """Of all squares of 2 x 2 pixels, wherever they begin."""
    dem = area.dem
    return (0.25 * (dem[1:, 1:] + dem[:-1, 1:] + dem[1:, :-1] + dem[:-1, :-1])).ravel()


def test_a_real_coarse_dem_on_smaller_pixels_is_all_of_it_cubic(areas: list[Area]) -> None:
    """So the backend brings it there. Gaps of the image stay unknown."""
    dem = np.asarray(areas[0].dem)
    image = np.full((3, *dem.shape), 0.4, np.float32)
    image[:, :, 40:60] = np.nan
    area = replace(areas[0], guide=image, coarse=dem + np.float32(7), coarse_error=3.0, level_offset=0.0)
    settings = replace(SMALL.clean(), batch=12, real_coarse=1.0, magnified_share=1.0)
    settings = replace(settings, no_guide=0.0, blurred_guide=0.0, real_guide=1.0, shift_pixels=0.0)
    batch = BatchSource([area], settings, 0).batch(1)
    sizes = [area.pixel_size / times for times in (2, 3)]
    assert {round(size, 4) for size in batch.pixel_size.tolist()} == {round(size, 4) for size in sizes}
    torch.testing.assert_close(batch.dem, batch.target + 7, atol=2e-3, rtol=0)
    # Of pixels a third as large the middle ones lie where the own ones do, and are as high.
    own = np.sort(dem[np.isfinite(dem)])
    for target, size in zip(batch.target[:, 0].numpy(), batch.pixel_size.tolist(), strict=True):
        if size == pytest.approx(sizes[1], rel=1e-3):
            assert min(_farthest(part, own) for part in _thirds(target)) < 1e-3
    known = batch.guide_valid == 1
    assert 0 < known.float().mean() < 1 and float((batch.guide[:, :1][known] - 0.4).abs().max()) < 1e-3


def _thirds(dem: np.ndarray) -> list[np.ndarray]:
    return [dem[row::3, col::3] for row in range(3) for col in range(3)]


def test_areas_too_small_to_be_halved_are_taken_as_they_are(areas: list[Area]) -> None:
    settings = replace(SMALL, ratios=(1,), ratio_shares=(1.0,)).clean()
    small = [replace(area, dem=area.dem[:64, :64], guide=None, coarse=None) for area in areas]
    batch = BatchSource(small, replace(settings, halved_share=1.0), 0).batch(1)
    assert batch.pixel_size.tolist() == pytest.approx([10.0] * 4, rel=0.01)


def test_an_image_that_is_upside_down_is_known_where_it_shows_something(areas: list[Area]) -> None:
    """Its northern half was never taken: south of the middle there is nothing then."""
    dem = np.asarray(areas[0].dem)
    image = np.full((3, *dem.shape), 0.6, np.float32)
    image[:, : dem.shape[0] // 2] = np.nan
    settings = replace(SMALL.clean(), batch=6, no_guide=0.0, blurred_guide=0.0, bad_guide=1.0, real_guide=1.0, shift_pixels=0.0)
    source = BatchSource([replace(areas[0], guide=image)], settings, seed=5)
    seen = 0
    for step in range(30):
        batch = source.batch(step)
        for guide, valid in zip(batch.guide, batch.guide_valid, strict=True):
            same = (guide - 0.6).abs() < 1e-6
            if valid.min() < valid.max() and same.any() and (same | (guide == 0)).all():
                assert torch.equal(same[:1], valid > 0)
                seen += 1
    assert seen > 5


def test_a_bad_guide_may_be_the_right_one_shifted(areas: list[Area]) -> None:
    """One in three of them; next to it the same patch with its guide in place."""
    settings = replace(SMALL.clean(), ratios=(3,), ratio_shares=(1.0,), batch=40, no_guide=0.0, blurred_guide=0.0, shift_pixels=0.0)
    good, bad = (BatchSource(areas, replace(settings, bad_guide=share), 3).batch(0).guide for share in (0.0, 1.0))

    def alike(right: int, down: int) -> torch.Tensor:
        moved = bad.roll((-down, -right), (2, 3))[..., 8:-8, 8:-8]
        pairs = zip(moved, good[..., 8:-8, 8:-8], strict=True)
        return torch.stack([torch.corrcoef(torch.stack([a.flatten(), b.flatten()]))[0, 1] for a, b in pairs])

    steps = [(x, y) for x in range(-4, 5) for y in range(-4, 5)]
    best = torch.stack([alike(*step) for step in steps]).nan_to_num(-1.0).max(dim=0)
    far = [math.hypot(*steps[int(index)]) for value, index in zip(*best, strict=True) if value > 0.85]  # clouded ones are less alike
    assert 2 <= len(far) <= 20
    assert min(far) >= 0.9 and max(far) <= 4.5


def test_without_guides_all_guides_are_absent(areas: list[Area]) -> None:
    batch = BatchSource(areas, replace(SMALL, no_guide=1.0), 0).batch(0)
    assert float(batch.guide.abs().max()) == 0
    assert float(batch.guide_valid.max()) == 0


def test_roads_and_parcels_are_on_the_ground_and_not_in_the_heights(areas: list[Area]) -> None:
    guided = replace(SMALL.clean(), no_guide=0.0, blurred_guide=0.0, bad_guide=0.0, real_guide=0.0, shift_pixels=0.0)
    without, with_lines = (BatchSource(areas, replace(guided, lines=share), 0).batch(0) for share in (0.0, 1.0))
    assert torch.equal(without.target, with_lines.target)
    assert torch.equal(without.dem, with_lines.dem)
    changed = (without.guide - with_lines.guide).abs().amax(dim=(1, 2, 3))
    assert int((changed > 0.05).sum()) >= 2, changed


def test_stripes_are_in_the_images_and_not_in_the_heights(areas: list[Area]) -> None:
    guided = replace(SMALL.clean(), no_guide=0.5, blurred_guide=0.0, bad_guide=0.0, shift_pixels=0.0)
    without, striped = (BatchSource(areas, replace(guided, batch=12, striped_share=share), 0).batch(0) for share in (0.0, 1.0))
    assert torch.equal(without.target, striped.target) and torch.equal(without.dem, striped.dem)
    assert torch.equal(without.guide_valid, striped.guide_valid)
    shown = without.guide_valid.amax(dim=(1, 2, 3)) > 0
    assert 3 <= int(shown.sum()) <= 9
    changed = (without.guide - striped.guide).abs().amax(dim=(1, 2, 3))
    assert bool((changed[shown] > 0.005).all()) and not bool(changed[~shown].any())


def test_sigma_does_not_learn_from_a_reference_with_artefacts(areas: list[Area]) -> None:
    """All else is drawn as of any other."""
    wrong = replace(SMALL, error_share=1.0, misstated_share=0.5)
    plain, marked = (
        [BatchSource([replace(area, artefacts=marked) for area in areas], wrong, 0).batch(step) for step in range(3)]
        for marked in (False, True)
    )
    for one, other in zip(plain, marked, strict=True):
        for name, value in vars(one).items():
            assert torch.equal(value, getattr(other, name)) or name == "truthful", name
    assert 0 < float(torch.cat([batch.truthful for batch in plain]).mean()) < 1
    assert not torch.cat([batch.truthful for batch in marked]).any()


def test_an_image_is_turned_and_mirrored_with_its_ground(areas: list[Area]) -> None:
    """And so are the sizes of pixels that are not square."""
    rows, columns = np.mgrid[:200, :210].astype(np.float32)
    for dem, across, down in ((3 * columns, 1.0, 0.0), (3 * rows, 0.0, 1.0)):
        area = replace(areas[0], dem=dem, guide=np.repeat(dem[None] / 1000, 3, axis=0), dx=10.0, dy=20.0)
        source, seen = BatchSource([area], SMALL, 0), set()
        for seed in range(24):
            crop = source._crop(np.random.default_rng(seed), 60)
            assert crop.guide is not None and torch.allclose(crop.guide * 1000, crop.dem.expand(-1, 3, -1, -1))
            slopes = [float(step.abs().mean()) for step in torch.gradient(crop.dem[0, 0])]
            # The ramp runs along the axis that it ran along, whichever way that lies now.
            along = crop.dx if slopes[1] > slopes[0] else crop.dy
            assert along == across * 10.0 + down * 20.0 and crop.dx * crop.dy == 200.0
            seen.add(slopes[1] > slopes[0])
        assert seen == {True, False}


def test_what_an_image_shows_changes_nothing_of_the_dem(areas: list[Area], monkeypatch: pytest.MonkeyPatch) -> None:
    """But for trees and houses, which it is to show."""
    monkeypatch.setattr(batches, "WOODED", 0.0)
    settings = replace(SMALL, error_share=1.0, canopy_share=0.0, building_share=0.0, real_guide=0.0)
    one, other = (BatchSource(areas, replace(settings, no_guide=share), 0).batch(3) for share in (0.0, 1.0))
    assert float(one.guide_valid.mean()) > 0.5 > float(other.guide_valid.mean())
    assert all(torch.equal(getattr(one, name), getattr(other, name)) for name in ("dem", "target", "dem_error", "truthful"))


def test_too_high_slopes_are_where_the_trees_of_the_image_are(areas: list[Area], monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(SMALL.clean(), batch=1, error_share=1.0, rounding_share=0.0, no_guide=0.0, bad_guide=0.0, real_guide=0.0)
    settings = replace(settings, ratios=(3,), ratio_shares=(1.0,))
    scenes, crops, made = [], [], list[torch.Tensor]()
    guide, degrade = BatchSource._guide, BatchSource._degrade

    def keep_scene(*arguments: Any) -> Any:
        drawn = guide(*arguments)
        scenes.append(drawn[2])
        return drawn

    def keep_coarse(source: BatchSource, crop: batches.Crop, *arguments: Any) -> Any:
        coarse, error = degrade(source, crop, *arguments)
        crops.append(crop)
        made.append(coarse)
        return coarse, error

    monkeypatch.setattr(BatchSource, "_guide", keep_scene)
    monkeypatch.setattr(BatchSource, "_degrade", keep_coarse)
    for wooded in (0.0, 1.0):
        monkeypatch.setattr(batches, "WOODED", wooded)
        for step in range(8):
            BatchSource([areas[0]], settings, 1).batch(step)
    for scene, crop, bare, high in zip(scenes[8:], crops, made[:8], made[8:], strict=False):
        expected = slope_bias(area_mean(crop.dem, 3), 1.0, 3 * crop.pixel_size) * area_mean(scene.forest, 3)
        both = torch.stack([expected.flatten(), (high - bare).flatten()])
        assert float(torch.corrcoef(both)[0, 1]) > 0.999


def test_patches_avoid_gaps(areas: list[Area]) -> None:
    dem = areas[0].dem.copy()
    dem[100:104, 100:104] = np.nan
    source = BatchSource([replace(areas[0], dem=dem)], replace(SMALL, patch=24), 0)
    for step in range(8):
        assert torch.isfinite(source.batch(step).target).all()


def test_areas_smaller_than_a_patch_are_an_error(areas: list[Area]) -> None:
    with pytest.raises(DataError, match="No area holds a square"):
        BatchSource(areas, replace(SMALL, patch=300), 0).batch(0)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"no_guide": 1.5}, "no_guide = 1.5"),
        ({"no_guide": 0.5, "bad_guide": 0.3, "blurred_guide": 0.3}, "add up to more than 1"),
        ({"ratios": (3,)}, "add up to 1"),
        ({"batch": 0}, "at least 1"),
        ({"stretch": -1.0}, "stretch"),
        ({"error_range": (0.5, 0.1)}, "error_range"),
        ({"error_range": (0.5,)}, "error_range"),
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(SMALL, **wrong)


def test_no_areas_is_an_error() -> None:
    with pytest.raises(DataError, match="no areas"):
        BatchSource([], SMALL, 0)
