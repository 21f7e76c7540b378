"""Compare DEM with reference: how wrong elevation models are, measured in the backend's process."""

import contextlib
import os
import re

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputMultipleLayers,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingUtils,
    QgsRasterLayer,
)

from .. import client, command, comparison, enums, interpreter, layers
from ..errors import SiranError
from ..translation import number, tr
from .base import PAGES, RASTERS, SiranAlgorithm


class CompareDem(SiranAlgorithm):
    """Parameters and results; the work is done by `python -m backend compare`."""

    TESTED = "TESTED"
    REFERENCE = "REFERENCE"
    MASK = "MASK"
    MASK_RASTER = "MASK_RASTER"
    COREGISTER = "COREGISTER"
    REPORT = "REPORT"
    ERROR = "ERROR"
    ERROR_FOLDER = "ERROR_FOLDER"
    JSON = "JSON"
    ERRORS = "ERRORS"

    NEEDS_BACKEND = True
    LIKELY_DEM = REFERENCE

    def name(self):
        return "comparedem"

    def displayName(self):
        return self.tr("Compare DEM with reference")

    def tags(self):
        text = self.tr("dem,dtm,dsm,elevation,height,accuracy,error,difference,validation,rmse,nmad,le90,bias,coregistration,nuth,report")
        return text.split(",")

    def shortDescription(self):
        return self.tr("Measures how far elevation models are off a better one, and writes a report.")

    def help_text(self):
        return self.tr(
            "<p>Compares elevation models with a better one, the reference, on the reference's grid. Errors are tested minus reference, in "
            "metres: above 0 the tested model lies too high.</p>"
            "<p><b>Report.</b> One page with bias, RMSE, NMAD, LE90, structural similarity and errors of slope and curvature, over all "
            "pixels and by slope; with maps and histograms of the errors, and with how much relief there is at which wavelength. It needs "
            "nothing beside itself and can be passed on.</p>"
            "<p><b>Mask.</b> Pixels count where their centre lies in a polygon of this layer (all of its features, or the selected "
            "ones), or where the mask raster is known and not 0. To leave ground out, such as water or forest, draw what remains.</p>"
            "<p><b>Coregistration.</b> A DEM that lies some metres beside the reference is wrong on every slope. If you wish, each is also "
            "moved to where it fits best (Nuth and Kääb 2011) and measured again; the report says by how much. The error rasters are then "
            "those of the moved models.</p>"
            "<p><b>What it does not do.</b> Vertical datums are not transformed; a difference is a warning. Feet become metres. The first "
            "band of each file holds the heights.</p>"
            "<p>The work is done by a process of its own, with its own Python: see <i>Set up backend</i>.</p>"
        )

    def initAlgorithm(self, configuration=None):
        self.add(
            QgsProcessingParameterMultipleLayers(self.TESTED, self.tr("Elevation models to test"), enums.RASTER),
            self.tr("Raster files with elevations, in any CRS and on any grid. The numbers among the results are those of the first."),
        )
        self.add(
            QgsProcessingParameterRasterLayer(self.REFERENCE, self.tr("Reference elevation model")),
            self.tr("A raster file with better elevations; its grid is the one that is compared on."),
        )
        self.add(
            QgsProcessingParameterFeatureSource(self.MASK, self.tr("Mask"), [enums.VECTOR_POLYGON], optional=True),
            self.tr("Polygons of the ground that counts. Empty: all of it."),
        )
        self.add(
            QgsProcessingParameterRasterLayer(self.MASK_RASTER, self.tr("Mask raster"), optional=True),
            self.tr("Instead of polygons: ground counts where the first band of this raster file is known and not 0."),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterBoolean(self.COREGISTER, self.tr("Also compare after coregistration"), False),
            self.tr("Moves each DEM to where it fits the reference best, and measures again."),
        )
        self.add(
            QgsProcessingParameterFileDestination(self.REPORT, self.tr("Report"), self.tr("HTML files (*.html)"), None, True),
            self.tr("One page that needs nothing else."),
        )
        self.add(
            QgsProcessingParameterRasterDestination(self.ERROR, self.tr("Error raster"), None, True, False),
            self.tr("Tested minus reference, metres. For one tested DEM."),
        )
        self.add(
            QgsProcessingParameterFolderDestination(self.ERROR_FOLDER, self.tr("Folder for error rasters"), None, True, False),
            self.tr("Gets a file NAME_error.tif for each tested DEM."),
        )
        self.add(
            QgsProcessingParameterFileDestination(self.JSON, self.tr("Figures as JSON"), self.tr("JSON files (*.json)"), None, True, False),
            self.tr("All that the report says, for programs."),
        )
        self.addOutput(QgsProcessingOutputMultipleLayers(self.ERRORS, self.tr("Error rasters")))
        for name, label in (
            ("BIAS", self.tr("Bias (m)")),
            ("RMSE", self.tr("RMSE (m)")),
            ("NMAD", self.tr("NMAD (m)")),
            ("LE90", self.tr("LE90 (m)")),
        ):
            self.addOutput(QgsProcessingOutputNumber(comparison.output(name, comparison.RAW), label))
            moved = self.tr("{} after coregistration").format(label)
            self.addOutput(QgsProcessingOutputNumber(comparison.output(name, comparison.COREGISTERED), moved))

    def check(self, parameters, context):
        try:
            self._check_inputs(parameters, context)
            good, message = super().check(parameters, context)
            if not good:
                return good, message
            self._check_outputs(parameters, context)
        except (SiranError, QgsProcessingException) as error:
            return False, str(error)
        return True, ""

    def process(self, parameters, context, feedback):
        report = self.parameterAsFileOutput(parameters, self.REPORT, context)
        kept = self.parameterAsFileOutput(parameters, self.JSON, context)
        folder = self.parameterAsFileOutput(parameters, self.ERROR_FOLDER, context)
        error = self.parameterAsOutputLayer(parameters, self.ERROR, context)
        try:
            python = interpreter.find()
            self._check_inputs(parameters, context)
            job = comparison.Job(
                reference=self.raster_file(parameters, self.REFERENCE, context),
                tested=tuple(self._tested(parameters, context)),
                # The numbers among the results are read from it.
                json=os.path.abspath(kept) if kept else QgsProcessingUtils.generateTempFilename("comparison.json"),
                html=os.path.abspath(report) if report else "",
                error=os.path.abspath(error or folder) if error or folder else "",
                mask=self._mask(parameters, context, feedback),
                coregister=self.flag(parameters, self.COREGISTER, context),
            )
            arguments = comparison.arguments(job)
            feedback.pushDebugInfo(command.line(python, arguments))
            with _folder(job.error if folder else ""):
                result = client.run(python, arguments, feedback, called=self.called())
            tested = comparison.read(job.json)
        except SiranError as failure:
            raise QgsProcessingException(str(failure)) from None
        results = self._figures(tested, feedback)
        self.tell_page(job.html, feedback)
        for path in result.errors:
            layers.style_when_loaded(path, context, layers.difference, self.id())
        for name, path in ((self.REPORT, job.html), (self.JSON, kept and job.json), (self.ERROR, error and job.error)):
            if path:
                results[name] = path
        if folder:
            results[self.ERROR_FOLDER] = job.error
        return {**results, self.ERRORS: result.errors}

    def _check_inputs(self, parameters, context):
        """What can be said of the inputs before Run. Raises SiranError or QgsProcessingException."""
        reference = self.raster_file(parameters, self.REFERENCE, context)
        for path in self._tested(parameters, context):
            if _same(path, reference):
                raise SiranError(self.tr("{} is the reference and a tested DEM at once.").format(path), self.tr("Choose another."))
        if self.given(parameters, self.MASK, context):
            if self.given(parameters, self.MASK_RASTER, context):
                raise SiranError(self.tr("There are two masks, polygons (MASK) and a raster (MASK_RASTER)."), self.tr("Leave one out."))
            comparison.check_polygons(self._source(parameters, context))
        elif self.given(parameters, self.MASK_RASTER, context):
            self.raster_file(parameters, self.MASK_RASTER, context)

    def _check_outputs(self, parameters, context):
        """The same of the outputs."""
        endings = {self.REPORT: PAGES, self.ERROR: RASTERS, self.ERROR_FOLDER: ("",), self.JSON: (".json",)}
        asked = {name: self.parameterAsFileOutput(parameters, name, context) for name in endings}
        if not any(asked.values()):
            raise SiranError(
                self.tr("Nothing is to be written."),
                self.tr("Name a report (REPORT), an error raster (ERROR, ERROR_FOLDER) or a file for the figures (JSON)."),
            )
        for name, path in asked.items():
            if self.misnamed(path, endings[name]):
                raise SiranError(self.tr("{}, {}, does not end with {}.").format(name, path, endings[name][0]))
        if asked[self.ERROR] and asked[self.ERROR_FOLDER]:
            raise SiranError(
                self.tr("Error rasters go to a file (ERROR) or to a folder (ERROR_FOLDER), not to both."), self.tr("Leave one out.")
            )
        count = len(self._tested(parameters, context))
        if asked[self.ERROR] and count > 1:
            raise SiranError(
                self.tr("One error raster (ERROR) cannot hold the errors of {} DEMs.").format(count),
                self.tr("Name a folder instead (ERROR_FOLDER); each gets a file there."),
            )

    def _tested(self, parameters, context):
        """Files of the tested DEMs. Raises SiranError or QgsProcessingException."""
        given = parameters.get(self.TESTED)
        found = self.parameterAsLayerList(parameters, self.TESTED, context)
        if not found or (isinstance(given, (list, tuple)) and len(found) < len(given)):
            missing = [one for one in given if not self._is_layer(one, context)] if isinstance(given, (list, tuple)) else []
            if missing:
                raise SiranError(self.tr("{} is no raster that can be opened (TESTED).").format(missing[0]))
            raise SiranError(self.tr("No elevation model to test is given (TESTED)."))
        for layer in found:
            if not isinstance(layer, QgsRasterLayer):
                raise SiranError(self.tr("{} is no raster (TESTED).").format(layer.name()))
        return [layers.file_of(layer) for layer in found]

    def _is_layer(self, value, context):
        return not isinstance(value, str) or QgsProcessingUtils.mapLayerFromString(value, context) is not None

    def _source(self, parameters, context):
        source = self.parameterAsSource(parameters, self.MASK, context)
        if source is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, self.MASK))
        return source

    def _mask(self, parameters, context, feedback):
        """A file that the backend takes for the mask; empty without one."""
        if self.given(parameters, self.MASK_RASTER, context):
            return self.raster_file(parameters, self.MASK_RASTER, context)
        if not self.given(parameters, self.MASK, context):
            return ""
        source = self._source(parameters, context)
        # Its name is what the report calls the mask.
        name = re.sub(r"[^\w-]+", "_", source.sourceName())[:60] or "mask"
        path = QgsProcessingUtils.generateTempFilename(f"{name}.geojson")
        reference = self.parameterAsRasterLayer(parameters, self.REFERENCE, context)
        try:
            comparison.write_polygons(source, reference, path, context, feedback)
        except OSError as error:
            said = self.tr("The mask cannot be written for the backend ({}).").format(error.strerror)
            raise SiranError(said, self.tr("Free some space where QGIS keeps temporary files.")) from error
        feedback.pushInfo(
            self.tr("The mask was written as {}, which QGIS deletes in the end. To repeat the command of a report, keep a copy.").format(
                path
            )
        )
        return path

    def _figures(self, tested, feedback):
        """Says the figures; those of the first DEM are results. One that there is nothing for is left out."""
        for states in tested:
            for measured in states:
                known = [f"{name} {number(value, '.4g')} m" for name, value in measured.figures.items() if value is not None]
                said = ", ".join(known) or self.tr("no pixel counts")
                state = self.tr("raw") if measured.state == comparison.RAW else self.tr("coregistered")
                feedback.pushInfo(self.tr("{} ({}): {}").format(measured.name, state, said))
        return {
            comparison.output(name, measured.state): value
            for measured in tested[0]
            for name, value in measured.figures.items()
            if value is not None
        }


@contextlib.contextmanager
def _folder(path):
    """Makes a folder where one is named and missing; after a failure it is gone again."""
    made = bool(path) and not os.path.isdir(path)
    if made:
        try:
            os.makedirs(path)
        except OSError as error:
            raise SiranError(tr("The folder {} cannot be made ({}).").format(path, error.strerror), tr("Name another.")) from error
    try:
        yield
    except BaseException:
        if made:
            with contextlib.suppress(OSError):  # somebody else put something there
                os.rmdir(path)
        raise


def _same(a, b):
    try:
        return os.path.samefile(a, b)
    except (OSError, ValueError):  # a GDAL name
        return a == b
