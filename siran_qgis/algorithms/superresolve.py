"""Super-resolve DEM: a coarse elevation model becomes a finer one, in the backend's process."""

import os
import re
from typing import ClassVar

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsGeometry,
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterBand,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProperty,
    QgsRectangle,
)

from .. import client, command, enums, interpreter, layers, model_card, model_fit, paths, relief, settings
from ..choices import Choice
from ..errors import BackendFailed, SiranError
from ..translation import number
from .base import PAGES, RASTERS, SiranAlgorithm

OWN = "own"
NUMBERS = re.compile(r"[-+.,;\deE\s]+(\[(?P<crs>.*)\])?", re.DOTALL)


class SuperResolve(SiranAlgorithm):
    """Parameters and results; the work is done by `python -m backend superresolve`."""

    INPUT = "INPUT"
    BAND = "BAND"
    GUIDE = "GUIDE"
    GUIDE_BANDS = "GUIDE_BANDS"
    MODEL = "MODEL"
    DEM_SOURCE = "DEM_SOURCE"
    DEM_ERROR = "DEM_ERROR"
    RESOLUTION = "RESOLUTION"
    THOROUGH = "THOROUGH"
    EXTENT = "EXTENT"
    LIKE = "LIKE"
    DEVICE = "DEVICE"
    TILE_SIZE = "TILE_SIZE"
    THREADS = "THREADS"
    OUTPUT = "OUTPUT"
    UNCERTAINTY = "UNCERTAINTY"
    DIFFERENCE = "DIFFERENCE"
    REPORT = "REPORT"

    NEEDS_BACKEND = True
    LIKELY_DEM = INPUT
    CHOICES: ClassVar = {
        DEM_SOURCE: (
            Choice("auto", "Found from metadata or file name"),
            Choice("srtm", "SRTM"),
            Choice("nasadem", "NASADEM"),
            Choice("glo30", "Copernicus GLO-30"),
            Choice("aster", "ASTER GDEM"),
            Choice("alos", "ALOS AW3D30"),
            Choice("lidar", "Lidar or photogrammetric"),
            Choice(OWN, "Own error in metres"),
        )
    }
    OPTIONS: ClassVar = {"TILE_SIZE": "--tile"}
    LISTS = (GUIDE_BANDS,)
    DEVICES = ("auto", "cpu", "cuda", "tensorrt")

    def name(self):
        return "superresolve"

    def displayName(self):
        return self.tr("Super-resolve DEM")

    def tags(self):
        text = self.tr("dem,dtm,dsm,elevation,height,super-resolution,upsample,downscale,sharpen,resample,srtm,copernicus,neural network")
        return text.split(",")

    def shortDescription(self):
        return self.tr("Makes a coarse elevation model finer, with the help of a sharper image where there is one.")

    def help_text(self):
        return self.tr(
            "<p>Makes a coarse elevation model (SRTM, Copernicus GLO-30, ...) finer with a trained network, and writes it as a Cloud "
            "Optimized GeoTIFF. A sharper multispectral image of the same ground can help where it lies on the DEM to within a pixel: "
            "slopes that its shading shows are put where they are.</p>"
            "<p><b>Guide.</b> An image with near infrared, red and green (Landsat, Sentinel-2, aerial), in any CRS and on any grid. The "
            "result lies exactly on its grid, unless an output pixel size is chosen. Without a guide the result has the DEM's CRS and its "
            "pixel divided by the model's ratio.</p>"
            "<p><b>Guide bands.</b> Three band numbers in this order: near infrared, red, green, as in <code>4,3,2</code>. Leave empty if "
            "the image says itself which band is which.</p>"
            "<p><b>Which DEM it is.</b> Tells the network how wrong the input may be. SRTM's errors are metres, and too smooth to be "
            "seen in it; lidar is to be sharpened and otherwise left alone. What neither metadata nor the file's name tells is trusted.</p>"
            "<p><b>Thorough.</b> The model runs four times, with the ground turned by 0, 90, 180 and 270°, and the results are averaged. "
            "That takes nearly four times as long, and RMSE becomes up to 4 % smaller.</p>"
            "<p><b>Uncertainty and difference.</b> Two more rasters on the result's grid, if asked for. <i>Uncertainty</i> is the error "
            "that the model expects, 1 standard deviation: 68 % of the errors should lie within it, 95 % within twice as much. "
            "<i>Difference</i> is what the model changed: the result minus the input by cubic resampling. Both are in the unit of the "
            "heights.</p>"
            "<p><b>Report.</b> One self-contained page, if asked for: before and after as shaded reliefs, what was changed and where, "
            "profiles, the inputs, what is known about the model, and how to repeat it.</p>"
            "<p><b>What it does not do.</b> Heights keep their vertical datum and unit. Gaps stay gaps. Trees and houses stay, and no "
            "sinks are filled.</p>"
            "<p>The work is done by a process of its own, with its own Python: see <i>Set up backend</i>.</p>"
        )

    def initAlgorithm(self, configuration=None):
        self.add(
            QgsProcessingParameterRasterLayer(self.INPUT, self.tr("Coarse elevation model")),
            self.tr("A raster file with elevations and a CRS."),
        )
        self.add(
            # Optional, because qgis_process (3.22) asks for a band that is not, whatever its default.
            QgsProcessingParameterBand(self.BAND, self.tr("Elevation band"), 1, self.INPUT, optional=True),
            self.tr("The band that holds elevations; the first if none is given."),
        )
        self.add(
            QgsProcessingParameterRasterLayer(self.GUIDE, self.tr("Guide image"), optional=True),
            self.tr(
                "A finer image of the same ground with near infrared, red and green. Any CRS, any grid; it gives the output's grid, "
                "unless a pixel size is chosen."
            ),
        )
        self.add(
            QgsProcessingParameterString(self.GUIDE_BANDS, self.tr("Guide bands: near infrared, red, green"), optional=True),
            self.tr("Three band numbers in this order, as in 4,3,2. Empty: found from the image's metadata."),
        )
        self.add(
            QgsProcessingParameterString(self.MODEL, self.tr("Model"), optional=True),
            self.tr("An installed model by name, or a model file. Empty: the default, {}.").format(paths.default_model()),
            widget=self._combo(
                [
                    ["", self.tr("Default: {}").format(paths.default_model())],
                    # A TorchScript file is a program, which the plugin never runs.
                    *([name, model_card.label(name, path)] for name, path in paths.installed_models().items() if path.suffix == ".onnx"),
                ],
                self.tr("Models (*.onnx)"),
            ),
        )
        self.add_choice(
            self.DEM_SOURCE, self.tr("Which elevation model it is"), self.tr("Tells the model how wrong the input is expected to be.")
        )
        self.add(
            QgsProcessingParameterNumber(self.DEM_ERROR, self.tr("Own error in metres"), enums.DOUBLE, optional=True, minValue=0),
            self.tr("Expected error of the input, 1 standard deviation; 0: trust it. Only with the choice 'own'."),
        )
        self.add(
            QgsProcessingParameterNumber(self.RESOLUTION, self.tr("Output pixel size"), enums.DOUBLE, optional=True, minValue=0),
            self.tr(
                "In units of the output's CRS. Empty: the guide's grid, or without a guide the input's pixel divided by the model's ratio."
            ),
            widget={"decimals": 12},  # of degrees QGIS's six would make another grid
        )
        self.add(
            QgsProcessingParameterExtent(self.EXTENT, self.tr("Extent"), optional=True),
            self.tr("Limits the output to a rectangle. Empty: all of the input; where the guide gives the grid, as far as the guide goes."),
        )
        self.add(
            QgsProcessingParameterRasterLayer(self.LIKE, self.tr("Grid of another raster"), optional=True),
            self.tr(
                "The output gets the CRS, pixels and extent of this raster, such as one that it will be compared with; not with a pixel "
                "size."
            ),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterBoolean(self.THOROUGH, self.tr("Thorough: mean over four orientations"), False),
            self.tr("The model also runs on the ground turned by quarters: smaller errors, in nearly four times the time."),
        )
        self.add(
            QgsProcessingParameterString(self.DEVICE, self.tr("Device"), "auto"),
            self.tr(
                "auto (the one of the settings, else the fastest that really loads), cpu, cuda, tensorrt, or another name that ONNX "
                "Runtime offers."
            ),
            widget=self._combo([[name, name] for name in self.DEVICES]),
        )
        self.add(
            QgsProcessingParameterNumber(self.TILE_SIZE, self.tr("Tile size in output pixels"), enums.INTEGER, optional=True, minValue=16),
            self.tr("16 to 8192. Empty: 1280, which takes some 2.3 GB of memory. The result depends on it by millimetres at most."),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterNumber(self.THREADS, self.tr("Processor threads"), enums.INTEGER, optional=True, minValue=1),
            self.tr("Empty: as in the settings, else all."),
            advanced=True,
        )
        self.addParameter(QgsProcessingParameterRasterDestination(self.OUTPUT, self.tr("Super-resolved DEM")))
        self.add(
            QgsProcessingParameterRasterDestination(self.UNCERTAINTY, self.tr("Uncertainty"), optional=True, createByDefault=False),
            self.tr("The error that the model expects, 1 standard deviation, in the unit of the heights. Not every model tells it."),
        )
        self.add(
            QgsProcessingParameterRasterDestination(
                self.DIFFERENCE, self.tr("Difference from cubic resampling"), optional=True, createByDefault=False
            ),
            self.tr("What the model changed: the result minus the input by cubic resampling, in the unit of the heights."),
        )
        self.add(
            QgsProcessingParameterFileDestination(self.REPORT, self.tr("Report"), self.tr("HTML files (*.html)"), None, True, False),
            self.tr("One page that says what was changed, from what and how. It needs nothing else."),
        )
        self.addOutput(QgsProcessingOutputString("PROVIDER", self.tr("Device that really ran")))
        self.addOutput(QgsProcessingOutputNumber("SECONDS", self.tr("Seconds")))
        self.addOutput(QgsProcessingOutputNumber("PIXELS", self.tr("Output pixels")))
        self.addOutput(QgsProcessingOutputNumber("PIXEL_SIZE", self.tr("Pixel size in metres")))
        self.addOutput(QgsProcessingOutputString("MODEL_NAME", self.tr("Model name")))
        self.addOutput(QgsProcessingOutputString("MODEL_SHA256", self.tr("Model sha256")))

    def check(self, parameters, context):
        try:
            self._files(parameters, context)
        except (SiranError, QgsProcessingException) as error:
            return False, str(error)
        good, message = super().check(parameters, context)
        if not good:
            return good, message
        try:
            self._check(parameters, context)
        except QgsProcessingException as error:
            return False, str(error)
        return True, ""

    def process(self, parameters, context, feedback):
        try:
            python = interpreter.find()
            job = self._job(parameters, context)
            arguments = command.superresolve(job)
            feedback.pushDebugInfo(command.line(python, arguments))
            result = client.superresolve(python, arguments, feedback, self.called())
        except SiranError as error:
            if isinstance(error, BackendFailed) and error.code == "device-unavailable" and not self._device(parameters, context):
                hint = self.tr("It is the device of the settings (Settings > Options > Processing > Providers > SIRAN). Choose another.")
                raise QgsProcessingException(f"{error.message} {hint}") from None
            raise QgsProcessingException(str(error)) from None
        feedback.pushInfo(
            self.tr("{} x {} pixels in {} s with model {} on {}").format(
                result.grid["width"], result.grid["height"], number(result.seconds, ".1f"), result.model["name"], result.provider
            )
        )
        layers.style_when_loaded(job.output, context, relief.look, self.id(), result, job.dem)
        layers.style_when_loaded(job.uncertainty, context, layers.uncertainty, self.id(), result)
        layers.style_when_loaded(job.difference, context, layers.difference, self.id(), result)
        self.tell_page(job.report, feedback)
        beside = {self.UNCERTAINTY: job.uncertainty, self.DIFFERENCE: job.difference, self.REPORT: job.report}
        return {
            self.OUTPUT: job.output,
            **{name: path for name, path in beside.items() if path},
            "PROVIDER": result.provider,
            "SECONDS": result.seconds,
            "PIXELS": result.pixels,
            "PIXEL_SIZE": result.grid["pixel_size"],
            "MODEL_NAME": result.model["name"],
            "MODEL_SHA256": result.model["sha256"],
        }

    def _check(self, parameters, context):
        """What can be said before Run without opening anything. Raises QgsProcessingException."""
        named = {}
        for name in (self.OUTPUT, self.UNCERTAINTY, self.DIFFERENCE):
            output = self.parameterAsFileOutput(parameters, name, context)
            if self.misnamed(output, RASTERS):
                raise QgsProcessingException(self.tr("The output is a GeoTIFF; {} does not end with .tif.").format(output))
            if not output or output == QgsProcessing.TEMPORARY_OUTPUT:
                continue
            other = named.setdefault(os.path.normcase(os.path.abspath(output)), name)
            if other != name:
                raise QgsProcessingException(
                    self.tr("{} is named twice, as {} and as {}. Name another file for one of them.").format(output, other, name)
                )
        report = self.parameterAsFileOutput(parameters, self.REPORT, context)
        if self.misnamed(report, PAGES):
            raise QgsProcessingException(self.tr("The report is a page; {} does not end with .html.").format(report))
        job = self._job(parameters, context, dry=True)
        dem = self.parameterAsRasterLayer(parameters, self.INPUT, context)
        if not 1 <= job.band <= dem.bandCount():
            raise QgsProcessingException(
                self.tr("{} has no band {}; the number of its bands is {}.").format(dem.name(), job.band, dem.bandCount())
            )
        guide = self.parameterAsRasterLayer(parameters, self.GUIDE, context)
        # Who names one band thrice means it.
        if guide is not None and guide.bandCount() < min(3, max(job.guide_bands or (3,))):
            sentence = self.tr(
                "The guide image, {}, has fewer than three bands: are the elevation model and the guide exchanged? "
                "Of a panchromatic image give the band three times, as 1,1,1 (GUIDE_BANDS); one band is of little use, and may do harm."
            )
            raise QgsProcessingException(sentence.format(guide.name()))
        if job.guide_bands:
            if guide is None:
                raise QgsProcessingException(self.tr("Guide bands are given, but no guide image."))
            if max(job.guide_bands) > guide.bandCount():
                raise QgsProcessingException(
                    self.tr("{} has no band {}; the number of its bands is {}.").format(
                        guide.name(), max(job.guide_bands), guide.bandCount()
                    )
                )
        like = self.parameterAsRasterLayer(parameters, self.LIKE, context)
        unfit = model_fit.refusal(job.model, dem, guide, like, job.resolution, job.extent, context)
        if unfit:
            raise QgsProcessingException(unfit)

    def _files(self, parameters, context):
        """Those of the DEM, the image and the raster whose grid is taken, "" where none is given. Raises SiranError or
        QgsProcessingException."""
        names = (self.INPUT, self.GUIDE, self.LIKE)
        asked = [name == self.INPUT or self.given(parameters, name, context) for name in names]
        return [self.raster_file(parameters, name, context) if wanted else "" for name, wanted in zip(names, asked)]

    def _job(self, parameters, context, dry=False):
        """What the parameters ask for; `dry` leaves the output out, which QGIS would take for the start of a run."""
        like = self.parameterAsRasterLayer(parameters, self.LIKE, context)
        try:
            guide_bands = command.guide_bands(self._plain(parameters, self.GUIDE_BANDS, context))
            dem_file, guide_file, like_file = self._files(parameters, context)
        except (ValueError, SiranError) as error:
            raise QgsProcessingException(str(error)) from None
        dem_source = self.chosen(parameters, self.DEM_SOURCE, context)
        dem_error = self._number(parameters, self.DEM_ERROR, context)
        if dem_source == OWN and dem_error is None:
            raise QgsProcessingException(self.tr("The DEM's own error is chosen, but no error in metres is given (DEM_ERROR)."))
        if dem_source != OWN and dem_error is not None:
            raise QgsProcessingException(
                self.tr("An own error in metres is given, but the elevation model is not set to 'own' (DEM_SOURCE).")
            )
        resolution = self._number(parameters, self.RESOLUTION, context)
        if resolution == 0:
            raise QgsProcessingException(self.tr("The output pixel size must be more than 0."))
        if resolution is not None and like is not None:
            raise QgsProcessingException(
                self.tr("An output pixel size (RESOLUTION) and another raster's grid (LIKE) are given. Leave out one of them.")
            )
        tile = self._number(parameters, self.TILE_SIZE, context)
        threads = self._number(parameters, self.THREADS, context)
        preferred = settings.read()
        return command.Job(
            dem=dem_file,
            output="" if dry else self._output(parameters, self.OUTPUT, context),
            band=self.parameterAsInt(parameters, self.BAND, context) if self.given(parameters, self.BAND, context) else 1,
            guide=guide_file,
            guide_bands=guide_bands,
            model=self.parameterAsString(parameters, self.MODEL, context).strip(),
            dem_source=dem_source,
            dem_error=dem_error,
            resolution=resolution,
            like=like_file,
            extent=self._extent(parameters, context),
            thorough=self.flag(parameters, self.THOROUGH, context),
            device=self._device(parameters, context) or preferred.device or "auto",
            tile=None if tile is None else int(tile),
            threads=(preferred.threads or None) if threads is None else int(threads),
            uncertainty="" if dry else self._output(parameters, self.UNCERTAINTY, context),
            difference="" if dry else self._output(parameters, self.DIFFERENCE, context),
            report="" if dry else self._report(parameters, context),
        )

    def _device(self, parameters, context):
        """The device that was chosen; empty where that is left to the settings."""
        device = self.parameterAsString(parameters, self.DEVICE, context).strip().lower()
        return "" if device == "auto" else device

    def _output(self, parameters, name, context):
        """Where an output is to lie; empty where it is not asked for."""
        path = self.parameterAsOutputLayer(parameters, name, context)
        return os.path.abspath(path) if path else ""

    def _report(self, parameters, context):
        path = self.parameterAsFileOutput(parameters, self.REPORT, context)
        return os.path.abspath(path) if path else ""

    def _extent(self, parameters, context):
        if not self.given(parameters, self.EXTENT, context):
            return None
        said = parameters[self.EXTENT]
        if isinstance(said, QgsProperty):
            said, _ = said.value(context.expressionContext(), None)
            parameters = {**parameters, self.EXTENT: said}
        rectangle = self.parameterAsExtent(parameters, self.EXTENT, context)
        if rectangle.isNull():
            if isinstance(said, QgsRectangle):
                return None
            raise QgsProcessingException(
                self.tr("{} is no extent that can be read (EXTENT). Write it as xmin,xmax,ymin,ymax.").format(said)
            )
        if rectangle.isEmpty():
            raise QgsProcessingException(self.tr("The extent {} has no area (EXTENT). Write it as xmin,xmax,ymin,ymax.").format(said))
        # Numbers without a CRS are in the output's, as on the command line; QGIS would take them for the project's.
        text = NUMBERS.fullmatch(said.strip()) if isinstance(said, str) else None
        if text and text["crs"] and not QgsCoordinateReferenceSystem(text["crs"]).isValid():
            raise QgsProcessingException(self.tr("{} is no CRS that QGIS knows (EXTENT).").format(text["crs"]))
        bare = type(said) in (QgsRectangle, QgsGeometry) or (text and not text["crs"])
        crs = QgsCoordinateReferenceSystem() if bare else self.parameterAsExtentCrs(parameters, self.EXTENT, context)
        named = layers.crs_name(crs) if crs.isValid() else ""
        return command.Extent(rectangle.xMinimum(), rectangle.yMinimum(), rectangle.xMaximum(), rectangle.yMaximum(), named)

    def _number(self, parameters, name, context):
        """The number, or None where none is given; QGIS itself would make a 0 of that."""
        if not self.given(parameters, name, context):
            return None
        return self.parameterAsDouble(parameters, name, context)

    def _plain(self, parameters, name, context):
        """Text, or the list that a script gave."""
        value = parameters.get(name)
        return value if isinstance(value, (list, tuple)) else self.parameterAsString(parameters, name, context)

    def _combo(self, choices, browse=""):
        # By name: QGIS imports the class when it makes a dialog, and Processing's widgets are absent without a desktop.
        package = __package__.rsplit(".", 1)[0]
        return {"class": f"{package}.widgets.EditableChoice", "choices": choices, "browse": browse}
