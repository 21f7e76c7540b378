"""The generator's skip, solved: the linear filter that brings a cubic-upsampled DEM closest to its reference."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from training.data.batches import BatchSource
from training.networks.generator import MARGIN, SuperResolver

CELLS = 2000
"""Cells drawn from each batch, an equation each for s*s unknown filters of some 1,600 taps."""
RIDGE = 1e-4
"""Of the mean variance of a feature."""


@torch.no_grad()
def solve_skip(network: SuperResolver, source: BatchSource, batches: int) -> float:
    """Sets the weights of `network.generator.skip`; returns the RMSE that it leaves, divided by cubic's, on the same cells.

    Least squares over gate * skip(features) = (target - cubic) / pixel_size, by the normal equations in double precision.
    """
    s = network.settings.unshuffle
    skip = network.generator.skip
    taps = skip.weight[0].numel()
    squares, products = torch.zeros(taps, taps, dtype=torch.float64), torch.zeros(taps, s * s, dtype=torch.float64)
    total = 0.0
    for step in range(batches):
        batch = source.batch(step)
        missing = (batch.target - batch.dem) / batch.pixel_size.reshape(-1, 1, 1, 1)
        seen = network.features(*batch.inputs())
        rows, wanted = _equations(seen.linear, seen.gate, missing, s, skip.kernel_size[0], torch.Generator().manual_seed(step))
        squares += (rows.T @ rows).double()
        products += (rows.T @ wanted).double()
        total += float(wanted.square().sum())
    if not total:
        return 1.0  # Nothing is missing, as at ratio 1: the skip adds nothing.
    ridge = RIDGE * float(squares.diagonal().mean())
    solution = torch.linalg.solve(squares + ridge * torch.eye(taps, dtype=torch.float64), products)
    skip.weight.copy_(solution.T.reshape(skip.weight.shape).float())
    left = total - float((solution * products).sum()) - ridge * float(solution.square().sum())
    return math.sqrt(max(left, 0.0) / total)


def _equations(linear: Tensor, gate: Tensor, missing: Tensor, s: int, window: int, gen: torch.Generator) -> tuple[Tensor, Tensor]:
    """Features (CELLS, taps) and what to reach (CELLS, s*s) at cells drawn at random, away from the patches' borders."""
    edge = MARGIN // s
    inside, wide = slice(edge, -edge), slice(edge - window // 2, window // 2 - edge)
    patches = F.unfold(linear[..., wide, wide], window)  # (N, taps, L)
    patches = patches * F.avg_pool2d(gate, s)[..., inside, inside].flatten(2)
    wanted = F.pixel_unshuffle(missing, s)[..., inside, inside].flatten(2)  # (N, s*s, L)
    n, _, count = patches.shape
    drawn = torch.randint(n * count, (CELLS,), generator=gen)
    return patches[drawn // count, :, drawn % count], wanted[drawn // count, :, drawn % count]
