"""Formats of rasters that are opened: those that hold elevations or images.

A file from a stranger can be a description that makes GDAL open other files, and fetch some from a network: the XML of a map server,
the index of a product, a mosaic (VRT). A mosaic is opened where its name says that it is one, and where it is one of this machine's files;
backend/mosaics.py looks at what it says.
"""

from __future__ import annotations

import rasterio
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader

from backend.limits import is_mosaic

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


def open_raster(name: str) -> DatasetReader:
    """The raster of this name: a file's, GDAL's for one inside of a file, an address. Raises RasterioError, OSError."""
    # Some formats hold neither CRS nor nodata: they stand beside, in NAME.aux.xml, which a run does not write but has to read.
    # Of GeoTIFFs of before 2019, and of HGT, GDAL keeps what heights count from to itself unless it is asked.
    with rasterio.Env(GDAL_PAM_ENABLED="YES", GTIFF_REPORT_COMPD_CS="YES", REPORT_COMPD_CS="YES") as env:
        known = env.drivers().keys()
        allowed = FORMATS | {_MOSAIC} if is_mosaic(name) else FORMATS
        # Not rasterio.open: it takes one driver only.
        return DatasetReader(f"/vsicurl/{name}" if name.startswith(_ADDRESSES) else name, driver=sorted(allowed & known))


def opens_as_mosaic(name: str) -> bool:
    """Whether GDAL takes what is called so, and is no file of its own, for a mosaic."""
    try:
        with DatasetReader(name, driver=[_MOSAIC]):
            return True
    except (RasterioError, OSError):
        return False
