"""The look of error rasters on the map: blue where too low, white at 0, red where too high."""

from qgis.core import QgsProcessingLayerPostProcessorInterface

from . import layers

# QGIS keeps no reference to post-processors written in Python.
_post_processors = []


def errors_when_loaded(path, context):
    """Give the layer of `path` the colours of a difference, if `context` is going to load it."""
    if context.willLoadLayerOnCompletion(path):
        processor = Errors()
        _post_processors.append(processor)
        context.layerToLoadOnCompletionDetails(path).setPostProcessor(processor)


class Errors(QgsProcessingLayerPostProcessorInterface):
    """Shows errors, metres, in colours that are symmetric about 0."""

    def postProcessLayer(self, layer, context, feedback):
        layers.difference(layer, None)  # whatever the pixels' size
        layer.triggerRepaint()
        if self in _post_processors:
            _post_processors.remove(self)
