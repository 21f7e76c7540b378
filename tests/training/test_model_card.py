"""The model card says what was measured, of every area under every condition, and hides nothing that went wrong."""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import replace
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from numpy.typing import NDArray

from backend import models
from tests.backend.models_for_tests import card, write_model
from tests.training.conftest import hills
from training import evaluate as evaluation
from training.data.areas import Area
from training.evaluation.conditions import CONDITIONS
from training.evaluation.figures import Figure, score
from training.evaluation.pairs import Pair, simulate
from training.evaluation.panels import Places, write_place
from training.evaluation.pictures import PANEL_WIDTH
from training.metrics import Coverage
from training.model_card import HOLDS, limits, main, write_model_card

Floats = NDArray[np.float32]
TRAINED_ON = [{"name": "hills", "licence": "", "attribution": ""}]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small and real, with sigma; its card says that it was trained on the prepared folder's training area."""
    path = tmp_path_factory.mktemp("model") / "small.onnx"
    return write_model(path, model_card=card("small", training_data=TRAINED_ON), sigma=True)


def arguments(model: Path, data: Path, out: Path) -> list[str]:
    return ["--model", str(model), "--data", str(data), "--out", str(out)]


@pytest.fixture(scope="module")
def page(prepared: Path, model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("docs") / "new" / "model-card.md"
    assert main(arguments(model, prepared, out)) == 0
    return out


def test_the_page_says_which_file_and_which_data(page: Path, model: Path, prepared: Path) -> None:
    text = page.read_text(encoding="utf-8")
    command = f"python -m training.model_card --model {model} --data {prepared} --out {page}"
    assert text.startswith(f"<!-- Made by {command}; do not edit. -->\n")
    assert f"    python -m training.evaluate --model {model} --data {prepared} --split test --ratio 3 " in text
    assert hashlib.sha256(model.read_bytes()).hexdigest() in text
    for words in ("A small model", "1.2.3", "CC0-1.0", "2 to 4", "5 to 30 m", "0 to 10 m", " counts as one) | 19 |"):
        assert words in text
    for area in ("hills", "other", "third"):
        assert f"| {area} | 10.0 |" in text
    assert text.index("| hills |") < text.index("validation areas") < text.index("| other |") < text.index("| third |")


def test_every_condition_stands_in_every_table(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    figures = text[text.index("## What it does on the test areas") : text.index("## Limits")]
    for condition in CONDITIONS:
        expected = 0 if condition.startswith("real guide") else 3  # the test area has no image
        assert figures.count(f"\n| {condition} |") == expected, condition
    assert figures.count("| condition | third |") == 2
    assert figures.count("| condition | overall | 0–5° |") == 1


def test_the_figures_are_those_of_the_command_that_the_page_names(
    page: Path, prepared: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluation.main(["--model", str(model), "--data", str(prepared), "--markdown", str(page.parent / "again.md")]) == 0
    capsys.readouterr()
    again = (page.parent / "again.md").read_text(encoding="utf-8")
    again = again[again.index("## Errors divided by cubic's") : again.index("## Similarity")]
    head, *rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in again.splitlines() if line.startswith("|")]
    rows = [[row[head.index(name)] for name in ("condition", "RMSE", "slope")] for row in rows if row[0] == "small"]
    assert len(rows) >= 8
    text = page.read_text(encoding="utf-8")
    for condition, rmse, slope in rows:
        assert f"| {condition} | {rmse}, {slope} | {rmse}, {slope} |" in text


def test_pictures_are_there_linked_and_said_in_words(page: Path) -> None:
    found = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    names = [name for _, name in found]
    assert names[:2] == ["images/model-card/typical-third.png", "images/model-card/worst-third.png"]
    assert {page.parent / name for name in names} == set(page.parent.glob("images/model-card/*"))
    for alt, name in found:
        assert "third" in alt
        assert matplotlib.image.imread(page.parent / name).shape[1] == PANEL_WIDTH
        assert (page.parent / name).stat().st_size < 700_000


def test_twice_is_the_same(page: Path, prepared: Path, model: Path) -> None:
    before = {path: path.read_bytes() for path in (page, *page.parent.glob("images/model-card/*"))}
    stale = page.parent / "images" / "model-card" / "typical-gone.png"
    stale.write_bytes(b"of an area that is no longer there")
    own = page.parent / "images" / "model-card" / "drawing.png"
    own.write_bytes(b"somebody's own")
    assert main(arguments(model, prepared, page)) == 0
    assert not stale.exists() and own.exists()
    own.unlink()
    assert {path: path.read_bytes() for path in before} == before


def test_a_model_that_saw_the_test_areas_gets_no_page(prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cheat = write_model(tmp_path / "cheat.onnx", model_card=card("cheat", training_data=[*TRAINED_ON, {"name": "third"}]))
    assert main(arguments(cheat, prepared, tmp_path / "card.md")) == 2
    assert "fitted to third, which" in capsys.readouterr().err.splitlines()[0]
    foreign = write_model(tmp_path / "foreign.onnx", model_card=card("foreign", training_data=[{"name": "far"}]))
    assert main(arguments(foreign, prepared, tmp_path / "card.md")) == 2
    assert "was trained on far; split train of" in capsys.readouterr().err.splitlines()[0]
    assert not (tmp_path / "card.md").exists()


def test_a_page_that_would_be_a_folder_is_refused_before_any_work(
    prepared: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments(model, prepared, tmp_path)) == 2
    assert capsys.readouterr().err.splitlines()[0].endswith(f"{tmp_path} is a folder.")
    assert list(tmp_path.iterdir()) == []


def test_a_page_of_another_ratio_says_so_and_what_the_card_says_of_its_test_areas(prepared: Path, tmp_path: Path) -> None:
    """Limits were set for ratio 3."""
    told = card("two", ratio=2.0, ratios=(2.0, 2.0), training_data=TRAINED_ON, held_out={"notes": "Nobody looked at them."})
    two = write_model(tmp_path / "two.onnx", model_card=told, sigma=True)
    assert main(arguments(two, prepared, tmp_path / "two.md")) == 0
    text = (tmp_path / "two.md").read_text(encoding="utf-8")
    assert "was made 2 times coarser" in text and "--split test --ratio 2 " in text
    assert "never trained on. Nobody looked at them. All figures" in text
    assert "Limits that were asked for" not in text and "](design.md)" not in text and "docs/design.md" in text


def test_ground_of_earlier_trainings_is_named(page: Path, prepared: Path, tmp_path: Path) -> None:
    """And another page's pictures are left alone."""
    assert "had been trained on this as well" not in page.read_text(encoding="utf-8")
    before = {path: path.read_bytes() for path in page.parent.rglob("*.png")}
    far = {"name": "far", "licence": "free", "attribution": "nobody"}
    older = write_model(tmp_path / "older.onnx", model_card=card("older", training_data=[*TRAINED_ON, far]), sigma=True)
    other = page.with_name("other-model.md")
    assert main(arguments(older, prepared, other)) == 0
    assert "| far | free | nobody |" in other.read_text(encoding="utf-8")
    assert {path: path.read_bytes() for path in before} == before
    assert (other.parent / "images" / "other-model").is_dir()


@pytest.fixture(scope="module")
def pair() -> Pair:
    return simulate(Area("Ridge", "test", hills(120, 132, seed=6), None, 10.0, 10.0), 3)


def figure(pair: Pair, condition: str, rmse: float, *, slope: float = 0.5, bias: float = 0.0, area: str = "Ridge") -> Figure:
    """A figure with known ratios to a cubic whose RMSE, bias and slope RMSE are 1; sigma is right."""
    cubic = score(pair, pair.cubic)
    right = Coverage(0.683, 0.954, 1.0)
    cubic = replace(cubic, errors=replace(cubic.errors, rmse=1.0, bias=1.0), slope_rmse=1.0)
    scores = replace(
        cubic,
        errors=replace(cubic.errors, rmse=rmse, bias=bias),
        slope_rmse=slope,
        coverage=right,
        by_slope=tuple(replace(part, coverage=right) for part in cubic.by_slope),
    )
    return Figure(area, condition, "model", scores, cubic)


GOOD = {
    "no guide": 0.7,
    "rendered guide": 0.4,
    "rendered guide, 3 x coarser": 0.6,
    "rendered guide, misregistered by 2 px": 0.71,
    "constant guide": 0.7,
    "clouded guide": 0.65,
    "upside-down guide": 0.71,
    "real guide, 3 x coarser": 0.7,
    "real guide, 4 x coarser": 0.7 * (1 + 5e-7),
    "real coarse DEM, no guide": 0.9,
    "real coarse DEM, stated as srtm, no guide": 1.0,
}


def test_a_model_that_keeps_all_limits(pair: Pair) -> None:
    found = limits([figure(pair, condition, rmse) for condition, rmse in GOOD.items()])
    assert [one for one in found if one.holds is not True] == []
    assert len({one.what for one in found}) == len(found)


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"condition": "no guide", "rmse": 0.80}, ["no guide: RMSE / cubic's, mean over the areas"]),
        ({"condition": "no guide", "rmse": 0.78, "slope": 0.83}, ["no guide: slope RMSE / cubic's, mean over the areas"]),
        ({"condition": "rendered guide", "rmse": 0.51}, ["rendered guide: RMSE / cubic's, mean over the areas"]),
        ({"condition": "rendered guide", "rmse": 0.4, "slope": 0.6}, ["rendered guide: slope RMSE / cubic's, mean over the areas"]),
        (
            {"condition": "rendered guide, 3 x coarser", "rmse": 0.701},
            ["rendered guide, 3 x coarser: RMSE / that without a guide, each area"],
        ),
        ({"condition": "real guide, 3 x coarser", "rmse": 0.701}, ["real guide, 3 x coarser: RMSE / that without a guide, each area"]),
        ({"condition": "real guide, 4 x coarser", "rmse": 0.700002}, ["real guide, 4 x coarser: RMSE / that without a guide, each area"]),
        ({"condition": "constant guide", "rmse": 0.72}, ["constant guide: RMSE / that without a guide, each area"]),
        ({"condition": "upside-down guide", "rmse": math.nan}, ["upside-down guide: RMSE / that without a guide, each area"]),
        ({"condition": "real coarse DEM, no guide", "rmse": 1.01}, ["real coarse DEM: RMSE / cubic's, each condition"]),
        (
            {"condition": "real coarse DEM, no guide", "rmse": 0.9, "bias": -1.1},
            ["real coarse DEM: size of the bias / cubic's, each condition"],
        ),
        (
            {"condition": "real coarse DEM, stated as srtm, no guide", "rmse": 0.9, "slope": 1.1},
            ["real coarse DEM: slope RMSE / cubic's, each condition"],
        ),
    ],
)
def test_a_broken_limit_is_said_to_be_broken(pair: Pair, changes: dict[str, object], broken: list[str]) -> None:
    figures = [figure(pair, condition, rmse) for condition, rmse in GOOD.items() if condition != changes["condition"]]
    found = limits([*figures, figure(pair, **changes)])  # type: ignore[arg-type]
    # 0.78 of cubic without a guide also makes what is compared with it look better, never worse.
    assert [one.what for one in found if one.holds is False] == broken
    assert all(one.holds is not None for one in found)


