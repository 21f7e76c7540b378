"""What finer DEMs do to sinks: ground from which water cannot flow off before it stands at least DEPTH deep.

    python benchmarks/sinks.py --data runs/data --split test

Each area is made coarser by area means and finer again, trusted, without an image, with the first of the rendered ones and with the real
one if there is any; a real coarse DEM is given as its own error has it. Sinks are found by filling (morphological reconstruction, by
scikit-image), water flowing off into gaps and over borders. Printed are sinks in 10,000 pixels, the share of pixels that are in one, how
much of that is in none of the reference's, and how much of the reference's is found. What was found is in docs/design.md, "Sinks".
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label
from skimage.morphology import reconstruction

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from opening import first_guides, opened, titled  # noqa: E402

from training.evaluate import engine_run, load_pairs  # noqa: E402
from training.evaluation.conditions import SHARP  # noqa: E402
from training.evaluation.figures import made  # noqa: E402
from training.evaluation.tables import table  # noqa: E402

DEPTH = 0.1
"""Metres."""
AROUND = np.ones((3, 3))


def sinks(dem: NDArray[np.float32], judged: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where `dem` (H, W) would stand under DEPTH of water or more; nothing stands where it is not judged."""
    heights = dem.astype(np.float64)
    off = ~judged
    off[[0, -1]] = off[:, [0, -1]] = True
    filled = reconstruction(np.where(off, heights, heights.max()), heights, method="erosion", footprint=AROUND)
    return np.asarray(filled - heights >= DEPTH) & judged


def row(found: NDArray[np.bool_], true: NDArray[np.bool_], judged: NDArray[np.bool_]) -> list[str]:
    pixels, both = int(judged.sum()), int((found & true).sum())
    number = int(label(found, AROUND)[1])
    return [
        f"{1e4 * number / pixels:.1f}",
        f"{found.sum() / pixels:.2%}",
        f"{1 - both / found.sum():.0%}" if found.any() else "–",
        f"{both / true.sum():.0%}" if true.any() else "–",
    ]


def main() -> None:
    options, model, engine = opened("What finer DEMs do to sinks.")
    run, rows = engine_run(engine, model.card), []
    for pair in load_pairs(options.data, options.split, options.ratio):
        judged = pair.judged
        true = sinks(pair.target, judged)
        rows += [[titled(pair), "reference", *row(true, true, judged)], ["", "cubic", *row(sinks(pair.cubic, judged), true, judged)]]
        for condition, guide in first_guides(pair, SHARP).items():
            rows.append(["", condition, *row(sinks(made(run, pair, guide, model.card)[0], judged), true, judged)])
    print(f"{model.card.name} {model.card.version}, {options.split}, ratio {options.ratio}: sinks of {DEPTH:g} m\n")
    print(table(["area", "DEM", "in 10,000 pixels", "of the ground", "in none of the reference's", "of the reference's"], rows))


if __name__ == "__main__":
    main()
