"""What an image is worth where it has gaps: RMSE there, over that of no image at all.

    python benchmarks/image_gaps.py --data runs/data --split test

Discs of 15 to 80 pixels are cut out of the first rendered image, and of the area's own where it has one, a quarter of the area or less. The
DEM is trusted. Printed are means over the areas of the model run once, as it is, and of what the backend makes (backend/image_gaps.py), by
how far off the image a pixel lies. Then RMSE over cubic's on whole areas, as the backend makes them, where an image lacks lines as those
of Landsat 7 do since 2003: some of every 33, which is what lies between gaps of 30 m pixels; they are the wider the farther from the middle
of a scene. What was found is in docs/design.md, "Gaps of an image".
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from opening import first_guides, opened  # noqa: E402

from backend.engines import Run  # noqa: E402
from training.evaluate import engine_run, load_pairs  # noqa: E402
from training.evaluation.figures import made  # noqa: E402
from training.evaluation.pairs import Guide, Pair  # noqa: E402
from training.evaluation.tables import table  # noqa: E402
from training.evaluation.tiled import tiled  # noqa: E402
from training.metrics import rmse  # noqa: E402

RADII = 15.0, 80.0
LOST, EVERY, SLANT = (0, 4, 8, 13), 33, 0.15
"""Lines, and how many they come in; rows down for each column."""
ZONES = {"1 to 8 px": (0, 8), "8 to 32 px": (8, 32), "farther": (32, math.inf), "all gaps": (0, math.inf)}
LEAST = 200
"""Pixels of a zone in an area that are judged; with fewer it does not count."""


def discs(height: int, width: int) -> NDArray[np.bool_]:
    """Where an image of this size is left."""
    rng = np.random.default_rng(1)
    left, (y, x) = np.ones((height, width), np.bool_), np.mgrid[:height, :width]
    for _ in range(max(1, int(0.25 * height * width / (math.pi * np.mean(RADII) ** 2)))):
        row, column, radius = rng.uniform(0, height), rng.uniform(0, width), rng.uniform(*RADII)
        left &= np.hypot(y - row, x - column) > radius
    return left


def lines(height: int, width: int, lost: int) -> NDArray[np.bool_]:
    """Where an image of this size is left that lacks `lost` lines of EVERY."""
    y, x = np.mgrid[:height, :width]
    return np.asarray((y + SLANT * x) % EVERY >= lost)


def main() -> None:
    options, model, engine = opened("What an image is worth where it has gaps.")
    card = model.card
    runs = {"run once": tiled(engine.run, card.halo, card.size_multiple), "as the backend does": engine_run(engine, card)}

    def errors_of(run: Run, pair: Pair, guide: Guide) -> NDArray[np.float32]:
        return made(run, pair, guide, card)[0] - pair.target

    found: dict[tuple[str, str, str], list[float]] = {}
    lacking: list[list[str]] = []
    for pair in load_pairs(options.data, options.split, options.ratio):
        if pair.coarse is None:
            continue
        left, lasting = discs(*pair.target.shape), [lines(*pair.target.shape, lost) for lost in LOST]
        images = first_guides(pair, ("no guide", "rendered guide", "real guide"))
        without = errors_of(runs["run once"], pair, images.pop("no guide"))
        for kind, (image, valid) in images.items():
            cut = image * left, (valid * left).astype(np.float32)
            off = distance_transform_edt(cut[1] == 0)
            for name, run in runs.items():
                errors = errors_of(run, pair, cut)
                for zone, (low, high) in ZONES.items():
                    judged = pair.judged & (off > low) & (off <= high)
                    if np.count_nonzero(judged) >= LEAST:
                        ratio = math.sqrt(float(np.square(errors[judged]).mean()) / float(np.square(without[judged]).mean()))
                        found.setdefault((kind, zone, name), []).append(ratio)
            cubic, run = rmse(pair.cubic - pair.target, pair.judged), runs["as the backend does"]
            errors = [without, *(errors_of(run, pair, (image * part, (valid * part).astype(np.float32))) for part in lasting)]
            lacking.append([f"{pair.area.name}, {kind}", *(f"{rmse(one, pair.judged) / cubic:.3f}" for one in errors)])
    rows = [
        [kind, zone, str(len(found[kind, zone, "run once"])), *(f"{np.mean(found[kind, zone, name]):.3f}" for name in runs)]
        for kind, zone in dict.fromkeys((kind, zone) for kind, zone, _ in found)
    ]
    print(f"{card.name} {card.version}, {options.split}, ratio {options.ratio}: RMSE in gaps / without an image\n")
    print(table(["image", "off the image", "areas", *runs], rows))
    print(f"\nImages that lack lines of every {EVERY}: RMSE / cubic's\n")
    print(table(["area", "no image", *(f"{lost} lost" for lost in LOST)], lacking))


if __name__ == "__main__":
    main()
