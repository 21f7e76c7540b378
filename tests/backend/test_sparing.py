"""A GPU whose memory is too small for a tile. None is here: an engine that refuses large tiles takes its place, around a real one."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from models_for_tests import write_model
from rasters_for_tests import image, read, terrain, write

from backend import superresolve
from backend.engines import Engine, Floats, open_engine
from backend.engines.sparing import SparingEngine
from backend.errors import Cancelled, ResourceError
from backend.events import Event, Log
from backend.models import load
from backend.output import Output
from backend.settings import Settings


class SmallMemory:
    """Runs tiles of up to so many pixels."""

    def __init__(self, engine: Engine, pixels: int) -> None:
        self.engine = engine
        self.pixels = pixels
        self.provider = "CUDAExecutionProvider"
        self.providers = (self.provider, "CPUExecutionProvider")
        self.sigma = engine.sigma
        self.ran: list[tuple[int, int]] = []

    def run(self, dem: Floats, guide: Floats, valid: Floats, pixel_size: float, dem_error: float) -> tuple[Floats, Floats | None]:
        if dem.size > self.pixels:
            raise ResourceError("out-of-memory", f"A tile of {dem.shape} does not fit in memory.", "Pass a smaller --tile.")
        self.ran.append(dem.shape)  # type: ignore[arg-type]
        return self.engine.run(dem, guide, valid, pixel_size, dem_error)

    def stop(self) -> None:
        self.engine.stop()


Install = Callable[[int], list[SmallMemory]]


@pytest.fixture
def inputs(tmp_path: Path) -> tuple[Path, Path]:
    dem = write(tmp_path / "dem.tif", terrain(200, 260).astype("float32"))
    return dem, write(tmp_path / "guide.tif", image(600, 780), transform=rasterio.Affine(10, 0, 600_000, 0, -10, 5_200_000))


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Makes `auto` find a GPU with room for so many pixels."""

    def install(pixels: int) -> list[SmallMemory]:
        made: list[SmallMemory] = []

        def opened(model, device, threads, say, *, program):  # type: ignore[no-untyped-def]
            engine = open_engine(model, "cpu", threads, say, program=program)
            if device != "auto":
                return engine
            made.append(SmallMemory(engine, pixels))
            return made[-1]

        monkeypatch.setattr(superresolve, "open_engine", opened)
        return made

    return install


def run(tmp_path: Path, inputs: tuple[Path, Path], name: str, model: Path, device: str) -> tuple[Path, Path, list[str]]:
    said: list[str] = []

    def tell(event: Event) -> None:
        if isinstance(event, Log) and event.level == "warning":
            said.append(event.text)

    settings = Settings(
        str(inputs[0]),
        str(tmp_path / f"{name}.tif"),
        guide=str(inputs[1]),
        guide_bands=(1, 2, 3),
        model=str(model),
        dem_error=0.0,
        device=device,
        uncertainty=str(tmp_path / f"{name} sigma.tif"),
    )
    result = superresolve.run(settings, tell)
    with rasterio.open(result.path) as made:
        assert made.tags()["SIRAN_PROVIDER"] == result.provider
    assert result.uncertainty
    return Path(result.path), Path(result.uncertainty), [result.provider, *said]


def same(made: tuple[Path, Path, list[str]], plain: tuple[Path, Path, list[str]]) -> None:
    for a, b in zip(made[:2], plain[:2], strict=True):
        assert np.abs(read(a) - read(b)).max() < 1e-3
    assert np.ptp(read(plain[0])) > 100


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path / "small.onnx", sigma=True)


def test_a_tile_that_does_not_fit_is_run_in_parts(tmp_path: Path, inputs: tuple[Path, Path], gpu: Install, model: Path) -> None:
    plain = run(tmp_path, inputs, "plain", model, "cpu")
    engines = gpu(300 * 300)
    made = run(tmp_path, inputs, "made", model, "auto")
    same(made, plain)
    provider, *said = made[2]
    assert provider == "CUDAExecutionProvider in parts of 199 pixels"
    assert [text.partition(":")[0] for text in said] == [
        "A tile of 796 x 616 pixels does not fit in the memory of CUDAExecutionProvider"
    ] * 2
    assert "in parts of 398 pixels" in said[0] and "in parts of 199 pixels" in said[1]
    assert len(engines[0].ran) > 6 and max(height * width for height, width in engines[0].ran) <= 300 * 300


def test_the_processor_takes_over_at_last(tmp_path: Path, inputs: tuple[Path, Path], gpu: Install, model: Path) -> None:
    plain = run(tmp_path, inputs, "plain", model, "cpu")
    engines = gpu(0)
    made = run(tmp_path, inputs, "made", model, "auto")
    same(made, plain)
    provider, *said = made[2]
    assert provider == "CUDAExecutionProvider, then CPUExecutionProvider"
    assert said[-1].endswith("not even in parts: the processor takes over.") and engines[0].ran == []


def test_what_gave_up_is_let_go(
    tmp_path: Path, inputs: tuple[Path, Path], gpu: Install, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A GPU's memory is wanted by others through the hours that a processor takes."""
    engines = gpu(0)
    gave_up: list[weakref.ref[SmallMemory]] = []
    there: list[bool] = []
    opened, write_tile = superresolve.open_engine, Output.write

    def watched(*given, **more):  # type: ignore[no-untyped-def]
        engine = opened(*given, **more)
        if engines:
            gave_up.append(weakref.ref(engines.pop()))
        return engine

    def look(*given, **more):  # type: ignore[no-untyped-def]
        gc.collect()
        there.append(gave_up[0]() is not None)
        return write_tile(*given, **more)

    monkeypatch.setattr(superresolve, "open_engine", watched)
    monkeypatch.setattr(Output, "write", look)
    provider, *_ = run(tmp_path, inputs, "made", model, "auto")[2]
    assert provider == "CUDAExecutionProvider, then CPUExecutionProvider" and there and not any(there)


def test_a_stop_reaches_what_took_over(model: Path) -> None:
    """It may come while the model is loaded there."""
    card, tile = load(model).card, np.zeros((64, 64), np.float32)

    def on_processor() -> Engine:
        return open_engine(load(model), "cpu", 1, lambda _level, _text: None, program=False)

    def stopped_meanwhile() -> Engine:
        engine.stop()
        return on_processor()

    engine = SparingEngine(SmallMemory(on_processor(), 0), card, stopped_meanwhile, lambda _level, _text: None)
    with pytest.raises(Cancelled):
        engine.run(tile, np.zeros((3, 64, 64), np.float32), tile, 10.0, 0.0)


def test_a_processor_without_memory_says_so(
    tmp_path: Path, inputs: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, model: Path
) -> None:
    def opened(model, device, threads, say, *, program):  # type: ignore[no-untyped-def]
        engine = SmallMemory(open_engine(model, "cpu", threads, say, program=program), 0)
        engine.provider = "CPUExecutionProvider"
        return engine

    monkeypatch.setattr(superresolve, "open_engine", opened)
    with pytest.raises(ResourceError, match="does not fit in memory"):
        run(tmp_path, inputs, "made", model, "auto")
    assert not (tmp_path / "made.tif").exists()
