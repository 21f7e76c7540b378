"""Statistics are what is gathered, window by window, of one DEM against the reference, and the figures that come of it.

Pixels that count are known in both DEMs and lie in the mask. All figures are given over all of them and by the slope of the reference
(backend/metrics/terrain.py, SLOPE_CLASSES); pixels beside a gap or the reference's edge, and those without a width, have no slope and are
in no class.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.metrics import similarity, spectrum, terrain
from backend.metrics.sketch import Sketch
from backend.windows import Window

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BEFORE, AFTER = similarity.RADIUS, spectrum.TILE
"""Pixels that are read left and above of a window, and right and below of it."""
NO_SLOPE = len(terrain.SLOPE_CLASSES)
"""The group of the pixels that have no slope; the groups before it are the slope classes."""
GROUPS = NO_SLOPE + 1
FIGURES = ("count", "bias", "rmse", "mae", "median", "nmad", "le90", "ssim", "psnr", "slope_rmse", "curvature_rmse")


def wide(core: Window) -> Window:
    """The window that must be read for the figures of `core`."""
    return Window(core.col - BEFORE, core.row - BEFORE, core.width + BEFORE + AFTER, core.height + BEFORE + AFTER)


@dataclass(frozen=True)
class Scale:
    """The reference's lowest pixel that counts and how far the highest is above it, metres: what SSIM and PSNR refer to."""

    low: float
    data_range: float


class View:
    """A window of the reference. `dem`, `known`, `mask` cover `wide(core)`; `dx`, `dy` (height of wide, 1) are metres."""

    def __init__(self, core: Window, dem: NDArray[Any], known: Bools, mask: Bools, dx: Floats, dy: Floats) -> None:
        self.core = core
        self.wide = wide(core)
        self.dem, self.known, self.mask = dem, known, mask
        self._dx, self._dy = dx, dy
        self.slope, self.curvature = self.shape(dem)
        # Where a pixel has no width, as at a pole, the slope is no number.
        has_slope = terrain.has_neighbours(self.around(known, 1)) & np.isfinite(self.slope) & np.isfinite(self.curvature)
        self._powers: dict[tuple[tuple[int, int], ...], Floats] = {}
        self.group = np.where(has_slope, terrain.slope_class(self.slope), NO_SLOPE)

    def around(self, values: NDArray[Any], margin: int) -> NDArray[Any]:
        """The core of an array that covers `wide`, with `margin` pixels around it."""
        core = self.core
        return values[self.wide.cut(core.widened(margin))]

    def shape(self, dem: NDArray[Any]) -> tuple[Floats, Floats]:
        """Slope, degrees, and curvature, 1/m times 100, of the core."""
        rows = slice(BEFORE, BEFORE + self.core.height)
        dx, dy = self._dx[rows], self._dy[rows]
        grown = self.around(dem, 1)
        return terrain.slope_degrees(*terrain.gradient(grown, dx, dy)), terrain.curvature(grown, dx, dy)

    def power(self, corners: tuple[tuple[int, int], ...]) -> Floats:
        """Power spectra of the tiles that begin at these rows and columns of `wide`, added up: most DEMs ask for the same."""
        if corners not in self._powers:
            self._powers[corners] = _power(self.dem, corners)
        return self._powers[corners]


class _Mean:
    """Of numbers by group."""

    def __init__(self) -> None:
        self.counts = np.zeros(GROUPS, np.int64)
        self.totals = np.zeros(GROUPS)

    def add(self, numbers: Floats, groups: NDArray[np.int64]) -> None:
        self.counts += np.bincount(groups, minlength=GROUPS)
        self.totals += np.bincount(groups, numbers, minlength=GROUPS)

    def of(self, groups: slice) -> float:
        count = int(self.counts[groups].sum())
        return float(self.totals[groups].sum()) / count if count else math.nan


