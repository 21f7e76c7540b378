"""What a model may make of a tile: its sizes, and values that heights and errors can have. Real models that break it in one way each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import models_for_tests
import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from backend.errors import InputError
from backend.events import Event


def renamed(graph: Any, output: str) -> None:
    """What an output came out of is called `inner`, and the output comes out of nothing."""
    for node in graph.node:
        node.output[:] = ["inner" if name == output else name for name in node.output]


def last(operator: str, constant: float) -> Callable[[Any, str], None]:
    """What an output comes out of, after all else."""

    def change(graph: Any, output: str) -> None:
        renamed(graph, output)
        graph.initializer.append(numpy_helper.from_array(np.float32(constant), "last"))
        graph.node.append(helper.make_node(operator, ["inner", "last"], [output]))

    return change


def scalar(graph: Any, output: str) -> None:
    """One number for all of a tile, of which the file does not say that it is one."""
    renamed(graph, output)
    graph.node.append(helper.make_node("ReduceMax", ["inner"], [output], keepdims=0))
    next(value for value in graph.output if value.name == output).type.tensor_type.ClearField("shape")


def narrower(graph: Any, output: str) -> None:
    """Without its last two columns."""
    renamed(graph, output)
    for name, value in {"first": 0, "last": -2, "axis": 3}.items():
        graph.initializer.append(numpy_helper.from_array(np.array([value]), name))
    graph.node.append(helper.make_node("Slice", ["inner", "first", "last", "axis"], [output]))
    next(value for value in graph.output if value.name == output).type.tensor_type.ClearField("shape")


@pytest.mark.parametrize("thorough", [False, True])
@pytest.mark.parametrize("output", ["elevation", "sigma"])
def test_a_model_that_makes_less_than_its_tile_is_refused(
    tmp_path: Path, dem: Path, superresolve: Any, output: str, thorough: bool
) -> None:
    path = models_for_tests.write_model(tmp_path / "narrow.onnx", sigma=True)
    model = onnx.load(path)
    narrower(model.graph, output)
    onnx.save(model, path)
    with pytest.raises(InputError, match=r"The model made \(1, 1, \d+, \d+\) of a tile of \(\d+, \d+\) pixels") as refused:
        superresolve(dem, model=path, uncertainty=str(tmp_path / "sigma.tif"), thorough=thorough)
    assert refused.value.code == "model-invalid"


@pytest.mark.parametrize(
    ("output", "change", "said"),
    [
        ("elevation", scalar, r"The model made \(\) of a tile of \(\d+, \d+\) pixels"),
        ("sigma", scalar, r"The model made \(\) of a tile of \(\d+, \d+\) pixels"),
        ("elevation", last("Add", 3e7), r"The model made a value of \d.*e\+07 m, where -20,000 to 20,000 m make sense"),
        ("elevation", last("Add", -3e7), r"The model made a value of -\d.*e\+07 m"),
        ("sigma", last("Sub", 100.0), r"The model made a value of -\S+ m, where 0 to 20,000 m make sense"),
    ],
)
def test_a_model_whose_values_make_no_sense_is_refused(
    tmp_path: Path, dem: Path, superresolve: Any, output: str, change: Callable[[Any, str], None], said: str
) -> None:
    path = models_for_tests.write_model(tmp_path / "odd.onnx", sigma=True)
    model = onnx.load(path)
    change(model.graph, output)
    onnx.save(model, path)
    events = list[Event]()
    with pytest.raises(InputError, match=said) as refused:
        superresolve(dem, model=path, uncertainty=str(tmp_path / "sigma.tif"), events=events)
    assert refused.value.code == "model-invalid"
    assert not list(tmp_path.glob("fine*.tif"))
