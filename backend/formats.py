"""Formats of rasters that are opened: those that hold elevations or images.

A file from a stranger can be a description that makes GDAL open other files, and fetch some from a network: the XML of a map server,
the index of a product, a mosaic (VRT). A mosaic is opened where its name says that it is one, and where it is one of this machine's files.
"""

from __future__ import annotations

import re

import rasterio
from rasterio.io import DatasetReader

from backend.errors import InputError
from backend.limits import fetched

FORMATS = frozenset(
    (
        *("AAIGrid", "AIG", "BMP", "BT", "DTED", "EHdr", "ENVI", "ERS", "GPKG", "GRASSASCIIGrid", "GS7BG", "GSAG", "GSBG", "GTiff", "HFA"),
        *("JP2ECW", "JP2KAK", "JP2MrSID", "JP2OpenJPEG", "JPEG", "NWT_GRD", "netCDF", "PCIDSK", "PCRaster", "PNG", "RST", "SAGA"),
        *("SRTMHGT", "USGSDEM", "XYZ", "ZMap"),
    )
)
"""Names of GDAL's drivers."""
HINT = (
    "SIRAN opens GeoTIFF, GeoPackage, netCDF, JPEG 2000, JPEG, PNG, XYZ, HGT, DTED, ERDAS, ENVI, PCI, the grids of ESRI, GRASS, SAGA, "
    "Surfer, IDRISI and PCRaster, and mosaics that are called .vrt; save other rasters as GeoTIFF."
)
_MOSAIC = "VRT"
_ADDRESSES = ("https://", "http://")
_PART = re.compile(r"<(?:Source|Overview|\w*Filename)[^>]*>([^<]*)<")
_CHARACTERS = 64_000_000
"""Of a mosaic's description: a hundred thousand tiles."""


def open_raster(name: str) -> DatasetReader:
    """The raster of this name: a file's, GDAL's for one inside of a file, an address. Raises RasterioError, OSError."""
    # Some formats hold neither CRS nor nodata: they stand beside, in NAME.aux.xml, which a run does not write but has to read.
    with rasterio.Env(GDAL_PAM_ENABLED="YES") as env:
        known = env.drivers().keys()
        allowed = FORMATS | {_MOSAIC} if is_mosaic(name) else FORMATS
        # Not rasterio.open: it takes one driver only.
        return DatasetReader(f"/vsicurl/{name}" if name.startswith(_ADDRESSES) else name, driver=sorted(allowed & known))


def is_mosaic(name: str) -> bool:
    """Whether the name says that the file is a list of other files (VRT)."""
    return name.lower().endswith(".vrt")


def check_mosaic(path: str, role: str) -> None:
    """Raises InputError where a mosaic has parts on a network: the user named the mosaic, not these."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            named = _PART.findall(file.read(_CHARACTERS))
    except OSError:  # in an archive, or gone: GDAL says so
        return
    if found := next(filter(None, map(fetched, named)), ""):
        raise InputError(
            "not-a-raster",
            f"{role}, {path}, has parts that lie on a network ({found}).",
            "Save it as a GeoTIFF, or name the address of one raster yourself.",
        )
