"""Means over the DEM's own pixels stay within its error, where the model's card asks for that."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS, Transformer
from rasterio.warp import Resampling, reproject
from rasters_for_tests import DEM_TRANSFORM, UTM, read, terrain, write
from scipy.ndimage import binary_dilation, binary_erosion

from backend.back_projection import BackProjection
from backend.grid import Grid
from backend.resample import Sampler, read_array
from backend.windows import Window

Superresolve = Callable[..., np.ndarray]


def means(fine: np.ndarray, ratio: int) -> np.ndarray:
    height, width = fine.shape
    return fine.reshape(height // ratio, ratio, width // ratio, ratio).mean(axis=(1, 3))


def rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.nanmean(values**2)))


@pytest.mark.parametrize("ratio", [2, 3, 5])
def test_means_are_those_of_the_dem(superresolve: Superresolve, small_model: Path, projecting_model: Path, dem: Path, ratio: int) -> None:
    free, bound = (superresolve(dem, model=model, resolution=30.0 / ratio) for model in (small_model, projecting_model))
    off, left = means(free, ratio) - read(dem), means(bound, ratio) - read(dem)
    assert rms(left) < 0.35 * rms(off)
    # It is small: what the model added within the DEM's pixels is still there.
    assert rms(bound - free) < 2 * rms(off)


def test_on_another_grid_too(tmp_path: Path, superresolve: Superresolve, small_model: Path, projecting_model: Path, dem: Path) -> None:
    """A fine grid in degrees, turned against the DEM's; averaged again by GDAL."""
    east, north = Transformer.from_crs(UTM, "EPSG:4326", always_xy=True).transform(600_600, 5_199_460)
    transform = Affine(4e-5, 0, east - 120 * 4e-5, 0, -3e-5, north + 100 * 3e-5)
    like = write(tmp_path / "like.tif", np.zeros((200, 240), np.float32), crs="EPSG:4326", transform=transform)
    off = []
    for model in (small_model, projecting_model):
        fine, coarse = superresolve(dem, model=model, like=like), np.full((36, 40), np.nan)
        grids = {"src_transform": transform, "src_crs": "EPSG:4326", "dst_transform": DEM_TRANSFORM, "dst_crs": UTM}
        reproject(fine.astype(np.float64), coarse, **grids, src_nodata=np.nan, dst_nodata=np.nan, resampling=Resampling.average)
        inside = binary_erosion(np.isfinite(coarse), iterations=2)
        off.append(rms((coarse - read(dem))[inside]))
    assert off[1] < 0.4 * off[0]


def test_a_dem_may_be_off_by_its_error(superresolve: Superresolve, small_model: Path, projecting_model: Path, dem: Path) -> None:
    def run(model: Path, error: float) -> tuple[np.ndarray, np.ndarray]:
        fine = superresolve(dem, model=model, resolution=10.0, dem_error=error)
        return fine, np.abs(means(fine, 3) - read(dem))

    np.testing.assert_array_equal(run(projecting_model, 50.0)[0], run(small_model, 50.0)[0])
    # As far as twice the error goes, it may contradict the DEM, and not much farther.
    off, left = run(small_model, 0.1)[1], run(projecting_model, 0.1)[1]
    assert np.quantile(off, 0.9) > 0.4 > 0.3 > np.quantile(left, 0.9)
    assert rms(left[off > 0.2]) > 0.15


def test_a_cell_of_millions_of_pixels_is_left_alone(
    tmp_path: Path, superresolve: Superresolve, small_model: Path, projecting_model: Path
) -> None:
    """A scene of 1 cm over a DEM of 30 m."""
    dem = write(tmp_path / "dem.tif", terrain(6, 6).astype(np.float32))
    transform = Affine(0.01, 0, 600_090, 0, -0.01, 5_199_910)
    like = write(tmp_path / "like.tif", np.zeros((60, 60), np.float32), transform=transform)
    free, bound = (superresolve(dem, model=model, like=like) for model in (small_model, projecting_model))
    np.testing.assert_array_equal(bound, free)


