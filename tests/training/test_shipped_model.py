"""The model that is shipped is a trained one: better than cubic resampling on ground that it never saw."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from rasterio.windows import Window
from scipy.ndimage import binary_erosion, gaussian_filter

from backend import models
from backend.engines import open_engine
from backend.settings import Settings
from backend.superresolve import run as superresolve
from training.evaluate import engine_run, load_pairs
from training.evaluation.conditions import CONDITIONS, MISREGISTERED
from training.evaluation.figures import Figure, evaluate
from training.prepare import prepare

ROOT = Path(__file__).resolve().parents[2]
RASTERS = Path(os.environ.get("SIRAN_RASTERS", ROOT.parent / "shared" / "data"))
"""The rasters that training/configs/areas.toml names; they are not part of the project."""

SAMPLE_DEM = ROOT / "resources/sample/marin_srtm_1arcsec.tif"
HIGHEST = {"no guide": 0.87, "rendered guide": 0.65, MISREGISTERED: 0.83}
"""RMSE divided by cubic's, in every area; no other guide may do harm."""

AGAIN = ("no guide", "rendered guide", "upside-down guide", "real guide")
"""Of the card's conditions, those that are measured again here: one of each kind, and on real coarse DEMs those that have no renderings.
All of them, by the command that the card names, take minutes."""


def highest(condition: str) -> float:
    """What an area's RMSE may be at most, divided by cubic's. A real SRTM that is called lidar is halved (backend/halving.py), which is
    measured since 0.11.0; on the reference's own pixels, where it was measured before, no version did better than 0.997."""
    return 1.005 if "stated as lidar" in condition else HIGHEST.get(condition, 1.0)


SAMPLE = """
[[area]]
name = "sample"
split = "test"
dem = "marin_srtm_1arcsec.tif"
"""


def measured(folder: Path, conditions: Sequence[str] = CONDITIONS) -> list[Figure]:
    """The figures of the shipped model, without cubic's own."""
    model = models.load(models.find(None))
    run = {model.path.stem: engine_run(open_engine(model, "cpu", 2, lambda _level, _text: None), model.card)}
    figures = []
    for pair in load_pairs(folder, "test", 3):
        asked = [name for name in conditions if pair.coarse is not None or name != "rendered guide"]
        figures += evaluate(run, [pair], conditions=asked, cards=dict.fromkeys(run, model.card))
    return [figure for figure in figures if figure.method == model.path.stem]


@pytest.mark.parametrize("error", [0.0, 2.4, 6.0])
def test_water_is_level_up_to_where_cubic_resampling_sees_the_shore(tmp_path: Path, error: float) -> None:
    """Whatever the DEM is said to be off by: the last pixels of the sea of which all within two are sea. The network adds nothing there;
    what is taken back of the cliffs beyond reaches some of them."""
    with rasterio.open(SAMPLE_DEM) as dataset:
        window = Window(0, 240, 160, 160)
        values, profile = dataset.read(1, window=window), dataset.profile
        profile |= {"width": 160, "height": 160, "transform": dataset.window_transform(window)}
    with rasterio.open(tmp_path / "shore.tif", "w", **profile) as dataset:
        dataset.write(values, 1)
    sea = binary_erosion(values == 0, np.ones((5, 5)), border_value=1)
    last = sea & ~binary_erosion(sea, np.ones((3, 3)), border_value=1)
    assert last.sum() > 100
    result = superresolve(
        Settings(dem=str(tmp_path / "shore.tif"), output=str(tmp_path / "fine.tif"), dem_error=error), lambda _event: None
    )
    with rasterio.open(result.path) as dataset:
        water = dataset.read(1)[last.repeat(3, axis=0).repeat(3, axis=1)]
    assert water.std() < 0.03 and abs(water.mean()) < 0.015, (water.std(), water.mean(), last.sum())


def moved(folder: Path, seed: int, rise: float, square: slice, resolution: float | None = None) -> np.ndarray:
    """What the shipped model adds, in metres, to 60 x 60 whole metres of 30 m named SRTM, as rough as that: they rise by `rise` a column
    and have one height in `square`'s rows and columns."""
    heights = 100 + rise * np.arange(60.0) + 4.5 * gaussian_filter(np.random.default_rng(seed).normal(size=(60, 60)), 1.5)
    heights[square, square] = np.median(heights[square, square])
    grid = {"height": 60, "width": 60, "crs": "EPSG:32610", "transform": from_origin(5e5, 4e6, 30, 30)}
    with rasterio.open(folder / "plain.tif", "w", count=1, dtype="int16", **grid) as dataset:
        dataset.write(np.rint(heights).astype(np.int16), 1)
    named = Settings(
        dem=str(folder / "plain.tif"),
        output=str(folder / "fine.tif"),
        difference=str(folder / "off.tif"),
        dem_source="srtm",
        resolution=resolution,
    )
    superresolve(named, lambda _event: None)
    with rasterio.open(folder / "off.tif") as dataset:
        return np.asarray(dataset.read(1))


