"""Which ground weights were fitted to travels with them, whatever an area is called."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from backend.grid import Grid
from tests.training.conftest import hills, write
from training.checkpoint import credited, together
from training.data.areas import attributions, check_held_out
from training.data.ground import ground_of, share_ground
from training.errors import DataError
from training.prepare import prepare

UTM = CRS.from_epsg(32632).to_wkt()


def known(height: int, width: int) -> np.ndarray:
    return np.ones((height, width), np.float32)


def degrees(left: float, top: float, width: int, height: int, step: float = 0.001) -> Grid:
    return Grid(CRS.from_epsg(4326).to_wkt(), Affine(step, 0, left, 0, -step, top), width, height)


def test_points_of_the_lattice_in_known_pixels_are_named() -> None:
    grid, dem = degrees(8.0951, 46.0249, 40, 30), known(30, 40)
    assert ground_of(dem, grid) == "4600:810..813;4601:810..813;4602:810..813"
    dem[:10] = np.nan  # the uppermost points, and one in the middle
    dem[:, 14:16] = np.nan
    assert ground_of(dem, grid) == "4600:810,812..813;4601:810,812..813"
    assert ground_of(np.full((30, 40), np.nan, np.float32), grid) == ""


@settings(deadline=None)
@given(cut=st.integers(1, 399), step=st.sampled_from([10.0, 30.0]))
def test_two_halves_share_nothing_and_each_shares_with_the_whole(cut: int, step: float) -> None:
    whole = Grid(UTM, Affine(step, 0, 500_000, 0, -step, 5_200_000), 400, 300)
    halves = [Grid(UTM, whole.transform @ Affine.translation(start, 0), stop - start, 300) for start, stop in ((0, cut), (cut, 400))]
    one, other = (ground_of(known(300, half.width), half) for half in halves)
    everything = ground_of(known(300, 400), whole)
    assert everything and not share_ground(one, other)
    assert all(share_ground(half, everything) for half in (one, other) if half)


def test_another_grid_of_the_same_ground_shares_it() -> None:
    here = Grid(UTM, Affine(10, 0, 500_000, 0, -10, 5_200_000), 400, 300)
    left, bottom, right, top = here.bounds("EPSG:4326")
    there = degrees(left, top, round((right - left) / 0.001), round((top - bottom) / 0.001))
    assert share_ground(ground_of(known(300, 400), here), ground_of(known(there.height, there.width), there))


def test_very_large_areas_have_fewer_points_of_the_same_lattice() -> None:
    continent, place = degrees(-20.0, 60.0, 400, 300, 0.1), degrees(8.0951, 46.0249, 80, 60)
    ground = ground_of(known(300, 400), continent)
    assert "/4" in ground and len(ground) < 100_000
    assert share_ground(ground, ground_of(known(60, 80), place))


def test_on_both_sides_of_the_180th_meridian() -> None:
    grid = degrees(179.985, 0.005, 30, 20)
    assert ground_of(known(20, 30), grid) == "-1:17999..18001;0:17999..18001"


def test_no_ground_of_another_planet() -> None:
    moon = CRS.from_user_input("+proj=eqc +R=1737400 +units=m").to_wkt()
    assert ground_of(known(30, 40), Grid(moon, Affine(100, 0, 0, 0, -100, 0), 40, 30)) == ""


def test_trained_ground_is_refused_under_another_name(prepared: Path, tmp_path: Path) -> None:
    """Also on other pixels; and other ground of the same name is refused with what to do."""
    trained = attributions(prepared, "train")
    assert trained[0]["name"] == "hills" and trained[0]["ground"]
    check_held_out(trained, prepared)
    write(tmp_path / "mine.tif", hills(90, 90, step=30.0), step=30.0)
    write(tmp_path / "far.tif", hills(90, 90, step=30.0), step=30.0, corner=(600_000, 5_200_000))
    area = '[[area]]\nname = "{}"\nsplit = "test"\ndem = "{}.tif"\n'
    for name, file, words in (("new", "mine", "ground of which .* in split test, as new"), ("hills", "far", "fitted to hills, which")):
        (tmp_path / "areas.toml").write_text(area.format(name, file))
        prepare(tmp_path / "areas.toml", tmp_path, tmp_path / "data")
        with pytest.raises(DataError, match=words) as refused:
            check_held_out(trained, tmp_path / "data")
        assert ("another name" in refused.value.hint) == (name == "hills")
    (tmp_path / "areas.toml").write_text(area.format("new", "far"))
    prepare(tmp_path / "areas.toml", tmp_path, tmp_path / "data")
    check_held_out([*trained, {"name": "odd", "ground": "nonsense"}], tmp_path / "data")


def test_areas_of_one_name_are_one_unless_their_grounds_differ() -> None:
    plain, here, there = ({"name": "a", "licence": "", "attribution": ""} | more for more in ({}, {"ground": "1:2"}, {"ground": "3:4"}))
    assert together([plain], [here]) == [here] and together([here], [plain], [here]) == [here]
    assert together([here], [there]) == [here, there]


def test_a_licence_that_was_put_right_is_the_one_that_a_card_has() -> None:
    """Of the same ground only; what is listed no more stays as it was."""
    old, gone = ({"name": name, "licence": "none", "attribution": "", "ground": "1:2"} for name in ("a", "b"))
    now, elsewhere = old | {"licence": "CC BY 4.0"}, gone | {"licence": "another's", "ground": "3:4"}
    assert credited([old, gone], [now, elsewhere]) == [now, gone]
    assert credited([], [now]) == []
