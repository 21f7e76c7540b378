"""Metrics are what their names say: compared with the libraries that have them, and by hand where none has."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xdem
from geoutils.stats import linear_error
from geoutils.stats import nmad as geoutils_nmad
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, laplace
from scipy.signal import periodogram
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from backend.metrics import similarity as compared_similarity
from backend.metrics import terrain as compared_terrain
from backend.metrics.similarity import RADIUS
from tests.training.conftest import hills
from training.metrics import (
    ErrorSums,
    aspect_rmse,
    band_ratio,
    coverage,
    error_statistics,
    le90,
    nmad,
    power_spectrum,
    psnr,
    rmse,
    slope_degrees,
    ssim,
    terrain,
)

Doubles = NDArray[np.float64]


def dems() -> tuple[Doubles, Doubles, NDArray[np.bool_]]:
    """A result, a reference, and the pixels that count (not the border)."""
    reference = hills(140, 150, seed=2).astype(np.float64)
    result = gaussian_filter(reference, 1.5) + np.random.default_rng(0).normal(0.3, 1, reference.shape)
    where = np.zeros(reference.shape, bool)
    where[8:-8, 8:-8] = True
    where[40:60, 70:90] = False
    return result, reference, where


def test_rmse_mae_and_bias_by_hand() -> None:
    errors = np.array([[3.0, -1.0, 100.0], [2.0, 0.0, 100.0]])
    where = np.array([[True, True, False], [True, True, False]])
    found = error_statistics(errors, where)
    assert (found.pixels, found.mae, found.bias) == (4, 1.5, 1.0)
    assert found.rmse == rmse(errors, where) == pytest.approx(math.sqrt(14 / 4))


@given(st.lists(st.floats(-1e3, 1e3, width=32), min_size=2, max_size=40), st.integers(1, 39))
def test_sums_of_parts_are_the_sums_of_the_whole(errors: list[float], cut: int) -> None:
    whole = np.array([errors], np.float32)
    everywhere = np.ones(whole.shape, bool)
    parts = ErrorSums.of(whole[:, :cut], everywhere[:, :cut]) + ErrorSums.of(whole[:, cut:], everywhere[:, cut:])
    together = ErrorSums.of(whole, everywhere)
    assert parts.count == together.count
    for name in ("rmse", "mae", "bias"):
        assert getattr(parts, name) == pytest.approx(getattr(together, name), rel=1e-9, abs=1e-9)


def test_nmad_is_geoutils() -> None:
    result, reference, where = dems()
    errors = result - reference
    assert nmad(errors, where) == pytest.approx(float(geoutils_nmad(errors[where])), rel=1e-9)
    assert nmad(errors + 7, where) == pytest.approx(nmad(errors, where))  # blind to bias


def test_le90_is_half_of_geoutils_where_errors_are_symmetric() -> None:
    half = np.random.default_rng(0).gumbel(size=(1, 20001))
    both = np.concatenate([half, -half])
    everywhere = np.ones(both.shape, bool)
    assert le90(both, everywhere) == pytest.approx(float(linear_error(both, interval=90)) / 2, rel=1e-3)
    assert le90(np.arange(-5.0, 6.0)[None], np.ones((1, 11), bool)) == 5.0


def test_no_pixel_has_no_statistics() -> None:
    found = error_statistics(np.ones((3, 3)), np.zeros((3, 3), bool))
    assert found.pixels == 0
    assert all(math.isnan(value) for value in (found.rmse, found.mae, found.bias, found.nmad, found.le90))


def test_slope_and_aspect_are_xdems() -> None:
    dem = hills(60, 70, seed=3).astype(np.float64)
    ours, inner = terrain(dem, 10.0, 10.0), np.s_[1:-1, 1:-1]
    slope = xdem.terrain.slope(dem, surface_fit="ZevenbergThorne", resolution=10.0)
    aspect = xdem.terrain.aspect(dem, surface_fit="ZevenbergThorne")
    np.testing.assert_allclose(ours.slope[inner], slope[inner], atol=1e-5)
    angle = (ours.aspect[inner] - aspect[inner] + 180) % 360 - 180
    assert np.abs(angle).max() < 1e-4
    np.testing.assert_array_equal(ours.slope, slope_degrees(dem, 10.0, 10.0))


@pytest.mark.filterwarnings("ignore:The curvature attribute is deprecated")
def test_curvature_is_the_laplacian_of_xdem_and_scipy() -> None:
    dem = hills(60, 70, seed=3).astype(np.float64)
    inner = np.s_[1:-1, 1:-1]
    ours = terrain(dem, 10.0, 10.0).curvature
    theirs = xdem.terrain.curvature(dem, resolution=10.0, surface_fit="ZevenbergThorne")
    np.testing.assert_allclose(ours[inner], theirs[inner] / -2, atol=1e-5)
    np.testing.assert_allclose(terrain(dem, 1.0, 1.0).curvature[inner], 100 * laplace(dem)[inner], atol=1e-6)


def test_pixels_need_not_be_square() -> None:
    y, x = np.mgrid[:9, :8].astype(np.float64)
    plane = terrain(10 * x + 20 * y, 10.0, 20.0)  # rises as much to the east as to the south
    np.testing.assert_allclose(plane.slope, math.degrees(math.atan(math.sqrt(2))))
    np.testing.assert_allclose(plane.aspect, 315.0)
    np.testing.assert_allclose(plane.curvature, 0, atol=1e-12)
    bowl = terrain((10 * x) ** 2 / 200 + (20 * y) ** 2 / 400, 10.0, 20.0)  # d²z: 1/100 and 1/200
    np.testing.assert_allclose(bowl.curvature[1:-1, 1:-1], 1.5)


@given(st.floats(0, 360), st.floats(0, 180))
def test_aspect_errors_go_the_short_way_round(direction: float, turn: float) -> None:
    def facing(degrees: float) -> Doubles:
        y, x = np.mgrid[:5, :5].astype(np.float64)
        angle = math.radians(degrees)
        return np.asarray(-(x * math.sin(angle) - y * math.cos(angle)))

    everywhere = np.ones((5, 5), bool)
    found = aspect_rmse(terrain(facing(direction + turn), 1, 1), terrain(facing(direction), 1, 1), everywhere)
    assert found == pytest.approx(turn, abs=1e-6)


def test_aspect_counts_on_slopes_only_and_level_results_are_charged() -> None:
    x = np.mgrid[:5, :5][1].astype(np.float64)
    everywhere, gentle, steep, level = np.ones((5, 5), bool), terrain(0.05 * x, 1, 1), terrain(x, 1, 1), terrain(0 * x, 1, 1)
    assert math.isnan(aspect_rmse(steep, gentle, everywhere))
    assert aspect_rmse(gentle, steep, everywhere) == 0
    assert aspect_rmse(level, steep, everywhere) == pytest.approx(180 / math.sqrt(3))


def test_ssim_is_scikit_images() -> None:
    result, reference, where = dems()
    low, span = reference[where].min(), float(np.ptp(reference[where]))
    settings = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "full": True}
    _, whole = structural_similarity(result - low, reference - low, data_range=span, **settings)
    assert ssim(result, reference, where, data_range=span) == pytest.approx(whole[where].mean(), abs=1e-9)
    assert ssim(result, reference, where, data_range=span) < 0.999
    assert ssim(reference, reference, where, data_range=span) == pytest.approx(1)


def test_compare_and_evaluate_measure_the_same() -> None:
    """What the backend's `compare` computes window by window, and training over an area at once."""
    result, reference = (hills(90, 110, seed=seed).astype(np.float64) for seed in (1, 2))
    inner = np.s_[1:-1, 1:-1]
    ours = terrain(result, 7.0, 9.0)
    np.testing.assert_allclose(compared_terrain.slope_degrees(*compared_terrain.gradient(result, 7.0, 9.0)), ours.slope[inner], atol=1e-9)
    np.testing.assert_allclose(compared_terrain.curvature(result, 7.0, 9.0), ours.curvature[inner], atol=1e-9)
    where = np.zeros(reference.shape, np.bool_)
    where[RADIUS:-RADIUS, RADIUS:-RADIUS] = True
    low = float(reference[where].min())
    theirs = compared_similarity.ssim(result, reference, low=low, data_range=200.0)
    assert float(theirs.mean()) == pytest.approx(ssim(result, reference, where, data_range=200.0), abs=1e-9)