class Statistics:
    """Takes every window twice: with `add`, and after the last one, with `add_deviations`, which needs the medians."""

    def __init__(self, scale: Scale) -> None:
        self._scale = scale
        self._error, self._absolute, self._square = _Mean(), _Mean(), _Mean()
        self._ssim, self._slope, self._curvature = _Mean(), _Mean(), _Mean()
        self._sketches = [Sketch() for _ in range(GROUPS)]
        self._deviations: list[Sketch] = []
        self._power = np.zeros((2, spectrum.TILE // 2))
        self.tiles = 0
        """How many tiles the spectra are the mean of."""

    def add(self, view: View, dem: NDArray[Any], known: Bools) -> tuple[NDArray[np.float32], Bools]:
        """A window of the DEM, covering `view.wide`; returns the errors of the core, metres, and where both are known."""
        both = view.known & known
        counts = view.around(both & view.mask, 0)
        difference = dem.astype(np.float64) - view.dem
        errors, groups = view.around(difference, 0)[counts], view.group[counts]
        if errors.size:
            self._error.add(errors, groups)
            self._absolute.add(np.abs(errors), groups)
            self._square.add(np.square(errors), groups)
            for group, sketch in enumerate(self._sketches):
                sketch.add(errors[groups == group])
            self._add_shape(view, dem, counts & terrain.has_neighbours(view.around(both, 1)))
            self._add_similarity(view, dem, counts & similarity.has_window(view.around(both, similarity.RADIUS)))
        self._add_power(view, dem, both & view.mask)
        return view.around(difference, 0).astype(np.float32), view.around(both, 0)

    def add_deviations(self, view: View, dem: NDArray[Any], known: Bools) -> None:
        """The same window again, for NMAD (backend/metrics/sketch.py)."""
        if not self._deviations:
            medians = [self._sketch(groups).quantile(0.5) for groups in _populations()]
            self._deviations = [Sketch(0.0 if math.isnan(median) else median) for median in medians]
        counts = view.around(view.known & known & view.mask, 0)
        errors = view.around(dem.astype(np.float64) - view.dem, 0)[counts]
        groups = view.group[counts]
        self._deviations[0].add(errors)
        for group, sketch in enumerate(self._deviations[1:]):
            sketch.add(errors[groups == group])

    def figures(self) -> dict[str, float]:
        """FIGURES of all pixels that count: metres, but `slope_rmse` in degrees, `curvature_rmse` in 1/m times 100, `psnr` in dB."""
        return self._figures(0)

    def by_slope(self) -> list[dict[str, float]]:
        """The same of each slope class, with its ends, `low` and `high`, in degrees."""
        return [{"low": low, "high": high, **self._figures(number)} for number, (low, high) in enumerate(terrain.SLOPE_CLASSES, start=1)]

    def spectrum(self) -> tuple[Floats, Floats] | None:
        """Power of the reference and of the DEM, m², at each of spectrum.WAVELENGTHS; None where no tile is free of gaps."""
        if not self.tiles:
            return None
        return self._power[0] / self.tiles, self._power[1] / self.tiles

    def histogram(self, bins: int) -> tuple[Floats, NDArray[np.int64]]:
        """Edges (bins + 1,), metres, and counts (bins,) of the errors; 99 % lie within the edges. They are symmetric about 0, or about the
        median where that is farther from 0 than 99 % of the errors are from it: beside a bias like a geoid's nothing else could be seen."""
        sketch = self._sketch(slice(None))
        median = sketch.quantile(0.5)
        return sketch.around(median if abs(median) > sketch.distance_quantile(0.99, median) else 0.0, bins)

    def _add_shape(self, view: View, dem: NDArray[Any], where: Bools) -> None:
        slope, curvature = view.shape(dem)
        where = where & (view.group != NO_SLOPE)
        groups = view.group[where]
        self._slope.add(np.square(slope - view.slope)[where], groups)
        self._curvature.add(np.square(curvature - view.curvature)[where], groups)

    def _add_similarity(self, view: View, dem: NDArray[Any], where: Bools) -> None:
        if self._scale.data_range > 0 and where.any():
            pair = (view.around(values, similarity.RADIUS) for values in (dem, view.dem))
            made = similarity.ssim(*pair, low=self._scale.low, data_range=self._scale.data_range)
            self._ssim.add(made[where], view.group[where])

    def _add_power(self, view: View, dem: NDArray[Any], where: Bools) -> None:
        """Tiles begin at multiples of STEP of the whole grid, and belong to the window that they begin in."""
        core, edge = view.core, spectrum.TILE
        corners = [
            (row - view.wide.row, col - view.wide.col)
            for row in _multiples(core.row, core.height)
            for col in _multiples(core.col, core.width)
        ]
        whole = [(row, col) for row, col in corners if where[row : row + edge, col : col + edge].all()]
        if whole:
            self._power += np.stack([view.power(tuple(whole)), _power(dem, whole)])
            self.tiles += len(whole)

    def _sketch(self, groups: slice) -> Sketch:
        first, *others = self._sketches[groups]
        return sum(others, first)

    def _figures(self, population: int) -> dict[str, float]:
        groups = _populations()[population]
        sketch = self._sketch(groups)
        rmse = math.sqrt(self._square.of(groups))
        nmad = math.nan
        median = sketch.quantile(0.5)
        if self._deviations:
            deviations = self._deviations[population]
            median = deviations.quantile(0.5)
            nmad = 1.4826 * deviations.distance_quantile(0.5, median)
        return {
            "count": sketch.count,
            "bias": self._error.of(groups),
            "rmse": rmse,
            "mae": self._absolute.of(groups),
            "median": median,
            "nmad": nmad,
            "le90": sketch.distance_quantile(0.9, 0.0),
            "ssim": self._ssim.of(groups),
            "psnr": similarity.psnr(rmse, data_range=self._scale.data_range) if sketch.count and self._scale.data_range > 0 else math.nan,
            "slope_rmse": math.sqrt(self._slope.of(groups)),
            "curvature_rmse": math.sqrt(self._curvature.of(groups)),
        }


def _populations() -> list[slice]:
    """The groups of all pixels, and of each slope class."""
    return [slice(None), *(slice(number, number + 1) for number in range(NO_SLOPE))]


def _power(dem: NDArray[Any], corners: Sequence[tuple[int, int]]) -> Floats:
    edge = spectrum.TILE
    return spectrum.power(np.stack([dem[row : row + edge, col : col + edge] for row, col in corners]))


def _multiples(start: int, count: int) -> range:
    return range(-(-start // spectrum.STEP) * spectrum.STEP, start + count, spectrum.STEP)
