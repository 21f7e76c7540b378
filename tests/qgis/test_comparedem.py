"""Compare DEM with reference: real rasters, real QGIS, the real backend."""

import itertools
import json
import math
import os
import struct
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, write_raster
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsProcessingOutputHtml,
    QgsProcessingUtils,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)

from siran_qgis import comparison, layers
from siran_qgis.algorithms import comparedem
from siran_qgis.errors import SiranError

SIZE = (40, 30)
ORIGIN = (540000, 4190000)
PIXEL = 90
WEST = f"{ORIGIN[0]} {ORIGIN[1]}, {ORIGIN[0] + 20 * PIXEL} {ORIGIN[1]}, {ORIGIN[0] + 20 * PIXEL} {ORIGIN[1] - 30 * PIXEL}"
WEST = f"POLYGON(({WEST}, {ORIGIN[0]} {ORIGIN[1] - 30 * PIXEL}, {ORIGIN[0]} {ORIGIN[1]}))"
"""The left half of the rasters."""


def error(column, row):
    """Of the tested DEM, metres."""
    return ((column * 7 + row * 13) % 11) / 4 - 1 + (5 if column >= 20 else 0)


@pytest.fixture
def tested(tmp_path, dem):
    """The DEM of conftest with known errors."""
    return write_raster(
        tmp_path / "tested.tif",
        [lambda column, row: 100 + column + 2 * row + (20 if 15 < column < 25 and 10 < row < 20 else 0) + error(column, row)],
        size=SIZE, origin=ORIGIN, pixel=PIXEL, epsg=32610,
    )  # fmt: skip


@pytest.fixture
def algorithm(provider, use_backend):
    return provider.algorithm("comparedem")


def polygons(*shapes, crs="EPSG:32610", kind="Polygon"):
    """A memory layer of WKT, in the project."""
    layer = QgsVectorLayer(f"{kind}?crs={crs}", "west half", "memory")
    if not crs:
        layer.setCrs(QgsCoordinateReferenceSystem())
    features = []
    for shape in shapes:
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromWkt(shape))
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    QgsProject.instance().addMapLayer(layer)
    return layer


def compare(context=None, **parameters):
    import processing

    return processing.run("siran:comparedem", parameters, context=context)


def refusal(algorithm, context, **parameters):
    good, message = algorithm.checkParameterValues({"REPORT": "TEMPORARY_OUTPUT", **parameters}, context)
    assert not good and message and "\n" not in message
    return message


def expected(*columns):
    """Bias, RMSE and LE90 of these columns."""
    errors = sorted(error(column, row) for column in range(*columns) for row in range(SIZE[1]))
    absolute = sorted(map(abs, errors))
    place = 0.9 * (len(absolute) - 1)
    low = absolute[int(place)]
    return {
        "BIAS": sum(errors) / len(errors),
        "RMSE": (sum(e * e for e in errors) / len(errors)) ** 0.5,
        "LE90": low + (absolute[int(place) + 1] - low) * (place - int(place)),
    }


def test_figures_reports_and_an_error_raster_that_is_loaded(algorithm, context, dem, tested, tmp_path, monkeypatch):
    import processing
    import processing.gui.Postprocessing

    monkeypatch.setattr(processing.gui.Postprocessing, "iface", None, raising=False)
    parameters = {
        "TESTED": [str(tested)], "REFERENCE": str(dem), "REPORT": str(tmp_path / "r.html"), "JSON": str(tmp_path / "r.json"),
        "ERROR": str(tmp_path / "e.tif"),
    }  # fmt: skip
    results = processing.runAndLoadResults("siran:comparedem", parameters, context=context)
    (layer,) = (layer for layer in QgsProject.instance().mapLayers().values() if layer.source() == str(tmp_path / "e.tif"))
    assert layer.renderer().classificationMin() == -layer.renderer().classificationMax()
    for name, value in expected(40).items():
        assert results[name] == pytest.approx(value, rel=1e-3, abs=1e-4), name
    assert results["NMAD"] > 0 and "BIAS_COREGISTERED" not in results
    assert results["REPORT"] == str(tmp_path / "r.html") and "tested.tif" in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["tested"][0]["results"][0]["bias"] == results["BIAS"]
    assert results["ERRORS"] == [str(tmp_path / "e.tif")]
    raster = gdal.Open(str(tmp_path / "e.tif")).ReadRaster(3, 4, 1, 1, buf_type=gdal.GDT_Float32)
    assert struct.unpack("f", raster)[0] == pytest.approx(error(3, 4), abs=1e-4)


