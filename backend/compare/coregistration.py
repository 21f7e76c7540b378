"""Coregistration finds by how much a DEM lies beside the reference: Nuth and Kääb (2011).

A DEM that lies displaced by d = (right, up) along its own grid is too low where the ground rises in the direction of d and too high where
it falls. With the reference's slope α and aspect ψ (the way down, clockwise from the grid's up), the difference dh of the two, less its
median, is

    dh / tan α = d_right sin ψ + d_up cos ψ + c = a cos(b - ψ) + c

with the displacement's length a and azimuth b. Medians of the left side in 72 sectors of ψ, which outliers do not move, give d by
least squares. The DEM is moved back, sampled anew, and so on until a step is shorter than a hundredth of a pixel. At last the median of
dh is taken away.

All of it along the grid of the DEM that is moved: how the reference rises from one of its columns or rows to the next is found through
the two grids' coordinates, pixel by pixel. True east is another direction of a polar grid at each longitude, and none at the pole; the
paper's aspects, from north, are for what is reported alone.

It is done on pixels as large as the coarser DEM's, so that detail which one of the two lacks does not count; and on a sample of at
most 32 squares of 256 x 256 such pixels, the same whatever the windows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from backend.compare.pairs import Reference, Tested, coarser, overlap, shifted
from backend.elevation import Elevation
from backend.grid import Bounds, Grid, apply, common_ground, ground_edges, transform_points
from backend.metrics import terrain
from backend.rasters import Raster
from backend.resample import Sampler
from backend.windows import Window, tiles

Floats = NDArray[np.float64]

SECTORS = 72
LEAST_SLOPE = 3.0
"""Degrees. On flatter ground dh / tan α is noise."""
FEWEST = 1000
"""Pixels that are steep enough: fewer do not tell a shift from the DEM's own errors."""
FARTHEST = 10.0
"""Pixels. What is farther away is another place, another CRS or a mistake."""
_EDGE, _SQUARES, _MOST_SQUARES = 256, 32, 128
"""Edge of the sample's squares in pixels; how many there are, and how many where these hold too little: outcrops are small."""
_LEVEL = 1e-4
"""A rise over run that no ground is as gentle as, and levelled water is."""
_FEWEST_IN_SECTOR = 5
_SHORTEST_STEP = 0.01
_MOST_STEPS = 30


@dataclass(frozen=True)
class Coregistration:
    """What the DEM was moved by: `x`, `y`, what its coordinates grow by, in the units of its CRS; `up`, metres. `nmad_before`,
    `nmad_after`: of the sample, metres.

    `east`, `north`: what that is in the middle of the common ground, metres. `pixels` were steep enough, of edge
    `pixel_size` metres; `steps` were taken. `doubt` is a sentence where the DEM was moved up or down only, else "".
    """

    east: float
    north: float
    up: float
    x: float
    y: float
    nmad_before: float
    nmad_after: float
    pixels: int
    pixel_size: float
    steps: int
    doubt: str


@dataclass(frozen=True)
class _Square:
    """A part of the sample; arrays cover the inside of `window`, which has a margin of one pixel. Slopes are along the tested grid."""

    window: Window
    dem: NDArray[np.float32]
    where: NDArray[np.bool_]
    tangent: Floats
    aspect: Floats


