"""Regular stripes across an image are told from ground, and said before a run."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.events import Event, Log
from backend.stripes import LEAST_SIDE, PERIODS, peak, stripes
from backend.windows import Window

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "sample"
SIDE = 200


def ground(seed: int, side: int = SIDE) -> np.ndarray:
    """An image (3, side, side) with a 1/f spectrum, as ground has, about 0.5 with a standard deviation of 0.15."""
    rng = np.random.default_rng(seed)
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None])
    frequency[0, 0] = 1.0
    field = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((side, side))) / frequency, s=(side, side))
    return np.float32(0.5 + 0.15 * field / field.std()) * np.ones((3, 1, 1), np.float32)


def waves(period: float, angle: float, side: int = SIDE) -> np.ndarray:
    y, x = np.mgrid[:side, :side]
    return np.sign(np.sin(2 * math.pi * (y * math.cos(angle) + x * math.sin(angle)) / period + 0.3))


@given(st.integers(0, 1000), st.floats(PERIODS[0] + 0.3, 9.0), st.floats(0, math.pi))
@settings(max_examples=25, deadline=None)
def test_stripes_in_any_direction_are_found(seed: int, period: float, angle: float) -> None:
    plain, known = ground(seed), np.ones((SIDE, SIDE), np.bool_)
    without, with_them = peak(plain, known), peak(plain * np.float32(1 + 0.06 * waves(period, angle)), known)
    assert without is not None and with_them is not None
    assert 1 / math.hypot(with_them.down, with_them.across) == pytest.approx(period, rel=0.06)
    assert with_them.prominence > 60 > without.prominence
    assert 0.015 < with_them.amplitude < 0.06


def test_of_what_is_hardly_known_nothing_is_said() -> None:
    known = np.ones((SIDE, SIDE), np.bool_)
    known[: SIDE // 3] = False
    assert peak(ground(0), known) is None


def striped(folder: Path, amplitude: float, every: int) -> Path:
    """The sample's image with rows that are brighter and darker by turns."""
    with rasterio.open(SAMPLE / "marin_landsat7_nir_r_g.tif") as dataset:
        values, profile, descriptions = dataset.read(), dataset.profile, dataset.descriptions
    rows = np.where(np.arange(values.shape[1]) % every < every / 2, 1 + amplitude, 1 - amplitude)[:, None]
    path = folder / "striped.tif"
    with rasterio.open(path, "w", **profile) as dataset:
        dataset.write(np.clip(np.rint(values * rows), 0, 255).astype(values.dtype))
        dataset.descriptions = descriptions
    return path


@pytest.mark.parametrize(
    ("amplitude", "every", "resolution", "said"),
    [(0, 3, 14.0, ""), (0.1, 3, 14.0, "about every 6 pixels of the output: a model may take"), (0.1, 6, 60.0, "")],
)
def test_a_striped_image_is_warned_of(
    tmp_path: Path, superresolve: Callable[..., np.ndarray], amplitude: float, every: int, resolution: float, said: str
) -> None:
    """Not where they come every third pixel: that is too narrow for a ridge that the DEM lacks."""
    events: list[Event] = []
    dem, scene = SAMPLE / "marin_srtm_1arcsec.tif", striped(tmp_path, amplitude, every)
    superresolve(dem, guide=scene, resolution=resolution, guide_bands=(1, 2, 3), events=events)
    warnings = [event.text for event in events if isinstance(event, Log) and event.level == "warning"]
    found = [text for text in warnings if "stripes" in text]
    assert bool(found) == bool(said) and all(said in text and "striped.tif" in text for text in found)


def test_an_image_that_is_too_small_has_none() -> None:
    def of(side: int) -> float:
        image, known = ground(3, side) * np.float32(1 + 0.2 * waves(6, 0, side)), np.ones((side, side), np.bool_)
        everything = Window(0, 0, side, side)
        return stripes(lambda part: (image[:, *everything.cut(part)], known[everything.cut(part)]), side, side)

    assert of(2 * LEAST_SIDE - 1) == 0 and of(2 * LEAST_SIDE) == pytest.approx(6, rel=0.06)
