"""The check itself: packages, rasters, and what a model makes of a known small input."""

from __future__ import annotations

import math
import time
from dataclasses import asdict, dataclass

import numpy as np

from backend import models
from backend.cancel import Cancel
from backend.check import answer, install, sample
from backend.engines import PROCESSOR, Engine, Floats, open_engine
from backend.errors import CheckError, InputError
from backend.events import Check, Level, Log, Progress, Sink
from backend.models import Model
from backend.processors import check_threads, processors
from backend.version import version

TOLERANCE = 1e-3
"""What a value may differ from the stored one, in pixel sizes (of sigma: in sigmas where that is more). Runtimes round differently: an
export allows a tenth of this between PyTorch and ONNX Runtime. A device that computes something else is off by much more."""
LEVEL = 0.5
"""Metres that a level DEM may change by."""
LIFT, LIFTED = 1000.0, 0.01
"""A DEM that lies so many metres higher gives a result that lies so much higher, to so many metres."""


@dataclass(frozen=True)
class Settings:
    """What the command line says. `threads` 0: all."""

    model: str | None = None
    model_is_a_program: bool = False
    device: str = "auto"
    threads: int = 0
    write: bool = False


def run(settings: Settings, sink: Sink, cancel: Cancel | None = None) -> Check:
    """Looks at everything and says what it finds. Raises CheckError for the first thing that is wrong, InputError where what was asked
    for is not there."""
    started = time.monotonic()
    cancel = cancel or Cancel()

    def say(level: Level, text: str) -> None:
        sink(Log(level, text))

    check_threads(settings.threads)
    if settings.write and settings.device not in ("auto", "cpu"):
        raise InputError(
            "option-invalid", f"--write was passed with --device {settings.device}.", "Answers are the processor's: pass --device cpu."
        )
    threads = settings.threads or processors()
    packages = install.versions()
    say("info", f"SIRAN {version()}; " + ", ".join(f"{name} {number}" for name, number in packages.items()) + f"; threads: {threads}.")
    sink(Progress(0.1, "Reading and writing a raster"))
    install.require_rasters()
    cancel.check()

    sink(Progress(0.2, "Loading devices"))
    from backend.engines import onnx

    devices = onnx.devices()
    for device in devices:
        say("info", f"Device {device.name}: {device.reason or 'available'}.")
    cancel.check()

    sink(Progress(0.4, "Loading the model"))
    model = _load(settings.model)
    engine = open_engine(model, "cpu" if settings.write else settings.device, threads, say, program=settings.model_is_a_program)
    cancel.on_request(engine.stop)
    cancel.check()

    sink(Progress(0.6, "Running the model"))
    tested = _Tested(model, engine, sample.make(model.card))
    elevation, sigma = tested.run(tested.sample)
    cancel.check()
    stored, why = answer.read(model)
    difference = None
    if settings.write:
        tested.require_invariants(elevation)
        say("info", f"The answer is stored in {answer.write(model, answer.Answer(elevation, sigma))}.")
        stored, why = answer.read(model)
    if stored is not None:
        difference = tested.require_same(stored, elevation, sigma)
    else:
        say(
            "info" if not answer.path_of(model).exists() else "warning",
            f"{why} Checked instead: its values, and what holds for every model.",
        )
        sink(Progress(0.8, "Running the model"))
        tested.require_invariants(elevation)
    sink(Progress(1.0, "Done"))
    return Check(
        version=version(),
        packages=packages,
        devices=[asdict(device) for device in devices],
        model={"name": model.card.name, "version": model.card.version, "sha256": model.sha256},
        provider=engine.provider,
        providers=list(engine.providers),
        threads=threads,
        stored=stored is not None,
        difference=difference,
        tolerance=tested.tolerance,
        seconds=round(time.monotonic() - started, 3),
    )


