"""Where the output lies."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from backend.errors import InputError
from backend.grid import (
    Bounds,
    Grid,
    common_ground,
    doubtful_way,
    ground_pixel_size,
    horizontal,
    parse_crs,
    target_grid,
    transform_points,
)
from backend.windows import Window

UTM = CRS.from_epsg(32632).to_wkt()
DEGREES = CRS.from_epsg(4326).to_wkt()
WEB = CRS.from_epsg(3857).to_wkt()
DEM = Grid(UTM, Affine(30, 0, 600_000, 0, -30, 5_200_000), 100, 80)


def test_without_a_guide_each_pixel_is_divided_by_the_ratio() -> None:
    grid = target_grid(DEM, ratio=3)
    assert (grid.transform, grid.width, grid.height) == (Affine(10, 0, 600_000, 0, -10, 5_200_000), 300, 240)


@given(st.floats(1, 6), st.integers(1, 3000), st.integers(1, 3000))
def test_no_edge_is_cut_off_whatever_the_ratio(ratio: float, width: int, height: int) -> None:
    dem = Grid(UTM, DEM.transform, width, height)
    grid = target_grid(dem, ratio=ratio)
    left, bottom, right, top = grid.bounds()
    pixel = 30 / ratio
    assert (left, top) == (600_000, 5_200_000)
    assert -1e-4 * pixel <= right - dem.bounds()[2] < pixel
    assert -1e-4 * pixel <= dem.bounds()[1] - bottom < pixel


def test_a_bottom_up_dem_gives_a_grid_that_begins_in_the_north() -> None:
    upside_down = Grid(UTM, Affine(30, 0, 600_000, 0, 30, 5_197_600), 100, 80)
    assert target_grid(upside_down, ratio=3) == target_grid(DEM, ratio=3)


def test_the_guide_gives_whole_pixels_where_it_meets_the_dem() -> None:
    guide = Grid(UTM, Affine(8, 0, 598_003, 0, -8, 5_201_001), 10_000, 10_000)
    grid = target_grid(DEM, ratio=3, guide=guide)
    columns, rows = (grid.transform.c - 598_003) / 8, (5_201_001 - grid.transform.f) / 8
    assert columns == round(columns) and rows == round(rows)
    left, bottom, right, top = grid.bounds()
    assert 0 <= 600_000 - left < 8 and 0 <= right - 603_000 < 8 and 0 <= top - 5_200_000 < 8 and 0 <= 5_197_600 - bottom < 8


def test_resolution_is_aligned_with_the_guide_and_covers_the_dem() -> None:
    guide = Grid(UTM, Affine(8, 0, 601_003, 0, -8, 5_199_001), 50, 50)
    grid = target_grid(DEM, ratio=3, guide=guide, resolution=7)
    assert (grid.transform.c - 601_003) % 7 == 0 and (grid.transform.f - 5_199_001) % 7 == 0
    left, bottom, right, top = grid.bounds()
    assert left <= 600_000 and bottom <= 5_197_600 and right >= 603_000 and top >= 5_200_000


def test_parts_of_a_grid_and_its_neighbours_group_the_same_pixels() -> None:
    """Also where pixels begin on halves and thirds of themselves, as SRTM's and those made three times finer do."""
    for left, pixel in ((600_000.0, 10.0), (-122.5 - 1 / 7200, 1 / 10800), (11.0 - 1 / 2400, 1 / 3600)):
        whole = Grid(UTM, Affine(pixel, 0, left, 0, -pixel, left + 7 * pixel), 5000, 5000)
        column, row = whole.phase(2)
        for step in range(0, 4000, 37):
            part = whole.window(Window(step, step + 1, 10, 10))
            assert part.phase(2) == ((column + step) % 2, (row + step + 1) % 2)


def test_like_is_taken_as_it_is() -> None:
    like = Grid(UTM, Affine(12, 0, 599_000, 0, -12, 5_201_000), 200, 300)
    assert target_grid(DEM, ratio=3, like=like) == like


