"""Inside of QGIS: the road from the zip to a finer elevation model, step by step, with pictures."""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import NamedTuple

from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtCore import QItemSelectionModel, Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QDialogButtonBox, QDockWidget, QProgressBar, QPushButton, QSplitter
from qgis.utils import iface

from . import hands
from .hands import click, need, until

SUPERRESOLVE = "siran:superresolve"
SET_UP = "siran:setupbackend"
SET_UP_TAKES = 1500  # seconds, at most


class Given(NamedTuple):
    """What is there at the start: a folder for files, the zip, an interpreter for the options page, and whether to set up instead."""

    folder: Path
    package: Path
    interpreter: Path
    set_up: bool


def begin():
    """What QGIS calls at its start. Writes what went wrong into the folder's file `outcome`, and ends QGIS."""
    told = json.loads(os.environ["SIRAN_SCREENSHOTS"])
    given = Given(Path(told["folder"]), Path(told["package"]), Path(told["interpreter"]), told["set_up"])
    hands.folder = Path(told["pictures"])

    def ended(trouble):
        (given.folder / "outcome").write_text(trouble)
        os._exit(0)  # QApplication.quit would ask whether to save the project

    QTimer.singleShot(2000, lambda: hands.walk(road(given), ended))


def road(given):
    yield from install(given)
    dialog = yield from first_contact()
    yield from toolbox(given)
    yield from options(given)
    yield from run(dialog, given)
    yield from cancel(given)
    yield from batch(given)


def install(given):
    """As Plugins > Manage and Install Plugins > Install from ZIP."""
    import pyplugin_installer

    window = iface.mainWindow()
    window.setGeometry(0, 0, 1400, 1000)
    only_layers()
    window.resizeDocks([window.findChild(QDockWidget, "Layers")], [330], Qt.Orientation.Horizontal)
    pyplugin_installer.instance().installFromZipFile(str(given.package))
    yield 1
    need(QgsApplication.processingRegistry().providerById("siran") is not None, "The zip was installed, but the plugin is not there.")
    iface.messageBar().clearWidgets()


def first_contact():
    """Raster > SIRAN > Try the sample, where there is no backend yet."""
    hands.menu("Try the sample").trigger()
    yield until("the dialog", lambda: hands.dialogs(SUPERRESOLVE))
    dialog = hands.dialogs(SUPERRESOLVE)[0]
    dialog.setGeometry(420, 170, 940, 760)
    yield until("the map", lambda: not iface.mapCanvas().isDrawing())
    yield 2
    need(buttons_in_bar(dialog), "Without a backend the dialog opened without an offer to set it up.")
    need(len(QgsProject.instance().mapLayers()) >= 2, "The sample was not loaded.")
    hands.screen("first-contact")
    return dialog


def toolbox(given):
    """The other way: a double click in the Processing toolbox; and from its dialog's offer to set-up."""
    dock = iface.mainWindow().findChild(QDockWidget, "ProcessingToolbox")
    dock.show()
    before = hands.dialogs(SUPERRESOLVE)
    for dialog in before:
        dialog.hide()
    yield 1
    dock.searchBox.setText("Super-resolve")
    yield 1
    tree = dock.algorithmTree
    indexes = [tree.currentIndex()] if tree.selectedAlgorithm() is not None else []
    need(indexes and tree.selectedAlgorithm().id() == SUPERRESOLVE, "The toolbox does not find the algorithm.")
    tree.selectionModel().select(indexes[0], QItemSelectionModel.SelectionFlag.ClearAndSelect)
    place = tree.visualRect(indexes[0]).center()
    click(tree.viewport(), at=(place.x(), place.y()))  # QTest's double click is the second one only
    QTimer.singleShot(0, lambda: QTest.mouseDClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place))
    yield until("the dialog from the toolbox", lambda: hands.dialogs(SUPERRESOLVE))
    dialog = hands.dialogs(SUPERRESOLVE)[0]
    dialog.resize(940, 700)
    yield 1
    need(buttons_in_bar(dialog), "From the toolbox the dialog opened without an offer to set up the backend.")
    hands.widget(dialog, "toolbox")

    click(buttons_in_bar(dialog)[0])
    yield until("the dialog of set-up", lambda: hands.dialogs(SET_UP))
    set_up = hands.dialogs(SET_UP)[0]
    set_up.resize(940, 460)
    yield 1
    need(QApplication.activeModalWidget() is set_up, "The dialog of set-up opened behind a modal one.")
    need(set_up.createProcessingParameters()["ACTION"] == 0, "Set-up does not offer to create.")
    hands.widget(set_up, "set-up")
    if given.set_up:
        click(set_up.runButton())
        yield until("set-up to end", lambda: not set_up.cancelButton().isEnabled() and "Execution" in hands.log_of(set_up), SET_UP_TAKES)
        hands.widget(set_up, "set-up-done")
        need(set_up.results(), f"Set-up failed:\n{hands.log_of(set_up)}")
    set_up.close()
    yield 1
    need(bool(buttons_in_bar(dialog)) != given.set_up, "The offer of set-up does not go with what there is.")
    dialog.close()
    yield 1
    dock.hide()
    for dialog in before:
        dialog.show()
    yield 0.5


