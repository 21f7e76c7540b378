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
import contextlib
import json
import math
import os
import shutil
import sys
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import torch
from lightning_fabric import Fabric
from lightning_fabric.wrappers import _FabricModule, _FabricOptimizer
from safetensors.torch import save_file
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from backend.errors import BackendError
from backend.lock import Lock
from backend.whole import write_whole
from training.checkpoint import CHECKPOINT, Checkpoint, load_checkpoint, optimizer_tensors, restore_optimizer, save_checkpoint, together
from training.config import Config, load_config, seconds
from training.data.areas import attributions, check_held_out, manifest_sum
from training.data.batches import Batch, BatchSource, open_source
from training.data.loader import load_batches
from training.errors import TrainingError, refused
from training.game import Game, inside
from training.initial import initialise, read_trained_on
from training.networks.generator import MARGIN, SuperResolver
from training.panels import hillshades
from training.validation import SPOILED, open_validation, validate
from training.warm_start import solve_skip

METRICS_EVERY = 20
"""Steps from one line of metrics to the next. A line holds the values of its own step, so that a resumed run writes the same ones."""
FIRST_FIT = 10
"""Steps after which it is known how long one takes."""
PANELS = 3
CONFIG_FILE = "config.json"
"""What a run keeps of its settings, in its folder."""
MAY_CHANGE = ("time", "steps", "stop_after", "workers", "compile", "checkpoint_seconds")
"""Settings of a run that do not touch what a step computes."""
DIVERGED = 100.0
"""RMSE on clean validation patches, divided by cubic's, that nothing comes back from. What has learned nothing yet has 1, and a small
network that begins to learn on ground where cubic resampling is nearly right was seen to have 7."""
PRECISIONS = {"32": "32-true", "bf16": "bf16-mixed", "16-mixed": "16-mixed"}


