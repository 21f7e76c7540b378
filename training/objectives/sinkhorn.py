"""The Sinkhorn divergence between results and references, taken as measures.

With the cost C(x, y) = |x - y|^p, entropic transport and its divergence are (paper, equations 6 and 7)

    W(mu, nu) = min over plans pi of <C, pi> + epsilon KL(pi | mu x nu)
    S(mu, nu) = W(mu, nu) - W(mu, mu) / 2 - W(nu, nu) / 2

There is no factor 1/2 or 1/p in C, so that epsilon is the paper's. What mu and nu are, the paper leaves open: each patch as one point, or
the points of one patch. `SinkhornSettings.measure` names four answers; docs/sinkhorn.md says what each of them adds to the pixel loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import torch
from geomloss import SamplesLoss
from torch import Tensor

from training.objectives.precision import full_precision

Measure = Literal["batch", "pixels", "windows", "features"]

POINTS = 100
"""Points of a cloud, for each patch: the time grows with its square. As many again in another place are seen at the next step."""

TILE = 10
"""Side of the square of neighbouring pixels that is a cloud of POINTS. Neighbours, because a point can only be taken for another one that
is near it; pixels strewn over the patch would all be matched with themselves."""

ASIDE = 0.1
"""What one pixel aside weighs against one pixel size up. Cubic resampling is off by some tenths of a pixel size: at full weight no
point is ever better off with its neighbour's elevation than with its own, and the term is the pixel loss again."""

WINDOW = 5
"""Side of a window, pixels: as wide as the detail that a third of the resolution does not show."""

ANNEALING = 100.0
"""epsilon starts this many times higher. A multiple of epsilon and nothing of the data's, so that no patch's loss depends on the others."""


@dataclass(frozen=True)
class SinkhornSettings:
    """Which measure, and the numbers of the divergence.

    `measure`: `batch`, each flattened patch is one point and the batch the cloud: the paper taken literally. `pixels`: a patch is a cloud
    of (row, column, elevation). `windows`: a cloud of small overlapping windows, each without its mean. `features`: a cloud of the
    discriminator's activations at one place each. `epsilon`: of the entropy, in the unit of the cost. `iterations`: T. `power`: p of the
    cost, from 1 to 2: only there exp(-C / epsilon) is positive definite for points of any dimension, and without that S may be negative.
    """

    measure: Measure = "windows"
    epsilon: float = 0.1
    iterations: int = 10
    power: float = 2

    def __post_init__(self) -> None:
        if self.measure not in get_args(Measure):
            raise ValueError(f"measure must be one of {', '.join(get_args(Measure))}; it is {self.measure!r}")
        if not 0 < self.epsilon < float("inf"):
            raise ValueError(f"epsilon must be a positive number; it is {self.epsilon}")
        if self.iterations != int(self.iterations) or self.iterations < 3:
            raise ValueError(f"iterations must be a whole number from 3 on, which geomloss takes to lower epsilon; it is {self.iterations}")
        if not 1 <= self.power <= 2:
            raise ValueError(f"power must be from 1 to 2; it is {self.power}")


def divergence(x: Tensor, y: Tensor, *, epsilon: float, iterations: int, power: float) -> Tensor:
    """S of B pairs of clouds whose points weigh the same: (B, N, D) and (B, M, D) to (B,).

    geomloss's symmetric Sinkhorn loop: T updates of the potentials while epsilon falls geometrically to its value, and one more that the
    gradient is taken through. At convergence that gradient is exact, by the envelope theorem (Feydy 2020, section 3.3.3).

    Why `SamplesLoss` and not `geomloss.ot.solve_batch`, which takes epsilon and T by name: the gradient of the latter is twice
    what it should be (0.3.1: both potentials are differentiated through one cost matrix), and it does not debias. `SamplesLoss` is
    given our cost, so that its own (1/2 |x - y|^2, by an expansion that cancels) has no part in it; p=1, so that `blur` and `diameter` are
    epsilon's last value and its first, whatever the power of our cost; and a `scaling` that makes exactly T steps. A diameter that is given
    also spares the ValueError that equal one-point clouds raise.
    """

    def cost(a: Tensor, b: Tensor) -> Tensor:
        # Differences, not |a|^2 - 2ab + |b|^2; and the gradient of cdist is 0, not NaN, where two points are one.
        return torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist") ** power

    # geomloss makes two steps at the first value, the second of which begins a geometric row, and one at the last. The half keeps a
    # rounding error from adding a step to the row.
    scaling = (1 / ANNEALING) ** (1 / (iterations - 2.5))
    transport = SamplesLoss(p=1, blur=epsilon, diameter=ANNEALING * epsilon, scaling=scaling, cost=cost, backend="tensorized")
    # geomloss leaves gradients switched on behind itself, under no_grad too.
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
    """S(mu(result), nu(target)) (paper, equation 9). A scalar.

    `result`, `target` (N, 1, H, W) metres, `pixel_size` (N,) metres; `features`, for that measure, (N, C, h, w) of each. Elevations are
    counted from the mean of the reference patch, in pixel sizes: a constant added to both changes nothing, and 30 and 10 m are one task.

    All measures but `batch` are the mean over the patches of a divergence for each, so that a batch may be split over
    processes. Their points lie at places drawn from `position` (on the CPU), the same in every patch, result and reference: seed it
    from the run's seed and the step. At other places in the reference, equal patches would be apart by what the sample left out.

    Computed in float64: S is a small difference of large transport costs, and they are divided by epsilon before an exp. For clouds of this
    size that takes no longer than float32.

    Raises ValueError where the features are missing, or a patch is too small to draw from.
    """
    x, y = clouds(result, target, pixel_size, settings.measure, features=features, position=position)
    values = divergence(x, y, epsilon=settings.epsilon, iterations=settings.iterations, power=settings.power)
    return values.mean().to(torch.float32)


