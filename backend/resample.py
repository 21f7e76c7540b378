"""A sampler brings a raster onto the target grid, window by window, and gives every pixel the same value whatever the window.

GDAL's warper does not: it approximates the transformation along the window's rows, takes its scale from the window and its neighbours
from the window's rectangle, and so shows the seams of tiles. Here a pixel's value follows from its own coordinates alone:

- its centre's place in the source comes from an affine transform, or from PROJ on a lattice of target pixels fixed for the whole grid,
  bilinear in between (the lattice is made finer until that errs by less than a ten-thousandth of a source pixel);
- it is known if the source pixel in which its centre falls is known, so that gaps neither grow nor shrink;
- its value is the cubic convolution with a = -1/2 (Keys 1981), the same as GDAL's `cubic`, or, where the source has the finer pixels,
  the mean over the pixel's area. Gaps in the source are filled first (backend/gaps.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS

from backend import gaps
from backend.errors import InputError
from backend.grid import Grid, apply, beside, common_ground, transform_points
from backend.windows import Window

Floats = NDArray[np.float64]
Read = Callable[[Window], tuple[Floats, NDArray[np.bool_]]]
"""Reads a window of the source: values (bands, height, width), known pixels (height, width)."""

MOST_SOURCE_PIXELS = 2**23
"""A window that needs more than this of the source is done in parts."""
_LATTICE_ERROR = 1e-4
"""Source pixels: on slopes of 45 degrees and pixels of 100 m a centimetre, by which parts of a target with other lattices would differ."""
_ALIGNED = 1e-4
"""Grids that differ by less than this over their whole length are the same; pixels."""
_NOWHERE = -1e9
"""Where in a source a place lies that PROJ cannot say."""
_TIE = 1e-6
"""A centre that lies closer than this to a source pixel's edge belongs to the pixel right of or below it; source pixels."""
_BASES = 256.0
"""Metres between the heights that windows are read above: windows of like ground have the same, and are rounded alike."""
_FINER = 1.1
"""Source pixels along a target pixel, by area, from which on means are taken. Not 1: between two grids of like pixels in two CRSs the scale
is above 1 in one part and below it in another."""
_BLENDED = 1.1, 1.2
"""The same between grids of two CRSs, where the scale differs from place to place: up to the one there are no means, from the other on
nothing else. A limit would stand there as a step, and a choice for all of a target would be another one for each of its parts."""
_LEAST_SHARE, _WHOLE_SHARE = 1e-3, 1 - 1e-6
"""Of a target pixel's area: what must be known for a mean to be made, and what is all of it but for rounding."""
_AT_ONCE = 2**15
"""Pixels of which cubic resampling makes sums at once."""
_SPREAD = 1.2
"""How much larger than in the middle the scale may be where gaps are filled."""
_FARTHEST_SPREAD = 2.5
"""How much larger or smaller than in the middle it may be where means are taken: 0 to 70 degrees of latitude on degrees, but no pole."""
_SLACK = 1.02
"""By how much the scale may go beyond what was found on 33 x 33 places."""
_AT_A_POLE = 4.0
"""How many times as many columns of a source in degrees a pixel in the middle spans as the common one, where the middle is a pole."""


