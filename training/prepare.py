"""Makes training data of rasters: reads an area list, checks it, writes one folder with a manifest.

    python -m training.prepare --areas training/configs/areas.toml --root RASTERS

The list (TOML) holds `[[area]]` tables: `name`, `split` (train, validation, test), `dem`; optional `guide` with `guide_bands` (NIR, R,
G, from 1), `mask` (0: unknown), `keep` and `leave_out` (rectangles xmin, ymin, xmax, ymax in the DEM's CRS, to split one raster by
area); `licence` and `attribution` of the data. Paths are relative to --root. Rasters of one area share one grid.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import Geod
from rasterio.errors import RasterioIOError
from rasterio.warp import transform as transform_points
from rasterio.windows import Window, from_bounds

from training.data.areas import MANIFEST, SPLITS, Area, save_area
from training.errors import DataError


def ground_size(raster: rasterio.DatasetReader) -> tuple[float, float]:
    """Width and height of the central pixel on the ground, metres, along the WGS 84 ellipsoid."""
    row, column = raster.height / 2, raster.width / 2
    x, y = zip(raster.transform @ (column, row), raster.transform @ (column + 1, row), raster.transform @ (column, row + 1), strict=True)
    longitudes, latitudes = transform_points(raster.crs, "EPSG:4326", x, y)[:2]
    geod = Geod(ellps="WGS84")
    _, _, (dx, dy) = geod.inv([longitudes[0]] * 2, [latitudes[0]] * 2, longitudes[1:3], latitudes[1:3])
    return float(dx), float(dy)


def read_area(entry: dict[str, Any], root: Path) -> tuple[Area, dict[str, str]]:
    """One area of the list and the sha256 of each of its files. Raises DataError where something does not fit."""
    name = str(entry.get("name", "?"))
    if entry.get("split") not in SPLITS:
        raise DataError(f"Area {name}: split is {entry.get('split')!r}.", f"Write one of {', '.join(SPLITS)}.")
    hashes = {}

    def opened(key: str) -> rasterio.DatasetReader:
        path = root / entry[key]
        if not path.is_file():
            raise DataError(f"Area {name}: {path} does not exist.", "Correct the path, or --root.")
        hashes[str(entry[key])] = hashlib.sha256(path.read_bytes()).hexdigest()
        try:
            return rasterio.open(path)
        except RasterioIOError as error:
            raise DataError(f"Area {name}: {path} cannot be read as a raster ({error}).", "Give a GeoTIFF.") from error

    with opened("dem") as raster:
        if raster.crs is None:
            raise DataError(f"Area {name}: {entry['dem']} has no CRS.", "Assign one with 'rio edit-info --crs'.")
        if raster.units[0] not in (None, "", "m", "metre", "meter"):
            raise DataError(f"Area {name}: elevations are in {raster.units[0]!r}.", "Convert them to metres first.")
        window = Window(0, 0, raster.width, raster.height)
        if "keep" in entry:
            window = from_bounds(*entry["keep"], transform=raster.transform).intersection(window).round_offsets().round_lengths()
        grid = (raster.crs, raster.transform, raster.shape)
        dem = raster.read(1, window=window, masked=True).astype(np.float32).filled(np.nan)
        if "leave_out" in entry:
            out = from_bounds(*entry["leave_out"], transform=raster.transform).intersection(Window(0, 0, raster.width, raster.height))
            rows, columns = out.round_offsets().round_lengths().toslices()
            whole = np.zeros(raster.shape, bool)
            whole[rows, columns] = True
            dem[whole[window.toslices()]] = np.nan
        dx, dy = ground_size(raster)

    def same_grid(other: rasterio.DatasetReader, key: str) -> None:
        if other.shape != grid[2] or other.crs != grid[0] or not other.transform.almost_equals(grid[1], 1e-3 * abs(grid[1].a)):
            raise DataError(f"Area {name}: {entry[key]} is not on the DEM's grid.", "Warp it onto that grid first (rio warp --like).")

    if "mask" in entry:
        with opened("mask") as raster:
            same_grid(raster, "mask")
            dem[raster.read(1, window=window) == 0] = np.nan
    guide = None
    if "guide" in entry:
        with opened("guide") as raster:
            same_grid(raster, "guide")
            bands = list(entry.get("guide_bands", (1, 2, 3)))
            guide = scale_guide(raster.read(bands, masked=True))[(slice(None), *window.toslices())]
    return Area(name, entry["split"], dem, guide, dx, dy), hashes


def scale_guide(bands: np.ma.MaskedArray[Any, Any]) -> NDArray[np.float32]:
    """Each band of a whole scene by its 2nd and 98th percentile to 0..1, NaN where no band is known: (3, H, W).

    Where 0 means "no data", a shaded slope or deep water is often 0 in one band: that is darkness, not a gap.
    """
    unknown = np.ma.getmaskarray(bands).all(axis=0) | (bands.filled(0) == 0).all(axis=0)
    image = np.asarray(bands.filled(0), np.float32)
    for band in image:
        low, high = np.percentile(band[~unknown], (2, 98))
        band[...] = (band - low) / max(high - low, 1e-6)
    image[:, unknown] = np.nan
    return np.asarray(image, np.float32)


def prepare(areas_file: Path, root: Path, out: Path) -> list[dict[str, Any]]:
    """Writes all areas of a list into `out`; returns the manifest's entries."""
    entries = tomllib.loads(areas_file.read_text(encoding="utf-8")).get("area", [])
    names = [entry.get("name") for entry in entries]
    if not entries or len(set(names)) < len(names):
        raise DataError(f"{areas_file} lists no areas, or two of one name.", "Give each [[area]] a name of its own.")
    out.mkdir(parents=True, exist_ok=True)
    manifest = []
    for number, entry in enumerate(entries, start=1):
        area, hashes = read_area(entry, root)
        manifest.append(
            save_area(area, out) | {"sha256": hashes, "licence": entry.get("licence", ""), "attribution": entry.get("attribution", "")}
        )
        print(
            f"{number:3}/{len(entries)} {area.name:28} {area.split:10} "
            f"{area.dem.shape[1]}x{area.dem.shape[0]} px of {area.pixel_size:.1f} m",
            flush=True,
        )
    (out / MANIFEST).write_text(json.dumps({"format": 1, "areas": manifest}, indent=1))
    return manifest


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.prepare", description="Makes training data of rasters.")
    parser.add_argument("--areas", type=Path, required=True, help="list of areas (TOML)")
    parser.add_argument("--root", type=Path, default=Path(), help="folder that the list's paths start from")
    parser.add_argument("--out", type=Path, default=Path("runs/data"), help="folder to write (runs/data)")
    options = parser.parse_args(arguments)
    try:
        prepare(options.areas, options.root, options.out)
    except DataError as error:
        print(f"{error}\n{error.hint}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
