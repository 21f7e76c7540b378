"""The loader draws batches ahead, in processes beside the training."""

from __future__ import annotations

import itertools
from collections.abc import Generator

from torch.utils.data import DataLoader, Dataset

from training.data.batches import Batch, BatchSource

AHEAD = 4
"""Batches that each worker has drawn before they are asked for."""


class _Steps(Dataset[Batch]):
    """The batch of each step, for one process of several."""

    def __init__(self, source: BatchSource, rank: int, world: int) -> None:
        self.source, self.rank, self.world = source, rank, world

    def __getitem__(self, step: int) -> Batch:
        return self.source.batch(step, self.rank, self.world)


def load_batches(source: BatchSource, first_step: int = 0, rank: int = 0, world: int = 1, workers: int = 0) -> Generator[Batch, None, None]:
    """What process `rank` of `world` sees of the batches of `first_step` and on, without end; the same for any number of `workers`.

    Workers are started anew (spawn), not forked: a fork of a process whose OpenMP threads or GPU are at work may hang. That takes some
    seconds, once; prepared areas are mapped files, which all of them share. They end when the iterator is closed or forgotten, and when the
    training process is gone. Shared memory holds AHEAD batches a worker.
    """
    if not workers:
        yield from source.batches(first_step, rank, world)
        return
    loader = DataLoader(
        _Steps(source, rank, world),
        batch_size=None,
        sampler=itertools.count(first_step),
        num_workers=workers,
        prefetch_factor=AHEAD,
        multiprocessing_context="spawn",
    )
    yield from loader
