"""Slope and curvature from central differences, as of the quadratic surface of Zevenbergen and Thorne (1987).

Every function takes a window (H, W) and speaks of its inner pixels (H - 2, W - 2): those that have all four neighbours. `dx` and `dy`,
the width and height of a pixel on the ground in metres, are numbers or one per inner row, (H - 2, 1).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Size = float | Floats

SLOPE_CLASSES = ((0.0, 5.0), (5.0, 15.0), (15.0, 30.0), (30.0, 90.0))
"""Degrees: plains and valley floors, hills, mountain sides, and what is too steep for most sensors. Low end included."""


SUN = 315.0, 45.0
"""Degrees: azimuth and height."""


def gradient(dem: NDArray[Any], dx: Size, dy: Size) -> tuple[Floats, Floats]:
    """Rise over run towards east and towards south."""
    z = dem.astype(np.float64)
    return (z[1:-1, 2:] - z[1:-1, :-2]) / (2 * dx), (z[2:, 1:-1] - z[:-2, 1:-1]) / (2 * dy)


def slope_degrees(east: Floats, south: Floats) -> Floats:
    """Slope of ground that rises by these towards east and south."""
    return np.asarray(np.degrees(np.arctan(np.hypot(east, south))))


def hillshade(east: Floats, south: Floats) -> Floats:
    """Brightness, 0 to 1, of ground that rises by these towards east and south, in the light that maps usually have; NaN where unknown."""
    azimuth, height = (math.radians(angle) for angle in SUN)
    toward = math.cos(azimuth) * south - math.sin(azimuth) * east
    return np.asarray(np.clip((math.cos(height) * toward + math.sin(height)) / np.sqrt(1 + east**2 + south**2), 0, 1))


def curvature(dem: NDArray[Any], dx: Size, dy: Size) -> Floats:
    """The Laplacian d²z/dx² + d²z/dy², 1/m times 100, above 0 in hollows. (xdem's `curvature` is this one times -2.)"""
    z = dem.astype(np.float64)
    inner = z[1:-1, 1:-1]
    across = (z[1:-1, 2:] - 2 * inner + z[1:-1, :-2]) / dx**2
    return np.asarray(100 * (across + (z[2:, 1:-1] - 2 * inner + z[:-2, 1:-1]) / dy**2))


def has_neighbours(known: Bools) -> Bools:
    """Whether a pixel and its four neighbours are known."""
    return np.asarray(known[1:-1, 1:-1] & known[1:-1, 2:] & known[1:-1, :-2] & known[2:, 1:-1] & known[:-2, 1:-1])


def slope_class(slope: Floats) -> NDArray[np.int64]:
    """Index into SLOPE_CLASSES."""
    return np.asarray(np.digitize(slope, [low for low, _ in SLOPE_CLASSES[1:]]), np.int64)
