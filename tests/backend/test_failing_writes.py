"""A disk that is full when nobody expects it, a file that may not grow: the output is what it was, or whole; the tiles are kept."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import models_for_tests
import numpy as np
import pytest
import rasterio
import rasters_for_tests
from affine import Affine
from pyproj import CRS

from backend.errors import ResourceError
from backend.grid import Grid
from backend.output import Output
from backend.rasters import GDAL
from backend.version import ROOT
from backend.windows import Window

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file and forks no process")

PLAIN = 1024 * 1024
"""Bytes of the plain file's pixels: one block of 512 x 512. The compressed one is smaller."""


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What failing_for_tests.py wants."""
    made = tmp_path_factory.mktemp("full")
    rasters_for_tests.write(made / "dem.tif", rasters_for_tests.terrain(160, 160).astype(np.float32))
    values, transform = rasters_for_tests.image(480, 480), Affine(10, 0, 600_000, 0, -10, 5_200_000)
    rasters_for_tests.write(made / "guide.tif", values, transform=transform, descriptions=("NIR", "Red", "Green"))
    models_for_tests.write_model(made / "model.onnx")
    return made


def failing(inputs: Path, what: str, sizes: list[int]) -> list[dict[str, object]]:
    script = Path(__file__).with_name("failing_for_tests.py")
    command = [sys.executable, str(script), str(inputs), what, *map(str, sizes)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def check(found: list[dict[str, object]], codes: set[str]) -> None:
    """Some failed and some did not, and none left a wrong output."""
    assert {str(one["code"]) for one in found} == {"", *codes}
    for one in found:
        assert one["state"] == ("older" if one["code"] else "whole"), one
        assert all(str(name).endswith(".journal") for name in one["left"]), one  # type: ignore[attr-defined]


def test_a_file_that_may_not_grow(inputs: Path) -> None:
    sizes = [1, 1000, PLAIN // 2, *range(PLAIN - 100, PLAIN + 1800, 200), 2 * PLAIN]
    check(failing(inputs, "file", sizes), {"disk-full"})


@pytest.fixture
def small_disk(inputs: Path) -> Iterator[None]:
    """A disk of 6 MB."""
    folder = inputs / "full"
    folder.mkdir(exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("only root can make a disk")
    yield
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.usefixtures("small_disk")
def test_a_disk_that_is_full(inputs: Path) -> None:
    check(failing(inputs, "disk", [1000, 100_000, *range(1_000_000, 4_200_000, 200_000)]), {"disk-full"})


@pytest.mark.usefixtures("small_disk")
def test_a_disk_that_is_full_when_the_file_is_closed(inputs: Path) -> None:
    """GDAL writes the last blocks then, and says nothing: a page of memory too few left a file under its name that could not be read."""
    full, page = inputs / "full", os.sysconf("SC_PAGE_SIZE")
    grid = Grid(CRS.from_user_input(rasters_for_tests.UTM).to_wkt(), Affine(10, 0, 600_000, 0, -10, 5_200_000), 1024, 512)
    values = np.random.default_rng(0).normal(size=(512, 1024)).astype(np.float32)
    wanted, raster = full / "fine.tif", Window(0, 0, 1024, 512)

    def enough(pages: int) -> bool:
        """Whether it is made on so much disk; if not, that is said, and if so, it is whole."""
        wanted.unlink(missing_ok=True)
        (full / "others").write_bytes(bytes(shutil.disk_usage(full).free - pages * page))
        try:
            with rasterio.Env(**GDAL), Output(wanted, grid, crs=grid.crs, unit="m", tags={}, threads=1) as output:
                for half in raster.halves()[1]:
                    output.write(half, values[raster.cut(half)], np.ones((512, 512), bool))
                output.prepare()
                output.take_name()
        except ResourceError as error:
            assert error.code == "disk-full" and not wanted.exists()
            return False
        finally:
            (full / "others").unlink()
        with rasterio.open(wanted) as dataset:
            assert (dataset.read(1) == values).all() and dataset.overviews(1) == [2]
        return True

    too_few, many = 0, shutil.disk_usage(full).free // page
    while many - too_few > 1:
        between = (too_few + many) // 2
        too_few, many = (too_few, between) if enough(between) else (between, many)
    assert enough(many) and not any(enough(pages) for pages in range(many - 12, many))


@pytest.mark.usefixtures("small_disk")
@pytest.mark.parametrize("page", ["report", "html", "json"])
def test_a_disk_that_is_full_when_a_page_is_written(inputs: Path, tmp_path: Path, page: str) -> None:
    """It holds nothing else of the run; the page is the last that is written."""
    full = inputs / "full"
    name = full / f"page.{'json' if page == 'json' else 'html'}"
    (full / "others").write_bytes(bytes(shutil.disk_usage(full).free - 2 * 4096))
    if page == "report":
        words = ["superresolve", inputs / "dem.tif", tmp_path / "fine.tif", "--model", inputs / "model.onnx"]
    else:
        words = ["compare", inputs / "dem.tif", inputs / "dem.tif"]
    command = [sys.executable, "-m", "backend", *map(str, words), f"--{page}", str(name)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    sentences = [f"The disk of {full} is full.", "Free some space, or name an output on another disk."]
    assert done.returncode == 1 and done.stderr.splitlines()[-2:] == sentences and "Traceback" not in done.stderr
    assert not (tmp_path / "fine.tif").exists() and [path.name for path in full.iterdir()] == ["others"]
