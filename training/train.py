"""Trains a network on prepared areas.

    python -m training.train --config training/configs/siran.toml
    python -m training.train --config training/configs/siran.toml --time 90m      the schedule is fitted to the time
    python -m training.train --config training/configs/siran.toml --resume        go on after Ctrl-C or a kill

One folder a run: config.json, metrics.jsonl, last.pt (checkpoint; the averaged weights in it are what export takes).
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from training.checkpoint import CHECKPOINT, Checkpoint, load_checkpoint, save_checkpoint
from training.config import Config, load_config, seconds
from training.data.areas import load_areas
from training.data.batches import Batch, BatchSource
from training.errors import TrainingError
from training.networks.generator import MARGIN, SuperResolver
from training.objectives.content import pixel_loss, slope_loss, structural_loss
from training.warm_start import solve_skip

VALIDATION_BATCHES = 12


def inside(x: Tensor) -> Tensor:
    """A patch without the margin that is not judged: (N, C, H, W) to (N, C, H - 2 MARGIN, W - 2 MARGIN)."""
    return x[..., MARGIN:-MARGIN, MARGIN:-MARGIN]


def losses(model: SuperResolver, batch: Batch, config: Config) -> tuple[Tensor, dict[str, float]]:
    """The weighted sum to minimise, and its parts by name."""
    with torch.autocast("cpu", torch.bfloat16, enabled=config.train.precision == "bf16"):
        result = model(*batch.inputs(), margin=MARGIN)
    target = inside(batch.target)
    pixel = pixel_loss(result, target, batch.pixel_size, power=1)
    slope = slope_loss(result, target, batch.pixel_size)
    structural = structural_loss(result, target, batch.pixel_size)
    weights = config.train
    total = weights.weight_pixel * pixel + weights.weight_slope * slope + weights.weight_structural * structural
    return total, {"l_g_pix": float(pixel.detach()), "l_g_slope": float(slope.detach()), "l_g_str": float(structural.detach())}


@torch.no_grad()
def validate(model: SuperResolver, source: BatchSource) -> dict[str, float]:
    """RMSE against cubic's over a fixed set of validation patches, without and with a guide."""
    sums = {"guide": [0.0, 0.0], "no_guide": [0.0, 0.0]}
    for step in range(VALIDATION_BATCHES):
        batch = source.batch(step)
        guided = batch.guide_valid.mean(dim=(1, 2, 3)) > 0.5
        result, target = model(*batch.inputs(), margin=MARGIN), inside(batch.target)
        size = batch.pixel_size.reshape(-1, 1, 1, 1)
        ours = ((result - target) / size).square().mean(dim=(1, 2, 3))
        cubic = ((inside(batch.dem) - target) / size).square().mean(dim=(1, 2, 3))
        for name, chosen in (("guide", guided), ("no_guide", ~guided)):
            sums[name][0] += float(ours[chosen].sum())
            sums[name][1] += float(cubic[chosen].sum())
    return {f"rmse_ratio_{name}": math.sqrt(a / b) if b else float("nan") for name, (a, b) in sums.items()}


