"""The comparison on a real pair: values against SciPy, scikit-image and xdem, windows, nodata, masks, coregistration, refusals."""

from __future__ import annotations

import json
import math
import re
import shutil
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import xdem
from affine import Affine
from geoutils.stats import nmad
from numpy.typing import NDArray
from pages_for_tests import Page
from pyproj import CRS, Transformer
from rasterio.shutil import copy as rasterio_copy
from rasters_for_tests import DEM_TRANSFORM, UTM, read, terrain, write
from scipy.ndimage import gaussian_filter, uniform_filter, zoom
from skimage.metrics import structural_similarity

from backend.cancel import Cancel
from backend.compare.comparison import Settings, run
from backend.compare.coregistration import _spread_evenly, displacement
from backend.compare.statistics import AFTER, BEFORE, NO_SLOPE, Scale, Statistics, View
from backend.errors import Cancelled, InputError, ResourceError
from backend.events import Comparison, Event, Progress
from backend.grid import Grid, apply, common_ground, ground_edges, transform_points
from backend.metrics.spectrum import TILE, power
from backend.metrics.terrain import SLOPE_CLASSES
from backend.page.drawings import ticks
from backend.version import ROOT
from backend.vertical import surface
from backend.windows import Window

PIXEL = 30.0
LINES = Affine(2, 0, -181, 0, -2, 91)
"""Of a DEM of the whole Earth, whose first and last row lie on the poles."""


@dataclass(frozen=True)
class Pair:
    """Files and the arrays in them."""

    reference: Path
    tested: Path
    ground: NDArray[np.float32]
    other: NDArray[np.float32]


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Heights of the sample, and what is left of them after 90 m pixels, with noise, 1.5 m too high, a gap in each."""
    with rasterio.open(ROOT / "resources/sample/marin_srtm_1arcsec.tif") as dataset:
        ground = dataset.read(1)[60:360, 20:380].astype(np.float32)
    coarse = uniform_filter(ground, 3)[1::3, 1::3]
    noise = np.random.default_rng(5).normal(1.5, 0.8, ground.shape)
    other = (zoom(coarse, 3, order=3, mode="nearest", grid_mode=True) + noise).astype(np.float32)
    ground[40:60, 100:130] = -9999
    other[200:215, 30:70] = -9999
    folder = tmp_path_factory.mktemp("pair")
    return Pair(write(folder / "reference.tif", ground, nodata=-9999), write(folder / "tested.tif", other, nodata=-9999), ground, other)


@pytest.fixture
def compared(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Runs a comparison and reads its JSON."""

    def call(reference: Path, *tested: Path | str, **settings: Any) -> dict[str, Any]:
        path = tmp_path / "report.json"
        given = Settings(str(reference), tuple(map(str, tested)), json=str(path), overwrite=True, **settings)
        run(given, lambda event: None)
        report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return report

    return call


def raw(report: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = report["tested"][0]["results"][0]
    return result


def inside(pair: Pair) -> NDArray[np.bool_]:
    return np.asarray((pair.ground != -9999) & (pair.other != -9999))


# --- values


def test_errors_are_those_of_numpy(pair: Pair, compared: Callable[..., dict[str, Any]]) -> None:
    found = raw(compared(pair.reference, pair.tested))
    errors = (pair.other.astype(np.float64) - pair.ground)[inside(pair)]
    expected = {
        "bias": errors.mean(),
        "rmse": np.sqrt(np.square(errors).mean()),
        "mae": np.abs(errors).mean(),
        "median": np.median(errors),
        "nmad": 1.4826 * np.median(np.abs(errors - np.median(errors))),
        "le90": np.quantile(np.abs(errors), 0.9),
    }
    assert found["count"] == errors.size
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-3)
    edges, counts = found["histogram"]["edges"], found["histogram"]["counts"]
    assert sum(counts) == pytest.approx(0.99 * errors.size, rel=1e-2)
    # The sketch's bins do not end where the histogram's do.
    np.testing.assert_allclose(counts, np.histogram(errors, edges)[0], atol=0.002 * errors.size)


@pytest.mark.filterwarnings("ignore:The curvature attribute is deprecated")
def test_slope_and_curvature_are_those_of_xdem(pair: Pair, compared: Callable[..., dict[str, Any]]) -> None:
    ground, other = (np.where(values == -9999, np.nan, values).astype(np.float64) for values in (pair.ground, pair.other))
    # The size of a pixel on the ground is not that of the map, whose scale is 0.9997 there.
    report = compared(pair.reference, pair.tested)
    pixel = report["reference"]["grid"]["pixel_size"]
    assert pixel == pytest.approx(PIXEL, rel=1e-3) and pixel != PIXEL
    slopes = [xdem.terrain.slope(dem, surface_fit="ZevenbergThorne", resolution=pixel) for dem in (ground, other)]
    curves = [xdem.terrain.curvature(dem, surface_fit="ZevenbergThorne", resolution=pixel) / -2 for dem in (ground, other)]
    # xdem wants all eight neighbours, and so has a few pixels less beside gaps.
    assert raw(report)["slope_rmse"] == pytest.approx(np.sqrt(np.nanmean((slopes[1] - slopes[0]) ** 2)), rel=1e-3)
    assert raw(report)["curvature_rmse"] == pytest.approx(np.sqrt(np.nanmean((curves[1] - curves[0]) ** 2)), rel=1e-3)
    for (low, high), part in zip(SLOPE_CLASSES, raw(report)["by_slope"], strict=True):
        where = (slopes[0] >= low) & (slopes[0] < high) & np.isfinite(other)
        assert part["rmse"] == pytest.approx(np.sqrt(np.mean((other - ground)[where] ** 2)), rel=2e-3)
        assert part["nmad"] == pytest.approx(nmad((other - ground)[where]), rel=5e-3)
        assert part["count"] == pytest.approx(where.sum(), rel=2e-3)


def test_similarity_is_that_of_scikit_image(pair: Pair, compared: Callable[..., dict[str, Any]]) -> None:
    top = slice(70, 190)
    ground, other = pair.ground[top].astype(np.float64), pair.other[top].astype(np.float64)
    folder = pair.reference.parent
    found = compared(write(folder / "a.tif", pair.ground[top]), write(folder / "b.tif", pair.other[top]))
    span = float(np.ptp(ground))
    assert found["data_range"] == span
    settings = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": span, "full": True}
    image = structural_similarity(other - ground.min(), ground - ground.min(), **settings)[1]
    assert raw(found)["ssim"] == pytest.approx(image[5:-5, 5:-5].mean(), abs=1e-6)
    assert raw(found)["psnr"] == pytest.approx(20 * np.log10(span / np.sqrt(np.mean((other - ground) ** 2))), abs=1e-3)


