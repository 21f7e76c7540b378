"""The guide: near infrared, red and green of the same ground, each scaled by its scene's 2nd and 98th percentile to 0..1.

The scaling is linear and of the whole scene, never of a tile; what is darker or brighter than the percentiles lies below 0 or above 1.
Where one of the three bands is unknown, the guide is absent: 0, with `guide_valid` 0. Images of unsigned whole numbers that declare 0
as nodata are an exception: in them a shaded slope or deep water is 0 in one band or two, which is darkness; only a pixel that is 0 in
all three is absent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import RasterioError

from backend.errors import InputError
from backend.grid import Grid
from backend.rasters import UNDECLARED_NODATA, WHOLE, Raster
from backend.resample import Sampler
from backend.windows import Window

Bands = tuple[int, int, int]
"""Numbers of the bands that hold near infrared, red and green."""

SATURATED = 65535.0
UNDECLARED = (*UNDECLARED_NODATA, SATURATED)
"""Taken for nodata in an image that declares none."""
SCENE_PIXELS = 1024
"""Edge of the decimated scene that the percentiles are taken from."""

_WORDS = (
    re.compile(r"\bnir\b|\bnir[_ -]?[18]\b|near[ _-]*infra[ _-]*red", re.IGNORECASE),
    re.compile(r"\bred\b(?![ _-]*edge)", re.IGNORECASE),
    re.compile(r"\bgreen\b", re.IGNORECASE),
)
_NOT_RED = re.compile(r"infra[ _-]*red", re.IGNORECASE)
_SENTINEL_2 = ("b8", "b4", "b3")
_SENTINEL_2_ALONE = ("b8a", "b12")
"""Bands that no Landsat has: 8 is panchromatic beside Landsat's near infrared, 5."""
_MICROMETRES = ((0.76, 0.90, 0.835), (0.62, 0.69, 0.66), (0.52, 0.60, 0.56))
"""Shortest, longest and most usual wavelength of near infrared, red and green."""


