"""Stripes across an image: rows that are brighter and darker by turns, of detectors that differ, of furrows, of rows of trees.

A network takes them for ridges where they come every few pixels, as ridges shade an image just so (docs/design.md, "Stripes in an image").
They are told from ground by being regular: in the spectrum of a part of the image all of them are in one place, and the same in its other
parts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backend.windows import Window

Read = Callable[[Window], tuple[NDArray[np.float32], NDArray[np.bool_]]]

SIDE, LEAST_SIDE = 256, 96
"""Pixels along each side of the parts of an image that are looked at, half of it in smaller ones, and of the smallest part that shows what
is regular."""
LEAST_PARTS = 3
"""With less there is nothing that a part could be like: any field is regular in itself."""
PERIODS = 3.3, 10.0
"""Pixels: of stripes that do harm. Of wider ones less is seen than a DEM of three times larger pixels knows itself."""
LEAST_AMPLITUDE = 0.008
"""Of brightness, in the range from the 2nd to the 98th percentile of a scene."""
_KNOWN = 0.8
"""Share of a part's pixels that must be known."""
_PROMINENT = 60.0
"""Times the median of frequencies as high. Noise reaches some 13, ground (in the images of training/configs/areas.toml) some 40."""
_RING = 4
"""Frequencies of which the median is taken together."""
_ALIKE = 1.5
"""Frequencies that the places of a peak in two parts may lie apart."""


class Peak(NamedTuple):
    """Of a spectrum: frequencies down and across, in periods per pixel, `prominence` and `amplitude` as above."""

    down: float
    across: float
    prominence: float
    amplitude: float


def stripes(read: Read, height: int, width: int) -> float:
    """How many pixels lie between stripes of an image of `height` x `width` pixels, scaled to 0..1, of which `read` tells a window's values
    (3, h, w) and which are known (h, w); 0 where it has none."""
    parts = _parts(height, width)
    peaks = [found for window in parts if (found := peak(*read(window))) is not None]
    regular = [one for one in peaks if one.prominence > _PROMINENT and one.amplitude > LEAST_AMPLITUDE]
    if not regular or len(peaks) < LEAST_PARTS:
        return 0.0
    first = max(regular, key=lambda one: one.prominence)
    alike = sum(_apart(one, first) <= _ALIKE / parts[0].width for one in regular)
    return 1 / float(np.hypot(first.down, first.across)) if 2 * alike > len(peaks) else 0.0


def _apart(one: Peak, other: Peak) -> float:
    """How far the places of two peaks lie apart; a wave has two, on either side of the middle."""
    return min(max(abs(one.down - sign * other.down), abs(one.across - sign * other.across)) for sign in (1, -1))


def _parts(height: int, width: int) -> list[Window]:
    """The middle and four around it, fewer of a small image."""
    side = min(SIDE, height // 2, width // 2)
    if side < LEAST_SIDE:
        return []
    places = ((0.5, 0.5), (0.2, 0.2), (0.2, 0.8), (0.8, 0.2), (0.8, 0.8))
    return list(dict.fromkeys(Window(round(across * (width - side)), round(down * (height - side)), side, side) for down, across in places))


def peak(image: NDArray[np.float32], known: NDArray[np.bool_]) -> Peak | None:
    """The most prominent one of a part of an image, (3, n, n), known where `known` (n, n), among stripes of PERIODS; None where too little
    is known."""
    if known.mean() < _KNOWN:
        return None
    grey, side = image.mean(axis=0, dtype=np.float64), known.shape[0]
    taper = np.outer(np.hanning(side), np.hanning(side))
    power = np.abs(np.fft.rfft2(np.where(known, grey - grey[known].mean(), 0.0) * taper)) ** 2
    down, across = np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None]
    frequency = np.hypot(down, across)
    ring = (frequency * side / _RING).astype(np.int64)
    usual = np.array([np.median(power[ring == number]) for number in range(int(ring.max()) + 1)])[ring]
    counts = (frequency >= 1 / PERIODS[1]) & (frequency <= 1 / PERIODS[0])
    prominence = np.where(counts, power / np.maximum(usual, np.finfo(np.float64).tiny), 0.0)
    row, column = np.unravel_index(int(prominence.argmax()), prominence.shape)
    amplitude = 2 * float(np.sqrt(power[row, column])) / float(taper.sum())
    return Peak(float(down[row, 0]), float(across[0, column]), float(prominence[row, column]), amplitude)
