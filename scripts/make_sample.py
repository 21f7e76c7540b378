"""Cut the sample of resources/sample/ out of its two public-domain sources.

    python scripts/make_sample.py SRTM_TILE LANDSAT_SCENE [OUTPUT_FOLDER]

The pixels are copied, never resampled: the image keeps the scene's grid (30 units of EPSG:3857, 23.7 m on the ground), the
elevation model keeps its one arc-second (EPSG:4326). Both files come out the same every time: no dates, no software tags.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import rasterio
from rasterio.warp import transform_bounds
from rasterio.windows import Window, from_bounds

IMAGE_WINDOW = Window(0, 0, 570, 576)
"""Of the scene: west of 122.48 W and north of 37.83 N, where neither source is blanked; 13.5 by 13.7 km on the ground."""

DEM_MARGIN = 0.004
"""Degrees of elevation model around the image, so that no pixel of the image lies at its edge."""

OPTIONS = {"driver": "GTiff", "compress": "deflate", "predictor": 2, "zlevel": 9, "tiled": True, "blockxsize": 256, "blockysize": 256}


def cut_image(scene: Path, output: Path) -> tuple[float, float, float, float]:
    """Write the crop of the scene; return its bounds in degrees."""
    with rasterio.open(scene) as source:
        pixels = source.read(window=IMAGE_WINDOW)
        transform = source.window_transform(IMAGE_WINDOW)
        crs = source.crs
    # The scene says that 0 is "no data", but its contrast was stretched until shaded forest and deep water fell to 0: two thirds
    # of its pixels have a 0 in some band, and none of those in this window is missing. The tag would blank them all, so it is left
    # out. Nor is the crop called a red-green-blue picture, as the scene is: its bands are what their descriptions say.
    _, height, width = pixels.shape
    with rasterio.open(
        output,
        "w",
        width=width,
        height=height,
        count=3,
        dtype="uint8",
        crs=crs,
        transform=transform,
        photometric="MINISBLACK",
        interleave="pixel",
        **OPTIONS,
    ) as target:
        target.write(pixels)
        target.descriptions = ("nir", "red", "green")
        left, bottom, right, top = target.bounds
    bounds: tuple[float, float, float, float] = transform_bounds(crs, "EPSG:4326", left, bottom, right, top)
    return bounds


def cut_dem(tile: Path, bounds: tuple[float, float, float, float], output: Path) -> None:
    """Write the part of the SRTM tile that covers `bounds` (degrees) and a margin."""
    west, south, east, north = bounds
    with rasterio.open(tile) as source:
        window = from_bounds(west - DEM_MARGIN, south - DEM_MARGIN, east + DEM_MARGIN, north + DEM_MARGIN, source.transform)
        window = window.round_offsets().round_lengths().intersection(Window(0, 0, source.width, source.height))
        elevations = source.read(1, window=window)
        profile = {
            "width": elevations.shape[1],
            "height": elevations.shape[0],
            "count": 1,
            "dtype": source.dtypes[0],
            "crs": source.crs,
            "transform": source.window_transform(window),
            "nodata": source.nodata,
        }
        tags = {name: value.strip() for name, value in source.tags().items()}
        if np.any(elevations == source.nodata):
            raise SystemExit(f"{tile} has voids where the sample lies; is it the void-filled SRTM 1 arc-second tile n37_w123?")
    with rasterio.open(output, "w", **profile, **OPTIONS) as target:
        target.write(elevations, 1)
        target.update_tags(**tags)
        target.set_band_unit(1, "m")
        target.set_band_description(1, "elevation")


def main() -> None:
    parser = argparse.ArgumentParser(description="Cut the sample out of an SRTM 1 arc-second tile and a Landsat-7 scene.")
    parser.add_argument("srtm", type=Path, help="SRTM 1 arc-second, tile n37_w123 (GeoTIFF)")
    parser.add_argument("landsat", type=Path, help="Landsat-7 scene of the San Francisco Bay, NIR-R-G, EPSG:3857, 30 units a pixel")
    parser.add_argument("folder", type=Path, nargs="?", default=Path(__file__).resolve().parent.parent / "resources" / "sample")
    arguments = parser.parse_args()
    bounds = cut_image(arguments.landsat, arguments.folder / "marin_landsat7_nir_r_g.tif")
    cut_dem(arguments.srtm, bounds, arguments.folder / "marin_srtm_1arcsec.tif")


if __name__ == "__main__":
    main()
