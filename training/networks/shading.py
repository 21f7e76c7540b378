"""What an image's shading says about slopes that a DEM does not show: photoclinometry, by local regression.

The brightness of matt ground is linear in its normal (Lambert; Horn 1977): I = A n_x + B n_y + C n_z + D, with n = (p, q, 1) / g, p and q
the slopes east and south and g = sqrt(1 + p^2 + q^2). Where the sun stands need not be told: around each pixel A to D follow from
regressing the image on the normals of the coarse DEM. What is left over, e, is shading by relief that the DEM lacks, and land cover.
With a = dI/dp and b = dI/dq at the DEM's own slopes, and read as shading alone, it means the slope change

    dp = a' S^-1 e / (a' S^-1 a + b' S^-1 b + 1 / t^2)         dq likewise, with b for the first a

where a, b and e have an entry for each band, S is the covariance of e, and t the size of slopes that a coarse DEM lacks: the posterior mean
under normal errors. Shading darkens all bands alike, land cover does not: where grass becomes soil one band rises and another falls.
S knows that, and what is left of e is shading (against weights from the variances alone, the correlation of the change with the true one
rises from 0.1 to 0.5 where the land cover has colours). An image that does not go with the terrain (constant, clouded, of another place,
upside down) has a and b near 0, and says little: the network has less to learn about distrust. A network of convolutions can learn all
this, but slowly: it has to find the sun of every patch, and to multiply.

An image that is off by d pixels leaves e = -d . grad(A n_x + B n_y + C n_z) over: regressing e on that gradient finds d (Lucas and Kanade
1981), and the network is told.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from training.networks.attention import box_mean
from training.networks.cells import unshuffled

WINDOW = 21
"""Cells of 2 x 2 pixels that the regression looks at along each side: 42 pixels. Wider windows see more relief, narrower ones less land
cover; between 31 and 61 pixels it makes no difference."""
SHIFT_WINDOW = 13
"""Cells that the shift is averaged over: the network can average on."""
CHANGES, RESPONSES, SHIFTS, EVIDENCE = 2, 3, 2, 1
"""Channels of the four parts of a `Reading`."""
REGRESSION_REACH = 2 * (WINDOW // 2) + 4
REACH = 2 * (WINDOW // 2 + 1 + SHIFT_WINDOW // 2) + 4
"""Pixels to each side that a `Reading` depends on; without its shift, REGRESSION_REACH."""
RIDGE = 3e-5
"""Added to the variances of the normals: on level ground nothing can be regressed. Those of n_z are 0.001 to 0.003 in mountains; a ridge of
their size leaves a quarter of its part of the image over."""
NOISE = 2e-4
"""Added to the variance of what is left over: no image is better than 1.4 % of its range."""
PRIOR = 1e-2
"""t^2 in units of the squared roughness: cubic-upsampled DEMs lack slopes of about 10 % (RMS over mountains, ratio 3)."""
CELLS = 50
"""Of a window, that say something of their own."""
SHIFT_PRIOR = 1.0 / CELLS
"""Inverse variance of a misregistration, 1 cell^-2, for each of them."""
LARGEST_SHIFT = 3.0
"""Cells. What looks further off is no misregistration, but another image."""


class Reading(NamedTuple):
    """`change` (N, 2, H, W): the slopes (dp, dq) that the DEM lacks. `response` (N, 3, H/2, W/2): see `Regression`. `shift` (N, 2, H/2,
    W/2): how far the image seems to lie east and south of where it should, in cells. `evidence` (N, 1, H/2, W/2) that it does: the
    logarithm of 1 + what the shift explains of what was left over, in variances of it."""

    change: Tensor
    response: Tensor
    shift: Tensor
    evidence: Tensor


class Regression(NamedTuple):
    """The regression of an image on normals, all of it in cells of 2 x 2 pixels, (N, K, H/2, W/2).

    `normal` (K = 3), `image` (3) and `weight` (1), the share of each cell that is valid. For each band I = `by_x` n_x + `by_y` n_y +
    `by_z` n_z + `offset` (3 each), and `rest` (3) is the variance of what is left over; `to_p`, `to_q` (3) turn that into slope changes.
    `response` (3): the symmetric matrix (pp, pq, qq) by which these shrink as slopes are added to the DEM; its eigenvalues lie in 0..1, 0
    where the image says nothing.
    """

    normal: Tensor
    image: Tensor
    weight: Tensor
    by_x: Tensor
    by_y: Tensor
    by_z: Tensor
    offset: Tensor
    rest: Tensor
    to_p: Tensor
    to_q: Tensor
    response: Tensor


def regress(slopes: Tensor, guide: Tensor, valid: Tensor, roughness: Tensor) -> Regression:
    """`slopes` (N, 2, H, W) east and south, `guide` (N, 3, H, W), `valid` (N, 1, H, W), `roughness` (N, 1, H, W). H and W are even."""
    cells = F.avg_pool2d(torch.cat([slopes * valid, guide * valid, valid, roughness], dim=1), 2)
    weight = cells[:, -2:-1]
    share = box_mean(weight, WINDOW) + 1e-6
    inverse = 1.0 / (weight + 1e-6)
    p, q, image = cells[:, :1] * inverse, cells[:, 1:2] * inverse, cells[:, 2:5] * inverse
    normal = _normals(p, q)

    # Means, variances and covariances over the window, of the valid part of each cell.
    x, y, z = torch.split(normal, 1, dim=1)
    others = torch.cat([image[:, 1:], image[:, :1]], dim=1)
    seen = [normal, image, x * normal, y * normal[:, 1:], z * z, x * image, y * image, z * image, image * image, image * others]
    means = box_mean(torch.cat([weight * part for part in seen], dim=1), WINDOW) / share
    mean_n, mean_i, of_x, of_y, zz, xi, yi, zi, ii, ij = torch.split(means, [3, 3, 3, 2, 1, 3, 3, 3, 3, 3], dim=1)
    mx, my, mz = torch.split(mean_n, 1, dim=1)
    xx, xy, xz = torch.split(of_x - mx * mean_n, 1, dim=1)
    yy, yz = torch.split(of_y - my * mean_n[:, 1:], 1, dim=1)
    xx, yy, zz = xx + RIDGE, yy + RIDGE, zz - mz * mz + RIDGE
    xi, yi, zi = xi - mx * mean_i, yi - my * mean_i, zi - mz * mean_i

    # The regression: three unknowns for each band.
    by_x, by_y, by_z = _solve((xx, xy, xz, yy, yz, zz), RIDGE, xi, yi, zi)
    offset = mean_i - by_x * mx - by_y * my - by_z * mz
    rest = (ii - mean_i * mean_i - by_x * xi - by_y * yi - by_z * zi).clamp_min(0.0) + NOISE
    next_mean, next_x, next_y, next_z = (torch.cat([part[:, 1:], part[:, :1]], dim=1) for part in (mean_i, xi, yi, zi))
    shared = ij - mean_i * next_mean - by_x * next_x - by_y * next_y - by_z * next_z
    # `shared` is of the bands 0 and 1, 1 and 2, 2 and 0.
    s00, s11, s22 = torch.split(rest, 1, dim=1)
    s01, s12, s02 = torch.split(shared, 1, dim=1)
    covariance = s00, s01, s02, s11, s12, s22

    # dI/dp and dI/dq on the slopes as they are.
    g1 = 1.0 + z
    g3 = g1 * g1 * g1
    a = (by_x * (1 + q * q) - by_y * (p * q) - by_z * p) * g3
    b = (by_y * (1 + p * p) - by_x * (p * q) - by_z * q) * g3
    to_p, to_q = (torch.cat(_solve(covariance, NOISE, *torch.split(part, 1, dim=1)), dim=1) for part in (a, b))
    rough = cells[:, -1:]
    precision = 1.0 / ((a * to_p + b * to_q).sum(dim=1, keepdim=True) + 1.0 / (PRIOR * rough * rough))
    to_p, to_q = to_p * precision, to_q * precision
    response = torch.cat([(to_p * part).sum(dim=1, keepdim=True) for part in (a, b)] + [(to_q * b).sum(dim=1, keepdim=True)], dim=1)
    return Regression(normal, image, weight, by_x, by_y, by_z, offset, rest, to_p, to_q, response)


def read_shading(slopes: Tensor, guide: Tensor, valid: Tensor, roughness: Tensor) -> Reading:
    """Arguments as those of `regress`."""
    found = regress(slopes, guide, valid, roughness)
    return Reading(slope_change(found, slopes, guide, valid), found.response, *misregistration(found))


def slope_change(found: Regression, slopes: Tensor, guide: Tensor, valid: Tensor) -> Tensor:
    """The slopes (dp, dq) that the DEM lacks, (N, 2, H, W): arguments as those of `regress`."""
    # The image is as sharp as the pixels, the coefficients are not: each meets the four pixels of its cell.
    image, ground, known = (torch.unflatten(unshuffled(part, 2), 1, (-1, 4)) for part in (guide, slopes, valid))
    by_x, by_y, by_z, offset, to_p, to_q = (
        part.unsqueeze(2) for part in (found.by_x, found.by_y, found.by_z, found.offset, found.to_p, found.to_q)
    )
    x, y, z = torch.split(_normals(ground[:, :1], ground[:, 1:]), 1, dim=1)
    left_over = (image - (by_x * x + by_y * y + by_z * z + offset)) * known
    change = torch.cat([(to_p * left_over).sum(dim=1), (to_q * left_over).sum(dim=1)], dim=1)
    return F.pixel_shuffle(change, 2)


def misregistration(found: Regression) -> tuple[Tensor, Tensor]:
    """How far the image seems to lie east and south of where it should, in cells, (N, 2, H/2, W/2), and the evidence, (N, 1, H/2, W/2), as
    in `Reading`."""
    # What is left over in the cells, against the gradient of what was explained.
    normal, by_x, by_y, by_z = found.normal, found.by_x, found.by_y, found.by_z
    explained = by_x * normal[:, :1] + by_y * normal[:, 1:2] + by_z * normal[:, 2:]
    error = found.image - explained - found.offset
    sides = F.pad(normal, (1, 1, 1, 1), mode="replicate")
    right = 0.5 * (sides[:, :, 1:-1, 2:] - sides[:, :, 1:-1, :-2])
    down = 0.5 * (sides[:, :, 2:, 1:-1] - sides[:, :, :-2, 1:-1])
    east = by_x * right[:, :1] + by_y * right[:, 1:2] + by_z * right[:, 2:]
    south = by_x * down[:, :1] + by_y * down[:, 1:2] + by_z * down[:, 2:]
    pairs = ((east, east), (east, south), (south, south))
    sums = [(first * second / found.rest).sum(dim=1, keepdim=True) for first, second in pairs]
    sums += [-(gradient * error / found.rest).sum(dim=1, keepdim=True) for gradient in (east, south)]
    sums.append(torch.ones_like(found.weight))
    ee, es, ss, er, sr, share = torch.split(box_mean(torch.cat(sums, dim=1) * found.weight, SHIFT_WINDOW), 1, dim=1)
    ridge = SHIFT_PRIOR * share + 1e-6
    ee, ss = ee + ridge, ss + ridge
    inverse = 1.0 / (ee * ss - es * es)
    east, south = (er * ss - sr * es) * inverse, (sr * ee - er * es) * inverse
    evidence = torch.log1p(CELLS / (share + 1e-6) * (er * east + sr * south))
    return torch.cat([east, south], dim=1).clamp(-LARGEST_SHIFT, LARGEST_SHIFT), evidence


def _solve(matrix: tuple[Tensor, ...], least: float, u: Tensor, v: Tensor, w: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Solves symmetric 3 x 3 systems, `matrix` being (xx, xy, xz, yy, yz, zz), no eigenvalue of which is below `least`: LDL'.

    So no pivot is either, but for rounding: of an image whose bands are all the same, or of ground that faces one way, the determinant is a
    difference that float32 may make 0.
    """
    xx, xy, xz, yy, yz, zz = matrix
    xx = xx.clamp_min(least)
    to_y, to_z = xy / xx, xz / xx
    pivot_y = (yy - to_y * xy).clamp_min(least)
    shared = yz - to_z * xy
    between = shared / pivot_y
    pivot_z = (zz - to_z * xz - between * shared).clamp_min(least)
    v = v - to_y * u
    w = (w - to_z * u - between * v) / pivot_z
    v = v / pivot_y - between * w
    return u / xx - to_y * v - to_z * w, v, w


def _normals(p: Tensor, q: Tensor) -> Tensor:
    """Unit normals (N, 3, ...) of slopes (N, 1, ...), with the signs of the slopes, less that of level ground: where slopes are gentle,
    the variance of n_z would be the small difference of two numbers near 1."""
    z = torch.rsqrt(1.0 + p * p + q * q)
    return torch.cat([p * z, q * z, z - 1.0], dim=1)
