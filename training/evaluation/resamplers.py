"""The classic resamplers: GDAL's, as `gdalwarp -r` and QGIS know them."""

from __future__ import annotations

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.warp import reproject

KERNELS = {
    "nearest": Resampling.nearest,
    "bilinear": Resampling.bilinear,
    "cubic": Resampling.cubic,
    "cubicspline": Resampling.cubic_spline,
    "lanczos": Resampling.lanczos,
}
"""By the names that GDAL gives them."""


def resample(coarse: NDArray[np.float32], ratio: int, kernel: str) -> NDArray[np.float32]:
    """`coarse` (h, w) on pixels `ratio` times smaller, (h * ratio, w * ratio), by GDAL's warper. Raises KeyError for an unknown kernel.

    Pixels are areas; the grids share their north-west corner. Which metres a pixel has does not matter to a kernel.
    """
    # GDAL takes a grid at the origin with pixels of 1 for one without georeference.
    corner = Affine.translation(500000, 5200000)
    fine = np.empty((coarse.shape[0] * ratio, coarse.shape[1] * ratio), np.float32)
    reproject(
        coarse,
        fine,
        src_transform=corner @ Affine.scale(ratio, -ratio),
        dst_transform=corner @ Affine.scale(1, -1),
        src_crs="EPSG:32632",
        dst_crs="EPSG:32632",
        resampling=KERNELS[kernel],
        tolerance=0,
    )
    return fine
