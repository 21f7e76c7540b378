"""A pair is a reference DEM and the coarse one that a method starts from, on the reference's grid."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from scipy.ndimage import binary_erosion, distance_transform_edt

from backend import gaps, rounding
from backend.back_projection import BackProjection
from backend.grid import Grid
from backend.resample import Sampler, read_array
from backend.windows import Window
from training.data import coarse as coarsen_dem
from training.data.areas import Area, Cells
from training.errors import TrainingError
from training.metrics import Spectrum, Terrain, power_spectrum, rmse, terrain
from training.objectives.content import SHARES

Floats = NDArray[np.float32]
Guide = tuple[Floats, Floats]
"""guide (3, H, W) and guide_valid (H, W), as the model contract has them."""

_FILLED = 128
"""Pixels of a coarse DEM over which gaps are filled: farther than a network looks."""
_BEYOND = 3
"""Coarse pixels beyond the border: the cubic kernel reaches two."""
PLANE = CRS.from_epsg(3857).to_wkt()
"""A CRS, as grids need one: rows and columns stand for metres."""


@dataclass(frozen=True)
class Pair:
    """An area with its coarse DEM on the fine grid, all (H, W); `judged` marks the pixels that count.

    `cubic` is what ratios refer to, and what a model is given but for the steps of rounded heights. `coarse` (H/ratio, W/ratio) is what it
    was made of, and None where the coarse DEM is a real one, whose pixels are the area's `cells`. `dem_error` (metres) is what a model is
    told that the coarse DEM is off by, `step` (metres) what its heights are rounded to.
    """

    area: Area
    target: Floats
    cubic: Floats
    judged: NDArray[np.bool_]
    ratio: int
    coarse: Floats | None = None
    dem_error: float = 0.0
    step: float = 0.0

    @cached_property
    def terrain(self) -> Terrain:
        """Of the reference."""
        return terrain(self.target, self.area.dx, self.area.dy)

    @cached_property
    def spectrum(self) -> Spectrum | None:
        """Of the reference."""
        return power_spectrum(self.target, self.judged)

    @cached_property
    def data_range(self) -> float:
        """Highest minus lowest judged pixel of the reference, metres."""
        return float(np.ptp(self.target[self.judged]))

    @property
    def own_ratio(self) -> float:
        """Edge of the coarse DEM's pixels over the reference's; NaN where nobody knows."""
        cells = self._cells
        return math.nan if cells is None else cells.grid.pixel_size_at(cells.area) / cells.area.pixel_size

    @cached_property
    def given(self) -> Floats:
        """What a model is given (H, W), as the backend makes it (backend/rounding.py)."""
        cells, everything = self._cells, Window(0, 0, *reversed(self.cubic.shape))
        added = rounding.upsampled(Sampler(cells.grid, cells.area), everything, read_array(cells.dem), self.step) if cells else None
        return self.cubic if added is None else self.cubic + added

    def back_projected(self, elevation: Floats) -> Floats:
        """A model's result (H, W) as the backend brings it back to the coarse DEM (backend/back_projection.py); as it is where the coarse
        DEM's own pixels are unknown."""
        height, width = elevation.shape
        cells, everything = self._cells, Window(0, 0, width, height)
        if cells is None:
            return elevation
        projection = BackProjection(Sampler(cells.grid, cells.area), self.dem_error, self.step)
        window = projection.cells(everything)
        if window is None:
            return elevation
        dem, known = read_array(cells.dem)(window)
        projected = elevation + projection.correction(elevation, everything, everything, dem, known)
        return projection.held_level(projected, self.cubic, everything, dem, known)

    def consistency(self, elevation: Floats) -> float:
        """RMSE (metres) of a result's means over the coarse pixels against what these are, as far as all of their area is judged. NaN where
        there is none, or nobody knows where they lie."""
        cells = self._cells
        return math.nan if cells is None else rmse(*_contradicted(cells, np.where(self.judged, elevation, np.nan)))

    @cached_property
    def _cells(self) -> Cells | None:
        """The coarse DEM's pixels and where they lie; None of a real one of an area that was not prepared."""
        height, width = self.target.shape
        if self.coarse is not None:
            grid, fine = Grid(PLANE, Affine.scale(self.ratio), *reversed(self.coarse.shape)), Grid(PLANE, Affine.identity(), width, height)
            return Cells(self.coarse, grid, fine, self.step)
        real = self.area.cells
        return replace(real, area=real.area.window(Window(0, 0, width, height))) if real else None


