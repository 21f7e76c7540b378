"""An engine runs a model on one tile. There is one for ONNX files and one for TorchScript files; both keep the model contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from backend.events import Level
from backend.models import Model

Floats = NDArray[np.float32]
Say = Callable[[Level, str], None]


@dataclass(frozen=True)
class Device:
    """What `--device` can name. `reason` says why it is not available, or is empty."""

    name: str
    provider: str
    available: bool
    reason: str


class Engine(Protocol):
    """`provider` is what really runs the model."""

    provider: str

    def run(self, dem: Floats, guide: Floats, guide_valid: Floats, pixel_size: float, dem_error: float) -> tuple[Floats, Floats | None]:
        """Elevation and, where the model has it, sigma, both (H, W); from dem (H, W), guide (3, H, W), guide_valid (H, W)."""
        ...

    def stop(self) -> None:
        """Makes a `run` in another thread end soon, with an error. Later runs fail too."""
        ...


def open_engine(model: Model, device: str, threads: int, say: Say) -> Engine:
    """The engine for a model file. Raises InputError: `device-unavailable`, `model-invalid`, `option-invalid`."""
    if model.kind == "onnx":
        from backend.engines.onnx import OnnxEngine

        return OnnxEngine(model, device, threads, say)
    from backend.engines.torchscript import TorchScriptEngine

    return TorchScriptEngine(model, device, threads, say)
