"""Units, scales, masks, storage orders and vertical datums go through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS
from rasters_for_tests import DEM_TRANSFORM, UTM, read, terrain, write
from scipy.io import netcdf_file
from scipy.ndimage import binary_erosion

from backend import models
from backend.elevation import Elevation
from backend.errors import InputError
from backend.events import Event, Log
from backend.rasters import Raster
from backend.vertical import metres_per_unit, unknown, with_vertical_of

Superresolve = Callable[..., np.ndarray]
VALUES = terrain(36, 40)


@pytest.fixture
def plain(tmp_path: Path, superresolve: Superresolve) -> np.ndarray:
    return superresolve(write(tmp_path / "plain.tif", VALUES.astype(np.float32)))


@pytest.mark.parametrize(("unit", "metres"), [("ft", 0.3048), ("US survey foot", 1200 / 3937), ("m", 1.0), ("mm", 0.001)])
def test_the_output_has_the_bands_unit(tmp_path: Path, superresolve: Superresolve, plain: np.ndarray, unit: str, metres: float) -> None:
    dem = write(tmp_path / "feet.tif", (VALUES / metres).astype(np.float32))
    with rasterio.open(dem, "r+") as dataset:
        dataset.set_band_unit(1, unit)
    made = superresolve(dem, output=tmp_path / "fine.tif")
    assert np.abs(made * metres - plain).max() < 2e-3
    with rasterio.open(tmp_path / "fine.tif") as dataset:
        assert dataset.units[0] == unit


def test_a_vertical_crs_in_feet_says_the_unit_where_the_band_does_not(
    tmp_path: Path, superresolve: Superresolve, plain: np.ndarray
) -> None:
    # NAVD88 height (ftUS)
    dem = write(tmp_path / "feet.tif", (VALUES / (1200 / 3937)).astype(np.float32), crs="EPSG:32632+6360")
    made = superresolve(dem, output=tmp_path / "fine.tif")
    assert np.abs(made * 1200 / 3937 - plain).max() < 2e-3
    with rasterio.open(tmp_path / "fine.tif") as dataset:
        made_crs = CRS.from_wkt(dataset.crs.to_wkt())
    assert made_crs.is_compound and made_crs.sub_crs_list[1].to_epsg() == 6360 and made_crs.sub_crs_list[0].to_epsg() == 32632


@pytest.mark.parametrize("crs", ["EPSG:32632+5703", "EPSG:4326+3855"])
def test_a_file_of_before_2019_keeps_its_vertical_datum(tmp_path: Path, superresolve: Superresolve, crs: str) -> None:
    """GeoTIFF 1.0: GDAL drops it unless it is asked."""
    degrees = {"transform": Affine(0.0003, 0, 9, 0, -0.0003, 47)} if "4326" in crs else {}
    dem = write(tmp_path / "old.tif", VALUES.astype(np.float32), crs=crs, GEOTIFF_VERSION="1.0", **degrees)
    with rasterio.open(dem) as dataset:
        assert not CRS.from_wkt(dataset.crs.to_wkt()).is_compound
    superresolve(dem, output=tmp_path / "fine.tif")
    with rasterio.open(tmp_path / "fine.tif") as dataset:
        made = CRS.from_wkt(dataset.crs.to_wkt())
    assert made.is_compound and f"EPSG:{made.sub_crs_list[0].to_epsg()}+{made.sub_crs_list[1].to_epsg()}" == crs


def test_heights_are_not_moved_to_another_datum(tmp_path: Path, superresolve: Superresolve, plain: np.ndarray, guide: Path) -> None:
    """EGM96 in the DEM, an ellipsoidal 3D CRS in nothing but the guide: the DEM's values and datum stay."""
    dem = write(tmp_path / "egm96.tif", VALUES.astype(np.float32), crs="EPSG:32632+5773")
    made = superresolve(dem, output=tmp_path / "fine.tif")
    assert np.abs(made - plain).max() < 1e-6
    with rasterio.open(tmp_path / "fine.tif") as dataset:
        assert "EGM96" in dataset.crs.to_wkt()


