"""Level ground tells where a coarse DEM lies: on slopes a sensor errs by more than its heights are off."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_erosion

from backend.level import is_level

LEVEL, FEWEST_LEVEL, RIM = 0.035, 500, 10
"""Rise over run (2 degrees), how many pixels of it tell where a DEM lies, and how many around gaps do not."""


def rising(dem: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where (H, W) a DEM is known and not level to the millimetre, as water is that its maker levelled: two DEMs that are equal there are
    no better for it. All that is known where less than FEWEST_LEVEL pixels rise."""
    known = np.isfinite(dem)
    found = known & ~is_level(np.asarray(np.round(dem, 3), np.float64), known, rounded=False)
    return found if found.sum() >= FEWEST_LEVEL else known


def level_offset(coarse: NDArray[np.float32], dem: NDArray[np.float32], dx: float, dy: float) -> float:
    """Metres that a coarse DEM lies above the reference where it is level (its median there), or anywhere if too little is level.

    `coarse`, `dem` (H, W) metres on one grid, NaN where unknown; `dx`, `dy` metres. 0 where they share no ground.
    """
    off = coarse - dem
    south, east = np.gradient(coarse, dy, dx)
    known = np.isfinite(off)
    # Shores and the rims of gaps are where resampling errs, and level.
    level = binary_erosion(known, iterations=RIM) & (np.hypot(south, east) < LEVEL)
    if level.sum() < FEWEST_LEVEL:
        level = known
    return float(np.median(off[level])) if level.any() else 0.0