def test_psnr_is_scikit_images() -> None:
    result, reference, where = dems()
    theirs = peak_signal_noise_ratio(reference[where], result[where], data_range=250.0)
    assert psnr(rmse(result - reference, where), data_range=250.0) == pytest.approx(theirs, abs=1e-9)
    assert psnr(0.0, data_range=250.0) == math.inf


def test_a_waves_power_lies_at_its_wavelength() -> None:
    x = np.mgrid[:128, :160][1].astype(np.float64)
    wave = 3 * np.sin(2 * np.pi * x / 8) + 500 + 0.7 * x  # the plane is taken away
    everywhere = np.ones(wave.shape, bool)
    spectrum = power_spectrum(wave, everywhere)
    assert spectrum is not None
    assert spectrum.wavelengths[spectrum.power.argmax()] == 8
    # Parseval, within what the taper leaks out of the rings: the variance of a wave is half of its amplitude squared.
    assert (spectrum.power * spectrum.modes).sum() == pytest.approx(9 / 2, rel=0.02)


def test_power_is_scipys_periodogram_along_a_row() -> None:
    """Of a tile that does not change from north to south SciPy's periodogram of one row, times what the taper does in that direction."""
    row = np.random.default_rng(0).normal(size=64)
    row -= np.polyval(np.polyfit(np.arange(64), row, 1), np.arange(64))
    spectrum = power_spectrum(np.tile(row, (64, 1)), np.ones((64, 64), bool))
    assert spectrum is not None
    _, theirs = periodogram(row, window="hann", detrend=False, return_onesided=False, scaling="density")
    taper = np.hanning(65)[:64]
    across = np.abs(np.fft.fft(taper)) ** 2 / np.square(taper).sum() / 64
    plane = across[:, None] * theirs[None, :] / 64
    cycles = np.fft.fftfreq(64, 1 / 64)
    ring = np.rint(np.hypot(cycles[:, None], cycles[None, :])) == 10
    assert spectrum.power[9] == pytest.approx(plane[ring].mean(), rel=1e-9)
    assert spectrum.modes[9] == ring.sum()


