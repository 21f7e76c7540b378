"""One set of settings that describes every network here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NetworkSettings:
    """Sizes of the generator and of the discriminator's trunk.

    `unshuffle`: space-to-depth factor of the stem (1: full resolution, the paper's). `channels`, `blocks`, `rcbs`: of the generator.
    `d_channels`, `d_blocks`, `d_rcbs`: of the discriminator's trunk, whose k = `d_blocks` activations make the attention maps.
    `attention_window`: pixels of the unshuffled grid that PSA pools over (odd), 0 for the whole patch. `attention`: False leaves the
    guide as it is. `shading`: whether the generator is given what the guide's shading says of the slopes
    (training/networks/shading.py); the paper's is not.
    """

    unshuffle: int = 2
    channels: int = 48
    blocks: int = 4
    rcbs: int = 2
    d_channels: int = 16
    d_blocks: int = 3
    d_rcbs: int = 1
    attention_window: int = 17
    attention: bool = True
    shading: bool = True

    def __post_init__(self) -> None:
        if self.attention_window and self.attention_window % 2 == 0:
            raise ValueError(f"attention_window must be odd, or 0 for the whole patch; it is {self.attention_window}")
