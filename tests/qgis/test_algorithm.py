"""The algorithms as QGIS sees them, before anything runs."""

import enum
import os
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from conftest import write_raster
from qgis.core import (
    NULL,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingModelChildParameterSource,
    QgsProcessingParameterDefinition,
    QgsProject,
    QgsProperty,
    QgsRasterLayer,
    QgsRectangle,
    QgsReferencedRectangle,
)
from qgis.PyQt.QtCore import QVariant

from siran_qgis import command, interpreter, layers, paths
from siran_qgis.errors import SiranError
from siran_qgis.events import Result


@pytest.fixture
def algorithm(provider):
    return provider.algorithm("superresolve")


def job(algorithm, context, **parameters):
    parameters.setdefault("OUTPUT", "/tmp/out.tif")
    fresh = algorithm.create()
    return fresh._job(parameters, context)


def refusal(algorithm, context, **parameters):
    """The sentence with which QGIS refuses to run."""
    parameters.setdefault("OUTPUT", "/tmp/out.tif")
    good, message = algorithm.checkParameterValues(parameters, context)
    assert not good
    assert message and "\n" not in message
    return message


def test_the_profile_folder_is_ours(monkeypatch):
    monkeypatch.undo()
    assert paths.profile().name == "siran"
    assert str(paths.profile().parent) == os.path.normpath(QgsApplication.qgisSettingsDirPath())
    assert paths.environment().parent == paths.models().parent == paths.profile()


def test_provider(provider):
    assert provider.id() == "siran"
    assert sorted(algorithm.name() for algorithm in provider.algorithms()) == ["comparedem", "models", "setupbackend", "superresolve"]
    assert not provider.icon().isNull() and paths.ICON.is_file()
    assert provider.versionInfo()[0].isdigit()


def test_plugin_comes_and_goes(qgis_app, qgis_processing, qgis_iface):
    from siran_qgis.plugin import SiranPlugin

    plugin = SiranPlugin(qgis_iface)
    plugin.initGui()
    assert QgsApplication.processingRegistry().algorithmById("siran:superresolve") is not None
    plugin.unload()
    plugin.unload()
    assert QgsApplication.processingRegistry().providerById("siran") is None


def test_parameters(algorithm):
    definitions = {definition.name(): definition for definition in algorithm.parameterDefinitions()}
    assert list(definitions) == [
        "INPUT", "BAND", "GUIDE", "GUIDE_BANDS", "MODEL", "DEM_SOURCE", "DEM_ERROR", "RESOLUTION", "EXTENT", "LIKE", "THOROUGH", "DEVICE",
        "TILE_SIZE", "THREADS", "OUTPUT", "UNCERTAINTY", "DIFFERENCE", "REPORT",
    ]  # fmt: skip
    advanced = [name for name, one in definitions.items() if one.flags() & QgsProcessingParameterDefinition.FlagAdvanced]
    assert advanced == ["LIKE", "TILE_SIZE", "THREADS"]
    assert all(one.help() for one in definitions.values() if not one.isDestination())
    outputs = [output.name() for output in algorithm.outputDefinitions()]
    assert outputs[:4] == ["OUTPUT", "UNCERTAINTY", "DIFFERENCE", "REPORT"]
    assert outputs[4:] == ["PROVIDER", "SECONDS", "PIXELS", "PIXEL_SIZE", "MODEL_NAME", "MODEL_SHA256"]


def test_what_lies_beside_the_result_is_made_only_if_asked_for(algorithm, context, dem):
    for name in ("UNCERTAINTY", "DIFFERENCE"):
        definition = algorithm.parameterDefinition(name)
        assert definition.flags() & QgsProcessingParameterDefinition.FlagOptional and not definition.createByDefault() and definition.help()
    for nothing in (None, ""):
        made = job(algorithm, context, INPUT=str(dem), UNCERTAINTY=nothing, DIFFERENCE=nothing)
        assert (made.uncertainty, made.difference) == ("", "")
    made = job(algorithm, context, INPUT=str(dem), UNCERTAINTY="/tmp/sigma.tif", DIFFERENCE="TEMPORARY_OUTPUT")
    assert made.uncertainty == "/tmp/sigma.tif" and made.difference.endswith(".tif")