def test_vertical_parts_join_any_horizontal_crs() -> None:
    web = CRS.from_epsg(3857).to_wkt()
    joined, doubt = with_vertical_of(web, CRS.from_user_input("EPSG:4326+5773"))
    assert CRS.from_wkt(joined).sub_crs_list[1].to_epsg() == 5773 and not doubt
    assert len(CRS.from_wkt(with_vertical_of(UTM_WKT, CRS.from_epsg(4979))[0]).axis_info) == 3
    assert with_vertical_of(web, CRS.from_epsg(32632)) == (web, "")
    assert metres_per_unit("", CRS.from_epsg(4979)) == (1.0, "m")


UTM_WKT = CRS.from_user_input(UTM).to_wkt()


def test_what_a_geotiff_cannot_say_of_heights_costs_no_more_than_that(tmp_path: Path, superresolve: Superresolve) -> None:
    """Heights above the ellipsoid in a projected CRS: GDAL writes none of it, and without being asked not even the projected part."""
    degrees = Affine(1 / 3600, 0, 10.317, 0, -1 / 3600, 46.943)
    dem = write(tmp_path / "ellipsoidal.tif", VALUES.astype(np.float32), crs="EPSG:4979", transform=degrees)
    like = write(tmp_path / "like.tif", np.zeros((50, 60), np.uint8), transform=Affine(10, 0, 600_400, 0, -10, 5_199_500))
    events: list[Event] = []
    superresolve(dem, like=like, output=tmp_path / "fine.tif", events=events)
    with rasterio.open(tmp_path / "fine.tif") as dataset:
        assert dataset.crs.to_epsg() == 32632
    assert any(isinstance(event, Log) and event.level == "warning" and "heights" in event.text for event in events)
    superresolve(dem, output=tmp_path / "degrees.tif")
    with rasterio.open(tmp_path / "degrees.tif") as dataset:
        assert dataset.crs.to_epsg() == 4979


