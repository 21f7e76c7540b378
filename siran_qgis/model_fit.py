"""Whether a model was made for the chosen inputs, said before anything runs."""

from __future__ import annotations

import math
from pathlib import Path

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsDistanceArea,
    QgsPointXY,
    QgsRectangle,
    QgsReferencedPointXY,
    QgsUnitTypes,
)

from . import enums, model_card, paths
from .translation import number, tr

# Pixels in degrees are never quite what a card says in metres, and differ over a raster. What lies just beyond is the backend's to warn of.
SLACK = 1.1


def refusal(model, dem, guide, like, resolution, extent, context) -> str:
    """One sentence where the card of `model` (a name, a file, or empty: the default) does not go with the layers; else nothing.

    `dem`, `guide` and `like` are raster layers (the last two may be None), `resolution` is a pixel size in units of the output's CRS, or
    None, `extent` a command.Extent or None. What cannot be known here, such as the pixel of a layer without a CRS, is left to the backend.
    """
    installed = paths.installed_models()
    name = model or paths.default_model()
    path = installed.get(name, Path(name))
    facts = model_card.facts(path)
    if facts is None:
        return ""
    name = name if name in installed else path.name
    if facts.guide_required and guide is None:
        return tr("The model {} needs a guide image: choose one, or another model.").format(name)
    where = like or guide or dem
    place = _middle(where, dem, extent, context)
    coarse = ground_pixel(dem, None, place, context)
    by_ratio = like is None and guide is None and resolution is None
    fine = coarse and (coarse / facts.ratio if by_ratio else ground_pixel(where, resolution, place, context))
    if not fine:
        return ""
    ratio = coarse / fine
    if facts.ratios[0] / SLACK <= ratio <= facts.ratios[1] * SLACK:
        return ""
    # Terrain is close to self-similar: of pixels that are larger or smaller than those of its training the backend only warns.
    most, least = coarse / facts.ratios[0], coarse / facts.ratios[1]
    ground = model_card.span(_rounded(least, most))
    unit = where.crs().mapUnits()
    begin = ""
    if like is not None:
        what = tr("choose the grid of another raster (LIKE), with pixels of {} m on the ground, or another model").format(ground)
    elif unit == enums.METRES:
        what = tr("choose an output pixel size (RESOLUTION) of {} m on the ground, or another model").format(ground)
    else:
        reach = 10 if where.crs().isGeographic() else SLACK  # nobody means half a degree; feet are not so far from metres
        if resolution and least / reach <= resolution <= most * reach:
            begin = tr("The output pixel size (RESOLUTION) counts in {} here, and {} was probably meant as metres.") + " "
            begin = begin.format(_unit(unit), number(resolution))
        one = where.rasterUnitsPerPixelX()
        one /= ground_pixel(where, one, place, context)
        what = tr("choose an output pixel size (RESOLUTION) of {} {} ({} m on the ground), or another model").format(
            model_card.span(_rounded(least * one, most * one)), _unit(unit), ground
        )
    said = tr("The elevation model's pixel ({} m) is {} times the output's ({} m), and the model {} is for {}: {}.")
    sizes = (number(size, ".3g") for size in (coarse, ratio, fine))
    return begin + said.format(*sizes, name, model_card.span(facts.ratios), what)


def ground_pixel(layer, resolution, place, context):
    """Edge of a square as large as a pixel of `layer` (or as `resolution`, in units of its CRS) on the ground at `place`, a point with its
    CRS, in metres; None where that cannot be said. `context` knows the transformations: that of a run, or a project."""
    if not (layer.crs().isValid() and place.crs().isValid()):
        return None
    width, height = (resolution, resolution) if resolution else (layer.rasterUnitsPerPixelX(), layer.rasterUnitsPerPixelY())
    measure = QgsDistanceArea()
    measure.setSourceCrs(layer.crs(), context.transformContext())
    measure.setEllipsoid("EPSG:7030")
    try:
        middle = QgsCoordinateTransform(place.crs(), layer.crs(), context.transformContext()).transform(place)
        across = measure.measureLine(middle, QgsPointXY(middle.x() + width, middle.y()))
        down = measure.measureLine(middle, QgsPointXY(middle.x(), middle.y() + height))
    except QgsCsException:
        return None
    edge = math.sqrt(across * down) if across > 0 and down > 0 else 0.0
    return edge if math.isfinite(edge) and edge > 0 else None


def middle_of(layer):
    """The point, with its CRS, that pixels of a layer are measured at."""
    return QgsReferencedPointXY(layer.extent().center(), layer.crs())


def _middle(where, dem, extent, context):
    """The point, with its CRS, in the middle of what there will be of the output's grid, that of the layer `where`: what it has in common
    with the DEM and with an `extent`. A guide may reach far beyond, to where its pixels are others."""
    rectangle, crs = where.extent(), where.crs()
    parts = [(dem.extent(), dem.crs())]
    if extent is not None:
        of_extent = QgsCoordinateReferenceSystem(extent.crs) if extent.crs else crs
        parts.append((QgsRectangle(extent.xmin, extent.ymin, extent.xmax, extent.ymax), of_extent))
    for part, its in parts:
        if not (its.isValid() and crs.isValid()):
            continue
        try:
            part = QgsCoordinateTransform(its, crs, context.transformContext()).transformBoundingBox(part)
        except QgsCsException:
            continue
        common = rectangle.intersect(part)
        if not common.isEmpty():  # the backend says what does not meet
            rectangle = common
    return QgsReferencedPointXY(rectangle.center(), crs)


def _unit(unit):
    """A unit in the language of the plugin's sentences, which QGIS's own may not be."""
    return QgsUnitTypes.toString(unit) if tr("en") != "en" else QgsUnitTypes.encodeUnit(unit)


def _rounded(low, high):
    """A range to two digits, its ends towards its inside."""
    units = [10.0 ** (math.floor(math.log10(end)) - 1) if end > 0 else 1.0 for end in (low, high)]
    return math.ceil(low / units[0]) * units[0], math.floor(high / units[1]) * units[1]