class Sampler:
    """Brings the raster on grid `source` onto grid `target`."""

    def __init__(self, source: Grid, target: Grid) -> None:
        self.source = source
        self.target = target
        same = source.crs == target.crs or CRS.from_wkt(source.crs).equals(CRS.from_wkt(target.crs), ignore_axis_order=True)
        self._affine: Affine | None = self._between_grids() if same else None
        self._area = None if same else common_ground(source, target)
        self._turn, self._middle = self._longitudes()
        self._shift = self._whole_shift()
        self._shared = self._shared_part()
        self.columns_per_pixel, self.rows_per_pixel = self._scale()
        if self.columns_per_pixel * self.rows_per_pixel > MOST_SOURCE_PIXELS:
            raise InputError(
                "grid-invalid",
                "A pixel of one raster covers millions of another's.",
                "Pass a smaller --resolution, or rasters of like pixels.",
            )
        self._least, self._most, self._spread = self._scales()
        between = (_FINER, _FINER) if same else _BLENDED
        self.only_means = self._least >= between[1]
        """Whether all values are means over areas."""
        self._means_somewhere = self._most > between[0]
        self._lattice = 1 if same else self._lattice_step()

    @property
    def parallel(self) -> bool:
        """Whether the rows and columns of both grids are parallel."""
        t = self._affine
        return t is not None and abs(t.b) * self.target.height < _TIE and abs(t.d) * self.target.width < _TIE

    @property
    def support(self) -> int:
        """Source pixels on each side of a centre that take part in its value."""
        return math.ceil(max(*self._spread, 1.0) / 2) + 2 if self._means_somewhere else 3

    def needed(self, window: Window) -> Window | None:
        """The window of the source that `sample` reads for one of the target, with no reach; None where the source lies elsewhere."""
        if self._shift is not None:
            return Window(window.col + self._shift[0], window.row + self._shift[1], window.width, window.height)
        u, v = self._unfolded(*self._corners(window))
        if not (_within(u, self.source.width) and _within(v, self.source.height)):
            u, v = self.coordinates(window)
        return self._needed(u, v, 0 if self.only_means else self.support)

    def beneath(self, window: Window) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
        """Rows and columns, in what `needed` says, of the source's pixels in which the centres of the window's fall, or of the nearest.
        They broadcast to (height, width). None where the source lies elsewhere."""
        needed = self.needed(window)
        if needed is None:
            return None
        rows, cols = _cells(needed, *self.coordinates(window))
        return np.clip(rows, 0, needed.height - 1), np.clip(cols, 0, needed.width - 1)

    def sample(
        self, window: Window, read: Read, *, bands: int, reach: int, whole: bool = False
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Values (bands, height, width) and known pixels (height, width) of a window of the target.

        Pixels that are not known have values too, made from known ones within about `reach` target pixels. A pixel is known where the
        source's pixel is in which its centre falls; with `whole`, where all are that its value is made from.
        """
        values, known = self.sample_exactly(window, read, bands=bands, reach=reach, whole=whole)
        return values.astype(np.float32), known

    def sample_exactly(
        self, window: Window, read: Read, *, bands: int, reach: int, whole: bool = False
    ) -> tuple[Floats, NDArray[np.bool_]]:
        """As `sample`, before values are rounded to float32: half a millimetre at 5,000 m."""
        if self._shift is not None:
            return self._copy(window, self._shift, read, reach)
        share = self.share_of_means(window)
        if share.max() == 0:
            return self._cubic(window, read, bands, reach, whole)
        averaged = self._averaged(window, read, bands, reach, whole)
        if share.min() == 1:
            return averaged
        values, known = self._cubic(window, read, bands, reach, whole)
        return share * averaged[0] + (1 - share) * values, (known | (share == 1)) & (averaged[1] | (share == 0))

    def interpolate(self, window: Window, read: Read, *, bands: int) -> NDArray[np.float32]:
        """Values (bands, height, width) as `sample` makes them where it takes no means: of what fades out where it does (`share_of_means`).
        What is read is what `needed` says."""
        values, _ = self._cubic(window, read, bands, 0, False) if self._shift is None else self._copy(window, self._shift, read, 0)
        return values.astype(np.float32)

    def share_of_means(self, window: Window) -> Floats:
        """Where values of a window are means over areas, 1, or made by cubic convolution, 0, or both: (height, width) or (1, 1). It follows
        from each pixel's own place, so that parts of a target join."""
        if self.only_means or not self._means_somewhere:
            return np.full((1, 1), float(self.only_means))
        u, v = self._unfolded(*_pixels(window.widened(1)))
        first, all_of_it = _BLENDED
        return np.clip((np.sqrt(_differences(u) * _differences(v)) - first) / (all_of_it - first), 0.0, 1.0)

    def _averaged(self, window: Window, read: Read, bands: int, reach: int, whole: bool) -> tuple[Floats, NDArray[np.bool_]]:
        # Gaps are filled after averaging: the source may be a hundred times as fine, and `reach` in its pixels as long as the scene.
        wide = window.widened(reach)
        values, share, known = self._means(wide, read, bands)
        made = share > _LEAST_SHARE
        known &= share > _WHOLE_SHARE if whole else made
        if not made.all():
            values = gaps.fill(values, made, reach)
        cut = wide.cut(window)
        return values[:, cut[0], cut[1]], known[cut]

    def _copy(self, window: Window, shift: tuple[int, int], read: Read, reach: int) -> tuple[Floats, NDArray[np.bool_]]:
        wide = window.widened(reach)
        values, known = read(Window(wide.col + shift[0], wide.row + shift[1], wide.width, wide.height))
        if reach and not known.all():
            values = gaps.fill(values, known, reach)
        cut = wide.cut(window)
        return values[:, cut[0], cut[1]], known[cut]

    def _cubic(self, window: Window, read: Read, bands: int, reach: int, whole: bool) -> tuple[Floats, NDArray[np.bool_]]:
        u, v = self.coordinates(window)
        # 1.5: a diagonal, when the grids are rotated against each other.
        reach = math.ceil(_SPREAD * 1.5 * reach * max(self.columns_per_pixel, self.rows_per_pixel)) + self.support
        needed = self._needed(u, v, reach)
        if needed is None:
            return np.zeros((bands, window.height, window.width)), np.zeros((window.height, window.width), np.bool_)
        values, valid = read(needed)
        known = _known(valid, needed, u, v)
        if whole:
            known &= _whole(valid, needed, u, v)
        if not valid.any():
            return np.zeros((bands, window.height, window.width)), known
        base = np.rint(_mean(values, valid) / _BASES) * _BASES
        if not valid.all():
            values = gaps.fill(values, valid, reach)
        # Detail is what float32 holds well; the height goes back on at the end.
        detail = (values - base).astype(np.float32)
        x = np.clip(u - needed.col, self.support, needed.width - self.support)
        y = np.clip(v - needed.row, self.support, needed.height - self.support)
        return cubic(detail, x, y) + base, known

    def _means(self, window: Window, read: Read, bands: int) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Means over the pixels' areas, as far as these are known; the share of each that is known; and whether its middle is."""
        u, v, *size = self._areas(window)
        shape = (window.height, window.width)
        needed = self._needed(u, v, 0)
        if needed is None:
            return np.zeros((bands, *shape)), np.zeros(shape), np.zeros(shape, np.bool_)
        if needed.width * needed.height > MOST_SOURCE_PIXELS and max(shape) > 1:
            axis, parts = window.halves()
            first, second = (self._means(part, read, bands) for part in parts)
            return (
                np.concatenate([first[0], second[0]], axis=axis + 1),
                np.concatenate([first[1], second[1]], axis=axis),
                np.concatenate([first[2], second[2]], axis=axis),
            )
        values, valid = read(needed)
        known = _known(valid, needed, u, v)
        base = _mean(values, valid)
        weights = valid.astype(np.float64)
        x = np.clip(u - needed.col, self.support, needed.width - self.support)
        y = np.clip(v - needed.row, self.support, needed.height - self.support)
        share = area_mean(weights[None], x, y, *size)[0]
        made = share > _LEAST_SHARE
        means = area_mean((values - base) * weights, x, y, *size) / np.where(made, share, 1.0) + base
        return np.where(made, means, 0.0), share, known

    def _areas(self, window: Window) -> tuple[Floats, Floats, Floats, Floats]:
        """`coordinates`, and how many source columns and rows each pixel spans, 1 at least.

        Of grids in two CRSs that is another number in each place, a percent to half a degree of latitude; one for all would be another one
        for each part of the target.
        """
        if self._affine is not None:
            width, height = (np.full((1, 1), max(1.0, scale)) for scale in (self.columns_per_pixel, self.rows_per_pixel))
            return *self.coordinates(window), width, height
        u, v = self._unfolded(*_pixels(window.widened(1)))
        width, height = (
            np.maximum(np.clip(_differences(at), scale / _FARTHEST_SPREAD, most), 1.0)
            for at, scale, most in zip((u, v), (self.columns_per_pixel, self.rows_per_pixel), self._spread, strict=True)
        )
        return self._folded(u[1:-1, 1:-1]), v[1:-1, 1:-1], width, height

    def coordinates(self, window: Window) -> tuple[Floats, Floats]:
        """Column and row in the source of the centres of the window's pixels, counted from its top left corner: 0.5 is a centre.

        Shapes (height, width), or (1, width) and (height, 1) where the rows of both grids are parallel.
        """
        u, v = self._unfolded(*_pixels(window))
        return self._folded(u), v

    def _unfolded(self, across: Floats, down: Floats) -> tuple[Floats, Floats]:
        """`coordinates` of the pixels in these columns (width,) and rows (height,), which ascend; some may lie a turn beyond the source."""
        cols, rows = across[None, :] + 0.5, down[:, None] + 0.5
        if self._affine is not None:
            t = self._affine
            if self.parallel:
                return t.a * cols + t.c, t.e * rows + t.f
            return apply(t, cols, rows)
        step = self._lattice
        if step == 1:
            return self._project(*np.broadcast_arrays(cols, rows))
        # Nodes are counted from the CRS's origin: parts of a grid share them.
        east, south = self.target.phase(step)
        s, t_ = (cols - 0.5 + east) / step, (rows - 0.5 + south) / step
        first_col, first_row = np.floor(s[0, 0]), np.floor(t_[0, 0])
        node_cols, node_rows = np.meshgrid(
            np.arange(first_col, np.floor(s[0, -1]) + 2.0) * step + 0.5 - east,
            np.arange(first_row, np.floor(t_[-1, 0]) + 2.0) * step + 0.5 - south,
        )
        u, v = self._project(node_cols, node_rows)
        return _between(u, s - first_col, t_ - first_row), _between(v, s - first_col, t_ - first_row)

    def _corners(self, window: Window) -> tuple[Floats, Floats]:
        """Columns and rows of a window at whose crossings the least and the largest `_unfolded` are: in between these are bilinear."""
        across, down = _pixels(window)
        if self._affine is not None:
            return across[[0, -1]], down[[0, -1]]
        east, south = self.target.phase(self._lattice)
        return _nodes(across + east, self._lattice) - east, _nodes(down + south, self._lattice) - south

    def _longitudes(self) -> tuple[float | None, float | None]:
        """How many of the source's columns a turn round the Earth has, and what its longitudes are counted around on the way there: the
        target's centre, so that the target is one piece. Counted around its own, a DEM from -180 to 180 degrees that is a column too wide
        or too narrow to go round the Earth has its first and last column side by side in a target there. None where it has no turns."""
        turn = self.source.turn
        if turn is None or self._affine is not None or self.source.rotated:
            return None, None
        if self.source.round_the_earth:
            return None, self.source.middle_towards(self.target)
        middle, _ = transform_points(
            self.target.crs,
            self.source.crs,
            *apply(self.target.transform, np.array(self.target.width / 2), np.array(self.target.height / 2)),
        )
        return (turn / abs(self.source.transform.a), float(self.source.longitudes(middle))) if np.isfinite(middle) else (None, None)

    def _folded(self, u: Floats) -> Floats:
        """Columns that lie up to a turn beyond the source's are brought back to it; what lies nowhere stays there."""
        if self._turn is None:
            return u
        turns = np.round((u - self.source.width / 2) / self._turn)
        return np.where((np.abs(turns) == 1) & (u > _NOWHERE), u - turns * self._turn, u)

    def _project(self, cols: Floats, rows: Floats) -> tuple[Floats, Floats]:
        x, y = transform_points(self.target.crs, self.source.crs, *apply(self.target.transform, cols, rows), self._area)
        u, v = apply(~self.source.transform, self.source.longitudes(x, self._middle), y)
        nowhere = ~(np.isfinite(u) & np.isfinite(v))
        if nowhere.any():
            u, v = np.where(nowhere, _NOWHERE, u), np.where(nowhere, _NOWHERE, v)
        return u, v

    def _between_grids(self) -> Affine:
        bounds = self.target.bounds()
        east = beside(bounds, self.source)[0] - bounds[0]
        between: Affine = ~self.source.transform @ Affine.translation(east, 0.0) @ self.target.transform
        return between

    def _whole_shift(self) -> tuple[int, int] | None:
        """By how many columns and rows the source's pixels are counted differently, where they are the target's pixels; else None."""
        t = self._affine
        if t is None or max(abs(t.a - 1) * self.target.width, abs(t.e - 1) * self.target.height) > _ALIGNED:
            return None
        if max(abs(t.b) * self.target.height, abs(t.d) * self.target.width) > _ALIGNED:
            return None
        col, row = round(t.c), round(t.f)
        return (col, row) if max(abs(t.c - col), abs(t.f - row)) < _ALIGNED else None

    def _shared_part(self) -> Window:
        """The part of the target that grids are compared on: all of it, or, where its centre does not lie on the source, what the source
        covers. The centre of a DEM of the whole Earth is nowhere in the UTM zone of an image."""
        whole = Window(0, 0, self.target.width, self.target.height)
        centre = np.array([whole.width / 2]), np.array([whole.height / 2])
        u, v = apply(self._affine, *centre) if self._affine is not None else self._project(*centre)
        if 0 <= u[0] <= self.source.width and 0 <= v[0] <= self.source.height:
            return whole
        x, y = transform_points(self.source.crs, self.target.crs, *self.source.places())
        cols, rows = apply(~self.target.transform, self.target.longitudes(x, self.target.middle_towards(self.source)), y)
        found = np.isfinite(cols) & np.isfinite(rows)
        if not found.any():
            return whole
        ends = (-np.inf, np.inf) if self.target.round_the_earth else (0, whole.width)
        left, right = (int(np.clip(edge, *ends)) for edge in (np.floor(cols[found].min()), np.ceil(cols[found].max())))
        top, bottom = (int(np.clip(edge, 0, whole.height)) for edge in (np.floor(rows[found].min()), np.ceil(rows[found].max())))
        return Window(left, top, right - left, bottom - top) if left < right and top < bottom else whole

    def _scale(self) -> tuple[float, float]:
        """Source columns and rows that a target pixel spans, in the middle of the part that both share.

        Where meridians meet there, in a polar grid around its pole, a pixel spans half of a source in degrees, and stands for no other one:
        then it is the median over that part.
        """
        part = self._shared
        across, down = self._spans(np.array([part.col + part.width / 2]), np.array([part.row + part.height / 2]))
        middle = float(across[0]), float(down[0])
        if self._affine is not None or self.source.turn is None:
            return middle
        places = np.meshgrid(
            *(first + size * (np.arange(8) + 0.5) / 8 for first, size in ((part.col, part.width), (part.row, part.height)))
        )
        across, down = self._spans(*(place.ravel() for place in places))
        # Where a place lies nowhere, it and what lies beside it are no pixel apart, or all of them.
        common = float(np.median(across))
        return (common, float(np.median(down))) if 0 < _AT_A_POLE * common < middle[0] else middle

    def _scales(self) -> tuple[float, float, tuple[float, float]]:
        """The least and the largest number of source pixels along a target pixel, by area (of pixels that are three times as high as wide,
        in degrees far north, a mean would smear the columns over the rows), and most columns and rows, over what both grids share, as far
        as PROJ can say where that lies."""
        here = self.columns_per_pixel, self.rows_per_pixel
        if self._affine is not None:
            scale = math.sqrt(here[0] * here[1])
            return scale, scale, here
        part, steps = self._shared, np.linspace(0, 1, 33)
        places = np.meshgrid(part.col + steps * part.width, part.row + steps * part.height)
        across, down = self._spans(*(place.ravel() for place in places))
        # Where a place lies nowhere, what lies beside it is the whole way off.
        scales, found = np.sqrt(across * down), (np.minimum(across, down) > 0) & (np.maximum(across, down) < -_NOWHERE / 2)
        if not found.any():
            return 0.0, math.inf, (_FARTHEST_SPREAD * here[0], _FARTHEST_SPREAD * here[1])
        most = [
            min(_SLACK * float(spans[found].max()), _FARTHEST_SPREAD * scale) for spans, scale in zip((across, down), here, strict=True)
        ]
        return float(scales[found].min()) / _SLACK, float(scales[found].max()) * _SLACK, (most[0], most[1])

    def _spans(self, cols: Floats, rows: Floats) -> tuple[Floats, Floats]:
        """Source columns and rows that the target's pixels around these places (n,) span."""
        cols, rows = np.stack([cols - 0.5, cols + 0.5, cols, cols]), np.stack([rows, rows, rows - 0.5, rows + 0.5])
        u, v = apply(self._affine, cols, rows) if self._affine is not None else self._project(cols, rows)
        return np.hypot(u[1] - u[0], u[3] - u[2]), np.hypot(v[1] - v[0], v[3] - v[2])

    def _lattice_step(self) -> int:
        """The widest lattice that is fine enough, judged in the middle of 9 x 9 of its cells over the part that both grids share."""
        part = self._shared
        for step in (32, 16, 8, 4):
            spans = (part.col, part.col + part.width), (part.row, part.row + part.height)
            cols, rows = np.meshgrid(*(np.floor(np.linspace(*span, 9) / step) * step + 0.5 for span in spans))
            middle = self._project(cols + step / 2, rows + step / 2)
            corners = [self._project(cols + c, rows + r) for c in (0, step) for r in (0, step)]
            error = max(float(np.abs(sum(corner[axis] for corner in corners) / 4 - middle[axis]).max()) for axis in (0, 1))
            if error < _LATTICE_ERROR:
                return step
        return 1

    def _needed(self, u: Floats, v: Floats, reach: int) -> Window | None:
        """The window of the source that values at `u`, `v` depend on; None where all of them lie beyond `reach`."""
        margin = reach + self.support
        columns = _span(u, margin, None if self.source.round_the_earth else self.source.width)
        rows = _span(v, margin, self.source.height)
        if columns is None or rows is None:
            return None
        return Window(columns[0], rows[0], columns[1] - columns[0], rows[1] - rows[0])


def read_array(dem: NDArray[np.float32]) -> Read:
    """Reads windows of an array (H, W) as `Sampler.sample` wants them: NaN and what lies beyond it is unknown."""

    def read(window: Window) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        values = np.full((window.height, window.width), np.nan)
        left, right = max(0, window.col), min(dem.shape[1], window.col + window.width)
        top, bottom = max(0, window.row), min(dem.shape[0], window.row + window.height)
        if left < right and top < bottom:
            values[window.cut(Window(left, top, right - left, bottom - top))] = dem[top:bottom, left:right]
        known = np.isfinite(values)
        return np.where(known, values, 0.0)[None], known

    return read


def cubic(source: NDArray[np.float32], u: Floats, v: Floats) -> NDArray[np.float32]:
    """Cubic convolution of `source` (bands, H, W) at columns `u` and rows `v`, 2 pixels or more from its border."""
    if u.shape[0] == 1 and v.shape[1] == 1:
        (col, across), (row, down) = _taps(u), _taps(v)
        strips = np.sum([down[k] * source[:, row[:, 0] + k, :] for k in range(4)], axis=0)
        return np.asarray(np.sum([across[k] * strips[:, :, col[0] + k] for k in range(4)], axis=0), np.float32)
    u, v = np.broadcast_arrays(u, v)
    made = np.zeros((source.shape[0], *u.shape), np.float32)
    bands = source.reshape(source.shape[0], -1)
    # In parts that a processor's cache holds, and by `take`, which clips instead of looking at each index first: faster.
    rows = max(1, _AT_ONCE // u.shape[1])
    for part in (slice(top, top + rows) for top in range(0, u.shape[0], rows)):
        (col, across), (row, down) = _taps(u[part]), _taps(v[part])
        start = row * source.shape[2] + col
        for j in range(4):
            for i in range(4):
                weights, at = down[j] * across[i], start + (j * source.shape[2] + i)
                for band, values in enumerate(bands):
                    made[band, part] += weights * values.take(at, mode="clip")
    return made


def area_mean(source: Floats, u: Floats, v: Floats, width: Floats, height: Floats) -> Floats:
    """Means of `source` (bands, H, W) over boxes of `width` x `height` pixels around columns `u` and rows `v`, parts of pixels included.
    The sizes are one for all, (1, 1), or of each."""
    table = np.zeros((source.shape[0], source.shape[1] + 1, source.shape[2] + 1))
    np.cumsum(source, axis=1, dtype=np.float64, out=table[:, 1:, 1:])
    np.cumsum(table[:, 1:, 1:], axis=2, out=table[:, 1:, 1:])
    right, left, bottom, top = u + width / 2, u - width / 2, v + height / 2, v - height / 2
    sums = _at(table, right, bottom) - _at(table, left, bottom) - _at(table, right, top) + _at(table, left, top)
    return sums / (width * height)


def _taps(at: Floats) -> tuple[NDArray[np.int64], list[NDArray[np.float32]]]:
    """The first of the four source pixels, and the weights of all four."""
    centred = at - 0.5
    first = np.floor(centred)
    t = centred - first
    weights = (
        ((-0.5 * t + 1.0) * t - 0.5) * t,
        (1.5 * t - 2.5) * t * t + 1.0,
        ((-1.5 * t + 2.0) * t + 0.5) * t,
        (0.5 * t - 0.5) * t * t,
    )
    return first.astype(np.int64) - 1, [w.astype(np.float32) for w in weights]


def _at(table: Floats, x: Floats, y: Floats) -> Floats:
    """Summed-area table (bands, H + 1, W + 1) at fractional corners: bilinear, which is exact for pixels of constant value."""
    x, y = np.clip(x, 0, table.shape[2] - 1), np.clip(y, 0, table.shape[1] - 1)
    col, row = np.minimum(x.astype(np.int64), table.shape[2] - 2), np.minimum(y.astype(np.int64), table.shape[1] - 2)
    s, t = x - col, y - row
    if x.shape[0] == 1 and y.shape[1] == 1:
        strips = (1 - t) * table[:, row[:, 0], :] + t * table[:, row[:, 0] + 1, :]
        return np.asarray((1 - s) * strips[:, :, col[0]] + s * strips[:, :, col[0] + 1])
    flat, stride = table.reshape(table.shape[0], -1), table.shape[2]
    start = row * stride + col
    return np.asarray(
        (1 - t) * ((1 - s) * flat[:, start] + s * flat[:, start + 1])
        + t * ((1 - s) * flat[:, start + stride] + s * flat[:, start + stride + 1])
    )


def _differences(at: Floats) -> Floats:
    """How far columns or rows (H + 2, W + 2) differ over a pixel of (H, W)."""
    return np.asarray(np.hypot(at[1:-1, 2:] - at[1:-1, :-2], at[2:, 1:-1] - at[:-2, 1:-1]) / 2)


def _pixels(window: Window) -> tuple[Floats, Floats]:
    """Columns (width,) and rows (height,) of a window."""
    return (
        np.arange(window.col, window.col + window.width, dtype=np.float64),
        np.arange(window.row, window.row + window.height, dtype=np.float64),
    )


def _nodes(pixels: Floats, step: int) -> Floats:
    """Multiples of `step` among ascending `pixels` (n,), the first and the last of these too."""
    chosen = pixels % step == 0
    chosen[[0, -1]] = True
    return np.asarray(pixels[chosen])


def _within(at: Floats, size: int) -> bool:
    """Whether all of `at` lies on `size` pixels."""
    return bool(at.min() >= 0.0 and at.max() <= size)


def _between(nodes: Floats, s: Floats, t: Floats) -> Floats:
    """Bilinear between lattice nodes; `s` (1, width), `t` (height, 1) in lattice steps from the first node."""
    col, row = np.minimum(s.astype(np.int64), nodes.shape[1] - 2), np.minimum(t.astype(np.int64), nodes.shape[0] - 2)
    s, t = s - col, t - row
    strips = (1 - t) * nodes[row[:, 0], :] + t * nodes[row[:, 0] + 1, :]
    # By `take`, as in `cubic`.
    left, right = (strips.take(col[0] + k, axis=1, mode="clip") for k in (0, 1))
    left *= 1 - s
    right *= s
    left += right
    return np.asarray(left)


def _span(at: Floats, margin: int, size: int | None) -> tuple[int, int] | None:
    """From the first to behind the last of `size` pixels that values at `at` depend on; all that there are where there is no end (None)."""
    near = at[at > _NOWHERE] if size is None else at[(at > -margin) & (at < size + margin)]
    if near.size == 0:
        return None
    if size is None:
        return math.floor(near.min()) - margin, math.ceil(near.max()) + margin
    return max(math.floor(near.min()) - margin, -2 * margin), min(math.ceil(near.max()) + margin, size + 2 * margin)


def _known(valid: NDArray[np.bool_], window: Window, u: Floats, v: Floats) -> NDArray[np.bool_]:
    """Whether the source pixel in which each centre falls is valid; `valid` covers `window`."""
    if valid.all():
        across = (u + _TIE >= window.col) & (u + _TIE < window.col + window.width)
        return np.asarray(across & (v + _TIE >= window.row) & (v + _TIE < window.row + window.height))
    rows, cols = _cells(window, u, v)
    inside = (cols >= 0) & (cols < window.width) & (rows >= 0) & (rows < window.height)
    return np.asarray(inside & valid[np.clip(rows, 0, window.height - 1), np.clip(cols, 0, window.width - 1)])


def _cells(window: Window, u: Floats, v: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns in `window` of the source pixels in which centres fall."""
    return np.floor(v + _TIE).astype(np.int64) - window.row, np.floor(u + _TIE).astype(np.int64) - window.col


def _whole(valid: NDArray[np.bool_], window: Window, u: Floats, v: Floats) -> NDArray[np.bool_]:
    """Whether all source pixels are valid that a cubic value is made from: four along each axis, one where it falls on a centre."""
    table = np.pad(valid, ((1, 0), (1, 0))).cumsum(0, dtype=np.int64).cumsum(1)

    def span(at: Floats, first: int, size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        centred = at - 0.5 - first
        nearest = np.round(centred)
        exact = np.abs(centred - nearest) < _TIE
        low = np.where(exact, nearest, np.floor(centred) - 1)
        high = np.where(exact, nearest, np.floor(centred) + 2)
        return np.clip(low, -1, size).astype(np.int64), np.clip(high, -1, size).astype(np.int64)

    (left, right), (top, bottom) = span(u, window.col, window.width), span(v, window.row, window.height)
    asked = (right - left + 1) * (bottom - top + 1)
    # What lies beyond the window is not there to be counted.
    left, right = np.clip(left, 0, window.width), np.clip(right + 1, 0, window.width)
    top, bottom = np.clip(top, 0, window.height), np.clip(bottom + 1, 0, window.height)
    found = table[bottom, right] - table[top, right] - table[bottom, left] + table[top, left]
    return np.asarray(found == asked)


def _mean(values: Floats, valid: NDArray[np.bool_]) -> Floats:
    """Of the valid pixels of each band: (bands, 1, 1)."""
    return np.asarray((values * valid).sum(axis=(1, 2), keepdims=True) / max(1, int(valid.sum())))
