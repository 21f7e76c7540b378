"""What stripes in an image do: of a sensor whose detectors differ, of furrows, of rows of trees.

    python benchmarks/image_stripes.py --data runs/data --split test

The real image of an area, or else the first of the rendered ones, scaled to 0..1 as the model is given it, is multiplied by 1 plus and
minus an amplitude, in rows: half of each period is brighter, half darker. Printed is RMSE over cubic's with the DEM trusted, by amplitude
and period in output pixels, and an asterisk where the backend warns of the image (backend/stripes.py). What was found is in
docs/design.md, "Stripes in an image".
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from opening import first_guides, opened  # noqa: E402

from backend.stripes import stripes as backend_stripes  # noqa: E402
from backend.windows import Window  # noqa: E402
from training.evaluate import engine_run, load_pairs  # noqa: E402
from training.evaluation.figures import made  # noqa: E402
from training.evaluation.tables import table  # noqa: E402
from training.metrics import rmse  # noqa: E402

STRIPES = ((0.03, 6), (0.05, 4), (0.05, 6), (0.05, 12), (0.10, 6))
"""Amplitudes, and even periods in output pixels."""
PLAIN = ("no guide", "real guide", "rendered guide")


def striped(image: NDArray[np.float32], amplitude: float, period: int) -> NDArray[np.float32]:
    """(3, H, W) with rows that are brighter and darker by turns."""
    rows = np.where(np.arange(image.shape[1]) % period < period / 2, 1 + amplitude, 1 - amplitude)
    return (image * rows[:, None]).astype(np.float32)


def warned_of(image: NDArray[np.float32], valid: NDArray[np.float32]) -> bool:
    """Whether the backend sees stripes in an image (3, H, W), known where `valid` (H, W) is not 0."""
    everything = Window(0, 0, *reversed(valid.shape))

    def read(window: Window) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        part = everything.cut(window)
        return image[:, *part], valid[part] > 0

    return backend_stripes(read, *valid.shape) > 0


def main() -> None:
    options, model, engine = opened("What stripes in an image do.")
    run, rows = engine_run(engine, model.card), []
    for pair in load_pairs(options.data, options.split, options.ratio):
        if pair.coarse is None:
            continue
        found = first_guides(pair, PLAIN)
        kind = next(name for name in PLAIN[1:] if name in found)
        image, valid = found[kind]
        cubic, ratios = rmse(pair.cubic - pair.target, pair.judged), []
        for guide in (found[PLAIN[0]], (image, valid), *((striped(image, *stripes), valid) for stripes in STRIPES)):
            ratio = rmse(made(run, pair, guide, model.card)[0] - pair.target, pair.judged) / cubic
            ratios.append(f"{ratio:.3f}{'*' if warned_of(*guide) else ''}")
        rows.append([f"{pair.area.name}, {kind}", *ratios])
    names = [f"{amplitude:.0%}, {period} px" for amplitude, period in STRIPES]
    print(f"{model.card.name} {model.card.version}, {options.split}, ratio {options.ratio}: RMSE / cubic's\n")
    print(table(["area", "no image", "no stripes", *names], rows))


if __name__ == "__main__":
    main()
