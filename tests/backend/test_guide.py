"""Which bands are near infrared, red and green; how they are scaled; where they are unknown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS
from rasterio.enums import ColorInterp, MaskFlags
from rasters_for_tests import UTM, image, write

from backend.errors import InputError
from backend.grid import Grid
from backend.guide import Guide, choose_bands
from backend.rasters import GDAL, Raster
from backend.windows import Window

TRANSFORM = Affine(10, 0, 600_000, 0, -10, 5_200_000)
GRID = Grid(CRS.from_user_input(UTM).to_wkt(), TRANSFORM, 60, 50)


def bands_of(path: Path) -> tuple[int, int, int]:
    with Raster(str(path), "The guide") as raster:
        return choose_bands(raster, None)


@pytest.mark.parametrize(
    ("descriptions", "bands"),
    [
        (("NIR", "Red", "Green"), (1, 2, 3)),
        (("Blue", "Green", "Red", "NIR"), (4, 3, 2)),
        (("green band", "red band", "Near Infrared"), (3, 2, 1)),
        (("Green", "Red Edge", "Red", "near-infrared 1"), (4, 3, 1)),
        (("NDVI (NIR, Red)", "Blue", "Green", "Red", "NIR"), (5, 4, 3)),
        (("B3 green", "B4 red", "B8A nir narrow", "B8 nir"), (4, 2, 1)),
        (("B02", "B03", "B04", "B08"), (4, 3, 2)),
        (("B8", "B4", "B3"), (1, 2, 3)),
        (("B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B8A", "B9", "B11", "B12"), (8, 4, 3)),
        (("B02", "B03", "B04", "B05", "B08"), (5, 3, 2)),
        (("B03, central wavelength 560 nm", "B04, central wavelength 665 nm", "B08, central wavelength 842 nm"), (3, 2, 1)),
    ],
)
def test_descriptions_name_the_bands(tmp_path: Path, descriptions: tuple[str, ...], bands: tuple[int, int, int]) -> None:
    assert (
        bands_of(write(tmp_path / "a.tif", np.ones((len(descriptions), 5, 5), np.uint8), transform=TRANSFORM, descriptions=descriptions))
        == bands
    )


def test_colour_interpretation_names_the_bands(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.ones((4, 5, 5), np.uint8), transform=TRANSFORM)
    with rasterio.open(path, "r+") as dataset:
        dataset.colorinterp = (ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.nir)
    assert bands_of(path) == (4, 1, 2)


@pytest.mark.parametrize(
    ("tag", "lengths"), [("wavelength", (490, 560, 665, 705, 842)), ("CENTRAL_WAVELENGTH_UM", (0.49, 0.56, 0.665, 0.705, 0.842))]
)
def test_wavelengths_name_the_bands(tmp_path: Path, tag: str, lengths: tuple[float, ...]) -> None:
    path = write(tmp_path / "a.tif", np.ones((5, 5, 5), np.uint8), transform=TRANSFORM)
    with rasterio.open(path, "r+") as dataset:
        for number, length in enumerate(lengths, start=1):
            dataset.update_tags(number, ns="IMAGERY" if tag.isupper() else None, **{tag: str(length)})
    assert bands_of(path) == (5, 3, 2)


def test_red_green_blue_is_not_near_infrared_red_green(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.ones((3, 5, 5), np.uint8), transform=TRANSFORM, photometric="RGB")
    with pytest.raises(InputError) as raised:
        bands_of(path)
    assert raised.value.code == "guide-bands-unknown"
    assert "1 (red), 2 (green), 3 (blue)" in raised.value.message
    assert "1,2,3 of a colour-infrared image" in raised.value.hint and "leave --guide out" in raised.value.hint
    path = write(tmp_path / "pan.tif", np.ones((1, 5, 5), np.uint8), transform=TRANSFORM)
    with pytest.raises(InputError) as raised:
        bands_of(path)
    assert "Pass --guide-bands 1,1,1" in raised.value.hint


def test_band_8_of_landsat_8_is_not_taken_for_near_infrared(tmp_path: Path) -> None:
    names = [f"B{number}" for number in range(1, 10)]
    path = write(tmp_path / "a.tif", np.ones((9, 5, 5), np.uint16), transform=TRANSFORM, descriptions=names)
    with pytest.raises(InputError) as raised:
        bands_of(path)
    assert raised.value.code == "guide-bands-unknown"


@pytest.mark.parametrize("asked", [(0, 1, 2), (1, 2, 4), (1, 2)])
def test_bands_that_are_not_there_are_refused(tmp_path: Path, asked: tuple[int, ...]) -> None:
    with (
        Raster(str(write(tmp_path / "a.tif", np.ones((3, 5, 5), np.uint8), transform=TRANSFORM)), "The guide") as raster,
        pytest.raises(InputError) as raised,
    ):
        choose_bands(raster, asked)
    assert raised.value.code == "band-invalid"


WHOLE = Window(0, 0, 60, 50)


def read(path: Path, window: Window = WHOLE, grid: Grid = GRID, bands: tuple[int, int, int] = (1, 2, 3)) -> tuple[np.ndarray, np.ndarray]:
    with Raster(str(path), "The guide") as raster:
        return Guide(raster, bands, grid).read(window)


def test_percentiles_of_the_scene_become_0_and_1(tmp_path: Path) -> None:
    values = image(50, 60)
    made, known = read(write(tmp_path / "a.tif", values, transform=TRANSFORM))
    low, high = np.percentile(values.astype(float), (2, 98), axis=(1, 2))
    assert known.all()
    assert made == pytest.approx((values - low[:, None, None]) / (high - low)[:, None, None], abs=1e-5)


def test_the_scaling_is_that_of_the_scene_not_of_the_window(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", image(50, 60), transform=TRANSFORM)
    whole, _ = read(path)
    part, _ = read(path, Window(10, 20, 11, 12))
    assert part == pytest.approx(whole[:, 20:32, 10:21], abs=1e-6)


def test_bands_may_be_of_different_types(tmp_path: Path) -> None:
    """As in a mosaic (VRT) of one file for each band."""
    values = (image(50, 60) / 20).astype(np.uint8)
    bands = ""
    for number, (kind, name) in enumerate((("uint8", "Byte"), ("uint16", "UInt16"), ("float32", "Float32"))):
        write(tmp_path / f"{kind}.tif", values[number].astype(kind), transform=TRANSFORM)
        bands += (
            f'<VRTRasterBand dataType="{name}" band="{number + 1}"><SimpleSource><SourceFilename relativeToVRT="1">{kind}.tif'
            "</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand>"
        )
    (tmp_path / "mixed.vrt").write_text(
        f'<VRTDataset rasterXSize="60" rasterYSize="50"><SRS>{UTM}</SRS><GeoTransform>600000,10,0,5200000,0,-10</GeoTransform>{bands}'
        "</VRTDataset>"
    )
    made, known = read(tmp_path / "mixed.vrt")
    alike, _ = read(write(tmp_path / "alike.tif", values, transform=TRANSFORM))
    assert known.all() and made == pytest.approx(alike, abs=1e-6)


def test_bands_that_are_found_are_checked_too(tmp_path: Path) -> None:
    names = ("NIR", "Red", "Green")
    path = write(tmp_path / "a.tif", np.ones((3, 5, 5), np.complex64), transform=TRANSFORM, descriptions=names)
    with pytest.raises(InputError) as raised:
        bands_of(path)
    assert raised.value.code == "band-invalid"


@pytest.mark.parametrize("nodata", [0, 7, None])
def test_where_a_band_is_unknown_the_guide_is_absent(tmp_path: Path, nodata: int | None) -> None:
    values = image(50, 60)
    values[:, 10:20, 10:20] = nodata or 0
    values[0, 30, 30] = 7
    made, known = read(write(tmp_path / "a.tif", values, transform=TRANSFORM, nodata=nodata))
    expected = np.ones((50, 60), bool)
    expected[10:20, 10:20] = False
    expected[30, 30] = nodata != 7
    assert (known == expected).all()
    assert (made[:, ~known] == 0).all()


@pytest.mark.parametrize(("kind", "dark_is_known"), [(np.uint8, True), (np.uint16, True), (np.float32, False)])
def test_a_0_in_one_band_of_whole_numbers_is_darkness(tmp_path: Path, kind: type[np.generic], dark_is_known: bool) -> None:
    values = image(50, 60).clip(1).astype(kind)
    values[1, 5:9, 5:9] = 0
    values[:, 40:, :] = 0
    _, known = read(write(tmp_path / "a.tif", values, transform=TRANSFORM, nodata=0))
    assert known[5:9, 5:9].all() == dark_is_known
    assert known[20:40].all() and not known[40:].any()


@pytest.mark.parametrize(("kind", "value"), [(np.float32, -9999), (np.int16, -9999), (np.int16, -32768), (np.uint16, 65535)])
def test_a_margin_of_usual_nodata_is_absent_though_nobody_declares_it(tmp_path: Path, kind: type[np.generic], value: int) -> None:
    """A few of these were the darkest or brightest fiftieth of the scene, and all else one grey."""
    values = image(50, 60).astype(kind)
    margin, _ = read(write(tmp_path / "a.tif", values, transform=TRANSFORM))
    values[:, :, :3] = value
    made, known = read(write(tmp_path / "b.tif", values, transform=TRANSFORM))
    assert not known[:, :3].any() and known[:, 3:].all()
    assert made[:, :, 3:] == pytest.approx(margin[:, :, 3:], abs=0.1)


@pytest.mark.parametrize(("kind", "scale", "value"), [(np.float32, 1e-4, -0.1), (np.float64, 2.75e-5, -0.2), (np.int16, 1, -1000)])
def test_a_margin_that_was_0_before_it_became_a_reflectance_is_absent(
    tmp_path: Path, kind: type[np.generic], scale: float, value: float
) -> None:
    values = (image(50, 60) * scale).astype(kind)
    values[0, 30:40, 30:40] = value  # darker than dark in one band alone
    plain, _ = read(write(tmp_path / "a.tif", values, transform=TRANSFORM))
    values[:, :, :3] = value
    made, known = read(write(tmp_path / "b.tif", values, transform=TRANSFORM))
    assert not known[:, :3].any() and known[:, 3:].all()
    assert made[:, :, 3:] == pytest.approx(plain[:, :, 3:], abs=0.1)


def test_a_single_band_may_be_below_0(tmp_path: Path) -> None:
    values = image(50, 60)[:1].astype(np.float32)
    _, known = read(write(tmp_path / "a.tif", values - values.mean(), transform=TRANSFORM), bands=(1, 1, 1))
    assert known.all()


def test_saturated_snow_is_absent_and_does_not_darken_the_rest(tmp_path: Path) -> None:
    """Where the scene declares its nodata, as Sentinel-2's does."""
    values = image(50, 60).clip(1).astype(np.uint16)
    plain, _ = read(write(tmp_path / "a.tif", values, transform=TRANSFORM, nodata=0))
    values[:, :3] = 65535
    made, known = read(write(tmp_path / "b.tif", values, transform=TRANSFORM, nodata=0))
    assert not known[:3].any() and known[3:].all()
    assert made[:, 3:] == pytest.approx(plain[:, 3:], abs=0.1)