def train(config: Config, data: Path, out: Path, *, resume: bool = False, init: Path | None = None, devices: int = 1) -> None:
    """Trains until the configured time or step is reached. Raises TrainingError when a loss is not finite, or nothing fits."""
    settings = config.train
    if config.data.batch % devices:
        raise TrainingError(
            f"[data] batch is {config.data.batch}, which cannot be dealt out evenly to {devices} devices.", "Choose a multiple of them."
        )
    if settings.compile:
        check_compiler()

    # Devices and precision. On several devices each process draws and judges its own part of the batch; gradients are averaged.
    fabric = open_fabric(settings.precision, devices)
    if settings.precision == "16-mixed" and fabric.device.type == "cpu":  # Fabric would compute in bfloat16 without a word.
        raise TrainingError("[train] precision 16-mixed needs a GPU, and there is none.", 'Set precision = "bf16" or "32".')
    torch.manual_seed(settings.seed)

    # Data
    source = open_source(data, "train", config.data, settings.seed)
    validation = open_validation(data, config)

    # Networks
    network = SuperResolver(config.network)
    checkpoint = load_checkpoint(out) if resume else None
    unused, drawn_from = source.unused(), manifest_sum(data)
    trained_on = [area for area in attributions(data, "train") if area["name"] not in unused]
    if unused:
        say(fabric, f"too small for a patch of {config.data.patch} pixels, or full of gaps, and not used: {', '.join(unused)}")
    if checkpoint:
        trained_on = together(trained_on, checkpoint.trained_on)
        check_resumable(config, checkpoint, data)
        check_held_out(trained_on, data)
        network.load_state_dict(checkpoint.weights)
    elif init:
        fresh = initialise(network, init)
        trained_on = together(trained_on, read_trained_on(init))
        check_held_out(trained_on, data)
        say(fabric, f"began from {init}; drawn anew: {', '.join(sorted({name.rsplit('.', 1)[0] for name in fresh})) or 'nothing'}")
    elif config.network.skip == "solved":
        say(fabric, f"solving the skip on {settings.skip_batches} batches; the time that training may take begins after that")
        # On clean input: of errors in it a linear filter cannot know.
        left = solve_skip(network, BatchSource(source.areas, config.data.clean(), settings.seed + 2), settings.skip_batches)
        say(fabric, f"solved the skip: RMSE {left:.3f} of cubic's on training patches")
    ema = deepcopy(network).requires_grad_(False).to(fabric.device)
    if checkpoint:
        ema.load_state_dict(checkpoint.ema)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if settings.compile:
        network.compile()

    # The two players and their optimisers
    game, optimizer_g, optimizer_d = make_players(fabric, network, config)
    adam_g, adam_d = optimizer_g.optimizer, optimizer_d.optimizer
    first_step, before, total, playing = 0, 0.0, settings.steps, False
    if checkpoint:
        restore_optimizer(adam_g, checkpoint.generator)
        restore_optimizer(adam_d, checkpoint.discriminator)
        fabric.strategy.precision.load_state_dict(checkpoint.scaler)
        first_step, before, playing = checkpoint.step, checkpoint.elapsed, checkpoint.playing
        total = steps_left_over(config, checkpoint)

    # The run's folder
    notes = Notes(out, first_step, config) if fabric.is_global_zero else None
    fabric.barrier()
    start = paced = saved = judged = told = time.monotonic()
    kept = first_step if checkpoint else -1

    def elapsed() -> float:
        return before + time.monotonic() - start

    def keep(step: int) -> None:
        """The checkpoint after `step` steps."""
        nonlocal kept
        kept = step
        if notes:
            tensors = network.state_dict(), ema.state_dict(), optimizer_tensors(adam_g), optimizer_tensors(adam_d)
            scaler = fabric.strategy.precision.state_dict()
            save_checkpoint(Checkpoint(step, total, elapsed(), playing, scaler, config.to_dict(), *tensors, drawn_from, trained_on), out)
        fabric.barrier()

    def judge(step: int) -> None:
        """How good the averaged weights are after `step` steps. Raises TrainingError where they are lost."""
        figures = {}
        if notes:
            figures = validate(ema, validation, fabric.device)
            notes.scalars(step, figures)
            notes.judged = step
            notes.panels(step, ema, validation.clean, fabric.device)
            print(f"       step {step} validation {' '.join(f'{name} {value:.4f}' for name, value in figures.items())}", flush=True)
        clean = [value for name, value in figures.items() if name != SPOILED]
        if agreed(fabric, bool(clean) and not min(clean) <= DIVERGED):
            left = f"; the checkpoint of step {kept} is kept" if kept < step else ""
            raise TrainingError(
                f"The run diverges: at step {step} it is off by {min(clean, default=math.nan):.3g} times what cubic resampling is{left}.",
                "Begin another run, in another folder, with a lower learning rate.",
            )

    if not checkpoint:
        keep(0)
    step = first_step
    for step, drawn in enumerate(load_batches(source, first_step, fabric.global_rank, fabric.world_size, settings.workers), first_step):
        if (total and step >= total) or (settings.stop_after and step >= settings.stop_after):
            break
        done = step / total if total else 0.0
        ramp = min(1.0, (step + 1) / settings.ramp_steps)
        fall = settings.final_rate + (1 - settings.final_rate) * 0.5 * (1 + math.cos(math.pi * done))
        for group in (*adam_g.param_groups, *adam_d.param_groups):
            group["lr"] = settings.learning_rate * ramp * fall
        playing = playing or done >= settings.warm_up  # once it has begun, a schedule that is fitted anew does not end it
        batch = drawn.to(fabric.device)

        try:
            seed = settings.seed * 1_000_003 + step
            parts = update(fabric, game, network, (optimizer_g, optimizer_d), batch, config, playing, seed)
        except FloatingPointError as error:
            path = out / f"nan_batch.{fabric.global_rank}.safetensors"
            save_file({name: value.cpu().contiguous() for name, value in vars(batch).items()}, path, {"step": str(step)})
            raise TrainingError(
                f"{error} not finite at step {step}.",
                f"The batch is in {path}: look at the data, or begin another run, in another folder, with a lower learning rate.",
            ) from error

        with torch.no_grad():
            decay = min(settings.ema, (step + 1) / (step + 10))
            for averaged, current in zip(ema.parameters(), network.parameters(), strict=True):
                averaged.lerp_(current, 1 - decay)

        # Tell, and keep. Steps are counted from one: what is noted of step n was seen when n steps were done.
        now = time.monotonic()
        if step == first_step:
            paced = saved = now  # the first step waits for workers and allocators: it says nothing of the others
        if notes and ((step + 1) % METRICS_EVERY == 0 or step == 0):
            notes.scalars(step + 1, parts | {"lr": adam_g.param_groups[0]["lr"], "elapsed": elapsed()})
        pace = (now - paced) / max(1, step - first_step)
        if now - told > 10 or step == first_step:
            told = now
            end = min(total or sys.maxsize, settings.stop_after or sys.maxsize)
            left = pace * (end - step - 1) if pace and total else settings.seconds - elapsed()
            share = done if settings.steps else elapsed() / settings.seconds
            text = " ".join(f"{name} {value:.4g}" for name, value in parts.items())
            soon = f" left {max(left, 0) / 60:.1f} min" if pace or not settings.steps else ""  # of the first of so many steps nobody knows
            say(fabric, f"{share:6.1%} step {step + 1} {text}{soon}")
        first_fit = not total and step + 1 - first_step == FIRST_FIT
        interval = settings.checkpoint_seconds if settings.steps else min(settings.checkpoint_seconds, settings.seconds / 10)
        if agreed(fabric, first_fit or now - saved > interval):
            saved = now
            if not settings.steps:
                total = fabric.broadcast(step + 1 + max(0, round((settings.seconds - elapsed()) / pace)))
            # A short run is kept and fitted more often than it can afford to be judged. First judged: no checkpoint of weights that can be
            # used gives way to one of weights that cannot.
            if agreed(fabric, now - judged > settings.checkpoint_seconds):
                judged = now
                judge(step + 1)
            keep(step + 1)
    # A run that was killed while it was judged is judged when it is resumed.
    if agreed(fabric, notes is not None and notes.judged != step):
        judge(step)
    if kept < step:
        keep(step)
    if notes:
        notes.close()
    say(fabric, f"done: {step} steps in {elapsed() / 60:.1f} min, {out / CHECKPOINT}")


