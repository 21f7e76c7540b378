"""Layers: the file behind one that comes in, and the looks of the one that goes out."""

import os

from qgis.core import QgsProcessingLayerPostProcessorInterface, QgsProviderRegistry

from . import paths
from .errors import SiranError

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


def style_when_loaded(path, result, context):
    """Style the layer of `path`, and say in its name what made it, if `context` is going to load it."""
    if context.willLoadLayerOnCompletion(path):
        processor = Hillshade(result)
        _post_processors.append(processor)
        context.layerToLoadOnCompletionDetails(path).setPostProcessor(processor)


class Hillshade(QgsProcessingLayerPostProcessorInterface):
    """Shows an elevation model as a hillshade, and adds model and resolution to its name: `hills (siran-3x, 30 m)`.

    The name itself is QGIS's choice or the user's: the file's, the parameter's or that of a model's output.
    """

    def __init__(self, result):
        super().__init__()
        self.model = result.model["name"]
        self.pixel_size = result.grid["pixel_size"]  # metres on the ground

    def postProcessLayer(self, layer, context, feedback):
        layer.setName(f"{layer.name()} ({self.model}, {self.pixel_size:.3g} m)")
        layer.loadNamedStyle(str(paths.STYLES / "hillshade.qml"))
        renderer = layer.renderer()
        if hasattr(renderer, "setZFactor") and self.pixel_size > 0:
            # QGIS shades by heights over pixels in units of the CRS: degrees, feet, Web Mercator's stretched metres.
            renderer.setZFactor(layer.rasterUnitsPerPixelX() / self.pixel_size)
        layer.triggerRepaint()
        if self in _post_processors:
            _post_processors.remove(self)