def coregister(reference: Reference, raster: Raster, check: Callable[[], None] = lambda: None) -> Coregistration:
    """Finds what to move a DEM by. `check` is called between squares and may raise, to stop."""
    factor = max(1, round(raster.grid.pixel_size_at(reference.grid) / reference.grid.pixel_size))
    grid = coarser(reference.grid, factor)
    part = overlap(raster, grid)
    across, down = ground_edges(raster.grid.crs, raster.grid.transform, *raster.grid.place_of(part))
    edges = math.hypot(*across), math.hypot(*down)
    squares = _sample(reference, part, grid, raster.grid, edges, check)
    pixel = grid.pixel_size
    tested = Tested(raster, grid)
    start = _differences(tested, squares, check)
    slopes = [square.tangent > math.tan(math.radians(LEAST_SLOPE)) for square in squares]
    steep = sum(int((known & slope).sum()) for slope, (_, known) in zip(slopes, start, strict=True))
    before, up = _spread(start)

    def only_up(steps: int, doubt: str) -> Coregistration:
        return Coregistration(0.0, 0.0, up, 0.0, 0.0, before, before, steep, pixel, steps, doubt)

    if not any(known.any() for _, known in start):
        return only_up(0, "No pixel that counts is known in both.")
    if steep < FEWEST:
        return only_up(0, f"{steep} pixels of {pixel:.3g} m are steeper than {LEAST_SLOPE:g}°, too few to tell a horizontal shift from.")
    differences, right, upwards, x, y = start, 0.0, 0.0, 0.0, 0.0
    for step in range(1, _MOST_STEPS + 1):
        found = displacement(*_flat(squares, differences))
        if found is None:
            return only_up(step, "The slopes face too few directions to tell a horizontal shift from.")
        right, upwards = right - found[0], upwards - found[1]
        if math.hypot(right, upwards) > FARTHEST * pixel:
            return only_up(step, f"A shift of more than {FARTHEST:g} pixels of {pixel:.3g} m was sought; do both show the same ground?")
        cols, rows = right / edges[0], -upwards / edges[1]
        x, y = (float(part) for part in np.array(raster.grid.transform).reshape(3, 3)[:2, :2] @ (cols, rows))
        tested.elevation.sampler = Sampler(shifted(raster.grid, x, y), grid)
        differences = _differences(tested, squares, check)
        if math.hypot(*found) < _SHORTEST_STEP * pixel:
            break
    else:
        return only_up(_MOST_STEPS, f"No horizontal shift was found in {_MOST_STEPS} steps.")
    after, moved_up = _spread(differences)
    # On slopes alone: level ground, which may be most of all, is the same wherever a DEM lies.
    if not _spread(_on(differences, slopes))[0] < _spread(_on(start, slopes))[0]:
        return only_up(step, "No horizontal shift makes the differences smaller.")
    east, north = (float(part) for part in cols * across + rows * down)
    return Coregistration(east, north, moved_up, x, y, before, after, steep, pixel, step, "")


def displacement(difference: Floats, tangent: Floats, aspect: Floats) -> tuple[float, float] | None:
    """To the right and up its grid, metres, by how much a DEM lies displaced; None where slopes face too few directions.

    Of each pixel: tested minus reference, metres; the tangent of the reference's slope; its aspect, radians clockwise from up. All (N,).
    """
    steep = tangent > math.tan(math.radians(LEAST_SLOPE))
    ratio = (difference - np.median(difference))[steep] / tangent[steep]
    sector = np.floor(aspect[steep] % (2 * math.pi) / (2 * math.pi) * SECTORS).astype(np.int64) % SECTORS
    order = np.argsort(sector, kind="stable")
    parts = np.split(ratio[order], np.searchsorted(sector[order], np.arange(1, SECTORS)))
    full = np.array([part.size >= _FEWEST_IN_SECTOR for part in parts])
    if full.sum() < SECTORS // 2:
        return None
    middle = (np.flatnonzero(full) + 0.5) * (2 * math.pi / SECTORS)
    matrix = np.stack([np.sin(middle), np.cos(middle), np.ones_like(middle)], axis=1)
    medians = np.array([np.median(part) for part, used in zip(parts, full, strict=True) if used])
    right, up, _ = np.linalg.lstsq(matrix, medians, rcond=None)[0]
    return float(right), float(up)


def _sample(
    reference: Reference, part: Grid, grid: Grid, tested: Grid, edges: tuple[float, float], check: Callable[[], None]
) -> list[_Square]:
    """Squares of `grid` in `part`; slopes are per column and row of `tested`, whose edges are so many metres."""
    col, row = (round(value) for value in ~grid.transform @ (part.transform.c, part.transform.f))
    everything = [tile.core for tile in tiles(part.width, part.height, tile=_EDGE, halo=0, multiple=1)]
    elevation, area, squares, steep = Elevation(reference.raster, 1, grid), common_ground(tested, grid), [], 0
    for number in _spread_evenly(len(everything)):
        check()
        square = everything[number]
        window = Window(col + square.col - 1, row + square.row - 1, square.width + 2, square.height + 2)
        # A mask may leave one square in hundreds: the others need not be read.
        counts = reference.mask.on(grid, window)
        if not counts.any():
            continue
        dem, known = elevation.read(window, 4)
        right, down = _rises(dem, window, grid, tested, area)
        right, up = right / edges[0], -down / edges[1]
        where = terrain.has_neighbours(known) & counts[1:-1, 1:-1] & np.isfinite(right) & np.isfinite(up)
        if not where.any():
            continue
        tangent, aspect = np.hypot(right, up), np.arctan2(-right, -up)
        squares.append(_Square(window, dem[1:-1, 1:-1], where, np.where(where, tangent, 0.0), np.where(where, aspect, 0.0)))
        steep += int((where & (tangent > math.tan(math.radians(LEAST_SLOPE)))).sum())
        if len(squares) == _MOST_SQUARES or (len(squares) >= _SQUARES and steep >= 2 * FEWEST):
            break
    return sorted(_rising(squares), key=lambda one: (one.window.row, one.window.col))


