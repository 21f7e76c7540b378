"""Writes the model card that people read: what the model is, what it was trained on, what it does on ground that it never saw.

    python -m training.model_card --model resources/models/siran-3x.onnx --data runs/data --out docs/model-card.md

Everything with a figure in it comes from the model file, from the data folder's manifest, or from measuring the model on the test areas
now. Pictures go into `images/model-card` beside the page, a folder with the page's name; the places that they show are chosen by rules
(training/evaluation/panels.py).
"""

from __future__ import annotations

import argparse
import math
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from backend.engines import open_engine
from backend.errors import BackendError
from backend.metrics.terrain import SLOPE_CLASSES
from backend.models import Model
from training.data.areas import Split, check_held_out, manifest_entries
from training.errors import TrainingError, interruptible, refused
from training.evaluate import engine_run, load_model, load_pairs
from training.evaluation.figures import Figure, evaluate, mean_of
from training.evaluation.panels import EXAGGERATION, LEAST_ERROR, LEVEL, REAL_COARSE, Place, Places, write_place
from training.evaluation.tables import degrees, number, table
from training.initial import read_weights

LIMITS_RATIO = 3
"""Coarse pixel divided by fine pixel: what limits were set for."""
IMAGES = "images"
"""Beside the page, with a folder for each page."""
PICTURES = ("typical-*.png", "worst-*.png", "level-*.png")
ONE_SIGMA, TWO_SIGMA = (0.63, 0.73), (0.92, 0.97)
"""Shares of the errors that may lie within one and two sigma. Of normal errors and a right sigma they are 0.683 and 0.954."""

ROUNDING = 1e-6
"""Two RMSEs that are to be the same may differ by this share: float32 heights, summed in another order."""
HOLDS = {True: "✔ **holds**", False: "✘ **does not hold**", None: "– **not measured**"}

USE = """\
- It learned from DEMs that were made coarser by computation, with errors added as sensors make them, and from few real pairs of a \
coarse and a fine DEM. How well that carries over to a sensor it has not seen is shown only by the real coarse DEM among the areas \
above, where there is one.
- It was trained for the ratios, pixel sizes and input errors that stand in the first table. Beyond them nothing is promised.
- The areas are few, and in the list above. Of ground that is not among them it knows nothing.
- It is no bare-earth model. Trees and houses that the input has stay in the result, and relief may be added where an image shows \
an edge that is not relief: a road, a field, a shadow.
- An image must lie on the DEM to within a pixel. Check the registration first: what a shift of two pixels does stands in the \
tables.
- It cannot know what is wrong over long distances: a tilt, another datum, a shift of the coarse DEM.
- What it adds below the coarse pixel is the likely relief, not a measured one. Single summits, ditches and dams may be missing or \
false. It replaces no survey, and no decision on which safety depends (flood levels, avalanche paths, landing) may rest on it alone.
- Sigma says how large errors are on average over places that look alike. It does not know about what the training areas do not \
have.
"""


@dataclass(frozen=True)
class Limit:
    """Something that was asked for, and what was measured. `holds` is None where it could not be measured."""

    what: str
    limit: str
    measured: str
    holds: bool | None