def test_help_and_looks(provider):
    for algorithm in provider.algorithms():
        shown = algorithm.shortHelpString()
        assert shown.startswith("<p>")
        # QGIS's panel paints b in a grey that is black on black in dark themes.
        assert "<b>" not in shown and shown.count("<strong>") == shown.count("</strong>") > 0
        assert algorithm.shortDescription().endswith(".")
        assert algorithm.displayName() and algorithm.tags() and not algorithm.group() and not algorithm.icon().isNull()


def test_defaults_need_an_input_and_an_output_only(algorithm, context, dem):
    assert algorithm.checkParameterValues({"INPUT": str(dem), "OUTPUT": "/tmp/out.tif"}, context) == (True, "")
    assert job(algorithm, context, INPUT=str(dem)) == command.Job(dem=str(dem), output="/tmp/out.tif")


def test_all_parameters(algorithm, context, dem, guide):
    made = job(
        algorithm, context, INPUT=str(dem), BAND=1, GUIDE=str(guide), GUIDE_BANDS="3,1,2", MODEL="m.onnx", DEM_SOURCE="GLO30",
        RESOLUTION="7.5", EXTENT="540000,541000,4189000,4190000 [EPSG:32610]", THOROUGH=True, DEVICE="CUDA", TILE_SIZE=256,
        THREADS=2,
    )  # fmt: skip
    assert made == command.Job(
        dem=str(dem), output="/tmp/out.tif", band=1, guide=str(guide), guide_bands=(3, 1, 2), model="m.onnx", dem_source="glo30",
        resolution=7.5, extent=command.Extent(540000, 4189000, 541000, 4190000, "EPSG:32610"), thorough=True, device="cuda", tile=256,
        threads=2,
    )  # fmt: skip


def test_the_grid_of_another_raster(algorithm, context, dem, guide):
    assert job(algorithm, context, INPUT=str(dem), LIKE=str(guide)) == command.Job(dem=str(dem), output="/tmp/out.tif", like=str(guide))


@pytest.mark.parametrize("value", ["srtm", "SRTM", 1, "1", QgsProperty.fromExpression("'srtm'"), QgsProperty.fromExpression("1")])
def test_a_source_by_name_label_index_or_expression(algorithm, context, dem, value):
    assert algorithm.checkParameterValues({"INPUT": str(dem), "DEM_SOURCE": value, "OUTPUT": "/tmp/out.tif"}, context)[0]
    assert job(algorithm, context, INPUT=str(dem), DEM_SOURCE=value).dem_source == "srtm"


def test_an_own_error_of_zero_is_an_error_of_zero(algorithm, context, dem):
    made = job(algorithm, context, INPUT=str(dem), DEM_SOURCE="own", DEM_ERROR=0)
    assert (made.dem_source, made.dem_error) == ("own", 0)


def test_an_extent_carries_its_crs(algorithm, context, dem):
    extent = QgsReferencedRectangle(QgsRectangle(-122.6, 37.8, -122.5, 37.9), QgsCoordinateReferenceSystem("EPSG:4326"))
    assert job(algorithm, context, INPUT=str(dem), EXTENT=extent).extent == command.Extent(-122.6, 37.8, -122.5, 37.9, "EPSG:4326")
    custom = QgsCoordinateReferenceSystem.fromProj("+proj=laea +lat_0=38 +lon_0=-122.5 +datum=WGS84 +units=m")
    extent = QgsReferencedRectangle(QgsRectangle(-10, -10, 10, 10), custom)
    assert "Lambert" in job(algorithm, context, INPUT=str(dem), EXTENT=extent).extent.crs


@pytest.mark.parametrize("extent", ["540000,541000,4189000,4190000", QgsRectangle(540000, 4189000, 541000, 4190000)])
def test_an_extent_without_a_crs_is_in_the_outputs_and_not_in_the_projects(algorithm, context, dem, extent):
    """As on the command line. In NAD27 the same numbers are 200 m away."""
    project = QgsProject()
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:26710"))
    context.setProject(project)
    made = job(algorithm, context, INPUT=str(dem), EXTENT=extent).extent
    assert made == command.Extent(540000, 4189000, 541000, 4190000, "")
    context.setProject(None)


