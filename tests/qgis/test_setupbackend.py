"""Setting the backend up, through qgis_process, from nothing to nothing. The one slow test installs about 150 MB."""

import json
import shutil
import signal
import time

import pytest

pytestmark = pytest.mark.qgis


@pytest.fixture
def bare(qgis_process):
    """qgis_process for somebody without SIRAN_PYTHON."""
    qgis_process.python = None
    return qgis_process


def state(bare):
    return bare.run_json("setupbackend", ACTION="report")["results"]["STATE"]


def test_a_fresh_profile(bare):
    status, said = bare.run("setupbackend", ACTION="report")
    assert status == 0 and "STATE:\tmissing" in said and "Set up backend" in said
    status, said = bare.run("setupbackend", ACTION="remove")
    assert status == 0 and "nothing to remove" in said


def test_an_unknown_action_is_named(bare):
    status, said = bare.run("setupbackend", ACTION="dance")
    assert status != 0 and "create, repair, report, remove" in said and "'dance'" in said


def test_a_python_that_is_none(bare):
    status, said = bare.run("setupbackend", ACTION="create", PYTHON="/usr/bin/env")
    assert status != 0 and "/usr/bin/env is no Python" in said and "Traceback" not in said
    assert not (bare.profile / "siran" / "backend").exists()


def test_another_interpreter_is_reported(qgis_process):
    status, said = qgis_process.run("setupbackend", ACTION="report")
    assert status == 0 and "SIRAN_PYTHON names another interpreter" in said and "onnxruntime" in said and "Device cpu: available" in said


@pytest.mark.slow
def test_a_killed_installation_is_noticed(bare):
    folder = bare.profile / "siran"
    qgis = bare.start("run", "siran:setupbackend", "--", "ACTION=create")
    end = time.monotonic() + 30
    while not (folder / "backend.building").exists() and time.monotonic() < end:
        time.sleep(0.05)
    qgis.send_signal(signal.SIGKILL)
    qgis.wait()
    assert not (folder / "backend").exists()
    assert state(bare) == "interrupted"
    status, said = bare.run("superresolve", INPUT="dem.tif", OUTPUT="fine.tif")
    assert status != 0
    time.sleep(3)  # what the killed QGIS had started ends at its next line
    status, said = bare.run("setupbackend", ACTION="remove")
    assert status == 0 and "Removed" in said
    assert not (folder / "backend.building").exists() and state(bare) == "missing"


@pytest.mark.slow
def test_create_report_break_repair_remove(bare, model, dem, tmp_path):
    folder = bare.profile / "siran" / "backend"
    results = bare.run_json("setupbackend", ACTION="create", VARIANT="cpu")["results"]
    assert results["STATE"] == "ready" and results["FOLDER"] == str(folder) and results["MEGABYTES"] > 50

    status, said = bare.run("setupbackend", ACTION="create")
    assert status == 0 and "Nothing to do" in said
    status, said = bare.run("setupbackend", ACTION="report")
    for words in ("The backend is ready (cpu, Python 3.", "MB)", "onnxruntime ", "rasterio ", "Device cpu: available", "STATE:\tready"):
        assert words in said

    # It does its work; that of QGIS's own Python is none of its business.
    results = bare.run_json("superresolve", INPUT=dem, MODEL=model, OUTPUT=tmp_path / "fine.tif")["results"]
    assert results["PIXELS"] == 120 * 90

    # Broken in two ways, each noticed: a file inside a package, a package.
    (package,) = folder.glob("lib/python3*/site-packages/rasterio/__init__.py")
    package.unlink()
    assert state(bare) == "broken"
    status, said = bare.run("superresolve", INPUT=dem, MODEL=model, OUTPUT=tmp_path / "none.tif")
    assert status != 0 and "repair" in said and "Traceback" not in said
    (package,) = folder.glob("lib/python3*/site-packages/rasterio-*.dist-info")
    shutil.rmtree(package)
    status, said = bare.run("superresolve", INPUT=dem, MODEL=model, OUTPUT=tmp_path / "none.tif")
    assert status != 0 and "lacks rasterio" in said and "repair" in said

    results = bare.run_json("setupbackend", ACTION="repair")["results"]
    assert results["STATE"] == "ready"
    assert json.loads((folder / "siran-environment.json").read_text())["variant"] == "cpu"
    assert sorted(path.name for path in folder.parent.iterdir()) == ["backend"]
    bare.run_json("superresolve", INPUT=dem, MODEL=model, OUTPUT=tmp_path / "again.tif")

    status, said = bare.run("setupbackend", ACTION="remove")
    assert status == 0 and not folder.exists() and state(bare) == "missing"
