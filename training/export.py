"""Writes a trained network as the model file that the backend runs.

    python -m training.export --run runs/siran --card training/configs/siran.card.toml --halo 56 --out resources/models/siran-3x.onnx

The averaged weights of the run's last checkpoint become one ONNX file with the card inside (docs/contracts.md). It is written only
after ONNX Runtime gave the same names, dynamic sizes and values (to 1e-4 of a pixel) as PyTorch. Beside it, siran-3x.safetensors has all
weights of the networks, those that inference does not need too: what a training goes on from (--init).
"""

from __future__ import annotations

import argparse
import logging
import sys
import tomllib
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from torch import Tensor

from backend.card import INPUTS, METADATA_KEY, OUTPUTS, SCALARS, ModelCard, sidecar_path
from backend.errors import CardError, InputError
from backend.models import SUMS_FILE, read_sums
from training.card import build_card, promised, put
from training.checkpoint import CHECKPOINT, Checkpoint, credited, load_checkpoint, load_weights, save_weights
from training.config import config_from_dict
from training.data.areas import attributions
from training.errors import ExportError, TrainingError, interruptible, refused
from training.halo import check_halo
from training.networks.cells import FOR_FOUR, for_four
from training.networks.generator import SuperResolver
from training.text import read_text

OPSET = 18
IR_VERSION = 10
"""What ONNX Runtime 1.18 (May 2024) and later read, opset 18 included."""
TOLERANCE = 1e-4
"""Largest difference between PyTorch and ONNX Runtime, in pixel sizes."""
CONVOLVED = ("generator.skip.weight",)
"""Weights of layers that `cells.convolved` runs."""
SIZES = ((1, 64, 64), (2, 96, 160), (1, 250, 130))
"""(N, H, W) that an export is compared at, or the next sizes that the network takes; the graph is traced at another one."""


def averaged_network(checkpoint: Checkpoint) -> SuperResolver:
    """The network of a run with its averaged weights, ready for inference."""
    network = SuperResolver(config_from_dict(checkpoint.config).network)
    network.load_state_dict(checkpoint.ema)
    return network.eval()


def example_inputs(n: int, height: int, width: int, seed: int = 0) -> tuple[Tensor, ...]:
    """Terrain-like inputs in the order of the contract."""
    gen = torch.Generator().manual_seed(seed)
    rough = torch.randn(n, 1, height, width, generator=gen)
    dem = 1500 + 30 * torch.cumsum(torch.cumsum(rough, 2), 3) / (height * width) ** 0.5
    return (
        dem,
        torch.rand(n, 3, height, width, generator=gen),
        (torch.rand(n, 1, height, width, generator=gen) > 0.2).float(),
        torch.linspace(5, 30, n),
        torch.linspace(0, 6, n),
    )


def outputs(network: SuperResolver) -> list[str]:
    """Names of what the network returns, in its order."""
    return [*OUTPUTS] if network.settings.sigma else [OUTPUTS[0]]


