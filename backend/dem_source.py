"""Which DEM it is says how wrong it is expected to be: one standard deviation of its vertical error, in metres."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backend.errors import InputError
from backend.grid import LONGITUDES_AND_LATITUDES, Grid


@dataclass(frozen=True)
class DemSource:
    """`error` in metres, `reference` says where it was measured or promised, `pattern` finds it in file names and metadata."""

    name: str
    title: str
    error: float
    reference: str
    pattern: str


# A promised 90 % linear error is 1.645 standard deviations. The order counts: a NASADEM file may name SRTM in its metadata.
SOURCES = {
    source.name: source
    for source in (
        DemSource(
            "nasadem",
            "NASADEM",
            5.0,
            "Mean absolute error 3.1 m (of a normal error: 3.9 m) against lidar in Mexico, Carrera-Hernández 2021, pii S0034425721001929; "
            "RMSE 6.6 m against ICESat-2 in China, Li et al. 2022, doi:10.1080/17538947.2022.2094002",
            r"nasadem",
        ),
        DemSource(
            "glo30",
            "Copernicus GLO-30",
            2.4,
            "Absolute vertical accuracy better than 4 m (90 % linear error), Copernicus DEM Product Handbook",
            r"copernicus[ _-]*(?:dem|dsm)|glo[ _-]?30|(?<![a-z])cop[ _-]?(?:dems?|30m?)(?![a-z])",
        ),
        DemSource(
            "aster",
            "ASTER GDEM",
            8.7,
            "17 m at 95 % confidence, ASTER Global DEM Version 2 - Summary of Validation Results, Tachikawa et al. 2011",
            r"astgtm|(?<![a-z])aster(?:[ _-]*g?dem|(?![a-z]))",
        ),
        DemSource(
            "alos",
            "ALOS AW3D30",
            5.0,
            "5 m (1 standard deviation), ALOS World 3D - 30 m product specification, JAXA",
            r"aw3d|alpsmlc|(?<![a-z])alos(?![a-z])",
        ),
        DemSource(
            "lidar",
            "Lidar or photogrammetry",
            0.1,
            "0.10 m RMSE, quality level 2 of the USGS Lidar Base Specification",
            # Airborne laser scanning; a small "als" is a word of German and Dutch, unless it is part of a file's name.
            r"(?<!so)lidar|(?-i:(?<![A-Za-z])ALS(?![A-Za-z]))|(?:^|[_-])als(?=[_.-])",
        ),
        DemSource(
            "srtm",
            "SRTM",
            6.0,
            "90 % linear error 5.6 m (Africa) to 9.0 m (North America), Rodríguez et al. 2006, doi:10.14358/PERS.72.3.249; "
            "RMSE 6.1 m against USGS 3DEP over San Francisco",
            r"srtm|[ns]\d{2}_?[ew]\d{3}(?:_1arc_v\d|_3arc_v\d|\.hgt)",
        ),
    )
}

NAMES = ("auto", *SOURCES)
TAGS = "SIRAN_"
"""What the names of the metadata begin with that SIRAN writes: of the guide and of the model, which say nothing of heights."""
_PROGRAM = "TIFFTAG_SOFTWARE"
"""What wrote a file: LIDAR360 is no lidar."""
ERROR_TAG = f"{TAGS}DEM_ERROR"
_TRUSTED = "trusted"
HIGHEST_ERROR = 1000.0
UNKNOWN_ERROR = 0.0
"""What is assumed of a DEM that nobody knows: trust it."""
ROUNDING = 0.2
"""Of the step that a DEM's heights are rounded to: told of it, the shipped model is better than cubic on smooth plains, and hardly worse on
hills than told of nothing. Rounding's own standard deviation is 0.29, which costs more there (docs/design.md, benchmarks/rounding.py)."""
SMALLEST_FROM_SPACE = 20.0
"""Metres. The sources above have pixels of 1 arc-second or more, but lidar; a finer DEM was hardly measured from orbit."""