def test_several_in_selected_polygons_and_moved(algorithm, context, dem, tested, tmp_path):
    """A memory layer in another CRS of which one feature is selected; error rasters in a folder that is not there yet; no JSON."""
    other = tmp_path / "other.tif"
    other.write_bytes(dem.read_bytes())
    layer = polygons("POLYGON((-123 37, -122 37, -122 38, -123 38, -123 37))", crs="EPSG:4326")
    west = QgsGeometry.fromWkt(WEST)
    utm, degrees = QgsCoordinateReferenceSystem("EPSG:32610"), QgsCoordinateReferenceSystem("EPSG:4326")
    west.transform(QgsCoordinateTransform(utm, degrees, QgsProject.instance()))
    half = QgsFeature()
    half.setGeometry(west)
    _, (half,) = layer.dataProvider().addFeatures([half])
    layer.selectByIds([half.id()])
    results = compare(
        context, TESTED=[str(tested), str(other)], REFERENCE=str(dem), COREGISTER=True, REPORT="TEMPORARY_OUTPUT",
        MASK=QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=True), ERROR_FOLDER=str(tmp_path / "new" / "errors"),
    )  # fmt: skip
    for name, value in expected(20).items():
        assert results[name] == pytest.approx(value, rel=1e-3, abs=1e-4), name
    assert {f"{name}_COREGISTERED" for name in comparison.FIGURES} < set(results) and "JSON" not in results
    assert results["ERROR_FOLDER"] == str(tmp_path / "new" / "errors")
    assert [os.path.basename(path) for path in results["ERRORS"]] == ["tested_error.tif", "other_error.tif"]
    assert "inside the mask west_half.geojson" in Path(results["REPORT"]).read_text(encoding="utf-8")


def test_a_mask_that_finds_no_room_is_one_sentence(provider, use_backend, context, dem, tested, tmp_path, monkeypatch):
    monkeypatch.setattr(comparedem.QgsProcessingUtils, "generateTempFilename", lambda name: "/dev/full")
    layer = polygons(WEST)
    parameters = {"TESTED": [str(tested)], "REFERENCE": str(dem), "MASK": layer.id(), "REPORT": str(tmp_path / "r.html")}
    with pytest.raises(QgsProcessingException, match=r"The mask cannot be written for the backend \(No space left on device\)"):
        provider.algorithm("comparedem").create().processAlgorithm(parameters, context, QgsProcessingFeedback(False))


def test_what_fails_in_a_new_folder_is_not_the_folders_fault(tmp_path):
    with pytest.raises(PermissionError), comparedem._folder(str(tmp_path / "errors")):
        raise PermissionError
    assert not (tmp_path / "errors").exists()


def test_cancel_leaves_nothing(provider, use_backend, context, dem, tested, tmp_path):
    class Impatient(QgsProcessingFeedback):
        """Cancels as soon as something moves."""

        def setProgressText(self, text):
            self.cancel()

    feedback = Impatient(False)
    parameters = {
        "TESTED": [str(tested)], "REFERENCE": str(dem), "ERROR_FOLDER": str(tmp_path / "errors"), "REPORT": str(tmp_path / "r.html")
    }  # fmt: skip
    with pytest.raises(QgsProcessingException, match="Cancelled"):
        provider.algorithm("comparedem").create().processAlgorithm(parameters, context, feedback)
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".xml") == ["dem.tif", "tested.tif"]


