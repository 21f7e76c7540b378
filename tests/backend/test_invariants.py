"""What must hold whatever the model: each on real inference, on the small model and on those that are shipped."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from rasterio.crs import CRS
from rasters_for_tests import UTM, image, read, terrain, write

from backend import models
from backend.cancel import Cancel
from backend.errors import Cancelled
from backend.events import Event
from backend.settings import Settings
from backend.superresolve import run

Superresolve = Callable[..., np.ndarray]
SECOND = 1 / 3600
JOINTS = {
    "UTM, where means begin": (32632, SECOND, 40.0, 7000, 30.0, 4000),
    "UTM, half means": (32632, SECOND, 45.5, 7000, 30.0, 4000),
    "UTM, from a DEM of 25 degrees": (32632, SECOND, 45.5, 90_000, 30.0, 4000),
    "Web Mercator, half means": (3857, SECOND, 30.2, 7000, 38.0, 3350),
}
"""CRS and pixel of an output; pixel, upper edge and rows of a DEM in degrees; row of the output at which an extent ends."""


@pytest.fixture
def hilly(tmp_path: Path) -> Path:
    """64 x 60 pixels of 30 m with a hole, a lake shore's worth of single gaps and a ragged edge."""
    values = terrain(60, 64).astype(np.float32)
    values[22:31, 30:37] = -9999
    values[5, 50] = values[44, 9] = values[45, 10] = -9999
    values[:12, :4] = -9999
    return write(tmp_path / "hilly.tif", values, nodata=-9999)


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    """10 m pixels over the east of the DEM, with a cloud that somebody cut out."""
    bands = image(190, 150)
    bands[:, 60:90, 40:80] = 0
    return write(
        tmp_path / "scene.tif", bands, transform=Affine(10, 0, 600_500, 0, -10, 5_200_000), nodata=0, descriptions=("NIR", "Red", "Green")
    )


@pytest.mark.parametrize("offset", [100.0, 5000.0])
def test_an_offset_goes_through(tmp_path: Path, superresolve: Superresolve, model: Path, hilly: Path, scene: Path, offset: float) -> None:
    values = read(hilly)
    higher = write(tmp_path / "higher.tif", np.where(np.isnan(values), -9999, values + offset).astype(np.float32), nodata=-9999)
    low, high = superresolve(hilly, model=model, guide=scene), superresolve(higher, model=model, guide=scene)
    assert (np.isnan(low) == np.isnan(high)).all()
    assert np.nanmax(np.abs(high - low - offset)) < 0.01


@pytest.mark.parametrize("with_guide", [True, False])
def test_no_seams(superresolve: Superresolve, model: Path, hilly: Path, scene: Path, with_guide: bool) -> None:
    options = {"model": model, "resolution": 10.0, "guide": scene if with_guide else None}
    whole = superresolve(hilly, **options, tile=1024, threads=2)
    for tile, threads in ((66, 1), (100, 2)):
        tiled = superresolve(hilly, **options, tile=tile, threads=threads)
        assert (np.isnan(tiled) == np.isnan(whole)).all()
        assert np.nanmax(np.abs(tiled - whole)) < 0.01


@pytest.mark.parametrize("first", [(9, 6), (10, 9), (13, 12)])
def test_an_extent_gives_what_the_whole_gives(
    superresolve: Superresolve, model: Path, hilly: Path, scene: Path, first: tuple[int, int]
) -> None:
    """From any column and row on, to its very border: what is made piece by piece joins."""
    options = {"model": model, "resolution": 10.0, "guide": scene}
    whole = superresolve(hilly, **options)
    column, row = first
    left, top = 600_000 + 10 * column, 5_200_000 - 10 * row
    part = superresolve(hilly, **options, extent=(left + 1, top - 1499, left + 1499, top - 1))
    assert part.shape == (150, 150)
    inside = whole[row : row + 150, column : column + 150]
    assert (np.isnan(part) == np.isnan(inside)).all()
    assert np.nanmax(np.abs(part - inside)) < 0.01


def waves(height: int, width: int) -> np.ndarray:
    """Heights around 1,500 m that rise and fall by tens of metres within a few pixels."""
    y, x = np.mgrid[:height, :width]
    return 1500 + 40 * np.sin(x / 1.4) + 30 * np.sin(y / 1.7)


