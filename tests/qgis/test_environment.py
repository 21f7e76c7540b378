"""The managed environment: built aside, checked, marked, moved; what is wrong with it is said."""

import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from qgis.core import QgsNetworkAccessManager, QgsProcessingFeedback
from qgis.PyQt.QtNetwork import QNetworkProxy

from siran_qgis import environment, proxy
from siran_qgis.environment import Base, Environment, State
from siran_qgis.errors import Cancelled, EnvironmentFailed

BASE = Base("/usr/bin/python3", platform.python_version())
MAIN = "import json; print(json.dumps({'version': '1', 'python': '3', 'packages': {}, 'devices': [], 'models': []}))"


@pytest.fixture
def plugin(tmp_path):
    """A plugin whose backend needs nothing and answers `info`."""
    folder = tmp_path / "plugin" / "backend"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "__main__.py").write_text(MAIN)
    (folder / "requirements-cpu.txt").write_text("# nothing\n")
    return folder.parent


@pytest.fixture
def managed(tmp_path, plugin):
    return Environment(tmp_path / "profile" / "siran" / "backend", plugin)


@pytest.fixture
def finished(managed):
    """What a finished installation leaves, without the minute that it takes."""
    managed.python.parent.mkdir(parents=True)
    managed.python.symlink_to(sys.executable)
    package = managed.folder / "lib" / "python3.11" / "site-packages" / "numpy-2.0.dist-info"
    package.mkdir(parents=True)
    digest = environment._sha256(managed.requirements("cpu"))
    marker = {"complete": True, "variant": "cpu", "python": BASE.version, "requirements": digest, "packages": [package.name]}
    (managed.folder / environment.MARKER).write_text(json.dumps(marker))
    return managed


def state(managed):
    return managed.look()[0]


def test_states_of_a_finished_environment(finished, plugin):
    assert state(finished) is State.READY
    (plugin / "backend" / "requirements-cpu.txt").write_text("numpy==99\n")
    assert state(finished) is State.OUTDATED


def test_line_endings_do_not_outdate(finished, plugin):
    (plugin / "backend" / "requirements-cpu.txt").write_bytes(b"# nothing\r\n")
    assert state(finished) is State.READY


def test_a_missing_marker_means_incomplete(finished):
    (finished.folder / environment.MARKER).unlink()
    assert state(finished) is State.BROKEN


@pytest.mark.parametrize("text", ["", "{", "[]", '{"complete": false}'])
def test_an_unreadable_marker_means_incomplete(finished, text):
    (finished.folder / environment.MARKER).write_text(text)
    assert state(finished) is State.BROKEN


def test_a_base_interpreter_that_went_is_noticed(finished):
    finished.python.unlink()
    finished.python.symlink_to("/nowhere/python3.9")
    assert state(finished) is State.BROKEN


def test_a_base_interpreter_that_went_is_noticed_without_a_link(finished, tmp_path):
    """On Windows the program inside is a copy that starts the one it was made of."""
    (finished.folder / "pyvenv.cfg").write_text(f"home = {tmp_path}\nversion = 3.12.1\n")
    assert state(finished) is State.READY
    (finished.folder / "pyvenv.cfg").write_text(f"home = {tmp_path / 'QGIS 3.40'}\nversion = 3.12.1\n")
    assert finished.look() == (State.BROKEN, f"The backend's Python is gone ({tmp_path / 'QGIS 3.40'}).")


def test_an_environment_of_a_python_that_was_upgraded_is_broken(finished, tmp_path):
    """As after an upgrade of the system: the link leads to a Python that sees none of the packages."""
    newer = tmp_path / "python3.99"
    newer.touch()
    finished.python.unlink()
    finished.python.symlink_to(newer)
    found, sentence = finished.look()
    assert found is State.BROKEN and sentence == f"The backend was made with Python {BASE.version}, and there is Python 3.99 now."


def test_a_folder_that_does_not_answer_is_a_sentence(finished, monkeypatch):
    """As a share does whose server is gone: asking whether it is there raises."""

    def unreachable(_self):
        raise OSError(107, "Transport endpoint is not connected")

    monkeypatch.setattr(Path, "is_dir", unreachable)
    found, sentence = finished.look()
    assert found is State.BROKEN and "cannot be read: [Errno 107] Transport endpoint is not connected" in sentence


def test_the_size_of_what_is_being_removed_is_that_of_what_is_left(finished, monkeypatch):
    before, walk = finished.size(), os.walk
    monkeypatch.setattr(os, "walk", lambda folder: ((at, inner, [*files, "gone.pyc"]) for at, inner, files in walk(folder)))
    assert finished.size() == before > 0


