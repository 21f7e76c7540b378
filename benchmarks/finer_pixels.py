"""What a real coarse DEM becomes on pixels that are smaller than its own by other ratios than the one that its area is prepared for.

    python benchmarks/finer_pixels.py --data runs/data --split validation

The backend makes each real coarse DEM finer as files, without an image, on the reference's grid with pixels 1 to 3 times smaller than the
coarse DEM's, trusted, named as what it may be, and by its own error. The reference is brought there by cubic resampling: it lacks detail on
such pixels, and what the coarse DEM has wrong is much longer than they are. Printed are RMSE and slope RMSE over those of cubic resampling,
and the errors within sigma. At ratios below 2 the backend may run the model on pixels half as large (backend/halving.py): both are shown.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from borders import read  # noqa: E402
from lattices import not_halved  # noqa: E402
from opening import opened  # noqa: E402

from backend.dem_source import SOURCES  # noqa: E402
from backend.grid import Grid  # noqa: E402
from backend.metrics import terrain  # noqa: E402
from backend.resample import Sampler, read_array  # noqa: E402
from backend.settings import Settings  # noqa: E402
from backend.superresolve import run  # noqa: E402
from backend.windows import Window  # noqa: E402
from training.data.areas import Area, load_areas  # noqa: E402
from training.evaluation.pairs import with_real_coarse  # noqa: E402
from training.evaluation.tables import table  # noqa: E402

RATIOS = (1.0, 1.1, 1.5, 2.0, 3.0)
NAMED = ("srtm", "nasadem", "glo30")
BORDER = 4
"""Coarse pixels that are left out around gaps and borders."""

Floats = NDArray[np.float64]


def finer(area: Area, ratio: float) -> tuple[Grid, Floats]:
    """The area's grid in pixels `ratio` times smaller than the coarse DEM's, and the reference on it, NaN where unknown."""
    assert area.cells is not None
    grid = area.cells.area
    by = ratio * grid.pixel_size / area.cells.grid.pixel_size
    made = Grid(grid.crs, grid.transform @ Affine.scale(1 / by), int(grid.width * by), int(grid.height * by))
    reach = int(BORDER * ratio)
    values, known = Sampler(grid, made).sample(
        Window(0, 0, made.width, made.height), read_array(area.dem), bands=1, reach=reach, whole=True
    )
    return made, np.where(known, values[0].astype(np.float64), np.nan)


def write(path: str, values: NDArray[np.float32], grid: Grid) -> None:
    profile = {"width": grid.width, "height": grid.height, "count": 1, "dtype": values.dtype, "crs": grid.crs, "transform": grid.transform}
    with rasterio.open(path, "w", driver="GTiff", nodata=-9999, **profile) as file:
        file.write(np.where(np.isfinite(values), values, -9999).astype(values.dtype), 1)


def figures(made: Floats, cubic: Floats, true: Floats, sigma: Floats | None) -> str:
    judged = np.isfinite(made - cubic - true)
    off, before = (made - true)[judged], (cubic - true)[judged]
    tangents = [np.hypot(*terrain.gradient(dem, 1.0, 1.0)) for dem in (made, cubic, true)]
    steep = [float(np.sqrt(np.nanmean((one - tangents[2]) ** 2))) for one in tangents[:2]]
    within = "–" if sigma is None else f"{np.mean(np.abs(off) <= sigma[judged]):.0%}"
    return f"{np.sqrt(np.mean(off**2) / np.mean(before**2)):.3f}, {steep[0] / steep[1]:.3f}, {within}"


def main() -> None:
    options, model, _ = opened("What real coarse DEMs become on other pixels.")
    rows = []
    for area in load_areas(options.data, options.split):
        pair = with_real_coarse(area, options.ratio)
        if pair is None or area.cells is None:
            continue
        stated = {"trusted": 0.0, **{name: SOURCES[name].error for name in NAMED}, "its own": pair.dem_error}
        with tempfile.TemporaryDirectory() as folder:
            names = {name: str(Path(folder) / f"{name}.tif") for name in ("dem", "like", "output", "difference", "uncertainty")}
            write(names["dem"], area.cells.dem, area.cells.grid)
            for ratio in RATIOS:
                grid, true = finer(area, ratio)
                write(names["like"], np.zeros((grid.height, grid.width), np.float32), grid)

                def measured(error: float, true: Floats = true, names: dict[str, str] = names) -> str:
                    run(Settings(**names, model=str(model.path), dem_error=error, overwrite=True), lambda _event: None)  # type: ignore[arg-type]
                    fine, added, sigma = (
                        np.where((values := read(names[name])) == -9999, np.nan, values) for name in ("output", "difference", "uncertainty")
                    )
                    return figures(fine, fine - added, true, sigma)

                rows.append([area.name, f"{ratio:g}", *(measured(error) for error in stated.values())])
                if 1.02 < ratio < 1.9:
                    with not_halved():
                        rows.append(["", f"{ratio:g}, not halved", *(measured(error) for error in stated.values())])
    print(f"{model.card.name} {model.card.version}, {options.split}: RMSE / cubic's, slope RMSE / cubic's, errors within sigma\n")
    print(table(["area", "ratio", "trusted", *NAMED, "its own error"], rows))


if __name__ == "__main__":
    main()
