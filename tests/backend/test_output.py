"""What lies on disk afterwards, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS
from rasters_for_tests import UTM

from backend import models
from backend.errors import BackendError, InputError, ResourceError
from backend.events import Event, Log, Progress
from backend.grid import Grid
from backend.output import Output, check_output, check_space
from backend.windows import Window

Superresolve = Callable[..., np.ndarray]
GRID = Grid(CRS.from_user_input(UTM).to_wkt(), Affine(10, 0, 600_000, 0, -10, 5_200_000), 700, 600)


def output(path: Path) -> Output:
    return Output(path, GRID, crs=GRID.crs, unit="m", tags={"SIRAN_MODEL": "small"}, threads=1)


def whole(value: float = 5.0) -> tuple[Window, np.ndarray, np.ndarray]:
    return Window(0, 0, 700, 600), np.full((600, 700), value, np.float32), np.ones((600, 700), bool)


def test_it_is_a_cloud_optimized_geotiff(tmp_path: Path) -> None:
    with output(tmp_path / "a.tif") as made:
        made.write(*whole())
        made.finish()
    with rasterio.open(tmp_path / "a.tif") as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert dataset.tags(ns="IMAGE_STRUCTURE")["COMPRESSION"] == "DEFLATE"
        assert dataset.tags(ns="IMAGE_STRUCTURE")["PREDICTOR"] == "3"
        assert dataset.dtypes == ("float32",) and dataset.nodata == -9999 and dataset.overviews(1) == [2]
        assert dataset.descriptions == ("elevation",) and dataset.units == ("m",)
        assert dataset.tags()["SIRAN_MODEL"] == "small"
        assert dataset.transform == GRID.transform


def test_tags_say_what_it_was_made_from(tmp_path: Path, superresolve: Superresolve, dem: Path, guide: Path, small_model: Path) -> None:
    superresolve(dem, guide=guide, output=tmp_path / "fine.tif", dem_error=None, dem_source="glo30")
    with rasterio.open(tmp_path / "fine.tif") as dataset:
        tags = dataset.tags()
    assert tags["SIRAN_MODEL"] == "small 1.2.3" and tags["SIRAN_MODEL_SHA256"] == models.load(small_model).sha256
    assert tags["SIRAN_DEM"] == "dem.tif, band 1" and tags["SIRAN_GUIDE"] == "guide.tif, bands 1,2,3 (NIR, R, G)"
    assert tags["SIRAN_DEM_ERROR"] == "2.4 m" and tags["SIRAN_PROVIDER"] == "CPUExecutionProvider" and tags["SIRAN_VERSION"]


def test_nothing_lies_under_its_name_before_it_is_whole(tmp_path: Path) -> None:
    with output(tmp_path / "a.tif") as made:
        made.write(*whole())
        assert not (tmp_path / "a.tif").exists()
        assert all(path.name.startswith(".") for path in tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []


def test_missing_pixels_are_noticed(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="420000 pixels"), output(tmp_path / "a.tif") as made:
        made.write(Window(0, 0, 10, 10), np.zeros((10, 10), np.float32), np.ones((10, 10), bool))
        made.finish()
    assert list(tmp_path.iterdir()) == []


def test_pixels_that_are_made_twice_are_noticed(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="twice"), output(tmp_path / "a.tif") as made:
        made.write(*whole())
        made.write(*whole())


def test_what_gdal_wrote_beside_an_older_file_goes(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(b"older")
    (tmp_path / "a.tif.aux.xml").write_text("<PAMDataset/>")
    with output(tmp_path / "a.tif") as made:
        made.write(*whole())
        made.finish()
    assert [path.name for path in tmp_path.iterdir()] == ["a.tif"]


def test_brackets_in_a_name_do_not_keep_files_alive(tmp_path: Path) -> None:
    with output(tmp_path / "a[1].tif"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_too_small_is_noticed_before(tmp_path: Path) -> None:
    with pytest.raises(ResourceError) as raised:
        check_space(tmp_path / "a.tif", 10**15)
    assert raised.value.code == "disk-full" and raised.value.exit_status == 1


def test_an_input_under_another_name_is_still_an_input(tmp_path: Path, dem: Path) -> None:
    (tmp_path / "link.tif").symlink_to(dem)
    with pytest.raises(InputError) as raised:
        check_output(tmp_path / "link.tif", {"the DEM": str(dem)}, overwrite=True)
    assert raised.value.code == "output-is-input"


def test_progress_grows_to_1_and_the_log_says_what_was_chosen(superresolve: Superresolve, dem: Path, guide: Path) -> None:
    events: list[Event] = []
    superresolve(dem, guide=guide, events=events, tile=64, dem_error=None)
    fractions = [event.fraction for event in events if isinstance(event, Progress)]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0 and fractions[0] > 0
    log = " ".join(event.text for event in events if isinstance(event, Log))
    assert "CPUExecutionProvider" in log and "bands 1, 2, 3" in log and "trusted" in log


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"resolution": 3.0}, "ratio of input to output pixel is 10"),
        ({"resolution": 4.0}, "output pixel is 4 m"),
        ({"dem_error": 55.0}, "expected error of the DEM is 55 m"),
    ],
)
def test_what_the_model_was_not_trained_for_is_said(
    superresolve: Superresolve, dem: Path, options: dict[str, float], sentence: str
) -> None:
    events: list[Event] = []
    superresolve(dem, events=events, **options)
    assert any(isinstance(event, Log) and event.level == "warning" and sentence in event.text for event in events)
