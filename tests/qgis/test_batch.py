"""Many small tiles through Processing's batch dialog: every one pays for a start of the backend, and that has a bound."""

import resource
import statistics
import struct
import time
from itertools import pairwise

import pytest
from conftest import write_raster
from osgeo import gdal
from qgis.core import QgsApplication, QgsProcessingContext, QgsProject
from qgis.gui import QgsBrowserGuiModel, QgsLayerTreeView
from qgis.PyQt.QtCore import QCoreApplication

TILES = 20
MOST = 1.5  # seconds for a whole tile of 24 x 20 pixels


@pytest.fixture
def tiles(tmp_path):
    """Planes, 90 m: what the tiny model makes of a plane is the plane."""
    return [
        write_raster(
            tmp_path / f"tile{number:02}.tif",
            [lambda column, row, base=100 * number: base + column + 2 * row],
            size=(24, 20), origin=(540000 + 2160 * number, 4190000), pixel=90, epsg=32610,
        )
        for number in range(TILES)
    ]  # fmt: skip


@pytest.fixture
def dialog(provider, use_backend, qgis_iface, monkeypatch):
    import qgis.utils

    browser = QgsBrowserGuiModel()
    monkeypatch.setattr(qgis_iface, "browserModel", lambda: browser, raising=False)
    # QGIS 3.44 hands it on to C++, which takes no stand-in.
    tree = QgsLayerTreeView()
    monkeypatch.setattr(qgis_iface, "layerTreeView", lambda: tree, raising=False)
    monkeypatch.setattr(qgis.utils, "iface", qgis_iface)
    from processing.gui.BatchAlgorithmDialog import BatchAlgorithmDialog

    dialog = BatchAlgorithmDialog(provider.algorithm("superresolve").create(), None)
    dialog.show()  # one that is hidden goes when its run ends in newer versions of QGIS
    yield dialog
    dialog.close()
    dialog.deleteLater()
    QgsProject.instance().removeAllMapLayers()


def fill(dialog, rows):
    """One row of the dialog's table for each dictionary of parameters."""
    panel = dialog.mainWidget()
    panel.checkLoadLayersOnCompletion.setChecked(False)
    while panel.batchRowCount() < len(rows):
        panel.addRow()
    for row, values in enumerate(rows):
        for name, value in values.items():
            column = panel.parameter_to_column[name]
            if name == "OUTPUT":
                panel.tblParameters.cellWidget(row + 1, column).setValue(str(value))
            else:
                panel.wrappers[row][column].setParameterValue(value, QgsProcessingContext())


def processor_time():
    """Seconds of this process and of all that it has started and waited for."""
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def value_at(path, column, row):
    raster = gdal.Open(str(path))
    return struct.unpack("f", raster.GetRasterBand(1).ReadRaster(column, row, 1, 1, buf_type=gdal.GDT_Float32))[0]


@pytest.mark.slow
def test_twenty_tiles_cost_little_more_than_their_starts(dialog, tiles, model, tmp_path):
    """The middle one by the clock, or the mean by processor time where other processes have the machine."""
    outputs = [tmp_path / f"fine{number:02}.tif" for number in range(TILES)]
    given = {"MODEL": str(model), "DEM_SOURCE": 1, "DEVICE": "cpu", "THREADS": 1}
    fill(dialog, [{"INPUT": str(tile), **given, "OUTPUT": output} for tile, output in zip(tiles, outputs, strict=True)])
    used, began = processor_time(), time.time()
    dialog.runAlgorithm()
    tasks = QgsApplication.taskManager()  # newer versions of QGIS run it in them
    while not (outputs[-1].exists() and tasks.countActiveTasks() == 0) and time.time() - began < 30 * TILES * MOST:
        QCoreApplication.processEvents()
        time.sleep(0.01)
    used = (processor_time() - used) / TILES
    for number, output in enumerate(outputs):
        raster = gdal.Open(str(output))
        assert (raster.RasterXSize, raster.RasterYSize) == (72, 60)
        assert raster.GetGeoTransform()[:2] == (540000 + 2160 * number, 30)
        # The middle of pixel (36, 30) lies at column 11.67 and row 9.67 of the tile.
        assert value_at(output, 36, 30) == pytest.approx(100 * number + 11.667 + 2 * 9.667, abs=0.02)
    done = [began, *(output.stat().st_mtime for output in outputs)]
    taken = [after - before for before, after in pairwise(done)]
    assert min(taken) > 0
    assert min(statistics.median(taken), used) < MOST, (taken, used)