def test_extent_keeps_the_pixels_that_touch_it() -> None:
    grid = target_grid(DEM, ratio=3, extent=(600_105, 5_199_000, 600_121, 5_199_011))
    assert (grid.transform.c, grid.transform.f, grid.width, grid.height) == (600_100, 5_199_020, 3, 2)


def test_extent_in_another_crs() -> None:
    whole = target_grid(DEM, ratio=3)
    left, bottom, right, top = whole.bounds(DEGREES)
    assert target_grid(DEM, ratio=3, extent=(left - 1, bottom - 1, right + 1, top + 1), extent_crs=DEGREES) == whole


@pytest.mark.parametrize("resolution", [10.0, 0.3])
def test_an_extent_may_reach_as_far_as_numbers_do(resolution: float) -> None:
    everywhere = (-1e308, -1e308, 1e308, 1e308)
    assert target_grid(DEM, ratio=3, resolution=resolution, extent=everywhere) == target_grid(DEM, ratio=3, resolution=resolution)


@pytest.mark.parametrize("resolution", [1e-5, 1e-12, 1e-300, 5e-324])
def test_a_size_that_is_refused_is_said_in_a_few_digits(resolution: float) -> None:
    with pytest.raises(InputError) as raised:
        target_grid(DEM, ratio=3, resolution=resolution)
    assert raised.value.code == "grid-invalid" and len(raised.value.message) < 100


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"extent": (0, 0, 1, 1)}, "no-overlap"),
        ({"extent": (600_100, 0, 600_000, 1)}, "option-invalid"),
        ({"extent": (math.nan, 0, 600_000, 1)}, "option-invalid"),
        ({"extent": (46.9, -122.5, 47.0, -122.4), "extent_crs": DEGREES}, "option-invalid"),
        ({"resolution": 0.0}, "option-invalid"),
        ({"resolution": -3.0}, "option-invalid"),
        ({"resolution": math.inf}, "option-invalid"),
        ({"resolution": 1e-5}, "grid-invalid"),
        ({"resolution": 5000.0}, "grid-invalid"),
        ({"guide": Grid(UTM, Affine(8, 0, 0, 0, -8, 0), 50, 50)}, "no-overlap"),
        ({"guide": Grid(DEGREES, Affine(0.1, 0, -70, 0, -0.1, 40), 50, 50)}, "no-overlap"),
        ({"guide": Grid(UTM, Affine(8, 3, 600_000, 3, -8, 5_200_000), 50, 50)}, "grid-invalid"),
        ({"like": Grid(UTM, Affine(8, 0, 0, 0, -8, 0), 50, 50)}, "no-overlap"),
    ],
)
def test_grids_that_cannot_be_are_refused(options: dict[str, object], code: str) -> None:
    with pytest.raises(InputError) as raised:
        target_grid(DEM, ratio=3, **options)  # type: ignore[arg-type]
    assert raised.value.code == code and raised.value.hint


def test_an_extent_that_lies_elsewhere_is_named_as_it_was_typed() -> None:
    """Whoever took the wrong CRS sees both."""
    with pytest.raises(InputError) as raised:
        target_grid(DEM, ratio=3, extent=(-122.6, 37.9, -122.5, 38.0), extent_crs=WEB)
    assert "--extent -122.6,37.9,-122.5,38 (WGS 84 / Pseudo-Mercator)" in raised.value.message
    assert "(WGS 84 / UTM zone 32N)" in raised.value.message


def test_a_rotated_guide_serves_a_north_up_resolution() -> None:
    rotated = Grid(UTM, Affine(8, 3, 600_000, 3, -8, 5_200_000), 50, 50)
    assert not target_grid(DEM, ratio=3, guide=rotated, resolution=10).rotated


