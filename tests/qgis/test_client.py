"""What a feedback is told by a backend, and by one that misbehaves."""

import json
import shutil
import time

import pytest
from conftest import ROOT
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
    python = fake_python("say(event='error', code='grid-invalid', message='a.tif has no grid.', hint='Give it one.'); sys.exit(2)")
    with pytest.raises(BackendFailed, match=r"^a.tif has no grid. Give it one.$"):
        client.superresolve(python, [], feedback)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("guide-bands-unknown", "GUIDE_BANDS"),
        ("device-unavailable", "DEVICE"),
        ("no-overlap", "EXTENT"),
        ("no-overlap", "MASK"),
        ("output-folder", "folder"),
        ("output-is-input", "another output"),
        ("crs-missing", "Translate (convert format)"),
        ("disk-full", "another disk"),
        ("output-busy", "Wait"),
        ("output-open", "Remove its layer"),
    ],
)
def test_a_hint_names_parameters_and_no_options(fake_python, feedback, code, words):
    assert f"`{code}`" in (ROOT / "docs" / "contracts.md").read_text(encoding="utf-8")
    python = fake_python(f"say(event='error', code='{code}', message='It is so.', hint='Pass --this, or --that.'); sys.exit(2)")
    called = {"--extent": "'Extent' (EXTENT)"} if words != "MASK" else {"--mask": "'Mask' (MASK)"}
    with pytest.raises(BackendFailed, match=r"^It is so\. ") as raised:
        client.superresolve(python, [], feedback, called)
    assert ("EXTENT" in raised.value.hint, "MASK" in raised.value.hint) == (words == "EXTENT", words == "MASK")
    assert words in raised.value.hint and "--" not in str(raised.value) and raised.value.code == code


@pytest.mark.parametrize("program", ["ls", "cat"])
def test_a_program_that_is_no_python_is_said_to_be_none(feedback, program):
    path = shutil.which(program)
    with pytest.raises(BackendFailed, match=f"^{path} ended without a word: it may be no Python"):
        client.superresolve(path, ["superresolve", "--json"], feedback)


@pytest.mark.parametrize(
    "complaint",
    ["error while loading shared libraries: libpython3.11.so.1.0", "can't open file 'x.py': [Errno 2]", "symbol lookup error: undefined"],
)
def test_a_python_that_is_broken_is_told_by_what_it_says(fake_python, feedback, complaint):
    python = fake_python(f"sys.stderr.write(sys.argv[0] + ': ' + {complaint!r}); sys.exit(127)")
    with pytest.raises(BackendFailed, match=complaint.split(":")[0]):
        client.superresolve(python, [], feedback)


def test_options_are_called_what_the_caller_says_they_are(fake_python, feedback):
    """Whole ones, and what is a path or a value stays as it is."""
    python = fake_python(
        "say(event='log', level='info', text='Pass --tile, --tiles or --a-b (--a). /x--tile --tile=5 /--tile')\n"
        "say(event='error', code='odd', message='--tile 5 is odd.', hint='Pass --tile.'); sys.exit(2)"
    )
    with pytest.raises(BackendFailed, match=r"^T 5 is odd\. Pass T\.$"):
        client.superresolve(python, [], feedback, {"--tile": "T", "--a": "A"})
    assert ("info", "Pass T, --tiles or --a-b (A). /x--tile --tile=5 /--tile") in feedback.said


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "memory ran out"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "signal 11"),
        ("sys.stderr.write('Traceback\\n  File x\\nModuleNotFoundError: No module named rasterio'); sys.exit(1)", "rasterio"),
        ("sys.stderr.write('Traceback\\n  File x\\nValueError: odd'); sys.exit(1)", "ValueError: odd"),
        ("sys.exit(0)", "ended without a word"),
    ],
)
def test_an_end_without_a_reason_is_explained_in_one_line(fake_python, feedback, code, words):
    with pytest.raises(BackendFailed, match=words) as raised:
        client.superresolve(fake_python(code), [], feedback)
    assert "\n" not in str(raised.value) and "Traceback" not in str(raised.value)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("sys.stdout.write('x' * 100_000_000 + '\\n'); sys.stdout.flush(); sys.exit(1)", "ended with status 1"),
        ("sys.stdout.buffer.write(b'\\xff\\xfe\\x00' * 1000); sys.exit(1)", "ended with status 1"),
        ("print('[' * 100_000); print(json.dumps({'event': 'log', 'level': 1, 'text': [2]})); sys.exit(1)", "ended with status 1"),
        ("print('\\x1b[31m noise'); os.kill(os.getpid(), signal.SIGKILL)", "most likely because the memory ran out. Choose a smaller tile"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "crashed .signal 11.. Try another device"),
        # A child of the child holds its stdout.
        ("import subprocess; subprocess.Popen(['sleep', '60']); os.kill(os.getpid(), signal.SIGKILL)", "the memory ran out"),
    ],
)
def test_whatever_ends_it_the_algorithm_ends_within_five_seconds(fake_python, feedback, code, words):
    """Of the event: what the child does before is done at once."""
    begun = time.monotonic()
    with pytest.raises(BackendFailed, match=words) as raised:
        client.superresolve(fake_python(code), [], feedback)
    assert time.monotonic() - begun < 5
    assert "\n" not in str(raised.value)
    assert all(len(text) < 3000 for _, text in feedback.said)