def test_spectrum_falls_where_relief_was_lost_and_noise_is_relief(pair: Pair, compared: Callable[..., dict[str, Any]]) -> None:
    smooth = np.where(pair.ground == -9999, -9999, uniform_filter(pair.ground, 3)).astype(np.float32)
    scaled = np.where(pair.ground == -9999, -9999, 1.5 * pair.ground).astype(np.float32)
    folder = pair.reference.parent
    report = compared(
        pair.reference, write(folder / "smooth.tif", smooth, nodata=-9999), write(folder / "scaled.tif", scaled, nodata=-9999)
    )
    spectra = [entry["results"][0]["spectrum"] for entry in report["tested"]]
    assert spectra[0]["wavelength_pixels"][0] == 64 and spectra[0]["wavelength_pixels"][-1] == 2 and spectra[0]["tiles"] > 20
    np.testing.assert_allclose(spectra[1]["ratio"], 2.25, rtol=1e-4)
    # A mean of three pixels has the response (1 + 2 cos(2 pi / wavelength)) / 3 along an axis.
    ratio = dict(zip(spectra[0]["wavelength_pixels"], spectra[0]["ratio"], strict=True))
    assert ratio[64] > 0.98 and ratio[4] < 0.3 and all(value > 0 for value in ratio.values())


def test_power_is_that_of_the_whole_transform() -> None:
    """Half of the transform says as much as all of it."""
    tile = np.random.default_rng(2).normal(0, 3, (1, TILE, TILE))
    taper = np.hanning(TILE + 1)[:TILE]
    window = taper[:, None] * taper[None, :]
    y, x = np.mgrid[:TILE, :TILE]
    plane = np.stack([np.ones(TILE**2), x.ravel(), y.ravel()], axis=1)
    level = tile[0].ravel() - plane @ np.linalg.lstsq(plane, tile[0].ravel(), rcond=None)[0]
    whole = np.abs(np.fft.fft2(level.reshape(TILE, TILE) * window)) ** 2 / (np.square(window).sum() * TILE**2)
    cycles = np.fft.fftfreq(TILE, 1 / TILE)
    ring = np.rint(np.hypot(cycles[:, None], cycles[None, :])).astype(int)
    expected = [whole[ring == number].mean() for number in range(1, TILE // 2 + 1)]
    np.testing.assert_allclose(power(tile), expected, rtol=1e-10)


def test_equal_dems_have_no_errors(pair: Pair, compared: Callable[..., dict[str, Any]]) -> None:
    found = raw(compared(pair.reference, pair.reference))
    assert [found[name] for name in ("bias", "rmse", "mae", "nmad", "le90", "slope_rmse", "curvature_rmse")] == [0] * 7
    assert found["ssim"] == pytest.approx(1) and found["psnr"] is None and found["spectrum"]["ratio"] == pytest.approx([1] * 32)


# --- windows, grids, units, nodata


def numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for item in value.values() for number in numbers(item)]
    if isinstance(value, list):
        return [number for item in value for number in numbers(item)]
    return [value] if isinstance(value, (int, float)) else []


def test_nothing_depends_on_the_window(pair: Pair, tmp_path: Path, compared: Callable[..., dict[str, Any]]) -> None:
    shifted = write(tmp_path / "shifted.tif", pair.other, nodata=-9999, transform=DEM_TRANSFORM @ Affine.translation(0.3, -0.4))
    made = []
    for window in (512, 96, 77):
        report = compared(pair.reference, shifted, window=window, coregister=True, error=str(tmp_path / "error.tif"))
        made.append((numbers(report["tested"][0]["results"]), read(tmp_path / "error.tif")))
    for values, errors in made[1:]:
        # Counts of the histogram may move from a bin to its neighbour with the last digit of a float32.
        np.testing.assert_allclose(values, made[0][0], rtol=1e-3, atol=3)
        np.testing.assert_allclose(errors, made[0][1], atol=2e-4)
    figures = [values[:11] for values, _ in made]
    np.testing.assert_allclose(figures[1:], [figures[0]] * 2, rtol=1e-5)


def test_dems_of_the_same_file_name_are_told_apart(pair: Pair, tmp_path: Path) -> None:
    """As temporary results are, which all have one name."""
    copies = [tmp_path / folder / "OUTPUT.tif" for folder in ("a", "b")]
    for copy in copies:
        copy.parent.mkdir()
        shutil.copyfile(pair.tested, copy)
    page = tmp_path / "page.html"
    _, report = run(Settings(str(pair.reference), (*map(str, copies), str(pair.tested)), html=str(page)), lambda _event: None)
    names = [str(Path("a", "OUTPUT.tif")), str(Path("b", "OUTPUT.tif")), pair.tested.name]
    assert [entry["name"] for entry in report["tested"]] == names
    said = page.read_text(encoding="utf-8")
    assert all(f"{name}, raw" in said for name in names) and ">OUTPUT.tif" not in said


def test_a_finer_dem_in_degrees_and_feet_comes_onto_the_grid(tmp_path: Path, compared: Callable[..., dict[str, Any]]) -> None:
    """A plane, seen through another CRS, half the pixel size and feet, is the same plane."""
    rows, cols = np.mgrid[:60, :50] + 0.5
    x, y = DEM_TRANSFORM.c + PIXEL * cols, DEM_TRANSFORM.f - PIXEL * rows

    def plane(east: NDArray[np.float64], north: NDArray[np.float64]) -> NDArray[np.float32]:
        return np.asarray(800 + 0.2 * (east - DEM_TRANSFORM.c) - 0.1 * (north - DEM_TRANSFORM.f), np.float32)

    reference = write(tmp_path / "r.tif", plane(x, y))
    to_degrees = Transformer.from_crs(UTM, "EPSG:4326", always_xy=True)
    left, top = to_degrees.transform(DEM_TRANSFORM.c - 300, DEM_TRANSFORM.f + 300)
    degrees = Affine(2e-4, 0, left, 0, -1.35e-4, top)
    rows, cols = np.mgrid[:180, :160] + 0.5
    east, north = Transformer.from_crs("EPSG:4326", UTM, always_xy=True).transform(*(degrees @ (cols, rows)))
    tested = write(tmp_path / "t.tif", plane(east, north) / np.float32(0.3048), transform=degrees, crs="EPSG:4326")
    with rasterio.open(tested, "r+") as dataset:
        dataset.set_band_unit(1, "ft")
    report = compared(reference, tested)
    assert report["tested"][0]["metres_per_unit"] == 0.3048
    assert raw(report)["count"] == 3000 and raw(report)["rmse"] < 0.02 and abs(raw(report)["bias"]) < 2e-3


def test_the_error_raster_is_tested_minus_reference(pair: Pair, tmp_path: Path, compared: Callable[..., dict[str, Any]]) -> None:
    report = compared(pair.reference, pair.tested, error=str(tmp_path))
    path = tmp_path / "tested_error.tif"
    assert report["tested"][0]["error_raster"] == str(path)
    expected = np.where(inside(pair), pair.other - pair.ground, np.nan)
    np.testing.assert_allclose(read(path), expected, atol=1e-4)
    with rasterio.open(path) as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG" and dataset.units == ("m",)
        assert dataset.crs == CRS.from_user_input(UTM) and dataset.transform == DEM_TRANSFORM
        assert "minus reference" in dataset.descriptions[0]


# --- masks


def square(left: int, top: int, right: int, bottom: int) -> list[list[float]]:
    """The corners of columns left..right-1, rows top..bottom-1."""
    return [list(DEM_TRANSFORM @ corner) for corner in ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))]