def limits(figures: Sequence[Figure]) -> list[Limit]:
    """Every limit that the model was asked to keep, against the figures of the model alone."""
    real = [figure for figure in figures if figure.condition.startswith(REAL_COARSE)]
    simulated = [figure for figure in figures if not figure.condition.startswith(REAL_COARSE)]
    conditions = list(dict.fromkeys(figure.condition for figure in simulated))
    found = []
    for condition, mean, each, slope in (("no guide", 0.78, 0.86, 0.82), ("rendered guide", 0.50, 0.65, 0.58)):
        own = [figure for figure in simulated if figure.condition == condition]
        ratios = {figure.area: _ratio(figure, _rmse) for figure in own}
        found.append(_at_most(f"{condition}: RMSE / cubic's, mean over the areas", mean, _mean(ratios)))
        found.append(_at_most(f"{condition}: RMSE / cubic's, each area", each, ratios))
        slopes = {figure.area: _ratio(figure, _slope) for figure in own}
        found.append(_at_most(f"{condition}: slope RMSE / cubic's, mean over the areas", slope, _mean(slopes)))

    alone = {figure.area: figure.scores.errors.rmse for figure in simulated if figure.condition == "no guide"}

    def against_none(names: Sequence[str], missing: str, limit: float) -> None:
        for name in names or [missing]:
            values = {f.area: _divided(f.scores.errors.rmse, alone[f.area]) for f in simulated if f.condition == name and f.area in alone}
            found.append(_at_most(f"{name}: RMSE / that without a guide, each area", limit, values))

    for kind in ("rendered guide", "real guide"):
        against_none([name for name in conditions if name.startswith(kind) and "coarser" in name], f"{kind}, coarser", 1.0)
    for word in ("constant", "clouded", "misregistered", "upside-down"):
        against_none([name for name in conditions if word in name], f"{word} guide", 1.02)

    for name, value in (("RMSE", _rmse), ("size of the bias", _bias), ("slope RMSE", _slope)):
        ratios = {f"{figure.area}, {figure.condition.removeprefix(REAL_COARSE)}": _ratio(figure, value) for figure in real}
        found.append(_at_most(f"real coarse DEM: {name} / cubic's, each condition", 1.0, ratios))

    others = [name for name in conditions if name not in ("no guide", "rendered guide")]
    stated = [figure for figure in real if "stated" in figure.condition]
    for name, group in (
        ("no guide", [figure for figure in simulated if figure.condition == "no guide"]),
        ("rendered guide", [figure for figure in simulated if figure.condition == "rendered guide"]),
        ("all other guides", [figure for figure in simulated if figure.condition in others]),
        ("real coarse DEM, its measured error", [figure for figure in real if figure not in stated]),
        ("real coarse DEM, another error stated", stated),
    ):
        for place, sigmas, allowed in ((0, "1σ", ONE_SIGMA), (1, "2σ", TWO_SIGMA)):
            shares = {
                f"{words}{f', {condition}' if len({figure.condition for figure in group}) > 1 else ''}": share[place]
                for condition, covered in _coverages(group).items()
                for words, share in covered.items()
                if not math.isnan(share[place])
            }
            found.append(_between(f"{name}: errors within {sigmas}, overall and in each slope class", allowed, shares))
    return found


def _rmse(figure: Figure) -> tuple[float, float]:
    return figure.scores.errors.rmse, figure.cubic.errors.rmse


def _slope(figure: Figure) -> tuple[float, float]:
    return figure.scores.slope_rmse, figure.cubic.slope_rmse


def _bias(figure: Figure) -> tuple[float, float]:
    return abs(figure.scores.errors.bias), abs(figure.cubic.errors.bias)


def _ratio(figure: Figure, value: Callable[[Figure], tuple[float, float]]) -> float:
    return _divided(*value(figure))


def _divided(one: float, other: float) -> float:
    """Infinite where only `other` is 0: that breaks every limit."""
    if other == 0:
        return math.inf if one > 0 else 1.0
    return one / other


def _mean(values: Mapping[str, float]) -> dict[str, float]:
    return {"": sum(values.values()) / len(values)} if values else {}


def _at_most(what: str, limit: float, values: Mapping[str, float]) -> Limit:
    """The largest of `values` by what it belongs to. A value that is no number breaks the limit; ROUNDING beyond it does not."""
    if not values:
        return Limit(what, f"≤ {limit:.2f}", "nothing to measure it on", None)
    name, worst = max(values.items(), key=lambda item: math.inf if math.isnan(item[1]) else item[1])
    holds = worst <= limit + ROUNDING
    # What is beyond a limit is not to look like it.
    digits = next((digits for digits in (4, 5) if holds or round(worst, digits) > limit), 6)
    return Limit(what, f"≤ {limit:.2f}", f"{worst:.{digits}f}{f' ({name})' if name else ''}", holds)


