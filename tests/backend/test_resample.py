"""A pixel's value does not depend on the window it is read with, and is GDAL's where GDAL is exact."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS
from rasterio.warp import Resampling, reproject
from rasters_for_tests import DEM_TRANSFORM, UTM, terrain, write

from backend.errors import InputError
from backend.grid import Grid
from backend.rasters import Raster
from backend.resample import Read, Sampler, read_array
from backend.windows import Window

WKT = CRS.from_user_input(UTM).to_wkt()
DEGREES = CRS.from_epsg(4326).to_wkt()

TARGETS = {
    "three times as fine": Grid(WKT, Affine(10, 0, 600_000, 0, -10, 5_200_000), 180, 150),
    "shifted and 2.7 times as fine": Grid(WKT, Affine(11, 0, 600_003, 0, -11, 5_199_990), 150, 130),
    "in degrees": Grid(DEGREES, Affine(1e-4, 0, 10.3170, 0, -1e-4, 46.9430), 200, 120),
    "twice as coarse": Grid(WKT, Affine(64, 0, 600_001, 0, -64, 5_199_998), 27, 22),
    "rotated": Grid(WKT, Affine(9, 4, 600_400, 4, -9, 5_199_600), 80, 70),
}


@pytest.fixture
def holed(tmp_path: Path) -> Raster:
    values = terrain(50, 60).astype(np.float32)
    values[20:26, 30:33] = -9999
    values[5, 7] = -9999
    return Raster(str(write(tmp_path / "holed.tif", values, nodata=-9999)), "The DEM")


@pytest.mark.parametrize("name", TARGETS)
def test_values_do_not_depend_on_the_window(holed: Raster, name: str) -> None:
    sampler = Sampler(holed.grid, TARGETS[name])
    reach = 9

    def sample(window: Window) -> tuple[np.ndarray, np.ndarray]:
        values, known = sampler.sample(window, lambda needed: holed.read([1], needed), bands=1, reach=reach)
        return values[0], known

    width, height = TARGETS[name].width, TARGETS[name].height
    whole = Window(-20, -20, width + 40, height + 40)
    values, known = sample(whole)
    # What a model with this reach can see from a known pixel.
    seen = np.zeros_like(known)
    for row, col in np.argwhere(known):
        seen[max(0, row - reach) : row + reach + 1, max(0, col - reach) : col + reach + 1] = True
    for window in (Window(0, 0, 17, 13), Window(5, 7, 21, 15), Window(width - 5, height - 9, 14, 16), Window(-10, -10, 31, 25)):
        part, part_known = sample(window)
        cut = whole.cut(window)
        assert (part_known == known[cut]).all()
        assert np.abs(part - values[cut])[seen[cut]].max(initial=0) < 1e-3


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("corner", [(0, 0), (33, 41), (-25, 60)])
def test_what_is_needed_is_what_sampling_reads(holed: Raster, name: str, corner: tuple[int, int]) -> None:
    sampler = Sampler(holed.grid, TARGETS[name])
    window = Window(*corner, 70, 45)
    read: list[Window | None] = []

    def remembered(needed: Window) -> tuple[np.ndarray, np.ndarray]:
        read.append(needed)
        return holed.read([1], needed)

    sampler.sample(window, remembered, bands=1, reach=0)
    assert [sampler.needed(window)] == (read or [None])


@pytest.mark.parametrize("name", ["three times as fine", "shifted and 2.7 times as fine", "in degrees", "rotated"])
def test_cubic_is_what_gdal_makes(tmp_path: Path, name: str) -> None:
    target = TARGETS[name]
    values = terrain(50, 60).astype(np.float32)
    expected = np.full((target.height, target.width), np.nan, np.float32)
    reproject(
        values, expected, src_transform=DEM_TRANSFORM, src_crs=UTM,
        dst_transform=target.transform, dst_crs=rasterio.CRS.from_wkt(target.crs),
        src_nodata=np.nan, dst_nodata=np.nan, resampling=Resampling.cubic,
    )  # fmt: skip
    with Raster(str(write(tmp_path / "dem.tif", values)), "The DEM") as raster:
        made, known = Sampler(raster.grid, target).sample(
            Window(0, 0, target.width, target.height), lambda needed: raster.read([1], needed), bands=1, reach=9
        )
        u, v = np.broadcast_arrays(*Sampler(raster.grid, target).coordinates(Window(0, 0, target.width, target.height)))
    inner = (u > 2.1) & (u < 57.9) & (v > 2.1) & (v < 47.9)
    assert inner.any()
    # GDAL's approximation is allowed an eighth of a source pixel; on the same CRS it is exact.
    tolerance = 2e-3 if target.crs == WKT else 0.05
    assert np.abs(made[0] - expected)[inner].max() < tolerance
    assert (known == np.isfinite(expected)).mean() > 0.999


def test_a_plane_stays_a_plane_under_averaging(tmp_path: Path) -> None:
    rows, cols = np.mgrid[0:400, 0:300].astype(np.float32)
    fine = Affine(2, 0, 600_000, 0, -2, 5_200_000)
    target = Grid(WKT, Affine(30, 0, 600_030, 0, -30, 5_199_970), 15, 20)
    with Raster(str(write(tmp_path / "plane.tif", 3 * rows + 2 * cols, transform=fine)), "The DEM") as raster:
        made, known = Sampler(raster.grid, target).sample(Window(0, 0, 15, 20), lambda needed: raster.read([1], needed), bands=1, reach=2)
    y, x = np.mgrid[0:20, 0:15]
    assert known.all()
    assert made[0] == pytest.approx(3 * (15 + 15 * y + 7) + 2 * (15 + 15 * x + 7), abs=1e-2)


def test_a_scene_far_finer_than_the_target_is_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = terrain(300, 300, pixel=1).astype(np.float32)
    target = Grid(WKT, Affine(20, 0, 600_000, 0, -20, 5_200_000), 15, 15)
    with Raster(str(write(tmp_path / "fine.tif", values, transform=Affine(1, 0, 600_000, 0, -1, 5_200_000))), "The guide") as raster:
        largest = 0

        def read(needed: Window) -> tuple[np.ndarray, np.ndarray]:
            nonlocal largest
            largest = max(largest, needed.width * needed.height)
            return raster.read([1], needed)

        whole, _ = Sampler(raster.grid, target).sample(Window(0, 0, 15, 15), read, bands=1, reach=0)
        monkeypatch.setattr("backend.resample.MOST_SOURCE_PIXELS", 5000)
        largest = 0
        parts, _ = Sampler(raster.grid, target).sample(Window(0, 0, 15, 15), read, bands=1, reach=0)
    assert largest <= 5000
    assert parts == pytest.approx(whole, abs=1e-3)
    assert whole[0] == pytest.approx(values.reshape(15, 20, 15, 20).mean(axis=(1, 3)), abs=1e-3)


@pytest.mark.parametrize("west", [179.99, -180.01])
def test_the_antimeridian_is_no_edge(tmp_path: Path, west: float) -> None:
    path = write(
        tmp_path / "a.tif", terrain(72, 72).astype(np.float32), transform=Affine(1 / 3600, 0, west, 0, -1 / 3600, -16.49), crs="EPSG:4326"
    )
    with Raster(str(path), "The DEM") as raster:
        for target in (
            Grid(CRS.from_epsg(32760).to_wkt(), Affine(10, 0, 820_000, 0, -10, 8_173_300), 90, 80),
            Grid(DEGREES, Affine(1e-4, 0, -180.004, 0, -1e-4, -16.495), 80, 80),
            Grid(DEGREES, Affine(1e-4, 0, 179.996, 0, -1e-4, -16.495), 80, 80),
        ):
            window = Window(0, 0, target.width, target.height)
            _, known = Sampler(raster.grid, target).sample(window, lambda at: raster.read([1], at), bands=1, reach=4)
            assert known.all()


def test_a_target_that_takes_millions_of_pixels_for_one_is_refused() -> None:
    fine = Grid(WKT, Affine(1, 0, 600_000, 0, -1, 5_200_000), 20_000, 20_000)
    with pytest.raises(InputError) as raised:
        Sampler(fine, Grid(WKT, Affine(10_000, 0, 600_000, 0, -10_000, 5_200_000), 2, 2))
    assert raised.value.code == "grid-invalid"


def test_means_over_a_part_of_a_grid_are_those_over_the_whole() -> None:
    """Where pixels of degrees span more and more metres to the south, too: each has its own width."""
    fine = Grid(WKT, Affine(20, 0, 499_400, 0, -20, 5_200_000), 60, 6200)
    cells = Grid(DEGREES, Affine(1 / 1200, 0, 8.995, 0, -1 / 1200, 46.94), 12, 1290)
    x, y = np.meshgrid(np.arange(fine.width), np.arange(fine.height))
    heights = 300 * np.sin(x / 5) + 200 * np.sin(y / 7)

    def read(first: int, rows: int) -> Read:
        return read_array(heights[first : first + rows].astype(np.float32))

    sampler, everything = Sampler(fine, cells), Window(2, 3, 7, 1280)
    assert sampler.only_means
    whole, known = sampler.sample(everything, read(0, fine.height), bands=1, reach=0)
    assert known.all()
    for first in (0, 4000):
        rows = 2000
        part = Sampler(fine.window(Window(0, first, fine.width, rows)), cells)
        values, known = part.sample(everything, read(first, rows), bands=1, reach=0)
        inner = known & np.pad(known, 5)[:-10, 5:-5] & np.pad(known, 5)[10:, 5:-5]
        assert inner.sum() > 2000 and np.abs(values - whole)[0, inner].max() < 1e-3


def test_grids_of_like_pixels_are_resampled_alike_in_all_their_parts() -> None:
    """Between two CRSs the pixels of one are larger in one part and smaller in another."""
    scene = Grid(WKT, Affine(30, 0, 300_000, 0, -30, 5_300_000), 13_000, 9000)
    albers = CRS.from_epsg(3035).to_wkt()
    parts = [
        Grid(albers, Affine(30, 0, x, 0, -30, y), 300, 300) for x in range(4_150_000, 4_450_000, 50_000) for y in (2_550_000, 2_750_000)
    ]
    samplers = [Sampler(scene, part) for part in parts]
    scales = [max(sampler.columns_per_pixel, sampler.rows_per_pixel) for sampler in samplers]
    assert min(scales) < 1.001 < max(scales)
    assert {sampler.only_means for sampler in samplers} == {False}


def test_parts_of_a_target_take_means_or_not_as_one() -> None:
    """30 m are 1.1 arc seconds at 38.9 degrees north: by their own middle, parts to the north would take means, those to the south not."""
    second = 1 / 3600
    source = Grid(DEGREES, Affine(second, 0, 8.9, 0, -second, 41), 720, 4 * 3600)
    y, x = np.mgrid[: source.height, : source.width]
    read = read_array((300 * np.sin(x / 1.3) + 200 * np.sin(y / 1.7)).astype(np.float32))
    whole = Grid(WKT, Affine(30, 0, 495_000, 0, -30, 4_538_000), 300, 14_700)
    north, south = (whole.window(Window(0, first, whole.width, rows)) for first, rows in ((0, 8000), (7960, 6740)))
    scales = [sampler.columns_per_pixel * sampler.rows_per_pixel for sampler in (Sampler(source, north), Sampler(source, south))]
    assert scales[0] > 1.1**2 > scales[1]
    above, known = Sampler(source, north).sample(Window(0, 7960, 300, 40), read, bands=1, reach=0)
    below, _ = Sampler(source, south).sample(Window(0, 0, 300, 40), read, bands=1, reach=0)
    assert known.all() and np.abs(above - below).max() < 1e-2


def test_means_are_taken_by_the_place_whatever_the_source_spans() -> None:
    """Of a DEM from the equator to 60 degrees, whose pixels are twice as wide there as here, as of one of the whole Earth."""
    step = 1 / 1200
    far, near = (Grid(WKT, Affine(90, 0, 500_000, 0, -90, y), 100, 100) for y in (6_400_000, 1_000_000))
    for west, top, bottom in ((0, 60, 0), (-180, 90, -90)):
        source = Grid(DEGREES, Affine(step, 0, west, 0, -step, top), -2 * west * 1200 or 24_000, (top - bottom) * 1200)
        everything = Window(0, 0, 100, 100)
        assert Sampler(source, far).share_of_means(everything).min() == 1 and Sampler(source, near).share_of_means(everything).max() == 0


def test_corners_that_lie_nowhere_choose_no_kernel() -> None:
    """Of a map of the whole Earth: cubic convolution would read all pixels under it at once."""
    source = Grid(DEGREES, Affine(0.1, 0, -180, 0, -0.1, 90), 3600, 1800)
    mollweide = CRS.from_user_input("ESRI:54009").to_wkt()
    sampler = Sampler(source, Grid(mollweide, Affine(100_000, 0, -18_100_000, 0, -100_000, 9_100_000), 362, 182))
    assert sampler.only_means and sampler.share_of_means(Window(0, 0, 362, 182)).min() == 1


@pytest.mark.parametrize("width", [15, 25, 29.5])
def test_pixels_that_are_higher_than_wide_are_interpolated_along_both_axes(width: float) -> None:
    """As those of degrees are in the far north: means over the target's pixels would be steps of the source's rows."""
    source = Grid(WKT, Affine(width, 0, 600_000, 0, -90, 5_200_000), 200, 80)
    target = Grid(WKT, Affine(30, 0, 600_600, 0, -30, 5_199_100), 60, 150)
    _, y = np.meshgrid(np.arange(source.width), (np.arange(source.height) + 0.5) * 90)
    values, known = Sampler(source, target).sample(
        Window(0, 0, 60, 150), read_array((100 * np.sin(y / 300)).astype(np.float32)), bands=1, reach=0
    )
    wanted = 100 * np.sin((900 + (np.arange(150)[:, None] + 0.5) * 30) / 300)
    assert known.all() and np.abs(values[0] - wanted).max() < 0.5
