"""What an image is worth that has no near infrared, or is panchromatic: RMSE over cubic's with other bands in place of NIR, red and green.

    python benchmarks/guide_bands.py --data runs/data --split test

Only areas with a real image count. What was found is in docs/ten-minutes.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from opening import first_guides, opened, titled  # noqa: E402

from training.evaluate import engine_run, load_pairs  # noqa: E402
from training.evaluation.figures import made  # noqa: E402
from training.evaluation.tables import table  # noqa: E402
from training.metrics import rmse  # noqa: E402

BANDS = {"NIR, red, green": (0, 1, 2), "red, red, green": (1, 1, 2), "red": (1, 1, 1), "NIR": (0, 0, 0)}


def main() -> None:
    options, model, engine = opened("What an image is worth without near infrared.")
    run, rows = engine_run(engine, model.card), []
    for pair in load_pairs(options.data, options.split, options.ratio):
        found = first_guides(pair, ("no guide", "real guide"))
        if "real guide" not in found:
            continue
        (nothing, nowhere), (image, valid) = found["no guide"], found["real guide"]
        images = [(nothing, nowhere), *((np.ascontiguousarray(image[list(bands)]), valid) for bands in BANDS.values())]
        cubic = rmse(pair.cubic - pair.target, pair.judged)
        ratios = [rmse(made(run, pair, guide, model.card)[0] - pair.target, pair.judged) / cubic for guide in images]
        rows.append([titled(pair), *(f"{ratio:.3f}" for ratio in ratios)])
    print(f"{model.card.name} {model.card.version}, {options.split}, ratio {options.ratio}: RMSE / cubic's\n")
    print(table(["area", "no image", *BANDS], rows))


if __name__ == "__main__":
    main()