def make_players(fabric: Fabric, network: SuperResolver, config: Config) -> tuple[_FabricModule, _FabricOptimizer, _FabricOptimizer]:
    """The game, an optimiser for the generator and PSA, and one for D."""
    belongs_to_d = set(network.discriminator.parameters())
    belongs_to_g = [weight for weight in network.parameters() if weight.requires_grad and weight not in belongs_to_d]
    adam_g = torch.optim.Adam(belongs_to_g, lr=config.train.learning_rate)
    adam_d = torch.optim.Adam(network.discriminator.parameters(), lr=config.train.learning_rate)
    game, optimizer_g, optimizer_d = fabric.setup(Game(network, config), adam_g, adam_d)
    return game, optimizer_g, optimizer_d


def check_compiler() -> None:
    """Raises TrainingError where nothing is there to compile networks with: PyTorch would say so at the first step."""
    if not torch.cuda.is_available() and not any(shutil.which(name) for name in (os.environ.get("CXX", "g++"), "clang++", "cl")):
        raise TrainingError("[train] compile needs a C++ compiler, and none is found.", "Install g++, or leave compile out.")


def steps_left_over(config: Config, checkpoint: Checkpoint) -> int:
    """How many steps a resumed run has in all: as before, unless another time or number of steps is asked for now."""
    settings, then = config.train, checkpoint.config["train"]
    if settings.steps:
        return settings.steps
    if (settings.time, 0) == (then["time"], then["steps"]) or not checkpoint.step:
        return checkpoint.steps
    pace = checkpoint.elapsed / checkpoint.step
    return checkpoint.step + max(0, round((settings.seconds - checkpoint.elapsed) / pace))


def agreed(fabric: Fabric, due: bool) -> bool:
    """What the first process says: clocks differ."""
    return bool(fabric.broadcast(due)) if fabric.world_size > 1 else due


