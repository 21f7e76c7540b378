"""The output appears under its name when it is whole, and not before.

Until then it lies beside that name, hidden, in files that share a prefix nobody else uses: first a plain tiled GeoTIFF, which takes
tiles in any order, then the Cloud Optimized GeoTIFF that is made from it. Renaming within one folder is atomic.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import stat
import tempfile
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio._err import CPLE_BaseError
from rasterio.env import getenv, hasenv
from rasterio.errors import RasterioError
from rasterio.shutil import copy as rasterio_copy
from rasterio.windows import Window as RasterioWindow

from backend import beside, descriptions
from backend.cancel import Cancel
from backend.errors import BackendError, InputError, ResourceError, disk_full, file_too_large, no_room
from backend.grid import Grid
from backend.rasters import ONE_AT_A_TIME, check_name
from backend.together import Name
from backend.windows import Window

NODATA = -9999.0
_BESIDE_NODATA = np.float32(NODATA + 0.01)
"""GDAL takes what differs from a float's nodata by 2 of 10 million, 5 mm, for nodata too."""
ENDINGS = (".tif", ".tiff")
_BLOCK = 512
_BYTES_PER_PIXEL = 4 * 2.5
"""The plain file, the compressed one and its overviews, at worst."""
_LARGEST_EVERYWHERE = 2**32
"""Bytes from which on not every disk can hold a file (FAT32)."""
_NO_SUCH_CALL = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EROFS)
"""What disks on a network may answer that cannot be told to write at once."""
_READ_BACK = {"GDAL_CACHEMAX": 32 * 2**20}
"""A window ends within blocks, which are read again with the next one; memory still depends on the tile and not on the raster."""
_SIDECARS = (".aux.xml", ".ovr", ".msk")
"""What GDAL may have written beside an older file of the same name; it does not fit the new one."""


def output_path(name: str, option: str) -> Path:
    """Where the output that `option` names is to lie: of a link, what it leads to, so that it stays one. Raises InputError."""
    if not name:
        raise InputError("option-invalid", f"The name of an output is empty ({option}).", "Name a file.")
    try:
        path = Path(name).absolute()
    except FileNotFoundError as error:
        raise InputError(
            "output-folder",
            f"The output's name, {name}, refers to a folder that does not exist any more, the one that this runs in.",
            "Change to another folder, or name the output from the root on.",
        ) from error
    return Path(os.path.realpath(path)) if os.path.islink(path) else path


def check_output(path: Path, inputs: Mapping[str, str], *, overwrite: bool, endings: Sequence[str] = ENDINGS) -> None:
    """Refuses an output that cannot or should not be written, or has none of the `endings`; writes nothing. Raises InputError."""
    if path.suffix.lower() not in endings:
        kind = "The output is a GeoTIFF; name it so." if endings == ENDINGS else f"Name it {path.stem}{endings[0]}."
        raise InputError("option-invalid", f"The output, {path}, does not end in {endings[0]}.", kind)
    _check_name(path)
    for role, name in inputs.items():
        if _same(path, Path(name)):
            raise InputError("output-is-input", f"The output, {path}, is also {role}.", "Name another output.")
    folder = path.parent
    if not os.path.isdir(folder):
        raise InputError("output-folder", f"The folder {folder} does not exist.", "Create it, or name another output.")
    if os.path.isdir(path):
        raise InputError("output-exists", f"{path} is a folder.", "Name another output.")
    if os.path.exists(path):  # False where nobody may look
        if not overwrite:
            raise _exists(path)
        _check_ours(path)
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(
            "output-folder", f"Nothing can be written to the folder {folder} ({error.strerror}).", "Name another output."
        ) from error


def _check_ours(path: Path) -> None:
    """In a folder like /tmp a file can be replaced by its owner or the folder's alone. Raises InputError."""
    folder = path.parent.stat()
    if folder.st_mode & stat.S_ISVTX and hasattr(os, "geteuid") and os.geteuid() not in (0, folder.st_uid, path.stat().st_uid):
        raise InputError(
            "output-folder", f"The output, {path}, belongs to another user, who alone may replace it there.", "Name another output."
        )


