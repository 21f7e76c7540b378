"""What the mean over several orientations of the ground is worth, by how many: a model's errors on prepared areas.

    python benchmarks/orientations.py --data runs/data --split test

RMSE over cubic's. The backend's --thorough takes four (backend/orientations.py).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from opening import opened  # noqa: E402

from backend.engines import Floats, Run  # noqa: E402
from training.evaluate import load_pairs  # noqa: E402
from training.evaluation.conditions import SHARP  # noqa: E402
from training.evaluation.figures import evaluate  # noqa: E402
from training.evaluation.tables import table  # noqa: E402
from training.evaluation.tiled import tiled  # noqa: E402

Orientation = tuple[int, bool]
"""Quarter turns, and whether it is mirrored before."""
SETS: dict[str, list[Orientation]] = {
    "as it lies": [(0, False)],
    "half turn": [(0, False), (2, False)],
    "quarter turns": [(turns, False) for turns in range(4)],
    "mirrored too": [(turns, mirrored) for mirrored in (False, True) for turns in range(4)],
}


def mean_of(run: Run, orientations: list[Orientation]) -> Run:
    """`run` in each of them, averaged; without sigma."""

    def there(raster: Floats, turns: int, mirrored: bool) -> Floats:
        return np.ascontiguousarray(np.rot90(raster[..., ::-1] if mirrored else raster, turns, (-2, -1)))

    def back(raster: Floats, turns: int, mirrored: bool) -> Floats:
        turned = np.rot90(raster, -turns, (-2, -1))
        return turned[..., ::-1] if mirrored else turned

    def averaged(dem: Floats, guide: Floats, valid: Floats, pixel_size: float, dem_error: float) -> tuple[Floats, None]:
        rasters = dem, guide, valid
        made = [back(run(*(there(one, *place) for one in rasters), pixel_size, dem_error)[0], *place) for place in orientations]
        return np.mean(made, axis=0, dtype=np.float64).astype(np.float32), None

    return averaged


def main() -> None:
    options, model, engine = opened("What the mean over several orientations is worth.")
    runs = {name: tiled(mean_of(engine.run, places), model.card.halo, model.card.size_multiple) for name, places in SETS.items()}
    pairs = load_pairs(options.data, options.split, options.ratio)
    found = evaluate(runs, pairs, conditions=SHARP, misstated=False, cards=dict.fromkeys(SETS, model.card))
    places = dict.fromkeys((figure.area, figure.condition) for figure in found)
    rows = []
    for place in places:
        own = {figure.method: figure.rmse_ratio for figure in found if (figure.area, figure.condition) == place}
        rows.append([*place, *(f"{own[name]:.4f}" for name in SETS)])
    print(f"{model.card.name} {model.card.version}, {options.split}, ratio {options.ratio}: RMSE / cubic's\n")
    print(table(["area", "condition", *SETS], rows))


if __name__ == "__main__":
    main()
