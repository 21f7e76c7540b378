"""The comparison of rasters that are larger than what may be held in memory."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
from processes_for_tests import peak_memory
from rasterio.windows import Window
from rasters_for_tests import DEM_TRANSFORM, UTM

EDGE, STRIP = 3000, 500
MOST_BYTES = 400 * 2**20
"""Of the whole process. The rasters, their errors and what SSIM makes of them would be 500 MB, beside some 200 that the libraries take."""


@pytest.mark.slow
def test_memory_is_bounded(tmp_path: Path) -> None:
    """3000 x 3000 pixels, raw and coregistered, with the error raster: memory, and a bias and a noise that come out again."""
    rng = np.random.default_rng(0)
    files = tmp_path / "reference.tif", tmp_path / "tested.tif"
    profile = {"driver": "GTiff", "width": EDGE, "height": EDGE, "count": 1, "dtype": "float32", "crs": UTM, "transform": DEM_TRANSFORM}
    x = np.arange(EDGE) * 30.0
    with rasterio.open(files[0], "w", tiled=True, **profile) as first, rasterio.open(files[1], "w", tiled=True, **profile) as second:
        for top in range(0, EDGE, STRIP):
            y = (top + np.arange(STRIP))[:, None] * 30.0
            dem = 800 + 150 * np.sin(x / 700) * np.cos(y / 900) + 60 * np.sin((x + y) / 260) + 25 * np.cos((x - 2 * y) / 310)
            for dataset, values in ((first, dem), (second, dem + rng.normal(3, 2, dem.shape))):
                dataset.write(values.astype(np.float32), 1, window=Window(0, top, EDGE, STRIP))
    report = tmp_path / "report.json"
    options = ["--json", report, "--html", tmp_path / "r.html", "--error", tmp_path / "error.tif", "--coregister"]
    assert peak_memory("compare", *files, *options) < MOST_BYTES
    entry = json.loads(report.read_text(encoding="utf-8"))["tested"][0]
    raw, moved = entry["results"]
    # Moved between its pixels, it lacks three rows and columns of its border; both are judged without them.
    assert raw["count"] == moved["count"] == (EDGE - 3) ** 2
    assert raw["bias"] == pytest.approx(3, abs=0.01) and raw["nmad"] == pytest.approx(2, abs=0.01)
    assert raw["le90"] == pytest.approx(5.563, abs=0.01)  # Where the normal distributions' shares add up to nine tenths.
    assert abs(entry["coregistration"]["east"]) < 0.3 and entry["coregistration"]["up"] == pytest.approx(-3, abs=0.02)
    assert moved["nmad"] == pytest.approx(2, abs=0.02)
