"""Whole runs: real QGIS, real backend, small rasters."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest
from conftest import ROOT, write_raster
from osgeo import gdal
from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProject,
)
from qgis.PyQt.QtCore import QCoreApplication

pytestmark = pytest.mark.qgis
SAMPLE = ROOT / "resources" / "sample" / "marin_srtm_1arcsec.tif"
LONG = {"INPUT": SAMPLE, "RESOLUTION": 0.00002, "TILE_SIZE": 256, "THREADS": 1}  # about 2 m: 80 million pixels


def size_of(path):
    raster = gdal.Open(str(path))
    return raster.RasterXSize, raster.RasterYSize


def entries(folder):
    return sorted(path.name for path in Path(folder).iterdir())


def children(pid):
    """Processes that `pid` started: number -> command line."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if parent == pid:
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def wait_for(something, seconds):
    """What `something` returns as soon as it is true; fails after some seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = something()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"nothing within {seconds} s")


def running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def long_run(qgis_process, model, output):
    """A qgis_process in the midst of its work, and its backend's number."""
    parameters = [f"{name}={value}" for name, value in {**LONG, "MODEL": model, "OUTPUT": output}.items()]
    qgis = qgis_process.start("run", "siran:superresolve", "--", *parameters)
    (backend,) = wait_for(lambda: [pid for pid, line in children(qgis.pid).items() if "-m backend" in line], 30)
    wait_for(lambda: len(entries(output.parent)) > 0, 30)  # its unfinished file
    return qgis, backend


# What qgis_process says and does


def test_it_is_listed_and_explained(qgis_process):
    assert "siran:superresolve" in qgis_process("list").stdout
    said = qgis_process("help", "siran:superresolve").stdout
    assert "GUIDE_BANDS: Guide bands: near infrared, red, green" in said and "By name: auto, srtm" in said


def test_text_mode(qgis_process, model, dem, guide, tmp_path):
    output = tmp_path / "out" / "fine.tif"
    output.parent.mkdir()
    status, said = qgis_process.run(
        "superresolve", INPUT=dem, GUIDE=guide, GUIDE_BANDS="1,2,3", MODEL=model, DEM_SOURCE="srtm", DEVICE="cpu", OUTPUT=output
    )
    assert status == 0, said
    assert size_of(output) == size_of(guide)
    assert "120 x 90 pixels" in said and "CPUExecutionProvider" in said and "Traceback" not in said
    assert entries(output.parent) == ["fine.tif"]


def test_what_the_backend_calls_an_option_is_called_as_in_the_dialog(qgis_process, model, dem, tmp_path):
    """In its warnings, and in a failure's message and hint, in the language of the dialog."""
    status, said = qgis_process.run("superresolve", INPUT=dem, MODEL=model, OUTPUT=tmp_path / "fine.tif")
    warned = "pass 'Which elevation model it is' (DEM_SOURCE) or 'Own error in metres' (DEM_ERROR)."
    assert status == 0 and warned in said and "--dem" not in said.replace("--dem-source=auto", "")
    said = refused(qgis_process, ["'Extent' (EXTENT) "], INPUT=dem, MODEL=model, EXTENT="0,1,0,1 [EPSG:32610]")
    assert "--extent " not in said


def test_json_mode(qgis_process, model, dem, tmp_path):
    said = qgis_process.run_json("superresolve", INPUT=dem, MODEL=model, DEM_SOURCE=1, OUTPUT=tmp_path / "fine.tif")
    results = said["results"]
    assert results["OUTPUT"] == str(tmp_path / "fine.tif")
    assert (results["PIXELS"], results["PROVIDER"], results["MODEL_NAME"]) == (120 * 90, "CPUExecutionProvider", "tiny")
    assert len(results["MODEL_SHA256"]) == 64 and results["SECONDS"] > 0 and 29 < results["PIXEL_SIZE"] < 31


def test_extent_in_another_crs_resolution_and_band(qgis_process, model, dem, tmp_path):
    said = qgis_process.run_json(
        "superresolve", INPUT=dem, BAND=1, MODEL=model, RESOLUTION=45, DEM_SOURCE="own", DEM_ERROR=2.5, TILE_SIZE=64, THREADS=1,
        EXTENT="-122.54,-122.53,37.845,37.85 [EPSG:4326]", OUTPUT=tmp_path / "fine.tif",
    )  # fmt: skip
    transform = gdal.Open(str(tmp_path / "fine.tif")).GetGeoTransform()
    assert (transform[1], transform[5]) == (45, -45)
    assert said["results"]["PIXELS"] < 40 * 40