@pytest.mark.parametrize(
    "code",
    [
        "time.sleep(60)",  # at start, before it listens
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: sys.stdin.readline(); time.sleep(1)",
        "while True: print('noise', flush=True)",
    ],
)
def test_a_child_that_ignores_a_cancel_is_gone_within_seconds(fake_python, code):
    class Hasty(Feedback):
        def isCanceled(self):
            return time.monotonic() - begun > 0.5

    python = fake_python(code)
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        client.superresolve(python, [], Hasty())
    assert time.monotonic() - begun < 0.5 + 5


@pytest.mark.parametrize(("status", "words"), [(0xC0000005, "crashed (0xC0000005)."), (0xC0000017, "memory ran out"), (1, "status 1")])
def test_what_windows_says_of_a_child(status, words):
    assert words in str(client.unexplained(status, "", ""))


def test_a_child_that_does_not_find_its_end(fake_python, feedback):
    """A driver that hangs or crashes while it is unloaded, after the result; or hangs before, with nobody to tell."""
    begun = time.monotonic()
    assert client.superresolve(fake_python(f"{SAY_RESULT}; time.sleep(60)"), [], feedback).path == "/o.tif"
    assert time.monotonic() - begun < 5
    crashing = f"{SAY_RESULT}; os.kill(os.getpid(), signal.SIGSEGV)"
    assert client.superresolve(fake_python(crashing), [], feedback).path == "/o.tif"
    begun = time.monotonic()
    with pytest.raises(BackendFailed, match="stopped talking, did not end, and was stopped"):
        client.superresolve(fake_python("os.close(1); time.sleep(60)"), [], feedback)
    assert time.monotonic() - begun < 5


def test_a_child_of_the_child_that_floods_its_output(fake_python, feedback):
    code = "import subprocess; subprocess.Popen(['yes', 'noise']); time.sleep(0.2); os.kill(os.getpid(), signal.SIGKILL)"
    begun = time.monotonic()
    with pytest.raises(BackendFailed, match="memory ran out"):
        client.superresolve(fake_python(code), [], feedback)
    assert time.monotonic() - begun < 5


def test_a_backend_that_hangs_at_its_start_is_mentioned(fake_python, feedback, monkeypatch):
    monkeypatch.setattr(client, "SILENCE", 0.3)
    client.superresolve(fake_python(f"time.sleep(1)\n{SAY_RESULT}"), [], feedback)
    assert [text for level, text in feedback.said if level == "info"] == [
        "The backend has said nothing yet; its files may lie on a slow disk. Cancel ends it."
    ]


def test_a_backend_that_never_says_a_word_is_stopped(fake_python, feedback, monkeypatch):
    monkeypatch.setattr(client, "LONGEST_SILENCE", 0.5)
    begun = time.monotonic()
    with pytest.raises(BackendFailed, match="said nothing for 0 s and was stopped"):
        client.superresolve(fake_python("print('a warning of some library', flush=True); time.sleep(60)"), [], feedback)
    assert time.monotonic() - begun < 0.5 + 5


def test_an_interpreter_that_does_not_start(tmp_path, feedback):
    with pytest.raises(BackendFailed, match="could not be started"):
        client.superresolve(str(tmp_path / "gone"), [], feedback)


def test_cancelling_raises(fake_python, feedback):
    python = fake_python("sys.stdin.readline(); say(event='error', code='cancelled', message='Cancelled.', hint=''); sys.exit(3)")
    feedback.cancel()
    with pytest.raises(Cancelled):
        client.superresolve(python, [], feedback)
