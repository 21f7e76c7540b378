"""Pictures are PNGs: a DEM as a shaded relief, and differences in colours."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning

from backend.metrics import terrain

_BLUE, _WHITE, _RED = (33, 102, 172), (247, 247, 247), (178, 24, 43)


def hillshade(dem: NDArray[np.float64], dx: float, dy: float) -> bytes:
    """PNG of `dem` (H, W) lit from the top left, pixels of `dx` x `dy` metres; transparent where it is NaN."""
    east, south = (np.pad(values, 1, mode="edge") for values in terrain.gradient(dem, dx, dy))
    light = terrain.hillshade(east, south)
    known = np.isfinite(light)
    grey = np.where(known, light * 255, 0)
    return _png(np.stack([grey, np.where(known, 255, 0)]))


def errors(difference: NDArray[np.float64], limit: float) -> bytes:
    """PNG of errors (H, W): blue at -`limit` metres, white at 0, red at `limit`; transparent where they are NaN."""
    known = np.isfinite(difference)
    share = np.clip(np.where(known, difference, 0) / limit, -1, 1)
    blue, white, red = (np.array(colour, np.float64)[:, None, None] for colour in (_BLUE, _WHITE, _RED))
    colour = white + np.maximum(share, 0) * (red - white) + np.maximum(-share, 0) * (blue - white)
    return _png(np.concatenate([colour, np.where(known, 255, 0)[None]]))


def _png(bands: NDArray[Any]) -> bytes:
    """Of grey and alpha, or red, green, blue and alpha: (bands, H, W), 0..255."""
    with rasterio.MemoryFile() as memory, warnings.catch_warnings():
        # A picture lies nowhere.
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        profile = {"driver": "PNG", "count": bands.shape[0], "height": bands.shape[1], "width": bands.shape[2], "dtype": "uint8"}
        with memory.open(**profile) as image:
            image.write(np.rint(bands).astype(np.uint8))
        made: bytes = memory.read()
    return made
