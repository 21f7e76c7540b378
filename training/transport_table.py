"""What each measure of the Sinkhorn term adds to the pixel loss, as a Markdown table.

    python -m training.transport_table
    python -m training.transport_table --data runs/data --iterations 10 --power 2 > table.md

For each measure and epsilon from 1e-3 to 1e3: the value; the cosine of its gradient, for the pixels of the result, with the gradient of the
pixel loss; with the gradient that would be if each point had to go to its own counterpart; and with its own gradient after 300 iterations.
Only pixels that the measure sees are compared. Last, the processor time of the term, forward and backward. The batch is training data: the
result is what cubic resampling makes of the coarse DEM, the target is the reference. The features are those of a discriminator that is not
trained.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, get_args

import torch
from torch import Tensor

from training.data.areas import load_areas
from training.data.batches import BatchSource, DataSettings
from training.errors import TrainingError, interruptible, refused
from training.networks import terrain
from training.networks.generator import SuperResolver
from training.networks.settings import NetworkSettings
from training.objectives.content import pixel_loss
from training.objectives.sinkhorn import TILE, Measure, SinkhornSettings, clouds, sinkhorn_loss

EPSILONS = tuple(10.0**decade for decade in range(-3, 4))
CONVERGED = 300
"""Iterations after which the gradient is taken for the converged one."""
SEED = 0
REPEATS = 10


class Row(NamedTuple):
    """A line of the table: value, and cosines of the gradient with those of the pixel loss, of paired points, of itself at convergence."""

    measure: Measure
    epsilon: float
    value: float
    pixel: float
    paired: float
    converged: float


class Scene(NamedTuple):
    """A batch: what cubic resampling makes of it and the reference, (N, 1, H, W) metres, pixel sizes (N,), and who judges them."""

    result: Tensor
    target: Tensor
    pixel_size: Tensor
    model: SuperResolver

    def gradient(self, settings: SinkhornSettings, *, paired: bool = False) -> tuple[float, Tensor]:
        """The term's value and its gradient for the pixels of the result, (N, 1, H, W). `paired`: every point goes to its counterpart,
        instead of where transport takes it."""
        result = self.result.clone().requires_grad_()
        features = None
        if settings.measure == "features":
            seen = self.model.discriminator(terrain.detail(torch.cat([result, self.target]), self.pixel_size.repeat(2))).features
            features = (seen[: len(result)], seen[len(result) :].detach())
        position = torch.Generator().manual_seed(SEED)
        given = (result, self.target, self.pixel_size)
        if paired:
            x, y = clouds(*given, settings.measure, features=features, position=position)
            value = ((x - y).norm(dim=2) ** settings.power).mean()
        else:
            value = sinkhorn_loss(*given, settings, features=features, position=position)
        (gradient,) = torch.autograd.grad(value, result)
        return float(value.detach()), gradient


def cosine(a: Tensor, b: Tensor) -> float:
    """Of two gradients as vectors; NaN where one is 0."""
    return float((a * b).sum(dtype=torch.float64) / (a.double().norm() * b.double().norm()))


def rows(scene: Scene, measure: Measure, iterations: int, power: float) -> list[Row]:
    """The lines of one measure, by epsilon."""
    result = scene.result.clone().requires_grad_()
    (pixel,) = torch.autograd.grad(pixel_loss(result, scene.target, scene.pixel_size, power=2), result)
    _, paired = scene.gradient(SinkhornSettings(measure, power=power), paired=True)
    made = []
    for epsilon in EPSILONS:
        settings = SinkhornSettings(measure, epsilon, iterations, power)
        value, gradient = scene.gradient(settings)
        seen = gradient != 0
        _, converged = scene.gradient(replace(settings, iterations=CONVERGED))
        made.append(Row(measure, epsilon, value, cosine(gradient, pixel * seen), cosine(gradient, paired), cosine(gradient, converged)))
    return made


def milliseconds(scene: Scene, settings: SinkhornSettings) -> float:
    """Least processor time of the term, forward and backward, over some repeats: other work on the machine has little part in it. With
    `features` the discriminator's is included."""
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        scene.gradient(settings)
        times.append(time.process_time() - start)
    return 1000 * min(times)


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.transport_table", description="What the Sinkhorn measures add.")
    parser.add_argument("--data", type=Path, default=Path("runs/data"), help="folder that training.prepare wrote (runs/data)")
    parser.add_argument("--patch", type=int, default=96, help="edge of a patch in pixels (96)")
    parser.add_argument("--batch", type=int, default=12, help="patches (12)")
    parser.add_argument("--iterations", type=int, default=10, help="T (10)")
    parser.add_argument("--power", type=float, default=2, help="p of the cost (2)")
    options = parser.parse_args(arguments)
    try:
        try:
            SinkhornSettings("batch", EPSILONS[0], options.iterations, options.power)
        except ValueError as error:
            raise TrainingError(f"{error}.", "Pass other --iterations or another --power.") from error
        if options.patch < TILE:
            raise TrainingError(f"--patch {options.patch}: a measure looks at {TILE} x {TILE} pixels of it.", f"Pass at least {TILE}.")
        data = DataSettings(patch=options.patch, batch=options.batch)
        batch = BatchSource(load_areas(options.data, "train"), data, SEED).batch(0)
    except TrainingError as error:
        return refused(error)
    torch.manual_seed(SEED)
    scene = Scene(batch.dem, batch.target, batch.pixel_size, SuperResolver(NetworkSettings()).requires_grad_(False))

    wrong = (batch.dem - batch.target) / batch.pixel_size.reshape(-1, 1, 1, 1)
    print(f"{options.batch} patches of {options.patch} x {options.patch}, T = {options.iterations}, p = {options.power:g}; ", end="")
    print(f"cubic's RMSE is {float(wrong.square().mean().sqrt()):.3f} pixel sizes. D is not trained.\n")
    print(
        "| measure | epsilon | value | cosine with the pixel loss | with paired points | with itself converged |\n|---|---|---|---|---|---|"
    )
    for measure in get_args(Measure):
        for row in rows(scene, measure, options.iterations, options.power):
            print(
                f"| {row.measure} | {row.epsilon:g} | {row.value:.3g} | {row.pixel:.3f} | {row.paired:.3f} | {row.converged:.3f} |",
                flush=True,
            )
    print(f"\n| measure | processor ms, {torch.get_num_threads()} threads |\n|---|---|")
    for measure in get_args(Measure):
        print(f"| {measure} | {milliseconds(scene, SinkhornSettings(measure, 0.1, options.iterations, options.power)):.0f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(interruptible(main))
