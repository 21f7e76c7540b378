"""A user who has just installed the plugin: the menu, and the way from no backend to a run."""

import os
import subprocess
import sys
import time

import pytest
from qgis.core import (
    QgsApplication,
    QgsContrastEnhancement,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsProcessingContext,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsSettings,
    QgsTask,
)
from qgis.gui import QgsBrowserGuiModel
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QCoreApplication, QEvent, Qt, QUrl
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QLabel, QPushButton

from siran_qgis import layers, paths, settings


@pytest.fixture
def desktop(provider, qgis_iface, monkeypatch):
    """The desktop side of the plugin, beside a provider that is already there."""
    import processing.tools.general
    import qgis.utils

    from siran_qgis.desktop import Desktop

    browser = QgsBrowserGuiModel()
    monkeypatch.setattr(qgis_iface, "browserModel", lambda: browser, raising=False)
    monkeypatch.setattr(qgis.utils, "iface", qgis_iface)
    monkeypatch.setattr(processing.tools.general, "iface", qgis_iface)
    menu = []
    monkeypatch.setattr(qgis_iface, "addPluginToRasterMenu", lambda name, action: menu.append(action), raising=False)
    monkeypatch.setattr(qgis_iface, "removePluginRasterMenu", lambda name, action: menu.remove(action), raising=False)
    desktop = Desktop(qgis_iface)
    assert menu == desktop.actions
    yield desktop
    desktop.unload()
    assert not menu
    QgsProject.instance().removeAllMapLayers()


def test_the_menu(desktop):
    assert [action.text() for action in desktop.actions] == [
        "Try the sample",
        "Super-resolve DEM…",
        "Show the selected DEM as a relief",
        "Set up the backend…",
        "Help",
    ]


@pytest.fixture
def nothing_set_up(qgis_app, monkeypatch):
    """No backend, as right after the installation of the plugin."""
    monkeypatch.delenv("SIRAN_PYTHON", raising=False)
    QgsSettings().remove(settings.GROUP)
    yield
    QgsSettings().remove(settings.GROUP)


@pytest.fixture
def toolbox(desktop):
    """What a double click in the Processing toolbox does to an algorithm of ours: its dialog, or None where QGIS refuses to open one."""
    from processing.gui.AlgorithmDialog import AlgorithmDialog

    opened = []

    def click(name):
        algorithm = QgsApplication.processingRegistry().algorithmById(f"siran:{name}").create()
        if not algorithm.canExecute()[0]:
            return None
        opened.append(algorithm.createCustomParametersWidget(None) or AlgorithmDialog(algorithm, False, None))
        return opened[-1]

    yield click
    for dialog in opened:
        dialog.close()
        dialog.deleteLater()


def said(dialog):
    """The message that the bar of a dialog shows, with the buttons in it."""
    item = dialog.messageBar().currentItem()
    if item is None:
        return None
    label = item.findChild(QLabel, "offer")
    return label.text() if label else item.text(), [button.text() for button in item.findChildren(QPushButton)]


def wait(true, seconds=60):
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        QCoreApplication.processEvents()
        time.sleep(0.01)
    assert true()


@pytest.mark.parametrize("name", ["superresolve", "comparedem"])
def test_without_a_backend_the_dialog_opens_and_offers_set_up(toolbox, nothing_set_up, name):
    text, buttons = said(toolbox(name))
    assert text == "The backend is not installed. Set it up, once; then this dialog runs." and buttons == ["Set up the backend…"]


def test_the_menu_opens_the_same_dialog(desktop, nothing_set_up):
    dialog = desktop.super_resolve()
    assert said(dialog)[1] == ["Set up the backend…"]
    dialog.close()


def test_the_button_opens_set_up_in_front(toolbox, nothing_set_up):
    dialog = toolbox("superresolve")
    dialog.setModal(True)  # as the toolbox does it: behind it nothing takes a click
    set_up = dialog.offer.set_up()
    assert set_up.algorithm().id() == "siran:setupbackend" and set_up.createProcessingParameters()["ACTION"] == 0
    assert set_up.isVisible() and set_up.isModal()
    set_up.close()


