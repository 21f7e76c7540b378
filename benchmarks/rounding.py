"""What a model should be told that a DEM of whole metres is off by: its errors over cubic's on prepared areas and on smooth plains.

    python benchmarks/rounding.py --data runs/data --split validation

The areas are made coarse and rounded to whole metres; so are plains that are tilted and gently wavy. The backend tells a model of
backend/dem_source.py's ROUNDING.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from opening import opened  # noqa: E402

from backend.card import ModelCard  # noqa: E402
from backend.engines import Run  # noqa: E402
from training.data.areas import Area  # noqa: E402
from training.data.coarse import cubic_upsample  # noqa: E402
from training.evaluate import engine_run, load_pairs  # noqa: E402
from training.evaluation.figures import Figure, evaluate  # noqa: E402
from training.evaluation.pairs import Pair, simulate  # noqa: E402
from training.evaluation.tables import table  # noqa: E402

STATED = (0.0, 0.1, 0.15, 0.2, 0.29)
"""Metres; 0.29 is the standard deviation of rounding to whole metres."""
PLAINS = (
    (0.002, 3.0, 10.0, 60.0),
    (0.008, 12.0, 10.0, 60.0),
    (0.02, 12.0, 10.0, 60.0),
    (0.05, 30.0, 10.0, 40.0),
    (0.005, 20.0, 30.0, 40.0),
)
"""Rise over run, height of the waves and pixel size in metres, width of the waves in pixels (standard deviation)."""
SIZE = 600
"""Pixels of a plain's edges."""


def plain(tilt: float, waves: float, pixel: float, width: float) -> Area:
    y, x = np.mgrid[:SIZE, :SIZE] * pixel
    wavy = gaussian_filter(np.random.default_rng(2).standard_normal((SIZE, SIZE)), width)
    heights = 200 + tilt * (x + 0.3 * y) + wavy * waves / np.ptp(wavy)
    return Area(f"plain, {tilt:.1%}, waves of {waves:g} m, {pixel:g} m", "test", heights.astype(np.float32), None, pixel, pixel)


def in_whole_metres(pair: Pair) -> Pair:
    assert pair.coarse is not None
    return replace(from_coarse(pair, np.rint(pair.coarse)), step=1.0)


def from_coarse(pair: Pair, coarse: np.ndarray) -> Pair:
    """A pair with another coarse DEM (H/ratio, W/ratio) of the same ground."""
    cubic = cubic_upsample(torch.from_numpy(coarse.astype(np.float64))[None, None], pair.ratio)[0, 0]
    return replace(pair, coarse=coarse.astype(np.float32), cubic=cubic.numpy().astype(np.float32))


def unguided(run: Run, card: ModelCard, pairs: Sequence[Pair]) -> list[Figure]:
    """A model's, without a guide, in each pair."""
    found = evaluate({"model": run}, pairs, conditions=["no guide"], misstated=False, cards={"model": card})
    return [figure for figure in found if figure.method == "model"]


def row(pair: Pair, run: Run, card: ModelCard) -> list[str]:
    found = unguided(run, card, [replace(pair, dem_error=stated) for stated in STATED])
    cubic = found[0].cubic
    cells = [f"{own.rmse_ratio:.3f}, {own.slope_rmse_ratio:.3f}, {own.scores.errors.bias:+.2f}" for own in found]
    return [pair.area.name, f"{cubic.errors.rmse:.2f} m, {cubic.slope_rmse:.2f}°", *cells]


def main() -> None:
    options, model, engine = opened("What a DEM of whole metres is off by.")
    run = engine_run(engine, model.card)
    pairs = [pair for pair in load_pairs(options.data, options.split, options.ratio) if pair.coarse is not None]
    pairs += [simulate(plain(*what), options.ratio) for what in PLAINS]
    print(f"{model.card.name} {model.card.version}, {options.split}, ratio {options.ratio}")
    print("RMSE / cubic's, slope RMSE / cubic's, bias (m), by the error that is stated\n")
    rows = [row(in_whole_metres(pair), run, model.card) for pair in pairs]
    print(table(["area", "cubic", *(f"{stated:g} m" for stated in STATED)], rows))


if __name__ == "__main__":
    main()
