"""A comparison of elevation models: the backend's command line, the polygons that it counts in, and the figures that came out."""

from __future__ import annotations

import json
import math
from typing import NamedTuple

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeatureRequest,
    QgsGeometry,
    QgsPointXY,
    QgsRectangle,
    QgsUnitTypes,
    QgsWkbTypes,
)

from . import enums
from .errors import Cancelled, SiranError
from .layers import crs_name
from .translation import tr

FIGURES = ("BIAS", "RMSE", "NMAD", "LE90")
"""Of the report, which are results of the algorithm: metres."""
RAW, COREGISTERED = "raw", "coregistered"
PLACES = 9
"""Of a reference, along each axis, that are looked for in the CRS of a mask."""
HALF_TURN = 179.9999
"""Degrees. Farther from the middle of a reference a longitude is counted on its other side."""
PIECE = 1000.0
"""Metres of a polygon's edge that are straight in any CRS: a parallel at 75 degrees bends by some centimetres over them."""


class Job(NamedTuple):
    """What one run of `compare` is asked for; an empty string leaves something out."""

    reference: str
    tested: tuple[str, ...]
    json: str = ""
    html: str = ""
    error: str = ""
    mask: str = ""
    coregister: bool = False


def arguments(job: Job) -> list[str]:
    """Arguments that follow `python -m backend`. QGIS replaces outputs, hence --overwrite."""
    made = ["compare", "--events", "--overwrite"]
    made += [f"--{name}={getattr(job, name)}" for name in ("json", "html", "error", "mask") if getattr(job, name)]
    if job.coregister:
        made.append("--coregister")
    return [*made, "--", job.reference, *job.tested]


def output(name: str, state: str) -> str:
    """What a figure is called among the algorithm's results: `BIAS`, `BIAS_COREGISTERED`."""
    return name if state == RAW else f"{name}_{state.upper()}"


class Measured(NamedTuple):
    """A tested DEM as it lies (`raw`) or moved (`coregistered`): FIGURES in metres, None where nothing was there for one."""

    name: str
    state: str
    figures: dict[str, float | None]