@pytest.mark.parametrize(("crs", "step", "top", "rows", "pixel", "first"), JOINTS.values(), ids=JOINTS)
def test_extents_join_where_the_dem_begins_to_have_the_finer_pixels(
    tmp_path: Path,
    superresolve: Superresolve,
    model: Path,
    crs: int,
    step: float,
    top: float,
    rows: int,
    pixel: float,
    first: int,
) -> None:
    """A DEM of whole metres: means begin there, and back-projection and what is added to rounded heights end."""
    dem = write(
        tmp_path / "degrees.tif",
        np.round(waves(rows, 24)).astype(np.int16),
        crs=CRS.from_epsg(4326),
        transform=Affine(step, 0, 9, 0, -step, top),
    )
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(9 + 4 * step, top)
    left, upper = pixel * round(x / pixel), pixel * round(y / pixel)
    like = write(
        tmp_path / "like.tif", np.zeros((9000, 14), np.uint8), crs=CRS.from_epsg(crs), transform=Affine(pixel, 0, left, 0, -pixel, upper)
    )
    parts = []
    for begin, end in ((first - 1500, first + 20), (first, first + 2200)):
        extent = (left + 0.1 * pixel, upper - pixel * (end - 0.1), left + 13.9 * pixel, upper - pixel * (begin + 0.1))
        parts.append(superresolve(dem, model=model, like=like, extent=extent))
    above, below = parts[0][-20:], parts[1][:20]
    assert np.isfinite(above).any() and np.nanmax(np.abs(above - below)) < 0.01


def test_extents_of_a_tall_output_in_degrees_join(tmp_path: Path, superresolve: Superresolve, model: Path) -> None:
    """Pixels of degrees are smaller on the ground the farther north: in the middle of one part by 4 % than in that of the other. A model is
    told one size of a tile, for slopes."""
    step = 1 / 1200
    dem = write(
        tmp_path / "degrees.tif",
        (3 * waves(9600, 24)).astype(np.float32),
        crs=CRS.from_epsg(4326),
        transform=Affine(step, 0, 9, 0, -step, 53),
    )
    parts = [
        superresolve(dem, model=model, resolution=step / 2, extent=(9.0001, bottom, 9.0199, top))
        for bottom, top in ((48.99801, 52.99999), (45.00001, 49.00199))
    ]
    above, below = parts[0][-10:], parts[1][:10]
    assert np.isfinite(above).all() and np.abs(above - below).max() < 0.01


def test_level_water_is_no_matter_of_rounding(tmp_path: Path, superresolve: Superresolve, model: Path) -> None:
    """At the sample's shore, whatever the tiles and the height above the sea: heights between pixels that are level are rounded, by other
    amounts in each tile, and further up by more."""
    sample = models.BUNDLED.parent / "sample"
    scene = sample / "marin_landsat7_nir_r_g.tif"
    with rasterio.open(sample / "marin_srtm_1arcsec.tif") as dataset:
        values, profile = dataset.read(1).astype(np.float32), {"crs": dataset.crs.to_wkt(), "transform": dataset.transform}
    with rasterio.open(scene) as dataset:
        corners = dataset.transform @ (420.2, 440.2), dataset.transform @ (483.8, 503.8)
    extent = (corners[0][0], corners[1][1], corners[1][0], corners[0][1])

    def made(height: float, tile: int) -> np.ndarray:
        dem = write(tmp_path / "dem.tif", values + np.float32(height), **profile)
        return superresolve(dem, model=model, guide=scene, guide_bands=(1, 2, 3), extent=extent, tile=tile)

    whole = made(0, 1280)
    assert whole.shape == (64, 64) and np.isfinite(whole).all() and np.count_nonzero(np.abs(whole) < 1e-3) > 50
    assert np.abs(made(0, 32) - whole).max() < 0.01
    assert np.abs(made(3777, 1280) - whole - 3777).max() < 0.02


