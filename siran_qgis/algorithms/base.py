"""What the algorithms of the provider share."""

import math
import re
from typing import ClassVar

from qgis.core import QgsProcessing, QgsProcessingAlgorithm, QgsProcessingException, QgsProcessingParameterEnum, QgsProperty
from qgis.PyQt.QtCore import QUrl, QVariant
from qgis.PyQt.QtGui import QIcon

from .. import choices, enums, interpreter, layers, paths, values
from ..translation import tr

PAGES, RASTERS = (".html", ".htm"), (".tif", ".tiff")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
YES, NO = ("1", "true", "yes"), ("0", "false", "no")


class SiranAlgorithm(QgsProcessingAlgorithm):
    """An algorithm without a group, with our icon, whose enum parameters (`CHOICES`) may be given by name."""

    CHOICES: ClassVar = {}  # parameter name -> tuple of Choice
    # Whether a backend must be there for a run. Not said by canExecute: QGIS would refuse to open the dialog, and leave no way on.
    NEEDS_BACKEND = False
    # Parameters that the backend's command calls otherwise than in small letters, with dashes.
    OPTIONS: ClassVar = {}
    # Text parameters that take a list as well.
    LISTS: ClassVar = ()
    # The parameter for which a new dialog begins with a layer that is likely an elevation model.
    LIKELY_DEM = ""

    def createInstance(self):
        return type(self)()

    def group(self):
        return ""

    def groupId(self):
        return ""

    def icon(self):
        return QIcon(str(paths.ICON))

    def svgIconPath(self):
        return str(paths.ICON)

    def shortHelpString(self):
        # QGIS's panel writes what is between b in a grey of its own, which cannot be read in dark themes.
        return self.help_text().replace("<b>", "<strong>").replace("</b>", "</strong>")

    def help_text(self):
        """What the panel beside the parameters says."""
        return ""

    def helpUrl(self):
        """The algorithm's part of the help page that comes with the plugin."""
        page = QUrl.fromLocalFile(str(paths.HELP))
        page.setFragment(self.name())
        return page.toString()

    def tr(self, text):
        return tr(text)

    def hasHtmlOutputs(self):
        """Of the dialog that asks at the end of a run, which would say of each that HTML had been generated; `tell_page` says it of those
        that made a page."""
        return False

    def tell_page(self, path, feedback):
        """Says where a page is, if one was made."""
        if path:
            feedback.pushInfo(self.tr("The page is {}; Processing > Results Viewer shows where to open it.").format(path))

    def createCustomParametersWidget(self, parent=None):
        """QGIS's own dialog, with `first_values`; where the backend is missing, with an offer to set it up. None stands for QGIS's own as
        it is."""
        missing = interpreter.missing() if self.NEEDS_BACKEND else None
        values = self.first_values()
        if missing is None and not values:
            return None
        from .. import dialogs  # has widgets, which qgis_process does without

        return dialogs.make(self, parent, values, missing)

    def first_values(self):
        """Values that a new dialog has beside QGIS's defaults."""
        if not self.LIKELY_DEM:
            return {}
        from .. import likely  # of a project: qgis_process has none

        layer = likely.dem()
        return {} if layer is None else {self.LIKELY_DEM: layer.id()}

    def raster_file(self, parameters, name, context):
        """The file of a raster layer. Raises SiranError or QgsProcessingException."""
        layer = self.parameterAsRasterLayer(parameters, name, context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, name))
        return layers.file_of(layer)

    def add(self, parameter, help_text="", advanced=False, widget=None):
        """Add a parameter with its help; `widget` holds the metadata of a widget wrapper."""
        parameter.setHelp(help_text)
        if advanced:
            parameter.setFlags(parameter.flags() | enums.ADVANCED)
        if widget is not None:
            parameter.setMetadata({"widget_wrapper": widget})
        self.addParameter(parameter)

    def add_choice(self, name, description, help_text="", default=0):
        """Add an enum parameter for `CHOICES[name]`."""
        labels = [self.tr(choice.label) for choice in self.CHOICES[name]]
        parameter = QgsProcessingParameterEnum(name, description, options=labels, defaultValue=default)
        by_name = self.tr("By name: {}.").format(choices.names(self.CHOICES[name]))
        self.add(parameter, f"{help_text} {by_name}".strip())

    def called(self):
        """What the options of the backend's command are called here: option -> label and name of a parameter."""
        named = {self.OPTIONS.get(each.name(), "--" + each.name().lower().replace("_", "-")): each for each in self.parameterDefinitions()}
        return {option: f"'{each.description()}' ({each.name()})" for option, each in named.items()}

    def chosen(self, parameters, name, context):
        """The name of the choice that was made."""
        value = self.parameterAsString(parameters, name, context)
        if not value:
            value = self.parameterDefinition(name).defaultValue()
        index = choices.index_of(self.CHOICES[name], value)
        if index is None:
            raise QgsProcessingException(self.unknown_choice(name, value))
        return self.CHOICES[name][index].name

    def unknown_choice(self, name, value):
        return self.tr("{} is one of {}; not '{}'.").format(name, choices.names(self.CHOICES[name]), value)

    def checkParameterValues(self, parameters, context):
        try:
            return self.check(values.plain(self.parameterDefinitions(), parameters, context), context)
        except QgsProcessingException as error:
            return False, str(error)

    def processAlgorithm(self, parameters, context, feedback):
        plain = values.plain(self.parameterDefinitions(), parameters, context)
        # A model checks nothing of what its expressions give.
        if misread := self._misread(plain):
            raise QgsProcessingException(misread)
        return self.process(plain, context, feedback)

    def process(self, parameters, context, feedback):
        """What processAlgorithm does, with plain values."""
        raise NotImplementedError

    def check(self, parameters, context):
        """What checkParameterValues does, with plain values: as QGIS does it, but with names allowed where it expects the index of an enum,
        and a missing backend refused."""
        missing = interpreter.missing() if self.NEEDS_BACKEND else None
        if missing is not None:
            return False, str(missing)
        for name in self.CHOICES:
            value = parameters.get(name)
            if isinstance(value, str) and value:
                index = choices.index_of(self.CHOICES[name], value)
                if index is None:
                    return False, self.unknown_choice(name, value)
                parameters[name] = index
        misread = self._misread(parameters)
        return (False, misread) if misread else QgsProcessingAlgorithm.checkParameterValues(self, parameters, context)

    @staticmethod
    def misnamed(path, endings):
        """Whether an output that is asked for ends otherwise; QGIS gives temporary ones the first of `endings` itself."""
        return bool(path) and path != QgsProcessing.TEMPORARY_OUTPUT and not path.lower().endswith(endings)

    @staticmethod
    def given(parameters, name, context):
        """Whether a parameter has a value; an expression that gives none is as good as nothing."""
        value = parameters.get(name)
        if isinstance(value, QgsProperty):
            value, _ = value.value(context.expressionContext(), None)
        return not (value is None or value == "" or (isinstance(value, QVariant) and value.isNull()))

    def flag(self, parameters, name, context):
        """Whether a boolean parameter is on; QGIS itself takes every word but "false" and "0" for yes."""
        value = parameters.get(name)
        return value.strip().lower() in YES if isinstance(value, str) else self.parameterAsBoolean(parameters, name, context)

    def _misread(self, parameters):
        """A sentence where a text is given that QGIS would make a 0 or a yes of; else an empty one."""
        for definition in self.parameterDefinitions():
            name, kind = definition.name(), definition.type()
            value = parameters.get(name)
            bent = isinstance(value, float) and not (math.isfinite(value) if kind == "number" else value.is_integer())
            if value is None or value == "" or (isinstance(value, (bool, int, float)) and not bent):
                continue
            # A list, or an object that nobody knows, fits nowhere; QGIS takes it for nothing.
            text = value.strip() if isinstance(value, str) else None
            if kind == "number" and (text is None or (text and not NUMBER.fullmatch(text))):
                return self.tr("{} is a number, as in 3.5; not '{}'.").format(name, value)
            if kind == "band" and (text is None or (text and not text.isdecimal())):
                return self.tr("{} is the number of a band, as in 1; not '{}'.").format(name, value)
            if kind == "boolean" and (text is None or (text and text.lower() not in (*YES, *NO))):
                return self.tr("{} is true or false; not '{}'.").format(name, value)
            if kind == "enum" and text is None:
                return self.unknown_choice(name, value)
            if kind == "string" and text is None and not (name in self.LISTS and isinstance(value, list)):
                return self.tr("{} is a text; not '{}'.").format(name, value)
        return ""
