"""What can be written beside the DEM, its uncertainty and its difference from cubic resampling: what they hold; all appear or none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import models_for_tests
import numpy as np
import pytest
import rasterio
import rasters_for_tests
from processes_for_tests import peak_memory
from rasterio.shutil import copy as rasterio_copy
from test_command import call, running

from backend import models
from backend import output as output_module
from backend.cancel import Cancel
from backend.errors import BackendError, Cancelled, InputError, ResourceError
from backend.events import Event, Log, Progress, Result, from_line
from backend.outputs import check_spaces
from backend.settings import Settings
from backend.superresolve import run

Superresolve = Callable[..., np.ndarray]
NAMES = ("fine.tif", "sigma.tif", "added.tif")


@pytest.fixture(scope="session")
def doubting_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small model, whose sigma is as large as what it adds."""
    return models_for_tests.write_model(tmp_path_factory.mktemp("models") / "doubting.onnx", sigma=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "out"
    made.mkdir()
    return made


def settings(dem: Path, model: Path, folder: Path, **options: object) -> Settings:
    paths = dict(zip(("output", "uncertainty", "difference"), (str(folder / name) for name in NAMES), strict=True))
    return Settings(**{"dem": str(dem), "model": str(model), "dem_error": 0.0, "threads": 2, **paths, **options})  # type: ignore[arg-type]


@dataclass
class Three:
    """What three files hold, NaN where they have no data."""

    elevation: np.ndarray
    uncertainty: np.ndarray
    difference: np.ndarray


def made(dem: Path, model: Path, folder: Path, **options: object) -> Three:
    run(settings(dem, model, folder, **options), lambda event: None)
    return Three(*(rasters_for_tests.read(folder / name) for name in NAMES))


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


# --- what they hold


def test_the_difference_is_what_the_network_added_to_its_input(
    tmp_path: Path, folder: Path, dem: Path, guide: Path, doubting_model: Path, superresolve: Superresolve
) -> None:
    """A model of no strength gives its input back: the DEM by cubic resampling, as the network gets it."""
    idle = models_for_tests.write_model(tmp_path / "idle.onnx", strength=0.0)
    cubic = superresolve(dem, guide=guide, model=idle)
    three = made(dem, doubting_model, folder, guide=str(guide), tile=48)
    np.testing.assert_allclose(three.difference, three.elevation - cubic, atol=2e-4)
    assert np.abs(three.difference).max() > 0.1
    shutil.rmtree(folder)
    folder.mkdir()
    run(settings(dem, idle, folder, uncertainty=None), lambda event: None)
    assert (rasters_for_tests.read(folder / "added.tif") == 0).all()


def test_the_uncertainty_is_the_models_sigma(folder: Path, dem: Path, guide: Path, doubting_model: Path) -> None:
    three = made(dem, doubting_model, folder, guide=str(guide))
    np.testing.assert_allclose(three.uncertainty, np.abs(three.difference), atol=2e-4)
    assert three.uncertainty.max() > 0.1


def test_they_do_not_depend_on_the_tiles(folder: Path, dem: Path, guide: Path, doubting_model: Path) -> None:
    whole = made(dem, doubting_model, folder, guide=str(guide))
    tiled = made(dem, doubting_model, folder, guide=str(guide), tile=32, overwrite=True)
    np.testing.assert_allclose(tiled.uncertainty, whole.uncertainty, atol=1e-3)
    np.testing.assert_allclose(tiled.difference, whole.difference, atol=1e-3)


def test_a_gap_is_a_gap_in_all_of_them(tmp_path: Path, folder: Path, doubting_model: Path) -> None:
    heights = rasters_for_tests.terrain(36, 40).astype(np.float32)
    heights[10:15, 12:20] = -32767
    heights[:, 34:] = -32767
    dem = rasters_for_tests.write(tmp_path / "gaps.tif", heights, nodata=-32767)
    three = made(dem, doubting_model, folder, tile=16)
    gaps = np.isnan(three.elevation)
    assert gaps.any() and not gaps.all()
    assert (np.isnan(three.uncertainty) == gaps).all() and (np.isnan(three.difference) == gaps).all()


def test_feet_are_feet(tmp_path: Path, folder: Path, dem: Path, doubting_model: Path) -> None:
    with rasterio.open(dem) as dataset:
        heights = dataset.read(1)
    in_feet = rasters_for_tests.write(tmp_path / "feet.tif", (heights / 0.3048).astype(np.float32))
    with rasterio.open(in_feet, "r+") as dataset:
        dataset.set_band_unit(1, "ft")
    metres = made(dem, doubting_model, folder)
    feet = made(in_feet, doubting_model, folder, overwrite=True)
    said = run(settings(in_feet, doubting_model, folder, overwrite=True), lambda event: None)
    assert said.metres_per_unit == 0.3048, "so that QGIS shades heights and pixels in one unit"
    np.testing.assert_allclose(feet.difference * 0.3048, metres.difference, atol=2e-3)
    np.testing.assert_allclose(feet.uncertainty * 0.3048, metres.uncertainty, atol=2e-3)
    for name in NAMES:
        with rasterio.open(folder / name) as dataset:
            assert dataset.units == ("ft",)


def test_they_lie_on_the_same_grid_and_say_what_they_are(folder: Path, dem: Path, guide: Path, doubting_model: Path) -> None:
    made(dem, doubting_model, folder, guide=str(guide))
    with (
        rasterio.open(folder / "fine.tif") as fine,
        rasterio.open(folder / "sigma.tif") as sigma,
        rasterio.open(folder / "added.tif") as added,
    ):
        for dataset in (sigma, added):
            assert (dataset.crs, dataset.transform, dataset.shape) == (fine.crs, fine.transform, fine.shape)
            assert (dataset.nodata, dataset.dtypes, dataset.units) == (fine.nodata, fine.dtypes, ("m",))
            assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert dataset.tags() == fine.tags() and dataset.tags()["SIRAN_MODEL_SHA256"] == models.load(doubting_model).sha256
        assert sigma.descriptions == ("expected error of the elevation, 1 standard deviation",)
        assert added.descriptions == ("elevation minus cubic resampling of the input",)


def test_each_can_be_had_alone(folder: Path, dem: Path, doubting_model: Path, small_model: Path) -> None:
    run(settings(dem, doubting_model, folder, difference=None), lambda event: None)
    assert sorted(held(folder)) == ["fine.tif", "sigma.tif"]
    shutil.rmtree(folder)
    folder.mkdir()
    result = run(settings(dem, small_model, folder, uncertainty=None), lambda event: None)
    assert sorted(held(folder)) == ["added.tif", "fine.tif"]
    assert (result.uncertainty, result.difference) == (None, str(folder / "added.tif"))


# --- what is refused


def refused(code: str, asked: Settings) -> BackendError:
    """The error of a run that says nothing of any tile."""
    events: list[Event] = []
    with pytest.raises(BackendError) as caught:
        run(asked, events.append)
    assert caught.value.code == code and caught.value.hint
    assert not any(isinstance(event, Progress) for event in events)
    return caught.value


def test_a_model_without_sigma_is_refused_before_any_work(folder: Path, dem: Path, small_model: Path) -> None:
    (folder / "fine.tif").write_bytes(b"older")
    error = refused("sigma-missing", settings(dem, small_model, folder, overwrite=True))
    assert isinstance(error, InputError) and "small" in error.message and "--uncertainty" in error.hint
    assert held(folder) == {"fine.tif": b"older"}


def test_an_uncertainty_far_beyond_the_ratios_of_the_training_is_refused(folder: Path, dem: Path, doubting_model: Path) -> None:
    """It would be a fraction of the errors. The result alone is warned of."""
    error = refused("option-invalid", settings(dem, doubting_model, folder, resolution=30 / 4.5))
    assert "4.5 times the resolution" in error.message and "--uncertainty" in error.hint and held(folder) == {}
    events: list[Event] = []
    run(settings(dem, doubting_model, folder, resolution=30 / 4.5, uncertainty=None), events.append)
    assert any(isinstance(event, Log) and "adds next to nothing" in event.text for event in events)


@pytest.mark.parametrize("same", ["sigma.tif", "../out/sigma.tif", "link.tif"])
def test_one_file_cannot_be_two_outputs(folder: Path, dem: Path, doubting_model: Path, same: str) -> None:
    (folder / "link.tif").symlink_to("sigma.tif")
    error = refused("outputs-same", settings(dem, doubting_model, folder, difference=str(folder / same), overwrite=True))
    assert "--uncertainty" in error.message and "--difference" in error.message
    (folder / "link.tif").unlink()
    assert held(folder) == {}


@pytest.mark.parametrize("option", ["uncertainty", "difference"])
def test_inputs_and_files_that_exist_are_safe(tmp_path: Path, folder: Path, dem: Path, doubting_model: Path, option: str) -> None:
    shutil.copy(dem, tmp_path / "source.tif")
    rasterio_copy(tmp_path / "source.tif", tmp_path / "mosaic.vrt", driver="VRT")
    before = held(tmp_path)
    refused("output-is-input", settings(dem, doubting_model, folder, overwrite=True, **{option: str(dem)}))
    refused(
        "output-is-input",
        settings(tmp_path / "mosaic.vrt", doubting_model, folder, overwrite=True, **{option: str(tmp_path / "source.tif")}),
    )
    refused("output-exists", settings(dem, doubting_model, folder, **{option: str(tmp_path / "source.tif")}))
    refused("option-invalid", settings(dem, doubting_model, folder, **{option: str(folder / "picture.png")}))
    refused("output-folder", settings(dem, doubting_model, folder, **{option: str(folder / "no" / "where.tif")}))
    assert held(tmp_path) == before and held(folder) == {}


def test_the_disk_must_hold_all_of_them(folder: Path) -> None:
    half = int(shutil.disk_usage(folder).free / 2 / output_module._BYTES_PER_PIXEL)
    check_spaces([folder / "fine.tif"], half)
    with pytest.raises(ResourceError) as caught:
        check_spaces([folder / name for name in NAMES], half)
    assert caught.value.code == "disk-full"


# --- all or nothing


def at_the_end(action: Callable[[], object]) -> Callable[[Event], None]:
    """A sink that acts when all tiles are written and no output has its name."""

    def sink(event: Event) -> None:
        if isinstance(event, Progress) and event.message.startswith("Compressing"):
            action()

    return sink


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("last", ["a folder", "a file of another run"])
def test_what_cannot_get_its_name_takes_the_others_names_back(
    folder: Path, dem: Path, doubting_model: Path, monkeypatch: pytest.MonkeyPatch, links: bool, last: str
) -> None:
    """`links`: whether the file system has them."""

    def refuse(*_: object) -> None:
        raise PermissionError("no links here")

    if not links:
        monkeypatch.setattr("os.link", refuse)
    older = {"fine.tif": b"older", "sigma.tif": b"older too"} if last == "a folder" else {}
    for name, content in older.items():
        (folder / name).write_bytes(content)
    (folder / "fine.tif.aux.xml").write_bytes(b"<PAMDataset/>")

    def disturb() -> None:
        if last == "a folder":
            (folder / "added.tif").mkdir()
        else:
            (folder / "added.tif").write_bytes(b"the other run's")

    with pytest.raises(BackendError) as caught:
        run(settings(dem, doubting_model, folder, overwrite=last == "a folder"), at_the_end(disturb))
    assert "added.tif" in caught.value.message
    kept = {**older, "fine.tif.aux.xml": b"<PAMDataset/>"}
    if last == "a file of another run":
        assert caught.value.code == "output-exists"
        kept["added.tif"] = b"the other run's"
    assert held(folder) == kept


def hold_open(monkeypatch: pytest.MonkeyPatch, is_held: Callable[[Path, Path], bool]) -> None:
    """As on Windows, where a file that another program has open cannot be replaced: `is_held` of what replaces and of what is replaced."""
    replace_it = os.replace

    def in_use(source: Path, target: Path) -> None:
        if is_held(source, target):
            raise PermissionError(13, "in use")
        replace_it(source, target)

    monkeypatch.setattr("backend.together.os.replace", in_use)


def with_older(folder: Path) -> dict[str, bytes]:
    """What all outputs' names have, now in the folder."""
    older = {name: f"older {name}".encode() for name in NAMES}
    for name, content in older.items():
        (folder / name).write_bytes(content)
    return older


def test_what_cannot_be_given_back_is_kept_and_said_and_the_others_have_theirs(
    folder: Path, dem: Path, doubting_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = with_older(folder)
    second, third = (folder / name for name in NAMES[1:])
    hold_open(monkeypatch, lambda source, target: target == third or (target == second and "older" in Path(source).name))
    with pytest.raises(ResourceError) as caught:
        run(settings(dem, doubting_model, folder, overwrite=True), lambda _event: None)
    kept = {name: content for name, content in held(folder).items() if name not in NAMES}
    assert len(kept) == 1 and older[NAMES[1]] in kept.values()
    assert f"{folder / NAMES[1]} could not be made what it was before (in use)" in caught.value.message
    assert str(folder / next(iter(kept))) in caught.value.message and caught.value.hint.startswith("Rename")
    assert [(folder / NAMES[number]).read_bytes() for number in (0, 2)] == [older[NAMES[0]], older[NAMES[2]]]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_an_output_that_another_program_holds_open_is_said_to_be(
    folder: Path, dem: Path, doubting_model: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    older = with_older(folder)
    hold_open(monkeypatch, lambda _, target: target == folder / NAMES[number])
    with pytest.raises(ResourceError) as caught:
        run(settings(dem, doubting_model, folder, overwrite=True), lambda _event: None)
    assert caught.value.code == "output-open" and caught.value.message.startswith(f"{folder / NAMES[number]} cannot be replaced")
    assert held(folder) == older


@pytest.mark.parametrize("links", [True, False])
def test_all_that_exist_are_replaced_at_the_end(
    folder: Path, dem: Path, doubting_model: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError("no links here")

    if not links:
        monkeypatch.setattr("os.link", refuse)
    before = {**dict.fromkeys(NAMES, b"older"), "sigma.tif.aux.xml": b"<PAMDataset/>"}
    for name, content in before.items():
        (folder / name).write_bytes(content)
    seen: list[dict[str, bytes]] = []
    run(
        settings(dem, doubting_model, folder, overwrite=True),
        at_the_end(lambda: seen.append({name: content for name, content in held(folder).items() if not name.startswith(".")})),
    )
    assert seen == [before]
    assert sorted(held(folder)) == sorted(NAMES)
    assert all(np.isfinite(rasters_for_tests.read(folder / name)).all() for name in NAMES)


def test_a_cancel_at_the_end_leaves_what_was_there(folder: Path, dem: Path, doubting_model: Path) -> None:
    (folder / "sigma.tif").write_bytes(b"older")
    cancel = Cancel()
    with pytest.raises(Cancelled):
        run(settings(dem, doubting_model, folder, overwrite=True), at_the_end(cancel.request), cancel)
    assert held(folder) == {"sigma.tif": b"older"}


# --- as a command


def test_the_result_event_names_them(folder: Path, dem: Path, doubting_model: Path, small_model: Path) -> None:
    extra = ["--uncertainty", folder / "sigma.tif", "--difference", folder / "added.tif"]
    with running(folder, dem, folder / "fine.tif", *extra, "--model", doubting_model) as process:
        assert process.stdout is not None
        result = from_line(process.stdout.read().splitlines()[-1])
    assert isinstance(result, Result), result
    assert [result.path, result.uncertainty, result.difference] == [str(folder / name) for name in NAMES]
    assert sorted(held(folder)) == sorted(NAMES)
    done = call("superresolve", dem, folder / "fine.tif", *extra, "--model", doubting_model, "--overwrite")
    assert done.returncode == 0 and all(name in done.stderr.splitlines()[-1] for name in NAMES)
    done = call("superresolve", dem, folder / "other.tif", "--uncertainty", folder / "other sigma.tif", "--model", small_model)
    assert done.returncode == 2 and len(done.stderr.splitlines()[-2:]) == 2 and "uncertainty" in done.stderr


def test_the_end_of_the_parent_leaves_none(tmp_path: Path, folder: Path, doubting_model: Path) -> None:
    rasters_for_tests.write(tmp_path / "large.tif", rasters_for_tests.terrain(700, 700).astype(np.float32))
    extra = ["--uncertainty", folder / "sigma.tif", "--difference", folder / "added.tif"]
    with running(tmp_path, "large.tif", folder / "fine.tif", *extra, "--model", doubting_model, "--tile", "16") as process:
        assert process.stdout is not None and process.stdin is not None
        while not isinstance(from_line(process.stdout.readline()), Progress):
            pass
        assert len(held(folder)) == 6  # with their locks
        process.stdin.close()
        assert process.wait(10) == 1
    assert held(folder) == {}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process's own peak of memory")
@pytest.mark.slow
def test_memory_depends_on_the_tile_with_all_outputs(tmp_path: Path, doubting_model: Path) -> None:
    taken = []
    for times in (1, 5):
        raster = rasters_for_tests.write(
            tmp_path / f"{times}.tif", np.tile(rasters_for_tests.terrain(300, 300), (times, times)).astype(np.float32)
        )
        outputs = [tmp_path / f"{name}{times}.tif" for name in ("fine", "sigma", "added")]
        extra = ["--uncertainty", outputs[1], "--difference", outputs[2]]
        taken.append(peak_memory("superresolve", raster, outputs[0], *extra, "--model", doubting_model, "--tile", "256") / 2**20)
    # 25 times as many pixels, three times 80 MB of them, may cost what blocks GDAL keeps at hand: at most 256 MB in all, 80 of each file.
    assert taken[1] - taken[0] < 192
