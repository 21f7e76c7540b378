"""What an ONNX file says about itself, read before ONNX Runtime sees it: metadata, inputs, outputs, and whether weights lie outside of it.

The runtime would open external weights before anybody could refuse them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import onnx
from google.protobuf.message import DecodeError
from onnx.external_data_helper import uses_external_data


@dataclass(frozen=True)
class OnnxFile:
    """`inputs` and `outputs` map names to (whether float32, rank); rank -1 where none is given."""

    metadata: dict[str, str]
    inputs: dict[str, tuple[bool, int]]
    outputs: dict[str, tuple[bool, int]]
    external: bool


def describe(content: bytes) -> OnnxFile:
    """What `content` says about itself. Raises ValueError where it is not an ONNX model."""
    try:
        model = onnx.load_model_from_string(content)
    except DecodeError as error:
        raise ValueError("it cannot be decoded") from error
    if not model.opset_import or not model.graph.output:
        raise ValueError("it holds no graph")
    weights = {tensor.name for tensor in model.graph.initializer}
    functions = (node for function in model.functions for node in function.node)
    tensors = [*_tensors_of_graph(model.graph), *(tensor for node in functions for tensor in _tensors_of_node(node))]
    return OnnxFile(
        metadata={entry.key: entry.value for entry in model.metadata_props},
        # Old files list their weights among the inputs.
        inputs={value.name: _kind(value) for value in model.graph.input if value.name not in weights},
        outputs={value.name: _kind(value) for value in model.graph.output},
        external=any(uses_external_data(tensor) or tensor.external_data for tensor in tensors),
    )


def _tensors_of_graph(graph: Any) -> Iterator[Any]:
    """Every tensor of a graph and of the graphs inside it."""
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for node in graph.node:
        yield from _tensors_of_node(node)


def _tensors_of_node(node: Any) -> Iterator[Any]:
    for attribute in node.attribute:
        yield from (attribute.t, *attribute.tensors)
        for sparse in (attribute.sparse_tensor, *attribute.sparse_tensors):
            yield from (sparse.values, sparse.indices)
        for graph in (attribute.g, *attribute.graphs):
            yield from _tensors_of_graph(graph)


def _kind(value: Any) -> tuple[bool, int]:
    tensor = value.type.tensor_type
    return tensor.elem_type == onnx.TensorProto.FLOAT, len(tensor.shape.dim) if tensor.HasField("shape") else -1
