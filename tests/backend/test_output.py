"""What lies on disk afterwards, and what does not."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS
from rasterio.shutil import copy as rasterio_copy
from rasterio.vrt import WarpedVRT
from rasters_for_tests import UTM

from backend import models
from backend import output as output_module
from backend.cancel import Cancel
from backend.errors import BackendError, Cancelled, InputError, ResourceError
from backend.events import Event, Log, Progress
from backend.grid import Grid
from backend.output import Output, check_output, check_space
from backend.version import ROOT
from backend.windows import Window

Superresolve = Callable[..., np.ndarray]
GRID = Grid(CRS.from_user_input(UTM).to_wkt(), Affine(10, 0, 600_000, 0, -10, 5_200_000), 700, 600)


def output(path: Path, *, overwrite: bool = True) -> Output:
    return Output(path, GRID, crs=GRID.crs, unit="m", tags={"SIRAN_MODEL": "small"}, threads=1, overwrite=overwrite)


def whole(value: float = 5.0) -> tuple[Window, np.ndarray, np.ndarray]:
    return Window(0, 0, 700, 600), np.full((600, 700), value, np.float32), np.ones((600, 700), bool)


def test_it_is_a_cloud_optimized_geotiff(tmp_path: Path) -> None:
    with output(tmp_path / "a.tif") as made:
        made.write(*whole())
        made.finish()
    with rasterio.open(tmp_path / "a.tif") as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert dataset.tags(ns="IMAGE_STRUCTURE")["COMPRESSION"] == "DEFLATE"
        assert dataset.tags(ns="IMAGE_STRUCTURE")["PREDICTOR"] == "3"
        assert dataset.dtypes == ("float32",) and dataset.nodata == -9999 and dataset.overviews(1) == [2]
        assert dataset.descriptions == ("elevation",) and dataset.units == ("m",)
        assert dataset.tags()["SIRAN_MODEL"] == "small"
        assert dataset.transform == GRID.transform


def test_tags_say_what_it_was_made_from(tmp_path: Path, superresolve: Superresolve, dem: Path, guide: Path, small_model: Path) -> None:
    superresolve(dem, guide=guide, output=tmp_path / "fine.tif", dem_error=None, dem_source="glo30")
    with rasterio.open(tmp_path / "fine.tif") as dataset:
        tags = dataset.tags()
    assert tags["SIRAN_MODEL"] == "small 1.2.3" and tags["SIRAN_MODEL_SHA256"] == models.load(small_model).sha256
    assert tags["SIRAN_DEM"] == "dem.tif, band 1" and tags["SIRAN_GUIDE"] == "guide.tif, bands 1,2,3 (NIR, R, G)"
    assert tags["SIRAN_DEM_ERROR"] == "2.4 m" and tags["SIRAN_PROVIDER"] == "CPUExecutionProvider" and tags["SIRAN_VERSION"]


def test_nothing_lies_under_its_name_before_it_is_whole(tmp_path: Path) -> None:
    with output(tmp_path / "a.tif") as made:
        made.write(*whole())
        assert not (tmp_path / "a.tif").exists()
        assert all(path.name.startswith(".") for path in tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []


def test_missing_pixels_are_noticed(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="420000 pixels"), output(tmp_path / "a.tif") as made:
        made.write(Window(0, 0, 10, 10), np.zeros((10, 10), np.float32), np.ones((10, 10), bool))
        made.finish()
    assert list(tmp_path.iterdir()) == []


def spoil_a_pixel(path: Path) -> None:
    with rasterio.open(path, "r+", IGNORE_COG_LAYOUT_BREAK="YES") as dataset:
        dataset.write(np.full((1, 1), 4.0, np.float32), 1, window=((0, 1), (0, 1)))


def spoil_an_overview(path: Path) -> None:
    with rasterio.open(path) as dataset:
        offset = int(dataset.get_tag_item("BLOCK_OFFSET_0_0", "TIFF", bidx=1, ovr=0))
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(bytes(16))


@pytest.mark.parametrize("spoil", [spoil_a_pixel, spoil_an_overview])
def test_a_file_that_is_not_what_was_written_gets_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Path], None]
) -> None:
    compress = Output._compress

    def spoiled(self: Output, cancel: Cancel) -> None:
        compress(self, cancel)
        spoil(self._whole)

    monkeypatch.setattr(Output, "_compress", spoiled)
    with pytest.raises(ResourceError, match="cannot be written"), output(tmp_path / "a.tif") as made:
        made.write(*whole())
        made.finish()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, "disk-full"), (errno.EDQUOT, "disk-full"), (errno.EIO, "internal"), (errno.EINVAL, "")]
)
def test_a_disk_that_cannot_keep_a_file_is_noticed_and_one_that_does_not_say_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    def fsync(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(output_module.os, "fsync", fsync)
    said = ""
    try:
        with output(tmp_path / "a.tif") as made:
            made.write(*whole())
            made.finish()
    except ResourceError as error:
        said = error.code
    assert said == code and (tmp_path / "a.tif").exists() == (not code)


def test_a_models_doubles_are_written_as_floats(tmp_path: Path) -> None:
    window, values, known = whole()
    with output(tmp_path / "a.tif") as made:
        made.write(window, np.asfortranarray(values.astype(np.float64) + 0.1), np.asfortranarray(known))
        made.finish()
    with rasterio.open(tmp_path / "a.tif") as dataset:
        assert (dataset.read(1) == np.float32(5.1)).all()


def test_pixels_that_are_made_twice_are_noticed(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="twice"), output(tmp_path / "a.tif") as made:
        made.write(*whole())
        made.write(*whole())


def test_what_gdal_wrote_beside_an_older_file_goes(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(b"older")
    (tmp_path / "a.tif.aux.xml").write_text("<PAMDataset/>")
    with output(tmp_path / "a.tif") as made:
        made.write(*whole())
        made.finish()
    assert [path.name for path in tmp_path.iterdir()] == ["a.tif"]


def test_brackets_in_a_name_do_not_keep_files_alive(tmp_path: Path) -> None:
    with output(tmp_path / "a[1].tif"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_too_small_is_noticed_before(tmp_path: Path) -> None:
    with pytest.raises(ResourceError) as raised:
        check_space(tmp_path / "a.tif", 10**15)
    assert re.search(r"has [\d.]+ [GM]B free; the output needs up to [\d.]+ GB while it is made", raised.value.message)
    assert raised.value.code == "disk-full" and raised.value.exit_status == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file")
def test_a_disk_on_which_no_file_may_be_so_large_is_noticed_before(tmp_path: Path) -> None:
    """As on FAT32; the limit is one of the process here."""
    code = "\n".join(
        (
            "import resource, shutil, sys",
            "from pathlib import Path",
            "from backend.errors import ResourceError",
            "from backend.output import check_space",
            "shutil.disk_usage = lambda path: shutil._ntuple_diskusage(10**12, 0, 10**12)",
            "resource.setrlimit(resource.RLIMIT_FSIZE, (2**32, 2**32))",
            "check_space(Path(sys.argv[1]), 2**30)",
            "try:",
            "    check_space(Path(sys.argv[1]), 2**30 + 1)",
            "except ResourceError as error:",
            "    print(error.code, error.message)",
        )
    )
    command = [sys.executable, "-c", code, str(tmp_path / "a.tif")]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == f"disk-full A file as large as the output has to be is not allowed in {tmp_path}.\n"
    assert not list(tmp_path.iterdir())


def test_an_input_under_another_name_is_still_an_input(tmp_path: Path, dem: Path) -> None:
    (tmp_path / "link.tif").symlink_to(dem)
    with pytest.raises(InputError) as raised:
        check_output(tmp_path / "link.tif", {"the DEM": str(dem)}, overwrite=True)
    assert raised.value.code == "output-is-input"


def test_a_link_stays_a_link(tmp_path: Path, superresolve: Superresolve, dem: Path) -> None:
    (tmp_path / "disk").mkdir()
    link, held = tmp_path / "latest.tif", tmp_path / "disk" / "fine.tif"
    link.symlink_to(held)
    superresolve(dem, output=link)
    assert link.is_symlink() and not held.is_symlink() and list((tmp_path / "disk").iterdir()) == [held]
    with pytest.raises(InputError) as raised:
        superresolve(dem, output=link)
    assert raised.value.code == "output-exists"
    superresolve(dem, output=link, overwrite=True)
    assert link.is_symlink() and rasterio.open(link).width == 120


def test_progress_grows_to_1_and_the_log_says_what_was_chosen(superresolve: Superresolve, dem: Path, guide: Path) -> None:
    events: list[Event] = []
    superresolve(dem, guide=guide, events=events, tile=64, dem_error=None)
    fractions = [event.fraction for event in events if isinstance(event, Progress)]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0 and fractions[0] > 0
    log = " ".join(event.text for event in events if isinstance(event, Log))
    assert "CPUExecutionProvider" in log and "bands 1, 2, 3" in log and "trusted" in log


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"resolution": 3.0}, "ratio of input to output pixel is 10"),
        ({"resolution": 4.0}, "output pixel is 4 m"),
        ({"dem_error": 55.0}, "expected error of the DEM is 55 m"),
    ],
)
def test_what_the_model_was_not_trained_for_is_said(
    superresolve: Superresolve, dem: Path, options: dict[str, float], sentence: str
) -> None:
    events: list[Event] = []
    superresolve(dem, events=events, **options)
    assert any(isinstance(event, Log) and event.level == "warning" and sentence in event.text for event in events)


def test_what_another_run_finished_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught, output(tmp_path / "a.tif", overwrite=False) as made:
        made.write(*whole())
        (tmp_path / "a.tif").write_bytes(b"the other run's")
        made.finish()
    assert caught.value.code == "output-exists"
    assert [path.name for path in tmp_path.iterdir()] == ["a.tif"] and (tmp_path / "a.tif").read_bytes() == b"the other run's"


@pytest.mark.parametrize("links", [True, False])
def test_without_overwriting_it_gets_its_name_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError("no links here")

    if not links:
        monkeypatch.setattr("os.link", refuse)
    with output(tmp_path / "a.tif", overwrite=False) as made:
        made.write(*whole())
        made.finish()
    assert [path.name for path in tmp_path.iterdir()] == ["a.tif"]


def test_a_stop_does_not_wait_for_the_compression(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cancel, go_on = Cancel(), threading.Event()

    def slow(*arguments: object, **options: object) -> None:
        cancel.request()
        go_on.wait(10)
        rasterio_copy(*arguments, **options)

    monkeypatch.setattr(output_module, "rasterio_copy", slow)
    with pytest.raises(Cancelled), output(tmp_path / "a.tif") as made:
        made.write(*whole())
        made.finish(cancel)
    assert list(tmp_path.iterdir()) == []
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "compress":
            thread.join(10)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("role", ["dem", "guide", "like"])
@pytest.mark.parametrize("name", ["mosaic.vrt", "mosaic of mosaic.vrt"])
def test_a_file_that_a_mosaic_reads_is_not_replaced(
    tmp_path: Path, superresolve: Superresolve, dem: Path, guide: Path, role: str, name: str
) -> None:
    source = tmp_path / "source.tif"
    shutil.copy(guide if role == "guide" else dem, source)
    rasterio_copy(source, tmp_path / "mosaic.vrt", driver="VRT")
    with rasterio.open(tmp_path / "mosaic.vrt") as mosaic, WarpedVRT(mosaic) as inner:
        rasterio_copy(inner, tmp_path / "mosaic of mosaic.vrt", driver="VRT")
    before = source.read_bytes()
    inputs: dict[str, Path] = {"dem": dem, role: tmp_path / name}
    with pytest.raises(InputError) as caught:
        superresolve(**inputs, output=source, overwrite=True)
    assert caught.value.code == "output-is-input" and name in caught.value.message
    assert source.read_bytes() == before


def test_a_file_is_not_replaced_by_what_is_made_of_a_part_of_it(tmp_path: Path, superresolve: Superresolve, dem: Path) -> None:
    source = tmp_path / "source.tif"
    shutil.copy(dem, source)
    before = source.read_bytes()
    for part in (f"/vsisubfile/0_{len(before)},{source}", f"GTIFF_DIR:1:{source}"):
        with pytest.raises(InputError) as caught:
            superresolve(dem=part, output=source, overwrite=True)
        assert caught.value.code == "output-is-input"
    assert source.read_bytes() == before


def test_a_name_may_be_as_long_as_the_file_system_lets_it(tmp_path: Path) -> None:
    path = tmp_path / f"{'n' * 251}.tif"
    with output(path) as made:
        made.write(*whole())
        made.finish()
    assert path.exists()
    for name in ("n" * 252, "latin\udce9"):
        with pytest.raises(InputError) as caught:
            check_output(tmp_path / f"{name}.tif", {}, overwrite=False)
        assert caught.value.code == "option-invalid" and caught.value.message.isprintable()


def test_a_folder_that_nobody_may_enter_is_refused(two_users: Path) -> None:
    (two_users / "private").mkdir(mode=0o700)
    os.seteuid(65534)
    with pytest.raises(InputError) as caught:
        check_output(two_users / "private" / "fine.tif", {}, overwrite=False)
    assert caught.value.code == "output-folder"


def test_another_users_file_in_a_folder_like_tmp_is_refused_before_any_work(two_users: Path) -> None:
    shared = two_users / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    (shared / "theirs.tif").touch()
    os.seteuid(65534)
    (shared / "ours.tif").touch()
    check_output(shared / "ours.tif", {}, overwrite=True)
    with pytest.raises(InputError) as caught:
        check_output(shared / "theirs.tif", {}, overwrite=True)
    assert caught.value.code == "output-folder" and "belongs to another user" in caught.value.message