def test_a_crs_that_a_geotiff_cannot_say_is_refused(tmp_path: Path, superresolve: Superresolve) -> None:
    rotated = "+proj=ob_tran +o_proj=longlat +o_lon_p=0 +o_lat_p=40 +lon_0=10 +ellps=WGS84"
    write(tmp_path / "values.tif", VALUES.astype(np.float32))
    (tmp_path / "rotated.vrt").write_text(
        f'<VRTDataset rasterXSize="40" rasterYSize="36"><SRS>{rotated}</SRS><GeoTransform>0.1,0.001,0,0.2,0,-0.001</GeoTransform>'
        '<VRTRasterBand dataType="Float32" band="1"><SimpleSource><SourceFilename relativeToVRT="1">values.tif</SourceFilename>'
        "<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    with pytest.raises(InputError) as caught:
        superresolve(tmp_path / "rotated.vrt")
    assert caught.value.code == "grid-invalid" and "GeoTIFF" in caught.value.message


@pytest.mark.parametrize("crs", ["EPSG:32632+5703", "EPSG:32632+6360"])
def test_an_unknown_unit_is_kept_and_said_whatever_the_crs_counts_in(tmp_path: Path, superresolve: Superresolve, crs: str) -> None:
    """NAVD88 in metres and in US survey feet: heights are taken for the CRS's, aloud."""
    dem = write(tmp_path / "dem.tif", VALUES.astype(np.float32), crs=crs)
    with rasterio.open(dem, "r+") as dataset:
        dataset.set_band_unit(1, "ells")
    events: list[Event] = []
    superresolve(dem, output=tmp_path / "fine.tif", events=events)
    with rasterio.open(tmp_path / "fine.tif") as dataset:
        assert dataset.units == ("ells",)
    taken = "the US survey foot of its CRS" if crs.endswith("6360") else "metres"
    said = [event.text for event in events if isinstance(event, Log) and event.level == "warning"]
    assert f"The DEM's heights are taken for {taken}: nobody knows the unit 'ells'." in said


@pytest.mark.parametrize("name", ["feet (US)", "US ft", "usft", "Survey feet", "Foot_US", "foot (US survey)", "us-ft"])
def test_survey_feet_have_many_names(name: str) -> None:
    assert metres_per_unit(name, CRS.from_user_input("EPSG:26910+5703")) == (1200 / 3937, name)


def test_depths_are_said_to_be_none(tmp_path: Path, superresolve: Superresolve) -> None:
    """In a CRS that counts downwards ridges are valleys."""
    for crs, warned in (("EPSG:32632+5714", False), ("EPSG:32632+5715", True)):
        events: list[Event] = []
        superresolve(write(tmp_path / "dem.tif", VALUES.astype(np.float32), crs=crs), events=events)
        assert any(isinstance(event, Log) and "counts depths downwards" in event.text for event in events) == warned


def test_depths_of_netcdf_are_too(tmp_path: Path, superresolve: Superresolve) -> None:
    """CF conventions, 4.3: they say `positive`."""
    for positive in ("up", "down"):
        dem, events = write(tmp_path / "dem.tif", VALUES.astype(np.float32)), list[Event]()
        with rasterio.open(dem, "r+") as dataset:
            dataset.update_tags(1, positive=positive)
        superresolve(dem, events=events)
        assert any(isinstance(event, Log) and "counts depths downwards" in event.text for event in events) == (positive == "down")


def test_the_deepest_ocean_is_the_lowest_ground(tmp_path: Path, superresolve: Superresolve) -> None:
    heights, events = VALUES.astype(np.float32), list[Event]()
    heights[5, 5] = -12_000
    superresolve(write(tmp_path / "dem.tif", heights), events=events)
    assert any(isinstance(event, Log) and "Heights of -12,000 m are in the DEM, lower than any on Earth" in event.text for event in events)


def test_of_several_bands_the_run_says_which_it_takes(tmp_path: Path, superresolve: Superresolve) -> None:
    values = np.stack([VALUES, VALUES]).astype(np.float32)
    for names, level in ((("count", "elevation"), "warning"), (("dem", "count"), "info"), ((), "info")):
        events: list[Event] = []
        superresolve(write(tmp_path / "dem.tif", values, descriptions=names), events=events)
        said = [event for event in events if isinstance(event, Log) and "has 2 bands (1" in event.text]
        assert [event.level for event in said] == [level] and "--band names another one" in said[0].text


def test_rows_that_are_not_even_are_refused(tmp_path: Path, superresolve: Superresolve) -> None:
    """GDAL takes the latitudes of a netCDF file for even, and says what they are in a domain of its own."""
    latitudes = 46 + 0.3 * np.linspace(0, 1, 36) ** 1.3
    with netcdf_file(tmp_path / "dem.nc", "w") as file:
        for name, values in (("lat", latitudes), ("lon", np.linspace(7, 7.4, 40))):
            file.createDimension(name, len(values))
            variable = file.createVariable(name, "d", (name,))
            variable[:], variable.units = values, f"degrees_{'north' if name == 'lat' else 'east'}"
            variable.standard_name = "latitude" if name == "lat" else "longitude"
        heights, crs = file.createVariable("z", "f", ("lat", "lon")), file.createVariable("crs", "i", ())
        heights[:], heights.grid_mapping, crs.spatial_ref = VALUES, "crs", CRS.from_epsg(4326).to_wkt()
    with pytest.raises(InputError, match="has rows that are not evenly spaced") as raised:
        superresolve(tmp_path / "dem.nc")
    assert raised.value.code == "grid-invalid"


def test_heights_that_are_what_stands_for_nodata_are_kept(tmp_path: Path, superresolve: Superresolve) -> None:
    """A level floor of a trench 9,999 m deep, in a file whose nodata is another number."""
    ground = VALUES - VALUES.min()
    ground[10:20, 10:20] = 0.0

    def made(lowest: int) -> np.ndarray:
        dem = write(tmp_path / "dem.tif", np.rint((ground + lowest) * 10).astype(np.int32), nodata=-2147483648)
        with rasterio.open(dem, "r+") as dataset:
            dataset.scales = (0.1,)
        return superresolve(dem, output=tmp_path / "fine.tif", difference=str(tmp_path / "difference.tif"), overwrite=True)

    assert np.abs(made(-9999) - made(-9899) + 100).max() < 0.03
    assert np.isfinite(made(-9999)).all() and np.isfinite(read(tmp_path / "difference.tif")).all()


@pytest.mark.parametrize(
    ("name", "metres"),
    [
        ("m a.s.l.", 1.0),
        ("meters above mean sea level", 1.0),
        ("[m]", 1.0),
        ("m (EGM2008)", 1.0),
        ("Metre (m)", 1.0),
        ("ft (NAVD88)", 0.3048),
        ("U.S. survey feet", 1200 / 3937),
        ("foot_intl", 0.3048),
        ("kilometre", 1000.0),
        ("yd", 0.9144),
    ],
)
def test_units_are_known_however_they_are_written(name: str, metres: float) -> None:
    assert metres_per_unit(name, CRS.from_epsg(32633)) == (metres, name) and unknown(name, CRS.from_epsg(32633)) == ""


@pytest.mark.parametrize("name", ["m/s", "m2", "degrees", "above", "mm/yr", "("])
def test_what_is_no_length_is_no_unit_of_heights(name: str) -> None:
    assert unknown(name, CRS.from_epsg(32633))


def test_an_unknown_unit_is_kept_and_said(tmp_path: Path, superresolve: Superresolve, plain: np.ndarray) -> None:
    dem = write(tmp_path / "fathoms.tif", VALUES.astype(np.float32))
    with rasterio.open(dem, "r+") as dataset:
        dataset.set_band_unit(1, "fathom")
    events: list[Event] = []
    assert np.abs(superresolve(dem, output=tmp_path / "fine.tif", events=events) - plain).max() == 0
    with rasterio.open(tmp_path / "fine.tif") as dataset:
        assert dataset.units == ("fathom",)
    assert any(isinstance(event, Log) and event.level == "warning" and "fathom" in event.text for event in events)


@pytest.mark.parametrize(("scale", "offset"), [(0.0, 0.0), (np.nan, 0.0), (np.inf, 0.0), (1.0, np.nan)])
def test_a_scale_that_leaves_no_heights_is_refused(tmp_path: Path, superresolve: Superresolve, scale: float, offset: float) -> None:
    dem = write(tmp_path / "packed.tif", VALUES.astype(np.int16), nodata=-32768)
    with rasterio.open(dem, "r+") as dataset:
        dataset.scales, dataset.offsets = (scale,), (offset,)
    with pytest.raises(InputError, match=f"a scale of {scale:g} and an offset of {offset:g}") as caught:
        superresolve(dem)
    assert caught.value.code == "band-invalid"


def test_scale_and_offset_are_applied(tmp_path: Path, superresolve: Superresolve, plain: np.ndarray) -> None:
    stored = np.round((VALUES - 500) / 0.05)
    dem = write(tmp_path / "packed.tif", stored.astype(np.int16), nodata=-32768)
    with rasterio.open(dem, "r+") as dataset:
        dataset.scales, dataset.offsets = (0.05,), (500.0,)
    assert np.abs(superresolve(dem) - plain).max() < 0.05


@pytest.mark.parametrize(
    ("values", "scale", "step"),
    [
        (VALUES.astype(np.int16), 1.0, 1.0),
        (np.rint(VALUES).astype(np.float32), 1.0, 1.0),
        (np.rint(VALUES * 20).astype(np.int32), 0.05, 0.05),
        (VALUES.astype(np.float32), 1.0, 0.0),
        ((np.rint(VALUES * 10) / 10).astype(np.float32), 1.0, 0.1),
        (np.rint(VALUES * 100) / 100, 1.0, 0.01),
        ((np.rint(VALUES * 100) / 100).astype(np.float32).astype(np.float64), 1.0, 0.01),
        ((np.rint(VALUES / 0.3048) * 0.3048).astype(np.float32), 1.0, 0.3048),
        ((np.rint(VALUES / 0.3048) * 1200 / 3937).astype(np.float32), 1.0, 1200 / 3937),
        # Multiples of a quarter, that no rounding to quarters has made; and others that were moved since they were rounded.
        ((np.rint(VALUES) + 0.25).astype(np.float32), 1.0, 1.0),
        ((np.rint(VALUES) - 31.7).astype(np.float32), 1.0, 1.0),
        (np.rint(VALUES) + 0.37, 1.0, 1.0),
        ((np.rint(VALUES * 10) / 10 + 0.03).astype(np.float32), 1.0, 0.1),
        ((np.rint(VALUES / 2) + 0.37).astype(np.float32), 2.0, 2.0),
        # A lake by chance at a whole number says nothing of the rest.
        (np.full((36, 40), 523.0, np.float32), 1.0, 0.0),
    ],
)
def test_heights_in_steps_are_found_whatever_type_they_are_stored_as(tmp_path: Path, values: np.ndarray, scale: float, step: float) -> None:
    path = write(tmp_path / "dem.tif", values)
    with rasterio.open(path, "r+") as dataset:
        dataset.scales = (scale,)
    with Raster(str(path), "The DEM") as raster:
        assert Elevation(raster, 1, raster.grid).step == step


def test_steps_are_found_in_islands_and_beside_a_filled_gap(tmp_path: Path) -> None:
    def step(values: np.ndarray) -> float:
        with Raster(str(write(tmp_path / "dem.tif", values.astype(np.float32), nodata=-9999)), "The DEM") as raster:
            return Elevation(raster, 1, raster.grid).step

    hills = np.rint(terrain(300, 300))
    for around in (0, -9999):  # a sea, and a mosaic's gaps
        values = np.full((1500, 1500), float(around))
        values[250:550, 250:550] = hills
        assert step(values) == 1.0
    filled = hills.copy()
    filled[100, 100] += 0.25
    assert step(filled) == 1.0
    filled[100:130, 100:130] += terrain(30, 30, seed=2) / 1000  # more of other heights than of whole ones
    assert step(filled) == 0.0


def test_a_dem_of_whole_metres_is_not_exact_whatever_is_said_of_it(tmp_path: Path, superresolve: Superresolve) -> None:
    """The shipped model: trusted, the steps of a smooth plain are terraces to it, which it sharpens."""
    y, x = np.mgrid[:240, :240] * 10.0
    heights = 200 + 0.005 * (x + 0.3 * y) + 6 * np.sin(x / 900) * np.cos(y / 700)
    coarse = np.rint(heights.reshape(80, 3, 80, 3).mean(axis=(1, 3)))
    events: list[Event] = []

    def rmse(made: np.ndarray) -> float:
        return float(np.sqrt(np.mean((made - heights)[15:-15, 15:-15] ** 2)))

    dem, beside = write(tmp_path / "dem.tif", coarse.astype(np.float32)), tmp_path / "difference.tif"
    made = superresolve(dem, model=None, output=tmp_path / "fine.tif", difference=str(beside), events=events)
    with rasterio.open(tmp_path / "fine.tif") as dataset:
        assert dataset.tags()["SIRAN_DEM_ERROR"] == "0.2 m"
    assert sum(isinstance(event, Log) and "in steps of 1 m" in event.text for event in events) == 1
    # Heights that are millimetres off whole numbers, each by others, are not seen to be rounded.
    off = np.random.default_rng(0).uniform(-0.002, 0.002, coarse.shape)
    trusted = superresolve(write(tmp_path / "dem.tif", (coarse + off).astype(np.float32)), model=None)
    assert rmse(made) < 0.95 * rmse(made - read(beside)) < 0.95 * rmse(trusted)
    # Those that were moved since, as by a geoid's mean height, are.
    moved = superresolve(write(tmp_path / "dem.tif", (coarse - 31.7).astype(np.float32)), model=None)
    assert np.abs(moved + 31.7 - made).max() < 0.01


@pytest.mark.parametrize("step", [0.1, 0.3048])
def test_a_dem_of_tenths_or_feet_is_not_exact_either(tmp_path: Path, superresolve: Superresolve, step: float) -> None:
    """The shipped model, on a plain whose slope is the steps' own: trusted, they are terraces to it as whole metres are."""
    y, x = np.mgrid[:240, :240] * 10.0
    heights = 200 + step * (0.014 * (x + 0.3 * y) + 3 * np.sin(x / 150) * np.cos(y / 150))
    coarse = np.rint(heights.reshape(80, 3, 80, 3).mean(axis=(1, 3)) / step) * step

    def rmse(dem: np.ndarray) -> float:
        made = superresolve(write(tmp_path / "dem.tif", dem.astype(np.float32)), model=None, resolution=10.0)
        return float(np.sqrt(np.mean((made - heights)[15:-15, 15:-15] ** 2)))

    # Numbers that are a little off, each by another part of a step, are not seen to be rounded; those that were moved are.
    assert rmse(coarse) < 0.9 * rmse(coarse + np.random.default_rng(0).uniform(-0.01, 0.01, coarse.shape) * step)
    before = rmse(coarse)
    heights += 0.0123
    assert rmse(coarse + 0.0123) == pytest.approx(before, rel=0.01)


def test_the_sea_stays_at_0(tmp_path: Path, superresolve: Superresolve) -> None:
    """Exactly, as masks of land and sea need it: the sample, whose sea is 0 and whose land is not."""
    sample = models.BUNDLED.parent / "sample" / "marin_srtm_1arcsec.tif"
    sea = binary_erosion(read(sample) == 0, iterations=6)
    assert sea.sum() > 10_000
    made = superresolve(sample, model=None, dem_error=None, dem_source="srtm")
    rows, columns = (size // shape for size, shape in zip(made.shape, sea.shape, strict=True))
    values = made[sea.repeat(rows, axis=0).repeat(columns, axis=1)]
    assert (values == 0).all() and not np.signbit(values).any()


@pytest.mark.parametrize(
    ("kind", "hole"),
    [("int16", -32768), ("int16", -9999), ("float32", np.nan), ("float32", np.inf), ("float64", -1.7e308), ("int32", 2**31 - 1)],
)
def test_undeclared_nodata_is_seen(tmp_path: Path, superresolve: Superresolve, kind: str, hole: float) -> None:
    values = VALUES.copy()
    values[10:14, 20:23] = hole
    made = superresolve(write(tmp_path / "holed.tif", values.astype(kind)))
    expected = np.zeros(VALUES.shape, bool)
    expected[10:14, 20:23] = True
    assert (np.isnan(made) == expected.repeat(3, 0).repeat(3, 1)).all()
    assert np.nanmin(made) > 0


def test_nan_beside_a_declared_nodata_is_seen(tmp_path: Path, superresolve: Superresolve) -> None:
    values = VALUES.astype(np.float32)
    values[10, 10], values[20, 20] = np.nan, -9999
    made = superresolve(write(tmp_path / "holed.tif", values, nodata=-9999))
    assert np.isnan(made).sum() == 2 * 9 and np.isnan(made[30, 30]) and np.isnan(made[60, 60])


def test_a_mask_in_the_file_is_seen(tmp_path: Path, superresolve: Superresolve) -> None:
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        dem = write(tmp_path / "masked.tif", VALUES.astype(np.float32))
        with rasterio.open(dem, "r+") as dataset:
            mask = np.full(VALUES.shape, 255, np.uint8)
            mask[3:6, 3:6] = 0
            dataset.write_mask(mask)
    assert np.isnan(superresolve(dem)).sum() == 81


def test_an_unknown_dem_stays_unknown(tmp_path: Path, superresolve: Superresolve) -> None:
    events: list[Event] = []
    assert np.isnan(superresolve(write(tmp_path / "void.tif", np.full((20, 20), -9999, np.float32), nodata=-9999), events=events)).all()
    assert any(isinstance(event, Log) and event.level == "warning" and "No pixel" in event.text for event in events)


@pytest.mark.parametrize("order", ["bottom-up", "right-to-left", "both"])
def test_storage_order_does_not_matter(tmp_path: Path, superresolve: Superresolve, plain: np.ndarray, order: str) -> None:
    values, t = VALUES.astype(np.float32), DEM_TRANSFORM
    if order != "right-to-left":
        values, t = values[::-1], Affine(t.a, 0, t.c, 0, -t.e, t.f + t.e * 36)
    if order != "bottom-up":
        values, t = values[:, ::-1], Affine(-t.a, 0, t.c + t.a * 40, 0, t.e, t.f)
    made = superresolve(write(tmp_path / "turned.tif", np.ascontiguousarray(values), transform=t))
    assert np.abs(made - plain).max() < 1e-3


def test_a_rotated_dem_comes_back_north_up(tmp_path: Path, superresolve: Superresolve) -> None:
    turned = DEM_TRANSFORM @ Affine.rotation(20)
    values = np.full((36, 40), 321, np.float32)
    made = superresolve(write(tmp_path / "rotated.tif", values, transform=turned), resolution=10.0)
    known = np.isfinite(made)
    assert np.abs(made[known] - 321).max() < 1e-3
    assert known.sum() == pytest.approx(36 * 40 * 9, rel=0.02)


def test_another_band(tmp_path: Path, superresolve: Superresolve, plain: np.ndarray) -> None:
    dem = write(tmp_path / "two.tif", np.stack([np.zeros_like(VALUES), VALUES]).astype(np.float32))
    assert np.abs(superresolve(dem, band=2) - plain).max() < 1e-6
    assert read(dem).max() == 0
