"""What becomes of a dyke: at what level water passes it, in cubic resampling and in a model's results.

    python benchmarks/dykes.py

A plain with a dyke, one and two pixels of the coarse DEM wide, along the grid and across it, made three times coarser by means. A model
is told that nothing is wrong with it, or what a DEM of each source is off by: it takes dykes for trees then, and lowers them.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.ndimage import label

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from opening import opened  # noqa: E402

from backend.dem_source import SOURCES  # noqa: E402
from training.data.areas import Area  # noqa: E402
from training.evaluate import engine_run  # noqa: E402
from training.evaluation.pairs import simulate  # noqa: E402
from training.evaluation.tables import table  # noqa: E402

STATED = {"nothing": 0.0, **{name: SOURCES[name].error for name in ("lidar", "glo30", "srtm")}}
SIZE, PIXEL = 360, 10.0
HEIGHT = 4.0
"""Metres above the plain."""
TILT = 5e-4
"""Rise over run of the plain, along the rows."""
ROUGH = 0.05
"""Metres, standard deviation of what lies on it, correlated over some pixels: no plain is a plane."""
WIDTHS, ANGLES = (3.0, 6.0), (0.0, 30.0)
"""Pixels of the fine DEM; degrees from the grid's columns."""
BESIDE = 12
"""Pixels from the dyke's middle, from where on ground lies on one side of it."""


def plain(width: float, angle: float) -> tuple[Area, np.ndarray, np.ndarray]:
    """The ground, its heights without the dyke, and the distance from the dyke's middle in pixels, both (SIZE, SIZE)."""
    y, x = np.mgrid[:SIZE, :SIZE] - SIZE / 2
    turn = np.radians(angle)
    across = x * np.cos(turn) + y * np.sin(turn)
    noise = np.random.default_rng(4).standard_normal((SIZE, SIZE))
    for axis in (0, 1):
        noise = sum(np.roll(noise, shift, axis) for shift in range(-3, 4))
    base = 20.0 + TILT * PIXEL * y + ROUGH * noise / noise.std()
    heights = np.where(np.abs(across) <= width / 2, base + HEIGHT, base).astype(np.float32)
    return Area(f"{width / 3:.0f} wide, {angle:.0f}°", "test", heights, None, PIXEL, PIXEL), base, across


def overtopped(above: np.ndarray, across: np.ndarray, judged: np.ndarray) -> float:
    """Metres above the plain at which water gets from one side of the dyke to the other."""
    low, high = -HEIGHT, 2 * HEIGHT
    while high - low > 0.01:
        level = (low + high) / 2
        parts = label((above < level) & judged)[0]
        sides = [set(np.unique(parts[judged & side])) - {0} for side in (across < -BESIDE, across > BESIDE)]
        low, high = (low, level) if sides[0] & sides[1] else (level, high)
    return high


def main() -> None:
    _, model, engine = opened("What becomes of a dyke.")
    run, rows = engine_run(engine, model.card), []
    nothing = np.zeros((3, SIZE, SIZE), np.float32)
    for width in WIDTHS:
        for angle in ANGLES:
            area, base, across = plain(width, angle)
            pair = simulate(area, 3)
            results = [pair.target, pair.cubic]
            for stated in STATED.values():
                told = replace(pair, dem_error=stated)
                results.append(told.back_projected(run(told.given, nothing, nothing[0], PIXEL, stated)[0]))
            rows.append([area.name, *(f"{overtopped(result - base, across, pair.judged):.2f}" for result in results)])
    print(
        f"{model.card.name} {model.card.version}: metres above the plain at which a dyke of {HEIGHT:g} m is overtopped, by what is stated\n"
    )
    print(table(["dyke, DEM pixels", "truth", "cubic", *STATED], rows))


if __name__ == "__main__":
    main()