def test_polygons_count_inside_of_them_and_not_in_their_holes(pair: Pair, tmp_path: Path, compared: Callable[..., dict[str, Any]]) -> None:
    shape = {"type": "Polygon", "coordinates": [square(10, 80, 110, 180), square(40, 100, 60, 120)]}
    other = {"type": "MultiPolygon", "coordinates": [[square(200, 80, 210, 90)]]}
    where = np.zeros(pair.ground.shape, np.bool_)
    where[80:180, 10:110], where[100:120, 40:60], where[80:90, 200:210] = True, False, True
    features = [{"type": "Feature", "properties": {}, "geometry": geometry} for geometry in (shape, other, None)]
    content = {"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": UTM}}, "features": features}
    mask = tmp_path / "stable.geojson"
    mask.write_text(json.dumps(content), encoding="utf-8")
    report = compared(pair.reference, pair.tested, mask=str(mask), window=64)
    errors = (pair.other - pair.ground)[where]
    assert raw(report)["count"] == where.sum() == report["counting"]
    assert raw(report)["rmse"] == pytest.approx(np.sqrt(np.mean(np.square(errors, dtype=np.float64))), rel=1e-5)

    # The same in longitude and latitude, as RFC 7946 wants it, and cells of a raster on another grid.
    to_degrees = Transformer.from_crs(UTM, "EPSG:4326", always_xy=True)
    in_degrees = [[list(to_degrees.transform(*corner)) for corner in ring] for ring in shape["coordinates"]]
    mask.write_text(json.dumps({"type": "Polygon", "coordinates": in_degrees}), encoding="utf-8")
    assert compared(pair.reference, pair.tested, mask=str(mask))["counting"] == where.sum() - 100
    cells = where[::10, ::10].astype(np.uint8)
    raster = write(tmp_path / "stable.tif", cells, transform=DEM_TRANSFORM @ Affine.scale(10))
    assert compared(pair.reference, pair.tested, mask=str(raster), window=64)["counting"] == where.sum()


def test_heights_in_a_crs_of_feet_are_doubted_by_name(tmp_path: Path, compared: Callable[..., dict[str, Any]]) -> None:
    transform = Affine(100, 0, 980_000, 0, -100, 200_000)
    heights = terrain(40, 50).astype(np.float32)
    reference, tested = (write(tmp_path / name, heights, crs="EPSG:2263", transform=transform) for name in ("r.tif", "t.tif"))
    said = "\n".join(compared(reference, tested)["warnings"])
    assert all(f"{name}: The DEM's heights are taken for metres" in said for name in ("r.tif", "t.tif"))


def test_a_dem_that_looks_like_a_picture_is_asked_about(tmp_path: Path, compared: Callable[..., dict[str, Any]]) -> None:
    reference = write(tmp_path / "r.tif", terrain(40, 50).astype(np.float32))
    tested = write(tmp_path / "shade.tif", (terrain(40, 50) % 256).astype(np.uint8))
    assert any("shade.tif, holds bytes or colours" in text for text in compared(reference, tested)["warnings"])
    assert not any("picture" in text for text in compared(reference, reference)["warnings"])


def test_of_several_bands_it_says_which_is_compared(tmp_path: Path, compared: Callable[..., dict[str, Any]]) -> None:
    reference = write(tmp_path / "r.tif", terrain(40, 50).astype(np.float32))
    stack = write(tmp_path / "s.tif", np.stack([terrain(40, 50)] * 2).astype(np.float32), descriptions=("count", "elevation"))
    assert any("has 2 bands (1 (count), 2 (elevation)); band 1 is taken" in text for text in compared(reference, stack)["warnings"])


# --- coregistration


def test_where_most_is_water_a_dem_is_moved_by_its_land(tmp_path: Path, compared: Callable[..., dict[str, Any]]) -> None:
    """Water that both have at 0 m is equal, however they lie."""
    rng = np.random.default_rng(3)
    ground = 40 + 12 * gaussian_filter(rng.normal(0, 12, (160, 240)), 4).astype(np.float32)
    ground[:, :150] = 0
    tested = np.where(ground > 0, ground + rng.normal(3, 0.3, ground.shape), 0).astype(np.float32)
    moved = write(tmp_path / "t.tif", tested, transform=Affine.translation(-24, 15) @ DEM_TRANSFORM)
    found = compared(write(tmp_path / "r.tif", ground), moved, coregister=True)["tested"][0]["coregistration"]
    assert found["doubt"] == ""
    assert [found["east"], found["north"]] == pytest.approx([24, -15], abs=1.5) and found["up"] == pytest.approx(-3, abs=0.2)


