"""Doubts: what a run finds out about its inputs while it reads them, and says at its end."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.elevation import Elevation

_ASTRAY, _LEAST_ASTRAY = 0.05, 20.0
"""What a result may lie outside of the DEM's range by without a word: that share of it, an edge of the DEM's pixels, or so many metres."""
_LIGHT = (-0.5, 1.5)
"""Of a guide's scaled values; what lies beyond is the rarest of a scene, and all the same to a network (training/networks/generator.py)."""
_BLIND, _LEVEL = 0.5, 1e-3
"""Share of the ground on which a guide may be beyond _LIGHT, and the slope from which on it is ground and no water."""

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]


@dataclass
class Doubts:
    """`lowest` and `highest` of the result, metres. `ground`: how many of its pixels are not level and lie under the guide;
    `blinded`: how many of those are brighter or darker in two bands than a model is told."""

    lowest: float = math.inf
    highest: float = -math.inf
    ground: int = 0
    blinded: int = 0

    def add(self, heights: Floats, ground: int, blinded: int) -> None:
        """Of a tile's known pixels."""
        if heights.size:
            self.lowest, self.highest = min(self.lowest, float(heights.min())), max(self.highest, float(heights.max()))
        self.ground += ground
        self.blinded += blinded

    def said(self, dem: Elevation, guide: str) -> list[str]:
        """A sentence for each, about the DEM and the `guide` of that name."""
        found = dem.doubt("the DEM"), self._ill_lit(guide) or self._astray(dem)
        return [sentence for sentence in found if sentence]

    def _astray(self, dem: Elevation) -> str:
        """Where the result lies far outside of the DEM's range. What is made of slopes does not; what rises beside values that are no
        heights, as a margin of undeclared 0 amid mountains, does."""
        pixel = dem.raster.grid.pixel_size_at(dem.sampler.target)
        slack = max(_ASTRAY * (dem.highest - dem.lowest), pixel, _LEAST_ASTRAY)
        if self.lowest >= dem.lowest - slack and self.highest <= dem.highest + slack:
            return ""
        return (
            f"The result reaches from {self.lowest:,.0f} to {self.highest:,.0f} m, the DEM from {dem.lowest:,.0f} to {dem.highest:,.0f} m. "
            "That may be so at cliffs and towers, and it is so beside outliers and values that mean no height, as 0 amid mountains: "
            f"where the DEM's lowest or highest is one, declare it (gdal_edit.py -a_nodata VALUE), or mend them."
        )

    def _ill_lit(self, guide: str) -> str:
        """Where most of the ground is darker or brighter in the guide than a model is told."""
        if self.blinded <= _BLIND * self.ground:
            return ""
        return (
            f"On {100 * self.blinded / self.ground:.0f} % of the ground the guide, {guide}, is brighter or darker than nearly all of its "
            "scene, by which it is scaled: it tells next to nothing there. Cut it to the DEM's ground (gdalwarp -te)."
        )


def light(image: Floats, seen: Bools, heights: Floats, pixel_size: float) -> tuple[int, int]:
    """`ground` and `blinded`, of a tile's scaled guide (3, h, w), known where `seen` (h, w), and heights (h, w), metres as `pixel_size`."""
    ground = seen[:, 1:] & seen[:, :-1] & (np.abs(np.diff(heights, axis=1)) > _LEVEL * pixel_size)
    beyond = ((image < _LIGHT[0]) | (image > _LIGHT[1])).sum(axis=0) >= 2
    return int(np.count_nonzero(ground)), int(np.count_nonzero(ground & beyond[:, 1:]))