def test_height_and_tiles_change_nothing_on_rounded_slopes(tmp_path: Path, superresolve: Superresolve, model: Path) -> None:
    """The sample's most sensitive place: whole metres leave small squares level on slopes, where a gate stands half open. Heights of
    5,000 m in 32 bits would be rounded to half a millimetre there, in each tile as it falls, of which a model makes centimetres."""
    with rasterio.open(models.BUNDLED.parent / "sample" / "marin_srtm_1arcsec.tif") as dataset:
        values, profile = (
            dataset.read(1)[40:140, :90],
            {"crs": dataset.crs.to_wkt(), "transform": dataset.window_transform(((40, 140), (0, 90)))},
        )

    def made(height: int, tile: int) -> np.ndarray:
        dem = write(tmp_path / "dem.tif", (values + height).astype(np.int16), **profile)
        return superresolve(dem, model=model, dem_source="srtm", dem_error=None, like=None, resolution=1 / 4200, tile=tile)

    low, high = made(0, 1280), made(5000, 1280)
    assert np.nanmax(np.abs(high - low - 5000)) < 0.01
    for height, whole in ((0, low), (5000, high)):
        assert np.nanmax(np.abs(made(height, 66) - whole)) < 0.01


@pytest.mark.parametrize("lake", ["square", "valley"])
def test_a_lake_amid_steep_ground_is_no_matter_of_tiles(tmp_path: Path, superresolve: Superresolve, model: Path, lake: str) -> None:
    """At a height that 32 bits round, and wider than what a model sees: what is left of detail there is rounding, and says nothing."""
    rough = np.random.default_rng(1).normal(size=(130, 150))
    for axis in (0, 1):
        rough = np.apply_along_axis(np.convolve, axis, rough, [0.01, 0.08, 0.24, 0.34, 0.24, 0.08, 0.01], "same")
    heights = terrain(130, 150, pixel=30, seed=5) + 60 * rough
    if lake == "square":
        heights[60:80, 60:100] = 700.0
    else:
        heights = np.maximum(heights, np.percentile(heights, 20))
    dem = write(tmp_path / "dem.tif", heights.astype(np.float32))
    whole, tiled = (superresolve(dem, model=model, dem_error=6.0, tile=tile) for tile in (1280, 200))
    assert np.abs(tiled - whole).max() < 0.015


def test_no_seams_across_crs(superresolve: Superresolve, model: Path, hilly: Path, tmp_path: Path) -> None:
    like = write(
        tmp_path / "like.tif", np.zeros((150, 170), np.uint8), transform=Affine(1.3e-4, 0, 10.317, 0, -9e-5, 46.943), crs="EPSG:4326"
    )
    whole, tiled = superresolve(hilly, model=model, like=like, tile=1024), superresolve(hilly, model=model, like=like, tile=48)
    assert (np.isnan(tiled) == np.isnan(whole)).all() and np.isfinite(whole).mean() > 0.5
    assert np.nanmax(np.abs(tiled - whole)) < 0.01


@pytest.mark.parametrize("height", [0.0, 1234.5])
@pytest.mark.parametrize("with_guide", [True, False])
def test_flat_stays_flat(tmp_path: Path, superresolve: Superresolve, model: Path, scene: Path, height: float, with_guide: bool) -> None:
    flat = write(tmp_path / "flat.tif", np.full((60, 64), height, np.float32))
    made = superresolve(flat, model=model, guide=scene if with_guide else None)
    assert np.abs(made - height).max() < 0.5


def test_nodata_neither_spreads_nor_shrinks(superresolve: Superresolve, model: Path, hilly: Path) -> None:
    made = superresolve(hilly, model=model, resolution=10.0)
    assert (np.isnan(made) == np.isnan(read(hilly)).repeat(3, axis=0).repeat(3, axis=1)).all()


def test_nothing_is_made_from_nodata(tmp_path: Path, superresolve: Superresolve, model: Path, hilly: Path, scene: Path) -> None:
    """The same hole, said with other numbers, makes the same terrain."""
    values = read(hilly)
    first = superresolve(hilly, model=model, guide=scene)
    for number, kind in ((-32768, np.float32), (9e9, np.float32), (np.nan, np.float32), (-3.4028230607370965e38, np.float32)):
        other = write(tmp_path / "other.tif", np.where(np.isnan(values), number, values).astype(kind), nodata=number)
        second = superresolve(other, model=model, guide=scene)
        assert (np.isnan(first) == np.isnan(second)).all()
        assert np.nanmax(np.abs(first - second)) < 1e-3


