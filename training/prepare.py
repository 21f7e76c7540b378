"""Makes training data of rasters: reads an area list, checks it, writes one folder with a manifest.

    python -m training.prepare --areas training/configs/areas.toml --root RASTERS

The list (TOML) holds `[[area]]` tables; their keys are described in training/data/area_list.py. The folder is written beside its place
and put there when all of it is ready: what looks prepared is. Areas of different splits may not share ground.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from training.data.area_list import Entry, read_list
from training.data.areas import FORMAT, MANIFEST, load_array, save_area
from training.data.ground import ground_of
from training.data.overlap import Ground, check_splits
from training.data.reading import read_area
from training.errors import DataError, refused


def prepare(areas_file: Path, root: Path, out: Path, *, coregister: bool = False) -> list[dict[str, Any]]:
    """Writes all areas of a list into `out`, which is replaced; returns the manifest's entries.

    `coregister`: every real coarse DEM, whatever the list says. Raises DataError, and then leaves `out` as it was.
    """
    entries, out = read_list(areas_file), out.resolve()
    if out.exists() and not (out.is_dir() and ((out / MANIFEST).exists() or not any(out.iterdir()))):
        raise DataError(f"{out} exists, and is not a folder that was prepared.", "Name another folder with --out.")
    partial = out.with_name(f"{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        manifest = _write(entries, root, partial, coregister)
        listed = {"name": areas_file.name, "sha256": sha256(areas_file)}
        tools = {name: version(name) for name in ("numpy", "rasterio", "pyproj", "xdem")}
        content = {"format": FORMAT, "list": listed, "coregister": coregister, "versions": tools, "areas": manifest}
        (partial / MANIFEST).write_text(json.dumps(content, indent=1), encoding="utf-8")
        old = out.with_name(f"{out.name}.old")
        if out.exists():
            shutil.rmtree(old, ignore_errors=True)
            os.replace(out, old)
        try:
            os.replace(partial, out)
        except BaseException:
            if old.exists() and not out.exists():
                os.replace(old, out)
            raise
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return manifest


def _write(entries: list[Entry], root: Path, folder: Path, coregister: bool) -> list[dict[str, Any]]:
    manifest, grounds, hashes = [], [], dict[Path, str]()
    for number, entry in enumerate(entries, start=1):
        print(f"{number:3}/{len(entries)} {entry.name:28} {entry.split:10}", end=" ", flush=True)
        start = time.monotonic()
        reading = read_area(entry, root, coregister=coregister)
        area, grid = reading.area, reading.grid
        for path in reading.files.values():
            hashes.setdefault(path, sha256(path))
        manifest.append(
            save_area(area, folder)
            | {
                "coarse_dem": reading.coarse,
                "grid": grid.to_event(),
                "ground": ground_of(area.dem, grid),
                "sha256": {name: hashes[path] for name, path in reading.files.items()},
            }
            | {"licence": entry.licence, "attribution": entry.attribution, "settings": entry.to_dict(), "notes": reading.notes}
        )
        # The file, not the array in memory: a list may be larger than that.
        grounds.append(Ground(entry.name, entry.split, grid, load_array(folder, entry.name, "dem")))
        print(f"{grid.width}x{grid.height} px of {area.pixel_size:.1f} m, {time.monotonic() - start:.1f} s", flush=True)
        for note in reading.notes:
            print(f"        {note}", flush=True)
    check_splits(grounds)
    return manifest


def sha256(path: Path) -> str:
    """Hexadecimal. Raises DataError where it is no file."""
    if not path.is_file():
        raise DataError(f"{path} is no plain file.", "Unpack it, or save it as a GeoTIFF: the manifest keeps its SHA-256.")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.prepare", description="Makes training data of rasters.")
    parser.add_argument("--areas", type=Path, required=True, help="list of areas (TOML)")
    parser.add_argument("--root", type=Path, default=Path(), help="folder that the list's paths start from")
    parser.add_argument("--out", type=Path, default=Path("runs/data"), help="folder to write (runs/data)")
    parser.add_argument("--coregister", action="store_true", help="shift every real coarse DEM onto its reference (Nuth and Kääb)")
    options = parser.parse_args(arguments)
    try:
        prepare(options.areas, options.root, options.out, coregister=options.coregister)
    except DataError as error:
        print(file=sys.stderr)
        return refused(error)
    except OSError as error:
        print(file=sys.stderr)
        hint = "Free some space, or name another folder with --out."
        return refused(DataError(f"{options.out} cannot be written: {error.strerror or error}.", hint))
    except KeyboardInterrupt:
        print(f"\nStopped; {options.out} is as it was.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
