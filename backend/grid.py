"""A grid says where the pixels of a raster lie: a horizontal CRS, an affine transform, a width and a height.

The target grid is the one on which the output lies. It is, in this order,

- the grid of `--like`,
- squares of `--resolution` in the CRS of the guide (or of the DEM, where there is no guide), aligned with the top left corner of
  that raster and covering all of the DEM,
- the guide's own pixels, as far as they touch the DEM's rectangle: beyond it nothing is known, and a scene is usually much larger
  than what is wanted of it,
- the DEM's own pixels, each divided by the model's ratio, all of them.

`--extent` cuts any of these down to the pixels that touch it. Rasters may be stored bottom-up or right-to-left; the target always
has its first row in the north. A rotated raster can be read but not be the target.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import AreaOfInterest, TransformerGroup

from backend.errors import InputError
from backend.windows import Window

Bounds = tuple[float, float, float, float]
"""left, bottom, right, top."""

LONGITUDES_AND_LATITUDES = "OGC:CRS84"

MOST_PIXELS = 40_000_000_000
"""More pixels than this are taken for a pixel size in the wrong unit (160 GB of output)."""
_FARTHEST = 1e18
"""Pixels. What lies farther away than this lies as far: there is no whole number of them that a float can be made to."""
_SLACK = 1e-6
"""Share of a pixel below which an edge counts as lying on a pixel's edge."""


