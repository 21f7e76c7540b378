"""The DEM as the model wants it: metres on the target grid, without gaps, and which of them are known."""

from __future__ import annotations

import copy
import itertools
import math
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from backend import rounding
from backend.errors import InputError
from backend.grid import Grid
from backend.rasters import COMPLETE, Raster
from backend.resample import Sampler
from backend.vertical import metres_per_unit
from backend.windows import Window

HIGHEST_ON_EARTH, LOWEST_ON_EARTH = 9_000.0, -11_000.0
"""Metres. What lies higher, or lower, may be metres only by mistake."""
HIGHEST = 20_000.0
"""Metres. A larger elevation, up or down, is a nodata value that the file does not declare."""
SAY_UNIT = "If heights are not metres say their unit in the file, e.g. with gdal_edit.py -units cm."
_LOOKS, _MORE_LOOKS, _LOOK = 3, 9, 128
"""Places along and across a DEM that are looked at for steps, and where that shows none; pixels of each of their edges."""
_MOST = 0.98
"""Of the different heights: a few may be no multiples, where gaps were filled."""
_FEWEST_HEIGHTS = 3
"""A lake or a plain may lie at a whole number by chance."""
_FEWEST_SHIFTED = 12
"""And a few heights may be whole steps apart, where no height is a multiple of one."""
_STEPS = (1.0, 0.5, 1200 / 3937, 0.3048, 0.25, 0.2, 0.1, 0.05, 0.02, 0.01)
"""What heights in a type for fractions are rounded to: whole numbers, decimals, whole feet (of a survey, or not) that became metres; the
coarsest that fits is it."""

_OFF_A_STEP = 2 * float(np.finfo(np.float32).eps)
"""Of a rounded height, that it may be off by: floats are no more exact. A part that is not rounded has a multiple of the step by chance."""
_LEAST_PART = 8
"""Pixels along an edge of parts that are looked at one by one, where some of them cannot be read."""