def check_sources(path: Path, role: str, name: str, files: Iterable[str]) -> None:
    """Refuses an output that is one of the `files` that an open raster reads, as a mosaic (VRT) does. Raises InputError."""
    if any(_same(path, Path(part)) for file in files for part in _named(file)):
        raise InputError("output-is-input", f"The output, {path}, is read by {role}, {name}.", "Name another output.")


def keeps_crs(crs: str) -> bool:
    """Whether a GeoTIFF can say this CRS (WKT). It has no words for a projected CRS with heights above the ellipsoid, or a rotated pole."""
    with rasterio.Env(GDAL_PAM_ENABLED="NO"), rasterio.MemoryFile() as memory:
        try:
            asked = rasterio.CRS.from_wkt(crs)
        except RasterioError:
            return False
        profile = {"driver": "GTiff", "width": 1, "height": 1, "count": 1, "dtype": "uint8"}
        with memory.open(**profile, crs=asked, transform=Affine(2, 0, 0, 0, -2, 0)):
            pass
        with memory.open() as made:
            said = made.crs
    return said is not None and len(CRS.from_wkt(said.to_wkt()).axis_info) == len(CRS.from_wkt(crs).axis_info)


def check_space(path: Path, pixels: int, more: int = 0) -> None:
    """Raises ResourceError (disk-full) where the disk cannot hold an output of so many pixels and what it is made from, and `more`."""
    needed, free = pixels * _BYTES_PER_PIXEL + more, shutil.disk_usage(path.parent).free
    if needed > free:
        raise ResourceError(
            "disk-full",
            f"{path.parent} has {_bytes(free)} free; the output needs up to {_bytes(needed)} while it is made.",
            "Free some space, name an output on another disk, or limit --extent.",
        )
    if pixels * 4 >= _LARGEST_EVERYWHERE:
        _check_file_size(path, pixels * 4)


def _check_file_size(path: Path, size: int) -> None:
    """Makes a file of so many bytes, which hold no place on a disk that takes them, and removes it. Raises ResourceError (disk-full)."""
    with tempfile.TemporaryFile(dir=path.parent) as file:
        try:
            file.truncate(size)
        except OSError as error:
            if error.errno == errno.EFBIG:
                raise file_too_large(path) from error


def _bytes(count: float) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