def test_the_output_lies_on_the_guides_grid(tmp_path: Path, superresolve: Superresolve, model: Path, dem: Path, guide: Path) -> None:
    superresolve(dem, model=model, guide=guide, output=tmp_path / "fine.tif")
    with rasterio.open(tmp_path / "fine.tif") as made:
        assert made.crs == rasterio.CRS.from_user_input(UTM)
        assert made.transform == Affine(10, 0, 600_000, 0, -10, 5_200_000)
        assert (made.width, made.height) == (120, 108)


def test_without_a_guide_no_edge_is_cut_and_nothing_is_shifted(tmp_path: Path, superresolve: Superresolve, model: Path, dem: Path) -> None:
    made = superresolve(dem, model=model)
    ratio = round(models.load(model).card.ratio)
    assert made.shape == (36 * ratio, 40 * ratio) and np.isfinite(made).all()
    # Means over the old pixels are the old values, but for what the model sharpens: a half-pixel shift would be metres here.
    back = made.reshape(36, ratio, 40, ratio).mean(axis=(1, 3))
    rows, cols = np.gradient(read(dem))
    for shift in (rows / 2, cols / 2, -rows / 2, -cols / 2):
        assert np.abs(back - read(dem)).mean() < 0.5 * np.abs(back - read(dem) - shift).mean()


@pytest.mark.parametrize("ratio", [3, 6])
def test_no_harm_without_a_guide_or_with_a_constant_one(tmp_path: Path, superresolve: Superresolve, model: Path, ratio: int) -> None:
    """Against a finer terrain that is known, the result is at least as good as cubic resampling; ground as smooth as this one too."""
    pixel = 30 / ratio
    fine = terrain(60 * ratio, 64 * ratio, pixel=pixel)
    coarse = write(tmp_path / "coarse.tif", fine.reshape(60, ratio, 64, ratio).mean(axis=(1, 3)).astype(np.float32))
    constant = write(
        tmp_path / "constant.tif",
        np.full((3, 60 * ratio, 64 * ratio), 77, np.uint8),
        transform=Affine(pixel, 0, 600_000, 0, -pixel, 5_200_000),
        descriptions=("NIR", "Red", "Green"),
    )
    cubic = superresolve(coarse, model=cubic_model(tmp_path), resolution=pixel)
    edge = 3 * ratio
    worst = np.sqrt(np.mean((cubic - fine)[edge:-edge, edge:-edge] ** 2))
    for guide in (None, constant):
        made = superresolve(coarse, model=model, guide=guide, resolution=pixel)
        assert np.sqrt(np.mean((made - fine)[edge:-edge, edge:-edge] ** 2)) <= worst * 1.001


def test_a_failed_run_leaves_what_was_there(tmp_path: Path, superresolve: Superresolve, dem: Path) -> None:
    import models_for_tests

    broken = models_for_tests.write_model(tmp_path / "broken.onnx", nan=True)
    before = tmp_path / "fine.tif"
    before.write_bytes(b"older")
    there = sorted(tmp_path.iterdir())
    with pytest.raises(Exception, match="no numbers"):
        superresolve(dem, model=broken, output=before, overwrite=True)
    assert before.read_bytes() == b"older"
    assert sorted(tmp_path.iterdir()) == there


def cubic_model(folder: Path) -> Path:
    """A model that leaves the cubic-upsampled DEM as it is."""
    import models_for_tests

    return models_for_tests.write_model(folder / "cubic.onnx", strength=0.0)


# --- the same on grids, CRSs and gaps that nobody thought of, with the small model


