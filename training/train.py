"""Trains the networks on prepared areas: the paper's GAN, or as much of it as the configuration weighs above zero.

    python -m training.train --config training/configs/siran.toml
    python -m training.train --config training/configs/siran.toml --time 90m      the schedule is fitted to the time
    python -m training.train --config training/configs/siran.toml --resume        go on after Ctrl-C or a kill
    python -m training.train --config my.toml --init resources/models/siran-3x.onnx      begin from these weights
    torchrun --nproc-per-node 8 -m training.train --config my.toml                one process for each GPU (or --devices 8)

One folder a run: config.json, metrics.jsonl, tensorboard/, last.safetensors (checkpoint; its averaged weights are what export takes).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import torch
from lightning_fabric import Fabric
from safetensors.torch import save_file
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from training.checkpoint import CHECKPOINT, Checkpoint, load_checkpoint, optimizer_tensors, restore_optimizer, save_checkpoint
from training.config import Config, TrainSettings, load_config, seconds
from training.data.areas import load_areas
from training.data.batches import Batch, BatchSource, DataSettings
from training.data.loader import load_batches
from training.errors import TrainingError
from training.game import Game, inside
from training.initial import initialise
from training.networks.generator import MARGIN, SuperResolver
from training.panels import hillshades
from training.warm_start import solve_skip

VALIDATION_BATCHES = 12
METRICS_EVERY = 20
"""Steps that a line of metrics is the mean of."""
FIRST_FIT = 10
"""Steps after which it is known how long one takes."""
PANELS = 3
PRECISIONS = {"32": "32-true", "bf16": "bf16-mixed", "16-mixed": "16-mixed"}


def train(config: Config, data: Path, out: Path, *, resume: bool = False, init: Path | None = None, devices: int = 1) -> None:
    """Trains until the configured time or step is reached. Raises TrainingError when a loss is not finite, or nothing fits."""
    settings, weigh = config.train, config.objective

    # Devices and precision. On several devices each process draws and judges its own part of the batch; gradients are averaged.
    fabric = open_fabric(settings.precision, devices)
    torch.manual_seed(settings.seed)
    first = fabric.is_global_zero

    # Data
    source = BatchSource(load_areas(data, "train"), config.data, settings.seed)
    validation = BatchSource(load_areas(data, "validation"), good(config.data), settings.seed + 1)

    # Networks
    network = SuperResolver(config.network)
    checkpoint = load_checkpoint(out) if resume else None
    if checkpoint:
        network.load_state_dict(checkpoint.weights)
    elif init:
        fresh = initialise(network, init)
        say(fabric, f"began from {init}; drawn anew: {', '.join(sorted({name.rsplit('.', 2)[0] for name in fresh})) or 'nothing'}")
    elif config.network.skip == "solved":
        # On clean input: of errors in it a linear filter cannot know.
        left = solve_skip(network, BatchSource(source.areas, config.data.clean(), settings.seed + 2), settings.skip_batches)
        say(fabric, f"solved the skip: RMSE {left:.3f} of cubic's on training patches")
    ema = deepcopy(network).requires_grad_(False).to(fabric.device)
    if checkpoint:
        ema.load_state_dict(checkpoint.ema)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    # Optimisers: D's, and one for the generator and PSA.
    discriminator = network.discriminator
    belongs_to_d = set(discriminator.parameters())
    belongs_to_g = [weight for weight in network.parameters() if weight.requires_grad and weight not in belongs_to_d]
    adam_g = torch.optim.Adam(belongs_to_g, lr=settings.learning_rate)
    adam_d = torch.optim.Adam(discriminator.parameters(), lr=settings.learning_rate)
    game, optimizer_g, optimizer_d = fabric.setup(Game(network, config), adam_g, adam_d)
    first_step, before, total = 0, 0.0, settings.steps
    if checkpoint:
        restore_optimizer(adam_g, checkpoint.generator)
        restore_optimizer(adam_d, checkpoint.discriminator)
        first_step, before, total = checkpoint.step, checkpoint.elapsed, settings.steps or checkpoint.steps

    # The run's folder
    notes = Notes(out, first_step) if first else None
    if first:
        (out / "config.json").write_text(json.dumps(config.to_dict(), indent=1))
    fabric.barrier()
    start = saved = told = time.monotonic()

    def elapsed() -> float:
        return before + time.monotonic() - start

    def keep(step: int) -> None:
        """The checkpoint after `step` steps, and how good the averaged weights are."""
        if notes:
            state = network.state_dict(), ema.state_dict(), optimizer_tensors(adam_g), optimizer_tensors(adam_d)
            save_checkpoint(Checkpoint(step, total, elapsed(), config.to_dict(), *state), out)
            figures = validate(ema, validation, fabric.device)
            notes.scalars(step, figures)
            notes.panels(step, ema, validation, fabric.device)
            print(f"       step {step} validation {' '.join(f'{name} {value:.4f}' for name, value in figures.items())}", flush=True)
        fabric.barrier()

    step = first_step
    sums: dict[str, float] = {}
    counted = 0
    for step, drawn in enumerate(load_batches(source, first_step, fabric.global_rank, fabric.world_size, settings.workers), first_step):
        if (total and step >= total) or (settings.stop_after and step >= settings.stop_after):
            break
        done = step / total if total else 0.0
        ramp = min(1.0, (step + 1) / settings.ramp_steps)
        fall = settings.final_rate + (1 - settings.final_rate) * 0.5 * (1 + math.cos(math.pi * done))
        for group in (*adam_g.param_groups, *adam_d.param_groups):
            group["lr"] = settings.learning_rate * ramp * fall
        playing = done >= settings.warm_up
        contest = playing and weigh.adversarial > 0
        batch = drawn.to(fabric.device)

        try:
            seed = settings.seed * 1_000_003 + step
            parts = update(fabric, game, network, (optimizer_g, optimizer_d), batch, playing, contest, settings, seed)
        except FloatingPointError as error:
            path = out / f"nan_batch.{fabric.global_rank}.safetensors"
            save_file({name: value.cpu().contiguous() for name, value in vars(batch).items()}, path, {"step": str(step)})
            raise TrainingError(
                f"{error} not finite at step {step}.", f"The batch is in {path}; lower the learning rate, or look at the data."
            ) from error

        with torch.no_grad():
            decay = min(settings.ema, (step + 1) / (step + 10))
            for averaged, current in zip(ema.parameters(), network.parameters(), strict=True):
                averaged.lerp_(current, 1 - decay)

        # Tell, and keep.
        counted += 1
        for name, value in parts.items():
            sums[name] = sums.get(name, 0.0) + value
        now = time.monotonic()
        if (step + 1) % METRICS_EVERY == 0 or step == first_step:
            if notes:
                rate = adam_g.param_groups[0]["lr"]
                notes.scalars(step, {name: value / counted for name, value in sums.items()} | {"lr": rate, "elapsed": elapsed()})
            sums, counted = {}, 0
        if now - told > 10 or step == first_step:
            told = now
            left = (settings.seconds - elapsed()) if not settings.steps else (now - start) / (step + 1 - first_step) * (total - step - 1)
            text = " ".join(f"{name} {value:.4g}" for name, value in parts.items())
            say(fabric, f"{done:6.1%} step {step} {text} left {max(left, 0) / 60:.1f} min")
        fit = not settings.steps and not total and step + 1 - first_step == FIRST_FIT
        if fabric.broadcast(fit or now - saved > settings.checkpoint_seconds):
            saved = now
            if not settings.steps:
                pace = (now - start) / (step + 1 - first_step)
                total = fabric.broadcast(step + 1 + max(0, round((settings.seconds - elapsed()) / pace)))
            keep(step + 1)
    keep(step)
    if notes:
        notes.close()
    say(fabric, f"done: {step} steps in {elapsed() / 60:.1f} min, {out / CHECKPOINT}")


def update(
    fabric: Fabric,
    game: torch.nn.Module,
    network: SuperResolver,
    optimizers: tuple[torch.optim.Optimizer, torch.optim.Optimizer],
    batch: Batch,
    playing: bool,
    contest: bool,
    settings: TrainSettings,
    seed: int,
) -> dict[str, float]:
    """One step of both players; returns losses and gradient norms by name. Raises FloatingPointError where one of them is not finite,
    before the weights of that player are touched.

    `playing`: with the losses of the game, not only those of content. `contest`: D plays too. Then it learns from its own losses alone, and
    its attention maps are given to the generator as they are. Else its trunk belongs to the attention, and learns with the generator.
    """
    optimizer_g, optimizer_d = optimizers
    discriminator = network.discriminator
    discriminator.requires_grad_(not contest)
    made = game("resolve", *batch.inputs())
    parts: dict[str, float] = {}

    # (1) Update D: tell the reference from the result, with the same attention for coarse as for fine.
    if contest:
        discriminator.requires_grad_(True)
        losses = game("discriminator_losses", batch.dem, batch.target, made[0].detach(), batch.pixel_size)
        parts |= values(losses) | {"grad_d": descend(fabric, game, losses, optimizer_d, settings.clip)}
        check_finite(parts, settings.precision)
        optimizer_d.step()
        optimizer_d.zero_grad()
        discriminator.requires_grad_(False)

    # (2) Update G: be right, be like the reference, be taken for it.
    losses = game("generator_losses", batch.target, batch.pixel_size, playing, seed, *made)
    norm = descend(fabric, game, losses, optimizer_g, settings.clip)
    parts |= values(losses) | {"grad_g": norm} | layer_norms(network, min(1.0, settings.clip / (norm + 1e-6)))
    check_finite(parts, settings.precision)
    optimizer_g.step()
    optimizer_g.zero_grad()
    if not contest:
        fabric.clip_gradients(game, optimizer_d, max_norm=settings.clip, error_if_nonfinite=False)
        optimizer_d.step()
        optimizer_d.zero_grad()
    return parts


def open_fabric(precision: str, devices: int) -> Fabric:
    """Fabric for one process, for `devices` of them, or for those that torchrun or `fabric run` started."""
    if "LT_CLI_USED" in os.environ:
        return Fabric(precision=PRECISIONS[precision])  # type: ignore[arg-type]
    here = int(os.environ.get("LOCAL_WORLD_SIZE", devices))
    nodes = int(os.environ.get("WORLD_SIZE", here)) // here
    # Each of the two players' moves leaves the other's weights without a gradient.
    strategy = "ddp_find_unused_parameters_true" if here * nodes > 1 else "auto"
    fabric = Fabric(devices=here, num_nodes=nodes, strategy=strategy, precision=PRECISIONS[precision])  # type: ignore[arg-type]
    fabric.launch()
    return fabric


def good(data: DataSettings) -> DataSettings:
    """What is validated on: ratio 3, clean input, a good guide or none."""
    return replace(data.clean(), ratios=(3,), ratio_shares=(1.0,), blurred_guide=0.0, bad_guide=0.0, shift_pixels=0.0)


def say(fabric: Fabric, text: str) -> None:
    """Once, however many processes there are."""
    if fabric.is_global_zero:
        print(text, flush=True)


def values(losses: dict[str, Tensor]) -> dict[str, float]:
    return {name: float(loss.detach()) for name, loss in losses.items()}


def descend(fabric: Fabric, game: torch.nn.Module, losses: dict[str, Tensor], optimizer: torch.optim.Optimizer, clip: float) -> float:
    """Gradients of the losses' sum, clipped; returns the norm that they had."""
    fabric.backward(torch.stack(list(losses.values())).sum())
    norm = fabric.clip_gradients(game, optimizer, max_norm=clip, error_if_nonfinite=False)
    return float(norm) if norm is not None else math.nan


