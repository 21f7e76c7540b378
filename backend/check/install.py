"""The packages that the backend needs: whether they load, and whether GDAL and PROJ find their own data.

Imports nothing heavy at its top: that a package does not load is to be said in a sentence.
"""

from __future__ import annotations

import importlib
import platform

from backend.errors import CheckError
from backend.info import packages

NEEDED = ("numpy", "pyproj", "rasterio", "onnx", "onnxruntime")
REPORTED = ("numpy", "rasterio", "pyproj", "onnx", "onnxruntime", "onnxruntime-gpu", "torch")
AGAIN = "Install the backend's packages again (in QGIS: 'Set up backend' with the action repair)."


def require_packages() -> None:
    """Loads NEEDED. Raises CheckError (`install-broken`) for the first that does not load, whatever it dies of."""
    for name in NEEDED:
        try:
            importlib.import_module(name)
        except Exception as error:
            lines = str(error).strip().splitlines()
            said = lines[-1].rstrip(".") if lines else type(error).__name__
            raise CheckError("install-broken", f"The package {name} does not load ({said}).", AGAIN) from error


def versions() -> dict[str, str]:
    """Name to version: the packages of REPORTED that are installed, GDAL and PROJ as rasterio brings them, and Python."""
    import rasterio

    return {"python": platform.python_version(), **packages(REPORTED), "gdal": rasterio.__gdal_version__, "proj": rasterio.__proj_version__}


def require_rasters() -> None:
    """Writes a small GeoTIFF to memory, reads it again, and transforms a point. Raises CheckError (`install-broken`).

    On the central meridian of a UTM zone the easting is 500,000 m by definition, and on the equator the northing is 0."""
    import numpy as np
    import rasterio
    from pyproj import Transformer
    from rasterio.io import MemoryFile

    values = np.arange(48 * 64, dtype=np.float32).reshape(48, 64) / np.float32(7)
    try:
        east, north = Transformer.from_crs(4326, 32610, always_xy=True).transform(-123.0, 0.0)
        profile = {"driver": "GTiff", "width": 64, "height": 48, "count": 1, "dtype": "float32", "crs": "EPSG:32610", "compress": "deflate"}
        with rasterio.Env(), MemoryFile() as file:
            with file.open(**profile, transform=rasterio.Affine(30, 0, 500_000, 0, -30, 4_000_000)) as written:
                written.write(values, 1)
            with file.open() as raster:
                same = np.array_equal(raster.read(1), values) and raster.crs.to_epsg() == 32610
    except Exception as error:  # GDAL, PROJ and their Python faces share no base class.
        raise CheckError("install-broken", f"Rasters or coordinates cannot be handled ({error}).", AGAIN) from error
    if not same:
        raise CheckError("install-broken", "A GeoTIFF does not read as it was written.", AGAIN)
    if not (abs(east - 500_000) < 1e-3 and abs(north) < 1e-3):
        raise CheckError("install-broken", f"PROJ puts longitude -123, latitude 0 at {east:.3f}, {north:.3f} in UTM zone 10.", AGAIN)
