"""Files as people have them: each gets the answer that a careful person would give. The table in docs/reliability.md lists them all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pytest
import rasterio
from affine import Affine
from processes_for_tests import peak_memory
from pyproj import CRS, Transformer
from rasterio import warp
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.rpc import RPC
from rasterio.shutil import copy
from rasterio.transform import from_bounds
from rasters_for_tests import DEM_TRANSFORM, UTM, image, mosaic, read, terrain, write

from backend import models
from backend.cancel import Cancel
from backend.errors import BackendError, Cancelled, InputError
from backend.events import Event, Log, Progress
from backend.grid import Grid
from backend.output import Output
from backend.settings import Settings
from backend.superresolve import run
from backend.windows import Window, tiles

Superresolve = Callable[..., np.ndarray]
VALUES = terrain(36, 40)
NAMES = ("NIR", "Red", "Green")


@pytest.fixture
def plain(superresolve: Superresolve, dem: Path) -> np.ndarray:
    return superresolve(dem)


def refused(superresolve: Superresolve, *arguments: object, **options: object) -> InputError:
    with pytest.raises(InputError) as caught:
        superresolve(*arguments, **options)
    assert caught.value.message.endswith(".") and caught.value.hint.endswith(".")
    return caught.value


def warnings(events: list[Event]) -> str:
    return "\n".join(event.text for event in events if isinstance(event, Log) and event.level == "warning")


# --- where the pixels lie


@pytest.mark.parametrize("role", ["guide", "like"])
def test_each_raster_needs_a_crs(tmp_path: Path, superresolve: Superresolve, dem: Path, role: str) -> None:
    other = write(tmp_path / "nowhere.tif", image(120, 130), crs=None, transform=Affine(10, 0, 600_000, 0, -10, 5_200_000))
    error = refused(superresolve, dem, **{role: other})
    assert error.code == "crs-missing" and role in error.message and "nowhere.tif" in error.message


def test_an_image_with_its_cameras_coefficients_only_is_sent_to_gdalwarp(tmp_path: Path, superresolve: Superresolve, dem: Path) -> None:
    scene = write(tmp_path / "scene.tif", image(60, 60), crs=None)
    ones = [1.0] + 19 * [0.0]
    with rasterio.open(scene, "r+") as dataset:
        dataset.rpcs = RPC(0, 1, 46, 1, ones, ones, 30, 30, 7, 1, ones, ones, 30, 30)
    error = refused(superresolve, dem, guide=scene)
    assert error.code == "crs-missing" and "(RPC)" in error.message and "gdalwarp -rpc" in error.hint


def plane(transform: Affine, height: int, width: int) -> np.ndarray:
    """Heights at the centres of pixels, of one plane over the whole of UTM's zone."""
    cols, rows = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    x, y = transform @ (cols, rows)
    return (1000 + 0.05 * (x - 600_000) - 0.08 * (y - 5_200_000)).astype(np.float32)


@pytest.mark.parametrize("turn", [Affine.rotation(30), Affine.shear(20, 5), Affine.rotation(-115) @ Affine.scale(1, 0.8)])
def test_a_rotated_or_sheared_dem_lies_where_it_says(tmp_path: Path, superresolve: Superresolve, turn: Affine) -> None:
    transform = DEM_TRANSFORM @ turn
    dem = write(tmp_path / "turned.tif", plane(transform, 40, 40), transform=transform)
    assert refused(superresolve, dem).code == "grid-invalid"
    made = superresolve(dem, resolution=10.0, output=tmp_path / "fine.tif")
    with rasterio.open(tmp_path / "fine.tif") as fine:
        expected = plane(fine.transform, *made.shape)
        assert (fine.transform.b, fine.transform.d) == (0, 0)
        cols, rows = ~transform @ (fine.transform @ np.meshgrid(np.arange(fine.width) + 0.5, np.arange(fine.height) + 0.5))
    inside = (cols > 0) & (cols < 40) & (rows > 0) & (rows < 40)
    assert (np.isfinite(made) == inside).mean() > 0.999
    # Where neither an edge nor its filling is near.
    inner = (cols > 12) & (cols < 28) & (rows > 12) & (rows < 28)
    assert np.abs(made - expected)[inner].max() < 0.05


def test_a_dem_that_lies_on_its_side_is_brought_into_another_crs(tmp_path: Path, superresolve: Superresolve) -> None:
    transform = Affine(0, 30, 600_000, -30, 0, 5_200_000)
    turned = write(tmp_path / "turned.tif", plane(transform, 60, 60), transform=transform)
    (left, right), (low, high) = warp.transform(UTM, "EPSG:3035", [600_700, 601_100], [5_198_700, 5_199_100])
    like = write(tmp_path / "like.tif", image(40, 40), crs="EPSG:3035", transform=from_bounds(left, low, right, high, 40, 40))
    made = superresolve(turned, like=like)
    cols, rows = np.meshgrid(np.arange(40) + 0.5, np.arange(40) + 0.5)
    x, y = from_bounds(left, low, right, high, 40, 40) @ (cols, rows)
    there = warp.transform("EPSG:3035", UTM, x.ravel(), y.ravel())
    expected = 1000 + 0.05 * (np.array(there[0]) - 600_000) - 0.08 * (np.array(there[1]) - 5_200_000)
    assert np.abs(made.ravel() - expected).max() < 0.05


def test_a_rotated_guide_is_refused_with_a_hint_that_works(tmp_path: Path, superresolve: Superresolve, dem: Path) -> None:
    guide = write(tmp_path / "turned.tif", image(150, 150), transform=Affine(8, 2, 599_900, 2, -8, 5_200_000), descriptions=NAMES)
    error = refused(superresolve, dem, guide=guide)
    assert error.code == "grid-invalid" and "rotated" in error.message and "--resolution" in error.hint
    made = superresolve(dem, guide=guide, resolution=10.0)
    assert np.isfinite(made).all() and made.shape == (108, 120)