class Elevation:
    """Band `band` of a DEM, read on grid `target`."""

    def __init__(self, raster: Raster, band: int, target: Grid) -> None:
        self.raster = raster
        self.band = band
        self.sampler = Sampler(raster.grid, target)
        self.metres, self.unit = metres_per_unit(raster.units[band - 1], raster.crs)
        self.beyond = False
        """Whether heights above HIGHEST were read, and left out."""
        self.lowest, self.highest = math.inf, -math.inf
        """Metres, of what was read and is known so far."""
        self._scale = float(raster.dataset.scales[band - 1]) * self.metres
        self._offset = float(raster.dataset.offsets[band - 1]) * self.metres
        if not (math.isfinite(self._scale) and self._scale and math.isfinite(self._offset)):
            scale, offset = raster.dataset.scales[band - 1], raster.dataset.offsets[band - 1]
            raise InputError(
                "band-invalid",
                f"Band {band} of {raster.path} has a scale of {scale:g} and an offset of {offset:g}: no heights come of that.",
                "Correct them (gdal_edit.py -scale 1 -offset 0).",
            )

    def on(self, target: Grid) -> Elevation:
        """The same DEM read on another grid; what was found out about it so far is not looked for again."""
        made = copy.copy(self)
        made.sampler = Sampler(self.raster.grid, target)
        return made

    @property
    def step(self) -> float:
        """Metres between the values that are told apart: of rounded ones, whatever type they are stored as; 0 of others."""
        return self._rounded[0]

    @cached_property
    def _rounded(self) -> tuple[float, float]:
        """`step`, and a height, metres, from which all are multiples of it away: rounded ones may have been moved since, as by a geoid's
        mean height."""
        kind = np.dtype(self.raster.dataset.dtypes[self.band - 1])
        if kind.kind in "iu":
            return abs(self._scale), self._offset
        # Doubles that were floats once are no more exact.
        step, base = self._stored_step(max(float(np.finfo(number).eps) for number in (kind, np.dtype(np.float32))))
        return abs(self._scale) * step, self._scale * base + self._offset

    def _stored_step(self, eps: float) -> tuple[float, float]:
        """Of the DEM itself, wherever the target lies: a part of a result is what it is in the whole."""
        found = self._heights(_LOOKS)
        if len(found) < _FEWEST_HEIGHTS:  # they fell into a sea, or beside what a mosaic has
            found = self._heights(_MORE_LOOKS)
        # Three, for one of them may be no multiple.
        bases = [0.0, *(float(found[len(found) * part // 4]) for part in (1, 2, 3) if len(found) >= _FEWEST_SHIFTED)]
        for step, base in itertools.product(_STEPS, bases):
            fit = found[_multiples(found, step, base, eps)]
            if len(fit) >= max(_FEWEST_HEIGHTS, _MOST * len(found)):
                # A few whole numbers to which a quarter was added are multiples of a quarter, and not rounded to quarters.
                return (step, base) if step == 1.0 or float(np.diff(fit).min()) < 1.5 * step else (0.0, 0.0)
        return 0.0, 0.0

    def _heights(self, looks: int) -> NDArray[np.float64]:
        """The different ones in so many squares along and across, in order."""
        found = np.empty(0)
        for row in _places(self.raster.grid.height, looks):
            for col in _places(self.raster.grid.width, looks):
                try:
                    values, known = self.raster.read([self.band], Window(col, row, _LOOK, _LOOK), guess_nodata=True)
                except InputError as error:
                    if error.hint != COMPLETE:
                        raise
                    continue  # nobody may need that part of the mosaic
                found = np.union1d(found, values[0][known])
        return found

    def read(self, window: Window, reach: int, *, whole: bool = False) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Metres (height, width) and known pixels (height, width), `whole` as in Sampler.sample. Gaps are filled from what lies within
        `reach` pixels."""
        values, known = self.read_exactly(window, reach, whole=whole)
        return values.astype(np.float32), known

    def read_exactly(self, window: Window, reach: int, *, whole: bool = False) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """As `read`, before heights are rounded to float32."""
        values, known = self.sampler.sample_exactly(window, self.read_metres, bands=1, reach=reach, whole=whole)
        return values[0], known

    def before_rounding(self, window: Window) -> NDArray[np.float32] | None:
        """Metres (height, width) to add to what `read` says of a window, so that the steps of rounded heights go; None where none are."""
        return rounding.upsampled(self.sampler, window, self._read_far, self.step)

    def read_beyond(self, window: Window) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """`read_metres` of more than a run needs: what cannot be read, as in a mosaic's missing file, is unknown."""
        try:
            return self.read_metres(window)
        except InputError:
            if max(window.width, window.height) <= _LEAST_PART:
                return np.zeros((1, window.height, window.width)), np.zeros((window.height, window.width), np.bool_)
            axis, parts = window.halves()
            first, second = (self.read_beyond(part) for part in parts)
            return np.concatenate([first[0], second[0]], axis=axis + 1), np.concatenate([first[1], second[1]], axis=axis)

    def _read_far(self, window: Window) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """The same, and what is not rounded is unknown too."""
        heights, known = self.read_beyond(window)
        # Of fractions a part alone was looked at.
        step, base = self._rounded
        steps = (heights[0] - base) / step
        stored = np.maximum(np.abs(heights[0] - self._offset), abs(base - self._offset)) / step
        return heights, known & (np.abs(steps - np.rint(steps)) <= _OFF_A_STEP * np.maximum(stored, 1.0))

    def note(self, lowest: float, highest: float, *, beyond: bool) -> None:
        """What is known of the DEM beside what this run reads."""
        self.lowest, self.highest, self.beyond = min(self.lowest, lowest), max(self.highest, highest), self.beyond or beyond

    def doubt(self, name: str) -> str:
        """A sentence where the DEM, called `name`, has heights that are none in metres, left out or not; else ""."""
        if self.beyond:
            return f"Heights of more than {HIGHEST:,.0f} m were left out of {name}, as if unknown. {SAY_UNIT}"
        if self.lowest < LOWEST_ON_EARTH:
            return f"Heights of {self.lowest:,.0f} m are in {name}, lower than any on Earth. {SAY_UNIT}"
        if self.highest > HIGHEST_ON_EARTH:
            return f"Heights of {self.highest:,.0f} m are in {name}, more than there are on Earth. {SAY_UNIT}"
        return ""

    def from_metres(self, metres: NDArray[np.float32]) -> NDArray[np.float32]:
        """Metres in the DEM's own unit."""
        return metres if self.metres == 1.0 else (metres.astype(np.float64) / self.metres).astype(np.float32)

    def read_metres(self, window: Window) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Metres (1, height, width) and known pixels (height, width) of a window of the DEM itself."""
        values, valid = self.raster.read([self.band], window, guess_nodata=True)
        values = values * self._scale + self._offset
        possible = np.abs(values[0]) < HIGHEST
        left_out = values[0][valid & ~possible]
        # One value alone is what the file forgot to declare as nodata.
        self.beyond = self.beyond or bool(left_out.size and left_out.min() < left_out.max())
        valid = valid & possible
        if valid.any():
            self.note(float(values[0][valid].min()), float(values[0][valid].max()), beyond=False)
        return np.where(valid, values, 0.0), valid


def _multiples(heights: NDArray[np.float64], step: float, base: float, eps: float) -> NDArray[np.bool_]:
    """Which of `heights`, that are as exact as `eps` says, are multiples of `step` away from `base`."""
    above = heights - base
    off = np.abs(above - np.rint(above / step) * step)
    # Whole numbers are exact in all types.
    allowed = 0.0 if step == 1.0 and base == 0.0 else 2 * eps * np.maximum(np.abs(heights), abs(base))
    return np.asarray(off <= allowed)


def _places(size: int, looks: int) -> list[int]:
    """Where along `size` pixels so many looks begin."""
    return sorted({max(0, round((size - _LOOK) * place / (looks - 1))) for place in range(looks)})
