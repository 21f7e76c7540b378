"""What it costs that a coarse DEM holds no means over its pixels: RMSE and slope RMSE over cubic's, and errors within sigma.

    python benchmarks/sampling.py --data runs/data --split test

A model expects means, as sensors make them. Thinned: the height at each pixel's centre alone (nearest neighbours). Smooth: thinned as well,
of ground that a Gaussian as wide as a coarse pixel has smoothed (its standard deviation): a DEM drawn from contours may be like that.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from opening import opened  # noqa: E402
from rounding import from_coarse, unguided  # noqa: E402

from training.evaluate import engine_run, load_pairs  # noqa: E402
from training.evaluation.figures import Figure  # noqa: E402
from training.evaluation.tables import table  # noqa: E402


def thinned(fine: np.ndarray, ratio: int) -> np.ndarray:
    """The mean of the middle two in each direction where the ratio is even."""
    first, last = (ratio - 1) // 2, ratio // 2
    return (
        fine[first::ratio, first::ratio]
        + fine[first::ratio, last::ratio]
        + fine[last::ratio, first::ratio]
        + fine[last::ratio, last::ratio]
    ) / 4


def cell(figure: Figure) -> str:
    assert figure.scores.coverage is not None
    return f"{figure.rmse_ratio:.3f}, {figure.slope_rmse_ratio:.3f}, {figure.scores.coverage.one_sigma:.0%}"


def main() -> None:
    options, model, engine = opened("What it costs that a coarse DEM holds no means.")
    run = engine_run(engine, model.card)
    rows = []
    for pair in load_pairs(options.data, options.split, options.ratio):
        if pair.coarse is not None:
            smooth = gaussian_filter(pair.target.astype(np.float64), pair.ratio)
            kinds = [pair, from_coarse(pair, thinned(pair.target, pair.ratio)), from_coarse(pair, thinned(smooth, pair.ratio))]
            rows.append([pair.area.name, *map(cell, unguided(run, kinds))])
    print(f"{model.card.name} {model.card.version}, {options.split}, ratio {options.ratio}")
    print("RMSE / cubic's, slope RMSE / cubic's, errors within sigma\n")
    print(table(["area", "means", "thinned", "smooth, thinned"], rows))


if __name__ == "__main__":
    main()