def test_the_backends_sentence_is_shown(algorithm, context, dem, tested, tmp_path):
    elsewhere = polygons("POLYGON((0 0, 1 0, 1 1, 0 0))")
    with pytest.raises(QgsProcessingException, match="No pixel of the reference"):
        compare(context, TESTED=[str(tested)], REFERENCE=str(dem), MASK=elsewhere, REPORT=str(tmp_path / "r.html"))


def test_a_polygon_that_crosses_itself_is_refused_or_left_out(algorithm, context, dem, tested, tmp_path):
    """As QGIS's settings ask for. QGIS 3.22 itself raises in the midst of its iterator, and Python ends with that."""
    bow = "POLYGON((540000 4188000, 541000 4187000, 541000 4188000, 540000 4187000, 540000 4188000))"
    given = {"TESTED": [str(tested)], "REFERENCE": str(dem), "MASK": polygons(bow, WEST), "JSON": str(tmp_path / "c.json")}
    context.setInvalidGeometryCheck(QgsFeatureRequest.GeometryAbortOnInvalid)
    with pytest.raises(QgsProcessingException, match=r"Polygon 1 of the mask, west half, is not valid.*Fix geometries"):
        compare(context, **given)
    context.setInvalidGeometryCheck(QgsFeatureRequest.GeometrySkipInvalid)
    # The bow lies in the west half.
    west = pytest.approx(expected(20)["RMSE"], rel=1e-3)
    assert compare(context, **given)["RMSE"] == west
    context.setInvalidGeometryCheck(QgsFeatureRequest.GeometryNoCheck)
    assert compare(context, **given)["RMSE"] == west
    assert not (tmp_path / "r.html").exists()


def test_refusals_before_the_run(algorithm, context, dem, tested):
    good = {"TESTED": [str(tested)], "REFERENCE": str(dem)}
    assert algorithm.checkParameterValues({**good, "REPORT": "TEMPORARY_OUTPUT"}, context) == (True, "")
    for changed, words in (
        ({"TESTED": [str(tested), str(dem)]}, f"{dem} is the reference and a tested DEM at once. Choose another."),
        ({"TESTED": []}, "TESTED"),
        ({"TESTED": [str(tested), "/nowhere/dem.tif"]}, "/nowhere/dem.tif"),
        ({"REFERENCE": "/nowhere/dem.tif"}, "/nowhere/dem.tif"),
        ({"MASK": "/nowhere/mask.shp"}, "/nowhere/mask.shp"),
        ({"MASK_RASTER": "/nowhere/mask.tif"}, "/nowhere/mask.tif"),
        ({"MASK": polygons(WEST), "MASK_RASTER": str(dem)}, "two masks"),
        ({"MASK": polygons(WEST, kind="Point")}, "holds no polygons"),
        ({"MASK": polygons()}, "has no features"),
        ({"MASK": polygons(WEST, crs="")}, "has no CRS"),
        ({"REPORT": ""}, "Nothing is to be written. Name a report (REPORT)"),
        ({"REPORT": "/tmp/report.pdf"}, "REPORT, /tmp/report.pdf, does not end with .html."),
        ({"ERROR": "/tmp/errors.png"}, "png"),
        ({"JSON": "/tmp/report.txt"}, "does not end with .json"),
        ({"ERROR": "/tmp/e.tif", "ERROR_FOLDER": "/tmp/e"}, "not to both"),
        ({"ERROR": "/tmp/e.tif", "TESTED": [str(tested), str(tested)]}, "cannot hold the errors of 2 DEMs"),
    ):
        assert words in refusal(algorithm, context, **{**good, **changed})


