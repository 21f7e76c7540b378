"""Polygons of a mask mean the ground that their file says, in whatever CRS the reference is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS, Transformer
from rasters_for_tests import write

from backend.compare.mask import Cells, Polygons
from backend.errors import InputError
from backend.grid import Grid
from backend.rasters import Raster
from backend.windows import Window


def grid(crs: str, lon: float, lat: float, size: int = 300, pixel: float = 30.0) -> Grid:
    """`size` pixels square, around a place."""
    x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(lon, lat)
    half = size * pixel / 2
    return Grid(CRS.from_user_input(crs).to_wkt(), Affine(pixel, 0, x - half, 0, -pixel, y + half), size, size)


def box(left: float, bottom: float, right: float, top: float) -> list[list[float]]:
    return [[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]]


def counted(folder: Path, on: Grid, *polygons: list[Any]) -> np.ndarray:
    file = folder / "mask.geojson"
    file.write_text(json.dumps({"type": "MultiPolygon", "coordinates": polygons}))
    return Polygons(str(file)).on(on, Window(0, 0, on.width, on.height))


def test_an_empty_polygon_has_nothing(tmp_path: Path) -> None:
    """RFC 7946, 3.1: it may be null, or a list of nothing."""
    of = PLACES["UTM"]
    ring = box(-180, 60, 180, 90)
    assert np.array_equal(counted(tmp_path, of, [], [ring]), counted(tmp_path, of, [ring]))
    file = tmp_path / "empty.geojson"
    file.write_text(json.dumps({"type": "Polygon", "coordinates": []}))
    with pytest.raises(InputError, match="has no polygon"):
        Polygons(str(file))


def test_a_small_triangle_counts_as_a_small_square_does(tmp_path: Path) -> None:
    """A square's diagonal halves it; an outcrop is small, and its outline may have three corners."""
    of = grid("EPSG:32633", 15, 50, pixel=10)
    square = box(15, 50, 15.001, 50.0008)
    halves = [[*square[:3], square[0]], [square[0], square[2], square[3], square[0]]]
    one, other = (counted(tmp_path, of, [half]) for half in halves)
    assert one.sum() > 10 < other.sum() and not (one & other).any()
    assert np.array_equal(one | other, counted(tmp_path, of, [square]))


def test_what_usually_means_no_data_is_outside_of_a_raster_that_declares_none(tmp_path: Path) -> None:
    of = grid("EPSG:32633", 15, 50, size=40)
    values = np.full((40, 40), -9999, np.int16)
    values[10:20, 5:30] = 1
    path = write(tmp_path / "mask.tif", values, transform=of.transform, crs=of.crs)
    with Raster(str(path), "The mask") as raster:
        assert np.array_equal(Cells(raster).on(of, Window(0, 0, 40, 40)), values == 1)


def test_a_polygon_of_empty_rings_is_as_good_as_none(tmp_path: Path) -> None:
    of = PLACES["UTM"]
    ring = box(-180, 60, 180, 90)
    assert np.array_equal(counted(tmp_path, of, [[]], [ring, []]), counted(tmp_path, of, [ring]))


def test_a_mask_in_a_crs_that_nobody_knows_is_named(tmp_path: Path) -> None:
    content = {"type": "Polygon", "coordinates": [box(0, 0, 1, 1)], "crs": {"type": "name", "properties": {"name": "local_crs"}}}
    (tmp_path / "mask.geojson").write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"mask\.geojson, names a CRS that nobody knows: 'local_crs'") as raised:
        Polygons(str(tmp_path / "mask.geojson"))
    assert raised.value.code == "mask-invalid"


@pytest.mark.parametrize("begin", ["[", '{"type": "GeometryCollection", "geometries": ['])
def test_one_that_is_nested_without_end_is_refused(tmp_path: Path, begin: str) -> None:
    file = tmp_path / "deep.geojson"
    end = "".join({"[": "]", "{": "}"}.get(sign, "") for sign in reversed(begin))
    for depth in (900, 200_000):
        file.write_text(begin * depth + end * depth)
        with pytest.raises(InputError) as raised:
            Polygons(str(file))
        assert raised.value.code == "mask-invalid"


@pytest.mark.parametrize("west", [179.0, -181.0])
def test_a_raster_of_the_whole_earth_counts_on_beyond_its_last_column(tmp_path: Path, west: float) -> None:
    values = np.ones((180, 360), np.uint8)
    values[:, 0] = 0
    path = write(tmp_path / "mask.tif", values, transform=Affine(1, 0, -180, 0, -1, 90), crs="EPSG:4326")
    on = Grid(CRS.from_epsg(4326).to_wkt(), Affine(0.05, 0, west, 0, -0.05, 1), 60, 40)
    with Raster(str(path), "The mask") as raster:
        found = Cells(raster).on(on, Window(0, 0, 60, 40))
    assert found.all(axis=0).tolist() == [True] * 20 + [False] * 20 + [True] * 20 and not found[:, 20:40].any()


PLACES = {
    "UTM": grid("EPSG:32633", 15, 72),
    "polar": grid("EPSG:3413", -40, 75),
    "both sides of 180 degrees": grid("EPSG:32601", -179.99, 65),
    "degrees beyond 180": Grid(CRS.from_epsg(4326).to_wkt(), Affine(0.01, 0, 179, 0, -0.01, 66), 200, 100),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("of", [[box(-180, 60, 180, 90)], [box(-180, -90, 180, 90)]])
def test_a_polygon_round_the_earth_has_all_that_it_holds(tmp_path: Path, place: str, of: list[Any]) -> None:
    assert counted(tmp_path, PLACES[place], of).all()


@pytest.mark.parametrize("width", [1, 4, 40])
@pytest.mark.parametrize("crs", ["EPSG:3413", "EPSG:32624"])
def test_an_edge_along_a_parallel_stays_on_it(tmp_path: Path, crs: str, width: int) -> None:
    on = grid(crs, -40, 75, 900)
    cols, rows = np.meshgrid(np.arange(on.width) + 0.5, np.arange(on.height) + 0.5)
    lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(*(on.transform @ (cols, rows)))
    within = (lat > 75) & (np.abs(lon + 40) < width / 2)
    found = counted(tmp_path, on, [box(-40 - width / 2, 75, -40 + width / 2, 80)])
    # A centre may lie on an edge to within what an edge bends.
    assert np.count_nonzero(found != within) < 20 and within.sum() > 100_000


def test_polygons_on_either_side_of_180_degrees_join(tmp_path: Path) -> None:
    sides = [box(175, 60, 180, 70)], [box(-180, 60, -175, 70)]
    found = counted(tmp_path, PLACES["both sides of 180 degrees"], *sides)
    assert found.mean() > 0.99
    one = counted(tmp_path, PLACES["both sides of 180 degrees"], sides[0])
    assert 0.2 < one.mean() < 0.8


def test_a_hole_that_is_larger_than_the_reference_leaves_nothing(tmp_path: Path) -> None:
    assert not counted(tmp_path, PLACES["UTM"], [box(-10, 50, 40, 80), box(0, 60, 30, 75)]).any()


def test_a_polygon_elsewhere_has_nothing(tmp_path: Path) -> None:
    assert not counted(tmp_path, PLACES["polar"], [box(10, 40, 12, 42)]).any()