def _between(what: str, allowed: tuple[float, float], values: Mapping[str, float]) -> Limit:
    low, high = allowed
    limit = f"{low:.2f} to {high:.2f}"
    if not values:
        return Limit(what, limit, "nothing to measure it on", None)
    least, most = (choose(values.items(), key=lambda item: item[1]) for choose in (min, max))
    measured = " to ".join(f"{value:.4f} ({name})" for name, value in (least, most))
    return Limit(what, limit, measured, low <= least[1] and most[1] <= high)


def _coverages(figures: Sequence[Figure]) -> dict[str, dict[str, tuple[float, float]]]:
    """Shares within one and two sigma, by condition and then by slope class, mean over the areas that have it. No sigma: no entries."""
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for condition in dict.fromkeys(figure.condition for figure in figures):
        scores = [figure.scores for figure in figures if figure.condition == condition]
        parts = {"overall": [score.coverage for score in scores]}
        for place, (low, high) in enumerate(SLOPE_CLASSES):
            parts[degrees(low, high)] = [score.by_slope[place].coverage for score in scores]
        covered = {
            name: mean_of([(one.one_sigma, one.two_sigma) for one in several if one is not None])
            for name, several in parts.items()
            if any(one is not None for one in several)
        }
        if covered:
            found[condition] = covered
    return found


def check_kept_apart(model: Model, data: Path) -> None:
    """Raises TrainingError where the model's own card says that it was trained on areas that `data` keeps out of training, or does not
    name those of its split train: then it is not what the model was trained on."""
    stated = {str(entry["name"]) for entry in model.card.training_data}
    prepared = {str(entry["name"]) for entry in manifest_entries(data, "train")}
    check_held_out(model.card.training_data, data)
    if not prepared <= stated:
        raise TrainingError(
            f"The model {model.path} was trained on {', '.join(sorted(stated)) or 'nothing'}; "
            f"split train of {data} has {', '.join(sorted(prepared))}.",
            "Name the folder that the model was trained on: only then are its test areas ground that the model never saw.",
        )


def measured_at(model: Model) -> int:
    """The ratio that a page has figures of: the model's own, in whole numbers, as test areas are made coarse."""
    return max(1, round(model.card.ratio))


def _identity(model: Model) -> str:
    card = model.card
    weights = sum(one.numel() for one in read_weights(model.path).values() if one.is_floating_point())

    def span(ends: tuple[float, float], unit: str = "") -> str:
        return f"{ends[0]:g} to {ends[1]:g}{unit}"

    rows = [
        ("file", f"`{model.path.name}`"),
        ("title", card.title),
        ("version", card.version),
        ("licence of the weights", card.licence),
        ("size", f"{model.path.stat().st_size / 1e6:.2f} MB"),
        ("SHA-256", f"`{model.sha256}`"),
        ("parameters (numbers in the graph's float tensors; a kernel for four cells counts as one)", f"{weights:,}"),
        ("ratio of the pixels, input to output", f"{card.ratio:g}; trained for {span(card.ratios)}"),
        ("output pixels it was trained for", span(card.pixel_sizes, " m")),
        ("errors of the input DEM it was trained for (1 standard deviation)", span(card.dem_errors, " m")),
        ("halo: pixels around a tile that have to be read", str(card.halo)),
        ("guide", f"near infrared, red, green; {'needed' if card.guide_required else 'not needed'}"),
    ]
    return table(["", model.path.stem], [(name, _cell(value)) for name, value in rows])


def _areas(data: Path, split: Split) -> str:
    def row(entry: Mapping[str, Any]) -> list[str]:
        width, height = entry["width"] * entry["dx"] / 1000, entry["height"] * entry["dy"] / 1000
        known = entry["valid_pixels"] / (entry["width"] * entry["height"])
        extras = [word for word, there in (("image", entry["guide"]), ("real coarse DEM", entry["coarse"])) if there]
        return [
            entry["name"],
            f"{math.sqrt(entry['dx'] * entry['dy']):.1f}",
            f"{width:.1f} × {height:.1f}",
            f"{100 * known:.0f} %",
            ", ".join(extras) or "–",
            _cell(entry.get("licence") or "not stated"),
            _cell(entry.get("attribution") or "not stated"),
        ]

    head = ["area", "pixel (m)", "size (km)", "known", "besides the DEM", "licence", "attribution"]
    return table(head, [row(entry) for entry in manifest_entries(data, split)])


