"""The steps of rounded heights: what a model is given instead, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from rasters_for_tests import read, terrain, write
from scipy.ndimage import binary_dilation

from backend import models
from backend.elevation import Elevation
from backend.grid import Grid
from backend.rasters import Raster
from backend.rounding import REACH, correction
from backend.windows import Window

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


def spread(grid: Grid, size: int) -> Grid:
    """The same ground on `size` pixels square."""
    return replace(grid, transform=grid.transform @ Affine.scale(grid.width / size), width=size, height=size)


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
@given(arrays(np.int16, st.tuples(st.integers(6, 30), st.integers(6, 30)), elements=st.integers(-3, 3)), st.sampled_from((1.0, 0.1, 7.0)))
def test_no_height_changes_by_more_than_half_a_step(heights: np.ndarray, step: float) -> None:
    dem = heights * step
    added = correction(dem, everywhere(dem), step)
    assert added.shape == dem.shape and np.abs(added).max() <= 0.5 * step * (1 + 1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 40), st.integers(0, 99))
def test_it_depends_on_what_lies_within_its_reach_alone(row: int, col: int, size: int, seed: int) -> None:
    """A tile is what it is in the whole."""
    random = np.random.default_rng(seed)
    true = dunes(240) + random.normal(0, 0.3, (240, 240)) * (dunes(240) > 62)
    known = random.random((240, 240)) > 0.0005
    dem = np.where(known, np.rint(true), 0.0)
    whole = correction(dem, known, 1.0)
    inner = (slice(REACH + row, REACH + row + size), slice(REACH + col, REACH + col + size))
    outer = tuple(slice(part.start - REACH, part.stop + REACH) for part in inner)
    np.testing.assert_allclose(correction(dem[outer], known[outer], 1.0)[REACH:-REACH, REACH:-REACH], whole[inner], atol=1e-5)


def test_what_is_level_stays_level() -> None:
    """A lake between gentle slopes, and a terrace of six by six cells."""
    y, x = np.mgrid[:60, :60]
    dem = np.rint(np.maximum(30.0, 30 + 0.3 * (np.hypot(y - 20, x - 20) - 12)))
    dem[40:46, 40:46] = 50.0
    dem[46:52, 40:46] = 49.0
    added = correction(dem, everywhere(dem), 1.0)
    assert not added[dem == 30].any() and not added[40:46, 40:46].any()
    assert np.abs(added).max() > 0.2


def test_steps_go_up_to_gaps_and_borders() -> None:
    """Nothing is known beyond: the ground goes on smoothly."""
    true = dunes(120)
    known = everywhere(true)
    known[50:60, 30:45] = known[90, 90] = False
    beyond = np.pad(known, REACH)
    added = correction(np.pad(np.where(known, np.rint(true), 0.0), REACH), beyond, 1.0)
    assert not added[~beyond].any()
    left, inside = (np.rint(true) + added[REACH:-REACH, REACH:-REACH] - true), np.zeros_like(known)
    inside[4:-4, 4:-4] = True
    for place in (known & ~inside, known & binary_dilation(~known, iterations=4)):
        assert rms(left[place]) < 0.5 * rms((np.rint(true) - true)[place])


def test_unknown_cells_beside_ground_at_0_are_no_ground() -> None:
    x = np.mgrid[:60, :60][1]
    dem = -np.floor((x - 30) / 5.0)
    known = everywhere(dem)
    known[20:40, 29] = False
    low, high = (correction(np.where(known, dem + height, 0.0), known, 1.0) for height in (0.0, 5000.0))
    np.testing.assert_allclose(low, high, atol=1e-5)
    assert np.abs(low).max() > 0.2


def test_narrow_water_is_not_filled_nor_a_ditch_or_a_dyke_taken_for_a_step() -> None:
    """A tidal channel of 0 m, two to four cells wide, between banks of 1 m that rise slowly; a ditch and a dyke of one cell."""
    y, x = np.mgrid[:120, :120]
    half = 1 + y / 90
    channel = np.abs(x - 60 - 8 * np.sin(y / 15)) <= half
    dem = np.where(channel, 0.0, np.rint(1.0 + 0.02 * np.abs(x - 60)))
    assert not correction(dem, everywhere(dem), 1.0)[channel].any()
    for height in (-3.0, -2.0, 2.0, 3.0):
        plain = np.rint(100 + 0.3 * y)
        plain[:, 60] += height
        assert not correction(plain, everywhere(plain), 1.0)[:, 58:63].any()


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


@pytest.mark.parametrize("resolution", [10.0, 30.0])
def test_a_part_is_what_it_is_in_the_whole(tmp_path: Path, resolution: float) -> None:
    dem = np.rint(dunes(240)).astype(np.int16)
    dem[100:103, 90:140] = -9999
    with Raster(str(write(tmp_path / "dem.tif", dem, nodata=-9999)), "The DEM") as raster:
        size = round(240 * 30 / resolution)
        elevation = Elevation(raster, 1, spread(raster.grid, size))
        whole = elevation.before_rounding(Window(0, 0, size, size))
        assert whole is not None and 0.3 < np.abs(whole).max() < 0.7
        for col, row in ((0, 0), (size // 3, size // 3), (size - 50, size // 2)):
            part = elevation.before_rounding(Window(col, row, 50, 40))
            np.testing.assert_allclose(part, whole[row : row + 40, col : col + 50], atol=1e-5)


def test_where_means_take_the_steps_away_nothing_is_added(tmp_path: Path) -> None:
    with Raster(str(write(tmp_path / "dem.tif", np.rint(dunes(120)).astype(np.int16))), "The DEM") as raster:
        elevation = Elevation(raster, 1, spread(raster.grid, 40))
        assert elevation.before_rounding(Window(0, 0, 40, 40)) is None


def test_the_exact_part_of_a_dem_that_is_rounded_elsewhere_keeps_its_relief(tmp_path: Path) -> None:
    y, x = np.mgrid[:600, :600]
    dem = np.rint(100 + 0.2 * x)
    exact = (slice(150, 210), slice(150, 210))  # between the places that are looked at, 0 to 127 and 236 to 363
    dem[exact] = (100.013 + 0.2 * x + 0.4 * np.sin(2 * np.pi * (x + y) / 8.3))[exact]
    with Raster(str(write(tmp_path / "dem.tif", dem.astype(np.float32))), "The DEM") as raster:
        elevation = Elevation(raster, 1, raster.grid)
        assert elevation.step == 1.0
        added = elevation.before_rounding(Window(0, 0, 600, 600))
    assert added is not None and not added[exact].any() and np.abs(added[150:210, 300:360]).max() > 0.2


def test_tiles_leave_no_seams_where_steps_go(tmp_path: Path, superresolve: Superresolve, projecting_model: Path) -> None:
    path = write(tmp_path / "dem.tif", np.rint(dunes(100)).astype(np.int16))
    whole, tiled = (superresolve(path, model=projecting_model, resolution=10.0, tile=tile) for tile in (1024, 64))
    assert np.abs(whole - tiled).max() < 0.01