def test_layers_that_are_no_files_are_refused_as_elsewhere(algorithm, context, dem):
    layer = QgsRasterLayer("type=xyz&url=http://127.0.0.1:1/{z}/{x}/{y}.png", "tiles", "wms")
    QgsProject.instance().addMapLayer(layer)
    said = "Layer tiles is no raster file (wms). Save it as a GeoTIFF and use that."
    assert refusal(algorithm, context, TESTED=[layer.id()], REFERENCE=str(dem)) == said
    assert refusal(algorithm, context, TESTED=[str(dem)], REFERENCE=layer.id()) == said


def test_the_report_is_shown_among_the_results(algorithm):
    outputs = {output.name(): output for output in algorithm.outputDefinitions()}
    assert isinstance(outputs["REPORT"], QgsProcessingOutputHtml)
    assert {"BIAS", "RMSE_COREGISTERED", "NMAD", "LE90", "ERROR", "ERRORS", "ERROR_FOLDER", "JSON"} <= set(outputs)
    assert algorithm.parameterDefinition("REPORT").createByDefault() and not algorithm.parameterDefinition("ERROR").createByDefault()


def as_geojson(layer, reference, context, folder):
    """What the backend gets of the polygons of a layer."""
    source = QgsProcessingUtils.variantToSource(layer, context)
    path = folder / "mask.geojson"
    comparison.write_polygons(source, QgsRasterLayer(str(reference), "reference"), str(path), context, QgsProcessingFeedback())
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("kind", "shape", "rings"),
    [
        ("PolygonZ", "POLYGON Z((540000 4190000 5, 541000 4190000 5, 541000 4189000 5, 540000 4190000 5))", 1),
        ("MultiPolygon", "MULTIPOLYGON(((0 0, 9 0, 9 9, 0 0), (5 2, 6 2, 6 3, 5 2)), ((20 0, 29 0, 29 9, 20 0)))", 2),
        ("CurvePolygon", "CURVEPOLYGON(CIRCULARSTRING(0 0, 5 5, 10 0, 5 -5, 0 0))", 1),
    ],
)
def test_polygons_of_any_kind_become_geojson(context, kind, shape, rings, tmp_path, dem):
    written = as_geojson(polygons(shape, "POLYGON EMPTY", kind=kind), dem, context, tmp_path)
    (feature,) = written["features"]
    assert written["crs"]["properties"]["name"] == "EPSG:32610" and feature["geometry"]["type"] in ("Polygon", "MultiPolygon")
    coordinates = feature["geometry"]["coordinates"]
    assert len(coordinates) == rings


PARALLELS = [[8, 46], [10, 46], [10, 47], [8, 47], [8, 46]]


