"""In a model file cells are made and convolved otherwise than in PyTorch, and come out the same."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from training.export import OPSET
from training.networks.cells import convolved, unshuffled


class Network(nn.Module):
    """Pixels to cells, and those convolved."""

    def __init__(self, s: int, outputs: int, window: int) -> None:
        super().__init__()
        self.s = s
        self.layer = nn.Conv2d(2 * s * s, outputs, window, padding=window // 2, bias=False)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        cells = unshuffled(x, self.s)
        # A copy: with cells of one pixel they are the input, and would take its name.
        return cells.clone(), convolved(self.layer, cells)


def exported(network: Network, path: Path) -> onnxruntime.InferenceSession:
    """As `training.export` has it: for any height and width that are multiples, traced at cells of an even number."""
    height, width = torch.export.Dim("h"), torch.export.Dim("w")
    shapes: Any = {"x": {2: network.s * height, 3: network.s * width}}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            network, (torch.zeros(1, 2, 24, 40),), opset_version=OPSET, dynamo=True, dynamic_shapes=shapes, verbose=False
        )
    assert program is not None
    program.save(path)
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize(("s", "outputs", "window"), [(2, 4, 9), (1, 1, 5), (4, 16, 5), (2, 3, 1)])
def test_cells_of_a_model_file_are_those_of_pytorch(tmp_path: Path, s: int, outputs: int, window: int) -> None:
    torch.manual_seed(0)
    network = Network(s, outputs, window)
    session = exported(network, tmp_path / "cells.onnx")
    for height, width in ((12, 18), (13, 18), (12, 15), (13, 15), (3, 4)):
        x = torch.randn(1, 2, s * height, s * width)
        cells, made = session.run(None, {"x": x.numpy()})
        with torch.no_grad():
            same, expected = network(x)
        np.testing.assert_array_equal(cells, same.numpy())
        np.testing.assert_allclose(made, expected.numpy(), rtol=0, atol=1e-5)


def test_a_model_file_makes_cells_without_a_transposition(tmp_path: Path) -> None:
    """Six axes are transposed on one core."""
    exported(Network(2, 4, 5), tmp_path / "cells.onnx")
    nodes = [node.op_type for node in onnx.load(tmp_path / "cells.onnx").graph.node]
    assert nodes.count("Conv") == 2 and "Transpose" not in nodes
