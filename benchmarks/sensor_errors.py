"""What a sensor's own errors cost on ground whose finer reference is known: RMSE and slope RMSE over cubic's, beside errors that are drawn.

    python benchmarks/sensor_errors.py --data runs/data --split validation

No real pair here has a reference that is as fine as the result: what real coarse DEMs have wrong (training/data/sensed.py; those of the
validation areas, which no network was trained on) is laid over area means of other ground, as large as stated, and so are fields that are
drawn as training draws them. The model is told how large the error is. `at its own pixels`: the model only corrects the DEM on the pixels
that it has, and cubic resampling does the rest. Each area's largest square without gaps, up to LARGEST pixels; means over DRAWS.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bare_slopes import erring  # noqa: E402
from borders import square  # noqa: E402
from opening import first_guides, opened  # noqa: E402
from rounding import from_coarse  # noqa: E402

from backend.card import ModelCard  # noqa: E402
from backend.engines import Run  # noqa: E402
from training.data.areas import Area, load_areas  # noqa: E402
from training.data.degradations import grown  # noqa: E402
from training.data.sensed import sensed  # noqa: E402
from training.evaluate import engine_run  # noqa: E402
from training.evaluation.figures import made, score  # noqa: E402
from training.evaluation.pairs import Pair, simulate  # noqa: E402
from training.evaluation.tables import table  # noqa: E402

LARGEST = 480
DRAWS = 3
SIZES = (0.1, 0.25)
"""Coarse pixels: 3 and 7.5 m of SRTM's."""
CONDITIONS = ("no guide", "rendered guide", "real guide")


def largest_square(area: Area) -> Area:
    top, left, size = square(np.isfinite(area.dem))
    size = min(size, LARGEST)
    part = (..., slice(top, top + size), slice(left, left + size))
    return replace(area, dem=area.dem[part], guide=None if area.guide is None else area.guide[part], coarse=None, cells=None)


def sensors(pair: Pair, error: float, donors: list[Area], draw: int) -> Pair:
    """A pair whose coarse DEM is off by `error` metres, as a sensor was elsewhere."""
    assert pair.coarse is not None
    coarse: Tensor = torch.from_numpy(pair.coarse)[None, None]
    off = sensed(donors, *pair.coarse.shape, np.random.default_rng(draw))
    if off is None:
        raise SystemExit(f"No validation area has a piece of {' x '.join(map(str, pair.coarse.shape))} pixels without gaps.")
    return from_coarse(pair, (coarse + grown(off, coarse, torch.tensor([error]), 0.0))[0, 0].numpy())


def at_own_pixels(pair: Pair, run: Run) -> np.ndarray:
    """The model's correction of the coarse DEM, made finer by cubic resampling; without a guide."""
    assert pair.coarse is not None
    nothing = np.zeros((4, *pair.coarse.shape), np.float32)
    elevation, _ = run(pair.coarse, nothing[:3], nothing[3], pair.ratio * pair.area.pixel_size, pair.dem_error)
    return from_coarse(pair, elevation).cubic


def measured(pairs: list[Pair], run: Run, card: ModelCard) -> Iterator[tuple[str, str]]:
    """By what the table's columns call them: the means over several pairs of one area."""
    found: dict[str, list[tuple[float, float]]] = {}
    for pair in pairs:
        results = {name: made(run, pair, guide, card)[0] for name, guide in first_guides(pair, CONDITIONS).items()}
        cubic = score(pair, pair.cubic)
        for name, elevation in (*results.items(), ("at its own pixels", at_own_pixels(pair, run))):
            own = score(pair, elevation)
            found.setdefault(name, []).append((own.errors.rmse / cubic.errors.rmse, own.slope_rmse / cubic.slope_rmse))
    for name, ratios in found.items():
        yield name, ", ".join(f"{value:.3f}" for value in np.mean(ratios, axis=0))


def main() -> None:
    options, model, engine = opened("What a sensor's own errors cost on ground whose finer reference is known.")
    run, rows = engine_run(engine, model.card), []
    donors = load_areas(options.data, "validation")
    names = (*CONDITIONS, "at its own pixels")
    for area in load_areas(options.data, options.split):
        if area.coarse is not None:
            continue
        pair = simulate(largest_square(area), options.ratio)
        kinds = {"none": [pair]}
        for size in SIZES:
            error = size * options.ratio * area.pixel_size
            told = replace(pair, dem_error=error)
            kinds[f"drawn, {size:g} of a pixel"] = [erring(told, error, draw) for draw in range(DRAWS)]
            kinds[f"a sensor's, {size:g} of a pixel"] = [sensors(told, error, donors, draw) for draw in range(DRAWS)]
        for kind, pairs in kinds.items():
            cells = dict(measured(pairs, run, model.card))
            rows.append([area.name, kind, *(cells.get(name, "–") for name in names)])
    print(f"{model.card.name} {model.card.version}, {options.split}, ratio {options.ratio}: RMSE / cubic's, slope RMSE / cubic's\n")
    print(table(["area", "error", *names], rows))


if __name__ == "__main__":
    main()
