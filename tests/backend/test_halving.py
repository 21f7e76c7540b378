"""At ratios between 1 and 2 the model runs on pixels half as large."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import models_for_tests
import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.crs import CRS
from rasters_for_tests import DEM_TRANSFORM, image, read, terrain, write

from backend import models
from backend.events import Event, Log
from backend.grid import Grid, middle_of
from backend.halving import means, times

PIXEL = 20.0
Superresolve = Callable[..., np.ndarray]


@pytest.fixture
def hilly(tmp_path: Path) -> Path:
    """72 x 60 pixels of 30 m with a hole and a ragged edge."""
    values = terrain(60, 72).astype(np.float32)
    values[22:31, 30:37] = values[:12, :4] = -9999
    return write(tmp_path / "hilly.tif", values, nodata=-9999)


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    transform = Affine(10, 0, DEM_TRANSFORM.c + 305, 0, -10, DEM_TRANSFORM.f)
    return write(tmp_path / "scene.tif", image(190, 150), transform=transform, descriptions=("NIR", "Red", "Green"))


@pytest.mark.parametrize(("ratio", "expected"), [(0.9, 1), (1.0, 1), (1.01, 1), (1.1, 2), (1.5, 2), (1.8, 2), (2.0, 1), (3.0, 1), (9.0, 1)])
def test_it_is_done_where_it_helps(ratio: float, expected: int) -> None:
    card = models_for_tests.card("one", ratios=(1.0, 6.0))
    assert times(ratio, card, 0.0) == expected == times(ratio, card, 0.1)
    # A model that was not trained for twice the ratio is not run on it.
    assert times(ratio, replace(card, ratio=1.5, ratios=(1.0, 1.9)), 0.0) == 1
    # What is far off, as SRTM is, is mended on its own pixels.
    assert times(ratio, card, 0.2) == 1


def test_means_are_over_squares() -> None:
    values = np.arange(48, dtype=np.float32).reshape(2, 4, 6)
    assert means(values, 2).tolist() == values.reshape(2, 2, 2, 3, 2).mean(axis=(2, 4)).tolist()
    assert means(values, 1) is values


@pytest.mark.parametrize("with_guide", [True, False])
def test_a_result_is_the_mean_of_one_on_pixels_half_as_large(
    tmp_path: Path, superresolve: Superresolve, model: Path, hilly: Path, scene: Path, with_guide: bool
) -> None:
    options = {"model": model, "guide": scene if with_guide else None, "dem_error": 2.0}
    events: list[Event] = []
    halved = superresolve(hilly, resolution=PIXEL, events=events, **options)
    with rasterio.open(tmp_path / "fine1.tif") as dataset:
        grid, shape = dataset.transform @ Affine.scale(0.5), tuple(2 * size for size in dataset.shape)
    finer = superresolve(hilly, like=write(tmp_path / "like.tif", np.zeros(shape, np.uint8), transform=grid), **options)
    assert any(isinstance(event, Log) and "pixels of 10 m, and the result is the mean over four of them" in event.text for event in events)
    expected = means(finer, 2)
    both = np.isfinite(halved) & np.isfinite(expected)
    assert both.mean() > 0.8 and np.abs(halved - expected)[both].max() < 0.002


def test_tiles_extents_and_height_change_nothing(tmp_path: Path, superresolve: Superresolve, model: Path, hilly: Path, scene: Path) -> None:
    options = {"model": model, "guide": scene, "resolution": PIXEL}
    whole = superresolve(hilly, tile=1024, **options)
    tiled = superresolve(hilly, tile=66, **options)
    assert (np.isnan(tiled) == np.isnan(whole)).all() and np.nanmax(np.abs(tiled - whole)) < 0.01
    with rasterio.open(tmp_path / "fine1.tif") as dataset:
        left, top = dataset.transform @ (7, 5)
    part = superresolve(hilly, extent=(left + 1, top - 60 * PIXEL + 1, left + 50 * PIXEL - 1, top - 1), **options)
    inside = whole[5:65, 7:57]
    assert part.shape == inside.shape and (np.isnan(part) == np.isnan(inside)).all() and np.nanmax(np.abs(part - inside)) < 0.01
    values = read(hilly)
    higher = write(tmp_path / "higher.tif", np.where(np.isnan(values), -9999, values + 5000).astype(np.float32), nodata=-9999)
    assert np.nanmax(np.abs(superresolve(higher, **options) - whole - 5000)) < 0.01


def test_the_other_outputs_are_of_the_result(tmp_path: Path, superresolve: Superresolve, hilly: Path) -> None:
    doubting_model = models_for_tests.write_model(tmp_path / "doubting.onnx", sigma=True)
    names = {name: str(tmp_path / f"{name}.tif") for name in ("uncertainty", "difference")}
    made = superresolve(hilly, model=doubting_model, resolution=PIXEL, **names)
    finer = superresolve(hilly, model=doubting_model, resolution=PIXEL / 2, uncertainty=str(tmp_path / "finer.tif"))
    assert finer.shape == (180, 216)
    cubic = made - read(Path(names["difference"]))
    sigma, both = read(Path(names["uncertainty"])), np.isfinite(made)
    assert np.isfinite(cubic[both]).all() and np.abs(cubic - made)[both].max() > 0.01
    expected = means(read(tmp_path / "finer.tif"), 2)
    known = both & np.isfinite(expected)
    np.testing.assert_allclose(sigma[known], expected[known], atol=2e-3)


def test_a_dem_of_all_the_earth_is_halved_as_its_tile_would_be(small_model: Path) -> None:
    """By what lies under the image: at 0 degrees north and east a pixel of its UTM zone is far smaller than 15 m."""
    second, card = 1 / 3600, replace(models.load(small_model).card, ratio=3.0, ratios=(1.0, 6.0))
    earth = Grid(CRS.from_epsg(4326).to_wkt(), Affine(second, 0, -180, 0, -second, 84), 360 * 3600, 140 * 3600)
    tile = Grid(earth.crs, Affine(second, 0, 9, 0, -second, 47), 3600, 3600)
    scene = Grid(CRS.from_epsg(32632).to_wkt(), Affine(15, 0, 520_000, 0, -15, 5_170_000), 2000, 2000)
    for dem in (earth, tile):
        for middle in (middle_of(dem, scene, None), middle_of(dem, None, scene)):
            ratio = dem.pixel_size_at(middle) / scene.pixel_size_in(middle)
            assert ratio == pytest.approx(1.72, abs=0.02)
            assert times(ratio, card, 0.0) == 2
    assert middle_of(tile, None, None) == tile


def test_parts_of_a_dem_in_degrees_join_where_its_ratio_passes_the_limit(tmp_path: Path, superresolve: Superresolve, hilly: Path) -> None:
    """One arc second is 1.9 times 15 m at 31.4 degrees north: above that alone would the model run on halves."""
    second = 1 / 3600
    dem = write(
        tmp_path / "degrees.tif",
        terrain(4000, 24).astype(np.float32),
        crs=CRS.from_epsg(4326),
        transform=Affine(second, 0, 9, 0, -second, 32),
    )
    grid = {"crs": CRS.from_epsg(32632), "transform": Affine(15, 0, 500_000, 0, -15, 3_541_000)}
    like = write(tmp_path / "like.tif", np.zeros((8000, 40), np.uint8), **grid)
    model = models_for_tests.write_model(tmp_path / "whole.onnx", model_card=models_for_tests.card("whole", ratios=(1.0, 6.0)))
    parts = []
    for first, last in ((3000, 4020), (4000, 6000)):
        extent = (500_001, 3_541_000 - 15 * last + 1, 500_599, 3_541_000 - 15 * first - 1)
        parts.append(superresolve(dem, model=model, like=like, extent=extent))
    above, below = parts[0][1000:1020], parts[1][:20]
    assert np.isfinite(above).any() and np.nanmax(np.abs(above - below)) < 0.01