ALGORITHM = "siran:superresolve"


@pytest.mark.parametrize(
    "expression",
    ["'540000,541000,4189000,4190000'", "geom_from_wkt('POLYGON((540000 4189000,541000 4189000,541000 4190000,540000 4189000))')"],
)
def test_an_extent_by_an_expression_is_one_in_plain(algorithm, context, dem, expression):
    """In the output's CRS where it names none, as the same numbers in plain are."""
    project = QgsProject()
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:26710"))
    context.setProject(project)
    made = job(algorithm, context, INPUT=str(dem), EXTENT=QgsProperty.fromExpression(expression)).extent
    assert made == command.Extent(540000, 4189000, 541000, 4190000, "")
    context.setProject(None)


def test_an_expression_that_is_no_extent_is_refused(algorithm, context, dem):
    given = {"INPUT": str(dem), "OUTPUT": "/tmp/out.tif", "EXTENT": QgsProperty.fromExpression("'rubbish'")}
    good, message = algorithm.checkParameterValues(given, context)
    assert not good and message.startswith("rubbish is no extent that can be read (EXTENT).")


def test_an_extent_without_area_is_refused_in_the_order_that_qgis_reads(algorithm, context, dem):
    given = {"INPUT": str(dem), "OUTPUT": "/tmp/out.tif", "EXTENT": "-122.55,-122.55,37.9,37.9 [EPSG:4326]"}
    good, message = algorithm.checkParameterValues(given, context)
    assert not good and "no area (EXTENT). Write it as xmin,xmax,ymin,ymax." in message


def test_an_empty_rectangle_is_no_extent(algorithm, context, dem):
    assert job(algorithm, context, INPUT=str(dem), EXTENT=QgsRectangle()).extent is None


NOTHING = QgsProperty.fromExpression("NULL")


@pytest.mark.parametrize("nothing", [NOTHING, NULL, None, ""])
def test_an_expression_that_gives_nothing_is_left_out(algorithm, context, dem, nothing):
    names = ("BAND", "GUIDE", "DEM_ERROR", "RESOLUTION", "EXTENT", "LIKE", "TILE_SIZE", "THREADS")
    parameters = {"INPUT": str(dem), "OUTPUT": "/tmp/out.tif", **dict.fromkeys(names, nothing)}
    assert algorithm.checkParameterValues(parameters, context) == (True, "")
    assert job(algorithm, context, **parameters) == command.Job(dem=str(dem), output="/tmp/out.tif")
    good, message = algorithm.checkParameterValues({**parameters, "DEM_SOURCE": "own"}, context)
    assert not good and "no error in metres is given" in message


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"INPUT": "/nowhere/dem.tif"}, "/nowhere/dem.tif"),
        ({"INPUT": ""}, "INPUT"),
        ({"GUIDE": "/nowhere/guide.tif"}, "/nowhere/guide.tif"),
        ({"BAND": 2}, "no band 2"),
        ({"EXTENT": "540000,541000,4189000,4190000 [EPSG:999999]"}, "EPSG:999999 is no CRS that QGIS knows"),
        ({"GUIDE_BANDS": "1,2,3"}, "no guide"),
        ({"GUIDE": "guide", "GUIDE_BANDS": "1,2,4"}, "no band 4"),
        ({"GUIDE": "guide", "GUIDE_BANDS": "red"}, "'red'"),
        ({"DEM_SOURCE": "mars"}, "'mars'"),
        ({"DEM_SOURCE": 8}, "DEM_SOURCE"),
        ({"DEM_SOURCE": "own"}, "DEM_ERROR"),
        ({"DEM_SOURCE": "srtm", "DEM_ERROR": 3}, "DEM_SOURCE"),
        ({"DEM_SOURCE": "own", "DEM_ERROR": -3}, "DEM_ERROR"),
        ({"RESOLUTION": 0}, "more than 0"),
        ({"LIKE": "/nowhere/like.tif"}, "/nowhere/like.tif"),
        ({"LIKE": "guide", "RESOLUTION": 30}, "(LIKE)"),
        ({"TILE_SIZE": 1}, "TILE_SIZE"),
        ({"OUTPUT": "/tmp/out.png"}, "png"),
        ({"UNCERTAINTY": "/tmp/sigma.png"}, "sigma.png"),
        ({"DIFFERENCE": "/tmp/added.png"}, "added.png"),
        ({"REPORT": "/tmp/report.pdf"}, "report.pdf"),
    ],
)
def test_refusals_before_the_run(algorithm, context, dem, guide, parameters, words):
    parameters = {"INPUT": str(dem), **parameters}
    for name in ("GUIDE", "LIKE"):
        if parameters.get(name) == "guide":
            parameters[name] = str(guide)
    assert words in refusal(algorithm, context, **parameters)