@pytest.mark.parametrize(("east", "north", "up"), [(21.0, -13.0, 4.0), (-48.0, 30.0, -1.0)])
def test_a_known_shift_is_found_as_xdem_finds_it(
    pair: Pair, tmp_path: Path, compared: Callable[..., dict[str, Any]], east: float, north: float, up: float
) -> None:
    displaced = np.where(pair.other == -9999, -9999, pair.other - up).astype(np.float32)
    # A DEM that has to move east lies in the west.
    transform = Affine.translation(-east, -north) @ DEM_TRANSFORM
    tested = write(tmp_path / "displaced.tif", displaced, nodata=-9999, transform=transform)
    report = compared(pair.reference, tested, coregister=True)
    found = report["tested"][0]["coregistration"]
    assert found["doubt"] == "" and found["up"] == pytest.approx(up - 1.5, abs=0.1)
    assert [found["east"], found["north"]] == pytest.approx([east, north], abs=0.1 * PIXEL)

    ground, other = (np.where(values == -9999, np.nan, values) for values in (pair.ground, displaced))
    method = xdem.coreg.NuthKaab()
    on_grid = np.full(ground.shape, np.nan, np.float32)
    rasterio.warp.reproject(
        other, on_grid, src_transform=transform, dst_transform=DEM_TRANSFORM, src_crs=UTM, dst_crs=UTM,
        src_nodata=np.nan, dst_nodata=np.nan, resampling=rasterio.enums.Resampling.cubic, tolerance=0,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        method.fit(ground, on_grid, transform=DEM_TRANSFORM, crs=rasterio.CRS.from_user_input(UTM), random_state=0)
    theirs = method.meta["outputs"]["affine"]
    assert [found["east"], found["north"]] == pytest.approx([theirs["shift_x"], theirs["shift_y"]], abs=0.1 * PIXEL)
    assert found["up"] == pytest.approx(theirs["shift_z"], abs=0.1)

    before, after = report["tested"][0]["results"]
    assert after["rmse"] < before["rmse"] and after["nmad"] < before["nmad"] and abs(after["median"]) < 0.1
    at_its_place = raw(compared(pair.reference, pair.tested))
    assert after["nmad"] == pytest.approx(at_its_place["nmad"], rel=0.05)


@pytest.mark.parametrize(
    ("crs", "place"), [("EPSG:32633", (15, 60)), ("EPSG:3413", (60, 80)), ("EPSG:3031", (-65, -68)), ("EPSG:3031", (150, -72))]
)
def test_a_shift_is_found_whichever_way_rows_run(
    tmp_path: Path, compared: Callable[..., dict[str, Any]], crs: str, place: tuple[float, float]
) -> None:
    """In polar stereographic projections east is another direction of the grid at each longitude."""
    x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(*place)
    transform = Affine(10, 0, round(x), 0, -10, round(y))
    ground = terrain(160, 160, pixel=10.0).astype(np.float32)
    reference = write(tmp_path / "r.tif", ground, crs=crs, transform=transform)
    tested = write(tmp_path / "t.tif", ground, crs=crs, transform=transform @ Affine.translation(1, 0))
    report = compared(reference, tested, coregister=True)
    found = report["tested"][0]["coregistration"]
    across, _ = ground_edges(CRS.from_user_input(crs).to_wkt(), transform, 80, 80)
    assert found["doubt"] == "" and found["nmad_after"] < 0.05 * found["nmad_before"]
    assert [found["east"], found["north"]] == pytest.approx([-across[0], -across[1]], abs=0.2)
    assert [found["x"], found["y"]] == pytest.approx([-10, 0], abs=0.2)


@pytest.mark.parametrize(("west", "north"), [(-2200, 1000), (-1600, 1600), (-1500, 2600)])
@pytest.mark.parametrize("step", [10, 30])
def test_a_shift_is_found_beside_a_pole(
    tmp_path: Path, compared: Callable[..., dict[str, Any]], west: float, north: float, step: int
) -> None:
    """Where east turns through all directions: the pole lies in the raster, in its middle, or beside it. Also of a coarser DEM."""
    transform = Affine(10, 0, west, 0, -10, north)
    ground = terrain(321, 321, pixel=10.0, seed=4).astype(np.float32)
    reference = write(tmp_path / "r.tif", ground[:320, :320], crs="EPSG:3031", transform=transform)
    coarse = ground[:320, :320] if step == 10 else ground.reshape(107, 3, 107, 3).mean(axis=(1, 3), dtype=np.float64).astype(np.float32)
    moved = Affine.translation(12, 5) @ transform @ Affine.scale(step / 10)
    tested = write(tmp_path / "t.tif", coarse + 2, crs="EPSG:3031", transform=moved)
    entry = compared(reference, tested, coregister=True)["tested"][0]
    found, (before, after) = entry["coregistration"], entry["results"]
    assert found["doubt"] == "" and found["steps"] < 10
    assert [found["x"], found["y"], found["up"]] == pytest.approx([-12, -5, -2], abs=0.1)
    assert math.hypot(found["east"], found["north"]) == pytest.approx(13, abs=0.1 + 13 * 0.03)  # of a true metre, scale 0.972
    assert after["nmad"] < (0.02 if step == 10 else 0.3) * before["nmad"]


def test_a_dem_in_degrees_around_a_pole_lies_displaced_along_its_degrees(tmp_path: Path, compared: Callable[..., dict[str, Any]]) -> None:
    y, x = np.mgrid[0:300, 0:300] * 30.0 - 4485

    def height(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return 60 * np.sin(x / 300) * np.cos(y / 350) + 40 * np.sin((x + y) / 500)

    reference = write(tmp_path / "r.tif", height(x, -y).astype(np.float32), crs="EPSG:3031", transform=Affine(30, 0, -4500, 0, -30, 4500))
    lon, lat = np.meshgrid(-150 + (np.arange(1200) + 0.5) * 0.25, -89.965 - (np.arange(90) + 0.5) * 0.0003)
    there = Transformer.from_crs("EPSG:4326", "EPSG:3031", always_xy=True).transform(lon, lat)
    transform = Affine(0.25, 0, -150, 0, -0.0003, -89.965) @ Affine.translation(0.0, 0.6)
    tested = write(tmp_path / "t.tif", height(*there).astype(np.float32), crs="EPSG:4326", transform=transform)
    found = compared(reference, tested, coregister=True)["tested"][0]["coregistration"]
    assert found["doubt"] == "" and found["nmad_after"] < 0.1 * found["nmad_before"]
    assert found["x"] == pytest.approx(0, abs=0.05) and found["y"] == pytest.approx(0.6 * 0.0003, abs=2e-5)


def test_what_is_made_up_at_a_border_or_gap_does_not_count(tmp_path: Path, compared: Callable[..., dict[str, Any]]) -> None:
    """A surface without noise, moved by parts of a pixel: brought back, it is right wherever it counts."""

    def surface(east: float, north: float) -> np.ndarray:
        y, x = np.mgrid[0:150, 0:150] * 10.0
        x, y = x - east, y + north
        return (500 + 0.02 * x + 60 * np.sin(x / 90) * np.cos(y / 110)).astype(np.float32)

    reference = write(tmp_path / "r.tif", surface(0, 0), transform=Affine(10, 0, 600_000, 0, -10, 5_200_000))
    holed = surface(3.3, -4.1)
    holed[60:70, 80:90] = -9999
    tested = write(tmp_path / "t.tif", holed, transform=Affine(10, 0, 600_000, 0, -10, 5_200_000), nodata=-9999)
    entry = compared(reference, tested, coregister=True)["tested"][0]
    raw_, after = entry["results"]
    assert [entry["coregistration"]["east"], entry["coregistration"]["north"]] == pytest.approx([-3.3, 4.1], abs=0.1)
    assert after["rmse"] < 0.05 < raw_["rmse"] and after["slope_rmse"] < 0.05
    # Four pixels along each axis make a value: three rows and columns of the border and around the hole are lost.
    # Figures before and after are of the same pixels.
    assert raw_["count"] == after["count"] == 147 * 147 - 13 * 13


def test_means_that_are_made_of_a_part_do_not_count(tmp_path: Path, compared: Callable[..., dict[str, Any]]) -> None:
    """An exact DEM of ten times finer pixels, on a slope: a mean over half of a pixel is that of other ground."""
    heights = 0.5 * np.broadcast_to(np.arange(400) * 3.0 + 1.5, (300, 400))
    reference = write(tmp_path / "r.tif", heights.reshape(30, 10, 40, 10).mean(axis=(1, 3)).astype(np.float32))
    fine = heights.astype(np.float32)
    fine[:, 20:24] = fine[150:151, 205] = -9999
    fine = fine[:, :396]
    tested = write(tmp_path / "t.tif", fine, transform=DEM_TRANSFORM @ Affine.scale(0.1), nodata=-9999)
    found = raw(compared(reference, tested))
    assert found["count"] == 30 * 40 - 30 - 1 - 30 and found["rmse"] < 1e-4


def test_error_rasters_of_like_names_have_names_of_their_own(tmp_path: Path, pair: Pair) -> None:
    tested = [
        tmp_path / folder / name for folder, name in (("x", "a.tif"), ("y", "a.tif"), ("z", "a-1.tif"), ("z", "B.tif"), ("y", "b.tif"))
    ]
    for path in tested:
        path.parent.mkdir(exist_ok=True)
        shutil.copy(pair.tested, path)
    settings = Settings(reference=str(pair.reference), tested=tuple(map(str, tested)), error=str(tmp_path))
    _, report = run(settings, lambda event: None)
    written = [Path(entry["error_raster"]).name for entry in report["tested"]]
    assert written == ["a-2_error.tif", "a-3_error.tif", "a-1_error.tif", "B-4_error.tif", "b-5_error.tif"]
    assert sorted(path.name for path in tmp_path.glob("*_error.tif")) == sorted(written)


def test_a_dem_is_coarse_as_it_is_where_it_is_compared(tmp_path: Path, compared: Callable[..., dict[str, Any]]) -> None:
    """1 arc second of the whole Earth is 31 m high at 65 degrees, and 13 m wide: as large as pixels of 20 m."""
    crs, size = "EPSG:32633", 120
    x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(15, 65)
    transform = Affine(10, 0, round(x) - 600, 0, -10, round(y) + 600)
    reference = write(tmp_path / "r.tif", terrain(size, size, pixel=10).astype(np.float32), transform=transform, crs=crs)
    second = 1 / 3600
    world = Grid(CRS.from_epsg(4326).to_wkt(), Affine(second, 0, -180, 0, -second, 84), 360 * 3600, 168 * 3600)
    col, row = round((15 + 180) / second) - 60, round((84 - 65) / second) - 60
    tile = write(
        tmp_path / "tile.tif",
        terrain(size, size).astype(np.float32),
        transform=world.transform @ Affine.translation(col, row),
        crs="EPSG:4326",
    )
    path = tmp_path / "earth.vrt"
    path.write_text(
        f'<VRTDataset rasterXSize="{world.width}" rasterYSize="{world.height}"><SRS>EPSG:4326</SRS>'
        f"<GeoTransform>{', '.join(f'{value!r}' for value in world.transform.to_gdal())}</GeoTransform>"
        f'<VRTRasterBand dataType="Float32" band="1"><NoDataValue>-9999</NoDataValue><SimpleSource>'
        f'<SourceFilename relativeToVRT="1">{tile.name}</SourceFilename><SourceBand>1</SourceBand>'
        f'<DstRect xOff="{col}" yOff="{row}" xSize="{size}" ySize="{size}"/></SimpleSource></VRTRasterBand></VRTDataset>'
    )
    sizes = [compared(reference, dem, coregister=True)["tested"][0]["coregistration"]["pixel_size"] for dem in (tile, path)]
    assert sizes[0] == sizes[1] == pytest.approx(20, rel=0.01)


def test_identical_dems_are_said_not_to_be_moved(tmp_path: Path, compared: Callable[..., dict[str, Any]]) -> None:
    level = write(tmp_path / "r.tif", np.full((80, 90), 5, np.float32))
    report = compared(level, write(tmp_path / "t.tif", np.full((80, 90), 5, np.float32)), coregister=True)
    assert any("t.tif was not moved." in text for text in report["warnings"])


def test_heights_beyond_all_mountains_are_said_to_be_taken_for_unknown(tmp_path: Path, compared: Callable[..., dict[str, Any]]) -> None:
    reference = write(tmp_path / "r.tif", terrain(60, 60).astype(np.float32))
    report = compared(reference, write(tmp_path / "t.tif", np.full((60, 60), 1e6, np.float32)))
    assert any("beyond 20,000 m" in text for text in report["warnings"]) and raw(report)["psnr"] is None


def test_errors_beside_a_large_bias_are_seen_in_the_histogram(tmp_path: Path, compared: Callable[..., dict[str, Any]]) -> None:
    """As of heights above another geoid: drawn about 0 they were all in one bin."""
    rng = np.random.default_rng(1)
    heights = np.add.outer(np.arange(80.0), np.arange(80.0)).astype(np.float32)
    off = heights + rng.normal(50, 0.3, heights.shape).astype(np.float32)
    reference, page = write(tmp_path / "r.tif", heights), tmp_path / "page.html"
    found = raw(compared(reference, write(tmp_path / "t.tif", off), html=str(page)))["histogram"]
    edges, counts = np.array(found["edges"]), np.array(found["counts"])
    assert (edges[0] + edges[-1]) / 2 == pytest.approx(50, abs=0.05) and edges[-1] - edges[0] == pytest.approx(2 * 2.576 * 0.3, rel=0.1)
    assert (counts > 0).sum() > 40 and counts.sum() == pytest.approx(0.99 * heights.size, rel=0.01)
    assert re.search(r"99 % within 0\.7\d* m of (50|49\.9|50\.0)", page.read_text(encoding="utf-8"))
    near = raw(compared(reference, write(tmp_path / "n.tif", heights + (off - heights - 50) + 0.5)))["histogram"]["edges"]
    assert near[0] == -near[-1]


def test_heights_that_are_left_out_are_said_of_either_dem(tmp_path: Path, compared: Callable[..., dict[str, Any]]) -> None:
    """Centimetres that nobody says are such: a third of the ground would be missing from a comparison that looks whole."""
    heights = np.linspace(12_000, 24_000, 3600, dtype=np.float32).reshape(60, 60)
    reference, tested = write(tmp_path / "r.tif", heights), write(tmp_path / "t.tif", heights + 50)
    said = [text for text in compared(reference, tested)["warnings"] if "more than 20,000 m" in text]
    assert len(said) == 2 and all("gdal_edit.py -units cm" in text for text in said)
    assert "the reference" in said[0] and "t.tif" in said[1]
    low = write(tmp_path / "l.tif", heights / 2)
    assert not any("more than 20,000 m" in text for text in compared(low, low)["warnings"])


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("EPSG:26910+5703", "EPSG:26910+6360", True),  # NAVD88 in metres, and in feet
        ("EPSG:26910+5703", "EPSG:32610+5773", False),  # EGM96
        ("EPSG:26910+5703", "EPSG:26910+6357", False),  # heights and depths
        ("EPSG:26910+5703", "EPSG:26910", False),
        ("EPSG:26910", "EPSG:4326", True),
    ],
)
def test_a_vertical_datum_is_one_in_whatever_unit_and_crs(ours: str, theirs: str, same: bool) -> None:
    assert (surface(CRS.from_user_input(ours)) == surface(CRS.from_user_input(theirs))) == same
    assert surface(CRS("EPSG:4979")) == surface(CRS("EPSG:32610").to_3d()) == "the ellipsoid of World Geodetic System 1984 ensemble"


