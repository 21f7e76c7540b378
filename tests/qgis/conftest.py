"""Real QGIS for all tests: inside (pytest-qgis) and outside (qgis_process), each with a profile of its own.

    PATH=/usr/bin:/bin QT_QPA_PLATFORM=offscreen build/qgis-venv/bin/python -m pytest --import-mode=importlib tests/qgis

SIRAN_PYTHON names the interpreter with the backend's requirements; default: .venv of this checkout.
"""

import json
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PROCESSING = "/usr/share/qgis/python/plugins"

sys.path[:0] = [str(ROOT), str(Path(__file__).parent), PROCESSING]

import pytest  # noqa: E402
from osgeo import gdal, osr  # noqa: E402

gdal.UseExceptions()


def pytest_sessionfinish():
    shutil.rmtree(ROOT / ".qgis-settings", ignore_errors=True)  # where pytest-qgis keeps its profile


@pytest.fixture(autouse=True)
def own_profile(tmp_path, monkeypatch):
    """Nothing that a test finds or leaves in the profile is anybody else's."""
    from siran_qgis import paths

    monkeypatch.setattr(paths, "profile", lambda: tmp_path / "own" / "siran")


@pytest.fixture(scope="session")
def backend_python():
    """The interpreter that runs the real backend."""
    python = os.environ.get("SIRAN_PYTHON", str(ROOT / ".venv" / "bin" / "python"))
    assert shutil.which(python), f"SIRAN_PYTHON: {python} is no program"
    return python


@pytest.fixture(scope="session")
def model():
    """A model file that sharpens a little; made by tiny_model.py and kept, because the backend's own environment has no `onnx`."""
    return Path(__file__).with_name("data") / "tiny.onnx"


@pytest.fixture
def provider(qgis_app, qgis_processing):
    """The provider, in the registry of the QGIS that runs the tests."""
    from qgis.core import QgsApplication

    from siran_qgis.provider import SiranProvider

    registry = QgsApplication.processingRegistry()
    provider = SiranProvider()
    assert registry.addProvider(provider)
    yield provider
    registry.removeProvider(provider)


@pytest.fixture
def context(qgis_app):
    """A context that loads layers into the project."""
    from qgis.core import QgsProcessingContext, QgsProject

    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    yield context
    # Its layers must not outlive QGIS, and pytest keeps the context a little longer than that.
    context.temporaryLayerStore().removeAllMapLayers()
    QgsProject.instance().removeAllMapLayers()


@pytest.fixture
def use_backend(monkeypatch, backend_python):
    """The real backend for algorithms that run inside the test's own QGIS."""
    monkeypatch.setenv("SIRAN_PYTHON", backend_python)


def write_raster(path, values, *, size, origin, pixel, epsg, kind=gdal.GDT_Float32, descriptions=()):
    """A GeoTIFF whose bands are functions of (column, row)."""
    width, height = size
    raster = gdal.GetDriverByName("GTiff").Create(str(path), width, height, len(values), kind)
    raster.SetGeoTransform((origin[0], pixel, 0, origin[1], 0, -pixel))
    if epsg:
        crs = osr.SpatialReference()
        crs.ImportFromEPSG(epsg)
        raster.SetProjection(crs.ExportToWkt())
    for number, value in enumerate(values, 1):
        numbers = [float(value(column, row)) for row in range(height) for column in range(width)]
        band = raster.GetRasterBand(number)
        band.WriteRaster(0, 0, width, height, struct.pack(f"{len(numbers)}f", *numbers), buf_type=gdal.GDT_Float32)
        if descriptions:
            band.SetDescription(descriptions[number - 1])
    return path


@pytest.fixture
def dem(tmp_path):
    """40 x 30 pixels of 90 m in UTM zone 10 N: a slope with a bump."""
    return write_raster(
        tmp_path / "dem.tif",
        [lambda column, row: 100 + column + 2 * row + (20 if 15 < column < 25 and 10 < row < 20 else 0)],
        size=(40, 30), origin=(540000, 4190000), pixel=90, epsg=32610,
    )  # fmt: skip


@pytest.fixture
def guide(tmp_path):
    """120 x 90 pixels of 30 m over the same ground; its bands do not say what they are."""
    return write_raster(
        tmp_path / "guide.tif",
        [lambda column, row: 10 + column, lambda column, row: 20 + row, lambda column, row: 30 + (column * row) % 50],
        size=(120, 90), origin=(540000, 4190000), pixel=30, epsg=32610,
    )  # fmt: skip


class QgisProcess:
    """`qgis_process` in a profile whose plugin folder links to this checkout."""

    program = shutil.which("qgis_process.bin", path=SYSTEM_PATH) or shutil.which("qgis_process", path=SYSTEM_PATH)

    def __init__(self, folder, python, plugin=ROOT):
        self.folder = folder
        self.python = python
        self.profile = folder / "profiles" / "default"
        plugins = self.profile / "python" / "plugins"
        plugins.mkdir(parents=True)
        (plugins / "siran").symlink_to(plugin)
        (self.profile / "QGIS").mkdir()
        (self.profile / "QGIS" / "QGIS3.ini").write_text("[PythonPlugins]\nsiran=true\n")

    @property
    def environment(self):
        environment = {**os.environ, "PATH": SYSTEM_PATH, "QGIS_CUSTOM_CONFIG_PATH": str(self.folder), "QT_QPA_PLATFORM": "offscreen"}
        environment.pop("SIRAN_PYTHON", None)
        for name in ("PYTHONPATH", "VIRTUAL_ENV", "QGIS_OPTIONS_PATH"):
            environment.pop(name, None)
        if self.python:
            environment["SIRAN_PYTHON"] = str(self.python)
        return environment

    def __call__(self, *arguments, timeout=120):
        return subprocess.run(
            [self.program, *map(str, arguments)], env=self.environment, capture_output=True, text=True, timeout=timeout, cwd=self.folder
        )

    def start(self, *arguments):
        return subprocess.Popen(
            [self.program, *map(str, arguments)], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=self.folder
        )

    def run(self, algorithm, **parameters):
        """(exit status, everything that was said)"""
        done = self("run", f"siran:{algorithm}", "--", *(f"{name}={value}" for name, value in parameters.items()))
        return done.returncode, done.stdout + done.stderr

    def run_json(self, algorithm, **parameters):
        done = self("--json", "run", f"siran:{algorithm}", "--", *(f"{name}={value}" for name, value in parameters.items()))
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def qgis_process(tmp_path, backend_python):
    return QgisProcess(tmp_path / "profile", backend_python)


@pytest.fixture
def fake_python(tmp_path):
    """Makes an interpreter that runs the given lines whatever it is asked for: a backend that behaves as no backend should."""

    def make(code):
        path = tmp_path / "fake" / "python"
        path.parent.mkdir(exist_ok=True)
        say = "say = lambda **event: print(json.dumps(event), flush=True)"
        path.write_text(f"#!{sys.executable} -I\nimport json, os, signal, sys, time\n{say}\n{code}\n")
        path.chmod(0o755)
        return str(path)

    return make
