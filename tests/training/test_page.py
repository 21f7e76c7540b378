"""The page shows every method at the same place, in the same light and on the same scale, to whoever looks at it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.training.conftest import hills
from training.data.areas import Area
from training.evaluation.figures import evaluate
from training.evaluation.page import EDGE, Panels, typical_window, write_page
from training.evaluation.pairs import Pair, simulate
from training.evaluation.pictures import hillshade, write_raster

Floats = NDArray[np.float32]


class Images(HTMLParser):
    """Gathers what a page shows and names."""

    def __init__(self) -> None:
        super().__init__()
        self.images: list[dict[str, str | None]] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "img":
            self.images.append(values)
        self.sources += [str(values[key]) for key in ("src", "srcset", "href") if values.get(key)]


def half_way(pair: Pair) -> Floats:
    return (pair.cubic + pair.target) / 2


@pytest.fixture(scope="module")
def pair() -> Pair:
    dem = hills(290, 330, seed=6)
    dem[:, 310:] = np.nan
    return simulate(Area("Ridge & <valley>", "test", dem, None, 10.0, 10.0), 3)


@pytest.fixture(scope="module")
def page(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Path:
    panels = Panels()
    conditions = ["no guide", "rendered guide", "constant guide"]
    figures = evaluate({"half": lambda *_: (half_way(pair), None)}, [pair], ["nearest"], conditions, keep=panels.keep)
    return write_page(tmp_path_factory.mktemp("out") / "page", figures, panels, "half against nearest")


def test_every_picture_is_there_and_said_in_words(page: Path) -> None:
    seen = Images()
    seen.feed(page.read_text(encoding="utf-8"))
    assert all(image["alt"] for image in seen.images)
    files = {path.name for path in page.parent.iterdir()} - {"index.html"}
    assert set(seen.sources) == files  # nothing from elsewhere, nothing unused
    # Reference, cubic, nearest, half without and with a guide; the reference has no error map.
    assert sum("hillshade" in name for name in files) == 5
    assert sum("error" in name for name in files) == 4
    assert {name[3:] for name in files if "profile" in name or "spectrum" in name or "scale" in name} == {
        f"{kind}-{theme}.png" for kind in ("profile", "spectrum", "scale") for theme in ("light", "dark")
    }


def test_the_page_fits_a_phone_and_the_dark(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert 'name="viewport"' in text
    assert "prefers-color-scheme: dark" in text
    assert not re.search(r"https?://|<script", text)
    assert "Ridge &amp; &lt;valley&gt;" in text
    assert "<valley>" not in text


def test_the_page_has_the_figures(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "<td>half</td><td>rendered guide</td><td>1</td><td>0.500</td>" in text
    assert "<td>half</td><td>constant guide</td>" in text  # in the table, not among the panels
    assert "half, constant guide" not in text
    assert "half, rendered guide" in text


def test_error_maps_share_one_scale(pair: Pair, page: Path) -> None:
    """Half of the error is half as far from white, at every pixel that is not off the scale."""
    cubic, half = (matplotlib.image.imread(page.parent / f"01-0{number}-error.png")[..., :3] for number in (1, 3))
    assert np.abs(1 - half).mean() < 0.8 * np.abs(1 - cubic).mean()
    assert cubic.shape[:2] == (512, 512)


def test_the_window_has_no_gap_and_a_typical_error(pair: Pair) -> None:
    rows, columns = typical_window(pair)
    assert (rows.stop - rows.start, columns.stop - columns.start) == (EDGE, EDGE)
    assert pair.judged[rows, columns].all()
    here = np.abs(pair.cubic - pair.target)[rows, columns].mean()
    assert here == pytest.approx(np.abs(pair.cubic - pair.target)[pair.judged].mean(), rel=0.1)


def test_a_small_area_is_shown_whole() -> None:
    small = simulate(Area("small", "test", hills(120, 140), None, 10.0, 10.0), 3)
    rows, columns = typical_window(small)
    assert (rows.start, rows.stop, columns.stop - columns.start) == (0, 120, 120)


def test_light_comes_from_the_north_west() -> None:
    y, x = np.mgrid[:20, :20].astype(np.float32)
    towards, away, flat = (hillshade(dem, 1.0, 1.0)[10, 10] for dem in (x + y, -x - y, 0 * x))
    assert towards > flat > away
    assert flat == pytest.approx(np.sin(np.pi / 4))
    assert hillshade(10 * x, 10.0, 20.0)[5, 5] == pytest.approx(hillshade(x, 1.0, 1.0)[5, 5])


def test_unknown_pixels_are_transparent(tmp_path: Path) -> None:
    write_raster(tmp_path / "a.png", np.array([[0.0, np.nan], [0.5, 2.0]]), 0, 1, "gray")
    pixels = matplotlib.image.imread(tmp_path / "a.png")
    assert pixels.shape == (512, 512, 4)
    assert pixels[0, -1, 3] == 0
    np.testing.assert_array_equal(pixels[0, 0], [0, 0, 0, 1])
    np.testing.assert_array_equal(pixels[-1, -1], [1, 1, 1, 1])
