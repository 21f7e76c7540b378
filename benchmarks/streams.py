"""Where water runs on finer DEMs: streams of a result against those of the reference.

    python benchmarks/streams.py --data runs/data --split test

Each area is made coarser by area means and finer again, trusted, without an image, with the first of the rendered ones and with the real
one if there is any; a real coarse DEM is given as its own error has it. Water runs from each pixel to that of its eight neighbours by which
a flood that rises from gaps and borders reached it (Barnes et al. 2014, "Priority-Flood"), out of sinks over their rims; a stream is where
it comes from UPSTREAM pixels or more. Printed is how much of the reference's streams lies within one and within three pixels of a stream of
the DEM, the same of the DEM's streams, and of how many pixels water runs the same way. What was found is in docs/design.md, "Streams".
"""

from __future__ import annotations

import heapq
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, distance_transform_edt

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from opening import first_guides, opened, titled  # noqa: E402

from training.evaluate import engine_run, load_pairs  # noqa: E402
from training.evaluation.conditions import SHARP  # noqa: E402
from training.evaluation.figures import made  # noqa: E402
from training.evaluation.tables import table  # noqa: E402

UPSTREAM = 500
NEAR = 1.0, 3.0
"""Pixels."""


def downstream(dem: NDArray[np.float32], judged: NDArray[np.bool_]) -> tuple[NDArray[np.int64], list[int]]:
    """Of each pixel of `dem` (H, W), counted row by row, the one that its water runs to, itself where that is off the `judged` ground; and
    all judged pixels in an order in which none comes before the one that its water runs to."""
    height, width = dem.shape
    inside = judged.copy()
    inside[[0, -1]] = inside[:, [0, -1]] = False
    outlets = binary_dilation(~inside, np.ones((3, 3))) & inside
    flat, unseen = dem.ravel().tolist(), (inside & ~outlets).ravel().tolist()
    to = np.arange(height * width)
    heap = [(flat[pixel], pixel) for pixel in np.flatnonzero(outlets).tolist()]
    heapq.heapify(heap)
    # Of the neighbours that are seen by then the lowest is taken first: that is where water runs to.
    around, order = (-1, 1, -width, width, -width - 1, -width + 1, width - 1, width + 1), []
    while heap:
        level, pixel = heapq.heappop(heap)
        order.append(pixel)
        for step in around:
            if unseen[pixel + step]:
                unseen[pixel + step] = False
                to[pixel + step] = pixel
                heapq.heappush(heap, (max(level, flat[pixel + step]), pixel + step))
    return to, order


def streams(to: NDArray[np.int64], order: list[int], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Where (H, W) water of UPSTREAM pixels or more comes by."""
    upstream, runs = [1] * to.size, to.tolist()
    for pixel in reversed(order):
        if runs[pixel] != pixel:
            upstream[runs[pixel]] += upstream[pixel]
    return np.asarray(np.array(upstream).reshape(shape) >= UPSTREAM)


def near(some: NDArray[np.bool_], others: NDArray[np.bool_]) -> list[str]:
    """How much of `some` lies within each of NEAR of `others`."""
    if not some.any() or not others.any():
        return ["–" for _ in NEAR]
    away = distance_transform_edt(~others)[some]
    return [f"{np.mean(away <= distance):.0%}" for distance in NEAR]


def main() -> None:
    options, model, engine = opened("Where water runs on finer DEMs.")
    run, rows = engine_run(engine, model.card), []
    for pair in load_pairs(options.data, options.split, options.ratio):
        true_to, order = downstream(pair.target, pair.judged)
        true, shape = streams(true_to, order, pair.target.shape), pair.target.shape
        results = {name: made(run, pair, guide, model.card)[0] for name, guide in first_guides(pair, SHARP).items()}
        dems = {"cubic": pair.cubic, **results}
        name = titled(pair)
        for which, dem in dems.items():
            to, order = downstream(dem, pair.judged)
            found = streams(to, order, shape)
            same = np.mean((to == true_to)[order])
            rows.append([name, which, *near(true, found), *near(found, true), f"{same:.0%}"])
            name = ""
    within = [f"within {distance:.0f} px" for distance in NEAR]
    print(f"{model.card.name} {model.card.version}, {options.split}, ratio {options.ratio}: streams of {UPSTREAM} pixels\n")
    heads = [*(f"reference's {words}" for words in within), *(f"DEM's {words}" for words in within)]
    print(table(["area", "DEM", *heads, "the same way"], rows))


if __name__ == "__main__":
    main()
