"""Measures a model file on prepared areas against cubic resampling.

    python -m training.evaluate --model resources/models/siran-3x.onnx --split test --ratio 3

Each area's DEM is coarsened by area mean, brought back by cubic convolution (as GDAL does), and given to the model without a guide
and with good and bad ones. The figures are RMSE of elevation and of slope divided by cubic's: below 1 is better than cubic. Pixels
whose cubic kernel reaches a gap are left out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import binary_erosion, distance_transform_edt

from backend import models
from backend.engines import Engine, open_engine
from backend.errors import BackendError
from training.card import rewrite_card
from training.data import coarse as coarsen_dem
from training.data import guides
from training.data.areas import Area, load_areas
from training.metrics import rmse, slope_degrees

RENDER_SEEDS = (0, 1, 2)
"""Each rendered condition is measured with these three suns and land covers, and averaged."""

Run = Callable[[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32], float, float], NDArray[np.float32]]
"""dem (H, W), guide (3, H, W), guide_valid (H, W), pixel size, DEM error to elevation (H, W)."""


@dataclass(frozen=True)
class Pair:
    """An area with its simulated coarse DEM on the fine grid; `judged` marks the pixels that count."""

    area: Area
    target: NDArray[np.float32]
    cubic: NDArray[np.float32]
    judged: NDArray[np.bool_]


@dataclass(frozen=True)
class Figure:
    """One row: an area under one condition. RMSE in metres, slope RMSE in degrees, and both divided by cubic's."""

    area: str
    condition: str
    pixels: int
    rmse_cubic: float
    rmse: float
    rmse_ratio: float
    slope_rmse_cubic: float
    slope_rmse: float
    slope_rmse_ratio: float

    def brief(self) -> dict[str, str | float]:
        """What a model card says of it."""
        numbers = {"rmse_cubic": self.rmse_cubic, "rmse_ratio": self.rmse_ratio, "slope_rmse_ratio": self.slope_rmse_ratio}
        return {"area": self.area, "condition": self.condition, **{name: round(value, 3) for name, value in numbers.items()}}