def test_a_package_that_went_is_named(finished):
    shutil.rmtree(next(finished.folder.glob("lib/*/*/numpy*")))
    assert finished.look() == (State.BROKEN, "The backend's environment lacks numpy-2.0.dist-info.")


def test_damaged_files_are_found(finished):
    (package,) = finished.folder.glob("lib/*/*/numpy*")
    (package.parent / "numpy").mkdir()
    (package.parent / "numpy" / "core.py").write_text("12345")
    (package / "RECORD").write_text("numpy/core.py,sha256=x,5\nnumpy/__pycache__/core.pyc,,\n")
    assert finished.damage() == ""
    (package.parent / "numpy" / "core.py").write_text("1")
    assert finished.damage().endswith("core.py")
    (package.parent / "numpy" / "core.py").unlink()
    assert finished.damage().endswith("core.py")
    (package.parent / "numpy" / "core.py").write_text("12345")
    for cut in (b"numpy/core.py,sha256=x", b"numpy/core.py,sha256=x,five\n", b"numpy/c\xff.py,,\n"):
        (package / "RECORD").write_bytes(cut)
        assert finished.damage() == str(package / "RECORD")


def test_an_interrupted_installation_is_noticed(managed):
    assert state(managed) is State.MISSING
    managed.building.mkdir(parents=True)
    assert state(managed) is State.INTERRUPTED


def test_only_our_own_folder_is_removed(managed, tmp_path):
    managed.folder.mkdir(parents=True)
    (managed.folder / "thesis.doc").touch()
    for touch in (managed.remove, lambda: managed.build("cpu", BASE, QgsProcessingFeedback(False))):
        with pytest.raises(EnvironmentFailed, match="was not made by SIRAN"):
            touch()
    assert (managed.folder / "thesis.doc").exists()
    shutil.rmtree(managed.folder)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / environment.MARKER).touch()
    managed.folder.symlink_to(elsewhere)
    with pytest.raises(EnvironmentFailed):
        managed.remove()
    assert (elsewhere / environment.MARKER).exists()


def test_remove_takes_the_remains_too(finished):
    finished.building.mkdir()
    (finished.building / environment.MARKER).touch()
    assert finished.remove() == [finished.folder, finished.building]
    assert finished.remove() == [] and state(finished) is State.MISSING


