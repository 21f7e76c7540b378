"""Batches that are drawn ahead are those that would be drawn at once."""

from __future__ import annotations

import pickle
from dataclasses import replace
from itertools import islice
from multiprocessing import active_children
from pathlib import Path

import numpy as np
import torch

from training.data.areas import load_areas
from training.data.batches import BatchSource, DataSettings
from training.data.loader import load_batches

SMALL = DataSettings(patch=48, batch=4)


def test_workers_change_nothing(prepared: Path) -> None:
    """From any step on, for any process; and they are gone when nobody wants batches any more."""
    source = BatchSource(load_areas(prepared, "train"), SMALL, 3)
    before = set(active_children())
    batches = load_batches(source, 5, 1, 2, workers=2)
    drawn = list(islice(batches, 4))
    assert set(active_children()) - before
    batches.close()
    assert set(active_children()) <= before
    for got, wanted in zip(drawn, islice(load_batches(source, 5, 1, 2), 4), strict=True):
        for name, value in vars(wanted).items():
            assert torch.equal(getattr(got, name), value), name


def test_a_source_that_has_drawn_travels_without_its_corners(prepared: Path) -> None:
    """They are found again; with them, each worker's start waits for the one before it."""
    areas = load_areas(prepared, "train")
    source = BatchSource(areas, SMALL, 3)
    wanted = source.batch(0)
    sent = pickle.dumps(source)
    assert source.corners
    assert len(sent) < len(pickle.dumps(areas)) + 2000
    for name, value in vars(pickle.loads(sent).batch(0)).items():  # noqa: S301
        assert torch.equal(value, getattr(wanted, name)), name


def test_a_mapped_area_travels_as_file_names(prepared: Path) -> None:
    area = replace(load_areas(prepared, "train")[0], artefacts=True)
    sent = pickle.dumps(area)
    assert len(sent) < 2000 < area.dem.nbytes
    received = pickle.loads(sent)  # noqa: S301
    assert isinstance(received.dem, np.memmap)
    np.testing.assert_array_equal(received.dem, area.dem)
    np.testing.assert_array_equal(received.guide, area.guide)
    assert received.dx == area.dx
    assert received.artefacts


def test_an_area_in_memory_travels_whole(prepared: Path) -> None:
    area = replace(load_areas(prepared, "train")[0], dem=np.ones((5, 6), np.float32), guide=None)
    received = pickle.loads(pickle.dumps(area))  # noqa: S301
    np.testing.assert_array_equal(received.dem, area.dem)
    assert received.guide is None
