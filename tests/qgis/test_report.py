"""The report of a run as QGIS sees it: a parameter, a page in the Results Viewer, nothing where it is not asked for."""

import pytest
from qgis.core import QgsProcessingFeedback, QgsProcessingOutputHtml, QgsProcessingParameterDefinition

pytestmark = pytest.mark.qgis


def run(feedback=None, **parameters):
    import processing

    return processing.run("siran:superresolve", {name: str(value) for name, value in parameters.items()}, feedback=feedback)


def test_it_is_made_only_if_asked_for_and_is_a_page(provider):
    algorithm = provider.algorithm("superresolve")
    definition = algorithm.parameterDefinition("REPORT")
    assert definition.flags() & QgsProcessingParameterDefinition.FlagOptional and not definition.createByDefault() and definition.help()
    assert isinstance(algorithm.outputDefinition("REPORT"), QgsProcessingOutputHtml)


def test_the_page_is_a_result(provider, use_backend, model, dem, guide, tmp_path):
    output, report = tmp_path / "fine.tif", tmp_path / "report.html"
    results = run(INPUT=dem, GUIDE=guide, GUIDE_BANDS="1,2,3", MODEL=model, THREADS=1, OUTPUT=output, REPORT=report)
    assert results["REPORT"] == str(report) and results["OUTPUT"] == str(output)
    text = report.read_text(encoding="utf-8")
    assert "<h1>fine.tif, made finer from dem.tif</h1>" in text and "guide.tif" in text
    assert sorted(path.name for path in tmp_path.glob("*.html")) == ["report.html"]


def test_a_temporary_page(provider, use_backend, model, dem):
    feedback = QgsProcessingFeedback(False)
    results = run(feedback, INPUT=dem, MODEL=model, THREADS=1, OUTPUT="TEMPORARY_OUTPUT", REPORT="TEMPORARY_OUTPUT")
    assert f"The page is {results['REPORT']}" in feedback.textLog()
    assert results["REPORT"].endswith(".html")
    with open(results["REPORT"], encoding="utf-8") as file:
        assert "made finer from dem.tif" in file.read()


def test_without_it_there_is_none(provider, use_backend, model, dem, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    feedback = QgsProcessingFeedback(False)
    results = run(feedback, INPUT=dem, MODEL=model, THREADS=1, OUTPUT=folder / "fine.tif")
    # Where an algorithm has pages among its outputs QGIS's dialog says at the end of each run that one was made.
    assert not provider.algorithm("superresolve").hasHtmlOutputs() and "Results Viewer" not in feedback.textLog()
    assert "REPORT" not in results and [path.name for path in folder.iterdir()] == ["fine.tif"]
