"""Layers: the file behind one that comes in, and the looks of the one that goes out."""

import contextlib
import math
import os
import re

from qgis.core import (
    QgsColorRampShader,
    QgsDataProvider,
    QgsProcessingLayerPostProcessorInterface,
    QgsProject,
    QgsProviderRegistry,
    QgsRasterLayer,
)
from qgis.PyQt.QtGui import QPainter

from . import enums, paths
from .errors import SiranError
from .translation import number, tr

SAMPLE = 100_000  # pixels that a range of colours is found from, while the desktop waits: 250,000 take a tenth of a second

# GDAL's file systems, also where one is named inside of another: /vsizip//vsicurl/...
MEMORY = re.compile(r"\bvsi(mem|stdin)/|^MEM:", re.IGNORECASE)
SERVER = re.compile(r"\bvsi(curl|s3|gs|az|adls|oss|swift|hdfs|webhdfs)(_streaming)?[/?]|\b(https?|ftp)://", re.IGNORECASE)
VRT_SOURCE = re.compile(r"<Source(?:Filename|Dataset)\b[^>]*>([^<]*)<")
VRT_CHARACTERS = 4_000_000  # of a mosaic's description that are looked at: ten thousand tiles

MADE_HERE = "siran/made"  # a property of layers that came out of SIRAN
RENDERER = "siran/renderer"  # the same, of the kind of look that they were given
HEIGHT_UNIT = "siran/metres_per_unit"  # the same, of their heights
MULTIPLY = QPainter.CompositionMode.CompositionMode_Multiply  # how shades lie upon heights

# QGIS keeps no reference to post-processors written in Python.
_post_processors = []


def file_of(layer) -> str:
    """What GDAL opens for `layer`. Raises SiranError for a layer that another process could not open, or would have to fetch."""
    name, source = layer.name(), layer.source()
    save = tr("Save it as a GeoTIFF and use that.")
    if layer.providerType() != "gdal":
        raise SiranError(tr("Layer {} is no raster file ({}).").format(name, layer.providerType()), save)
    if layer.subsetString():
        raise SiranError(tr("Layer {} has a filter.").format(name), tr("Remove the filter, or save the layer as a GeoTIFF and use that."))
    provider = layer.dataProvider()
    its_own, given = provider.crs(), layer.crs()
    if its_own.isValid() and given.isValid() and its_own != given:
        said = tr("Layer {} lies in {} here, and in {} by its file, which is what the backend reads.")
        raise SiranError(said.format(name, _called(given), _called(its_own)), save)
    if provider.isValid() and given.isValid() and not its_own.isValid():
        said = tr("Layer {} lies in {} here, and its file, which is what the backend reads, has no CRS.")
        raise SiranError(said.format(name, _called(given)), save)
    for band in range(1, provider.bandCount() + 1):
        ignored = provider.sourceHasNoDataValue(band) and not provider.useSourceNoDataValue(band)
        if ignored or provider.userNoDataValues(band):
            raise SiranError(
                tr("Layer {} has other nodata values here (band {}) than in its file, which is what the backend reads.").format(name, band),
                tr("Save it as a GeoTIFF and use that, or take them off in its properties (Transparency)."),
            )
    decoded = QgsProviderRegistry.instance().decodeUri("gdal", source)
    if decoded.get("openOptions"):
        raise SiranError(tr("Layer {} was opened with options of a driver.").format(name), save)
    if source.lstrip().startswith("<"):
        raise SiranError(tr("Layer {} is a description of a raster that is in no file.").format(name), save)
    if not os.path.exists(source):
        # What follows a bar are QGIS's own options, unless the bar is part of the file's name.
        source = source.split("|")[0]
    for part in (source, *_sources(source)):
        if os.path.exists(part):
            continue
        if MEMORY.search(part):
            raise SiranError(tr("Layer {} lies in QGIS's memory ({}).").format(name, part), save)
        if SERVER.search(part):
            raise SiranError(tr("Layer {} lies on a server.").format(name), save)  # its address may hold a password
    return source


def _called(crs):
    """A CRS as a sentence names it: one of one's own has no code, and often no name."""
    name = crs.description()
    return crs.authid() or (name if name.lower() not in ("", "unknown", "unnamed") else crs.toProj())


