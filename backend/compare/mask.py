"""A mask says which ground counts: inside polygons, or where a raster is neither 0 nor unknown."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.features import geometry_mask

from backend.compare.rings import clipped, in_pieces
from backend.errors import InputError
from backend.grid import LONGITUDES_AND_LATITUDES, Bounds, Grid, folded, parse_crs, transform_points
from backend.rasters import Raster
from backend.resample import MOST_SOURCE_PIXELS, Sampler
from backend.windows import Window

Bools = NDArray[np.bool_]
ENDINGS = (".geojson", ".json")
"""Of a file of polygons. What reads other vector files is no part of the backend's environment."""
_PIECES = 200
"""Parts of a rectangle twice as large as the grid that an edge of a polygon is straight over: in a grid of 100 km a parallel at 75 degrees
bends by some centimetres over one."""
_HALF_TURN = 179.9999
"""Degrees. Farther from the middle of a grid a longitude is counted on its other side."""
_HINT = "Pass polygons as GeoJSON (.geojson; QGIS and ogr2ogr write it) or a raster whose cells that count are not 0."


class Mask(Protocol):
    """Knows on any grid which pixels count."""

    def on(self, grid: Grid, window: Window) -> Bools:
        """(height, width) of a window of `grid`: whether the pixels' centres lie in it."""
        ...


class Everywhere:
    """No mask."""

    def on(self, grid: Grid, window: Window) -> Bools:
        """All of it."""
        return np.ones((window.height, window.width), np.bool_)


