"""How much relief there is at each wavelength: the radially averaged power spectrum of square tiles."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TILE = 64
"""Pixels. Tiles of that edge are transformed one by one: ten coarse pixels at ratio 6, and small enough to fit between gaps."""
STEP = TILE // 2
"""Pixels from one tile to the next: they overlap by half."""
WAVELENGTHS: Floats = TILE / np.arange(1, TILE // 2 + 1)
"""Pixels, from TILE down to 2."""


def power(tiles: NDArray[Any]) -> Floats:
    """Power (TILE / 2,), m², at each of WAVELENGTHS, added up over `tiles` (N, TILE, TILE): Welch's method (1967) in two dimensions.

    From each tile its plane is taken, it is tapered by a Hann window and transformed; squared magnitudes are averaged over rings of
    frequency one cycle a tile wide. Frequencies are counted in cycles a pixel, also where pixels are not square.
    """
    z = tiles.astype(np.float64)
    z = z - z.mean(axis=(1, 2), keepdims=True)
    ramp = np.arange(TILE) - (TILE - 1) / 2
    # On a square grid that is centred, the best plane's three parts are orthogonal.
    for axis in (ramp[:, None], ramp[None, :]):
        z -= axis * ((z * axis).sum(axis=(1, 2), keepdims=True) / (TILE * np.square(ramp).sum()))
    taper, ring, times, many = _plan()
    # Of real numbers, half of the transform says the other half.
    half = np.fft.rfft2(z * taper)
    summed = (half.real**2 + half.imag**2).sum(axis=0) / (np.square(taper).sum() * TILE**2)
    return np.asarray(np.bincount(ring, times * summed.ravel(), minlength=TILE)[1 : TILE // 2 + 1] / many)


def modes() -> Floats:
    """Of how many two-dimensional frequencies the power at each of WAVELENGTHS is the mean: (TILE / 2,)."""
    return _plan()[3]


@cache
def _plan() -> tuple[Floats, NDArray[np.int64], Floats, Floats]:
    """The taper (TILE, TILE), and of the frequencies of rfft2 (TILE, TILE / 2 + 1), raveled, the ring of each and how often it counts;
    and how many frequencies of fft2 each ring has."""
    hann = np.hanning(TILE + 1)[:TILE]
    cycles = np.fft.fftfreq(TILE, 1 / TILE)
    across = np.fft.rfftfreq(TILE, 1 / TILE)
    ring = np.rint(np.hypot(cycles[:, None], across[None, :])).astype(np.int64).ravel()
    # The first column and the last stand for themselves, the others for their mirror images too.
    times = np.broadcast_to(np.where((across == 0) | (across == TILE // 2), 1.0, 2.0), (TILE, TILE // 2 + 1)).ravel()
    many = np.bincount(ring, times, minlength=TILE)[1 : TILE // 2 + 1]
    return hann[:, None] * hann[None, :], ring, np.asarray(times, np.float64), np.asarray(many, np.float64)
