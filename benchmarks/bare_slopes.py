"""What a model does to slopes where it expects SRTM's error and none of them is too high: RMSE over cubic's, and the mean error by slope.

    python benchmarks/bare_slopes.py --data runs/data --split test

SRTM is too high on slopes where trees stand on them, and a model that learned so lowers slopes. On bare ground that is an error of its own.
Each area's coarse DEM is taken as it is, and with a correlated error as SRTM has one, but without its bias; the model is told of SRTM's
error each time. The error is in proportion to the pixels beyond what the model was trained for. One draw of it says little: what is
printed is the mean over DRAWS, with its standard deviation over them, and the worst.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from opening import opened  # noqa: E402
from rounding import from_coarse  # noqa: E402

from backend.dem_source import SOURCES  # noqa: E402
from backend.metrics.terrain import SLOPE_CLASSES  # noqa: E402
from training.data.degradations import correlated_error  # noqa: E402
from training.evaluate import engine_run, load_pairs  # noqa: E402
from training.evaluation.figures import Figure, evaluate, mean_of  # noqa: E402
from training.evaluation.pairs import Pair, whole_cells  # noqa: E402
from training.evaluation.tables import table  # noqa: E402

CONDITIONS = ("no guide", "rendered guide")
DRAWS = 8
MOST = 0.6
"""Pixel sizes: a larger error is none that the model was trained for."""


def erring(pair: Pair, error: float, draw: int) -> Pair:
    """A pair whose coarse DEM is off by `error` metres (RMS over the ground that is known), as SRTM is (training/data/degradations.py)."""
    assert pair.coarse is not None
    coarse = torch.from_numpy(pair.coarse)[None, None]
    off = correlated_error(coarse, torch.tensor([error]), 0.9, torch.Generator().manual_seed(draw), long_share=0.46)
    height, width = pair.coarse.shape
    known = whole_cells(np.isfinite(pair.area.dem[: height * pair.ratio, : width * pair.ratio]), pair.ratio)
    # Made-up ground in gaps has slopes of its own, and takes its share of an error that goes with them.
    off *= error / off[0, 0][torch.from_numpy(known)].square().mean().sqrt()
    return from_coarse(pair, (coarse + off)[0, 0].numpy())


def row(figures: Sequence[Figure], coarse: str) -> list[str]:
    """Of one condition, drawn once or more."""
    ratios = np.array([figure.rmse_ratio for figure in figures])
    scores = mean_of([figure.scores for figure in figures])
    spread = [f"± {ratios.std(ddof=1):.3f}", f"{ratios.max():.3f}"] if len(ratios) > 1 else ["", ""]
    by_slope = [f"{part.errors.bias:+.2f}" for part in scores.by_slope]
    return [figures[0].area, coarse, figures[0].condition, f"{ratios.mean():.3f}", *spread, f"{scores.errors.bias:+.2f}", *by_slope]


def main() -> None:
    options, model, engine = opened("What a model does to slopes that are not too high.")
    run, rows = engine_run(engine, model.card), []
    for pair in load_pairs(options.data, options.split, options.ratio):
        if pair.coarse is not None:
            error = min(SOURCES["srtm"].error, MOST * pair.area.pixel_size)
            told = replace(pair, dem_error=error)
            drawn = [erring(told, error, draw) for draw in range(DRAWS)]
            for coarse, given in ((f"right, told {error:.3g} m", [told]), (f"off by {error:.3g} m", drawn)):
                found = evaluate({"model": run}, given, conditions=CONDITIONS, misstated=False, cards={"model": model.card})
                rows += [row([f for f in found if (f.method, f.condition) == ("model", name)], coarse) for name in CONDITIONS]
    classes = [f"{low:.0f} to {high:.0f}°" if high < 90 else f"over {low:.0f}°" for low, high in SLOPE_CLASSES]
    print(f"{model.card.name} {model.card.version}, {options.split}, ratio {options.ratio}")
    print(f"RMSE / cubic's over {DRAWS} draws of the error; mean errors (m) in all and by slope of the reference\n")
    print(table(["area", "coarse DEM", "guide", "RMSE", "", "worst", "mean error", *classes], rows))


if __name__ == "__main__":
    main()
