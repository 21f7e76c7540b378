"""What an ONNX file says about itself, read before ONNX Runtime sees it: metadata, inputs, outputs, and what it may not ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import onnx
from google.protobuf.message import DecodeError

from backend.onnx_limits import broken


@dataclass(frozen=True)
class Value:
    """An input or an output; `sizes` of its axes, 0 where a size is left open, None where nothing is said of axes."""

    float32: bool
    sizes: tuple[int, ...] | None


@dataclass(frozen=True)
class OnnxFile:
    """Inputs and outputs by their names; `broken` is what the file does that it may not, the end of a sentence, or empty."""

    metadata: dict[str, str]
    inputs: dict[str, Value]
    outputs: dict[str, Value]
    broken: str


def describe(content: bytes) -> OnnxFile:
    """What `content` says about itself. Raises ValueError where it is not an ONNX model."""
    try:
        model = onnx.load_model_from_string(content)
    except DecodeError as error:
        raise ValueError("it cannot be decoded") from error
    if not model.opset_import or not model.graph.output:
        raise ValueError("it holds no graph")
    weights = {tensor.name for tensor in model.graph.initializer}
    return OnnxFile(
        metadata={entry.key: entry.value for entry in model.metadata_props},
        # Old files list their weights among the inputs.
        inputs={value.name: _value(value) for value in model.graph.input if value.name not in weights},
        outputs={value.name: _value(value) for value in model.graph.output},
        broken=broken(model),
    )


def _value(value: Any) -> Value:
    tensor = value.type.tensor_type
    sizes = tuple(axis.dim_value for axis in tensor.shape.dim) if tensor.HasField("shape") else None
    return Value(tensor.elem_type == onnx.TensorProto.FLOAT, sizes)
