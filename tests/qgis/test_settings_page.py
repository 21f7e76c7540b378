"""The settings page: what it shows, what it keeps, and who asks for it; and that it never keeps the desktop waiting."""

import json
import time

import pytest
from qgis.core import QgsApplication, QgsProcessingException, QgsProcessingFeedback, QgsSettings
from qgis.PyQt.QtCore import QCoreApplication, QObject, Qt, pyqtSignal
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QWidget

from siran_qgis import events, interpreter, paths, settings
from siran_qgis.errors import BackendMissing, SettingWrong
from siran_qgis.settings import Settings

LONGEST = 0.1  # seconds that the desktop may stand still for us, counted as processor time: other processes may have the machine


@pytest.fixture(autouse=True)
def own_settings(qgis_app, monkeypatch):
    monkeypatch.delenv("SIRAN_PYTHON", raising=False)
    QgsSettings().remove(settings.GROUP)
    yield
    QgsSettings().remove(settings.GROUP)


@pytest.fixture
def page(own_settings):
    from siran_qgis.options import SiranOptions

    parent = QWidget()
    yield SiranOptions().createWidget(parent)
    wait_until(lambda: not QgsApplication.taskManager().activeTasks())


def wait_until(true, seconds=120):
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        QCoreApplication.processEvents()
        time.sleep(0.01)
    assert true()


def check_event(**changes):
    values = {"version": "1", "packages": {"numpy": "2"}, "devices": [], "model": {"name": "m", "version": "3", "sha256": ""}}
    values |= {"provider": "CPU", "providers": ["CPU"], "threads": 1, "stored": True, "difference": 0.0, "tolerance": 0.01, "seconds": 1.0}
    return {"event": "result", **values, **changes}


INFO = {
    "devices": [
        {"name": "cpu", "provider": "CPUExecutionProvider", "available": True, "reason": ""},
        {"name": "cuda", "provider": "CUDAExecutionProvider", "available": False, "reason": "no NVIDIA driver on this machine"},
        {"name": "coreml", "provider": "CoreMLExecutionProvider", "available": True, "reason": ""},
    ]
}


@pytest.fixture
def backend(fake_python):
    """An interpreter whose `info` names devices, and whose `check` says on which it was asked to run and where it would look for models."""
    return fake_python(
        f"""
if 'info' in sys.argv:
    print(json.dumps({INFO!r}))
elif 'check' in sys.argv:
    say(event='progress', fraction=0.5, message='Half')
    say(event='log', level='info', text='models in ' + os.environ['SIRAN_MODELS'])
    say(event='log', level='info', text='asked: ' + ' '.join(sys.argv[sys.argv.index('check'):]))
    say(**{check_event()!r})
"""
    )


def test_nothing_is_set_at_first(page):
    assert settings.read() == Settings() == page.shown()
    assert page.managed.isChecked() and not page.python.isEnabled()
    assert page.device.currentIndex() == 0 and page.threads.text() == "all"
    page.apply()
    assert not [key for key in QgsSettings().allKeys() if key.startswith("siran/")]


def test_what_is_shown_is_kept_and_shown_again(page, tmp_path):
    page.own.setChecked(True)
    page.python.setFilePath("/opt/python")
    page.device.setCurrentIndex(page.device.findData("cuda"))
    page.threads.setValue(3)
    page.folder.setFilePath(str(tmp_path / "kept"))
    page.apply()
    wanted = Settings("/opt/python", "cuda", 3, str(tmp_path / "kept"))
    assert settings.read() == page.shown() == wanted
    from siran_qgis.settings_page import SettingsPage

    assert SettingsPage().shown() == wanted
    page.managed.setChecked(True)
    page.device.setCurrentIndex(0)
    page.threads.setValue(0)
    page.folder.setFilePath("")
    page.apply()
    assert settings.read() == Settings()


def test_a_folder_that_cannot_be_used_is_not_kept(page, tmp_path):
    file = tmp_path / "file"
    file.touch()
    page.show()
    for folder in ("relative/folder", str(file), str(file / "in it")):
        page.folder.setFilePath(folder)
        assert page.trouble.text() and not page.trouble.isHidden() and folder.split("/in")[0] in page.trouble.text()
        assert page.trouble.text().endswith("The folder that was set before is kept.")
        with pytest.raises(SettingWrong):
            settings.check_folder(folder)
        page.apply()
        assert settings.read().folder == ""
    page.folder.setFilePath(str(tmp_path / "made" / "later"))
    assert page.trouble.isHidden()
    page.apply()
    assert paths.kept() == tmp_path / "made" / "later" and paths.models() == paths.kept() / "models"