def simulate(area: Area, ratio: int) -> Pair:
    """Coarsens an area by `ratio` and brings it back."""
    height, width = (size // (2 * ratio) * 2 * ratio for size in area.dem.shape)
    fine = area.dem[:height, :width]
    known = np.isfinite(fine)
    nearest = distance_transform_edt(~known, return_distances=False, return_indices=True)
    filled = fine[tuple(nearest)]
    tensor = torch.from_numpy(np.ascontiguousarray(filled, dtype=np.float64))[None, None]
    cubic = coarsen_dem.cubic_upsample(coarsen_dem.area_mean(tensor, ratio), ratio)[0, 0].numpy().astype(np.float32)
    # A target pixel depends on the coarse pixels up to two away: 2.5 coarse pixels and its own slope's neighbour.
    judged = binary_erosion(known, np.ones((3, 3)), iterations=3 * ratio + 1)
    return Pair(area, filled, cubic, judged)


def rendered_guide(pair: Pair, seed: int, blur: float = 1.0) -> NDArray[np.float32]:
    """A guide rendered from the reference itself, `blur` times coarser than it: (3, H, W), scaled as the backend scales a scene."""
    gen = torch.Generator().manual_seed(seed)
    height, width = pair.target.shape
    side = max(height, width)
    # The renderer works on squares.
    square = np.pad(pair.target, ((0, side - height), (0, side - width)), mode="reflect" if side < 2 * min(height, width) else "edge")
    image = guides.render(torch.from_numpy(square)[None, None], torch.tensor([pair.area.dx]), torch.tensor([pair.area.dy]), gen)
    image = guides.coarsen(guides.scale_by_percentiles(image, torch.zeros(1, 2)), blur)
    return image[0, :, :height, :width].numpy()


def measure(pair: Pair, result: NDArray[np.float32], condition: str) -> Figure:
    """One row of the table."""
    area = pair.area
    ours, cubic = rmse(result - pair.target, pair.judged), rmse(pair.cubic - pair.target, pair.judged)
    reference = slope_degrees(pair.target, area.dx, area.dy)
    slope, slope_cubic = (rmse(slope_degrees(dem, area.dx, area.dy) - reference, pair.judged) for dem in (result, pair.cubic))
    return Figure(area.name, condition, int(pair.judged.sum()), cubic, ours, ours / cubic, slope_cubic, slope, slope / slope_cubic)


def evaluate(run: Run, pairs: list[Pair]) -> list[Figure]:
    """All areas under all conditions."""
    figures = []
    for pair in pairs:
        height, width = pair.target.shape
        none = np.zeros((3, height, width), np.float32)
        everywhere: NDArray[np.float32] = np.ones((height, width), np.float32)

        def row(condition: str, guide: NDArray[np.float32], valid: NDArray[np.float32], error: float = 0.0, *, pair: Pair = pair) -> Figure:
            return measure(pair, run(pair.cubic, guide, valid, pair.area.pixel_size, error), condition)

        figures.append(row("no guide", none, np.zeros_like(everywhere)))
        for name, blur in (("rendered guide", 1.0), ("rendered guide, 4 x coarser", 4.0)):
            rows = [row(name, rendered_guide(pair, seed, blur), everywhere) for seed in RENDER_SEEDS]
            figures.append(_mean(rows))
        figures.append(row("constant guide", np.full(none.shape, 0.5, np.float32), everywhere))
        sharp = rendered_guide(pair, RENDER_SEEDS[0])
        clouded = guides.cloud(torch.from_numpy(sharp)[None], torch.Generator().manual_seed(0))[0].numpy()
        figures.append(row("clouded guide", clouded, everywhere))
        figures.append(row("upside-down guide", np.ascontiguousarray(sharp[:, ::-1], np.float32), everywhere))
        if pair.area.guide is not None:
            image = pair.area.guide[:, :height, :width]
            known = np.isfinite(image).all(axis=0)
            figures.append(row("real guide", np.where(known, image, np.float32(0)), np.asarray(known, np.float32)))
    return figures


def _mean(rows: list[Figure]) -> Figure:
    """One row of several of the same area: the mean of every number that can differ between them."""

    def mean(name: str) -> float:
        return float(np.mean([getattr(row, name) for row in rows]))

    return replace(
        rows[0],
        rmse=mean("rmse"),
        rmse_ratio=mean("rmse_ratio"),
        slope_rmse=mean("slope_rmse"),
        slope_rmse_ratio=mean("slope_rmse_ratio"),
    )


def table(figures: list[Figure]) -> str:
    """Markdown: a row for each area and condition, and the mean over the areas of each condition."""
    lines = [
        "| area | condition | cubic RMSE (m) | RMSE (m) | RMSE / cubic | slope RMSE / cubic |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for f in figures:
        lines.append(f"| {f.area} | {f.condition} | {f.rmse_cubic:.3f} | {f.rmse:.3f} | {f.rmse_ratio:.3f} | {f.slope_rmse_ratio:.3f} |")
    for condition in dict.fromkeys(f.condition for f in figures):
        rows = [f for f in figures if f.condition == condition]
        if len(rows) > 1:
            ratio, slope = (float(np.mean([getattr(f, name) for f in rows])) for name in ("rmse_ratio", "slope_rmse_ratio"))
            lines.append(f"| **mean of {len(rows)}** | {condition} | | | **{ratio:.3f}** | {slope:.3f} |")
    return "\n".join(lines)


def engine_run(engine: Engine) -> Run:
    """Runs whole areas through the engine that the backend runs tiles through."""

    def run(
        dem: NDArray[np.float32], guide: NDArray[np.float32], valid: NDArray[np.float32], pixel_size: float, error: float
    ) -> NDArray[np.float32]:
        elevation, _ = engine.run(dem, guide, valid, pixel_size, error)
        return elevation

    return run


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description="Measures a model file against cubic resampling.")
    parser.add_argument("--model", type=Path, required=True, help="ONNX file")
    parser.add_argument("--data", type=Path, default=Path("runs/data"), help="folder that training.prepare wrote (runs/data)")
    parser.add_argument("--split", choices=("train", "validation", "test"), default="test")
    parser.add_argument("--ratio", type=int, default=3, help="coarse pixel divided by fine pixel")
    parser.add_argument("--record", action="store_true", help="write the figures into the model's card")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    options = parser.parse_args(arguments)
    try:
        model = models.load(options.model)
        engine = open_engine(model, "cpu", torch.get_num_threads(), lambda _level, _text: None)
        pairs = [simulate(area, options.ratio) for area in load_areas(options.data, options.split)]
        figures = evaluate(engine_run(engine), pairs)
    except (BackendError, FileNotFoundError) as error:
        print(f"{error}\n{getattr(error, 'hint', '')}".strip(), file=sys.stderr)
        return 2
    print(table(figures))
    if options.record:
        held_out = {
            "areas": list(dict.fromkeys(f.area for f in figures)),
            "figures": [f.brief() for f in figures],
            "command": f"python -m training.evaluate --model {options.model} --data {options.data} "
            f"--split {options.split} --ratio {options.ratio}",
        }
        rewrite_card(options.model, replace(model.card, held_out=held_out))
    if options.json:
        options.json.write_text(json.dumps([asdict(f) for f in figures], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