@pytest.mark.parametrize("bands", ["", "1,2,3"])
def test_an_elevation_model_as_guide_is_asked_about(algorithm, context, dem, guide, bands):
    message = refusal(algorithm, context, INPUT=str(guide), GUIDE=str(dem), GUIDE_BANDS=bands)
    assert message == (
        "The guide image, dem, has fewer than three bands: are the elevation model and the guide exchanged? "
        "Of a panchromatic image give the band three times, as 1,1,1 (GUIDE_BANDS); one band is of little use, and may do harm."
    )


def test_an_image_of_one_band_may_be_named_thrice(algorithm, context, dem, tmp_path):
    """As on the command line."""
    grey = write_raster(tmp_path / "grey.tif", [lambda column, row: column], size=(120, 90), origin=(540000, 4190000), pixel=30, epsg=32610)
    assert algorithm.checkParameterValues({"INPUT": str(dem), "GUIDE": str(grey), "GUIDE_BANDS": "1,1,1", "OUTPUT": "/tmp/o.tif"}, context)[
        0
    ]


def test_a_layer_that_is_no_file_is_refused(algorithm, context, dem):
    layer = QgsRasterLayer("type=xyz&url=http://127.0.0.1:1/{z}/{x}/{y}.png", "tiles", "wms")
    assert layer.isValid()
    QgsProject.instance().addMapLayer(layer)
    message = refusal(algorithm, context, INPUT=layer.id())
    assert message == "Layer tiles is no raster file (wms). Save it as a GeoTIFF and use that."
    assert "tiles" in refusal(algorithm, context, INPUT=str(dem), GUIDE=layer.id())


def test_layers_stand_for_their_files(dem):
    layer = QgsRasterLayer(str(dem), "dem")
    assert layers.file_of(layer) == str(dem)


def test_a_bar_may_be_part_of_a_files_name(dem):
    named = dem.rename(dem.with_name("north|south.tif"))
    assert layers.file_of(QgsRasterLayer(str(named), "hills")) == str(named)


def test_without_a_backend_one_sentence_says_what_to_do(algorithm, context, dem, monkeypatch):
    monkeypatch.delenv("SIRAN_PYTHON", raising=False)
    message = refusal(algorithm, context, INPUT=str(dem))
    assert "Set up backend" in message and "siran:setupbackend" in message and "\n" not in message


def test_one_file_for_two_outputs_is_refused_by_their_names(algorithm, context, dem):
    message = refusal(algorithm, context, INPUT=str(dem), OUTPUT="/tmp/fine.tif", UNCERTAINTY="/tmp/x/../fine.tif")
    assert "/tmp/x/../fine.tif is named twice, as OUTPUT and as UNCERTAINTY." in message


def test_a_wrong_interpreter_is_named(algorithm, context, dem, monkeypatch):
    monkeypatch.setenv("SIRAN_PYTHON", "/nowhere/python")
    assert "/nowhere/python" in refusal(algorithm, context, INPUT=str(dem))
    with pytest.raises(SiranError):
        interpreter.find()


def test_checking_starts_no_process(algorithm, context, dem, monkeypatch, fake_python, tmp_path):
    monkeypatch.setenv("SIRAN_PYTHON", fake_python(f"open({str(tmp_path / 'ran')!r}, 'w')"))
    assert algorithm.checkParameterValues({"INPUT": str(dem), "OUTPUT": "/tmp/out.tif"}, context) == (True, "")
    assert not (tmp_path / "ran").exists()