def test_where_an_interpreter_is_named_set_up_is_not_offered(toolbox, nothing_set_up, monkeypatch):
    monkeypatch.setenv("SIRAN_PYTHON", "/nowhere/python")
    text, buttons = said(toolbox("superresolve"))
    assert "unset SIRAN_PYTHON" in text and not buttons


@pytest.mark.parametrize("named", ["", "/nowhere/a/rather/long/path/to/an/interpreter/of/ones/own/bin/python3"])
def test_all_of_the_offer_can_be_read(toolbox, nothing_set_up, monkeypatch, named):
    """In a dialog of the size that QGIS opens it at."""
    if named:
        monkeypatch.setenv("SIRAN_PYTHON", named)
    dialog = toolbox("superresolve")
    dialog.resize(688, 523)
    dialog.show()
    label = dialog.messageBar().findChild(QLabel, "offer")
    wait(lambda: label.height() >= label.heightForWidth(label.width()) > 0)


def test_a_pixel_size_in_degrees_stays_as_it_is(toolbox, use_backend, dem):
    dialog = toolbox("superresolve")
    dialog.setParameters({"INPUT": str(dem), "RESOLUTION": 1 / 10800})
    assert dialog.createProcessingParameters()["RESOLUTION"] == pytest.approx(1 / 10800, abs=1e-12)


def test_with_a_backend_nothing_is_said(toolbox, use_backend):
    assert said(toolbox("superresolve")) is None


def test_after_set_up_the_same_dialog_runs(toolbox, nothing_set_up, backend_python, model, dem, tmp_path, monkeypatch):
    import processing.gui.Postprocessing

    monkeypatch.setattr(processing.gui.Postprocessing, "iface", None, raising=False)  # no stub will do for QGIS 3.44
    dialog = toolbox("superresolve")
    fine = tmp_path / "fine.tif"
    dialog.setParameters({"INPUT": str(dem), "MODEL": str(model), "THREADS": 1, "OUTPUT": str(fine)})
    dialog.offer.look()
    assert said(dialog)[1], "nothing was set up"
    good, sentence = dialog.algorithm().checkParameterValues(dialog.createProcessingParameters(), QgsProcessingContext())
    assert not good and "Set up backend" in sentence
    settings.write(settings.Settings(python=backend_python))
    QCoreApplication.sendEvent(dialog, QEvent(QEvent.Type.WindowActivate))
    assert said(dialog) == ("The backend is ready.", [])
    QTest.mouseClick(dialog.runButton(), Qt.MouseButton.LeftButton)
    wait(lambda: dialog.results())
    assert fine.is_file() and dialog.results()["OUTPUT"] == str(fine)


def test_a_message_that_was_closed_stays_closed(toolbox, nothing_set_up, backend_python):
    dialog = toolbox("superresolve")
    dialog.messageBar().clearWidgets()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    settings.write(settings.Settings(python=backend_python))
    dialog.offer.look()
    dialog.offer.look()
    assert said(dialog) == ("The backend is ready.", [])


def test_the_sample_is_loaded_once_and_set(desktop, use_backend):
    desktop.try_sample().close()
    dialog = desktop.try_sample()
    values = dialog.createProcessingParameters()
    dialog.close()
    sources = {layer.id(): layer.source() for layer in QgsProject.instance().mapLayers().values()}
    assert len(set(sources.values())) == 2
    assert sources[values["INPUT"]].endswith("marin_srtm_1arcsec.tif")
    assert sources[values["GUIDE"]].endswith("marin_landsat7_nir_r_g.tif")
    assert (values["GUIDE_BANDS"], values["DEM_SOURCE"]) == ("1,2,3", 1)


def test_the_sample_is_in_sight_wherever_the_map_was(desktop, use_backend, qgis_iface):
    canvas = qgis_iface.mapCanvas()
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:32633"))
    canvas.setExtent(QgsRectangle(499864, 4998800, 501336, 5000000))
    dialog = desktop.try_sample()
    (dem,) = [layer for layer in QgsProject.instance().mapLayers().values() if layer.name() == "Sample: SRTM, 1 arc-second"]
    to_map = QgsCoordinateTransform(dem.crs(), canvas.mapSettings().destinationCrs(), QgsProject.instance())
    assert canvas.extent().contains(to_map.transform(dem.extent().center()))
    dialog.close()


