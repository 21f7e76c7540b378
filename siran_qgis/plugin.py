"""The plugin: puts the provider into Processing, a page into the options and a menu into Raster, and takes them out again."""

from qgis.core import QgsApplication

from . import paths, translation
from .provider import SiranProvider


class SiranPlugin:
    """What QGIS creates once. `qgis_process` calls initProcessing only, the desktop initGui."""

    def __init__(self, iface):
        self.iface = iface
        self.translator = None
        self.provider = None
        self.options = None
        self.menu = None

    def initProcessing(self):
        self.translator = translation.install(paths.TRANSLATIONS)  # first: menu and parameters take their texts when they are made
        self.provider = SiranProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self):
        from .desktop import Desktop  # qgis_process has no use for either
        from .options import SiranOptions

        self.initProcessing()
        self.menu = Desktop(self.iface)
        self.options = SiranOptions()
        self.iface.registerOptionsWidgetFactory(self.options)
        # QGIS puts pages where they belong in the order of their registration: ours goes below Processing's, which may come later.
        self.iface.initializationCompleted.connect(self._register_last)

    def _register_last(self):
        self.iface.unregisterOptionsWidgetFactory(self.options)
        self.iface.registerOptionsWidgetFactory(self.options)

    def unload(self):
        if self.menu is not None:
            self.menu.unload()
            self.menu = None
        if self.options is not None:
            self.iface.initializationCompleted.disconnect(self._register_last)
            self.iface.unregisterOptionsWidgetFactory(self.options)
            self.options = None
        if self.provider is not None:
            if self.iface is not None:
                from .dialogs import close_all

                close_all(self.provider.id())
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
        translation.remove(self.translator)
        self.translator = None