@pytest.mark.parametrize(
    ("crs", "x", "y", "pixel", "metres"),
    [
        (UTM, 600_000, 5_200_000, 30, 30),
        # 60 degrees north: an arc second is 30.9 m high and half as wide.
        (DEGREES, 10, 60, 1 / 3600, math.sqrt(30.95 * 15.5)),
        (WEB, 1_113_194, 8_399_737, 30, 15.05),
        (CRS.from_epsg(2263).to_wkt(), 980_000, 200_000, 10, 3.048),
    ],
)
def test_pixel_size_is_measured_on_the_ground(crs: str, x: float, y: float, pixel: float, metres: float) -> None:
    assert ground_pixel_size(crs, Affine(pixel, 0, x, 0, -pixel, y), 5, 5) == pytest.approx(metres, rel=0.005)


def test_a_pixel_on_the_pole_is_measured_too() -> None:
    polar = CRS.from_epsg(3413).to_wkt()
    assert ground_pixel_size(polar, Affine(30, 0, -600, 0, -30, 540), 20, 18) == pytest.approx(30 / 0.97, rel=0.01)
    with pytest.raises(InputError) as raised:
        ground_pixel_size(DEGREES, Affine(1e-3, 0, 0, 0, -1e-3, 90), 5, 0)
    assert raised.value.code == "grid-invalid"


@pytest.mark.parametrize("turned", [False, True])
def test_a_grid_around_the_pole_finds_the_size_of_a_dem_whose_first_row_is_the_pole(turned: bool) -> None:
    """Lines on the degrees: the first row's middle is the pole, its upper edge lies beyond."""
    step = -0.25 if turned else 0.25
    dem = Grid(DEGREES, Affine(0.25, 0, -180.125, 0, -step, 90 * (-1 if turned else 1) + step / 2), 1441, 721)
    polar = Grid(CRS.from_epsg(3413).to_wkt(), Affine(1000, 0, -30_000, 0, -1000, 30_000), 60, 60)
    assert dem.pixel_size_at(polar) == pytest.approx(math.sqrt(121.8 * 27_923), rel=0.01)


@pytest.mark.parametrize("west", [179.98, -180.02])
def test_longitudes_may_be_counted_across_the_antimeridian(west: float) -> None:
    dem = Grid(DEGREES, Affine(1 / 3600, 0, west, 0, -1 / 3600, -16.4), 144, 360)
    fiji = CRS.from_epsg(32701).to_wkt()
    guide = Grid(fiji, Affine(10, 0, 180_800, 0, -10, 8_183_000), 60, 50)
    assert target_grid(dem, ratio=3, guide=guide) == guide
    like = Grid(DEGREES, Affine(1e-4, 0, -180, 0, -1e-4, -16.41), 50, 40)
    other = Grid(DEGREES, Affine(1e-4, 0, 180, 0, -1e-4, -16.41), 50, 40)
    assert target_grid(dem, ratio=3, like=like) == like and target_grid(dem, ratio=3, like=other) == other
    whole = target_grid(dem, ratio=3)
    assert target_grid(dem, ratio=3, extent=(-180, -16.45, -179.99, -16.42), extent_crs=CRS.from_user_input("OGC:CRS84").to_wkt()) == (
        target_grid(dem, ratio=3, extent=(west + 0.02, -16.45, west + 0.03, -16.42))
    )
    assert target_grid(dem, ratio=3, extent=(west - 1, -17, west + 1, -16)) == whole


def test_metres_typed_for_degrees_are_answered_with_degrees() -> None:
    dem = Grid(DEGREES, Affine(1 / 3600, 0, 10, 0, -1 / 3600, 47), 300, 300)
    with pytest.raises(InputError) as refused:
        target_grid(dem, ratio=3, resolution=10)
    assert "10 m are about 0.00011 degree there" in refused.value.hint
    with pytest.raises(InputError) as refused:
        target_grid(Grid(CRS.from_epsg(32632).to_wkt(), Affine(30, 0, 5e5, 0, -30, 5e6), 10, 10), ratio=3, resolution=1000)
    assert refused.value.hint.endswith("metre.")


