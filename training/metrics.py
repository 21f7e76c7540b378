"""How far a DEM is from a reference, and how far cubic resampling was."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32] | NDArray[np.float64]


def rmse(difference: Array, where: NDArray[np.bool_]) -> float:
    """Root mean square of the differences (metres) at the pixels where `where` is True."""
    return float(np.sqrt(np.mean(np.square(difference[where], dtype=np.float64))))


def slopes(dem: Array, dx: float, dy: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rise over run towards east and south, central differences: two (H, W)."""
    z = dem.astype(np.float64)
    return np.asarray(np.gradient(z, dx, axis=1)), np.asarray(np.gradient(z, dy, axis=0))


def slope_degrees(dem: Array, dx: float, dy: float) -> NDArray[np.float64]:
    """Slope in degrees, (H, W)."""
    return np.degrees(np.arctan(np.hypot(*slopes(dem, dx, dy))))
