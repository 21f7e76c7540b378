"""A model's mean over four orientations of a tile, by quarter turns.

Turned ground is ground as well, but a network's weights make something a little different of it. What differs is error, and averaging takes
most of it away: known as geometric self-ensemble (Timofte et al. 2016, "Seven ways to improve example-based single image super resolution";
Lim et al. 2017, "Enhanced deep residual networks", section 3.4). With the mirror image there would be eight, in twice the time; the other
four hardly add to it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from backend.engines import Floats, Run

COUNT = 4
_LEAST_SHARE = 0.25
"""Of the mean variance, at least that is left once what differs is taken away: four results know that badly."""


def over_orientations(run: Run, after: Callable[[int], None] | None = None) -> Run:
    """`run` on what it is given in each orientation, averaged; `after` is told how many of the COUNT are done.

    Of results that are off by sigma each, and differ among themselves, the mean is off by less: its squared error is the mean of theirs
    less their variance, exactly (Krogh and Vedelsby 1995, "Neural network ensembles, cross validation, and active learning", equation 6).
    So is sigma's, but that the DEM's own error, which all have in common, stays.
    """

    def averaged(dem: Floats, guide: Floats, guide_valid: Floats, pixel_size: float, dem_error: float) -> tuple[Floats, Floats | None]:
        # Changes of the DEM are added up: thousands of metres squared would leave nothing of centimetres.
        added, squared, variance = np.zeros((3, *dem.shape), np.float64)
        sure = True
        for turns in range(COUNT):
            elevation, sigma = run(_turned(dem, turns), _turned(guide, turns), _turned(guide_valid, turns), pixel_size, dem_error)
            change = _turned(elevation, -turns).astype(np.float64) - dem
            added += change / COUNT
            squared += change * change / COUNT
            if sigma is None:
                sure = False
            else:
                variance += np.square(_turned(sigma, -turns), dtype=np.float64) / COUNT
            if after is not None:
                after(turns + 1)
        elevation = (dem + added).astype(np.float32)
        if not sure:
            return elevation, None
        least = np.maximum(_LEAST_SHARE * variance, np.minimum(dem_error**2, variance))
        return elevation, np.sqrt(np.maximum(variance - (squared - added * added), least)).astype(np.float32)

    return averaged


def _turned(raster: NDArray[np.float32], turns: int) -> NDArray[np.float32]:
    """(..., H, W) by quarter turns."""
    return np.ascontiguousarray(np.rot90(raster, turns, (-2, -1)))
