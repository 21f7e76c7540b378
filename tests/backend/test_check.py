"""The self-check: what it finds in a good install, in a broken one, and in models that do something else than they did."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import models_for_tests
import numpy as np
import pytest

from backend import models
from backend.check import answer, sample
from backend.check.selfcheck import Settings, as_text, run
from backend.errors import CheckError, InputError
from backend.events import Check, Event, Failure, Log, from_line, to_line
from backend.version import ROOT

COMMAND = [sys.executable, "-m", "backend", "check", "--threads", "1"]


def call(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False, **options)


def check(path: Path, *, events: list[Event] | None = None, **options: Any) -> Check:
    return run(Settings(model=str(path), threads=1, **options), (events if events is not None else []).append)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A model of one's own, with sigma."""
    return models_for_tests.write_model(tmp_path / "own.onnx", sigma=True)


def test_the_installed_model_is_right(model: Path) -> None:
    """The bundled ones and a small one, with their stored answers where they have one."""
    result = check(model)
    assert result.provider in result.providers and result.threads == 1
    assert {"python", "numpy", "rasterio", "gdal", "proj"} <= result.packages.keys()
    assert {"cpu", "cuda"} <= {device["name"] for device in result.devices}
    assert result.stored == (result.difference is not None)
    assert result.difference is None or result.difference <= result.tolerance


def test_bundled_models_have_the_answer_of_the_file_that_is_there() -> None:
    bundled = list(models.BUNDLED.glob("*.onnx"))
    assert bundled
    for path in bundled:
        stored, why = answer.read(models.load(path))
        assert stored is not None, f"{why} Run: python -m backend check --model {path.stem} --write"


def test_an_answer_is_written_and_then_compared_with(own: Path) -> None:
    said: list[Event] = []
    first = check(own, events=said)
    assert not first.stored and first.difference is None and "no stored answer" in as_text(first)
    assert any(isinstance(event, Log) and event.level == "info" and "no stored answer" in event.text for event in said)
    assert check(own, write=True).stored
    again = check(own)
    assert again.stored and again.difference == 0 and "its stored answer" in as_text(again)
    before = answer.path_of(models.load(own)).read_bytes()
    check(own, write=True)
    assert answer.path_of(models.load(own)).read_bytes() == before
    assert sorted(path.name for path in own.parent.iterdir()) == ["own.check.npz", "own.onnx"]


@pytest.mark.parametrize("wrong", ["elevation", "sigma"])
def test_another_answer_is_said(own: Path, wrong: str) -> None:
    loaded = models.load(own)
    check(own, write=True)
    stored, _ = answer.read(loaded)
    assert stored is not None and stored.sigma is not None
    changed = {"elevation": stored.elevation.copy(), "sigma": stored.sigma.copy()}
    changed[wrong][10, 20] += 0.05
    answer.write(loaded, answer.Answer(changed["elevation"], changed["sigma"]))
    with pytest.raises(CheckError, match="CPUExecutionProvider the model own is off from its stored") as raised:
        check(own)
    assert raised.value.code == "check-failed" and raised.value.exit_status == 1 and raised.value.hint and "0.05 m" in raised.value.message


def test_the_answer_of_another_file_is_not_compared_with(own: Path) -> None:
    """A new model is put in place, and its answer is not written yet."""
    check(own, write=True)
    models_for_tests.write_model(own, sigma=True, strength=2.0)
    said: list[Event] = []
    assert not check(own, events=said).stored
    assert any(isinstance(event, Log) and event.level == "warning" and "belongs to another file" in event.text for event in said)
    assert check(own, write=True).stored


