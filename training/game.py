"""The adversarial game: what each of the two players is to minimise (paper, sections 3.1 and 3.2).

One module with three calls, so that whatever wraps a module for a device, a precision or several processes wraps both players at once.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from training.config import Config
from training.networks import terrain
from training.networks.generator import MARGIN, SuperResolver
from training.objectives.adversarial import discriminator_loss, domain_adaptation_loss, generator_loss
from training.objectives.content import balanced, pixel_loss, sigma_loss, slope_loss, structural_loss
from training.objectives.sinkhorn import sinkhorn_loss

Losses = dict[str, Tensor]
Call = Literal["resolve", "discriminator_losses", "generator_losses"]


def inside(x: Tensor) -> Tensor:
    """A patch without the margin that is not judged: (N, C, H, W) to (N, C, H - 2 MARGIN, W - 2 MARGIN)."""
    return x[..., MARGIN:-MARGIN, MARGIN:-MARGIN]


class Game(nn.Module):
    """Generator (with PSA) against discriminator. Losses come weighted, by name; a player's total is their sum.

    `dem`, `target` (N, 1, P, P) metres, `pixel_size` (N,) metres; a result is (N, 1, P - 2 MARGIN, P - 2 MARGIN).
    """

    def __init__(self, network: SuperResolver, config: Config) -> None:
        super().__init__()
        self.network = network
        self.objective = config.objective
        self.transport = config.transport

    def forward(self, call: Call, *given: Tensor | int | bool) -> tuple[Tensor, ...] | Losses:
        """One of the three calls below, by name."""
        made: tuple[Tensor, ...] | Losses = getattr(self, call)(*given)
        return made

    def resolve(self, dem: Tensor, guide: Tensor, valid: Tensor, pixel_size: Tensor, dem_error: Tensor) -> tuple[Tensor, ...]:
        """ŷ, and sigma where the network has it."""
        made: tuple[Tensor, ...] = self.network(dem, guide, valid, pixel_size, dem_error, MARGIN)
        return made

    def discriminator_losses(self, dem: Tensor, target: Tensor, result: Tensor, pixel_size: Tensor) -> Losses:
        """-log D(y) - log(1 - D(ŷ)) + λ_DA |D_SA(x̃) - D_SA(y)|² (paper, equation 4)."""
        shown = torch.cat([inside(target), result, inside(dem)])
        logits, maps, _ = self.network.discriminator(terrain.detail(shown, pixel_size.repeat(3)))
        real, fake, _ = logits.chunk(3)
        losses = {"l_d_adv": discriminator_loss(real, fake)}
        if self.objective.domain:
            fine, _, coarse = maps.chunk(3)
            losses["l_d_da"] = self.objective.domain * domain_adaptation_loss(coarse, fine)
        return losses

    def generator_losses(
        self,
        dem: Tensor,
        target: Tensor,
        truthful: Tensor,
        pixel_size: Tensor,
        playing: bool,
        step_seed: int,
        result: Tensor,
        sigma: Tensor | None = None,
    ) -> Losses:
        """λ_P pixel + λ_str structural + λ_ADV adversarial + λ_OT Sinkhorn (paper, equation 10), and what is ours.

        Without `playing`, the content losses alone. `step_seed` decides where the Sinkhorn term looks.
        """
        weigh, target = self.objective, inside(target)
        losses: Losses = {}
        unit = balanced(inside(dem), target, pixel_size, weigh.balance)
        if weigh.pixel:
            losses["l_g_pix"] = weigh.pixel * pixel_loss(result, target, unit, power=weigh.power)
        if weigh.slope:
            losses["l_g_slope"] = weigh.slope * slope_loss(result, target, unit, power=weigh.power)
        if weigh.structural:
            losses["l_g_str"] = weigh.structural * structural_loss(result, target, pixel_size)
        if weigh.sigma and sigma is not None:
            losses["l_g_sigma"] = weigh.sigma * sigma_loss(result, sigma, target, unit, truthful)
        if not playing:
            return losses
        features = None
        if weigh.adversarial:
            judged = self.network.discriminator(terrain.detail(result, pixel_size))
            losses["l_g_adv"] = weigh.adversarial * generator_loss(judged.logits)
            if weigh.transport and self.transport.measure == "features":
                with torch.no_grad():
                    features = judged.features, self.network.discriminator(terrain.detail(target, pixel_size)).features
        if weigh.transport:
            where = torch.Generator().manual_seed(step_seed)
            moved = sinkhorn_loss(result, target, pixel_size, self.transport, features=features, position=where)
            losses["l_g_ot"] = weigh.transport * moved
        return losses
