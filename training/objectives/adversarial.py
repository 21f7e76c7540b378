"""The losses of the game between generator and discriminator.

D(y) is the probability that y is real, the sigmoid of a logit: log D and log(1 - D) are computed from the logit by softplus, which neither
overflows nor becomes log 0, and whose gradient does not vanish where the player is far off.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from training.objectives.precision import full_precision


@full_precision
def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """-log D(y) - log(1 - D(y^)), mean over the patches (paper, equation 2). (N,) and (N,) to a scalar."""
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()


@full_precision
def generator_loss(fake_logits: Tensor) -> Tensor:
    """-log D(y^), mean over the patches. (N,) to a scalar.

    As in the paper (section 3.2.2), not log(1 - D(y^)) of the zero-sum game, which is flat where D is sure and G has most to learn.
    """
    return F.softplus(-fake_logits).mean()


@full_precision
def domain_adaptation_loss(maps_coarse: Tensor, maps_fine: Tensor) -> Tensor:
    """|D_SA(x~) - D_SA(y)|^2 at each pixel, mean over pixels and patches (paper, equation 3). (N, k, h, w) in 0..1, twice, to a scalar.

    The norm sums over the k maps. The paper leaves open whether it sums over pixels too. A sum over 256 x 256 pixels of differences that
    may reach 1 would, at the paper's weight of 0.1, be thousands of times -log D(y), and would change with the size of the patch; the mean
    is at most 0.1 k and leaves the game the first word.
    """
    return (maps_coarse - maps_fine).square().sum(dim=1).mean()
