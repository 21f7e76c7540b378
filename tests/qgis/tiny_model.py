"""Writes a model file that needs no training: `.venv/bin/python tests/qgis/tiny_model.py tests/qgis/data/tiny.onnx`.

elevation = dem + 0.5 * (dem - mean of 3 x 3 around), which is exact on planes and shows that inference took place.
"""

import json
import sys
from pathlib import Path

import onnx
from onnx import TensorProto, helper


def main(path):
    card = {
        "format": 1, "name": path.stem, "version": "1.0.0", "title": "Sharpens a little; for tests",
        "ratio": 3, "ratios": [1, 100], "pixel_sizes": [0.1, 1000], "dem_errors": [0, 30], "size_multiple": 4, "halo": 1,
        "guide_required": False, "licence": "GPL-2.0-or-later", "training_data": [],
        "held_out": {"areas": [], "figures": {}, "command": ""},
    }  # fmt: skip
    shapes = {"dem": [1], "guide": [3], "guide_valid": [1]}
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", *channels, "H", "W"]) for name, channels in shapes.items()]
    inputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N"]) for name in ("pixel_size", "dem_error")]
    nodes = [
        helper.make_node("Pad", ["dem", "pads"], ["padded"], mode="edge"),
        helper.make_node("AveragePool", ["padded"], ["mean"], kernel_shape=[3, 3]),
        helper.make_node("Sub", ["dem", "mean"], ["detail"]),
        helper.make_node("Mul", ["detail", "half"], ["scaled"]),
        # The other inputs take part with the weight 0, so that none is pruned.
        helper.make_node("ReduceMean", ["guide", "channels"], ["guide_mean"], keepdims=1),
        helper.make_node("Mul", ["guide_mean", "guide_valid"], ["guide_used"]),
        helper.make_node("Add", ["pixel_size", "dem_error"], ["numbers"]),
        helper.make_node("Reshape", ["numbers", "column"], ["numbers4"]),
        helper.make_node("Add", ["guide_used", "numbers4"], ["others"]),
        helper.make_node("Mul", ["others", "zero"], ["nothing"]),
        helper.make_node("Add", ["dem", "scaled"], ["sharper"]),
        helper.make_node("Add", ["sharper", "nothing"], ["elevation"]),
    ]
    constants = [
        helper.make_tensor("pads", TensorProto.INT64, [8], [0, 0, 1, 1, 0, 0, 1, 1]),
        helper.make_tensor("half", TensorProto.FLOAT, [], [0.5]),
        helper.make_tensor("zero", TensorProto.FLOAT, [], [0.0]),
        helper.make_tensor("channels", TensorProto.INT64, [1], [1]),
        helper.make_tensor("column", TensorProto.INT64, [4], [-1, 1, 1, 1]),
    ]
    outputs = [helper.make_tensor_value_info("elevation", TensorProto.FLOAT, ["N", 1, "H", "W"])]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    helper.set_model_props(model, {"siran_card": json.dumps(card)})
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(path))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
