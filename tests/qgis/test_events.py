"""The event stream, read from the plugin's end; written by the backend's own code where it can be."""

import json
import subprocess

import pytest

from siran_qgis import events

BACKEND_SAYS = """
from backend.events import Failure, Log, Progress, Result, to_line
grid = {"crs": "X", "transform": [1, 0, 0, 0, -1, 0], "width": 3, "height": 2, "pixel_size": 30.0}
for event in (Progress(0.25, "Tile 3 of 12"), Log("warning", "Höhe \\u2026"), Failure("crs-missing", "a.tif has no CRS.", "Give it one."),
              Result("/o.tif", grid, {"name": "m", "version": "1", "sha256": "ab"}, "CPUExecutionProvider", 1.5, 6, difference="/d.tif")):
    print(to_line(event))
"""


def test_what_the_backend_writes_is_what_the_plugin_reads(backend_python, pytestconfig):
    said = subprocess.run([backend_python, "-c", BACKEND_SAYS], cwd=pytestconfig.rootpath, capture_output=True, text=True, check=True)
    progress, log, failure, result = (events.parse(line) for line in said.stdout.splitlines())
    assert progress == events.Progress(0.25, "Tile 3 of 12")
    assert log == events.Log("warning", "Höhe …")
    assert failure == events.Failure("crs-missing", "a.tif has no CRS.", "Give it one.")
    assert (result.path, result.grid["width"], result.model["name"], result.pixels) == ("/o.tif", 3, "m", 6)
    assert (result.uncertainty, result.difference) == (None, "/d.tif")


@pytest.mark.parametrize(
    "line",
    ["", "2026-01-01 warning: something", "{", "[]", "3", "null", '{"event": "dance"}', '{"event": "progress"}', '{"event": ["log"]}',
     '{"event": "progress", "fraction": "much", "message": ""}', '{"event": "log", "level": "info", "text": [1]}', '[' * 400,
     '{"event": "result", "path": 3, "grid": {}, "model": {}, "provider": "", "seconds": 1, "pixels": 2}',
     '{"event": "progress", "fraction": 1' + "0" * 400 + ', "message": ""}', '{"event": ' * 40],
    ids=lambda line: line[:40],
)  # fmt: skip
def test_noise_is_a_debug_line(line):
    assert events.parse(line) == events.Log(events.NOISE, line)


def test_long_noise_is_cut():
    assert events.parse("[" * 100_000) == events.Log(events.NOISE, "[" * events.LONGEST_NOISE + " ...")


def test_fields_of_a_newer_backend_are_ignored():
    line = json.dumps({"event": "progress", "fraction": 0.5, "message": "Half", "seconds_left": 3})
    assert events.parse(line) == events.Progress(0.5, "Half")


def test_fractions_stay_between_0_and_1():
    assert events.parse('{"event": "progress", "fraction": 1.5, "message": ""}').fraction == 1.0
    assert events.parse('{"event": "progress", "fraction": NaN, "message": ""}').fraction == 0.0
