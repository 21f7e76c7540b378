"""What back-projection is worth: a model's errors on prepared areas with its results as they are, and brought back to the coarse DEM.

    python benchmarks/back_projection.py --data runs/data --split test

RMSE and slope RMSE over cubic's, and the RMSE of the means over coarse pixels against the coarse DEM.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from opening import opened  # noqa: E402

from training.data.areas import load_areas  # noqa: E402
from training.evaluate import engine_run  # noqa: E402
from training.evaluation.conditions import SHARP  # noqa: E402
from training.evaluation.figures import Figure, evaluate, means  # noqa: E402
from training.evaluation.pairs import simulate  # noqa: E402
from training.evaluation.tables import table  # noqa: E402

AS_IS, BACK = "as it is", "back-projected"


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


def main() -> None:
    options, model, engine = opened("What back-projection is worth.")
    run = engine_run(engine, model.card)
    pairs = [simulate(area, options.ratio) for area in load_areas(options.data, options.split)]
    found = evaluate(dict.fromkeys((AS_IS, BACK), run), pairs, conditions=SHARP, back_projected=[BACK])
    head = ["area", "condition", *(f"{name}: {AS_IS}, {BACK}" for name in ("RMSE / cubic", "slope RMSE / cubic", "coarse means (m)"))]
    rows = [row(pair.area.name, condition, [f for f in found if f.area == pair.area.name]) for pair in pairs for condition in SHARP]
    rows += [row("mean of the areas", mean.condition, found) for mean in means(found) if mean.method == BACK]
    print(f"{model.card.name} {model.card.version}, {options.split}, ratio {options.ratio}\n")
    print(table(head, [line for line in rows if line]))


if __name__ == "__main__":
    main()
