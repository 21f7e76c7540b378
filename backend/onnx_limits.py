"""What a stranger's ONNX file may not ask for: other people's operators, programs, and sizes that nobody needs for a tile.

ONNX Runtime works out constants, and asks for the memory that they need, while it makes a session. So this is looked at before.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx
from onnx.external_data_helper import uses_external_data

LARGEST_FILE = 512 * 2**20
"""Bytes. The shipped model has 2.2 MB; what has more than this has lost its way."""
_DOMAINS = ("", "ai.onnx")
_LOOPS = ("Loop", "Scan", "SequenceMap")
_CHANCE = ("RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli")
_FOREIGN = ("ImageDecoder", "StringNormalizer", "StringSplit", "StringConcat", "RegexFullMatch", "TfIdfVectorizer", "LabelEncoder")
_HIGHEST_NUMBER = 2**20
"""Of what an operator is set to: kernels, pads, block sizes."""
_MOST_VALUES = 2**28
"""That a constant may describe: 1 GiB."""
_SHAPES = {
    "ConstantOfShape": (0,),
    "Expand": (1,),
    "OneHot": (1,),
    "Pad": (1,),
    "Range": (0, 1, 2),
    "Resize": (2, 3),
    "Tile": (1,),
    "Upsample": (1,),
}
"""Operators that make as many values as an input of theirs says, and which input."""
_SAME = ("Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten")
"""Operators that hand on the values that they get."""
_BYTES = {
    onnx.TensorProto.FLOAT: 4,
    onnx.TensorProto.DOUBLE: 8,
    onnx.TensorProto.FLOAT16: 2,
    onnx.TensorProto.INT8: 1,
    onnx.TensorProto.UINT8: 1,
    onnx.TensorProto.INT32: 4,
    onnx.TensorProto.INT64: 8,
    onnx.TensorProto.BOOL: 1,
}


def broken(model: Any) -> str:
    """What a model (onnx.ModelProto) does that it may not, as the end of a sentence that begins with the model; or nothing."""
    if model.functions:
        return f"brings a function of its own ({model.functions[0].name})"
    stated: dict[str, Any] = {}
    for tensor in tensors(model):
        if problem := _broken_tensor(tensor):
            return problem
        stated[tensor.name] = tensor
    for node in nodes(model.graph):
        if problem := _broken_node(node, stated):
            return problem
        if node.op_type == "Constant" and node.attribute:
            stated[node.output[0]] = _stated(node.attribute[0])
        elif node.op_type in _SAME and node.input[0] in stated:
            stated[node.output[0]] = stated[node.input[0]]
    return ""


def nodes(graph: Any) -> Iterator[Any]:
    """Every operator of a graph and of the graphs inside it, in their order."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                yield from nodes(inner)


def tensors(model: Any) -> Iterator[Any]:
    """Every tensor that a model holds."""
    graphs = [model.graph, *(inner for node in nodes(model.graph) for one in node.attribute for inner in (one.g, *one.graphs))]
    for graph in graphs:
        yield from graph.initializer
        for sparse in graph.sparse_initializer:
            yield from (sparse.values, sparse.indices)
    for node in nodes(model.graph):
        for attribute in node.attribute:
            yield from ([attribute.t] if attribute.HasField("t") else ())
            yield from attribute.tensors
            for sparse in ([attribute.sparse_tensor] if attribute.HasField("sparse_tensor") else []) + [*attribute.sparse_tensors]:
                yield from (sparse.values, sparse.indices)


def _broken_tensor(tensor: Any) -> str:
    if uses_external_data(tensor) or tensor.external_data:
        return "keeps weights in other files"
    if tensor.data_type not in _BYTES:
        return f"holds {onnx.helper.tensor_dtype_to_string(tensor.data_type).lower().removeprefix('tensorproto.')} values"
    values = math.prod(tensor.dims) if all(size >= 0 for size in tensor.dims) else -1
    held = len(tensor.raw_data) // _BYTES[tensor.data_type] or max(
        len(tensor.float_data), len(tensor.double_data), len(tensor.int32_data), len(tensor.int64_data)
    )
    if values != held:
        return f"says that it holds {' x '.join(map(str, tensor.dims)) or 1} values of {tensor.name}, and holds {held}"
    return ""


def _stated(attribute: Any) -> Any:
    """What a constant holds, as a tensor (onnx.TensorProto)."""
    numbers = {"value_int": [attribute.i], "value_ints": attribute.ints, "value_float": [attribute.f], "value_floats": attribute.floats}
    return (
        attribute.t if attribute.name == "value" else onnx.numpy_helper.from_array(np.array([*numbers.get(attribute.name, ())], np.float64))
    )


def _broken_node(node: Any, stated: dict[str, Any]) -> str:
    if node.domain not in _DOMAINS:
        return f"uses the operator {node.op_type} of {node.domain}, which is no part of ONNX"
    if node.op_type in _LOOPS:
        return f"is a program: it uses the operator {node.op_type}"
    if node.op_type in _CHANCE:
        return f"throws dice: it uses the operator {node.op_type}"
    if node.op_type in _FOREIGN:
        return f"uses the operator {node.op_type}, which has nothing to do with rasters"
    if node.op_type != "Slice":  # old ones have "to the end" as a number
        for attribute in node.attribute:
            if any(abs(number) > _HIGHEST_NUMBER for number in (attribute.i, *attribute.ints)):
                return f"sets {attribute.name} of the operator {node.op_type} to a number that makes no sense"
    for place in _SHAPES.get(node.op_type, ()):
        name = node.input[place] if place < len(node.input) else ""
        if name in stated:
            described = math.prod(max(1.0, abs(float(number))) for number in onnx.numpy_helper.to_array(stated[name]).flat)
            if not described <= _MOST_VALUES:
                return f"has the operator {node.op_type} make {described:.1g} values"
    return ""
