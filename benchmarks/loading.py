"""What training waits for its batches: seconds to draw one, and the share of a step spent waiting for it.

    python benchmarks/loading.py                    training/configs/siran.toml on the sample, without and with a worker
    python benchmarks/loading.py --data runs/data   on areas that training.prepare wrote

A worker takes processor time too. So the table says as well what a step lasts with the batches drawn beside it, and what it lasts with
one and the same batch, which costs nothing to draw.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from training.config import Config, load_config  # noqa: E402
from training.data.areas import Area, load_areas  # noqa: E402
from training.data.batches import Batch, BatchSource  # noqa: E402
from training.data.loader import load_batches  # noqa: E402
from training.networks.generator import SuperResolver  # noqa: E402
from training.prepare import prepare  # noqa: E402
from training.train import make_players, open_fabric, update  # noqa: E402

AREAS = """
[[area]]
name = "sample"
split = "train"
dem = "marin_srtm_1arcsec.tif"
guide = "marin_landsat7_nir_r_g.tif"
"""


@contextmanager
def prepared(data: Path | None) -> Iterator[list[Area]]:
    """The training areas of a prepared folder, or of the sample."""
    if data:
        yield load_areas(data, "train")
        return
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "areas.toml").write_text(AREAS)
        prepare(Path(folder) / "areas.toml", ROOT / "resources" / "sample", Path(folder) / "data")
        yield load_areas(Path(folder) / "data", "train")


def seconds_to_draw(source: BatchSource, count: int) -> float:
    """Mean time of drawing a batch on one thread, after those that find the squares without gaps."""
    for step in range(4):
        source.batch(step)
    start = time.perf_counter()
    for step in range(count):
        source.batch(step)
    return (time.perf_counter() - start) / count


def again(batch: Batch) -> Generator[Batch, None, None]:
    """One batch, for ever."""
    while True:
        yield batch


def steps(config: Config, batches: Generator[Batch, None, None], count: int) -> tuple[float, float]:
    """Median seconds of a step with its batch, and the mean share of it that was spent waiting, after two steps that do not count."""
    torch.manual_seed(0)
    fabric = open_fabric(config.train.precision, 1)
    network = SuperResolver(config.network).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    game, optimizer_g, optimizer_d = make_players(fabric, network, config)
    waited, whole = [], []
    for step in range(count + 2):
        start = time.perf_counter()
        batch = next(batches)
        got = time.perf_counter()
        update(fabric, game, network, (optimizer_g, optimizer_d), batch, config, False, step)
        waited.append(got - start)
        whole.append(time.perf_counter() - start)
    batches.close()
    return statistics.median(whole[2:]), sum(waited[2:]) / sum(whole[2:])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="What training waits for its batches.")
    parser.add_argument("--config", type=Path, default=ROOT / "training" / "configs" / "siran.toml")
    parser.add_argument("--data", type=Path, help="folder that training.prepare wrote (the sample)")
    parser.add_argument("--steps", type=int, default=20)
    options = parser.parse_args()
    config = load_config(options.config)
    with prepared(options.data) as areas:
        source = BatchSource(areas, config.data, 0)
        drawing = seconds_to_draw(source, options.steps)
        print(f"\n{platform.processor() or platform.machine()}, {torch.get_num_threads()} threads, PyTorch {torch.__version__}")
        print(f"{options.config.stem}: {drawing:.3f} s to draw a batch of {config.data.batch} patches of {config.data.patch} pixels\n")
        print("| batches | seconds a step | waiting |\n| --- | --- | --- |")
        rows = {"one and the same": again(source.batch(0))}
        rows |= {f"{workers} workers": load_batches(source, 0, workers=workers) for workers in (0, 1)}
        for name, batches in rows.items():
            step, share = steps(config, batches, options.steps)
            print(f"| {name} | {step:.3f} | {share:.1%} |", flush=True)


if __name__ == "__main__":
    main()