def _ancestors(model: Model, data: Path) -> list[str]:
    """What the card names beside the areas of split train: ground of runs that the last one began from."""
    prepared = {str(entry["name"]) for entry in manifest_entries(data, "train")}
    others = [entry for entry in model.card.training_data if str(entry["name"]) not in prepared]
    if not others:
        return []
    rows = [[_cell(entry.get(key) or "not stated") for key in ("name", "licence", "attribution")] for entry in others]
    return ["The training began from weights that had been trained on this as well:", table(["area", "licence", "attribution"], rows)]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _by_area(figures: Sequence[Figure], cell: Callable[[Sequence[Figure]], str], first: Sequence[str], *, mean: bool = True) -> str:
    """Conditions down, areas across: `cell` of the one figure there, and of all for the mean. `first`: a row above, without the mean's."""
    areas = list(dict.fromkeys(figure.area for figure in figures))
    rows = [[*first, *(["–"] if mean else [])]]
    for condition in dict.fromkeys(figure.condition for figure in figures):
        own = {figure.area: figure for figure in figures if figure.condition == condition}
        cells = [cell([own[area]]) if area in own else "–" for area in areas]
        rows.append([condition, *cells, *([cell(list(own.values()))] if mean else [])])
    return table(["condition", *areas, *(["mean"] if mean else [])], rows)


def _figures(figures: Sequence[Figure]) -> list[str]:
    """The tables of one kind of coarse DEM."""
    cubic = {figure.area: figure.cubic for figure in figures}

    def average(values: Sequence[float]) -> float:
        return mean_of(list(values))

    def ratios(group: Sequence[Figure]) -> str:
        return ", ".join(number(average([_ratio(figure, value) for figure in group])) for value in (_rmse, _slope))

    def metres(group: Sequence[Figure]) -> str:
        (figure,) = group
        return f"{figure.scores.errors.bias:+.3f}, {number(figure.scores.consistency)}"

    first = ["cubic itself", *(f"{scores.errors.rmse:.2f} m, {scores.slope_rmse:.2f}°" for scores in cubic.values())]
    parts = [
        "RMSE / cubic's, slope RMSE / cubic's (below 1 is better than cubic; the mean is of the areas that have the condition):",
        _by_area(figures, ratios, first),
    ]
    first = ["cubic itself", *(f"{scores.errors.bias:+.3f}, {number(scores.consistency)}" for scores in cubic.values())]
    parts += [
        "Bias (mean error), and RMSE of the means over coarse pixels against the coarse DEM that was given, both in metres:",
        _by_area(figures, metres, first, mean=False),
    ]
    covered = _coverages(figures)
    if covered:
        classes = ["overall", *(degrees(low, high) for low, high in SLOPE_CLASSES)]
        nothing = (math.nan, math.nan)
        rows = [
            [condition, *(", ".join(number(share) for share in shares.get(name, nothing)) for name in classes)]
            for condition, shares in covered.items()
        ]
        parts += [
            "Errors within one and two times the model's own sigma (0.683 and 0.954 if it is right), overall and by slope of the "
            "reference, "
            "mean over the areas that have such slopes:",
            table(["condition", *classes], rows),
        ]
    else:
        parts.append("The model has no sigma.")
    return parts


