"""What is taken for level."""

from __future__ import annotations

import numpy as np
import pytest

from backend.level import is_level


@pytest.mark.parametrize("width", [3, 5])
def test_a_river_that_falls_in_steps_is_level_up_to_each_of_them(width: int) -> None:
    """The last cells above a step have lower ones near, as a terrace has; but what lies farther up the river has none."""
    dem = np.full((40, 21), 110.0) + np.arange(21.0)
    dem[:, 8 : 8 + width] = 100.0 - np.floor(np.arange(40.0) / 10)[:, None]
    assert is_level(dem, np.ones(dem.shape, np.bool_), rounded=False)[3:37, 8 + width // 2].all()


def test_a_slope_in_narrow_terraces_has_nothing_level() -> None:
    dem = np.floor(np.arange(60.0) / 3)[:, None] + np.zeros((60, 60))
    for rounded in (False, True):
        assert not is_level(dem, np.ones(dem.shape, np.bool_), rounded=rounded)[10:].any()