BUILDING = """
import sys, time
from pathlib import Path
from siran_qgis.environment import Environment
managed = Environment(Path(sys.argv[1]), Path(sys.argv[2]))
with managed._alone():
    print("building", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def another(managed):
    """Another QGIS that is setting up the same environment."""
    managed.building.mkdir(parents=True)
    (managed.building / environment.MARKER).touch()
    command = [sys.executable, "-c", BUILDING, str(managed.folder), str(managed.plugin)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert running.stdout.readline() == b"building\n"
    yield running
    running.kill()
    running.wait()
    running.stdout.close()


def test_what_another_is_setting_up_is_left_to_it(managed, another):
    assert managed.look() == (State.BUSY, f"The backend is being set up or removed just now ({managed.lock}).")
    for touch in (managed.remove, lambda: managed.build("cpu", BASE, QgsProcessingFeedback(False))):
        with pytest.raises(EnvironmentFailed, match=r"being set up or removed just now .*Try again when that has ended"):
            touch()
    assert (managed.building / environment.MARKER).exists()
    another.kill()
    another.wait()
    assert state(managed) is State.INTERRUPTED
    assert managed.remove() == [managed.building] and not managed.lock.exists()


def test_within_one_qgis_the_second_waits_too(managed):
    with managed._alone(), pytest.raises(EnvironmentFailed, match="just now"):
        managed.build("cpu", BASE, QgsProcessingFeedback(False))


def test_a_ready_environment_stays_so_while_it_is_made_anew(finished):
    with finished._alone():
        assert state(finished) is State.READY


def test_an_old_environment_that_cannot_be_removed_does_not_spoil_the_new_one(finished, monkeypatch):
    """On Windows a file that is in use."""
    finished.building.mkdir()
    shutil.copytree(finished.folder, finished.building, symlinks=True, dirs_exist_ok=True)

    def in_use(folder):
        raise PermissionError(f"{folder} is in use")

    monkeypatch.setattr(shutil, "rmtree", in_use)
    finished._take_place()
    assert state(finished) is State.READY and (finished.retired / environment.MARKER).exists()
    monkeypatch.undo()
    assert finished.remove() == [finished.folder, finished.retired]


def test_an_interpreter_that_does_not_answer_in_time_is_not_blamed_for_it(managed, fake_python, monkeypatch):
    monkeypatch.setattr(environment, "LONGEST_ASK", 0.3)
    monkeypatch.setattr(environment, "LONGEST_INFO", 0.3)
    slow = fake_python("time.sleep(60)")
    with pytest.raises(EnvironmentFailed, match=f"{slow} did not answer within 0 s"):
        environment.find_base([slow], lambda: False)
    with pytest.raises(EnvironmentFailed, match=f"does not run in {slow}: it did not answer within 0 s"):
        environment.backend_info(slow, managed.plugin, lambda: False)


@pytest.mark.slow
def test_build_and_build_again(managed):
    feedback = QgsProcessingFeedback(False)
    answer = managed.build("cpu", BASE, feedback)
    assert answer["version"] == "1" and feedback.progress() == 100
    assert state(managed) is State.READY and not managed.building.exists()
    assert environment.backend_info(managed.python, managed.plugin, lambda: False)["version"] == "1"
    # A backend that does not pass the check leaves the one that did where it was.
    (managed.plugin / "backend" / "__main__.py").write_text("import numpy.nothing")
    with pytest.raises(EnvironmentFailed, match="numpy"):
        managed.build("cpu", BASE, feedback)
    assert state(managed) is State.READY and not managed.building.exists() and not managed.retired.exists()


@pytest.mark.slow
def test_cancelling_leaves_nothing_behind(managed):
    class Impatient(QgsProcessingFeedback):
        def setProgressText(self, text):
            if "pip" in text:
                self.cancel()

    (managed.plugin / "backend" / "requirements-cpu.txt").write_text("numpy==2.0.0\n")
    with pytest.raises(Cancelled):
        managed.build("cpu", BASE, Impatient(False))
    assert list(managed.folder.parent.iterdir()) == [] and state(managed) is State.MISSING


@pytest.mark.slow
def test_what_pip_complains_about_is_said(managed, tmp_path):
    (managed.plugin / "backend" / "requirements-cpu.txt").write_text(f"{tmp_path}/nothing-1.0-py3-none-any.whl\n")
    with pytest.raises(EnvironmentFailed, match=r"pip could not install .*ERROR: .*nothing-1.0"):
        managed.build("cpu", BASE, QgsProcessingFeedback(False))
    assert state(managed) is State.MISSING and not managed.building.exists()


@pytest.mark.slow
def test_a_server_that_does_not_answer_is_said_and_pips_own_settings_do_no_harm(managed, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("PIP_USER", "1")
    (managed.plugin / "backend" / "requirements-cpu.txt").write_text("affine==3.0.1\n")
    with pytest.raises(EnvironmentFailed, match=r"the server of the packages cannot be reached.* QGIS's proxy"):
        managed.build("cpu", BASE, QgsProcessingFeedback(False))


def test_a_server_whose_certificate_is_not_trusted_is_said(fake_python):
    """As behind a proxy that opens encrypted connections, in pip's words."""
    code = r"""
reason = "certificate verify failed: self-signed certificate (_ssl.c:992)"
print(f"WARNING: Retrying after connection broken by 'SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] {reason}'))'")
print("ERROR: Could not find a version that satisfies the requirement affine==3.0.1 (from versions: none)")
sys.exit(1)"""
    with pytest.raises(EnvironmentFailed, match=r"the certificate of the packages' server is not trusted.* PIP_CERT"):
        environment._run([fake_python(code)], QgsProcessingFeedback(False), lambda _: None, "pip could not: {}.", "The log has it.")


