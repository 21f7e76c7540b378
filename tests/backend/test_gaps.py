"""Gaps are filled from what lies near, the same whatever the window and the height."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rasters_for_tests import terrain

from backend.gaps import fill


@settings(max_examples=40)
@example(184, 0.40625, 1)
@given(st.integers(0, 10_000), st.floats(0.02, 0.98), st.integers(1, 12))
def test_a_fill_depends_on_what_lies_within_reach_alone(seed: int, share: float, reach: int) -> None:
    rng = np.random.default_rng(seed)
    values, valid = terrain(40, 50, seed=seed)[None], rng.random((40, 50)) < share
    whole = fill(values, valid, reach)
    top, left = rng.integers(0, 10, 2)
    part = fill(values[:, top:, left:], valid[top:, left:], reach)
    near = np.zeros_like(valid)
    for row, col in np.argwhere(valid):
        near[max(0, row - reach) : row + reach + 1, max(0, col - reach) : col + reach + 1] = True
    inside = near[top + reach :, left + reach :]
    assert np.abs(part[0, reach:, reach:] - whole[0, top + reach :, left + reach :])[inside].max(initial=0) < 1e-6


@given(st.integers(0, 10_000), st.floats(-5000, 9000))
@settings(max_examples=30)
def test_an_offset_goes_through(seed: int, offset: float) -> None:
    valid = np.random.default_rng(seed).random((20, 30)) < 0.3
    values = terrain(20, 30, seed=seed)[None]
    assert np.abs(fill(values + offset, valid, 5) - fill(values, valid, 5) - (offset if valid.any() else 0)).max() < 1e-6


def test_known_pixels_keep_their_values_and_a_window_without_any_is_zero() -> None:
    values = terrain(20, 30)[None]
    valid = np.random.default_rng(1).random((20, 30)) < 0.5
    assert np.abs(fill(values, valid, 4) - values)[0][valid].max() < 1e-9
    assert (fill(values, np.zeros_like(valid), 4) == 0).all()


def test_the_ground_goes_on_with_its_slope() -> None:
    """Beyond a border, against a plateau of what lies nearest: by the pixel beside it and by those farther off."""
    off: dict[int, list[list[float]]] = {1: [], 2: [], 4: [], 8: []}
    for seed in range(20):
        ground = terrain(60, 60, seed=seed)
        valid = np.ones((60, 60), bool)
        valid[:, :20] = False
        made = fill(ground[None], valid, 24)[0]
        for far, errors in off.items():
            errors.append([float(np.mean((beyond - ground[:, 20 - far]) ** 2)) for beyond in (made[:, 20 - far], ground[:, 20])])
    for errors in off.values():
        ours, plateau = np.sqrt(np.mean(errors, axis=0))
        assert ours < 0.85 * plateau


def test_a_plane_goes_on_as_one_and_noise_does_not() -> None:
    rows, columns = np.mgrid[:40, :40]
    plane, valid = 700.0 + 6.0 * rows - 2.0 * columns, (rows >= 12) & (columns < 30)
    # Along the edges, and at the corner: an even slope has no crest where a DEM ends.
    assert np.abs(fill(plane[None], valid, 16)[0] - plane)[8:, :34].max() < 0.5
    noise = [np.random.default_rng(seed).normal(size=(1, 40, 40)) for seed in range(20)]
    assert np.mean([np.abs(fill(values, valid, 16)[0][~valid]) for values in noise]) < 0.5


def test_a_single_known_pixel_and_a_row_of_them_have_no_slope_across() -> None:
    values, valid = np.zeros((1, 21, 21)), np.zeros((21, 21), bool)
    values[0, 10] = np.arange(21.0)
    valid[10, 10] = True
    assert np.abs(fill(values, valid, 10) - 10).max() < 1e-9
    valid[10] = True
    made = fill(values, valid, 10)[0]
    assert np.abs(made - made[::-1]).max() < 1e-9
    assert np.abs(made[:, 5:-5] - values[0, 10, 5:-5]).max() < 0.5