def test_a_guide_that_covers_a_part_changes_that_part(tmp_path: Path, superresolve: Superresolve, dem: Path, plain: np.ndarray) -> None:
    """Its own grid is that part; with --resolution all of the DEM is made, and beyond the guide as if there were none."""
    guide = write(tmp_path / "west.tif", image(120, 50), transform=Affine(10, 0, 599_950, 0, -10, 5_200_050), descriptions=NAMES)
    assert superresolve(dem, guide=guide).shape == (108, 45)
    made = superresolve(dem, guide=guide, resolution=10.0, output=tmp_path / "fine.tif")
    with rasterio.open(tmp_path / "fine.tif") as fine:
        assert (fine.transform.c, fine.transform.f, fine.width, fine.height) == (600_000, 5_200_000, 120, 108)
    assert np.isfinite(made).all()
    assert np.abs(made - plain)[:, 45 + 8 :].max() < 1e-3 < np.abs(made - plain)[:, :45].max()


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3035", "EPSG:3857", "EPSG:32633"])
def test_a_guide_in_another_crs_gives_its_own_grid(tmp_path: Path, superresolve: Superresolve, crs: str) -> None:
    """Heights come out where they are on the ground."""
    dem = write(tmp_path / "dem.tif", plane(DEM_TRANSFORM, 60, 60))
    to = Transformer.from_crs(UTM, crs, always_xy=True)
    x, y = to.transform(600_900, 5_199_100)
    size = 1e-4 if crs == "EPSG:4326" else 10.0
    transform = Affine(size, 0, x - 40 * size, 0, -size, y + 40 * size)
    guide = write(tmp_path / "guide.tif", image(80, 80), crs=crs, transform=transform, descriptions=NAMES)
    made = superresolve(dem, guide=guide, output=tmp_path / "fine.tif")
    with rasterio.open(tmp_path / "fine.tif") as fine:
        assert fine.crs == rasterio.CRS.from_user_input(crs) and fine.transform == transform and fine.shape == (80, 80)
    cols, rows = np.meshgrid(np.arange(80) + 0.5, np.arange(80) + 0.5)
    east, north = to.transform(*(transform @ (cols, rows)), direction="INVERSE")
    assert np.abs(made - (1000 + 0.05 * (east - 600_000) - 0.08 * (north - 5_200_000))).max() < 0.05


@pytest.mark.parametrize("crs", ["EPSG:3413", "EPSG:3035", "EPSG:4326"])
def test_beyond_84_degrees_north(tmp_path: Path, superresolve: Superresolve, crs: str) -> None:
    """UTM ends there; the ground does not."""
    degrees = Affine(1 / 1200, 0, -35.04, 0, -1 / 3600, 85.01)
    dem = write(tmp_path / "arctic.tif", np.full((72, 96), 55, np.float32), crs="EPSG:4326", transform=degrees)
    x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(-35.0, 85.0)
    across, down = (1 / 12000, 1 / 12000) if crs == "EPSG:4326" else (10.0, 10.0)
    transform = Affine(across, 0, x - 15 * across, 0, -down, y + 15 * down)
    guide = write(tmp_path / "guide.tif", image(30, 30), crs=crs, transform=transform, descriptions=NAMES)
    events: list[Event] = []
    made = superresolve(dem, guide=guide, events=events)
    assert made.shape == (30, 30) and np.abs(made - 55).max() < 1e-3


def test_degrees_across_the_antimeridian_make_one_output(tmp_path: Path, superresolve: Superresolve) -> None:
    """The DEM counts 179.99 to 180.01, the guide -180.01 to -179.99: the same ground."""
    dem = write(
        tmp_path / "taveuni.tif",
        np.full((72, 72), 321, np.float32),
        crs="EPSG:4326",
        transform=Affine(1 / 3600, 0, 179.99, 0, -1 / 3600, -16.8),
    )
    for west in (-180.005, 179.995):
        guide = write(
            tmp_path / f"guide{west}.tif",
            image(90, 90),
            crs="EPSG:4326",
            transform=Affine(1e-4, 0, west, 0, -1e-4, -16.805),
            descriptions=NAMES,
        )
        made = superresolve(dem, guide=guide)
        assert made.shape == (90, 90) and np.abs(made - 321).max() < 1e-3
    assert np.abs(superresolve(dem) - 321).max() < 1e-3


def test_pixel_is_point_is_no_shift(tmp_path: Path, superresolve: Superresolve, dem: Path, plain: np.ndarray) -> None:
    """A file of points says where a pixel's centre lies; the output says areas, and lies on the same ground."""
    point = tmp_path / "point.tif"
    with rasterio.open(dem) as source, rasterio.open(point, "w", **source.profile) as made:
        made.update_tags(AREA_OR_POINT="Point")
        made.write(source.read())
    with rasterio.Env(GTIFF_POINT_GEO_IGNORE=True), rasterio.open(point) as dataset:
        assert dataset.transform.c == 600_015
    assert (superresolve(point, output=tmp_path / "fine.tif") == plain).all()
    with rasterio.open(tmp_path / "fine.tif") as fine:
        assert fine.transform == Affine(10, 0, 600_000, 0, -10, 5_200_000) and fine.tags()["AREA_OR_POINT"] == "Area"


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (36, 1), (2, 3), (5, 5)])
def test_a_dem_of_a_few_pixels(tmp_path: Path, superresolve: Superresolve, shape: tuple[int, int]) -> None:
    values = VALUES[: shape[0], : shape[1]].astype(np.float32)
    made = superresolve(write(tmp_path / "small.tif", values))
    assert made.shape == (3 * shape[0], 3 * shape[1]) and np.isfinite(made).all()
    assert values.min() - 30 < made.min() and made.max() < values.max() + 30


# --- which pixels are known


@pytest.mark.parametrize("kind", ["int16", "float32"])
@pytest.mark.parametrize(("declared", "held"), [(-9999, -32768), (-32768, -9999), (0, -9999), (-32768, -32767)])
def test_a_declared_nodata_that_the_data_contradict(
    tmp_path: Path, superresolve: Superresolve, kind: str, declared: float, held: float
) -> None:
    values = VALUES.copy()
    values[10:14, 20:23], values[30, 3] = held, declared
    made = superresolve(write(tmp_path / "holed.tif", values.astype(kind), nodata=declared))
    expected = np.zeros(VALUES.shape, bool)
    expected[10:14, 20:23] = expected[30, 3] = True
    assert (np.isnan(made) == expected.repeat(3, 0).repeat(3, 1)).all()
    assert np.nanmin(made) > 0