@pytest.mark.parametrize(
    ("kind", "user", "password", "address"),
    [
        ("HttpProxy", "", "", "http://proxy.corp:3128"),
        ("HttpProxy", "ann", "a:b@c", "http://ann:a%3Ab%40c@proxy.corp:3128"),
        ("HttpProxy", "ann", "", "http://ann@proxy.corp:3128"),
        ("Socks5Proxy", "", "", None),
        ("FtpCachingProxy", "", "", None),
        ("DefaultProxy", "", "", None),
    ],
)
def test_pip_uses_qgiss_proxy(qgis_app, monkeypatch, kind, user, password, address):
    for name in (*proxy.NAMES, "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    manager = QgsNetworkAccessManager.instance()
    before, excluded, bare = manager.fallbackProxy(), manager.excludeList(), manager.noProxyList()
    set_to = QNetworkProxy(getattr(QNetworkProxy.ProxyType, kind), "proxy.corp", 3128, user, password)
    manager.setFallbackProxyAndExcludes(set_to, excluded, bare)
    try:
        wanted = {"HTTP_PROXY": address, "HTTPS_PROXY": address} if address else {}
        assert proxy.variables() == wanted
        manager.setFallbackProxyAndExcludes(set_to, [*excluded, "https://intern.example/simple"], [*bare, "10.0.0.7:8080", "http://["])
        monkeypatch.setenv("no_proxy", "localhost")
        direct = "localhost,intern.example,10.0.0.7"
        assert proxy.variables() == (wanted | {"NO_PROXY": direct, "no_proxy": direct} if address else {})
        monkeypatch.delenv("no_proxy")
        manager.setFallbackProxyAndExcludes(set_to, excluded, bare)
        said = []
        names = "; ".join(f"print(os.environ.get({name!r}))" for name in ("HTTPS_PROXY", "PIP_USER"))
        command = [sys.executable, "-c", f"import os; {names}"]
        environment._run(command, QgsProcessingFeedback(False), said.append, "{}", "", PIP_USER="0", **proxy.variables())
        assert said == [str(address), "0"]
        monkeypatch.setenv("https_proxy", "http://another:1")
        assert proxy.variables() == {}
    finally:
        manager.setFallbackProxyAndExcludes(before, excluded, bare)


def test_a_variant_without_requirements_is_refused(managed):
    with pytest.raises(EnvironmentFailed, match=r"requirements-nvidia\.txt"):
        managed.build("nvidia", BASE, QgsProcessingFeedback(False))


def test_a_folder_that_is_held_open_is_renamed_when_it_is_let_go(finished, monkeypatch):
    """As a virus scanner does on Windows, for seconds; after that nothing is lost."""
    monkeypatch.setattr(environment, "PAUSES", (0, 0))
    refusals, replace = [], os.replace

    def held(old, new):
        refusals.append(old)
        if len(refusals) < most:
            raise PermissionError(13, "Access is denied")
        return replace(old, new)

    monkeypatch.setattr(os, "replace", held)
    most = 3
    environment._rename(finished.folder, finished.retired)
    assert len(refusals) == 3 and finished.retired.is_dir() and not finished.folder.exists()
    most = 99
    with pytest.raises(PermissionError):
        environment._rename(finished.retired, finished.folder)
    assert len(refusals) == 6 and finished.retired.is_dir()


def test_an_environment_that_is_made_elsewhere_is_said(managed, fake_python):
    """A Python of the Microsoft Store puts what it writes into AppData into a folder of its own."""
    with pytest.raises(EnvironmentFailed, match="is not there") as raised:
        managed.build("cpu", Base(fake_python("pass"), "3.12.1"), QgsProcessingFeedback(False))
    assert "Microsoft Store" in str(raised.value) and not managed.building.exists()


def test_base_interpreters_are_asked_for_their_version(fake_python, tmp_path):
    old = shutil.copy(fake_python("print('3.9.7')"), tmp_path / "python3.9")
    bare = shutil.copy(fake_python("sys.exit(\"ModuleNotFoundError: No module named 'ensurepip'\")"), tmp_path / "bare")
    gone = str(tmp_path / "gone")
    halved = shutil.copy(fake_python("sys.exit(\"ModuleNotFoundError: No module named 'encodings'\")"), tmp_path / "halved")
    late = shutil.copy(fake_python("print('3.15.0')"), tmp_path / "python3.15")
    deaf = shutil.copy(fake_python("sys.exit(\"ModuleNotFoundError: No module named '_ssl'\")"), tmp_path / "deaf")
    new = fake_python("print('3.13.1')")
    assert environment.find_base([gone, old, late, bare, deaf, new], lambda: False) == Base(new, "3.13.1")
    with pytest.raises(EnvironmentFailed, match=f"{halved} is no Python"):
        environment.find_base([halved], lambda: False)
    with pytest.raises(EnvironmentFailed) as raised:
        environment.find_base([gone, old, late, bare, deaf], lambda: False)
    assert f"{late} is Python 3.15.0" in str(raised.value) and f"{deaf} lacks the module ssl" in str(raised.value)
    for words in ("Python 3.11 to 3.14", f"{old} is Python 3.9.7", "python3-venv", f"{gone} does not start", "parameter PYTHON"):
        assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_this_machine_has_a_base_interpreter():
    base = environment.find_base(environment.base_candidates(), lambda: False)
    assert os.access(base.python, os.X_OK)


def test_a_named_interpreter_is_the_only_candidate():
    assert environment.base_candidates("/opt/python") == ["/opt/python"]