class Polygons:
    """The polygons of a GeoJSON file, in WGS 84 longitude and latitude, or in the CRS that an older file names (`crs`)."""

    def __init__(self, path: str) -> None:
        self.path = path
        content = _json(path)
        try:
            self._crs = _crs(content)
            rings = [[ring for ring in polygon if ring] for polygon in _polygons(content)]
            self._polygons = [[_open(np.asarray(ring, np.float64)[:, :2]) for ring in polygon] for polygon in rings if polygon]
        except InputError as error:
            raise InputError("mask-invalid", f"The mask, {path}, names a CRS that nobody knows: {error.message}", _HINT) from error
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError) as error:
            raise InputError("mask-invalid", f"The mask, {path}, is not GeoJSON as RFC 7946 has it ({error}).", _HINT) from error
        if not self._polygons:
            raise InputError("mask-invalid", f"The mask, {path}, has no polygon.", _HINT)
        self._turn = 360.0 if CRS.from_wkt(self._crs).is_geographic else 0.0
        self._on: dict[Grid, list[tuple[Bounds, dict[str, Any]]]] = {}

    def on(self, grid: Grid, window: Window) -> Bools:
        """See Mask."""
        if grid not in self._on:
            self._on[grid] = list(self._in_crs_of(grid))
        part = grid.window(window)
        left, bottom, right, top = part.bounds()
        near = [shape for box, shape in self._on[grid] if box[0] < right and left < box[2] and box[1] < top and bottom < box[3]]
        shape = (window.height, window.width)
        return np.asarray(geometry_mask(near, shape, part.transform, invert=True)) if near else np.zeros(shape, np.bool_)

    def _in_crs_of(self, grid: Grid) -> Iterator[tuple[Bounds, dict[str, Any]]]:
        """The polygons in the CRS of `grid`, as far as they lie near it, each with the rectangle around it.

        A straight edge of GeoJSON is straight in the mask's CRS (RFC 7946, 3.1.1), and mostly not in the grid's: a parallel is none in UTM.
        And a polygon may reach where the grid's CRS does not, or be counted on the other side of 180 degrees.
        """
        box = self._around(grid)
        longest = max(box[2] - box[0], box[3] - box[1]) / _PIECES
        for polygon in self._polygons:
            for turn in (-self._turn, 0.0, self._turn) if self._turn else (0.0,):
                parts = [clipped(ring + np.array([turn, 0.0]), box) for ring in polygon]
                if len(parts[0]) < 3:
                    continue
                rings = []
                for ring in (in_pieces(part, longest) for part in parts if len(part) > 2):
                    x, y = transform_points(self._crs, grid.crs, ring[:, 0], ring[:, 1])
                    x = grid.longitudes(x)
                    if not (np.isfinite(x).all() and np.isfinite(y).all()):
                        raise InputError(
                            "mask-invalid",
                            f"A polygon of the mask, {self.path}, lies outside of the reference's CRS.",
                            "Check the mask's CRS: without one GeoJSON counts in longitudes and latitudes.",
                        )
                    rings.append(np.stack([x, y], axis=1))
                (left, bottom), (right, top) = rings[0].min(axis=0), rings[0].max(axis=0)
                yield (
                    (float(left), float(bottom), float(right), float(top)),
                    # Closed: a triangle has four corners to what draws it.
                    {"type": "Polygon", "coordinates": [[*r.tolist(), r[0].tolist()] for r in rings]},
                )

    def _around(self, grid: Grid) -> Bounds:
        """A rectangle around the grid in the mask's CRS, twice as wide and as high as it. Longitudes are counted on from its middle."""
        x, y = transform_points(grid.crs, self._crs, *grid.places())
        found = np.isfinite(x) & np.isfinite(y)
        if not found.any():
            raise InputError("no-overlap", f"The mask, {self.path}, lies outside of the reference's CRS.", "Check the mask's CRS.")
        middle = x[found][found.sum() // 2]
        x = folded(x[found], middle, self._turn) if self._turn else x[found]
        y = y[found]
        across, down = max(np.ptp(x), 1e-9) / 2, max(np.ptp(y), 1e-9) / 2
        left, right, bottom, top = x.min() - across, x.max() + across, y.min() - down, y.max() + down
        if self._turn:
            left, right = max(left, middle - _HALF_TURN), min(right, middle + _HALF_TURN)
            bottom, top = max(bottom, -90.0), min(top, 90.0)
        return float(left), float(bottom), float(right), float(top)


class Cells:
    """The cells of an open raster's first band that are known and not 0. What usually means "no data" is no ground, declared or not."""

    def __init__(self, raster: Raster) -> None:
        self.raster = raster
        self._samplers: dict[Grid, Sampler] = {}

    def on(self, grid: Grid, window: Window) -> Bools:
        """See Mask."""
        if grid not in self._samplers:
            self._samplers[grid] = Sampler(self.raster.grid, grid)
        u, v = self._samplers[grid].coordinates(window)
        source = self.raster.grid
        # A place that lies on a cell's edge but for rounding belongs to the cell right of or below it.
        cols, rows = np.broadcast_arrays(np.floor(u + 1e-6), np.floor(v + 1e-6))
        inside = (rows >= 0) & (rows < source.height)
        if not source.round_the_earth:
            inside &= (cols >= 0) & (cols < source.width)
        if not inside.any():
            return inside
        left, top = int(cols[inside].min()), int(rows[inside].min())
        needed = Window(left, top, int(cols[inside].max()) - left + 1, int(rows[inside].max()) - top + 1)
        if needed.width * needed.height > MOST_SOURCE_PIXELS and window.height > 1:
            half = window.height // 2
            upper = Window(window.col, window.row, window.width, half)
            lower = Window(window.col, window.row + half, window.width, window.height - half)
            return np.concatenate([self.on(grid, upper), self.on(grid, lower)])
        values, known = self.raster.read([1], needed, guess_nodata=True)
        counts = known & (values[0] != 0)
        made = np.zeros(inside.shape, np.bool_)
        made[inside] = counts[rows[inside].astype(np.int64) - top, cols[inside].astype(np.int64) - left]
        return made


def _open(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    """Without the first corner at the end."""
    return ring[:-1] if len(ring) > 1 and (ring[0] == ring[-1]).all() else ring


def _json(path: str) -> Any:
    file = Path(path)
    if not os.path.exists(file):
        raise InputError("file-missing", f"The mask, {path}, does not exist.", "Check the path.")
    try:
        return json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError("mask-invalid", f"The mask, {path}, cannot be read as JSON ({error}).", _HINT) from error


def _crs(content: Any) -> str:
    named = content.get("crs")
    return parse_crs(named["properties"]["name"]) if named else CRS.from_user_input(LONGITUDES_AND_LATITUDES).to_wkt()


def _polygons(item: Any) -> Iterator[Any]:
    kind = item["type"]
    if kind == "FeatureCollection":
        for feature in item["features"]:
            yield from _polygons(feature)
    elif kind == "Feature":
        if item["geometry"] is not None:
            yield from _polygons(item["geometry"])
    elif kind == "GeometryCollection":
        for geometry in item["geometries"]:
            yield from _polygons(geometry)
    elif kind == "Polygon":
        # An empty one is valid, and has no rings.
        if item["coordinates"]:
            yield item["coordinates"]
    elif kind == "MultiPolygon":
        yield from (polygon for polygon in item["coordinates"] if polygon)