def layer_norms(network: SuperResolver, clipped: float) -> dict[str, float]:
    """Gradient norms of the generator's first and of a hidden layer, as before clipping: where they vanish, nothing is learned (the
    paper's argument for the Sinkhorn term, section 3.2.2)."""
    trunk = network.generator.trunk
    hidden = trunk.blocks[len(trunk.blocks) // 2].rcbs[0].conv1.weight  # type: ignore[union-attr, index]
    layers = {"grad_first": trunk.encoder.weight, "grad_hidden": hidden}
    return {name: float(weight.grad.norm()) / clipped for name, weight in layers.items() if weight.grad is not None}


def check_finite(parts: dict[str, float], precision: str) -> None:
    """Raises FloatingPointError, naming what is not a number.

    Norms belong to gradients that were averaged over all processes, so that all of them stop. In half precision gradients may overflow,
    and the scaler skips that step: there only losses count.
    """
    scaled = precision == "16-mixed"
    if wrong := [name for name, value in parts.items() if not math.isfinite(value) and not (scaled and name.startswith("grad"))]:
        raise FloatingPointError(", ".join(wrong))


@torch.no_grad()
def validate(network: SuperResolver, source: BatchSource, device: torch.device) -> dict[str, float]:
    """RMSE against cubic's over a fixed set of validation patches, without and with a guide."""
    squares = {"guide": [0.0, 0.0], "no_guide": [0.0, 0.0]}
    for step in range(VALIDATION_BATCHES):
        batch = source.batch(step).to(device)
        guided = batch.guide_valid.mean(dim=(1, 2, 3)) > 0.5
        result, target = network(*batch.inputs(), MARGIN)[0], inside(batch.target)
        size = batch.pixel_size.reshape(-1, 1, 1, 1)
        ours = ((result - target) / size).square().mean(dim=(1, 2, 3))
        cubic = ((inside(batch.dem) - target) / size).square().mean(dim=(1, 2, 3))
        for name, chosen in (("guide", guided), ("no_guide", ~guided)):
            squares[name][0] += float(ours[chosen].sum())
            squares[name][1] += float(cubic[chosen].sum())
    return {f"rmse_ratio_{name}": math.sqrt(a / b) for name, (a, b) in squares.items() if b}


class Notes:
    """What a run writes down beside its checkpoint: metrics.jsonl and TensorBoard's event files, both from `first_step` on.

    What was noted of later steps was noted by a run that was killed; the same steps are about to be made again.
    """

    def __init__(self, out: Path, first_step: int) -> None:
        out.mkdir(parents=True, exist_ok=True)
        path = out / "metrics.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        kept = [line for line in lines if line.endswith("}") and json.loads(line)["step"] < first_step]
        path.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
        self.lines = path.open("a", encoding="utf-8")
        self.board = SummaryWriter(str(out / "tensorboard"), purge_step=first_step or None)

    def scalars(self, step: int, figures: dict[str, float]) -> None:
        """One line, one point in each curve."""
        self.lines.write(json.dumps({"step": step} | {name: round(value, 6) for name, value in figures.items()}) + "\n")
        self.lines.flush()
        for name, value in figures.items():
            self.board.add_scalar(name, value, step)

    @torch.no_grad()
    def panels(self, step: int, network: SuperResolver, source: BatchSource, device: torch.device) -> None:
        """Hillshades of validation crops: cubic, result, reference."""
        batch = source.batch(0).to(device)
        result = network(*batch.inputs(), MARGIN)[0]
        for k in range(min(PANELS, len(result))):
            dems = [x[k, 0] for x in (inside(batch.dem), result, inside(batch.target))]
            picture = hillshades(dems, float(batch.pixel_size[k]))
            self.board.add_image(f"cubic, result, reference/{k}", picture, step, dataformats="HW")
        self.board.flush()

    def close(self) -> None:
        self.lines.close()
        self.board.close()


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description="Trains the networks on prepared areas.")
    parser.add_argument("--config", type=Path, required=True, help="TOML file, e.g. training/configs/siran.toml")
    parser.add_argument("--data", type=Path, default=Path("runs/data"), help="folder that training.prepare wrote (runs/data)")
    parser.add_argument("--out", type=Path, help="folder of the run (runs/NAME_OF_THE_CONFIGURATION)")
    parser.add_argument("--time", help='train this long, e.g. "90m"; overrides the configuration')
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint in --out")
    parser.add_argument("--init", type=Path, help="begin from the weights of this run or ONNX file")
    parser.add_argument("--devices", type=int, default=1, help="GPUs, or processes where there is none (1)")
    options = parser.parse_args(arguments)
    out = options.out or Path("runs") / options.config.stem
    try:
        config = load_config(options.config)
        if options.time:
            seconds(options.time)
            config = replace(config, train=replace(config.train, time=options.time, steps=0))
        if options.resume and options.init:
            raise TrainingError("--resume and --init exclude each other.", "A run that is resumed has its own weights.")
        if not options.resume and (out / CHECKPOINT).exists():
            raise TrainingError(f"{out} holds a run already.", "Pass --resume to go on, or name another folder.")
        train(config, options.data, out, resume=options.resume, init=options.init, devices=options.devices)
    except (TrainingError, FileNotFoundError, ValueError) as error:
        print(f"{error}\n{getattr(error, 'hint', '')}".strip(), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped; --resume goes on from the last checkpoint.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
