"""Model files that are refused, and how models are found."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from models_for_tests import card, write_model

from backend import models
from backend.card import ModelCard, card_from_json, sidecar_path
from backend.engines import open_engine
from backend.errors import CardError, InputError
from backend.events import Level


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as raised:
        models.load(path)
    assert raised.value.hint and (str(path.stem) in raised.value.message or raised.value.code == "model-card")
    return raised.value.code


def test_a_good_file_is_loaded(small_model: Path) -> None:
    model = models.load(small_model)
    assert model.card == card() and model.kind == "onnx"
    assert model.sha256 == hashlib.sha256(small_model.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("breakage", "code"),
    [
        ({"model_card": None}, "model-card"),
        ({"model_card": "{"}, "model-card"),
        ({"model_card": '{"format": 2}'}, "model-card"),
        ({"model_card": '{"format": 1, "name": "x"}'}, "model-card"),
        ({"model_card": card().to_json().replace('"halo": 8', '"halo": 1e999')}, "model-card"),
        ({"model_card": card().to_json().replace('"ratio": 3.0', '"ratio": 1e308').replace("4.0", "1e308")}, "model-card"),
        ({"model_card": "[" * 200_000}, "model-card"),
        ({"extra_input": True}, "model-invalid"),
        ({"output": "height"}, "model-invalid"),
        ({"external": True}, "model-invalid"),
    ],
)
def test_files_that_break_the_contract_are_refused(tmp_path: Path, breakage: dict[str, object], code: str) -> None:
    assert refusal(write_model(tmp_path / "bad.onnx", **breakage)) == code  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"halo": 12.7}, {"halo": "7"}, {"halo": True}, {"halo": float("nan")}, {"size_multiple": "2"}, {"size_multiple": 2.5},
        {"back_projection": "false"}, {"guide_required": "false"}, {"guide_required": 0}, {"guide_required": None},
        {"ratio": "3"}, {"ratio": True}, {"ratios": "24"}, {"ratios": [2, "4"]}, {"ratios": [2, 3, 4]}, {"dem_errors": {"0": 1, "1": 2}},
        {"name": "x" * 10_000_000}, {"name": "../../../etc/passwd"}, {"name": "a\\b"}, {"name": "a\0b"}, {"name": "a\nb"}, {"name": ".."},
        {"name": ""}, {"name": None}, {"name": ["x"]}, {"version": {}}, {"version": "1" * 1000}, {"title": "x" * 10_000_000},
        {"licence": "x" * 10_000_000}, {"x" * 10_000_000: 1},
    ],
)  # fmt: skip
def test_a_card_that_makes_no_sense_is_refused(changes: dict[str, object]) -> None:
    """In a sentence that somebody can read."""
    with pytest.raises(CardError) as raised:
        card_from_json(json.dumps({**json.loads(card().to_json()), **changes}))
    assert len(raised.value.message) < 300 and raised.value.hint


def test_a_card_may_say_the_same_otherwise() -> None:
    """As programs other than ours write numbers; the name is not the file's where that was renamed."""
    changes = {"halo": 8.0, "size_multiple": 2.0, "ratio": 3, "ratios": [2, 4], "version": 1.5, "name": "Große Höhen 3x"}
    made = card_from_json(json.dumps({**json.loads(card().to_json()), **changes}))
    assert made == card("Große Höhen 3x", version="1.5") and isinstance(made.halo, int)


def test_a_renamed_file_works(tmp_path: Path, small_model: Path) -> None:
    renamed = tmp_path / "other.onnx"
    renamed.write_bytes(small_model.read_bytes())
    assert models.load(renamed).card.name == "small"


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x00" * 100, os.urandom(4096), b"II*\x00" + b"\x01" * 50])
def test_other_bytes_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.onnx"
    path.write_bytes(content)
    assert refusal(path) == "model-invalid"


def test_a_file_that_was_cut_off_is_refused(tmp_path: Path, small_model: Path) -> None:
    path = tmp_path / "cut.onnx"
    path.write_bytes(small_model.read_bytes()[:-40])
    assert refusal(path) in ("model-invalid", "model-card")


