"""A raster is a file that was opened and checked: it has pixels, a CRS and a place on the Earth, and says which pixels are known."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import threading
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError
from rasterio._err import CPLE_BaseError
from rasterio.dtypes import dtype_ranges
from rasterio.enums import ColorInterp, Interleaving, MaskFlags
from rasterio.errors import CRSError as RasterioCRSError
from rasterio.errors import NodataShadowWarning, NotGeoreferencedWarning, RasterioError, RasterioIOError
from rasterio.windows import Window as RasterioWindow

from backend import formats, mosaics
from backend.descriptions import NO_HEIGHTS
from backend.errors import InputError
from backend.grid import Grid, apply, horizontal, transform_points
from backend.limits import is_mosaic
from backend.windows import Window

# Of images that declare a 0 beside a fourth band, which GDAL takes for an alpha: both are looked at here.
warnings.simplefilter("ignore", NodataShadowWarning)

UNDECLARED_NODATA = (-9999.0, -32768.0, -32767.0)
"""Taken for nodata in a DEM that declares none, or another: mosaics are made of files with different ones."""
ASSIGN = "Make a copy that has it: gdal_translate -a_srs EPSG:CODE, or in QGIS 'Translate' with 'Override the projection'."
"""What to do about a CRS."""
GDAL: dict[str, object] = {"GDAL_PAM_ENABLED": "NO", "GDAL_CACHEMAX": 256}
"""What GDAL is told where rasters are read and written: no files beside the inputs, and no cache of blocks but these 256 bytes (rasterio
takes bytes). Blocks that wait in a cache are written when a file is closed, and then nobody is told that a disk is full."""
ONE_AT_A_TIME = threading.Lock()
"""Held by whoever reads or writes pixels while another thread may. GDAL has one cache for all rasters: a thread that reads pushes out the
block that another has written to, and until it is on the disk the other takes the old one from there, writes to that, and a tile is gone
(https://github.com/OSGeo/gdal/pull/2015)."""
WHOLE: dict[str, object] = {"GDAL_CACHEMAX": 256 * 2**20}
"""Where all of a raster is looked at row by row, before anything is written: as many blocks as lie side by side in a large scene, which are
read again for each row otherwise."""
_SERVER = re.compile(r"^(?:CURL error|HTTP (?:response code|error)|Range downloading not supported)")
"""How GDAL's sentences about servers begin."""
_MISSING = "No such file"
"""GDAL's word for it."""
COMPLETE = "Copy that file to where the mosaic looks for it, or make the mosaic again of those that are there."
"""What to do about a mosaic's file that is not there."""
_LARGEST_BLOCK, _LARGER = 256 * 2**20, 4
"""Bytes of a block that is read as a whole, and how many times as large as all of its raster it may be where it has more: a file of a few
bytes can say that its only tile takes all memory."""
_HEIGHTS = re.compile(r"(?i)elev|height|altitude|\b(?:dem|dtm|dsm|z)\b")
_MOST_NAMED = 12
"""Bands that are listed."""
_BESIDE_RASTERS = (".vrt", ".ovr", ".msk", ".aux.xml")
"""Endings of what a mosaic reads besides its rasters."""
_ABSURD = 1e30
"""No measurement is as large: a nodata value that lost digits on its way through a text file."""


class Raster:
    """An open raster. `role` is what errors call it ("The DEM", "The guide"). Not to be used by two threads at once."""

    def __init__(self, path: str, role: str) -> None:
        self.path = path
        self.role = role
        try:
            self.dataset = _open(path, role)
        except UnicodeDecodeError as error:
            raise self._unspoken(error) from error
        except RasterioCRSError as error:
            raise self._nobodys_crs() from error
        try:
            self._check_blocks()
            self.crs = self._crs()
            self.grid = self._grid()
            self.files = list(_files(path, self.dataset.files))
        except UnicodeDecodeError as error:
            self.dataset.close()
            raise self._unspoken(error) from error
        except BaseException:
            self.dataset.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.dataset.close()

    @property
    def name(self) -> str:
        """The file's name; of a part of one, which GDAL calls NETCDF:"/folder/file.nc":part, what follows the folder."""
        name = Path(self.path).name
        return name.replace('"', "") if ':"' in self.path else name

    @property
    def bands(self) -> int:
        """How many bands it has."""
        return int(self.dataset.count)

    @property
    def descriptions(self) -> list[str]:
        """What the file calls each band, "" where it says nothing, or says one of them in no UTF-8: old programs do."""
        try:
            return [description or "" for description in self.dataset.descriptions]
        except UnicodeDecodeError:
            return [""] * self.bands

    @property
    def units(self) -> list[str]:
        """The unit of each band's values, "" as for `descriptions`."""
        try:
            return [unit or "" for unit in self.dataset.units]
        except UnicodeDecodeError:
            return [""] * self.bands

    @cached_property
    def colours(self) -> tuple[ColorInterp, ...]:
        """What each band shows. The first question after a tag that nobody knows may be answered with what GDAL said of that."""
        try:
            return tuple(self.dataset.colorinterp)
        except CPLE_BaseError:
            return tuple(self.dataset.colorinterp)

    def check_band(self, band: int, option: str) -> None:
        """Raises InputError where there is no such band, or where it holds no real numbers."""
        if not 1 <= band <= self.bands:
            raise InputError(
                "band-invalid", f"{option} names band {band}, but {self.path} has {_count(self.bands)}.", f"{option} counts from 1."
            )
        kind = self.dataset.dtypes[band - 1]
        if kind.startswith("complex"):
            raise InputError(
                "band-invalid",
                f"Band {band} of {self.path} holds complex numbers ({kind}).",
                f"Name another band with {option}." if option.startswith("--") else "Convert it to real numbers first.",
            )

    def read(
        self, bands: Sequence[int], window: Window, *, guess_nodata: bool = False, any_band: bool = False
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Values (bands, height, width) and which pixels are known (height, width): in all of these bands, or with `any_band` in one.

        The window may reach beyond the raster; nothing is known there, unless it goes round the Earth, and on at its other end. With
        `guess_nodata`, values that usually mean "no data" do so, but in packed bands (whole numbers with a scale) that declare what does.
        Unknown pixels have the value 0.
        """
        if self.grid.round_the_earth and not 0 <= window.col <= self.grid.width - window.width:
            parts = [self.read(bands, part, guess_nodata=guess_nodata, any_band=any_band) for part in self._turns(window)]
            return np.concatenate([part[0] for part in parts], axis=2), np.concatenate([part[1] for part in parts], axis=1)
        values = np.zeros((len(bands), window.height, window.width), np.float64)
        valid = np.zeros((window.height, window.width), np.bool_)
        left, right = max(0, window.col), min(self.grid.width, window.col + window.width)
        top, bottom = max(0, window.row), min(self.grid.height, window.row + window.height)
        if left >= right or top >= bottom:
            return values, valid
        inside = RasterioWindow(left, top, right - left, bottom - top)
        try:
            masked = self.masked(bands)
            with ONE_AT_A_TIME:
                part = self.stored(bands, window=inside)
                masks = self.dataset.read_masks(masked, window=inside) > 0 if masked else None
                opaque = self.opaque(bands, window=inside)
            known = np.ones(part.shape[1:], np.bool_)
            if part.dtype.kind == "f":
                # False for NaN too.
                known &= (np.abs(part) < _ABSURD).all(axis=0)
            if masks is not None:
                known &= masks.any(axis=0) if any_band else masks.all(axis=0)
            stated = self.not_nodata(bands, part)
            known &= stated.any(axis=0) if any_band else stated.all(axis=0)
            if opaque is not None:
                known &= opaque
        except RasterioError as error:
            raise self.unreadable(error) from error
        if guess_nodata and not (masked and self._packed(bands)):
            for value in UNDECLARED_NODATA:
                known &= (part != value).all(axis=0)
        cut = window.cut(Window(left, top, right - left, bottom - top))
        with np.errstate(invalid="ignore"):  # A damaged file may hold NaNs that signal.
            values[:, cut[0], cut[1]] = part
        if not known.all():
            values[:, cut[0], cut[1]][:, ~known] = 0.0
        valid[cut] = known
        return values, valid

    def _turns(self, window: Window) -> Iterator[Window]:
        """The parts of a window of a raster that goes round the Earth, each within the raster."""
        col, end = window.col, window.col + window.width
        while col < end:
            first = col % self.grid.width
            width = min(end - col, self.grid.width - first)
            yield Window(first, window.row, width, window.height)
            col += width

    def stored(self, bands: Sequence[int], *, window: RasterioWindow | None = None, shape: tuple[int, int] | None = None) -> NDArray[Any]:
        """Values (bands, height, width) in the file's own type, or in one that holds the types of all these bands.

        Of a `window`, or of everything decimated to `shape`. Raises RasterioError.
        """
        same = len({self.dataset.dtypes[band - 1] for band in bands}) == 1
        parts = [
            self.dataset.read(group, window=window, out_shape=None if shape is None else (len(group), *shape))
            for group in ([list(bands)] if same else [[band] for band in bands])
        ]
        return np.concatenate(parts)

    def masked(self, bands: Sequence[int]) -> list[int]:
        """Those of `bands` of which the file says which pixels are known.

        GDAL calls the fourth band of an 8-bit image alpha when nobody says otherwise; a description that says otherwise wins, and so does
        who asks for that band: near infrared is 0 on dark water.
        """
        no_alpha = self._alpha in bands or self._alpha_is_a_colour()
        flags = {band: self.dataset.mask_flag_enums[band - 1] for band in bands}
        return [band for band, of in flags.items() if MaskFlags.all_valid not in of and not (MaskFlags.alpha in of and no_alpha)]

    @cached_property
    def _alpha(self) -> int:
        """Number of the band that GDAL calls alpha, or 0."""
        return next((band for band, colour in enumerate(self.colours, 1) if colour == ColorInterp.alpha), 0)

    def opaque(
        self, bands: Sequence[int], *, window: RasterioWindow | None = None, shape: tuple[int, int] | None = None
    ) -> NDArray[np.bool_] | None:
        """Where (height, width) an alpha band that GDAL's masks of these `bands` do not heed hides nothing; `window` and `shape` as in
        `stored`. None where there is no such band. Raises RasterioError."""
        alpha = self._unheeded_alpha(bands)
        return self.stored([alpha], window=window, shape=shape)[0] != 0 if alpha else None

    def _unheeded_alpha(self, bands: Sequence[int]) -> int:
        """Number of that band, or 0. GDAL heeds one as the last of two or four bands, of 8 bits or of whole 16, and gdalwarp -dstalpha
        adds one to any."""
        heeded = any(MaskFlags.alpha in self.dataset.mask_flag_enums[band - 1] for band in bands)
        return 0 if self._alpha in bands or heeded or self._alpha_is_a_colour() else self._alpha

    def not_nodata(self, bands: Sequence[int], stored: NDArray[Any]) -> NDArray[np.bool_]:
        """Which of `stored` (bands, ...) are not what the file declares as nodata beside a mask. GDAL's mask of such a band leaves it out,
        though QGIS and gdalwarp heed it. A single True in the shape of one pixel where nothing is declared so."""
        flags = self.dataset.mask_flag_enums
        nodata = [self.dataset.nodatavals[band - 1] if MaskFlags.per_dataset in flags[band - 1] else None for band in bands]
        if all(value is None for value in nodata):
            return np.ones((1,) * stored.ndim, np.bool_)
        return np.stack(
            [np.ones(part.shape, np.bool_) if value is None else part != value for part, value in zip(stored, nodata, strict=True)]
        )

    def picture(self, band: int) -> str:
        """A sentence where a band that is to hold heights looks like one of a picture, else ""."""
        if self.dataset.dtypes[band - 1] != "uint8" and self.colours[band - 1] != ColorInterp.palette:
            return ""
        return f"{self.role}, {self.name}, holds bytes or colours: is it a hillshade or a picture of a DEM?"

    @property
    def named_bands(self) -> str:
        """Each band's number with what the file says about it, `1 (red), 2 (green), 3`; of many the first ones."""
        names = []
        for number, (description, colour) in enumerate(zip(self.descriptions, self.colours, strict=True), start=1):
            name = description or ("" if colour in (ColorInterp.undefined, ColorInterp.gray) else colour.name)
            names.append(f"{number} ({name})" if name else str(number))
        return ", ".join(names[:_MOST_NAMED]) + (" ..." if len(names) > _MOST_NAMED else "")

    def other_bands(self, band: int) -> str:
        """A sentence that names the bands where there is more than this one; else ""."""
        if self.bands == 1:
            return ""
        return f"{self.role}, {self.name}, has {self.bands} bands ({self.named_bands}); band {band} is taken for its heights."

    def another_has_heights(self, band: int) -> bool:
        """Whether another band is called one of heights, and this one is not."""
        called = [bool(_HEIGHTS.search(name)) for name in self.descriptions]
        return any(called) and not called[band - 1]

    def check_heights(self, band: int) -> None:
        """Raises InputError (band-invalid) where a band holds no heights but what SIRAN says of them; of a mosaic, its first file."""
        _, first = next(self.parts(), ({}, ())) if is_mosaic(self.path) else ({}, ())
        for said in (self.descriptions[band - 1], *first):
            if said in NO_HEIGHTS:
                raise InputError(
                    "band-invalid",
                    f"{self.role}, {self.name}, holds no heights: SIRAN made it and calls it {said!r}.",
                    "Name the DEM itself.",
                )

    @property
    def raster_files(self) -> list[str]:
        """Of what a mosaic reads, the rasters."""
        return [file for file in self.files if not file.endswith(_BESIDE_RASTERS)]

    def parts(self) -> Iterator[tuple[dict[str, str], tuple[str, ...]]]:
        """What the files of a mosaic say of themselves, one after the other: metadata, and names of bands. Of what cannot be opened
        nothing."""
        for file in self.raster_files:
            said: tuple[dict[str, str], tuple[str, ...]] = {}, ()
            with contextlib.suppress(RasterioError, OSError, UnicodeDecodeError), formats.open_raster(file) as part:
                said = part.tags(), tuple(name or "" for name in part.descriptions)
            yield said

    def unreadable(self, error: Exception) -> InputError:
        """What to raise where reading fails half-way."""
        return InputError(
            "file-unreadable",
            f"{self.role}, {self.path}, cannot be read to its end ({_first_line(error)}).",
            COMPLETE if is_mosaic(self.path) and _MISSING in _first_line(error) else "The file is damaged; copy or download it again.",
        )

    def _nobodys_crs(self) -> InputError:
        return InputError("crs-missing", f"{self.role}, {self.path}, has a CRS that PROJ does not understand.", ASSIGN)

    def _unspoken(self, error: UnicodeDecodeError) -> InputError:
        return InputError(
            "not-a-raster",
            f"{self.role}, {self.path}, names something in letters that are not UTF-8 ({error.object[:40]!r}).",
            "The file is damaged, or names others that have to be renamed.",
        )

    def _check_blocks(self) -> None:
        together = self.bands if self.dataset.interleaving == Interleaving.pixel else 1
        for (height, width), kind in zip(self.dataset.block_shapes, self.dataset.dtypes, strict=True):
            # Kinds that NumPy has no word for, as complex whole numbers, have up to 8 bytes.
            pixel = together * (np.dtype(kind).itemsize if kind in dtype_ranges else 8)
            if height * width * pixel > max(_LARGEST_BLOCK, _LARGER * self.dataset.height * self.dataset.width * pixel):
                raise InputError(
                    "file-unreadable",
                    f"{self.role}, {self.path}, is stored in blocks of {width:,} x {height:,} pixels, far larger than itself.",
                    "The file is damaged, or made to do harm; save it anew with gdal_translate -co TILED=YES.",
                )

    def _packed(self, bands: Sequence[int]) -> bool:
        """Whether what is stored is no height yet: -9999 may be any."""
        return any((self.dataset.scales[band - 1], self.dataset.offsets[band - 1]) != (1.0, 0.0) for band in bands)

    def _alpha_is_a_colour(self) -> bool:
        for interpretation, description in zip(self.colours, self.descriptions, strict=True):
            if interpretation == ColorInterp.alpha:
                return bool(description) and not any(
                    word in description.lower() for word in ("alpha", "mask", "valid", "transparen", "opacity")
                )
        return False

    def _crs(self) -> CRS:
        hint = ASSIGN
        if self.dataset.crs is None:
            if self.dataset.gcps[0]:
                lies = "lies on no grid yet: it has ground control points only"
                raise InputError("crs-missing", f"{self.role}, {self.path}, {lies}.", "Bring it onto one first, with gdalwarp.")
            if self.dataset.rpcs:
                lies = "lies on no grid yet: it has the coefficients of its camera only (RPC)"
                raise InputError("crs-missing", f"{self.role}, {self.path}, {lies}.", "Bring it onto one first, with gdalwarp -rpc.")
            raise InputError("crs-missing", f"{self.role}, {self.path}, has no CRS.", hint)
        try:
            crs = CRS.from_wkt(self.dataset.crs.to_wkt())
        except (CRSError, RasterioError) as error:
            raise self._nobodys_crs() from error
        if crs.geodetic_crs is None:
            raise InputError("crs-missing", f"{self.role}, {self.path}, has a CRS that is not tied to the Earth ({crs.name}).", hint)
        if crs.is_geocentric:
            raise InputError("crs-missing", f"{self.role}, {self.path}, has a CRS without a map ({crs.name}).", hint)
        return crs

    def _grid(self) -> Grid:
        transform = self.dataset.transform
        if transform.is_degenerate or not all(map(np.isfinite, transform[:6])) or transform == Affine.identity():
            raise InputError(
                "grid-invalid",
                f"{self.role}, {self.path}, does not say where its pixels lie.",
                "Georeference it first, e.g. with gdalwarp.",
            )
        if "GEOLOCATION2" in self.dataset.tag_namespaces():  # as GDAL calls what it found out about latitudes of a netCDF file
            raise InputError(
                "grid-invalid",
                f"{self.role}, {self.path}, has rows that are not evenly spaced.",
                "Bring it onto even ones first, e.g. with CDO's remapbil.",
            )
        return Grid(horizontal(self.crs).to_wkt(), transform, self.dataset.width, self.dataset.height)


def _files(name: str, files: Iterable[str]) -> Iterator[str]:
    """What a raster of this name reads, each once: its `files` and, of a mosaic of mosaics, theirs."""
    seen: set[str] = set()
    waiting = deque(map(str, files))
    while waiting:
        file = waiting.popleft()
        if file in seen:
            continue
        seen.add(file)
        yield file
        if file != name and is_mosaic(file):
            with contextlib.suppress(RasterioError, OSError), formats.open_raster(file) as inner:
                waiting.extend(map(str, inner.files))


def _open(path: str, role: str) -> Any:
    file = Path(path)
    if not path:
        raise InputError("file-missing", f"{role} has no name.", "Name a raster file.")
    check_name(file, f"{role[0].lower()}{role[1:]}", "file-unreadable", "Rename the file.")
    if not path.startswith("/vsi") and ":" not in path[2:]:
        if not os.path.exists(file):  # not raising where a name is too long
            raise InputError("file-missing", f"{role}, {path}, does not exist.", "Check the path.")
        if not os.access(file, os.R_OK):
            raise InputError("file-unreadable", f"{role}, {path}, may not be read.", "Check the file's permissions.")
        if file.is_fifo() or file.is_socket() or file.is_char_device():  # GDAL would wait there for ever.
            raise InputError("file-unreadable", f"{role}, {path}, is no file but a pipe or a device.", "Save it as a file first.")
    if is_mosaic(path):
        mosaics.check_mosaic(path, role)
    try:
        with warnings.catch_warnings():
            # Said better by Raster, as an error.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            dataset = formats.open_raster(path)
    except (RasterioIOError, RasterioError, OSError) as error:
        if _SERVER.search(str(error)):
            raise InputError(
                "file-unreadable",
                f"{role}, {path}, cannot be read from its server ({_first_line(error)}).",
                "Check the address and the connection, or download the file and name that.",
            ) from error
        raise InputError(
            "not-a-raster",
            f"{role}, {path}, is not a raster that SIRAN can open ({_first_line(error)}).",
            formats.HINT,
        ) from error
    if dataset.count == 0:
        parts = ", ".join(dataset.subdatasets[:4])
        dataset.close()
        raise InputError(
            "not-a-raster",
            f"{role}, {path}, has no bands of its own.",
            f"Name one of its parts: {parts}." if parts else "Name a raster file.",
        )
    return dataset


def check_parts(raster: Raster, bands: Sequence[int], target: Grid) -> list[str]:
    """What there is to say of a mosaic's files. Raises InputError (file-missing) where one of them is not there, which a run would come to
    hours later.

    Only what lies under one of the target's places is looked for: a mosaic of a country has a hundred thousand files, and nobody who wants
    a valley needs to have all of them. What is missing between these places is found when it is reached.
    """
    if not is_mosaic(raster.path):
        return []
    stretched, files = "", dict[str, set[str]]()
    x, y = transform_points(target.crs, raster.grid.crs, *target.places())
    cols, rows = apply(~raster.grid.transform, raster.grid.longitudes(x), y)
    found = np.isfinite(cols) & np.isfinite(rows)
    cols, rows = cols[found], rows[found]
    bare = (cols > 0.5) & (cols < raster.grid.width - 0.5) & (rows > 0.5) & (rows < raster.grid.height - 0.5)
    for part in mosaics.parts(raster.path):
        left, top, right, bottom = part.rectangle
        # On the border between two of them only one is needed.
        inside = (left + 0.5 < cols) & (cols < right - 0.5) & (top + 0.5 < rows) & (rows < bottom - 0.5)
        if inside.any() and part.names and not any(map(os.path.exists, part.names)):
            raise InputError(
                "file-missing", f"{raster.role}, {raster.path}, is made of files of which {part.names[0]} does not exist.", COMPLETE
            )
        if inside.any() and part.stretched and part.names:
            stretched = Path(part.names[0]).name
        files.setdefault(part.band, set()).update(part.names)
        if part.band == str(bands[0]):
            bare &= ~((left - 1 <= cols) & (cols <= right + 1) & (top - 1 <= rows) & (rows <= bottom + 1))
    said = []
    if stretched:
        # So `gdalbuildvrt` does with tiles that begin anywhere, and with GLO-30 on either side of 50 degrees north.
        said.append(
            f"{raster.role}, {raster.name}, takes the nearest pixels of files whose own are larger or smaller, or lie between its own, as "
            f"of {stretched}: heights lie where they do not belong. Make it again with gdalbuildvrt -resolution highest -r cubic."
        )
    if files and bare.any() and raster.dataset.nodatavals[bands[0] - 1] is None and not raster.masked(bands):
        said.append(
            f"{raster.role}, {raster.name}, has no files for a part of the ground and declares no nodata: 0 is read there. Where that is "
            "not the sea, make it again with gdalbuildvrt -vrtnodata -9999."
        )
    if len(bands) == 1 < len(files) and len(set(map(frozenset, files.values()))) == len(files):
        said.append(
            f"{raster.role}, {raster.name}, has each file in a band of its own, and band {bands[0]} is that of one of them. For one raster "
            "of all, make it again without 'Place each input file into a separate band' (gdalbuildvrt without -separate)."
        )
    return said


def anywhere(path: str, *, made: bool = False) -> str:
    """What names the same from every folder: an absolute path of a file that is there, or that is to be `made`; GDAL's own names as they
    are."""
    return os.path.abspath(path) if made or os.path.exists(path) else path


def check_name(path: Path, role: str, code: str, hint: str) -> None:
    """Raises InputError where GDAL, which takes names for UTF-8, would look for another file than Python."""
    name = printable(path)
    if name == str(path):
        return
    if "\ufffd" in name:
        raise InputError(code, f"The name of {role}, {name}, is not UTF-8.", hint)
    taken = sys.getfilesystemencoding()
    raise InputError(
        code,
        f"The locale has Python take the name of {role}, {name}, for {taken}; it is UTF-8.",
        "Set the environment variable PYTHONUTF8 to 1.",
    )


def printable(path: Path) -> str:
    """A file's name, with a mark for each byte that is not UTF-8: old archives hold such names, GDAL and JSON do not."""
    return os.fsencode(path).decode("utf-8", "replace")


def _first_line(error: Exception) -> str:
    lines = str(error.__cause__ or error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _count(bands: int) -> str:
    return "1 band" if bands == 1 else f"{bands} bands"
