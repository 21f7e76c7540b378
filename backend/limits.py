"""What GDAL and PROJ are told, before they are loaded, to leave alone in this process: networks, and descriptions of other files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

_FETCHED = re.compile(r"\bvsi(curl|s3|gs|az|adls|oss|swift|hdfs|webhdfs)(_streaming)?[/?]|\b(https?|ftp|s3|gs|az)://", re.IGNORECASE)
# Raster.__init__ asks for the formats that it wants. What GDAL opens on its own behalf, for a mosaic, it finds among all that it has.
_SKIPPED = (
    "DAAS DERIVED DIMAP EEDA EEDAI GML GMLAS GTI HTTP KML KMLSUPEROVERLAY LIBKML MRF OGCAPI PDF PDS4 PLMOSAIC PLSCENES RS2 Rasterlite "
    "SAFE SENTINEL2 STACIT STACTA TSX WCS WFS WMS WMTS Zarr"
)
_ALWAYS = {
    "GDAL_SKIP": _SKIPPED.replace(" ", ","),
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "CPL_ALLOW_VSISTDIN": "NO",
    "PROJ_NETWORK": "OFF",
}
_ADDRESS = "CPL_VSIL_CURL_ALLOWED_FILENAME"
_NO_ADDRESS = "none of them"


def set_limits(words: Iterable[str]) -> None:
    """Sets them; the network stays open where one of the user's `words` names an address."""
    os.environ.update(_ALWAYS)
    if not any(fetched(word) and not Path(word).exists() for word in words):
        # Of all addresses, GDAL may fetch the one that is called so.
        os.environ[_ADDRESS] = _NO_ADDRESS
    elif os.environ.get(_ADDRESS) == _NO_ADDRESS:
        # From a process that set its own limits, and started this one.
        del os.environ[_ADDRESS]


def fetched(text: str) -> str:
    """How `text` says that something lies on a network ("https://"), or nothing."""
    found = _FETCHED.search(text)
    return found.group() if found else ""


def is_mosaic(name: str) -> bool:
    """Whether the name says that the file is a list of other files (VRT)."""
    return name.lower().endswith(".vrt")
