"""The translations: complete, true to their placeholders, compiled as they stand, and shown where QGIS speaks the language."""

import ast
import importlib.util
import json
import os
import re
import shutil
import struct
import subprocess
import sys

import pytest
from conftest import PROCESSING, ROOT, write_raster
from qgis.core import QgsProcessingContext, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QCoreApplication, QTranslator

from siran_qgis import layers, paths
from siran_qgis.events import Result
from siran_qgis.translation import number, tr


def load(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


translate = load("translate")
TEXTS = translate.collect(translate.sources())
LANGUAGES = sorted(path.stem[len("siran_") :] for path in paths.TRANSLATIONS.glob("siran_*.ts"))
KEPT = {
    "placeholders": re.compile(r"\{[^}]*\}"),
    "tags": re.compile(r"</?\w+>"),
    "file filters": re.compile(r"\(\*[^)]*\)"),
    "mnemonics": re.compile(r"&(?=\w)"),
    "spaces at the ends": re.compile(r"^\s+|\s+$"),
    "names of parameters": re.compile(r"\([A-Z][A-Z_]+[^a-z()]*\)"),
}


def ts(language):
    return paths.TRANSLATIONS / f"siran_{language}.ts"


def qm(language):
    return ts(language).with_suffix(".qm")


def test_there_is_german():
    assert "de" in LANGUAGES and len(TEXTS) > 300


@pytest.mark.parametrize("language", LANGUAGES)
class TestALanguage:
    def test_has_each_text_of_the_source_and_no_other_in_its_order(self, language):
        assert list(translate.read(ts(language))) == TEXTS, "call `make translations`"

    def test_is_finished(self, language):
        assert not [text for text, found in translate.read(ts(language)).items() if not found.finished]

    @pytest.mark.parametrize("what", KEPT)
    def test_keeps(self, language, what):
        for text, found in translate.read(ts(language)).items():
            wanted, there = KEPT[what].findall(text), KEPT[what].findall(found.text)
            assert wanted == there, f"{text!r}: {found.text!r}"

    def test_is_compiled_as_it_stands(self, qgis_app, language):
        translator = QTranslator()
        assert translator.load(str(qm(language)))
        QCoreApplication.installTranslator(translator)
        try:
            for text, found in translate.read(ts(language)).items():
                assert tr(text) == found.text, "call `make translations`"
        finally:
            QCoreApplication.removeTranslator(translator)
        assert len(hashes(qm(language).read_bytes())) == len(TEXTS)

    def test_stays_as_it_is_where_nothing_has_changed(self, language, tmp_path):
        again = tmp_path / ts(language).name
        translate.write(again, language, TEXTS, translate.read(ts(language)))
        assert again.read_bytes() == ts(language).read_bytes()


@pytest.mark.parametrize(
    ("value", "form", "english", "german"),
    [
        (2.21, ".2f", "2.21", "2,21"),
        (4.0, ".1f", "4.0", "4,0"),
        (0.0000278, ".3g", "0.0000278", "0,0000278"),
        (988123.0, ".3g", "988000", "988000"),
        (27, "g", "27", "27"),
        (0.0, ".4g", "0", "0"),
        (-1.5, "g", "-1.5", "-1,5"),
        (1e300, "g", "1e+300", "1e+300"),
        (float("inf"), "g", "inf", "inf"),
    ],
)
def test_numbers_are_written_as_their_texts_are(qgis_app, value, form, english, german):
    """As texts in German are, in German, whatever the machine's own notation; and without exponents."""
    assert number(value, form) == english
    translator = QTranslator()
    assert translator.load(str(qm("de")))
    QCoreApplication.installTranslator(translator)
    try:
        assert number(value, form) == german
    finally:
        QCoreApplication.removeTranslator(translator)


def test_texts_take_their_numbers_as_the_helper_writes_them():
    """Whole ones may be formatted in place."""
    for text in TEXTS:
        assert not re.search(r"\{:(?!\.0f)[^}]*[efg]\}", text), text


def test_names_and_legends_of_layers_have_german_numbers(context, tmp_path):
    translator = QTranslator()
    assert translator.load(str(qm("de")))
    path = str(write_raster(tmp_path / "s.tif", [lambda column, row: 0.01 * column], size=(40, 30), origin=(0, 0), pixel=4.5, epsg=32610))
    context.addLayerToLoadOnCompletion(path, QgsProcessingContext.LayerDetails("sigma", QgsProject.instance(), "UNCERTAINTY"))
    layers.style_when_loaded(
        path, context, layers.uncertainty, "siran:superresolve", Result(path, {"pixel_size": 4.5}, {"name": "tiny"}, "CPU", 1.0, 1)
    )
    layer = QgsRasterLayer(path, "sigma")
    QCoreApplication.installTranslator(translator)
    try:
        context.layerToLoadOnCompletionDetails(path).postProcessor().postProcessLayer(layer, context, None)
    finally:
        QCoreApplication.removeTranslator(translator)
    assert layer.name() == "sigma (tiny, 4,5 m)"
    legend = [item.label for item in layer.renderer().shader().rasterShaderFunction().colorRampItemList()]
    assert all(re.fullmatch(r"\d(,\d+)?", label) for label in legend) and any("," in label for label in legend)


def hashes(data):
    """The section of a .qm file that has an entry for each of its messages."""
    place = 16  # behind the magic number
    while place < len(data):
        tag, length = struct.unpack_from(">BI", data, place)
        if tag == 0x42:
            return [data[place + 5 + start : place + 13 + start] for start in range(0, length, 8)]
        place += 5 + length
    return []


def test_what_users_read_goes_through_the_helpers():
    """No literal is an argument of what shows texts or makes error sentences."""
    shows = {"pushInfo", "pushWarning", "reportError", "setProgressText", "setText", "setToolTip", "QgsProcessingException", "Cancelled"}
    shows |= {"SiranError", "BackendMissing", "BackendFailed", "EnvironmentFailed", "SettingWrong", "QLabel", "QPushButton", "QGroupBox"}
    for path in translate.sources():
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and (getattr(call.func, "attr", None) or getattr(call.func, "id", None)) in shows:
                for argument in call.args:
                    parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
                    said = "".join(part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))
                    assert said == "SIRAN" or not re.search(r"[a-z]", said, re.IGNORECASE), f"{path}:{call.lineno}: {said}"


