"""Feeds damaged text and damaged files to what reads them: the event parsers of both ends, the card parser, the raster opener.

    PYTHONPATH=. python tests/backend/fuzzing_for_tests.py SECONDS SEED

Prints how many examples each of them stood. The first that does not is made small, shown, and ends the program with status 1.
Rasters are opened in a process of their own, so that a crash inside GDAL, an endless loop and a hunger for memory are noticed.
"""

from __future__ import annotations

import contextlib
import json
import math
import queue
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from affine import Affine
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

import models_for_tests
from rasters_for_tests import UTM, image, terrain, write

from backend.card import ModelCard, card_from_json
from backend.errors import BackendError, CardError
from backend.events import Check, Comparison, Event, Failure, Log, Progress, Result, from_line, to_line
from siran_qgis import events as plugin

SECONDS_FOR_A_FILE = 20.0
MEMORY_FOR_A_FILE = 3 * 2**30
"""Bytes of address space beyond what the libraries take; a run may have as much."""

# --- text

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
_STRANGE = st.sampled_from([10**400, -(10**400), math.nan, math.inf, -math.inf, 1e308, "\ud800", "\x00", "NaN", "false"])
JSON = st.recursive(
    _SCALARS | _STRANGE, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=8
)
_GRID = {"crs": "X", "transform": [10, 0, 0, 0, -10, 0], "width": 3, "height": 2, "pixel_size": 10.0}
_EVENTS: tuple[Event, ...] = (
    Progress(0.25, "Tile 3 of 12"),
    Log("warning", "Höhe"),
    Result("/o.tif", _GRID, {"name": "m", "version": "1", "sha256": "ab"}, "CPU", 1.5, 6),
    Comparison(None, "/o.html", ["/e.tif"], 1.5, 6),
    Check("1", {"python": "3"}, [{}], {"name": "m"}, "CPU", ["CPU"], 2, True, 0.0, 0.01, 1.0),
    Failure("crs-missing", "a.tif has no CRS.", "Assign one."),
)