def on_smaller_pixels(pair: Pair, times: int) -> Pair:
    """The same ground in pixels of which `times` lie along an edge of one: the coarse DEM as the backend brings it onto these, the
    reference without any detail there. Of a pair with a real coarse DEM whose own pixels are known."""
    area, cells = pair.area, pair._cells
    if cells is None or area.cells is None:
        raise TrainingError(f"Nobody knows where the coarse pixels of {area.name} lie.", "Prepare the area again.")
    grid = cells.area.split(times)
    everything = Window(0, 0, grid.width, grid.height)
    values, known = Sampler(cells.grid, grid).sample(everything, read_array(cells.dem), bands=1, reach=_FILLED)
    cubic = _as_the_backend_fills(np.where(known, values[0], np.nan)).astype(np.float32)

    def split(array: NDArray[Any]) -> NDArray[Any]:
        return array.repeat(times, axis=-2).repeat(times, axis=-1)

    smaller = replace(
        area,
        dem=split(area.dem),
        guide=None,
        coarse=None,
        dx=area.dx / times,
        dy=area.dy / times,
        cells=replace(area.cells, area=area.cells.area.split(times)),
    )
    return replace(pair, area=smaller, target=split(pair.target), cubic=cubic, judged=split(pair.judged), ratio=times * pair.ratio)


def image_on_smaller_pixels(guide: Guide, times: int) -> Guide:
    """An image (3, H, W) and where it is known (H, W), as the backend brings it onto pixels of which `times` lie along an edge of one."""
    image, valid = guide
    grid = Grid(PLANE, Affine.identity(), valid.shape[1], valid.shape[0])
    sampler, everything = Sampler(grid, grid.split(times)), Window(0, 0, times * grid.width, times * grid.height)
    bands = [sampler.sample(everything, read_array(np.where(valid > 0, band, np.nan)), bands=1, reach=times) for band in image]
    known = bands[0][1]
    return np.concatenate([values for values, _ in bands]).astype(np.float32) * known, known.astype(np.float32)


def simulate(area: Area, ratio: int) -> Pair:
    """Coarsens an area by `ratio` and brings it back. Raises TrainingError where nothing is left to judge."""
    fine, known = _cropped(area, ratio)
    filled = fill(fine)
    tensor = torch.from_numpy(np.ascontiguousarray(filled, dtype=np.float64))[None, None]
    coarse = coarsen_dem.area_mean(tensor, ratio)[0, 0].numpy()
    whole = whole_cells(known, ratio)
    # Of cells that are known in part the backend knows nothing, nor of those beyond the border.
    wide = _as_the_backend_fills(np.pad(np.where(whole, coarse, np.nan), _BEYOND, constant_values=np.nan))
    inside, upsampled = (slice(cells, -cells) for cells in (_BEYOND, _BEYOND * ratio))
    cubic = coarsen_dem.cubic_upsample(torch.from_numpy(wide)[None, None], ratio)[0, 0, upsampled, upsampled].numpy()
    return Pair(area, filled, cubic.astype(np.float32), _judged(area, known, ratio), ratio, wide[inside, inside].astype(np.float32))