def test_nodata_of_a_scene_that_has_a_mask_too_is_absent(tmp_path: Path) -> None:
    """And is no part of what the scene is scaled by."""
    values = image(60, 60).astype(np.int16)
    values[:, 20:30] = -99
    plain, _ = read(write(tmp_path / "a.tif", values, transform=TRANSFORM, nodata=-99))
    both = write(tmp_path / "b.tif", values, transform=TRANSFORM, nodata=-99)
    with rasterio.open(both, "r+") as dataset:
        dataset.write_mask(np.full((60, 60), 255, np.uint8))
    made, known = read(both)
    np.testing.assert_array_equal(made, plain)
    assert not known[20:30].any() and known[:20].all()


def test_beyond_the_scene_the_guide_is_absent(tmp_path: Path) -> None:
    made, known = read(write(tmp_path / "a.tif", image(50, 60), transform=TRANSFORM), Window(-10, -10, 80, 70))
    assert known.sum() == 50 * 60 and known[10:60, 10:70].all() and (made[:, ~known] == 0).all()


def test_a_constant_scene_is_zero(tmp_path: Path) -> None:
    made, known = read(write(tmp_path / "a.tif", np.full((3, 50, 60), 9, np.uint8), transform=TRANSFORM))
    assert known.all() and (made == 0).all()