def test_settings_that_make_no_sense_count_as_none():
    for name, value in (("threads", "many"), ("folder", "not/absolute"), ("device", " CUDA ")):
        QgsSettings().setValue(f"siran/{name}", value)
    assert settings.read() == Settings(device="cuda")
    assert paths.kept() == paths.profile()


def test_the_folder_is_where_things_lie(tmp_path):
    settings.write(Settings(folder=str(tmp_path / "elsewhere")))
    assert interpreter.managed().folder == tmp_path / "elsewhere" / "backend"
    assert interpreter.managed(tmp_path / "third").folder == tmp_path / "third" / "backend"


def test_whose_interpreter_runs(backend, monkeypatch, tmp_path):
    with pytest.raises(BackendMissing, match="not installed"):
        interpreter.find()
    settings.write(Settings(python=backend))
    assert interpreter.find() == backend
    with pytest.raises(BackendMissing, match="not installed"):
        interpreter.find("")
    settings.write(Settings(python=str(tmp_path / "none")))
    with pytest.raises(BackendMissing, match="none, is no program"):
        interpreter.find()
    monkeypatch.setenv("SIRAN_PYTHON", backend)
    assert interpreter.find() == backend


def test_the_variable_is_said_to_come_first(own_settings, monkeypatch, backend):
    monkeypatch.setenv("SIRAN_PYTHON", backend)
    from siran_qgis.settings_page import SettingsPage

    page = SettingsPage()
    assert not page.variable.isHidden() and backend in page.variable.text()


def test_runs_take_what_they_leave_open_from_the_settings(provider, dem, tmp_path, context):
    algorithm = provider.algorithm("superresolve")
    given = {"INPUT": str(dem), "OUTPUT": str(tmp_path / "fine.tif")}
    job = algorithm._job(given, context)
    assert (job.device, job.threads) == ("auto", None)
    settings.write(Settings(device="cuda", threads=2))
    job = algorithm._job(given, context)
    assert (job.device, job.threads) == ("cuda", 2)
    job = algorithm._job({**given, "DEVICE": "cpu", "THREADS": 1}, context)
    assert (job.device, job.threads) == ("cpu", 1)
    assert algorithm._job({**given, "DEVICE": "auto"}, context).device == "cuda"


def test_a_device_of_the_settings_that_cannot_be_used_is_said_to_be_theirs(provider, context, dem, fake_python, monkeypatch, tmp_path):
    said = "say(event='error', code='device-unavailable', message='The device cannot be used.', hint='Pass --device auto.'); sys.exit(2)"
    monkeypatch.setenv("SIRAN_PYTHON", fake_python(said))
    settings.write(Settings(device="cuda"))
    given = {"INPUT": str(dem), "OUTPUT": str(tmp_path / "fine.tif")}
    for device, words in (("auto", "It is the device of the settings"), ("cuda", r"Choose another device \(DEVICE\), such as auto")):
        with pytest.raises(QgsProcessingException, match=words):
            provider.algorithm("superresolve").create().processAlgorithm({**given, "DEVICE": device}, context, QgsProcessingFeedback())


def test_the_page_says_what_the_backend_says(page, backend, tmp_path):
    page.own.setChecked(True)
    page.python.setFilePath(backend)
    page.device.setCurrentIndex(page.device.findData("cuda"))
    page.look()
    wait_until(lambda: page.devices.text().startswith("Available"))
    assert page.devices.text() == "Available: cpu, coreml."
    assert [page.device.itemData(index) for index in range(page.device.count())] == ["", "cpu", "cuda", "coreml"]
    assert page.device.currentText() == "cuda: no NVIDIA driver on this machine"
    wait_until(lambda: "not installed" in page.state.text())


def test_a_missing_backend_is_said(page):
    page.look()
    wait_until(lambda: "not installed" in page.devices.text() and "not installed" in page.state.text())
    assert "Set up backend" in page.state.text()


