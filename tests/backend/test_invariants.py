"""What must hold whatever the model: each on real inference, on the small model and on those that are shipped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasters_for_tests import UTM, image, read, terrain, write

from backend import models

Superresolve = Callable[..., np.ndarray]


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