def test_edges_are_straight_in_the_layers_crs_as_on_the_command_line(algorithm, context, backend_python, tmp_path):
    """A parallel is none in UTM: a chord of two degrees lies half a kilometre beside it."""
    wide = {"size": (180, 140), "origin": (418000, 5213000), "pixel": 900, "epsg": 32632}
    reference = write_raster(tmp_path / "reference.tif", [lambda column, row: column], **wide)
    tested = write_raster(tmp_path / "tested.tif", [lambda column, row: row], **wide)
    kept, told = tmp_path / "kept.json", tmp_path / "told.json"
    shape = "POLYGON((" + ", ".join(f"{x} {y}" for x, y in PARALLELS) + "))"
    compare(context, TESTED=[str(tested)], REFERENCE=str(reference), MASK=polygons(shape, crs="EPSG:4326"), JSON=str(kept))
    mask = tmp_path / "mask.geojson"
    mask.write_text(json.dumps({"type": "Polygon", "coordinates": [PARALLELS]}))
    command = [backend_python, "-m", "backend", "compare", str(reference), str(tested), f"--mask={mask}", f"--json={told}"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    counts = [json.loads(path.read_text(encoding="utf-8"))["tested"][0]["results"][0]["count"] for path in (kept, told)]
    assert counts[0] == counts[1] > 0


def test_polygons_have_more_corners_only_where_they_matter(context, tmp_path, dem):
    """Near the reference, and where the CRS is another one; what lies far away is cut off."""
    one_degree = "POLYGON((-123 37, -122 37, -122 38, -123 38, -123 37))"
    far = "POLYGON((13 47, 14 47, 14 48, 13 48, 13 47))", "POLYGON((-123 7, -122 7, -122 8, -123 8, -123 7))"

    def corners(*shapes):
        written = as_geojson(polygons(*shapes, crs="EPSG:4326"), dem, context, tmp_path)["features"]
        return [one["geometry"]["coordinates"][0] for one in written]

    (near,) = corners(*far, one_degree)
    assert len(near) > 20
    assert all(math.dist(one, next_one) < 1050 for one, next_one in itertools.pairwise(near))  # a corner for each kilometre
    extent = QgsRasterLayer(str(dem), "reference").extent()
    assert all(extent.buffered(1.1 * max(extent.width(), extent.height())).contains(*place) for place in near)
    assert near == corners(one_degree.replace("-123", "237").replace("-122", "238"))[0]  # the same longitudes
    assert len(as_geojson(polygons(WEST), dem, context, tmp_path)["features"][0]["geometry"]["coordinates"][0]) == 5
    with pytest.raises(SiranError, match="has no polygon near the reference, reference"):
        corners(*far)


@pytest.mark.parametrize("epsg", [25832, 32633, 32718])
def test_polygons_of_the_whole_earth_count_where_the_reference_lies(algorithm, context, tmp_path, epsg):
    """Most of them lie where its CRS does not reach, and a box around the Earth is none in it."""
    here = {"size": (40, 30), "origin": (600000, 5540000), "pixel": 30, "epsg": epsg}
    reference, tested = (
        write_raster(tmp_path / f"{name}.tif", [lambda column, row, rise=rise: rise * column], **here)
        for name, rise in (("reference", 1), ("tested", 2))
    )
    earth = "POLYGON((-180 -85, 180 -85, 180 85, -180 85, -180 -85))"
    elsewhere = "POLYGON((95 -11, 141 -11, 141 6, 95 6, 95 -11))", "POLYGON((-79 -5, -66 -5, -66 12, -79 12, -79 -5))"
    for number, shapes in enumerate(([earth], [*elsewhere, earth])):
        told = tmp_path / f"{number}.json"
        mask = polygons(*shapes, crs="EPSG:4326")
        compare(context, TESTED=[str(tested)], REFERENCE=str(reference), MASK=mask, JSON=str(told))
        assert json.loads(told.read_text(encoding="utf-8"))["tested"][0]["results"][0]["count"] == 1200


def test_errors_are_white_at_0_and_as_red_as_blue(tmp_path, context, qgis_app):
    path = str(write_raster(tmp_path / "e.tif", [lambda column, row: column - 10], size=SIZE, origin=ORIGIN, pixel=PIXEL, epsg=32610))
    context.addLayerToLoadOnCompletion(path, QgsProcessingContext.LayerDetails("errors", QgsProject.instance(), "ERROR"))
    layers.style_when_loaded(path, context, layers.difference, "siran:comparedem")
    layer = QgsRasterLayer(path, "errors")
    context.layerToLoadOnCompletionDetails(path).postProcessor().postProcessLayer(layer, context, None)
    renderer = layer.renderer()
    assert layer.name() == "errors" and renderer.classificationMin() == -renderer.classificationMax() < 0
    colours = {item.value: item.color.name() for item in renderer.shader().rasterShaderFunction().colorRampItemList()}
    assert (
        colours[0] == "#f7f7f7"
        and colours[renderer.classificationMin()] == "#2166ac"
        and colours[renderer.classificationMax()] == "#b2182b"
    )
    layers.style_when_loaded("/nobody/loads.tif", context, layers.difference, "siran:comparedem")


def test_a_damaged_report_is_one_sentence(tmp_path):
    (tmp_path / "r.json").write_text("{}")
    with pytest.raises(SiranError, match=r"r\.json cannot be read"):
        comparison.read(str(tmp_path / "r.json"))