def test_whole_metres_are_off_by_half_of_one(tmp_path: Path, superresolve: Superresolve, small_model: Path, projecting_model: Path) -> None:
    plain = np.round(100 + 0.02 * np.mgrid[0:36, 0:40][1] * 30).astype(np.int16)
    steps = write(tmp_path / "steps.tif", plain)
    same = write(tmp_path / "same.tif", plain.astype(np.float32))
    moved = write(tmp_path / "moved.tif", plain.astype(np.float32) + np.float32(0.1))
    odd = write(tmp_path / "odd.tif", plain.astype(np.float32) * np.float32(0.999))
    free = superresolve(steps, model=small_model, resolution=10.0)
    for whole, added in ((steps, 0.0), (same, 0.0), (moved, 0.1)):
        np.testing.assert_allclose(superresolve(whole, model=projecting_model, resolution=10.0), free + added, atol=1e-3)
    # Steps that nobody rounds to are none.
    bound, free = (superresolve(odd, model=model, resolution=10.0) for model in (projecting_model, small_model))
    assert np.abs(bound - free).max() > 0.01


@pytest.mark.parametrize("step", [0.0, 1.0])
def test_level_ground_at_a_cliffs_foot_departs_no_farther_than_cubic_resampling(
    tmp_path: Path, superresolve: Superresolve, small_model: Path, projecting_model: Path, step: float
) -> None:
    """A sea at 0 under cliffs of 40 m: where the DEM is level all of a cell is, and no model knows better."""
    y, x = np.mgrid[0:108, 0:120]
    fine = np.where(x > 60 + 12 * np.sin(y / 9.0), 40 + 0.3 * (x - 60) + 3 * np.sin(y / 4.0), 0.0)
    dem = np.round(means(fine, 3)) if step else means(fine, 3)
    path = write(tmp_path / "dem.tif", dem.astype(np.int16 if step else np.float32))
    around = np.pad(dem, 1, constant_values=np.nan)
    equal = sum((around[i : i + 36, j : j + 40] == dem).astype(int) for i in range(3) for j in range(3))
    level = (dem == 0) & (equal >= 6)
    sea = np.kron(level, np.ones((3, 3), bool))
    shore = np.kron(binary_dilation(level, np.ones((3, 3))), np.ones((3, 3), bool))
    beyond = []
    for model in (small_model, projecting_model):
        beside = tmp_path / f"{model.stem}.difference.tif"
        made = superresolve(path, model=model, resolution=10.0, difference=str(beside))
        cubic = made - read(beside)
        above, below = made - np.maximum(cubic, 0), np.minimum(cubic, 0) - made
        beyond.append([float(above[sea].max()), float(below[shore].max())])
    assert max(beyond[1]) < 1e-3 < 0.5 < max(beyond[0])


EVERYTHING = Window(0, 0, 120, 108)
"""Of a target three times as fine as a DEM of 40 x 36 pixels."""


