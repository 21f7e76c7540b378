"""A thread that reads and one that writes share GDAL's cache of blocks, and no tile is lost for that."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import rasters_for_tests

from backend.version import ROOT


def test_no_tile_is_lost_while_another_is_read(tmp_path: Path, dem: Path, guide: Path, small_model: Path) -> None:
    """GDAL waits where a block that one thread pushes out of the cache is gone from there and not yet on the disk."""
    waiting = {"GDAL_DEBUG_BLOCK_CACHE": "YES", "GDAL_RB_INTERNALIZE_SLEEP_AFTER_DETACH_BEFORE_WRITE": "0.01"}

    def run(output: Path, **environment: str) -> np.ndarray:
        words = ["superresolve", dem, output, "--guide", guide, "--model", small_model, "--dem-error", 0, "--tile", 24]
        command = [sys.executable, "-m", "backend", *map(str, words)]
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return rasters_for_tests.read(output)

    calm, waited = run(tmp_path / "calm.tif"), run(tmp_path / "waited.tif", **waiting)
    assert np.isfinite(calm).all()
    np.testing.assert_array_equal(waited, calm)
