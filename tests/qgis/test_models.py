"""The models' folder: what comes in, what is refused, what leaves; and what a model's card says before a run."""

import contextlib
import functools
import hashlib
import http.server
import json
import os
import re
import shutil
import ssl
import subprocess
import threading
import time
from pathlib import Path

import pytest
from conftest import ROOT, write_raster
from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingFeedback,
    QgsTask,
)
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtNetwork import QSslCertificate, QSslConfiguration

from siran_qgis import download, model_card, model_page, model_store, paths
from siran_qgis.errors import Cancelled, SiranError

TITLE = b"Sharpens a little; for tests"


def changed(model, path, *changes):
    """A copy of the model file whose card has other words of the same length, so that everything else stays where it is."""
    content = model.read_bytes()
    for old, new in changes:
        assert len(new) <= len(old) and content.count(old) == 1
        content = content.replace(old, new.ljust(len(old)))
    path.write_bytes(content)
    return path


@pytest.fixture
def algorithm(provider, use_backend):
    return provider.algorithm("models")


class Run:
    """Runs the algorithm in this process: its results (None where it failed) and everything that it said."""

    def __init__(self, algorithm, context):
        self.algorithm, self.context = algorithm, context

    def __call__(self, action, **parameters):
        self.feedback = QgsProcessingFeedback(False)
        parameters = {"ACTION": action, **parameters}
        good, message = self.algorithm.checkParameterValues(parameters, self.context)
        if not good:
            self.said = message
            return None
        results, good = self.algorithm.create().run(parameters, self.context, self.feedback)
        self.said = self.feedback.textLog()
        return results if good else None


@pytest.fixture
def run(algorithm, context):
    return Run(algorithm, context)


def install(model):
    """Puts the model `tiny` into the user's folder without asking the backend, which takes a second or two."""
    with model_store.staging(paths.models()) as folder:
        digest = model_store.copy(model, folder / "model.onnx", lambda: False)
        model_store.put(folder / "model.onnx", "tiny", digest, paths.models())


