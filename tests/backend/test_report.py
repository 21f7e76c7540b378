"""The report of a run: what it holds, that it is a good page, and that it appears together with the outputs or not at all."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
import shlex
import shutil
from collections.abc import Callable
from html import unescape
from pathlib import Path

import models_for_tests
import numpy as np
import pytest
import rasterio
import rasters_for_tests
from affine import Affine
from pages_for_tests import Page
from processes_for_tests import peak_memory
from rasterio import warp
from rasterio.transform import from_origin
from rasters_for_tests import UTM
from test_command import call, running

from backend.cancel import Cancel
from backend.elevation import Elevation
from backend.errors import BackendError, Cancelled, InputError
from backend.events import Event, Progress, Result, from_line
from backend.grid import Grid
from backend.models import load
from backend.rasters import Raster
from backend.report.change import Change
from backend.report.detail import REACH, look
from backend.report.overview import EDGE, Overview
from backend.report.part import under
from backend.settings import Settings
from backend.superresolve import run
from backend.windows import Window, tiles


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "out"
    made.mkdir()
    return made


def settings(dem: Path, model: Path, folder: Path, **options: object) -> Settings:
    paths = {"output": str(folder / "fine.tif"), "report": str(folder / "report.html")}
    return Settings(**{"dem": str(dem), "model": str(model), "dem_error": 0.0, "threads": 1, **paths, **options})  # type: ignore[arg-type]


def report(dem: Path, model: Path, folder: Path, **options: object) -> str:
    """The page of a run."""
    result = run(settings(dem, model, folder, **options), lambda event: None)
    assert result.report == str(folder / "report.html")
    return (folder / "report.html").read_text(encoding="utf-8")


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def cell(text: str, heading: str) -> str:
    """What stands beside a heading in one of the tables."""
    found = re.search(rf'<th scope="row">{re.escape(heading)}</th><td>(.*?)</td>', text)
    assert found, heading
    return unescape(found[1])


def as_number(text: str) -> float:
    return float(text.replace("−", "-").replace("\u202f", "").split(" ")[0])


# --- what it holds


def test_the_change_is_that_of_all_pixels(folder: Path, dem: Path, guide: Path, small_model: Path) -> None:
    text = report(dem, small_model, folder, guide=str(guide), tile=48, difference=str(folder / "added.tif"))
    added = rasters_for_tests.read(folder / "added.tif")
    figures = {
        "Mean": added.mean(), "Standard deviation": added.std(), "5 % lie below": np.quantile(added, 0.05), "Median": np.median(added),
        "95 % lie below": np.quantile(added, 0.95), "Lowest": added.min(), "Highest": added.max(),
        "Largest, up or down": np.abs(added).max(),
    }  # fmt: skip
    for name, value in figures.items():
        assert as_number(cell(text, name)) == pytest.approx(value, rel=2e-3, abs=1e-4), name
    row, col = np.unravel_index(np.abs(added).argmax(), added.shape)
    assert f"column {col}, row {row} (" in text


def test_it_says_what_went_in_and_what_made_it(tmp_path: Path, folder: Path, guide: Path, small_model: Path) -> None:
    heights = rasters_for_tests.terrain(36, 40).astype(np.float32)
    heights[:9] = -32767
    dem = rasters_for_tests.write(tmp_path / "srtm.tif", heights, nodata=-32767)
    text = report(dem, small_model, folder, dem_error=None, guide=str(guide), extent=(600_000.0, 5_198_920.0, 600_600.0, 5_200_000.0))
    assert cell(text, "File") == str(dem) and "EPSG:32632" in cell(text, "CRS")
    assert cell(text, "Part under the output") == "20 × 36 pixels" and cell(text, "Without a height there") == "25 %"
    known = heights[9:, :20]
    lowest, _, _, highest, _ = cell(text, "Heights there").split(" ")
    assert [float(lowest), float(highest)] == pytest.approx([known.min(), known.max()], abs=0.01)
    assert cell(text, "Expected error").startswith("6 m") and "looks like SRTM" in cell(text, "Where that is from")
    assert str(guide) in text and cell(text, "Near infrared, red, green").startswith("bands 1, 2, 3 of 1 (NIR)")
    assert cell(text, "Known on").startswith("100 %") and cell(text, "Without a value") == "25 %"
    assert cell(text, "SHA-256") == load(small_model).sha256 and cell(text, "Licence of the weights") == "CC0-1.0"
    assert "The card states no figures" in text
    with rasterio.open(folder / "fine.tif") as dataset:
        assert all(cell(text, name) == value for name, value in dataset.tags().items())
    for stage in ("Loading the model", "Tiles", "Tiles: running the model", "Compressing and adding overviews", "All, up to this page"):
        assert as_number(cell(text, stage)) >= 0
    assert "output pixels per second on CPUExecutionProvider" in text and "onnxruntime " in text


def test_the_guides_share_is_of_known_pixels(tmp_path: Path, folder: Path, dem: Path, small_model: Path) -> None:
    half = rasters_for_tests.image(108, 60)
    west = rasters_for_tests.write(
        tmp_path / "west.tif", half, transform=Affine(10, 0, 600_000, 0, -10, 5_200_000), descriptions=("NIR", "Red", "Green")
    )
    text = report(dem, small_model, folder, guide=str(west), resolution=10.0, tile=32)
    assert cell(text, "Known on").startswith("50 %")


def test_the_runs_warnings_stand_on_it(folder: Path, dem: Path, small_model: Path) -> None:
    text = report(dem, small_model, folder, resolution=2.0)
    assert '<ul class="warnings"><li>The ratio of input to output pixel is 15; small was trained for 2 to 4.</li>' in text


def test_held_out_figures_are_means_over_areas(tmp_path: Path, folder: Path, dem: Path) -> None:
    figures = [
        {"area": "a", "condition": "no guide", "rmse_ratio": 0.5, "slope_rmse_ratio": 0.6},
        {"area": "b", "condition": "no guide", "rmse_ratio": 0.7, "slope_rmse_ratio": 0.8},
        {"area": "a", "condition": "real DEM, stated as srtm", "rmse_ratio": 0.91, "slope_rmse_ratio": 0.7},
        {"area": "a", "condition": "real DEM, stated as aster", "rmse_ratio": 0.92, "slope_rmse_ratio": 0.7},
        {"area": "a", "condition": "nonsense", "rmse_ratio": "none"},
        "nonsense",
    ]
    card = models_for_tests.card("told", held_out={"areas": ["a", "b"], "figures": figures, "command": "measure <it>"})
    model = models_for_tests.write_model(tmp_path / "told.onnx", model_card=card)
    text = report(dem, model, folder, dem_error=None, dem_source="srtm")
    row = '<th scope="row">no guide</th><td>2</td><td>0.6</td><td>0.5 to 0.7</td><td>0.7</td>'
    assert row in text and "stated as srtm" in text and "stated as aster" not in text and "measure &lt;it&gt;" in text
    assert "nonsense" not in text


def test_the_command_does_it_again_from_another_folder(
    folder: Path, dem: Path, guide: Path, small_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(dem.parent)
    options = {"guide": guide.name, "guide_bands": (3, 2, 1), "extent": (600_090.5, 5_199_000.0, 600_900.0, 5_199_900.0), "tile": 48}
    text = report(Path(dem.name), small_model, folder, **options)
    command = re.search(r'<code class="command">(.*?)</code>', text)
    assert command
    words = shlex.split(unescape(command[1]))
    assert words[:4] == ["python", "-m", "backend", "superresolve"]
    before = rasters_for_tests.read(folder / "fine.tif")
    (folder / "fine.tif").unlink()
    (folder / "report.html").unlink()
    done = call(*words[3:])
    assert done.returncode == 0, done.stderr
    np.testing.assert_array_equal(rasters_for_tests.read(folder / "fine.tif"), before)
    assert (folder / "report.html").is_file()


def test_feet_are_shown_in_metres(tmp_path: Path, folder: Path, dem: Path, small_model: Path) -> None:
    metres = report(dem, small_model, folder)
    with rasterio.open(dem) as dataset:
        heights = dataset.read(1)
    in_feet = rasters_for_tests.write(tmp_path / "feet.tif", (heights / 0.3048).astype(np.float32))
    with rasterio.open(in_feet, "r+") as dataset:
        dataset.set_band_unit(1, "ft")
    feet = report(in_feet, small_model, folder, overwrite=True)
    for name in ("Highest", "Standard deviation", "Heights there"):
        assert as_number(cell(feet, name)) == pytest.approx(as_number(cell(metres, name)), rel=1e-3)
    assert cell(feet, "Heights").startswith("ft")


def test_a_planet_without_longitudes_on_earth_has_a_page_too(tmp_path: Path, folder: Path, small_model: Path) -> None:
    heights = rasters_for_tests.terrain(36, 40).astype(np.float32)
    crs = "+proj=eqc +R=3396190 +units=m"
    mars = rasters_for_tests.write(tmp_path / "mars.tif", heights, transform=Affine(30, 0, 0, 0, -30, 0), crs=crs)
    said = re.search(r"The largest change is at (.*?)</p>", report(mars, small_model, folder))
    assert said and "column" in said[1] and "°" not in said[1]


def test_names_that_are_not_utf8_stand_on_it_with_marks(folder: Path, dem: Path, small_model: Path) -> None:
    odd = folder / "caf\udce9"
    odd.mkdir()
    shutil.copy(small_model, odd / "small.onnx")
    assert "caf\ufffd/small.onnx" in report(dem, odd / "small.onnx", folder)


def test_where_nothing_is_known_it_says_so(tmp_path: Path, folder: Path, small_model: Path) -> None:
    dem = rasters_for_tests.write(tmp_path / "none.tif", np.full((20, 20), -9999, np.float32), nodata=-9999)
    text = report(dem, small_model, folder)
    assert "No pixel has a value" in text and "<img" not in text and cell(text, "Without a value") == "100 %"
    assert cell(text, "Heights there") == "none"
    assert "nan" not in Page(text).text.lower().split()


@pytest.mark.parametrize("shape", [(1, 1), (1, 30), (2, 40)])
def test_the_smallest_outputs(tmp_path: Path, folder: Path, small_model: Path, shape: tuple[int, int]) -> None:
    dem = rasters_for_tests.write(tmp_path / "small.tif", rasters_for_tests.terrain(*shape).astype(np.float32))
    text = report(dem, small_model, folder, resolution=30.0)
    assert "What was changed" in text
    said = {(1, 1): "too small for profiles", (1, 30): "along one line through", (2, 40): "along three lines through"}
    assert said[shape] in text
    assert ("those of the profiles" in text) == (shape != (1, 1))


# --- how it is gathered


def windows(width: int, height: int, edge: int) -> list[Window]:
    return [tile.core for tile in tiles(width, height, tile=edge, halo=0, multiple=1)]


def test_statistics_and_means_do_not_depend_on_the_windows() -> None:
    rng = np.random.default_rng(5)
    height, width = 130, 2 * EDGE + 77
    result = rng.normal(500, 100, (height, width)).astype(np.float32)
    change = rng.normal(0.5, 2, (height, width)).astype(np.float32)
    known = rng.random((height, width)) > 0.2
    known[:40, :50] = False
    change[100, 3] = change[20, 1500] = -40
    known[100, 3] = known[20, 1500] = True
    grid = Grid("", Affine(1, 0, 0, 0, -1, 0), width, height)
    for edge in (41, 400, 5000):
        told, overview = Change(), Overview(grid)
        for window in reversed(windows(width, height, edge)):
            cut = Window(0, 0, width, height).cut(window)
            told.add(window, change[cut], known[cut])
            overview.add(window, result[cut], change[cut], known[cut])
        assert (told.place, told.largest, told.count) == ((1500, 20), 40.0, known.sum())
        assert told.mean == pytest.approx(change[known].mean(dtype=np.float64), rel=1e-9)
        assert told.deviation == pytest.approx(change[known].std(dtype=np.float64), rel=1e-9)
        assert told.quantiles() == pytest.approx(np.quantile(change[known], (0.05, 0.5, 0.95)).tolist(), abs=2e-3)
        assert told.sketch.around(0.0, 61)[1].sum() == pytest.approx(0.99 * known.sum(), rel=2e-3)
        factor = overview.factor
        assert factor == 3 and overview.result().shape == (44, -(-width // 3))
        part = known[:3, 60:63], result[:3, 60:63], change[:3, 60:63]
        assert overview.result()[0, 20] == pytest.approx(part[1][part[0]].mean()) if part[0].any() else True
        inside = known[60:63, 900:903]
        cubic = (result - change)[60:63, 900:903]
        assert overview.cubic()[20, 300] == pytest.approx(cubic[inside].mean(), rel=1e-6)
        assert np.isnan(overview.result()[0, 0])


def test_profiles_run_through_the_place_along_rows_columns_and_the_diagonal(dem: Path) -> None:
    with Raster(str(dem), "The DEM") as raster:
        grid = Grid(raster.grid.crs, raster.grid.transform @ Affine.scale(1 / 3), 120, 108)
        elevation = Elevation(raster, 1, grid)
        cubic, _ = elevation.read(Window(0, 0, 120, 108), 8)
        result = cubic + np.arange(120, dtype=np.float32)[None] / 100 + np.arange(108, dtype=np.float32)[:, None]

        def read(window: Window) -> tuple[np.ndarray, np.ndarray]:
            cut = Window(0, 0, 120, 108).cut(window)
            return result[cut], np.ones((window.height, window.width), np.bool_)

        made = look((115, 40), grid, read, elevation, 8)
    across, down, diagonal = made.profiles
    assert (across.start, across.end) == ((115 - REACH, 40), (119, 40)) and (down.start, down.end) == ((115, 0), (115, 107))
    assert (diagonal.start, diagonal.end) == ((75, 0), (119, 44))
    np.testing.assert_allclose(across.result, result[40, 15:])
    np.testing.assert_allclose(down.cubic, cubic[:, 115], atol=1e-3)
    np.testing.assert_allclose(diagonal.result, [result[k, 75 + k] for k in range(45)])
    steps = [np.diff(profile.along) for profile in made.profiles]
    assert all(step == pytest.approx(length, rel=2e-3) for step, length in zip(steps, (10.0, 10.0, 200**0.5), strict=True))
    assert across.along[REACH] == 0


def test_the_part_under_the_output_is_all_that_is_read(tmp_path: Path) -> None:
    heights = rasters_for_tests.terrain(50, 60).astype(np.float32)
    heights[5, 7] = 5000
    dem = rasters_for_tests.write(tmp_path / "dem.tif", heights)
    with Raster(str(dem), "The DEM") as raster:
        grid = Grid(raster.grid.crs, raster.grid.transform @ Affine.translation(10, 20) @ Affine.scale(0.5), 40, 20)
        part = under(grid, Elevation(raster, 1, grid), lambda: None)
        turned = Grid(raster.grid.crs, Affine(10, 0, 500_000, 0, -10, 5_000_000), 5, 5)
        assert under(turned, Elevation(raster, 1, turned), lambda: None).window.width == 1
    assert part.window == Window(10, 20, 20, 10) and part.known == 200
    inside = heights[20:30, 10:30]
    assert (part.lowest, part.highest) == (pytest.approx(inside.min()), pytest.approx(inside.max()))


def test_of_a_turned_output_no_other_ground_is_looked_at(tmp_path: Path, folder: Path, small_model: Path) -> None:
    """The rectangle around it has a tower of the DEM in one corner, and lacks a file in another."""
    heights = rasters_for_tests.terrain(160, 160).astype(np.float32)
    heights[152:, 152:] = 4000
    sources = ""
    for name, row, col, height, width in (("gone.tif", 0, 0, 8, 8), ("north.tif", 0, 8, 8, 152), ("south.tif", 8, 0, 152, 160)):
        transform = rasters_for_tests.DEM_TRANSFORM @ Affine.translation(col, row)
        rasters_for_tests.write(tmp_path / name, heights[row : row + height, col : col + width], transform=transform)
        sources += (
            f'<SimpleSource><SourceFilename relativeToVRT="1">{name}</SourceFilename><SrcRect xOff="0" yOff="0" xSize="{width}" '
            f'ySize="{height}"/><DstRect xOff="{col}" yOff="{row}" xSize="{width}" ySize="{height}"/></SimpleSource>'
        )
    (tmp_path / "gone.tif").unlink()
    mosaic = tmp_path / "m.vrt"
    mosaic.write_text(
        f'<VRTDataset rasterXSize="160" rasterYSize="160"><SRS>{UTM}</SRS><GeoTransform>600000,30,0,5200000,0,-30</GeoTransform>'
        f'<VRTRasterBand dataType="Float32" band="1">{sources}</VRTRasterBand></VRTDataset>'
    )
    # North points to the north-west there.
    turned = "+proj=stere +lat_0=90 +lon_0=55 +datum=WGS84 +units=m"
    (x,), (y,) = warp.transform(UTM, turned, [602_400], [5_197_600])
    transform = from_origin(x - 1600, y + 1600, 10, 10)
    like = rasters_for_tests.write(tmp_path / "like.tif", rasters_for_tests.image(320, 320), crs=turned, transform=transform)
    text = report(mosaic, small_model, folder, like=str(like), tile=40)
    assert as_number(cell(text, "Heights there").split(" to ")[1]) < 3000
    assert cell(text, "Without a height there") == "0 %"


# --- the page


def test_the_page_is_whole_and_needs_nothing_from_elsewhere(tmp_path: Path, folder: Path, dem: Path, guide: Path) -> None:
    odd = tmp_path / '<b>&".tif'
    odd.write_bytes(dem.read_bytes())
    title = "<script>alert(1)</script>"
    model = models_for_tests.write_model(tmp_path / "odd.onnx", model_card=models_for_tests.card("odd", title=title))
    text = report(odd, model, folder, guide=str(guide))
    page = Page(text)
    assert page.open == []
    assert not re.search(r"(?:src|href)=\"(?!data:|#)|url\(|@import", text)
    assert title not in text and "&lt;b&gt;&amp;&quot;.tif" in text
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert len(scripts) == 1 and "http" not in scripts[0]
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    policy = next(attributes["content"] or "" for tag, attributes in page.seen if tag == "meta" and "http-equiv" in attributes)
    assert policy.startswith("default-src 'none';") and f"'sha256-{digest}'" in policy
    images = [attributes for tag, attributes in page.seen if tag == "img"]
    assert len(images) == 3 and all(image["alt"] and (image["src"] or "").startswith("data:image/png;base64,") for image in images)
    drawings = [attributes for tag, attributes in page.seen if tag == "svg" and attributes.get("role") == "img"]
    names = [attributes["id"] for _, attributes in page.seen if "id" in attributes]
    assert len(drawings) == 4 and len(names) == len(set(names))
    assert all(set((drawing["aria-labelledby"] or "").split()) <= set(names) for drawing in drawings)
    links = [(attributes["href"] or "").removeprefix("#") for tag, attributes in page.seen if tag == "a"]
    assert links and set(links) <= set(names)
    assert text.count("<caption>") == text.count("<table")
    headings = [attributes for tag, attributes in page.seen if tag == "th"]
    assert headings and all(attributes["scope"] in ("col", "row") for attributes in headings)
    levels = [int(tag[1]) for tag, _ in page.seen if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1 and all(b - a <= 1 for a, b in itertools.pairwise(levels))
    assert (
        '<html lang="en">' in text and '<meta name="viewport"' in text and "prefers-color-scheme: dark" in text and "@media print" in text
    )


def test_the_divider_has_words_and_is_hidden_until_it_works(folder: Path, dem: Path, small_model: Path) -> None:
    text = report(dem, small_model, folder)
    label = re.search(r'<label class="divider" hidden>(.*?)<input type="range" min="0" max="100" value="50" step="1"></label>', text)
    assert label and "cubic resampling on the left" in label[1] and "the whole output" in label[1]
    assert "aria-valuetext" in text


def test_a_large_output_has_a_detail_too(folder: Path, dem: Path, small_model: Path) -> None:
    text = report(dem, small_model, folder, resolution=1.0, tile=600)
    assert text.count('<figure class="pair"') == 2 and "means over 2 × 2 pixels" in text and "600 × 600 pixels around" in text


# --- all or nothing


def test_without_it_nothing_is_different(folder: Path, dem: Path, small_model: Path) -> None:
    result = run(settings(dem, small_model, folder, report=None), lambda event: None)
    assert result.report is None and sorted(held(folder)) == ["fine.tif"]


def on(message: str, action: Callable[[], object]) -> Callable[[Event], None]:
    """A sink that acts when the run says that."""

    def sink(event: Event) -> None:
        if isinstance(event, Progress) and event.message.startswith(message):
            action()

    return sink


@pytest.mark.parametrize("stage", ["Tile", "Compressing", "Writing the report"])
def test_a_cancel_leaves_what_was_there(folder: Path, dem: Path, small_model: Path, stage: str) -> None:
    (folder / "report.html").write_bytes(b"older")
    cancel = Cancel()
    with pytest.raises(Cancelled):
        run(settings(dem, small_model, folder, overwrite=True), on(stage, cancel.request), cancel)
    assert held(folder) == {"report.html": b"older"}


def test_they_appear_together_or_not_at_all(folder: Path, dem: Path, small_model: Path) -> None:
    (folder / "fine.tif").write_bytes(b"older")
    with pytest.raises(BackendError, match=r"report\.html"):
        run(settings(dem, small_model, folder, overwrite=True), on("Writing the report", (folder / "report.html").mkdir))
    assert held(folder) == {"fine.tif": b"older"}
    (folder / "report.html").rmdir()
    (folder / "report.html").write_bytes(b"older too")
    run(settings(dem, small_model, folder, overwrite=True), lambda event: None)
    assert sorted(held(folder)) == ["fine.tif", "report.html"] and b"older" not in held(folder).values()


def test_a_page_that_somebody_else_wrote_meanwhile_is_left_alone(folder: Path, dem: Path, small_model: Path) -> None:
    with pytest.raises(InputError, match="exists"):
        run(settings(dem, small_model, folder), on("Writing", lambda: (folder / "report.html").write_bytes(b"theirs")))
    assert held(folder) == {"report.html": b"theirs"}


def test_what_is_refused_before_any_work(tmp_path: Path, folder: Path, dem: Path, small_model: Path) -> None:
    (folder / "there.html").write_bytes(b"mine")
    for name, code in (("report.pdf", "option-invalid"), ("no/where.html", "output-folder"), ("there.html", "output-exists")):
        events: list[Event] = []
        with pytest.raises(InputError) as caught:
            run(settings(dem, small_model, folder, report=str(folder / name)), events.append)
        assert caught.value.code == code and not any(isinstance(event, Progress) for event in events)
    page = dem.rename(tmp_path / "dem.html")  # GDAL looks at the content
    with pytest.raises(InputError) as caught:
        run(settings(page, small_model, folder, report=str(page), overwrite=True), lambda event: None)
    assert caught.value.code == "output-is-input" and held(folder) == {"there.html": b"mine"}


# --- as a command


def test_the_result_event_and_the_closing_sentence_name_it(folder: Path, dem: Path, small_model: Path) -> None:
    extra = ["--report", folder / "r.html", "--model", small_model]
    with running(folder, dem, folder / "fine.tif", *extra) as process:
        assert process.stdout is not None
        events = [from_line(line) for line in process.stdout.read().splitlines()]
    assert isinstance(events[-1], Result) and events[-1].report == str(folder / "r.html")
    fractions = [event.fraction for event in events if isinstance(event, Progress)]
    assert fractions == sorted(fractions)
    done = call("superresolve", dem, folder / "fine.tif", *extra, "--overwrite")
    assert done.returncode == 0 and str(folder / "r.html") in done.stderr.splitlines()[-1]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process's own peak of memory")
@pytest.mark.slow
def test_memory_depends_on_the_tile_with_a_report(tmp_path: Path, small_model: Path) -> None:
    taken = []
    for times in (2, 8):
        raster = rasters_for_tests.write(
            tmp_path / f"{times}.tif", np.tile(rasters_for_tests.terrain(200, 200), (times, times)).astype(np.float32), crs=UTM
        )
        extra = ["--report", tmp_path / f"{times}.html", "--model", small_model, "--tile", "256", "--threads", "1"]
        taken.append(peak_memory("superresolve", raster, tmp_path / f"fine{times}.tif", *extra) / 2**20)
        assert (tmp_path / f"{times}.html").stat().st_size < 8e6
    # 16 times as many pixels, 92 MB of them in one raster, may cost what blocks GDAL keeps at hand.
    assert taken[1] - taken[0] < 128
