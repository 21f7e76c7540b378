"""Model files from strangers: what they may not ask for is refused while they are read, before ONNX Runtime sees them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from backend import models
from backend.errors import InputError
from backend.onnx_limits import LARGEST_FILE

Change = Callable[[Any], None]


def changed(small_model: Path, path: Path, change: Change) -> Path:
    model = onnx.load(small_model)
    change(model)
    path.write_bytes(model.SerializeToString())
    return path


def before(model: Any, *made: Any, constants: dict[str, Any] | None = None) -> None:
    """Puts operators at the graph's begin."""
    model.graph.initializer.extend(numpy_helper.from_array(np.asarray(value), name) for name, value in (constants or {}).items())
    rest = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*made, *rest])


def foreign_operator(model: Any) -> None:
    model.opset_import.append(helper.make_opsetid("com.stranger", 1))
    before(model, helper.make_node("Anything", ["dem"], ["x"], domain="com.stranger"))


def own_function(model: Any) -> None:
    inside = helper.make_node("Identity", ["a"], ["b"])
    model.functions.append(helper.make_function("own", "F", ["a"], ["b"], [inside], [helper.make_opsetid("", 17)]))


def loop(model: Any) -> None:
    body = helper.make_graph(
        [helper.make_node("Identity", ["c"], ["d"])],
        "body",
        [helper.make_tensor_value_info("i", TensorProto.INT64, []), helper.make_tensor_value_info("c", TensorProto.BOOL, [])],
        [helper.make_tensor_value_info("d", TensorProto.BOOL, [])],
    )
    before(model, helper.make_node("Loop", ["most", "yes"], [], body=body), constants={"most": np.int64(2**62), "yes": np.bool_(True)})


def loop_in_a_branch(model: Any) -> None:
    loop(model)
    inner = helper.make_graph([model.graph.node[0]], "inner", [], [])
    model.graph.node[0].CopyFrom(helper.make_node("If", ["yes"], [], then_branch=inner, else_branch=inner))


def dice(model: Any) -> None:
    before(model, helper.make_node("RandomNormalLike", ["dem"], ["noise"]))


def zeros_without_end(model: Any) -> None:
    before(model, helper.make_node("ConstantOfShape", ["many"], ["zeros"]), constants={"many": np.array([2**31, 2**31], np.int64)})


def zeros_by_a_constant(model: Any) -> None:
    many = helper.make_node("Constant", [], ["many"], value=numpy_helper.from_array(np.array([2**20, 2**20], np.int64)))
    before(model, many, helper.make_node("Expand", ["one", "many"], ["zeros"]))


def zeros_by_a_list(model: Any) -> None:
    many = helper.make_node("Constant", [], ["many"], value_ints=[2**20, 2**20])
    before(model, many, helper.make_node("ConstantOfShape", ["many"], ["zeros"]))


def zeros_by_what_is_handed_on(model: Any) -> None:
    handed_on = helper.make_node("Identity", ["few"], ["many"]), helper.make_node("Cast", ["many"], ["whole"], to=TensorProto.INT64)
    zeros = helper.make_node("ConstantOfShape", ["whole"], ["zeros"])
    before(model, *handed_on, zeros, constants={"few": np.array([2**20, 2**20], np.int64)})


def weights_that_are_not_there(model: Any) -> None:
    model.graph.initializer.append(TensorProto(name="many", data_type=TensorProto.FLOAT, dims=[2**31, 4]))


def negative_size(model: Any) -> None:
    model.graph.initializer.append(TensorProto(name="many", data_type=TensorProto.FLOAT, dims=[-4]))


def text(model: Any) -> None:
    model.graph.initializer.append(helper.make_tensor("words", TensorProto.STRING, [1], [b"x"]))


def huge_kernel(model: Any) -> None:
    pool = next(node for node in model.graph.node if node.op_type == "AveragePool")
    next(attribute for attribute in pool.attribute if attribute.name == "kernel_shape").ints[0] = 2**31


def other_channels(model: Any) -> None:
    guide = next(value for value in model.graph.input if value.name == "guide")
    guide.type.tensor_type.shape.dim[1].dim_value = 4


def one_size_only(model: Any) -> None:
    for value in model.graph.input:
        if value.name == "dem":
            value.type.tensor_type.shape.dim[2].dim_value = 256


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (foreign_operator, "uses the operator Anything of com.stranger, which is no part of ONNX"),
        (own_function, "brings a function of its own (F)"),
        (loop, "is a program: it uses the operator Loop"),
        (loop_in_a_branch, "is a program: it uses the operator Loop"),
        (dice, "throws dice"),
        (zeros_without_end, "has the operator ConstantOfShape make 5e+18 values"),
        (zeros_by_a_constant, "has the operator Expand make 1e+12 values"),
        (zeros_by_a_list, "has the operator ConstantOfShape make 1e+12 values"),
        (zeros_by_what_is_handed_on, "has the operator ConstantOfShape make 1e+12 values"),
        (weights_that_are_not_there, "says that it holds 2147483648 x 4 values of many, and holds 0"),
        (negative_size, "says that it holds -4 values"),
        (text, "holds string values"),
        (huge_kernel, "sets kernel_shape of the operator AveragePool to a number that makes no sense"),
        (other_channels, "has the input guide with 4 channels, not 3"),
        (one_size_only, "has the input dem for tiles of 256 rows only"),
    ],
)
def test_what_a_model_may_not_ask_for(tmp_path: Path, small_model: Path, change: Change, said: str) -> None:
    path = changed(small_model, tmp_path / "strange.onnx", change)
    with pytest.raises(InputError) as raised:
        models.load(path)
    assert raised.value.code == "model-invalid"
    assert raised.value.message.startswith(f"The model {path} {said}") and raised.value.hint


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.onnx"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)  # a hole: it takes no room
    with pytest.raises(InputError, match="more than a model for SIRAN can need"):
        models.load(path)