def test_one_bad_area_breaks_what_was_asked_of_each(pair: Pair) -> None:
    bad = [figure(pair, "no guide", 0.87, area="Valley"), figure(pair, "constant guide", 0.95, area="Valley")]
    found = {one.what: one for one in limits([figure(pair, "no guide", 0.6), figure(pair, "constant guide", 0.6), *bad])}
    assert found["no guide: RMSE / cubic's, mean over the areas"].holds is True
    each = found["no guide: RMSE / cubic's, each area"]
    assert (each.holds, each.limit, each.measured) == (False, "≤ 0.86", "0.8700 (Valley)")
    constant = found["constant guide: RMSE / that without a guide, each area"]
    assert (constant.holds, constant.measured) == (False, "1.0920 (Valley)")
    assert found["clouded guide: RMSE / that without a guide, each area"].holds is None
    assert found["real coarse DEM: RMSE / cubic's, each condition"].holds is None


def test_what_is_beyond_a_limit_does_not_look_like_the_limit(pair: Pair) -> None:
    figures = [figure(pair, "no guide", 0.7), figure(pair, "rendered guide, 4 x coarser", 0.7000056)]
    found = {one.what: one for one in limits(figures)}["rendered guide, 4 x coarser: RMSE / that without a guide, each area"]
    assert (found.holds, found.limit, found.measured) == (False, "≤ 1.00", "1.00001 (Ridge)")


