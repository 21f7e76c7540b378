"""One set of settings that describes every network here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Attention = Literal["none", "discriminator", "polarized"]
Skip = Literal["solved", "trained"]


@dataclass(frozen=True)
class NetworkSettings:
    """Sizes of the generator and of the discriminator.

    `unshuffle`: space-to-depth factor of the stem (1: full resolution, the paper's). `channels`, `blocks`, `rcbs`: of the generator.
    `d_channels`, `d_blocks`, `d_rcbs`: of the discriminator's trunk, whose k = `d_blocks` activations make the attention maps.
    `attention`: `none` leaves the guide as it is, `discriminator` multiplies it by the mean of D's maps, `polarized` (the paper's) sends
    them through polarized self-attention first. `attention_window`: pixels of the unshuffled grid that the latter pools over (odd), 0 for
    the whole patch (the paper's). `shading`: whether the generator is given what the guide's shading says of the slopes
    (training/networks/shading.py); the paper's is not. `skip`: the generator's global skip, `solved` by least squares or `trained` 1x1 as
    the paper's (training/networks/generator.py). `sigma`: whether there is a second output, the expected error.
    """

    unshuffle: int = 2
    channels: int = 48
    blocks: int = 4
    rcbs: int = 2
    d_channels: int = 16
    d_blocks: int = 3
    d_rcbs: int = 1
    attention: Attention = "polarized"
    attention_window: int = 17
    shading: bool = True
    skip: Skip = "solved"
    sigma: bool = False

    def __post_init__(self) -> None:
        if self.attention not in get_args(Attention):
            raise ValueError(f"attention must be one of {', '.join(get_args(Attention))}; it is {self.attention!r}")
        if self.skip not in get_args(Skip):
            raise ValueError(f"skip must be one of {', '.join(get_args(Skip))}; it is {self.skip!r}")
        for name in ("channels", "blocks", "rcbs", "d_channels", "d_blocks", "d_rcbs"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is 1 or more; it is {getattr(self, name)}")
        if self.attention_window < 0:
            raise ValueError(f"attention_window is 0 or more; it is {self.attention_window}")
        if self.attention_window and self.attention_window % 2 == 0:
            raise ValueError(f"attention_window must be odd, or 0 for the whole patch; it is {self.attention_window}")
        if self.unshuffle not in (1, 2, 4):
            raise ValueError(f"unshuffle must be 1, 2 or 4; it is {self.unshuffle}")
