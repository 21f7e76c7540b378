"""Small real models with a known halo. They keep the contract, depend on every input, and break in the ways that a file can break.

Elevation is the DEM plus a share of its own detail (what a 7 x 7 mean takes away), more where the guide has an edge, mixed within
groups of 2 x 2 pixels, so that it depends on where such a group begins.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from backend.card import METADATA_KEY, ModelCard

HALO = 8


def card(name: str = "small", **changes: object) -> ModelCard:
    values: dict[str, object] = {
        "name": name,
        "version": "1.2.3",
        "title": "A small model",
        "ratio": 3.0,
        "ratios": (2.0, 4.0),
        "pixel_sizes": (5.0, 30.0),
        "dem_errors": (0.0, 10.0),
        "size_multiple": 2,
        "halo": HALO,
        "guide_required": False,
        "licence": "CC0-1.0",
    }
    return ModelCard(**{**values, **changes})  # type: ignore[arg-type]


def write_model(
    path: Path,
    *,
    model_card: ModelCard | str | None = "own",
    extra_input: bool = False,
    output: str = "elevation",
    nan: bool = False,
    external: bool = False,
    sigma: bool = False,
    strength: float = 1.0,
    repeat: int = 0,
) -> Path:
    """A model at `path`; each keyword breaks it in one way, `sigma` gives it the second output."""
    rng = np.random.default_rng(7)
    mix = (strength * (0.3 * np.eye(4) + 0.02 * rng.normal(size=(4, 4)))).astype(np.float32).reshape(4, 4, 1, 1)
    constants = {
        "mix": mix,
        "one": np.float32(1),
        "tenth": np.float32(0.1),
        "column": np.array([-1, 1, 1, 1], np.int64),
        "first": np.array([0], np.int64),
        "steep": np.float32(np.nan if nan else 0.3),
    }
    pool = {"kernel_shape": [7, 7], "pads": [3, 3, 3, 3], "count_include_pad": 0}
    node = helper.make_node
    nodes = [
        node("AveragePool", ["dem"], ["mean"], **pool),
        node("Sub", ["dem", "mean"], ["detail"]),
        node("AveragePool", ["guide"], ["haze"], **pool),
        node("Sub", ["guide", "haze"], ["contrast"]),
        node("Gather", ["contrast", "first"], ["edge"], axis=1),
        node("Mul", ["edge", "guide_valid"], ["seen"]),
        node("Mul", ["seen", "steep"], ["weighted"]),
        node("Add", ["weighted", "one"], ["gain"]),
        node("Mul", ["detail", "gain"], ["sharper"]),
        node("SpaceToDepth", ["sharper"], ["groups"], blocksize=2),
        node("Conv", ["groups", "mix"], ["mixed"]),
        node("DepthToSpace", ["mixed"], ["relief"], blocksize=2),
        # Less of it for a wrong DEM, and for large pixels.
        node("Mul", ["dem_error", "tenth"], ["doubt"]),
        node("Add", ["doubt", "one"], ["caution"]),
        node("Reshape", ["caution", "column"], ["caution4"]),
        node("Div", ["relief", "caution4"], ["careful"]),
        node("Sqrt", ["pixel_size"], ["root"]),
        node("Reshape", ["root", "column"], ["root4"]),
        node("Div", ["careful", "root4"], ["added"]),
        node("Add", ["dem", "added"], [output]),
    ]
    # Takes time: means of means, of which next to nothing is added.
    for k in range(repeat):
        nodes.insert(-1, node("AveragePool", [f"slow{k}" if k else "dem"], [f"slow{k + 1}"], **pool))
    if repeat:
        constants["nothing"] = np.float32(1e-9)
        nodes.insert(-1, node("Mul", [f"slow{repeat}", "nothing"], ["little"]))
        nodes[-1] = node("Sum", ["dem", "added", "little"], [output])
    f = TensorProto.FLOAT
    rasters = {"dem": 1, "guide": 3, "guide_valid": 1}
    inputs = [helper.make_tensor_value_info(name, f, ["N", channels, "H", "W"]) for name, channels in rasters.items()]
    inputs += [helper.make_tensor_value_info(name, f, ["N"]) for name in ("pixel_size", "dem_error")]
    outputs = [helper.make_tensor_value_info(output, f, ["N", 1, "H", "W"])]
    if extra_input:
        inputs.append(helper.make_tensor_value_info("season", f, ["N"]))
    if sigma:
        nodes.append(node("Abs", ["added"], ["sigma"]))
        outputs.append(helper.make_tensor_value_info("sigma", f, ["N", 1, "H", "W"]))
    graph = helper.make_graph(
        nodes, "small", inputs, outputs, [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    if model_card == "own":
        model_card = card(path.stem)
    if isinstance(model_card, ModelCard):
        helper.set_model_props(model, {METADATA_KEY: model_card.to_json()})
    elif isinstance(model_card, str):
        helper.set_model_props(model, {METADATA_KEY: model_card})
    onnx.checker.check_model(model)
    if external:
        onnx.save(model, path, save_as_external_data=True, location=path.name + ".data", size_threshold=0)
    else:
        onnx.save(model, path)
    return path