def everything(folder):
    """All that lies in a folder, by name: its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()} if folder.exists() else {}


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_bundled_models_are_listed(run, tmp_path):
    page = tmp_path / "models.html"
    results = run("list", HTML=str(page))
    assert results["MODELS"] == ",".join(sorted(path.stem for path in paths.BUNDLED.glob("*.onnx")))
    assert results["HTML"] == str(page)
    html = page.read_text(encoding="utf-8")
    name = paths.default_model()
    card = model_card.read(paths.BUNDLED / f"{name}.onnx")
    for text in (name, card["version"], card["licence"], sha256(paths.BUNDLED / f"{name}.onnx"), "SIRAN (bundled)"):
        assert text in html and text in run.said
    for entry in card["training_data"]:
        assert model_page.escape(entry["attribution"]) in html
    assert '<html lang="en">' in html and html.count('scope="row"') > 8 and "<script" not in html and "src=" not in html


def test_without_a_backend_the_list_says_that_files_were_not_checked(run, monkeypatch):
    monkeypatch.delenv("SIRAN_PYTHON")
    assert run("list")["MODELS"]
    assert "not checked" in run.said and "Set up backend" in run.said and "GPL-2.0-or-later" in run.said


def test_a_file_is_added_listed_and_removed(run, model, tmp_path):
    source = shutil.copy(model, tmp_path / "download (1).onnx")
    results = run("add", FILE=str(source))
    assert (results["MODEL_NAME"], results["MODEL_SHA256"]) == ("tiny", sha256(model))
    folder = paths.models()
    assert everything(folder) == {"tiny.onnx": model.read_bytes(), "SHA256SUMS": f"{sha256(model)}  tiny.onnx\n".encode()}
    assert "tiny 1.0.0" in run.said and "you (added)" in run.said
    assert "tiny" in run("list")["MODELS"].split(",")
    assert "you (added)" in run.said

    results = run("remove", NAME="tiny")
    assert results["MODEL_NAME"] == "tiny" and "tiny" not in results["MODELS"].split(",")
    assert everything(folder) == {}


def test_an_added_model_is_the_one_that_the_backend_runs(run, provider, model, dem, context, tmp_path):
    run("add", FILE=str(model))
    parameters = {"INPUT": str(dem), "MODEL": "tiny", "OUTPUT": str(tmp_path / "fine.tif")}
    results, good = provider.algorithm("superresolve").create().run(parameters, context, QgsProcessingFeedback(False))
    assert good and results["MODEL_SHA256"] == sha256(model)

    # A file that changed afterwards is noticed, by the list and by a run.
    with (paths.models() / "tiny.onnx").open("ab") as file:
        file.write(b"\0")
    assert run("list") and "SHA-256" in run.said and "Cannot be used" in run.said


def test_a_model_is_replaced_only_if_that_is_wanted(run, model, tmp_path):
    install(model)
    before = everything(paths.models())
    newer = changed(model, tmp_path / "newer.onnx", (b'"version": "1.0.0"', b'"version": "1.0.1"'))
    assert run("add", FILE=str(newer)) is None and "OVERWRITE" in run.said
    assert everything(paths.models()) == before
    assert run("add", FILE=str(newer), OVERWRITE=True)["MODEL_SHA256"] == sha256(newer)
    assert everything(paths.models()) == {"tiny.onnx": newer.read_bytes(), "SHA256SUMS": f"{sha256(newer)}  tiny.onnx\n".encode()}
    other_case = changed(model, tmp_path / "case.onnx", (b'"name": "tiny"', b'"name": "TINY"'))
    assert run("add", FILE=str(other_case), OVERWRITE=True) is None and "case" in run.said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lambda good: b"", "holds no graph"),
        (lambda good: b"<html>not found</html>", "not an ONNX file"),
        (lambda good: good[: len(good) // 2], "not an ONNX file"),
        (lambda good: good.replace(b"siran_card", b"other_card"), "no card"),
        (lambda good: good.replace(b'"format": 1', b'"format": 7'), "format 1"),
        (lambda good: good.replace(b'"name": "tiny"', b'"name": "../x"'), "no name for a file"),
        (lambda good: good.replace(b'"name": "tiny"', b'"name": "con" '), "no name for a file"),
    ],
)
def test_a_damaged_or_foreign_file_changes_nothing(run, model, tmp_path, content, words):
    install(model)
    before = everything(paths.models())
    bad = tmp_path / "bad.onnx"
    bad.write_bytes(content(model.read_bytes()))
    assert run("add", FILE=str(bad), OVERWRITE=True) is None
    assert words in run.said and "Traceback" not in run.said and model_store.STAGING not in run.said
    assert everything(paths.models()) == before and not list(paths.models().glob(".*"))


def test_a_file_is_held_against_the_sum_that_is_given(run, model):
    assert run("add", FILE=str(model), SHA256="0" * 64) is None
    assert sha256(model) in run.said and "0" * 64 in run.said and everything(paths.models()) == {}
    assert run("add", FILE=str(model), SHA256=sha256(model).upper())


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({}, "either a file (FILE) or an address (URL)"),
        ({"FILE": "tiny", "URL": "https://example.org/tiny.onnx"}, "either a file (FILE) or an address (URL)"),
        ({"FILE": "/nowhere/a.onnx"}, "/nowhere/a.onnx"),
        ({"FILE": "/data/a.pt"}, "is a TorchScript file, which is a program"),
        ({"URL": "https://example.org/a.PT", "SHA256": "0" * 64}, "is a TorchScript file, which is a program"),
        ({"URL": "https://example.org/a.onnx"}, "SHA256"),
        ({"URL": "https://example.org/a.onnx", "SHA256": "12ab"}, "64 hexadecimal digits"),
        ({"URL": "http://example.org/a.onnx", "SHA256": "0" * 64}, "no https address"),
        ({"URL": "file:///etc/passwd", "SHA256": "0" * 64}, "no https address"),
        ({"URL": "/etc/passwd", "SHA256": "0" * 64}, "no https address"),
        ({"URL": "https://", "SHA256": "0" * 64}, "no https address"),
        ({"URL": "https://me:secret@example.org/a.onnx", "SHA256": "0" * 64}, "user name or password"),
    ],
)
def test_refusals_before_anything_is_added(run, model, parameters, words):
    if parameters.get("FILE") == "tiny":
        parameters = {**parameters, "FILE": str(model)}
    assert run("add", **parameters) is None
    assert words in run.said and "\n" not in run.said and "secret" not in run.said
    assert not paths.models().exists()


def test_the_page_is_html_by_its_name(run, tmp_path):
    assert run("list", HTML=str(tmp_path / "models.gpkg")) is None
    assert "models.gpkg does not end with .html" in run.said and not any(tmp_path.glob("models.gpkg*"))


def test_a_page_that_cannot_be_written_is_said_before_anything_is_added(run, model, tmp_path):
    assert run("add", FILE=str(model), HTML=str(tmp_path / "no folder" / "models.html")) is None
    assert "There is no folder" in run.said and not paths.models().exists()


def test_bundled_and_unknown_models_are_not_removed(run):
    bundled = paths.default_model()
    assert run("remove", NAME=bundled) is None and run.said == f"The model {bundled} comes with SIRAN and cannot be removed."
    for name in ("nothing", f"../../{bundled}", ""):
        assert run("remove", NAME=name) is None and "\n" not in run.said
    assert (paths.BUNDLED / f"{bundled}.onnx").is_file()


def test_a_folder_of_models_that_does_not_answer_has_none(monkeypatch):
    """The dialog opens, with what comes with SIRAN."""
    bundled, glob = paths.default_model(), Path.glob
    paths.models().mkdir(parents=True, exist_ok=True)

    def unreachable(self, pattern):
        if self == paths.models():
            raise OSError(107, "Transport endpoint is not connected")
        return glob(self, pattern)

    monkeypatch.setattr(Path, "glob", unreachable)
    assert paths.installed_models()[bundled].parent == paths.BUNDLED


def test_a_model_of_ones_own_may_stand_in_for_a_bundled_one_and_leave_again(run, model, tmp_path, monkeypatch):
    bundled = tmp_path / "bundled"
    bundled.mkdir()
    shutil.copy(model, bundled)
    monkeypatch.setattr(paths, "BUNDLED", bundled)
    own = changed(model, tmp_path / "own.onnx", (b'"version": "1.0.0"', b'"version": "9.0.0"'))
    assert run("add", FILE=str(own)) is None and "comes with SIRAN" in run.said
    assert run("add", FILE=str(own), OVERWRITE=True)
    assert paths.installed_models()["tiny"].parent == paths.models()
    (paths.models() / "tiny.check.npz").touch()  # the stored answer of `python -m backend check --write`
    assert run("remove", NAME="tiny")["MODELS"] == "tiny"
    assert not list(paths.models().glob("tiny*"))
    assert run("remove", NAME="tiny") is None


@pytest.mark.parametrize(("encoding", "kept"), [("utf-16", "utf-8"), ("latin-1", "latin-1")])
def test_sums_that_another_program_wrote_cost_no_model(run, model, encoding, kept):
    install(model)
    sums, other = paths.models() / "SHA256SUMS", f"{'0' * 64}  \u00e4.onnx\n"
    sums.write_bytes((sums.read_text() + other).encode(encoding))
    assert run("remove", NAME="tiny") is not None
    assert everything(paths.models()) == {"SHA256SUMS": other.encode(kept)}


def test_sums_that_are_no_text_are_refused_before_anything_is_moved(run, model, tmp_path):
    """The backend takes no model beside them: one that is added there would not run."""
    install(model)
    sums = paths.models() / "SHA256SUMS"
    sums.write_bytes(sums.read_text().encode("utf-16-le"))
    before = everything(paths.models())
    newer = changed(model, tmp_path / "newer.onnx", (b'"version": "1.0.0"', b'"version": "1.0.1"'))
    assert run("add", FILE=str(newer), OVERWRITE=True) is None and "is no text in UTF-8" in run.said
    assert run("remove", NAME="tiny") is None and "is no text in UTF-8" in run.said
    assert everything(paths.models()) == before


def test_whatever_stops_a_removal_leaves_the_model(model, monkeypatch):
    install(model)
    before = everything(paths.models())

    def fail(folder, lines):
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(model_store, "_write_sums", fail)
    with pytest.raises(RuntimeError):
        model_store.remove("tiny", paths.models())
    assert everything(paths.models()) == before


def test_what_cannot_be_written_leaves_what_was_there(run, model, tmp_path, monkeypatch):
    install(model)
    with (paths.models() / "SHA256SUMS").open("a") as sums:
        sums.write(f"{'0' * 64}  other.onnx\n")
    before = everything(paths.models())
    newer = changed(model, tmp_path / "newer.onnx", (b'"version": "1.0.0"', b'"version": "1.0.1"'))
    replace = os.replace

    def refuse(source, target):
        if str(target).endswith("tiny.onnx"):
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", refuse)
        assert run("add", FILE=str(newer), OVERWRITE=True) is None
    assert "Permission denied" in run.said and everything(paths.models()) == before

    def refuse_sums(source, target):
        if str(target).endswith("SHA256SUMS"):
            raise OSError(28, "No space left on device")
        replace(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", refuse_sums)
        assert run("remove", NAME="tiny") is None
    assert "No space left" in run.said and everything(paths.models()) == before


def test_at_every_step_of_a_replacement_the_file_is_promised(run, model, tmp_path, monkeypatch):
    """So a process that is killed there leaves a model that works."""
    install(model)
    newer = changed(model, tmp_path / "newer.onnx", (b'"version": "1.0.0"', b'"version": "1.0.1"'))
    replace, steps = os.replace, []

    def watch(source, target):
        replace(source, target)
        steps.append(sha256(paths.models() / "tiny.onnx") in (paths.models() / "SHA256SUMS").read_text())

    monkeypatch.setattr(os, "replace", watch)
    assert run("add", FILE=str(newer), OVERWRITE=True)
    assert steps == [True, True, True]


def test_a_torchscript_model_that_was_put_there_by_hand_leaves_with_its_card(run, tmp_path):
    paths.models().mkdir(parents=True)
    (paths.models() / "script.pt").write_bytes(b"PK")
    (paths.models() / "script.card.json").write_text("{}")
    assert "script" in run("list")["MODELS"] and "Cannot be used" in run.said
    assert run("remove", NAME="script") and everything(paths.models()) == {}


def test_what_a_stranger_wrote_into_a_card_is_text(run, model, tmp_path):
    title = b"<script>alert(1)</script>"
    source = changed(model, tmp_path / "a.onnx", (TITLE, title), (b'"licence": "GPL-2.0-or-later"', b'"licence": "<b>\\u001b[2J"'))
    page = tmp_path / "models.html"
    assert run("add", FILE=str(source), HTML=str(page))
    html = page.read_text(encoding="utf-8")
    assert "<script" not in html and "<b>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html and "&lt;b&gt; [2J" in html
    assert "\x1b" not in run.said and "\x1b" not in html


def test_a_page_survives_whatever_a_card_holds():
    wild = {
        "title": ["\ud800"],
        "ratios": "x",
        "pixel_sizes": [None, {}],
        "training_data": ["a", {"licence": "<i>"}, None],
        "version": 10**400,
        "ratio": 10**400,
    }
    model = model_store.Model("wild", paths.models() / "wild.onnx", False, False, 1, "", wild, "")
    html = model_page.page([model])
    html.encode("utf-8")
    assert "<i>" not in html and "&lt;i&gt;" in html


# What a card says is read here without `onnx`; the backend, which has it, must read the same.


def test_cards_are_read_as_the_backend_reads_them(model, run, backend_python):
    for path in (model, *paths.BUNDLED.glob("*.onnx")):
        code = "import json, sys; from backend import models; print(models.load(__import__('pathlib').Path(sys.argv[1])).card.to_json())"
        answer = subprocess.run([backend_python, "-c", code, str(path)], cwd=ROOT, capture_output=True, text=True, check=True)
        # What a card leaves out, the backend adds.
        assert {"back_projection": False, **model_card.read(path)} == json.loads(answer.stdout)


def test_files_without_a_card_have_none(model, tmp_path):
    content = model.read_bytes()
    path = tmp_path / "a.onnx"
    for length in range(0, len(content), 7):  # cut off anywhere
        path.write_bytes(content[:length])
        assert model_card.read(path) in ({}, model_card.read(model))
    for other in (b"\x08\x00" * 200_000, b"\xff" * 100, os.urandom(5000), b"\x72\xff\xff\xff\xff\x0f", b"PK\x03\x04"):
        path.write_bytes(other)
        assert model_card.read(path) == {} and model_card.facts(path) is None
    assert model_card.read(tmp_path / "missing.onnx") == {}


def test_the_choice_of_models_says_what_they_are_for(provider, model):
    paths.models().mkdir(parents=True)
    shutil.copy(model, paths.models() / "alps.onnx")
    changed(model, paths.models() / "needs.onnx", (b'"guide_required": false', b'"guide_required": true'))
    (paths.models() / "empty.onnx").touch()
    (paths.models() / "program.pt").touch()  # the plugin runs none
    algorithm = provider.algorithm("superresolve").create()
    choices = dict(algorithm.parameterDefinition("MODEL").metadata()["widget_wrapper"]["choices"])
    assert choices["alps"] == "alps 1.0.0 — ratios 1 to 100, guide optional"
    assert choices["needs"] == "needs 1.0.0 — ratios 1 to 100, guide required"
    assert choices["empty"] == "empty"
    assert "program" not in choices
    assert choices[paths.default_model()].startswith(f"{paths.default_model()} ")

    from processing.gui.wrappers import WidgetWrapperFactory

    wrapper = WidgetWrapperFactory.create_wrapper(algorithm.parameterDefinition("MODEL"), None)
    wrapper.setValue("alps")
    assert wrapper.combo.currentText().startswith("alps 1.0.0") and wrapper.value() == "alps"


@pytest.fixture
def fussy(model):
    """An installed model for ratios 2 to 4 and pixels of 10 to 40 m."""
    paths.models().mkdir(parents=True)
    return changed(
        model, paths.models() / "tiny.onnx",
        (b'"ratios": [1, 100]', b'"ratios": [2, 4]'), (b'"pixel_sizes": [0.1, 1000]', b'"pixel_sizes": [10, 40]'),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({}, ""),  # 90 m over 3
        ({"RESOLUTION": 24}, ""),
        ({"RESOLUTION": 44}, ""),  # pixels larger than the card's: a warning of the backend's
        ({"RESOLUTION": 10}, "is 9 times the output's (10 m), and the model tiny"),
        ({"RESOLUTION": 90}, "(RESOLUTION) of 23 to 45 m on the ground"),
        ({"GUIDE": "guide"}, ""),  # 30 m
        ({"GUIDE": "guide", "RESOLUTION": 5}, "is 18 times"),
        ({"GUIDE": "degrees"}, ""),  # 0.0003 degrees
        ({"GUIDE": "degrees", "RESOLUTION": 0.001}, "choose an output pixel size"),
        ({"GUIDE": "degrees", "LIKE": "guide"}, ""),
        ({"GUIDE": "guide", "LIKE": "dem"}, "choose the grid of another raster (LIKE), with pixels of 23 to 45 m"),
    ],
)
def test_a_card_that_does_not_fit_is_said_before_the_run(provider, context, dem, guide, fussy, tmp_path, parameters, words):
    degrees = write_raster(
        tmp_path / "d.tif", [lambda column, row: column] * 3, size=(200, 150), origin=(-122.55, 37.86), pixel=0.0003, epsg=4326
    )
    files = {"guide": str(guide), "dem": str(dem), "degrees": str(degrees)}
    parameters = {name: files.get(value, value) for name, value in parameters.items()}
    for chosen in ("tiny", str(fussy)):  # by name and by path
        given = {"INPUT": str(dem), "MODEL": chosen, "OUTPUT": str(tmp_path / "out.tif"), **parameters}
        good, message = provider.algorithm("superresolve").checkParameterValues(given, context)
        assert good == (not words), message
        assert words in message and "\n" not in message


@pytest.fixture
def degrees(tmp_path):
    """A DEM in degrees; its pixel is 3 arc seconds."""
    return write_raster(
        tmp_path / "degrees.tif", [lambda column, row: column], size=(60, 40), origin=(-122.55, 37.86), pixel=1 / 1200, epsg=4326
    )


@pytest.mark.parametrize("resolution", [5, 30, 50])
def test_metres_typed_where_degrees_are_meant_are_taken_for_that(provider, context, degrees, fussy, tmp_path, resolution):
    given = {"INPUT": str(degrees), "MODEL": "tiny", "RESOLUTION": resolution, "OUTPUT": str(tmp_path / "out.tif")}
    good, message = provider.algorithm("superresolve").checkParameterValues(given, context)
    assert not good
    assert message.startswith(f"The output pixel size (RESOLUTION) counts in degrees here, and {resolution} was probably meant as metres. ")
    assert "(RESOLUTION) of 0.00021 to 0.00041 degrees (21 to 41 m on the ground), or another model." in message
    assert not re.search(r"\de[-+]\d", message)


def test_a_size_in_degrees_is_answered_in_degrees(provider, context, degrees, fussy, tmp_path):
    algorithm, given = provider.algorithm("superresolve"), {"INPUT": str(degrees), "MODEL": "tiny", "OUTPUT": str(tmp_path / "out.tif")}
    good, message = algorithm.checkParameterValues({**given, "RESOLUTION": 0.001}, context)
    assert not good and message.startswith("The elevation model's pixel (82.") and "of 0.00021 to 0.00041 degrees (21 to 41 m" in message
    for fits in (0.00021, 0.00041):
        assert algorithm.checkParameterValues({**given, "RESOLUTION": fits}, context)[0]


def test_a_missing_guide_is_said_before_the_run(provider, context, model, dem, guide, tmp_path):
    needs = changed(model, tmp_path / "needs.onnx", (b'"guide_required": false', b'"guide_required": true'))
    given = {"INPUT": str(dem), "MODEL": str(needs), "OUTPUT": str(tmp_path / "out.tif")}
    algorithm = provider.algorithm("superresolve")
    good, message = algorithm.checkParameterValues(given, context)
    assert not good and message == "The model needs.onnx needs a guide image: choose one, or another model."
    assert algorithm.checkParameterValues({**given, "GUIDE": str(guide)}, context)[0]


# Fetching.


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; `/slow` never ends, `/moved/NAME` leads to NAME, `/away` to another server without encryption."""

    def do_GET(self):
        if self.path == "/slow":
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            with contextlib.suppress(OSError):
                while True:
                    self.wfile.write(b"0")
                    time.sleep(0.05)
        elif self.path.startswith(("/moved/", "/away")):
            self.send_response(302)
            self.send_header("Location", self.path[len("/moved") :] if self.path.startswith("/moved/") else self.server.away)
            self.end_headers()
        elif self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(OSError):
                for _ in range(1000):
                    self.wfile.write(b"0" * 10_000)
        else:
            super().do_GET()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serving(folder, context=None, away=""):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    server.away = away
    server.daemon_threads = True
    server.block_on_close = False
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"{'http' if context is None else 'https'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def site(qgis_app, model, tmp_path):
    """An address without encryption; the scheme is checked before anything is fetched, not while."""
    folder = tmp_path / "site"
    folder.mkdir()
    shutil.copy(model, folder)
    with serving(folder) as address:
        yield address