def test_a_file_with_another_hash_than_promised_is_refused(tmp_path: Path) -> None:
    path = write_model(tmp_path / "small.onnx")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (tmp_path / models.SUMS_FILE).write_text(f"{'0' * 64}  other.onnx\n{digest}  small.onnx\n")
    assert models.load(path).sha256 == digest
    (tmp_path / models.SUMS_FILE).write_text(f"{'0' * 64} *small.onnx\n")
    assert refusal(path) == "model-hash"
    # While a model is being replaced both the old file and the new one are good.
    (tmp_path / models.SUMS_FILE).write_text(f"{'0' * 64}  small.onnx\n{digest}  small.onnx\n")
    assert models.load(path).sha256 == digest


def test_models_are_found_by_name_by_path_or_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, bundled = tmp_path / "own", tmp_path / "bundled"
    own.mkdir(), bundled.mkdir()
    monkeypatch.setenv(models.FOLDER_VARIABLE, str(own))
    monkeypatch.setattr(models, "BUNDLED", bundled)
    with pytest.raises(InputError, match="No model is installed"):
        models.find(None)
    a, b, c = (write_model(folder / name) for folder, name in ((bundled, "a.onnx"), (bundled, "b.onnx"), (own, "c.onnx")))
    assert models.find("a") == a and models.find("c") == c and models.find(str(b)) == b
    (bundled / models.DEFAULT_FILE).write_text("b\n")
    assert models.find(None) == b
    with pytest.raises(InputError) as raised:
        models.find("nothing")
    assert raised.value.code == "model-missing" and "a, b" in raised.value.hint.replace("c, ", "")


