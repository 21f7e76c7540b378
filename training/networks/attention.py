"""Attention: the [0, 1] maps that the discriminator's activations make, and polarized self-attention over them."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SMALL = 256
"""Pixels to a side of maps on which means are cheaper as products of matrices than by pooling: PyTorch's pooling, and its gradient, take a
quarter of a training step. Where nothing is learned, and in models that are exported, it is pooled: variances are small differences of such
means, and the two round differently."""


def box_mean(x: Tensor, window: int) -> Tensor:
    """Mean over a square of `window` pixels (odd) around each pixel; over the whole map where `window` is 0.

    At the border only pixels that exist are counted. (N, C, H, W) to (N, C, H, W), or (N, C, 1, 1) where `window` is 0. Two
    passes along rows and columns: exact, because the count of a clipped square is the product of the counts of its sides.
    """
    if window == 0:
        return x.mean(dim=(2, 3), keepdim=True)
    if torch.is_grad_enabled() and max(x.shape[2:]) <= SMALL and not torch.compiler.is_exporting():
        with torch.autocast(x.device.type, enabled=False):
            x = x if x.dtype == torch.float64 else x.float()  # eight bits are too few for means whose differences count
            # A compiler keeps what it has traced, and warns of caches.
            matrix = _box_matrix.__wrapped__ if torch.compiler.is_compiling() else _box_matrix
            rows, columns = (matrix(size, window, x.device).to(x.dtype) for size in x.shape[2:])
            return rows @ (x @ columns.T)
    half = window // 2
    x = F.avg_pool2d(x, (1, window), stride=1, padding=(0, half), count_include_pad=False)
    return F.avg_pool2d(x, (window, 1), stride=1, padding=(half, 0), count_include_pad=False)


@cache
def _box_matrix(size: int, window: int, device: torch.device) -> Tensor:
    """(size, size): what `box_mean` does along one axis. Made where it is used: a copy to a GPU at each call would halt it each time."""
    pixels = torch.arange(size, device=device)
    near = (pixels[:, None] - pixels[None, :]).abs() <= window // 2
    return near / near.sum(dim=1, keepdim=True, dtype=torch.float32)


def attention_maps(activations: list[Tensor], window: int) -> Tensor:
    """D_SA by block: the sum over channels of |a_i|, scaled to [0, 1] (paper, equation 1).

    k activations of (N, C, H, W) to (N, k, H, W). With `window` 0 each map is scaled by its own minimum and maximum over the patch, as
    "normalized" in the paper suggests. That makes every tile of a large raster its own world, so with a window the scale is fixed: m /
    (1 + m), where m is that sum.
    """
    maps = torch.stack([a.abs().sum(dim=1) for a in activations], dim=1)
    if window:
        return maps / (1.0 + maps)
    low = maps.amin(dim=(2, 3), keepdim=True)
    high = maps.amax(dim=(2, 3), keepdim=True)
    return (maps - low) / (high - low).clamp_min(1e-6)


class PSA(nn.Module):
    """Polarized self-attention, parallel layout (Liu et al. 2021, equations 3 to 5), over a local window or the whole map.

    Channel branch: a query of one channel, softmax-normalised over space, collapses space; a gate for each channel. Spatial
    branch: a query pooled over space, softmax-normalised over channels, collapses channels; a gate for each pixel. With `window`, "over
    space" means a square of that many pixels around each pixel, so that the receptive field is finite (docs/design.md, seams).

    Input and output: (N, channels, H, W). The k maps of the discriminator are few, so that the inner width stays `channels` where Liu
    et al. halve it.
    """

    def __init__(self, channels: int, window: int) -> None:
        super().__init__()
        self.window = window
        self.reach = window // 2
        self.channel_query = nn.Conv2d(channels, 1, 1)
        self.channel_value = nn.Conv2d(channels, channels, 1)
        self.channel_gate = nn.Conv2d(channels, channels, 1)
        self.spatial_query = nn.Conv2d(channels, channels, 1)
        self.spatial_value = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        # The softmax over a window is a ratio of two means. The query is bounded first (by tanh, to e^-4..e^4), because there is no maximum
        # common to all windows that could be subtracted to keep exp() from overflowing.
        weight = torch.exp(4.0 * torch.tanh(self.channel_query(x)))
        pooled = box_mean(weight * self.channel_value(x), self.window) / box_mean(weight, self.window)
        channel = torch.sigmoid(self.channel_gate(pooled))
        query = torch.softmax(box_mean(self.spatial_query(x), self.window), dim=1)
        spatial = torch.sigmoid((query * self.spatial_value(x)).sum(dim=1, keepdim=True))
        return x * channel + x * spatial
