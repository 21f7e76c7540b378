"""Whole areas, run as the backend runs a tile: with ground made up around them."""

from __future__ import annotations

import numpy as np

from backend import gaps
from training.evaluation.figures import Floats, Run


def bordered(run: Run, halo: int, size_multiple: int) -> Run:
    """`run` on areas with `halo` pixels around them that are filled as the backend fills what lies beyond a DEM, under no guide, and some
    more where height and width have to be multiples of `size_multiple`; they are cut off from what it returns.

    Without them a network's convolutions take what lies beyond for level ground, and draw lines along the borders.
    """

    def wider(dem: Floats, guide: Floats, valid: Floats, pixel_size: float, error: float) -> tuple[Floats, Floats | None]:
        height, width = dem.shape
        rows, columns = ((halo, halo + -(size + 2 * halo) % size_multiple) for size in (height, width))
        known = np.pad(np.ones((height, width), np.bool_), (rows, columns))
        ground = gaps.fill(np.pad(dem, (rows, columns))[None], known, max(halo, size_multiple))[0].astype(np.float32)
        inside = slice(halo, halo + height), slice(halo, halo + width)
        elevation, sigma = run(ground, np.pad(guide, ((0, 0), rows, columns)), np.pad(valid, (rows, columns)), pixel_size, error)
        return elevation[inside], sigma[inside] if sigma is not None else None

    return wider