def _limits(figures: Sequence[Figure]) -> list[str]:
    found = limits(figures)
    count = {verdict: sum(one.holds is verdict for one in found) for verdict in HOLDS}
    rows = [[one.what, one.limit, one.measured, HOLDS[one.holds]] for one in found]
    return [
        f"Of {len(found)} limits **{count[True]} hold**, **{count[False]} do not hold**, and {count[None]} could not be measured.",
        "A ratio that is larger than its limit by a millionth is within it: that is how far heights in 32 bits are rounded.",
        table(["limit on", "asked for", "measured (the worst)", ""], rows),
    ]


def _shown(place: Place, figures: Sequence[Figure], folder: Path, name: str, method: str, **drawing: float) -> list[str]:
    """Draws a place; its picture and caption in Markdown."""
    folder.mkdir(parents=True, exist_ok=True)
    write_place(folder / name, place, method, **drawing)
    area = place.pair.area.name
    (figure,) = [figure for figure in figures if (figure.area, figure.condition) == (area, place.condition)]
    width, height = place.kilometres
    alt = (
        f"Hillshades of {'' if place.pair.coarse is None else 'coarse input, '}cubic, result and reference, and error maps of cubic and "
        f"result: {area}, {width:.1f} by {height:.1f} km, {place.condition}"
    )
    caption = (
        f"**{area}, {place.condition}.** RMSE in this window: {place.rmse:.2f} m, cubic {place.rmse_cubic:.2f} m, ratio {place.ratio:.3f}. "
        f"In the whole area: {figure.scores.errors.rmse:.2f} m, cubic {figure.rmse_cubic:.2f} m, ratio {figure.rmse_ratio:.3f}."
    )
    return [f"![{alt}]({IMAGES}/{folder.name}/{name})", caption]


def _pictures(places: Places, figures: Sequence[Figure], folder: Path, method: str) -> list[str]:
    def name(kind: str, place: Place) -> str:
        return f"{kind}-{place.pair.area.name}{'-real-coarse' if place.pair.coarse is None else ''}.png"

    parts = [
        "## Typical places",
        "Of each test area the window in which cubic's error is the median of all windows', with the area's real guide, or a rendered one "
        "where it has none: neither the best place nor the worst. Of the three rendered guides the first is shown; the figures of a whole "
        "area are the mean of three. All hillshades have the sun in the north-west, 45° high, and one scale of grey; errors of cubic and "
        "of the result have one scale too.",
    ]
    for place in places.typical:
        parts += _shown(place, figures, folder, name("typical", place), method)
    parts += [
        "## Worst places",
        "Of each test area the window of the same size, and the condition with a guide, where the result's RMSE is largest against "
        "cubic's, "
        f"among windows where cubic's RMSE is at least {LEAST_ERROR:g} of its RMSE in the area. The worst comes first.",
    ]
    for place in sorted(places.worst, key=lambda place: -place.ratio):
        parts += _shown(place, figures, folder, name("worst", place), method)
    if places.level is not None:
        parts += [
            "## Level ground",
            f"The most level window of all test areas (slopes below {LEVEL:g}°), with heights {EXAGGERATION:g} times exaggerated: what "
            "a model "
            "adds where there should be nothing shows here.",
            *_shown(places.level, figures, folder, name("level", places.level), method, exaggeration=EXAGGERATION),
        ]
    return parts


