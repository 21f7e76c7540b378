"""Runs the backend and turns its events into what a QgsProcessingFeedback shows."""

from __future__ import annotations

import re
import time

from qgis.core import Qgis, QgsMessageLog

from . import environment, events, interpreter, paths, process
from .errors import BackendFailed, Cancelled
from .translation import tr

# By the system, for memory: Linux, a shell, and Windows (no memory; commit limit).
KILLED = (-9, 137, 0xC0000017, 0xC000012D)
WINDOWS_CRASHES = 0xC0000000  # from here on: access violation, illegal instruction, stack overrun
SILENCE = 15.0  # seconds that a backend may take to say its first word before the user is told
LONGEST_SILENCE = 180.0  # before it is stopped: libraries on a slow disk take a minute to load
OPTION = re.compile(r"(?<![\w/-])--[a-z]+(?:-[a-z]+)*(?![\w=-])")  # in a sentence: not in a path, nor with its value


def superresolve(python: str, arguments: list[str], feedback, called=None) -> events.Result:
    """As `run`, of the arguments that command.superresolve makes."""
    return run(python, arguments, feedback, called=called)


def run(python: str, arguments: list[str], feedback, models=None, called=None) -> events.Result | events.Comparison | events.Check:
    """Run `python -m backend ARGUMENTS`, with the user's models in the folder `models` if one is given.

    `called` says what options of the command line, with their dashes, are to the user: sentences of the backend name them.
    Raises Cancelled, or BackendFailed with the backend's message and hint."""
    listener = Listener(feedback, called or {})
    begun = time.monotonic()
    told = hung = False

    def is_cancelled():
        nonlocal told, hung
        silence = 0.0 if listener.heard else time.monotonic() - begun
        if silence > SILENCE and not told:
            told = True
            feedback.pushInfo(tr("The backend has said nothing yet; its files may lie on a slow disk. Cancel ends it."))
        hung = hung or silence > LONGEST_SILENCE
        return hung or feedback.isCanceled()

    try:
        finished = process.run(
            [python, "-m", "backend", *arguments],
            environment=environment.backend_variables(paths.PLUGIN, models or paths.models()),
            on_line=lambda line: listener(events.parse(line)),
            is_cancelled=is_cancelled,
            is_done=lambda: listener.result is not None or listener.failure is not None,
            cancel_line="cancel",
        )
    except OSError as error:
        raise BackendFailed(
            tr("The backend could not be started with {}: {}.").format(python, error), interpreter.repair(python)
        ) from error
    # What it made has its name before it says so: where it does not find its end, or crashes there, that is a pity, and no more.
    if listener.result is not None and listener.failure is None:
        if finished.status != 0 and finished.stderr:
            QgsMessageLog.logMessage(finished.stderr, "SIRAN", Qgis.MessageLevel.Info, False)
        feedback.setProgress(100)
        return listener.result
    if hung and not feedback.isCanceled():
        raise BackendFailed(
            tr("The backend said nothing for {:.0f} s and was stopped.").format(LONGEST_SILENCE), interpreter.repair(python)
        )
    if finished.cancelled or feedback.isCanceled():
        raise Cancelled()
    if finished.killed and listener.failure is None:
        raise BackendFailed(tr("The backend stopped talking, did not end, and was stopped."), tr("Please report this."))
    damaged = _damaged_file(python) if listener.failure is None or listener.failure.code == "internal" else ""
    if damaged:
        raise BackendFailed(
            tr("The backend's environment is incomplete: {} is missing or was changed.").format(damaged), interpreter.repair(python)
        )
    if listener.failure is not None:
        raise BackendFailed(listener.failure.message, hint(listener.failure, listener.called), listener.failure.code)
    if not listener.heard and (finished.status == 0 or environment.is_another_program(python, finished.stderr)):
        silent = tr("{} ended without a word: it may be no Python that has the backend's packages.")
        raise BackendFailed(silent.format(python), interpreter.repair(python))
    if finished.stderr:
        # A traceback is for a bug report, not for the log of a run: QGIS's Log Messages panel keeps it.
        QgsMessageLog.logMessage(finished.stderr, "SIRAN", Qgis.MessageLevel.Warning, False)
    raise unexplained(finished.status, finished.stderr, interpreter.repair(python))