def train(config: Config, data: Path, out: Path, *, resume: bool) -> None:
    """Trains until the configured time or step is reached. Raises TrainingError when a loss is not finite."""
    settings = config.train
    torch.manual_seed(settings.seed)
    source = BatchSource(load_areas(data, "train"), config.data, settings.seed)
    clean = replace(config.data, ratios=(3,), ratio_shares=(1.0,), error_share=0.0, blurred_guide=0.0, bad_guide=0.0, shift_pixels=0.0)
    validation = BatchSource(load_areas(data, "validation"), clean, settings.seed + 1)

    model = SuperResolver(config.network).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if not resume:
        left = solve_skip(model, BatchSource(source.areas, replace(config.data, error_share=0.0), settings.seed + 2), settings.skip_batches)
        print(f"solved the skip: RMSE {left:.3f} of cubic's on training patches", flush=True)
    ema = SuperResolver(config.network)
    ema.load_state_dict(model.state_dict())
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.Adam(weights, lr=settings.learning_rate)
    first_step, before = 0, 0.0
    if resume:
        checkpoint = load_checkpoint(out)
        model.load_state_dict(checkpoint.weights)
        ema.load_state_dict(checkpoint.ema)
        optimizer.load_state_dict(checkpoint.optimizer)
        first_step, before = checkpoint.step, checkpoint.elapsed
    out.mkdir(parents=True, exist_ok=True)
    (out / "config.json").write_text(json.dumps(config.to_dict(), indent=1))

    start = saved = told = time.monotonic()

    def elapsed() -> float:
        return before + time.monotonic() - start

    def keep(step: int) -> None:
        save_checkpoint(Checkpoint(step, elapsed(), config.to_dict(), model.state_dict(), ema.state_dict(), optimizer.state_dict()), out)

    step = first_step
    means: dict[str, float] = {}
    with (out / "metrics.jsonl").open("a", encoding="utf-8") as metrics:
        for step, batch in enumerate(source.batches(first_step), start=first_step):
            done = step / settings.steps if settings.steps else elapsed() / settings.seconds
            if done >= 1 or (settings.stop_after and step >= settings.stop_after):
                break
            warm = min(1.0, (step + 1) / settings.warm_up_steps)
            rate = settings.learning_rate * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))
            for group in optimizer.param_groups:
                group["lr"] = rate

            total, parts = losses(model, batch, config)
            if not torch.isfinite(total):
                torch.save(vars(batch), out / "nan_batch.pt")
                raise TrainingError(
                    f"The loss is not finite at step {step}.", f"Its batch is in {out / 'nan_batch.pt'}; lower the learning rate."
                )
            optimizer.zero_grad()
            total.backward()  # type: ignore[no-untyped-call]
            parts["grad_norm"] = float(torch.nn.utils.clip_grad_norm_(weights, settings.clip))
            optimizer.step()
            with torch.no_grad():
                decay = min(settings.ema, (step + 1) / (step + 10))
                for averaged, current in zip(ema.parameters(), model.parameters(), strict=True):
                    averaged.lerp_(current, 1 - decay)

            for name, value in parts.items():
                means[name] = means.get(name, value) * 0.98 + value * 0.02
            now = time.monotonic()
            if now - told > 10 or step == first_step:
                told = now
                left = elapsed() / max(done, 1e-9) * (1 - done)
                text = " ".join(f"{name} {value:.4f}" for name, value in means.items())
                print(f"{done:6.1%} step {step} {text} lr {rate:.1e} left {left / 60:.0f} min", flush=True)
                metrics.write(json.dumps({"step": step, "elapsed": round(elapsed(), 1), "lr": rate, **means}) + "\n")
                metrics.flush()
            if now - saved > settings.checkpoint_seconds:
                saved = now
                keep(step + 1)
                figures = validate(ema, validation)
                metrics.write(json.dumps({"step": step, **figures}) + "\n")
                print(f"       validation {figures}", flush=True)
    keep(step)
    figures = validate(ema, validation)
    with (out / "metrics.jsonl").open("a", encoding="utf-8") as metrics:
        metrics.write(json.dumps({"step": step, **figures}) + "\n")
    print(f"done: {step} steps, validation {figures}, {out / CHECKPOINT}", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description="Trains a network on prepared areas.")
    parser.add_argument("--config", type=Path, required=True, help="TOML file, e.g. training/configs/siran.toml")
    parser.add_argument("--data", type=Path, default=Path("runs/data"), help="folder that training.prepare wrote (runs/data)")
    parser.add_argument("--out", type=Path, help="folder of the run (runs/NAME_OF_THE_CONFIGURATION)")
    parser.add_argument("--time", help='train this long, e.g. "90m"; overrides the configuration')
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint in --out")
    options = parser.parse_args(arguments)
    out = options.out or Path("runs") / options.config.stem
    try:
        config = load_config(options.config)
        if options.time:
            seconds(options.time)
            config = replace(config, train=replace(config.train, time=options.time))
        if not options.resume and (out / CHECKPOINT).exists():
            raise TrainingError(f"{out} holds a run already.", "Pass --resume to go on, or name another folder.")
        train(config, options.data, out, resume=options.resume)
    except (TrainingError, FileNotFoundError) as error:
        print(f"{error}\n{getattr(error, 'hint', '')}".strip(), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped; --resume goes on from the last checkpoint.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
