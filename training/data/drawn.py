"""Shapes that are drawn into ground: rivers, dykes, lakes and benches. Areas have few of them, and what a network has not seen it takes
for an error of the DEM: told of metres, it fills rivers and takes dykes for trees (docs/design.md, "Shapes that training has few of")."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

GENTLER, FLATTEST = 0.75, 0.02
"""Share of the ground that becomes gentler first, and what is left of its relief at least: rivers and dykes lie in plains."""
RIVERS, DYKES, LAKES = 0.45, 0.20, 0.20
"""Shares of the kinds; the rest are benches."""
FLOODED = (0.05, 0.6)
"""Share of the ground that a lake covers."""
WIDTHS, BANKS = (2.0, 24.0), (0.7, 4.0)
"""Pixels: of a river's bed or a dyke's top, and of each of their slopes."""
HEIGHTS, STEPS = (0.05, 0.6), (0.2, 2.5)
"""Pixel sizes: of rivers, downwards, and dykes, and of benches."""
MEANDERS, BENT = (30.0, 300.0), 0.12
"""Pixels from one bend to the next but one, and how far they swing, as a share of that, at most."""


def drawn(dem: Tensor, pixel_size: float, rng: np.random.Generator) -> tuple[Tensor, Tensor | None]:
    """`dem` (1, 1, S, S) metres with one or two rivers or dykes, a lake, or in benches; `pixel_size` in metres.

    With it, where there is a lake, 1 on its water and 0 on land (1, 1, S, S): what a sensor gets wrong on land it may not get wrong there.
    """
    kind = rng.random()
    if rng.random() < GENTLER:
        dem = dem * _log_uniform(rng, FLATTEST, 1.0)
    if kind >= RIVERS + DYKES + LAKES:
        return _benches(dem, _log_uniform(rng, *STEPS) * pixel_size, float(rng.uniform(0.05, 0.4))), None
    if kind >= RIVERS + DYKES:
        level = torch.quantile(dem, float(rng.uniform(*FLOODED)))
        return dem.clamp_min(level), (dem <= level).float()
    for _ in range(int(rng.integers(1, 3))):
        height = _log_uniform(rng, *HEIGHTS) * pixel_size
        dem = dem + (-height if kind < RIVERS else height) * _band(dem.shape[-1], rng)
    return dem, None


def _band(size: int, rng: np.random.Generator) -> Tensor:
    """A winding band (1, 1, S, S): 1 within it, 0 away from it, a slope between."""
    y, x = np.mgrid[:size, :size] - size / 2
    turn = rng.uniform(0, 2 * np.pi)
    across = x * np.cos(turn) + y * np.sin(turn) + rng.uniform(-0.4, 0.4) * size
    along = y * np.cos(turn) - x * np.sin(turn)
    length = _log_uniform(rng, *MEANDERS)
    across = across + rng.uniform(0, BENT) * length * np.sin(2 * np.pi * along / length + rng.uniform(0, 2 * np.pi))
    half, bank = 0.5 * _log_uniform(rng, *WIDTHS), rng.uniform(*BANKS)
    band = np.clip((half + bank - np.abs(across)) / bank, 0.0, 1.0)
    return torch.from_numpy(band.astype(np.float32))[None, None]


def _benches(dem: Tensor, step: float, edge: float) -> Tensor:
    """Ground in steps of so many metres; a share `edge` of each is the slope to the next."""
    low = torch.floor(dem / step) * step
    within = (dem - low) / step
    return low + step * ((within - (1 - edge)) / edge).clamp(0.0, 1.0)


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))
