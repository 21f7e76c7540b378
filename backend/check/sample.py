"""A known small input for a model, made from formulas: terrain with a lake, and an image of it with a gap.

Heights and bands are rounded to parts that float32 holds exactly, so that every machine makes the same numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from backend.card import ModelCard
from backend.engines import Engine, Floats

EDITION = 1
"""Changes when the formulas do: answers that were stored for another edition are for another input."""
HEIGHT, WIDTH = 64, 96
"""Pixels, before they are rounded up to what a model takes. Not square: rows taken for columns show."""
PIXEL_SIZE, DEM_ERROR = 10.0, 2.0
"""Metres, as far as the model's card allows."""

# Wavelength in pixels, direction and phase in radians.
_WAVES = ((90.0, 0.3, 0.1), (41.0, 1.2, 1.7), (23.0, 2.3, 0.4), (13.0, 0.8, 2.9), (7.0, 1.9, 4.2), (5.0, 2.8, 5.1))
_STEEPNESS = 0.06
"""Amplitude of a wave over its length."""
_SUN = 2.2
"""Where the light comes from, radians."""
_BASE = 800.0
"""Metres."""


@dataclass(frozen=True)
class Sample:
    """Inputs of a model: dem (H, W), metres; guide (3, H, W), 0..1; guide_valid (H, W), 0 or 1; pixel_size and dem_error, metres."""

    dem: Floats
    guide: Floats
    guide_valid: Floats
    pixel_size: float
    dem_error: float

    def run(self, engine: Engine) -> tuple[Floats, Floats | None]:
        """Elevation and sigma (H, W) that a model makes of this."""
        return engine.run(self.dem, self.guide, self.guide_valid, self.pixel_size, self.dem_error)

    def level(self) -> Sample:
        """The same ground as a plain at one height, under the same image."""
        return replace(self, dem=np.full_like(self.dem, _BASE))

    def lifted(self, metres: float) -> Sample:
        """The same ground `metres` higher."""
        return replace(self, dem=self.dem + np.float32(metres))


def make(card: ModelCard) -> Sample:
    """The input for a model with this card."""
    pixel_size = min(max(PIXEL_SIZE, card.pixel_sizes[0]), card.pixel_sizes[1])
    height, width = (math.ceil(edge / card.size_multiple) * card.size_multiple for edge in (HEIGHT, WIDTH))
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float64)
    relief, shade = np.zeros((len(_WAVES), height, width)), np.zeros((height, width))
    for wave, (length, direction, phase) in enumerate(_WAVES):
        angle = (columns * math.cos(direction) + rows * math.sin(direction)) * (2 * math.pi / length) + phase
        relief[wave] = _STEEPNESS * length * np.sin(angle)
        shade += math.cos(direction - _SUN) * _STEEPNESS * 2 * math.pi * np.cos(angle)
    # The DEM knows nothing of the shortest waves, the image shows them. What lies lower than a fourth of the relief is a lake.
    ground, coarse = relief.sum(0), relief[:-2].sum(0)
    lake = 0.75 * float(ground.min()) + 0.25 * float(ground.max())
    dem = _exact(_BASE + pixel_size * np.maximum(coarse, lake), 64)
    cover = 0.1 * np.sin(columns / 17.0) * np.sin(rows / 11.0)
    light = np.where(ground > lake, 0.45 + 0.25 * shade, 0.1)
    guide = np.stack([_exact(gain * light + share * cover, 1024) for gain, share in ((1.1, 1.0), (0.9, -0.6), (0.8, 0.3))])
    guide_valid = np.ones((height, width), np.float32)
    guide_valid[-height // 4 :, : width // 4] = 0
    return Sample(
        dem=dem,
        guide=guide * guide_valid,
        guide_valid=guide_valid,
        pixel_size=pixel_size,
        dem_error=min(max(DEM_ERROR, card.dem_errors[0]), card.dem_errors[1]),
    )


def _exact(values: NDArray[np.float64], parts: int) -> Floats:
    """Rounded to whole `parts` of 1: libraries differ in the last digit of a sine."""
    return (np.round(values * parts) / parts).astype(np.float32)
