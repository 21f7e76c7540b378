"""An area is a piece of ground with a reference DEM and, where there is one, an image: what `training.prepare` writes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from backend.grid import Grid
from training.data.ground import share_ground
from training.errors import DataError

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")
MANIFEST = "manifest.json"
FORMAT = 4
ROWS = 1024
"""Rows that are looked at at once, where an area may be larger than the memory."""


@dataclass(frozen=True)
class _File:
    """Stands for a mapped array on its way to another process."""

    path: str

    def open(self) -> NDArray[np.float32]:
        """Raises DataError where the file is cut short, or none of NumPy's."""
        try:
            array: NDArray[np.float32] = np.load(self.path, mmap_mode="r")
        except (ValueError, EOFError) as error:
            raise _damaged(self.path) from error
        return array


@dataclass(frozen=True)
class Cells:
    """A real coarse DEM as it is: its own pixels `dem` (h, w), metres, NaN where unknown, on `grid`; the area lies on the grid `area`. Its
    heights are in steps of `step` metres, 0 where they are in none."""

    dem: NDArray[np.float32]
    grid: Grid
    area: Grid
    step: float


@dataclass(frozen=True)
class Area:
    """One area in memory.

    `dem` (H, W) float32 metres, NaN where unknown. `guide` (3, H, W) float32: NIR, R, G, each scaled by its scene's 2nd and 98th
    percentile to 0..1, NaN where unknown; None where there is no image. `dx`, `dy`: pixel width and height on the ground, metres.
    `coarse` (H, W) float32 metres: a real coarse DEM of the same ground, cubic-resampled onto this grid, NaN where unknown; None where
    there is none; `cells` are its own. `coarse_error`: its NMAD against `dem`, `level_offset`: how far it lies above it where it is level
    (training/data/level.py), metres. `artefacts`: `dem` shows what no ground has (training/data/area_list.py). Arrays of a prepared area
    are mapped files: read-only, and read when they are looked at. Pickled, they travel as file names.
    """

    name: str
    split: Split
    dem: NDArray[np.float32]
    guide: NDArray[np.float32] | None
    dx: float
    dy: float
    coarse: NDArray[np.float32] | None = None
    coarse_error: float = 0.0
    level_offset: float = 0.0
    cells: Cells | None = None
    artefacts: bool = False

    @property
    def pixel_size(self) -> float:
        """The one number that the model contract knows: the geometric mean of width and height."""
        return float(np.sqrt(self.dx * self.dy))

    @cached_property
    def valid_pixels(self) -> int:
        """How many pixels the reference is known at."""
        return sum(int(np.isfinite(self.dem[top : top + ROWS]).sum()) for top in range(0, len(self.dem), ROWS))

    def __getstate__(self) -> dict[str, Any]:
        # The cells are for evaluation, which no other process does.
        names = ("name", "split", "dem", "guide", "dx", "dy", "coarse", "coarse_error", "level_offset", "artefacts")
        return {"cells": None} | {
            name: _File(str(array.filename)) if isinstance(array := getattr(self, name), np.memmap) else array for name in names
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value.open() if isinstance(value, _File) else value)


def save_area(area: Area, folder: Path) -> dict[str, Any]:
    """Writes an area's arrays into `folder`; returns its manifest entry."""
    cells = area.cells
    for kind, array in (("dem", area.dem), ("guide", area.guide), ("coarse", area.coarse), ("cells", cells.dem if cells else None)):
        if array is not None:
            np.save(folder / f"{area.name}.{kind}.npy", array.astype(np.float32, copy=False))
    return {
        "name": area.name,
        "split": area.split,
        "guide": area.guide is not None,
        "coarse": area.coarse is not None,
        "coarse_error": area.coarse_error,
        "cells": {"grid": cells.grid.to_event(), "area": cells.area.to_event(), "step": cells.step} if cells else None,
        "level_offset": area.level_offset,
        "artefacts": area.artefacts,
        "dx": area.dx,
        "dy": area.dy,
        "height": area.dem.shape[0],
        "width": area.dem.shape[1],
        "valid_pixels": area.valid_pixels,
    }


def manifest_entries(folder: Path, split: Split) -> list[dict[str, Any]]:
    """What the manifest says of the areas of one split.

    Raises DataError where `folder` was not prepared, or by another version, or where the manifest is damaged.
    """
    manifest = folder / MANIFEST
    if not manifest.exists():
        raise DataError(f"{manifest} does not exist.", "Run 'python -m training.prepare' first.")
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
    except ValueError as error:
        raise _damaged(manifest) from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise DataError(f"{folder} was prepared by another version.", "Run 'python -m training.prepare' again.")
    try:
        return [entry for entry in content["areas"] if entry["split"] == split]
    except (KeyError, TypeError) as error:
        raise _damaged(manifest) from error


