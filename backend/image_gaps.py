"""Where an image has gaps, or ends: a few pixels beyond its last ones a result is what it is without an image.

A network looks farther than that, as far as its halo, and where it sees an image near by it reckons with one: in gaps its errors were some
percent larger than with no image at all (docs/design.md, "Gaps of an image"; benchmarks/image_gaps.py). Nobody has to learn that anew: the
model runs twice, with the image and without, and what it makes is blended by how far away the image is. It is run twice only on tiles where
both are needed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from backend.engines import Floats, Run

REACH = 8
"""Pixels off an image, along either axis, up to which it still has a share: at first all of it, then less and less."""


def made(
    run: Run, dem: Floats, guide: Floats, valid: Floats, pixel_size: float, dem_error: float, *, counts: NDArray[np.bool_], reach: int
) -> tuple[Floats, Floats | None]:
    """What `run` makes of its input, all (H, W) but the guide (3, H, W): elevation, and sigma or None, metres.

    `counts` (H, W): the pixels that somebody looks at. `reach` pixels around these have to be given; more than REACH are not needed.
    """
    share = shares(valid, min(reach, REACH))
    seen = share[counts]
    if not seen.size or seen.min() == 1.0 or not valid.any():
        return run(dem, guide, valid, pixel_size, dem_error)
    without = run(dem, np.zeros_like(guide), np.zeros_like(valid), pixel_size, dem_error)
    if seen.max() == 0.0 or without[0].shape != dem.shape:
        return without
    elevation, sigma = run(dem, guide, valid, pixel_size, dem_error)
    # So that what is one or the other alone is that to the last bit.
    blended = share * elevation + (1 - share) * without[0]
    return blended, None if sigma is None or without[1] is None else share * sigma + (1 - share) * without[1]


def shares(valid: Floats, reach: int) -> Floats:
    """Of the result with an image, (H, W) in 0..1: 1 on the image (`valid`) and beside it, 0 from `reach` + 1 pixels off it on. With no
    `reach` 1 everywhere."""
    if not reach or valid.all():
        return np.ones_like(valid)
    near, added = valid > 0, np.zeros(valid.shape, np.float32)
    for _ in range(reach):
        near = _wider(near)
        added += near
    return added / np.float32(reach)


def _wider(near: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """And the pixels around."""
    made = near.copy()
    made[1:] |= near[:-1]
    made[:-1] |= near[1:]
    wide = made.copy()
    wide[:, 1:] |= made[:, :-1]
    wide[:, :-1] |= made[:, 1:]
    return wide
