"""Formats of rasters that are opened: those that hold elevations or images.

A file from a stranger can be a description that makes GDAL open other files, and fetch some from a network: the XML of a map server,
the index of a product, a mosaic (VRT). A mosaic is opened where its name says that it is one, and where it is one of this machine's files.
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator

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
_SOURCE = re.compile(r"<(\w+)Source\b[^>]*>(.*?)</\1Source>", re.DOTALL)
_FILE = re.compile(r"<SourceFilename([^>]*)>([^<]*)<")
_RELATIVE = re.compile(r"relativeToVRT\s*=\s*[\"']1")
_RECTANGLE = re.compile(r'<DstRect xOff="([^"]*)" yOff="([^"]*)" xSize="([^"]*)" ySize="([^"]*)"')
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
    if found := next(filter(None, map(fetched, _PART.findall(_description(path)))), ""):
        raise InputError(
            "not-a-raster",
            f"{role}, {path}, has parts that lie on a network ({found}).",
            "Save it as a GeoTIFF, or name the address of one raster yourself.",
        )


def parts(path: str) -> Iterator[tuple[list[str], tuple[float, float, float, float]]]:
    """The files of this machine that a mosaic is put together of: the names that each may have, and the columns and rows of the mosaic
    that it covers, as left, top, right, bottom."""
    # Of a mosaic that is a link, GDAL looks beside what it leads to.
    beside = [os.path.dirname(path), os.path.dirname(os.path.realpath(path))]
    for found in _SOURCE.finditer(_description(path)):
        file, rectangle = _FILE.search(found[2]), _RECTANGLE.search(found[2])
        if not file or not rectangle:
            continue
        name = html.unescape(file[2])
        if not name or "\ufffd" in name or name.startswith("/vsi") or ":" in name[2:]:
            continue
        try:
            left, top, width, height = map(float, rectangle.groups())
        except ValueError:
            continue
        yield (
            [os.path.join(folder, name) for folder in (beside if _RELATIVE.search(file[1]) else [""])],
            (left, top, left + width, top + height),
        )


def _description(path: str) -> str:
    """That of a mosaic; nothing where it is in an archive, or gone: GDAL says so."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(_CHARACTERS)
    except OSError:
        return ""