def _rising(squares: list[_Square]) -> list[_Square]:
    """Without what is level, as water is that makers of DEMs have levelled alike: equal there, two DEMs may still lie apart. As they are
    where less than FEWEST pixels rise."""
    rising = [replace(square, where=square.where & (square.tangent > _LEVEL)) for square in squares]
    return rising if sum(int(square.where.sum()) for square in rising) >= FEWEST else squares


def _spread_evenly(count: int) -> Iterator[int]:
    """The numbers below `count`, each once, so that the first of them are spread evenly however many make a row: in steps of the golden
    ratio."""
    seen, number = set[int](), 0
    while len(seen) < count:
        found = int(count * (number * (math.sqrt(5) - 1) / 2 % 1))
        number += 1
        if found not in seen:
            seen.add(found)
            yield found


def _rises(dem: NDArray[np.float32], window: Window, grid: Grid, tested: Grid, area: Bounds | None) -> tuple[Floats, Floats]:
    """How much a DEM on a window of `grid` rises from one column of another grid to the next, and from one row to the next, inside of the
    window's outermost pixels; no number where that grid has no columns, as at a pole. `area` is what both share."""
    rows, cols = np.mgrid[: window.height, : window.width] + 0.5
    there = transform_points(grid.crs, tested.crs, *apply(grid.transform, cols + window.col, rows + window.row), area)
    across, down = apply(~tested.transform, *there)
    # By the chain rule: both grids' coordinates, and the heights, from one pixel of `grid` to the next.
    (across_col, across_row), (down_col, down_row), (rise_col, rise_row) = (
        terrain.gradient(part, 1.0, 1.0) for part in (across, down, dem)
    )
    with np.errstate(all="ignore"):
        turned = across_col * down_row - across_row * down_col
        return (rise_col * down_row - rise_row * down_col) / turned, (rise_row * across_col - rise_col * across_row) / turned


def _differences(tested: Tested, squares: list[_Square], check: Callable[[], None]) -> list[tuple[Floats, NDArray[np.bool_]]]:
    """Tested minus reference and where that is known, of each square."""
    made = []
    for square in squares:
        check()
        inside = Window(square.window.col + 1, square.window.row + 1, square.window.width - 2, square.window.height - 2)
        dem, known = tested.read(inside)
        made.append((dem.astype(np.float64) - square.dem, known & square.where))
    return made


def _flat(squares: list[_Square], differences: list[tuple[Floats, NDArray[np.bool_]]]) -> tuple[Floats, Floats, Floats]:
    pairs = list(zip(squares, differences, strict=True))
    return (
        np.concatenate([values[known] for values, known in differences]),
        np.concatenate([square.tangent[known] for square, (_, known) in pairs]),
        np.concatenate([square.aspect[known] for square, (_, known) in pairs]),
    )


def _on(differences: list[tuple[Floats, NDArray[np.bool_]]], where: list[NDArray[np.bool_]]) -> list[tuple[Floats, NDArray[np.bool_]]]:
    """What is known of them in each square where `where` is true."""
    return [(values, known & part) for (values, known), part in zip(differences, where, strict=True)]


def _spread(differences: list[tuple[Floats, NDArray[np.bool_]]]) -> tuple[float, float]:
    """NMAD of the differences, metres, and what to add to make their median 0."""
    values = np.concatenate([np.empty(0), *(values[known] for values, known in differences)])
    if not values.size:
        return math.nan, 0.0
    median = float(np.median(values))
    return float(1.4826 * np.median(np.abs(values - median))), -median
