"""`python -m training.evaluate` measures what it says, and writes it into the card."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from backend import models
from tests.training.test_export import CARD
from tests.training.test_generator import network
from training.card import build_card
from training.data.areas import load_areas
from training.evaluate import evaluate, main, simulate
from training.export import export_onnx
from training.metrics import rmse, slope_degrees

Floats = NDArray[np.float32]


def as_it_is(dem: Floats, _guide: Floats, _valid: Floats, _pixel_size: float, _error: float) -> Floats:
    return dem


def test_cubic_against_cubic_is_one(prepared: Path) -> None:
    pairs = [simulate(area, 3) for area in load_areas(prepared, "test")]
    for figure in evaluate(as_it_is, pairs):
        assert figure.rmse_ratio == figure.slope_rmse_ratio == 1.0
        assert figure.rmse_cubic > 0.05


def test_the_reference_itself_scores_zero(prepared: Path) -> None:
    pair = simulate(load_areas(prepared, "test")[0], 3)

    def perfect(dem: Floats, *_: object) -> Floats:
        return pair.target

    assert evaluate(perfect, [pair])[0].rmse_ratio == 0.0


def test_pixels_near_gaps_are_left_out(prepared: Path) -> None:
    area = load_areas(prepared, "test")[0]
    area.dem[90, 100] = np.nan
    judged = simulate(area, 3).judged
    assert not judged[82:99, 92:109].any()
    assert judged[60, 60]
    assert not judged[:9].any()


def test_metrics_by_hand() -> None:
    y, x = np.mgrid[:5, :6].astype(np.float64)
    np.testing.assert_allclose(slope_degrees(10 * x, 10.0, 20.0), 45.0)
    np.testing.assert_allclose(slope_degrees(20 * y, 10.0, 20.0), 45.0)
    where = np.zeros((5, 6), bool)
    where[0, :2] = True
    assert rmse(np.where(where, 3.0, 100.0), where) == pytest.approx(3.0)


@pytest.mark.slow
def test_figures_go_into_the_card(prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net, path = network(), tmp_path / "small.onnx"
    export_onnx(net, build_card(CARD, net, "small", prepared), path)
    common = ["--model", str(path), "--data", str(prepared)]
    assert main([*common, "--record", "--json", str(tmp_path / "figures.json")]) == 0
    assert "| third | no guide |" in capsys.readouterr().out
    card = models.load(path).card
    rows = json.loads((tmp_path / "figures.json").read_text())
    assert [row["condition"] for row in card.held_out["figures"]] == [row["condition"] for row in rows]
    assert card.held_out["areas"] == ["third"]
    assert card.training_data[0]["name"] == "hills"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (tmp_path / "SHA256SUMS").read_text() == f"{digest}  small.onnx\n"
    assert main(["--model", str(tmp_path / "none.onnx"), "--data", str(prepared)]) == 2
