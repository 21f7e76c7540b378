"""Back-projection: what a model changed of the means over the DEM's own pixels, beyond what the DEM may be off by, is taken back.

A pixel of a DEM is a mean over its area. A finer DEM whose means are others contradicts it; as far as the contradiction is larger than the
DEM's error, the finer one is wrong. The model cannot know: it is given the DEM resampled, not where its pixels lie. One step of iterative
back-projection (Irani and Peleg 1991): the differences of the means, upsampled as the DEM itself was, are added.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from backend.level import is_level, lowest
from backend.resample import Sampler, read_array
from backend.windows import Window

LARGEST_CELL = 32.0
"""Target pixels. A DEM's pixels that are larger than this are left alone: what has to be read around a tile would outgrow it."""
SIGMAS = 2.0
"""Standard deviations that a DEM may be off by in a pixel: one in twenty is off by more. With one, half of what a network gains on real
SRTM would be taken back, whose errors are large in few places (docs/design.md)."""
_LEVEL_REACH = 8
"""DEM pixels around one that say whether it is level (five) or up to two beside what is level."""
_REACH = 2.5
"""DEM pixels: the cubic kernel reaches less than two of them, to their centres."""
_TURNED = 1.8
"""1.5: a diagonal, where the grids are rotated against each other; 1.2: the scale is that of one place."""
_FAR_BEYOND = 0.1
"""A cell's edge in the middle, as LARGEST_CELL over it: cells ten times as large are too large, whatever a scale elsewhere or a diagonal
makes of them."""

_BLOCK = 128
"""Pixels along the edges of blocks that are looked at one by one: in most nothing is level."""
_INNER = (slice(_LEVEL_REACH, -_LEVEL_REACH), slice(_LEVEL_REACH, -_LEVEL_REACH))
"""Of `cells`, what upsampling needs."""

Floats = NDArray[np.float32]


