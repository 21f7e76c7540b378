"""The halo that inference needs, measured: what can influence a pixel reaches farther than what does.

Convolutions in a row can look far; how far these weights do is another matter. Beyond some distance all that is left is rounding, and a
smaller halo is computed in less time: at 126 pixels a tile of 1,024 costs 1.55 times its core, at 56 1.23 times.
"""

from __future__ import annotations

from pathlib import Path

import torch

from training.data.areas import SPLITS, load_areas
from training.data.batches import BatchSource, DataSettings
from training.errors import ExportError, TrainingError
from training.networks.generator import SuperResolver

CORE = 64
"""Pixels along each side of the middle that is compared."""
BATCHES = 6
TOLERANCE = 5e-4
"""Pixel sizes: what a tile's border may change. Rounding alone makes 3e-4 on the steepest ground."""


@torch.no_grad()
def largest_difference(network: SuperResolver, source: BatchSource, halo: int) -> float:
    """Between the middle of patches and the same computed with `halo` pixels around it, in pixel sizes."""
    worst = 0.0
    for step in range(BATCHES):
        batch = source.batch(step)
        edge = (batch.dem.shape[-1] - CORE) // 2
        whole, kept = network(*batch.inputs())[0], (..., slice(edge, -edge), slice(edge, -edge))
        cut = (..., slice(edge - halo, halo - edge or None), slice(edge - halo, halo - edge or None))
        part = network(batch.dem[cut], batch.guide[cut], batch.guide_valid[cut], batch.pixel_size, batch.dem_error)[0]
        difference = (part[..., halo:-halo, halo:-halo] - whole[kept]).abs().amax(dim=(1, 2, 3)) / batch.pixel_size
        worst = max(worst, float(difference.max()))
    return worst


def check_halo(network: SuperResolver, data: Path, halo: int) -> float:
    """The largest difference that a `halo` of so many pixels makes on prepared areas, of any split: no weight is fitted to it.

    Raises ExportError where it is more than TOLERANCE, where `halo` is none, and where nothing was prepared.
    """
    multiple = network.size_multiple
    if not 0 < halo < network.halo or halo % multiple:
        raise ExportError(
            f"--halo {halo} is no multiple of {multiple} from {multiple} to {network.halo - multiple}.",
            "Leave it out to have the whole halo.",
        )
    areas = [area for split in SPLITS for area in load_areas(data, split)]
    if not areas:
        raise ExportError(f"{data} has no areas to measure a halo on.", "Name the folder that training.prepare wrote with --data.")
    settings = DataSettings(patch=2 * network.halo + CORE, batch=3, ratios=(3,), ratio_shares=(1.0,))
    try:
        found = largest_difference(network, BatchSource(areas, settings, seed=0), halo)
    except TrainingError as error:
        largest = max(min(area.dem.shape) for area in areas)
        raise ExportError(
            f"--halo {halo} cannot be measured on areas this small or with so many gaps: {settings.patch} pixels are looked at in all "
            f"directions, and the largest area has {largest}.",
            "Leave it out to have the whole halo, or prepare larger areas.",
        ) from error
    if found > TOLERANCE:
        raise ExportError(f"With --halo {halo} a tile's border changes elevations by {found:.1e} pixel sizes.", "Take a larger one.")
    return found
