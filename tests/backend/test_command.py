"""The command as a person and as the plugin start it: real processes, exit statuses, the event stream, cancel, end-of-file."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import models_for_tests
import numpy as np
import pytest
import rasterio
from affine import Affine
from processes_for_tests import peak_memory
from rasterio.errors import NodataShadowWarning, NotGeoreferencedWarning
from rasters_for_tests import DEM_TRANSFORM, image, read, terrain, write

from backend import beside
from backend.events import Failure, Log, Progress, Result, from_line
from backend.version import ROOT, version

COMMAND = [sys.executable, "-m", "backend"]


def call(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False, **options)


def test_help_needs_nothing_heavy() -> None:
    """What takes long to import is not imported; seconds are measured in benchmarks, not here."""
    code = """
import sys
from backend.cli import cli
cli.main(['superresolve', '--help'], standalone_mode=False)
print(sorted(sys.modules), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "--guide-bands" in done.stdout
    for module in ("numpy", "rasterio", "onnxruntime", "torch", "pyproj"):
        assert f"'{module}'" not in done.stderr


def test_a_person_gets_a_closing_sentence(tmp_path: Path, dem: Path, guide: Path, small_model: Path) -> None:
    done = call("superresolve", dem, tmp_path / "fine.tif", "--guide", guide, "--model", small_model)
    assert done.returncode == 0 and done.stdout == ""
    last = done.stderr.splitlines()[-1]
    assert str(tmp_path / "fine.tif") in last and "120 x 108" in last and "pixels/s" in last and "CPUExecutionProvider" in last


def test_the_event_stream(tmp_path: Path, dem: Path, guide: Path, small_model: Path) -> None:
    output = tmp_path / "fine.tif"
    with subprocess.Popen(
        [*COMMAND, "superresolve", str(dem), str(output), "--guide", str(guide), "--model", str(small_model), "--events"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        events = [from_line(line) for line in process.stdout]
        assert process.wait(20) == 0
    result = events[-1]
    assert isinstance(result, Result) and not any(isinstance(event, (Result, Failure)) for event in events[:-1])
    assert any(isinstance(event, Progress) for event in events)
    assert result.path == str(output) and result.provider == "CPUExecutionProvider" and result.pixels == 120 * 108
    assert result.grid["width"] == 120 and result.grid["transform"] == [10, 0, 600_000, 0, -10, 5_200_000]
    assert result.grid["pixel_size"] == pytest.approx(10, rel=1e-3)
    assert result.model["name"] == "small" and len(result.model["sha256"]) == 64
    assert np.isfinite(read(output)).all()


def test_info(small_model: Path) -> None:
    models_for_tests.write_model(small_model.parent / "broken.onnx", model_card=None)
    try:
        done = call("info", "--json", env={**os.environ, "SIRAN_MODELS": str(small_model.parent)})
    finally:
        (small_model.parent / "broken.onnx").unlink()
    told = json.loads(done.stdout)
    assert told.keys() == {"version", "python", "packages", "devices", "models"}
    cpu = next(device for device in told["devices"] if device["name"] == "cpu")
    assert cpu == {"name": "cpu", "provider": "CPUExecutionProvider", "available": True, "reason": ""}
    by_name = {model["name"]: model for model in told["models"]}
    assert by_name["small"]["card"]["halo"] == models_for_tests.HALO and "card" in by_name["broken"]["error"]
    assert "Devices" in call("info").stdout


def on_a_terminal(*arguments: object, **environment: str) -> str:
    """What the command writes there."""
    ours, its = os.openpty()
    command = [*COMMAND, *map(str, arguments)]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=its, stderr=its, stdin=subprocess.DEVNULL)
    os.close(its)
    said = b""
    with contextlib.suppress(OSError):  # how Linux says that nobody has the other end any more
        while part := os.read(ours, 4096):
            said += part
    os.close(ours)
    process.wait(60)
    return said.decode().replace("\r\n", "\n")


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="Windows has no terminals of this kind")
def test_what_strangers_wrote_does_nothing_to_a_terminal(tmp_path: Path, dem: Path) -> None:
    """Titles of cards and names of files: no colours, no bell, no line that looks like one of ours."""
    title = "T\x1b]0;pwned\x07\x1b[31mred\nDevices: all\u202e"
    models_for_tests.write_model(tmp_path / "odd.onnx", model_card=models_for_tests.card("odd", title=title, licence="\x9b2J"))
    said = on_a_terminal("info", SIRAN_MODELS=str(tmp_path))
    assert r"T\x1b]0;pwned\x07\x1b[31mred\nDevices: all\u202e, \x9b2J" in said and "\nDevices: all" not in said
    assert not set("\x1b\x07\x9b\u202e") & set(said)
    name = "\x1b[31mx\x07\nSaved.tif"
    said = on_a_terminal("superresolve", tmp_path / name, tmp_path / "fine.tif")
    assert r"\x1b[31mx\x07\nSaved.tif, does not exist." in said and not set("\x1b\x07") & set(said)
    said = on_a_terminal("superresolve", dem.rename(tmp_path / name), tmp_path / f"fine{name}", "--model", tmp_path / "odd.onnx")
    drawing = re.compile(r"\x1b\[(\?25[lh]|K)")  # the progress bar's
    assert r"fine\x1b[31mx\x07\nSaved.tif: 120 x 108" in said and not set("\x1b\x07\x9b") & set(drawing.sub("", said))
    words = ["compare", tmp_path / name, tmp_path / name, "--coregister", "--json", tmp_path / "r.json"]
    said = on_a_terminal(*words)
    assert r"Coregistering \x1b[31mx\x07\nSaved.tif" in said and not set("\x1b\x07") & set(drawing.sub("", said))


# --- bad input: exit 2, one sentence, a hint, nothing written


@pytest.fixture
def bad(tmp_path: Path, dem: Path, guide: Path, small_model: Path) -> Path:
    """A folder with one of each file that is wrong."""
    (tmp_path / "text.tif").write_text("no raster at all")
    (tmp_path / "exists.tif").write_bytes(b"older")
    write(tmp_path / "no_crs.tif", terrain(5, 5).astype(np.float32), crs=None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        write(tmp_path / "no_place.tif", terrain(5, 5).astype(np.float32), transform=Affine.identity())
    corners = [rasterio.control.GroundControlPoint(row, col, 600_000 + 30 * col, 5_200_000 - 30 * row) for row in (0, 5) for col in (0, 5)]
    with rasterio.open(write(tmp_path / "gcps.tif", terrain(5, 5).astype(np.float32), crs=None), "r+") as dataset:
        dataset.gcps = corners, rasterio.CRS.from_epsg(32632)
    write(tmp_path / "far.tif", image(20, 20), transform=Affine(10, 0, 300_000, 0, -10, 4_000_000), descriptions=("NIR", "Red", "Green"))
    write(tmp_path / "rgb.tif", image(20, 20), transform=DEM_TRANSFORM)
    write(tmp_path / "geocentric.tif", terrain(5, 5).astype(np.float32), crs="EPSG:4978")
    write(tmp_path / "complex.tif", np.ones((5, 5), np.complex64))
    whole = dem.read_bytes()
    (tmp_path / "cut.tif").write_bytes(whole[: len(whole) // 2])
    models_for_tests.write_model(tmp_path / "no_card.onnx", model_card=None)
    models_for_tests.write_model(tmp_path / "extra.onnx", extra_input=True)
    models_for_tests.write_model(tmp_path / "nan.onnx", nan=True)
    models_for_tests.write_model(tmp_path / "needs_guide.onnx", model_card=models_for_tests.card("needs_guide", guide_required=True))
    (tmp_path / "corrupt.onnx").write_bytes(b"\x08\x08garbage")
    return tmp_path


LONG = "a" * 252 + ".tif"
CASES = {
    "DEM is missing": (["nowhere.tif", "out.tif"], "file-missing"),
    "DEM is no raster": (["text.tif", "out.tif"], "not-a-raster"),
    "DEM was cut off": (["cut.tif", "out.tif"], "file-unreadable"),
    "DEM has too long a name": ([LONG, "out.tif"], "file-missing"),
    "guide has too long a name": (["dem.tif", "out.tif", "--guide", LONG], "file-missing"),
    "guide's address ends in an equals sign": (["dem.tif", "out.tif", "--guide=nowhere.tif?signed="], "file-missing"),
    "model has too long a name": (["dem.tif", "out.tif", "--model", LONG], "model-missing"),
    "output has too long a name": (["dem.tif", LONG], "option-invalid"),
    "output lies in too many folders": (["dem.tif", "deep/" * 1000 + "out.tif"], "option-invalid"),
    "report has too long a name": (["dem.tif", "out.tif", "--report", LONG.replace(".tif", ".html")], "option-invalid"),
    "DEM is a folder": [["."], "not-a-raster"],
    "DEM has no CRS": (["no_crs.tif", "out.tif"], "crs-missing"),
    "DEM has ground control points only": (["gcps.tif", "out.tif"], "crs-missing"),
    "DEM lies nowhere": (["no_place.tif", "out.tif"], "grid-invalid"),
    "DEM has no map": (["geocentric.tif", "out.tif"], "crs-missing"),
    "DEM has a name that is not UTF-8": (["latin\udce9.tif", "out.tif"], "file-unreadable"),
    "output has a name that is not UTF-8": (["dem.tif", "latin\udce9.tif"], "option-invalid"),
    "DEM is complex": (["complex.tif", "out.tif"], "band-invalid"),
    "band is not there": (["dem.tif", "out.tif", "--band", "2"], "band-invalid"),
    "guide is missing": (["dem.tif", "out.tif", "--guide", "nowhere.tif"], "file-missing"),
    "guide lies elsewhere": (["dem.tif", "out.tif", "--guide", "far.tif"], "no-overlap"),
    "guide does not name its bands": (["dem.tif", "out.tif", "--guide", "rgb.tif"], "guide-bands-unknown"),
    "guide bands are not there": (["dem.tif", "out.tif", "--guide", "guide.tif", "--guide-bands", "4,3,2"], "band-invalid"),
    "guide bands are no numbers": (["dem.tif", "out.tif", "--guide", "guide.tif", "--guide-bands", "a,b"], "option-invalid"),
    "output exists": (["dem.tif", "exists.tif"], "output-exists"),
    "output is a folder": (["dem.tif", "folder.tif"], "output-exists"),
    "output is the DEM": (["dem.tif", "dem.tif", "--overwrite"], "output-is-input"),
    "output is the guide": (["dem.tif", "guide.tif", "--guide", "guide.tif", "--overwrite"], "output-is-input"),
    "output has no name": (["dem.tif", ""], "option-invalid"),
    "output beside it has no name": (["dem.tif", "out.tif", "--difference", ""], "option-invalid"),
    "guide is an empty variable": (["dem.tif", "out.tif", "--guide="], "option-invalid"),
    "guide is an empty word": (["dem.tif", "out.tif", "--guide", ""], "option-invalid"),
    "CRS of the extent is an empty variable": (["dem.tif", "out.tif", "--extent-crs="], "option-invalid"),
    "output folder is missing": (["dem.tif", "no/where/out.tif"], "output-folder"),
    "output folder is a file": (["dem.tif", "exists.tif/out.tif"], "output-folder"),
    "output is no GeoTIFF": (["dem.tif", "out.png"], "option-invalid"),
    "model is missing": (["dem.tif", "out.tif", "--model", "nothing"], "model-missing"),
    "model is corrupt": (["dem.tif", "out.tif", "--model", "corrupt.onnx"], "model-invalid"),
    "model has no card": (["dem.tif", "out.tif", "--model", "no_card.onnx"], "model-card"),
    "model has other inputs": (["dem.tif", "out.tif", "--model", "extra.onnx"], "model-invalid"),
    "model makes no numbers": (["dem.tif", "out.tif", "--model", "nan.onnx"], "model-invalid"),
    "model needs a guide": (["dem.tif", "out.tif", "--model", "needs_guide.onnx"], "guide-required"),
    "device is not there": (["dem.tif", "out.tif", "--device", "abacus"], "device-unavailable"),
    "resolution is negative": (["dem.tif", "out.tif", "--resolution", "-1"], "option-invalid"),
    "resolution is tiny": (["dem.tif", "out.tif", "--resolution", "1e-6"], "grid-invalid"),
    "extent lies elsewhere": (["dem.tif", "out.tif", "--extent", "0,0,1,1"], "no-overlap"),
    "extent is vast": (["dem.tif", "out.tif", "--extent=-1e308,-1e308,1e308,1e308", "--resolution", "1e-5"], "grid-invalid"),
    "extent has three numbers": (["dem.tif", "out.tif", "--extent", "0,0,1"], "option-invalid"),
    "extent CRS is nonsense": (["dem.tif", "out.tif", "--extent", "0,0,1,1", "--extent-crs", "EPSG:none"], "option-invalid"),
    "tile is too small": (["dem.tif", "out.tif", "--tile", "3"], "option-invalid"),
    "threads are negative": (["dem.tif", "out.tif", "--threads", "-3"], "option-invalid"),
    "threads are thousands": (["dem.tif", "out.tif", "--threads", "20000"], "option-invalid"),
    "DEM error is negative": (["dem.tif", "out.tif", "--dem-error", "-3"], "option-invalid"),
    "DEM error is no number": (["dem.tif", "out.tif", "--dem-error", "nan"], "option-invalid"),
    "DEM source is unknown": (["dem.tif", "out.tif", "--dem-source", "moon"], "option-invalid"),
    "two errors": (["dem.tif", "out.tif", "--dem-error", "3", "--dem-source", "srtm"], "option-invalid"),
    "an option that is none": (["dem.tif", "out.tif", "--turbo"], "option-invalid"),
    "no output": (["dem.tif"], "option-invalid"),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input(bad: Path, small_model: Path, case: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Within this process, so that forty cases take a second; the next test starts a process for one of them."""
    from backend import cli, interruptible

    arguments, code = CASES[case]
    if case == "output is a folder":
        (bad / "folder.tif").mkdir()
    if case == "DEM is a folder":
        arguments = [".", "out.tif"]
    if "--model" not in arguments:
        arguments = [*arguments, "--model", str(small_model)]
    monkeypatch.chdir(bad)
    monkeypatch.setattr(interruptible, "stop_on_signals", lambda cancel: None)
    before = {path: path.read_bytes() for path in bad.iterdir() if path.is_file()}
    seen: list[str] = []
    fail = cli._fail
    monkeypatch.setattr(cli, "_fail", lambda error, events: seen.append(error.code) or fail(error, events))
    with pytest.raises(SystemExit) as stopped:
        cli.main(["superresolve", *arguments])
    told = capfd.readouterr()
    assert (seen, stopped.value.code) == ([code], 2), told.err
    sentence, hint = told.err.splitlines()[-2:]
    assert sentence.endswith(".") and hint.endswith((".", "3,2.")) and "Traceback" not in told.err
    assert {path: path.read_bytes() for path in bad.iterdir() if path.is_file()} == before


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="their names of files do not hang on the locale")
def test_a_locale_that_takes_names_for_another_encoding_is_blamed_itself(tmp_path: Path, dem: Path, small_model: Path) -> None:
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    other = dem.with_name("höhe.tif")
    other.write_bytes(dem.read_bytes())
    for given in ((dem, tmp_path / "ü.tif"), (other, tmp_path / "fine.tif")):
        words = ["superresolve", *given, "--model", small_model]
        done = call(*words, env=environment)
        assert done.returncode == 2 and "The locale has Python take the name of" in done.stderr and "for ascii; it is UTF-8." in done.stderr
        assert "PYTHONUTF8" in done.stderr.splitlines()[-1]
        assert call(*words, env={**environment, "PYTHONUTF8": "1"}).returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a folder that somebody is in")
def test_a_relative_output_in_a_folder_that_is_gone(tmp_path: Path, dem: Path, small_model: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    words = shlex.join([*COMMAND, "superresolve", str(dem), "fine.tif", "--model", str(small_model)])
    command = ["sh", "-c", f"rmdir {shlex.quote(str(gone))} && {words}"]
    done = subprocess.run(
        command, cwd=gone, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 2 and "fine.tif" in done.stderr and "any more" in done.stderr


def test_bad_input_in_a_process(bad: Path, small_model: Path) -> None:
    done = call("superresolve", bad / "text.tif", bad / "out.tif", "--model", small_model)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 2
    done = call("superresolve", bad / "dem.tif", bad / "exists.tif", "--model", small_model, "--events", stdin=None)
    assert done.returncode in (1, 2)


@pytest.mark.parametrize(("arguments", "loaded"), [(["dem.tif", "exists.tif"], 1), (["dem.tif", "out.tif", "--turbo"], 0)])
def test_bad_input_as_an_event(bad: Path, small_model: Path, arguments: list[str], loaded: int) -> None:
    """After the first word, which says that all is loaded, if it came to that."""
    with running(bad, *arguments, "--model", str(small_model)) as process:
        assert process.stdout is not None
        for _ in range(loaded):
            assert from_line(process.stdout.readline()) == Log("debug", f"SIRAN {version()}.")
        failure = from_line(process.stdout.readline())
        assert isinstance(failure, Failure) and failure.message and failure.hint and failure.code in ("output-exists", "option-invalid")
        assert process.stdout.read() == "" and process.wait(20) == 2


# --- a stdout that takes nothing


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is full")
@pytest.mark.parametrize("arguments", [["info"], ["info", "--json"], ["clean", "."], ["--help"], ["check"], ["superresolve", "--events"]])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_stdout_is_said_on_stderr(tmp_path: Path, dem: Path, small_model: Path, arguments: list[str], unbuffered: str) -> None:
    if arguments[0] in ("check", "superresolve"):
        arguments = [*arguments, "--model", str(small_model)]
    if arguments[0] == "superresolve":
        arguments = [*arguments, str(dem), str(tmp_path / "fine.tif")]
    # Buffered or not, the interpreter finds out at another place.
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": unbuffered}
    with (
        open("/dev/full", "w") as full,
        subprocess.Popen(
            [*COMMAND, *arguments], cwd=tmp_path, env=environment, stdin=subprocess.PIPE, stdout=full, stderr=subprocess.PIPE, text=True
        ) as process,
    ):
        assert process.stderr is not None
        said = process.stderr.read()
        assert process.wait(60) == 1
    sentences = ["Nothing can be written to stdout (No space left on device).", "Free some space, or send it elsewhere."]
    assert said.splitlines()[-2:] == sentences and "Traceback" not in said
    assert not (tmp_path / "fine.tif").exists()


# --- the parent


class Running(subprocess.Popen[str]):
    """The command with --events, killed at the end of the test whatever happens."""

    def __exit__(self, *exception: Any) -> None:
        self.kill()
        super().__exit__(*exception)


def running(folder: Path, *arguments: object) -> Running:
    return Running(
        [*COMMAND, "superresolve", *map(str, arguments), "--events"], cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=_heed_hangups,
    )  # fmt: skip


def _heed_hangups() -> None:
    """Though the tests themselves may run under nohup."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture
def long(tmp_path: Path, small_model: Path) -> Iterator[tuple[Running, Path]]:
    """A run that is in the middle of thousands of tiles, and its output."""
    write(tmp_path / "large.tif", terrain(700, 700).astype(np.float32))
    output = tmp_path / "out" / "fine.tif"
    output.parent.mkdir()
    with running(tmp_path, "large.tif", output, "--model", small_model, "--tile", "16") as process:
        assert process.stdout is not None
        for line in process.stdout:
            event = from_line(line)
            assert not isinstance(event, (Result, Failure)), line
            if isinstance(event, Progress):
                break
        yield process, output


def only_tiles(folder: Path) -> bool:
    """Whether all that lies in a folder are tiles that a run can go on from."""
    return [entry.kind for entry in beside.find(folder)] == ["journal"] and len(list(folder.iterdir())) == 1


def test_cancel_is_clean(long: tuple[Running, Path]) -> None:
    process, output = long
    assert process.stdin is not None and process.stdout is not None
    assert any(output.parent.iterdir())
    process.stdin.write("what?\ncancel\n")
    process.stdin.flush()
    last = from_line(process.stdout.read().splitlines()[-1])
    assert process.wait(10) == 3
    assert isinstance(last, Failure) and last.code == "cancelled"
    assert list(output.parent.iterdir()) == []


def test_the_end_of_the_parent_is_the_end_of_the_child(long: tuple[Running, Path]) -> None:
    process, output = long
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None
    begun = time.monotonic()
    process.stdin.close()
    assert process.wait(10) == 1
    assert time.monotonic() - begun < 1.0
    assert only_tiles(output.parent)
    assert '"error"' not in process.stdout.read()
    assert "Stdin ended" in process.stderr.read()


def test_a_stop_does_not_wait_for_the_tile(tmp_path: Path) -> None:
    """A model that takes minutes for its only tile."""
    model = models_for_tests.write_model(tmp_path / "slow.onnx", repeat=300)
    write(tmp_path / "dem.tif", terrain(500, 500).astype(np.float32))
    for stop in ("cancel", "signal"):
        with running(tmp_path, "dem.tif", "fine.tif", "--model", model, "--tile", "2048") as process:
            assert process.stdout is not None and process.stdin is not None
            while "output 1500 x 1500" not in process.stdout.readline():
                pass
            time.sleep(0.5)
            begun = time.monotonic()
            if stop == "cancel":
                process.stdin.write("cancel\n")
                process.stdin.flush()
            else:
                process.send_signal(signal.SIGINT)
            assert process.wait(20) == 3
            assert time.monotonic() - begun < 5
        assert not (tmp_path / "fine.tif").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_a_cancel(long: tuple[Running, Path], number: signal.Signals) -> None:
    process, output = long
    process.send_signal(number)
    assert process.stdout is not None
    process.stdout.read()
    assert process.wait(10) == 3
    # A person who presses Ctrl-C gives the work up; a machine that is shut down does not.
    assert list(output.parent.iterdir()) == [] if number == signal.SIGINT else only_tiles(output.parent)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_comes_twice_at_once_is_one(long: tuple[Running, Path], number: signal.Signals) -> None:
    """As from `timeout`, to the process and to its group."""
    process, output = long
    process.send_signal(number)
    time.sleep(0.01)
    process.send_signal(number)
    assert process.stdout is not None
    process.stdout.read()
    assert process.wait(10) == 3
    assert list(output.parent.iterdir()) == [] if number == signal.SIGINT else only_tiles(output.parent)


def test_a_fourth_band_beside_a_declared_zero_is_not_spoken_of(tmp_path: Path, small_model: Path) -> None:
    write(tmp_path / "dem.tif", terrain(40, 40).astype(np.float32))
    bands = np.concatenate([image(100, 100), image(100, 100)[:1]])
    names = ("Red", "Green", "Blue", "NIR")
    scene = write(
        tmp_path / "scene.tif",
        bands,
        transform=DEM_TRANSFORM @ Affine.scale(1 / 3),
        nodata=0,
        descriptions=names,
        photometric="RGB",
        alpha="YES",
    )
    with rasterio.open(scene) as opened, pytest.warns(NodataShadowWarning):
        opened.read_masks(1)
    done = call("superresolve", tmp_path / "dem.tif", tmp_path / "fine.tif", "--model", small_model, "--guide", scene, "--dem-error", 0)
    assert done.returncode == 0 and "Warning" not in done.stderr


def test_a_person_without_events_keeps_stdin(tmp_path: Path, dem: Path, small_model: Path) -> None:
    done = call("superresolve", dem, tmp_path / "fine.tif", "--model", small_model, stdin=subprocess.DEVNULL)
    assert done.returncode == 0
    with rasterio.open(tmp_path / "fine.tif") as made:
        assert made.shape == (108, 120)


def test_standard_streams_that_are_closed_do_no_harm(tmp_path: Path, dem: Path, small_model: Path) -> None:
    """As a scheduler may start it: no raster is opened in their place, for what libraries say to be written into it."""
    open_one = call("superresolve", dem, tmp_path / "open.tif", "--model", small_model)
    words = shlex.join([*COMMAND, "superresolve", str(dem), str(tmp_path / "closed.tif"), "--model", str(small_model)])
    done = subprocess.run(["sh", "-c", f"{words} <&- >&- 2>&-"], cwd=ROOT, timeout=60, check=False)
    assert open_one.returncode == done.returncode == 0
    np.testing.assert_array_equal(read(tmp_path / "closed.tif"), read(tmp_path / "open.tif"))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process's own peak of memory")
def test_memory_depends_on_the_tile_not_on_the_raster(tmp_path: Path, small_model: Path) -> None:
    taken = []
    for times in (1, 7):
        raster = write(tmp_path / f"{times}.tif", np.tile(terrain(300, 300), (times, times)).astype(np.float32))
        extra = ["--model", small_model, "--tile", "256", "--threads", "1"]
        taken.append(peak_memory("superresolve", raster, tmp_path / f"fine{times}.tif", *extra) / 2**20)
    # 49 times as many pixels, 160 MB of them, may cost what blocks GDAL keeps at hand.
    assert taken[1] - taken[0] < 96


@pytest.mark.parametrize("words", [["--dem-source"], ["--guide", ""], ["--no-such"]])
def test_the_help_that_is_named_lists_the_option(words: list[str]) -> None:
    done = call("superresolve", "a.tif", "b.tif", *words)
    assert done.returncode == 2 and "See 'python -m backend superresolve --help'." in done.stderr and "?." not in done.stderr


def test_a_python_without_the_packages_is_told_which_they_are(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    # Without its packages, as another Python would be.
    done = subprocess.run([sys.executable, "-S", "-m", "backend"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "requirements-cpu.txt" in done.stderr and "Traceback" not in done.stderr


def test_without_a_word_it_says_what_there_is() -> None:
    done = call()
    assert done.returncode == 2 and "Usage:" in done.stderr + done.stdout and "superresolve" in done.stderr + done.stdout
    # As help, not as the sentence of an error.
    assert "\\n" not in done.stderr and any(line.startswith("  superresolve ") for line in done.stderr.splitlines())
    assert "Traceback" not in done.stderr