def as_text(result: Check, *, written: bool = False) -> str:
    """One sentence for a person."""
    model = f"The model {result.model['name']} {result.model['version']}"
    if written:
        found = "has its answer stored: each check from now on compares with it"
    elif result.difference is not None:
        found = f"gives its stored answer (largest difference {result.difference:.2g} m, {result.tolerance:.2g} m are allowed)"
    else:
        found = "has no stored answer; its values are finite, a level DEM stays level, a constant that is added stays added"
    return f"{model} {found}: {result.provider}, threads: {result.threads}, {result.seconds:.1f} s."


def _load(name: str | None) -> Model:
    """The model. An installed file that is damaged is a finding, not a mistake of who asks."""
    path = models.find(name)
    try:
        return models.load(path)
    except InputError as error:
        raise CheckError(error.code, error.message, error.hint) from error


class _Tested:
    """A model on a device, with the sentences for what it may do wrong."""

    def __init__(self, model: Model, engine: Engine, known: sample.Sample) -> None:
        self.sample = known
        self.tolerance = TOLERANCE * known.pixel_size
        self._name = model.card.name
        self._engine = engine
        self._hint = (
            install.AGAIN.rstrip(".") + ", or copy the model again; please report it if that does not help."
            if engine.provider in PROCESSOR
            else "Take the device cpu (--device cpu) until this one's driver or runtime is updated; please report it if that does not help."
        )

    def run(self, known: sample.Sample) -> tuple[Floats, Floats | None]:
        """Elevation and sigma, which are of the right shape and finite. Raises CheckError."""
        try:
            elevation, sigma = known.run(self._engine)
        except InputError as error:
            raise CheckError(error.code, error.message, self._hint) from error
        for name, values in (("elevation", elevation), ("sigma", sigma)):
            if values is None:
                continue
            if values.shape != known.dem.shape:
                raise self._wrong(f"makes {name} of {values.shape} out of {known.dem.shape} pixels")
            if not np.isfinite(values).all():
                raise self._wrong(f"makes {name} that is no number")
        return elevation, sigma

    def require_same(self, stored: answer.Answer, elevation: Floats, sigma: Floats | None) -> float:
        """The largest difference from the stored answer, metres. Raises CheckError where it is too large."""
        if stored.elevation.shape != elevation.shape or (stored.sigma is None) != (sigma is None):
            raise self._wrong("has other outputs than its stored answer")
        difference = _largest(elevation, stored.elevation)
        if not difference <= self.tolerance:
            raise self._wrong(f"is off from its stored answer by up to {difference:.3g} m ({self.tolerance:.2g} m are allowed)")
        if sigma is not None and stored.sigma is not None:
            unit = np.maximum(self.sample.pixel_size, stored.sigma)
            if not float(np.max(np.abs(sigma - stored.sigma) / unit)) <= TOLERANCE:
                raise self._wrong(f"is off from its stored expected error by up to {_largest(sigma, stored.sigma):.3g} m")
        return difference

    def require_invariants(self, elevation: Floats) -> None:
        """What holds for every model, `elevation` being what it makes of the sample. Raises CheckError."""
        level = self.sample.level()
        bent = _largest(self.run(level)[0], level.dem)
        if not bent <= LEVEL:
            raise self._wrong(f"changes a level DEM by up to {bent:.3g} m ({LEVEL} m are allowed)")
        moved = _largest(self.run(self.sample.lifted(LIFT))[0] - np.float32(LIFT), elevation)
        if not moved <= LIFTED:
            raise self._wrong(f"makes another relief of a DEM that lies {LIFT:.0f} m higher (by up to {moved:.3g} m)")

    def _wrong(self, what: str) -> CheckError:
        return CheckError("check-failed", f"On {self._engine.provider} the model {self._name} {what}.", self._hint)


def _largest(a: Floats, b: Floats) -> float:
    """Largest difference; infinite where one is not a number."""
    difference = float(np.max(np.abs(a.astype(np.float64) - b.astype(np.float64))))
    return difference if math.isfinite(difference) else math.inf
