"""An exported file does what the network does, or is not written."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from backend import models
from backend.card import METADATA_KEY, card_from_json, sidecar_path
from backend.errors import CardError
from tests.training.test_generator import SMALL, network
from tests.training.test_train import ROOT, TINY
from training.card import NAME, RESERVED, build_card, promised, put
from training.checkpoint import load_checkpoint, save_checkpoint
from training.data.areas import attributions
from training.errors import DataError, ExportError, TrainingError
from training.export import compare, example_inputs, export_onnx, export_torchscript, main
from training.initial import initialise, read_weights
from training.train import train

CARD = """
version = "0.0.1"
title = "for tests"
ratio = 3.0
ratios = [2.0, 4.0]
pixel_sizes = [5.0, 30.0]
dem_errors = [0.0, 10.0]
guide_required = false
licence = "CC0-1.0"
"""


WITH_SIGMA = replace(SMALL, sigma=True)


@pytest.fixture(scope="module")
def exported(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command line makes of a run whose averaged weights are those of `network(WITH_SIGMA)`, which takes half a minute."""
    folder = tmp_path_factory.mktemp("exported")
    train(replace(TINY, network=WITH_SIGMA, train=replace(TINY.train, steps=1)), prepared, folder / "run", resume=False)
    save_checkpoint(replace(load_checkpoint(folder / "run"), ema=network(WITH_SIGMA).state_dict()), folder / "run")
    (folder / "card.toml").write_text(CARD)
    out = folder / "models" / "small.onnx"
    assert main(["--run", str(folder / "run"), "--data", str(prepared), "--card", str(folder / "card.toml"), "--out", str(out)]) == 0
    return out


@pytest.mark.slow
def test_an_onnx_file_has_names_sizes_values_and_card(prepared: Path, exported: Path) -> None:
    net = network(WITH_SIGMA)
    card = build_card(CARD, net, "small", prepared, attributions(prepared, "train"))
    assert compare(net, exported) < 1e-4
    assert torch.equal(read_weights(exported)["generator.skip.weight"], net.generator.skip.weight)
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    assert [i.name for i in session.get_inputs()] == ["dem", "guide", "guide_valid", "pixel_size", "dem_error"]
    assert [o.name for o in session.get_outputs()] == ["elevation", "sigma"]
    inside = card_from_json(session.get_modelmeta().custom_metadata_map[METADATA_KEY])
    assert inside == card
    assert inside.halo == net.halo
    assert inside.training_data[0]["name"] == "hills"
    assert models.load(exported).card == card  # the backend takes it
    assert sorted(p.name for p in exported.parent.iterdir()) == ["SHA256SUMS", "small.onnx", "small.safetensors"]


@pytest.mark.slow
def test_a_network_begins_from_its_own_model_file(prepared: Path, tmp_path: Path) -> None:
    """Small kernels are laid out otherwise there than large ones."""
    settings = replace(SMALL, blocks=1, unshuffle=1, skip="trained", attention="none", shading=False)
    net, other = network(settings), network(settings, seed=1)
    export_onnx(net, build_card(CARD, net, "small", prepared, attributions(prepared, "train")), tmp_path / "small.onnx")
    initialise(other, tmp_path / "small.onnx")
    assert torch.equal(other.generator.skip.weight, net.generator.skip.weight)


@pytest.mark.slow
def test_a_network_of_larger_cells_can_be_exported(prepared: Path, tmp_path: Path) -> None:
    """Its sizes are multiples of 4."""
    net = network(replace(SMALL, unshuffle=4))
    export_torchscript(net, build_card(CARD, net, "wide", prepared, attributions(prepared, "train")), tmp_path / "wide.pt")
    assert models.load(tmp_path / "wide.pt").card.size_multiple == 4


def test_a_model_of_any_name_replaces_its_own_sum_alone(tmp_path: Path) -> None:
    for name in ("model.onnx", "my model.onnx"):
        (tmp_path / "new").write_bytes(name.encode())
        put(tmp_path / "new", tmp_path / name)
    first = (tmp_path / "SHA256SUMS").read_text().splitlines()
    assert sorted(line.split("  ")[1] for line in first) == ["model.onnx", "my model.onnx"]
    (tmp_path / "new").write_bytes(b"another")
    put(tmp_path / "new", tmp_path / "my model.onnx")
    second = (tmp_path / "SHA256SUMS").read_text().splitlines()
    assert len(second) == 2 and len(set(first) & set(second)) == 1
    assert f"{hashlib.sha256(b'another').hexdigest()}  my model.onnx" in second


