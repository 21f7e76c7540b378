"""The tiles of a run, from input to output:

    read both rasters -> engine -> back-projection -> cut off the halo -> keep -> write

One thread reads ahead, the caller's thread runs the engine, one thread writes; queues of a few tiles lie between. So memory depends on
the tile, never on the raster. Tiles that a stopped run had finished are taken from the journal instead.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.env import getenv

from backend import image_gaps
from backend.back_projection import BackProjection
from backend.cancel import Cancel
from backend.doubts import Doubts, light
from backend.elevation import HIGHEST, SAY_UNIT, Elevation
from backend.engines import Engine
from backend.errors import InputError, ResourceError
from backend.events import Log, Progress, Sink
from backend.guide import Guide
from backend.halving import means
from backend.journal.journal import Journal, Kept, Noted
from backend.orientations import COUNT, over_orientations
from backend.output import Reporting
from backend.outputs import Outputs
from backend.report.gathered import Gathered
from backend.stopwatch import Stopwatch
from backend.windows import Tile, Window

ELEVATION, UNCERTAINTY, DIFFERENCE = "elevation", "uncertainty", "difference"
"""Rasters of a run; the first is always made."""
_AHEAD = 2
"""Tiles that wait between two threads."""
_WAIT = 0.05
"""Seconds between two looks at whether somebody wants to stop."""
_STEP = 2.0**-13
"""Metres, 0.12 mm, that heights are rounded to: a sea at 0 stays at 0, where a sum of cubic weights in float32 leaves millionths."""
_PATIENCE = 20.0
"""Seconds without a tile from the reader after which a user should know what is waited for. No tile takes as long to read."""

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
T = TypeVar("T")


@dataclass
class _Read:
    """What the reader made of a tile. `dem`, `guide` and `guide_valid` cover `tile.read` and `shown` its core, all in the model's pixels;
    `known` and `cubic` cover the core in the output's.

    `dem` is what the model is given, metres above `base`, on pixels of `pixel_size` metres, `shown` and `cubic` what cubic resampling
    makes: two things where heights are rounded.
    `counts` covers what the model is given, and is where the DEM is known and a result is looked at: in the core, and around it as far as
    back-projection goes.
    `guided`: how many pixels of the core are known, and under the guide; `light` as doubts.light has it.
    `cells` are those of the DEM itself that the model's result is brought back to, (1, h, w) and (h, w); None where it is left as it is.
    """

    tile: Tile
    dem: Floats
    base: float
    pixel_size: float
    shown: Floats
    cubic: Floats
    known: Bools
    guide: Floats
    guide_valid: Floats
    counts: Bools
    guided: int
    light: tuple[int, int]
    cells: tuple[NDArray[np.float64], Bools] | None


@dataclass
class _Made:
    """What is written of a tile, and whether it comes from the journal."""

    core: Window
    kept: Kept
    old: bool = False


_Next = _Read | _Made


@dataclass
class Pipeline:
    """The model runs on pixels of which `times` lie along an edge of the output's; `halo`, `seen` (the DEM on its grid) and `guide` are of
    these.

    `wanted` are the names of the rasters that are made, those of `outputs` and what `gathered` wants; progress goes up to `share`.

    `gap_reach` and `size_multiple` are the `reach` and the `multiple` of backend/image_gaps.py.
    `thorough`: the model runs on each tile in all orientations (backend/orientations.py).
    """

    work: list[Tile]
    times: int
    halo: int
    elevation: Elevation
    seen: Elevation
    back_projection: BackProjection | None
    guide: Guide | None
    engine: Engine
    dem_error: float
    gap_reach: int
    size_multiple: int
    thorough: bool
    wanted: list[str]
    outputs: Outputs
    gathered: Gathered | None
    journal: Journal | None
    sink: Sink
    share: float
    cancel: Cancel
    stopwatch: Stopwatch
    pixels_made: int = field(default=0, init=False)
    """Of the output, in this run: not by an earlier one that did not end."""
    doubts: Doubts = field(default_factory=Doubts, init=False)
    guided: int = field(default=0, init=False)
    """Pixels of the tiles made so far on which the DEM and the guide are known."""
    _ran: int = field(default=0, init=False)
    _told: float = field(default=0.0, init=False)
    _telling: threading.Lock = field(default_factory=threading.Lock, init=False)

    def run(self) -> None:
        """Makes all tiles. Raises BackendError."""
        to_run: queue.Queue[_Next | None] = queue.Queue(_AHEAD)
        # One that hangs in a read lets nobody write: what was read before must have room, or nobody would tell of it.
        to_write: queue.Queue[_Made | None] = queue.Queue(2 * _AHEAD)
        failures: list[BaseException] = []
        stop = threading.Event()
        options = getenv()

        def read() -> None:
            for item in self._read_all():
                if not _put(to_run, item, stop):
                    return
            _put(to_run, None, stop)

        def write() -> None:
            done = 0
            while (item := _get(to_write, stop)) is not None:
                self._write(item)
                done += 1
                self._tell(done, f"Tile {done} of {len(self.work)}")

        def guarded(work: Callable[[], None]) -> Callable[[], None]:
            def target() -> None:
                try:
                    with rasterio.Env(**options):
                        work()
                except BaseException as error:
                    failures.append(error)
                    stop.set()

            return target

        threads = [threading.Thread(target=guarded(work), name=work.__name__, daemon=True) for work in (read, write)]
        for thread in threads:
            thread.start()
        try:
            while not stop.is_set() and (item := self._next(to_run, stop)) is not None:
                _put(to_write, item if isinstance(item, _Made) else self._make(item), stop, self.cancel)
                self._ran += 1
            _put(to_write, None, stop, self.cancel)
            while threads[1].is_alive():
                self.cancel.check()
                threads[1].join(_WAIT)
        except MemoryError as error:
            raise _too_large() from error
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        if failures:
            if isinstance(failures[0], MemoryError):
                raise _too_large() from failures[0]
            raise failures[0]

    def _tell(self, tiles: float, text: str) -> None:
        """How far the run is. Two threads tell: what the one that is behind says is left out, so that it never goes back."""
        with self._telling:
            if tiles > self._told:
                self._told = tiles
                self.sink(Progress(self.share * tiles / len(self.work), text))

    def _turned(self, orientations: int) -> None:
        """So many are done of the tile that the model runs on: one takes minutes."""
        self.cancel.check()
        if orientations < COUNT:
            self._tell(self._ran + orientations / COUNT, f"Tile {self._ran + 1} of {len(self.work)}")

    def _next(self, to_run: queue.Queue[_Next | None], stop: threading.Event) -> _Next | None:
        """What the reader has ready; None at the end, or where `stop` was set. Says so where that takes long. Raises Cancelled."""
        begun, patience = time.monotonic(), _PATIENCE
        while not stop.is_set():
            self.cancel.check()
            with contextlib.suppress(queue.Empty):
                return to_run.get(timeout=_WAIT)
            waited = time.monotonic() - begun
            if waited > patience:
                patience *= 4
                self.sink(Log("warning", f"The disk or server of the inputs has not answered for {waited:.0f} s; still waiting for it."))
        return None

    def _read_all(self) -> Iterator[_Next]:
        for tile in self.work:
            with self.stopwatch.at_work("reading"):
                item = self._finished(tile.core) or self._read(tile)
            yield item

    def _finished(self, core: Window) -> _Made | None:
        if self.journal is None or core not in self.journal.finished:
            return None
        kept = self.journal.load(core, self.wanted)
        if kept is not None:
            self.elevation.note(kept.noted.lowest, kept.noted.highest, beyond=kept.noted.beyond)
        return None if kept is None else _Made(core, kept, old=True)

    def _read(self, tile: Tile) -> _Read:
        heights, known = self.elevation.read_exactly(tile.read, self.halo)
        # In float32 heights of 5,000 m are rounded to half a millimetre. There are places where a model makes centimetres of that.
        base = float(np.rint(heights[known].mean())) if known.any() else 0.0
        dem = (heights - base).astype(np.float32)
        cut, guided, lit = tile.read.cut(tile.core), 0, (0, 0)
        window, core, grid = tile.read.split(self.times), tile.core.split(self.times), self.seen.sampler.target
        # Of degrees and of Web Mercator it differs from place to place: one for all of an output would be another one for a part of it.
        pixel_size = grid.pixel_size_in(grid.window(core))
        looked_at = window.cut(core.widened(self.back_projection.reach if self.back_projection else 0).within(window))
        counts = np.zeros((window.height, window.width), np.bool_)
        counts[looked_at] = known.repeat(self.times, axis=0).repeat(self.times, axis=1)[looked_at]
        known, cubic = known[cut], _above(base, dem[cut])
        shown = cubic
        if known.any() and self.times > 1:
            dem = (self.seen.read_exactly(window, self.halo)[0] - base).astype(np.float32)
            shown = _above(base, dem[window.cut(core)])
        if known.any() and (added := self.seen.before_rounding(window)) is not None:
            dem = dem + added
        image = np.zeros((3, *dem.shape), np.float32)
        valid = np.zeros(dem.shape, np.float32)
        if self.guide is not None and known.any():
            image, seen = self.guide.read(window)
            valid = seen.astype(np.float32)
            under = known & (means(valid, self.times)[cut] > 0)
            guided = int(np.count_nonzero(under)) if image_gaps.looked_at(valid) else 0
            lit = light(means(image, self.times)[:, *cut], under, cubic, self.times * pixel_size)
        cells = None
        if self.back_projection is not None and known.any() and (under_it := self.back_projection.cells(core)) is not None:
            cells = self.elevation.read_metres(under_it)
        return _Read(tile, dem, base, pixel_size, shown, cubic, known, image, valid, counts, guided, lit, cells)

    def _make(self, item: _Read) -> _Made:
        with self.stopwatch.at_work("running the model"):
            made = self._values(item)
        values = {name: self.elevation.from_metres(metres) for name, metres in made.items()}
        dem, (ground, blinded) = self.elevation, item.light
        noted = Noted(dem.lowest, dem.highest, dem.beyond, ground, blinded)
        return _Made(item.tile.core, Kept(values, item.known, item.guided, noted))

    def _values(self, item: _Read) -> dict[str, Floats]:
        """The core of a tile for each wanted raster, metres."""
        read, core = item.tile.read.split(self.times), item.tile.core.split(self.times)
        if not item.known.any():
            return dict.fromkeys(self.wanted, item.cubic)
        run = over_orientations(self.engine.run, self._turned) if self.thorough else self.engine.run
        given = item.dem, item.guide, item.guide_valid, item.pixel_size, self.dem_error
        above, sigma = image_gaps.made(run, *given, counts=item.counts, reach=self.gap_reach, multiple=self.size_multiple)
        heights = _above(item.base, above)
        inside = heights[read.cut(core)]
        if self.back_projection is not None and item.cells is not None:
            inside = inside + self.back_projection.correction(heights, read, core, *item.cells)
            inside = self.back_projection.held_level(inside, item.shown, core, *item.cells)
        made = {ELEVATION: _rounded(means(inside, self.times))}
        if sigma is not None and UNCERTAINTY in self.wanted:
            made[UNCERTAINTY] = means(sigma[read.cut(core)], self.times)
        for name, values in made.items():
            if problem := _absurd(values[item.known], 0.0 if name == UNCERTAINTY else -HIGHEST):
                if doubt := self.elevation.doubt("the DEM").removesuffix(SAY_UNIT):
                    raise InputError("band-invalid", f"{doubt}Of what counts the model made {problem}.", SAY_UNIT)
                raise InputError(
                    "model-invalid", f"The model made {problem}.", "Try another --device or another --model; nothing was written."
                )
        if DIFFERENCE in self.wanted:
            made[DIFFERENCE] = made[ELEVATION] - _rounded(item.cubic)
        return made

    def _write(self, item: _Made) -> None:
        core, kept = item.core, item.kept
        if not item.old:
            self.pixels_made += core.width * core.height
        with self.stopwatch.at_work("writing"):
            if self.journal is not None and not item.old:
                with Reporting(self.journal.folder):
                    self.journal.keep(core, kept)
            self.outputs.write(core, kept.values, kept.known)
        self.guided += kept.guided
        heights = kept.values[ELEVATION][kept.known]
        self.doubts.add(heights * np.float32(self.elevation.metres), kept.noted.ground, kept.noted.blinded)
        if self.gathered is not None:
            with self.stopwatch.at_work("gathering for this report"):
                self.gathered.add(core, kept.values[ELEVATION], kept.values[DIFFERENCE], kept.known)


def _above(base: float, metres: Floats) -> Floats:
    """Heights of so many metres above `base`."""
    return (metres.astype(np.float64) + base).astype(np.float32)


def _absurd(metres: Floats, lowest: float) -> str:
    """What is wrong with values that a model made, or nothing."""
    if not np.isfinite(metres).all():
        return "values that are no numbers"
    if metres.size and (metres.min() < lowest or metres.max() > HIGHEST):
        wrong = float(metres.min() if metres.min() < lowest else metres.max())
        return f"a value of {wrong:g} m, where {lowest:,.0f} to {HIGHEST:,.0f} m make sense"
    return ""


def _rounded(metres: Floats) -> Floats:
    """To multiples of _STEP, exactly, and 0 without a sign."""
    steps: Floats = np.rint(metres / np.float32(_STEP))
    return steps * np.float32(_STEP) + np.float32(0)


def _too_large() -> ResourceError:
    return ResourceError("out-of-memory", "A tile does not fit in memory.", "Pass a smaller --tile.")


def _put(into: queue.Queue[T], item: T, stop: threading.Event, cancel: Cancel | None = None) -> bool:
    """False where `stop` was set before there was room. Raises Cancelled."""
    while not stop.is_set():
        if cancel is not None:
            cancel.check()
        try:
            into.put(item, timeout=_WAIT)
        except queue.Full:
            continue
        return True
    return False


def _get(source: queue.Queue[T], stop: threading.Event) -> T | None:
    """None at the end, or where `stop` was set."""
    while not stop.is_set():
        with contextlib.suppress(queue.Empty):
            return source.get(timeout=_WAIT)
    return None