def test_sigma_is_judged_in_each_slope_class(pair: Pair) -> None:
    good = figure(pair, "no guide", 0.7)
    steep = replace(good.scores.by_slope[3], coverage=Coverage(0.5, 0.95, 1.0))
    bad = replace(good, scores=replace(good.scores, by_slope=(*good.scores.by_slope[:3], steep)))
    one, two = (limit for limit in limits([bad]) if limit.what.startswith("no guide: errors within"))
    assert (one.holds, one.measured) == (False, "0.5000 (over 30°) to 0.6830 (overall)")
    assert two.holds is True
    without = replace(
        good, scores=replace(good.scores, coverage=None, by_slope=tuple(replace(p, coverage=None) for p in bad.scores.by_slope))
    )
    assert [limit.holds for limit in limits([without]) if "errors within" in limit.what] == [None] * 10


def test_what_does_not_hold_is_as_loud_as_what_holds(pair: Pair, prepared: Path, model: Path, tmp_path: Path) -> None:
    figures = [figure(pair, condition, rmse) for condition, rmse in (GOOD | {"rendered guide": 0.55}).items()]
    write_model_card(models.load(model), prepared, figures, Places(), tmp_path / "card.md")
    text = (tmp_path / "card.md").read_text(encoding="utf-8")
    assert f"| rendered guide: RMSE / cubic's, mean over the areas | ≤ 0.50 | 0.5500 | {HOLDS[False]} |" in text
    assert f"| rendered guide: RMSE / cubic's, each area | ≤ 0.65 | 0.5500 (Ridge) | {HOLDS[True]} |" in text
    assert "**1 do not hold**" in text
    assert text.count(HOLDS[False]) == 1
    # The real coarse DEM has tables of its own.
    assert text.index("| upside-down guide | 0.710") < text.index("### Real coarse DEM") < text.index("| real coarse DEM, stated as srtm")