def test_unknown_names_are_refused_while_running_too(algorithm, context, dem):
    with pytest.raises(QgsProcessingException, match="mars"):
        job(algorithm, context, INPUT=str(dem), DEM_SOURCE=QgsProperty.fromExpression("'mars'"))


def test_installed_models_are_listed(algorithm, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "models", lambda: tmp_path)
    for name in ("zebra.onnx", "alps.onnx", "script.card.json", "notes.txt"):
        (tmp_path / name).touch()
    assert {"alps", "script", "zebra"} <= set(paths.installed_models())
    fresh = algorithm.create()  # owns the parameters
    choices = fresh.parameterDefinition("MODEL").metadata()["widget_wrapper"]["choices"]
    assert choices[0][0] == "" and ["alps", "alps"] in choices


def widget(algorithm, name, dialog=None):
    from processing.gui.wrappers import WidgetWrapperFactory

    return WidgetWrapperFactory.create_wrapper(algorithm.parameterDefinition(name), dialog)


def test_what_runs_where_no_model_is_chosen_is_named(algorithm, model):
    """A file DEFAULT in the user's folder may name another than the bundled one."""
    paths.models().mkdir(parents=True)
    (paths.models() / "alps.onnx").write_bytes(model.read_bytes())
    (paths.models() / "DEFAULT").write_text("alps\n")
    fresh = algorithm.create()  # owns the parameters
    definition = fresh.parameterDefinition("MODEL")
    assert definition.metadata()["widget_wrapper"]["choices"][0] == ["", "Default: alps"]
    assert definition.help().endswith("Empty: the default, alps.")


def test_a_model_is_chosen_or_typed(algorithm):
    wrapper = widget(algorithm, "MODEL")
    assert wrapper.value() == "" and wrapper.combo.currentText() == f"Default: {paths.default_model()}" != "Default: "
    wrapper.setWidgetValue("/data/my.onnx", QgsProcessingContext())
    assert wrapper.widgetValue() == "/data/my.onnx"
    wrapper.setValue(None)
    assert wrapper.value() == ""


def test_a_device_is_chosen_or_typed(algorithm):
    wrapper = widget(algorithm, "DEVICE")
    assert wrapper.value() == "auto"
    wrapper.setValue("cuda")
    assert wrapper.value() == "cuda" and wrapper.combo.currentIndex() == 2
    # What does not fit is cut off at its end.
    assert wrapper.combo.lineEdit().cursorPosition() == 0 and wrapper.combo.toolTip() == wrapper.combo.currentText()
    wrapper.combo.setEditText("coreml")
    assert wrapper.value() == "coreml"


def test_in_the_model_designer_inputs_can_be_chosen(algorithm):
    class ModelerParametersDialog:
        def getAvailableValuesOfType(self, parameters, outputs):
            return ["source"]

        def resolveValueDescription(self, source):
            return "Input 'which model'"

    wrapper = widget(algorithm, "MODEL", ModelerParametersDialog())
    wrapper.combo.setCurrentIndex(wrapper.combo.findText("Input 'which model'"))
    assert wrapper.value() == "source"


def test_in_the_model_designer_an_expression_stays_one(algorithm):
    class ModelerParametersDialog:
        def getAvailableValuesOfType(self, parameters, outputs):
            return []

    wrapper = widget(algorithm, "MODEL", ModelerParametersDialog())
    for source in (
        QgsProcessingModelChildParameterSource.fromExpression("'ti' || 'ny'"),
        QgsProcessingModelChildParameterSource.fromExpression(" case\n  when true then 'tiny'\nend "),
        QgsProcessingModelChildParameterSource.fromExpression(paths.default_model()),
        QgsProcessingModelChildParameterSource.fromExpressionText("[% 'tiny' %]"),
        QgsProcessingModelChildParameterSource.fromModelParameter("gone"),
    ):
        wrapper.setValue(source)
        assert wrapper.value() == source
        wrapper.combo.setEditText("tiny")
        assert wrapper.value() == "tiny"


