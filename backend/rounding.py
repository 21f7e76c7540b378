"""What the heights of a DEM may have been before they were rounded.

On gentle ground rounding makes terraces. A network takes them for relief, and sharpens them or leaves each its own level, as it does water.
But no rounded height is off by more than half a step, and smooth ground is the likeliest of all that these limits allow: it is found by
smoothing within them, again and again, as far as the DEM is no rougher there than rounding alone makes level ground.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from backend import gaps
from backend.level import is_level, lowest
from backend.resample import Read, Sampler
from backend.windows import Window

_PASSES = 8
_KERNEL = 4
"""Cells that a pass looks at on each side of one."""
_SQUARE = 6
"""Cells along the edge of level squares that stay level. Water is; and of wider terraces it is unlikely that they slope just so."""
_WINDOW = 3
"""Cells on each side of one over which roughness is a mean."""
_AS_ROUGH, _ROUGHER = 1.0, 2.5
"""Of the mean square that rounding alone gives curvature: up to the first all of a pass counts, from the second on nothing."""
_SHARPEST = 3.5
"""Steps: curvature that rounding alone gives one cell in eight thousand. Where it is larger there is a dyke or a ditch."""
_NO_LOWER = 5
"""Cells around one, of which none is lower: what lies at the bottom may be water, however narrow. A terrace has a lower one beside it."""
_BLOCK = 128
"""Pixels along the edges of blocks that are upsampled where something was added: on most ground that is next to nowhere."""
_OF_ROUNDING = 20 / 12
"""Square steps: mean square of the four neighbours' sum less four times the cell, where each is off by its own rounding."""
_SMOOTHED = _KERNEL * _PASSES
_ROWS = 4
"""Beyond a border the ground goes on with the slope of five rows: that of two is one of steps, which no plane fits."""
REACH = 2 * _SMOOTHED + _WINDOW + 1
"""Cells on each side of one that its `correction` depends on."""

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Real = TypeVar("Real", np.float32, np.float64)


def correction(dem: Floats, known: Bools, step: float) -> Floats:
    """Metres to add to a DEM (h, w) of heights rounded to `step` metres, at most half a step: (h, w); 0 where not `known` (h, w).

    h and w are 6 or more. What is level and what nothing around is lower than keeps its height: it may be water.
    """
    made = np.zeros(dem.shape)
    filled = dem if known.all() else gaps.fill(dem[None], known, _SMOOTHED, wider=_ROWS, rough=0.0)[0]
    share = _share(filled / step)
    if not (share[known] > 0).any():
        return made
    heights = np.where(known, dem, np.nan)
    bottom = lowest(np.where(known, dem, np.inf), _NO_LOWER) >= dem
    share[known & (bottom | is_level(dem, known, rounded=True) | _in_level_squares(heights))] = 0.0
    if not (share[known] > 0).any():
        return made
    rows, cols = (_around(np.flatnonzero(share.any(axis=axis))) for axis in (1, 0))
    part = rows, cols
    counts = share[part].astype(np.float32)
    # As the heights in steps are too many digits for float32, and what is left of them by the kernel is not.
    bend = _rough(filled[part] / step).astype(np.float32)
    # Of what nobody knows no limits are known: there the ground goes on as smoothly as it can.
    most = np.where(known[part], np.float32(0.5), np.float32(np.inf))
    added = np.zeros_like(counts)
    for _ in range(_PASSES):
        added = np.clip(added - counts * (bend + _rough(added)), -most, most)
    made[part] = np.where(known[part], added.astype(np.float64) * step, 0.0)
    return made


def upsampled(sampler: Sampler, window: Window, read: Read, step: float) -> NDArray[np.float32] | None:
    """`correction` of the DEM that `read` reads on `sampler.source`, on a window of `sampler.target`: metres (H, W). None where there is
    none, and where means over many cells have taken the steps away."""
    needed = sampler.needed(window) if step and sampler.share_of_means(window).min() < 1 else None
    if needed is None:
        return None
    wide = needed.widened(REACH)
    dem, known = read(wide)
    added = correction(dem[0], known, step)[wide.cut(needed)]
    if not added.any():
        return None

    def cells(part: Window) -> tuple[Floats, Bools]:
        values, inside = np.zeros((part.height, part.width)), part.within(needed)
        values[part.cut(inside)] = added[needed.cut(inside)]
        return values[None], np.ones(values.shape, np.bool_)

    made = np.zeros((window.height, window.width), np.float32)
    for block in window.blocks(_BLOCK):
        under = sampler.needed(block)
        if under is not None and added[needed.cut(under.within(needed))].any():
            made[window.cut(block)] = sampler.interpolate(block, cells, bands=1)[0] * (1 - sampler.share_of_means(block))
    return made


def _share(steps: Floats) -> Floats:
    """How far each cell (h, w) is to be smoothed, 0..1; the heights are in steps."""
    wide = np.pad(steps, 1, mode="edge")
    curvature = wide[:-2, 1:-1] + wide[2:, 1:-1] + wide[1:-1, :-2] + wide[1:-1, 2:] - 4.0 * steps
    sharp = lowest(-np.abs(curvature), _WINDOW) < -_SHARPEST
    size = 2 * _WINDOW + 1
    wide = np.pad(np.square(curvature), _WINDOW, mode="edge")
    wide = np.add.reduce([wide[:, at : at + steps.shape[1]] for at in range(size)])
    rough = np.add.reduce([wide[at : at + steps.shape[0]] for at in range(size)]) / (size * size * _OF_ROUNDING)
    return np.where(sharp, 0.0, np.clip((_ROUGHER - rough) / (_ROUGHER - _AS_ROUGH), 0.0, 1.0))


def _rough(cells: NDArray[Real]) -> NDArray[Real]:
    """What smoothing twice over leaves of (h, w), so that slopes and even curves are not rough."""
    left: NDArray[Real] = cells - _smooth(cells)
    return np.asarray(left - _smooth(left))


def _smooth(cells: NDArray[Real]) -> NDArray[Real]:
    """Weights 1, 4, 6, 4, 1 along both axes."""
    wide = np.pad(cells, 2, mode="edge")
    for _ in range(4):
        wide = wide[:, 1:] + wide[:, :-1]
    for _ in range(4):
        wide = wide[1:] + wide[:-1]
    return np.asarray(wide / wide.dtype.type(256))


def _in_level_squares(dem: Floats) -> Bools:
    """Which cells (h, w) lie in a square of _SQUARE that is of one height; NaN is none."""
    across = _runs(dem[:, 1:] == dem[:, :-1], _SQUARE - 1, axis=1)
    down = _runs(dem[1:] == dem[:-1], _SQUARE - 1, axis=0)
    square = _runs(across, _SQUARE, axis=0) & down[:, : across.shape[1]]
    if not square.any():
        return np.zeros(dem.shape, np.bool_)
    outside = ~np.pad(square, _SQUARE - 1)
    return ~_runs(_runs(outside, _SQUARE, axis=1), _SQUARE, axis=0)


def _runs(cells: Bools, length: int, axis: int) -> Bools:
    """Where `length` that are true begin along an axis, which is `length` - 1 shorter."""
    return np.asarray(sliding_window_view(cells, length, axis=axis).all(axis=-1))


def _around(at: NDArray[np.int64]) -> slice:
    """From the first to the last, and what a pass looks at beyond."""
    return slice(max(0, int(at[0]) - _KERNEL), int(at[-1]) + 1 + _KERNEL)