def test_the_state_has_the_size(page, tmp_path):
    folder = tmp_path / "kept" / "backend"
    folder.mkdir(parents=True)
    (folder / "large").write_bytes(bytes(3_000_000))
    page.folder.setFilePath(str(tmp_path / "kept"))
    page.look()
    wait_until(lambda: "3 MB" in page.state.text())
    assert "incomplete" in page.state.text() and "repair" in page.state.text()


def test_the_test_runs_with_what_is_shown(page, backend, tmp_path):
    page.own.setChecked(True)
    page.python.setFilePath(backend)
    page.device.setCurrentIndex(page.device.findData("cpu"))
    page.threads.setValue(2)
    page.folder.setFilePath(str(tmp_path / "kept"))
    page.button.click()
    assert page.button.text() == "Stop" and page.answer.toPlainText() == "Testing …"
    wait_until(lambda: page.button.text() == "Test")
    said = page.answer.toPlainText()
    assert said.startswith("All is right. The model m 3 ran on CPU, threads: 1; it gives its stored answer")
    assert f"models in {tmp_path / 'kept' / 'models'}" in said and "check --events --device=cpu --threads=2" in said
    assert page.progress.isHidden() and settings.read() == Settings()


def test_the_test_says_what_is_wrong(page, fake_python):
    page.own.setChecked(True)
    page.python.setFilePath(
        fake_python(
            "say(event='log', level='info', text='numpy 2')\n"
            "say(event='error', code='check-failed', message='It is off by 3 m.', hint='Take cpu.')\nsys.exit(1)"
        )
    )
    page.test()
    wait_until(lambda: page.button.text() == "Test")
    assert page.answer.toPlainText() == "It is off by 3 m. Take cpu.\n\nnumpy 2"


def test_the_test_can_be_stopped(page, fake_python):
    page.own.setChecked(True)
    page.python.setFilePath(fake_python("sys.stdin.readline()\nsay(event='error', code='cancelled', message='C', hint='')\nsys.exit(3)"))
    page.button.click()
    time.sleep(0.3)
    page.button.click()
    wait_until(lambda: page.button.text() == "Test", 20)
    assert page.answer.toPlainText() == "Cancelled."


@pytest.mark.parametrize(
    "change",
    [
        lambda page: page.managed.setChecked(True),
        lambda page: page.python.setFilePath("/bin/false"),
        lambda page: page.threads.setValue(3),
        lambda page: page.folder.setFilePath("/tmp"),
        lambda page: QTest.keyClick(page.device, Qt.Key.Key_Down),
    ],
    ids=["managed", "python", "threads", "folder", "device"],
)
def test_an_answer_goes_when_an_entry_changes(page, backend, change):
    """It is no answer to what the page shows then. It stays when the page hears of devices."""
    page.own.setChecked(True)
    page.python.setFilePath(backend)
    page.test()
    wait_until(lambda: page.button.text() == "Test")
    page.look()
    wait_until(lambda: page.devices.text().startswith("Available"))
    assert page.answer.toPlainText().startswith("All is right.")
    change(page)
    assert page.answer.toPlainText() == ""


def test_a_test_ends_when_an_entry_changes(page, fake_python):
    page.own.setChecked(True)
    page.python.setFilePath(fake_python("sys.stdin.readline()\nsay(event='error', code='cancelled', message='C', hint='')\nsys.exit(3)"))
    page.test()
    page.threads.setValue(3)
    wait_until(lambda: page.button.text() == "Test", 20)
    assert page.answer.toPlainText() == "Cancelled."


def test_a_program_that_is_no_python_is_called_that(page):
    page.own.setChecked(True)
    page.python.setFilePath("/bin/true")
    page.look()
    page.test()
    wait_until(lambda: page.button.text() == "Test" and "/bin/true" in page.devices.text())
    assert page.devices.text() == "/bin/true is no Python that has the backend's packages."
    assert page.answer.toPlainText().startswith("/bin/true ended without a word")


def test_an_interpreter_that_is_not_named_is_not_tested(page):
    page.own.setChecked(True)
    page.test()
    assert page.answer.toPlainText().startswith("No interpreter is named.") and page.button.text() == "Test"