def test_letters_that_are_not_utf_8_beside_a_model_do_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that somebody keeps with an old program: lines about other files, a default that is none."""
    monkeypatch.setenv(models.FOLDER_VARIABLE, str(tmp_path))
    path = write_model(tmp_path / "small.onnx")
    (tmp_path / models.DEFAULT_FILE).write_bytes(b"f\xfcr alle\n")
    assert models.find(None) != path
    (tmp_path / models.SUMS_FILE).write_bytes(b"0" * 64 + b"  f\xfcr.onnx\n")
    assert models.load(path).card.name == "small"
    (tmp_path / models.SUMS_FILE).write_bytes(b"# f\xfcr alle\n" + b"0" * 64 + b"  small.onnx\n")
    assert refusal(path) == "model-hash"
    twin = tmp_path / "twin.pt"
    twin.write_bytes(b"")
    sidecar_path(twin).write_bytes(b"\xff")
    assert refusal(twin) == "model-card"


@pytest.mark.parametrize(("encoding", "said"), [("utf-16", "has the SHA"), ("utf-8-sig", "has the SHA"), ("utf-16-le", "is no text")])
def test_sums_as_windows_writes_them_are_looked_at(tmp_path: Path, encoding: str, said: str) -> None:
    path = write_model(tmp_path / "small.onnx")
    (tmp_path / models.SUMS_FILE).write_bytes(f"{'0' * 64}  {path.name}\n".encode(encoding))
    with pytest.raises(InputError, match=said) as raised:
        models.load(path)
    assert raised.value.code == "model-hash"


@pytest.mark.usefixtures("nobody")
def test_a_folder_or_sums_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bundled model runs; who asks for another hears why it is not found. Sums that cannot be looked at are no consent."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "own"
        folder.mkdir()
        path = write_model(folder / "small.onnx")
        (folder / models.SUMS_FILE).write_text("")
        (folder / models.SUMS_FILE).chmod(0)
        assert refusal(path) == "model-hash"
        monkeypatch.setenv(models.FOLDER_VARIABLE, str(folder))
        folder.chmod(0)
        try:
            assert models.find(None).parent == models.BUNDLED and path.stem not in models.installed()
            with pytest.raises(InputError, match="no model 'small'") as raised:
                models.find("small")
            assert f"The folder {folder} cannot be read (Permission denied)." in raised.value.hint
        finally:
            folder.chmod(0o700)


def test_a_card_goes_through_json() -> None:
    assert card_from_json(card().to_json()) == card()
    assert isinstance(card(), ModelCard)
    assert sidecar_path(Path("models/fine.pt")) == Path("models/fine.card.json")


def said(_level: Level, _text: str) -> None:
    """Swallows what an engine says."""


def test_a_torchscript_file_does_what_its_onnx_twin_does(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")

    class Sharpen(torch.nn.Module):  # type: ignore[misc, name-defined]
        def forward(self, dem, guide, guide_valid, pixel_size, dem_error):  # type: ignore[no-untyped-def]
            detail = dem - torch.nn.functional.avg_pool2d(dem, 7, 1, 3, count_include_pad=False)
            return dem + 0.1 * detail * guide_valid / (1 + dem_error.reshape(-1, 1, 1, 1)), detail.abs()

    path = tmp_path / "twin.pt"
    torch.jit.script(Sharpen()).save(str(path))
    with pytest.raises(InputError, match="no card"):
        models.load(path)
    sidecar_path(path).write_text(card("twin").to_json())
    with pytest.raises(InputError, match="is a program that would run with your rights") as raised:
        open_engine(models.load(path), "cpu", 1, said)
    assert raised.value.code == "model-is-a-program"
    engine = open_engine(models.load(path), "cpu", 1, said, program=True)
    assert engine.provider == "TorchScript-cpu"
    dem = np.random.default_rng(0).normal(500, 50, (32, 40)).astype(np.float32)
    elevation, sigma = engine.run(dem, np.zeros((3, 32, 40), np.float32), np.ones((32, 40), np.float32), 10.0, 1.0)
    assert sigma is not None and elevation == pytest.approx(dem + 0.05 * (np.sign(elevation - dem) * sigma), abs=1e-3)


def test_onnx_gives_sigma_where_the_model_has_it(tmp_path: Path, small_model: Path) -> None:
    dem = np.random.default_rng(0).normal(500, 50, (32, 40)).astype(np.float32)
    inputs = dem, np.zeros((3, 32, 40), np.float32), np.ones((32, 40), np.float32), 10.0, 1.0
    assert open_engine(models.load(small_model), "cpu", 1, said).run(*inputs)[1] is None
    engine = open_engine(models.load(write_model(tmp_path / "doubt.onnx", sigma=True)), "auto", 1, said)
    elevation, sigma = engine.run(*inputs)
    assert sigma is not None and np.abs(sigma - np.abs(elevation - dem)).max() < 1e-3


def test_a_device_that_is_not_there_is_refused(small_model: Path) -> None:
    for device in ("abacus", "tpu"):
        with pytest.raises(InputError) as raised:
            open_engine(models.load(small_model), device, 1, said)
        assert raised.value.code == "device-unavailable" and "cpu" in raised.value.hint


def test_a_model_that_was_replaced_after_it_was_checked_is_not_run(tmp_path: Path, small_model: Path) -> None:
    """Results state the SHA-256 of what was checked."""
    path = Path(shutil.copy(small_model, tmp_path / "mine.onnx"))
    model = models.load(path)
    write_model(path, strength=2.0)
    with pytest.raises(InputError, match="is another one than when it was checked") as raised:
        open_engine(model, "cpu", 1, lambda _level, _text: None)
    assert raised.value.code == "model-hash"
    path.unlink()
    with pytest.raises(InputError, match="cannot be read any more"):
        open_engine(model, "cpu", 1, lambda _level, _text: None)


def test_a_torchscript_program_that_was_replaced_is_not_run_either(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")

    class As(torch.nn.Module):  # type: ignore[misc, name-defined]
        def forward(self, dem, guide, guide_valid, pixel_size, dem_error):  # type: ignore[no-untyped-def]
            return dem

    class Higher(torch.nn.Module):  # type: ignore[misc, name-defined]
        def forward(self, dem, guide, guide_valid, pixel_size, dem_error):  # type: ignore[no-untyped-def]
            return dem + 1

    path = tmp_path / "mine.pt"
    sidecar_path(path).write_text(card("mine").to_json())
    torch.jit.script(As()).save(str(path))
    model = models.load(path)
    torch.jit.script(Higher()).save(str(path))
    with pytest.raises(InputError, match="is another one than when it was checked"):
        open_engine(model, "cpu", 1, said, program=True)
