"""A user who has just installed the plugin: the menu, and the way from no backend to a run."""

import os
import subprocess
import sys

import pytest
from qgis.core import QgsProject
from qgis.gui import QgsBrowserGuiModel
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtWidgets import QPushButton

from siran_qgis import paths


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


def test_without_a_backend_the_dialog_opens_and_set_up_is_offered(desktop, monkeypatch):
    monkeypatch.delenv("SIRAN_PYTHON", raising=False)
    dialog = desktop.super_resolve()
    dialog.close()
    assert desktop.offer.findChildren(QPushButton)
    set_up = desktop.set_up()
    assert set_up.createProcessingParameters()["ACTION"] == 0
    set_up.close()


def test_where_an_interpreter_is_named_set_up_is_not_offered(desktop, monkeypatch):
    monkeypatch.setenv("SIRAN_PYTHON", "/nowhere/python")
    desktop.super_resolve().close()
    assert not desktop.offer.findChildren(QPushButton)
    assert "unset SIRAN_PYTHON" in desktop.offer.text()


def test_after_set_up_the_offer_is_gone(desktop, monkeypatch, backend_python):
    monkeypatch.delenv("SIRAN_PYTHON", raising=False)
    desktop.super_resolve().close()
    desktop._set_up_ended(True, {})
    assert desktop.offer is not None, "nothing was set up"
    monkeypatch.setenv("SIRAN_PYTHON", backend_python)
    desktop._set_up_ended(True, {})
    assert desktop.offer is None


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
    assert desktop.offer is None


def test_every_algorithm_has_its_part_of_the_help_page(provider):
    page = paths.HELP.read_text(encoding="utf-8")
    for algorithm in provider.algorithms():
        url = QUrl(algorithm.helpUrl())
        assert url.toLocalFile() == str(paths.HELP)
        assert f'id="{algorithm.name()}"' in page


def test_the_package_ships_the_help_page():
    git = [
        "git",
        "check-attr",
        "export-ignore",
        "--",
        *(str(path.relative_to(paths.PLUGIN)) for path in (paths.HELP, *paths.HELP.parents[:2])),
    ]
    said = subprocess.run(git, cwd=paths.PLUGIN, capture_output=True, text=True, check=True).stdout
    assert [line.rsplit(": ", 1)[1] for line in said.splitlines()] == ["unspecified"] * 3


def test_without_a_desktop_nothing_of_it_is_touched():
    code = "import siran_qgis.plugin, sys; sys.exit('siran_qgis.desktop' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=paths.PLUGIN, env={**os.environ, "PYTHONPATH": str(paths.PLUGIN)}, check=True)
