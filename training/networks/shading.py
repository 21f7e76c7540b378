"""What an image's shading says about slopes that a DEM does not show: photoclinometry, by local regression.

The brightness of lit ground is close to linear in its slopes (Horn 1977; for gentle relief, Pentland 1990): I = a p + b q + c, with p and
q the slopes east and south, and a, b set by the sun. Where the sun stands need not be told: around each pixel, a and b follow from
regressing the image on the slopes of the coarse DEM. What is left over, e = I - (a p + b q + c), is shading by relief that the DEM
lacks, and land cover. Read as shading alone it means the slope change

    (dp, dq) = sum_k (a_k, b_k) e_k / s_k^2  /  (sum_k (a_k^2 + b_k^2) / s_k^2 + 1 / t^2)

over the bands k, s_k^2 being the variance of e_k and t the size of slopes that a coarse DEM lacks: the posterior mean under normal
errors. An image that does not go with the terrain (constant, clouded, of another place, upside down) has a and b near 0, and says
little: the network has less to learn about distrust. A network of convolutions can learn all this, but slowly: it has to find the sun of
every patch, and to multiply.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from training.networks.attention import box_mean

WINDOW = 31
"""Cells of 2 x 2 pixels that the regression looks at along each side: 62 pixels."""
CHANNELS = 2
REACH = 2 * (WINDOW // 2) + 4
RIDGE = 1e-3
"""Added to the variances of the slopes: on level ground nothing can be regressed."""
NOISE = 2e-4
"""Added to the variance of what is left over: no image is better than 1.4 % of its range."""
PRIOR = 1e-2
"""t^2: cubic-upsampled DEMs lack slopes of about 10 % (RMS over mountains, ratio 3)."""


def slope_change(slopes: Tensor, guide: Tensor, valid: Tensor) -> Tensor:
    """`slopes` (N, 2, H, W) east and south, `guide` (N, 3, H, W), `valid` (N, 1, H, W), to (dp, dq) (N, 2, H, W). H and W are even."""
    bands = guide.shape[1]
    cells = F.avg_pool2d(torch.cat([slopes * valid, guide * valid, valid], dim=1), 2)
    weight = cells[:, -1:]
    share = box_mean(weight, WINDOW) + 1e-6

    def mean(x: Tensor) -> Tensor:
        """Over the window, of quantities that are sums over the valid part of each cell."""
        return box_mean(x, WINDOW) / share

    inverse = 1.0 / (weight + 1e-6)
    p, q, image = cells[:, :1] * inverse, cells[:, 1:2] * inverse, cells[:, 2:-1] * inverse
    mean_p, mean_q, mean_i = mean(weight * p), mean(weight * q), mean(weight * image)
    pp = mean(weight * p * p) - mean_p**2 + RIDGE
    qq = mean(weight * q * q) - mean_q**2 + RIDGE
    pq = mean(weight * p * q) - mean_p * mean_q
    pi = mean(weight * p * image) - mean_p * mean_i
    qi = mean(weight * q * image) - mean_q * mean_i
    ii = mean(weight * image * image) - mean_i**2
    determinant = pp * qq - pq * pq
    a, b = (pi * qq - qi * pq) / determinant, (qi * pp - pi * pq) / determinant
    rest = (ii - a * pi - b * qi).clamp_min(0.0) + NOISE
    precision = 1.0 / ((a * a + b * b) / rest).sum(dim=1, keepdim=True).add(1.0 / PRIOR)
    # The change is linear in the image and the slopes: one map of coefficients each, brought back to the pixels.
    by_image_p, by_image_q = a / rest * precision, b / rest * precision
    maps = torch.cat([a, b, mean_i - a * mean_p - b * mean_q, by_image_p, by_image_q], dim=1)
    maps = F.interpolate(maps, scale_factor=2.0, mode="nearest")
    a, b, c, to_p, to_q = torch.split(maps, bands, dim=1)
    left_over = (guide - (a * slopes[:, :1] + b * slopes[:, 1:] + c)) * valid
    return torch.cat([(to_p * left_over).sum(dim=1, keepdim=True), (to_q * left_over).sum(dim=1, keepdim=True)], dim=1)