@dataclass(frozen=True)
class Case:
    """A DEM and a guide around one place; pixel edges in metres, `wide` is width over height of a pixel, `shift` in sizes of the DEM."""

    crs: tuple[str, str]
    place: tuple[float, float]
    size: tuple[int, int]
    pixel: float
    wide: float
    ratio: float
    guide_size: tuple[float, float]
    shift: tuple[float, float]
    gaps: str
    nodata: float
    seed: int

    def transform(self, crs: str, size: tuple[int, int], pixel: float, shift: tuple[float, float]) -> Affine:
        """Of a raster whose centre lies at the place, or beside it."""
        x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(*self.place)
        across, down = pixel * math.sqrt(self.wide), pixel / math.sqrt(self.wide)
        if crs == "EPSG:4326":
            across, down = across / 111_320 / math.cos(math.radians(self.place[1])), down / 111_320
        return Affine(across, 0, x + (shift[0] - 0.5) * size[0] * across, 0, -down, y + (0.5 - shift[1]) * size[1] * down)

    @property
    def dem_transform(self) -> Affine:
        return self.transform(self.crs[0], self.size, self.pixel, (0, 0))

    def heights(self) -> np.ndarray:
        return terrain(self.size[1], self.size[0], pixel=self.pixel, seed=self.seed)

    def known(self) -> np.ndarray:
        """Which of the DEM's pixels are."""
        drawn = np.random.default_rng(self.seed).random((self.size[1], self.size[0]))
        rows, cols = np.mgrid[0 : self.size[1], 0 : self.size[0]]
        known = {
            "none": drawn >= 0,
            "some": drawn > 0.1,
            "most": drawn > 0.9,
            "stripes": cols % 5 != 1,
            "half": rows + cols > (self.size[0] + self.size[1]) / 2,
            "a lake": (rows - self.size[1] / 2) ** 2 + (cols - self.size[0] / 3) ** 2 > min(self.size) ** 2 / 9,
            "a frame": (rows > 1) & (rows < self.size[1] - 2) & (cols > 0),
        }[self.gaps]
        known[-1, -1] = True
        return known

    def write_dem(self, path: Path, heights: np.ndarray, *, nodata: float | None = None) -> Path:
        number = self.nodata if nodata is None else nodata
        declared = None if math.isinf(number) else number
        values = np.where(self.known(), heights, number).astype(np.float32)
        return write(path, values, crs=self.crs[0], transform=self.dem_transform, nodata=declared)

    def write_guide(self, path: Path, *, constant: bool = False) -> Path:
        # As large as the share says, but its centre lies within the DEM.
        size = tuple(max(2, round(side * self.ratio * share)) for side, share in zip(self.size, self.guide_size, strict=True))
        # Another CRS may be turned: what is a small way along the DEM's longer side is out of it along its shorter one.
        reach = (1.0, 1.0) if self.crs[0] == self.crs[1] else tuple(0.7 * min(self.size) / side for side in self.size)
        shift = (reach[0] * self.shift[0] / self.guide_size[0], reach[1] * self.shift[1] / self.guide_size[1])
        transform = self.transform(self.crs[1], (size[0], size[1]), self.pixel / self.ratio, shift)
        bands = np.full((3, size[1], size[0]), 77, np.uint16) if constant else image(size[1], size[0], seed=self.seed)
        return write(path, bands, crs=self.crs[1], transform=transform, descriptions=("NIR", "Red", "Green"))


def cases(gaps: tuple[str, ...] = ("none", "some", "most", "stripes", "half", "a lake", "a frame")) -> st.SearchStrategy[Case]:
    def around(crs: tuple[str, ...], west: float, east: float, south: float, north: float) -> st.SearchStrategy[Case]:
        return st.builds(
            Case,
            crs=st.tuples(st.sampled_from(crs), st.sampled_from(crs)),
            place=st.tuples(st.floats(west, east), st.floats(south, north)),
            size=st.tuples(st.integers(3, 22), st.integers(3, 22)),
            pixel=st.floats(1, 90),
            wide=st.floats(0.7, 1.4),
            ratio=st.floats(2, 6) | st.integers(2, 6).map(float),
            guide_size=st.tuples(st.floats(0.3, 1.5), st.floats(0.3, 1.5)),
            shift=st.tuples(st.floats(-0.4, 0.4), st.floats(-0.4, 0.4)),
            gaps=st.sampled_from(gaps),
            nodata=st.sampled_from((-9999.0, -32768.0, math.nan, math.inf, -3.4028230607370965e38, 9e9)),
            seed=st.integers(0, 99),
        )

    return around(("EPSG:32632", "EPSG:4326", "EPSG:3035", "EPSG:3857"), 7, 11, 45, 52) | around(
        ("EPSG:3413", "EPSG:4326", "EPSG:3995", "EPSG:3035"), -60, -20, 78, 87
    )