def test_sums_that_are_no_text_are_refused_before_any_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "SHA256SUMS").write_bytes("0  other.onnx".encode("utf-16-le"))
    assert main(["--run", str(tmp_path / "run"), "--card", str(tmp_path / "card.toml"), "--out", str(tmp_path / "small.onnx")]) == 2
    assert "SHA256SUMS is no text in UTF-8." in capsys.readouterr().err


@pytest.mark.slow
def test_an_onnx_file_says_nothing_of_where_it_was_made(exported: Path) -> None:
    assert str(ROOT).encode() not in exported.read_bytes()


def test_shipped_models_say_nothing_of_where_they_were_made() -> None:
    shipped = sorted((ROOT / "resources" / "models").glob("*.onnx"))
    assert shipped
    for path in shipped:
        assert b'File "/' not in path.read_bytes()


@pytest.mark.slow
def test_a_file_that_differs_is_refused(exported: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="differs from PyTorch"):
        compare(network(WITH_SIGMA, seed=1), exported)
    with pytest.raises(ExportError, match="returns"):
        compare(network(SMALL), exported)
    graph = onnx.load(exported)
    graph.graph.input[0].name = "height"
    for node in graph.graph.node:
        node.input[:] = ["height" if name == "dem" else name for name in node.input]
    onnx.save(graph, tmp_path / "renamed.onnx")
    with pytest.raises(ExportError, match="The graph takes"):
        compare(network(WITH_SIGMA), tmp_path / "renamed.onnx")


def test_a_card_names_what_the_weights_were_fitted_to_before(prepared: Path) -> None:
    """Which is not in the data that they were last trained on; and none of it was held out."""
    before = {"name": "far", "licence": "free", "attribution": "nobody"}
    made = build_card(CARD, network(), "small", prepared, [*attributions(prepared, "train"), before])
    assert [entry["name"] for entry in made.training_data] == ["hills", "far"]
    with pytest.raises(DataError, match=r"fitted to other, which .* has in split validation"):
        build_card(CARD, network(), "small", prepared, [before | {"name": "other"}])


def test_a_card_keeps_what_a_person_says_of_the_test_areas(prepared: Path) -> None:
    """And takes no areas or figures that a person wrote."""
    said = '\n[held_out]\nnotes = "Nobody looked."\n'
    assert build_card(CARD + said, network(), "small", prepared, []).held_out == {"notes": "Nobody looked.", "areas": ["third"]}
    for wrong in ('\n[held_out]\nareas = ["a"]\n', "\n[held_out]\nnotes = 3\n"):
        with pytest.raises(CardError, match="besides its notes"):
            build_card(CARD + wrong, network(), "small", prepared, [])
    with pytest.raises(CardError, match="The card says halo, name itself"):
        build_card(CARD + 'halo = 3\nname = "mine"\n', network(), "small", prepared, [])
    with pytest.raises(CardError, match="no text, number or list"):
        build_card(CARD + "released = 2026-11-30\n", network(), "small", prepared, [])


def test_a_card_that_promises_more_than_was_trained_is_doubted(prepared: Path) -> None:
    """The training area has pixels of 10 m."""
    fitting = CARD.replace("[5.0, 30.0]", "[9.5, 10.5]").replace("[2.0, 4.0]", "[1.0, 4.0]")
    card = build_card(fitting, network(SMALL), "a", prepared, attributions(prepared, "train"))
    assert promised(card, (2, 4), prepared) == []
    for ratios, words in (((2, 3), "ratios of 1 to 4, and the run was trained at 1 to 3"), ((3, 4), "ratios of 1 to 4, and")):
        (said,) = promised(card, ratios, prepared)
        assert words in said
    for sizes in ((5.0, 10.0), (10.0, 30.0)):
        (said,) = promised(replace(card, pixel_sizes=sizes), (2, 4), prepared)
        assert f"pixels of {sizes[0]:g} to {sizes[1]:g} m, and the training areas in {prepared} have 10 m" in said


def test_a_name_that_qgis_would_not_take_is_refused(prepared: Path) -> None:
    for name in ("my model", ".hidden", "ä", "x" * 65, "NUL", "com1.siran", "siran."):
        with pytest.raises(TrainingError, match="is no name for a model"):
            build_card((ROOT / "training" / "configs" / "siran.card.toml").read_text(), network(SMALL), name, prepared, [])