def back_projection(dem: np.ndarray, dem_error: float, step: float) -> tuple[BackProjection, np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """To a DEM (36, 40) of 30 m on a target of 10 m; what cubic resampling makes of it; and its cells, as held_level wants them."""
    source, target = (
        Grid(CRS.from_user_input(UTM).to_wkt(), Affine(size, 0, 600_000, 0, -size, 5_200_000), 1200 // size, 1080 // size)
        for size in (30, 10)
    )
    sampler, read_cells = Sampler(source, target), read_array(dem.astype(np.float32))
    projection = BackProjection(sampler, dem_error, step)
    cubic = sampler.sample(EVERYTHING, read_cells, bands=1, reach=6)[0][0]
    return projection, cubic, read_cells(projection.cells(EVERYTHING))


@pytest.mark.parametrize("rounded", [0.0, 1.0])
@pytest.mark.parametrize("off", [-3.0, 3.0])
def test_no_step_stands_where_level_ground_ends(rounded: float, off: float) -> None:
    """A result that is 3 m too high or too low everywhere: along a shore it was held up to a cell's border, as far as its corners."""
    y, x = np.mgrid[0:36, 0:40]
    dem = np.rint(np.maximum(0.0, 2.0 * (x - 20 - 6 * np.sin(y / 6.0))))
    projection, cubic, cells = back_projection(dem, 50.0, rounded)
    held = projection.held_level(cubic + np.float32(off), cubic, EVERYTHING, *cells)
    departs, sea = (held - cubic)[6:-6, 6:-6], np.kron(dem == 0, np.ones((3, 3), bool))[6:-6, 6:-6]
    assert np.abs(departs).max() == pytest.approx(3) and np.abs(held[6:-6, 6:30]).max() < 1e-3
    assert max(np.abs(np.diff(departs, axis=axis)).max() for axis in (0, 1)) < 2.4
    assert sea.mean() > 0.3


@pytest.mark.parametrize("dem_error", [0.0, 1.0])
def test_a_cliff_at_a_shore_keeps_its_height_but_for_what_the_dem_may_be_off_by(dem_error: float) -> None:
    """A result that is right, where cubic resampling is metres too low."""
    y, x = np.mgrid[0:108, 0:120]
    truth = np.where(x >= 60, 40 + 0.3 * (x - 60) + 3 * np.sin(y / 4.0), 0.0).astype(np.float32)
    dem = means(truth, 3)
    projection, cubic, cells = back_projection(dem, dem_error, 0.0)
    assert (truth - cubic)[:, 60:63].max() > 2
    taken = (truth - projection.held_level(truth, cubic, EVERYTHING, *cells))[6:-6, 6:-6]
    assert taken.min() > -1e-4 and taken.max() <= 2 * dem_error + 1e-4 and (taken.max() > 1) == (dem_error > 0)


def test_cells_of_whole_metres_that_are_as_high_by_chance_are_no_lake(
    tmp_path: Path, superresolve: Superresolve, small_model: Path, projecting_model: Path
) -> None:
    """Blocks of 3 x 4 cells at the foot of a cliff, in rough ground: each has cells with five neighbours as high, and none is held. No
    chance makes them in a DEM of numbers that nobody rounds to, and there they are."""
    y, x = np.mgrid[0:36, 0:40]
    dem = np.where(x > 20, 400.0, 3.0) + (5 * x + 3 * y + x * y) % 7
    for row in range(2, 32, 8):
        dem[row : row + 4, 17:20] = 2.0
    # As far off as this, the means take nothing back.
    for heights, held in ((dem.astype(np.int16), False), ((dem + 0.1).astype(np.float32), False), ((dem * 0.999).astype(np.float32), True)):
        path = write(tmp_path / "dem.tif", heights)
        free, bound = (superresolve(path, model=model, dem_error=50.0, resolution=10.0) for model in (small_model, projecting_model))
        assert np.abs(bound - free).max() > 0.6 if held else (bound == free).all()


@pytest.mark.parametrize("step", [0.1, 0.3048])
def test_cells_of_tenths_or_feet_that_are_as_high_by_chance_are_no_lake(
    tmp_path: Path, superresolve: Superresolve, small_model: Path, projecting_model: Path, step: float
) -> None:
    """As those of whole metres, in numbers that are rounded to something else."""
    y, x = np.mgrid[0:36, 0:40]
    dem = np.where(x > 20, 400.0, 3.0) + (5 * x + 3 * y + x * y) % 7
    for row in range(2, 32, 8):
        dem[row : row + 4, 17:20] = 2.0
    path = write(tmp_path / "dem.tif", (step * dem).astype(np.float32))
    free, bound = (superresolve(path, model=model, dem_error=50.0, resolution=10.0) for model in (small_model, projecting_model))
    np.testing.assert_array_equal(bound, free)


@pytest.mark.parametrize("kind", ["int16", "float32"])
def test_a_level_place_from_which_the_ground_falls_is_no_lake(
    tmp_path: Path, superresolve: Superresolve, small_model: Path, projecting_model: Path, kind: str
) -> None:
    """Shelves of 6 x 6 cells of whole metres at the foot of a cliff, above rough ground: rounding makes such of a crest, and they are as
    level once the DEM was brought onto another grid, and is rounded no more. As wide a lake, lower than the ground, is held."""
    y, x = np.mgrid[0:36, 0:40]
    shelves = np.where(x > 20, 400.0, 3.0) + (5 * x + 3 * y + x * y) % 7
    if kind == "float32":
        shelves += 0.37 * np.sin(x * y)
    lakes = shelves.copy()
    for row in range(2, 30, 9):
        shelves[row : row + 6, 15:21], lakes[row : row + 6, 15:21] = 20.0, 2.0
    departed = []
    for dem in (shelves, lakes):
        path = write(tmp_path / "dem.tif", dem.astype(kind))
        free, bound = (superresolve(path, model=model, dem_error=50.0, resolution=10.0) for model in (small_model, projecting_model))
        departed.append(float(np.abs(bound - free).max()))
    assert departed[0] == 0 and departed[1] > 0.5


@pytest.mark.parametrize("step", [0.0, 1.0])
@pytest.mark.parametrize("resolution", [30.0, 10.0])
def test_a_lake_is_held_the_same_whatever_the_tiles(
    tmp_path: Path, superresolve: Superresolve, projecting_model: Path, resolution: float, step: float
) -> None:
    y, x = np.mgrid[0:72, 0:80]
    lake = np.hypot(y - 34, x - 41) < 24
    dem = np.where(lake, 0.0, 25 + 10 * np.sin(y / 3.0) * np.cos(x / 4.0))
    path = write(tmp_path / "dem.tif", np.round(dem).astype(np.int16) if step else dem.astype(np.float32))
    whole, tiled = (superresolve(path, model=projecting_model, dem_error=50.0, resolution=resolution, tile=tile) for tile in (0, 32))
    np.testing.assert_allclose(tiled, whole, atol=1e-3)


def test_gaps_have_nothing_to_take_back(tmp_path: Path, superresolve: Superresolve, projecting_model: Path) -> None:
    heights = terrain(36, 40).astype(np.float32)
    holes = heights.copy()
    holes[10:20, 12:24] = -9999
    whole = superresolve(write(tmp_path / "whole.tif", heights), model=projecting_model, resolution=10.0)
    holed = superresolve(write(tmp_path / "holed.tif", holes, nodata=-9999), model=projecting_model, resolution=10.0)
    assert np.isnan(holed[30:60, 36:72]).all() and np.isfinite(holed).sum() == whole.size - 30 * 36
    assert rms((means(holed, 3) - heights)[np.isfinite(means(holed, 3))]) < 1.5 * rms(means(whole, 3) - heights) + 0.5
    # Far from the hole nothing has changed.
    assert np.nanmax(np.abs((holed - whole)[:, 100:])) < 0.01


@pytest.mark.parametrize("resolution", [60.0, 0.8])
def test_a_finer_dem_or_much_larger_pixels_are_left_alone(
    tmp_path: Path, superresolve: Superresolve, small_model: Path, projecting_model: Path, resolution: float
) -> None:
    small = write(tmp_path / "small.tif", terrain(8, 8).astype(np.float32))
    free, bound = (superresolve(small, model=model, resolution=resolution) for model in (small_model, projecting_model))
    np.testing.assert_array_equal(free, bound)


@pytest.mark.parametrize(("first", "left"), [(0.0, -1.0), (0.0, -1.5), (-180.0, 180.0), (-180.0, 180.5), (-180.0, -181.0), (-180.0, 10.0)])
def test_a_result_at_the_seam_of_the_earth_is_brought_back(first: float, left: float) -> None:
    """Of a DEM of all longitudes in degrees: where the output only touches its rectangle, and where it lies on it or beyond it."""
    degrees = CRS.from_epsg(4326).to_wkt()
    dem = Grid(degrees, Affine(0.1, 0, first, 0, -0.1, 20), 3600, 400)
    target = Grid(degrees, Affine(0.02, 0, left, 0, -0.02, 10), 50, 50)
    projection = BackProjection(Sampler(dem, target), 0.0)
    core, cells = Window(0, 0, 50, 50), projection.cells(Window(0, 0, 50, 50))
    assert projection.reach and cells is not None
    read, level = core.widened(projection.reach), np.full((1, cells.height, cells.width), 100.0)
    made = np.full((read.height, read.width), 110, np.float32)
    added = projection.correction(made, read, core, level, np.ones(level.shape[1:], np.bool_))
    assert added == pytest.approx(-10, abs=1e-3)
