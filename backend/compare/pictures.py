"""Pictures are small: a DEM averaged to a few hundred pixels, as a shaded relief, and errors in colours, as PNG."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning

from backend.elevation import Elevation
from backend.grid import Grid
from backend.metrics import terrain
from backend.windows import Window

EDGE = 420
"""Pixels of the longer side, at most."""
_ROWS = 64
"""Rows that are averaged at once."""
_SUN = math.radians(315), math.radians(45)
"""Azimuth and height."""
_BLUE, _WHITE, _RED = (33, 102, 172), (247, 247, 247), (178, 24, 43)


def factor(grid: Grid) -> int:
    """How many pixels across go into one of a picture."""
    return max(1, math.ceil(max(grid.width, grid.height) / EDGE))


def small(elevation: Elevation, grid: Grid) -> NDArray[np.float64]:
    """A DEM on the small `grid` that `elevation` is read on, metres, NaN where it is unknown."""
    strips = []
    for row in range(0, grid.height, _ROWS):
        values, known = elevation.read(Window(0, row, grid.width, min(_ROWS, grid.height - row)), 4)
        strips.append(np.where(known, values, np.nan))
    return np.concatenate(strips).astype(np.float64)


def hillshade(dem: NDArray[np.float64], dx: float, dy: float) -> bytes:
    """PNG of `dem` (H, W) lit from the north-west, pixels of `dx` x `dy` metres; transparent where it is NaN."""
    east, south = (np.pad(values, 1, mode="edge") for values in terrain.gradient(dem, dx, dy))
    azimuth, height = _SUN
    toward = math.sin(azimuth) * -east + math.cos(azimuth) * south
    light = (math.cos(height) * toward + math.sin(height)) / np.sqrt(1 + east**2 + south**2)
    known = np.isfinite(light)
    grey = np.where(known, np.clip(light, 0, 1) * 255, 0)
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