def options(given):
    """Options > Processing > Providers > SIRAN: name an interpreter, test it."""
    QTimer.singleShot(0, lambda: iface.showOptionsDialog(iface.mainWindow(), "siranOptions"))
    yield until("the options page", lambda: page_shown() is not None)
    page = page_shown()
    page.window().resize(1100, 760)
    page.window().findChild(QSplitter).setSizes([220, 880])
    yield 1
    if not given.set_up:
        click(page.own, at=(10, page.own.height() // 2))
        page.python.setFilePath(str(given.interpreter))
        yield 2
    yield until("the devices", lambda: "…" not in page.devices.text())
    click(page.button)
    yield until("the answer of the test", lambda: page._testing is None)
    yield 0.5
    hands.widget(page.window(), "options")
    need("All is right" in page.answer.toPlainText(), f"The test says: {page.answer.toPlainText()}")
    buttons = page.window().findChildren(QDialogButtonBox)
    click(next(box.button(QDialogButtonBox.StandardButton.Ok) for box in buttons if box.button(QDialogButtonBox.StandardButton.Ok)))
    yield until("the options to close", lambda: page_shown() is None)


def run(dialog, given):
    """The dialog of the first step, which now runs."""
    dialog.activateWindow()
    dialog.raise_()
    yield 1
    need(not buttons_in_bar(dialog), "There is a backend now, and the dialog still offers to set it up.")
    dialog.messageBar().clearWidgets()
    fine = given.folder / "marin_fine.tif"
    dialog.setParameters({"OUTPUT": str(fine), "REPORT": str(fine.with_suffix(".html"))})
    dialog.resize(1000, 900)
    yield 1
    hands.widget(dialog, "dialog")
    layers = set(QgsProject.instance().mapLayers())
    click(dialog.runButton())
    yield until("the run", lambda: dialog.results() or "Execution failed" in hands.log_of(dialog))
    need(dialog.results() and fine.is_file(), f"The run failed:\n{hands.log_of(dialog)}")
    yield 1
    dialog.close()
    made = [layer for id, layer in QgsProject.instance().mapLayers().items() if id not in layers]
    need(made, "The result was not loaded.")
    only_layers()  # QGIS opens the panel of reports
    for file in ("marin_srtm_1arcsec.tif", "marin_landsat7_nir_r_g.tif"):
        QgsProject.instance().layerTreeRoot().findLayer(sample(file).id()).setItemVisibilityChecked(False)
    yield 2
    canvas = iface.mapCanvas()
    iface.messageBar().clearWidgets()
    canvas.setDestinationCrs(made[0].crs())
    canvas.setExtent(made[0].extent())
    canvas.refresh()
    yield 1
    yield until("the map", lambda: not canvas.isDrawing())
    yield 2
    hands.widget(iface.mainWindow(), "result")


def cancel(given):
    """A longer run, cancelled on the way, onto a file that is there."""
    there = given.folder / "kept.tif"
    shutil.copyfile(given.folder / "marin_fine.tif", there)
    known = digest(there)
    files = sorted(given.folder.iterdir())
    hands.menu("Super-resolve DEM…").trigger()
    yield until("the dialog", lambda: hands.dialogs(SUPERRESOLVE))
    dialog = hands.dialogs(SUPERRESOLVE)[0]
    dem, guide = (sample(file) for file in ("marin_srtm_1arcsec.tif", "marin_landsat7_nir_r_g.tif"))
    wanted = {"INPUT": dem.id(), "GUIDE": guide.id(), "GUIDE_BANDS": "1,2,3", "DEM_SOURCE": 1, "OUTPUT": str(there)}
    dialog.setParameters({**wanted, "RESOLUTION": 15, "TILE_SIZE": 256})  # many small steps, so that there is a half way
    dialog.setGeometry(200, 120, 1000, 720)
    click(dialog.runButton())
    bar = dialog.findChild(QProgressBar)
    yield until("a part of the run", lambda: bar.value() >= 10 or dialog.results())
    need(not dialog.results(), "The run was done before it could be cancelled.")
    click(dialog.cancelButton())
    yield until("the run to be cancelled", lambda: "Execution failed" in hands.log_of(dialog), 20)
    yield 1
    hands.widget(dialog, "cancelled")
    need("Cancelled" in hands.log_of(dialog), "The log does not say that the run was cancelled.")
    need(digest(there) == known, "The file that was there has changed.")
    need(sorted(given.folder.iterdir()) == files, "The cancelled run left files behind.")
    dialog.close()


def batch(given):
    """Three elevation models in the batch dialog."""
    from osgeo import gdal

    gdal.UseExceptions()
    names = ("west", "middle", "east")
    for number, name in enumerate(names):
        window = [60 + 150 * number, 160, 140, 140]
        gdal.Translate(str(given.folder / f"{name}.tif"), sample("marin_srtm_1arcsec.tif").source(), srcWin=window)
    hands.menu("Super-resolve DEM…").trigger()
    yield until("the dialog", lambda: hands.dialogs(SUPERRESOLVE))
    click(hands.dialogs(SUPERRESOLVE)[0].runAsBatchButton, later=True)
    yield until("the batch dialog", lambda: any(hasattr(one, "btnRunSingle") for one in hands.dialogs(SUPERRESOLVE)))
    dialog = next(one for one in hands.dialogs(SUPERRESOLVE) if hasattr(one, "btnRunSingle"))
    dialog.setGeometry(60, 150, 1280, 600)
    panel = dialog.mainWidget()
    while panel.batchRowCount() < len(names):
        panel.addRow()
    panel.checkLoadLayersOnCompletion.setChecked(False)
    context = dialog.processingContext() if hasattr(dialog, "processingContext") else panel.processing_context
    for row, name in enumerate(names):
        values = {"INPUT": str(given.folder / f"{name}.tif"), "DEM_SOURCE": 1, "THREADS": 1}
        for parameter, value in values.items():
            panel.wrappers[row][panel.parameter_to_column[parameter]].setParameterValue(value, context)
        cell = panel.tblParameters.cellWidget(row + 1, panel.parameter_to_column["OUTPUT"])
        cell.setValue(str(given.folder / f"{name}_fine.tif"))
    yield 1
    hands.widget(dialog, "batch")
    click(dialog.runButton())
    yield until("the batch", lambda: "Batch execution completed" in hands.log_of(dialog))
    yield 1
    hands.widget(dialog, "batch-log")
    made = [(given.folder / f"{name}_fine.tif").is_file() for name in names]
    need(all(made), f"The batch made {sum(made)} of 3 files:\n{hands.log_of(dialog)}")
    dialog.close()
    yield 0.5


def only_layers():
    """Close all panels but that of the layers."""
    for dock in iface.mainWindow().findChildren(QDockWidget):
        dock.setVisible(dock.objectName() == "Layers")


def buttons_in_bar(dialog):
    """Buttons of our own in the message that the dialog shows."""
    item = dialog.messageBar().currentItem()
    return [button for button in item.findChildren(QPushButton) if button.isVisible()] if item is not None else []


def page_shown():
    return next((one for one in QApplication.allWidgets() if one.objectName() == "siranOptions" and one.isVisible()), None)


def sample(file):
    return next(layer for layer in QgsProject.instance().mapLayers().values() if layer.source().endswith(file))


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
