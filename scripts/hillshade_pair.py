"""Draw the hillshade of a coarse elevation model (resampled by cubic convolution) beside that of a finer one, under the same light.

    python scripts/hillshade_pair.py COARSE FINE PICTURE.png [--centre X,Y] [--size METRES] [--title TEXT]

Both are drawn on the fine model's grid, in the same grey range, from the light that maps usually have (north-west, 45 degrees high).
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from backend.grid import ground_edges  # noqa: E402
from backend.metrics import terrain  # noqa: E402


def hillshade(elevation: NDArray[np.floating], dx: float, dy: float) -> NDArray[np.floating]:
    """Brightness, 0..1, of the inner pixels of `elevation` (metres, north up, `dx` and `dy` metres a pixel); NaN stays NaN."""
    return terrain.hillshade(*terrain.gradient(elevation, dx, dy))


def ground_pixel(dataset: rasterio.DatasetReader) -> tuple[float, float]:
    """Width and height of a pixel in the middle of the raster, in metres on the ground."""
    across, down = ground_edges(dataset.crs.to_wkt(), dataset.transform, dataset.width / 2, dataset.height / 2)
    return math.hypot(*across), math.hypot(*down)


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
    figure.colorbar(image, ax=axes, label=f"brightness (light from {terrain.SUN[0]:.0f}°, {terrain.SUN[1]:.0f}° high)", shrink=0.8)
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
