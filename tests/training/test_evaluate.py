"""`python -m training.evaluate` measures what it says, writes it down, and says in a sentence why it does not."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from numpy.typing import NDArray

from backend import gaps, models
from backend.card import sidecar_path
from backend.dem_source import SOURCES
from backend.engines import open_engine
from backend.metrics.terrain import SLOPE_CLASSES
from backend.settings import Settings
from backend.superresolve import run as run_backend
from tests.backend.models_for_tests import card, write_model
from tests.training.conftest import hills, write
from tests.training.test_export import CARD
from tests.training.test_generator import SMALL, network
from training.card import build_card
from training.data.areas import Area, attributions, load_areas
from training.data.coarse import cubic_upsample
from training.evaluate import engine_run, load_pairs, main
from training.evaluation.conditions import CONDITIONS, MISREGISTERED, guides_of, rendered_guide
from training.evaluation.figures import evaluate, made, mean_of, means
from training.evaluation.pairs import Pair, simulate, with_real_coarse
from training.evaluation.tables import markdown
from training.export import export_torchscript
from training.prepare import prepare

Floats = NDArray[np.float32]


def third(prepared: Path) -> Area:
    """The test area, in memory of its own."""
    area = load_areas(prepared, "test")[0]
    return replace(area, dem=np.array(area.dem))


def as_it_is(dem: Floats, _guide: Floats, _valid: Floats, _pixel_size: float, _error: float) -> tuple[Floats, Floats]:
    return dem, np.full_like(dem, 0.5)


@pytest.fixture(scope="module")
def pair(prepared: Path) -> Pair:
    return simulate(third(prepared), 3)


def test_cubic_against_cubic_is_one(pair: Pair) -> None:
    figures = evaluate({"same": as_it_is}, [pair])
    assert [figure.condition for figure in figures] == [  # the area has no real guide
        "no guide",
        *(condition for condition in CONDITIONS if not condition.startswith("real guide")),
    ]
    for figure in figures:
        assert figure.rmse_ratio == figure.slope_rmse_ratio == 1.0
        assert list(figure.ratios().values()) == pytest.approx([1.0] * len(figure.ratios()))
        assert figure.rmse_cubic > 0.05


def test_the_reference_itself_scores_zero(pair: Pair) -> None:
    def perfect(dem: Floats, *_: object) -> tuple[Floats, None]:
        return pair.target, None

    cubic, figure = evaluate({"perfect": perfect}, [pair], conditions=["no guide"])
    scores = figure.scores
    assert scores.consistency < 1e-3 < cubic.scores.consistency
    assert set(figure.ratios().values()) == {0.0}
    assert (scores.errors.rmse, scores.slope_rmse, scores.aspect_rmse, scores.curvature_rmse) == (0, 0, 0, 0)
    assert (scores.ssim, scores.psnr, scores.coverage) == (pytest.approx(1), math.inf, None)
    assert scores.detail is not None
    assert cubic.scores.detail is not None
    assert scores.detail.upper == scores.detail.resolved == 1.0
    assert cubic.scores.detail.upper < 0.3 < cubic.scores.detail.resolved < 1  # the hills have no waves below five pixels


def test_models_whose_card_asks_for_it_are_brought_back_to_the_coarse_dem(pair: Pair) -> None:
    """By half a metre that they are too high, and by what cubic resampling gets wrong; others are left as they are."""

    def high(dem: Floats, *_: object) -> tuple[Floats, None]:
        return dem + np.float32(0.5), None

    cubic, free, bound = evaluate(
        {"free": high, "bound": high}, [pair], conditions=["no guide"], cards={"bound": card("bound", back_projection=True)}
    )
    assert free.scores.errors.bias == pytest.approx(cubic.scores.errors.bias + 0.5, abs=1e-3)
    assert bound.scores.errors.bias == pytest.approx(0, abs=0.05)
    assert bound.scores.consistency < 0.4 * cubic.scores.consistency < 0.4 * free.scores.consistency
    off = replace(pair, dem_error=0.5)
    assert (
        evaluate({"bound": high}, [off], conditions=["no guide"], cards={"bound": card("bound", back_projection=True)})[
            1
        ].scores.errors.bias
        > 0.2
    )


def test_a_real_coarse_dem_at_a_ratio_between_is_run_as_the_backend_runs_it(tmp_path: Path) -> None:
    """On pixels half as large, and means over these: RMSE and all else are of what a user gets."""
    fine, rng = hills(240, 240), np.random.default_rng(0)
    write(tmp_path / "z.tif", fine)
    coarse = fine.reshape(120, 2, 120, 2).mean(axis=(1, 3)) + rng.normal(0, 1, (120, 120)).astype(np.float32)
    # Coarse pixels of 12.5 m under ones of 10 m.
    write(tmp_path / "coarse.tif", coarse[:90, :90], step=12.5)
    listed = tmp_path / "areas.toml"
    listed.write_text(
        '[[area]]\nname = "a"\nsplit = "test"\ndem = "z.tif"\ncoarse = "coarse.tif"\nkeep = [500000, 5199000, 501000, 5200000]\n'
    )
    prepare(listed, tmp_path, tmp_path / "out")
    asked = card("even", ratios=(1.0, 6.0), back_projection=True)
    path = write_model(tmp_path / "even.onnx", model_card=asked, sigma=True)
    model = models.load(path)
    (real,) = (pair for pair in load_pairs(tmp_path / "out", "test", 3) if pair.coarse is None)
    assert real.own_ratio == pytest.approx(1.25, rel=1e-3)
    told = replace(real, dem_error=1.0)
    no_guide = np.zeros((3, *told.target.shape), np.float32), np.zeros(told.target.shape, np.float32)
    elevation, sigma = made(engine_run(open_engine(model, "cpu", 1, lambda *_: None), asked), told, no_guide, asked)
    settings = Settings(
        dem=str(tmp_path / "coarse.tif"), output=str(tmp_path / "o.tif"), like=str(tmp_path / "z.tif"),
        uncertainty=str(tmp_path / "s.tif"), model=str(path), dem_error=1.0, tile=512,
    )  # fmt: skip
    run_backend(settings, lambda _event: None)
    for name, values in (("o", elevation), ("s", sigma)):
        with rasterio.open(tmp_path / f"{name}.tif") as dataset:
            expected = dataset.read(1)[: told.target.shape[0], : told.target.shape[1]]
        assert values is not None
        inside = slice(20, 70)
        np.testing.assert_allclose(values[inside, inside], expected[inside, inside], atol=2e-3)


def test_models_are_given_rounded_heights_without_their_steps() -> None:
    """As the backend gives them; what they are compared with keeps them."""
    y, x = np.mgrid[:240, :240]
    exact = simulate(Area("dunes", "test", (60 + 12 * np.sin(x / 27 + 2 * np.sin(y / 70))).astype(np.float32), None, 10.0, 10.0), 3)
    assert exact.coarse is not None and exact.given is exact.cubic
    steps = np.rint(exact.coarse)
    cubic = cubic_upsample(torch.from_numpy(steps.astype(np.float64))[None, None], 3)[0, 0].numpy().astype(np.float32)
    rounded = replace(exact, coarse=steps, cubic=cubic, step=1.0)
    seen: list[Floats] = []

    def keep(dem: Floats, *_: object) -> tuple[Floats, None]:
        seen.append(dem)
        return dem, None

    before, after = evaluate({"same": keep}, [rounded], conditions=["no guide"])
    assert np.array_equal(seen[0], rounded.given) and not np.array_equal(rounded.given, cubic)
    assert after.scores.errors.rmse < 0.5 * before.scores.errors.rmse
    assert before.scores.errors.rmse == pytest.approx(float(np.sqrt(np.mean((cubic - exact.target)[exact.judged] ** 2))))


def test_slope_classes_make_up_the_area(pair: Pair) -> None:
    errors, classes = (lambda scores: (scores.errors, scores.by_slope))(evaluate({}, [pair])[0].scores)
    assert [(part.low, part.high) for part in classes] == list(SLOPE_CLASSES)
    assert sum(part.errors.pixels for part in classes) == errors.pixels == pair.judged.sum()
    together = sum(part.errors.rmse**2 * part.errors.pixels for part in classes if part.errors.pixels) / errors.pixels
    assert math.sqrt(together) == pytest.approx(errors.rmse)


def test_sigma_is_judged_where_there_is_one(pair: Pair) -> None:
    row = evaluate({"same": as_it_is}, [pair], conditions=["no guide"])[1].scores
    within = np.abs(pair.cubic - pair.target)[pair.judged]
    assert row.coverage is not None
    assert row.coverage.one_sigma == pytest.approx((within <= 0.5).mean())
    assert row.coverage.two_sigma == pytest.approx((within <= 1).mean())
    assert any(part.coverage is not None and part.coverage.one_sigma > 0 for part in row.by_slope)


def test_resamplers_stand_beside_models(pair: Pair) -> None:
    figures = evaluate({}, [pair], ["nearest", "cubic", "bilinear"])
    rows = {figure.method: figure for figure in figures}
    assert list(rows) == ["cubic", "nearest", "bilinear"]
    assert rows["nearest"].rmse_ratio > rows["bilinear"].rmse_ratio > 1


def test_pixels_near_gaps_are_left_out(prepared: Path) -> None:
    area = third(prepared)
    area.dem[90, 100] = np.nan
    judged = simulate(area, 3).judged
    assert not judged[82:99, 92:109].any()
    assert judged[60, 60]
    assert not judged[:9].any()


def test_a_real_coarse_dem_is_the_input_and_the_baseline(prepared: Path) -> None:
    area = third(prepared)
    assert with_real_coarse(area, 3) is None
    coarse = area.dem + np.float32(4)
    coarse[50, 60] = np.nan
    real = with_real_coarse(replace(area, coarse=coarse, coarse_error=2.5), 3)
    assert real is not None
    assert not real.judged[50, 60]
    assert real.dem_error == pytest.approx(4, abs=1e-3), "with its bias, which a scatter does not show"
    told = []

    def lower(dem: Floats, _guide: Floats, _valid: Floats, _size: float, error: float) -> tuple[Floats, None]:
        told.append(error)
        return dem - 2, None

    shown = []
    figures = evaluate(
        {"lower": lower}, [real], ["bilinear"], keep=lambda _pair, condition, method, _dem: shown.append((method, condition))
    )
    measured = [
        ("cubic", "real coarse DEM, no guide"),
        ("lower", "real coarse DEM, no guide"),
        ("lower", "real coarse DEM, rendered guide"),
    ]
    assert [(f.method, f.condition) for f in figures if "stated" not in f.condition] == shown == measured
    # And with each error that a user might state instead.
    assert ("lower", "real coarse DEM, stated as srtm, no guide") in [(f.method, f.condition) for f in figures]
    assert len(figures) == 3 + 2 * len(SOURCES)
    assert set(told) == {real.dem_error} | {source.error for source in SOURCES.values()}
    assert figures[1].ratios()["bias"] == pytest.approx(0.5)
    assert math.isnan(figures[0].scores.consistency)
    assert figures[0].scores.errors.bias == pytest.approx(4)
    assert figures[1].rmse_ratio == pytest.approx(0.5)


def test_a_coarse_dem_of_a_sliver_is_left_out(prepared: Path) -> None:
    """Not all figures with it."""
    (area,) = load_areas(prepared, "test")
    coarse = np.full_like(area.dem, np.nan)
    coarse[:, :15] = area.dem[:, :15]
    assert with_real_coarse(replace(area, coarse=coarse, coarse_error=3.0), 3) is None


def test_guides_are_as_bad_as_their_condition_says(pair: Pair) -> None:
    guides = {name: several[0] for name, several in guides_of(pair)}
    sharp, valid = guides["rendered guide"]
    assert valid.all()
    np.testing.assert_array_equal(sharp, rendered_guide(pair, 0)[:, : sharp.shape[1], : sharp.shape[2]])
    rough = [np.abs(np.diff(guides[f"rendered guide, {n} x coarser"][0], axis=2)).mean() for n in (3, 4, 5)]
    assert np.abs(np.diff(sharp, axis=2)).mean() > rough[0] > rough[1] > rough[2]
    # 2 px towards the south-east: the same picture, 1.41 pixels further right and down.
    moved, inner = guides[MISREGISTERED][0], np.s_[0, 20:-20, 20:-20]

    def likeness(right: int, down: int) -> float:
        return float(np.corrcoef(np.roll(sharp, (down, right), (1, 2))[inner].ravel(), moved[inner].ravel())[0, 1])

    assert likeness(1, 1) > max(likeness(0, 0), likeness(0, 1), likeness(3, 3), likeness(-1, -1), likeness(1, -1))
    np.testing.assert_array_equal(guides["upside-down guide"][0], sharp[:, ::-1])
    assert not guides["no guide"][1].any()
    with pytest.raises(KeyError, match="no such"):
        list(guides_of(pair, ["no such"]))


def test_no_image_is_rendered_of_ground_that_was_made_up(prepared: Path) -> None:
    (area,) = load_areas(prepared, "test")
    dem = area.dem.copy()
    dem[:10, 20:30] = np.nan
    pair = simulate(replace(area, dem=dem), 3)
    known = np.isfinite(dem[: pair.target.shape[0], : pair.target.shape[1]])
    assert np.isfinite(pair.target).all()
    for condition, guides in guides_of(pair):
        seen = known[::-1] if condition == "upside-down guide" else known
        for image, valid in guides if condition not in ("no guide", "constant guide") and not condition.startswith("real") else []:
            np.testing.assert_array_equal(valid > 0, seen, err_msg=condition)
            assert not image[:, ~seen].any() and image[:, seen].all(axis=0).any()


def test_means_leave_out_what_is_unknown() -> None:
    assert mean_of([1.0, math.nan, 3.0]) == 2.0
    assert math.isnan(mean_of([math.nan]))
    assert mean_of([(1.0, 5), (2.0, 5)]) == (1.5, 5)


def test_means_count_each_area_alike(pair: Pair) -> None:
    def half(dem: Floats, *_: object) -> tuple[Floats, None]:
        return (dem + pair.target) / 2, None

    other = replace(pair, area=replace(pair.area, name="again"))
    figures = evaluate({"half": half}, [pair, other], conditions=["no guide"])
    cubic, row = means(figures)
    assert (cubic.areas, cubic.ratios["rmse"], row.areas) == (2, 1.0, 2)
    assert row.ratios["rmse"] == pytest.approx(0.5, abs=1e-3)
    assert row.psnr_gain == pytest.approx(6.02, abs=0.01)
    text = markdown(figures, "half")
    assert text.startswith("# half\n")
    assert "| half | no guide | 2 | 0.500 |" in text
    assert text.index("mean over the areas") < text.index("## third") < text.index("## again")
    assert max(line.count("|") for line in text.splitlines()) <= 11


def test_an_area_is_run_as_the_backend_runs_a_tile() -> None:
    """With its halo around it, rounded up to what sizes are multiples of, filled from what is known, under no guide."""
    given: list[tuple[Floats, Floats, Floats]] = []

    class Even:
        provider = "none"

        def run(self, dem: Floats, guide: Floats, guide_valid: Floats, pixel_size: float, dem_error: float) -> tuple[Floats, None]:
            given.append((dem, guide, guide_valid))
            return dem + 1, None

        def stop(self) -> None:
            raise AssertionError

    dem = np.arange(35, dtype=np.float32).reshape(5, 7)
    asked = card("even", halo=6, size_multiple=8)
    found, _ = engine_run(Even(), asked)(dem, np.ones((3, 5, 7), np.float32), np.ones((5, 7), np.float32), 10.0, 0.0)
    np.testing.assert_allclose(found, dem + 1, atol=1e-5)
    ((ground, guide, valid),) = given
    assert (ground.shape, guide.shape, valid.shape) == ((24, 24), (3, 24, 24), (24, 24))
    np.testing.assert_allclose(ground[8:13, 8:15], dem, atol=1e-5)
    known = np.pad(np.ones((5, 7), bool), 30)
    beyond = gaps.fill(np.pad(dem, 30)[None], known, 8)[0]
    np.testing.assert_allclose(ground, beyond[22:46, 22:46], atol=1e-4)
    # A plane goes on as it is, seven upwards, one to the left, but for what a thousandth of a square pixel takes of its slopes and fit.
    for (row, column), start, slope, across in (((7, 11), 3, 7, 1), ((10, 7), 14, 1, 7)):
        # Two rows of five pixels: variances of 0.25 along the way and of 2 across it.
        found_slope, found_across = slope * 0.25 / 0.251, across * 2 / 2.001
        explained = found_slope * slope * 0.25 + found_across * across * 2
        missed = slope**2 * 0.25 + across**2 * 2 - explained
        assert ground[row, column] == pytest.approx(start - found_slope * explained / (explained + 2 * missed), abs=1e-5)
    for part in (guide[0], valid):
        assert part[8:13, 8:15].all() and part.sum() == 35


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "There is nothing to measure."),
        (["--resampler", "lanczos", "--data", "/nowhere"], "/nowhere/manifest.json does not exist"),
        (["--resampler", "lanczos", "--ratio", "1"], "--ratio 1 makes nothing coarser."),
        (["--resampler", "lanczos", "--ratio", "60"], "has no pixel that is 181 away from gaps and borders"),
        (["--resampler", "lanczos", "--record"], "--record writes figures into the cards of models, and none is named."),
        (["--model", "/nowhere/none.onnx", "--record", "--split", "train"], "--record with --split train"),
        (["--model", "/nowhere/none.onnx"], "/nowhere/none.onnx cannot be read"),
        (["--resampler", "lanczos", "--steps", "9"], "--steps says how many steps each row"),
        (["--model", "a/one.onnx", "--model", "b/one.onnx"], "Two methods would be called one."),
        (["--resampler", "lanczos", "--page", __file__], "test_evaluate.py is a file."),
    ],
)
def test_bad_input_is_a_sentence(prepared: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert main(["--data", str(prepared), *arguments]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert said in lines[0]
    assert len(lines) == 2 or "/nowhere/manifest" in said


def test_an_empty_split_is_a_sentence(prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = json.loads((prepared / "manifest.json").read_text())
    manifest["areas"] = [entry for entry in manifest["areas"] if entry["split"] == "train"]
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert main(["--data", str(tmp_path), "--resampler", "nearest"]) == 2
    assert "has no area in the split test" in capsys.readouterr().err


def test_resamplers_need_no_model(prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--json", str(tmp_path / "f.json"), "--markdown", str(tmp_path / "f.md")]
    assert main(["--data", str(prepared), "--resampler", "lanczos", "--resampler", "nearest", "--ratio", "2", *out]) == 0
    printed = capsys.readouterr()
    assert "area 1 of 1: third" in printed.err
    assert "| lanczos | no guide | 1 |" in printed.out
    content = json.loads((tmp_path / "f.json").read_text())
    assert (content["split"], content["ratio"], content["models"]) == ("test", 2, [])
    rows = {row["method"]: row for row in content["figures"]}
    assert list(rows) == ["cubic", "lanczos", "nearest"]
    assert rows["nearest"]["ratios_to_cubic"]["rmse"] > 1
    assert rows["nearest"]["data_range"] > 100
    assert len(rows["lanczos"]["detail"]["ratio"]) == len(rows["lanczos"]["detail"]["wavelengths"]) == 32
    assert [mean["method"] for mean in content["means"]] == list(rows)
    assert "NaN" not in (tmp_path / "f.json").read_text()
    assert "# lanczos, nearest: split test, ratio 2" in (tmp_path / "f.md").read_text()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is full")
def test_a_full_disk_costs_no_figures(prepared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(prepared), "--resampler", "nearest", "--ratio", "2", "--json", "/dev/full"]) == 2
    printed = capsys.readouterr()
    assert "| nearest | no guide | 1 |" in printed.out and "No space left on device" in printed.err


@pytest.mark.parametrize("record", [["--record"], []])
@pytest.mark.parametrize(("area", "split"), [("third", "test"), ("other", "validation")])
def test_a_model_that_knows_what_is_to_judge_it_gets_no_figures(
    prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], area: str, split: str, record: list[str]
) -> None:
    model = write_model(tmp_path / "cheat.onnx", model_card=card("cheat", training_data=[{"name": "hills"}, {"name": area}]))
    before = model.read_bytes()
    assert main(["--model", f"{model}", "--data", f"{prepared}", *record]) == 2
    assert f"fitted to {area}, which {prepared} has in split {split}" in capsys.readouterr().err
    assert model.read_bytes() == before


@pytest.mark.slow
def test_figures_go_into_the_card(prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net, path, script = network(), tmp_path / "small.onnx", tmp_path / "script.pt"
    said = CARD + '[held_out]\nnotes = "Nobody looked."\n'
    write_model(path, model_card=build_card(said, net, "small", prepared, attributions(prepared, "train")))
    export_torchscript(net, build_card(CARD, net, "script", prepared, attributions(prepared, "train")), script)
    common = ["--model", str(path), "--model", str(script), "--data", str(prepared)]
    assert main([*common, "--record", "--json", str(tmp_path / "figures.json"), "--page", str(tmp_path / "page")]) == 0
    assert "| small | rendered guide |" in capsys.readouterr().out
    rows = json.loads((tmp_path / "figures.json").read_text())["figures"]
    for file in (path, script):
        card = models.load(file).card
        own = [row for row in rows if row["method"] == file.stem]
        assert [row["condition"] for row in card.held_out["figures"]] == [row["condition"] for row in own]
        for stated, row in zip(card.held_out["figures"], own, strict=True):
            assert stated["rmse_ratio"] == pytest.approx(row["ratios_to_cubic"]["rmse"], abs=5e-4)
        assert card.held_out["areas"] == ["third"]
        assert card.held_out["command"] == f"python -m training.evaluate --model {file} --data {prepared} --split test --ratio 3"
        assert card.held_out.get("notes") == ("Nobody looked." if file == path else None)
        assert card.training_data[0]["name"] == "hills"
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        assert f"{digest}  {file.name}\n" in (tmp_path / "SHA256SUMS").read_text()
    assert sidecar_path(script).is_file()
    assert "small, no guide" in (tmp_path / "page" / "index.html").read_text()
    assert main(["--model", str(path), "--ratio", "5"]) == 2
    assert "is for ratios from 2 to 4" in capsys.readouterr().err


@pytest.mark.slow
def test_a_models_sigma_reaches_the_figures(prepared: Path, tmp_path: Path) -> None:
    net, path = network(replace(SMALL, sigma=True)), tmp_path / "sure.pt"
    export_torchscript(net, build_card(CARD, net, "sure", prepared, attributions(prepared, "train")), path)
    engine = open_engine(models.load(path), "cpu", 1, lambda _level, _text: None, program=True)
    figures = evaluate({"sure": engine_run(engine, models.load(path).card)}, load_pairs(prepared, "test", 3), conditions=["no guide"])
    covered = figures[1].scores.coverage
    assert covered is not None
    assert 0 < covered.one_sigma <= covered.two_sigma <= 1
    assert covered.sigma > 0
    assert "within 1σ" in markdown(figures, "sure")