class Guide:
    """Bands `bands` of an image, read on grid `target`."""

    def __init__(self, raster: Raster, bands: Bands, target: Grid) -> None:
        self.raster = raster
        self.bands = bands
        self.sampler = Sampler(raster.grid, target)
        self.low, self.high = self._percentiles()

    def read(self, window: Window) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """The scaled guide (3, height, width) and where it is known (height, width)."""
        values, known = self.sampler.sample(window, self._read_known, bands=3, reach=0)
        span = self.high - self.low
        factor = np.divide(1.0, span, out=np.zeros(3), where=span > 0).astype(np.float32).reshape(3, 1, 1)
        scaled = (values - self.low.astype(np.float32).reshape(3, 1, 1)) * factor
        scaled[:, ~known] = 0.0
        return scaled, known

    @property
    def shows_nothing(self) -> bool:
        """Whether something is known of the scene, and all bands have one value there, as snow has that is too bright for 8 bits."""
        return bool((self.low == self.high).all() and self.high.any())

    def _read_known(self, window: Window) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        values, known = self.raster.read(self.bands, window, any_band=self._dark_zero)
        return values, known & self._lit(values)

    @property
    def _dark_zero(self) -> bool:
        """Whether a 0 in one band means darkness, though the file calls it nodata."""
        dataset = self.raster.dataset
        return all(dataset.nodatavals[band - 1] == 0 and dataset.dtypes[band - 1].startswith("uint") for band in self.bands)

    def _lit(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """A pixel that is 0 in all bands is the margin of a scene that declares no nodata, or one and the same number below 0, which 0
        became where it was made a reflectance (-0.1, -0.2); and so is one that has in one of them what usually means "no data": a few of
        these would be most of what the scene is scaled by. So would snow that is as bright as 16 bits say, where a mask says what is
        known."""
        if self.raster.masked(self.bands):
            whole = all(self.raster.dataset.dtypes[band - 1] == "uint16" for band in self.bands)
            return np.asarray((values != SATURATED).all(axis=0)) if whole else np.ones(values.shape[1:], np.bool_)
        # One band, named thrice, is the same number everywhere.
        margin = (values == values[0]).all(axis=0) & (values[0] <= 0) if len(set(self.bands)) > 1 else (values == 0).all(axis=0)
        return np.asarray(~margin & ~np.isin(values, UNDECLARED).any(axis=0))

    def _percentiles(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """2nd and 98th percentile of each band, from a copy of the scene with at most SCENE_PIXELS rows and columns."""
        dataset = self.raster.dataset
        shape = (min(SCENE_PIXELS, dataset.height), min(SCENE_PIXELS, dataset.width))
        try:
            with rasterio.Env(**WHOLE):
                values = self.raster.stored(self.bands, shape=shape).astype(np.float64)
                known = np.isfinite(values).all(axis=0) & (np.abs(values) < 1e30).all(axis=0) & self._lit(values)
                if masked := self.raster.masked(self.bands):
                    masks = dataset.read_masks(masked, out_shape=(len(masked), *shape), resampling=Resampling.nearest) > 0
                    known &= masks.any(axis=0) if self._dark_zero else masks.all(axis=0)
                stated = self.raster.not_nodata(self.bands, values)
                known &= stated.any(axis=0) if self._dark_zero else stated.all(axis=0)
                opaque = self.raster.opaque(self.bands, shape=shape)
                if opaque is not None:
                    known &= opaque
        except RasterioError as error:
            raise self.raster.unreadable(error) from error
        if not known.any():
            return np.zeros(3), np.zeros(3)
        low, high = np.percentile(values[:, known], (2.0, 98.0), axis=1)
        return low, high


def choose_bands(raster: Raster, asked: Sequence[int] | None) -> Bands:
    """The bands that were asked for, else those that the file names. Raises InputError: `band-invalid` or `guide-bands-unknown`."""
    if asked is not None:
        if len(asked) != 3:
            raise InputError(
                "band-invalid",
                f"--guide-bands names {len(asked)} bands, not 3.",
                "Pass the numbers of near infrared, red and green, e.g. 4,3,2.",
            )
        for band in asked:
            _check(raster, band)
        return asked[0], asked[1], asked[2]
    found = _by_description(raster) or _by_colour(raster) or _by_wavelength(raster)
    if found is None:
        raise InputError(
            "guide-bands-unknown",
            f"The guide, {raster.path}, does not say which of its bands are near infrared, red and green; it has {raster.named_bands}.",
            _hint(raster),
        )
    for band in found:
        _check(raster, band)
    return found


def _hint(raster: Raster) -> str:
    if raster.dataset.count == 1:
        return "Pass --guide-bands 1,1,1 where it is a panchromatic image. One band is of little use, and may do harm."
    if set(raster.colours) - {ColorInterp.alpha} == {ColorInterp.red, ColorInterp.green, ColorInterp.blue}:
        return "Pass --guide-bands 1,2,3 of a colour-infrared image. One without near infrared is of little use: leave --guide out."
    return "Pass --guide-bands N,R,G."


def _check(raster: Raster, band: int) -> None:
    raster.check_band(band, "--guide-bands")
    if raster.colours[band - 1] == ColorInterp.palette:
        raise InputError(
            "band-invalid",
            f"Band {band} of the guide, {raster.path}, holds numbers of a colour table, not light.",
            "Name an image with a band for each colour, e.g. one that gdal_translate -expand rgb makes of it.",
        )


def _by_description(raster: Raster) -> Bands | None:
    texts = raster.descriptions
    found = []
    for word in _WORDS:
        hits = [
            number
            for number, text in enumerate(texts, start=1)
            if word.search(_NOT_RED.sub("nir", text) if word is not _WORDS[0] else text)
        ]
        found.append(hits)
    if all(found):
        # The shortest name says the least beside it: NIR, not "NDVI (NIR, Red)".
        n, r, g = (min(hits, key=lambda number: len(texts[number - 1])) for hits in found)
        if len({n, r, g}) == 3:
            return n, r, g
    first = [text.strip().lower().split(",")[0].split(" ")[0] for text in texts]
    codes = [re.sub(r"^b0(?=[1-9])", "b", code) for code in first]
    panchromatic = "b08" not in first and "b5" in codes and not any(code in codes for code in _SENTINEL_2_ALONE)
    if all(code in codes for code in _SENTINEL_2) and not panchromatic:
        n, r, g = (codes.index(code) + 1 for code in _SENTINEL_2)
        return n, r, g
    return None


def _by_colour(raster: Raster) -> Bands | None:
    colours = list(raster.colours)
    wanted = (ColorInterp.nir, ColorInterp.red, ColorInterp.green)
    if not all(colour in colours for colour in wanted):
        return None
    n, r, g = (colours.index(colour) + 1 for colour in wanted)
    return n, r, g


def _by_wavelength(raster: Raster) -> Bands | None:
    lengths = {number: length for number in range(1, raster.bands + 1) if (length := _micrometres(raster, number)) is not None}
    found = []
    for shortest, longest, usual in _MICROMETRES:
        fitting = [number for number, length in lengths.items() if shortest <= length <= longest]
        if not fitting:
            return None
        found.append(min(fitting, key=lambda number: abs(lengths[number] - usual)))
    return found[0], found[1], found[2]


def _micrometres(raster: Raster, band: int) -> float | None:
    dataset = raster.dataset
    tags = {key.lower(): value for key, value in {**dataset.tags(band), **dataset.tags(band, ns="IMAGERY")}.items()}
    for key in ("central_wavelength_um", "wavelength", "central_wavelength", "center_wavelength"):
        try:
            length = float(tags[key])
        except (KeyError, ValueError):
            continue
        # Nobody sees 100 micrometres, and nobody 100 nanometres.
        return length if length < 100 else length / 1000
    return None
