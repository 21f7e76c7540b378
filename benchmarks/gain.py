"""Whether a model promises too much: how RMSE changes where all that it adds to cubic resampling is multiplied by a gain.

    python benchmarks/gain.py --data runs/data --split validation

Printed are means over the areas (and over a condition's guides) of RMSE over cubic's, at each gain, and of all conditions alike. A best
gain below 1 says that relief of the right kind is too strong. What was found is in docs/weights.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from opening import opened  # noqa: E402

from backend.engines import Run  # noqa: E402
from training.evaluate import engine_run, load_pairs  # noqa: E402
from training.evaluation.conditions import SPOILED, guides_of  # noqa: E402
from training.evaluation.pairs import Guide, Pair  # noqa: E402
from training.evaluation.tables import table  # noqa: E402

GAINS = np.linspace(0.8, 1.1, 31)
SHOWN = (0.90, 0.94, 0.96, 0.98, 1.00, 1.02, 1.04)


def by_gain(pair: Pair, guide: Guide, run: Run) -> NDArray[np.float64]:
    """RMSE over cubic's at each of GAINS. Back-projection is linear, so that errors at two gains are enough for all."""
    image, valid = guide
    added = run(pair.given, image, valid, pair.area.pixel_size, pair.dem_error)[0] - pair.cubic
    without, whole = (
        (pair.back_projected((pair.cubic + gain * added).astype(np.float32)) - pair.target)[pair.judged].astype(np.float64)
        for gain in (0.0, 1.0)
    )
    cubic = float(np.square((pair.cubic - pair.target)[pair.judged].astype(np.float64)).mean())
    squares = [float(np.square((1 - gain) * without + gain * whole).mean()) for gain in GAINS]
    return np.sqrt(np.array(squares) / cubic)


def main() -> None:
    options, model, engine = opened("Whether a model promises too much.")
    run = engine_run(engine, model.card)
    found: dict[str, list[NDArray[np.float64]]] = {}
    for pair in load_pairs(options.data, options.split, options.ratio):
        kind = "" if pair.coarse is not None else "real coarse DEM, "
        for condition, guides in guides_of(pair, SPOILED):
            if guides:
                found.setdefault(kind + condition, []).append(np.mean([by_gain(pair, guide, run) for guide in guides], axis=0))
    means = {condition: np.mean(curves, axis=0) for condition, curves in found.items()}
    means["all alike"] = np.mean(list(means.values()), axis=0)
    rows = [
        [name, str(len(found.get(name, []))) if name in found else "", f"{GAINS[curve.argmin()]:.2f}", f"{curve.min():.4f}"]
        + [f"{np.interp(gain, GAINS, curve):.4f}" for gain in SHOWN]
        for name, curve in means.items()
    ]
    print(f"{model.card.name} {model.card.version}, {options.split}, ratio {options.ratio}: RMSE / cubic's by gain\n")
    print(table(["condition", "areas", "best gain", "there", *(f"{gain:.2f}" for gain in SHOWN)], rows))


if __name__ == "__main__":
    main()
