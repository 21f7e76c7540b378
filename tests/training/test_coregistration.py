"""A coarse DEM that lies beside its reference is moved onto it, and one that lies somewhere else is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, shift

from tests.training.conftest import hills, write
from training.data.areas import load_areas
from training.errors import DataError
from training.prepare import prepare

RATIO = 3


def coarse_of(fine: NDArray[np.float32], east: float, north: float, up: float) -> NDArray[np.float32]:
    """Area means of a DEM with 10 m pixels that was moved by metres first: pixels of 30 m."""
    moved = shift(fine, (-north / 10, east / 10), order=3, mode="nearest") + up
    height, width = moved.shape
    return moved.reshape(height // RATIO, RATIO, width // RATIO, RATIO).mean(axis=(1, 3)).astype(np.float32)


def listed(folder: Path, extra: str = "coregister = true") -> Path:
    path = folder / "areas.toml"
    path.write_text(f'[[area]]\nname = "a"\nsplit = "train"\ndem = "fine.tif"\ncoarse = "coarse.tif"\n{extra}\n')
    return path


def found(folder: Path) -> dict[str, float]:
    entry = json.loads((folder / "out" / "manifest.json").read_text())["areas"][0]
    return dict(entry["coarse_dem"]["shift"])


@pytest.mark.parametrize(("east", "north", "up"), [(9.3, -14.1, 5.0), (-21.0, 4.5, -2.0), (0.0, 0.0, 40.0)])
def test_a_known_shift_is_found_to_a_tenth_of_a_pixel(
    tmp_path: Path, east: float, north: float, up: float, capsys: pytest.CaptureFixture[str]
) -> None:
    fine = hills(450, 420)
    write(tmp_path / "fine.tif", fine)
    noise = gaussian_filter(np.random.default_rng(0).normal(0, 1, (150, 140)), 1) * 3
    write(tmp_path / "coarse.tif", coarse_of(fine, east, north, up) + noise.astype(np.float32), step=30.0)
    prepare(listed(tmp_path), tmp_path, tmp_path / "out")
    shift = found(tmp_path)
    # What moved the coarse DEM away is what brings it back, with the sign turned.
    assert shift["east"] == pytest.approx(-east, abs=1.0)
    assert shift["north"] == pytest.approx(-north, abs=1.0)
    assert shift["up"] == pytest.approx(-up, abs=0.2)
    assert "coregistered: moved" in capsys.readouterr().out
    area = load_areas(tmp_path / "out", "train")[0]
    assert area.coarse is not None
    inside = (slice(20, -20), slice(20, -20))
    assert abs(float(np.nanmedian((area.coarse - area.dem)[inside]))) < 0.2
    assert float(np.nanstd((area.coarse - area.dem)[inside])) < 2.0


def test_pixels_in_degrees_shift_by_metres(tmp_path: Path) -> None:
    """At 60 degrees north a pixel of one second is 15 m wide and 31 m high."""
    fine = hills(300, 300, step=30.0)
    columns, rows = 0.4, -0.3
    moved = shift(fine, (rows, columns), order=3, mode="nearest")
    for name, dem in (("fine.tif", fine), ("coarse.tif", moved)):
        write(tmp_path / name, dem, crs="EPSG:4326", corner=(10, 60), step=1 / 3600)
    prepare(listed(tmp_path), tmp_path, tmp_path / "out")
    assert found(tmp_path)["east"] == pytest.approx(-columns * 15.5, abs=1.6)
    assert found(tmp_path)["north"] == pytest.approx(rows * 30.95, abs=3.1)


def test_another_place_is_refused(tmp_path: Path) -> None:
    fine = hills(450, 420)
    write(tmp_path / "fine.tif", fine)
    write(tmp_path / "coarse.tif", coarse_of(np.roll(fine, 25, axis=1), 0, 0, 0), step=30.0)
    with pytest.raises(DataError, match="more than 3 of its pixels"):
        prepare(listed(tmp_path), tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_another_unit_is_no_offset(tmp_path: Path) -> None:
    """Feet that do not say so, taken for metres: a fit moves them up by a kilometre, and finds them hardly better there."""
    fine = hills(450, 420)
    write(tmp_path / "fine.tif", fine)
    write(tmp_path / "coarse.tif", coarse_of(fine, 0, 0, 0) / np.float32(0.3048), step=30.0)
    with pytest.raises(DataError, match="no two vertical datums are more than 150 m apart"):
        prepare(listed(tmp_path), tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_too_little_ground_is_refused(tmp_path: Path) -> None:
    fine = hills(60, 60)
    write(tmp_path / "fine.tif", fine)
    write(tmp_path / "coarse.tif", coarse_of(fine, 0, 0, 0), step=30.0)
    with pytest.raises(DataError, match="coarse pixels in common"):
        prepare(listed(tmp_path), tmp_path, tmp_path / "out")


def test_unasked_nothing_is_moved(tmp_path: Path) -> None:
    fine = hills(450, 420)
    write(tmp_path / "fine.tif", fine)
    write(tmp_path / "coarse.tif", coarse_of(fine, 9.0, 0.0, 5.0), step=30.0)
    prepare(listed(tmp_path, ""), tmp_path, tmp_path / "out")
    entry = json.loads((tmp_path / "out" / "manifest.json").read_text())["areas"][0]
    assert "shift" not in entry["coarse_dem"]
    assert entry["coarse_dem"]["bias"] == pytest.approx(5.0, abs=0.5)
    prepare(listed(tmp_path, ""), tmp_path, tmp_path / "out", coregister=True)
    assert found(tmp_path)["east"] == pytest.approx(-9.0, abs=1.0)
