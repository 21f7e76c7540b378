"""DEMs whose pixels do not lie along the output's, as those of another CRS, and ratios below 2: RMSE over cubic's, and errors within sigma.

    python benchmarks/lattices.py --data runs/data --split test

Each area's largest square without gaps is seen through pixels twice as large, so that means over one and a quarter of them can be taken as
well; coarse pixels are means over them, turned, or half as wide as high (as those of one arc second are at 60 degrees north). The backend
makes all finer as files, trusted and without an image; at ratios below 2 it runs the model on pixels half as large (backend/halving.py),
and here once more on the output's own. `--ratio` is that of the lattices that are not smaller.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from affine import Affine

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from borders import read, square, write  # noqa: E402
from opening import opened  # noqa: E402

from backend import halving  # noqa: E402
from backend.settings import Settings  # noqa: E402
from backend.superresolve import run  # noqa: E402
from training.data.areas import Area, load_areas  # noqa: E402
from training.data.askew import MARGIN, Askew, lay  # noqa: E402
from training.data.coarse import area_mean  # noqa: E402
from training.evaluation.tables import table  # noqa: E402

LARGEST = 288
"""Output pixels along each side."""
BORDER = 12
"""Output pixels that are left out on each side."""
SMALL = (1.25, 1.5, 1.75)
TURNED = (3.0, 10.0, 45.0)


def lattices(size: int, ratio: float) -> dict[str, Askew]:
    """By what the tables call them."""
    nested = np.zeros(2)
    between = np.array([0.3, 0.6])
    return {
        **{f"ratio {small:g}": lay(size, small, 0.0, 1.0, nested) for small in SMALL},
        **{f"ratio {each:g}": lay(size, each, 0.0, 1.0, nested) for each in sorted({2.0, ratio})},
        "moved": lay(size, ratio, 0.0, 1.0, between),
        **{f"turned {turn:g}°": lay(size, ratio, turn, 1.0, between) for turn in TURNED},
        "half as wide": lay(size, ratio, 0.0, 0.5, between),
    }


@contextlib.contextmanager
def not_halved() -> Iterator[None]:
    before, halving.BETWEEN = halving.BETWEEN, (1.0, 1.0)
    yield
    halving.BETWEEN = before


def measured(folder: Path, area: Area, model: str, finest: np.ndarray, lattice: Askew) -> str:
    """`finest` (2 S, 2 S), of which the middle is made from its means over `lattice`."""
    pixels = torch.from_numpy(finest.astype(np.float32))[None, None]
    coarse = lattice.mean(pixels)[0, 0].numpy()
    inner = slice(MARGIN, MARGIN + lattice.size)
    true = area_mean(pixels, 2)[0, 0].numpy()[inner, inner]
    grid = Affine(2 * area.dx, 0, 5e5, 0, -2 * area.dy, 5e6)
    (a, b), (d, e) = lattice.matrix
    x, y = lattice.origin - MARGIN
    names = {name: str(folder / f"{name}.tif") for name in ("dem", "like", "output", "difference", "uncertainty")}
    written = {"dem": (coarse, grid @ Affine(a, b, x, d, e, y)), "like": (np.zeros(true.shape, np.uint8), grid)}
    for name, (values, transform) in written.items():
        write(names[name], values, transform)
    run(Settings(**names, model=model, dem_error=0.0, overwrite=True), lambda _event: None)
    fine, added, sigma = (read(names[name])[BORDER:-BORDER, BORDER:-BORDER] for name in ("output", "difference", "uncertainty"))
    off = fine - true[BORDER:-BORDER, BORDER:-BORDER]
    return f"{np.sqrt(np.mean(off**2) / np.mean((off - added) ** 2)):.3f}, {np.mean(np.abs(off) <= sigma):.0%}"


def main() -> None:
    options, model, _ = opened("DEMs whose pixels do not lie along the output's, and ratios below 2.")
    rows, names = [], [""]
    for area in load_areas(options.data, options.split):
        top, left, size = square(np.isfinite(area.dem))
        size = min(size // 2, LARGEST + 2 * MARGIN)
        if size < 2 * MARGIN + 4 * BORDER:
            continue
        finest = np.asarray(area.dem[top : top + 2 * size, left : left + 2 * size])
        laid = lattices(size - 2 * MARGIN, float(options.ratio))
        with tempfile.TemporaryDirectory() as folder:
            made = {name: measured(Path(folder), area, str(model.path), finest, lattice) for name, lattice in laid.items()}
            with not_halved():
                for name in [f"ratio {small:g}" for small in SMALL]:
                    made[f"{name}, not halved"] = measured(Path(folder), area, str(model.path), finest, laid[name])
        rows.append([area.name, *made.values()])
        names = ["area", *made]
    print(f"{model.card.name} {model.card.version}, {options.split}: RMSE / cubic's, errors within sigma\n")
    print(table(names, rows))


if __name__ == "__main__":
    main()
