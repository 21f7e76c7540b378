"""Cores cover a raster exactly once; read windows have one size and start where groups of pixels start."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backend.windows import Window, tiles

SIZES = st.integers(1, 120)
Grouped = tuple[int, tuple[int, int]]
MULTIPLES_AND_PHASES = st.sampled_from([1, 2, 3, 4, 8, 16]).flatmap(
    lambda multiple: st.tuples(st.just(multiple), st.tuples(*[st.integers(0, multiple - 1)] * 2))
)


@given(SIZES, SIZES, st.integers(1, 200), st.integers(0, 60), MULTIPLES_AND_PHASES)
def test_cores_cover_every_pixel_once(width: int, height: int, tile: int, halo: int, grouped: Grouped) -> None:
    multiple, phase = grouped
    covered = np.zeros((height, width), int)
    for one in tiles(width, height, tile=tile, halo=halo, multiple=multiple, phase=phase):
        core = one.core
        assert core.col >= 0 and core.row >= 0 and core.col + core.width <= width and core.row + core.height <= height
        covered[core.row : core.row + core.height, core.col : core.col + core.width] += 1
    assert (covered == 1).all()


@given(SIZES, SIZES, st.integers(1, 200), st.integers(0, 60), MULTIPLES_AND_PHASES)
def test_read_windows_hold_the_halo_and_keep_the_phase(width: int, height: int, tile: int, halo: int, grouped: Grouped) -> None:
    multiple, (left, top) = grouped
    made = tiles(width, height, tile=tile, halo=halo, multiple=multiple, phase=(left, top))
    assert len({(one.read.width, one.read.height) for one in made}) == 1
    for core, read in ((one.core, one.read) for one in made):
        assert (read.col + left) % multiple == (read.row + top) % multiple == read.width % multiple == read.height % multiple == 0
        assert read.col <= core.col - halo and read.row <= core.row - halo
        assert read.col + read.width >= core.col + core.width + halo
        assert read.row + read.height >= core.row + core.height + halo
        assert max(core.width, core.height) <= max(tile, multiple)


def test_tiles_are_as_equal_as_they_can_be() -> None:
    assert [one.core.width for one in tiles(1030, 10, tile=512, halo=4, multiple=2)] == [344, 344, 342]


def test_a_window_cuts_another_out_of_its_array() -> None:
    rows, columns = Window(-2, 4, 10, 10).cut(Window(0, 5, 3, 2))
    assert (rows, columns) == (slice(1, 3), slice(2, 5))