def test_loaded_results_are_named_and_styled(dem, context):
    context.addLayerToLoadOnCompletion(str(dem), QgsProcessingContext.LayerDetails("hills", QgsProject.instance(), "OUTPUT"))
    result = Result(str(dem), {"pixel_size": 45.0}, {"name": "tiny"}, "CPU", 1.0, 1)
    layers.style_when_loaded(str(dem), context, layers.hillshade, ALGORITHM, result)
    layer = QgsRasterLayer(str(dem), "hills")
    context.layerToLoadOnCompletionDetails(str(dem)).postProcessor().postProcessLayer(layer, context, None)
    assert layer.name() == "hills (tiny, 45 m)"
    assert layer.renderer().type() == "hillshade"
    assert layer.renderer().zFactor() == 2.0  # 90 units of the CRS are 45 m on the ground


@pytest.mark.parametrize("unit", [0.3048, 1200 / 3937])
def test_the_relief_of_heights_in_feet_is_no_steeper(dem, context, unit, monkeypatch):
    """When it comes out of a run, and when it is shown anew. PyQGIS does not tell the unit of a band."""
    context.addLayerToLoadOnCompletion(str(dem), QgsProcessingContext.LayerDetails("hills", QgsProject.instance(), "OUTPUT"))
    result = Result(str(dem), {"pixel_size": 45.0}, {"name": "tiny"}, "CPU", 1.0, 1, metres_per_unit=unit)
    layers.style_when_loaded(str(dem), context, layers.hillshade, ALGORITHM, result)
    layer = QgsRasterLayer(str(dem), "hills")
    context.layerToLoadOnCompletionDetails(str(dem)).postProcessor().postProcessLayer(layer, context, None)
    assert layer.name() == "hills (tiny, 45 m)"
    assert layer.renderer().zFactor() == pytest.approx(2.0 * unit)
    assert layers.height_unit(layer) == unit
    for nonsense in ("feet", -1, 0, float("nan"), None):
        layer.setCustomProperty(layers.HEIGHT_UNIT, nonsense)
        assert layers.height_unit(layer) == 1.0


def test_the_input_of_a_run_is_shown_as_steep_as_its_result(dem, context, tmp_path):
    """Its layer says nothing of feet; the backend that read it has."""
    made = tmp_path / "made.tif"
    made.write_bytes(dem.read_bytes())
    before = QgsRasterLayer(str(dem), "before")
    QgsProject.instance().addMapLayer(before)
    context.addLayerToLoadOnCompletion(str(made), QgsProcessingContext.LayerDetails("hills", QgsProject.instance(), "OUTPUT"))
    result = Result(str(made), {"pixel_size": 45.0}, {"name": "tiny"}, "CPU", 1.0, 1, metres_per_unit=0.3048)
    layers.style_when_loaded(str(made), context, layers.hillshade, ALGORITHM, result, str(dem))
    layer = QgsRasterLayer(str(made), "hills")
    context.layerToLoadOnCompletionDetails(str(made)).postProcessor().postProcessLayer(layer, context, None)
    assert layers.height_unit(before) == layers.height_unit(layer) == 0.3048


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEM_ERROR", "3,5"), ("DEM_ERROR", "abc"), ("DEM_ERROR", "nan"), ("RESOLUTION", "8,5"), ("TILE_SIZE", "abc"), ("THREADS", "1_0"),
        ("BAND", "abc"), ("BAND", "-1"), ("THOROUGH", "maybe"),
    ],
)  # fmt: skip
def test_texts_that_qgis_would_make_a_zero_or_a_yes_of_are_refused(algorithm, context, dem, name, value):
    given = {"INPUT": str(dem), "OUTPUT": "/tmp/out.tif", name: value} | ({"DEM_SOURCE": "own"} if name == "DEM_ERROR" else {})
    good, message = algorithm.checkParameterValues(given, context)
    assert not good and name in message and value in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEM_ERROR", [3.5]), ("DEM_ERROR", {}), ("DEM_ERROR", QgsProperty.fromExpression("'abc'")), ("BAND", [1]), ("THOROUGH", [True]),
        ("THOROUGH", QgsProperty.fromExpression("'maybe'")), ("RESOLUTION", QgsProperty.fromExpression("foo(")), ("MODEL", ["tiny"]),
        ("RESOLUTION", QgsProperty.fromExpression("to_int('x')")), ("DEM_SOURCE", ["srtm"]), ("BAND", 0.6), ("DEM_ERROR", float("nan")),
        ("GUIDE_BANDS", {"nir": 4}), ("GUIDE_BANDS", object()), ("THOROUGH", 0.5),
    ],
)  # fmt: skip
def test_values_that_qgis_would_take_for_none_are_refused(algorithm, context, dem, name, value):
    """Before a run, and in it, as a model checks nothing."""
    given = {"INPUT": str(dem), "OUTPUT": "/tmp/out.tif", "DEM_SOURCE": "own" if name == "DEM_ERROR" else "auto", name: value}
    good, message = algorithm.checkParameterValues(given, context)
    assert not good and name in message
    with pytest.raises(QgsProcessingException, match=name):
        algorithm.processAlgorithm(given, context, QgsProcessingFeedback())


