"""What an ONNX file says about itself, read without ONNX Runtime: metadata, inputs, outputs, and whether weights lie outside of it.

ONNX is Protocol Buffers; of onnx.proto only the few fields below matter here. Reading them takes milliseconds where loading the
runtime takes a quarter of a second, and the runtime would open external weights before anybody could refuse them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

# Field numbers of onnx.proto.
_MODEL_GRAPH, _MODEL_METADATA, _MODEL_OPSETS, _MODEL_FUNCTIONS = 7, 14, 8, 25
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_INPUT, _GRAPH_OUTPUT, _GRAPH_SPARSE = 1, 5, 11, 12, 15
_NODE_ATTRIBUTE, _FUNCTION_NODE = 5, 7
_ATTRIBUTE_TENSOR, _ATTRIBUTE_GRAPH, _ATTRIBUTE_TENSORS, _ATTRIBUTE_GRAPHS, _ATTRIBUTE_SPARSE, _ATTRIBUTE_SPARSES = 5, 6, 10, 11, 22, 23
_TENSOR_NAME, _TENSOR_EXTERNAL, _TENSOR_LOCATION = 8, 13, 14
_FLOAT32 = 1


@dataclass
class OnnxFile:
    """`inputs` and `outputs` map names to (element type, rank), as onnx.proto numbers types; rank -1 where none is given."""

    metadata: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, tuple[int, int]] = field(default_factory=dict)
    outputs: dict[str, tuple[int, int]] = field(default_factory=dict)
    external: bool = False


def is_float32(element_type: int) -> bool:
    """Whether onnx.proto's number for an element type means float32."""
    return element_type == _FLOAT32


def describe(content: bytes) -> OnnxFile:
    """What `content` says about itself. Raises ValueError where it is not an ONNX model."""
    found = OnnxFile()
    graphs = opsets = 0
    for number, value in _fields(memoryview(content)):
        if number == _MODEL_GRAPH:
            graphs += 1
            _graph(_bytes(value), found, top=True)
        elif number == _MODEL_OPSETS:
            opsets += 1
        elif number == _MODEL_METADATA:
            entry = dict(_fields(_bytes(value)))
            found.metadata[_text(entry.get(1, b""))] = _text(entry.get(2, b""))
        elif number == _MODEL_FUNCTIONS:
            for inner, node in _fields(_bytes(value)):
                if inner == _FUNCTION_NODE:
                    _node(_bytes(node), found)
    if graphs != 1 or opsets == 0:
        raise ValueError("no graph")
    return found


def _graph(message: memoryview, found: OnnxFile, *, top: bool) -> None:
    weights: set[str] = set()
    inputs: dict[str, tuple[int, int]] = {}
    for number, value in _fields(message):
        if number == _GRAPH_INITIALIZER:
            weights.add(_tensor(_bytes(value), found))
        elif number == _GRAPH_SPARSE:
            _sparse(_bytes(value), found)
        elif number == _GRAPH_NODE:
            _node(_bytes(value), found)
        elif number == _GRAPH_INPUT and top:
            inputs.update([_named_type(_bytes(value))])
        elif number == _GRAPH_OUTPUT and top:
            found.outputs.update([_named_type(_bytes(value))])
    if top:
        # Old files list their weights among the inputs.
        found.inputs = {name: kind for name, kind in inputs.items() if name not in weights}


def _node(message: memoryview, found: OnnxFile) -> None:
    for number, attribute in _fields(message):
        if number != _NODE_ATTRIBUTE:
            continue
        for inner, value in _fields(_bytes(attribute)):
            if inner in (_ATTRIBUTE_TENSOR, _ATTRIBUTE_TENSORS):
                _tensor(_bytes(value), found)
            elif inner in (_ATTRIBUTE_GRAPH, _ATTRIBUTE_GRAPHS):
                _graph(_bytes(value), found, top=False)
            elif inner in (_ATTRIBUTE_SPARSE, _ATTRIBUTE_SPARSES):
                _sparse(_bytes(value), found)


def _sparse(message: memoryview, found: OnnxFile) -> None:
    for number, value in _fields(message):
        if number in (1, 2):
            _tensor(_bytes(value), found)


def _tensor(message: memoryview, found: OnnxFile) -> str:
    name = ""
    for number, value in _fields(message):
        if number == _TENSOR_NAME:
            name = _text(value)
        elif number == _TENSOR_EXTERNAL or (number == _TENSOR_LOCATION and value != 0):
            found.external = True
    return name


def _named_type(message: memoryview) -> tuple[str, tuple[int, int]]:
    """ValueInfoProto: name 1, type 2; TypeProto: tensor_type 1; Tensor: elem_type 1, shape 2; TensorShapeProto: dim 1."""
    name, element, rank = "", 0, -1
    for number, value in _fields(message):
        if number == 1:
            name = _text(value)
        elif number == 2:
            for kind, tensor in _fields(_bytes(value)):
                if kind != 1:
                    continue
                for inner, part in _fields(_bytes(tensor)):
                    if inner == 1 and isinstance(part, int):
                        element = part
                    elif inner == 2:
                        rank = sum(1 for dim, _ in _fields(_bytes(part)) if dim == 1)
    return name, (element, rank)


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of each field: an integer, or the bytes of everything else."""
    at, end = 0, len(message)
    while at < end:
        key, at = _varint(message, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(message, at)
            yield number, value
            continue
        if wire == 2:
            size, at = _varint(message, at)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise ValueError(f"wire type {wire}")
        if number == 0 or at + size > end:
            raise ValueError("cut off")
        yield number, message[at : at + size]
        at += size


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(message) or shift > 63:
            raise ValueError("cut off")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _bytes(value: int | memoryview | bytes) -> memoryview:
    if isinstance(value, int):
        raise ValueError("a number where a message belongs")
    return memoryview(value)


def _text(value: int | memoryview | bytes) -> str:
    return bytes(_bytes(value)).decode("utf-8", "strict")
