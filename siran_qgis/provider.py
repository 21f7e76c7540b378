"""The Processing provider `siran`."""

from configparser import ConfigParser

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from . import paths
from .algorithms.comparedem import CompareDem
from .algorithms.models import ManageModels
from .algorithms.setupbackend import SetUpBackend
from .algorithms.superresolve import SuperResolve


class SiranProvider(QgsProcessingProvider):
    """Holds the algorithms."""

    def id(self):
        return "siran"

    def name(self):
        return "SIRAN"

    def longName(self):
        return f"SIRAN {self.versionInfo()}"

    def versionInfo(self):
        metadata = ConfigParser(interpolation=None)
        metadata.read(paths.PLUGIN / "metadata.txt", encoding="utf-8")
        return metadata.get("general", "version", fallback="")

    def icon(self):
        return QIcon(str(paths.ICON))

    def svgIconPath(self):
        return str(paths.ICON)

    def loadAlgorithms(self):
        self.addAlgorithm(SuperResolve())
        self.addAlgorithm(CompareDem())
        self.addAlgorithm(SetUpBackend())
        self.addAlgorithm(ManageModels())

    def supportedOutputRasterLayerExtensions(self):
        return ["tif", "tiff"]

    def supportedOutputRasterLayerFormatAndExtensions(self):
        """The same with GDAL's name of the format, which QGIS asks for since 4.0."""
        try:
            from qgis.core import QgsProcessingFormatExtensionPair as Pair
        except ImportError:  # QGIS 4.0
            return [("GTiff", extension) for extension in self.supportedOutputRasterLayerExtensions()]
        return [Pair("GTiff", extension) for extension in self.supportedOutputRasterLayerExtensions()]
