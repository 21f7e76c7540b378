"""What a step of training costs: patches per second, the share of each loss, peak memory.

    python benchmarks/training.py                    both configurations, each in a process of its own; a table in Markdown
    python benchmarks/training.py --config training/configs/siran.toml --batch 4 --steps 3

Measured is the full step of both players with every loss of the paper, whatever the configuration leaves out. Patches are
cut from the sample, resources/sample, so that nothing has to be prepared.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from training.config import Config, ObjectiveSettings, load_config  # noqa: E402
from training.data.areas import load_areas  # noqa: E402
from training.data.batches import Batch, BatchSource  # noqa: E402
from training.game import Game, inside  # noqa: E402
from training.networks.generator import SuperResolver  # noqa: E402
from training.prepare import prepare  # noqa: E402
from training.train import make_players, open_fabric, update  # noqa: E402

AREAS = """
[[area]]
name = "sample"
split = "train"
dem = "marin_srtm_1arcsec.tif"
"""
BATCH = {"siran": 12, "siran-paper": 1}
"""Patches a step: the shipped configuration's own, and what 24 GB of memory hold of the paper's."""


def everything(config: Config, batch: int) -> Config:
    """The configuration with all of the paper's losses, at once."""
    paper = ObjectiveSettings()
    weigh = replace(config.objective, adversarial=paper.adversarial, transport=paper.transport, domain=paper.domain)
    return replace(config, objective=weigh, data=replace(config.data, batch=batch, error_share=0.0))


def seconds(call: Callable[[], object], times: int) -> float:
    """Median of `times` calls, after one that does not count."""
    call()
    taken = []
    for _ in range(times):
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        start = time.perf_counter()
        call()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        taken.append(time.perf_counter() - start)
    return sorted(taken)[len(taken) // 2]


def measure(config: Config, steps: int) -> dict[str, object]:
    """Figures of one configuration, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "areas.toml").write_text(AREAS)
        prepare(Path(folder) / "areas.toml", ROOT / "resources" / "sample", Path(folder) / "data")
        batch: Batch = BatchSource(load_areas(Path(folder) / "data", "train"), config.data, 0).batch(0)
    fabric = open_fabric(config.train.precision, 1)
    batch = batch.to(fabric.device)
    torch.manual_seed(0)
    network = SuperResolver(config.network)
    network.to(memory_format=torch.channels_last)
    game, optimizer_g, optimizer_d = make_players(fabric, network, config)

    def step() -> None:
        update(fabric, game, network, (optimizer_g, optimizer_d), batch, config, True, 0)

    whole = seconds(step, steps)
    peak = torch.cuda.max_memory_allocated() if torch.cuda.is_available() else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

    # Each loss on its own: its value and its gradient with respect to ŷ, or to D's weights.
    with torch.no_grad():
        result = game("resolve", *batch.inputs())[0]
    shares = {}
    for name, single in losses_alone(config).items():
        alone = Game(network, single)
        player_d = name in ("D", "domain adaptation")
        network.discriminator.requires_grad_(player_d)

        def one(alone: Game = alone, player_d: bool = player_d) -> None:
            free = result.detach().requires_grad_(not player_d)
            with fabric.autocast():
                if player_d:
                    losses = alone.discriminator_losses(batch.dem, batch.target, free, batch.pixel_size)
                else:
                    losses = alone.generator_losses(batch.dem, batch.target, batch.truthful, batch.pixel_size, True, 0, free)
            wanted: list[torch.Tensor] = list(network.discriminator.parameters()) if player_d else [free]
            torch.autograd.grad(torch.stack(list(losses.values())).sum(), wanted, allow_unused=True)

        shares[name] = seconds(one, steps)
    shares["domain adaptation"] -= shares["D"]
    height = inside(batch.target).shape[-1]
    return {
        "batch": config.data.batch,
        "patch": config.data.patch,
        "inner": height,
        "precision": config.train.precision,
        "threads": torch.get_num_threads(),
        "step_s": whole,
        "patches_per_s": config.data.batch / whole,
        "peak_gb": peak / 1e9,
        "seconds": shares,
    }


def losses_alone(config: Config) -> dict[str, Config]:
    """Configurations that leave one loss each. Domain adaptation comes with D's own, whose maps it compares."""
    others = dict.fromkeys(("pixel", "slope", "structural", "adversarial", "transport", "domain", "sigma"), 0.0)
    names = [name for name in ("pixel", "slope", "structural", "adversarial", "transport") if getattr(config.objective, name)]
    # D's own loss always counts; with no loss at all, or a warm-up without its losses, there is no configuration.
    alone = {name: {name: 1.0} for name in names} | {"D": {"adversarial": 1.0}, "domain adaptation": {"adversarial": 1.0, "domain": 1.0}}
    return {
        name: replace(config, objective=replace(config.objective, **others | weights), train=replace(config.train, warm_up=0.0))
        for name, weights in alone.items()
    }


def table(figures: dict[str, dict[str, object]]) -> str:
    """Markdown: one column for each configuration."""
    names = list(figures)
    lines = ["| | " + " | ".join(names) + " |", "| --- |" + " ---: |" * len(names)]

    def row(label: str, text: Callable[[dict[str, object]], str]) -> None:
        lines.append(f"| {label} | " + " | ".join(text(figures[name]) for name in names) + " |")

    row("patches a step, their size", lambda f: f"{f['batch']} of {f['patch']} x {f['patch']}")
    row("precision, threads", lambda f: f"{f['precision']}, {f['threads']}")
    row("step of G and D", lambda f: f"{f['step_s']:.2f} s")
    row("**patches per second**", lambda f: f"**{f['patches_per_s']:.2f}**")
    row("peak memory of the process", lambda f: f"{f['peak_gb']:.1f} GB")
    for loss in max((figures[name]["seconds"] for name in names), key=len):  # type: ignore[attr-defined]
        row(f"{loss}: share of the step", lambda f, loss=loss: f"{100 * max(0.0, f['seconds'].get(loss, 0.0)) / f['step_s']:.1f} %")  # type: ignore[misc, index, operator]
    row("G itself: share of the step", lambda f: f"{100 * (1 - sum(max(0.0, s) for s in f['seconds'].values()) / f['step_s']):.1f} %")  # type: ignore[attr-defined, operator]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description="Measures a step of training.")
    parser.add_argument("--config", type=Path, action="append", help="configuration (both that come with the project)")
    parser.add_argument("--batch", type=int, help="patches a step")
    parser.add_argument("--steps", type=int, default=5, help="steps that the median is of (5)")
    parser.add_argument("--json", action="store_true", help="figures of one configuration, in this process")
    options = parser.parse_args()
    configs = options.config or [ROOT / "training" / "configs" / f"{name}.toml" for name in BATCH]
    if options.json:
        config = load_config(configs[0])
        print(json.dumps(measure(everything(config, options.batch or BATCH.get(configs[0].stem, config.data.batch)), options.steps)))
        return 0
    figures = {}
    for path in configs:
        command = [sys.executable, __file__, "--json", "--config", str(path), "--steps", str(options.steps)]
        made = subprocess.run(
            [*command, *(["--batch", str(options.batch)] if options.batch else [])], check=True, stdout=subprocess.PIPE, text=True
        )
        figures[path.stem] = json.loads(made.stdout.splitlines()[-1])
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    print(table(figures))
    print(f"\n{processor()}, PyTorch {torch.__version__}, commit {commit or 'unknown'}")
    return 0


def processor() -> str:
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    names = [line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return f"{len(names)} cores of an {names[0]}" if names else platform.processor()


if __name__ == "__main__":
    sys.exit(main())
