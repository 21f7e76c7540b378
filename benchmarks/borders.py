"""What a DEM's border costs: RMSE by how far pixels lie from it, of the DEM cut out of a larger one and of the same ground amid that.

    python benchmarks/borders.py --data runs/data --split test

Each area's largest square without gaps loses CUT coarse pixels on each side, and both are made finer by the backend as files. What lies
beyond a border nobody knows; cubic resampling and a model need something there (backend/gaps.py).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from scipy.ndimage import distance_transform_cdt

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from opening import opened  # noqa: E402

from backend.settings import Settings  # noqa: E402
from backend.superresolve import run  # noqa: E402
from training.data.areas import Area, load_areas  # noqa: E402
from training.evaluation.tables import table  # noqa: E402

CUT, LARGEST = 24, 160
"""Coarse pixels: farther than the model looks at ratio 3; and along each side of what is left."""
STRIPS = ((0, 3), (3, 6), (6, 12), (12, 24))
"""Output pixels from the border."""


def coarsened(area: Area, ratio: int) -> tuple[np.ndarray, np.ndarray]:
    """The reference of whole coarse pixels, and their means."""
    height, width = (size // ratio * ratio for size in area.dem.shape)
    fine = np.asarray(area.dem[:height, :width], np.float64)
    return fine, fine.reshape(height // ratio, ratio, width // ratio, ratio).mean(axis=(1, 3))


def square(known: np.ndarray) -> tuple[int, int, int]:
    """Row, column and size of the largest square of known pixels."""
    # Chessboard distance to what is unknown: half of the square around a pixel.
    half = distance_transform_cdt(np.pad(known, 1), metric="chessboard")[1:-1, 1:-1]
    row, col = np.unravel_index(int(half.argmax()), half.shape)
    size = int(half.max()) - 1
    return int(row) - size, int(col) - size, 2 * size + 1


def made(folder: Path, area: Area, model: str, coarse: np.ndarray, ratio: int) -> tuple[np.ndarray, np.ndarray]:
    """What the backend makes of means over coarse pixels, and cubic resampling."""
    names = {name: str(folder / f"{name}.tif") for name in ("dem", "like", "output", "difference")}
    shapes = {"dem": (coarse.astype(np.float32), ratio), "like": (np.zeros([size * ratio for size in coarse.shape], np.uint8), 1)}
    for name, (values, scale) in shapes.items():
        write(names[name], values, Affine(area.dx * scale, 0, 5e5, 0, -area.dy * scale, 5e6))
    run(Settings(**names, model=model, dem_error=0.0, overwrite=True), lambda _event: None)
    fine, added = (read(names[name]) for name in ("output", "difference"))
    return fine, fine - added


def write(path: str, values: np.ndarray, transform: Affine) -> None:
    """Somewhere in UTM."""
    height, width = values.shape
    with rasterio.open(
        path, "w", driver="GTiff", width=width, height=height, count=1, dtype=values.dtype, crs="EPSG:32633", transform=transform
    ) as file:
        file.write(values, 1)


def read(path: str) -> np.ndarray:
    with rasterio.open(path) as file:
        return np.asarray(file.read(1), np.float64)


def main() -> None:
    options, model, _ = opened("What a DEM's border costs.")
    rows = []
    for area in load_areas(options.data, options.split):
        fine, coarse = coarsened(area, options.ratio)
        top, left, size = square(np.isfinite(coarse))
        inner = min(LARGEST, size - 2 * CUT)
        if inner < 2 * STRIPS[-1][1] // options.ratio:
            continue
        whole = coarse[top : top + inner + 2 * CUT, left : left + inner + 2 * CUT]
        cut = slice(CUT * options.ratio, (CUT + inner) * options.ratio)
        with tempfile.TemporaryDirectory() as name:
            amid = [values[cut, cut] for values in made(Path(name), area, str(model.path), whole, options.ratio)]
            alone = made(Path(name), area, str(model.path), whole[CUT : CUT + inner, CUT : CUT + inner], options.ratio)
        rows_of, columns_of = (slice((at + CUT) * options.ratio, (at + CUT + inner) * options.ratio) for at in (top, left))
        reference = fine[rows_of, columns_of]
        along = np.minimum(np.arange(len(reference)), np.arange(len(reference))[::-1])
        far = np.minimum(along[:, None], along[None, :])
        for first, last in STRIPS:
            where = (far >= first) & (far < last)
            of = [np.sqrt(np.mean((values - reference)[where] ** 2)) for values in (alone[1], amid[1], alone[0], amid[0])]
            rows.append([area.name, f"{first} to {last}", *(f"{value:.2f}" for value in of)])
    print(f"{model.card.name} {model.card.version}, {options.split}, ratio {options.ratio}: RMSE, metres\n")
    print(table(["area", "pixels from the border", "cubic", "cubic, amid more", "model", "model, amid more"], rows))


if __name__ == "__main__":
    main()