def attributions(folder: Path, split: Split) -> list[dict[str, str]]:
    """`name`, `licence`, `attribution` and `ground` (training/data/ground.py; folders that were prepared earlier do not say it) of the
    areas of one split. Raises what `manifest_entries` raises."""
    keys = ("name", "licence", "attribution", "ground")
    return [{key: str(entry[key]) for key in keys if key != "ground" or key in entry} for entry in manifest_entries(folder, split)]


def manifest_sum(folder: Path) -> str:
    """SHA-256 of a prepared folder's manifest: of the areas, their sources and their splits, and of the versions of what prepared them, as
    another one may resample otherwise."""
    return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()


def check_held_out(trained_on: Iterable[Mapping[str, str]], data: Path) -> None:
    """Raises DataError where weights were fitted to areas (as `attributions` has them) that are to judge them: by their names, and by their
    ground, whatever it is called."""
    fitted = list(trained_on)
    splits: tuple[Split, ...] = ("test", "validation")
    for split in splits:
        entries = manifest_entries(data, split)
        if seen := sorted({area["name"] for area in fitted} & {str(entry["name"]) for entry in entries}):
            raise DataError(
                f"The weights were fitted to {', '.join(seen)}, which {data} has in split {split}.",
                "Name the data that they were trained on, or train anew, without --init of weights that know these areas. Other ground of "
                "the same name needs another name.",
            )
        for entry in entries:
            for area in fitted:
                if _share_ground(area.get("ground", ""), entry.get("ground", "")):
                    raise DataError(
                        f"The weights were fitted to {area['name']}, the ground of which {data} has in split {split}, as {entry['name']}.",
                        "Leave that area out, or train anew, without --init of weights that know it.",
                    )


def _share_ground(one: Any, other: Any) -> bool:
    try:
        return share_ground(str(one), str(other))
    except ValueError:
        return False  # written by somebody else


def load_array(folder: Path, name: str, kind: str) -> NDArray[np.float32]:
    """One array of an area, mapped: `dem`, `guide`, `coarse` or `cells`."""
    return _File(str(folder / f"{name}.{kind}.npy")).open()


def load_areas(folder: Path, split: Split) -> list[Area]:
    """The prepared areas of one split. Raises FileNotFoundError where `folder` was not prepared, DataError where it is damaged, or holds
    arrays of another preparation than its manifest."""
    try:
        return [
            Area(
                entry["name"],
                split,
                _fitting(folder, entry, "dem"),
                _fitting(folder, entry, "guide") if entry["guide"] else None,
                _above_0(folder, entry, "dx"),
                _above_0(folder, entry, "dy"),
                _fitting(folder, entry, "coarse") if entry["coarse"] else None,
                entry["coarse_error"],
                entry["level_offset"],
                _load_cells(folder, entry),
                entry.get("artefacts", False),  # folders that were prepared earlier do not say it
            )
            for entry in manifest_entries(folder, split)
        ]
    except (KeyError, TypeError) as error:
        raise _damaged(folder / MANIFEST) from error


def _fitting(folder: Path, entry: Mapping[str, Any], kind: str) -> NDArray[np.float32]:
    """An array of an area, which has as many rows and columns as the manifest says."""
    array, (height, width) = load_array(folder, entry["name"], kind), (entry["height"], entry["width"])
    if kind == "cells":
        height, width = entry["cells"]["grid"]["height"], entry["cells"]["grid"]["width"]
    if array.shape != ((3, height, width) if kind == "guide" else (height, width)):
        raise DataError(
            f"{folder / entry['name']}.{kind}.npy has {' x '.join(f'{size}' for size in reversed(array.shape))} pixels, where {MANIFEST} "
            f"says {width} x {height}.",
            "It is of another preparation: run 'python -m training.prepare' again.",
        )
    return array


def _above_0(folder: Path, entry: Mapping[str, Any], size: str) -> float:
    if not entry[size] > 0:
        raise _damaged(folder / MANIFEST)
    return float(entry[size])


def _damaged(file: Path | str) -> DataError:
    return DataError(f"{file} is damaged.", "Run 'python -m training.prepare' again.")


def _load_cells(folder: Path, entry: Mapping[str, Any]) -> Cells | None:
    if (cells := entry["cells"]) is None:
        return None
    grid, area = (Grid(at["crs"], Affine(*at["transform"]), at["width"], at["height"]) for at in (cells["grid"], cells["area"]))
    return Cells(_fitting(folder, entry, "cells"), grid, area, cells["step"])