def test_a_fourth_band_that_is_described_as_a_colour_is_no_mask(tmp_path: Path) -> None:
    values = np.concatenate([image(50, 60), np.zeros((1, 50, 60), np.uint16)]).astype(np.uint8)
    values[:3] += 1
    path = write(
        tmp_path / "a.tif", values, transform=TRANSFORM, photometric="RGB", alpha="YES", descriptions=("NIR", "Red", "Green", "Blue")
    )
    with rasterio.open(path) as dataset:
        assert dataset.colorinterp[3] == ColorInterp.alpha
    assert read(path)[1].mean() > 0.9


@pytest.mark.parametrize("description", [None, "Alpha", "transparency"])
def test_a_fourth_band_that_is_alpha_is_a_mask(tmp_path: Path, description: str | None) -> None:
    values = np.full((4, 50, 60), 255, np.uint8)
    values[3, :25] = 0
    said = {"descriptions": ("NIR", "Red", "Green", description)} if description else {}
    assert read(write(tmp_path / "a.tif", values, transform=TRANSFORM, photometric="RGB", alpha="YES", **said))[1].mean() == 0.5


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_near_infrared_that_is_called_alpha_and_asked_for_is_no_mask(tmp_path: Path, kind: type[np.number]) -> None:
    """Water is dark in it, to 0; what is 0 in all bands is the margin."""
    values = np.tile(image(50, 60)[:1] % 200 + 1, (4, 1, 1)).astype(kind)
    values[3, 10:25] = 0
    values[:, :10] = 0
    path = write(tmp_path / "a.tif", values, transform=TRANSFORM, photometric="RGB", alpha="YES")
    with rasterio.open(path) as dataset:
        assert MaskFlags.alpha in dataset.mask_flag_enums[0]
    _, known = read(path, bands=(4, 1, 2))
    assert not known[:10].any() and known[10:].all()
    assert not read(path, bands=(1, 2, 3))[1][:25].any()