def test_a_member_of_an_enumeration_is_its_text(algorithm, context, dem):
    class Source(str, enum.Enum):  # noqa: UP042 - as scripts for Python 3.9 have it
        GLO = "glo30"

    given = {"INPUT": str(dem), "OUTPUT": "/tmp/out.tif", "DEM_SOURCE": Source.GLO}
    assert algorithm.checkParameterValues(given, context) == (True, "")
    given["DEM_SOURCE"] = QgsProperty.fromExpression("'nonsense'", False)  # which is switched off
    assert algorithm.checkParameterValues(given, context) == (True, "")


def test_what_scripts_give_is_what_the_backend_gets(algorithm, context, dem, guide, monkeypatch):
    """Of an object that is no number of Python's own QGIS makes 0, 1 or nothing."""
    given = {
        "INPUT": dem, "GUIDE": guide, "OUTPUT": Path("/tmp/out.tif"), "BAND": np.int64(1),
        "DEM_SOURCE": QgsProperty.fromExpression("'own'"), "DEM_ERROR": np.float32(3.5), "RESOLUTION": Decimal("7.5"),
        "THOROUGH": np.bool_(True), "GUIDE_BANDS": np.array([1, 2, 3]),
        "TILE_SIZE": QgsProperty.fromExpression("200 + 56"), "THREADS": QVariant(2), "MODEL": Path("tiny.onnx"),
    }  # fmt: skip
    seen = []
    monkeypatch.setattr(type(algorithm), "process", lambda self, parameters, context, _: seen.append(self._job(parameters, context)) or {})
    good = algorithm.create().run(given, context, QgsProcessingFeedback())[1]
    assert good and seen == [
        command.Job(
            dem=str(dem), guide=str(guide), output="/tmp/out.tif", dem_source="own", dem_error=3.5, resolution=7.5, thorough=True,
            guide_bands=(1, 2, 3), tile=256, threads=2, model="tiny.onnx",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(("value", "thorough"), [("yes", True), ("TRUE", True), ("1", True), (1, True), ("no", False), ("0", False)])
def test_no_means_no(algorithm, context, dem, value, thorough):
    assert algorithm.checkParameterValues({"INPUT": str(dem), "OUTPUT": "/tmp/out.tif", "THOROUGH": value}, context)[0]
    assert job(algorithm, context, INPUT=str(dem), THOROUGH=value).thorough is thorough


@pytest.mark.parametrize("value", ["3.5", " 3.5 ", "35e-1", 3.5])
def test_numbers_as_texts_are_numbers(algorithm, context, dem, value):
    given = {"INPUT": str(dem), "OUTPUT": "/tmp/out.tif", "DEM_SOURCE": "own", "DEM_ERROR": value}
    assert algorithm.checkParameterValues(given, context)[0]
    assert job(algorithm, context, **given).dem_error == 3.5


def test_a_result_is_styled_by_whatever_name_qgis_loads_it(dem, context, monkeypatch):
    """A relative name; on Windows QGIS writes slashes where the plugin has backslashes."""
    monkeypatch.chdir(dem.parent)
    name = os.path.join(".", dem.name)
    context.addLayerToLoadOnCompletion(name, QgsProcessingContext.LayerDetails("hills", QgsProject.instance(), "OUTPUT"))
    layers.style_when_loaded(str(dem), context, layers.hillshade, ALGORITHM)
    assert isinstance(context.layerToLoadOnCompletionDetails(name).postProcessor(), layers.Styled)


@pytest.mark.parametrize(
    ("look", "value", "low", "high"),
    [
        (layers.uncertainty, lambda column, row: 0.01 * column, 0, 0.4),
        (layers.uncertainty, lambda column, row: 0, 0, 1),
        (layers.uncertainty, lambda column, row: 6 + 0.01 * column, 6, 6.4),
        (layers.difference, lambda column, row: 0.1 * column - 1, -3, 3),
        (layers.difference, lambda column, row: 1 - 0.1 * column, -3, 3),
        (layers.difference, lambda column, row: 0, -1, 1),
    ],
)
def test_colours_are_fitted_to_the_values(tmp_path, context, look, value, low, high):
    path = str(write_raster(tmp_path / "beside.tif", [value], size=(40, 30), origin=(540000, 4190000), pixel=90, epsg=32610))
    context.addLayerToLoadOnCompletion(path, QgsProcessingContext.LayerDetails("beside", QgsProject.instance(), "OUTPUT"))
    layers.style_when_loaded(path, context, look, ALGORITHM, Result(path, {"pixel_size": 45.0}, {"name": "tiny"}, "CPU", 1.0, 1))
    layer = QgsRasterLayer(path, "beside")
    context.layerToLoadOnCompletionDetails(path).postProcessor().postProcessLayer(layer, context, None)
    assert layer.name() == "beside (tiny, 45 m)" and layer.renderer().type() == "singlebandpseudocolor"
    items = layer.renderer().shader().rasterShaderFunction().colorRampItemList()
    values = [item.value for item in items]
    assert values == sorted(values) and len(values) == 5
    assert (layer.renderer().classificationMin(), layer.renderer().classificationMax()) == (values[0], values[-1])
    assert values[0] == pytest.approx(low, rel=0.1)
    assert values[-1] == pytest.approx(high, rel=0.01 if low > 0 else 0.1)
    if low < 0:
        assert values[0] == -values[-1]
        assert values[2] == 0 and items[2].color.name() == "#f7f7f7"


@pytest.mark.parametrize("set_for", ["output", "rasters"])
def test_a_style_that_the_user_set_in_processing_stays(dem, context, tmp_path, monkeypatch, set_for):
    """QGIS gives it to the layer before the post-processor gets it."""
    from processing.core.ProcessingConfig import ProcessingConfig
    from processing.gui.RenderingStyles import RenderingStyles

    styles = {ALGORITHM: {"OUTPUT": "grey.qml"}} if set_for == "output" else {}
    monkeypatch.setattr(RenderingStyles, "styles", styles)
    asked = ProcessingConfig.getSetting
    monkeypatch.setattr(
        ProcessingConfig,
        "getSetting",
        lambda name, *more: "grey.qml" if set_for == "rasters" and name == ProcessingConfig.RASTER_STYLE else asked(name, *more),
    )
    context.addLayerToLoadOnCompletion(str(dem), QgsProcessingContext.LayerDetails("hills", QgsProject.instance(), "OUTPUT"))
    layers.style_when_loaded(
        str(dem), context, layers.hillshade, ALGORITHM, Result(str(dem), {"pixel_size": 45.0}, {"name": "tiny"}, "CPU", 1.0, 1)
    )
    layer = QgsRasterLayer(str(dem), "hills")
    before = layer.renderer().type()
    context.layerToLoadOnCompletionDetails(str(dem)).postProcessor().postProcessLayer(layer, context, None)
    assert layer.name() == "hills (tiny, 45 m)" and layer.renderer().type() == before != "hillshade"


def test_results_that_nobody_loads_are_left_alone(dem, context, monkeypatch):
    monkeypatch.setattr(layers, "_post_processors", [])
    layers.style_when_loaded(str(dem), context, layers.hillshade, ALGORITHM)
    assert not layers._post_processors and not context.layersToLoadOnCompletion()
    context.addLayerToLoadOnCompletion(str(dem), QgsProcessingContext.LayerDetails("hills", QgsProject.instance(), "OUTPUT"))
    layers.style_when_loaded(str(dem.with_name("other.tif")), context, layers.hillshade, ALGORITHM)
    assert not layers._post_processors and context.layerToLoadOnCompletionDetails(str(dem)).postProcessor() is None
