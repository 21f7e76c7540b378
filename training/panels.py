"""Hillshades of a validation crop, side by side: what RMSE hides shows in a second."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import LightSource
from numpy.typing import NDArray
from torch import Tensor

GAP = 4
"""White pixels between the pictures."""


def hillshades(dems: list[Tensor], pixel_size: float, *, exaggeration: float = 2.0) -> NDArray[np.float32]:
    """DEMs (H, W) in metres, of the same ground, to one grey picture (H, W * n + gaps) in 0..1: sun in the north-west, 45 degrees high."""
    light = LightSource(azdeg=315, altdeg=45)
    shades = [light.hillshade(dem.double().cpu().numpy(), vert_exag=exaggeration, dx=pixel_size, dy=pixel_size) for dem in dems]
    parts: list[NDArray[np.float64]] = []
    for shade in shades:
        parts += [np.ones((shade.shape[0], GAP)), shade]
    return np.concatenate(parts[1:], axis=1).astype(np.float32)