@pytest.mark.parametrize(("bands", "kind"), [(4, np.uint8), (4, np.uint16), (3, np.int16), (3, np.float32)])
def test_alpha_behind_any_bands_is_a_mask(tmp_path: Path, bands: int, kind: type[np.number]) -> None:
    """What lies under it is none of the scene's brightness either."""
    values = np.concatenate([np.tile(image(50, 60)[:1] % 200 + 1, (bands, 1, 1)), np.full((1, 50, 60), 255)])
    values[:bands, :25] = 250
    values[bands, :25] = 0
    path = write(tmp_path / "a.tif", values.astype(kind), transform=TRANSFORM)
    with rasterio.open(path, "r+") as dataset:
        dataset.colorinterp = [*dataset.colorinterp[:bands], ColorInterp.alpha]
    with rasterio.open(path) as dataset:
        assert dataset.colorinterp[bands] == ColorInterp.alpha and MaskFlags.alpha not in dataset.mask_flag_enums[0]
    made, known = read(path)
    assert not known[:25].any() and known[25:].all() and made[:, 25:].max() > 0.99


@pytest.mark.parametrize("margin", [0, -9999])
@pytest.mark.parametrize("asked", [(1, 2, 3), (4, 2, 1)])
def test_a_margin_is_unknown_beside_an_alpha_that_hides_nothing(tmp_path: Path, margin: int, asked: tuple[int, int, int]) -> None:
    """Nor where the band that is called alpha is the near infrared, and meant."""
    values = np.concatenate([image(50, 60) % 200 + 1, np.full((1, 50, 60), 255)]).astype(np.float32)
    values[:, :25] = margin
    values[3, :25] = margin if 4 in asked else 255
    path = write(tmp_path / "a.tif", values, transform=TRANSFORM)
    with rasterio.open(path, "r+") as dataset:
        dataset.colorinterp = [*dataset.colorinterp[:3], ColorInterp.alpha]
    _, known = read(path, bands=asked)
    assert not known[:25].any() and known[25:].all()


def test_a_finer_scene_is_averaged(tmp_path: Path) -> None:
    values = image(200, 240)
    made, known = read(write(tmp_path / "a.tif", values, transform=Affine(2.5, 0, 600_000, 0, -2.5, 5_200_000)))
    low, high = np.percentile(values.astype(float), (2, 98), axis=(1, 2))
    expected = (values.reshape(3, 50, 4, 60, 4).mean(axis=(2, 4)) - low[:, None, None]) / (high - low)[:, None, None]
    assert known.all() and made == pytest.approx(expected, abs=1e-4)


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="only Linux tells how much a process has read")
def test_a_large_scene_is_read_once_for_its_percentiles(tmp_path: Path) -> None:
    """Not each block again for each of its rows and bands: a national mosaic would take minutes."""
    noise = np.random.default_rng(0).integers(1, 250, (3, 512, 12_288), np.uint8)
    layout = {"tiled": True, "blockxsize": 512, "blockysize": 512, "interleave": "pixel", "compress": "deflate", "zlevel": 1}
    path = write(tmp_path / "scene.tif", noise, transform=TRANSFORM, **layout)

    def has_read() -> int:
        return int(Path("/proc/self/io").read_text().split("rchar:")[1].split()[0])

    with rasterio.Env(**GDAL), Raster(str(path), "The guide") as raster:
        before = has_read()
        Guide(raster, (1, 2, 3), GRID)
        assert has_read() - before < 2 * path.stat().st_size
