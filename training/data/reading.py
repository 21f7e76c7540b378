"""Reading makes an area of an entry of the list: every raster checked, and brought onto the grid of the reference as the backend would.

What can be put right without doubt is, and noted: elevations in feet, nodata values that the file does not declare, other grids and CRSs.
What cannot is a DataError.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.elevation import Elevation
from backend.errors import BackendError
from backend.grid import Grid, ground_edges
from backend.guide import Guide, choose_bands
from backend.rasters import Raster
from backend.resample import Sampler, read_array
from backend.vertical import datum, doubt, surface, unknown
from backend.windows import Window
from training.data.area_list import Entry
from training.data.areas import Area, Cells
from training.data.level import level_offset, rising
from training.data.sampling import moved, sampled, strips
from training.errors import DataError
from training.metrics import nmad

FARTHEST_DATUM = 20.0
"""Metres. A coarse DEM that lies higher or lower by more than this refers to another vertical datum."""
_CELLS_BEYOND = 8
"""Pixels of a coarse DEM around an area: its cubic kernel looks at two."""
FILL = 16
"""Target pixels over which gaps of the coarse DEM are filled for the cubic kernel's sake; they stay unknown."""


@dataclass(frozen=True)
class Reading:
    """An area, the `grid` that it lies on, the raster `files` that it was made of, and what a person should know (`notes`)."""

    area: Area
    grid: Grid
    files: dict[str, Path]
    notes: list[str]
    coarse: dict[str, Any] = field(default_factory=dict)
    """Of a real coarse DEM: its pixel size, bias and error against the reference, the shift that was applied; metres."""


def read_area(entry: Entry, root: Path, *, coregister: bool = False) -> Reading:
    """One area of the list. `coregister`: even if the entry does not ask for it. Raises DataError where something does not fit."""
    try:
        return _read(entry, root, coregister or entry.coregister)
    except BackendError as error:
        hint = error.hint if "--" not in error.hint else "Give a raster with north-up pixels (gdalwarp)."
        raise DataError(f"Area {entry.name}: {error}", hint) from error
    except DataError as error:
        raise DataError(f"Area {entry.name}: {error}", error.hint) from error


def _read(entry: Entry, root: Path, coregister: bool) -> Reading:
    notes: list[str] = []
    files = {str(name): root / name for name in (entry.dem, entry.coarse, entry.guide, entry.mask) if name}
    guide = coarse = cells = None
    facts: dict[str, Any] = {}
    with Raster(str(root / entry.dem), "The DEM") as raster:
        if raster.grid.rotated:
            raise DataError(f"{entry.dem} lies on a rotated grid", "Warp it first, e.g. with gdalwarp.")
        grid = _kept(raster.grid.north_up(), entry)
        elevation = _elevation(raster, grid, notes)
        dem = sampled(grid, raster.grid, elevation.read_metres)
        _note_undeclared(raster, dem, notes)
        if entry.mask:
            known = np.isfinite(dem).any()
            dem[~_unmasked(root / entry.mask, grid)] = np.nan
            if known and not np.isfinite(dem).any():
                raise DataError(
                    f"the mask, {entry.mask}, leaves nothing of {entry.dem}", "Check its CRS, and that it is not 0 where the DEM counts."
                )
        for bounds in entry.leave_out:
            part = grid.touching(bounds)
            if part is None:
                notes.append(f"leave_out {list(bounds)} lies outside of it")
                continue
            col, row = (round(value) for value in ~grid.transform @ (part.transform.c, part.transform.f))
            dem[row : row + part.height, col : col + part.width] = np.nan
        if not np.isfinite(dem).any():
            raise DataError(f"nothing is known of {entry.dem}", "Check its nodata value, and mask, keep and leave_out.")
        if np.nanmin(dem) == np.nanmax(dem):
            level = f"all that is known of {entry.dem} is {np.nanmin(dem):g} m high"
            raise DataError(level, "Name a DEM with relief; there is none to learn or to judge.")
        if entry.coarse:
            coarse, cells, facts = _coarse(root / entry.coarse, elevation, grid, dem, coregister, notes)
    if entry.guide:
        guide = _guide(root / entry.guide, entry.guide_bands, grid, dem, notes)
    across, down = ground_edges(grid.crs, grid.transform, grid.width / 2, grid.height / 2)
    dx, dy = float(np.hypot(*across)), float(np.hypot(*down))
    above = 0.0 if coarse is None else level_offset(coarse, dem, dx, dy)
    area = Area(
        entry.name, entry.split, dem, guide, dx, dy, coarse, float(facts.get("error", 0.0)), above, cells, artefacts=entry.artefacts
    )
    return Reading(area, grid, files, notes, facts)