def fetch(address, target, **settings):
    settings.setdefault("feedback", QgsProcessingFeedback(False))
    return download.fetch(QUrl(address), target, **settings)


def test_a_file_is_fetched(site, model, tmp_path):
    for path in ("/tiny.onnx", "/moved/tiny.onnx"):
        assert fetch(site + path, tmp_path / "got") == sha256(model)
        assert (tmp_path / "got").read_bytes() == model.read_bytes()


def test_a_file_is_fetched_on_another_thread(site, model, tmp_path):
    task = QgsTask.fromFunction("fetch", lambda _: fetch(f"{site}/tiny.onnx", tmp_path / "got"))
    QgsApplication.taskManager().addTask(task)
    assert task.waitForFinished(20000)
    assert task.returned_values == sha256(model)


def test_what_cannot_be_fetched_is_said(site, tmp_path):
    for path, words in (
        ("/none.onnx", "/none.onnx could not be fetched"),
        ("/endless", "more than 0 MB"),
        ("/tiny.onnx", "more than 0 MB"),
    ):
        with pytest.raises(SiranError, match=words):
            fetch(site + path, tmp_path / "got", largest=1000)
    with pytest.raises(SiranError, match="could not be fetched"):
        fetch("http://127.0.0.1:1/a.onnx", tmp_path / "got")
    with pytest.raises(SiranError, match="cannot be stored"):
        fetch(f"{site}/tiny.onnx", tmp_path / "no folder" / "got")


