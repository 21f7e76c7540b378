"""Rivers, dykes, lakes and benches that are drawn into training ground."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.ndimage import distance_transform_edt

from tests.training.conftest import hills
from training.data.areas import load_areas
from training.data.batches import BatchSource, DataSettings
from training.data.drawn import BANKS, FLOODED, HEIGHTS, STEPS, WIDTHS, _band, _benches, drawn


def test_a_band_is_as_wide_as_it_is_said_to_be() -> None:
    widths = []
    for seed in range(40):
        band = _band(160, np.random.default_rng(seed))
        assert band.shape == (1, 1, 160, 160) and float(band.min()) >= 0 and float(band.max()) <= 1
        # To its edge, which is half way down its slope; at the patch's border there is none.
        widths.append(2 * float(distance_transform_edt(np.pad(band[0, 0].numpy() > 0.5, 1)).max()))
    assert max(widths) < WIDTHS[1] + BANKS[1] + 2 and 0 < np.median(widths) < 0.5 * WIDTHS[1]


def test_benches_are_level_but_for_their_edges() -> None:
    ground = torch.from_numpy(hills(120, 120))[None, None]
    benches = _benches(ground, 20.0, 0.2)
    level = (benches / 20.0 - torch.round(benches / 20.0)).abs() < 1e-4
    assert 0.7 < float(level.float().mean()) < 0.9
    assert float((benches - ground).abs().max()) < 20.0


def test_drawn_ground_differs_by_a_river_a_dyke_a_lake_or_benches() -> None:
    ground = torch.from_numpy(hills(120, 120))[None, None]
    seen = set()
    for seed in range(60):
        made, water = drawn(ground, 10.0, np.random.default_rng(seed))
        assert made.shape == ground.shape and bool(torch.isfinite(made).all())
        changed = made - ground
        if water is not None:
            seen.add("lake")
            assert 0.5 * FLOODED[0] <= float(water.mean()) <= FLOODED[1] + 0.01
            assert len(torch.unique(made[water == 1])) == 1 and float(made[water == 0].min()) > float(made[water == 1].max())
        elif float(changed.abs().max()) <= 2 * HEIGHTS[1] * 10.0 + 1e-3:
            seen.add("river" if float(changed.min()) < 0 else "dyke")
        elif float(made.std()) > 0.9 * float(ground.std()) and float(changed.abs().max()) <= STEPS[1] * 10.0:
            seen.add("benches")
        else:
            seen.add("gentler")
    assert seen == {"river", "dyke", "lake", "benches", "gentler"}


def test_a_share_of_the_patches_without_an_image_has_them(prepared: Path) -> None:
    """In the reference and, by its means, in the coarse DEM; none where the image is a real one, or where patches are clean."""
    areas = load_areas(prepared, "validation")
    settings = DataSettings(patch=48, batch=4, ratios=(3,), ratio_shares=(1.0,), no_guide=1.0).clean()
    plain, changed = (BatchSource(areas, replace(settings, drawn_share=share), 0).batch(0) for share in (0.0, 1.0))
    assert not torch.equal(plain.target, changed.target)
    coarse = torch.nn.functional.avg_pool2d(changed.target, 3)
    again = torch.nn.functional.avg_pool2d(changed.dem, 3)
    assert float((coarse - again).std()) < 0.5 * float((changed.target - changed.target.mean()).std())
    assert replace(settings, drawn_share=1.0).clean().drawn_share == 0
    with_image = load_areas(prepared, "train")
    assert all(area.guide is not None for area in with_image)
    one, other = (BatchSource(with_image, replace(settings, drawn_share=share), 0).batch(0) for share in (0.0, 1.0))
    assert torch.equal(one.target, other.target)


def test_what_is_wrong_with_land_is_not_wrong_with_a_drawn_lake(prepared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its reference is level; the coarse DEM is off by centimetres there and by metres on land, and land is what the error is stated of."""
    for kind, share in (("RIVERS", 0.0), ("DYKES", 0.0), ("LAKES", 1.0)):
        monkeypatch.setattr(f"training.data.drawn.{kind}", share)
    monkeypatch.setattr("training.data.drawn.FLOODED", (0.6, 0.6))
    settings = DataSettings(patch=48, batch=24, ratios=(3,), ratio_shares=(1.0,), no_guide=1.0).clean()
    settings = replace(settings, drawn_share=1.0, error_share=1.0, error_range=(0.3, 0.6), rounding_share=0.0)
    told = []
    for step in range(4):
        batch = BatchSource(load_areas(prepared, "validation"), settings, 0).batch(step)
        for dem, target, pixel_size, stated in zip(batch.dem, batch.target, batch.pixel_size, batch.dem_error, strict=True):
            values, counts = torch.unique(target, return_counts=True)
            wet = (target == values[counts.argmax()])[0]
            # Away from the shore: cubic resampling reaches three coarse pixels.
            inner = torch.from_numpy(distance_transform_edt(np.pad(wet.numpy(), 1))[1:-1, 1:-1] > 9)
            if int(inner.sum()) < 100:
                continue
            wrong = (dem - target)[0]
            assert float(wrong[inner].abs().max()) < 0.1 * float(pixel_size)
            assert float(wrong[~wet].std()) > 3 * float(wrong[inner].std())
            told.append(float(stated) / float(wrong[~wet].std()))
    # In a patch of 16 coarse pixels a third of such an error is its offset; stated is that of a larger piece.
    assert len(told) >= 50 and 1.1 < np.median(told) < 1.7
