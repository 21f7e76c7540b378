"""Whole areas, run as the backend runs rasters: tile by tile, with ground made up beyond their borders."""

from __future__ import annotations

import numpy as np

from backend import gaps, image_gaps
from backend.engines import Run
from backend.settings import DEFAULT_TILE
from backend.windows import Window, tiles
from training.evaluation.pairs import Floats


def tiled(run: Run, halo: int, size_multiple: int, tile: int = DEFAULT_TILE, over_gaps: int = 0) -> Run:
    """`run` on areas of any size: on tiles of at most `tile` pixels with `halo` more on each side, heights and widths being multiples of
    `size_multiple`. What lies beyond an area is filled as the backend fills what lies beyond a DEM, under no guide. `over_gaps` is the
    `reach` of backend/image_gaps.py; with none gaps of an image are left to `run`.

    Without a halo a network's convolutions take what lies beyond for level ground, and draw lines along the borders.
    """

    def whole(dem: Floats, guide: Floats, valid: Floats, pixel_size: float, error: float) -> tuple[Floats, Floats | None]:
        height, width = dem.shape
        area, reach = Window(0, 0, width, height), max(halo, size_multiple)
        made: list[Floats] = []
        for part in tiles(width, height, tile=tile, halo=halo, multiple=size_multiple):
            # What is filled depends on what lies within `reach` of it, beyond the tile too.
            wide = part.read.widened(reach)
            here, around = _padding(wide, area)
            known = np.pad(np.ones(dem[here].shape, np.bool_), around)
            ground = gaps.fill(np.pad(dem[here], around)[None], known, reach)[0].astype(np.float32)[wide.cut(part.read)]
            here, around = _padding(part.read, area)
            image, usable = np.pad(guide[(slice(None), *here)], ((0, 0), *around)), np.pad(valid[here], around)
            counts = np.zeros(usable.shape, np.bool_)
            counts[part.read.cut(part.core)] = True
            found = image_gaps.made(run, ground, image, usable, pixel_size, error, counts=counts, reach=over_gaps, multiple=size_multiple)
            results = [result for result in found if result is not None]
            made = made or [np.empty_like(dem) for _ in results]
            for result, values in zip(made, results, strict=True):
                result[area.cut(part.core)] = values[part.read.cut(part.core)]
        return made[0], made[1] if len(made) > 1 else None

    return whole


def _padding(window: Window, area: Window) -> tuple[tuple[slice, slice], tuple[tuple[int, int], tuple[int, int]]]:
    """Which rows and columns of the area a window holds, and how many of its own lie before and behind them."""
    inside = window.within(area)
    rows, columns = window.cut(inside)
    return area.cut(inside), ((rows.start, window.height - rows.stop), (columns.start, window.width - columns.stop))
