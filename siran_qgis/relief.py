"""A relief on the map: shades that darken the colours of heights.

QGIS draws a layer in one way, so a relief is two layers of one file: the shades, multiplied, upon the heights.
"""

from qgis.core import QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QTimer

from . import layers
from .translation import tr


def look(layer, pixel_size):
    """A look for a result: the shades now, the heights below as soon as the layer is on the map; `pixel_size` on the ground in units of
    its heights. Where the project has a relief of that file, whose shades or heights `layer` may be, that one is made anew."""
    shades, heights = _pair(layer)
    if layer not in (shades, heights) or shades is None:
        layers.hillshade(layer, pixel_size)
        layer.triggerRepaint()
        key = layer.id()
        # Some versions of QGIS put results on the map before they give them their looks, others afterwards.
        QTimer.singleShot(0, lambda: colour(key))
        return
    # The heights are called after the shades; a result that takes the place of either comes with a name of its own.
    named = shades if layer is heights and layer.name() == tr("Heights of {}").format(shades.name()) else layer
    name, unit = named.name(), layers.height_unit(layer)
    layers.hillshade(shades, pixel_size)
    shades.setBlendMode(layers.MULTIPLY)
    if heights is not None:  # who took the heights away wants shades alone
        layers.elevation(heights)
    for one, called in ((shades, name), (heights, tr("Heights of {}").format(name))):
        if one is not None:
            one.setName(called)
            one.setCustomProperty(layers.HEIGHT_UNIT, unit)
            one.triggerRepaint()


def colour(key):
    """Put the heights, by colour, below the shaded layer whose id is `key`, and return their layer; None where that layer is not on the
    map, or has them already."""
    project = QgsProject.instance()
    shades, node = project.mapLayer(key), project.layerTreeRoot().findLayer(key)
    if shades is None or node is None or _is_relief(shades):
        return None
    heights = QgsRasterLayer(shades.source(), tr("Heights of {}").format(shades.name()))
    if not heights.isValid():
        return None
    heights.setCrs(shades.crs())
    heights.setCustomProperty(layers.MADE_HERE, True)
    layers.elevation(heights)
    project.addMapLayer(heights, False)
    group = node.parent()
    below = group.insertLayer(group.children().index(node) + 1, heights)
    node.setExpanded(False)
    below.setExpanded(True)
    shades.setBlendMode(layers.MULTIPLY)
    shades.triggerRepaint()
    return heights


def _pair(layer):
    """Shades and heights of the file of `layer` that are on the map; None for what is not."""
    same = layers.of_same_file(layer)
    heights = (one for one in same if one.customProperty(layers.MADE_HERE) and one.renderer().type() == "singlebandpseudocolor")
    return next(filter(_is_relief, same), None), next(heights, None)


def _is_relief(layer):
    return layer.blendMode() == layers.MULTIPLY and layer.renderer() is not None and layer.renderer().type() == "hillshade"
