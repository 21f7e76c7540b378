"""Manage models: lists, adds and removes the files that super-resolution runs."""

import os
from pathlib import Path
from typing import ClassVar

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterString,
)

from .. import download, environment, interpreter, model_page, model_store, paths
from ..choices import Choice
from ..errors import BackendFailed, BackendMissing, Cancelled, EnvironmentFailed, SiranError
from .base import PAGES, SiranAlgorithm


class ManageModels(SiranAlgorithm):
    """The one place from which models come into the user's folder, and from which they leave it."""

    ACTION = "ACTION"
    FILE = "FILE"
    URL = "URL"
    SHA256 = "SHA256"
    NAME = "NAME"
    OVERWRITE = "OVERWRITE"
    HTML = "HTML"

    CHOICES: ClassVar = {ACTION: (Choice("list", "List"), Choice("add", "Add"), Choice("remove", "Remove"))}

    def name(self):
        return "models"

    def displayName(self):
        return self.tr("Manage models")

    def tags(self):
        return self.tr("model,network,weights,onnx,download,install,licence,attribution,card,siran").split(",")

    def shortDescription(self):
        return self.tr("Lists, adds and removes the models that make elevation models finer.")

    def help_text(self):
        return self.tr(
            "<p>A model is one ONNX file with a card inside: for which pixel ratios and sizes it was trained, whether it needs a guide "
            "image, its licence, and on whose data it was trained.</p>"
            "<p><b>List</b> shows the cards of all installed models, in the log and as a page. <b>Add</b> takes a file, or an https "
            "address together with the SHA-256 that its publisher states; the backend checks it before it is put in place. A model that "
            "is there already is replaced only if you allow it. <b>Remove</b> deletes a model that you added, by its name; "
            "bundled ones stay.</p>"
            "<p>Whatever fails or is cancelled leaves things as they were.</p>"
            "<p>What a model makes of your data is its maker's doing: add models from people you trust.</p>"
        )

    def initAlgorithm(self, configuration=None):
        self.add_choice(self.ACTION, self.tr("What to do"))
        self.add(
            QgsProcessingParameterFile(
                self.FILE, self.tr("Model file to add"), optional=True, fileFilter=self.tr("ONNX models (*.onnx);;All files (*)")
            ),
            self.tr("An ONNX file with a card. It is copied."),
        )
        self.add(
            QgsProcessingParameterString(self.URL, self.tr("Or address to add from"), optional=True),
            self.tr("Begins with https://. Fetched with QGIS's network settings; up to {:.0f} MB.").format(download.LARGEST / 1e6),
        )
        self.add(
            QgsProcessingParameterString(self.SHA256, self.tr("SHA-256 of the model"), optional=True),
            self.tr(
                "64 hexadecimal digits, as the publisher states them. Needed for an address; a file is checked against it where given."
            ),
        )
        self.add(
            QgsProcessingParameterString(self.NAME, self.tr("Name of the model to remove"), optional=True),
            self.tr("As the list shows it."),
        )
        self.add(
            QgsProcessingParameterBoolean(self.OVERWRITE, self.tr("Replace a model of the same name"), False),
            self.tr("Only when adding."),
        )
        page = QgsProcessingParameterFileDestination(
            self.HTML, self.tr("Page about the models"), self.tr("HTML files (*.html)"), None, True
        )
        self.add(page, self.tr("The list as it is afterwards."))
        self.addOutput(QgsProcessingOutputString("MODELS", self.tr("Names of the installed models")))
        self.addOutput(QgsProcessingOutputString("MODEL_NAME", self.tr("Model that was added or removed")))
        self.addOutput(QgsProcessingOutputString("MODEL_SHA256", self.tr("SHA-256 of the model that was added")))

    def check(self, parameters, context):
        good, message = super().check(parameters, context)
        if not good:
            return good, message
        try:
            self._check(parameters, context)
        except (SiranError, QgsProcessingException) as error:
            return False, str(error)
        return True, ""

    def process(self, parameters, context, feedback):
        html = self.parameterAsFileOutput(parameters, self.HTML, context)
        html = html and os.path.abspath(html)
        name = digest = ""
        try:
            action = self._check(parameters, context)
            if html and not os.path.isdir(os.path.dirname(html)):
                raise SiranError(self.tr("There is no folder {}.").format(os.path.dirname(html)))
            if action == "add":
                name, digest = self._add(parameters, context, feedback)
            elif action == "remove":
                name = self._text(parameters, self.NAME, context)
                model_store.remove(name, paths.models())
                feedback.pushInfo(self.tr("Removed {}.").format(name))
            models = model_store.look(self._ask(feedback) if action == "list" else None)
            if action == "list":
                self._say(models, feedback)
            if html:
                model_store.write_whole(html, model_page.page(models))
                self.tell_page(html, feedback)
        except SiranError as error:
            raise QgsProcessingException(str(error)) from None
        except OSError as error:
            raise QgsProcessingException(self.tr("{} cannot be written: {}.").format(html, error.strerror)) from None
        results = {"MODELS": ",".join(model.name for model in models), "MODEL_NAME": name, "MODEL_SHA256": digest}
        return {**results, self.HTML: html} if html else results

    def _check(self, parameters, context):
        """What can be said before Run; returns the action. Raises SiranError or QgsProcessingException."""
        action = self.chosen(parameters, self.ACTION, context)
        html = self.parameterAsFileOutput(parameters, self.HTML, context)
        if self.misnamed(html, PAGES):
            raise SiranError(self.tr("The page about the models is HTML; {} does not end with .html.").format(html))
        file = self.parameterAsFile(parameters, self.FILE, context)
        url = self._text(parameters, self.URL, context)
        name = self._text(parameters, self.NAME, context)
        if action == "add":
            if bool(file) == bool(url):
                raise SiranError(self.tr("To add a model, name either a file (FILE) or an address (URL)."))
            expected = model_store.expected_sum(self._text(parameters, self.SHA256, context))
            if url:
                address = download.address(url)
                model_store.refuse_program(address.path())
                if not expected:
                    raise SiranError(
                        self.tr("An address needs the SHA-256 of what is to be fetched (SHA256)."),
                        self.tr("Without it nobody would notice another file in its place."),
                    )
            else:
                model_store.refuse_program(file)
                if not os.path.isfile(file):
                    raise SiranError(self.tr("There is no file {}.").format(file))
        elif action == "remove":
            if not name:
                raise SiranError(self.tr("To remove a model, give its name (NAME)."))
            model_store.removable(name)
        return action

    def _add(self, parameters, context, feedback):
        """(name, SHA-256) of the model that is now in the user's folder."""
        file = self.parameterAsFile(parameters, self.FILE, context)
        url = self._text(parameters, self.URL, context)
        overwrite = self.flag(parameters, self.OVERWRITE, context)
        expected = model_store.expected_sum(self._text(parameters, self.SHA256, context))
        python = interpreter.find()
        with model_store.staging(paths.models()) as folder:
            staged = folder / "model.onnx"
            if url:
                address = download.address(url)
                source = download.shown(address)
                feedback.setProgressText(self.tr("Fetching {}").format(source))
                digest = download.fetch(address, staged, feedback)
            else:
                source = file
                digest = model_store.copy(file, staged, feedback.isCanceled)
            model_store.require_sum(source, digest, expected)
            feedback.setProgressText(self.tr("Checking the model"))
            card = self._checked(python, staged, source, feedback)
            name = model_store.name_of(card)
            model_store.refuse_taken(name, overwrite)
            target = model_store.put(staged, name, digest, paths.models())
        feedback.pushInfo(self.tr("Added {} as {}.").format(name, target))
        self._say([model for model in model_store.look() if model.path == target], feedback)
        return name, digest

    def _checked(self, python, staged, source, feedback):
        """The card of a model file, from the backend, which looks at the file as it would before a run. Raises SiranError."""
        try:
            # The backend checks what lies in its models' folder: here that is the folder with this file alone.
            answer = environment.backend_info(python, paths.PLUGIN, feedback.isCanceled, staged.parent)
        except EnvironmentFailed as error:
            raise BackendFailed(str(error), interpreter.repair(python)) from error
        except Cancelled:
            raise model_store.nothing_changed() from None
        models = [model for model in answer.get("models") or [] if Path(str(model.get("path"))) == staged]
        error = models[0].get("error") if models else self.tr("The backend did not see it.")
        if error:
            raise SiranError(model_page.plain(str(error).replace(str(staged), source)), self.tr("Nothing was added."))
        return models[0]["card"]

    def _ask(self, feedback):
        """What the backend says of the models, or None where there is no backend to ask."""
        try:
            python = interpreter.find()
            return environment.backend_info(python, paths.PLUGIN, feedback.isCanceled, paths.models()).get("models") or []
        except (BackendMissing, EnvironmentFailed) as error:
            feedback.pushWarning(self.tr("The models' files were not checked: {}").format(error))
        return None

    def _say(self, models, feedback):
        for model in models:
            show = feedback.pushWarning if model.error else feedback.pushInfo
            for line in model_page.lines(model):
                show(line)
        if not models:
            feedback.pushInfo(self.tr("No model is installed."))

    def _text(self, parameters, name, context):
        return self.parameterAsString(parameters, name, context).strip()
