"""Two areas overlap where both know the same ground. A network must not be judged on ground that it was trained on."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.errors import InputError
from backend.grid import Grid, apply
from backend.resample import Sampler, read_array
from training.data.areas import Split
from training.data.sampling import strips
from training.errors import DataError


@dataclass(frozen=True)
class Ground:
    """Where the reference of an area is known: `dem` (H, W), NaN where it is not, on `grid`."""

    name: str
    split: Split
    grid: Grid
    dem: NDArray[np.float32]


def check_splits(grounds: Sequence[Ground]) -> None:
    """Raises DataError where two areas of different splits share ground."""
    for one, other in itertools.combinations(grounds, 2):
        if one.split == other.split:
            continue
        shared = shared_pixels(one, other)
        if shared.size:
            # Take it from the one that has more besides.
            if len(shared) > 0.5 * np.isfinite(one.dem).sum() and len(of_other := shared_pixels(other, one)):
                one, other, shared = other, one, of_other
            (left, top), (right, bottom) = shared.min(axis=0), shared.max(axis=0) + 1
            x, y = apply(one.grid.transform, np.array([left, right]), np.array([bottom, top]))
            rectangle = ", ".join(f"{value:.10g}" for value in (x[0], y[0], x[1], y[1]))
            raise DataError(
                f"Areas {one.name} ({one.split}) and {other.name} ({other.split}) share {len(shared)} pixels of ground.",
                f"Split by area: remove one of them, or give {one.name} leave_out = [{rectangle}].",
            )


def shared_pixels(one: Ground, other: Ground) -> NDArray[np.int64]:
    """Columns and rows (K, 2) of the known pixels of `one` whose centres lie in known pixels of `other`."""
    nothing = np.empty((0, 2), np.int64)
    try:
        part = one.grid.touching(other.grid.bounds_beside(one.grid))
        back = other.grid.touching(one.grid.bounds_beside(other.grid))
    except InputError:
        return nothing  # one lies where the other's CRS does not reach
    if part is None or back is None:
        return nothing
    offset = _offset(one.grid, part)
    sampler, read = Sampler(other.grid, part), read_array(other.dem)
    found = [nothing]
    for window in strips(part):
        theirs = sampler.sample(window, read, bands=1, reach=0)[1]
        row, col = offset[1] + window.row, offset[0] + window.col
        ours = np.isfinite(one.dem[row : row + window.height, col : col + window.width])
        rows, cols = np.nonzero(ours & theirs)
        found.append(np.stack([cols + col, rows + row], axis=1))
    return np.concatenate(found)


def _offset(whole: Grid, part: Grid) -> tuple[int, int]:
    """Column and row of a part's top left pixel."""
    col, row = ~whole.transform @ (part.transform.c, part.transform.f)
    return round(col), round(row)