def _sources(path):
    """What a virtual raster is made of, by the names that it uses; nothing for any other file."""
    if not path.lower().endswith(".vrt"):
        return []
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return VRT_SOURCE.findall(file.read(VRT_CHARACTERS))
    except OSError:  # in an archive, or gone: the backend says so
        return []


def style_when_loaded(path, context, look, algorithm, result=None, dem=""):
    """Give the layer of `path` its `look` if `context` is going to load it, and say in its name what made it where there is a `result`, and
    in the layers of its `dem` what unit their heights have: the backend has read it. A style that the user has set for that output of the
    `algorithm`, its id, or for all rasters, comes before the look."""
    # QGIS knows it by the name that it was given: a relative one, or on Windows one with other slashes.
    name = next((name for name in context.layersToLoadOnCompletion() if _plain(name) == _plain(path)), None) if path else None
    if name is not None:
        details = context.layerToLoadOnCompletionDetails(name)
        processor = Styled(None if _users_style(algorithm, details.outputName) else look, result, dem)
        _post_processors.append(processor)
        details.setPostProcessor(processor)


def _users_style(algorithm, output):
    """A style file that the user named in Processing, which gives it to the layer before any post-processor sees it; None without one."""
    try:
        from processing.core.ProcessingConfig import ProcessingConfig
        from processing.gui.RenderingStyles import RenderingStyles
    except ImportError:  # a plugin of its own, and its windows are absent without a desktop
        return None
    return RenderingStyles.getStyle(algorithm, output) or ProcessingConfig.getSetting(ProcessingConfig.RASTER_STYLE) or None


def _plain(path):
    return os.path.normcase(os.path.abspath(path))


class Styled(QgsProcessingLayerPostProcessorInterface):
    """Gives a layer its look if there is one, and adds model and resolution to its name: `hills (siran-3x, 30 m)`.

    A layer of an earlier run into the same file keeps the look that the user has given it since. The name itself is QGIS's choice or the
    user's: the file's, the parameter's or that of a model's output.
    """

    def __init__(self, look, result=None, dem=""):
        super().__init__()
        self.look = look
        self.result = result
        self.dem = dem

    def postProcessLayer(self, layer, context, feedback):
        # Where a layer of that file is on the map, QGIS hands out that one, and it holds the older file open.
        same = of_same_file(layer)
        _open_again(same)
        pixel_size = None
        if self.result:
            metres = self.result.grid["pixel_size"]
            layer.setName(f"{layer.name()} ({self.result.model['name']}, {number(metres, '.3g')} m)")
            for one in (layer, *(_on_map(self.dem) if self.dem else ())):
                one.setCustomProperty(HEIGHT_UNIT, self.result.metres_per_unit)
            pixel_size = metres / height_unit(layer)
        layer.setCustomProperty(MADE_HERE, True)
        if self.look is not None and not any(map(_restyled, same)):
            self.look(layer, pixel_size)
            layer.setCustomProperty(RENDERER, layer.renderer().type())
        layer.triggerRepaint()
        if self in _post_processors:
            _post_processors.remove(self)


def _restyled(layer):
    """Whether a layer of an earlier run has another look by now than it was given then. Shades are multiplied upon heights."""
    given = layer.customProperty(RENDERER)
    if given is None or layer.renderer() is None:
        return False
    taken_apart = given == "hillshade" and layer.blendMode() != MULTIPLY
    return taken_apart or layer.renderer().type() != given


def _open_again(same):
    """Show what the file of these layers, just made, holds now."""

    def reopen():
        for layer in same:
            layer.setDataSource(layer.source(), layer.name(), layer.providerType(), QgsDataProvider.ProviderOptions())
            layer.triggerRepaint()

    if same:
        reopen()
        # As the older file was closed, GDAL may have written its histogram beside the new one, for which QGIS would take it.
        with contextlib.suppress(OSError):
            os.remove(f"{_plain(same[0].source())}.aux.xml")
        reopen()


def of_same_file(layer) -> list:
    """The layers of the project that show the file of `layer`, that one included where it is on the map."""
    return _on_map(layer.source())


def _on_map(path) -> list:
    file, on_map = _plain(path), QgsProject.instance().mapLayers().values()
    return [layer for layer in on_map if isinstance(layer, QgsRasterLayer) and _plain(layer.source()) == file]


