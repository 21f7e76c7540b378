"""An engine runs a model on one tile. There is one for ONNX files and one for TorchScript files; both keep the model contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from backend.errors import BackendError, InputError, ResourceError
from backend.events import Level
from backend.models import Model

PROCESSOR = ("CPUExecutionProvider", "TorchScript-cpu")
"""Providers that run on the processor."""

Floats = NDArray[np.float32]
Say = Callable[[Level, str], None]
Run = Callable[[Floats, Floats, Floats, float, float], tuple[Floats, Floats | None]]
"""dem (H, W), guide (3, H, W), guide_valid (H, W), pixel size, DEM error (metres); to elevation and, if it has one, sigma, both (H, W)."""


@dataclass(frozen=True)
class Device:
    """What `--device` can name. `reason` says why it is not available, or is empty."""

    name: str
    provider: str
    available: bool
    reason: str


class Engine(Protocol):
    """`provider` is what really runs the model, `providers` are all that the session holds, for what that one cannot do; `sigma` says
    whether the model has that output."""

    @property
    def provider(self) -> str: ...

    @property
    def providers(self) -> tuple[str, ...]: ...

    @property
    def sigma(self) -> bool: ...

    def run(self, dem: Floats, guide: Floats, guide_valid: Floats, pixel_size: float, dem_error: float) -> tuple[Floats, Floats | None]:
        """Elevation and, where the model has it, sigma, both (H, W); from dem (H, W), guide (3, H, W), guide_valid (H, W)."""
        ...

    def stop(self) -> None:
        """Makes a `run` in another thread end soon, with an error. Later runs fail too."""
        ...


def is_out_of_memory(error: Exception) -> bool:
    """Whether a runtime's error says so, in whatever words."""
    return any(sign in str(error).lower() for sign in ("alloc", "out of memory"))


def run_failed(dem: Floats, error: Exception, said: str) -> BackendError:
    """What to raise where the runtime could not run a tile: it did not fit in memory, or the model does not take it.

    `said` is the line of the error that tells: runtimes differ in which it is.
    """
    size = f"{dem.shape[1]} x {dem.shape[0]} pixels"
    if is_out_of_memory(error):
        return ResourceError("out-of-memory", f"A tile of {size} does not fit in memory.", "Pass a smaller --tile.")
    return InputError("model-invalid", f"The model cannot run a tile of {size} ({said}).", "Check the model's card.")


def require_sizes(dem: Floats, *made: tuple[int, ...]) -> None:
    """Raises InputError `model-invalid` where a shape that a model `made` of its `dem` (H, W) is not (1, 1, H, W). More on
    the first two axes is let pass, and not looked at."""
    for shape in made:
        if len(shape) != 4 or 0 in shape or shape[2:] != dem.shape:
            raise InputError("model-invalid", f"The model made {shape} of a tile of {dem.shape} pixels.", "Export the model again.")


def open_engine(model: Model, device: str, threads: int, say: Say, *, program: bool = False) -> Engine:
    """The engine for a model file. `program`: whether the user said that the file may be one.

    Raises InputError: `device-unavailable`, `model-invalid`, `model-is-a-program`.
    """
    if model.kind == "onnx":
        from backend.engines.onnx import OnnxEngine

        return OnnxEngine(model, device, threads, say)
    if not program:
        raise InputError(
            "model-is-a-program",
            f"The model {model.path} is a TorchScript file, which is a program that would run with your rights.",
            "Use an ONNX model; if you trust whoever made the file, pass --model-is-a-program.",
        )
    from backend.engines.torchscript import TorchScriptEngine

    return TorchScriptEngine(model, device, threads, say)
