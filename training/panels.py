"""Hillshades of a validation crop, side by side: what RMSE hides shows in a second."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from backend.metrics.terrain import hillshade
from training.metrics import slopes

GAP = 4
"""White pixels between the pictures."""


def hillshades(dems: list[Tensor], pixel_size: float, *, exaggeration: float = 2.0) -> NDArray[np.float32]:
    """DEMs (H, W) in metres, of the same ground, to one grey picture (H, W * n + gaps) in 0..1: sun in the north-west, 45 degrees high."""
    heights = [exaggeration * dem.double().cpu().numpy() for dem in dems]
    shades = [hillshade(*slopes(dem, pixel_size, pixel_size)) for dem in heights]
    parts: list[NDArray[np.float64]] = []
    for shade in shades:
        parts += [np.ones((shade.shape[0], GAP)), shade]
    return np.concatenate(parts[1:], axis=1).astype(np.float32)