class Output:
    """Takes windows, in any order, from one thread; `finish` gives it its name, leaving the context without that removes it.

    `finish` is `prepare`, `take_name` and `clear_beside`; backend/together.py takes the latter for several files at once.
    """

    def __init__(
        self,
        path: Path,
        grid: Grid,
        *,
        crs: str,
        unit: str,
        tags: Mapping[str, str],
        threads: int,
        overwrite: bool = True,
        description: str = descriptions.ELEVATION,
    ) -> None:
        self.path = path
        self._prefix = beside.prefix_of_run(path)
        self._plain = path.with_name(f"{self._prefix}plain.tif")
        self._whole = path.with_name(f"{self._prefix}whole.tif")
        self._older = path.with_name(f"{self._prefix}older.tif")
        self._name = Name(path, self._whole, self._older, overwrite=overwrite)
        self._threads = threads
        self._pixels = grid.pixels
        self._written = 0
        self.known = False
        """Whether a pixel with a value was written."""
        self._done: dict[Window, int | None] = {}
        """What was written of each window, by its sum; None where nothing is known."""
        self._dataset: Any = None
        with self._reporting():
            self._dataset = rasterio.open(
                self._plain,
                "w+",
                driver="GTiff",
                width=grid.width,
                height=grid.height,
                count=1,
                dtype="float32",
                crs=rasterio.CRS.from_wkt(crs),
                transform=grid.transform,
                nodata=NODATA,
                tiled=True,
                blockxsize=_BLOCK,
                blockysize=_BLOCK,
                BIGTIFF="IF_SAFER",
                SPARSE_OK="TRUE",
            )
            self._dataset.update_tags(**tags)
            self._dataset.set_band_description(1, description)
            self._dataset.set_band_unit(1, unit)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if self._dataset is not None:
                self._dataset.close()
        except RasterioError:
            if kind is None:
                raise
        finally:
            self.remove()

    def tag(self, tags: Mapping[str, str]) -> None:
        """Adds to what it says about itself. Before `prepare`, and while nobody writes."""
        with self._reporting():
            self._dataset.update_tags(**tags)

    def write(self, window: Window, values: NDArray[np.float32], known: NDArray[np.bool_]) -> None:
        """Writes a window that was not written before."""
        if window in self._done:
            raise BackendError(f"The window {window} was made twice.")
        self._done[window] = None
        self._written += window.width * window.height
        if known.any():
            self.known = True
            # As it is read again, whatever a model's numbers are.
            heights = np.where(np.abs(values - np.float32(NODATA)) < _BESIDE_NODATA - NODATA, _BESIDE_NODATA, values)
            written = np.ascontiguousarray(np.where(known, heights, NODATA), np.float32)
            self._done[window] = zlib.crc32(written.data)
            with self._reporting(), ONE_AT_A_TIME:
                self._dataset.write(written, 1, window=_in_file(window))

    def read(self, window: Window) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """What was written of a window, and where it has a value. Before `prepare`, and while nobody writes."""
        with self._reporting(), ONE_AT_A_TIME:
            values = self._dataset.read(1, window=_in_file(window))
        return values, values != np.float32(NODATA)

    def finish(self, cancel: Cancel | None = None) -> None:
        """Compresses it, adds overviews and gives it its name. Raises BackendError where pixels are missing, or Cancelled."""
        self.prepare(cancel)
        self.take_name()
        self.clear_beside()

    def prepare(self, cancel: Cancel | None = None) -> None:
        """Compresses it, adds overviews and reads all of it once; what is left to do takes no time and no space.

        Raises as `finish` does, and ResourceError where the disk is full or does not hold what was written."""
        if self._written != self._pixels:
            raise BackendError(f"{self._written} of {self._pixels} pixels were made.")
        with self._reporting():
            self._dataset.close()
            self._compress(cancel or Cancel())
            self._check(cancel or Cancel())
            self._plain.unlink()

    def keep_older(self) -> None:
        """Keeps what has its name, for `give_back`; `remove` forgets it."""
        with self._reporting():
            self._name.keep_older()

    def take_name(self) -> None:
        """Gives it its name. Raises InputError (output-exists) where that is taken and must not be."""
        with self._reporting():
            try:
                self._name.take()
            except FileExistsError as error:
                raise _exists(self.path) from error
            except PermissionError as error:
                raise ResourceError(
                    "output-open",
                    f"{self.path} cannot be replaced ({error.strerror}): another program may have it open, or the folder may not be "
                    "written to.",
                    "Close what shows it (in QGIS remove its layer), look at the folder's permissions, or name another output.",
                ) from error

    def give_back(self) -> None:
        """Undoes `take_name`: what `keep_older` kept has its name again, or nothing has."""
        self._name.give_back()

    def clear_beside(self) -> None:
        """Removes what belongs to an older file of its name."""
        for ending in _SIDECARS:
            with contextlib.suppress(OSError):
                self.path.with_name(self.path.name + ending).unlink()

    def _compress(self, cancel: Cancel) -> None:
        """In a thread: GDAL takes a minute for a large file and cannot be interrupted. After a stop it is left to itself."""
        cancel.check()
        failures: list[BaseException] = []
        options = getenv() if hasenv() else {}

        def copy() -> None:
            try:
                with rasterio.Env(**options):
                    rasterio_copy(
                        str(self._plain),
                        str(self._whole),
                        driver="COG",
                        COMPRESS="DEFLATE",
                        PREDICTOR="FLOATING_POINT",
                        BLOCKSIZE=_BLOCK,
                        OVERVIEWS="AUTO",
                        OVERVIEW_RESAMPLING="AVERAGE",
                        BIGTIFF="IF_SAFER",
                        NUM_THREADS=self._threads,
                    )
            except BaseException as error:
                failures.append(error)
            finally:
                if cancel.requested:
                    self.remove()

        thread = threading.Thread(target=copy, name="compress", daemon=True)
        thread.start()
        while thread.is_alive():
            cancel.check()
            thread.join(0.05)
        cancel.check()
        if failures:
            raise failures[0]

    def _check(self, cancel: Cancel) -> None:
        """GDAL writes the last blocks of a file as it closes it, and then tells nobody that a disk is full. Raises OSError."""
        with open(self._whole, "r+b") as file:
            try:
                os.fsync(file.fileno())
            except OSError as error:
                if error.errno not in _NO_SUCH_CALL:
                    raise
        with rasterio.Env(**_READ_BACK), rasterio.open(self._whole) as dataset:
            for window, written in self._done.items():
                cancel.check()
                if written is not None and zlib.crc32(dataset.read(1, window=_in_file(window))) != written:
                    raise OSError("other values are read from it than were written to it")
            levels = range(len(dataset.overviews(1)))
        for level in levels:
            with rasterio.open(self._whole, overview_level=level) as overview:
                for _, block in overview.block_windows(1):
                    cancel.check()
                    overview.read(1, window=block)

    def remove(self) -> None:
        """Removes what lies beside the output's name. Can be called at any time, from any thread."""
        for file in self.path.parent.glob(f"{_escaped(self._prefix)}*"):
            if self._name.stuck and file == self._older:
                continue
            try:
                file.unlink(missing_ok=True)
            except OSError:  # Windows keeps open files; the process's end closes them.
                continue

    def _reporting(self) -> Reporting:
        return Reporting(self.path)


