"""Lattices of coarse pixels that do not lie along the fine ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.test_batches import SMALL
from training.data import batches
from training.data.areas import Area, load_areas
from training.data.askew import MARGIN, NARROWEST, RATIOS, Askew, askew, drawn_ratio
from training.data.batches import BatchSource
from training.data.coarse import area_mean, cubic_upsample
from training.data.guides import fractal
from training.errors import DataError

SIZE = 40
EDGE = SIZE + 2 * MARGIN


@pytest.fixture
def areas(prepared: Path) -> list[Area]:
    return load_areas(prepared, "train")


def plane(edge: int = EDGE) -> torch.Tensor:
    at = torch.arange(edge, dtype=torch.float32) + 0.5
    return (2.0 * at[None, :] - 3.0 * at[:, None] + 500.0)[None, None]


def along(ratio: float) -> Askew:
    """One that is not askew at all."""
    cells = int(EDGE / ratio)
    return Askew(np.diag([ratio, ratio]), np.zeros(2), (cells, cells), SIZE, MARGIN)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.floats(*RATIOS))
def test_a_plane_stays_a_plane_on_any_lattice(seed: int, ratio: float) -> None:
    """Nothing that a patch needs lies outside of the lattice, or of the ground under it: a border would bend the plane."""
    lattice = askew(np.random.default_rng(seed), SIZE, ratio)
    assert lattice.ratio == pytest.approx(ratio)
    made = lattice.upsample(lattice.mean(plane()))
    torch.testing.assert_close(made, plane()[..., MARGIN:-MARGIN, MARGIN:-MARGIN], atol=2e-3, rtol=0)


def test_along_the_fine_pixels_it_is_the_mean_over_them_and_cubic_upsampling() -> None:
    fine = 100 * fractal(1, EDGE, torch.Generator().manual_seed(1), coarsest=64)
    means = area_mean(fine[..., : EDGE // 4 * 4, : EDGE // 4 * 4], 4)
    inner = (..., slice(3, -3), slice(3, -3))
    assert float((along(4.0).mean(fine) - means)[inner].std()) < 0.002 * float(means.std())
    made, expected = along(4.0).upsample(means), cubic_upsample(means, 4)[..., MARGIN : MARGIN + SIZE, MARGIN : MARGIN + SIZE]
    torch.testing.assert_close(made, expected, atol=1e-3, rtol=0)


def test_means_of_a_pixel_and_a_half_want_ground_that_is_known_twice_as_finely() -> None:
    """Against the means over 3 x 3 of the finest pixels, in units of what cubic resampling loses there."""
    finest = 100 * fractal(1, 2 * EDGE, torch.Generator().manual_seed(2), coarsest=64)
    fine, lattice = area_mean(finest, 2), along(1.5)
    cells = lattice.shape[0]
    true = area_mean(finest[..., : 3 * cells, : 3 * cells], 3)
    lost = float((lattice.upsample(true) - fine[..., MARGIN:-MARGIN, MARGIN:-MARGIN]).std())
    inner = (..., slice(3, -3), slice(3, -3))
    off = [float((lattice.mean(known) - true)[inner].std()) for known in (finest, fine)]
    assert off[0] < 0.05 * lost and off[0] < 0.3 * off[1]


def test_ratios_and_shapes_are_what_users_have() -> None:
    rng = np.random.default_rng(0)
    ratios = np.array([drawn_ratio(rng) for _ in range(400)])
    assert RATIOS[0] <= ratios.min() < 1.5 and 4.5 < ratios.max() <= RATIOS[1] and 0.4 < ((ratios > 2.5) & (ratios < 3.6)).mean() < 0.75
    sides = np.array([np.linalg.norm(askew(rng, SIZE, 3.0).matrix, axis=0) for _ in range(400)])
    aspects = sides[:, 0] / sides[:, 1]
    assert 0.4 < (np.abs(aspects - 1) < 1e-9).mean() < 0.6
    assert NARROWEST - 1e-9 <= aspects.min() < 0.6 and 1.7 < aspects.max() <= 1 / NARROWEST + 1e-9


def test_patches_of_askew_batches_are_like_others(areas: list[Area]) -> None:
    """The reference is ground, the DEM shows the same coarsely, and all is drawn by the same numbers again."""
    small = replace(SMALL, patch=24).clean()
    source = BatchSource(areas, replace(small, askew_share=1.0), 3)
    source.check("train")
    batch, again = source.batch(5), BatchSource(areas, replace(small, askew_share=1.0), 3).batch(5)
    assert batch.dem.shape == batch.target.shape == (4, 1, 24, 24) and batch.guide.shape == (4, 3, 24, 24)
    assert all(torch.equal(value, vars(again)[name]) for name, value in vars(batch).items())
    off = (batch.dem - batch.target).std(dim=(1, 2, 3))
    assert bool((off > 0).all()) and bool((off < 0.5 * batch.target.std(dim=(1, 2, 3))).all())
    assert float((batch.dem - batch.target).mean().abs()) < 0.3


def test_small_ratios_are_drawn_on_ground_that_is_known_twice_as_finely(areas: list[Area], monkeypatch: pytest.MonkeyPatch) -> None:
    small = replace(SMALL, patch=24, askew_share=1.0)
    sizes = {}
    for ratio in (1.5, 3.0):
        monkeypatch.setattr(batches, "drawn_ratio", lambda _, ratio=ratio: ratio)
        source = BatchSource([replace(area, guide=None, coarse=None) for area in areas], replace(small.clean(), askew_share=1.0), 0)
        sizes[ratio] = source.batch(0).pixel_size.tolist()
    assert sizes[1.5] == pytest.approx([2 * size for size in sizes[3.0]], rel=0.01)


def test_where_no_area_has_room_for_them_it_says_so(areas: list[Area]) -> None:
    with pytest.raises(DataError, match=r"which askew_share needs\."):
        narrow = [replace(area, dem=area.dem[:80, :80], guide=None, coarse=None) for area in areas]
        BatchSource(narrow, replace(SMALL, patch=24, askew_share=0.5), 0).check("train")
