"""Errors of real coarse DEMs, laid over other ground."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from training.data.areas import Area
from training.data.batches import BatchSource, DataSettings
from training.data.sensed import sensed

HEIGHT, WIDTH = 40, 90


def donor(error: np.ndarray) -> Area:
    """A plain, with a coarse DEM that is off by `error`, metres, and lies 3 m too high."""
    dem = np.full(error.shape, 100, np.float32)
    return Area("donor", "train", dem, None, 30.0, 30.0, coarse=(dem + error + 3).astype(np.float32), coarse_error=4.0, level_offset=3.0)


@given(seed=st.integers(0, 10_000), height=st.integers(2, 40), width=st.integers(2, 40))
def test_a_piece_is_one_of_a_real_coarse_dems_error_turned_or_mirrored(seed: int, height: int, width: int) -> None:
    numbered = np.arange(HEIGHT * WIDTH, dtype=np.float32).reshape(HEIGHT, WIDTH)
    piece = sensed([donor(numbered)], height, width, np.random.default_rng(seed))
    assert piece is not None and piece.shape == (1, 1, height, width)
    down, right = np.diff(piece[0, 0].numpy(), axis=0), np.diff(piece[0, 0].numpy(), axis=1)
    assert {abs(float(step[0, 0])) for step in (down, right)} == {1.0, float(WIDTH)}
    assert np.ptp(down) == np.ptp(right) == 0


def test_there_is_no_piece_across_a_gap_or_without_a_real_coarse_dem() -> None:
    error = np.zeros((HEIGHT, WIDTH), np.float32)
    error[:, ::8] = np.nan
    rng = np.random.default_rng(0)
    assert sensed([donor(error)], 9, 9, rng) is None
    assert sensed([donor(error)], HEIGHT + 1, HEIGHT + 1, rng) is None
    assert sensed([replace(donor(error), coarse=None)], 4, 4, rng) is None
    piece = sensed([donor(error)], 4, 4, rng)
    assert piece is not None and float(piece.abs().max()) == 0


def test_patches_have_the_errors_of_a_sensor() -> None:
    """Of one that errs from column to column by turns: what is drawn is smooth."""
    rng = np.random.default_rng(1)
    rough = np.cumsum(np.cumsum(rng.standard_normal((300, 300)), axis=0), axis=1).astype(np.float32)
    ground = Area("ground", "train", 0.2 * rough, None, 10.0, 10.0)
    combed = np.where(np.arange(300) % 2, 2.0, -2.0) * np.ones((300, 1))
    settings = DataSettings(patch=48, batch=8, ratios=(3,), ratio_shares=(1.0,), no_guide=1.0, magnified_share=0.0).clean()
    settings = replace(settings, error_share=1.0, error_range=(0.5, 0.5), rounding_share=0.0)
    areas = [ground, donor(combed)]
    clean = BatchSource(areas, replace(settings, error_share=0.0), 0).batch(0)

    def steps(sensed_share: float) -> float:
        """How much neighbouring coarse pixels differ, of all that patches are off by."""
        erring = BatchSource(areas, replace(settings, sensed_share=sensed_share), 0).batch(0)
        off = torch.nn.functional.avg_pool2d(erring.dem - clean.dem, 3)
        return float(max(off.diff(dim=axis).square().mean() for axis in (2, 3)) / off.square().mean())

    assert steps(1.0) > 1.5 > 1.0 > steps(0.0)