def clouds(
    result: Tensor,
    target: Tensor,
    pixel_size: Tensor,
    measure: Measure,
    *,
    features: tuple[Tensor, Tensor] | None = None,
    position: torch.Generator,
) -> tuple[Tensor, Tensor]:
    """mu and nu: what `sinkhorn_loss` takes, to the points of result and reference (B, P, D), float64. B is 1 for `batch`, else N."""
    size = pixel_size.reshape(-1, 1, 1, 1)
    exact = torch.float32 if result.device.type == "mps" else torch.float64  # Apple's GPUs have nothing better
    level = target.mean(dim=(1, 2, 3), keepdim=True)
    a, b = ((elevation - level).to(exact) / size for elevation in (result, target))
    match measure:
        case "batch":
            return a.flatten(1)[None], b.flatten(1)[None]
        case "pixels":
            return _pixels(a, b, position)
        case "windows":
            return _windows(a, b, position)
        case "features":
            if features is None:
                raise ValueError("The measure features needs the discriminator's activations of result and target.")
            return _features(features[0].to(exact), features[1].to(exact), position)


def _pixels(a: Tensor, b: Tensor, position: torch.Generator) -> tuple[Tensor, Tensor]:
    """(N, 1, H, W) twice to clouds (N, TILE * TILE, 3): a tile at a random place."""
    row, column = (_corner(length, TILE, position) for length in a.shape[2:])
    steps = ASIDE * torch.arange(TILE, dtype=a.dtype, device=a.device)
    place = torch.stack(torch.meshgrid(steps, steps, indexing="ij"), dim=-1).flatten(0, 1).expand(len(a), -1, -1)

    def cloud(z: Tensor) -> Tensor:
        return torch.cat([place, z[:, 0, row : row + TILE, column : column + TILE].flatten(1)[..., None]], dim=2)

    return cloud(a), cloud(b)


def _corner(length: int, side: int, position: torch.Generator) -> int:
    if length < side:
        raise ValueError(f"A patch of {length} pixels is too small for the Sinkhorn term: it looks at {side}.")
    return int(torch.randint(length - side + 1, (), generator=position))


def _windows(a: Tensor, b: Tensor, position: torch.Generator) -> tuple[Tensor, Tensor]:
    """(N, 1, H, W) twice to clouds (N, POINTS, WINDOW * WINDOW): windows at random places, overlapping where it happens. Without their
    mean they say what the ground is like, not how high it lies; where they lie has no part in it."""
    row, column = (
        torch.tensor([_corner(length, WINDOW, position) for _ in range(POINTS)], device=a.device)[:, None, None] for length in a.shape[2:]
    )
    within = torch.arange(WINDOW, device=a.device)

    def cloud(z: Tensor) -> Tensor:
        windows = z[:, 0, row + within[:, None], column + within].flatten(2)
        return windows - windows.mean(dim=2, keepdim=True)

    return cloud(a), cloud(b)


def _features(a: Tensor, b: Tensor, position: torch.Generator) -> tuple[Tensor, Tensor]:
    """(N, C, h, w) twice to clouds (N, POINTS, C): the activations at random places, or at all where there are fewer.

    In units of the root mean square of the reference's: how large activations are means nothing, and the discriminator could otherwise
    switch this term on and off.
    """
    chosen = torch.randperm(a.shape[2] * a.shape[3], generator=position)[:POINTS].to(a.device)
    norm = b.detach().square().sum(dim=1).mean(dim=(1, 2)).sqrt().clamp_min(1e-12).reshape(-1, 1, 1)

    def cloud(z: Tensor) -> Tensor:
        return z.flatten(2)[..., chosen].transpose(1, 2) / norm

    return cloud(a), cloud(b)