def test_fetching_is_cancelled(site, tmp_path):
    feedback = QgsProcessingFeedback(False)
    threading.Timer(0.5, feedback.cancel).start()
    start = time.monotonic()
    with pytest.raises(Cancelled, match="nothing was changed"):
        fetch(f"{site}/slow", tmp_path / "got", feedback=feedback)
    assert time.monotonic() - start < 5


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A key and a certificate for 127.0.0.1 that nobody trusts yet."""
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    if not shutil.which("openssl"):
        pytest.skip("needs the program openssl")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-keyout", key,
         "-out", certificate, "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    return key, certificate


@pytest.fixture
def secure_site(certificate, site, tmp_path):
    key, path = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key)
    with serving(tmp_path / "site", context, away=f"{site}/tiny.onnx") as address:
        yield address


@pytest.fixture
def trusted(certificate):
    """QGIS trusts the certificate, as it does one that the system trusts, or one that the user has added among QGIS's authorities: these
    count as soon as something has woken up its authentication manager, on some versions."""
    authority = QSslCertificate(certificate[1].read_bytes())
    before = QSslConfiguration.defaultConfiguration()
    now = QSslConfiguration(before)
    now.setCaCertificates([*before.caCertificates(), authority])
    QSslConfiguration.setDefaultConfiguration(now)
    manager = QgsApplication.authManager()
    if not manager.isDisabled():
        assert manager.storeCertAuthority(authority) and manager.initSslCaches()
    yield
    if not manager.isDisabled():
        assert manager.removeCertAuthority(authority) and manager.initSslCaches()
    QSslConfiguration.setDefaultConfiguration(before)


def test_a_model_is_added_from_an_address_on_another_thread(algorithm, context, secure_site, trusted, model):
    """As QGIS does it when somebody presses Run."""
    done, feedback = [], QgsProcessingFeedback(False)  # the task does not keep it
    parameters = {"ACTION": "add", "URL": f"{secure_site}/tiny.onnx", "SHA256": sha256(model)}
    task = QgsProcessingAlgRunnerTask(algorithm, parameters, context, feedback)
    task.executed.connect(lambda good, results: done.append((good, results.get("MODEL_NAME"))))
    QgsApplication.taskManager().addTask(task)
    end = time.monotonic() + 60
    while not done and time.monotonic() < end:
        QgsApplication.processEvents()
        time.sleep(0.02)
    assert done == [(True, "tiny")], feedback.textLog()
    assert everything(paths.models())["tiny.onnx"] == model.read_bytes()


def test_what_an_address_holds_is_held_against_the_sum(run, secure_site, trusted, model):
    address = f"{secure_site}/tiny.onnx"
    install(model)
    before = everything(paths.models())
    assert run("add", URL=address, SHA256="0" * 64, OVERWRITE=True) is None
    assert "has the SHA-256" in run.said and everything(paths.models()) == before


def test_an_address_that_leads_away_from_https_is_not_followed(run, secure_site, trusted, model):
    assert run("add", URL=f"{secure_site}/away", SHA256=sha256(model)) is None
    assert "could not be fetched" in run.said and everything(paths.models()) == {}


def test_a_certificate_that_nobody_trusts_is_refused(run, secure_site, model):
    assert run("add", URL=f"{secure_site}/tiny.onnx", SHA256=sha256(model)) is None
    assert "could not be fetched" in run.said and everything(paths.models()) == {}


@pytest.mark.qgis
@pytest.mark.slow
def test_from_a_terminal(qgis_process, model, tmp_path):
    results = qgis_process.run_json("models", ACTION="add", FILE=model, HTML=tmp_path / "models.html")["results"]
    assert results["MODEL_NAME"] == "tiny" and (qgis_process.profile / "siran" / "models" / "tiny.onnx").is_file()
    status, said = qgis_process.run("models", ACTION="remove", NAME=paths.default_model())
    assert status != 0 and "cannot be removed" in said and "Traceback" not in said


def test_a_guide_that_reaches_far_beyond_is_measured_where_the_dem_is(provider, context, tmp_path):
    """Web Mercator's pixels shrink on the ground towards the poles: 52 % of their size at 58 degrees, 32 % at 71."""
    algorithm = provider.algorithm("superresolve")
    bands = [lambda column, row: 0] * 3
    far = {"size": (150, 1750), "origin": (500000, 11450000), "pixel": 2000, "epsg": 3857}
    guide = write_raster(tmp_path / "norway.tif", bands, **far)
    spot = {"size": (20, 20), "origin": (338000, 6480000), "pixel": 6200, "epsg": 32632}
    dem = write_raster(tmp_path / "south.tif", [lambda column, row: column], **spot)
    given = {"INPUT": str(dem), "GUIDE": str(guide), "GUIDE_BANDS": "1,2,3", "OUTPUT": "/tmp/out.tif"}
    assert algorithm.checkParameterValues(given, context) == (True, "")
    good, message = algorithm.checkParameterValues({**given, "RESOLUTION": 1400}, context)
    found = re.search(r"is ([\d.]+) times the output's", message)
    # 6200 m over 1400 m times the cosine of the DEM's latitude, 57.9 degrees; in the guide's middle it would be 10.5.
    assert not good and found and float(found[1]) == pytest.approx(8.33, rel=0.02)
