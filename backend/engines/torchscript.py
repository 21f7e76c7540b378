"""TorchScript files, on CUDA or on the processor. PyTorch is optional: nothing else in the backend needs it."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from backend.engines import Floats, Say, require_sizes, run_failed
from backend.errors import Cancelled, InputError
from backend.models import Model


class TorchScriptEngine:
    """A TorchScript module that takes (dem, guide, guide_valid, pixel_size, dem_error)."""

    def __init__(self, model: Model, device: str, threads: int, say: Say) -> None:
        try:
            import torch
        except ImportError as error:
            raise InputError(
                "device-unavailable",
                f"The model {model.path} needs PyTorch, which is not installed.",
                "Install torch, or use an ONNX model.",
            ) from error
        cuda = torch.cuda.is_available()
        if device not in ("auto", "cpu", "cuda"):
            raise InputError("device-unavailable", f"TorchScript models cannot run on {device!r}.", "Pass --device auto, cpu or cuda.")
        if device == "cuda" and not cuda:
            raise InputError(
                "device-unavailable", f"The device 'cuda' cannot be used ({_why_no_cuda(torch)}).", "Pass --device auto or cpu."
            )
        self._torch: Any = torch
        self._device = "cuda" if cuda and device != "cpu" else "cpu"
        self.provider = f"TorchScript-{self._device}"
        self.providers: tuple[str, ...] = (self.provider,)
        torch.set_num_threads(threads)
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
        try:
            self._module = self._torch.jit.load(io.BytesIO(model.content()), map_location=self._device).eval()
        except (RuntimeError, ValueError) as error:
            raise InputError(
                "model-invalid", f"PyTorch cannot load the model {model.path} ({_last_line(error)}).", "Export the model again."
            ) from error
        # A module that was traced or scripted states the type of what it returns: a tensor or a tuple of two.
        self.sigma = self._module.forward.schema.returns[0].type.kind() == "TupleType"
        because = "" if self._device == "cuda" or device == "cpu" else f" (cuda: {_why_no_cuda(torch)})"
        say("info", f"The model runs on {self.provider}, PyTorch {torch.__version__}{because}.")
        self._stopped = False

    def run(self, dem: Floats, guide: Floats, guide_valid: Floats, pixel_size: float, dem_error: float) -> tuple[Floats, Floats | None]:
        """See Engine."""
        if self._stopped:
            raise Cancelled
        torch = self._torch
        values = (
            dem[None, None],
            guide[None],
            guide_valid[None, None],
            np.array([pixel_size], np.float32),
            np.array([dem_error], np.float32),
        )
        try:
            with torch.inference_mode():
                made = self._module(*(torch.from_numpy(np.ascontiguousarray(value)).to(self._device) for value in values))
        except RuntimeError as error:  # torch.cuda.OutOfMemoryError is one of them
            raise run_failed(dem, error, _last_line(error)) from error
        elevation, sigma = made if isinstance(made, (tuple, list)) else (made, None)
        require_sizes(dem, *(tuple(output.shape) for output in (elevation, sigma) if output is not None))
        return elevation[0, 0].cpu().numpy(), None if sigma is None else sigma[0, 0].cpu().numpy()

    def stop(self) -> None:
        """See Engine. A run that has begun is not interrupted."""
        self._stopped = True


def _why_no_cuda(torch: Any) -> str:
    return "PyTorch was built without CUDA" if torch.version.cuda is None else "PyTorch finds no NVIDIA GPU or driver"


def _last_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[-1][:200].rstrip(".") if lines else type(error).__name__
