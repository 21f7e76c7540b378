"""Coarse pixels that do not lie along the fine ones: of another CRS, turned, wider than high, and as many fine ones wide as may be."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from backend.resample import cubic
from training.data.coarse import cubic_upsample

RATIOS = (1.25, 5.0)
"""Edge of a coarse pixel, geometric mean, in fine pixels: half are drawn from here, log-uniformly, and half lie near USUAL."""
USUAL, ABOUT = 3.0, 0.12
"""ABOUT: standard deviation of the logarithm."""
SMALL = 2.0
"""Ratios below are drawn on ground that is known twice as finely: of a pixel and a quarter's mean, single pixels say too little."""
NARROWEST = 0.45
"""Width over height, or height over width, of pixels of one arc second at 63 degrees north. Half of the lattices have square pixels."""
A_LITTLE, ANY = 4.0, 0.4
"""Degrees that lattices are turned by, standard deviation: a projection's north is not that of another. ANY: share of those that are turned
by any angle."""
MARGIN = math.ceil(2.6 * RATIOS[1] * math.hypot(NARROWEST**-0.5, NARROWEST**0.5))
"""Fine pixels around a patch that its cubic upsampling may depend on: two coarse pixels and a half, where they are longest."""
_POINTS = 4
"""A fine pixel is upsampled to so many points along each axis before means are taken over what is no whole number of pixels."""


@dataclass(frozen=True)
class Askew:
    """Coarse pixels under the `size` x `size` pixels in the middle of a square of fine ones, `margin` pixels of which lie on each side.

    Fine column and row of the corner of pixel (column, row) of the lattice, `shape` (rows, columns): `matrix` @ (column, row) + `origin`.
    """

    matrix: NDArray[np.float64]
    origin: NDArray[np.float64]
    shape: tuple[int, int]
    size: int
    margin: int

    @property
    def ratio(self) -> float:
        """Edge of a coarse pixel, geometric mean, in fine pixels."""
        return float(abs(np.linalg.det(self.matrix)) ** 0.5)

    def mean(self, fine: Tensor) -> Tensor:
        """Means over coarse pixels of (1, 1, S t, S t), t x t points for each fine pixel: to (1, 1, rows, columns)."""
        # A mean over a pixel is the height in its middle and, nearly, a 24th of the curvature.
        padded = F.pad(fine, (1, 1, 1, 1), mode="replicate")
        around = padded[..., 1:-1, 2:] + padded[..., 1:-1, :-2] + padded[..., 2:, 1:-1] + padded[..., :-2, 1:-1]
        edge = self.size + 2 * self.margin
        points = cubic_upsample(fine - (around - 4.0 * fine) / 24.0, _POINTS * edge // fine.shape[-1])
        each = max(6, math.ceil(2.0 * float(np.linalg.norm(self.matrix, axis=0).max())))
        rows, columns = self.shape
        places = np.stack(np.meshgrid((np.arange(columns * each) + 0.5) / each, (np.arange(rows * each) + 0.5) / each), axis=-1)
        at = 2.0 * (places @ self.matrix.T + self.origin) / edge - 1.0
        grid = torch.from_numpy(at.astype(np.float32))[None]
        return F.avg_pool2d(F.grid_sample(points, grid, mode="bilinear", padding_mode="border", align_corners=False), each)

    def upsample(self, coarse: Tensor) -> Tensor:
        """Cubic convolution, as the backend's, of (1, 1, rows, columns): to (1, 1, size, size)."""
        middles = self.margin + np.arange(self.size) + 0.5
        at = (np.stack(np.meshgrid(middles, middles), axis=-1) - self.origin) @ np.linalg.inv(self.matrix).T
        base = coarse.mean()
        return torch.from_numpy(cubic((coarse[0] - base).numpy(), at[..., 0], at[..., 1]))[None] + base


def askew(rng: np.random.Generator, size: int, ratio: float) -> Askew:
    """A lattice of pixels of that `ratio`, turned, shaped and put by chance."""
    narrow = float(np.exp(rng.uniform(np.log(NARROWEST), 0.0))) if rng.random() < 0.5 else 1.0
    aspect = narrow if rng.random() < 0.5 else 1.0 / narrow
    turn = float(rng.uniform(-45.0, 45.0) if rng.random() < ANY else rng.normal(0.0, A_LITTLE))
    return lay(size, ratio, turn, aspect, rng.random(2))


def lay(size: int, ratio: float, turn: float, aspect: float, begin: NDArray[np.float64]) -> Askew:
    """The lattice of pixels of that `ratio` and `aspect` (width over height), turned by `turn` degrees, of which a pixel's share `begin`
    (2,) lies before the first of the `size` x `size` fine ones."""
    angle = math.radians(turn)
    turned = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    matrix = ratio * turned @ np.diag([aspect**0.5, aspect**-0.5])
    ends = np.array([[0, 0], [size, 0], [0, size], [size, size]]) + MARGIN
    corners = ends @ np.linalg.inv(matrix).T + begin
    first, last = np.floor(corners.min(axis=0)) - 2, np.ceil(corners.max(axis=0)) + 2
    columns, rows = (last - first).astype(int)
    origin = ends[0] - matrix @ (corners[0] - first)
    return Askew(matrix, origin, (int(rows), int(columns)), size, MARGIN)


def drawn_ratio(rng: np.random.Generator) -> float:
    """Half near USUAL, half log-uniformly in RATIOS."""
    if rng.random() < 0.5:
        return float(np.exp(rng.uniform(*np.log(RATIOS))))
    return float(np.clip(USUAL * np.exp(ABOUT * rng.standard_normal()), *RATIOS))