@pytest.mark.parametrize("seed", [9, 13, 15, 17])
def test_cells_that_rounding_made_level_are_no_box_in_ground_that_is_lowered(tmp_path: Path, seed: int) -> None:
    """Plains as rough as SRTM's, with four by four cells of one height, around which the model takes 0.5 to 0.9 m away: from them more than
    half as much."""
    box = moved(tmp_path, seed, 0.3, slice(28, 32))[28 * 3 : 32 * 3, 28 * 3 : 32 * 3]
    around = float(np.concatenate([box[0], box[-1], box[:, 0], box[:, -1]]).mean())
    assert around < -0.5
    assert box[3:-3, 3:-3].mean() < 0.5 * around


@pytest.mark.parametrize("seed", range(4))
def test_equal_cells_on_a_slope_move_with_it_at_the_dems_own_pixel_size(tmp_path: Path, seed: int) -> None:
    """Three by three equal whole metres that have lower ground beside them are no water: neither they nor the two pixels around stay."""
    box = moved(tmp_path, seed, 1.2, slice(28, 31), resolution=30)[27:32, 27:32]
    assert (np.abs(box) < 1e-3).mean() < 0.2, box


def test_the_card_says_what_was_held_out() -> None:
    card = models.load(models.find(None)).card
    trained_on = {entry["name"] for entry in card.training_data}
    assert set(card.held_out["areas"]) == {"tirol_kot", "colorado_westelk", "idaho_mackay", "marin", "san_francisco_north"}
    assert not trained_on & set(card.held_out["areas"])
    assert "training.evaluate" in card.held_out["command"]
    for row in card.held_out["figures"]:
        assert row["rmse_ratio"] <= highest(row["condition"]), row
    assert models.find(None).stat().st_size < 8_000_000


@pytest.mark.slow
def test_on_the_sample_it_beats_cubic(tmp_path: Path) -> None:
    """The sample lies in the hills that were kept out of training."""
    (tmp_path / "areas.toml").write_text(SAMPLE)
    prepare(tmp_path / "areas.toml", ROOT / "resources" / "sample", tmp_path / "data")
    figures = {f.condition: f for f in measured(tmp_path / "data")}
    for condition, figure in figures.items():
        assert figure.rmse_ratio <= highest(condition), figure
        assert figure.slope_rmse_ratio < 1, figure


def test_the_first_run_ends_as_its_page_says(tmp_path: Path) -> None:
    """docs/ten-minutes.md has the figures that a new user checks the installation by."""
    page = (ROOT / "docs/ten-minutes.md").read_text(encoding="utf-8")
    said = re.search(r"The mean of \*difference\* is −([\d.]+) m, its least −([\d.]+) m", page)
    assert said is not None
    difference = tmp_path / "difference.tif"
    settings = Settings(
        dem=str(SAMPLE_DEM),
        output=str(tmp_path / "fine.tif"),
        difference=str(difference),
        guide=str(SAMPLE_DEM.with_name("marin_landsat7_nir_r_g.tif")),
        dem_source="srtm",
    )
    superresolve(settings, lambda _event: None)
    with rasterio.open(difference) as dataset:
        made = dataset.read(1, masked=True).astype(np.float64)
    assert f"{-made.mean():.2f}" == said[1] and f"{-made.min():.1f}" == said[2]


def test_a_real_image_is_worth_having_wherever_it_was_measured() -> None:
    """By the card's figures, which the test below measures again: on simulated coarse DEMs. On the real one, and three times coarser, it is
    worth next to nothing in San Francisco, and does next to no harm: 0.33 % with 0.12.0, 0.14 % with 0.11.0."""
    figures = {(row["area"], row["condition"]): row["rmse_ratio"] for row in models.load(models.find(None)).card.held_out["figures"]}
    helped = 0
    for prefix in ("", "real coarse DEM, ", "real coarse DEM, stated as srtm, "):
        for (area, condition), ratio in figures.items():
            none = figures.get((area, f"{prefix}no guide"), 0.0)
            if condition == f"{prefix}real guide":
                assert ratio < (none if not prefix else 1.003 * none), (area, condition)
                helped += 1
            elif condition == f"{prefix}real guide, 3 x coarser":
                assert ratio <= 1.004 * none, (area, condition)
    assert helped == 4


@pytest.mark.slow
@pytest.mark.skipif(not (RASTERS / "fine").is_dir(), reason="the rasters that the card was measured on are not here (SIRAN_RASTERS)")
def test_the_cards_figures_can_be_measured_again(tmp_path: Path) -> None:
    areas = (ROOT / "training" / "configs" / "areas.toml").read_text()
    held_out = [table for table in areas.split("[[area]]") if 'split = "test"' in table]
    (tmp_path / "areas.toml").write_text("".join(f"[[area]]{table}" for table in held_out))
    prepare(tmp_path / "areas.toml", RASTERS, tmp_path / "data")
    stated = {(row["area"], row["condition"]): row["rmse_ratio"] for row in models.load(models.find(None)).card.held_out["figures"]}
    found = {(f.area, f.condition): f.rmse_ratio for f in measured(tmp_path / "data", AGAIN)}
    assert found.keys() <= stated.keys()
    assert {area for area, _ in found} == {area for area, _ in stated}
    for key, ratio in found.items():
        assert ratio == pytest.approx(stated[key], abs=0.003), key
        assert ratio <= highest(key[1]), key
