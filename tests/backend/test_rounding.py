"""The steps of rounded heights: what a model is given instead, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from rasters_for_tests import read, terrain, write

from backend import models
from backend.rounding import REACH, correction

Superresolve = Callable[..., np.ndarray]


def dunes(size: int, *, pixel: float = 30.0) -> np.ndarray:
    y, x = np.mgrid[:size, :size] * (pixel / 30) + pixel / 60
    return 60 + 12 * np.sin(x / 9 + 2 * np.sin(y / 23)) + 6 * np.sin(y / 14 + x / 40)


def means(fine: np.ndarray, ratio: int) -> np.ndarray:
    height, width = fine.shape
    return fine.reshape(height // ratio, ratio, width // ratio, ratio).mean(axis=(1, 3))


def rounded(heights: np.ndarray, step: float) -> np.ndarray:
    return np.rint(heights / step) * step


def rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(values**2)))


def everywhere(dem: np.ndarray) -> np.ndarray:
    return np.ones(dem.shape, np.bool_)


@pytest.mark.parametrize("step", [1.0, 0.1, 0.3048, 5.0])
@pytest.mark.parametrize("height", [0.0, -420.0, 8000.0])
def test_steps_of_smooth_ground_go(step: float, height: float) -> None:
    true = dunes(120) * step + height
    dem = rounded(true, step)
    left = dem + correction(dem, everywhere(dem), step) - true
    inside = (slice(8, -8), slice(8, -8))
    assert rms(left[inside]) < 0.3 * rms((dem - true)[inside])


def test_rough_ground_gets_no_worse() -> None:
    true = 100 + 12 * terrain(120, 120) / np.std(terrain(120, 120)) + np.random.default_rng(3).normal(0, 2, (120, 120))
    dem = np.rint(true)
    assert rms(dem + correction(dem, everywhere(dem), 1.0) - true) < 1.001 * rms(dem - true)


@settings(max_examples=60, deadline=None)
@given(arrays(np.int16, st.tuples(st.integers(1, 30), st.integers(1, 30)), elements=st.integers(-3, 3)), st.sampled_from((1.0, 0.1, 7.0)))
def test_no_height_changes_by_more_than_half_a_step(heights: np.ndarray, step: float) -> None:
    dem = heights * step
    added = correction(dem, everywhere(dem), step)
    assert added.shape == dem.shape and np.abs(added).max() <= 0.5 * step * (1 + 1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 40), st.integers(0, 99))
def test_it_depends_on_what_lies_within_its_reach_alone(row: int, col: int, size: int, seed: int) -> None:
    """Bit by bit: a tile is what it is in the whole."""
    random = np.random.default_rng(seed)
    true = dunes(200) + random.normal(0, 0.3, (200, 200)) * (dunes(200) > 62)
    known = random.random((200, 200)) > 0.0005
    dem = np.where(known, np.rint(true), 0.0)
    whole = correction(dem, known, 1.0)
    inner = (slice(50 + row, 50 + row + size), slice(50 + col, 50 + col + size))
    outer = tuple(slice(part.start - REACH, part.stop + REACH) for part in inner)
    np.testing.assert_array_equal(correction(dem[outer], known[outer], 1.0)[REACH:-REACH, REACH:-REACH], whole[inner])


def test_what_is_level_stays_level() -> None:
    """A lake between gentle slopes, and a terrace of six by six cells."""
    y, x = np.mgrid[:60, :60]
    dem = np.rint(np.maximum(30.0, 30 + 0.3 * (np.hypot(y - 20, x - 20) - 12)))
    dem[40:46, 40:46] = 50.0
    dem[46:52, 40:46] = 49.0
    added = correction(dem, everywhere(dem), 1.0)
    assert not added[dem == 30].any() and not added[40:46, 40:46].any()
    assert np.abs(added).max() > 0.2


def test_beside_unknown_ground_heights_stay() -> None:
    dem = np.rint(dunes(60))
    known = everywhere(dem)
    known[30, 30] = False
    near = np.zeros_like(known)
    near[26:35, 26:35] = True
    assert not correction(dem, known, 1.0)[near].any()
    assert correction(dem, everywhere(dem), 1.0)[near].any()


@pytest.mark.parametrize("kind", [np.int16, np.float32])
def test_dunes_in_whole_metres_come_out_smooth(tmp_path: Path, superresolve: Superresolve, kind: type) -> None:
    """Of the shipped model's result; cubic resampling leaves all terraces."""
    fine = dunes(360, pixel=10.0)
    path, beside = write(tmp_path / "dem.tif", np.rint(means(fine, 3)).astype(kind)), tmp_path / "difference.tif"
    made = superresolve(path, model=models.find(None), resolution=10.0, difference=str(beside))
    cubic, inside = made - read(beside), (slice(24, -24), slice(24, -24))
    assert rms((made - fine)[inside]) < 0.5 * rms((cubic - fine)[inside])
    assert rms(np.diff(made - fine)[inside]) < 0.4 * rms(np.diff(cubic - fine)[inside])


def test_named_srtm_no_boxes_stay_high_where_dunes_are_lowered(tmp_path: Path, superresolve: Superresolve) -> None:
    """Four by four cells of one height were left as they were up to 0.3.1, amid ground that was lowered by metres: 273 such jumps."""
    fine = dunes(360, pixel=10.0)
    path = write(tmp_path / "dem.tif", np.rint(means(fine, 3)).astype(np.int16))
    error = superresolve(path, model=models.find(None), resolution=10.0, dem_source="srtm", dem_error=None) - fine
    jumps = sum(int((np.abs(np.diff(error, axis=axis)) > 0.5).sum()) for axis in (0, 1))
    assert np.ptp(error) > 1.5 and jumps < 90


def test_tiles_leave_no_seams_where_steps_go(tmp_path: Path, superresolve: Superresolve, projecting_model: Path) -> None:
    path = write(tmp_path / "dem.tif", np.rint(dunes(100)).astype(np.int16))
    whole, tiled = (superresolve(path, model=projecting_model, resolution=10.0, tile=tile) for tile in (1024, 64))
    assert np.abs(whole - tiled).max() < 0.01
