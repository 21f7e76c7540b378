"""The version is the one that metadata.txt states; nothing else in the project writes one down."""

from __future__ import annotations

import configparser
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""Folder of the plugin: metadata.txt, backend/ and resources/ lie in it."""


@cache
def version() -> str:
    """Version of the plugin and its backend, `MAJOR.MINOR.PATCH`."""
    metadata = configparser.ConfigParser(interpolation=None)
    metadata.read(ROOT / "metadata.txt", encoding="utf-8")
    return metadata["general"]["version"]
