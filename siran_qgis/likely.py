"""Which layer of the project is likely meant: QGIS offers the first by name, be it a photograph."""

import qgis.utils
from qgis.core import QgsProject, QgsRasterLayer

from . import layers


def dem():
    """The selected layer, or else the first by name, that has one band of a file as elevation models do and is not SIRAN's own; None where
    none has."""
    iface = qgis.utils.iface
    active = iface.activeLayer() if iface is not None else None
    by_name = sorted(QgsProject.instance().mapLayers().values(), key=lambda layer: layer.name().lower())
    return next(filter(_one_band, [active, *by_name]), None)


def _one_band(layer):
    # QGIS offers no layer whose file is gone.
    if not isinstance(layer, QgsRasterLayer) or not layer.isValid() or layer.providerType() != "gdal":
        return False
    return layer.bandCount() == 1 and not layer.customProperty(layers.MADE_HERE)