def write_model_card(model: Model, data: Path, figures: Sequence[Figure], places: Places, out: Path) -> None:
    """Writes the page to `out` and its pictures beside it. `figures` and `places`: of split test, of this model alone."""
    model_path, data_path, out_path = (shlex.quote(str(path)) for path in (model.path, data, out))
    command = f"python -m training.model_card --model {model_path} --data {data_path} --out {out_path}"
    ratio = measured_at(model)
    again = f"python -m training.evaluate --model {model_path} --data {data_path} --split test --ratio {ratio} --markdown FILE"

    def page_of(name: str) -> str:
        return f"[{name}]({name})" if (out.parent / name).is_file() else f"docs/{name}"

    simulated = [figure for figure in figures if not figure.condition.startswith(REAL_COARSE)]
    real = [figure for figure in figures if figure.condition.startswith(REAL_COARSE)]
    parts = [
        f"<!-- Made by {command}; do not edit. -->",
        f"# Model card: {model.path.stem}",
        f"All of this page is made from the model file and the data by one command:\n\n    {command}",
        "## What it is",
        "It makes a coarse elevation model finer, with or without an image of the same ground (the guide). The method, and what the "
        "file takes "
        f"and gives, are in {page_of('contracts.md')} and {page_of('design.md')}.",
        _identity(model),
        f"`sha256sum {shlex.quote(str(model.path))}` must print the SHA-256 above. All the rest, but for the size and the number of "
        "parameters, is in the card inside the file.",
        "## What it was trained on",
        _areas(data, "train"),
        *_ancestors(model, data),
        "No weight was fitted to the validation areas; they were looked at while the model was trained:",
        _areas(data, "validation"),
        "Test areas were never trained on. "
        + str(model.card.held_out.get("notes", "Whether anything was decided with their figures in sight, the model's card does not say."))
        + " All figures and pictures below are of these:",
        _areas(data, "test"),
        "Whole areas are split, never patches of one area. `training.prepare` compares the known pixels of every two areas of different "
        "splits on the ground, and refuses the list where they share any (`training/data/overlap.py`). The training areas above are "
        "those that "
        "the card inside the model file names; with fewer, or with one that was held out, this page would not have been made.",
        "## What it does on the test areas",
        f"Each test area was made {ratio} times coarser by area means. Cubic resampling of that is what the model gets and what it is "
        "compared "
        "with. Pixels near gaps and borders do not count. A rendered guide is an image computed from the reference itself, under three "
        "suns "
        "and land covers: the best image there can be. To measure all of it again:",
        f"    {again}",
        *_figures(simulated),
    ]
    if real:
        parts += [
            "### Real coarse DEM",
            "A coarse DEM that another sensor measured, in place of the area mean. The model is told how far it is off: as it was measured "
            "against the reference (68 % of its own pixels are off by no more, their bias included), or what a user would state who names "
            "another source.",
            *_figures(real),
        ]
    if ratio == LIMITS_RATIO:
        parts += ["## Limits that were asked for, and whether they hold", *_limits(figures)]
    images = f"{IMAGES}/{out.stem}"
    folder = out.parent / images
    parts += _pictures(places, figures, folder, model.path.stem)
    parts += ["## What it does not know", USE.strip()]
    page = "\n\n".join(parts) + "\n"
    out.write_text(page, encoding="utf-8")
    for pattern in PICTURES:
        for left in folder.glob(pattern):
            if f"({images}/{left.name})" not in page:
                left.unlink()  # of an area that is no longer among the test areas


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.model_card", description="Writes a model's card for people to read.")
    parser.add_argument("--model", type=Path, required=True, help="ONNX file")
    parser.add_argument("--data", type=Path, required=True, help="folder that training.prepare wrote, and that the model was trained on")
    parser.add_argument("--out", type=Path, required=True, help="Markdown file")
    options = parser.parse_args(arguments)
    places = Places()
    try:
        model = load_model(options.model)
        if model.kind != "onnx":
            raise TrainingError(f"The model {model.path} is no ONNX file.", "Pass the ONNX file that training.export wrote.")
        check_kept_apart(model, options.data)
        if options.out.is_dir():
            raise TrainingError(f"{options.out} is a folder.", "Name a file.")
        engine = open_engine(model, "cpu", torch.get_num_threads(), lambda _level, _text: None, program=True)
        runs = {model.path.stem: engine_run(engine, model.card)}
        pairs = load_pairs(options.data, "test", measured_at(model))
        figures = evaluate(runs, pairs, cards=dict.fromkeys(runs, model.card), say=_progress, keep=places.keep)
        own = [figure for figure in figures if figure.takes_guide]
        options.out.parent.mkdir(parents=True, exist_ok=True)
        write_model_card(model, options.data, own, places, options.out)
    except (BackendError, TrainingError, OSError) as error:
        return refused(error)
    print(options.out)
    return 0


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(interruptible(main))