def export_onnx(network: SuperResolver, card: ModelCard, path: Path) -> None:
    """Writes `path` once the file does what the network does. Raises ExportError where it does not."""
    names = [*INPUTS, *SCALARS]
    n, h, w = (torch.export.Dim(name) for name in ("n", "h2", "w2"))
    s = network.size_multiple
    shapes: dict[str, Any] = {name: {0: n, 2: s * h, 3: s * w} for name in INPUTS} | {name: {0: n} for name in SCALARS}
    # The exporter speaks of torchvision, which nobody uses here, and of axis names that it merges.
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            network,
            example_inputs(2, 128, 96),
            input_names=names,
            output_names=outputs(network),
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            dynamic_shapes=shapes,
            verbose=False,
        )
    if program is None:
        raise ExportError("PyTorch's exporter returned nothing.", "Install the onnxscript that training/requirements.txt pins.")
    model = program.model_proto
    # The exporter notes at each node which line made it, with the path of whoever's machine that was.
    for node in model.graph.node:
        node.ClearField("metadata_props")
    _name_kernels(model, network)
    model.metadata_props.add(key=METADATA_KEY, value=card.to_json())
    if model.ir_version > IR_VERSION:
        raise ExportError(f"The file would have IR version {model.ir_version}.", f"ONNX Runtime of 2024 reads {IR_VERSION} at most.")
    onnx.checker.check_model(model, full_check=True)
    partial = path.with_suffix(".partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        partial.write_bytes(model.SerializeToString())
        compare(network, partial)
        put(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _name_kernels(model: onnx.ModelProto, network: SuperResolver) -> None:
    """Kernels that were made for four cells get the names by which `--init` finds them; the exporter calls them by what made them, and the
    first two axes of small ones are one there. Raises ExportError where a kernel is not found."""
    kernels = {name: for_four(value).numpy() for name, value in network.state_dict().items() if name in CONVOLVED}
    for name, kernel in kernels.items():
        shapes = (kernel.shape, (kernel.shape[0] * kernel.shape[1], *kernel.shape[2:]))
        if any(tensor.name == name for tensor in model.graph.initializer):
            continue
        for tensor in model.graph.initializer:
            if tuple(tensor.dims) in shapes and np.array_equal(numpy_helper.to_array(tensor).ravel(), kernel.ravel()):
                for node in model.graph.node:
                    node.input[:] = [name + FOR_FOUR if given == tensor.name else given for given in node.input]
                tensor.name = name + FOR_FOUR
                break
        else:
            raise ExportError(f"The graph does not hold {name}.", "Install the onnxscript that training/requirements.txt pins.")


def sizes(network: SuperResolver) -> list[tuple[int, int, int]]:
    """SIZES, in multiples of what the network takes."""
    s = network.size_multiple
    return [(n, -(-height // s) * s, -(-width // s) * s) for n, height, width in SIZES]


def compare(network: SuperResolver, path: Path) -> float:
    """Largest difference from PyTorch over SIZES, in pixel sizes. Raises ExportError above TOLERANCE, or where names or shapes differ."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names, made = [i.name for i in session.get_inputs()], [o.name for o in session.get_outputs()]
    if names != [*INPUTS, *SCALARS] or made != outputs(network):
        raise ExportError(f"The graph takes {names} and returns {made}.", "Names and order must be those of docs/contracts.md.")
    worst = 0.0
    for size in sizes(network):
        inputs = example_inputs(*size, seed=1)
        with torch.no_grad():
            expected = network(*inputs)
        got = session.run(made, {name: value.numpy() for name, value in zip(names, inputs, strict=True)})
        for name, wanted, value in zip(made, expected, got, strict=True):
            if value.shape != tuple(wanted.shape):
                raise ExportError(
                    f"At {size} the graph's {name} is {value.shape} instead of {tuple(wanted.shape)}.", "Sizes are not dynamic."
                )
            worst = max(worst, check_difference(name, size, wanted, torch.from_numpy(value), inputs[3], "graph"))
    return worst


def check_difference(name: str, size: tuple[int, ...], wanted: Tensor, got: Tensor, pixel_size: Tensor, what: str) -> float:
    """The largest difference in pixel sizes, for sigma in sigmas where that is more: it is an exponential, whose error grows with it.

    Raises ExportError above TOLERANCE, and where a value is not a number.
    """
    unit = pixel_size.reshape(-1, 1, 1, 1)
    if name == OUTPUTS[1]:
        unit = torch.maximum(unit, wanted)
    difference = float(((got - wanted).abs() / unit).max())
    if not difference <= TOLERANCE:
        raise ExportError(
            f"At {size} the {what}'s {name} differs from PyTorch's by {difference:.2e} pixel sizes.", f"At most {TOLERANCE:.0e} is allowed."
        )
    return difference


def export_torchscript(network: SuperResolver, card: ModelCard, path: Path) -> None:
    """Writes the traced network and its card beside it, once it does what the network does. Raises ExportError where it does not."""
    plain = Alone(network)
    with torch.no_grad(), warnings.catch_warnings():
        # Of sizes that become constants; the sizes below say whether one did.
        warnings.simplefilter("ignore")
        # With gradients, means over squares would be matrices of this size (training/networks/attention.py).
        traced = torch.jit.trace(plain, example_inputs(1, 128, 96))  # type: ignore[no-untyped-call]
    for size in sizes(network):
        inputs = example_inputs(*size, seed=1)
        with torch.no_grad():
            expected, got = network(*inputs), traced(*inputs)
        got = got if isinstance(got, tuple) else (got,)
        for name, wanted, value in zip(outputs(network), expected, got, strict=True):
            if value.shape != wanted.shape:
                raise ExportError(f"At {size} the traced {name} is {tuple(value.shape)}.", "Sizes are not dynamic.")
            check_difference(name, size, wanted, value, inputs[3], "traced network")
    partial = path.with_suffix(".partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        traced.save(str(partial))
        put(partial, path)
        sidecar_path(path).write_text(card.to_json(), encoding="utf-8")
    finally:
        partial.unlink(missing_ok=True)


class Alone(torch.nn.Module):
    """A single result on its own, not in a tuple, as TorchScript files of the contract return it."""

    def __init__(self, network: SuperResolver) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, dem: Tensor, guide: Tensor, guide_valid: Tensor, pixel_size: Tensor, dem_error: Tensor
    ) -> Tensor | tuple[Tensor, ...]:
        made: tuple[Tensor, ...] = self.network(dem, guide, guide_valid, pixel_size, dem_error)
        return made[0] if len(made) == 1 else made


def _same(some: dict[str, Tensor], others: dict[str, Tensor]) -> bool:
    return some.keys() == others.keys() and all(
        some[name].dtype == others[name].dtype and torch.equal(some[name], others[name]) for name in some
    )


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.export", description="Writes a trained network as a model file.")
    parser.add_argument("--run", type=Path, required=True, help="folder of the run")
    parser.add_argument(
        "--data", type=Path, default=Path("runs/data"), help="what the run was trained on (runs/data); its manifest goes into the card"
    )
    parser.add_argument("--card", type=Path, required=True, help="what the card says (TOML)")
    parser.add_argument("--halo", type=int, help="pixels around a tile, fewer than what can influence it; checked on the areas in --data")
    parser.add_argument("--out", type=Path, required=True, help="model file; its ending chooses: .onnx, or .pt for TorchScript")
    parser.add_argument("--overwrite", action="store_true", help="replace a model that exists")
    options = parser.parse_args(arguments)
    try:
        write = {".onnx": export_onnx, ".pt": export_torchscript}.get(options.out.suffix)
        if write is None:
            raise ExportError(f"{options.out} ends neither in .onnx nor in .pt.", "Name the output accordingly.")
        weights = options.out.with_suffix(".safetensors")
        if weights.resolve() == (options.run / CHECKPOINT).resolve():
            raise ExportError(f"The weights beside {options.out} would replace the run's checkpoint.", "Name the model otherwise.")
        if options.out.exists() and not options.overwrite:
            raise ExportError(f"{options.out} exists.", "Name the model otherwise, or pass --overwrite.")
        read_sums(options.out.with_name(SUMS_FILE))  # it is rewritten last, when all of the work is done
        checkpoint = load_checkpoint(options.run)
        network = averaged_network(checkpoint)
        # One run's ONNX and TorchScript files share one.
        shared = weights.exists() and not options.overwrite
        if shared and not _same(load_weights(weights), network.state_dict()):
            raise ExportError(f"{weights} exists, with other weights.", "Name the model otherwise, or pass --overwrite.")
        # Runs of before there was this note: what stands in the manifest now is all that is known.
        listed = attributions(options.data, "train")
        trained_on = credited(checkpoint.trained_on, listed) or listed
        described = read_text(options.card, "Compare it with training/configs/siran.card.toml.")
        card = build_card(described, network, options.out.stem, options.data, trained_on)
        for doubt in promised(card, config_from_dict(checkpoint.config).data.ratios, options.data):
            print(f"Warning: {doubt}", file=sys.stderr)
        if options.halo is not None:
            print(f"a halo of {options.halo} px: at most {check_halo(network, options.data, options.halo):.1e} pixel sizes off")
            card = replace(card, halo=options.halo)
        write(network, card, options.out)
        if not shared:
            save_weights(network.state_dict(), checkpoint.config, trained_on, weights)
    except CardError as error:
        return refused(ExportError(f"The card {options.card} does not fit: {error}", "Compare it with training/configs/siran.card.toml."))
    except tomllib.TOMLDecodeError as error:
        return refused(ExportError(f"The card {options.card} is no TOML: {error}.", "Compare it with training/configs/siran.card.toml."))
    except (TrainingError, InputError) as error:
        return refused(error)
    except OSError as error:
        hint = "Free some space, or name another file with --out; what is beside it may be of two exports."
        return refused(ExportError(f"{options.out} cannot be written: {error.strerror or error}.", hint))
    if not network.halo:
        print("Warning: its attention looks at all that it is given, so that what it makes depends on the tiles.", file=sys.stderr)
    count = sum(p.numel() for p in network.parameters())
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB, halo {card.halo} px, {count:,} weights")
    return 0


if __name__ == "__main__":
    sys.exit(interruptible(main))
