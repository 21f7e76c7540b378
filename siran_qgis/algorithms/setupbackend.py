"""Set up backend: creates, repairs, reports on or removes the virtual environment that the backend runs in."""

from typing import ClassVar

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterFile,
)

from .. import environment, interpreter, paths
from ..choices import Choice
from ..environment import State
from ..errors import EnvironmentFailed, SiranError
from .base import SiranAlgorithm


class SetUpBackend(SiranAlgorithm):
    """The one place from which anything is installed, and from which it is removed."""

    ACTION = "ACTION"
    VARIANT = "VARIANT"
    PYTHON = "PYTHON"

    CHOICES: ClassVar = {
        ACTION: (
            Choice("create", "Create"),
            Choice("repair", "Repair (install anew)"),
            Choice("report", "Report"),
            Choice("remove", "Remove"),
        ),
        VARIANT: (
            Choice("auto", "As installed; at first for the processor"),
            Choice("cpu", "Processor"),
            Choice("nvidia", "NVIDIA graphics card (CUDA)"),
        ),
    }

    def name(self):
        return "setupbackend"

    def displayName(self):
        return self.tr("Set up backend")

    def tags(self):
        return self.tr("install,setup,python,venv,pip,environment,onnxruntime,siran").split(",")

    def shortDescription(self):
        return self.tr("Creates, repairs, reports on or removes the Python environment in which SIRAN does its work.")

    def help_text(self):
        return self.tr(
            "<p>SIRAN does its work in a Python of its own, so that nothing is ever installed into QGIS's. This algorithm looks after "
            "it.</p>"
            "<p><b>Create</b> makes a virtual environment in your QGIS profile (or in the folder of the settings) and installs pinned "
            "packages into it with pip (about 150 MB to download; several GB for NVIDIA). <b>Repair</b> does it anew. Whatever was there "
            "stays in use until the new one has passed its check; cancelling leaves things as they were. <b>Report</b> says what is "
            "there. <b>Remove</b> deletes it.</p>"
            "<p>It needs Python 3.11 to 3.14 to start from; QGIS's own is taken where it is new enough. Another one can be named.</p>"
            "<p>If the environment variable <code>SIRAN_PYTHON</code> or the settings (Options > Processing > Providers > SIRAN) name an "
            "interpreter, that one runs the backend instead. There is also a test of it all, and another folder can be chosen.</p>"
        )

    def initAlgorithm(self, configuration=None):
        self.add_choice(self.ACTION, self.tr("What to do"))
        self.add_choice(self.VARIANT, self.tr("Made for"), self.tr("Which kind of ONNX Runtime to install."))
        self.add(
            # The default filter, *.*, refuses files without an ending, such as /usr/bin/python3.
            QgsProcessingParameterFile(self.PYTHON, self.tr("Python to start from"), optional=True, fileFilter=self.tr("All files (*)")),
            self.tr("An interpreter, 3.11 to 3.14. Empty: found."),
        )
        self.addOutput(QgsProcessingOutputString("STATE", self.tr("State")))
        self.addOutput(QgsProcessingOutputString("FOLDER", self.tr("Folder")))
        self.addOutput(QgsProcessingOutputString("PYTHON_VERSION", self.tr("Python version")))
        self.addOutput(QgsProcessingOutputNumber("MEGABYTES", self.tr("Size in MB")))

    def process(self, parameters, context, feedback):
        action = self.chosen(parameters, self.ACTION, context)
        variant = self.chosen(parameters, self.VARIANT, context)
        python = self.parameterAsFile(parameters, self.PYTHON, context)
        managed = interpreter.managed()
        try:
            if action == "remove":
                self._remove(managed, feedback)
            elif action != "report":
                self._build(managed, action, variant, python, feedback)
            state = self._report(managed, feedback) if action == "report" else managed.look()[0]
        except SiranError as error:
            raise QgsProcessingException(str(error)) from None
        return {
            "STATE": state.value,
            "FOLDER": str(managed.folder),
            "PYTHON_VERSION": managed.marker().get("python", ""),
            "MEGABYTES": round(managed.size() / 1e6),
        }

    def _build(self, managed, action, variant, python, feedback):
        state, sentence = managed.look()
        installed = managed.marker().get("variant")
        if variant == "auto":
            variant = installed if installed in environment.VARIANTS else "cpu"
        if action == "create" and state is State.READY and variant == installed:
            feedback.pushInfo(self.tr("{} Nothing to do.").format(sentence))
            return
        feedback.pushInfo(sentence)
        base = environment.find_base(environment.base_candidates(python), feedback.isCanceled)
        answer = managed.build(variant, base, feedback)
        self._say(answer, feedback)
        feedback.pushInfo(self.tr("The backend is ready in {}.").format(managed.folder))

    def _remove(self, managed, feedback):
        gone = managed.remove()
        for folder in gone:
            feedback.pushInfo(self.tr("Removed {}.").format(folder))
        if not gone:
            feedback.pushInfo(self.tr("There was nothing to remove."))

    def _report(self, managed, feedback):
        """Say what is there, and return its state. Something broken is an answer here, not a failure."""
        state, sentence = managed.look()
        (feedback.pushInfo if state in (State.READY, State.MISSING) else feedback.pushWarning)(sentence)
        if state is not State.READY:
            feedback.pushInfo(interpreter.what_to_do(state))
        if managed.folder.is_dir():
            feedback.pushInfo(self.tr("Folder: {} ({:.0f} MB)").format(managed.folder, managed.size() / 1e6))
        try:
            python = interpreter.find()
        except SiranError:
            return state
        if python != str(managed.python):
            who = interpreter.VARIABLE if interpreter.named() else self.tr("The page {}").format(interpreter.page())
            feedback.pushInfo(self.tr("{} names another interpreter, which is used instead: {}").format(who, python))
        try:
            self._say(environment.backend_info(python, paths.PLUGIN, feedback.isCanceled, paths.models()), feedback)
        except EnvironmentFailed as error:
            feedback.pushWarning(f"{error} {interpreter.repair(python)}")
            state = State.BROKEN if python == str(managed.python) else state
        damaged = managed.damage()
        if damaged:
            feedback.pushWarning(self.tr("{} is missing or was changed. {}").format(damaged, interpreter.what_to_do(State.BROKEN)))
            state = State.BROKEN
        return state

    def _say(self, answer, feedback):
        """Show what `backend info --json` says."""
        feedback.pushInfo(self.tr("SIRAN backend {}, Python {}").format(answer.get("version"), answer.get("python")))
        feedback.pushInfo(", ".join(f"{name} {version}" for name, version in sorted((answer.get("packages") or {}).items())))
        for device in answer.get("devices") or []:
            state = self.tr("available") if device.get("available") else device.get("reason") or self.tr("not available")
            feedback.pushInfo(self.tr("Device {}: {}").format(device.get("name"), state))
        for model in answer.get("models") or []:
            feedback.pushInfo(self.tr("Model {}: {}").format(model.get("name"), model.get("error") or model.get("path")))