def test_the_worst_place_is_where_it_was_spoilt() -> None:
    wide = simulate(Area("Wide", "test", hills(540, 600, seed=2), None, 10.0, 10.0), 3)
    better = (wide.cubic + wide.target) / 2
    spoilt = better.copy()
    spoilt[-200:, -200:] += 5
    places = Places()
    for condition, method, elevation in (
        ("no guide", "cubic", wide.cubic),
        ("no guide", "model", spoilt),  # with a guide alone
        ("rendered guide", "model", better),
        ("constant guide", "model", spoilt),
        ("clouded guide", "model", better),
    ):
        places.keep(wide, condition, method, elevation)
    (worst,) = places.worst
    assert (worst.condition, worst.rows.stop, worst.columns.stop) == ("constant guide", 540, 600)
    assert worst.ratio > 1
    np.testing.assert_array_equal(worst.result, spoilt[worst.rows, worst.columns])
    (typical,) = places.typical
    assert typical.condition == "rendered guide"
    assert typical.ratio == pytest.approx(0.5, abs=1e-3)
    assert places.level is None  # hills have none


def test_a_lake_is_found() -> None:
    dem = hills(300, 300, seed=4)
    dem[:150, :140] = 640.0
    lake = simulate(Area("Lake", "test", dem, None, 10.0, 10.0), 3)
    places = Places()
    places.keep(lake, "rendered guide", "model", lake.cubic)
    assert places.level is not None
    assert (places.level.rows.start, places.level.columns.start) == (0, 0)


def test_a_real_coarse_dem_is_drawn_without_its_unknown_pixels(pair: Pair, tmp_path: Path) -> None:
    places = Places()
    places.keep(replace(pair, coarse=None), "real coarse DEM, rendered guide", "model", pair.target)
    write_place(tmp_path / "real.png", places.typical[0], "model")
    picture = matplotlib.image.imread(tmp_path / "real.png")[..., :3]
    lower_left, lower_right = (picture[picture.shape[0] // 2 + 30 : -110, part] for part in (slice(20, 310), slice(700, 980)))
    assert (lower_left == 1).all()
    # The result is the reference: no error, which is the middle of the scale, but for what is not judged.
    assert lower_right.min() > 0.95
