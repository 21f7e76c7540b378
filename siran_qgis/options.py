"""Puts the settings page into QGIS's options, under Processing > Providers. The page itself is imported when QGIS opens its options."""

from qgis.gui import QgsOptionsWidgetFactory
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtGui import QIcon

from . import paths


class SiranOptions(QgsOptionsWidgetFactory):
    """What QGIS asks for the page each time that it opens its options."""

    def __init__(self):
        super().__init__()
        self.setTitle("SIRAN")

    def icon(self):
        return QIcon(str(paths.ICON))

    def path(self):
        # QGIS finds a place by the texts that it shows: these are Processing's own, in its own words and language.
        return [QCoreApplication.translate("ProcessingPlugin", "Processing"), QCoreApplication.translate("ConfigDialog", "Providers")]

    def createWidget(self, parent):
        from .settings_page import SettingsPage

        return SettingsPage(parent)
