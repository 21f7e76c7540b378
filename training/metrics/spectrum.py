"""How much relief a DEM has at each wavelength: the radially averaged power spectrum."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.metrics.spectrum import STEP, TILE, WAVELENGTHS, modes, power

Array = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True)
class Spectrum:
    """`wavelengths` (K,), in pixels, from TILE down to 2; `power` (K,), m², the mean over all directions and tiles; `modes` (K,), how
    many two-dimensional frequencies each is the mean of."""

    wavelengths: NDArray[np.float64]
    power: NDArray[np.float64]
    modes: NDArray[np.float64]


def power_spectrum(dem: Array, where: NDArray[np.bool_]) -> Spectrum | None:
    """The spectrum of `dem` (H, W), the mean over tiles of TILE x TILE pixels that overlap by half and lie wholly in `where`
    (backend/metrics/spectrum.py); None where no tile is free of gaps.
    """
    tiles = _tiles(dem, where)
    if not len(tiles):
        return None
    return Spectrum(WAVELENGTHS, power(tiles) / len(tiles), modes())


def band_ratio(result: Spectrum, reference: Spectrum, longest: float, shortest: float) -> float:
    """Power of `result` divided by that of `reference`, all wavelengths from `longest` down to `shortest` together (pixels, ends included).

    1: as much relief as the reference has; 0: none. It says nothing about whether it is the right one: noise has power too, RMSE tells.
    NaN where no ring lies in the band or the reference has no relief there.
    """
    band = (reference.wavelengths <= longest * (1 + 1e-9)) & (reference.wavelengths >= shortest * (1 - 1e-9))
    ours, whole = ((spectrum.power * spectrum.modes)[band].sum() for spectrum in (result, reference))
    return float(ours / whole) if whole > 0 else math.nan


def _tiles(dem: Array, where: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The tiles that lie wholly in `where`: (N, TILE, TILE)."""
    if min(dem.shape) < TILE:
        return np.empty((0, TILE, TILE))
    steps = (slice(None, None, STEP),) * 2
    whole = np.lib.stride_tricks.sliding_window_view(where, (TILE, TILE))[steps].all(axis=(2, 3))
    return np.asarray(np.lib.stride_tricks.sliding_window_view(dem, (TILE, TILE))[steps][whole], np.float64)
