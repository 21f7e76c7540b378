"""What back-projection is worth: a model's errors on prepared areas with its results as they are, and brought back to the coarse DEM.

    python benchmarks/back_projection.py --data runs/data --split test

RMSE and slope RMSE over cubic's, and the RMSE of the means over coarse pixels against the coarse DEM. Then real coarse DEMs, by how many
standard deviations of their stated error a pixel may be off by before something is taken back.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from opening import opened  # noqa: E402

from backend.back_projection import SIGMAS  # noqa: E402
from backend.dem_source import SOURCES  # noqa: E402
from backend.engines import Run  # noqa: E402
from training.data.areas import load_areas  # noqa: E402
from training.evaluate import engine_run  # noqa: E402
from training.evaluation.conditions import SHARP, guides_of  # noqa: E402
from training.evaluation.figures import Figure, evaluate, means, score  # noqa: E402
from training.evaluation.pairs import Pair, simulate, with_real_coarse  # noqa: E402
from training.evaluation.tables import table  # noqa: E402

AS_IS, BACK = "as it is", "back-projected"
TOLERANCES = (1.0, 1.5, 2.0, 3.0)
STATED = ("srtm", "glo30", "lidar")


def row(name: str, condition: str, found: list[Figure]) -> list[str]:
    """One line of the table: both, side by side."""
    cells = []
    for method in (AS_IS, BACK):
        own = [figure for figure in found if figure.method == method and figure.condition == condition]
        if not own:
            return []
        scores = [(figure.rmse_ratio, figure.slope_rmse_ratio, figure.scores.consistency) for figure in own]
        rmse, slope, off = (sum(column) / len(column) for column in zip(*scores, strict=True))
        cells.append((f"{rmse:.3f}", f"{slope:.3f}", f"{off:.3f}"))
    return [name, condition, *(f"{one}, {other}" for one, other in zip(*cells, strict=True))]


def by_tolerance(pair: Pair, run: Run) -> Iterator[list[str]]:
    """Lines of the table of a real coarse DEM."""
    cubic = score(pair, pair.cubic)
    for condition, guides in guides_of(pair, ("no guide", "real guide")):
        for name in STATED:
            error = SOURCES[name].error
            made, _ = run(pair.given, *guides[0], pair.area.pixel_size, error)
            results = [made, *(replace(pair, dem_error=error * sigmas / SIGMAS).back_projected(made) for sigmas in TOLERANCES)]
            scores = [score(pair, result) for result in results]
            cells = [f"{s.errors.rmse / cubic.errors.rmse:.3f}, {s.slope_rmse / cubic.slope_rmse:.3f}, {s.consistency:.2f}" for s in scores]
            yield [pair.area.name, condition, f"{name}, {error:g} m", *cells]


def main() -> None:
    options, model, engine = opened("What back-projection is worth.")
    run = engine_run(engine, model.card)
    pairs = [simulate(area, options.ratio) for area in load_areas(options.data, options.split)]
    found = evaluate(dict.fromkeys((AS_IS, BACK), run), pairs, conditions=SHARP, cards={BACK: model.card})
    head = ["area", "condition", *(f"{name}: {AS_IS}, {BACK}" for name in ("RMSE / cubic", "slope RMSE / cubic", "coarse means (m)"))]
    rows = [row(pair.area.name, condition, [f for f in found if f.area == pair.area.name]) for pair in pairs for condition in SHARP]
    rows += [row("mean of the areas", mean.condition, found) for mean in means(found) if mean.method == BACK]
    print(f"{model.card.name} {model.card.version}, {options.split}, ratio {options.ratio}\n")
    print(table(head, [line for line in rows if line]))
    real = [pair for area in load_areas(options.data, options.split) if (pair := with_real_coarse(area, options.ratio))]
    if real:
        print("\nReal coarse DEMs: RMSE / cubic, slope RMSE / cubic, coarse means (m), by what a pixel may be off by\n")
        head = ["area", "condition", "stated as", AS_IS, *(f"{sigmas:g} sigma" for sigmas in TOLERANCES)]
        print(table(head, [line for pair in real for line in by_tolerance(pair, run)]))


if __name__ == "__main__":
    main()
