"""The dialogs that Processing makes of the algorithms: standard, batch, and the model designer's."""

import pytest
from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingModelAlgorithm, QgsProject, QgsRasterLayer
from qgis.gui import QgsBrowserGuiModel
from qgis.PyQt.QtCore import QCoreApplication, QTranslator
from qgis.PyQt.QtWidgets import QApplication, QScrollArea, QWidget

from siran_qgis import paths
from siran_qgis.provider import SiranProvider


@pytest.fixture
def iface(qgis_iface, monkeypatch):
    """What Processing takes from qgis.utils."""
    import qgis.utils

    browser = QgsBrowserGuiModel()
    monkeypatch.setattr(qgis_iface, "browserModel", lambda: browser, raising=False)
    monkeypatch.setattr(qgis.utils, "iface", qgis_iface)
    return qgis_iface


@pytest.fixture
def layers(dem, guide):
    layers = [QgsRasterLayer(str(dem), "coarse"), QgsRasterLayer(str(guide), "guide")]
    QgsProject.instance().addMapLayers(layers)
    yield layers
    QgsProject.instance().removeAllMapLayers()


def test_the_dialog_starts_with_the_defaults(provider, iface, layers):
    from processing.gui.AlgorithmDialog import AlgorithmDialog

    dialog = AlgorithmDialog(provider.algorithm("superresolve").create(), False, None)
    values = dialog.createProcessingParameters()
    dialog.deleteLater()
    assert values["INPUT"] in {layer.id() for layer in layers}
    assert (values["BAND"], values["MODEL"], values["DEM_SOURCE"], values["DEVICE"]) == (1, "", 0, "auto")
    assert all(values[name] is None for name in ("GUIDE", "DEM_ERROR", "RESOLUTION", "EXTENT", "TILE_SIZE", "THREADS"))


def test_the_dialog_is_filled_from_a_script(provider, iface, layers):
    from processing.gui.AlgorithmDialog import AlgorithmDialog

    dialog = AlgorithmDialog(provider.algorithm("superresolve").create(), False, None)
    given = {
        "GUIDE": layers[1].id(),
        "GUIDE_BANDS": "3,2,1",
        "MODEL": "/data/my.onnx",
        "DEM_SOURCE": 2,
        "DEVICE": "coreml",
        "RESOLUTION": 5,
    }
    dialog.setParameters({"INPUT": layers[0].id(), **given})
    values = dialog.createProcessingParameters()
    dialog.deleteLater()
    assert {name: values[name] for name in given} == given


def test_batch_rows(provider, iface, layers):
    from processing.gui.BatchAlgorithmDialog import BatchAlgorithmDialog

    dialog = BatchAlgorithmDialog(provider.algorithm("superresolve").create(), None)
    panel = dialog.mainWidget()
    panel.addRow()
    assert len(panel.wrappers) == 2
    for row, name in enumerate(("alps", "hills")):
        (wrapper,) = (one for one in panel.wrappers[row] if one is not None and one.parameterDefinition().name() == "MODEL")
        wrapper.setParameterValue(name, QgsProcessingContext())
        assert wrapper.parameterValue() == name
    dialog.deleteLater()


def test_the_model_designer_takes_typed_and_linked_values(provider, iface):
    from processing.modeler.ModelerParametersDialog import ModelerParametersDialog

    model = QgsProcessingModelAlgorithm("m", "g")
    dialog = ModelerParametersDialog(provider.algorithm("superresolve").create(), model)
    wrappers = dialog.widget.widget.wrappers if hasattr(dialog.widget, "widget") else dialog.widget.wrappers
    wrappers["MODEL"].setValue("/data/my.onnx")
    child = dialog.createAlgorithm()
    dialog.deleteLater()
    assert child is not None
    sources = child.parameterSources()
    assert sources["MODEL"][0].staticValue() == "/data/my.onnx"
    assert sources["DEVICE"][0].staticValue() == "auto"


@pytest.fixture(params=["", *sorted(path.stem[len("siran_") :] for path in paths.TRANSLATIONS.glob("siran_*.qm"))])
def spoken(request, qgis_app, qgis_processing):
    """The provider, once in each language that the plugin speaks; empty: English."""
    translator = QTranslator()
    if request.param:
        assert translator.load(str(paths.TRANSLATIONS / f"siran_{request.param}.qm"))
        QCoreApplication.installTranslator(translator)
    provider = SiranProvider()  # takes the texts of its parameters along
    QgsApplication.processingRegistry().addProvider(provider)
    yield provider
    QgsApplication.processingRegistry().removeProvider(provider)
    QCoreApplication.removeTranslator(translator)


@pytest.fixture
def usual_font(qgis_app):
    """The size of a desktop's texts, 10 points; without a screen Qt takes 12."""
    kept = QApplication.font()
    font = QApplication.font()
    font.setPointSize(10)
    QApplication.setFont(font)
    yield
    QApplication.setFont(kept)


def test_the_parameters_fit_into_the_dialog_as_it_opens(spoken, usual_font, iface, layers):
    """Each with its description and QGIS's " [optional]" behind it: a horizontal scroll bar would cut off their right ends."""
    from processing.gui.AlgorithmDialog import AlgorithmDialog

    for algorithm in spoken.algorithms():
        dialog = AlgorithmDialog(algorithm.create(), False, None)
        dialog.resize(688, 523)
        dialog.show()
        for _ in range(20):
            QCoreApplication.processEvents()
        (area,) = dialog.mainWidget().findChildren(QScrollArea)
        widest = max(
            (one for one in area.widget().findChildren(QWidget) if hasattr(one, "text")), key=lambda one: one.minimumSizeHint().width()
        )
        said = f"{algorithm.displayName()}: {area.widget().minimumSizeHint().width()} > {area.viewport().width()}: {widest.text()}"
        fits = area.horizontalScrollBar().maximum() == 0
        dialog.close()
        dialog.deleteLater()
        assert fits, said