def test_names_are_the_same_to_an_export_and_to_the_plugin() -> None:
    """Which imports nothing of it."""
    plugin = (ROOT / "siran_qgis" / "model_store.py").read_text(encoding="utf-8")
    for rule in (NAME, RESERVED):
        assert f'r"{rule.pattern}"' in plugin


def test_a_torchscript_network_with_sigma_has_two_outputs(prepared: Path, tmp_path: Path) -> None:
    net = network(WITH_SIGMA)
    export_torchscript(net, build_card(CARD, net, "both", prepared, attributions(prepared, "train")), tmp_path / "both.pt")
    assert len(torch.jit.load(tmp_path / "both.pt")(*example_inputs(1, 64, 64))) == 2


def test_the_discriminators_head_is_no_part_of_the_file() -> None:
    import onnx as onnx_format

    shipped = onnx_format.load(Path(__file__).resolve().parents[2] / "resources" / "models" / "siran-3x.onnx")
    names = {tensor.name for tensor in shipped.graph.initializer}
    assert any(name.startswith("generator.trunk") for name in names)
    assert not any(name.startswith("discriminator.") for name in names)  # nor its trunk, where there is no attention


def test_torchscript_with_its_card_beside_it(prepared: Path, tmp_path: Path) -> None:
    net = network()
    card = build_card(CARD, net, "small", prepared, attributions(prepared, "train"))
    export_torchscript(net, card, tmp_path / "small.pt")
    assert card_from_json(sidecar_path(tmp_path / "small.pt").read_text()) == card
    given = example_inputs(1, 90, 70, seed=4)
    with torch.no_grad():
        np.testing.assert_allclose(torch.jit.load(tmp_path / "small.pt")(*given), net(*given)[0], atol=1e-3)


def test_both_files_of_a_run_share_their_weights(prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train(TINY, prepared, tmp_path / "run", resume=False)
    (tmp_path / "card.toml").write_text(CARD)
    out, weights = tmp_path / "small.pt", tmp_path / "small.safetensors"
    export = ["--run", str(tmp_path / "run"), "--data", str(prepared), "--card", str(tmp_path / "card.toml"), "--out", str(out)]
    assert main(export) == 0
    kept = weights.read_bytes()
    out.unlink()  # as if the other file had been another kind's
    assert main(export) == 0 and weights.read_bytes() == kept
    out.unlink()
    checkpoint = load_checkpoint(tmp_path / "run")
    save_checkpoint(replace(checkpoint, ema={name: value + 1 for name, value in checkpoint.ema.items()}), tmp_path / "run")
    assert main(export) == 2 and not out.exists() and weights.read_bytes() == kept
    assert f"{weights} exists, with other weights." in capsys.readouterr().err


def test_the_command_line_refuses_what_it_cannot_do(prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train(TINY, prepared, tmp_path / "run", resume=False)
    (tmp_path / "card.toml").write_text(CARD)
    common = ["--run", str(tmp_path / "run"), "--data", str(prepared), "--card", str(tmp_path / "card.toml")]
    kept = (tmp_path / "run" / "last.safetensors").read_bytes()
    assert main([*common, "--out", str(tmp_path / "run" / "last.onnx")]) == 2
    assert "would replace the run's checkpoint" in capsys.readouterr().err
    assert (tmp_path / "run" / "last.safetensors").read_bytes() == kept
    there = tmp_path / "there.onnx"
    there.write_bytes(b"somebody's")
    assert main([*common, "--out", str(there)]) == 2
    assert "there.onnx exists.\nName the model otherwise, or pass --overwrite." in capsys.readouterr().err
    assert there.read_bytes() == b"somebody's"
    (tmp_path / "odd.toml").write_text(CARD.replace("[2.0, 4.0]", "[4.0, 2.0]"))
    assert main([*common[:-1], str(tmp_path / "odd.toml"), "--out", str(tmp_path / "odd.onnx")]) == 2
    assert f"The card {tmp_path / 'odd.toml'} does not fit" in capsys.readouterr().err
    assert main([*common, "--out", str(tmp_path / "tiny.bin")]) == 2
    assert "ends neither in .onnx nor in .pt" in capsys.readouterr().err
    assert main(["--run", str(tmp_path), *common[2:], "--out", str(tmp_path / "x.onnx")]) == 2
    assert "does not exist" in capsys.readouterr().err
