"""Measures models and classic resamplers on prepared areas, against cubic resampling.

    python -m training.evaluate --model resources/models/siran-3x.onnx --resampler bilinear --resampler lanczos --split test --ratio 3

Each area's DEM is coarsened by area mean, brought back by cubic convolution (as GDAL does), and given to each model without a guide and
with good and bad ones; where an area has a real coarse DEM, that too. Pixels whose cubic kernel reaches a gap are left out. `--json` has
all figures, `--markdown` tables of them, `--page` a folder with hillshades, error maps, profiles and spectra.

    python -m training.evaluate --ablation training/configs/ablation.toml --time 4m --seeds 3

trains rows that differ in one thing each under one budget, and measures them (training/ablation.py). `--rows data` takes those that differ
in what they are trained on.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, get_args

import torch

from backend import models
from backend.card import ModelCard, sidecar_path
from backend.engines import Engine, Run, open_engine
from backend.errors import BackendError
from backend.models import Model
from backend.orientations import over_orientations
from training.ablation import Rows, network_run, over_seeds, train_rows
from training.card import rewrite_card
from training.config import load_config, seconds
from training.data.areas import SPLITS, check_held_out, load_areas
from training.errors import TrainingError, interruptible, refused
from training.evaluation.conditions import CONDITIONS, SHARP, SPOILED
from training.evaluation.figures import Figure, evaluate, means
from training.evaluation.page import Panels, write_page
from training.evaluation.pairs import Floats, Pair, simulate, with_real_coarse
from training.evaluation.resamplers import KERNELS
from training.evaluation.tables import by_area, markdown, summary, table
from training.evaluation.tiled import tiled

__all__ = ["Figure", "Pair", "Run", "engine_run", "evaluate", "load_pairs", "main", "simulate"]


def load_pairs(data: Path, split: str, ratio: int) -> list[Pair]:
    """The pairs of one split: each area with its coarsened DEM and, where it has one, with its real coarse DEM.

    Raises FileNotFoundError where `data` was not prepared, TrainingError where there is nothing to judge.
    """
    if ratio < 2:
        raise TrainingError(f"--ratio {ratio} makes nothing coarser.", "Pass 2 or more.")
    areas = load_areas(data, next(name for name in SPLITS if name == split))
    if not areas:
        raise TrainingError(f"{data} has no area in the split {split}.", "Pass another --split, or prepare an area for it.")
    pairs = []
    for area in areas:
        pairs.append(simulate(area, ratio))
        real = with_real_coarse(area, ratio)
        pairs += [real] if real is not None else []
    return pairs


def load_model(path: Path, ratio: int | None = None) -> Model:
    """A checked model file. Raises BackendError where it is none, TrainingError where a `ratio` is none of its ratios."""
    model = models.load(path)
    low, high = model.card.ratios
    if ratio is not None and not low <= ratio <= high:
        raise TrainingError(f"--ratio {ratio}: the model {path} is for ratios from {low:g} to {high:g}.", "Pass one of these.")
    return model


def engine_run(engine: Engine, card: ModelCard, *, thorough: bool = False) -> Run:
    """Runs whole areas through the engine that the backend runs tiles through, with the halo and the sizes that a model's card asks for;
    over gaps of an image, and `thorough`, as the backend does."""
    run = over_orientations(engine.run) if thorough else engine.run
    return tiled(run, card.halo, card.size_multiple, over_gaps=0 if card.guide_required else card.halo)


def record(model: Model, figures: Sequence[Figure], command: str) -> None:
    """Writes a model's figures into its card, whose notes on what was held out stay: inside an ONNX file, beside a TorchScript file."""
    own = [figure for figure in figures if figure.method == model.path.stem]
    held_out = {
        "areas": list(dict.fromkeys(figure.area for figure in own)),
        "figures": [figure.brief() for figure in own],
        "command": command,
    }
    if "notes" in model.card.held_out:
        held_out["notes"] = model.card.held_out["notes"]
    card = replace(model.card, held_out=held_out)
    if model.kind == "onnx":
        rewrite_card(model.path, card)
    else:
        sidecar_path(model.path).write_text(card.to_json(), encoding="utf-8")