def test_what_looks_like_nodata_in_a_packed_band_is_a_height(tmp_path: Path, superresolve: Superresolve, plain: np.ndarray) -> None:
    """-9999 is 0.05 m here, and the file says that -32768 is unknown."""
    stored = np.round((VALUES - 500) / 0.05)
    stored[4, 5] = -9999
    dem = write(tmp_path / "packed.tif", stored.astype(np.int16), nodata=-32768)
    with rasterio.open(dem, "r+") as dataset:
        dataset.scales, dataset.offsets = (0.05,), (500.0,)
    assert np.isfinite(superresolve(dem)).all()


def test_a_nodata_that_no_pixel_has_costs_nothing(tmp_path: Path, superresolve: Superresolve, plain: np.ndarray) -> None:
    for nodata in (0, -9999, np.nan, 1e38):
        made = superresolve(write(tmp_path / "whole.tif", VALUES.astype(np.float32), nodata=nodata))
        assert np.abs(made - plain).max() < 1e-6


def test_a_mask_beside_the_file_is_seen(tmp_path: Path, superresolve: Superresolve) -> None:
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False):
        dem = write(tmp_path / "masked.tif", VALUES.astype(np.float32))
        with rasterio.open(dem, "r+") as dataset:
            mask = np.full(VALUES.shape, 255, np.uint8)
            mask[3:6, 3:6] = 0
            dataset.write_mask(mask)
    assert (tmp_path / "masked.tif.msk").exists()
    made = superresolve(dem)
    assert np.isnan(made).sum() == 81 and np.isnan(made[9:18, 9:18]).all()


def test_nodata_beside_a_mask_is_heeded_too(tmp_path: Path, superresolve: Superresolve) -> None:
    """GDAL's mask of such a band says nothing of its nodata; voids of -99 m were pits."""
    values = VALUES.astype(np.float32)
    values[10:13, 10:13] = -99
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        dem = write(tmp_path / "both.tif", values, nodata=-99)
        with rasterio.open(dem, "r+") as dataset:
            mask = np.full(VALUES.shape, 255, np.uint8)
            mask[3:6, 3:6] = 0
            dataset.write_mask(mask)
    made = superresolve(dem)
    assert np.isnan(made[9:18, 9:18]).all() and np.isnan(made[30:39, 30:39]).all()
    assert np.isnan(made).sum() == 162 and np.nanmin(made) > 0


def test_alpha_beside_heights_is_a_mask(tmp_path: Path, superresolve: Superresolve) -> None:
    opaque = np.full(VALUES.shape, 255)
    opaque[3:6, 3:6] = 0
    dem = write(tmp_path / "alpha.tif", np.stack([VALUES, opaque]).astype(np.uint16), alpha="YES")
    with rasterio.open(dem) as dataset:
        assert dataset.colorinterp[1] == ColorInterp.alpha
    made = superresolve(dem)
    assert np.isnan(made).sum() == 81 and np.isnan(made[9:18, 9:18]).all()


@pytest.mark.parametrize("kind", [np.int16, np.int32, np.float32, np.float64])
def test_alpha_is_a_mask_beside_heights_of_any_type(tmp_path: Path, superresolve: Superresolve, kind: type[np.number]) -> None:
    """As `gdalwarp -dstalpha` writes them; GDAL's own masks heed bytes and unsigned 16 bits alone."""
    opaque = np.full(VALUES.shape, 255)
    opaque[3:6, 3:6] = 0
    dem = write(tmp_path / "alpha.tif", np.stack([np.where(opaque, VALUES, 0), opaque]).astype(kind), alpha="YES")
    with rasterio.open(dem) as dataset:
        assert dataset.colorinterp[1] == ColorInterp.alpha and MaskFlags.all_valid in dataset.mask_flag_enums[0]
    made = superresolve(dem)
    assert np.isnan(made).sum() == 81 and np.isnan(made[9:18, 9:18]).all() and np.nanmin(made) > 300
    # A band that is asked for by its number is meant.
    assert np.nanmax(superresolve(dem, band=2)) > 200


@pytest.mark.parametrize(
    ("units", "words"),
    [(12_000, "Heights of more than 20,000 m were left out"), (8_000, "Heights of 16,137 m are in the DEM, more than"), (4_000, "")],
)
def test_heights_that_cannot_be_metres_are_not_left_out_in_silence(
    tmp_path: Path, superresolve: Superresolve, units: int, words: str
) -> None:
    heights = np.where(np.arange(VALUES.shape[1]) < 20, units, 2 * units) + VALUES / 10
    events: list[Event] = []
    made = superresolve(write(tmp_path / "cm.tif", heights.astype(np.int16), nodata=-32768), events=events)
    said = warnings(events)
    assert words in said and np.isnan(made).any() == (units == 12_000) and bool(words) == ("gdal_edit.py -units cm" in said)
    # One value that nobody declared is nodata.
    heights[5:9, 5:9] = 32_767
    heights[heights > 10_000] = 32_767
    events.clear()
    superresolve(write(tmp_path / "m.tif", heights.astype(np.int16)), events=events)
    assert "left out" not in warnings(events)


def test_a_dem_in_centimetres_alone_is_refused(tmp_path: Path, superresolve: Superresolve) -> None:
    """And leaves no tiles: the same command would end the same way."""
    dem, events = write(tmp_path / "cm.tif", (25_000 + 100 * VALUES).astype(np.int32), nodata=-32768), list[Event]()
    with pytest.raises(InputError, match=r"All heights of the DEM lie above 20,000 m, where none counts\.$") as raised:
        superresolve(dem, output=tmp_path / "fine.tif", tile=66, events=events)
    assert "gdal_edit.py -units cm" in raised.value.hint
    assert sum(isinstance(event, Progress) and event.message.startswith("Tile") for event in events) > 2
    assert [path.name for path in tmp_path.iterdir()] == ["cm.tif"]
    assert not any("are kept" in event.text for event in events if isinstance(event, Log))


def test_zeros_amid_mountains_are_said_to_be_no_heights(tmp_path: Path, superresolve: Superresolve) -> None:
    events: list[Event] = []
    heights = VALUES + 3000
    superresolve(write(tmp_path / "hills.tif", heights.astype(np.float32)), events=events)
    assert "The result reaches from" not in warnings(events)
    heights[:, -3:] = 0
    superresolve(write(tmp_path / "rim.tif", heights.astype(np.float32)), events=events)
    assert "values that mean no height, as 0 amid mountains" in warnings(events)


