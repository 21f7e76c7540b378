"""Draw the hillshade of a coarse elevation model (resampled by cubic convolution) beside that of a finer one, under the same light.

    python scripts/hillshade_pair.py COARSE FINE PICTURE.png [--centre X,Y] [--size METRES] [--title TEXT]

Both are drawn on the fine model's grid, in the same grey range, from the light that maps usually have (north-west, 45 degrees high).
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform
from rasterio.windows import Window

AZIMUTH, ALTITUDE = 315.0, 45.0


def hillshade(elevation: NDArray[np.floating], dx: float, dy: float) -> NDArray[np.floating]:
    """Brightness, 0..1, of each pixel of `elevation` (metres, north up, `dx` and `dy` metres a pixel); NaN stays NaN."""
    down, right = np.gradient(elevation)
    east, north = right / dx, -down / dy
    azimuth, altitude = math.radians(AZIMUTH), math.radians(ALTITUDE)
    light = math.sin(altitude) - math.cos(altitude) * (math.sin(azimuth) * east + math.cos(azimuth) * north)
    return np.clip(light / np.sqrt(1 + east**2 + north**2), 0, 1)


def ground_pixel(dataset: rasterio.DatasetReader) -> tuple[float, float]:
    """Width and height of a pixel in the middle of the raster, in metres on the ground."""
    x, y = dataset.xy(dataset.height // 2, dataset.width // 2)
    (lon0, lon1, lon2), (lat0, lat1, lat2) = transform(
        dataset.crs, "EPSG:4326", [x, x + dataset.transform.a, x], [y, y, y + dataset.transform.e]
    )
    per_degree = 111_320.0
    shrink = math.cos(math.radians(lat0))
    return (
        math.hypot((lon1 - lon0) * shrink, lat1 - lat0) * per_degree,
        math.hypot((lon2 - lon0) * shrink, lat2 - lat0) * per_degree,
    )


def draw(coarse: Path, fine: Path, picture: Path, centre: tuple[float, float] | None, size: float | None, title: str) -> None:
    """Write the picture; `centre` is in the fine raster's CRS, `size` the edge of the part shown, in metres."""
    with rasterio.open(fine) as target, rasterio.open(coarse) as source:
        dx, dy = ground_pixel(target)
        source_dx, source_dy = ground_pixel(source)
        row, column = target.height / 2, target.width / 2
        if centre is not None:
            row, column = target.index(*centre)
        width = target.width if size is None else min(target.width, round(size / dx))
        height = target.height if size is None else min(target.height, round(size / dy))
        left = int(np.clip(column - width / 2, 0, target.width - width))
        top = int(np.clip(row - height / 2, 0, target.height - height))
        window = Window(left, top, width, height)
        after = target.read(1, window=window, masked=True).astype("float64").filled(np.nan)
        grid = {"crs": target.crs, "transform": target.transform, "width": target.width, "height": target.height}
        nodata = -32768.0 if source.nodata is None else source.nodata
        with WarpedVRT(source, resampling=Resampling.cubic, dtype="float32", nodata=nodata, **grid) as upsampled:
            before = upsampled.read(1, window=window, masked=True).astype("float64").filled(np.nan)

    shades = [hillshade(before, dx, dy), hillshade(after, dx, dy)]
    low, high = np.nanpercentile(np.concatenate([shade.ravel() for shade in shades]), [0.5, 99.5])
    extent = (0, width * dx / 1000, 0, height * dy / 1000)
    figure, axes = plt.subplots(1, 2, figsize=(15, 6.5 * height * dy / (width * dx) + 0.9), sharex=True, sharey=True, layout="constrained")
    labels = [
        f"input, {source_dx:.0f} by {source_dy:.0f} m, cubic resampling to {dx:.1f} m",
        f"result, {dx:.1f} m",
    ]
    for axis, shade, label in zip(axes, shades, labels, strict=True):
        image = axis.imshow(shade, cmap="gray", vmin=low, vmax=high, extent=extent, interpolation="nearest")
        axis.set_title(label)
        axis.set_xlabel("east, km")
    axes[0].set_ylabel("north, km")
    figure.colorbar(image, ax=axes, label=f"brightness (light from {AZIMUTH:.0f}°, {ALTITUDE:.0f}° high)", shrink=0.8)
    figure.suptitle(title)
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=110)
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw hillshades of a coarse elevation model (cubic) and a finer one side by side.")
    parser.add_argument("coarse", type=Path)
    parser.add_argument("fine", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--centre", metavar="X,Y", help="middle of the part to show, in the fine raster's CRS (default: its middle)")
    parser.add_argument("--size", type=float, metavar="METRES", help="edge of the part to show (default: all)")
    parser.add_argument("--title", help="heading (default: the fine raster's file name)")
    arguments = parser.parse_args()
    centre = None
    if arguments.centre:
        x, y = arguments.centre.split(",")
        centre = (float(x), float(y))
    draw(arguments.coarse, arguments.fine, arguments.picture, centre, arguments.size, arguments.title or arguments.fine.name)


if __name__ == "__main__":
    main()
