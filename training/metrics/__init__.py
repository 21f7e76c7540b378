"""How far a DEM is from a reference: plain functions of arrays and a mask. They need NumPy and SciPy only.

Everywhere `where` (H, W) marks the pixels that count. Elevations, `dx` and `dy` (pixel width and height on the ground) are in metres.
"""

from backend.metrics.similarity import psnr
from training.metrics.coverage import Coverage, coverage
from training.metrics.errors import ErrorStatistics, ErrorSums, error_statistics, le90, nmad, rmse
from training.metrics.similarity import ssim
from training.metrics.spectrum import Spectrum, band_ratio, power_spectrum
from training.metrics.terrain import Terrain, aspect_rmse, slope_degrees, slopes, terrain

__all__ = [
    "Coverage",
    "ErrorStatistics",
    "ErrorSums",
    "Spectrum",
    "Terrain",
    "aspect_rmse",
    "band_ratio",
    "coverage",
    "error_statistics",
    "le90",
    "nmad",
    "power_spectrum",
    "psnr",
    "rmse",
    "slope_degrees",
    "slopes",
    "ssim",
    "terrain",
]