@dataclass(frozen=True)
class Grid:
    """`crs` is WKT, horizontal only; `transform` maps (column, row) to (x, y), pixel (0, 0) spanning columns and rows 0..1."""

    crs: str
    transform: Affine
    width: int
    height: int

    @property
    def rotated(self) -> bool:
        """Whether rows or columns are not parallel to the axes."""
        size = max(abs(self.transform.a), abs(self.transform.e))
        return max(abs(self.transform.b), abs(self.transform.d)) > 1e-9 * size

    @cached_property
    def round_the_earth(self) -> bool:
        """Whether its first column lies beside its last one, as in a DEM of all longitudes."""
        turn = self.turn
        return turn is not None and not self.rotated and abs(self.width * abs(self.transform.a) - turn) < 0.5 * abs(self.transform.a)

    @property
    def turn(self) -> float | None:
        """A full turn in the units of its CRS, 360 of degrees; None where it counts no longitudes."""
        return _turn(self.crs)

    @property
    def pixels(self) -> int:
        """How many pixels it has."""
        return self.width * self.height

    @cached_property
    def pixel_size(self) -> float:
        """Edge of a square as large as the central pixel on the ground, metres."""
        return ground_pixel_size(self.crs, self.transform, self.width / 2, self.height / 2)

    def pixel_size_at(self, other: Grid) -> float:
        """The same of the pixel in which the centre of another grid lies."""
        return ground_pixel_size(self.crs, self.transform, *self.place_of(other))

    def pixel_size_in(self, other: Grid) -> float:
        """The same of a pixel at the centre of another grid, which need not lie in this one."""
        col, row = self._centre_of(other)
        known = math.isfinite(col) and math.isfinite(row) and self.has_area(col, row)
        return ground_pixel_size(self.crs, self.transform, col, row) if known else self.pixel_size

    def place_of(self, other: Grid) -> tuple[float, float]:
        """Column and row at which the centre of another grid lies; what is nearest to it in the middles of the outermost pixels, where it
        lies beyond. A border may be a pole, and what lies around that is no pixel; nor is one whose middle is the pole, as in the outermost
        rows of a DEM whose lines lie on the degrees: there it is the next pixel inwards."""
        col, row = self._centre_of(other)
        if not (math.isfinite(col) and math.isfinite(row)):
            return self.width / 2, self.height / 2
        for inwards in (0.5, 1.5):
            across, down = min(inwards, self.width / 2), min(inwards, self.height / 2)
            place = float(np.clip(col, across, self.width - across)), float(np.clip(row, down, self.height - down))
            if self.has_area(*place):
                break
        return place

    def _centre_of(self, other: Grid) -> tuple[float, float]:
        """Column and row, within or beyond, of the centre of another grid; infinite where its place cannot be said in this CRS."""
        x, y = transform_points(other.crs, self.crs, *apply(other.transform, np.array(other.width / 2), np.array(other.height / 2)))
        col, row = apply(~self.transform, self.longitudes(x), y)
        return float(col), float(row)

    def has_area(self, col: float, row: float) -> bool:
        """Whether the pixel around a place has an area on the ground: at a pole and beyond none has."""
        try:
            return ground_pixel_size(self.crs, self.transform, col, row) > 0
        except InputError:
            return False

    def middle_towards(self, other: Grid) -> float | None:
        """What its longitudes are counted around where it goes round the Earth, for another grid to lie on it in one piece though its own
        first column may lie in that; else None."""
        return float(apply(self.transform, *self.place_of(other))[0]) if self.round_the_earth else None

    def turned_beside(self, other: Grid) -> Grid:
        """It, or where it lies a full turn away from another grid in its own CRS the same ground with its longitudes counted as there."""
        if self.crs != other.crs:
            return self
        bounds = self.bounds()
        east = beside(bounds, other)[0] - bounds[0]
        return Grid(self.crs, Affine.translation(east, 0.0) @ self.transform, self.width, self.height) if east else self

    def window(self, window: Window) -> Grid:
        """The part of it that `window` covers."""
        return Grid(self.crs, self.transform @ Affine.translation(window.col, window.row), window.width, window.height)

    def phase(self, multiple: int) -> tuple[int, int]:
        """How many columns and rows its first pixel lies behind a whole `multiple` of pixels from the origin of its CRS: parts of one grid,
        and the grids of neighbouring rasters, group the same pixels."""
        # Grids begin on whole, half and third pixels: a shift that none of these has keeps rounding errors from deciding.
        column, row = (math.floor(0.382 - origin) for origin in ~self.transform @ (0.0, 0.0))
        return column % multiple, row % multiple

    def split(self, times: int) -> Grid:
        """The same ground in pixels of which `times` lie along an edge of one."""
        return Grid(self.crs, self.transform @ Affine.scale(1 / times), self.width * times, self.height * times)

    def north_up(self) -> Grid:
        """The same pixels, counted from the north-west. Raises InputError where it is rotated."""
        if self.rotated:
            raise InputError(
                "grid-invalid",
                f"The output cannot lie on a rotated grid ({_numbers(self.transform)}).",
                "Pass --resolution to have north-up pixels, and no --like.",
            )
        t = self.transform
        x = t.c if t.a > 0 else t.c + t.a * self.width
        y = t.f if t.e < 0 else t.f + t.e * self.height
        return Grid(self.crs, Affine(abs(t.a), 0.0, x, 0.0, -abs(t.e), y), self.width, self.height)

    def places(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """33 x 33 places all over it, corners and edges among them, in its CRS: what stands for it in another one."""
        n = 32
        return apply(self.transform, *np.meshgrid(np.linspace(0, self.width, n + 1), np.linspace(0, self.height, n + 1)))

    def bounds(self, crs: str | None = None) -> Bounds:
        """Its rectangle, or the one around it in another CRS. Raises InputError (no-overlap) where the CRS does not reach."""
        x, y = self.places()
        if crs is not None:
            x, y = transform_points(self.crs, crs, x, y)
        return _around(x, y)

    def bounds_beside(self, other: Grid) -> Bounds:
        """The rectangle around it in the CRS of another grid, with longitudes counted as they are there: 190 or -170."""
        if self.crs == other.crs:
            return beside(self.bounds(), other)
        x, y = transform_points(self.crs, other.crs, *self.places())
        return beside(_around(other.longitudes(x, other.middle_towards(self)), y), other)

    def longitudes(self, x: NDArray[np.float64], middle: float | None = None) -> NDArray[np.float64]:
        """Longitudes in its CRS, counted so that they lie within half a turn of its centre, or of `middle`. Other coordinates as they
        are."""
        turn = self.turn
        if turn is None:
            return x
        if middle is None:
            middle = float(apply(self.transform, self.width / 2, self.height / 2)[0])
        return folded(x, middle, turn)

    def touching(self, bounds: Bounds) -> Grid | None:
        """The part of it whose pixels touch a rectangle in its own CRS; None where there is none. For north-up grids."""
        columns, rows = self._span(bounds)
        left, right = max(0, columns[0]), min(self.width, columns[1])
        top, bottom = max(0, rows[0]), min(self.height, rows[1])
        if left >= right or top >= bottom:
            return None
        return self.window(Window(left, top, right - left, bottom - top))

    def wrapping(self, bounds: Bounds) -> Grid | None:
        """The same as `touching`; where it goes round the Earth the part goes on beyond its last column, at its first one."""
        (left, right), (top, bottom) = self._span(bounds)
        top, bottom = max(0, top), min(self.height, bottom)
        if not self.round_the_earth or left >= right or top >= bottom:
            return self.touching(bounds)
        if right - left >= self.width:
            left, right = 0, self.width
        return self.window(Window(left % self.width, top, right - left, bottom - top))

    def covering(self, bounds: Bounds) -> Grid:
        """The pixels of its lattice, within it or not, that touch a rectangle in its own CRS. For north-up grids."""
        (left, right), (top, bottom) = self._span(bounds)
        return self.window(Window(left, top, max(1, right - left), max(1, bottom - top)))

    def _span(self, bounds: Bounds) -> tuple[tuple[int, int], tuple[int, int]]:
        t = self.transform
        left, right = (_countable((x - t.c) / t.a) for x in (bounds[0], bounds[2]))
        top, bottom = (_countable((y - t.f) / t.e) for y in (bounds[3], bounds[1]))
        return (math.floor(left + _SLACK), math.ceil(right - _SLACK)), (math.floor(top + _SLACK), math.ceil(bottom - _SLACK))

    def to_event(self) -> dict[str, Any]:
        """As it stands in a result event."""
        return {
            "crs": self.crs,
            "transform": list(self.transform)[:6],
            "width": self.width,
            "height": self.height,
            "pixel_size": self.pixel_size,
        }

    def __str__(self) -> str:
        name = CRS.from_wkt(self.crs).name
        return (
            f"{self.width} x {self.height} pixels of {self.transform.a:.10g} x {-self.transform.e:.10g} ({self.pixel_size:.4g} m), {name}"
        )


def target_grid(
    dem: Grid,
    *,
    ratio: float,
    guide: Grid | None = None,
    like: Grid | None = None,
    resolution: float | None = None,
    extent: Bounds | None = None,
    extent_crs: str | None = None,
) -> Grid:
    """The grid of the output (see the head of this file). `extent` is in `extent_crs`, WKT, or in the output's CRS.

    Raises InputError: `grid-invalid` or `no-overlap`.
    """
    if guide is not None and _disjoint(guide.bounds_beside(dem), dem.bounds()):
        raise InputError(
            "no-overlap", "The guide and the DEM do not overlap.", "Check the CRS of both; the guide must show the same ground."
        )
    if like is not None:
        grid = like.north_up()
        if overlap(grid, dem) is None:
            raise InputError("no-overlap", "The raster of --like and the DEM do not overlap.", "Name a raster of the same ground.")
    elif resolution is not None:
        grid = _squares(guide or dem, dem, resolution)
    elif guide is not None:
        part = overlap(guide.north_up(), dem)
        if part is None:
            raise InputError(
                "no-overlap", "The guide and the DEM do not overlap.", "Check the CRS of both; the guide must show the same ground."
            )
        grid = part
    else:
        grid = _finer(dem.north_up(), ratio)
    if extent is not None:
        grid = _limit(grid, extent, extent_crs)
    return _checked(grid)


def middle_of(dem: Grid, guide: Grid | None, like: Grid | None) -> Grid:
    """What has its middle where an output has it that is limited by no extent: parts of one have the same. Of a DEM of the whole Earth
    under a guide the middle may be far beyond the zone of the output's CRS."""
    if like is not None:
        return like
    if guide is None:
        return dem
    return guide if guide.rotated else overlap(guide.north_up(), dem) or guide


def overlap(grid: Grid, other: Grid) -> Grid | None:
    """The part of a north-up grid that another's rectangle touches; None where there is none."""
    ours, theirs = grid.bounds_beside(other), other.bounds()
    if other.round_the_earth:
        theirs = -math.inf, theirs[1], math.inf, theirs[3]
    if theirs[0] <= ours[0] and theirs[1] <= ours[1] and ours[2] <= theirs[2] and ours[3] <= theirs[3]:
        # Of a DEM of the whole Earth the rectangle in a UTM zone is no rectangle.
        return grid
    touched = other.bounds_beside(grid)
    if other.round_the_earth and grid.turn is not None:
        touched = grid.bounds()[0], touched[1], grid.bounds()[2], touched[3]
    return grid.touching(touched)


def beside(bounds: Bounds, grid: Grid) -> Bounds:
    """A rectangle in the CRS of `grid`; one that lies a full turn away from it, as 190 degrees do from -170, is brought beside it."""
    turn = grid.turn
    left, _, right, _ = grid.bounds()
    if turn is not None and not (bounds[0] < right and left < bounds[2]):
        for by in (turn, -turn):
            if bounds[0] + by < right and left < bounds[2] + by:
                return bounds[0] + by, bounds[1], bounds[2] + by, bounds[3]
    return bounds


def horizontal(crs: CRS) -> CRS:
    """The horizontal part of a compound or three-dimensional CRS; a horizontal one as it is."""
    if crs.is_compound:
        return horizontal(crs.sub_crs_list[0])
    return crs.to_2d() if len(crs.axis_info) == 3 else crs


def parse_crs(text: str) -> str:
    """WKT of the horizontal part of anything PROJ understands. Raises InputError."""
    try:
        crs = horizontal(CRS.from_user_input(text))
    except CRSError as error:
        raise InputError(
            "option-invalid", f"{text!r} is not a CRS that PROJ knows.", "Pass an authority code such as EPSG:32632."
        ) from error
    if not (crs.is_geographic or crs.is_projected):
        raise InputError("option-invalid", f"{text!r} is {crs.name}, the CRS of no map.", "Pass that of a map, such as EPSG:32632.")
    return crs.to_wkt()


def transform_points(
    source: str, target: str, x: NDArray[np.float64], y: NDArray[np.float64], area: Bounds | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points from one CRS to another, x being east or longitude in either; infinite where PROJ finds no place for one.

    Between two datums PROJ takes for each point what was published for its country, and nothing at all beyond: 100 m lie between, in the
    midst of a raster. With an `area`, of `common_ground`, all points go the way that is the best one there.
    """
    if source == target:
        return x, y
    u, v = _transformer(source, target, area).transform(x, y)
    return np.asarray(u, np.float64), np.asarray(v, np.float64)


def common_ground(one: Grid, other: Grid) -> Bounds | None:
    """West, south, east and north of the ground that two grids share, in whole degrees; None where nobody can say."""
    try:
        several = [grid.bounds(LONGITUDES_AND_LATITUDES) for grid in (one, other)]
    except InputError:
        return None
    west, south = (max(bounds[side] for bounds in several) for side in (0, 1))
    east, north = (min(bounds[side] for bounds in several) for side in (2, 3))
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        return None
    return math.floor(west), math.floor(south), math.ceil(east), math.ceil(north)


def doubtful_way(one: Grid, other: Grid, what: str) -> str:
    """A sentence where PROJ knows the way from one grid's CRS to the other's less well than to a pixel of the other; "" elsewhere. `what`
    lies on the one."""
    area = common_ground(one, other) if one.crs != other.crs else None
    way = _way(other.crs, one.crs, area) if area else None
    if way is None or 0 <= way.accuracy <= other.pixel_size:
        return ""
    ways = "from {} to {}".format(*(CRS.from_wkt(grid.crs).name for grid in (one, other)))
    if way.accuracy < 0:
        return f"PROJ knows no transformation {ways} here: {what} may lie beside its place by 100 m or more."
    return f"PROJ knows the way {ways} to {way.accuracy:.3g} m here: {what} may lie beside its place by that."


@cache
def _transformer(source: str, target: str, area: Bounds | None) -> Transformer:
    """Kept, because PROJ takes up to a tenth of a second to choose one, and each tile needs it. It is safe in several threads."""
    try:
        way = _way(source, target, area) if area else None
        return way.transformer if way else Transformer.from_crs(source, target, always_xy=True)
    except ProjError as error:
        names = " to ".join(CRS.from_user_input(crs).name for crs in (source, target))
        raise InputError("crs-missing", f"PROJ knows no way from {names}.", "Assign the right CRS to the raster.") from error


class _Way(NamedTuple):
    """One of PROJ's operations from a CRS to another, and how far off a place may be that it finds, metres; -1 where nobody says."""

    transformer: Transformer
    accuracy: float


@cache
def _way(source: str, target: str, area: Bounds) -> _Way | None:
    """The best of several for an `area` in degrees; None where there are none to choose from."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of grids of shifts that are not installed
        if len(TransformerGroup(source, target, always_xy=True).transformers) < 2:
            return None
        for ballpark in (False, True):
            group = TransformerGroup(source, target, always_xy=True, area_of_interest=AreaOfInterest(*area), allow_ballpark=ballpark)
            for operation in group.transformers:
                # Those of a group are not safe in several threads.
                found = Transformer.from_pipeline(operation.definition)
                if _reaches(found, source, area):
                    return _Way(found, operation.accuracy)
    return None


def _reaches(way: Transformer, source: str, area: Bounds) -> bool:
    """Whether there is a way from all over an area: grids of shifts end."""
    west, south, east, north = area
    places = np.meshgrid(np.linspace(west, east, 5), np.linspace(south, north, 5))
    x, y = transform_points(LONGITUDES_AND_LATITUDES, source, places[0].ravel(), places[1].ravel())
    there = np.isfinite(x) & np.isfinite(y)
    return bool(np.isfinite(way.transform(x[there], y[there])).all())


def apply(transform: Affine, cols: Any, rows: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(column, row) to (x, y), for arrays of any shape that broadcast."""
    t = transform
    with np.errstate(invalid="ignore"):  # what lies nowhere is infinite, and infinity times 0 is not a number
        return np.asarray(t.a * cols + t.b * rows + t.c, np.float64), np.asarray(t.d * cols + t.e * rows + t.f, np.float64)


def ground_pixel_size(crs: str, transform: Affine, col: float, row: float) -> float:
    """Edge of a square as large as the pixel around (col, row) on the ground, metres."""
    across, down = ground_edges(crs, transform, col, row)
    area = abs(across[0] * down[1] - down[0] * across[1])
    if not area > 0:
        name = CRS.from_wkt(crs).name
        raise InputError(
            "grid-invalid",
            f"The pixel in the grid's centre has no area on the ground in its CRS, {name}.",
            "Check the raster's CRS and position.",
        )
    return math.sqrt(area)


def ground_edges(crs: str, transform: Affine, col: float, row: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far east and north on the ground one column leads from (col, row), and one row: two vectors, metres.

    Measured on the ellipsoid, so that degrees, feet and the stretched metres of EPSG:3857 all come out right.
    """
    parsed = CRS.from_wkt(crs)
    try:
        geodetic, geod = parsed.geodetic_crs, parsed.get_geod()
    except ZeroDivisionError as error:
        raise InputError(
            "crs-missing", f"The ellipsoid of the CRS {parsed.name} has no size.", "Assign the right CRS to the raster."
        ) from error
    if geodetic is None or geod is None:
        raise InputError("crs-missing", f"The CRS {parsed.name} is not tied to the Earth.", "Assign the right CRS to the raster.")
    cols, rows = np.array([col, col - 0.5, col + 0.5, col, col]), np.array([row, row, row, row - 0.5, row + 0.5])
    lon, lat = transform_points(parsed.to_wkt(), horizontal(geodetic).to_wkt(), *apply(transform, cols, rows))
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise InputError(
            "grid-invalid", f"The grid's centre lies outside of its CRS, {parsed.name}.", "Check the raster's CRS and position."
        )
    # Seen from the centre, because two azimuths at different places say nothing about each other near a pole.
    azimuth, _, distance = geod.inv(np.full(4, lon[0]), np.full(4, lat[0]), lon[1:], lat[1:])
    east, north = distance * np.sin(np.radians(azimuth)), distance * np.cos(np.radians(azimuth))
    return np.array([east[1] - east[0], north[1] - north[0]]), np.array([east[3] - east[2], north[3] - north[2]])


def _squares(aligned_with: Grid, dem: Grid, resolution: float) -> Grid:
    if not (math.isfinite(resolution) and resolution > 0):
        raise InputError("option-invalid", f"--resolution is {resolution:g}.", "Pass a pixel size above 0, in units of the output's CRS.")
    if aligned_with.rotated:
        left, _, _, top = aligned_with.bounds()
    else:
        left, top = aligned_with.north_up().transform.c, aligned_with.north_up().transform.f
    bounds = dem.bounds_beside(aligned_with)
    unit = CRS.from_wkt(aligned_with.crs).axis_info[0].unit_name
    if resolution > min(bounds[2] - bounds[0], bounds[3] - bounds[1]):
        raise InputError(
            "grid-invalid",
            f"--resolution {resolution:g} ({unit}) is larger than the DEM.",
            f"Pass the pixel size in units of the output's CRS: {unit}. {_instead(aligned_with, dem, resolution, unit)}".rstrip(),
        )
    return Grid(aligned_with.crs, Affine(resolution, 0.0, left, 0.0, -resolution, top), 1, 1).covering(bounds)


def _instead(grid: Grid, dem: Grid, metres: float, unit: str) -> str:
    """What somebody who meant metres should have typed; nothing where that cannot be what was meant."""
    in_metres = grid.pixel_size_at(dem) / math.sqrt(abs(grid.transform.determinant))
    return f"{metres:g} m are about {metres / in_metres:.2g} {unit} there." if in_metres > 1000 else ""


def _finer(dem: Grid, ratio: float) -> Grid:
    t = dem.transform
    width, height = (math.ceil(size * ratio - _SLACK) for size in (dem.width, dem.height))
    return Grid(dem.crs, Affine(t.a / ratio, 0.0, t.c, 0.0, t.e / ratio, t.f), width, height)


def _limit(grid: Grid, extent: Bounds, extent_crs: str | None) -> Grid:
    left, bottom, right, top = extent
    asked = f"{_numbers(extent)} ({CRS.from_wkt(extent_crs or grid.crs).name})"
    if not (all(map(math.isfinite, extent)) and left < right and bottom < top):
        raise InputError("option-invalid", f"--extent {_numbers(extent)} is no rectangle.", "Pass XMIN,YMIN,XMAX,YMAX.")
    if extent_crs is not None:
        n = 32
        x, y = np.meshgrid(np.linspace(left, right, n + 1), np.linspace(bottom, top, n + 1))
        x, y = transform_points(extent_crs, grid.crs, x, y)
        known = np.isfinite(x) & np.isfinite(y)
        if not known.any():
            raise InputError(
                "option-invalid",
                f"--extent {asked} lies nowhere in the CRS of the output.",
                "See that its numbers are in the CRS that is named with them: longitude comes before latitude.",
            )
        # Counted around its own middle an extent across 180 degrees is one piece, whatever the grid counts around.
        extent = _around(grid.longitudes(x, float(x[known][known.sum() // 2])), y)
    part = grid.wrapping(beside(extent, grid))
    if part is None:
        raise InputError(
            "no-overlap",
            f"--extent {asked} lies outside of the output, {_numbers(grid.bounds())} ({CRS.from_wkt(grid.crs).name}).",
            "Check --extent and --extent-crs.",
        )
    return part


def _checked(grid: Grid) -> Grid:
    if grid.pixels > MOST_PIXELS or max(grid.width, grid.height) >= 2**31:
        raise InputError(
            "grid-invalid",
            f"The output would have {_size(grid.width)} x {_size(grid.height)} pixels.",
            "Check --resolution (in units of the output's CRS) and --extent.",
        )
    return grid


def _size(pixels: int) -> str:
    """For a sentence, which needs no more digits than somebody reads."""
    return str(pixels) if pixels < 10**15 else "more than 10^15"


def _countable(pixels: float) -> float:
    return max(-_FARTHEST, min(_FARTHEST, pixels))


def _around(x: NDArray[np.float64], y: NDArray[np.float64]) -> Bounds:
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        raise InputError("no-overlap", "No point of the one raster can be expressed in the CRS of the other.", "Check the CRS of both.")
    return float(x[known].min()), float(y[known].min()), float(x[known].max()), float(y[known].max())


def folded(longitudes: NDArray[np.float64], middle: float, turn: float) -> NDArray[np.float64]:
    """Longitudes, each counted so that it lies within half a `turn` of `middle`. Infinite ones become NaN."""
    with np.errstate(invalid="ignore"):
        return np.asarray(longitudes - turn * np.round((longitudes - middle) / turn))


@cache
def _turn(crs: str) -> float | None:
    """A full turn in the units of a geographic CRS, 360 of them if they are degrees; None for other CRSs."""
    parsed = CRS.from_wkt(crs)
    return round(2 * math.pi / parsed.axis_info[0].unit_conversion_factor, 9) if parsed.is_geographic else None


def _disjoint(a: Bounds, b: Bounds) -> bool:
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def _numbers(values: Any) -> str:
    return ",".join(f"{value:.10g}" for value in tuple(values)[:6])