def test_a_damaged_answer_is_none(own: Path) -> None:
    path = answer.path_of(models.load(own))
    for content in (b"", b"nothing", b"PK\3\4 broken"):
        path.write_bytes(content)
        stored, why = answer.read(models.load(own))
        assert stored is None and "cannot be read" in why
    check(own, write=True)
    path.write_bytes(path.read_bytes()[:-200])
    assert answer.read(models.load(own))[0] is None
    check(own, write=True)
    whole = path.read_bytes()
    for place in range(0, len(whole), len(whole) // 97):  # what is compressed there raises zlib's own
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
        stored, why = answer.read(models.load(own))
        assert stored is not None or "cannot be read" in why


def test_values_that_are_no_numbers_are_said(tmp_path: Path) -> None:
    with pytest.raises(CheckError, match="elevation that is no number"):
        check(models_for_tests.write_model(tmp_path / "nan.onnx", nan=True))


@pytest.mark.parametrize(("added", "said"), [("bent", "changes a level DEM"), ("scaled", "DEM that lies 1000 m higher")])
def test_without_an_answer_invariants_are_checked(tmp_path: Path, added: str, said: str) -> None:
    with pytest.raises(CheckError, match=said):
        check(faulty(tmp_path / f"{added}.onnx", added))


@pytest.mark.parametrize("added", ["bent", "scaled"])
def test_no_answer_is_stored_of_a_model_that_breaks_them(tmp_path: Path, added: str) -> None:
    path = faulty(tmp_path / f"{added}.onnx", added)
    with pytest.raises(CheckError):
        check(path, write=True)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def faulty(path: Path, how: str) -> Path:
    """The small model, and the guide's brightness in metres on top of it (`bent`), or a hundredth of what is above 800 m (`scaled`)."""
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(models_for_tests.write_model(path))
    nodes = model.graph.node
    nodes[-1].output[0] = "right"
    number = 10.0 if how == "bent" else 0.01
    model.graph.initializer.append(numpy_helper.from_array(np.float32(number).reshape(()), "number"))
    model.graph.initializer.append(numpy_helper.from_array(np.float32(800).reshape(()), "base"))
    if how == "bent":
        nodes.append(helper.make_node("Gather", ["guide", "first"], ["band"], axis=1))
    else:
        nodes.append(helper.make_node("Sub", ["dem", "base"], ["band"]))
    nodes.append(helper.make_node("Mul", ["band", "number"], ["more"]))
    nodes.append(helper.make_node("Add", ["right", "more"], ["elevation"]))
    onnx.save(model, path)
    return path


def test_the_sample_fits_the_card_and_is_what_it_was() -> None:
    for changes in ({}, {"size_multiple": 40, "pixel_sizes": (0.5, 2.0), "dem_errors": (4.0, 9.0)}):
        card = models_for_tests.card(**changes)
        made = sample.make(card)
        assert all(edge % card.size_multiple == 0 for edge in made.dem.shape) and made.guide.shape == (3, *made.dem.shape)
        assert card.pixel_sizes[0] <= made.pixel_size <= card.pixel_sizes[1]
        assert card.dem_errors[0] <= made.dem_error <= card.dem_errors[1]
        assert made.dem.dtype == made.guide.dtype == made.guide_valid.dtype == np.float32
        # What was rounded to parts of 2 to the power of n holds no last digits that another machine would make differently.
        assert np.array_equal(made.dem * 64, np.round(made.dem * 64)) and np.array_equal(made.guide * 1024, np.round(made.guide * 1024))
        assert np.ptp(made.dem) > 3 * made.pixel_size and np.mean(made.dem == made.dem.min()) > 0.02
        assert 0 < np.mean(made.guide_valid) < 1 and made.guide.min() > -0.5 and made.guide.max() < 1.5


def test_a_damaged_model_is_a_finding(own: Path) -> None:
    (own.parent / "SHA256SUMS").write_text(f"{'0' * 64}  own.onnx\n")
    with pytest.raises(CheckError, match="SHA-256") as raised:
        check(own)
    assert raised.value.code == "model-hash" and raised.value.exit_status == 1


def test_what_is_not_there_is_the_users_mistake(own: Path) -> None:
    for options in ({"device": "cray"}, {"threads": -1}, {"threads": 20_000}, {"write": True, "device": "cuda"}):
        with pytest.raises(InputError) as raised:
            run(Settings(**{"model": str(own), "threads": 1, **options}), lambda event: None)  # type: ignore[arg-type]
        assert raised.value.exit_status == 2 and raised.value.hint
    with pytest.raises(InputError, match="no model"):
        check(own.parent / "gone.onnx")


def test_a_person_gets_sentences(own: Path) -> None:
    done = call("--model", own, "--device", "cpu")
    assert done.returncode == 0, done.stderr
    assert (
        len(done.stdout.splitlines()) == 1
        and "own 1.2.3 has no stored answer" in done.stdout
        and "CPUExecutionProvider, threads: 1" in done.stdout
    )
    assert "onnxruntime" in done.stderr and "gdal" in done.stderr and "Device cuda" in done.stderr
    assert call("--model", own, "--write").returncode == 0 and (own.parent / "own.check.npz").is_file()


def test_the_event_stream(own: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "--model", str(own), "--events"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        events = [from_line(line) for line in process.stdout]
        assert process.wait(60) == 0
    result = events[-1]
    assert isinstance(result, Check) and result == from_line(to_line(result)) and not result.stored


def test_a_wrong_answer_ends_with_status_1(own: Path) -> None:
    check(own, write=True)
    loaded = models.load(own)
    stored, _ = answer.read(loaded)
    assert stored is not None
    answer.write(loaded, answer.Answer(stored.elevation + np.float32(1), stored.sigma))
    done = call("--model", own)
    assert done.returncode == 1 and done.stdout == "" and "is off from its stored answer by up to 1 m" in done.stderr
    with subprocess.Popen(
        [*COMMAND, "--model", str(own), "--events"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        events = [from_line(line) for line in process.stdout]
        assert process.wait(60) == 1
    assert isinstance(events[-1], Failure) and events[-1].code == "check-failed" and any(isinstance(event, Log) for event in events)


def test_a_package_that_does_not_load_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "onnxruntime"
    broken.mkdir()
    (broken / "__init__.py").write_text("raise ImportError('libonnxruntime.so.1: cannot open shared object file')\n")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    command = [*COMMAND, "--events"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        (failure,) = [from_line(line) for line in process.stdout]
        assert process.wait(60) == 1
    assert isinstance(failure, Failure) and failure.code == "install-broken"
    done = call(env=environment)
    assert done.returncode == 1 and done.stdout == ""
    sentence, hint = done.stderr.splitlines()[-2:]
    assert sentence == "The package onnxruntime does not load (libonnxruntime.so.1: cannot open shared object file)." and "again" in hint


def test_help_needs_nothing_heavy() -> None:
    code = """
import sys
from backend.cli import cli
cli.main(['check', '--help'], standalone_mode=False)
print(sorted(sys.modules), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "--write" in done.stdout and not any(f"'{module}'" in done.stderr for module in ("numpy", "rasterio", "onnxruntime"))


def test_the_event_has_the_fields_of_the_contract(own: Path) -> None:
    fields = json.loads(to_line(check(own)))
    contract = (ROOT / "docs" / "contracts.md").read_text(encoding="utf-8").partition("## 4.")[2]
    assert fields.pop("event") == "result" and all(f"`{name}`" in contract for name in fields)


def test_a_folder_that_cannot_be_written_to(own: Path, tmp_path: Path) -> None:
    shutil.copy(own, tmp_path / "other.onnx")
    (tmp_path / "other.check.npz").mkdir()
    with pytest.raises(InputError) as raised:
        check(tmp_path / "other.onnx", write=True)
    assert raised.value.code == "output-folder" and not list(tmp_path.glob("*.part"))
