"""What becomes of shapes that training has few of: cliffs, borders of slopes, rivers, benches, lakes not quite level, wrong pixels.

    python benchmarks/shapes.py

Drawn ground of 10 m pixels, made three times coarser by means. A model is told that nothing is wrong with it, or what a DEM of each source
is off by. There are no other errors: what is changed here is what a model takes for one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from opening import opened  # noqa: E402

from backend.dem_source import SOURCES  # noqa: E402
from training.data.areas import Area  # noqa: E402
from training.evaluate import engine_run  # noqa: E402
from training.evaluation.pairs import simulate  # noqa: E402
from training.evaluation.tables import table  # noqa: E402

Floats = NDArray[np.floating]
STATED = {"nothing": 0.0, **{name: SOURCES[name].error for name in ("lidar", "glo30", "srtm")}}
SIZE, PIXEL, RATIO = 360, 10.0, 3
INNER = np.s_[45:-45, 45:-45]
"""Far from the borders."""
Y, X = np.mgrid[:SIZE, :SIZE] - SIZE / 2 + 0.5


@dataclass(frozen=True)
class Shape:
    """`heights` (SIZE, SIZE) metres, and what is measured of a result."""

    name: str
    heights: Floats
    measures: dict[str, Callable[[Floats], float]]


def shapes() -> Iterator[Shape]:
    """All of them. Noise is the same at each call."""
    rng = np.random.default_rng(4)
    smooth = gaussian_filter(rng.standard_normal((SIZE, SIZE)), 3.0)
    smooth /= smooth.std()

    turn = np.radians(23.0)
    cliff = np.where(X * np.cos(turn) + Y * np.sin(turn) > 0, 45.0, 0.0)
    yield Shape("cliff of 45 m, 23° from the grid", cliff, {"highest above its top (m)": lambda z: float(z[INNER].max() - 45.0)})

    even = 0.2 * PIXEL * Y

    def lowered(z: Floats) -> float:
        return float((z - even)[-3 * RATIO :, INNER[1]].min())

    yield Shape("even slope of 20 % that ends at the DEM's border", even, {"too low at its upper end, at worst (m)": lowered})

    for width in (2.5, 4.0, 6.0):
        plain = 50.0 - 5e-4 * PIXEL * Y + 0.05 * smooth
        middle = X + 12.0 * np.sin(2 * np.pi * Y / 240)
        half = width * RATIO / 2
        river = plain - 3.0 * np.clip((half + 1.5 - np.abs(middle)) / 3.0, 0.0, 1.0)
        bed = np.abs(middle) < half - 1.5

        def lifted(z: Floats, river: Floats = river, bed: NDArray[np.bool_] = bed) -> float:
            return float((z - river)[INNER][bed[INNER]].mean())

        def held(z: Floats, bed: NDArray[np.bool_] = bed) -> float:
            lowest = np.where(bed, z, np.inf)[INNER].min(axis=1)
            return float((lowest - np.minimum.accumulate(lowest)).max())

        name = f"river 3 m deep, {width:g} DEM pixels wide, in a plain"
        yield Shape(name, river, {"bed too high, mean (m)": lifted, "water held back (m)": held})

    radius = np.hypot(X, 1.4 * Y)
    pit = 400.0 - 18.0 * np.clip(np.ceil((126.0 - radius) / 9.0), 0.0, 10.0)
    yield Shape("benches of 18 m, 3 DEM pixels wide", pit, {"RMSE (m)": lambda z: rmse(z - pit)})

    rugged = gaussian_filter(rng.standard_normal((SIZE, SIZE)), 12.0)
    from_shore = np.hypot(X, Y) - 90.0 - 12.0 * rugged / rugged.std()
    level, wet = 700.0, from_shore < 0
    hills = level + np.maximum(0.3 * PIXEL * from_shore, 0.0) + 4.0 * np.abs(smooth)
    offshore = distance_transform_edt(wet)
    for waves in (0.0, 0.05):
        # Of the DEM's pixels, each on its own: the means of what is drawn there.
        cells = np.kron(waves * rng.standard_normal((SIZE // RATIO, SIZE // RATIO)), np.ones((RATIO, RATIO)))
        lake = np.where(wet, level + cells, hills)
        beside = (offshore > RATIO) & (offshore <= 2 * RATIO)

        def above(z: Floats, beside: NDArray[np.bool_] = beside) -> float:
            return float(np.percentile((z - level)[INNER][beside[INNER]], 99))

        kind = "exactly level lake" if not waves else f"lake with {waves:g} m of noise"
        yield Shape(f"{kind}, amid hills", lake, {"4 to 6 pixels from its shore, 99 % lie below (m)": above})

    wrong = 100.0 + 0.05 * smooth
    wrong[180:183, 180:183] += 60.0
    yield Shape("one DEM pixel that is 60 m too high", wrong, {"highest above the ground (m)": lambda z: float(z[INNER].max() - 100.0)})


def rmse(errors: Floats) -> float:
    """Of what lies far from the borders."""
    return float(np.sqrt(np.square(errors[INNER]).mean()))


def main() -> None:
    _, model, engine = opened("What becomes of shapes that training has few of.")
    run, rows = engine_run(engine, model.card), []
    nothing = np.zeros((3, SIZE, SIZE), np.float32)
    for shape in shapes():
        area = Area(shape.name, "test", shape.heights.astype(np.float32), None, PIXEL, PIXEL)
        pair = simulate(area, RATIO)
        results = [pair.target, pair.cubic]
        for stated in STATED.values():
            told = replace(pair, dem_error=stated)
            results.append(told.back_projected(run(told.given, nothing, nothing[0], PIXEL, stated)[0]))
        for what, measure in shape.measures.items():
            rows.append([shape.name, what, *(f"{measure(result.astype(np.float64)):.2f}" for result in results)])
    print(f"{model.card.name} {model.card.version}: what becomes of drawn shapes, by what is stated of a DEM without errors\n")
    print(table(["shape", "measured", "truth", "cubic", *STATED], rows))


if __name__ == "__main__":
    main()