def test_feet_above_the_same_datum_are_no_reason_for_a_warning(tmp_path: Path, compared: Callable[..., dict[str, Any]]) -> None:
    heights = np.add.outer(np.arange(60.0), np.arange(60.0)).astype(np.float32)
    reference = write(tmp_path / "metres.tif", heights, crs="EPSG:26910+5703")
    tested = write(tmp_path / "feet.tif", heights / np.float32(1200 / 3937), crs="EPSG:26910+6360")
    found = compared(reference, tested)
    assert not found["warnings"] and raw(found)["rmse"] < 1e-3


def test_no_step_stands_where_a_datums_published_transformations_end(tmp_path: Path, compared: Callable[..., dict[str, Any]]) -> None:
    """ED50 east of Elba: columns there lay 135 m from where they should."""
    old, new = (CRS.from_epsg(code).to_wkt() for code in (23032, 25832))
    transform = Affine(25, 0, 612_000, 0, -25, 4_742_000)
    area = common_ground(Grid(old, transform, 240, 120), Grid(new, transform, 240, 120))
    cols, rows = np.meshgrid(np.arange(240) + 0.5, np.arange(120) + 0.5)

    def heights(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return (500 + 40 * np.sin(x / 300) * np.cos(y / 400)).astype(np.float32)

    reference = write(tmp_path / "new.tif", heights(*apply(transform, cols, rows)), crs="EPSG:25832", transform=transform)
    there = transform_points(old, new, *apply(transform, cols, rows), area)
    tested = write(tmp_path / "old.tif", heights(*there), crs="EPSG:23032", transform=transform)
    found = compared(reference, tested)
    assert not found["warnings"] and raw(found)["count"] > 20_000 and raw(found)["rmse"] < 0.2


def test_the_equation_of_nuth_and_kaab() -> None:
    rng = np.random.default_rng(0)
    tangent, aspect = rng.uniform(0.1, 1, 5000), rng.uniform(0, 2 * np.pi, 5000)
    difference = tangent * (3 * np.sin(aspect) - 2 * np.cos(aspect)) + 7
    assert displacement(difference, tangent, aspect) == pytest.approx((3, -2), abs=0.05)
    assert displacement(difference[aspect < 2], tangent[aspect < 2], aspect[aspect < 2]) is None


def test_coregistration_finds_the_ground_that_a_mask_leaves(tmp_path: Path, compared: Callable[..., dict[str, Any]]) -> None:
    """Stable ground beside glaciers is a square in a hundred; the sample of squares is of those that it lies in."""
    rows, cols = np.mgrid[:1400, :1600].astype(np.float64)

    def heights(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return (500 + 60 * np.sin(x / 23) * np.cos(y / 31) + 20 * np.sin((x + y) / 17)).astype(np.float32)

    reference, moved = write(tmp_path / "r.tif", heights(cols, rows)), write(tmp_path / "m.tif", heights(cols - 0.4, rows) + 3)
    stable = np.zeros(rows.shape, np.uint8)
    stable[522:752, 522:752] = 1  # the third square of the third row, which is none of the first 32
    found = compared(reference, moved, mask=str(write(tmp_path / "s.tif", stable)), coregister=True)
    assert not found["warnings"]
    assert found["tested"][0]["coregistration"]["up"] == pytest.approx(-3, abs=0.01)
    assert found["tested"][0]["results"][1]["rmse"] < 0.1 < 1 < raw(found)["rmse"]


def test_coregistration_gathers_the_outcrops_that_a_mask_leaves(tmp_path: Path, compared: Callable[..., dict[str, Any]]) -> None:
    """Nunataks: in each square some pixels, in the first 32 too few, in all enough."""
    rows, cols = np.mgrid[:2048, :2048].astype(np.float32)
    heights = 1000 + 120 * np.sin(cols / 23 + rows / 61) + 90 * np.cos(rows / 19 - cols / 77)
    reference = write(tmp_path / "r.tif", heights)
    shifted = DEM_TRANSFORM @ Affine.translation(0.5, 0)
    moved = write(tmp_path / "m.tif", heights, transform=shifted)
    outcrops = ((cols % 256 > 100) & (cols % 256 < 106) & (rows % 256 > 100) & (rows % 256 < 107)).astype(np.uint8)
    assert 32 * 30 < 1000 < outcrops.sum()
    found = compared(reference, moved, mask=str(write(tmp_path / "s.tif", outcrops)), coregister=True)
    assert not found["warnings"]
    assert found["tested"][0]["coregistration"]["east"] == pytest.approx(-0.5 * DEM_TRANSFORM.a, rel=0.05)


def test_numbers_that_are_spread_evenly_come_each_once() -> None:
    for count in (1, 2, 33, 400):
        found = list(_spread_evenly(count))
        assert sorted(found) == list(range(count))
    first = sorted(found[:32])
    assert max(np.diff([-1, *first, 400])) < 25


def test_dems_that_are_known_on_different_ground_are_told_though_they_are_as_large(
    tmp_path: Path, compared: Callable[..., dict[str, Any]]
) -> None:
    heights = np.add.outer(np.arange(80.0), np.arange(100.0)).astype(np.float32)
    west, east = heights.copy(), heights.copy()
    west[:, 50:] = east[:, :50] = -9999
    files = [write(tmp_path / f"{name}.tif", values, nodata=-9999) for name, values in (("r", heights), ("w", west), ("e", east))]
    said = "The tested DEMs are known on different pixels: their figures are of different ground. A mask makes them alike."
    assert said in compared(*files)["warnings"]
    assert said not in compared(files[0], files[1], files[1])["warnings"] and said not in compared(files[0], files[1])["warnings"]


def test_what_gdal_names_is_called_so_in_the_report(tmp_path: Path, compared: Callable[..., dict[str, Any]]) -> None:
    """No file of this folder has that name."""
    heights = np.add.outer(np.arange(60.0), np.arange(60.0)).astype(np.float32)
    reference, tested = write(tmp_path / "r.tif", heights), write(tmp_path / "t.tif", heights + 1)
    packed = tmp_path / "t.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(tested, "t.tif")
    found = compared(reference, f"/vsizip/{packed}/t.tif")
    assert found["tested"][0]["path"] == f"/vsizip/{packed}/t.tif" and found["reference"]["path"] == str(reference)


def test_on_level_ground_a_dem_moves_up_or_down_only(tmp_path: Path, compared: Callable[..., dict[str, Any]]) -> None:
    level = (100 + np.random.default_rng(1).normal(0, 0.1, (80, 90))).astype(np.float32)
    report = compared(write(tmp_path / "r.tif", level), write(tmp_path / "t.tif", level + np.float32(2)), coregister=True)
    found = report["tested"][0]["coregistration"]
    assert (found["east"], found["north"]) == (0, 0) and found["up"] == pytest.approx(-2, abs=1e-3)
    assert any("moved up or down only" in text for text in report["warnings"])
    assert report["tested"][0]["results"][1]["le90"] == pytest.approx(0, abs=1e-3)


# --- refusals, before anything is written


def refusal(*arguments: Any, **settings: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        run(Settings(*arguments, **settings), lambda event: None)
    error = caught.value
    assert error.message.endswith(".") and error.message.count(". ") == 0 and error.hint
    return error


def test_what_is_refused(pair: Pair, tmp_path: Path) -> None:
    reference, tested = str(pair.reference), (str(pair.tested),)
    to = {"json": str(tmp_path / "r.json")}
    far = write(tmp_path / "far.tif", terrain(40, 40), transform=Affine.translation(100_000, 0) @ DEM_TRANSFORM)
    odd = write(tmp_path / "odd.tif", terrain(40, 40))
    with rasterio.open(odd, "r+") as dataset:
        dataset.set_band_unit(1, "fathom")
    turned = write(tmp_path / "turned.tif", terrain(40, 40), transform=DEM_TRANSFORM @ Affine.rotation(20))
    broken, empty, off = (tmp_path / name for name in ("broken.geojson", "empty.geojson", "off.geojson"))
    broken.write_text("{", encoding="utf-8")
    empty.write_text('{"type": "Point", "coordinates": [1, 2]}', encoding="utf-8")
    off.write_text('{"type": "Polygon", "coordinates": [[[1, 2], [1, 3], [2, 3], [1, 2]]]}', encoding="utf-8")
    (tmp_path / "there.json").write_text("mine", encoding="utf-8")
    mask, listed = write(tmp_path / "mask.tif", np.ones((40, 40), np.uint8)), tmp_path / "mask.vrt"
    rasterio_copy(mask, listed, driver="VRT")
    before = sorted(tmp_path.iterdir())

    assert refusal(reference, tested).code == "option-invalid"
    assert refusal(reference, (str(far),), **to).code == "no-overlap"
    assert "fathom" in refusal(reference, (str(odd),), **to).message
    assert refusal(str(odd), tested, **to).code == "unit-unknown"
    assert "rotated" in refusal(str(turned), tested, **to).message
    assert refusal(reference, (str(tmp_path / "none.tif"),), **to).code == "file-missing"
    assert refusal(reference, tested, **to, mask=str(broken)).code == "mask-invalid"
    assert refusal(reference, tested, **to, mask=str(empty)).code == "mask-invalid"
    assert refusal(reference, tested, **to, mask=str(off)).code == "no-overlap"
    assert refusal(reference, tested, **to, mask=str(tmp_path / "there.json")).code == "mask-invalid"
    assert refusal(reference, tested, json=str(tmp_path / "r.txt")).code == "option-invalid"
    assert refusal(reference, tested, json=str(tmp_path / "there.json")).code == "output-exists"
    assert refusal(reference, (*tested, *tested), error=str(tmp_path / "one.tif")).code == "option-invalid"
    assert refusal(reference, tested, error=str(tmp_path / "no folder")).code == "output-folder"
    assert refusal(reference, tested, error=str(pair.tested), overwrite=True).code == "output-is-input"
    assert refusal(reference, tested, mask=str(listed), error=str(mask), overwrite=True).code == "output-is-input"
    assert sorted(tmp_path.iterdir()) == before


def test_cancelled_nothing_is_left(pair: Pair, tmp_path: Path) -> None:
    for name in ("Statistics", "Deviations", "Writing"):
        cancel = Cancel()

        def stop(event: Event, name: str = name, cancel: Cancel = cancel) -> None:
            if isinstance(event, Progress) and event.message.startswith(name):
                cancel.request()

        settings = Settings(
            str(pair.reference), (str(pair.tested),), json=str(tmp_path / "r.json"), html=str(tmp_path / "r.html"), error=str(tmp_path)
        )
        with pytest.raises(Cancelled):
            run(settings, stop, cancel)
    assert not [path for path in tmp_path.iterdir() if not path.name.startswith(".")]


def test_what_was_there_before_stands_until_all_is_written(pair: Pair, tmp_path: Path) -> None:
    older = {name: tmp_path / name for name in ("r.json", "r.html", "tested_error.tif")}
    for name, path in older.items():
        path.write_text(f"older {name}", encoding="utf-8")
    settings = Settings(
        str(pair.reference),
        (str(pair.tested),),
        json=str(older["r.json"]),
        html=str(older["r.html"]),
        error=str(tmp_path),
        overwrite=True,
    )

    def meddle(event: Event) -> None:
        if isinstance(event, Progress) and event.message == "Writing":
            older["r.html"].unlink()
            older["r.html"].mkdir()

    with pytest.raises(ResourceError, match=r"r\.html cannot be written"):
        run(settings, meddle)
    assert [older[name].read_text(encoding="utf-8") for name in ("r.json", "tested_error.tif")] == [
        "older r.json",
        "older tested_error.tif",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(older)

    older["r.html"].rmdir()
    run(settings, lambda event: None)
    assert older["r.html"].read_text(encoding="utf-8").startswith("<!doctype html>")
    assert json.loads(older["r.json"].read_text(encoding="utf-8"))["seconds"] > 0
    with rasterio.open(older["tested_error.tif"]) as dataset:
        assert dataset.count == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(older)


def test_a_report_that_somebody_else_wrote_meanwhile_is_left_alone(pair: Pair, tmp_path: Path) -> None:
    report = tmp_path / "r.json"

    def meddle(event: Event) -> None:
        if isinstance(event, Progress) and event.message == "Writing":
            report.write_text("theirs", encoding="utf-8")

    with pytest.raises(InputError, match="exists"):
        run(Settings(str(pair.reference), (str(pair.tested),), json=str(report), error=str(tmp_path)), meddle)
    assert report.read_text(encoding="utf-8") == "theirs"
    assert [path.name for path in tmp_path.iterdir()] == ["r.json"]


# --- the page


def test_the_page_is_whole_and_needs_nothing_from_elsewhere(pair: Pair, tmp_path: Path) -> None:
    odd = tmp_path / "<b>&.tif"
    odd.write_bytes(pair.tested.read_bytes())
    events: list[Event] = []
    settings = Settings(str(pair.reference), (str(odd),), html=str(tmp_path / "page.html"), coregister=True)
    result, gathered = run(settings, events.append)
    assert isinstance(result, Comparison) and result.json is None and result.errors == []
    assert [event.fraction for event in events if isinstance(event, Progress)] == sorted(
        event.fraction for event in events if isinstance(event, Progress)
    )
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.open == []
    assert not re.search(r"(?:src|href)=\"(?!data:)|url\(|<script|@import", text)
    images = [attributes for tag, attributes in page.seen if tag == "img"]
    assert len(images) == 3 and all(image["alt"] and (image["src"] or "").startswith("data:image/png;base64,") for image in images)
    drawings = [attributes for tag, attributes in page.seen if tag == "svg" and attributes.get("role") == "img"]
    names = {attributes.get("id") for _, attributes in page.seen}
    assert len(drawings) == 2 and all(set((drawing["aria-labelledby"] or "").split()) <= names for drawing in drawings)
    assert text.count("<caption>") == text.count("<table") == 5
    headings = [attributes for tag, attributes in page.seen if tag == "th"]
    assert headings and all(attributes["scope"] in ("col", "row") for attributes in headings)
    assert '<html lang="en">' in text and '<meta name="viewport"' in text and "<title>DEMs compared with reference.tif</title>" in text
    assert "&lt;b&gt;&amp;.tif" in text and "prefers-color-scheme: dark" in text and "@media print" in text
    assert f"{gathered['tested'][0]['results'][1]['rmse']:.4g}" in text and "python -m backend compare" in text


def test_ticks_are_round_and_cover() -> None:
    assert ticks(0, 0.97) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert ticks(-3, 3) == pytest.approx([-4, -2, 0, 2, 4])


def test_a_dem_whose_first_row_is_the_pole_has_slopes(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    ground = (1000 + 300 * rng.normal(size=(91, 181))).astype(np.float32)
    other = ground * np.float32(1.01)
    paths = [write(tmp_path / f"{name}.tif", of, transform=LINES, crs="EPSG:4326") for name, of in (("a", ground), ("b", other))]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, gathered = run(Settings(str(paths[0]), (str(paths[1]),), json=str(tmp_path / "r.json")), lambda event: None)
    figures = gathered["tested"][0]["results"][0]
    assert all(np.isfinite(figures[name]) for name in ("slope_rmse", "curvature_rmse"))
    steepest = figures["by_slope"][-1]
    assert steepest["count"] == 0, "pixels at a pole are none"


def test_pixels_without_a_width_are_in_no_class_and_no_mean() -> None:
    core, height = Window(0, 0, 4, 3), BEFORE + 3 + AFTER
    dem = np.random.default_rng(2).normal(size=(height, BEFORE + 4 + AFTER)).astype(np.float32)
    known, across = np.ones(dem.shape, np.bool_), np.full((height, 1), 30.0)
    across[BEFORE] = 0.0
    with np.errstate(all="ignore"):
        dem[BEFORE] = 5.0
        view = View(core, dem, known, known, across, np.full((height, 1), 30.0))
        statistics = Statistics(Scale(0.0, 1.0))
        statistics.add(view, dem * np.float32(1.1), known)
    assert (view.group[0] == NO_SLOPE).all() and (view.group[1:] < NO_SLOPE).all()
    assert np.isfinite([statistics.figures()[name] for name in ("slope_rmse", "curvature_rmse")]).all()
