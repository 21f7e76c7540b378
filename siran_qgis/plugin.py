"""The plugin: puts the provider into Processing, and takes it out again."""

from qgis.core import QgsApplication

from .provider import SiranProvider


class SiranPlugin:
    """What QGIS creates once. `qgis_process` calls initProcessing only, the desktop initGui."""

    def __init__(self, iface):
        self.iface = iface
        self.provider = None

    def initProcessing(self):
        self.provider = SiranProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self):
        self.initProcessing()

    def unload(self):
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
