"""`python -m training.prepare` turns rasters into areas, or says in one sentence why not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.training.conftest import hills, write
from training.data.areas import load_areas
from training.errors import DataError
from training.prepare import ground_size, main, prepare


def listing(folder: Path, text: str) -> Path:
    path = folder / "areas.toml"
    path.write_text(text)
    return path


def test_the_manifest_records_sources_and_hashes(prepared: Path) -> None:
    manifest = json.loads((prepared / "manifest.json").read_text())
    entries = {entry["name"]: entry for entry in manifest["areas"]}
    assert entries["hills"]["guide"] is True
    assert {len(digest) for digest in entries["hills"]["sha256"].values()} == {64}
    assert set(entries["hills"]["sha256"]) == {"hills.tif", "image.tif"}
    assert [area.name for area in load_areas(prepared, "validation")] == ["other"]


def test_guides_are_scaled_by_their_scene(prepared: Path) -> None:
    guide = load_areas(prepared, "train")[0].guide
    assert guide is not None
    for band in guide:
        assert np.nanpercentile(band, (2, 98)) == pytest.approx([0, 1], abs=0.02)


def test_a_raster_is_split_by_area(tmp_path: Path) -> None:
    z = hills(100, 100)
    write(tmp_path / "z.tif", z)
    west = "[500000, 5199000, 500400, 5200000]"
    text = (
        f'[[area]]\nname = "west"\nsplit = "test"\ndem = "z.tif"\nkeep = {west}\n'
        f'[[area]]\nname = "east"\nsplit = "train"\ndem = "z.tif"\nleave_out = {west}\n'
    )
    prepare(listing(tmp_path, text), tmp_path, tmp_path / "out")
    test, train = load_areas(tmp_path / "out", "test")[0], load_areas(tmp_path / "out", "train")[0]
    np.testing.assert_array_equal(test.dem, z[:, :40])
    assert np.isnan(train.dem[:, :40]).all()
    np.testing.assert_array_equal(train.dem[:, 40:], z[:, 40:])


def test_nodata_becomes_nan(tmp_path: Path) -> None:
    z = hills(40, 40)
    z[3:5, 7] = -9999
    write(tmp_path / "z.tif", z, nodata=-9999)
    prepare(listing(tmp_path, '[[area]]\nname = "a"\nsplit = "train"\ndem = "z.tif"\n'), tmp_path, tmp_path / "out")
    dem = load_areas(tmp_path / "out", "train")[0].dem
    assert int(np.isnan(dem).sum()) == 2


def test_degrees_are_measured_on_the_ground(tmp_path: Path) -> None:
    import rasterio
    from rasterio.transform import from_origin

    path = tmp_path / "degrees.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        count=1,
        height=60,
        width=60,
        dtype="float32",
        crs="EPSG:4326",
        transform=from_origin(10, 60, 1 / 3600, 1 / 3600),
    ):
        pass
    with rasterio.open(path) as raster:
        dx, dy = ground_size(raster)
    # WGS 84 at 60 degrees north: 111.41 km per degree of latitude, 55.80 km per degree of longitude.
    assert dx * 3600 == pytest.approx(55800, rel=2e-3)
    assert dy * 3600 == pytest.approx(111412, rel=2e-3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no areas"),
        ('[[area]]\nname = "a"\nsplit = "exam"\ndem = "z.tif"\n', "split is 'exam'"),
        ('[[area]]\nname = "a"\nsplit = "test"\ndem = "gone.tif"\n', "does not exist"),
        ('[[area]]\nname = "a"\nsplit = "test"\ndem = "nocrs.tif"\n', "no CRS"),
        ('[[area]]\nname = "a"\nsplit = "test"\ndem = "text.tif"\n', "cannot be read"),
        ('[[area]]\nname = "a"\nsplit = "test"\ndem = "z.tif"\nguide = "small.tif"\n', "not on the DEM's grid"),
        ('[[area]]\nname = "a"\nsplit = "test"\ndem = "z.tif"\n[[area]]\nname = "a"\nsplit = "train"\ndem = "z.tif"\n', "two of one name"),
    ],
)
def test_bad_input_is_refused_with_a_hint(tmp_path: Path, text: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "z.tif", hills(30, 30))
    write(tmp_path / "nocrs.tif", hills(30, 30), crs=None)
    write(tmp_path / "small.tif", np.zeros((3, 20, 20), np.uint8))
    (tmp_path / "text.tif").write_text("no raster")
    areas = listing(tmp_path, text)
    with pytest.raises(DataError, match=words) as caught:
        prepare(areas, tmp_path, tmp_path / "out")
    assert caught.value.hint
    assert main(["--areas", str(areas), "--root", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert words in capsys.readouterr().err