def test_a_page_that_is_closed_stops_its_test(own_settings, fake_python, tmp_path):
    from siran_qgis.settings_page import SettingsPage

    page = SettingsPage()
    page.own.setChecked(True)
    done = tmp_path / "done"
    page.python.setFilePath(fake_python(f"open({str(done)!r}, 'w').write(sys.stdin.readline())"))
    page.test()
    time.sleep(0.3)
    page.deleteLater()
    del page
    QCoreApplication.sendPostedEvents(None, 52)  # QEvent.DeferredDelete
    wait_until(lambda: not QgsApplication.taskManager().activeTasks(), 20)
    assert not done.exists() or done.read_text() == "cancel\n"


def test_the_real_backend_passes(page, backend_python):
    page.own.setChecked(True)
    page.python.setFilePath(backend_python)
    page.device.setCurrentIndex(page.device.findData("cpu"))
    page.threads.setValue(1)
    page.test()
    wait_until(lambda: page.button.text() == "Test", 300)
    assert page.answer.toPlainText().startswith("All is right."), page.answer.toPlainText()
    assert "CPUExecutionProvider" in page.answer.toPlainText() and "onnxruntime" in page.answer.toPlainText()


def test_the_desktop_does_not_wait(own_settings, backend, tmp_path):
    """Making the page, starting to look, starting a test, keeping: processor time of the GUI thread."""
    from siran_qgis.options import SiranOptions

    factory = SiranOptions()
    factory.createWidget(QWidget())  # imports; once per session

    def spent(what):
        started = time.thread_time()
        result = what()
        assert time.thread_time() - started < LONGEST, what
        return result

    parent = QWidget()
    page = spent(lambda: factory.createWidget(parent))
    page.own.setChecked(True)
    page.python.setFilePath(backend)
    kept = tmp_path / "kept" / "backend"
    for number in range(2000):
        (kept / str(number // 100)).mkdir(parents=True, exist_ok=True)
        (kept / str(number // 100) / str(number)).touch()
    page.folder.setFilePath(str(tmp_path / "kept"))
    spent(parent.show)
    spent(page.look)
    spent(page.test)
    spent(page.apply)
    wait_until(lambda: page.button.text() == "Test" and page.devices.text().startswith("Available"))


def test_the_page_has_its_place_among_the_options():
    from siran_qgis.options import SiranOptions

    factory = SiranOptions()
    assert factory.title() == "SIRAN" and factory.path() == ["Processing", "Providers"] and not factory.icon().isNull()


def test_the_plugin_brings_the_page_and_takes_it_away(qgis_app):
    from siran_qgis.plugin import SiranPlugin

    class Interface(QObject):
        """The part of QgisInterface that keeps the pages, in their order."""

        initializationCompleted = pyqtSignal()
        pages = ("Processing's",)

        def registerOptionsWidgetFactory(self, factory):
            self.pages = (*self.pages, factory)

        def unregisterOptionsWidgetFactory(self, factory):
            self.pages = tuple(page for page in self.pages if page is not factory)

        def mainWindow(self):
            return None

        def addPluginToRasterMenu(self, name, action):
            pass

        def removePluginRasterMenu(self, name, action):
            pass

    interface = Interface()
    plugin = SiranPlugin(interface)
    plugin.initGui()
    assert interface.pages == ("Processing's", plugin.options)
    # One that is loaded after ours: QGIS would make a second entry of that name for it.
    interface.pages = (plugin.options, "Processing's")
    interface.initializationCompleted.emit()
    assert interface.pages == ("Processing's", plugin.options)
    plugin.unload()
    interface.initializationCompleted.emit()
    plugin.unload()
    assert interface.pages == ("Processing's",)


def test_the_event_of_a_check_is_understood():
    found = events.parse(json.dumps(check_event(difference=None, stored=False)))
    assert isinstance(found, events.Check) and found.difference is None and found.provider == "CPU"


def test_qgis_process_takes_the_settings_too(qgis_process, backend, tmp_path):
    """From the profile's file, as the desktop keeps them there."""
    qgis_process.python = None
    folder = tmp_path / "kept"
    with (qgis_process.profile / "QGIS" / "QGIS3.ini").open("a") as file:
        file.write(f"[siran]\npython={backend}\nfolder={folder}\n")
    status, said = qgis_process.run("setupbackend", ACTION="report")
    assert status == 0, said
    assert f"Options > Processing > Providers > SIRAN names another interpreter, which is used instead: {backend}" in said, said
