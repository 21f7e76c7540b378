"""Areas of any size are measured, as the backend runs them: tile by tile."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter

from tests.training.conftest import hills
from training.evaluation.pairs import Floats
from training.evaluation.tiled import tiled


def test_a_large_area_is_run_tile_by_tile() -> None:
    """With ground of the neighbours around each tile: what is returned is what the whole area gives."""
    dem = hills(70, 90, seed=3)
    guide = np.random.default_rng(0).random((3, 70, 90), dtype=np.float32)
    seen: list[tuple[int, ...]] = []

    def smooth(dem: Floats, guide: Floats, valid: Floats, *_scales: float) -> tuple[Floats, Floats]:
        seen.append(dem.shape)
        assert guide.shape == (3, *dem.shape) and valid.shape == dem.shape
        return uniform_filter(dem + guide.sum(axis=0) * valid, 9), uniform_filter(valid, 9)

    given = dem, guide, np.ones_like(dem), 10.0, 0.0
    parts, whole = (tiled(smooth, 6, 2, tile)(*given) for tile in (32, 128))
    assert len(seen) > 1 and max(max(shape) for shape in seen[:-1]) <= 32 + 2 * 6
    assert seen[-1] == (70 + 2 * 6, 90 + 2 * 6)
    for one, other in zip(parts, whole, strict=True):
        assert one is not None and other is not None
        np.testing.assert_allclose(one, other, atol=1e-3)
