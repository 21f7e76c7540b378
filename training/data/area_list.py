"""An area list is a TOML file that says which rasters show which ground, and what each piece of ground is for."""

from __future__ import annotations

import re
import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from backend.grid import Bounds
from training.data.areas import SPLITS, Split
from training.errors import DataError
from training.text import read_text


@dataclass(frozen=True)
class Entry:
    """One `[[area]]` of a list.

    `dem`: the reference. `coarse`: a real coarse DEM of the same ground. `guide`: an image of it, with `guide_bands` (NIR, R, G, counted
    from 1) where the file does not say which they are. `mask`: 0 where the reference is not to be used. All of them may lie on grids and in
    CRSs of their own; paths are relative to a folder that is given later. `keep`, `leave_out`: rectangles xmin, ymin, xmax, ymax in the
    DEM's CRS, to split one raster by area. `coregister`: shift the coarse DEM onto the reference first. `artefacts`: a hillshade of the
    reference shows what no ground has, of its sensor or of a resampling; a network is to make it finer as any other, but not to expect
    such errors of itself.
    """

    name: str
    split: Split
    dem: str
    coarse: str | None = None
    guide: str | None = None
    guide_bands: tuple[int, ...] | None = None
    mask: str | None = None
    keep: Bounds | None = None
    leave_out: tuple[Bounds, ...] = ()
    coregister: bool = False
    artefacts: bool = False
    licence: str = ""
    attribution: str = ""

    def to_dict(self) -> dict[str, Any]:
        """What was given, for the manifest."""
        return {key: value for key, value in asdict(self).items() if value not in (None, (), "", False)}


def read_list(path: Path) -> list[Entry]:
    """The areas of a list. Raises DataError where one does not fit."""
    text = read_text(path, "Name a list of areas such as training/configs/areas.toml.", DataError)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        hint = "Compare it with training/configs/areas.toml; a path with backslashes stands in single quotes, 'C:\\dem.tif'."
        raise DataError(f"{path} is no TOML: {error}.", hint) from error
    if unknown := values.keys() - {"area"}:
        raise DataError(
            f"{path} has {', '.join(sorted(unknown))} beside its areas.", "Begin each area with [[area]]; nothing else is read."
        )
    tables = values.get("area", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise DataError(f"{path} has an [area] that is no list.", "Begin each area with [[area]].")
    entries = [_entry(table) for table in tables]
    names = [entry.name for entry in entries]
    if not entries:
        raise DataError(f"{path} lists no areas.", "Begin each with [[area]].")
    lower = [name.casefold() for name in names]
    if twice := sorted(name for name in names if lower.count(name.casefold()) > 1):
        hint = "Give each [[area]] a name of its own; files are named after it, and some systems do not tell capitals from small letters."
        raise DataError(f"{path} has two areas of the name {twice[0]}.", hint)
    return entries


def _entry(table: dict[str, Any]) -> Entry:
    name = table.get("name")
    if name is None:
        raise DataError("An area has no name.", 'Write name = "..." under each [[area]].')
    if not isinstance(name, str) or not re.fullmatch(r"\w[\w.-]{0,63}", name):
        hint = "A name is made of at most 64 letters, digits, '_', '-' and '.', without blanks; files are named after it."
        raise DataError(f"An area is named {name!r}.", hint)
    if table.get("split") not in SPLITS:
        raise DataError(f"Area {name}: split is {table.get('split')!r}.", f"Write one of {', '.join(SPLITS)}.")
    known = {field.name: field for field in fields(Entry)}
    if unknown := table.keys() - known.keys():
        raise DataError(f"Area {name}: nobody knows {', '.join(sorted(unknown))}.", f"Keys are {', '.join(known)}.")
    if not isinstance(table.get("dem"), str) or not table["dem"]:
        raise DataError(f"Area {name} has no dem.", "Name the reference DEM: dem = 'FILE'.")
    for key in ("coarse", "guide", "mask", "licence", "attribution"):
        if not isinstance(table.get(key, ""), str):
            raise DataError(f"Area {name}: {key} is {table[key]!r}.", "Write it in quotes.")
    for key in ("coregister", "artefacts"):
        if not isinstance(table.get(key, False), bool):
            raise DataError(f"Area {name}: {key} is {table[key]!r}.", "Write true or false.")
    values = dict(table)
    if "guide_bands" in table:
        bands = table["guide_bands"]
        if not (isinstance(bands, list) and len(bands) == 3 and all(type(band) is int for band in bands) and len(set(bands)) == 3):
            raise DataError(f"Area {name}: guide_bands is {bands!r}.", "Write the numbers of NIR, R and G: guide_bands = [4, 3, 2].")
        values["guide_bands"] = tuple(bands)
        if "guide" not in table:
            raise DataError(f"Area {name} has guide_bands, but no guide.", "Name the image, or remove guide_bands.")
    if "keep" in table:
        values["keep"] = _rectangle(name, "keep", table["keep"])
    if "leave_out" in table:
        given = table["leave_out"]
        several = isinstance(given, list) and given and isinstance(given[0], list)
        values["leave_out"] = tuple(_rectangle(name, "leave_out", one) for one in (given if several else [given]))
    if values.get("coregister") and "coarse" not in values:
        raise DataError(f"Area {name} is to be coregistered, but has no coarse DEM.", "Name one, or remove coregister.")
    return Entry(**values)


def _rectangle(name: str, key: str, value: Any) -> Bounds:
    numbers = isinstance(value, list) and len(value) == 4 and all(isinstance(v, int | float) for v in value)
    if not numbers or not (value[0] < value[2] and value[1] < value[3]):
        raise DataError(f"Area {name}: {key} is {value!r}.", "Write [xmin, ymin, xmax, ymax] in the DEM's CRS.")
    return float(value[0]), float(value[1]), float(value[2]), float(value[3])
