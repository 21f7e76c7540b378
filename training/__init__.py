"""Trains the networks that the backend runs: data, networks, objectives, trainer, evaluation, export."""

import backend  # noqa: F401 - before ONNX Runtime: it is told there to tell nobody