def as_json(figures: Sequence[Figure], about: dict[str, Any]) -> str:
    """All figures and their means; null where there is no number."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(part) for key, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(part) for part in value]
        return None if isinstance(value, float) and not math.isfinite(value) else value

    content = about | {"means": [asdict(mean) for mean in means(figures)], "figures": [figure.to_dict() for figure in figures]}
    return json.dumps(plain(content), indent=1)


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description="Measures models and resamplers against cubic.")
    parser.add_argument("--model", type=Path, action="append", default=[], help="ONNX or TorchScript file; may be repeated")
    parser.add_argument("--resampler", choices=KERNELS, action="append", default=[], help="GDAL's; may be repeated (cubic always comes)")
    parser.add_argument("--data", type=Path, default=Path("runs/data"), help="folder that training.prepare wrote (runs/data)")
    parser.add_argument("--split", choices=SPLITS, default="test")
    parser.add_argument("--ratio", type=int, default=3, help="coarse pixel divided by fine pixel")
    parser.add_argument("--thorough", action="store_true", help="models run in four orientations, as with the backend's --thorough")
    parser.add_argument("--json", type=Path, help="file for all figures")
    parser.add_argument("--markdown", type=Path, help="file for tables")
    parser.add_argument("--page", type=Path, help="folder for a page of panels")
    parser.add_argument("--ablation", type=Path, metavar="CONFIG", help="train and measure this configuration's rows")
    parser.add_argument(
        "--rows",
        choices=get_args(Rows),
        default="parts",
        help="with --ablation: of the network and its objective (parts), or of what is trained on (data)",
    )
    parser.add_argument("--time", help='with --ablation: train each row this long, e.g. "10m"')
    parser.add_argument(
        "--steps", type=int, help="with --ablation: train each row so many steps, whatever the time; no matter what else runs"
    )
    parser.add_argument("--seeds", type=int, default=1, help="with --ablation: train each row so many times (1)")
    parser.add_argument("--out", type=Path, default=Path("runs/ablation"), help="with --ablation: folder of the runs (runs/ablation)")
    parser.add_argument("--record", action="store_true", help="write the figures into the models' cards (test split only)")
    options = parser.parse_args(arguments)
    panels = Panels()
    try:
        if not options.model and not options.resampler and not options.ablation:
            raise TrainingError("There is nothing to measure.", "Pass --model FILE, --resampler NAME or --ablation CONFIG.")
        if options.time and not options.ablation:
            raise TrainingError("--time says how long each row of an ablation is trained.", "Pass --ablation CONFIG with it.")
        if options.steps is not None and (options.steps < 1 or options.time or not options.ablation):
            raise TrainingError(
                "--steps says how many steps each row of an ablation is trained, 1 or more.",
                "Pass it with --ablation CONFIG, without --time.",
            )
        if options.time:
            seconds(options.time)
        if options.rows != "parts" and not options.ablation:
            raise TrainingError("--rows says which rows of an ablation are trained.", "Pass --ablation CONFIG with it.")
        if options.seeds < 1 or (options.seeds > 1 and not options.ablation):
            raise TrainingError("--seeds says how often each row of an ablation is trained, 1 or more.", "Pass --ablation CONFIG with it.")
        if options.record and not options.model:
            raise TrainingError("--record writes figures into the cards of models, and none is named.", "Pass --model FILE.")
        if options.record and options.thorough:
            raise TrainingError("--record with --thorough: a card states what a model does as it is run by default.", "Pass one of them.")
        if options.record and options.split != "test":
            raise TrainingError(
                f"--record with --split {options.split}: a card states figures of areas that were held out.", "Pass --split test."
            )
        names = [path.stem for path in options.model]
        if twice := sorted({name for name in names if names.count(name) > 1 or name in KERNELS}):
            raise TrainingError(f"Two methods would be called {', '.join(twice)}.", "Give each model file a name of its own.")
        loaded = [load_model(path, options.ratio) for path in options.model]
        for model in loaded if options.split != "train" else []:
            check_held_out(model.card.training_data, options.data)
        for file in filter(None, (options.json, options.markdown)):
            if file.is_dir():
                raise TrainingError(f"{file} is a folder.", "Name a file.")
            file.parent.mkdir(parents=True, exist_ok=True)
        if options.page and options.page.exists() and not options.page.is_dir():
            raise TrainingError(f"{options.page} is a file.", "Name a folder.")
        for model in loaded if options.record else []:
            if not os.access(model.path.parent, os.W_OK):
                raise TrainingError(
                    f"{model.path.parent} may not be written to: --record puts the figures into the model's card.", "Copy the model."
                )
        runs = {model.path.stem: engine_run(_opened(model), model.card, thorough=options.thorough) for model in loaded}
        resamplers = list(dict.fromkeys(options.resampler))
        pairs = load_pairs(options.data, options.split, options.ratio)
        if options.ablation:
            config = load_config(options.ablation)
            if options.time:
                config = replace(config, train=replace(config.train, time=options.time, steps=0))
            if options.steps:
                config = replace(config, train=replace(config.train, steps=options.steps))
            networks = train_rows(config, options.data, options.out, options.seeds, _progress, options.rows)
            runs |= {name: network_run(network) for name, network in networks.items()}
        # Rows are compared on what they were trained for; whole models on all that may happen to them.
        conditions = CONDITIONS
        if options.ablation:
            conditions = SHARP if options.rows == "parts" else SPOILED
        keep = panels.keep if options.page else _forget
        figures = evaluate(
            runs,
            pairs,
            resamplers,
            conditions,
            misstated=not options.ablation,
            cards={model.path.stem: model.card for model in loaded},
            say=_progress,
            keep=keep,
        )
        about = {
            "data": str(options.data),
            "split": options.split,
            "ratio": options.ratio,
            "models": [str(path) for path in options.model],
            "thorough": options.thorough,
        }
        title = (
            f"{', '.join([*names, *resamplers, *(['ablation'] if options.ablation else [])])}: split {options.split}, ratio {options.ratio}"
            f"{', mean over four orientations' if options.thorough and loaded else ''}"
        )
    except (BackendError, TrainingError, OSError) as error:
        return refused(error)
    unwritten: OSError | None = None
    try:
        if options.json:
            options.json.write_text(as_json(figures, about), encoding="utf-8")
        if options.markdown:
            text = markdown(figures, title)
            if options.seeds > 1:
                text += f"\n## Over the seeds\n\nMean and standard deviation of means over the areas.\n\n{table(*over_seeds(figures))}\n"
            options.markdown.write_text(text, encoding="utf-8")
        if options.page:
            _progress(f"page: {write_page(options.page, figures, panels, title)}")
    except OSError as error:
        unwritten = error  # a full disk: the figures are said all the same
    for area in dict.fromkeys(figure.area for figure in figures):
        _, head, rows = by_area([figure for figure in figures if figure.area == area])[0]
        print(f"{area}\n\n{table(head, rows)}\n")
    for name, head, rows in summary(figures):
        print(f"{name}\n\n{table(head, rows)}\n")
    if options.seeds > 1:
        print(f"Mean and standard deviation over the seeds\n\n{table(*over_seeds(figures))}\n")
    try:
        for model in loaded if options.record else []:
            place = f"--data {shlex.quote(str(options.data))} --split {options.split} --ratio {options.ratio}"
            record(model, figures, f"python -m training.evaluate --model {shlex.quote(str(model.path))} {place}")
    except OSError as error:
        unwritten = error
    return refused(unwritten) if unwritten else 0


def _opened(model: Model) -> Engine:
    return open_engine(model, "cpu", torch.get_num_threads(), lambda _level, _text: None, program=True)


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _forget(_pair: Pair, _condition: str, _method: str, _elevation: Floats) -> None:
    """Where no page is asked for, no result is kept."""


if __name__ == "__main__":
    sys.exit(interruptible(main))
