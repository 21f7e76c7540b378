"""Sketches: their stated bound holds against NumPy's quantiles, and parts add up to the whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.metrics.sketch import ACCURACY, SMALLEST, Sketch

numbers = st.lists(st.floats(-9000, 9000, width=32), min_size=1, max_size=200).map(np.array)
shares = st.floats(0, 1)


def sketch_of(values: np.ndarray, centre: float = 0.0) -> Sketch:
    sketch = Sketch(centre)
    sketch.add(values)
    return sketch


@given(numbers, shares, st.sampled_from([0.0, 12.5]))
def test_a_quantile_errs_by_no_more_than_stated(values: np.ndarray, share: float, centre: float) -> None:
    found = sketch_of(values, centre).quantile(share)
    exact = np.quantile(values, share)
    nearest = np.sort(np.abs(values - centre))[-1]
    assert abs(found - exact) <= ACCURACY * nearest + SMALLEST
    distances = np.abs(values)
    assert abs(sketch_of(values).distance_quantile(share, 0.0) - np.quantile(distances, share)) <= 1.01 * ACCURACY * max(
        np.quantile(distances, share, method="higher"), SMALLEST / ACCURACY
    )


@given(numbers, numbers)
def test_parts_add_up(first: np.ndarray, second: np.ndarray) -> None:
    whole = sketch_of(np.concatenate([first, second]))
    assert np.array_equal((sketch_of(first) + sketch_of(second)).counts, whole.counts) and whole.count == first.size + second.size


def test_only_sketches_about_one_centre_add_up() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        sketch_of(np.ones(3), 1.0) + sketch_of(np.ones(3))


@pytest.mark.parametrize(("bias", "spread"), [(0.0, 1.0), (50.0, 0.3), (-200.0, 5.0)])
def test_nmad_in_two_passes_is_within_a_thousandth(bias: float, spread: float) -> None:
    values = np.random.default_rng(3).laplace(bias, spread, 200_001)
    first = sketch_of(values)
    second = sketch_of(values, first.quantile(0.5))
    found = second.distance_quantile(0.5, second.quantile(0.5))
    assert found == pytest.approx(np.median(np.abs(values - np.median(values))), rel=1e-3)


def test_of_nothing_there_is_no_quantile() -> None:
    assert np.isnan(Sketch().quantile(0.5)) and np.isnan(Sketch().distance_quantile(0.9, 0.0))