def with_real_coarse(area: Area, ratio: int) -> Pair | None:
    """The area with the real coarse DEM that it has; None where it has none, or one with no pixel left to judge.

    A model is told the error that 68 % of its own pixels stay within, its bias included: nobody takes that off who has no reference.
    (Training, which does, states the NMAD.) Of its pixels, since the detail that it lacks is not what it has wrong. Where it is unknown
    where these lie, or none of them lies on judged ground alone, it is that of the DEM as it is upsampled.
    """
    if area.coarse is None:
        return None
    fine, known = _cropped(area, ratio)
    coarse = area.coarse[: fine.shape[0], : fine.shape[1]]
    if area.cells:  # Of a DEM that is coarser than `ratio` pixels depend on what lies farther away.
        ratio = max(ratio, math.ceil(area.cells.grid.pixel_size / area.cells.area.pixel_size))
    judged = _far_from_gaps(known & np.isfinite(coarse), ratio)
    if not judged.any():
        return None
    step = area.cells.step if area.cells else 0.0
    pair = Pair(area, fill(fine), _as_the_backend_fills(coarse).astype(np.float32), judged, ratio, step=step)
    cells, off = pair._cells, np.empty(0)
    if cells is not None:
        contradicted, known = _contradicted(cells, np.where(judged, fine, np.nan))
        off = contradicted[known]
    _, within_one_sigma = SHARES[0]
    return replace(pair, dem_error=float(np.quantile(np.abs(off if off.size else (coarse - fine)[judged]), within_one_sigma)))


def _contradicted(cells: Cells, elevation: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The means of `elevation` (H, W), metres, over a coarse DEM's pixels less what these are, (h, w), and where all of the pixel is known
    (not NaN) in both."""
    everything = Window(0, 0, cells.grid.width, cells.grid.height)
    means, known = Sampler(cells.area, cells.grid).sample(everything, read_array(elevation), bands=1, reach=0, whole=True)
    return means[0].astype(np.float64) - cells.dem, known & np.isfinite(cells.dem)


def whole_cells(known: NDArray[np.bool_], ratio: int) -> NDArray[np.bool_]:
    """Of which coarse pixels all of the area is `known`: (h * ratio, w * ratio) to (h, w)."""
    height, width = known.shape
    return np.asarray(known.reshape(height // ratio, ratio, width // ratio, ratio).all(axis=(1, 3)))


def fill(dem: Floats) -> Floats:
    """Gaps (NaN) get the value of the nearest known pixel, (H, W)."""
    nearest = distance_transform_edt(~np.isfinite(dem), return_distances=False, return_indices=True)
    return np.asarray(dem[tuple(nearest)])


def _as_the_backend_fills(dem: NDArray[np.floating]) -> NDArray[np.float64]:
    """The gaps (NaN) of a coarse DEM (H, W), in the way that a model's input is made (backend/gaps.py)."""
    known = np.isfinite(dem)
    filled: NDArray[np.float64] = gaps.fill(np.where(known, dem, 0.0)[None], known, _FILLED)[0]
    return filled


def _cropped(area: Area, ratio: int) -> tuple[Floats, NDArray[np.bool_]]:
    height, width = (size // (2 * ratio) * 2 * ratio for size in area.dem.shape)
    fine = area.dem[:height, :width]
    known = np.isfinite(fine)
    if not known.any():
        raise _nothing(area, ratio)
    return fine, known


def _judged(area: Area, known: NDArray[np.bool_], ratio: int) -> NDArray[np.bool_]:
    judged = _far_from_gaps(known, ratio)
    if not judged.any():
        raise _nothing(area, ratio)
    return judged


def _far_from_gaps(known: NDArray[np.bool_], ratio: int) -> NDArray[np.bool_]:
    # A target pixel depends on the coarse pixels up to two away: 2.5 coarse pixels and its own slope's neighbour.
    return np.asarray(binary_erosion(known, np.ones((3, 3)), iterations=3 * ratio + 1))


def _nothing(area: Area, ratio: int) -> TrainingError:
    height, width = area.dem.shape
    return TrainingError(
        f"The area {area.name} ({width} x {height} pixels) has no pixel that is {3 * ratio + 1} away from gaps and borders.",
        "Pass a smaller --ratio, or prepare a larger area.",
    )
