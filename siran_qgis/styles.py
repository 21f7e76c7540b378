"""The look of errors on the map: blue where too low, white at 0, red where too high."""

import math

from qgis.core import (
    QgsColorRampShader,
    QgsGradientColorRamp,
    QgsGradientStop,
    QgsProcessingLayerPostProcessorInterface,
    QgsRasterShader,
    QgsSingleBandPseudoColorRenderer,
)
from qgis.PyQt.QtGui import QColor

# As in the report (backend/compare/pictures.py).
LOW, NONE, HIGH = "#2166ac", "#f7f7f7", "#b2182b"

# QGIS keeps no reference to post-processors written in Python.
_post_processors = []


def errors_when_loaded(path, largest, context):
    """Give the layer of `path` colours up to about the `largest` error, metres or None, if `context` is going to load it."""
    if context.willLoadLayerOnCompletion(path):
        processor = Errors(rounded_up(largest or 0))
        _post_processors.append(processor)
        context.layerToLoadOnCompletionDetails(path).setPostProcessor(processor)


def rounded_up(value):
    """To one significant digit: 2.31 to 3; 1 where there is nothing."""
    if not value > 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(value))
    return math.ceil(value / unit) * unit


def errors(provider, limit):
    """A renderer of a raster's first band; `limit` is in metres, above 0."""
    low, none, high = (QColor(colour) for colour in (LOW, NONE, HIGH))
    ramp = QgsGradientColorRamp(low, high, False, [QgsGradientStop(0.5, none)])
    colours = QgsColorRampShader(-limit, limit, ramp, QgsColorRampShader.Interpolated)
    colours.setColorRampItemList(
        [QgsColorRampShader.ColorRampItem(value, colour, f"{value:g} m") for value, colour in ((-limit, low), (0, none), (limit, high))]
    )
    shader = QgsRasterShader(-limit, limit)
    shader.setRasterShaderFunction(colours)
    renderer = QgsSingleBandPseudoColorRenderer(provider, 1, shader)
    renderer.setClassificationMin(-limit)
    renderer.setClassificationMax(limit)
    return renderer


class Errors(QgsProcessingLayerPostProcessorInterface):
    """Shows errors in colours that are symmetric about 0."""

    def __init__(self, limit):
        super().__init__()
        self.limit = limit  # metres

    def postProcessLayer(self, layer, context, feedback):
        layer.setRenderer(errors(layer.dataProvider(), self.limit))
        layer.triggerRepaint()
        if self in _post_processors:
            _post_processors.remove(self)
