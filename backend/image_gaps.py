"""Where an image has gaps, or ends: a few pixels beyond its last ones a result is what it is without an image.

A network looks farther than that, as far as its halo, and where it sees an image near by it reckons with one: in gaps its errors were some
percent larger than with no image at all (docs/design.md, "Gaps of an image"; benchmarks/image_gaps.py). Nobody has to learn that anew: the
model runs with the image and without, and what it makes is blended by how far away the image is. Each is run on those parts of a tile alone
where it is needed.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from backend.engines import Floats, Run
from backend.windows import Window

REACH = 8
"""Pixels off an image, along either axis, up to which it still has a share: at first all of it, then less and less."""
SQUARE = 6
"""Pixels along each side of the least square without a gap that an image is looked at in: how sharp it is, is told by such."""
_BESIDE = 4
"""Pixels around those that somebody looks at that are made with them: means over a DEM's pixels end amid some of these."""
_SMALLEST = 128
"""Pixels: boxes that are no longer are not cut in two."""
_WORTH = 0.9
"""Of the work on a box: two parts of it that are more take as long, each having a first time."""

Bools = NDArray[np.bool_]


def made(
    run: Run,
    dem: Floats,
    guide: Floats,
    valid: Floats,
    pixel_size: float,
    dem_error: float,
    *,
    counts: Bools,
    reach: int,
    multiple: int,
) -> tuple[Floats, Floats | None]:
    """What `run` makes of its input, all (H, W) but the guide (3, H, W): elevation, and sigma or None, metres.

    `counts` (H, W): the pixels that somebody looks at; others may be as they were given. `reach` pixels around these are given, as the
    model looks so far; it takes heights and widths that are multiples of `multiple`.
    """
    # Most tiles have no gap, and need no shares.
    if not reach or not counts.any() or (valid[counts] > 0).all() or not valid.any():
        return run(dem, guide, valid, pixel_size, dem_error)
    share = shares(valid, min(reach, REACH))
    if share[counts].min() == 1.0:
        return run(dem, guide, valid, pixel_size, dem_error)
    elevations, sigmas, covered, sure = (
        np.stack([dem, dem]),
        np.zeros((2, *dem.shape), np.float32),
        np.zeros((2, *dem.shape), np.bool_),
        True,
    )
    with_it, without = (guide, valid), (np.zeros_like(guide), np.zeros_like(valid))
    for kind, (needed, (image, known)) in enumerate(((counts & (share < 1), without), (counts & (share > 0), with_it))):
        for box in boxes(needed, reach):
            around, inner = _cut(box, dem.shape, reach, multiple)
            elevation, sigma = run(dem[around], image[(slice(None), *around)], known[around], pixel_size, dem_error)
            elevations[kind][box], covered[kind][box] = elevation[inner], True
            if sigma is None:
                sure = False
            else:
                sigmas[kind][box] = sigma[inner]
    # What is one or the other alone is that to the last bit.
    share = np.where(covered.all(axis=0), share, covered[1]).astype(np.float32)
    elevation, sigma = (share * both[1] + (1 - share) * both[0] for both in (elevations, sigmas))
    return elevation, sigma if sure else None


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


def looked_at(valid: Floats) -> bool:
    """Whether an image (`valid`, (H, W)) has a square of pixels that are all known. One with gaps everywhere, as of lost columns, is as
    good as none."""
    known = valid > 0
    for axis in (0, 1):
        if not known.all() and known.shape[axis] >= SQUARE:
            known = np.asarray(sliding_window_view(known, SQUARE, axis=axis).all(axis=-1))
    return bool(known.any())


def boxes(needed: Bools, reach: int) -> list[tuple[slice, slice]]:
    """Rows and columns of few boxes that all pixels that are `needed` (H, W) lie in, with _BESIDE more around them, for little work when
    `reach` more pixels have to be read on each side: halves of halves, of which some are put together again."""
    height, width = needed.shape
    around = Window(0, 0, width, height)

    def work(*parts: Window) -> int:
        read = [part.widened(reach + _BESIDE).within(around) for part in parts]
        return sum(part.width * part.height for part in read)

    def halved(part: Window) -> list[Window]:
        there = needed[around.cut(part)]
        rows, columns = np.flatnonzero(there.any(axis=1)), np.flatnonzero(there.any(axis=0))
        if not rows.size:
            return []
        (top, bottom), (left, right) = ((int(at[0]), int(at[-1]) + 1) for at in (rows, columns))
        box = Window(part.col + left, part.row + top, right - left, bottom - top)
        if max(box.width, box.height) <= _SMALLEST:
            return [box]
        parts = joined([found for half in box.halves()[1] for found in halved(half)])
        return parts if work(*parts) < _WORTH * work(box) else [box]

    def joined(parts: list[Window]) -> list[Window]:
        # Each is compared with those that stand already, and what comes of two with all others once more.
        found: list[Window] = []
        for part in parts:
            while near := next((one for one in found if work(one.around(part)) <= work(one, part)), None):
                found.remove(near)
                part = near.around(part)
            found.append(part)
        return found

    return [around.cut(box.widened(_BESIDE).within(around)) for box in halved(around)]


def _cut(box: tuple[slice, slice], shape: tuple[int, ...], reach: int, multiple: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """The rows and columns that a box needs, and the box in these. They begin and end on multiples, as what they are cut from does: cells
    of several pixels are the same ones."""
    around, inner = [], []
    for part, size in zip(box, shape, strict=True):
        first = max(0, (part.start - reach) // multiple * multiple)
        last = min(size, -(-(part.stop + reach) // multiple) * multiple)
        around.append(slice(first, last))
        inner.append(slice(part.start - first, part.stop - first))
    return (around[0], around[1]), (inner[0], inner[1])


def _wider(near: Bools) -> Bools:
    """And the pixels around. By bits, in a seventh of the time that `level.lowest` takes."""
    made = near.copy()
    made[1:] |= near[:-1]
    made[:-1] |= near[1:]
    wide = made.copy()
    wide[:, 1:] |= made[:, :-1]
    wide[:, :-1] |= made[:, 1:]
    return wide
