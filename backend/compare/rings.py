"""Rings of polygons: cut down to a rectangle, and made of edges so short that they stay straight in another CRS."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from backend.grid import Bounds

Ring = NDArray[np.float64]
"""(N, 2): corners, one after the other, the first not repeated."""


def clipped(ring: Ring, box: Bounds) -> Ring:
    """What lies in the rectangle `box`; fewer than three corners where nothing does (Sutherland and Hodgman 1974)."""
    left, bottom, right, top = box
    for axis, limit, sign in ((0, left, -1), (0, right, 1), (1, bottom, -1), (1, top, 1)):
        inside = sign * ring[:, axis] <= sign * limit
        if inside.all():
            continue
        edges = np.roll(ring, -1, axis=0) - ring
        crosses = inside != np.roll(inside, -1)
        with np.errstate(divide="ignore", invalid="ignore"):
            cuts = ring + ((limit - ring[:, axis]) / edges[:, axis])[:, None] * edges
        cuts[:, axis] = limit
        ring = np.stack([ring, cuts], axis=1).reshape(-1, 2)[np.stack([inside, crosses], axis=1).ravel()]
    return ring


def in_pieces(ring: Ring, longest: float) -> Ring:
    """The same ring with corners every `longest` along each axis, or closer."""
    edges = np.roll(ring, -1, axis=0) - ring
    pieces = np.maximum(np.ceil(np.abs(edges).max(axis=1) / longest), 1).astype(np.int64)
    edge = np.repeat(np.arange(len(ring)), pieces)
    along = (np.arange(len(edge)) - np.repeat(pieces.cumsum() - pieces, pieces)) / pieces[edge]
    return np.asarray(ring[edge] + along[:, None] * edges[edge])