def _kept(grid: Grid, entry: Entry) -> Grid:
    if entry.keep is None:
        return grid
    part = grid.touching(entry.keep)
    if part is None:
        raise DataError(
            f"keep {list(entry.keep)} lies outside of {entry.dem}, {list(grid.bounds())}",
            "Write it in the DEM's CRS: xmin, ymin, xmax, ymax.",
        )
    return part


def _elevation(raster: Raster, target: Grid, notes: list[str]) -> Elevation:
    """Elevations of a DEM's only band, in metres."""
    if raster.bands != 1:
        raise DataError(f"{raster.name} has {raster.bands} bands; a DEM has one", "Extract it with 'gdal_translate -b'.")
    if unknown(raster.units[0], raster.crs):
        raise DataError(f"elevations of {raster.name} are in {raster.units[0]!r}", "Convert them to metres, or correct the band's unit.")
    elevation = Elevation(raster, 1, target)
    if not math.isclose(elevation.metres, 1.0):
        notes.append(f"{raster.name}: elevations are in {elevation.unit}; converted to metres")
    if doubtful := doubt(raster.units[0], raster.crs):
        notes.append(f"{raster.name}: {doubtful}")
    return elevation


def _note_undeclared(raster: Raster, dem: NDArray[np.float32], notes: list[str]) -> None:
    unknown = int(np.isnan(dem).sum())
    if unknown and not raster.masked([1]):
        notes.append(f"{raster.name} declares no nodata; {unknown} pixels of -9999, -32768, NaN or absurd height are taken for unknown")


def _unmasked(path: Path, grid: Grid) -> NDArray[np.bool_]:
    """Where a mask is not 0."""
    with Raster(str(path), "The mask") as raster:
        sampler = Sampler(raster.grid, grid)

        def read(window: Window) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
            values, known = raster.read([1], window)
            return values, known & (values[0] != 0)

        return np.concatenate([sampler.sample(window, read, bands=1, reach=0)[1] for window in strips(grid)])


def _guide(path: Path, asked: tuple[int, ...] | None, grid: Grid, dem: NDArray[np.float32], notes: list[str]) -> NDArray[np.float32]:
    """NIR, R, G on a grid, scaled by the whole scene, NaN where unknown."""
    with Raster(str(path), "The guide") as raster:
        try:
            bands = choose_bands(raster, asked)
        except BackendError as error:
            if asked is not None or raster.bands != 3 or any(raster.dataset.descriptions):
                said = str(error).replace("--guide-bands", "guide_bands")
                one = "An image of one band shows no land cover: leave guide out, or name one with near infrared, red and green."
                several = "Write the numbers of NIR, R and G: guide_bands = [4, 3, 2]."
                raise DataError(said, one if raster.bands == 1 else several) from error
            bands = (1, 2, 3)
            notes.append(f"{raster.name} does not say which bands are NIR, R and G: 1, 2 and 3 are taken for them")
        source = Guide(raster, bands, grid)
        image = np.full((3, grid.height, grid.width), np.nan, np.float32)
        for window in strips(grid):
            values, known = source.read(window)
            image[:, window.row : window.row + window.height] = np.where(known, values, np.nan)
    _check_overlap("guide", path, np.isfinite(image[0]), dem, notes)
    if constant := [name for name, band in zip(("NIR", "R", "G"), image, strict=True) if np.nanmin(band) == np.nanmax(band)]:
        notes.append(f"the guide's {' and '.join(constant)} has one value everywhere: it shows nothing")
    return image