class Reporting:
    """Says which disk is full, and which file cannot be written, in place of GDAL's words."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        # GDAL's own errors come through copies unchanged.
        if not isinstance(error, (RasterioError, OSError, CPLE_BaseError)):
            return
        if said := no_room(self._path, getattr(error, "errno", None)):
            raise said from error
        with contextlib.suppress(OSError):  # the folder is gone, with its disk
            if shutil.disk_usage(self._path.parent).free < 2**24:
                raise disk_full(self._path) from error
            _check_beside(self._path)
        raise ResourceError(
            "internal", f"{self._path} cannot be written ({str(error).rstrip('.')}).", "Name an output in another folder."
        ) from error


def _check_beside(path: Path) -> None:
    """Whether the system lets more be written beside an output, where GDAL does not say. Raises ResourceError, and OSError."""
    written = [one.path for one in beside.belonging_to(path) if not one.holds_older and one.path.is_file()]
    _check_file_size(path, max((file.stat().st_size for file in written), default=0) + _BLOCK**2 * 4)
    with tempfile.TemporaryFile(dir=path.parent, buffering=0) as probe:
        try:
            probe.write(bytes(2**16))
        except OSError as error:  # a quota
            if said := no_room(path, error.errno):
                raise said from error


def _check_name(path: Path) -> None:
    check_name(path, "the output", "option-invalid", "Name another output.")
    try:
        path.lstat()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise InputError("option-invalid", f"The output's name, {path.name}, is too long.", "Name another output.") from error


def _exists(path: Path) -> InputError:
    return InputError("output-exists", f"{path} exists.", "Name another output, or pass --overwrite.")


def _named(file: str) -> Iterator[str]:
    """The file, and those that GDAL's name for a part of one may hold: /vsisubfile/0_99,/tmp/z.tif, GTIFF_DIR:1:z.tif."""
    yield file
    for match in re.finditer(r"[,:]|^/vsi[^/]+/", file):
        yield file[match.end() :].strip('"')


def _in_file(window: Window) -> RasterioWindow:
    return RasterioWindow(window.col, window.row, window.width, window.height)


def _same(a: Path, b: Path) -> bool:
    try:
        return os.path.exists(a) and os.path.exists(b) and a.samefile(b)
    except OSError:
        return False


def _escaped(text: str) -> str:
    """For glob: a file's name may hold brackets."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in text)
