"""Errors that a sensor made: what real coarse DEMs have wrong, cut out to be added to DEMs whose finer reference is known.

Real pairs of a coarse DEM and a reference three times finer are few, and fields that are drawn have neither the speckle of a real sensor
nor the shapes that processing leaves. A piece of a real DEM's difference from its reference has both.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from training.data.areas import Area

_TRIES = 20


def sensed(areas: Sequence[Area], height: int, width: int, rng: np.random.Generator) -> Tensor | None:
    """What the real coarse DEM of one of `areas` lies above its reference by, (1, 1, height, width) metres, turned and mirrored at random.

    A pixel of it is one of that reference's: the two are about as large where both are known by a sensor of one arc second. None where no
    area has a real coarse DEM, or none of the few pieces drawn is free of gaps.
    """
    donors = [area for area in areas if area.coarse is not None]
    if not donors:
        return None
    weights = np.array([area.valid_pixels**0.25 for area in donors])
    for _ in range(_TRIES):
        area = donors[int(rng.choice(len(donors), p=weights / weights.sum()))]
        turns, mirrored = int(rng.integers(4)), bool(rng.integers(2))
        high, wide = (width, height) if turns % 2 else (height, width)
        rows, columns = area.dem.shape
        if area.coarse is None or rows < high or columns < wide:
            continue
        row, column = int(rng.integers(rows - high + 1)), int(rng.integers(columns - wide + 1))
        window = (slice(row, row + high), slice(column, column + wide))
        error = np.rot90(area.coarse[window] - area.dem[window] - area.level_offset, turns)
        if np.isfinite(error).all():
            return torch.from_numpy(np.array(error[:, ::-1] if mirrored else error, np.float32))[None, None]
    return None