def update(
    fabric: Fabric,
    game: torch.nn.Module,
    network: SuperResolver,
    optimizers: tuple[_FabricOptimizer, _FabricOptimizer],
    batch: Batch,
    config: Config,
    playing: bool,
    seed: int,
) -> dict[str, float]:
    """One step of both players; returns losses and gradient norms by name. Raises FloatingPointError where one of them is not finite,
    before the weights of that player are touched.

    `playing`: the game has begun. Then D learns from its own losses alone, and its attention maps are given to the generator as they are.
    Before, and where no adversarial loss is asked for, D's trunk belongs to the attention, and learns with the generator.
    """
    optimizer_g, optimizer_d = optimizers
    discriminator = network.discriminator
    clip, contest = config.train.clip, playing and config.objective.adversarial > 0
    discriminator.requires_grad_(not contest)
    made = game("resolve", *batch.inputs())
    parts: dict[str, float] = {}

    # (1) Update D: tell the reference from the result, with the same attention for coarse as for fine.
    if contest:
        discriminator.requires_grad_(True)
        losses = game("discriminator_losses", batch.dem, batch.target, made[0].detach(), batch.pixel_size)
        fabric.backward(total_of(losses))
        parts |= values(losses) | {"grad_d": clipped_norm(fabric, game, optimizer_d, clip)}
        check_finite(fabric, parts)
        optimizer_d.step()
        optimizer_d.zero_grad()
        discriminator.requires_grad_(False)

    # (2) Update G: be right, be like the reference, be taken for it.
    losses = game("generator_losses", batch.dem, batch.target, batch.truthful, batch.pixel_size, playing, seed, *made)
    fabric.backward(total_of(losses))
    learns = not contest and any(weight.grad is not None for weight in discriminator.parameters())
    if learns:
        parts["grad_d"] = clipped_norm(fabric, game, optimizer_d, clip)
    norm = clipped_norm(fabric, game, optimizer_g, clip)
    parts |= values(losses) | {"grad_g": norm} | layer_norms(network, norm, clip)
    check_finite(fabric, parts)
    scaler = getattr(fabric.strategy.precision, "scaler", None)
    if learns and scaler is not None:
        # One backward pass for two optimisers: both step before the scale changes.
        scaler.step(optimizer_g.optimizer)
        scaler.step(optimizer_d.optimizer)
        scaler.update()
    else:
        optimizer_g.step()
        if learns:
            optimizer_d.step()
    optimizer_g.zero_grad()
    optimizer_d.zero_grad()
    return parts


def open_fabric(precision: str, devices: int) -> Fabric:
    """Fabric for one process, for `devices` of them, or for those that torchrun or `fabric run` started."""
    # What is computed in float32 needs all of it: a GPU's convolutions would round to ten bits by default.
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    if "LT_CLI_USED" in os.environ:
        return with_whole_inputs(Fabric(precision=PRECISIONS[precision]))  # type: ignore[arg-type]
    here = int(os.environ.get("LOCAL_WORLD_SIZE", devices))
    nodes = int(os.environ.get("WORLD_SIZE", here)) // here
    # Each of the two players' moves leaves the other's weights without a gradient.
    strategy = "ddp_find_unused_parameters_true" if here * nodes > 1 else "auto"
    fabric = Fabric(devices=here, num_nodes=nodes, strategy=strategy, precision=PRECISIONS[precision])  # type: ignore[arg-type]
    fabric.launch()
    return with_whole_inputs(fabric)


def with_whole_inputs(fabric: Fabric) -> Fabric:
    """Fabric rounds what a module is given to the format of its mixed precision: eight bits of a height of 1000 m are steps of 4 m, and the
    detail is gone before the network sees it. Autocast chooses by operation; that is all that is wanted."""
    fabric.strategy.precision.convert_input = lambda data: data  # type: ignore[method-assign]
    return fabric


def say(fabric: Fabric, text: str) -> None:
    """Once, however many processes there are."""
    if fabric.is_global_zero:
        print(text, flush=True)


def values(losses: dict[str, Tensor]) -> dict[str, float]:
    return {name: float(loss.detach()) for name, loss in losses.items()}


