"""An area is a piece of ground with a reference DEM and, where there is one, an image: what `training.prepare` writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Area:
    """One area in memory.

    `dem` (H, W) float32 metres, NaN where unknown. `guide` (3, H, W) float32: NIR, R, G, each scaled by its scene's 2nd and 98th
    percentile to 0..1, NaN where unknown; None where there is no image. `dx`, `dy`: pixel width and height on the ground, metres.
    """

    name: str
    split: Split
    dem: NDArray[np.float32]
    guide: NDArray[np.float32] | None
    dx: float
    dy: float

    @property
    def pixel_size(self) -> float:
        """The one number that the model contract knows: the geometric mean of width and height."""
        return float(np.sqrt(self.dx * self.dy))


def save_area(area: Area, folder: Path) -> dict[str, Any]:
    """Writes an area's arrays into `folder`; returns its manifest entry."""
    np.save(folder / f"{area.name}.dem.npy", area.dem)
    if area.guide is not None:
        np.save(folder / f"{area.name}.guide.npy", area.guide.astype(np.float16))
    return {
        "name": area.name,
        "split": area.split,
        "guide": area.guide is not None,
        "dx": area.dx,
        "dy": area.dy,
        "height": area.dem.shape[0],
        "width": area.dem.shape[1],
        "valid_pixels": int(np.isfinite(area.dem).sum()),
    }


def manifest_entries(folder: Path, split: Split) -> list[dict[str, Any]]:
    """What the manifest says of the areas of one split. Raises FileNotFoundError where `folder` was not prepared."""
    manifest = folder / MANIFEST
    if not manifest.exists():
        raise FileNotFoundError(f"{manifest} does not exist: run 'python -m training.prepare' first.")
    return [entry for entry in json.loads(manifest.read_text())["areas"] if entry["split"] == split]


def load_areas(folder: Path, split: Split) -> list[Area]:
    """The prepared areas of one split. Raises FileNotFoundError where `folder` was not prepared."""
    areas = []
    for entry in manifest_entries(folder, split):
        guide = np.load(folder / f"{entry['name']}.guide.npy").astype(np.float32) if entry["guide"] else None
        areas.append(Area(entry["name"], split, np.load(folder / f"{entry['name']}.dem.npy"), guide, entry["dx"], entry["dy"]))
    return areas
