"""Statistics of elevation errors: result minus reference, in metres."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True)
class ErrorSums:
    """What RMSE, MAE and bias are made of. Sums of two parts of a raster add up to the sums of both: `ErrorSums.of(a) + ErrorSums.of(b)`.

    `count` pixels, the sums of the errors (`total`, m), of their absolute values (`absolute`, m) and of their squares (`square`, m²).
    """

    count: int = 0
    total: float = 0.0
    absolute: float = 0.0
    square: float = 0.0

    @classmethod
    def of(cls, difference: Array, where: NDArray[np.bool_]) -> ErrorSums:
        """The sums over the pixels of `difference` (H, W) that count."""
        errors = difference[where].astype(np.float64)
        return cls(errors.size, float(errors.sum()), float(np.abs(errors).sum()), float(np.square(errors).sum()))

    def __add__(self, other: ErrorSums) -> ErrorSums:
        return ErrorSums(self.count + other.count, self.total + other.total, self.absolute + other.absolute, self.square + other.square)

    @property
    def rmse(self) -> float:
        """Root mean square error, m; NaN of no pixel."""
        return math.sqrt(self.square / self.count) if self.count else math.nan

    @property
    def mae(self) -> float:
        """Mean absolute error, m; NaN of no pixel."""
        return self.absolute / self.count if self.count else math.nan

    @property
    def bias(self) -> float:
        """Mean error, m: above 0 where the result lies too high; NaN of no pixel."""
        return self.total / self.count if self.count else math.nan


@dataclass(frozen=True)
class ErrorStatistics:
    """What the errors of a set of pixels come to, in metres. All are NaN where there is no pixel."""

    pixels: int
    rmse: float
    mae: float
    bias: float
    nmad: float
    le90: float


def error_statistics(difference: Array, where: NDArray[np.bool_]) -> ErrorStatistics:
    """All statistics of `difference` (H, W) over the pixels that count."""
    sums = ErrorSums.of(difference, where)
    return ErrorStatistics(sums.count, sums.rmse, sums.mae, sums.bias, nmad(difference, where), le90(difference, where))


def rmse(difference: Array, where: NDArray[np.bool_]) -> float:
    """Root mean square of the differences (metres) at the pixels where `where` is True."""
    return ErrorSums.of(difference, where).rmse


def nmad(difference: Array, where: NDArray[np.bool_]) -> float:
    """Normalised median absolute deviation, 1.4826 median(|e - median(e)|), m (Höhle and Höhle 2009): the standard deviation of normal
    errors, and blind to outliers and to bias. The median is exact: it cannot be added up over parts."""
    errors = difference[where].astype(np.float64)
    return float(1.4826 * np.median(np.abs(errors - np.median(errors)))) if errors.size else math.nan


def le90(difference: Array, where: NDArray[np.bool_]) -> float:
    """Linear error 90 %, m: nine tenths of the pixels err by no more, the 90th percentile of |e| (linear between the two nearest).

    That is what DEM specifications state (Copernicus DEM, SRTM). geoutils gives the same name to the distance from the 5th to the 95th
    percentile of e, which is twice as much where errors are symmetric about 0, and does not see a bias.
    """
    errors = np.abs(difference[where].astype(np.float64))
    return float(np.quantile(errors, 0.9)) if errors.size else math.nan
