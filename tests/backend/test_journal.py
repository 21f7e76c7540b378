"""What a run that was killed leaves, and what the next one makes of it."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import models_for_tests
import numpy as np
import pytest
import rasterio
import rasters_for_tests
from affine import Affine

from backend import beside
from backend.cancel import Cancel
from backend.errors import Cancelled, InputError, ResourceError
from backend.events import Event, Log, Progress, Result
from backend.journal.journal import Journal, Kept
from backend.journal.key import key
from backend.lock import Lock, is_held
from backend.settings import Settings
from backend.superresolve import run
from backend.version import ROOT
from backend.windows import Window

TILES = 9
"""Of a run: 3 x 3."""
OPTIONS: dict[str, Any] = {"tile": 40, "threads": 2, "dem_error": 0.0}


class Stopped(Exception):
    """Raised in the middle of a run, like an error that nobody foresaw."""


@pytest.fixture
def folder(tmp_path: Path, dem: Path) -> Path:
    made = tmp_path / "made"
    made.mkdir()
    return made


def stopped(settings: Settings, after: int, error: type[BaseException] = Stopped) -> list[str]:
    """Runs until so many tiles are written, and fails then. What was said."""
    said: list[str] = []

    def tell(event: Event) -> None:
        if isinstance(event, Log):
            said.append(event.text)
        if isinstance(event, Progress) and event.message.startswith(f"Tile {after} of"):
            raise error

    with pytest.raises(error):
        run(settings, tell)
    return said


def finished(settings: Settings, results: list[Result] | None = None) -> list[str]:
    """Runs to the end. What was said; the result goes to `results`."""
    events: list[Event] = []
    made = run(settings, events.append)
    if results is not None:
        results.append(made)
    return [event.text for event in events if isinstance(event, Log)]


def settings(dem: Path, model: Path, folder: Path, **options: object) -> Settings:
    return Settings(dem=str(dem), output=str(folder / "fine.tif"), model=str(model), **{**OPTIONS, **options})  # type: ignore[arg-type]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_next_run_goes_on_and_makes_the_same(folder: Path, dem: Path, guide: Path, small_model: Path, tmp_path: Path) -> None:
    mine = settings(dem, small_model, folder, guide=str(guide))
    said = stopped(mine, 4)
    assert "4 of 9 tiles are kept" in said[-1] and "backend clean" in said[-1]
    assert [entry.kind for entry in beside.find(folder)] == ["journal"]
    made: list[Result] = []
    said = finished(mine, made)
    assert any("4 of 9 tiles are there from a run that was stopped: going on from them." in text for text in said)
    assert names(folder) == ["fine.tif"]
    assert 0 < made[-1].pixels_made < made[-1].pixels
    other = tmp_path / "other"
    other.mkdir()
    assert not any("going on" in text for text in finished(settings(dem, small_model, other, guide=str(guide))))
    assert np.array_equal(rasters_for_tests.read(folder / "fine.tif"), rasters_for_tests.read(other / "fine.tif"), equal_nan=True)


def test_all_outputs_and_the_report_go_on(folder: Path, dem: Path, tmp_path: Path) -> None:
    model = models_for_tests.write_model(tmp_path / "doubting.onnx", sigma=True)
    beside_it = {name: str(folder / f"{name}.tif") for name in ("uncertainty", "difference")}
    mine = settings(dem, model, folder, **beside_it, report=str(folder / "report.html"))
    stopped(mine, 5)
    finished(mine)
    there = {name: rasters_for_tests.read(folder / f"{name}.tif") for name in ("fine", "uncertainty", "difference")}
    page = (folder / "report.html").read_text()
    shutil.rmtree(folder)
    folder.mkdir()
    finished(mine)
    for name, values in there.items():
        assert np.array_equal(values, rasters_for_tests.read(folder / f"{name}.tif"), equal_nan=True), name
    table = page[page.index("What was changed") : page.index("<h2", page.index("What was changed"))]
    assert table in (folder / "report.html").read_text()


@pytest.mark.parametrize("hidden", [False, True])
def test_a_guide_that_is_known_nowhere_is_said(folder: Path, dem: Path, small_model: Path, tmp_path: Path, hidden: bool) -> None:
    """It lies in the first tile alone, which is taken from the journal, and there the DEM has no value, or has."""
    corner, transform = rasters_for_tests.image(30, 30), Affine(10, 0, 600_000, 0, -10, 5_200_000)
    guide = rasters_for_tests.write(tmp_path / "corner.tif", corner, transform=transform, descriptions=("NIR", "Red", "Green"))
    heights = rasters_for_tests.read(dem).astype(np.float32)
    if hidden:
        heights[:10, :10] = -32767
    rasters_for_tests.write(dem, heights, nodata=-32767)
    mine = settings(dem, small_model, folder, guide=str(guide), resolution=10.0)
    stopped(mine, 4)
    said = finished(mine)
    assert any("going on" in text for text in said)
    assert any("corner.tif, has no value on any pixel" in text for text in said) == hidden


def test_a_mosaic_without_a_part_that_nobody_needs_goes_on(folder: Path, small_model: Path, tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    path = rasters_for_tests.mosaic(tmp_path / "parts" / "m.vrt", missing=True)
    mine = settings(path, small_model, folder, extent=(600_000.0, 5_198_920.0, 600_600.0, 5_200_000.0), overwrite=True)
    stopped(mine, 2)
    assert any("going on" in text for text in finished(mine))
    stopped(mine, 2)
    east = tmp_path / "parts" / "tiles" / "east & more.tif"
    shutil.copy(east.with_name("west.tif"), east)
    assert not any("going on" in text for text in finished(mine))


@pytest.mark.parametrize(
    "changed", ["dem", "dem's time", "guide", "guide's bands", "model", "error", "tile", "thorough", "threads", "extent"]
)
def test_tiles_of_another_run_are_never_mixed_in(
    folder: Path, tmp_path: Path, dem: Path, guide: Path, small_model: Path, changed: str
) -> None:
    mine = settings(dem, small_model, folder, guide=str(guide))
    stopped(mine, 4)
    values = rasters_for_tests.read(dem)
    options: dict[str, object] = {"guide": str(guide)}
    model = small_model
    if changed == "dem":
        values[3, 3] += 1
        rasters_for_tests.write(dem, values.astype(np.float32))
    elif changed == "dem's time":
        os.utime(dem)
    elif changed == "guide":
        options.pop("guide")
        options["resolution"] = 10.0
    elif changed == "guide's bands":
        options["guide_bands"] = (3, 2, 1)
    elif changed == "threads":  # sums in another order are other sums
        options["threads"] = 1
    elif changed == "model":
        model = models_for_tests.write_model(tmp_path / "stronger.onnx", strength=1.1)
    elif changed == "error":
        options["dem_error"] = 1.0
    elif changed == "tile":
        options["tile"] = 44
    elif changed == "thorough":
        options["thorough"] = True
    else:
        options["extent"] = (600_000.0, 5_199_100.0, 601_100.0, 5_200_000.0)
    said = finished(settings(dem, model, folder, **options))
    if changed == "dem's time":  # The same bytes are the same input.
        assert any("going on" in text for text in said) and names(folder) == ["fine.tif"]
        return
    assert not any("going on" in text for text in said)
    assert any("not used" in text for text in said)
    other = tmp_path / "other"
    other.mkdir()
    finished(settings(dem, model, other, **options))
    assert np.array_equal(rasters_for_tests.read(folder / "fine.tif"), rasters_for_tests.read(other / "fine.tif"), equal_nan=True)
    assert [entry.kind for entry in beside.find(folder)] == ["journal"], "the other run's tiles are still there"


@pytest.mark.parametrize("damage", ["cut", "empty", "flipped", "foreign", "gone"])
def test_a_damaged_tile_is_made_again(folder: Path, tmp_path: Path, dem: Path, small_model: Path, damage: str) -> None:
    mine = settings(dem, small_model, folder)
    stopped(mine, 4)
    tiles = sorted(folder.rglob("*.tile"))
    assert len(tiles) == 4
    content = bytearray(tiles[0].read_bytes())
    if damage == "cut":
        tiles[0].write_bytes(content[: len(content) // 2])
    elif damage == "empty":
        tiles[0].write_bytes(b"")
    elif damage == "flipped":
        content[len(content) // 3] ^= 1
        tiles[0].write_bytes(content)
    elif damage == "foreign":
        tiles[0].write_bytes(b"PK\x03\x04 no archive at all")
    else:
        tiles[0].unlink()
    finished(mine)
    other = tmp_path / "other"
    other.mkdir()
    finished(settings(dem, small_model, other))
    assert np.array_equal(rasters_for_tests.read(folder / "fine.tif"), rasters_for_tests.read(other / "fine.tif"), equal_nan=True)


def test_what_cannot_be_read_for_a_moment_is_not_thrown_away(
    folder: Path, dem: Path, small_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = settings(dem, small_model, folder)
    stopped(mine, 4)
    read = Path.read_text

    def hiccup(path: Path, *args: Any, **options: Any) -> str:
        if path.name == "run.json":
            raise OSError(errno.EIO, "Input/output error")
        return read(path, *args, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_text", hiccup)
        with pytest.raises(ResourceError, match=r"cannot be read .Input/output error"):
            run(mine, lambda event: None)
    assert len(list(folder.rglob("*.tile"))) == 4
    assert any("going on" in text for text in finished(mine))


def test_no_flipped_bit_goes_unnoticed(tmp_path: Path) -> None:
    """Each of the archive's bits."""
    window = Window(0, 0, 6, 5)
    kept = Kept({"elevation": np.arange(30, dtype=np.float32).reshape(5, 6)}, np.ones((5, 6), np.bool_), 3)
    journal = Journal(tmp_path / "fine.tif", "a" * 64, "command")
    journal.keep(window, kept)
    tile = next(tmp_path.rglob("*.tile"))
    content = tile.read_bytes()
    noticed = 0
    for place in range(8 * len(content)):
        flipped = bytearray(content)
        flipped[place // 8] ^= 1 << place % 8
        tile.write_bytes(flipped)
        again = journal.load(window, ["elevation"])
        noticed += again is None
        # A bit that nobody reads, of a date in the archive, is none of our business.
        assert again is None or (
            np.array_equal(again.values["elevation"], kept.values["elevation"]) and again.known.all() and again.guided == kept.guided
        )
    assert noticed > 4 * len(content)


def test_an_error_in_the_model_or_a_cancel_keeps_nothing(folder: Path, dem: Path, small_model: Path) -> None:
    assert not any("are kept" in text for text in stopped(settings(dem, small_model, folder), 4, Cancelled))
    assert names(folder) == []


def test_a_stop_by_the_system_keeps_the_tiles(folder: Path, dem: Path, small_model: Path) -> None:
    cancel = Cancel()

    def tell(event: Event) -> None:
        if isinstance(event, Progress) and event.message.startswith("Tile 3 of"):
            cancel.request(keep=True)

    with pytest.raises(Cancelled):
        run(settings(dem, small_model, folder), tell, cancel)
    assert len(list(folder.rglob("*.tile"))) >= 3
    assert any("going on" in text for text in finished(settings(dem, small_model, folder)))


def test_one_tile_needs_no_journal(folder: Path, dem: Path, small_model: Path) -> None:
    stopped(settings(dem, small_model, folder, tile=512), 1)
    assert names(folder) == []


def test_what_was_there_stays_until_the_end(folder: Path, dem: Path, small_model: Path) -> None:
    (folder / "fine.tif").write_bytes(b"older")
    mine = settings(dem, small_model, folder, overwrite=True)
    stopped(mine, 8)
    assert (folder / "fine.tif").read_bytes() == b"older"
    finished(mine)
    assert names(folder) == ["fine.tif"] and rasters_for_tests.read(folder / "fine.tif").shape == (108, 120)


def test_a_kill_while_names_are_given_is_put_right(folder: Path, dem: Path, small_model: Path) -> None:
    """On a file system without links an older output has no name for a moment."""
    output = folder / "fine.tif"
    aside = Path(f"{beside.prefix_of_run(output)}older.tif")
    (folder / aside.name).write_bytes(b"older")
    with pytest.raises(InputError, match="exists again") as raised:
        finished(settings(dem, small_model, folder))
    assert raised.value.code == "output-exists" and output.read_bytes() == b"older" and names(folder) == ["fine.tif"]


def test_two_runs_onto_one_output(folder: Path, dem: Path, small_model: Path) -> None:
    mine = settings(dem, small_model, folder)
    with Lock(folder / "fine.tif"), pytest.raises(InputError) as raised:
        finished(mine)
    assert raised.value.code == "output-busy"
    assert str(folder / "fine.tif") in raised.value.message and f"process {os.getpid()}" in raised.value.message
    assert names(folder) == []
    finished(mine)


def test_a_second_process_is_refused_by_name_of_the_first(folder: Path, tmp_path: Path, small_model: Path) -> None:
    rasters_for_tests.write(tmp_path / "large.tif", rasters_for_tests.terrain(700, 700).astype(np.float32))
    command = [sys.executable, "-m", "backend", "superresolve", str(tmp_path / "large.tif"), str(folder / "fine.tif")]
    command += ["--model", str(small_model), "--tile", "16"]
    first = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        lock = beside.of(folder / "fine.tif", beside.LOCK)
        begun = time.monotonic()
        while not is_held(lock):
            assert time.monotonic() - begun < 60 and first.poll() is None
            time.sleep(0.05)
        second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        assert second.returncode == 2 and f"process {first.pid}" in second.stderr
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    # The system let go of the lock.
    third = subprocess.run([*command[:-1], "1000"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert third.returncode == 0, third.stderr
    assert not lock.exists()


def test_the_output_that_is_locked_may_be_any_of_a_run(folder: Path, dem: Path, tmp_path: Path) -> None:
    model = models_for_tests.write_model(tmp_path / "doubting.onnx", sigma=True)
    with Lock(folder / "sigma.tif"), pytest.raises(InputError, match=r"sigma\.tif"):
        finished(settings(dem, model, folder, uncertainty=str(folder / "sigma.tif")))


def test_a_disk_without_room_for_the_tiles_is_noticed_before(
    folder: Path, dem: Path, small_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = 108 * 120 * 12  # Enough for the output, not for its tiles too.
    usage = shutil.disk_usage(folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=room))
    with pytest.raises(ResourceError) as raised:
        finished(settings(dem, small_model, folder))
    assert raised.value.code == "disk-full" and names(folder) == []


def test_a_key_knows_its_files_by_their_content(tmp_path: Path) -> None:
    def nothing() -> None:
        return None

    files = [tmp_path / "a", tmp_path / "b"]
    for file in files:
        file.write_bytes(b"content")
    first = key([map(str, files)], {"tile": 1}, nothing)
    assert first == key([map(str, reversed(files))], {"tile": 1}, nothing)
    assert first != key([map(str, files)], {"tile": 2}, nothing)
    files[1].write_bytes(b"Content")
    assert first != key([map(str, files)], {"tile": 1}, nothing)
    for name in ("/vsizip/there.zip/a", 'NETCDF:"a.nc":z', "https://example.org/a.tif"):
        assert key([[str(files[0]), name]], {}, nothing) is None
    dem, guide = ([str(file)] for file in files)
    assert key([dem, guide], {}, nothing) != key([guide, dem], {}, nothing)


def test_of_many_large_files_a_key_reads_no_more_than_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And knows them by their times and ends; the small ones among them by all that they hold."""
    monkeypatch.setattr("backend.journal.key.WHOLE", 100_000)
    monkeypatch.setattr("backend.journal.key._PIECE", 2**17)
    read = 0

    def count() -> None:
        nonlocal read
        read += 1

    names = [tmp_path / f"{number}.tif" for number in range(200)]
    for name in names:
        name.write_bytes(bytes(80_000))
    small = tmp_path / "small.tif"
    small.write_bytes(bytes(10_000))

    def now() -> str | None:
        return key([map(str, [*names, small])], {}, count)

    first = now()
    assert read < 5 * len(names)
    for file, place in ((small, 5_000), (names[7], 0), (names[199], 79_999)):
        stat = file.stat()
        changed = bytearray(file.read_bytes())
        changed[place] = 1
        file.write_bytes(changed)
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        second = now()
        assert second != first
        first = second
    os.utime(names[3], ns=(0, 0))
    assert now() != first


def test_a_dem_and_a_guide_that_are_exchanged_are_another_run(folder: Path, tmp_path: Path, small_model: Path) -> None:
    """Both could be either: stacks of three bands on one grid."""
    hills = np.repeat(rasters_for_tests.terrain(36, 40)[None].astype(np.float32), 3, axis=0)
    stacks = [rasters_for_tests.write(tmp_path / f"{name}.tif", hills + more) for name, more in (("a", 0), ("b", 1000))]

    def of(dem: Path, guide: Path) -> Settings:
        return settings(dem, small_model, folder, guide=str(guide), guide_bands=(1, 2, 3), resolution=10.0)

    stopped(of(*stacks[::-1]), 4)
    assert not any("going on" in text for text in finished(of(*stacks)))
    assert np.nanmax(rasters_for_tests.read(folder / "fine.tif")) < 1000 + hills.min()


def test_another_raster_of_the_same_file_is_another_run(folder: Path, tmp_path: Path, small_model: Path) -> None:
    """Two tables of a GeoPackage: one file, and one grid."""
    for number, table in enumerate(("hills", "dales")):
        more = {"APPEND_SUBDATASET": "YES"} if number else {}
        values = (rasters_for_tests.terrain(36, 40) + 100 * number).astype(np.float32)
        profile: dict[str, Any] = {
            "driver": "GPKG",
            "width": 40,
            "height": 36,
            "count": 1,
            "dtype": "float32",
            "crs": rasters_for_tests.UTM,
        }
        with rasterio.open(
            tmp_path / "land.gpkg", "w", RASTER_TABLE=table, transform=rasters_for_tests.DEM_TRANSFORM, **profile, **more
        ) as made:
            made.write(values, 1)

    def of(table: str) -> Settings:
        return settings(f"GPKG:{tmp_path / 'land.gpkg'}:{table}", small_model, folder)  # type: ignore[arg-type]

    stopped(of("hills"), 4)
    assert not any("going on" in text for text in finished(of("dales")))
    assert np.nanmean(rasters_for_tests.read(folder / "fine.tif")) > 1050


def test_a_mosaics_parts_count(folder: Path, tmp_path: Path, dem: Path, small_model: Path) -> None:
    with rasterio.open(dem) as dataset:
        transform = dataset.transform
    mosaic = tmp_path / "mosaic.vrt"
    mosaic.write_text(
        f'<VRTDataset rasterXSize="40" rasterYSize="36"><SRS>EPSG:32632</SRS><GeoTransform>{", ".join(map(str, Affine.to_gdal(transform)))}'
        f'</GeoTransform><VRTRasterBand dataType="Float32" band="1"><SimpleSource><SourceFilename relativeToVRT="1">{dem.name}'
        "</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    mine = settings(mosaic, small_model, folder)
    stopped(mine, 4)
    values = rasters_for_tests.read(dem)
    values[0, 0] += 1
    rasters_for_tests.write(dem, values.astype(np.float32))
    assert not any("going on" in text for text in finished(mine))


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What killing_for_tests.py wants."""
    made = tmp_path_factory.mktemp("kills")
    rasters_for_tests.write(made / "dem.tif", rasters_for_tests.terrain(96, 96).astype(np.float32))
    shape, transform = rasters_for_tests.image(288, 288), Affine(10, 0, 600_000, 0, -10, 5_200_000)
    rasters_for_tests.write(made / "guide.tif", shape, transform=transform, descriptions=("NIR", "Red", "Green"))
    models_for_tests.write_model(made / "model.onnx", sigma=True)
    yield made


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork; there is no SIGKILL there either")
def test_two_hundred_kills_corrupt_nothing(inputs: Path) -> None:
    script = Path(__file__).with_name("killing_for_tests.py")
    seed = int(time.time())
    command = [sys.executable, str(script), str(inputs), "200", str(seed)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, f"seed {seed}\n{done.stderr}"
    counted = json.loads(done.stdout)
    print(counted)
    assert counted["kills"] >= 200 and counted["went on"] >= 50 and counted["in compression or naming"] >= 20


def test_a_tile_of_other_sizes_than_its_window_is_none(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "fine.tif", "a" * 64, "python -m backend superresolve dem.tif fine.tif")
    window, whole = Window(0, 0, 40, 30), np.ones((30, 40), np.bool_)
    for values, known in ((np.zeros((30, 39), np.float32), whole), (np.zeros((30, 40), np.float32), whole[:29])):
        journal.keep(window, Kept({"elevation": values}, known, 0))
        assert journal.load(window, ["elevation"]) is None
        assert window not in journal.finished
    journal.keep(window, Kept({"elevation": np.zeros((30, 40), np.float32)}, whole, 7))
    kept = journal.load(window, ["elevation"])
    assert kept is not None and kept.guided == 7