@pytest.mark.parametrize("state", ["idle", "queued", "running"])
def test_dialogs_go_with_the_plugin(desktop, provider, use_backend, tmp_path, monkeypatch, state):
    """An algorithm that outlives its provider takes QGIS down with it, and the menu's dialogs leave the plugin manager within reach."""
    import processing.gui.Postprocessing

    from siran_qgis import dialogs

    monkeypatch.setattr(processing.gui.Postprocessing, "iface", None, raising=False)
    dialog = desktop.try_sample()
    if state != "idle":
        dialog.setParameters({**dialog.createProcessingParameters(), "OUTPUT": str(tmp_path / "fine.tif")})
        QTest.mouseClick(dialog.runButton(), Qt.MouseButton.LeftButton)
        assert dialog.cancelButton().isEnabled()
    tasks = QgsApplication.taskManager()
    if state == "running":
        wait(lambda: any(task.status() == QgsTask.TaskStatus.Running for task in tasks.tasks()))
    dialogs.close_all("somebody")
    assert dialog.isVisible()
    dialogs.close_all(provider.id())
    assert sip.isdeleted(dialog) and not tasks.countActiveTasks()
    assert not (tmp_path / "fine.tif").exists()


def test_after_the_sample_a_comparison_begins_with_its_dem(desktop, use_backend):
    """Not with its photograph, which comes first by name."""
    import processing

    desktop.try_sample().close()
    dialog = processing.createAlgorithmDialog("siran:comparedem")
    reference = dialog.mainWidget().wrappers["REFERENCE"].parameterValue()  # no dialog gives all values while one is missing
    dialog.deleteLater()
    assert QgsProject.instance().mapLayer(reference).source().endswith("marin_srtm_1arcsec.tif")


def test_the_samples_image_is_bright(desktop, use_backend):
    desktop.try_sample().close()
    image = next(layer for layer in QgsProject.instance().mapLayers().values() if layer.bandCount() == 3)
    red = image.renderer().redContrastEnhancement()
    assert red.contrastEnhancementAlgorithm() == QgsContrastEnhancement.StretchToMinimumMaximum
    assert red.minimumValue() < red.maximumValue() < 255


def test_every_algorithm_has_its_part_of_the_help_page(provider):
    page = paths.HELP.read_text(encoding="utf-8")
    for algorithm in provider.algorithms():
        url = QUrl(algorithm.helpUrl())
        assert url.toLocalFile() == str(paths.HELP)
        assert f'id="{algorithm.name()}"' in page


def test_without_a_desktop_nothing_of_it_is_touched():
    code = "import siran_qgis.plugin, sys; sys.exit('siran_qgis.desktop' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=paths.PLUGIN, env={**os.environ, "PYTHONPATH": str(paths.PLUGIN)}, check=True)


def test_the_dialog_of_the_toolbox_begins_with_a_dem(desktop, qgis_iface, monkeypatch):
    """Not with the first raster by name, which is an image; with the selected one where that may be a DEM."""
    import processing

    project = QgsProject.instance()
    image = QgsRasterLayer(str(paths.SAMPLE / "marin_landsat7_nir_r_g.tif"), "A photograph")
    near, far = (QgsRasterLayer(str(paths.SAMPLE / "marin_srtm_1arcsec.tif"), name) for name in ("near", "far"))
    for layer in (image, near, far):
        project.addMapLayer(layer)
    for selected, offered in ((None, far), (image, far), (near, near)):
        monkeypatch.setattr(qgis_iface, "activeLayer", lambda selected=selected: selected)
        dialog = processing.createAlgorithmDialog("siran:superresolve")
        assert dialog.createProcessingParameters()["INPUT"] in (offered.id(), offered.source(), offered.name())
        dialog.deleteLater()
    near.setCustomProperty(layers.MADE_HERE, True)  # as a result has it
    monkeypatch.setattr(qgis_iface, "activeLayer", lambda: near)
    dialog = processing.createAlgorithmDialog("siran:superresolve")
    assert dialog.createProcessingParameters()["INPUT"] in (far.id(), far.source(), far.name())
    dialog.deleteLater()
    dialog = processing.createAlgorithmDialog("siran:superresolve", {"INPUT": image.id()})
    assert dialog.createProcessingParameters()["INPUT"] in (image.id(), image.source())
    dialog.deleteLater()
