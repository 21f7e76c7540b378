"""Values that QGIS has moved into scoped enums of `Qgis` since 3.22: their new names where these are known, else the old ones."""

from qgis.core import (
    Qgis,
    QgsContrastEnhancement,
    QgsCoordinateReferenceSystem,
    QgsFeatureRequest,
    QgsProcessing,
    QgsProcessingFeatureSource,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterNumber,
    QgsRasterMinMaxOrigin,
    QgsUnitTypes,
    QgsWkbTypes,
)


def _value(new, old_class, old):
    """`Qgis.<new>`, as in `GeometryType.Polygon`, or `old_class.<old>`."""
    enum, _, name = new.partition(".")
    return getattr(getattr(Qgis, enum), name) if hasattr(Qgis, enum) else getattr(old_class, old)


ADVANCED = _value("ProcessingParameterFlag.Advanced", QgsProcessingParameterDefinition, "FlagAdvanced")
DOUBLE = _value("ProcessingNumberParameterType.Double", QgsProcessingParameterNumber, "Double")
INTEGER = _value("ProcessingNumberParameterType.Integer", QgsProcessingParameterNumber, "Integer")
RASTER = _value("ProcessingSourceType.Raster", QgsProcessing, "TypeRaster")
VECTOR_POLYGON = _value("ProcessingSourceType.VectorPolygon", QgsProcessing, "TypeVectorPolygon")
AS_THEY_ARE = _value("ProcessingFeatureSourceFlag.SkipGeometryValidityChecks", QgsProcessingFeatureSource, "FlagSkipGeometryValidityChecks")
NO_CHECK = _value("InvalidGeometryCheck.NoCheck", QgsFeatureRequest, "GeometryNoCheck")
SKIP_INVALID = _value("InvalidGeometryCheck.SkipInvalid", QgsFeatureRequest, "GeometrySkipInvalid")
POLYGON = _value("GeometryType.Polygon", QgsWkbTypes, "PolygonGeometry")
METRES = _value("DistanceUnit.Meters", QgsUnitTypes, "DistanceMeters")
WKT_PREFERRED = _value("CrsWktVariant.Preferred", QgsCoordinateReferenceSystem, "WKT_PREFERRED")
CUMULATIVE_CUT = _value("RasterRangeLimit.CumulativeCut", QgsRasterMinMaxOrigin, "CumulativeCut")
STRETCH = _value("ContrastEnhancementAlgorithm.StretchToMinimumMaximum", QgsContrastEnhancement, "StretchToMinimumMaximum")
