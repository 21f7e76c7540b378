"""What GDAL and PROJ are told, before they are loaded, to leave alone in this process: networks, and descriptions of other files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

_FETCHED = re.compile(r"\bvsi(curl|s3|gs|az|adls|oss|swift|hdfs|webhdfs)(_streaming)?[/?]|\b(https?|ftp|s3|gs|az)://", re.IGNORECASE)
# Raster.__init__ asks for the formats that it wants. What GDAL opens on its own behalf, for a mosaic or for what stands beside a file, it
# finds among all that it has: a test sees to that no other is left (test_no_other_format_is_there).
_SKIPPED = (
    "ACE2 ADRG AVCBin AVCE00 AirSAR BAG BIGGIF BLX BSB BYN CALS CEOS COASP COSAR CPG CTG CTable2 DAAS DERIVED DIMAP DIPEx DOQ1 "
    "DOQ2 ECRGTOC EEDA EEDAI EIR ELAS ESAT ESRIC ESRIJSON FAST FIT GFF GIF GML GMLAS GNMDatabase GNMFile GRIB GSC GTI GTX GXF "
    "GenBin GeoJSON GeoJSONSeq HDF5 HDF5Image HF2 HTTP ILWIS IRIS ISCE ISG ISIS2 ISIS3 JAXAPALSAR JDEM KML KMLSUPEROVERLAY KRO L1B "
    "LAN LCP LIBKML LOSLAS Leveller MAP MBTiles MFF MFF2 MRF MSGN MVT NDF NGSGEOID NITF NOAA_B NSIDCbin NTv2 NWT_GRC OGCAPI OSM "
    "OZI PAux PDF PDS PDS4 PLMOSAIC PLSCENES PNM PRF R RIK RMF ROI_PAC RPFTOC RRASTER RS2 Rasterlite S102 S104 S111 SAFE SAR_CEOS "
    "SDTS SENTINEL2 SGI SIGDEM SNAP_TIFF SNODAS SQLite SRP STACIT STACTA TGA TIL TSX Terragen TopoJSON VICAR WCS WFS WMS WMTS XPM "
    "Zarr"
)
_SKIPPED_TOO = ("ESRI Shapefile",)
_MOSAIC = "VRT"
_ALWAYS = {
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "CPL_ALLOW_VSISTDIN": "NO",
    "PROJ_NETWORK": "OFF",
}
_ADDRESS = "CPL_VSIL_CURL_ALLOWED_FILENAME"
_NO_ADDRESS = "none of them"
_PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY")
_EXCEPTIONS = ("no_proxy", "NO_PROXY")
_NO_PROXY = "http://127.0.0.1:1"
"""Where nobody listens. The library of netCDF fetches by itself, and asks these variables only."""


def set_limits(words: Iterable[str]) -> None:
    """Sets them; the network stays open where one of the user's `words` names an address, and mosaics where one names one."""
    words = tuple(words)
    os.environ.update(_ALWAYS)
    skipped = [*_SKIPPED.split(), *_SKIPPED_TOO, *(() if any(map(is_mosaic, words)) else (_MOSAIC,))]
    os.environ["GDAL_SKIP"] = ",".join(skipped)
    if not any(fetched(word) and not os.path.exists(word) for word in words):
        # Of all addresses, GDAL may fetch the one that is called so.
        os.environ[_ADDRESS] = _NO_ADDRESS
        os.environ.update(dict.fromkeys(_PROXIES, _NO_PROXY) | dict.fromkeys(_EXCEPTIONS, ""))
    elif os.environ.get(_ADDRESS) == _NO_ADDRESS:
        # From a process that set its own limits, and started this one.
        for name in (_ADDRESS, *_PROXIES, *_EXCEPTIONS):
            os.environ.pop(name, None)


def fetched(text: str) -> str:
    """How `text` says that something lies on a network ("https://"), or nothing."""
    found = _FETCHED.search(text)
    return found.group() if found else ""


def is_mosaic(name: str) -> bool:
    """Whether the name says that the file is a list of other files (VRT)."""
    return name.lower().endswith(".vrt")


def is_local(name: str) -> bool:
    """Whether a name is that of a file of this machine for this process too, and not one that GDAL alone understands (/vsizip/...,
    NETCDF:...)."""
    return not name.startswith("/vsi") and ":" not in name[2:]
