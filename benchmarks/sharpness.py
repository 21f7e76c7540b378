"""How well the gate for blurred images (training/networks/sharpness.py) tells those of 3 times larger pixels from those of 4 and 5 times.

    python benchmarks/sharpness.py --data runs/data

Images of training patches, rendered and real, as they are and through larger pixels: percentiles of their sharpness over the ground, and
how much of the image is used.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from training.data import guides
from training.data.areas import load_areas
from training.data.batches import BatchSource, DataSettings
from training.networks import sharpness

PERCENTILES = (0.1, 1, 10, 50, 90, 99, 99.9)
BORDER = 24
"""Cells to each side that are not counted: there are no windows beyond a patch."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=Path("runs/data"))
    parser.add_argument("--steps", type=int, default=6)
    options = parser.parse_args()
    areas = load_areas(options.data, "train")
    clean = DataSettings(patch=192, batch=8, ratios=(3,), ratio_shares=(1.0,)).clean()
    sharp = replace(clean, no_guide=0.0, blurred_guide=0.0, bad_guide=0.0, shift_pixels=0.0)
    print(f"| image | pixels | {' | '.join(f'{p:g} %' for p in PERCENTILES)} | used |\n| --- | --- |{' --- |' * (len(PERCENTILES) + 1)}")
    for kind, share, chosen in (("rendered", 0.0, areas), ("real", 1.0, [area for area in areas if area.guide is not None])):
        batches = [BatchSource(chosen, replace(sharp, real_guide=share), 5).batch(step) for step in range(options.steps)]
        for factor in (1, 2, 3, 4, 5):
            values, used = [], []
            for batch in batches:
                images = torch.cat([guides.coarsen(image[None], factor) for image in batch.guide])
                energies = sharpness.image_energies((2 * images.clamp(-0.5, 1.5) - 1) * batch.guide_valid, batch.guide_valid)
                counted = torch.nn.functional.avg_pool2d(batch.guide_valid, 2) == 1
                counted[..., :BORDER] = counted[..., -BORDER:] = counted[..., :BORDER, :] = counted[..., -BORDER:, :] = False
                values.append(sharpness.use_sharpness(energies)[counted].numpy())
                used.append(sharpness.usable(energies)[counted].numpy())
            found = np.percentile(np.concatenate(values), PERCENTILES)
            print(f"| {kind} | {factor} x | {' | '.join(f'{v:.3f}' for v in found)} | {np.concatenate(used).mean():.4f} |")


if __name__ == "__main__":
    main()