def read(path: str) -> list[list[Measured]]:
    """What the backend wrote as JSON (docs/contracts.md, section 3): for each tested DEM its states. Raises SiranError."""
    try:
        with open(path, encoding="utf-8") as file:
            tested = json.load(file)["tested"]
        return [
            [Measured(dem["name"], result["state"], {name: result[name.lower()] for name in FIGURES}) for result in dem["results"]]
            for dem in tested
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SiranError(tr("The report {} cannot be read ({}).").format(path, error), tr("Please report this.")) from error


def check_polygons(source) -> None:
    """Refuses a feature source that no area could come from. Raises SiranError."""
    if QgsWkbTypes.geometryType(source.wkbType()) != enums.POLYGON:
        raise SiranError(tr("The mask, {}, holds no polygons.").format(source.sourceName()), tr("Choose a layer of polygons."))
    if not source.sourceCrs().isValid():
        raise SiranError(tr("The mask, {}, has no CRS.").format(source.sourceName()), tr("Set it in the layer's properties."))
    if source.featureCount() == 0:
        raise SiranError(tr("The mask, {}, has no features.").format(source.sourceName()), tr("Select some, or leave the mask out."))


def write_polygons(source, reference, path: str, context, feedback) -> None:
    """The polygons of a feature source as GeoJSON in the CRS of the raster layer `reference`: what is exchanged in its own CRS is not moved
    by two PROJs that disagree. Edges are straight in the CRS of the source, as on the command line. What lies far from the reference is cut
    off: its CRS need not reach there. Raises SiranError where there is no polygon, or none near, or one does not fit into the CRS,
    Cancelled."""
    check_polygons(source)
    crs = reference.crs()
    if not crs.isValid():
        crs = QgsCoordinateReferenceSystem("EPSG:4326")  # the backend will say what is wrong with the reference
    transform = QgsCoordinateTransform(source.sourceCrs(), crs, context.transformContext())
    piece = PIECE * QgsUnitTypes.fromUnitToUnitFactor(enums.METRES, source.sourceCrs().mapUnits())
    near = _around(reference, transform)
    count, written = 0, 0
    with open(path, "w", encoding="utf-8") as file:
        named = {"type": "name", "properties": {"name": crs_name(crs)}}
        file.write(f'{{"type": "FeatureCollection", "crs": {json.dumps(named)}, "features": [\n')
        # Not checked by QGIS: an error in the midst of its iterator ends the interpreter (3.22).
        for feature in source.getFeatures(QgsFeatureRequest().setNoAttributes(), enums.AS_THEY_ARE):
            if feedback.isCanceled():
                raise Cancelled()
            geometry = feature.geometry()
            if geometry.isEmpty():
                continue
            if context.invalidGeometryCheck() != enums.NO_CHECK and not geometry.isGeosValid():
                if context.invalidGeometryCheck() != enums.SKIP_INVALID:
                    raise SiranError(
                        tr("Polygon {} of the mask, {}, is not valid: it crosses itself, or its holes do.").format(
                            feature.id(), source.sourceName()
                        ),
                        tr("Repair it with 'Fix geometries'."),
                    )
                feedback.pushWarning(tr("Polygon {} of the mask is not valid and is left out.").format(feature.id()))
                continue
            count += 1
            try:
                for part in _brought(geometry, transform, near, piece):
                    separator = ",\n" if written else ""
                    file.write(f'{separator}{{"type": "Feature", "properties": null, "geometry": {part.asJson(17)}}}')
                    written += 1
            except QgsCsException as error:
                raise SiranError(
                    tr("A polygon of the mask, {}, lies outside of the reference's CRS.").format(source.sourceName()),
                    tr("Check the CRS of both."),
                ) from error
        file.write("\n]}\n")
    if not count:
        raise SiranError(tr("The mask, {}, has no polygon.").format(source.sourceName()), tr("Choose a layer that has one."))
    if not written:
        raise SiranError(
            tr("The mask, {}, has no polygon near the reference, {}.").format(source.sourceName(), reference.name()),
            tr("Check the CRS of both."),
        )


def _around(reference, transform):
    """A rectangle around the raster layer `reference`, twice as wide and as high, in the CRS that `transform` comes from. Longitudes are
    counted on from its middle. Empty where that CRS has no place for it."""
    extent, turns = reference.extent(), transform.sourceCrs().isGeographic()
    found = []
    for column in range(PLACES):
        for row in range(PLACES):
            x = extent.xMinimum() + extent.width() * column / (PLACES - 1)
            y = extent.yMinimum() + extent.height() * row / (PLACES - 1)
            try:
                place = transform.transform(QgsPointXY(x, y), Qgis.TransformDirection.Reverse)
            except QgsCsException:
                continue
            if math.isfinite(place.x()) and math.isfinite(place.y()):
                found.append((place.x(), place.y()))
    if not found:
        return QgsRectangle()
    middle = found[len(found) // 2][0]
    across = [(x - middle + 180) % 360 - 180 + middle if turns else x for x, _ in found]
    down = [y for _, y in found]
    box = QgsRectangle(min(across), min(down), max(across), max(down))
    box.grow(max(box.width(), box.height(), 1e-9) / 2)
    if turns:
        box.setXMinimum(max(box.xMinimum(), middle - HALF_TURN))
        box.setXMaximum(min(box.xMaximum(), middle + HALF_TURN))
        box.setYMinimum(max(box.yMinimum(), -90.0))
        box.setYMaximum(min(box.yMaximum(), 90.0))
    return box


def _brought(geometry, transform, box, piece):
    """A polygon in the CRS that `transform` leads to: as it is where that is its own, else its parts in the rectangle `box`, with corners
    every `piece` or closer. A longitude of 181 degrees is one of -179. Raises QgsCsException."""
    if transform.isShortCircuited():
        yield geometry
        return
    for turn in (-360.0, 0.0, 360.0) if transform.sourceCrs().isGeographic() else (0.0,):
        part = QgsGeometry(geometry)
        if turn:
            part.translate(turn, 0.0)
        if box.isEmpty() or not box.intersects(part.boundingBox()):
            continue
        if not box.contains(part.boundingBox()):
            part = part.clipped(box)
        if not part.isEmpty() and part.area() > 0:
            part = part.densifyByDistance(piece)
            part.transform(transform)
            yield part
