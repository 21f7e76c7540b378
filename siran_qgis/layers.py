"""Layers: the file behind one that comes in, and the looks of the one that goes out."""

import math
import os

from qgis.core import QgsColorRampShader, QgsProcessingLayerPostProcessorInterface, QgsProviderRegistry

from . import paths
from .errors import SiranError

SAMPLE = 250_000  # pixels that a range of colours is found from

# QGIS keeps no reference to post-processors written in Python.
_post_processors = []


def file_of(layer) -> str:
    """What GDAL opens for `layer`. Raises SiranError for a layer that no other process could open."""
    if layer.providerType() != "gdal":
        raise SiranError(f"Layer {layer.name()} is no raster file ({layer.providerType()}).", "Save it as a GeoTIFF and use that.")
    if layer.subsetString():
        raise SiranError(f"Layer {layer.name()} has a filter.", "Remove the filter, or save the layer as a GeoTIFF and use that.")
    decoded = QgsProviderRegistry.instance().decodeUri("gdal", layer.source())
    if decoded.get("openOptions"):
        raise SiranError(f"Layer {layer.name()} was opened with options of a driver.", "Save it as a GeoTIFF and use that.")
    # What follows a bar are QGIS's own options, unless the bar is part of the file's name.
    return layer.source() if os.path.exists(layer.source()) else layer.source().split("|")[0]


def style_when_loaded(path, context, look, result=None):
    """Give the layer of `path` its `look` if `context` is going to load it, and say in its name what made it where there is a `result`."""
    if path and context.willLoadLayerOnCompletion(path):
        processor = Styled(look, result)
        _post_processors.append(processor)
        context.layerToLoadOnCompletionDetails(path).setPostProcessor(processor)


class Styled(QgsProcessingLayerPostProcessorInterface):
    """Gives a layer its look, and adds model and resolution to its name: `hills (siran-3x, 30 m)`.

    The name itself is QGIS's choice or the user's: the file's, the parameter's or that of a model's output.
    """

    def __init__(self, look, result=None):
        super().__init__()
        self.look = look
        self.result = result

    def postProcessLayer(self, layer, context, feedback):
        pixel_size = self.result.grid["pixel_size"] if self.result else None  # metres on the ground
        if self.result:
            layer.setName(f"{layer.name()} ({self.result.model['name']}, {pixel_size:.3g} m)")
        self.look(layer, pixel_size)
        layer.triggerRepaint()
        if self in _post_processors:
            _post_processors.remove(self)


def hillshade(layer, pixel_size):
    """An elevation model, lit from several sides; `pixel_size` in metres."""
    layer.loadNamedStyle(str(paths.STYLES / "hillshade.qml"))
    renderer = layer.renderer()
    if hasattr(renderer, "setZFactor") and pixel_size > 0:
        # QGIS shades by heights over pixels in units of the CRS: degrees, feet, Web Mercator's stretched metres.
        renderer.setZFactor(layer.rasterUnitsPerPixelX() / pixel_size)


def uncertainty(layer, pixel_size):
    """Expected errors, from 0 to what 98 % of them stay below."""
    layer.loadNamedStyle(str(paths.STYLES / "uncertainty.qml"))
    _, high = layer.dataProvider().cumulativeCut(1, 0, 0.98, layer.extent(), SAMPLE)
    _stretch(layer.renderer(), high)


def difference(layer, pixel_size):
    """Differences, as far up as down around 0, to what all but 2 % at each end stay within."""
    layer.loadNamedStyle(str(paths.STYLES / "difference.qml"))
    low, high = layer.dataProvider().cumulativeCut(1, 0.02, 0.98, layer.extent(), SAMPLE)
    _stretch(layer.renderer(), max(-low, high))


def _stretch(renderer, largest):
    """Spread the colours of a style, which end at 1, up to `largest`, rounded up to two digits; up to 1 where nothing differs from 0."""
    limit = 1.0
    if math.isfinite(largest) and largest > 0:
        digit = 10.0 ** (math.floor(math.log10(largest)) - 1)
        limit = float(f"{math.ceil(largest / digit) * digit:.2g}")
    colours = renderer.shader().rasterShaderFunction()
    items = []
    for item in colours.colorRampItemList():
        value = item.value * limit
        items.append(QgsColorRampShader.ColorRampItem(value, item.color, f"{value:g}"))
    renderer.setClassificationMin(items[0].value)
    renderer.setClassificationMax(items[-1].value)
    colours.setColorRampItemList(items)
