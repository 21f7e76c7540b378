"""`compare` as a person and as the plugin start it: exit statuses, the event stream, cancel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasters_for_tests import mosaic, terrain, write

from backend.events import Comparison, Failure, Progress, from_line, to_line
from backend.lock import Lock
from backend.version import ROOT

COMMAND = [sys.executable, "-m", "backend", "compare"]


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """80 x 70 pixels each, the second 2 m higher."""
    ground = terrain(70, 80).astype(np.float32)
    return write(tmp_path / "reference.tif", ground), write(tmp_path / "tested.tif", ground + np.float32(2))


def call(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False, **options)


def test_a_person_gets_a_table(pair: tuple[Path, Path], tmp_path: Path) -> None:
    done = call(*pair, "--json", tmp_path / "r.json")
    assert done.returncode == 0, done.stderr
    head, row = done.stdout.splitlines()
    assert "RMSE, m" in head and row.split()[:5] == ["tested.tif", "raw", "5,600", "2", "2"]
    assert str(tmp_path / "r.json") in done.stderr.splitlines()[-1]


def test_the_event_stream(pair: tuple[Path, Path], tmp_path: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, *map(str, pair), "--json", str(tmp_path / "s.json"), "--error", str(tmp_path / "s.tif"), "--events"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        events = [from_line(line) for line in process.stdout]
        assert process.wait(60) == 0
    result = events[-1]
    assert isinstance(result, Comparison) and result == from_line(to_line(result)) and result.pixels == 5600
    assert (result.json, result.html, result.errors) == (str(tmp_path / "s.json"), None, [str(tmp_path / "s.tif")])
    assert any(isinstance(event, Progress) for event in events)
    assert json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))["tested"][0]["results"][0]["bias"] == pytest.approx(2, abs=1e-3)


def test_bad_input_ends_with_status_2(pair: tuple[Path, Path], tmp_path: Path) -> None:
    done = call(pair[0], "--events", stdin=subprocess.DEVNULL)
    failure = from_line(done.stdout.splitlines()[-1])
    assert done.returncode == 2 and isinstance(failure, Failure) and failure.code == "option-invalid"
    for arguments in (pair, (pair[0], tmp_path / "none.tif", "--json", tmp_path / "r.json")):
        done = call(*arguments)
        assert done.returncode == 2 and len(done.stderr.splitlines()) == 2 and done.stdout == ""


def test_a_mosaic_without_a_file_that_is_needed_is_refused_before_work(tmp_path: Path) -> None:
    for folder, missing in (("whole", False), ("part", True)):
        (tmp_path / folder).mkdir()
        mosaic(tmp_path / folder / "m.vrt", missing=missing)
    for arguments in (
        (tmp_path / "whole" / "m.vrt", tmp_path / "part" / "m.vrt"),
        (tmp_path / "part" / "m.vrt", tmp_path / "whole" / "m.vrt"),
    ):
        done = call(*arguments, "--json", tmp_path / "r.json")
        assert done.returncode == 2 and len(done.stderr.splitlines()) == 2
        assert "is made of files of which" in done.stderr and "east & more.tif does not exist." in done.stderr


def test_cancel_by_the_parent(pair: tuple[Path, Path], tmp_path: Path) -> None:
    large = write(tmp_path / "large.tif", terrain(2000, 2000).astype(np.float32))
    with subprocess.Popen(
        [*COMMAND, str(large), str(large), "--json", str(tmp_path / "r.json"), "--error", str(tmp_path / "e.tif"), "--events"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None and process.stdin is not None
        process.stdout.readline()
        process.stdin.write("cancel\n")
        process.stdin.flush()
        events = [from_line(line) for line in process.stdout]
        assert process.wait(120) == 3
    assert isinstance(events[-1], Failure) and events[-1].code == "cancelled"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["large.tif", "reference.tif", "tested.tif"]


def test_help_needs_nothing_heavy() -> None:
    code = """
import sys
from backend.cli import cli
cli.main(['compare', '--help'], standalone_mode=False)
print(sorted(sys.modules), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "GeoJSON" in done.stdout
    for module in ("numpy", "rasterio", "pyproj"):
        assert f"'{module}'" not in done.stderr


def test_an_output_that_another_run_makes_is_refused(pair: tuple[Path, Path], tmp_path: Path) -> None:
    with Lock(tmp_path / "e.tif"):
        done = call(*pair, "--json", tmp_path / "r.json", "--error", tmp_path / "e.tif")
    assert done.returncode == 2 and f"is being made by process {os.getpid()}" in done.stderr
    assert call(*pair, "--json", tmp_path / "r.json", "--error", tmp_path / "e.tif").returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["e.tif", "r.json", "reference.tif", "tested.tif"]