def height_unit(layer) -> float:
    """Metres in a unit of the layer's heights: what the backend found, since PyQGIS does not tell. 1 for layers that it has not read."""
    try:
        metres = float(layer.customProperty(HEIGHT_UNIT, 1.0))
    except (TypeError, ValueError):
        return 1.0
    return metres if math.isfinite(metres) and metres > 0 else 1.0


def hillshade(layer, pixel_size):
    """An elevation model, lit from several sides; `pixel_size` on the ground in units of its heights."""
    layer.loadNamedStyle(str(paths.STYLES / "hillshade.qml"))
    renderer = layer.renderer()
    if hasattr(renderer, "setZFactor") and pixel_size > 0:
        # QGIS shades by heights over pixels in units of the CRS: degrees, feet, Web Mercator's stretched metres.
        renderer.setZFactor(layer.rasterUnitsPerPixelX() / pixel_size)


def image(layer):
    """Three bands, each as bright as 2 to 98 % of its pixels allow."""
    layer.setContrastEnhancement(enums.STRETCH, enums.CUMULATIVE_CUT, layer.extent(), SAMPLE, False)
    layer.triggerRepaint()


def uncertainty(layer, pixel_size):
    """Expected errors, from what 2 % lie below to what 2 % lie above: the DEM's own error is in all of them."""
    layer.loadNamedStyle(str(paths.STYLES / "uncertainty.qml"))
    low, high = _span(layer)
    _stretch(layer, high, low)


def difference(layer, pixel_size):
    """Differences, as far up as down around 0, to what all but 2 % at each end stay within."""
    layer.loadNamedStyle(str(paths.STYLES / "difference.qml"))
    low, high = _span(layer)
    _stretch(layer, max(-low, high))


def elevation(layer):
    """Heights by colour, from what 2 % lie below to what 2 % lie above; light enough to be shaded."""
    layer.loadNamedStyle(str(paths.STYLES / "elevation.qml"))
    low, high = _span(layer)
    if not low <= high:
        low, high = 0.0, 1.0
    low, high = math.floor(low), max(math.ceil(high), math.floor(low) + 1)
    _spread(layer, lambda place: low + place * (high - low), ".0f")


def _span(layer):
    """What 2 % lie below and what 2 % lie above. QGIS does not say where all values are one: it is both. No numbers where none is known."""
    provider, extent = layer.dataProvider(), layer.extent()
    low, high = provider.cumulativeCut(1, 0.02, 0.98, extent, SAMPLE)
    if math.isfinite(low) and math.isfinite(high):
        return low, high
    found = provider.bandStatistics(1, extent=extent, sampleSize=SAMPLE)
    return (found.minimumValue, found.maximumValue) if found.minimumValue <= found.maximumValue else (math.nan, math.nan)


def _stretch(layer, largest, least=0.0):
    """Spread the colours of a layer's style, which end at 1, from `least` to `largest`, rounded outwards to the second digit of the latter;
    from 0 to 1 where nothing differs from 0."""
    first, last = 0.0, 1.0
    if math.isfinite(largest) and largest > 0:
        digit = 10.0 ** (math.floor(math.log10(largest)) - 1)
        low = math.floor(least / digit)
        first, last = (float(f"{count * digit:.2g}") for count in (low, max(math.ceil(largest / digit), low + 1)))
    _spread(layer, lambda place: first + place * (last - first), "g")


def _spread(layer, value_at, form):
    """Move the colours of a layer's style to other values."""
    # A new one: the legend of a layer that is on the map hears of no change within the old one.
    renderer = layer.renderer().clone()
    colours = renderer.shader().rasterShaderFunction()
    items = []
    for item in colours.colorRampItemList():
        value = value_at(item.value)
        items.append(QgsColorRampShader.ColorRampItem(value, item.color, number(value, form)))
    renderer.setClassificationMin(items[0].value)
    renderer.setClassificationMax(items[-1].value)
    colours.setColorRampItemList(items)
    layer.setRenderer(renderer)


def crs_name(crs) -> str:
    """A CRS as PROJ anywhere understands it: its code or, of a CRS of one's own, WKT."""
    name = crs.authid()
    return name if name and not name.upper().startswith("USER:") else crs.toWkt(enums.WKT_PREFERRED)
