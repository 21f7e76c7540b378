"""How much relief a DEM has at each wavelength: the radially averaged power spectrum."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32] | NDArray[np.float64]

TILE = 64
"""Pixels. Tiles of that edge are transformed one by one: ten coarse pixels at ratio 6, and small enough to fit between gaps."""


@dataclass(frozen=True)
class Spectrum:
    """`wavelengths` (K,), in pixels, from TILE down to 2; `power` (K,), m², the mean over all directions and tiles; `modes` (K,), how
    many two-dimensional frequencies each is the mean of."""

    wavelengths: NDArray[np.float64]
    power: NDArray[np.float64]
    modes: NDArray[np.int64]


def power_spectrum(dem: Array, where: NDArray[np.bool_]) -> Spectrum | None:
    """The spectrum of `dem` (H, W), by Welch's method (1967) in two dimensions; None where no tile is free of gaps.

    Tiles of TILE x TILE pixels that overlap by half and lie wholly in `where`; from each its plane is taken, it is tapered by a Hann
    window and transformed; squared magnitudes are averaged over the tiles and over rings of frequency one cycle a tile wide.
    Frequencies are counted in cycles a pixel, also where pixels are not square: what a grid can hold ends at 2 pixels both ways.
    """
    tiles = _tiles(dem, where)
    if not len(tiles):
        return None
    ramp = np.arange(TILE) - (TILE - 1) / 2
    tiles = tiles - tiles.mean(axis=(1, 2), keepdims=True)
    # On a square grid that is centred, the best plane's three parts are orthogonal.
    for axis in (ramp[:, None], ramp[None, :]):
        tiles = tiles - axis * ((tiles * axis).sum(axis=(1, 2), keepdims=True) / (TILE * np.square(ramp).sum()))
    taper = np.hanning(TILE + 1)[:TILE]
    window = taper[:, None] * taper[None, :]
    power = (np.abs(np.fft.fft2(tiles * window)) ** 2).mean(axis=0) / (np.square(window).sum() * TILE**2)
    cycles = np.fft.fftfreq(TILE, 1 / TILE)
    ring = np.rint(np.hypot(cycles[:, None], cycles[None, :])).astype(np.int64)
    modes = np.bincount(ring.ravel(), minlength=TILE)[1 : TILE // 2 + 1]
    sums = np.bincount(ring.ravel(), power.ravel(), minlength=TILE)[1 : TILE // 2 + 1]
    return Spectrum(TILE / np.arange(1, TILE // 2 + 1), sums / modes, modes)


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
    steps = (slice(None, None, TILE // 2),) * 2
    whole = np.lib.stride_tricks.sliding_window_view(where, (TILE, TILE))[steps].all(axis=(2, 3))
    return np.asarray(np.lib.stride_tricks.sliding_window_view(dem, (TILE, TILE))[steps][whole], np.float64)