def test_the_power_ratio_of_a_filtered_dem_is_the_filters() -> None:
    noise = np.random.default_rng(0).normal(size=(256, 256))
    everywhere = np.ones(noise.shape, bool)
    reference = power_spectrum(noise, everywhere)
    smooth = power_spectrum(gaussian_filter(noise, 1.0, mode="wrap"), everywhere)
    assert reference is not None
    assert smooth is not None
    np.testing.assert_allclose(reference.power[4:] * 64**2, 1, rtol=0.15)  # white noise; the plane took of the first
    expected = np.exp(-((2 * np.pi / reference.wavelengths) ** 2))
    np.testing.assert_allclose((smooth.power / reference.power)[4:20], expected[4:20], rtol=0.1)
    assert band_ratio(reference, reference, 12, 2) == 1
    assert 0 < band_ratio(smooth, reference, 6, 2) < band_ratio(smooth, reference, 12, 6) < 1
    assert math.isnan(band_ratio(smooth, reference, 2.01, 2.005))


def test_gaps_take_no_part_in_the_spectrum() -> None:
    dem = hills(100, 140, seed=4).astype(np.float64)
    where = np.ones(dem.shape, bool)
    where[:, 100:] = False
    spoiled = dem.copy()
    spoiled[:, 100:] = 1e6
    one, other = power_spectrum(dem, where), power_spectrum(spoiled, where)
    assert one is not None
    assert other is not None
    np.testing.assert_array_equal(one.power, other.power)
    where[50] = False
    assert power_spectrum(dem, where) is None
    assert power_spectrum(dem[:50], where[:50]) is None


def test_a_right_sigma_covers_as_much_as_a_normal_one() -> None:
    generator = np.random.default_rng(0)
    sigma = generator.uniform(0.5, 3, (300, 300))
    errors = generator.normal(0, sigma)
    where = np.ones(sigma.shape, bool)
    found = coverage(errors, sigma, where)
    assert (found.one_sigma, found.two_sigma) == pytest.approx((0.683, 0.954), abs=0.01)
    assert found.sigma == pytest.approx(1.75, abs=0.02)
    assert coverage(errors, sigma / 2, where).one_sigma < 0.5
    assert math.isnan(coverage(errors, sigma, ~where).one_sigma)
