"""Which ground an area knows, in few words that travel with weights: two areas that share ground can be told when only one is there.

Of a lattice of points, at whole hundredths of a degree (1.1 km from north to south), those that lie in known pixels. In areas so large
that these are more than a million, every second, fourth, ... of them, which belong to the same lattice.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from backend.errors import InputError
from backend.grid import Grid, transform_points

DEGREE = 100
"""Points of the lattice in a degree."""
MOST = 1_000_000
_LONGITUDES_AND_LATITUDES = "EPSG:4326"


def ground_of(dem: NDArray[np.float32], grid: Grid) -> str:
    """Points of the lattice in pixels of `dem` (H, W) on `grid` that are not NaN: for each latitude that has some, its number, and the
    first and last longitude of each run: "3790:-12252..-12250,-12247;3791:-12252". "" where there are none, as on another planet."""
    try:
        left, bottom, right, top = grid.bounds(_LONGITUDES_AND_LATITUDES)
        if not np.isfinite([left, bottom, right, top]).all():
            return ""
        step = 1
        while (right - left) * (top - bottom) * (DEGREE / step) ** 2 > MOST:
            step *= 2
        longitudes = np.arange(int(np.ceil(left * DEGREE / step)), int(np.floor(right * DEGREE / step)) + 1) * step
        latitudes = np.arange(int(np.ceil(bottom * DEGREE / step)), int(np.floor(top * DEGREE / step)) + 1) * step
        rows = []
        for latitude in latitudes:
            if known := longitudes[_known(dem, grid, longitudes / DEGREE, np.full(longitudes.shape, latitude / DEGREE))].tolist():
                rows.append(f"{latitude}:{','.join(_runs(known, step))}")
    except InputError:  # no way from its CRS to longitudes
        return ""
    return ";".join(rows)


def share_ground(one: str, other: str) -> bool:
    """Whether two areas (as `ground_of` has them) have a point of the lattice in common. Raises ValueError where one is none."""
    first, second = _points(one), _points(other)
    return any(first[latitude] & second[latitude] for latitude in first.keys() & second.keys())


def _known(dem: NDArray[np.float32], grid: Grid, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    east, north = transform_points(_LONGITUDES_AND_LATITUDES, grid.crs, x, y)
    t = ~grid.transform
    east = grid.longitudes(east)
    with np.errstate(invalid="ignore"):
        columns, rows = np.floor(t.a * east + t.b * north + t.c), np.floor(t.d * east + t.e * north + t.f)
    inside = (columns >= 0) & (columns < grid.width) & (rows >= 0) & (rows < grid.height)
    found = np.zeros(len(x), np.bool_)
    found[inside] = np.isfinite(dem[rows[inside].astype(np.int64), columns[inside].astype(np.int64)])
    return found


def _runs(numbers: list[int], step: int) -> list[str]:
    """Numbers in ascending order as runs, each with the step from one to the next."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + step:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [f"{run[0]}" if len(run) == 1 else f"{run[0]}..{run[-1]}{f'/{step}' if step > 1 else ''}" for run in runs]


def _points(ground: str) -> dict[int, set[int]]:
    """Longitudes by latitude."""
    found: dict[int, set[int]] = {}
    for row in filter(None, ground.split(";")):
        latitude, _, runs = row.partition(":")
        found[int(latitude)] = set(itertools.chain.from_iterable(map(_run, runs.split(","))))
    return found


def _run(text: str) -> range:
    first, _, rest = text.partition("..")
    last, _, step = rest.partition("/")
    return range(int(first), int(last or first) + 1, int(step or 1))