@dataclass(frozen=True)
class DemError:
    """What a DEM's error is expected to be, metres, 1 standard deviation; the name of its source or "", and where that is `known` from,
    or that it is not."""

    metres: float
    source: str
    origin: str
    known: bool = True

    @property
    def note(self) -> str:
        """For ERROR_TAG; `noted` reads it. A 0 alone says nothing: up to 0.3.10 it stood for DEMs of which nothing was known, too."""
        return f"{self.metres:g} m" if self.metres else f"0 m ({_TRUSTED if self.known else 'unknown'})"


def noted(metadata: Mapping[str, str]) -> float | None:
    """The error, metres, that is expected of a result of SIRAN: that of the DEM which it was made from; None for other files, and where
    nothing was known of that DEM either."""
    said = metadata.get(ERROR_TAG, "")
    found = re.fullmatch(r"(\d+(?:\.\d+)?(?:e-?\d+)?) m", said)
    if found and 0 < float(found[1]) <= HIGHEST_ERROR:
        return float(found[1])
    return 0.0 if said == f"0 m ({_TRUSTED})" else None


def noted_by_all(parts: Iterable[Mapping[str, str]]) -> float | None:
    """The error, metres, of a mosaic of results of SIRAN, by the metadata of its files: the largest that is `noted`; None where one of them
    notes none. The first such is the last that is looked at."""
    largest = None
    for metadata in parts:
        error = noted(metadata)
        if error is None:
            return None
        largest = max(error, largest or 0.0)
    return largest


def of_the_ground(tags: Mapping[str, str]) -> list[str]:
    """The tags of a file that may say which DEM it is: not those that SIRAN wrote, nor the name of a program."""
    return [text for name, text in tags.items() if not name.startswith(TAGS) and name != _PROGRAM]


_BESIDE = re.compile(
    r"\b(?:in|void[ -]?|gap[ -]?)?(?:fill\w*|merged?|check\w*|validat\w*|compar\w*|(?:co-?)?register\w*|verif\w*|controlled?|"
    r"align\w*|adjust\w*|(?:geo-?)?referenc\w*|tied|fitted|differ\w*|better|worse|finer|coarser)"
    r"(?: \w+)?? (?:with|by|from|using|against|to|on|than|vs\.?)\b[^.;|]*",
    re.IGNORECASE,
)
"""What a DEM was filled with or held against is another one."""


def _of_itself(metadata: Iterable[str]) -> str:
    return _BESIDE.sub(" ", " ; ".join(metadata))


def recognise(file_name: str, metadata: Iterable[str]) -> DemSource | None:
    """The source that a DEM's metadata name, else the one that its file name does; None where neither does."""
    for text in (_of_itself(metadata), file_name):
        for source in SOURCES.values():
            if re.search(source.pattern, text, re.IGNORECASE):
                return source
    return None


def never_saw(source: DemSource, grid: Grid) -> bool:
    """Whether a DEM lies where a source has none: those of the shuttle reach from 56 degrees south to 60 north, and tiles of the same name
    beyond are made of other DEMs."""
    if source.name not in ("srtm", "nasadem"):
        return False
    try:
        _, south, _, north = grid.bounds(LONGITUDES_AND_LATITUDES)
    except InputError:
        return False
    return not -56 <= (south + north) / 2 <= 60


def recognise_all(file_names: Iterable[str]) -> DemSource | None:
    """The source that the names of all files of a mosaic name; None where one of them names none, or another."""
    found = None
    for name in file_names:
        source = recognise(name, ())
        if source is None or (found is not None and source != found):
            return None
        found = source
    return found


def others(found: DemSource, file_name: str, metadata: Iterable[str]) -> str:
    """Titles of other sources that are named where `found` was, with another error; "" where there are none. A NASADEM is made of SRTM."""
    text = _of_itself(metadata)
    text = text if re.search(found.pattern, text, re.IGNORECASE) else file_name
    named = [source for source in SOURCES.values() if source.error != found.error and re.search(source.pattern, text, re.IGNORECASE)]
    return " and ".join(source.title for source in named if (found.name, source.name) != ("nasadem", "srtm"))
