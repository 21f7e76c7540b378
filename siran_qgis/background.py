"""Work beside the GUI thread, as a task of QGIS that its task manager shows and that can be cancelled."""

from __future__ import annotations

from qgis.core import QgsApplication, QgsTask

from .errors import Cancelled, SiranError
from .translation import tr

_running = set()  # QGIS owns a task, but not the Python half of it


class Feedback:
    """What client.run tells of: `lines` holds all texts. Plain Python, so that it may be used on any thread."""

    def __init__(self, task):
        self._task = task
        self.lines = []
        self.pushInfo = self.pushWarning = self.reportError = self.lines.append

    def isCanceled(self):
        return self._task.isCanceled()

    def setProgress(self, percent):
        self._task.setProgress(percent)

    def setProgressText(self, text):
        """A line for each stage would say the same as the bar."""

    def pushDebugInfo(self, text):
        """For developers, who have the command line."""


class Work(QgsTask):
    """Calls `function(feedback)` on a thread, then `done(value, error, lines)` on the GUI thread; `error` is None or a SiranError."""

    def __init__(self, description, function, done):
        super().__init__(description, QgsTask.Flag.CanCancel)
        self._function = function
        self._done = done
        self._value = None
        self._error = Cancelled(tr("Cancelled."))
        self._feedback = Feedback(self)

    def run(self):
        try:
            self._value = self._function(self._feedback)
            self._error = Cancelled(tr("Cancelled.")) if self.isCanceled() else None
        except SiranError as error:
            self._error = error
        except Exception as error:  # would end QGIS's thread without a word
            self._error = SiranError(tr("Unexpected {}: {}.").format(type(error).__name__, error), tr("Please report this."))
        return self._error is None

    def finished(self, _):
        _running.discard(self)
        self._done(self._value, self._error, self._feedback.lines)


def start(description, function, done):
    """Starts a Work and returns it."""
    work = Work(description, function, done)
    _running.add(work)
    QgsApplication.taskManager().addTask(work)
    return work
