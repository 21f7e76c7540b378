"""Layers: the file behind one that comes in, and the looks of the one that goes out."""

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
    return layer.source().split("|")[0]


def style_when_loaded(path, default_name, result, context):
    """Name and style the layer of `path`, if `context` is going to load it. A name that somebody chose stays."""
    if not context.willLoadLayerOnCompletion(path):
        return
    details = context.layerToLoadOnCompletionDetails(path)
    if details.name in ("", default_name) and not getattr(details, "forceName", False):
        details.name = layer_name(default_name, result)
    processor = Hillshade(result.grid["pixel_size"])
    _post_processors.append(processor)
    details.setPostProcessor(processor)


def layer_name(default_name, result) -> str:
    """Says which model made it and how fine it is: `Super-resolved DEM (marin-30, 30 m)`."""
    return f"{default_name} ({result.model['name']}, {result.grid['pixel_size']:.3g} m)"


class Hillshade(QgsProcessingLayerPostProcessorInterface):
    """Shows an elevation model as a hillshade. `pixel_size` is in metres on the ground."""

    def __init__(self, pixel_size):
        super().__init__()
        self.pixel_size = pixel_size

    def postProcessLayer(self, layer, context, feedback):
        layer.loadNamedStyle(str(paths.STYLES / "hillshade.qml"))
        renderer = layer.renderer()
        if hasattr(renderer, "setZFactor") and self.pixel_size > 0:
            # QGIS shades by heights over pixels in units of the CRS: degrees, feet, Web Mercator's stretched metres.
            renderer.setZFactor(layer.rasterUnitsPerPixelX() / self.pixel_size)
        layer.triggerRepaint()
        if self in _post_processors:
            _post_processors.remove(self)