def _changed(values: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The same with some fields gone, some other, and some more."""
    other = st.dictionaries(st.sampled_from(sorted(values)) | st.text(max_size=8), JSON, max_size=3)
    return st.tuples(st.sets(st.sampled_from(sorted(values)), max_size=2), other).map(
        lambda change: {**{name: value for name, value in values.items() if name not in change[0]}, **change[1]}
    )


def _nested(depth: int) -> str:
    return '{"event":' * depth + "[" * depth + "]" * depth + "}" * depth


def _cut(text: str) -> st.SearchStrategy[str]:
    return st.tuples(st.integers(0, len(text)), st.text(max_size=5), st.integers(0, len(text))).map(
        lambda part: text[: part[0]] + part[1] + text[part[2] :]
    )


LINES = (
    st.text(max_size=60)
    | JSON.map(json.dumps)
    | st.sampled_from(_EVENTS).flatmap(lambda event: _changed(json.loads(to_line(event))).map(json.dumps))
    | st.sampled_from(_EVENTS).flatmap(lambda event: _cut(to_line(event)))
    | st.integers(1, 100_000).map(_nested)
)
_CARD = models_for_tests.card(training_data=[{"name": "a", "licence": "b", "attribution": "c"}], held_out={"areas": ["d"]})
CARDS = (
    st.text(max_size=60)
    | JSON.map(json.dumps)
    | _changed(json.loads(_CARD.to_json())).map(json.dumps)
    | _cut(_CARD.to_json())
    | st.integers(1, 100_000).map(_nested)
)


def check_line(line: str) -> None:
    """Both ends make an event of a line, or say that it is none."""
    event: Event | None = None
    with contextlib.suppress(ValueError):
        event = from_line(line)
    assert event is None or isinstance(event, (Progress, Log, Result, Comparison, Check, Failure))
    seen = plugin.parse(line)
    assert not isinstance(seen, plugin.Progress) or 0.0 <= seen.fraction <= 1.0


def check_card(text: str) -> None:
    """A card is refused, or one that a run can work with and that says the same again."""
    try:
        card = card_from_json(text)
    except CardError as error:
        assert error.message and error.hint
        return
    assert card_from_json(card.to_json()).to_json() == card.to_json()
    assert 1 <= card.ratio < math.inf and card.size_multiple >= 1 and card.halo >= 0
    assert all(isinstance(entry, dict) for entry in card.training_data)
    for part in fields(ModelCard):
        json.dumps(getattr(card, part.name), ensure_ascii=False).encode()


# --- files


def sound(folder: Path) -> list[Path]:
    """Small whole rasters, of the formats that DEMs and images come in, and what stands beside one of them, to be damaged."""
    heights = terrain(40, 48).astype(np.float32)
    heights[5:9, 5:9] = -9999
    fine = Affine(10, 0, 600_000, 0, -10, 5_200_000)
    names = {"descriptions": ("NIR", "Red", "Green"), "transform": fine}
    tiles = {"tiled": True, "blockxsize": 16, "blockysize": 16}
    files = [
        write(folder / "plain.tif", heights, nodata=-9999),
        write(folder / "deflate.tif", heights, nodata=-9999, compress="deflate", predictor=3, **tiles),
        write(folder / "lzw.tif", heights.astype(np.int16), nodata=-32768, compress="lzw", predictor=2),
        write(folder / "zstd.tif", heights.astype(np.float64), compress="zstd", BIGTIFF="YES"),
        write(folder / "bits.tif", image(40, 48).astype(np.uint8), compress="packbits", interleave="band", **names),
        write(
            folder / "jpeg.tif", (image(48, 48) / 20).astype(np.uint8), compress="jpeg", photometric="ycbcr", interleave="pixel", **names
        ),
        write(folder / "lerc.tif", heights, compress="lerc", **tiles),
    ]
    with rasterio.open(files[0]) as source:
        for ending, driver, kind in (
            ("asc", "AAIGrid", "float32"), ("img", "HFA", "float32"), ("bil", "EHdr", "int16"), ("png", "PNG", "uint16"),
            ("jp2", "JP2OpenJPEG", "uint16"), ("rst", "RST", "float32"), ("sdat", "SAGA", "float32"), ("bt", "BT", "float32"),
            ("gpkg", "GPKG", "float32"), ("pix", "PCIDSK", "float32"), ("img", "ENVI", "float32"),
        ):  # fmt: skip
            path = folder / f"{driver}.{ending}"
            profile = {"width": 48, "height": 40, "count": 1, "dtype": kind, "crs": UTM, "transform": source.transform}
            with contextlib.suppress(rasterio.errors.RasterioError), rasterio.open(path, "w", driver=driver, **profile) as made:
                made.write(np.abs(source.read(1)).astype(kind), 1)
            if path.exists():
                files.append(path)
    with contextlib.suppress(rasterio.errors.RasterioError):
        rasterio.shutil.copy(str(files[0]), str(folder / "heights.nc"), driver="netCDF")
        files.append(folder / "heights.nc")
    (folder / "mosaic.vrt").write_text(
        f'<VRTDataset rasterXSize="48" rasterYSize="40"><SRS>{UTM}</SRS><GeoTransform>600000,30,0,5200000,0,-30</GeoTransform>'
        '<VRTRasterBand dataType="Float32" band="1"><NoDataValue>-9999</NoDataValue><SimpleSource>'
        '<SourceFilename relativeToVRT="1">plain.tif</SourceFilename><SourceBand>1</SourceBand><SrcRect xOff="0" yOff="0" xSize="48" '
        'ySize="40"/><DstRect xOff="0" yOff="0" xSize="48" ySize="40"/></SimpleSource></VRTRasterBand></VRTDataset>'
    )
    # What a format cannot hold stands beside the file, and can be damaged as well.
    return [*files, *folder.glob("PNG.png.aux.xml"), folder / "mosaic.vrt"]


_PLACE = st.floats(0, 1) | st.integers(0, 400)
"""Where: a share of the file, or a byte of its head."""
_EXTREMES = [b"\x00", b"\xff", b"\x7f", b"\xff\xff", b"\x00\x00", b"\xff\x7f", b"\xff" * 4, b"\xff\xff\xff\x7f", b"\0" * 4, b"\xff" * 8]
DAMAGE = st.lists(
    st.tuples(st.just("flip"), _PLACE, st.integers(0, 7))
    | st.tuples(st.just("put"), _PLACE, st.sampled_from(_EXTREMES) | st.binary(min_size=1, max_size=8))
    | st.tuples(st.just("insert"), _PLACE, st.binary(min_size=1, max_size=9) | st.just(b"9" * 9))
    | st.tuples(st.just("drop"), _PLACE, st.integers(1, 40))
    | st.tuples(st.just("cut"), _PLACE, st.none()),
    min_size=1,
    max_size=5,
)


def damaged(content: bytes, damage: list[tuple[str, float | int, Any]]) -> bytes:
    """`content` after each of these happened to it."""
    made = bytearray(content)
    for what, where, value in damage:
        at = min(int(where * len(made)) if isinstance(where, float) else where, max(0, len(made) - 1))
        if what == "flip" and made:
            made[at] ^= 1 << value
        elif what == "put":
            made[at : at + len(value)] = value
        elif what == "insert":
            made[at:at] = value
        elif what == "drop":
            del made[at : at + value]
        elif what == "cut":
            del made[at:]
    return bytes(made)


class Opener:
    """A process that opens rasters; a new one after each that died of one. `files` are whole, `opened` counts what could be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = [(path, path.read_bytes()) for path in sound(folder)]
        self.opened = self.refused = 0
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[str] = queue.Queue()

    def check(self, number: int, damage: list[tuple[str, float | int, Any]]) -> None:
        """A damaged raster is opened and read, or refused with a sentence."""
        path, content = self.files[number % len(self.files)]
        path.write_bytes(damaged(content, damage))
        try:
            answer = self.ask(path.with_name(path.name.removesuffix(".aux.xml")))
        finally:
            path.write_bytes(content)
        assert answer in ("opened", "refused"), f"{path.name}, {damage}: {answer}"
        self.opened += answer == "opened"
        self.refused += answer == "refused"

    def ask(self, path: Path) -> str:
        """`opened`, `refused`, or what else happened."""
        if self._process is None:
            command = [sys.executable, str(Path(__file__)), "--open"]
            root = Path(__file__).parents[2]
            self._process = subprocess.Popen(
                command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                env={"PYTHONPATH": str(root), "PATH": ""},
            )  # fmt: skip
            self._answers = queue.Queue()
            threading.Thread(target=self._listen, args=(self._process, self._answers), daemon=True).start()
            assert self._answers.get(timeout=120) == "ready"
        assert self._process.stdin is not None
        print(path, file=self._process.stdin, flush=True)
        try:
            answer = self._answers.get(timeout=SECONDS_FOR_A_FILE)
        except queue.Empty:
            self.close()
            return f"no answer within {SECONDS_FOR_A_FILE:g} s"
        if not answer:
            status = self._process.wait()
            self.close()
            return f"the process ended with status {status}"
        return answer

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @staticmethod
    def _listen(process: subprocess.Popen[str], answers: queue.Queue[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            answers.put(line.strip())
        answers.put("")


def open_for_ever() -> None:
    """What the process of `Opener` does: a path comes in on each line, a word goes out."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + MEMORY_FOR_A_FILE,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print("ready", flush=True)
    for line in sys.stdin:
        try:
            _use(line.rstrip("\n"))
        except BackendError as error:
            print("refused" if error.message else "refused without a word", flush=True)
        except BaseException as error:
            print(f"{type(error).__name__}: {' '.join(str(error).split())}", flush=True)
        else:
            print("opened", flush=True)


def _use(path: str) -> None:
    """What a run does with a raster before it has a model, as DEM and as guide."""
    from backend import guide
    from backend.elevation import Elevation
    from backend.grid import target_grid
    from backend.rasters import Raster
    from backend.windows import Window

    with rasterio.Env(GDAL_PAM_ENABLED="NO", GDAL_CACHEMAX=256), Raster(path, "The DEM") as raster:
        raster.check_band(1, "--band")
        grid = target_grid(raster.grid, ratio=3)
        str(grid), grid.to_event(), raster.dataset.files, raster.dataset.tags(), raster.dataset.tags(1)
        heights, known = Elevation(raster, 1, grid).read(Window(0, 0, 64, 64), 8)
        assert np.isfinite(heights).all() and heights.shape == known.shape
        bands = guide.choose_bands(raster, None if raster.bands > 2 else (1, 1, 1))
        light, _ = guide.Guide(raster, bands, grid).read(Window(0, 0, 64, 64))
        assert light.shape == (3, 64, 64)


def _address_space() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * 4096


# --- by hand


def for_seconds(seconds: float, chance: int) -> dict[str, int]:
    """Runs all of them in turn until the time is over; how many examples each stood."""
    counted = {"lines": 0, "cards": 0, "rasters": 0}
    drawn = random.Random(chance)
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(Opener(Path(folder))) as opener:
        while time.monotonic() < end:
            for name, check, arguments, examples in (
                ("lines", check_line, (LINES,), 2000),
                ("cards", check_card, (CARDS,), 2000),
                ("rasters", opener.check, (st.integers(0, len(opener.files) - 1), DAMAGE), 1000),
            ):
                _examples(check, arguments, examples, drawn.getrandbits(32))
                counted[name] += examples
        return {**counted, "of them opened": opener.opened, "of them refused": opener.refused}


def _examples(check: Callable[..., None], arguments: tuple[Any, ...], examples: int, chance: int) -> None:
    options = settings(max_examples=examples, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    seed(chance)(options(given(st.tuples(*arguments))(lambda drawn: check(*drawn))))()


if __name__ == "__main__":
    if sys.argv[1:] == ["--open"]:
        open_for_ever()
    else:
        started = time.monotonic()
        stood = for_seconds(float(sys.argv[1]), int(sys.argv[2]))
        print(json.dumps({**stood, "seconds": round(time.monotonic() - started)}))