def hint(failure: events.Failure, called: dict[str, str]) -> str:
    """What to do about a failure: the backend's own hints are for the command line, and those that name its options are said anew here."""
    limits = ", ".join(called[option] for option in ("--extent", "--mask") if option in called)
    return {
        "guide-bands-unknown": tr("Give the numbers of the guide's near infrared, red and green bands (GUIDE_BANDS), as in 4,3,2."),
        "device-unavailable": tr("Choose another device (DEVICE), such as auto, or another model (MODEL)."),
        "no-overlap": tr("Check the CRS of all layers, and what limits the ground ({}): all must show the same.").format(limits)
        if limits
        else tr("Check the CRS of all layers: all must show the same ground."),
        "output-folder": tr("See that the folder is there and may be written to, or name an output elsewhere."),
        "output-is-input": tr("Name another output."),
        "crs-missing": tr(
            "Save the raster as a GeoTIFF that has one: 'Translate (convert format)', with 'Override the projection for the output file'."
        ),
        "disk-full": tr("Free some space, or name the outputs on another disk; a smaller extent needs less."),
        "output-busy": tr("Wait until that run has ended, or name another output."),
        "output-open": tr("Remove its layer, and close what else shows it; then run again, which goes on from what is finished."),
    }.get(failure.code, failure.hint)


def unexplained(status: int, stderr: str, repair: str) -> BackendFailed:
    """What to say of a backend that ended without saying why."""
    if status in KILLED:
        return BackendFailed(
            tr("The backend was killed, most likely because the memory ran out."),
            tr("Choose a smaller tile size, or close other programs."),
        )
    reason = environment.last_line(stderr)
    said = f": {reason}." if reason else "."
    if "ModuleNotFoundError" in reason or "ImportError" in reason or "No module named" in reason:
        return BackendFailed(tr("The backend's environment is incomplete{}").format(said), repair)
    if status < 0 or status >= WINDOWS_CRASHES:
        how = tr("signal {}").format(-status) if status < 0 else f"0x{status:08X}"
        return BackendFailed(
            tr("The backend crashed ({}){}").format(how, said), tr("Try another device; please report it if that does not help.")
        )
    return BackendFailed(tr("The backend ended with status {} and no result{}").format(status, said), tr("Please report this."))


def _damaged_file(python: str) -> str:
    """A file of the managed environment that is not as it was installed, if that is what ran."""
    managed = interpreter.managed()
    return managed.damage() if python == str(managed.python) else ""


class Listener:
    """Shows events; keeps the result or the failure that ends a run."""

    def __init__(self, feedback, called):
        self.feedback = feedback
        self.called = called
        self.result = None
        self.failure = None
        self.heard = False
        self._stage = None

    def __call__(self, event):
        self.heard = self.heard or not (isinstance(event, events.Log) and event.level == events.NOISE)
        if isinstance(event, events.Progress):
            self.feedback.setProgress(100 * event.fraction)
            # Every text becomes a line of the log: "Tile 3 of 900" is worth one line, not nine hundred.
            stage = re.sub(r"\d+", "", event.message)
            if event.message and stage != self._stage:
                self._stage = stage
                self.feedback.setProgressText(event.message)
        elif isinstance(event, events.Log):
            show = {"info": self.feedback.pushInfo, "warning": self.feedback.pushWarning, "error": self.feedback.reportError}
            show.get(event.level, self.feedback.pushDebugInfo)(self._said(event.text))
        elif isinstance(event, (events.Result, events.Comparison, events.Check)):
            self.result = event
        else:
            self.failure = events.Failure(event.code, self._said(event.message), self._said(event.hint))

    def _said(self, text):
        return OPTION.sub(lambda option: self.called.get(option[0], option[0]), text)
