"""Simulated coarse DEMs: area means, and cubic upsampling that is GDAL's."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from rasterio.enums import Resampling
from rasterio.transform import from_origin
from rasterio.warp import reproject

from tests.training.conftest import hills
from training.data.coarse import area_mean, cubic_upsample, gaussian_blur


@pytest.mark.parametrize("ratio", [1, 2, 3, 4])
def test_cubic_upsampling_is_gdals(ratio: int) -> None:
    coarse = hills(24, 31)
    expected = np.zeros((24 * ratio, 31 * ratio), np.float32)
    grid = from_origin(500000, 5200000, 30, 30)
    fine = from_origin(500000, 5200000, 30 / ratio, 30 / ratio)
    both = {"src_crs": "EPSG:32632", "dst_crs": "EPSG:32632", "tolerance": 0.0, "resampling": Resampling.cubic}
    reproject(coarse, expected, src_transform=grid, dst_transform=fine, **both)
    got = cubic_upsample(torch.from_numpy(coarse)[None, None], ratio)[0, 0].numpy()
    inside = (slice(2 * ratio, -2 * ratio), slice(2 * ratio, -2 * ratio))
    np.testing.assert_allclose(got[inside], expected[inside], atol=1e-3)


def test_upsampling_keeps_a_plane_inside() -> None:
    y, x = torch.meshgrid(torch.arange(20.0), torch.arange(20.0), indexing="ij")
    up = cubic_upsample((2 * x + 3 * y)[None, None], 3)[0, 0]
    at = (torch.arange(60.0) + 0.5) / 3 - 0.5
    expected = 2 * at[None, :] + 3 * at[:, None]
    torch.testing.assert_close(up[6:-6, 6:-6], expected[6:-6, 6:-6], atol=1e-3, rtol=0)


def test_area_mean_keeps_the_mean() -> None:
    fine = torch.from_numpy(hills(30, 36))[None, None]
    coarse = area_mean(fine, 3)
    assert coarse.shape == (1, 1, 10, 12)
    assert float(coarse[0, 0, 2, 3]) == pytest.approx(float(fine[0, 0, 6:9, 9:12].mean()), abs=1e-3)


def test_a_blur_keeps_what_is_constant() -> None:
    torch.testing.assert_close(gaussian_blur(torch.full((1, 1, 12, 12), 7.0), 2.0), torch.full((1, 1, 12, 12), 7.0))