def total_of(losses: dict[str, Tensor]) -> Tensor:
    return torch.stack(list(losses.values())).sum()


def clipped_norm(fabric: Fabric, game: torch.nn.Module, optimizer: _FabricOptimizer, clip: float) -> float:
    """Clips a player's gradients; returns the norm that they had."""
    return float(fabric.clip_gradients(game, optimizer, max_norm=clip, error_if_nonfinite=False))  # type: ignore[arg-type]


def layer_norms(network: SuperResolver, norm: float, clip: float) -> dict[str, float]:
    """Gradient norms of the generator's first and of a hidden layer, as before clipping `norm` to `clip`: where they vanish, nothing is
    learned (the paper's argument for the Sinkhorn term, section 3.2.2)."""
    trunk = network.generator.trunk
    hidden = trunk.blocks[len(trunk.blocks) // 2].rcbs[0].conv1.weight  # type: ignore[union-attr, index]
    layers = {"grad_first": trunk.encoder.weight, "grad_hidden": hidden}
    clipped = min(1.0, clip / norm) if norm and math.isfinite(norm) else 1.0
    return {name: float(weight.grad.norm()) / clipped for name, weight in layers.items() if weight.grad is not None}


def check_finite(fabric: Fabric, parts: dict[str, float]) -> None:
    """Raises FloatingPointError, naming what is not a number, in all processes if it is so in one.

    Where a scaler guards half precision, gradients may overflow, and it skips that step: only losses count.
    """
    scaled = getattr(fabric.strategy.precision, "scaler", None) is not None
    wrong = [name for name, value in parts.items() if not math.isfinite(value) and not (scaled and name.startswith("grad"))]
    if fabric.world_size > 1 and bool(torch.as_tensor(fabric.all_reduce(torch.tensor(len(wrong)), reduce_op="sum"))):
        wrong = wrong or ["another process's values"]
    if wrong:
        raise FloatingPointError(", ".join(wrong))


class Notes:
    """What a run writes down beside its checkpoint: config.json, metrics.jsonl and TensorBoard's event files.

    What stands there of steps after `first_step` was noted by a run that was killed; the same steps are about to be made again.
    """

    def __init__(self, out: Path, first_step: int, config: Config) -> None:
        out.mkdir(parents=True, exist_ok=True)
        write_whole(out / CONFIG_FILE, json.dumps(config.to_dict(), indent=1).encode())
        path = out / "metrics.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        # A line may be damaged: the machine may have stopped in the middle of it.
        kept = [entry for entry in map(entry_of, lines) if entry and entry["step"] <= first_step]
        write_whole(path, "".join(f"{json.dumps(entry)}\n" for entry in kept).encode())
        judged = [entry["step"] for entry in kept if any(name.startswith("rmse_ratio") for name in entry)]
        self.judged = max(judged, default=-1)
        self.lines = path.open("a", encoding="utf-8")
        self.board = SummaryWriter(str(out / "tensorboard"), purge_step=first_step + 1)

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


def entry_of(line: str) -> dict[str, float] | None:
    """What a line of metrics.jsonl holds, or nothing."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and isinstance(entry.get("step"), int) else None


def on_other_data(checkpoint: Checkpoint, data: Path) -> bool:
    """Whether the checkpoint is known to be of a run on other data than a prepared folder holds now."""
    return bool(checkpoint.data) and checkpoint.data != manifest_sum(data)


def check_resumable(config: Config, checkpoint: Checkpoint, data: Path) -> None:
    """Raises TrainingError where the checkpoint is of a run with other settings than `config` has, or on other data. How long it trains
    may differ."""
    if on_other_data(checkpoint, data):
        raise TrainingError(
            f"The run was begun on other data than {data} holds now, or that was prepared anew with other versions of its tools.",
            "Name that folder with --data, or begin another run with --init.",
        )
    now, then = config.to_dict(), checkpoint.config
    changed = [
        f"{group}.{name}"
        for group, settings in now.items()
        for name, value in settings.items()
        if not (group == "train" and name in MAY_CHANGE)
        and json.loads(json.dumps(value)) != json.loads(json.dumps(then.get(group, {}).get(name)))
    ]
    if changed:
        raise TrainingError(
            f"The run was begun with other settings: {', '.join(changed)}.",
            "Resume it with its own (config.json in its folder), or begin another run with --init.",
        )


@contextlib.contextmanager
def alone(out: Path) -> Iterator[None]:
    """One run at a time writes into a folder. Raises InputError where another one does."""
    if os.environ.get("RANK", os.environ.get("LOCAL_RANK", "0")) != "0":  # of several processes of a run not the one that writes
        yield
        return
    out.mkdir(parents=True, exist_ok=True)
    try:
        with Lock(out / CHECKPOINT):
            yield
    finally:
        with contextlib.suppress(OSError):
            out.rmdir()  # if nothing came of it


def leave_the_others() -> None:
    """After the last step of several processes. Fabric does so for GPUs alone; without, a process that had trained to the end was aborted
    now and then as it ended, by a thread that nobody had joined, and its launcher took the run for a failed one."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description="Trains the networks on prepared areas.")
    parser.add_argument("--config", type=Path, required=True, help="TOML file, e.g. training/configs/siran.toml")
    parser.add_argument("--data", type=Path, default=Path("runs/data"), help="folder that training.prepare wrote (runs/data)")
    parser.add_argument("--out", type=Path, help="folder of the run (runs/NAME_OF_THE_CONFIGURATION)")
    parser.add_argument("--time", help='train this long, e.g. "90m"; overrides the configuration')
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint in --out")
    parser.add_argument("--init", type=Path, help="begin from the weights of this run, .safetensors or .onnx file")
    parser.add_argument("--devices", type=int, default=1, help="GPUs, or processes where there is none (1)")
    options = parser.parse_args(arguments)
    # A configuration that lies in a run's folder is that run's own.
    out = options.out or (options.config.parent if options.config.name == CONFIG_FILE else Path("runs") / options.config.stem)
    try:
        config = load_config(options.config)
        if options.time:
            seconds(options.time)
            config = replace(config, train=replace(config.train, time=options.time, steps=0))
        if options.devices < 1:
            raise TrainingError(f"--devices {options.devices}: there is nothing to train on.", "Pass 1 or more.")
        if options.resume and options.init:
            raise TrainingError("--resume and --init exclude each other.", "A run that is resumed has its own weights.")
        if out.exists() and not out.is_dir():
            raise TrainingError(f"{out} is a file.", "Name a folder with --out.")
        if not options.resume and (out / CHECKPOINT).exists():
            raise TrainingError(f"{out} holds a run already.", "Pass --resume to go on, name another folder, or remove this one.")
        with alone(out):
            train(config, options.data, out, resume=options.resume, init=options.init, devices=options.devices)
            leave_the_others()
    except (TrainingError, BackendError) as error:
        return refused(error)
    except OSError as error:
        resume = "pass --resume" if (out / CHECKPOINT).is_file() else "begin again"
        hint = f"Free some space, and {resume}; or name another folder with --out."
        return refused(TrainingError(f"{out} cannot be written: {error.strerror or error}.", hint))
    except RuntimeError as error:
        if isinstance(error, torch.OutOfMemoryError) or "allocate memory" in str(error):
            return refused(
                TrainingError(
                    f"The memory does not suffice ({str(error).splitlines()[0]}).", "Set a smaller batch or patch, or fewer channels."
                )
            )
        # PyTorch raises it wherever the training just is, as a signal that the process is gone interrupts it.
        if not str(error).startswith("DataLoader worker (pid"):
            raise
        return refused(
            TrainingError(
                f"A process that draws batches was killed, probably for lack of memory ({str(error).splitlines()[0]}).",
                "Set fewer workers or a smaller batch; --resume goes on from the last checkpoint.",
            )
        )
    except KeyboardInterrupt:
        there = (out / CHECKPOINT).is_file()
        print(f"Stopped; {'--resume goes on from the last checkpoint' if there else 'nothing was kept yet'}.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