class BackProjection:
    """Of results on `sampler.target`, for a DEM on `sampler.source` that is off by `dem_error` metres and rounded to `step`."""

    def __init__(self, sampler: Sampler, dem_error: float, step: float = 0.0) -> None:
        self._up = sampler
        self._half_step = 0.5 * step
        self.tolerance = max(SIGMAS * dem_error, self._half_step)
        """Metres that a mean may differ by: a DEM of whole metres is off by up to half of one, whatever is said of it."""
        target = sampler.target
        self.reach = 0
        """Target pixels on each side of a pixel that its correction depends on; 0 where there is none: where the DEM has the finer pixels
        everywhere, or much larger ones."""
        # Of cells of millions of the target's pixels no sampler can be made, and nobody needs one.
        if LARGEST_CELL * math.sqrt(sampler.columns_per_pixel * sampler.rows_per_pixel) > _FAR_BEYOND:
            self._down = Sampler(target, sampler.source)
            self.reach = self._reach()
        if self.reach:
            # The DEM's pixels along the target's border count as they do in its midst, with what is made of the ground beyond.
            # Turned first: what is wider may lie on the DEM where the target lies a turn away.
            wide = target.turned_beside(sampler.source).window(Window(0, 0, target.width, target.height).widened(self.reach))
            self._down = Sampler(wide, sampler.source)

    def _reach(self) -> int:
        cell = max(self._down.columns_per_pixel, self._down.rows_per_pixel)
        if self._up.only_means or cell > LARGEST_CELL:
            return 0
        return math.ceil((1.0 if self._down.parallel else _TURNED) * _REACH * cell)

    def cells(self, core: Window) -> Window | None:
        """The DEM's pixels that `correction` and `held_level` of `core` depend on, some more among them; None where there are none."""
        # Where all is averaged nothing would be left of them, and there may be thousands under a pixel.
        needed = self._up.needed(core) if self.reach and self._up.share_of_means(core).min() < 1 else None
        return needed.widened(_LEVEL_REACH) if needed is not None else None

    def correction(self, made: Floats, read: Window, core: Window, dem: NDArray[np.float64], known: NDArray[np.bool_]) -> Floats:
        """What is to be added to the core of a result, metres.

        `made` (H, W) metres covers `read`, a window of the target that reaches `reach` pixels or more beyond `core` on all sides; `dem`
        (1, h, w) metres and `known` (h, w) cover `cells(core)`. The target's border is none: a part of it is what it is in the whole.
        """

        array = read_array(made)

        def result(window: Window) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
            left, top = read.col + self.reach, read.row + self.reach
            return array(Window(window.col - left, window.row - top, window.width, window.height))

        def beyond(window: Window) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
            means, inside = self._down.sample(window, result, bands=1, reach=0)
            off = dem[:, *_INNER] - means
            off -= np.clip(off, -self.tolerance, self.tolerance)
            # 0 where nobody knows: a gap has nothing to take back.
            return np.where(known[_INNER] & inside, off, 0.0), np.ones_like(inside)

        return self._faded(self._up.interpolate(core, beyond, bands=1)[0], core)

    def _faded(self, added: Floats, core: Window) -> Floats:
        """Nothing of it where the DEM has the finer pixels."""
        return np.asarray(added * (1 - self._up.share_of_means(core)), np.float32)

    def held_level(self, made: Floats, cubic: Floats, core: Window, dem: NDArray[np.float64], known: NDArray[np.bool_]) -> Floats:
        """`made` (H, W) metres, a result's `core`, where the DEM is level: a lake, the sea.

        A cell that is exactly as high as five of its neighbours is a part of something level, and all of it is, if something as high lies
        near from which the ground does not fall, and that is wider than chance makes it where heights are rounded. There a result departs
        from the DEM no farther than cubic resampling (`cubic`, (H, W)) does; and in a cell beside it that is higher it lies no lower, since
        water is the lowest there is. At the foot of a cliff a network would dig a moat. Both fade out over one cell more, and take no more
        there than the DEM may be off by: a limit that ended at its border would stand there as a step. `dem` and `known` as for
        `correction`.
        """
        level = is_level(dem[0], known, rounded=self._half_step > 0)
        if not level.any() or (covered := self.cells(core)) is None:
            return made
        highest = -lowest(np.where(level, -dem[0], np.inf), 1)
        beside = highest > -np.inf
        near = lowest(np.where(level, dem[0], np.inf), 2)
        high = np.where(level, dem[0], np.where(beside, highest, np.inf))
        low = np.where(level, dem[0], np.where(near <= dem[0], near, -np.inf))
        cells = np.stack([level, beside, high, low])
        held = made.copy()
        for block in core.blocks(_BLOCK):
            under = self._up.needed(block)
            if under is not None and (part := cells[:, *covered.cut(under)])[1].any():
                here = core.cut(block)
                held[here] += self._faded(self._held(made[here], cubic[here], block, part) - made[here], block)
        return held

    def _held(self, made: Floats, cubic: Floats, block: Window, cells: NDArray[np.float64]) -> Floats:
        """`made` (H, W) within its limits. `cells` (4, h, w) cover what the block needs: 1 where level, 1 there and beside it, and how high
        and how low it may be."""

        def shares(_: Window) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
            return cells[:2], np.ones(cells.shape[1:], np.bool_)

        if (at := self._up.beneath(block)) is None:
            return made
        # Half of a share lies at a border of cells.
        within, beside = self._up.interpolate(block, shares, bands=2)
        below, above = np.clip(within + beside - 0.5, 0.0, 1.0), np.clip(2.0 * beside, 0.0, 1.0)
        level, near, high, low = cells[:, *at]
        too_high = made - np.minimum(made, np.maximum(high, cubic))
        held = made - np.where(level, too_high, np.minimum(below * too_high, self.tolerance))
        too_low = np.maximum(held, np.minimum(low, cubic)) - held
        held += np.where(near, too_low, np.minimum(above * too_low, self.tolerance))
        return np.asarray(held, np.float32)
