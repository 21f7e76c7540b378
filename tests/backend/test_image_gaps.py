"""Beyond an image's last pixels a result is what it is without one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from rasters_for_tests import image, terrain, write

from backend import models
from backend.events import Event, Log
from backend.image_gaps import REACH, boxes, made, shares

Superresolve = Callable[..., np.ndarray]


class Model:
    """Adds 1 m where it sees an image anywhere, with a sigma of 2 m instead of 3, and counts how often it runs."""

    def __init__(self, sigma: bool = True) -> None:
        self.runs, self.sigma = 0, sigma

    def run(
        self, dem: np.ndarray, guide: np.ndarray, valid: np.ndarray, _size: float, _error: float
    ) -> tuple[np.ndarray, np.ndarray | None]:
        self.runs += 1
        assert not guide[:, valid == 0].any()
        seen = np.float32(valid.any())
        return dem + seen, np.full_like(dem, 3 - seen) if self.sigma else None


def result(valid: np.ndarray, *, border: int = 0, reach: int = 56, sigma: bool = True) -> tuple[Model, np.ndarray, np.ndarray | None]:
    """Of level ground under an image with gaps; `border` pixels of it are not looked at."""
    model, counts = Model(sigma), np.zeros(valid.shape, np.bool_)
    counts[border : valid.shape[0] - border, border : valid.shape[1] - border] = True
    elevation, expected = made(
        model.run, np.zeros_like(valid), np.stack([valid] * 3), valid, 10.0, 0.0, counts=counts, reach=reach, multiple=2
    )
    return model, elevation, expected


def test_an_image_has_less_and_less_of_a_share_off_its_edge() -> None:
    valid = np.ones((30, 40), np.float32)
    valid[:, 20:] = 0
    model, elevation, sigma = result(valid)
    assert model.runs == 2 and sigma is not None
    assert (elevation[:, :21] == 1).all() and (elevation[:, 20 + REACH :] == 0).all()
    assert (np.diff(elevation[0, 20 : 20 + REACH + 1]) < 0).all()
    np.testing.assert_allclose(sigma, 3 - elevation)


@pytest.mark.parametrize("gap", [0, 1, 2])
def test_specks_cost_no_second_run(gap: int) -> None:
    valid = np.ones((20, 20), np.float32)
    valid[10 : 10 + gap, 4 : 4 + gap] = 0
    model, elevation, _ = result(valid)
    assert model.runs == 1 and (elevation == 1).all()


@pytest.mark.parametrize(("first", "runs", "height"), [(40, 1, 1.0), (35, 2, None), (19, 1, 0.0), (0, 1, 0.0)])
def test_a_tile_is_run_twice_only_where_both_are_needed(first: int, runs: int, height: float | None) -> None:
    """What is looked at of this one ends 30 pixels from the left; the image ends after `first`."""
    valid = np.ones((70, 70), np.float32)
    valid[:, first:] = 0
    model, elevation, _ = result(valid, border=30)
    assert model.runs == runs
    assert height is None or (elevation[30:-30, 30:-30] == height).all()


def test_a_model_that_needs_an_image_or_looks_nowhere_is_run_as_it_is() -> None:
    valid = np.zeros((20, 20), np.float32)
    valid[:, 3] = 1
    model, elevation, _ = result(valid, reach=0)
    assert model.runs == 1 and (elevation == 1).all()


def test_without_sigma_there_is_none() -> None:
    valid = np.ones((20, 30), np.float32)
    valid[:, 10:] = 0
    assert result(valid, sigma=False)[2] is None


@given(st.integers(0, 2**32 - 1), st.integers(1, REACH), st.integers(0, 12), st.integers(0, 12))
def test_shares_of_a_part_are_those_of_the_whole(seed: int, reach: int, top: int, left: int) -> None:
    valid = (np.random.default_rng(seed).random((40, 44)) < 0.01).astype(np.float32)
    whole = shares(valid, reach)
    part = shares(valid[top : top + 26, left : left + 28], reach)
    inner = (slice(reach, -reach), slice(reach, -reach))
    np.testing.assert_array_equal(part[inner], whole[top : top + 26, left : left + 28][inner])
    assert (whole[valid > 0] == 1).all() and whole.min() >= 0


@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(0, 60))
def test_boxes_cover_what_is_needed(seed: int, spots: int, reach: int) -> None:
    rng, needed = np.random.default_rng(seed), np.zeros((420, 390), np.bool_)
    for _ in range(spots):
        (top, left), (height, width) = rng.integers(0, 380, 2), rng.integers(1, 300, 2)
        needed[top : top + height, left : left + width] = True
    found = boxes(needed, reach)
    covered = np.zeros_like(needed)
    for box in found:
        covered[box] = True
    assert (covered >= needed).all() and len(found) <= 40


def test_an_edge_costs_a_strip() -> None:
    """Not a second run of all: what is read for two strips that meet in a corner."""
    needed = np.zeros((1400, 1400), np.bool_)
    needed[:, :100] = needed[:100] = True
    read = [tuple(min(1400, part.stop + 56) - max(0, part.start - 56) for part in box) for box in boxes(needed, 56)]
    assert sum(height * width for height, width in read) < 0.3 * needed.size


def test_in_a_gap_a_result_is_that_without_an_image(tmp_path: Path, superresolve: Superresolve, model: Path) -> None:
    """A clouded corner of the image, and all that lies beyond its edge, to the last bit."""
    dem = write(tmp_path / "dem.tif", terrain(60, 64).astype(np.float32))
    bands = image(120, 110)
    bands[:, 40:90, 30:80] = 0
    scene = write(
        tmp_path / "scene.tif", bands, transform=Affine(10, 0, 600_000, 0, -10, 5_200_000), nodata=0, descriptions=("NIR", "Red", "Green")
    )
    options = {"model": model, "resolution": 10.0}
    without, seen = superresolve(dem, **options), superresolve(dem, guide=scene, **options)
    changed = np.abs(seen - without)
    margin = REACH + 24  # back-projection brings what the image changed a little farther
    assert changed[:40, :110].max() > 0.01
    assert changed[:, 110 + margin :].max() < 2e-3 and changed[120 + margin :].max() < 2e-3


@pytest.mark.parametrize(("every", "said"), [(6, True), (9, False)])
def test_an_image_that_lacks_columns_everywhere_is_said_to_count_for_nothing(
    tmp_path: Path, superresolve: Superresolve, every: int, said: bool
) -> None:
    """And it does: the shipped model tells by squares without a gap whether an image is any use."""
    dem = write(tmp_path / "dem.tif", terrain(40, 44).astype(np.float32))
    bands = image(120, 132)
    bands[:, :, ::every] = 0
    scene = write(
        tmp_path / "scene.tif", bands, transform=Affine(10, 0, 600_000, 0, -10, 5_200_000), nodata=0, descriptions=("NIR", "Red", "Green")
    )
    events: list[Event] = []
    shipped = models.find(None)
    without, seen = superresolve(dem, model=shipped), superresolve(dem, model=shipped, guide=scene, events=events)
    assert (np.abs(seen - without).max() < 0.01) == said
    warnings = [event.text for event in events if isinstance(event, Log) and event.level == "warning"]
    assert (
        any("scene.tif, has no value on any pixel of the output that the DEM knows, or gaps every few" in text for text in warnings) == said
    )