def test_the_grid_of_another_raster(qgis_process, model, dem, tmp_path):
    """In another CRS, and beyond the elevation model."""
    like = write_raster(
        tmp_path / "like.tif", [lambda column, row: column], size=(90, 70), origin=(-122.55, 37.86), pixel=0.0004, epsg=4326
    )
    said = qgis_process.run_json("superresolve", INPUT=dem, MODEL=model, LIKE=like, OUTPUT=tmp_path / "fine.tif")
    assert said["results"]["PIXELS"] == 90 * 70
    made, grid = gdal.Open(str(tmp_path / "fine.tif")), gdal.Open(str(like))
    assert (made.GetGeoTransform(), made.GetProjection()) == (grid.GetGeoTransform(), grid.GetProjection())


def test_uncertainty_and_difference_lie_beside_the_result(qgis_process, dem, tmp_path):
    """With the bundled model, which tells its uncertainty."""
    files = {name: tmp_path / "out" / f"{name.lower()}.tif" for name in ("OUTPUT", "UNCERTAINTY", "DIFFERENCE")}
    files["OUTPUT"].parent.mkdir()
    said = qgis_process.run_json("superresolve", INPUT=dem, DEM_SOURCE="lidar", THREADS=1, **files)
    assert {name: said["results"][name] for name in files} == {name: str(path) for name, path in files.items()}
    assert entries(files["OUTPUT"].parent) == ["difference.tif", "output.tif", "uncertainty.tif"]
    assert all(size_of(path) == (120, 90) for path in files.values())
    raster = gdal.Open(str(files["UNCERTAINTY"]))
    low, high = raster.GetRasterBand(1).ComputeRasterMinMax()
    assert 0 < low < high


def test_an_output_that_exists_is_replaced(qgis_process, model, dem, tmp_path):
    (tmp_path / "fine.tif").write_text("old")
    qgis_process.run_json("superresolve", INPUT=dem, MODEL=model, OUTPUT=tmp_path / "fine.tif")
    assert size_of(tmp_path / "fine.tif") == (120, 90)


def test_a_relative_path_is_relative_to_where_one_is(qgis_process, model, dem):
    (qgis_process.folder / "dem.tif").write_bytes(dem.read_bytes())
    qgis_process.run_json("superresolve", INPUT="dem.tif", MODEL=model, OUTPUT="fine.tif")
    assert size_of(qgis_process.folder / "fine.tif") == (120, 90)


def test_a_model_in_the_profile_is_found_by_name(qgis_process, model, dem, tmp_path):
    folder = qgis_process.profile / "siran" / "models"
    folder.mkdir(parents=True)
    (folder / "tiny.onnx").write_bytes(model.read_bytes())
    said = qgis_process.run_json("superresolve", INPUT=dem, MODEL="tiny", OUTPUT=tmp_path / "fine.tif")
    assert said["results"]["MODEL_NAME"] == "tiny"


# Failing


def refused(qgis_process, words, **parameters):
    """A run that must fail with a sentence, and leave nothing."""
    output = qgis_process.folder / "out" / "fine.tif"
    output.parent.mkdir(exist_ok=True)
    status, said = qgis_process.run("superresolve", **{"OUTPUT": output, **parameters})
    assert status != 0
    assert "Traceback" not in said
    for word in words:
        assert word in said
    assert entries(output.parent) == []
    return said


def test_the_backends_message_and_hint_are_shown(qgis_process, dem, tmp_path):
    refused(qgis_process, ["gone.onnx", "."], INPUT=dem, MODEL=tmp_path / "gone.onnx")
    (tmp_path / "broken.onnx").write_text("nothing")
    refused(qgis_process, ["broken.onnx"], INPUT=dem, MODEL=tmp_path / "broken.onnx")


def test_a_model_that_does_not_tell_its_uncertainty(qgis_process, model, dem):
    said = refused(qgis_process, ["tiny", "uncertainty"], INPUT=dem, MODEL=model, UNCERTAINTY=qgis_process.folder / "out" / "sigma.tif")
    assert "Leave out" in said


