"""--thorough: the model runs on each tile in four orientations, and what it makes of them is averaged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from rasters_for_tests import image, terrain, write

from backend.cancel import Cancel
from backend.engines import Floats
from backend.errors import Cancelled
from backend.events import Event, Progress
from backend.orientations import COUNT, over_orientations
from backend.settings import Settings
from backend.superresolve import run

Superresolve = Callable[..., np.ndarray]
TURNS: list[Callable[[np.ndarray], np.ndarray]] = [lambda raster, k=k: np.rot90(raster, k, (-2, -1)) for k in range(COUNT)]  # type: ignore[misc]


def crooked(dem: Floats, guide: Floats, valid: Floats, pixel_size: float, dem_error: float) -> tuple[Floats, Floats]:
    """Makes of the north what it makes not of the south, and takes the guide's bands as they come."""
    east = np.roll(dem, 1, axis=1) - dem
    added = np.where(east > 0, east, 0) + 3 * guide[0] * valid - np.roll(guide[1], 2, axis=0)
    return (dem + added).astype(np.float32), (1 + abs(np.roll(added, 1, axis=0))).astype(np.float32)


def scene(seed: int, height: int = 20, width: int = 14) -> tuple[Floats, Floats, Floats]:
    draw = np.random.default_rng(seed)
    valid = (draw.random((height, width)) > 0.2).astype(np.float32)
    return draw.normal(500, 40, (height, width)).astype(np.float32), draw.random((3, height, width)).astype(np.float32), valid


@given(seed=st.integers(0, 1000), turn=st.sampled_from(TURNS[1:]))
def test_turned_ground_gives_the_turned_result(seed: int, turn: Callable[[np.ndarray], np.ndarray]) -> None:
    thorough, given_ = over_orientations(crooked), scene(seed)
    elevation, sigma = thorough(*given_, 10.0, 0.5)
    turned, turned_sigma = thorough(*(np.ascontiguousarray(turn(raster)) for raster in given_), 10.0, 0.5)  # type: ignore[arg-type]
    assert sigma is not None and turned_sigma is not None
    assert np.abs(turn(elevation) - turned).max() < 1e-3 and np.abs(turn(sigma) - turned_sigma).max() < 1e-3
    alone = crooked(*given_, 10.0, 0.5)[0], crooked(*(turn(raster) for raster in given_), 10.0, 0.5)[0]
    assert np.abs(turn(alone[0]) - alone[1]).max() > 1, "once alone is not the same for all"


def test_each_orientation_is_seen_once() -> None:
    seen: list[bytes] = []
    told: list[int] = []

    def look(dem: Floats, *_: object) -> tuple[Floats, None]:
        seen.append(dem.tobytes())
        return dem, None

    dem, guide, valid = scene(1, 6, 6)
    elevation, sigma = over_orientations(look, told.append)(dem, guide, valid, 10.0, 0.0)
    assert len(set(seen)) == COUNT and told == list(range(1, COUNT + 1))
    assert sigma is None and np.array_equal(elevation, dem)


def test_the_error_of_a_mean_is_smaller_than_that_of_its_parts() -> None:
    """Four results that are off by 3 m each, of which they have 2.6 m in common: those stay, and sigma says what is left."""
    draw, errors = np.random.default_rng(0), []
    truth = np.full((200, 200), 1234.0, np.float32)
    shared = draw.normal(0, np.sqrt(7), truth.shape)

    def off(dem: Floats, *_: object) -> tuple[Floats, Floats]:
        errors.append(draw.normal(0, np.sqrt(2), truth.shape))
        # Handed in turned, to come back so that `shared` lies where it lay.
        places = next(turn for turn in TURNS if np.array_equal(turn(marked), dem - 1234))
        return dem - places(marked) + places(shared) + errors[-1], np.full_like(dem, 3.0)

    marked = np.arange(truth.size, dtype=np.float32).reshape(truth.shape) / 64
    elevation, sigma = over_orientations(off)(truth + marked, np.zeros((3, 200, 200), np.float32), truth, 10.0, 0.0)
    assert sigma is not None
    left = float(np.std(elevation - truth))
    assert left == pytest.approx(np.sqrt(7 + 2 / 4), rel=0.02)
    assert float(np.sqrt(np.mean(np.square(sigma)))) == pytest.approx(left, rel=0.02)
    _, certain = over_orientations(off)(truth + marked, np.zeros((3, 200, 200), np.float32), truth, 10.0, 2.9)
    assert certain is not None and certain.min() > 2.89, "the DEM's own error is in each of them"


def test_the_backend_averages(tmp_path: Path, superresolve: Superresolve) -> None:
    """The same as the mean of four runs on turned files; tiles change nothing."""
    side = 48
    heights, bands = terrain(side, side).astype(np.float32), image(3 * side, 3 * side)
    made = []
    for number, turn in enumerate(TURNS):
        dem = write(tmp_path / f"dem{number}.tif", np.ascontiguousarray(turn(heights)))
        guide = write(
            tmp_path / f"guide{number}.tif",
            np.ascontiguousarray(turn(bands)),
            transform=rasterio.Affine(10, 0, 600_000, 0, -10, 5_200_000),
            descriptions=("NIR", "Red", "Green"),
        )
        made.append(superresolve(dem, guide=guide))
        if not number:
            events: list[Event] = []
            thorough = superresolve(
                dem, guide=guide, thorough=True, output=tmp_path / "thorough.tif", events=events, report=str(tmp_path / "r.html")
            )
            tiled = superresolve(dem, guide=guide, thorough=True, tile=66)
    back = [next(b for b in TURNS if np.array_equal(b(turn(heights)), heights)) for turn in TURNS]
    mean = np.mean([b(one) for b, one in zip(back, made, strict=True)], axis=0)
    assert np.abs(thorough - mean).max() < 1e-3 and np.abs(thorough - made[0]).max() > 0.02
    assert np.abs(thorough - tiled).max() < 1e-3
    with rasterio.open(tmp_path / "thorough.tif") as result:
        assert result.tags()["SIRAN_ORIENTATIONS"] == "mean of 4"
    assert "with a guide, the mean over 4 orientations" in (tmp_path / "r.html").read_text(encoding="utf-8")
    fractions = [event.fraction for event in events if isinstance(event, Progress)]
    assert fractions == sorted(fractions)
    assert [event.message for event in events if isinstance(event, Progress)][:COUNT] == ["Tile 1 of 1"] * COUNT


def test_a_cancel_does_not_wait_for_all_orientations(tmp_path: Path, small_model: Path, dem: Path) -> None:
    said: list[float] = []
    cancel = Cancel()

    def tell(event: Event) -> None:
        if isinstance(event, Progress):
            said.append(event.fraction)
            cancel.request()

    settings = Settings(str(dem), str(tmp_path / "out" / "fine.tif"), model=str(small_model), dem_error=0.0, thorough=True)
    (tmp_path / "out").mkdir()
    with pytest.raises(Cancelled):
        run(settings, tell, cancel)
    assert len(said) == 1 and said[0] < 1 / COUNT and not list((tmp_path / "out").iterdir())
    assert "--thorough" in settings.command().split()