def test_an_image_whose_scene_is_not_the_ground_is_said_to_tell_nothing(tmp_path: Path, superresolve: Superresolve, guide: Path) -> None:
    """As an island of one hundredth of the scene: by its sea all land is as bright as can be."""
    with rasterio.open(guide) as dataset:
        bands, transform = dataset.read().astype(np.float32), dataset.transform
        more = {"descriptions": dataset.descriptions}
    dem = write(tmp_path / "hills.tif", VALUES.astype(np.float32))
    events: list[Event] = []
    sea = np.random.default_rng(0).uniform(1, 2, (3, 10 * bands.shape[1], 10 * bands.shape[2])).astype(np.float32)
    for scene, words in ((bands + 40, False), (sea, True)):
        scene[:, : bands.shape[1], : bands.shape[2]] = bands + 40
        superresolve(dem, guide=write(tmp_path / "scene.tif", scene, transform=transform, **more), events=events)
        assert ("is brighter or darker than nearly all of its scene" in warnings(events)) == words


def test_a_result_that_becomes_an_input_is_no_surer_than_its_dem_was(tmp_path: Path, superresolve: Superresolve, guide: Path) -> None:
    """Its metadata name the guide too, whose name may be that of a DEM."""
    aster = guide.rename(guide.with_name("aster_l1t.tif"))
    superresolve(write(tmp_path / "hills.tif", VALUES.astype(np.float32)), guide=aster, dem_error=0.7, output=tmp_path / "once.tif")
    events: list[Event] = []
    superresolve(tmp_path / "once.tif", dem_error=None, resolution=6.0, output=tmp_path / "twice.tif", events=events)
    with rasterio.open(tmp_path / "twice.tif") as dataset:
        assert dataset.tags()["SIRAN_DEM_ERROR"] == "0.7 m"
    assert any("made by SIRAN from a DEM with an expected error of 0.7 m" in event.text for event in events if isinstance(event, Log))
    # One that somebody trusts is trusted on, whatever the result is called.
    superresolve(write(tmp_path / "hills.tif", VALUES.astype(np.float32)), dem_error=0.0, output=tmp_path / "srtm_tile.tif")
    events.clear()
    superresolve(tmp_path / "srtm_tile.tif", dem_error=None, resolution=6.0, events=events)
    assert any("made by SIRAN from a DEM with an expected error of 0 m" in event.text for event in events if isinstance(event, Log))
    # Of one that nobody knew, nobody knows more now.
    superresolve(write(tmp_path / "hills.tif", VALUES.astype(np.float32)), guide=aster, dem_error=None, output=tmp_path / "trusted.tif")
    events.clear()
    superresolve(tmp_path / "trusted.tif", dem_error=None, resolution=25.0, events=events)
    said = [event.text for event in events if isinstance(event, Log)]
    assert any(text.startswith("Nothing says which DEM trusted.tif is") for text in said)


def test_an_image_of_snow_that_is_too_bright_everywhere_is_said(tmp_path: Path, superresolve: Superresolve, dem: Path) -> None:
    scene, transform, events = np.full((3, 120, 120), 255, np.uint8), Affine(10, 0, 600_000, 0, -10, 5_200_000), list[Event]()
    scene[:, 50, 40:42] = 90
    superresolve(dem, guide=write(tmp_path / "snow.tif", scene, transform=transform), guide_bands=(1, 2, 3), events=events)
    assert "has one value on nearly all of its scene" in warnings(events)
    scene[0, 30:60] = 200
    events.clear()
    superresolve(dem, guide=write(tmp_path / "snow.tif", scene, transform=transform), guide_bands=(1, 2, 3), events=events)
    assert "one value" not in warnings(events)


@pytest.mark.parametrize(("pixel", "said"), [(40, True), (30, False)])
def test_an_image_that_is_too_coarse_to_count_is_said(
    tmp_path: Path, superresolve: Superresolve, dem: Path, pixel: int, said: bool
) -> None:
    scene = write(tmp_path / "scene.tif", image(40, 40), transform=Affine(pixel, 0, 600_000, 0, -pixel, 5_200_000))
    events: list[Event] = []
    superresolve(dem, guide=scene, guide_bands=(1, 2, 3), resolution=10.0, events=events)
    assert ("The guide's pixels are 4 times as large as the output's" in warnings(events)) == said


def test_metres_in_a_crs_of_degrees(tmp_path: Path, superresolve: Superresolve) -> None:
    error = refused(superresolve, write(tmp_path / "w.tif", VALUES.astype(np.float32), crs="EPSG:4326"))
    assert error.code == "grid-invalid" and error.hint == "Check the raster's CRS and position."


def test_a_tile_without_a_value_and_islands_of_one_pixel(tmp_path: Path, superresolve: Superresolve) -> None:
    values = np.full((60, 60), -9999, np.float32)
    places = [(2, 3), (30, 57), (58, 1), (59, 59)]
    for number, (row, col) in enumerate(places):
        values[row, col] = 100 * (number + 1)
    dem = write(tmp_path / "islands.tif", values, nodata=-9999)
    made = superresolve(dem, tile=48)
    assert (np.isfinite(made) == (values > 0).repeat(3, 0).repeat(3, 1)).all()
    for number, (row, col) in enumerate(places):
        assert np.abs(made[3 * row : 3 * row + 3, 3 * col : 3 * col + 3] - 100 * (number + 1)).max() < 0.5


