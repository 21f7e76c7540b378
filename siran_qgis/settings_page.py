"""The settings page: which Python runs the backend, on what, where things are kept, and a test of it all.

Whatever starts a process or walks through folders does so in a task; the page is made without it and filled when the answers come.
"""

from __future__ import annotations

import os
from pathlib import Path

from qgis.gui import QgsFileWidget, QgsOptionsPageWidget
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
)

from . import background, client, command, environment, interpreter, paths, settings
from .environment import State
from .errors import Cancelled, SiranError
from .translation import number, tr

DEVICES = ("cpu", "cuda")
"""Offered before the backend has said what there is."""
TYPING = 700
"""Milliseconds after the last change until the backend is asked again."""
MOST_THREADS = 1024


class SettingsPage(QgsOptionsPageWidget):
    """Shows what is set; `apply`, which QGIS calls for OK and Apply, keeps it."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setObjectName("siranOptions")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._backend_box())
        layout.addWidget(self._runs_box())
        layout.addWidget(self._folder_box())
        layout.addWidget(self._test_box(), 1)
        self._looks = 0  # answers to earlier questions are dropped
        self._works, self._asking = works, asking = [], []
        self.destroyed.connect(lambda: (_cancel(works), _cancel(asking)))
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(TYPING)
        self._soon.timeout.connect(self.look)
        self._seen = False
        self._testing = None
        self._show(settings.read())
        for changed in (self.own.toggled, self.python.fileChanged, self.folder.fileChanged):
            changed.connect(self._changed)
        # `activated` by the user alone: the list of devices is filled anew when the backend has said what there is.
        for changed in (
            self.own.toggled,
            self.python.fileChanged,
            self.folder.fileChanged,
            self.device.activated,
            self.threads.valueChanged,
        ):
            changed.connect(self._forget)
        self._changed()
        self._soon.stop()

    def helpKey(self):
        return ""

    def showEvent(self, event):
        super().showEvent(event)
        # QGIS makes all pages when it opens its options: ask when this one is looked at.
        if not self._seen:
            self._seen = True
            self.look()

    def apply(self):
        """Keeps what the page shows. A folder that cannot be used is left as it was."""
        wanted = self.shown()
        if self._folder_trouble():
            wanted = wanted._replace(folder=settings.read().folder)
        settings.write(wanted)

    def shown(self):
        """What the page shows, as Settings."""
        return settings.Settings(
            python=self.python.filePath().strip() if self.own.isChecked() else "",
            device=self.device.currentData() or "",
            threads=self.threads.value(),
            folder=self.folder.filePath().strip(),
        )

    def look(self):
        """Ask, in tasks, for the state and size of the managed environment, and for the devices that the backend can use."""
        self._looks += 1
        asked = self._looks
        folder = self._kept()
        python = self.shown().python

        def about_environment(_):
            return _state(interpreter.managed(folder))

        def about_devices(feedback):
            found = interpreter.find(python, folder)
            return environment.backend_info(Path(found), paths.PLUGIN, feedback.isCanceled, paths.models(folder)).get("devices") or []

        def show_environment(value, error, _):
            if asked == self._looks:
                self.state.setText(str(error) if error else value)

        def show_devices(value, error, _):
            if asked == self._looks:
                self._show_devices(value or [], str(error) if error else "")

        self.state.setText(self.tr("Looking …"))
        self.devices.setText(self.tr("Asking the backend …"))
        _cancel(self._asking)
        self._asking += [
            self._start(self.tr("SIRAN: looking at the backend's environment"), about_environment, show_environment),
            self._start(self.tr("SIRAN: asking for devices"), about_devices, show_devices),
        ]

    def test(self):
        """Run the backend's self-check with what the page shows, in a task; pressed again, stop it."""
        if self._testing is not None:
            self._testing.cancel()
            return
        wanted, folder = self.shown(), self._kept()
        if self.own.isChecked() and not wanted.python:
            self.answer.setPlainText(self.tr("No interpreter is named. Name one, or take the managed environment."))
            return

        def check(feedback):
            python = interpreter.find(wanted.python, folder)
            return client.run(python, command.check(wanted.device, wanted.threads), feedback, paths.models(folder))

        def show(value, error, lines):
            self._testing = None
            self.button.setText(self.tr("Test"))
            self.progress.setVisible(False)
            # A run that is cancelled says that nothing was written; a test writes nothing.
            said = self.tr("Cancelled.") if isinstance(error, Cancelled) else str(error) if error else _sentence(value)
            self.answer.setPlainText("\n".join([said, "", *lines]).strip())

        self.answer.setPlainText(self.tr("Testing …"))
        self.button.setText(self.tr("Stop"))
        self.progress.setValue(0)
        self.progress.setVisible(True)
        self._testing = self._start(self.tr("SIRAN: testing the backend"), check, show)
        self._works[:] = [self._testing]
        self._testing.progressChanged.connect(self._progress)

    def tr(self, text):
        return tr(text)

    def _start(self, description, function, done):
        """A task whose answer is dropped when the page is gone."""

        def if_there(*answer):
            if not sip.isdeleted(self):
                done(*answer)

        return background.start(description, function, if_there)

    def _progress(self, percent):
        self.progress.setValue(int(percent))

    def _kept(self):
        """The folder that the page shows; an unusable one counts as not given."""
        folder = "" if self._folder_trouble() else self.folder.filePath().strip()
        return Path(os.path.normpath(folder)) if folder else paths.profile()

    def _folder_trouble(self):
        try:
            settings.check_folder(self.folder.filePath().strip())
        except SiranError as error:
            return str(error)
        return ""

    def _changed(self, *_):
        self.python.setEnabled(self.own.isChecked())
        trouble = self._folder_trouble()
        self.trouble.setText(f"{trouble} {self.tr('The folder that was set before is kept.')}" if trouble else "")
        self.trouble.setVisible(bool(trouble))
        self._soon.start()

    def _forget(self, *_):
        """The answer of a test is about what the page showed when it began."""
        if self._testing is None:
            self.answer.clear()
        else:
            self._testing.cancel()

    def _show(self, kept):
        (self.own if kept.python else self.managed).setChecked(True)
        self.python.setFilePath(kept.python)
        self._offer([(name, "") for name in DEVICES], kept.device)
        self.threads.setValue(min(kept.threads, MOST_THREADS))
        self.folder.setFilePath(kept.folder)
        variable = interpreter.named()
        self.variable.setText(self.tr("The environment variable {} comes first. It names {}.").format(interpreter.VARIABLE, variable))
        self.variable.setVisible(bool(variable))

    def _show_devices(self, devices, trouble):
        chosen = self.device.currentData() or ""
        said = {
            device["name"]: self.tr("available") if device.get("available") else device.get("reason") or self.tr("not available")
            for device in devices
        }
        if said:
            self._offer(list(said.items()), chosen)
        ready = [name for name, text in said.items() if text == self.tr("available")]
        self.devices.setText(trouble or self.tr("Available: {}.").format(", ".join(ready) or self.tr("none")))

    def _offer(self, devices, chosen):
        """(name, what is known about it) to choose from; what was chosen stays, known or not."""
        self.device.clear()
        self.device.addItem(self.tr("auto: the fastest that really loads"), "")
        if chosen and chosen not in dict(devices):
            devices = [*devices, (chosen, self.tr("not known here"))]
        for name, text in devices:
            self.device.addItem(f"{name}: {text}" if text else name, name)
        self.device.setCurrentIndex(max(0, self.device.findData(chosen)))

    def _backend_box(self):
        box = QGroupBox(self.tr("Python that runs the backend"))
        layout = QVBoxLayout(box)
        self.managed = QRadioButton(self.tr("&Managed environment (made by the algorithm 'Set up backend')"))
        self.state = _text()
        self.state.setIndent(24)
        self.own = QRadioButton(self.tr("&Interpreter of one's own, with the backend's requirements:"))
        self.python = QgsFileWidget()
        self.python.setFilter(self.tr("All files (*)"))
        self.python.setDialogTitle(self.tr("Interpreter"))
        self.variable = _text()
        row = QHBoxLayout()
        row.addSpacing(24)
        row.addWidget(self.python)
        layout.addWidget(self.managed)
        layout.addWidget(self.state)
        layout.addWidget(self.own)
        layout.addLayout(row)
        layout.addWidget(self.variable)
        return box

    def _runs_box(self):
        box = QGroupBox(self.tr("Runs that leave the choice open"))
        form = QFormLayout(box)
        self.device = QComboBox()
        self.device.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.devices = _text()
        self.threads = QSpinBox()
        self.threads.setRange(0, MOST_THREADS)
        self.threads.setSpecialValueText(self.tr("all"))
        form.addRow(self.tr("&Device"), self.device)
        form.addRow("", self.devices)
        form.addRow(self.tr("Processor &threads"), self.threads)
        return box

    def _folder_box(self):
        box = QGroupBox(self.tr("What SIRAN installs and downloads"))
        form = QFormLayout(box)
        self.folder = QgsFileWidget()
        self.folder.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.folder.setDialogTitle(self.tr("Folder"))
        if self.folder.lineEdit() is not None:
            self.folder.lineEdit().setPlaceholderText(str(paths.profile()))
        self.folder.setToolTip(
            self.tr(
                "Holds the managed environment and the models that you add. Empty: a folder in the profile. What lies in the old "
                "folder is not moved."
            )
        )
        self.trouble = _text()
        form.addRow(self.tr("&Folder for environment and models"), self.folder)
        form.addRow("", self.trouble)
        return box

    def _test_box(self):
        box = QGroupBox(self.tr("Test"))
        layout = QVBoxLayout(box)
        row = QHBoxLayout()
        self.button = QPushButton(self.tr("Test"))
        self.button.setToolTip(self.tr("Runs a known small input through the installed model, with what this page shows."))
        self.button.clicked.connect(self.test)
        self.progress = QProgressBar()
        self.progress.setVisible(False)
        row.addWidget(self.button)
        row.addWidget(self.progress, 1)
        row.addStretch()
        self.answer = QPlainTextEdit()
        self.answer.setReadOnly(True)
        self.answer.setAccessibleName(self.tr("Answer of the test"))
        self.answer.setMinimumHeight(90)
        layout.addLayout(row)
        layout.addWidget(self.answer)
        return box


def _state(managed):
    """A sentence about the managed environment, with its size; walks through its folder."""
    state, sentence = managed.look()
    said = [sentence]
    if state is not State.READY:
        said.append(interpreter.what_to_do(state))
    if managed.folder.is_dir():
        said.append(tr("{:.0f} MB in {}.").format(managed.size() / 1e6, managed.folder))
    return " ".join(said)


def _sentence(found):
    """What a self-check found right."""
    if found.difference is None:
        how = tr("there is no stored answer to compare with, but its values make sense")
    else:
        how = tr("it gives its stored answer, to {} m").format(number(found.difference, ".2g"))
    return tr("All is right. The model {} {} ran on {}, threads: {}; {} ({} s).").format(
        found.model.get("name"), found.model.get("version"), found.provider, found.threads, how, number(found.seconds, ".1f")
    )


def _text():
    """A label for sentences, which can be selected."""
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard)
    return label


def _cancel(works):
    """Stops what still runs and forgets it."""
    for work in works:
        if not sip.isdeleted(work):
            work.cancel()
    works.clear()