def test_a_dem_without_crs(qgis_process, model, tmp_path):
    from conftest import write_raster

    bare = write_raster(tmp_path / "bare.tif", [lambda column, row: column], size=(9, 9), origin=(0, 0), pixel=1, epsg=None)
    refused(qgis_process, ["bare.tif", "CRS"], INPUT=bare, MODEL=model)


def test_a_guide_elsewhere(qgis_process, model, dem, tmp_path):
    from conftest import write_raster

    far = write_raster(
        tmp_path / "far.tif", [lambda column, row: column + row] * 3, size=(30, 30), origin=(0, 5000000), pixel=30, epsg=32633
    )
    refused(qgis_process, ["far.tif"], INPUT=dem, GUIDE=far, GUIDE_BANDS="1,2,3", MODEL=model)


def test_an_input_as_output(qgis_process, model, dem):
    before = dem.read_bytes()
    refused(qgis_process, [str(dem)], INPUT=dem, MODEL=model, OUTPUT=dem)
    assert dem.read_bytes() == before


def test_an_unknown_device(qgis_process, model, dem):
    refused(qgis_process, ["abacus"], INPUT=dem, MODEL=model, DEVICE="abacus")


def test_without_a_backend(qgis_process, model, dem):
    qgis_process.python = None
    refused(qgis_process, ["Set up backend"], INPUT=dem, MODEL=model)


def test_an_interpreter_without_the_backends_packages(qgis_process, model, dem):
    qgis_process.python = "/usr/bin/python3"
    refused(qgis_process, ["incomplete", "SIRAN_PYTHON"], INPUT=dem, MODEL=model)


# Cancelling, and worse


def test_ctrl_c_leaves_nothing(qgis_process, model, tmp_path):
    output = tmp_path / "out" / "fine.tif"
    output.parent.mkdir()
    qgis, backend = long_run(qgis_process, model, output)
    qgis.send_signal(signal.SIGINT)
    said = qgis.communicate(timeout=15)[0].decode()
    assert qgis.returncode != 0 and not running(backend), said
    assert not output.exists()


def test_killing_qgis_ends_the_backend_within_a_second(qgis_process, model, tmp_path):
    output = tmp_path / "out" / "fine.tif"
    output.parent.mkdir()
    qgis, backend = long_run(qgis_process, model, output)
    qgis.send_signal(signal.SIGKILL)
    start = time.monotonic()
    qgis.wait()
    wait_for(lambda: not running(backend), 1.0)
    assert time.monotonic() - start < 1.0
    assert not output.exists()


def test_cancel_through_feedback(provider, use_backend, model, tmp_path):
    feedback = QgsProcessingFeedback(False)
    context = QgsProcessingContext()
    output = tmp_path / "out" / "fine.tif"
    output.parent.mkdir()
    threading.Timer(2.0, feedback.cancel).start()
    start = time.monotonic()
    parameters = {name: str(value) for name, value in {**LONG, "MODEL": model, "OUTPUT": output}.items()}
    with pytest.raises(QgsProcessingException, match="Cancelled"):
        provider.algorithm("superresolve").create().processAlgorithm(parameters, context, feedback)
    context.temporaryLayerStore().removeAllMapLayers()
    assert time.monotonic() - start < 2.0 + 7.0
    assert not output.exists()
    assert not [line for line in children(os.getpid()).values() if "-m backend" in line]


# From scripts and models


def test_batch_is_one_run_after_the_other(provider, use_backend, model, dem, tmp_path):
    import processing

    for number in (1, 2):
        output = tmp_path / f"fine{number}.tif"
        results = processing.run("siran:superresolve", {"INPUT": str(dem), "MODEL": str(model), "OUTPUT": str(output)})
        assert results["OUTPUT"] == str(output) and size_of(output) == (120, 90)


def test_a_temporary_output(provider, use_backend, model, dem):
    import processing

    results = processing.run("siran:superresolve", {"INPUT": str(dem), "MODEL": str(model), "OUTPUT": "TEMPORARY_OUTPUT"})
    assert size_of(results["OUTPUT"]) == (120, 90)


