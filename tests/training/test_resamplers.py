"""The classic resamplers are GDAL's, on the right pixels."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.training.conftest import hills
from training.data.coarse import cubic_upsample
from training.evaluation.resamplers import KERNELS, resample


@pytest.mark.parametrize("ratio", [2, 3, 5])
def test_gdals_cubic_is_what_models_are_given(ratio: int) -> None:
    coarse = hills(40, 50, step=30.0)
    ours = cubic_upsample(torch.from_numpy(coarse)[None, None].double(), ratio)[0, 0].numpy()
    inner = np.s_[3 * ratio : -3 * ratio, 3 * ratio : -3 * ratio]
    np.testing.assert_allclose(resample(coarse, ratio, "cubic")[inner], ours[inner], atol=1e-3)


def test_nearest_repeats_pixels() -> None:
    coarse = np.random.default_rng(0).normal(size=(9, 7)).astype(np.float32)
    np.testing.assert_array_equal(resample(coarse, 3, "nearest"), np.repeat(np.repeat(coarse, 3, axis=0), 3, axis=1))


@pytest.mark.parametrize("kernel", sorted(KERNELS))
def test_a_plane_stays_a_plane_without_a_shift(kernel: str) -> None:
    y, x = np.mgrid[:20, :24].astype(np.float32)
    fine = resample(2 * x - 3 * y, 4, kernel)
    rows, columns = np.mgrid[:80, :96]
    plane = 2 * ((columns + 0.5) / 4 - 0.5) - 3 * ((rows + 0.5) / 4 - 0.5)
    # GDAL's lanczos is not exact on a plane; nearest makes steps.
    off = {"nearest": 2.0, "lanczos": 0.1}.get(kernel, 1e-4)
    errors = (fine - plane)[16:-16, 16:-16]
    assert np.abs(errors).max() < off
    assert abs(errors.mean()) < 1e-3


def test_an_unknown_kernel_is_refused() -> None:
    with pytest.raises(KeyError, match="sinc"):
        resample(np.zeros((4, 4), np.float32), 2, "sinc")
