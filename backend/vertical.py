"""Heights: in which unit a DEM has them, and how its vertical datum gets into the output's CRS untouched."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from pyproj import CRS
from pyproj.crs import CompoundCRS
from pyproj.exceptions import CRSError

US_SURVEY_FOOT = 1200 / 3937
_UNITS = {
    "m": 1.0, "metre": 1.0, "meter": 1.0, "metres": 1.0, "meters": 1.0,
    "ft": 0.3048, "foot": 0.3048, "feet": 0.3048, "international foot": 0.3048, "international feet": 0.3048,
    "ft international": 0.3048, "foot international": 0.3048, "feet international": 0.3048,
    "us ft": US_SURVEY_FOOT, "us foot": US_SURVEY_FOOT, "us feet": US_SURVEY_FOOT, "usft": US_SURVEY_FOOT,
    "ft us": US_SURVEY_FOOT, "foot us": US_SURVEY_FOOT, "feet us": US_SURVEY_FOOT, "ftus": US_SURVEY_FOOT,
    "us survey foot": US_SURVEY_FOOT, "us survey feet": US_SURVEY_FOOT, "survey foot": US_SURVEY_FOOT, "survey feet": US_SURVEY_FOOT,
    "us survey ft": US_SURVEY_FOOT, "ft us survey": US_SURVEY_FOOT, "foot us survey": US_SURVEY_FOOT, "feet us survey": US_SURVEY_FOOT,
    "mm": 0.001, "millimetre": 0.001, "millimeter": 0.001, "millimetres": 0.001, "millimeters": 0.001,
    "cm": 0.01, "centimetre": 0.01, "centimeter": 0.01, "centimetres": 0.01, "centimeters": 0.01,
    "dm": 0.1, "decimetre": 0.1, "decimeter": 0.1, "decimetres": 0.1, "decimeters": 0.1,
    "km": 1000.0, "kilometre": 1000.0, "kilometer": 1000.0, "kilometres": 1000.0, "kilometers": 1000.0,
    "yd": 0.9144, "yard": 0.9144, "yards": 0.9144,
}  # fmt: skip
"""Metres, by names in lower case with spaces for what else divides their words."""


_ABOVE = re.compile(r"\babove\b.*$|\b(a\.?m?\.?s\.?l\.?|n\.?n\.?)(\W*)$", re.IGNORECASE)
"""What heights are above, behind their unit: m a.s.l., metres above mean sea level."""


def _metres(unit: str) -> float | None:
    """Of a name that is known here, as foot_us, US-ft, Feet (US survey), [m], m a.s.l. or m (EGM2008)."""
    said = _ABOVE.sub("", unit.lower().replace("u.s.", "us"))
    # In brackets stands which foot it is, or what it is above, or the unit's short name.
    for name in (said, re.sub(r"(?<=\w)\s*[(\[].*", "", said)):
        words = [word for word in re.split(r"[\s_()\[\]./-]+", name.replace("intl", "international")) if word]
        if (factor := _UNITS.get(" ".join(words))) is not None:
            return factor
    return None


def metres_per_unit(band_unit: str | None, crs: CRS) -> tuple[float, str]:
    """Metres in one unit of elevation, and the unit's name: what the band says, else what the vertical CRS says, else metres.

    A name that nobody knows is kept (`unknown`), and its heights are taken for what the CRS says.
    """
    said = (band_unit or "").strip()
    if said and (factor := _metres(said)):
        return factor, said
    for axis in crs.axis_info:
        if axis.direction in ("up", "down") and axis.unit_conversion_factor > 0:
            is_metre = math.isclose(axis.unit_conversion_factor, 1.0)
            return axis.unit_conversion_factor, said or ("m" if is_metre else axis.unit_name)
    return 1.0, said or "m"


def unknown(band_unit: str | None, crs: CRS) -> str:
    """A sentence where a band names a unit of heights that nobody knows; else ""."""
    said = (band_unit or "").strip()
    if not said or _metres(said):
        return ""
    metres, name = metres_per_unit("", crs)
    taken = "metres" if math.isclose(metres, 1.0) else f"the {name} of its CRS"
    return f"The DEM's heights are taken for {taken}: nobody knows the unit {said!r}."


def doubt(band_unit: str | None, crs: CRS) -> str:
    """A sentence where nothing says the unit of heights and there is reason to think that it is not the metre; else ""."""
    axes = crs.axis_info
    if band_unit or not crs.is_projected or len(axes) != 2 or math.isclose(axes[0].unit_conversion_factor, 1.0):
        return ""
    return f"The DEM's heights are taken for metres: nothing says their unit. Its CRS, {crs.name}, counts in {axes[0].unit_name}."


def downwards(crs: CRS, said: Mapping[str, str]) -> str:
    """A sentence where a CRS counts depths, which grow where the ground falls, or the metadata of the band do (as netCDF's `positive`,
    CF conventions 4.3); else ""."""
    if any(axis.direction == "down" for axis in crs.axis_info):
        what, instead = f"The DEM's CRS, {crs.name}, counts", ", and give them a CRS of heights"
    elif said.get("positive", "").lower() == "down":
        what, instead = "The DEM says that it counts", ""
    else:
        return ""
    return f"{what} depths downwards, and its numbers are taken for heights: ridges pass for valleys. Multiply them by -1{instead}."


def datum(crs: CRS) -> str:
    """The name of what heights refer to, as far as a raster's CRS says; else ""."""
    if crs.is_compound and len(crs.sub_crs_list) > 1:
        return str(crs.sub_crs_list[1].name)
    return f"the ellipsoid of {crs.name}" if len(crs.axis_info) == 3 else ""


def surface(crs: CRS) -> str:
    """What heights refer to, however a CRS calls it and in whatever unit it counts: the name of the vertical datum, or of the geodetic one
    whose ellipsoid it is; "" where the CRS does not say."""
    if crs.is_compound and len(crs.sub_crs_list) > 1:
        vertical = crs.sub_crs_list[1]
        vertical = vertical.source_crs or vertical
        depth = " downwards" if any(axis.direction == "down" for axis in vertical.axis_info) else ""
        return f"{vertical.datum.name if vertical.datum else vertical.name}{depth}"
    geodetic = crs.geodetic_crs if len(crs.axis_info) == 3 else None
    return f"the ellipsoid of {geodetic.datum.name if geodetic.datum else geodetic.name}" if geodetic else ""


def with_vertical_of(horizontal: str, dem: CRS) -> tuple[str, str]:
    """A horizontal CRS (WKT) with the vertical part of the DEM's, as WKT; and a sentence where that could not be said, else ""."""
    parts = dem.sub_crs_list if dem.is_compound else []
    target = CRS.from_wkt(horizontal)
    try:
        if len(parts) > 1:
            return CompoundCRS(f"{target.name} + {parts[1].name}", [target, parts[1]]).to_wkt(), ""
        if len(dem.axis_info) == 3:
            return target.to_3d().to_wkt(), ""
    except CRSError:
        return horizontal, f"The vertical datum of {dem.name} cannot be joined to {target.name}; the output's CRS does not say it."
    return horizontal, ""