def collected(tmp_path, code):
    path = tmp_path / "code.py"
    path.write_text(code, encoding="utf-8")
    return translate.collect([path])


def test_the_texts_of_all_helpers_are_collected_once_and_in_their_order(tmp_path):
    code = """
a = tr("one " "and one"), self.tr("two {}").format(name), module.tr("one " "and one")
b = Choice("name", "three"), QCoreApplication.translate("Other", "no")
c = self.tr(choice.label), "no", other("no")
def tr(text):
    return QCoreApplication.translate("SIRAN", text)
"""
    assert collected(tmp_path, code) == ["one and one", "two {}", "three"]


@pytest.mark.parametrize("code", ['tr(f"{a} is wrong")', "self.tr(text)", 'tr("a" + b)', 'Choice("name", label)'])
def test_what_is_no_literal_is_refused(tmp_path, code):
    with pytest.raises(translate.NotCollectable, match=r"code\.py:1: .*literal"):
        collected(tmp_path, code)


def test_a_merge_keeps_what_is_done_drops_what_is_gone_and_marks_what_is_new(tmp_path):
    path = tmp_path / "siran_xx.ts"
    known = {"kept": translate.Translation("<b>ä</b> & „x“", True, "why"), "gone": translate.Translation("x", True)}
    translate.write(path, "xx", ["gone", "kept"], known)
    translate.write(path, "xx", ["new", "kept"], translate.read(path))
    assert translate.read(path) == {"new": translate.Translation("", False), "kept": known["kept"]}
    assert '<translation type="unfinished"></translation>' in path.read_text(encoding="utf-8")


