"""What an image's shading says about slopes that a DEM does not show: photoclinometry, by local regression.

The brightness of matt ground is linear in its normal (Lambert; Horn 1977): I = A n_x + B n_y + C n_z + D, with n = (p, q, 1) / g, p and q
the slopes east and south and g = sqrt(1 + p^2 + q^2). Where the sun stands need not be told: around each pixel A to D follow from
regressing the image on the normals of the coarse DEM. What is left over, e, is shading by relief that the DEM lacks, and land cover.
With a = dI/dp and b = dI/dq at the DEM's own slopes, and read as shading alone, it means the slope change

    (dp, dq) = sum_k (a_k, b_k) e_k / s_k^2  /  (sum_k (a_k^2 + b_k^2) / s_k^2 + 1 / t^2)

over the bands k, s_k^2 being the variance of e_k and t the size of slopes that a coarse DEM lacks: the posterior mean under normal
errors. An image that does not go with the terrain (constant, clouded, of another place, upside down) has a and b near 0, and says
little: the network has less to learn about distrust. A network of convolutions can learn all this, but slowly: it has to find the sun of
every patch, and to multiply.

An image that is off by d pixels leaves e = -d . grad(A n_x + B n_y + C n_z) over: regressing e on that gradient finds d (Lucas and Kanade
1981), and the network is told.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from training.networks.attention import box_mean

WINDOW = 21
"""Cells of 2 x 2 pixels that the regression looks at along each side: 42 pixels. Wider windows see more relief, narrower ones less land
cover; between 31 and 61 pixels it makes no difference."""
SHIFT_WINDOW = 13
"""Cells that the shift is averaged over: the network can average on."""
CHANGES, RESPONSES, SHIFTS = 2, 3, 2
"""Channels of the three parts of a `Reading`."""
REACH = 2 * (WINDOW // 2 + 1 + SHIFT_WINDOW // 2) + 4
RIDGE = 1e-3
"""Added to the variances of the normals: on level ground nothing can be regressed."""
NOISE = 2e-4
"""Added to the variance of what is left over: no image is better than 1.4 % of its range."""
PRIOR = 1e-2
"""t^2: cubic-upsampled DEMs lack slopes of about 10 % (RMS over mountains, ratio 3)."""
SHIFT_PRIOR = 0.02
"""Inverse variance of a misregistration, 1 cell^-2, for each of the some 50 cells of a window that say something of their own."""
LARGEST_SHIFT = 3.0
"""Cells. What looks further off is no misregistration, but another image."""


class Reading(NamedTuple):
    """`change` (N, 2, H, W): the slopes (dp, dq) that the DEM lacks. `response` (N, 3, H/2, W/2): the symmetric matrix (pp, pq, qq) by
    which that shrinks as slopes are added to the DEM; its eigenvalues lie in 0..1, 0 where the image says nothing. `shift` (N, 2, H/2,
    W/2): how far the image seems to lie east and south of where it should, in cells."""

    change: Tensor
    response: Tensor
    shift: Tensor


def read_shading(slopes: Tensor, guide: Tensor, valid: Tensor) -> Reading:
    """`slopes` (N, 2, H, W) east and south, `guide` (N, 3, H, W), `valid` (N, 1, H, W). H and W are even."""
    cells = F.avg_pool2d(torch.cat([slopes * valid, guide * valid, valid], dim=1), 2)
    weight = cells[:, -1:]
    share = box_mean(weight, WINDOW) + 1e-6
    inverse = 1.0 / (weight + 1e-6)
    p, q, image = cells[:, :1] * inverse, cells[:, 1:2] * inverse, cells[:, 2:-1] * inverse
    normal = _normals(p, q)

    # Means, variances and covariances over the window, of the valid part of each cell.
    x, y, z = torch.split(normal, 1, dim=1)
    seen = [normal, image, x * normal, y * normal[:, 1:], z * z, x * image, y * image, z * image, image * image]
    means = box_mean(torch.cat([weight * part for part in seen], dim=1), WINDOW) / share
    mean_n, mean_i, of_x, of_y, zz, xi, yi, zi, ii = torch.split(means, [3, 3, 3, 2, 1, 3, 3, 3, 3], dim=1)
    mx, my, mz = torch.split(mean_n, 1, dim=1)
    xx, xy, xz = torch.split(of_x - mx * mean_n, 1, dim=1)
    yy, yz = torch.split(of_y - my * mean_n[:, 1:], 1, dim=1)
    xx, yy, zz = xx + RIDGE, yy + RIDGE, zz - mz * mz + RIDGE
    xi, yi, zi = xi - mx * mean_i, yi - my * mean_i, zi - mz * mean_i

    # The regression: three unknowns, by Cramer's rule.
    minor_xx, minor_xy, minor_xz = yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy
    minor_yy, minor_yz, minor_zz = xx * zz - xz * xz, xy * xz - xx * yz, xx * yy - xy * xy
    inverse = 1.0 / (xx * minor_xx + xy * minor_xy + xz * minor_xz)
    by_x = (minor_xx * xi + minor_xy * yi + minor_xz * zi) * inverse
    by_y = (minor_xy * xi + minor_yy * yi + minor_yz * zi) * inverse
    by_z = (minor_xz * xi + minor_yz * yi + minor_zz * zi) * inverse
    rest = (ii - mean_i * mean_i - by_x * xi - by_y * yi - by_z * zi).clamp_min(0.0) + NOISE

    # dI/dp and dI/dq on the slopes as they are.
    g3 = z * z * z
    a = (by_x * (1 + q * q) - by_y * (p * q) - by_z * p) * g3
    b = (by_y * (1 + p * p) - by_x * (p * q) - by_z * q) * g3
    to_p, to_q = a / rest, b / rest
    precision = 1.0 / ((a * to_p + b * to_q).sum(dim=1, keepdim=True) + 1.0 / PRIOR)
    to_p, to_q = to_p * precision, to_q * precision
    response = torch.cat([(to_p * part).sum(dim=1, keepdim=True) for part in (a, b)] + [(to_q * b).sum(dim=1, keepdim=True)], dim=1)

    # The image is as sharp as the pixels, the coefficients are not: they are brought back to the pixels, and meet it there.
    offset = mean_i - by_x * mx - by_y * my - by_z * mz
    maps = F.interpolate(torch.cat([by_x, by_y, by_z, offset, to_p, to_q], dim=1), scale_factor=2.0, mode="nearest")
    fine_x, fine_y, fine_z, fine_offset, to_p, to_q = torch.split(maps, guide.shape[1], dim=1)
    nx, ny, nz = torch.split(_normals(slopes[:, :1], slopes[:, 1:]), 1, dim=1)
    left_over = (guide - (fine_x * nx + fine_y * ny + fine_z * nz + fine_offset)) * valid
    change = torch.cat([(to_p * left_over).sum(dim=1, keepdim=True), (to_q * left_over).sum(dim=1, keepdim=True)], dim=1)

    # Registration: what is left over in the cells, against the gradient of what was explained.
    explained = by_x * x + by_y * y + by_z * z
    error = image - explained - offset
    sides = F.pad(normal, (1, 1, 1, 1), mode="replicate")
    right = 0.5 * (sides[:, :, 1:-1, 2:] - sides[:, :, 1:-1, :-2])
    down = 0.5 * (sides[:, :, 2:, 1:-1] - sides[:, :, :-2, 1:-1])
    east = by_x * right[:, :1] + by_y * right[:, 1:2] + by_z * right[:, 2:]
    south = by_x * down[:, :1] + by_y * down[:, 1:2] + by_z * down[:, 2:]
    sums = [(first * second / rest).sum(dim=1, keepdim=True) for first, second in ((east, east), (east, south), (south, south))]
    sums += [-(gradient * error / rest).sum(dim=1, keepdim=True) for gradient in (east, south)]
    ee, es, ss, er, sr, share = torch.split(box_mean(torch.cat([*sums, torch.ones_like(weight)], dim=1) * weight, SHIFT_WINDOW), 1, dim=1)
    ridge = SHIFT_PRIOR * share + 1e-6
    ee, ss = ee + ridge, ss + ridge
    inverse = 1.0 / (ee * ss - es * es)
    shift = torch.cat([(er * ss - sr * es) * inverse, (sr * ee - er * es) * inverse], dim=1).clamp(-LARGEST_SHIFT, LARGEST_SHIFT)
    return Reading(change, response, shift)


def _normals(p: Tensor, q: Tensor) -> Tensor:
    """Unit normals (N, 3, H, W) of slopes (N, 1, H, W), with the signs of the slopes."""
    z = torch.rsqrt(1.0 + p * p + q * q)
    return torch.cat([p * z, q * z, z], dim=1)