def test_what_a_format_cannot_hold_is_read_beside_it(tmp_path: Path, superresolve: Superresolve, dem: Path) -> None:
    """The CRS of a PNG and of a Surfer grid stands in NAME.aux.xml; nothing is written there."""
    whole = superresolve(dem)
    for driver, name, within in (("PNG", "dem.png", 0.6), ("GSBG", "dem.grd", 0.01)):
        folder = tmp_path / driver
        folder.mkdir()
        kind = np.uint16 if driver == "PNG" else np.float32
        copy(
            str(write(tmp_path / f"{driver}.tif", np.round(read(dem)).astype(kind) if driver == "PNG" else read(dem).astype(kind))),
            str(folder / name),
            driver=driver,
        )
        before = {path: path.read_bytes() for path in folder.iterdir()}
        assert len(before) == 2
        made = superresolve(folder / name)
        assert np.nanmedian(np.abs(made - whole)) < within
        assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_mosaic_without_a_file_that_is_needed_is_refused_before_work(tmp_path: Path, superresolve: Superresolve) -> None:
    path, events = mosaic(tmp_path / "m.vrt", missing=True), list[Event]()
    error = refused(superresolve, path, events=events)
    assert error.code == "file-missing" and "east & more.tif" in error.message and "where the mosaic looks for it" in error.hint
    assert not any(isinstance(event, Progress) for event in events)
    west = superresolve(path, extent=(600_000, 5_198_920, 600_600, 5_200_000))
    assert west.shape == (108, 60) and np.isfinite(west).all()
    like = write(tmp_path / "like.tif", np.zeros((108, 120), np.float32), transform=DEM_TRANSFORM @ Affine.scale(1 / 3))
    error = refused(superresolve, path, like=like)
    # The halo reaches into what is missing; this is found when it is read.
    assert error.code == "file-unreadable" and "east & more.tif" in error.message and "where the mosaic looks for it" in error.hint


def test_a_mosaic_whose_heights_look_whole_needs_no_file_elsewhere(tmp_path: Path, superresolve: Superresolve) -> None:
    """What it is looked at for is asked of all of it, as far as it is there."""
    path = mosaic(tmp_path / "m.vrt", missing=True)
    path.write_text(path.read_text().replace('dataType="Int16"', 'dataType="Float32"'))
    west = superresolve(path, extent=(600_000, 5_198_920, 600_600, 5_200_000))
    assert west.shape == (108, 60) and np.isfinite(west).all()
    like = write(tmp_path / "like.tif", np.zeros((108, 120), np.float32), transform=DEM_TRANSFORM @ Affine.scale(1 / 3))
    assert refused(superresolve, path, like=like).code == "file-unreadable"