@pytest.mark.skipif(not any(map(shutil.which, translate.COMPILERS)), reason="Qt's lrelease is not installed")
def test_what_is_not_finished_is_not_compiled_and_stays_english(tmp_path):
    path = tmp_path / "siran_xx.ts"
    translate.write(path, "xx", ["a", "b"], {"a": translate.Translation("A", True), "b": translate.Translation("B?", False)})
    translate.compile_(path)
    translator = QTranslator()
    assert translator.load(str(path.with_suffix(".qm")))
    assert translator.translate("SIRAN", "a") == "A" and not translator.translate("SIRAN", "b")


CODE = """
import json, sys
sys.path[:0] = [{folder!r}, {processing!r}]
from qgis.core import QgsApplication, QgsProcessingContext, QgsSettings
application = QgsApplication([], False)
application.initQgis()
if {spoken!r}:
    QgsApplication.setTranslation({spoken!r})
for name, value in {settings!r}.items():
    QgsSettings().setValue(name, value)
import siran
plugin = siran.classFactory(None)
plugin.initProcessing()
from siran.siran_qgis.translation import tr
registry = QgsApplication.processingRegistry()
finer, models = registry.algorithmById("siran:superresolve"), registry.algorithmById("siran:models")
answer = [finer.displayName(), finer.parameterDefinition("GUIDE").description(), finer.parameterDefinition("DEM_SOURCE").options()[-1]]
answer += [models.checkParameterValues({{"ACTION": "add"}}, QgsProcessingContext())[1]]
del finer, models
plugin.unload()
print("ANSWER" + json.dumps([*answer, tr("Super-resolve DEM")]))
application.exitQgis()
"""
ENGLISH = [
    "Super-resolve DEM",
    "Guide image",
    "Own error in metres",
    "To add a model, name either a file (FILE) or an address (URL).",
    "Super-resolve DEM",
]
GERMAN = [
    "DHM verfeinern (Super-Resolution)",
    "Führungsbild",
    "Eigener Fehler in Metern",
    "Um ein Modell hinzuzufügen, geben Sie entweder eine Datei (FILE) oder eine Adresse (URL) an.",
    "Super-resolve DEM",  # after unload
]


@pytest.mark.parametrize(
    ("spoken", "language", "system", "said"),
    [
        ("", "de", "C", GERMAN),
        ("", "de_AT", "fr_FR.UTF-8", GERMAN),
        ("", "", "de_CH.UTF-8", GERMAN),
        ("de", "fr", "fr_FR.UTF-8", GERMAN),
        ("", "fr", "de_DE.UTF-8", ENGLISH),
        ("", "", "C", ENGLISH),
    ],
)
def test_the_plugin_speaks_the_language_of_qgis(tmp_path, spoken, language, system, said):
    """`spoken` is what the desktop was started with (`--lang`), `language` what the user has set, `system` the machine's; empty: none. The
    last text is read after the unloading."""
    (tmp_path / "siran").symlink_to(ROOT)
    settings = {"locale/overrideFlag": True, "locale/userLocale": language} if language else {}
    environment = {
        **os.environ,
        "QGIS_CUSTOM_CONFIG_PATH": str(tmp_path / "profile"),
        "QT_QPA_PLATFORM": "offscreen",
        "LANG": system,
        "LC_ALL": system,
        "PYTHONUTF8": "1",
    }
    environment.pop("LANGUAGE", None)
    code = CODE.format(folder=str(tmp_path), processing=PROCESSING, settings=settings, spoken=spoken)
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, encoding="utf-8", timeout=120, check=False)
    answers = [line[len("ANSWER") :] for line in done.stdout.splitlines() if line.startswith("ANSWER")]
    assert answers, done.stdout + done.stderr
    assert json.loads(answers[0]) == said


def test_qgis_process_speaks_it_too(qgis_process):
    with (qgis_process.profile / "QGIS" / "QGIS3.ini").open("a", encoding="utf-8") as ini:
        ini.write("\n[locale]\noverrideFlag=true\nuserLocale=de\n")
    status, said = qgis_process.run("models", ACTION="remove")
    assert status != 0 and "Um ein Modell zu entfernen, geben Sie seinen Namen an (NAME)." in said