def generated(examples: int) -> settings:
    # The fixtures hand out new files, so that one example does not see another's.
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


def centres(path: Path, case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Where the pixels of a raster lie in the DEM: columns and rows, by PROJ for each of them."""
    with rasterio.open(path) as dataset:
        cols, rows = np.meshgrid(np.arange(dataset.width) + 0.5, np.arange(dataset.height) + 0.5)
        x, y = dataset.transform @ (cols, rows)
        to = Transformer.from_crs(dataset.crs.to_wkt(), case.crs[0], always_xy=True)
    u, v = ~case.dem_transform @ to.transform(x, y)
    return u, v


@generated(24)
@given(cases(), st.sampled_from((100.0, 5000.0, -420.0)), st.booleans())
def test_offsets_and_nodata_numbers_change_nothing_anywhere(
    tmp_path: Path, superresolve: Superresolve, small_model: Path, projecting_model: Path, case: Case, offset: float, projecting: bool
) -> None:
    options = {"guide": case.write_guide(tmp_path / "scene.tif"), "model": projecting_model if projecting else small_model}
    low = superresolve(case.write_dem(tmp_path / "low.tif", case.heights()), **options)
    high = superresolve(case.write_dem(tmp_path / "high.tif", case.heights() + offset), **options)
    other = superresolve(case.write_dem(tmp_path / "other.tif", case.heights(), nodata=-31000.0), **options)
    assert (np.isnan(low) == np.isnan(high)).all() and (np.isnan(low) == np.isnan(other)).all()
    assert np.abs(high - low - offset)[np.isfinite(low)].max(initial=0) < 0.01
    assert np.abs(other - low)[np.isfinite(low)].max(initial=0) < 1e-3


TURNED = Case(
    crs=("EPSG:3413", "EPSG:3995"),
    place=(-20.0, 78.0),
    size=(12, 3),
    pixel=1.0,
    wide=1.25,
    ratio=2.0,
    guide_size=(0.375, 0.375),
    shift=(0.375, 0.0),
    gaps="none",
    nodata=-9999.0,
    seed=0,
)
"""A guide on a grid that is turned against the DEM's, which is four times as wide as high."""


@generated(24)
@given(cases(), st.integers(16, 70), st.booleans())
@example(TURNED, 16, True)
def test_no_seams_anywhere(
    tmp_path: Path, superresolve: Superresolve, small_model: Path, projecting_model: Path, case: Case, tile: int, projecting: bool
) -> None:
    inputs = {"dem": case.write_dem(tmp_path / "dem.tif", case.heights()), "guide": case.write_guide(tmp_path / "scene.tif")}
    inputs["model"] = projecting_model if projecting else small_model
    whole, tiled = superresolve(**inputs, tile=1024), superresolve(**inputs, tile=tile, threads=1)
    assert (np.isnan(whole) == np.isnan(tiled)).all()
    assert np.abs(whole - tiled)[np.isfinite(whole)].max(initial=0) < 0.01


@generated(24)
@given(cases(), st.sampled_from((0.0, 1234.5)), st.booleans())
def test_flat_stays_flat_and_unknown_unknown_anywhere(
    tmp_path: Path, superresolve: Superresolve, small_model: Path, projecting_model: Path, case: Case, height: float, projecting: bool
) -> None:
    dem, guide = (
        case.write_dem(tmp_path / "flat.tif", np.full((case.size[1], case.size[0]), height)),
        case.write_guide(tmp_path / "scene.tif"),
    )
    made = superresolve(
        dem, guide=guide, model=projecting_model if projecting else small_model, output=tmp_path / "flat_fine.tif", overwrite=True
    )
    assert np.abs(made - height)[np.isfinite(made)].max(initial=0) < 0.5
    u, v = centres(tmp_path / "flat_fine.tif", case)
    cols, rows = np.floor(u).astype(int), np.floor(v).astype(int)
    inside = (cols >= 0) & (cols < case.size[0]) & (rows >= 0) & (rows < case.size[1])
    known = np.zeros(made.shape, bool)
    known[inside] = case.known()[rows[inside], cols[inside]]
    # Coordinates are good to a thousandth of a pixel.
    clear = (np.abs(u - np.round(u)) > 2e-3) & (np.abs(v - np.round(v)) > 2e-3)
    assert (np.isfinite(made) == known)[clear].all()


@generated(12)
@given(cases(gaps=("none",)))
def test_the_grid_is_the_guides_anywhere(tmp_path: Path, superresolve: Superresolve, case: Case) -> None:
    """Whole pixels of the guide, all that touch the DEM, and each height where it was: no shift in any CRS."""
    cols, rows = np.meshgrid(np.arange(case.size[0]) + 0.5, np.arange(case.size[1]) + 0.5)
    dem = case.write_dem(tmp_path / "plane.tif", 1000 + 3 * cols - 5 * rows)
    guide = case.write_guide(tmp_path / "scene.tif")
    made = superresolve(dem, guide=guide, model=cubic_model(tmp_path), output=tmp_path / "plane_fine.tif", overwrite=True)
    with rasterio.open(guide) as scene, rasterio.open(tmp_path / "plane_fine.tif") as fine:
        shift = ~scene.transform @ fine.transform
        col, row = round(shift.c), round(shift.f)
        assert fine.crs == scene.crs and max(abs(shift.c - col), abs(shift.f - row), abs(shift.a - 1), abs(shift.e - 1)) < 1e-6
        assert 0 <= col <= scene.width - fine.width and 0 <= row <= scene.height - fine.height
        u, v = centres(guide, case)
        wanted = (u > 1e-3) & (u < case.size[0] - 1e-3) & (v > 1e-3) & (v < case.size[1] - 1e-3)
        cut = np.zeros(wanted.shape, bool)
        cut[row : row + fine.height, col : col + fine.width] = True
        assert cut[wanted].all()
    u, v = centres(tmp_path / "plane_fine.tif", case)
    inner = (u > 2) & (u < case.size[0] - 2) & (v > 2) & (v < case.size[1] - 2)
    assert np.abs(made - (1000 + 3 * u - 5 * v))[inner].max(initial=0) < 0.02


@generated(12)
@given(cases())
def test_a_constant_guide_is_none_anywhere(tmp_path: Path, superresolve: Superresolve, case: Case) -> None:
    """That the model does no harm then is tested above; here, that it cannot know the difference."""
    dem, fine = case.write_dem(tmp_path / "dem.tif", case.heights()), tmp_path / "grey_fine.tif"
    made = superresolve(dem, guide=case.write_guide(tmp_path / "grey.tif", constant=True), output=fine, overwrite=True)
    without = superresolve(dem, like=fine)
    assert (np.isnan(made) == np.isnan(without)).all()
    assert np.abs(made - without)[np.isfinite(made)].max(initial=0) < 1e-3


@generated(12)
@given(cases(), st.integers(0, 12), st.booleans())
def test_a_cancel_anywhere_leaves_what_was_there(tmp_path: Path, small_model: Path, case: Case, moment: int, there: bool) -> None:
    dem, guide = case.write_dem(tmp_path / "dem.tif", case.heights()), case.write_guide(tmp_path / "scene.tif")
    output = tmp_path / "fine.tif"
    output.unlink(missing_ok=True)
    if there:
        output.write_bytes(b"older")
    cancel, seen = Cancel(), 0

    def sink(event: Event) -> None:
        nonlocal seen
        seen += 1
        if seen == moment + 1:
            cancel.request()

    before = sorted(tmp_path.iterdir())
    options = Settings(str(dem), str(output), guide=str(guide), model=str(small_model), dem_error=0.0, tile=32, overwrite=True)
    try:
        run(options, sink, cancel)
    except Cancelled:
        assert sorted(tmp_path.iterdir()) == before
        assert not there or output.read_bytes() == b"older"
    else:
        assert read(output).size > 0 and sorted(tmp_path.iterdir()) == sorted({*before, output})
