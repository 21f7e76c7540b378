"""Small real GeoTIFFs of synthetic hills, and areas prepared from them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from rasterio.transform import from_origin

from training.prepare import prepare


def hills(height: int, width: int, seed: int = 0, step: float = 10.0) -> NDArray[np.float32]:
    """Ridges of many wavelengths on pixels of `step` metres, between about 300 and 900 m: (height, width)."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width] * step
    z = np.full((height, width), 600.0)
    for wavelength in (2000.0, 900.0, 400.0, 180.0, 90.0, 50.0):
        for _ in range(4):
            angle, phase = rng.uniform(0, np.pi), rng.uniform(0, 2 * np.pi)
            z += 0.02 * wavelength * np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / wavelength + phase)
    return z.astype(np.float32)


def write(
    path: Path,
    bands: NDArray[np.float32] | NDArray[np.uint8],
    *,
    crs: str | None = "EPSG:32632",
    step: float = 10.0,
    corner: tuple[float, float] = (500000, 5200000),
    nodata: float | None = None,
) -> Path:
    """A GeoTIFF of (H, W) or (B, H, W) with its north-west corner at `corner`."""
    bands = bands[None] if bands.ndim == 2 else bands
    count, height, width = bands.shape
    transform = from_origin(*corner, step, step)
    with rasterio.open(
        path, "w", driver="GTiff", count=count, height=height, width=width, dtype=bands.dtype, crs=crs, transform=transform, nodata=nodata
    ) as raster:
        raster.write(bands)
    return path


AREAS = """
[[area]]
name = "hills"
split = "train"
dem = "hills.tif"
guide = "image.tif"

[[area]]
name = "other"
split = "validation"
dem = "other.tif"

[[area]]
name = "third"
split = "test"
dem = "third.tif"
"""


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that training.prepare wrote: one area of each split."""
    return areas_of(tmp_path_factory.mktemp("rasters"), (186, 204))


def areas_of(folder: Path, size: tuple[int, int]) -> Path:
    """What training.prepare makes in `folder` of one area of each split; that of the split test has `size` (height, width)."""
    write(folder / "hills.tif", hills(260, 240))
    write(folder / "image.tif", (np.random.default_rng(1).random((3, 260, 240)) * 200 + 1).astype(np.uint8))
    write(folder / "other.tif", hills(180, 190, seed=5), corner=(510000, 5200000))
    write(folder / "third.tif", hills(*size, seed=9), corner=(520000, 5200000))
    (folder / "areas.toml").write_text(AREAS)
    prepare(folder / "areas.toml", folder, folder / "data")
    return folder / "data"
