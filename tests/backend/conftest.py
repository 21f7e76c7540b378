"""Shared by the backend's tests: the models that are run, and a small DEM with its guide."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

import models_for_tests
import rasters_for_tests

from backend import models
from backend.events import Event
from backend.settings import Settings
from backend.superresolve import run

# Other processes may take the machine at any time: no test is judged by its seconds.
settings.register_profile("siran", deadline=None)
settings.load_profile("siran")

SHIPPED = sorted(models.BUNDLED.glob("*.onnx"))


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return models_for_tests.write_model(tmp_path_factory.mktemp("models") / "small.onnx")


@pytest.fixture(scope="session")
def projecting_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small model, whose results are to be brought back to the DEM's means."""
    card = models_for_tests.card("projecting", back_projection=True)
    return models_for_tests.write_model(tmp_path_factory.mktemp("models") / "projecting.onnx", model_card=card)


@pytest.fixture(params=["small", "projecting", *(path.stem for path in SHIPPED)])
def model(request: pytest.FixtureRequest, small_model: Path, projecting_model: Path) -> Path:
    """The small models and, as soon as there are any, the shipped ones."""
    small = {"small": small_model, "projecting": projecting_model}
    return small[request.param] if request.param in small else models.BUNDLED / f"{request.param}.onnx"


@pytest.fixture
def dem(tmp_path: Path) -> Path:
    """40 x 36 pixels of 30 m."""
    return rasters_for_tests.write(tmp_path / "dem.tif", rasters_for_tests.terrain(36, 40).astype(np.float32))


@pytest.fixture
def guide(tmp_path: Path) -> Path:
    """130 x 120 pixels of 10 m, beginning 50 m west and north of the DEM."""
    return rasters_for_tests.write(
        tmp_path / "guide.tif",
        rasters_for_tests.image(120, 130),
        transform=Affine(10, 0, 599_950, 0, -10, 5_200_050),
        descriptions=("NIR", "Red", "Green"),
    )


Superresolve = Callable[..., np.ndarray]


@pytest.fixture
def superresolve(tmp_path: Path, small_model: Path) -> Superresolve:
    """Runs in this process with `Settings(**options)`; returns the output's values, NaN where it has no data."""
    count = 0

    def call(dem: Path, *, events: list[Event] | None = None, **options: object) -> np.ndarray:
        nonlocal count
        count += 1
        options = {"model": small_model, "output": tmp_path / f"fine{count}.tif", "dem_error": 0.0, "threads": 2, **options}
        for name in ("model", "output", "guide", "like"):
            if options.get(name) is not None:
                options[name] = str(options[name])
        result = run(Settings(dem=str(dem), **options), (events if events is not None else []).append)  # type: ignore[arg-type]
        return rasters_for_tests.read(result.path)

    return call


@pytest.fixture
def nobody() -> Iterator[None]:
    """Root may read whatever there is."""
    if not hasattr(os, "geteuid"):
        pytest.skip("Windows knows no such permissions")
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    yield
    os.seteuid(before)


@pytest.fixture
def two_users(nobody: None) -> Iterator[Path]:
    """A folder that all may enter, seen by one who owns nothing there."""
    if os.getuid() != 0:
        pytest.skip("only root can be two users")
    os.seteuid(0)
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
        os.seteuid(0)