def test_a_mosaic_finds_its_files_as_gdal_does(tmp_path: Path, superresolve: Superresolve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside what a link leads to, and from the folder that the run is in."""
    (tmp_path / "there").mkdir()
    (tmp_path / "here").mkdir()
    path = mosaic(tmp_path / "there" / "m.vrt")
    made = superresolve(path)
    assert made.shape == (108, 240) and np.isfinite(made).all()
    (tmp_path / "here" / "link.vrt").symlink_to(path)
    assert (superresolve(tmp_path / "here" / "link.vrt") == made).all()
    absolute = tmp_path / "here" / "absolute.vrt"
    absolute.write_text(path.read_text().replace('relativeToVRT="1">', f'relativeToVRT="0">{path.parent}/'))
    assert (superresolve(absolute) == made).all()
    absolute.write_text(path.read_text().replace('relativeToVRT="1"', ""))
    monkeypatch.chdir(path.parent)
    assert (superresolve(absolute) == made).all()


def test_a_mosaic_that_stretches_its_files_is_warned_of(tmp_path: Path, superresolve: Superresolve) -> None:
    """As of GLO-30's tiles on either side of 50 degrees north: the nearest pixels lie where they do not belong."""
    path = mosaic(tmp_path / "m.vrt")
    whole, half = '<SrcRect xOff="0" yOff="0" xSize="40"', '<SrcRect xOff="0" yOff="0" xSize="20"'
    path.write_text(path.read_text().replace(whole, half, 1))
    stretched, smooth = path.read_text(), path.read_text().replace("<ComplexSource>", '<ComplexSource resampling="cubic">')
    east = (601_300, 5_198_920, 602_400, 5_200_000)
    for text, extent, warned in ((stretched, None, True), (stretched, east, False), (smooth, None, False)):
        path.write_text(text)
        events: list[Event] = []
        superresolve(path, extent=extent, events=events)
        said = "takes the nearest pixels of files whose own are larger or smaller, or lie between its own, as of west.tif"
        assert (said in warnings(events)) == warned


@pytest.mark.parametrize(("offset", "warned"), [("40.5000000000036", True), ("40.0000000000036", False), ("41", False)])
def test_a_mosaic_whose_files_lie_between_its_pixels_is_warned_of(
    tmp_path: Path, superresolve: Superresolve, offset: str, warned: bool
) -> None:
    """As tiles of an agency that begin anywhere: half a pixel on a slope is metres."""
    path = mosaic(tmp_path / "m.vrt")
    path.write_text(path.read_text().replace('xOff="40" yOff="0" xSize="40"', f'xOff="{offset}" yOff="0" xSize="40"'))
    events: list[Event] = []
    superresolve(path, events=events)
    assert ("or lie between its own, as of east & more.tif" in warnings(events)) == warned


@pytest.mark.parametrize("nodata", ["", "<NoDataValue>-9999</NoDataValue>"])
def test_a_mosaic_that_has_0_where_no_file_lies_is_warned_of(tmp_path: Path, superresolve: Superresolve, nodata: str) -> None:
    """As an L of GLO-30's tiles is, which declare no nodata: plains at 0 m, with cliffs around them."""
    path = mosaic(tmp_path / "m.vrt")
    whole = path.read_text().replace('band="1">', f'band="1">{nodata}')
    start = whole.index("<ComplexSource>", whole.index("<ComplexSource>") + 1)
    half = whole[:start] + whole[whole.index("</VRTRasterBand>") :]
    west = (600_100, 5_199_000, 601_100, 5_199_900)
    for text, extent, warned in ((whole, None, False), (half, None, not nodata), (half, west, False)):
        path.write_text(text)
        events: list[Event] = []
        superresolve(path, extent=extent, events=events)
        assert ("has no files for a part of the ground and declares no nodata: 0 is read there" in warnings(events)) == warned


def test_a_mosaic_with_a_file_in_each_band_is_warned_of(tmp_path: Path, superresolve: Superresolve) -> None:
    """As QGIS's 'Build virtual raster' makes it unless it is told otherwise: band 1 is one tile."""
    path = mosaic(tmp_path / "m.vrt")
    events: list[Event] = []
    path.write_text(
        path.read_text().replace("</ComplexSource><C", '</ComplexSource></VRTRasterBand><VRTRasterBand dataType="Int16" band="2"><C')
    )
    superresolve(path, events=events)
    assert "has each file in a band of its own, and band 1 is that of one of them" in warnings(events)


def in_degrees(folder: Path, name: str, north: float, second: float = 1 / 3600) -> Path:
    transform = Affine(second, 0, 20.2, 0, -second, north)
    return write(folder / name, VALUES.astype(np.float32), crs="EPSG:4326", transform=transform)


def test_pixels_that_are_thrice_as_high_as_wide_are_warned_of(tmp_path: Path, superresolve: Superresolve) -> None:
    """Of one arc-second at 70.5 degrees north. By their area alone they would pass for smaller ones; and what nobody knows is warned of by
    its longer edge as it is further south."""
    model = models.find(None)
    for north, warned in ((59.9, False), (70.5, True)):
        events: list[Event] = []
        superresolve(in_degrees(tmp_path, "dem.tif", north), model=model, dem_error=None, events=events)
        assert ("was trained on square ones" in warnings(events)) == warned
        assert "it is trusted (expected error 0 m). DEMs with pixels of" in warnings(events)
    grid = write(tmp_path / "like.tif", np.zeros((30, 40), np.uint8), crs="EPSG:32634", transform=Affine(4, 0, 470_500, 0, -4, 7_821_000))
    dem = in_degrees(tmp_path, "dem.tif", 70.5)
    with pytest.raises(InputError, match=r"An uncertainty was asked for at 7\.\d+ times the resolution"):
        superresolve(dem, model=model, like=grid, uncertainty=str(tmp_path / "sigma.tif"))


@pytest.mark.parametrize(("name", "north", "warned"), [("N70E020.hgt.tif", 70.9, True), ("N45E020.hgt.tif", 45.9, False)])
def test_a_tile_that_is_named_like_srtm_where_there_is_none_is_doubted(
    tmp_path: Path, superresolve: Superresolve, name: str, north: float, warned: bool
) -> None:
    events: list[Event] = []
    superresolve(in_degrees(tmp_path, name, north), dem_error=None, events=events)
    assert ("looks like SRTM: expected error 6 m. But none was made so far from the equator" in warnings(events)) == warned


@pytest.mark.parametrize("other", ["Copernicus_DSM_COG_10_N46_00_E011_00_DEM.tif", "N46E011.hgt.tif", "east.tif"])
def test_a_mosaic_is_what_all_its_files_are(tmp_path: Path, superresolve: Superresolve, other: str) -> None:
    path = mosaic(tmp_path / "all.vrt")
    names = {"west.tif": "Copernicus_DSM_COG_10_N46_00_E010_00_DEM.tif", "east & more.tif": other}
    for name, new in names.items():
        (tmp_path / "tiles" / name).rename(tmp_path / "tiles" / new)
        path.write_text(path.read_text().replace(name.replace("&", "&amp;"), new))
    with rasterio.open(path, "r+") as dataset:
        dataset.build_overviews([2], Resampling.nearest)
    assert (tmp_path / "all.vrt.ovr").exists()
    events: list[Event] = []
    superresolve(path, dem_error=None, events=events)
    said = " ".join(event.text for event in events if isinstance(event, Log))
    assert ("all.vrt looks like Copernicus" in said) == other.startswith("Copernicus")
    assert ("Nothing says which DEM all.vrt is" in said) != other.startswith("Copernicus")


# --- what the numbers mean


def bare_mosaic(path: Path, *names: str) -> Path:
    """A VRT of files of one place beside it that says nothing of what they say of themselves, as gdalbuildvrt makes it."""
    with rasterio.open(path.with_name(names[0])) as first:
        transform = ", ".join(f"{value:.17g}" for value in first.transform.to_gdal())
        width, height, crs, nodata = first.width, first.height, escape(first.crs.to_wkt()), first.nodata
    sources = "".join(
        f'<ComplexSource><SourceFilename relativeToVRT="1">{name}</SourceFilename><SourceBand>1</SourceBand>'
        f'<SrcRect xOff="0" yOff="0" xSize="{width}" ySize="{height}"/><DstRect xOff="0" yOff="0" xSize="{width}" ySize="{height}"/>'
        f"<NODATA>{nodata}</NODATA></ComplexSource>"
        for name in names
    )
    path.write_text(
        f'<VRTDataset rasterXSize="{width}" rasterYSize="{height}"><SRS>{crs}</SRS><GeoTransform>{transform}</GeoTransform>'
        f'<VRTRasterBand dataType="Float32" band="1"><NoDataValue>{nodata}</NoDataValue>{sources}</VRTRasterBand></VRTDataset>'
    )
    return path


def test_what_is_made_beside_a_dem_is_none(tmp_path: Path, superresolve: Superresolve, dem: Path) -> None:
    """Errors and differences look like heights of a plain."""
    superresolve(dem, difference=str(tmp_path / "difference.tif"))
    bare_mosaic(tmp_path / "mosaic.vrt", "difference.tif")
    for name in ("difference.tif", "mosaic.vrt"):
        error = refused(superresolve, tmp_path / name)
        assert error.code == "band-invalid" and "holds no heights: SIRAN made it" in error.message and error.hint == "Name the DEM itself."


def test_a_mosaic_of_results_is_as_wrong_as_they_are(tmp_path: Path, superresolve: Superresolve, dem: Path) -> None:
    """Each notes the error that was expected of its DEM: the largest counts, and another file among them leaves it open."""
    for name, error in (("one.tif", 6.0), ("two.tif", 2.4)):
        superresolve(dem, output=tmp_path / name, dem_error=error)

    def said(*names: str) -> str:
        events: list[Event] = []
        superresolve(bare_mosaic(tmp_path / "mosaic.vrt", *names), dem_error=None, resolution=10, events=events)
        return " ".join(event.text for event in events if isinstance(event, Log))

    assert "from a DEM with an expected error of 6 m" in said("one.tif", "two.tif")
    shutil.copy(dem, tmp_path / "other.tif")
    assert "Nothing says which DEM mosaic.vrt is" in said("one.tif", "two.tif", "other.tif")


def test_a_dem_that_looks_like_a_picture_is_asked_about(tmp_path: Path, superresolve: Superresolve) -> None:
    for values, asked in ((terrain(36, 40).astype(np.float32), False), ((terrain(36, 40) % 256).astype(np.uint8), True)):
        events: list[Event] = []
        superresolve(write(tmp_path / f"{asked}.tif", values), events=events)
        assert ("is it a hillshade or a picture" in warnings(events)) == asked


def test_heights_in_a_crs_of_feet_are_doubted_aloud(tmp_path: Path, superresolve: Superresolve) -> None:
    """State plane, New York: nothing says the heights' unit. They are taken for metres, and somebody should look."""
    feet = write(tmp_path / "feet.tif", VALUES.astype(np.float32), crs="EPSG:2263", transform=Affine(100, 0, 980_000, 0, -100, 200_000))
    events: list[Event] = []
    made = superresolve(feet, output=tmp_path / "fine.tif", events=events)
    assert "feet" in warnings(events) or "foot" in warnings(events)
    assert abs(np.nanmean(made) - VALUES.mean()) < 1
    # What is doubted does not become certain: the next step is to doubt it as well.
    events.clear()
    superresolve(tmp_path / "fine.tif", resolution=10.0, events=events)
    assert "nothing says their unit" in warnings(events)
    with rasterio.open(feet, "r+") as dataset:
        dataset.set_band_unit(1, "m")
    events.clear()
    superresolve(feet, events=events)
    assert "foot" not in warnings(events)


@pytest.mark.parametrize(("pixel", "aloud"), [(30, True), (10, False)])
def test_an_unknown_dem_of_a_satellites_pixels_is_trusted_aloud(
    tmp_path: Path, superresolve: Superresolve, pixel: int, aloud: bool
) -> None:
    """A renamed SRTM tile would have its errors sharpened, and nobody would know."""
    path = write(tmp_path / "mountain.tif", VALUES.astype(np.float32), transform=Affine(pixel, 0, 600_000, 0, -pixel, 5_200_000))
    events: list[Event] = []
    superresolve(path, dem_error=None, events=events)
    assert any(isinstance(event, Log) and event.text.startswith("Nothing says which DEM mountain.tif is") for event in events)
    assert ("it is trusted" in warnings(events)) == aloud


@pytest.mark.parametrize("kind", ["uint8", "uint16", "int16", "float32", "float64"])
def test_a_guide_of_any_type_is_the_same_guide(tmp_path: Path, superresolve: Superresolve, dem: Path, kind: str) -> None:
    bands = (image(120, 130) / 20).astype(np.uint8)
    transform = Affine(10, 0, 599_950, 0, -10, 5_200_050)
    expected = superresolve(dem, guide=write(tmp_path / "bytes.tif", bands, transform=transform, descriptions=NAMES))
    factor, offset = {"uint8": (1, 0), "uint16": (200, 7), "int16": (100, -9000), "float32": (1e-4, 0.01), "float64": (1e3, 0)}[kind]
    other = write(tmp_path / "other.tif", (bands * float(factor) + offset).astype(kind), transform=transform, descriptions=NAMES)
    assert np.abs(superresolve(dem, guide=other) - expected).max() < 2e-3


def test_a_constant_guide_is_no_guide(tmp_path: Path, superresolve: Superresolve, dem: Path, plain: np.ndarray) -> None:
    guide = write(
        tmp_path / "grey.tif", np.full((3, 108, 120), 77, np.uint8), transform=Affine(10, 0, 600_000, 0, -10, 5_200_000), descriptions=NAMES
    )
    assert np.abs(superresolve(dem, guide=guide) - plain).max() < 1e-3


def test_a_paletted_guide_is_refused(tmp_path: Path, superresolve: Superresolve, dem: Path) -> None:
    """Its numbers are entries of a table, not light."""
    guide = write(tmp_path / "table.tif", image(120, 130)[0].astype(np.uint8), transform=Affine(10, 0, 599_950, 0, -10, 5_200_050))
    with rasterio.open(guide, "r+") as dataset:
        dataset.write_colormap(1, {k: (k, 255 - k, 0, 255) for k in range(256)})
    error = refused(superresolve, dem, guide=guide, guide_bands=(1, 1, 1))
    assert error.code == "band-invalid" and "colour table" in error.message and "gdal_translate" in error.hint


def test_a_guide_of_complex_numbers_is_refused(tmp_path: Path, superresolve: Superresolve, dem: Path) -> None:
    guide = write(tmp_path / "sar.tif", np.ones((3, 12, 12), np.complex64))
    error = refused(superresolve, dem, guide=guide, guide_bands=(1, 2, 3))
    assert error.code == "band-invalid" and "complex" in error.message


# --- files that are damaged, or large, or have odd names


@pytest.mark.parametrize("role", ["dem", "guide", "like"])
@pytest.mark.parametrize("left", [0, 5, 100])
def test_a_file_of_few_bytes_is_refused(tmp_path: Path, superresolve: Superresolve, dem: Path, role: str, left: int) -> None:
    short = tmp_path / "short.tif"
    short.write_bytes(dem.read_bytes()[:left])
    error = refused(superresolve, short) if role == "dem" else refused(superresolve, dem, **{role: short})
    assert error.code == "not-a-raster" and "short.tif" in error.message


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names on Windows")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, superresolve: Superresolve) -> None:
    os.mkfifo(tmp_path / "pipe.tif")
    error = refused(superresolve, tmp_path / "pipe.tif")
    assert error.code == "file-unreadable" and "no file but a pipe" in error.message


def test_a_bit_that_flipped_in_compressed_pixels_is_said(tmp_path: Path, superresolve: Superresolve, dem: Path) -> None:
    packed = write(tmp_path / "packed.tif", VALUES.astype(np.float32), compress="deflate")
    content = bytearray(packed.read_bytes())
    with rasterio.open(packed) as dataset:
        place = int(dataset.tags(1, ns="TIFF").get("BLOCK_OFFSET_0_0") or dataset.get_tag_item("BLOCK_OFFSET_0_0", "TIFF", bidx=1))
    content[place + 40] ^= 0x10
    packed.write_bytes(content)
    for options in ({"dem": packed}, {"dem": dem, "guide": packed, "guide_bands": (1, 1, 1)}):
        error = refused(superresolve, options.pop("dem"), **options)
        assert error.code == "file-unreadable" and "packed.tif" in error.message and "damaged" in error.hint
    assert not list(tmp_path.glob("fine*"))


@pytest.mark.parametrize(
    "name",
    ["two  words", "Höhe 高程 🗻", "100% #1 [a] {b} (c)", 'it\'s "so" & so; $HOME `x`', "-dash", "a!b", "x?y=z", "n" * 251],
)
def test_names_are_taken_as_they_are(
    tmp_path: Path, superresolve: Superresolve, dem: Path, guide: Path, plain: np.ndarray, name: str
) -> None:
    folder = tmp_path / ("new" if len(name) > 200 else name)
    folder.mkdir()
    inputs, outputs = folder / f"{name}.tif", folder / "made"
    outputs.mkdir()
    dem.rename(inputs)
    made = superresolve(inputs, output=outputs / f"{name}.tif", tile=48)
    assert np.abs(made - plain).max() < 1e-2
    assert [path.name for path in outputs.iterdir()] == [f"{name}.tif"]
    with rasterio.open(outputs / f"{name}.tif") as dataset:
        assert dataset.tags()["SIRAN_DEM"] == f"{name}.tif, band 1"


def test_letters_of_an_old_program_cost_no_more_than_what_they_say(
    tmp_path: Path, superresolve: Superresolve, dem: Path, plain: np.ndarray
) -> None:
    """A unit, a description and a tag in Latin-1; in a mosaic, the name of a file."""
    with rasterio.open(dem, "r+") as dataset:
        dataset.set_band_unit(1, "Meter XX")
        dataset.set_band_description(1, "Gel XX nde")
        dataset.update_tags(Urheber="XX")
    dem.write_bytes(dem.read_bytes().replace(b"XX", b"\xe4\xfc"))
    assert (superresolve(dem) == plain).all()
    guide = write(
        tmp_path / "guide.tif", image(108, 120), transform=Affine(10, 0, 600_000, 0, -10, 5_200_000), descriptions=("XX", "b", "c")
    )
    guide.write_bytes(guide.read_bytes().replace(b"XX", b"\xe4\xfc"))
    assert refused(superresolve, dem, guide=guide).code == "guide-bands-unknown"
    assert np.isfinite(superresolve(dem, guide=guide, guide_bands=(1, 2, 3))).all()
    (tmp_path / "mosaic.vrt").write_bytes(
        b'<VRTDataset rasterXSize="40" rasterYSize="36"><SRS>EPSG:32632</SRS><GeoTransform>600000,30,0,5200000,0,-30</GeoTransform>'
        b'<VRTRasterBand dataType="Float32" band="1"><SimpleSource><SourceFilename relativeToVRT="1">\xe4\xfc.tif</SourceFilename>'
        b"<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    assert refused(superresolve, tmp_path / "mosaic.vrt").code in ("not-a-raster", "file-unreadable")


@pytest.fixture
def vast(tmp_path: Path) -> Path:
    """200,000 x 200,000 pixels, 160 GB if they were there, with terrain in one corner."""
    path = tmp_path / "vast.tif"
    profile = {"driver": "GTiff", "width": 200_000, "height": 200_000, "count": 1, "dtype": "float32", "crs": UTM, "nodata": -9999}
    layout = {"tiled": True, "blockxsize": 2048, "blockysize": 2048, "BIGTIFF": "YES", "SPARSE_OK": "TRUE"}
    with rasterio.open(path, "w", **profile, **layout, transform=Affine(1, 0, 400_000, 0, -1, 5_400_000)) as dataset:
        dataset.write(VALUES.astype(np.float32), 1, window=rasterio.windows.Window(150_000, 150_000, 40, 36))
    return path


def test_a_raster_that_is_too_large_is_refused_before_work(vast: Path, superresolve: Superresolve) -> None:
    error = refused(superresolve, vast)
    assert error.code == "grid-invalid" and "600000 x 600000" in error.message and "--extent" in error.hint


def test_a_part_of_a_vast_raster_takes_the_memory_of_that_part(tmp_path: Path, vast: Path, small_model: Path) -> None:
    extent = "549990,5249954,550050,5250010"
    used = peak_memory("superresolve", vast, tmp_path / "part.tif", "--model", small_model, "--threads", 1, "--extent", extent)
    made = read(tmp_path / "part.tif")
    assert np.isfinite(made).sum() == 9 * VALUES.size and used < 6e8


def test_a_vast_run_begins_and_can_be_stopped(tmp_path: Path, vast: Path, small_model: Path) -> None:
    cancel = Cancel()

    def sink(event: Event) -> None:
        if isinstance(event, Progress):
            cancel.request()

    # A disk may be too small for 2,500 million pixels, which is a sentence as well.
    settings = Settings(str(vast), str(tmp_path / "out.tif"), model=str(small_model), resolution=4.0, dem_error=0.0, tile=256)
    with pytest.raises(BackendError) as caught:
        run(settings, sink, cancel)
    assert isinstance(caught.value, Cancelled) or caught.value.code == "disk-full"
    assert [path.name for path in tmp_path.iterdir()] == ["vast.tif"]


@pytest.mark.slow
def test_an_output_of_more_than_4_gib(tmp_path: Path) -> None:
    """33,000 x 33,000 pixels of which few are known."""
    if shutil.disk_usage(tmp_path).free < 12e9:
        pytest.skip("needs 12 GB of disk")
    grid = Grid(CRS.from_user_input(UTM).to_wkt(), Affine(1, 0, 500_000, 0, -1, 5_300_000), 33_000, 33_000)
    last = Window(32_960, 32_964, 40, 36)
    with Output(tmp_path / "large.tif", grid, crs=grid.crs, unit="m", tags={}, threads=2) as output:
        for tile in tiles(33_000, 33_000, tile=1280, halo=0, multiple=1):
            shape = (tile.core.height, tile.core.width)
            values, known = np.zeros(shape, np.float32), np.zeros(shape, bool)
            if tile.core.cut(last)[0].start >= 0 <= tile.core.cut(last)[1].start:
                values[-36:, -40:], known[-36:, -40:] = VALUES, True
            output.write(tile.core, values, known)
        output.finish()
    with open(tmp_path / "large.tif", "rb") as file:
        assert file.read(4) == b"II+\x00"
    with rasterio.open(tmp_path / "large.tif") as dataset:
        assert (dataset.read(1, window=rasterio.windows.Window(32_960, 32_964, 40, 36)) == VALUES.astype(np.float32)).all()
        assert dataset.overviews(1)