@pytest.mark.parametrize("west", [-180.0, 0.0, -180.1])
def test_an_extent_across_180_degrees_is_one_piece_of_the_whole_earth(west: float) -> None:
    earth = Grid(DEGREES, Affine(0.2, 0, west, 0, -0.2, 90), 1800, 900)
    square = CRS.from_epsg(32760).to_wkt(), (500_000.0, 7_800_000.0, 900_000.0, 8_200_000.0)
    for extent, crs, bounds in (
        ((170.0, -10.0, 190.0, 0.0), DEGREES, (170, -10, 190, 0)),
        ((170.0, -10.0, 190.0, 0.0), None, (170, -10, 190, 0)),
        ((-190.0, -10.0, -170.0, 0.0), None, (170, -10, 190, 0)),
        (square[1], square[0], (177.0, -19.93, 180.87, -16.2)),
    ):
        part = target_grid(earth, ratio=3, extent=extent, extent_crs=crs)
        left, bottom, right, top = part.bounds()
        around = math.floor((left + 180) / 360) * 360
        assert (left - around, bottom, right - around, top) == pytest.approx(bounds, abs=0.15)
    whole = target_grid(earth, ratio=3)
    assert target_grid(earth, ratio=3, extent=(-180.0, -90.0, 180.0, 90.0), extent_crs=DEGREES).width == whole.width
    assert target_grid(earth, ratio=3, extent=(west - 5, -10, west + 365, 0)).width == whole.width


def test_only_the_horizontal_part_of_a_crs_counts() -> None:
    assert horizontal(CRS.from_user_input("EPSG:32632+5773")).to_epsg() == 32632
    assert horizontal(CRS.from_epsg(4979)).to_epsg() == 4326
    with pytest.raises(InputError):
        parse_crs("EPSG:nonsense")
    with pytest.raises(InputError):
        parse_crs("EPSG:5773")


def test_all_ground_that_two_grids_share_goes_one_way_between_their_datums() -> None:
    """East of Elba PROJ leaves the transformation that was published for Italy, in the midst of a raster."""
    old, new = (CRS.from_epsg(code).to_wkt() for code in (23032, 25832))
    grid = Grid(old, Affine(25, 0, 608_000, 0, -25, 4_745_000), 500, 400)
    area = common_ground(grid, Grid(new, Affine(25, 0, 608_000, 0, -25, 4_745_000), 500, 400))
    assert area == (10, 42, 11, 43)
    x, y = np.linspace(608_000, 620_000, 49), np.full(49, 4_740_000.0)

    def steps(of: Bounds | None) -> np.ndarray:
        east, north = transform_points(old, new, x, y, of)
        return np.hypot(np.diff(east - x), np.diff(north - y))

    assert steps(area).max() < 0.1 < 50 < steps(None).max()
    back = transform_points(new, old, *transform_points(old, new, x, y, area), area)
    assert np.abs(np.subtract(back, (x, y))).max() < 0.01


def test_a_way_between_datums_that_is_known_less_well_than_a_pixel_is_doubted() -> None:
    def grids(size: float) -> tuple[Grid, Grid]:
        here = Affine(size, 0, 550_000, 0, -size, 4_180_000)
        old, new = (Grid(CRS.from_epsg(code).to_wkt(), here, 200, 200) for code in (26710, 32610))
        return old, new

    said = doubtful_way(*grids(5.0), "the DEM")
    assert said.startswith("PROJ knows the way from NAD27 / UTM zone 10N to WGS 84 / UTM zone 10N to ") and "the DEM may lie" in said
    assert doubtful_way(*grids(30.0), "the DEM") == ""
    same, other = grids(5.0)
    assert doubtful_way(same, same, "the DEM") == "" == doubtful_way(other, replace(other, crs=CRS.from_epsg(32611).to_wkt()), "the DEM")


@pytest.mark.parametrize(
    ("text", "words"), [("EPSG:5773", "is EGM96 height, the CRS of no map"), ("EPSG:0", "is not a CRS that PROJ knows")]
)
def test_what_is_no_map_is_not_said_to_be_unknown(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as raised:
        parse_crs(text)
    assert raised.value.code == "option-invalid"
