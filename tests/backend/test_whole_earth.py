"""A DEM of the whole Earth, as a mosaic of tiles is one, serves an image of a small part of it, wherever that lies."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS, Transformer
from rasters_for_tests import image, read, terrain, write

from backend.compare import comparison as compare
from backend.events import Event, Log
from backend.grid import Grid, target_grid
from backend.resample import Sampler
from backend.windows import Window

Superresolve = Callable[..., np.ndarray]

SECOND = 1 / 3600
DEGREES = CRS.from_epsg(4326).to_wkt()
EARTH = Grid(DEGREES, Affine(SECOND, 0, -180, 0, -SECOND, 84), 360 * 3600, 168 * 3600)
PLACES = {
    "Alps": (32632, 10.0, 47.0),
    "Nepal": (32645, 87.0, 28.0),
    "California": (32611, -118.0, 37.0),
    "Alaska": (32606, -147.0, 62.0),
    "Japan": (32654, 139.0, 36.0),
    "New Zealand": (32759, 172.0, -43.0),
    "Fiji, on 180 degrees": (32701, 179.999, -16.5),
}
TILE = 100
"""Pixels of an edge."""


def utm(epsg: int, longitude: float, latitude: float, width: int, height: int) -> Grid:
    """Pixels of 10 m around a place."""
    x, y = Transformer.from_crs(4326, epsg, always_xy=True).transform(longitude, latitude)
    left, top = round(x) - 5.0 * width, round(y) + 5.0 * height
    return Grid(CRS.from_epsg(epsg).to_wkt(), Affine(10, 0, left, 0, -10, top), width, height)


@pytest.mark.parametrize("place", PLACES)
def test_an_image_lies_on_the_whole_earth(place: str) -> None:
    """In one piece; and a pixel of the one is as large in the other as that in the one."""
    guide = utm(*PLACES[place], 900, 700)
    assert target_grid(EARTH, ratio=3, guide=guide) == guide
    assert target_grid(EARTH, ratio=3, like=guide) == guide
    there, back = Sampler(EARTH, guide), Sampler(guide, EARTH)
    assert back.columns_per_pixel == pytest.approx(1 / there.columns_per_pixel, rel=2e-3)
    assert back.rows_per_pixel == pytest.approx(1 / there.rows_per_pixel, rel=2e-3)
    columns, _ = there.coordinates(Window(0, 0, guide.width, guide.height))
    assert np.abs(np.diff(columns, axis=1)).max() < 1
    needed = there.needed(Window(0, 0, guide.width, guide.height))
    assert needed is not None and needed.width < guide.width and needed.height < guide.height
    assert EARTH.pixel_size_at(guide) == pytest.approx(10 / np.sqrt(there.columns_per_pixel * there.rows_per_pixel), rel=2e-3)


def test_an_extent_across_180_degrees_is_made_as_its_halves_are(tmp_path: Path, superresolve: Superresolve) -> None:
    """And the report tells of the part under it, not of all longitudes."""
    rows, cols = np.mgrid[:60, :360]
    heights = (500 + 300 * np.sin(np.radians(cols) * 8) + 2.0 * rows).astype(np.float32)
    earth = write(tmp_path / "earth.tif", heights, transform=Affine(1, 0, -180, 0, -1, 30), crs="EPSG:4326")
    made = superresolve(earth, extent=(170, -10, 190, 0), extent_crs="EPSG:4326", report=tmp_path / "report.html", dem_error=0.0)
    west, east = (superresolve(earth, extent=extent, dem_error=0.0) for extent in ((170, -10, 180, 0), (-180, -10, -170, 0)))
    assert made.shape == (30, 60) and np.isfinite(made).all()
    np.testing.assert_allclose(made, np.concatenate([west, east], axis=1), atol=1e-3)
    assert "20 × 10 pixels" in (tmp_path / "report.html").read_text().replace("\u202f", " ").replace("\u00a0", " ")


def test_degrees_across_180_are_not_cut() -> None:
    for west in (179.9, -180.1):
        guide = Grid(DEGREES, Affine(SECOND / 3, 0, west, 0, -SECOND / 3, -16.4), 2160, 1080)
        assert target_grid(EARTH, ratio=3, guide=guide) == guide
        beyond = Grid(DEGREES, Affine(SECOND / 3, 0, west, 0, -SECOND / 3, 84.05), 2160, 1080)
        assert target_grid(EARTH, ratio=3, guide=beyond).bounds() == pytest.approx((west, 83.95, west + 0.2, 84.0))


def mosaic(folder: Path, longitude: float, latitude: float) -> tuple[Path, Path]:
    """A virtual raster of the whole Earth with one tile around a place, in one file or in two where 180 degrees go through; and the tile
    alone."""
    col, row = (round((longitude + 180) * 3600) - TILE // 2, round((84 - latitude) * 3600) - TILE // 2)
    values = terrain(TILE, TILE).astype(np.float32)
    alone = write(folder / "alone.tif", values, transform=EARTH.transform @ Affine.translation(col, row), crs="EPSG:4326")
    sources, left = [], 0
    while left < TILE:
        first = (col + left) % EARTH.width
        width = min(TILE - left, EARTH.width - first)
        part = write(
            folder / f"part{left}.tif",
            values[:, left : left + width],
            transform=EARTH.transform @ Affine.translation(first, row),
            crs="EPSG:4326",
        )
        sources.append(
            f'<SimpleSource><SourceFilename relativeToVRT="1">{part.name}</SourceFilename><SourceBand>1</SourceBand>'
            f'<SrcRect xOff="0" yOff="0" xSize="{width}" ySize="{TILE}"/>'
            f'<DstRect xOff="{first}" yOff="{row}" xSize="{width}" ySize="{TILE}"/></SimpleSource>'
        )
        left += width
    path = folder / "earth.vrt"
    path.write_text(
        f'<VRTDataset rasterXSize="{EARTH.width}" rasterYSize="{EARTH.height}"><SRS>EPSG:4326</SRS>'
        f"<GeoTransform>{', '.join(f'{value!r}' for value in EARTH.transform.to_gdal())}</GeoTransform>"
        f'<VRTRasterBand dataType="Float32" band="1"><NoDataValue>-9999</NoDataValue>{"".join(sources)}</VRTRasterBand></VRTDataset>'
    )
    return path, alone


@pytest.mark.parametrize("place", ["California", "Alaska", "Fiji, on 180 degrees"])
def test_the_whole_earth_gives_what_its_tile_gives(tmp_path: Path, superresolve: Superresolve, projecting_model: Path, place: str) -> None:
    """With back-projection, under an image that reaches beyond what is known; and pixels are spoken of as large as they are there."""
    epsg, longitude, latitude = PLACES[place]
    earth, alone = mosaic(tmp_path, longitude, latitude)
    grid = utm(epsg, longitude, latitude, 200, 260)
    guide = write(
        tmp_path / "guide.tif", image(260, 200), transform=grid.transform, crs=f"EPSG:{epsg}", descriptions=("NIR", "Red", "Green")
    )
    like = tmp_path / "guide.tif"
    events: list[Event] = []
    whole = superresolve(earth, guide=guide, like=like, model=projecting_model, dem_error=None, events=events)
    part = superresolve(alone, guide=guide, like=like, model=projecting_model)
    assert np.isfinite(part).mean() > 0.5
    # Cells of back-projection are as large as those of one place, which is not quite the same one; slopes are of 45 degrees and more.
    np.testing.assert_allclose(whole, part, atol=0.03)
    assert np.nanmax(np.abs(part - np.nanmean(read(alone)))) > 20
    said = " ".join(event.text for event in events if isinstance(event, Log))
    size = re.search(r"pixels of ([\d.]+) m are off", said)
    assert size is not None and float(size[1]) == pytest.approx(30.9 * math.sqrt(math.cos(math.radians(latitude))), rel=0.01)
    assert "ratio" not in said


POLAR = CRS.from_epsg(3413).to_wkt()


def around_the_pole(folder: Path, pixels: int) -> tuple[Path, Path]:
    """Smooth ground on a polar grid of 2 km with the pole in its middle, as the grids of ice sheets have it, and in degrees to the pole."""

    def ground(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return (1500 + 400 * np.sin(x / 60_000) + 300 * np.cos(y / 80_000)).astype(np.float32)

    steps = (np.arange(pixels) + 0.5 - pixels / 2) * 2000
    corner = Affine(2000, 0, -1000.0 * pixels, 0, -2000, 1000.0 * pixels)
    polar = write(folder / "polar.tif", ground(*np.meshgrid(steps, -steps)), transform=corner, crs="EPSG:3413")
    degrees = np.meshgrid((np.arange(3600) + 0.5) / 10 - 180, 90 - (np.arange(480) + 0.5) / 60)
    x, y = Transformer.from_crs(4326, 3413, always_xy=True).transform(*degrees)
    corner = Affine(1 / 10, 0, -180, 0, -1 / 60, 90)
    return polar, write(folder / "degrees.tif", ground(x, y), transform=corner, crs="EPSG:4326")


@pytest.mark.parametrize("pixels", [100, 101])
def test_a_grid_around_the_pole_takes_heights_from_degrees(tmp_path: Path, superresolve: Superresolve, pixels: int) -> None:
    """The pixel in its middle spans half of all longitudes, and no other one does: means over as many took all memory."""
    polar, degrees = around_the_pole(tmp_path, pixels)
    settings = compare.Settings(str(polar), (str(degrees),), json=str(tmp_path / "compared.json"), coregister=True)
    _, gathered = compare.run(settings, lambda event: None)
    figures = gathered["tested"][0]["results"][0]
    assert figures["count"] >= pixels**2 - 1 and figures["rmse"] < 1 and abs(figures["bias"]) < 0.1
    made = superresolve(degrees, like=polar, dem_error=0.0)
    np.testing.assert_allclose(made, read(polar), atol=20)


def test_near_the_pole_pixels_span_what_most_do() -> None:
    """Wherever in the grid the pole lies."""
    degrees = Grid(DEGREES, Affine(1 / 60, 0, -180, 0, -1 / 60, 90), 360 * 60, 600)
    spans = [
        Sampler(degrees, Grid(POLAR, Affine(500, 0, -4e5 + away, 0, -500, 4e5 + away), 1600, 1600)).columns_per_pixel
        for away in (0.0, 250.0, 5_000.0, 20_000.0)
    ]
    assert max(spans) < 7


@pytest.mark.parametrize("more", [1, -1])
def test_a_column_more_or_less_than_the_whole_earth_makes_no_streak_at_180(tmp_path: Path, superresolve: Superresolve, more: int) -> None:
    """Global grids that are registered to lines have one column more: their first and last one show the same ground."""
    columns = 3600 + more
    west = -columns / 20
    lon = np.radians(west + (np.arange(columns) + 0.5) / 10)
    heights = (1000 + 500 * np.sin(lon * 100) + np.zeros((100, 1))).astype(np.float32)
    earth = write(tmp_path / "earth.tif", heights, transform=Affine(1 / 10, 0, west, 0, -1 / 10, -11.5), crs="EPSG:4326")
    middle = utm(32701, 180.01, -16.5, 0, 0).transform
    corner = Affine(100, 0, middle.c - 15_000, 0, -100, middle.f + 10_000)
    like = write(tmp_path / "like.tif", np.zeros((200, 300), np.uint8), transform=corner, crs="EPSG:32701")
    difference = tmp_path / "difference.tif"
    cubic = superresolve(earth, like=like, dem_error=0.0, difference=difference) - read(difference)
    x, y = corner @ np.meshgrid(np.arange(300) + 0.5, np.arange(200) + 0.5)
    lon, _ = Transformer.from_crs(32701, 4326, always_xy=True).transform(x, y)
    known = np.isfinite(cubic)
    assert known.mean() > (0.99 if more > 0 else 0.6)
    assert np.abs(cubic - (1000 + 500 * np.sin(np.radians(lon) * 100)))[known].max() < 60
