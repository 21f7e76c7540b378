"""Synthetic terrain and images, written as GeoTIFFs with a real CRS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray

UTM = "EPSG:32632"
DEM_TRANSFORM = Affine(30, 0, 600_000, 0, -30, 5_200_000)


def terrain(height: int, width: int, *, pixel: float = 30.0, seed: int = 0) -> NDArray[np.float64]:
    """Ridges of several sizes, 400 to 1600 m high."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] * pixel
    made = np.full((height, width), 1000.0)
    for length, amplitude in ((3000, 300), (1100, 120), (400, 40), (190, 12)):
        angle, phase = rng.uniform(0, np.pi), rng.uniform(0, 2 * np.pi, 2)
        along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
        made += amplitude * np.sin(2 * np.pi * along / length + phase[0]) * np.cos(2 * np.pi * across / (1.7 * length) + phase[1])
    return made


def image(height: int, width: int, *, seed: int = 1) -> NDArray[np.uint16]:
    """Three bands of fields with sharp edges and some noise."""
    rng = np.random.default_rng(seed)
    fields = rng.uniform(500, 4000, (3, height // 9 + 2, width // 9 + 2))
    made = fields.repeat(9, axis=1).repeat(9, axis=2)[:, :height, :width] + rng.normal(0, 100, (3, height, width))
    return np.clip(made, 1, 65535).astype(np.uint16)


def write(
    path: Path,
    values: NDArray[Any],
    *,
    transform: Affine = DEM_TRANSFORM,
    crs: str | None = UTM,
    nodata: float | None = None,
    descriptions: tuple[str, ...] = (),
    **profile: Any,
) -> Path:
    """`values` (H, W) or (bands, H, W) as a GeoTIFF."""
    bands = values[None] if values.ndim == 2 else values
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=bands.shape[2],
        height=bands.shape[1],
        count=bands.shape[0],
        dtype=bands.dtype,
        crs=crs,
        transform=transform,
        nodata=nodata,
        **profile,
    ) as dataset:
        dataset.write(bands)
        for number, description in enumerate(descriptions, start=1):
            dataset.set_band_description(number, description)
    return path


def mosaic(path: Path, *, missing: bool = False) -> Path:
    """Of a DEM of 80 x 36 pixels in two files, west.tif and "east & more.tif", in a folder of their own; `missing`: without the latter."""
    heights = terrain(36, 80).astype(np.int16)
    (path.parent / "tiles").mkdir()
    sources = ""
    for name, col in (("west.tif", 0), ("east & more.tif", 40)):
        written = name.replace("&", "&amp;")
        tile = write(path.parent / "tiles" / name, heights[:, col : col + 40], transform=DEM_TRANSFORM @ Affine.translation(col, 0))
        sources += (
            f'<ComplexSource><SourceFilename relativeToVRT="1">tiles/{written}</SourceFilename><SourceBand>1</SourceBand>'
            f'<SrcRect xOff="0" yOff="0" xSize="40" ySize="36"/><DstRect xOff="{col}" yOff="0" xSize="40" ySize="36"/></ComplexSource>'
        )
        if missing and col:
            tile.unlink()
    path.write_text(
        f'<VRTDataset rasterXSize="80" rasterYSize="36"><SRS>{UTM}</SRS><GeoTransform>600000,30,0,5200000,0,-30</GeoTransform>'
        f'<VRTRasterBand dataType="Int16" band="1">{sources}</VRTRasterBand></VRTDataset>'
    )
    return path


def read(path: Path | str) -> NDArray[np.float64]:
    """Band 1 with NaN where it has no data."""
    with rasterio.open(path) as dataset:
        values = dataset.read(1).astype(np.float64)
        return np.where(dataset.read_masks(1) > 0, values, np.nan)
