"""What a feedback is told by a backend, and by one that misbehaves."""

import json

import pytest
from qgis.core import QgsProcessingFeedback

from siran_qgis import client
from siran_qgis.errors import BackendFailed, Cancelled

RESULT = {
    "event": "result", "path": "/o.tif", "grid": {"width": 3, "height": 2, "pixel_size": 30.0},
    "model": {"name": "m", "version": "1", "sha256": "ab"},
    "provider": "CPUExecutionProvider", "seconds": 1.5, "pixels": 6,
}  # fmt: skip
SAY_RESULT = f"say(**json.loads({json.dumps(RESULT)!r}))"


class Feedback(QgsProcessingFeedback):
    """Remembers what it was told."""

    def __init__(self):
        super().__init__(False)
        self.said = []

    def pushInfo(self, text):
        self.said.append(("info", text))

    def pushWarning(self, text):
        self.said.append(("warning", text))

    def pushDebugInfo(self, text):
        self.said.append(("debug", text))

    def reportError(self, text, fatalError=False):
        self.said.append(("error", text))

    def setProgressText(self, text):
        self.said.append(("stage", text))


@pytest.fixture
def feedback():
    return Feedback()


def test_events_reach_the_feedback(fake_python, feedback):
    python = fake_python(
        "print('noise')\n"
        "for level in ('debug', 'info', 'warning', 'error'): say(event='log', level=level, text=level[0])\n"
        "for i in range(50): say(event='progress', fraction=i / 50, message=f'Tile {i} of 50')\n"
        f"say(event='progress', fraction=0.99, message='Writing')\n{SAY_RESULT}"
    )
    result = client.superresolve(python, [], feedback)
    assert result.path == "/o.tif" and feedback.progress() == 100
    assert feedback.said == [
        ("debug", "noise"), ("debug", "d"), ("info", "i"), ("warning", "w"), ("error", "e"), ("stage", "Tile 0 of 50"),
        ("stage", "Writing"),
    ]  # fmt: skip


def test_a_failure_has_message_and_hint(fake_python, feedback):
    python = fake_python("say(event='error', code='crs-missing', message='a.tif has no CRS.', hint='Give it one.'); sys.exit(2)")
    with pytest.raises(BackendFailed, match=r"^a.tif has no CRS. Give it one.$"):
        client.superresolve(python, [], feedback)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "memory ran out"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "signal 11"),
        ("sys.stderr.write('Traceback\\n  File x\\nModuleNotFoundError: No module named rasterio'); sys.exit(1)", "rasterio"),
        ("sys.stderr.write('Traceback\\n  File x\\nValueError: odd'); sys.exit(1)", "ValueError: odd"),
        ("sys.exit(0)", "no result"),
    ],
)
def test_an_end_without_a_reason_is_explained_in_one_line(fake_python, feedback, code, words):
    with pytest.raises(BackendFailed, match=words) as raised:
        client.superresolve(fake_python(code), [], feedback)
    assert "\n" not in str(raised.value) and "Traceback" not in str(raised.value)


def test_an_interpreter_that_does_not_start(tmp_path, feedback):
    with pytest.raises(BackendFailed, match="could not be started"):
        client.superresolve(str(tmp_path / "gone"), [], feedback)


def test_cancelling_raises(fake_python, feedback):
    python = fake_python("sys.stdin.readline(); say(event='error', code='cancelled', message='Cancelled.', hint=''); sys.exit(3)")
    feedback.cancel()
    with pytest.raises(Cancelled):
        client.superresolve(python, [], feedback)
