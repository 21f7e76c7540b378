"""The Sinkhorn divergence between results and references, taken as measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import torch
from geomloss import SamplesLoss
from torch import Tensor

from training.objectives.precision import full_precision

Measure = Literal["batch", "pixels", "windows", "features"]

TILE = 10
POINTS = 100
WINDOW = 5


@dataclass(frozen=True)
class SinkhornSettings:
    """Which measure, and epsilon, T (`iterations`) and p (`power`) of the divergence."""

    measure: Measure = "windows"
    epsilon: float = 0.1
    iterations: int = 10
    power: float = 2

    def __post_init__(self) -> None:
        if self.measure not in get_args(Measure):
            raise ValueError(f"measure must be one of {', '.join(get_args(Measure))}; it is {self.measure!r}")
        if not 0 < self.epsilon < float("inf"):
            raise ValueError(f"epsilon must be a positive number; it is {self.epsilon}")
        if self.iterations < 3:
            raise ValueError(f"iterations must be at least 3; it is {self.iterations}")
        if not 1 <= self.power <= 2:
            raise ValueError(f"power must be from 1 to 2; it is {self.power}")


def divergence(x: Tensor, y: Tensor, *, epsilon: float, iterations: int, power: float) -> Tensor:
    """S_epsilon of B pairs of clouds of equal weights: (B, N, D) and (B, M, D) to (B,)."""

    def cost(a: Tensor, b: Tensor) -> Tensor:
        return torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist") ** power

    start = epsilon * (1 + 1e-6)
    scaling = (epsilon / start) ** (1 / (iterations - 2.5))
    transport = SamplesLoss(p=1, blur=epsilon, diameter=start, scaling=scaling, cost=cost, backend="tensorized")
    with torch.set_grad_enabled(torch.is_grad_enabled()):
        values: Tensor = transport(x, y)
    return values


@full_precision
def sinkhorn_loss(
    result: Tensor,
    target: Tensor,
    pixel_size: Tensor,
    settings: SinkhornSettings,
    *,
    features: tuple[Tensor, Tensor] | None = None,
    position: torch.Generator,
) -> Tensor:
    """S_epsilon(mu(result), nu(target)). (N, 1, H, W) metres, twice, and (N,) metres to a scalar."""
    size = pixel_size.reshape(-1, 1, 1, 1)
    level = target.mean(dim=(1, 2, 3), keepdim=True)
    a, b = (result - level) / size, (target - level) / size
    if settings.measure == "batch":
        x, y = a.flatten(1)[None], b.flatten(1)[None]
    elif settings.measure == "pixels":
        x, y = _pixels(a, b, position)
    elif settings.measure == "windows":
        x, y = _windows(a, b, position)
    else:
        if features is None:
            raise ValueError("The measure features needs the discriminator's activations of result and target.")
        x, y = _features(*features, position)
    values = divergence(x.double(), y.double(), epsilon=settings.epsilon, iterations=settings.iterations, power=settings.power)
    return values.mean().float()


def _pixels(a: Tensor, b: Tensor, position: torch.Generator) -> tuple[Tensor, Tensor]:
    height, width = a.shape[2:]
    row = int(torch.randint(height - TILE + 1, (), generator=position))
    column = int(torch.randint(width - TILE + 1, (), generator=position))
    steps = torch.arange(TILE, dtype=a.dtype, device=a.device)
    place = torch.stack(torch.meshgrid(steps, steps, indexing="ij"), dim=-1).flatten(0, 1).expand(len(a), -1, -1)

    def cloud(z: Tensor) -> Tensor:
        return torch.cat([place, z[:, 0, row : row + TILE, column : column + TILE].flatten(1)[..., None]], dim=2)

    return cloud(a), cloud(b)


def _windows(a: Tensor, b: Tensor, position: torch.Generator) -> tuple[Tensor, Tensor]:
    rows, columns = a.shape[2] - WINDOW + 1, a.shape[3] - WINDOW + 1
    chosen = torch.randperm(rows * columns, generator=position)[:POINTS].to(a.device)
    within = torch.arange(WINDOW, device=a.device)
    row = (chosen // columns)[:, None, None] + within[:, None]
    column = (chosen % columns)[:, None, None] + within

    def cloud(z: Tensor) -> Tensor:
        windows = z[:, 0, row, column].flatten(2)
        return windows - windows.mean(dim=2, keepdim=True)

    return cloud(a), cloud(b)


def _features(a: Tensor, b: Tensor, position: torch.Generator) -> tuple[Tensor, Tensor]:
    chosen = torch.randperm(a.shape[2] * a.shape[3], generator=position)[:POINTS].to(a.device)
    norm = b.square().sum(dim=1).mean(dim=(1, 2)).sqrt().detach().reshape(-1, 1, 1)

    def cloud(z: Tensor) -> Tensor:
        return z.flatten(2)[..., chosen].transpose(1, 2) / norm.clamp_min(1e-12)

    return cloud(a), cloud(b)