def _check_overlap(role: str, path: Path, known: NDArray[np.bool_], dem: NDArray[np.float32], notes: list[str]) -> None:
    share = float(known[np.isfinite(dem)].mean())
    if not share:
        raise DataError(f"the {role}, {path.name}, knows nothing of the ground of the DEM", "Check the CRS of both, and the nodata value.")
    if share < 0.99:
        notes.append(f"the {role} knows {share:.0%} of the DEM's ground")


def _coarse(
    path: Path, fine: Elevation, grid: Grid, dem: NDArray[np.float32], coregister: bool, notes: list[str]
) -> tuple[NDArray[np.float32], Cells, dict[str, Any]]:
    """A real coarse DEM on the grid of the reference, as the backend would bring it there, its own pixels, and what is known of it."""
    with Raster(str(path), "The coarse DEM") as raster:
        elevation, source, up = _elevation(raster, grid, notes), raster.grid, 0.0
        if (one := surface(fine.raster.crs)) and (other := surface(raster.crs)) and one != other:
            notes.append(f"heights refer to {datum(fine.raster.crs)} in the reference and to {datum(raster.crs)} in the coarse DEM")
        coarse = sampled(grid, source, elevation.read_metres, FILL)
        _check_overlap("coarse DEM", path, np.isfinite(coarse), dem, notes)
        facts: dict[str, Any] = {"pixel_size": round(raster.grid.pixel_size, 3)}
        if coregister:
            # Imported here: it takes seconds, and few need it.
            from training.data import coregistration

            shift = coregistration.find_shift(grid, read_array(dem), raster.grid, elevation.read_metres)
            facts["shift"] = shift.to_dict()
            source, up = moved(raster.grid, shift.east, shift.north, grid), shift.up
            coarse = sampled(grid, source, elevation.read_metres, FILL) + np.float32(up)
            notes.append(
                f"coregistered: moved {shift.east:.2f} m east, {shift.north:.2f} m north, {shift.up:.2f} m up; "
                f"NMAD {shift.nmad_before:.2f} to {shift.nmad_after:.2f} m"
            )
        whole = source.north_up()
        around = whole.covering(grid.bounds_beside(source))
        around = around.window(Window(0, 0, around.width, around.height).widened(_CELLS_BEYOND))
        own = sampled(around, source, elevation.read_metres) + np.float32(up)
        return coarse, Cells(own, around, grid, elevation.step), facts | _error(elevation, source, up, dem, grid, notes)


def _error(elevation: Elevation, source: Grid, up: float, dem: NDArray[np.float32], grid: Grid, notes: list[str]) -> dict[str, float]:
    """Bias and error of a coarse DEM, metres: median and NMAD of its own values less the reference's means over its pixels.

    Means, because what it lacks in detail is not what it has wrong. Raises DataError where its heights refer to another datum.
    """
    part = source.north_up().touching(grid.bounds_beside(source))
    if part is None:
        raise DataError("the coarse DEM does not touch the reference", "Check the CRS of both.")
    there = sampled(part, grid, read_array(dem))
    differences = sampled(part, source, elevation.read_metres) + np.float32(up) - there
    known = np.isfinite(differences)
    if not known.any():
        raise DataError("no pixel of the coarse DEM lies on ground that the reference knows", "Give a larger reference.")
    # Water that both have level would say that the coarse DEM is right on land, too.
    land = known & rising(there)
    known = land if land.any() else known
    bias = float(np.median(differences[known]))
    if abs(bias) > FARTHEST_DATUM:
        raise DataError(
            f"the coarse DEM lies {bias:+.1f} m above the reference: another vertical datum or unit",
            "Convert one of the two (gdalwarp with compound CRSs), or set coregister = true, which takes an offset away.",
        )
    error = nmad(differences, known)
    if not np.any(differences[known]):
        raise DataError("the coarse DEM is the reference, or was made of it", "Name one that another sensor measured, or leave coarse out.")
    notes.append(f"the coarse DEM's error is {error:.2f} m (NMAD), its median {bias:+.2f} m")
    return {"bias": round(bias, 3), "error": round(error, 3)}
