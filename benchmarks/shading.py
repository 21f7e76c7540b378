"""How well an image's shading says what slopes a coarse DEM lacks, before any network: correlation with the truth, along the sun.

    python benchmarks/shading.py --data runs/data

prints a table in Markdown: for each test area and each rendered scene that evaluation uses (and the real image, where there is one), the
slope change read on cubic resampling with the bands weighed by their variances alone, and by their covariances, as the networks read it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from training.errors import TrainingError, refused  # noqa: E402
from training.evaluate import load_pairs  # noqa: E402
from training.evaluation.conditions import SEEDS, guides_of  # noqa: E402
from training.evaluation.pairs import Guide, Pair  # noqa: E402
from training.evaluation.tables import number, table  # noqa: E402
from training.networks import terrain  # noqa: E402
from training.networks.shading import PRIOR, Regression, regress, slope_change  # noqa: E402

HEAD = ["area", "guide", "variances alone", "covariances"]


def by_variances(found: Regression, rough: Tensor) -> Regression:
    """As `regress` would have it if the bands' errors had nothing to do with each other."""
    x, y, z = found.normal.split(1, dim=1)
    z = 1 + z
    p, q, g3 = x / z, y / z, z**3
    a = (found.by_x * (1 + q * q) - found.by_y * (p * q) - found.by_z * p) * g3
    b = (found.by_y * (1 + p * p) - found.by_x * (p * q) - found.by_z * q) * g3
    precision = 1 / (((a * a + b * b) / found.rest).sum(dim=1, keepdim=True) + 1 / (PRIOR * F.avg_pool2d(rough, 2) ** 2))
    return found._replace(to_p=a / found.rest * precision, to_q=b / found.rest * precision)


def correlation(one: Tensor, other: Tensor, where: Tensor) -> float:
    """Over the pixels that count, of values whose mean is 0."""
    a, b = one[where].double(), other[where].double()
    return float((a * b).mean() / torch.sqrt((a * a).mean() * (b * b).mean()))


def row(pair: Pair, name: str, guide: Guide) -> list[str]:
    """One line of the table."""
    size = torch.tensor([pair.area.pixel_size])
    image, valid = (torch.from_numpy(np.array(part))[None] for part in (guide[0], guide[1][None]))
    cubic, target = (torch.from_numpy(np.array(dem))[None, None] for dem in (pair.cubic, pair.target))
    slopes, rough = terrain.slopes(cubic, size), terrain.roughness(terrain.detail(cubic, size))
    image = (2 * image.clamp(-0.5, 1.5) - 1) * valid
    found = regress(slopes, image, valid, rough)
    # Along the sun: where brightness answers most, by the bands' sum.
    sun = F.interpolate(torch.cat([part.sum(dim=1, keepdim=True) for part in (found.by_x, found.by_y)], dim=1), scale_factor=2.0)
    sun = sun / sun.norm(dim=1, keepdim=True).clamp_min(1e-9)
    truth = (sun * (terrain.slopes(target, size) - slopes)).sum(dim=1)
    cells = []
    for one in (by_variances(found, rough), found):
        along = (sun * slope_change(one, slopes, image, valid)).sum(dim=1)
        cells.append(number(correlation(along, truth, torch.from_numpy(pair.judged)[None]), 2))
    return [pair.area.name, name, *cells]


def main() -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("runs/data"), help="folder that training.prepare wrote (runs/data)")
    options = parser.parse_args()
    try:
        pairs = [pair for pair in load_pairs(options.data, "test", 3) if pair.coarse is not None]
    except (TrainingError, OSError) as error:
        return refused(error)
    rows = []
    for pair in pairs:
        for condition, given in guides_of(pair, ("rendered guide", "real guide")):
            for seed, guide in zip(SEEDS, given, strict=False):
                name = f"{condition}, scene {seed + 1}" if len(given) > 1 else condition
                rows.append(row(pair, name, guide))
    print(table(HEAD, rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
