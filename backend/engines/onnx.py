"""ONNX Runtime, on the processor or on what else it can drive."""

from __future__ import annotations

import base64
import contextlib
import ctypes
import os
from functools import cache
from typing import Any

import numpy as np
import onnxruntime as ort

from backend.engines import Device, Floats, Say, is_out_of_memory, require_sizes, run_failed
from backend.errors import Cancelled, InputError
from backend.models import Model

PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "migraphx": "MIGraphXExecutionProvider",
    "directml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
}
"""Names for `--device`. Others are the provider's own name in lower case without `ExecutionProvider`."""
AUTOMATIC = ("cuda", "migraphx", "directml", "cpu")
"""What `auto` tries, fastest first. TensorRT is not among them: it compiles for minutes before the first tile."""
_NOT_DEVICES = ("AzureExecutionProvider",)

# Of Windows' own event log; elsewhere an environment variable says it (backend/__init__.py).
ort.disable_telemetry_events()

# TF32 would keep 10 bits of a product: 1 m of detail would be off by a millimetre in each layer, and seams would show it.
_OPTIONS: dict[str, dict[str, str]] = {"CUDAExecutionProvider": {"use_tf32": "0", "cudnn_conv_algo_search": "HEURISTIC"}}

# y = x on one float: what a device must be able to run to count as available.
_IDENTITY = base64.b64decode("CAg6NwoQCgF4EgF5IghJZGVudGl0eRIBZ1oPCgF4EgoKCAgBEgQKAggBYg8KAXkSCgoICAESBAoCCAFCBAoAEA0=")


class OnnxEngine:
    """A session on the device that was asked for, or on the fastest that loads."""

    def __init__(self, model: Model, device: str, threads: int, say: Say) -> None:
        options = _session_options(threads)
        content = model.content()
        self.provider = ""
        refused = []
        for name in AUTOMATIC if device == "auto" else (device,):
            reason = why_not(name)
            if not reason:
                provider = _provider(name)
                try:
                    self._session = ort.InferenceSession(content, options, providers=_chain(provider))
                except Exception as error:  # ONNX Runtime's exceptions share no base class.
                    if not is_out_of_memory(error):
                        raise _invalid(model, error) from error
                    refused.append(f"{name}: its memory is full")
                    reason = "its memory is full"
                    continue
                if provider in self._session.get_providers():
                    self.provider = provider
                    break
                reason = "it did not load this model"
            if name == "cuda" or _provider(name) in ort.get_available_providers():
                refused.append(f"{name}: {reason}")
        if not self.provider:
            raise InputError(
                "device-unavailable",
                f"The device {device!r} cannot be used ({reason}).",
                f"Pass --device auto, or one of: {', '.join(_usable())}.",
            )
        because = f" ({'; '.join(refused)})" if refused else ""
        say("info", f"The model runs on {self.provider}, ONNX Runtime {ort.__version__}{because}.")
        self.providers = tuple(self._session.get_providers())
        self.sigma = "sigma" in [output.name for output in self._session.get_outputs()]
        self._inputs = [value.name for value in self._session.get_inputs()]
        self._run = ort.RunOptions()
        self._stopped = False

    def run(self, dem: Floats, guide: Floats, guide_valid: Floats, pixel_size: float, dem_error: float) -> tuple[Floats, Floats | None]:
        """See Engine."""
        rasters = {"dem": dem[None, None], "guide": guide[None], "guide_valid": guide_valid[None, None]}
        scalars = {"pixel_size": np.array([pixel_size], np.float32), "dem_error": np.array([dem_error], np.float32)}
        feed = {name: value for name, value in {**rasters, **scalars}.items() if name in self._inputs}
        try:
            outputs = self._session.run(["elevation", "sigma"] if self.sigma else ["elevation"], feed, self._run)
        except Exception as error:
            if self._stopped:
                raise Cancelled from error
            raise run_failed(dem, error, _first_line(error)) from error
        require_sizes(dem, *(output.shape for output in outputs))
        return outputs[0][0, 0], outputs[1][0, 0] if self.sigma else None

    def stop(self) -> None:
        """See Engine."""
        self._stopped = True
        self._run.terminate = True


def devices() -> list[Device]:
    """All that ONNX Runtime knows here, and the two NVIDIA ones in any case."""
    providers = dict.fromkeys(
        ["CPUExecutionProvider", "CUDAExecutionProvider", "TensorrtExecutionProvider", *ort.get_available_providers()]
    )
    names = [_name(provider) for provider in providers if provider not in _NOT_DEVICES]
    return [Device(name, _provider(name), not (reason := why_not(name)), reason) for name in names]


@cache
def why_not(name: str) -> str:
    """Why a device cannot be used, or an empty string where a session really loads on it."""
    provider = _provider(name)
    offered = ort.get_available_providers()
    if provider not in offered or provider in _NOT_DEVICES:
        return f"onnxruntime {ort.__version__} was built without it" if name in PROVIDERS else "no such device"
    if name in ("cuda", "tensorrt"):
        if not _loads("nvcuda.dll" if os.name == "nt" else "libcuda.so.1"):
            return "no NVIDIA driver on this machine"
        _preload_cuda()
    try:
        session = ort.InferenceSession(_IDENTITY, _session_options(1), providers=_chain(provider))
    except Exception as error:
        return _first_line(error)
    return "" if provider in session.get_providers() else "its libraries did not load"


def _usable() -> list[str]:
    return [device.name for device in devices() if device.available]


def _chain(provider: str) -> list[Any]:
    """TensorRT leaves to CUDA, and everything to the CPU, what it cannot do itself."""
    chain = [provider]
    if provider == "TensorrtExecutionProvider":
        chain.append("CUDAExecutionProvider")
    if provider != "CPUExecutionProvider":
        chain.append("CPUExecutionProvider")
    return [(name, _OPTIONS[name]) if name in _OPTIONS else name for name in chain]


def _session_options(threads: int) -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    # One block for all that a tile of a known shape needs: the second tile then takes as much memory again as the first.
    options.enable_mem_pattern = False
    # Waiting threads that spin take the processor from the reader and the writer.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


@cache
def _preload_cuda() -> None:
    """Loads CUDA and cuDNN from the nvidia-* packages of pip, where they are."""
    with contextlib.suppress(Exception), contextlib.redirect_stdout(None):
        ort.preload_dlls()


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _provider(name: str) -> str:
    lower = {provider.lower(): provider for provider in ort.get_all_providers()}
    return PROVIDERS.get(name) or lower.get(f"{name}executionprovider", name)


def _name(provider: str) -> str:
    return next((name for name, known in PROVIDERS.items() if known == provider), provider.lower().removesuffix("executionprovider"))


def _invalid(model: Model, error: Exception) -> InputError:
    return InputError(
        "model-invalid",
        f"ONNX Runtime cannot load the model {model.path} ({_first_line(error)}).",
        "Export the model again, or copy it again.",
    )


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200].rstrip(".") if lines else type(error).__name__
