"""What SIRAN adds to the desktop: a menu."""

from qgis.core import QgsProject, QgsRasterLayer, QgsReferencedRectangle
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QDesktopServices, QIcon
from qgis.PyQt.QtWidgets import QAction

from . import choices, layers, model_fit, offer, paths, relief, windows
from .algorithms.superresolve import SuperResolve
from .translation import tr

MENU = "SIRAN"
SAMPLE_PIXEL = 27.3  # metres: what 1 arc-second is on the ground of the sample, mean of both directions


class Desktop:
    """The menu `Raster > SIRAN`. Made by `initGui` only: `qgis_process` has no windows."""

    def __init__(self, iface):
        self.iface = iface
        self.actions = []
        self._action(self.tr("Try the sample"), self.try_sample)
        self._action(self.tr("Super-resolve DEM…"), self.super_resolve)
        self._action(self.tr("Show the selected DEM as a relief"), self.show_relief)
        self._action(self.tr("Set up the backend…"), self.set_up)
        self._action(self.tr("Help"), self.show_help)

    def tr(self, text):
        return tr(text)

    def unload(self):
        for action in self.actions:
            self.iface.removePluginRasterMenu(MENU, action)
            action.deleteLater()
        self.actions = []

    def super_resolve(self, *_, parameters=None):
        return self._open("siran:superresolve", parameters or {})

    def set_up(self, *_):
        return offer.open_set_up()

    def try_sample(self, *_):
        """Load the sample's elevation model and image, unless they are there, show the place, and open the dialog with both."""
        dem = self._layer("marin_srtm_1arcsec.tif", self.tr("Sample: SRTM, 1 arc-second"))
        guide = self._layer("marin_landsat7_nir_r_g.tif", self.tr("Sample: Landsat 7 image"))
        layers.image(guide)
        relief.look(dem, SAMPLE_PIXEL)
        canvas = self.iface.mapCanvas()
        canvas.setReferencedExtent(QgsReferencedRectangle(dem.extent(), dem.crs()))
        canvas.refresh()
        source = choices.index_of(SuperResolve.CHOICES[SuperResolve.DEM_SOURCE], "srtm")
        return self.super_resolve(parameters={"INPUT": dem.id(), "GUIDE": guide.id(), "GUIDE_BANDS": "1,2,3", "DEM_SOURCE": source})

    def show_relief(self, *_):
        """Give the selected DEM the look that results have, to compare them."""
        layer = self.iface.activeLayer()
        if not isinstance(layer, QgsRasterLayer) or layer.providerType() != "gdal" or layer.bandCount() != 1:
            self.iface.messageBar().pushWarning(
                "SIRAN", self.tr("Select an elevation model, a raster of one band, among the layers first.")
            )
            return
        pixel_size = model_fit.ground_pixel(layer, None, model_fit.middle_of(layer), QgsProject.instance()) or layer.rasterUnitsPerPixelX()
        relief.look(layer, pixel_size / layers.height_unit(layer))

    def show_help(self, *_):
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(paths.HELP)))

    def _action(self, text, do):
        action = QAction(QIcon(str(paths.ICON)), text, self.iface.mainWindow())
        action.triggered.connect(do)
        self.iface.addPluginToRasterMenu(MENU, action)
        self.actions.append(action)

    def _open(self, algorithm, parameters):
        import processing  # a plugin of its own: it may come after this one, or be switched off

        dialog = processing.createAlgorithmDialog(algorithm, parameters)
        if dialog is not None:
            windows.show(dialog)
        return dialog

    def _layer(self, file, name):
        layer = QgsRasterLayer(str(paths.SAMPLE / file), name)
        same = layers.of_same_file(layer)  # a project that was opened writes its path otherwise on Windows
        return same[0] if same else QgsProject.instance().addMapLayer(layer)