def test_run_and_load_names_and_styles_the_layer(provider, use_backend, model, dem, tmp_path, monkeypatch):
    import processing
    import processing.gui.Postprocessing

    monkeypatch.setattr(processing.gui.Postprocessing, "iface", None, raising=False)  # no stub will do for QGIS 3.44

    processing.runAndLoadResults("siran:superresolve", {"INPUT": str(dem), "MODEL": str(model), "OUTPUT": str(tmp_path / "fine.tif")})
    loaded = QgsProject.instance().mapLayers().values()
    layer = next(layer for layer in loaded if layer.renderer().type() == "hillshade")
    assert layer.name().endswith(" (tiny, 30 m)") and layer.renderer().type() == "hillshade"
    QgsProject.instance().removeAllMapLayers()


def test_all_that_is_loaded_has_its_own_look(provider, use_backend, dem, tmp_path, monkeypatch):
    import processing
    import processing.gui.Postprocessing

    monkeypatch.setattr(processing.gui.Postprocessing, "iface", None, raising=False)
    files = {name: str(tmp_path / f"{name}.tif") for name in ("OUTPUT", "UNCERTAINTY", "DIFFERENCE")}
    processing.runAndLoadResults("siran:superresolve", {"INPUT": str(dem), "THREADS": 1, **files})
    QCoreApplication.processEvents()
    layers = list(QgsProject.instance().mapLayers().values())
    loaded = {layer.source(): layer for layer in layers if not layer.name().startswith("Heights of ")}
    assert sorted(loaded) == sorted(files.values()) and len(layers) == 4
    assert all(" (siran-3x, 30 m)" in layer.name() for layer in loaded.values())
    looks = {name: loaded[path].renderer() for name, path in files.items()}
    assert looks["OUTPUT"].type() == "hillshade"
    # The DEM is of whole metres: 0.2 m.
    assert looks["UNCERTAINTY"].classificationMin() == 0.2 < looks["UNCERTAINTY"].classificationMax()
    assert looks["DIFFERENCE"].classificationMin() == -looks["DIFFERENCE"].classificationMax() < 0
    QgsProject.instance().removeAllMapLayers()


def superresolve_twice_as_fine(model):
    """A model of the designer: an input DEM, a network by parameter, everything else fixed, one result."""
    designed = QgsProcessingModelAlgorithm("Finer hills", "Tests")
    for name, parameter in (
        ("dem", QgsProcessingParameterRasterLayer("dem", "DEM")),
        ("net", QgsProcessingParameterString("net", "Network")),
    ):
        designed.addModelParameter(parameter, QgsProcessingModelParameter(name))
    child = QgsProcessingModelChildAlgorithm("siran:superresolve")
    child.setChildId("finer")
    source = QgsProcessingModelChildParameterSource
    child.addParameterSources("INPUT", [source.fromModelParameter("dem")])
    child.addParameterSources("MODEL", [source.fromModelParameter("net")])
    child.addParameterSources("DEM_SOURCE", [source.fromStaticValue("glo30")])
    child.addParameterSources("RESOLUTION", [source.fromExpression("90 / 2")])
    output = QgsProcessingModelOutput("fine")
    output.setChildId("finer")
    output.setChildOutputName("OUTPUT")
    child.setModelOutputs({"fine": output})
    designed.addChildAlgorithm(child)
    designed.updateDestinationParameters()
    return designed


def test_model_designer(provider, use_backend, model, dem, tmp_path):
    import processing

    designed = superresolve_twice_as_fine(model)
    assert designed.toFile(str(tmp_path / "finer.model3"))
    loaded = QgsProcessingModelAlgorithm()
    assert loaded.fromFile(str(tmp_path / "finer.model3"))
    loaded.initAlgorithm()
    output = tmp_path / "fine.tif"
    destination = loaded.destinationParameterDefinitions()[0].name()
    processing.run(loaded, {"dem": str(dem), "net": str(model), destination: str(output)})
    assert size_of(output) == (80, 60)


def test_a_model_file_in_qgis_process(qgis_process, provider, model, dem, tmp_path):
    designed = superresolve_twice_as_fine(model)
    designed.toFile(str(tmp_path / "finer.model3"))
    destination = designed.destinationParameterDefinitions()[0].name()
    done = qgis_process("run", tmp_path / "finer.model3", "--", f"dem={dem}", f"net={model}", f"{destination}={tmp_path / 'fine.tif'}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert size_of(tmp_path / "fine.tif") == (80, 60)
