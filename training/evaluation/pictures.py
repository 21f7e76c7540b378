"""Pictures of DEMs and of figures, as PNG files. Pictures to be compared share one scale."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib import colormaps, image
from matplotlib.colors import Normalize
from matplotlib.figure import Figure as Canvas
from numpy.typing import NDArray

from training.evaluation.resamplers import KERNELS
from training.metrics import slopes

matplotlib.use("Agg")

Floats = NDArray[np.float32]
SUN_AZIMUTH, SUN_HEIGHT = 315.0, 45.0
"""Degrees: the light that maps usually have."""
DIVERGING = "RdBu_r"
LEAST_EDGE = 512
"""Smaller pictures are enlarged pixel by pixel to at least this many."""
THEMES = {"light": ("#1b1f24", "#ffffff"), "dark": ("#e6e8eb", "#16191d")}
"""Ink and paper of drawings."""


def hillshade(dem: Floats, dx: float, dy: float) -> NDArray[np.float64]:
    """Brightness 0..1 of `dem` (H, W) metres, north up. Unlike Matplotlib's it isn't stretched to each picture's own range."""
    east, south = slopes(dem, dx, dy)
    azimuth, height = math.radians(SUN_AZIMUTH), math.radians(SUN_HEIGHT)
    light = math.sin(height) - math.cos(height) * (math.sin(azimuth) * east - math.cos(azimuth) * south)
    return np.clip(light / np.sqrt(1 + east**2 + south**2), 0, 1)


def write_raster(path: Path, values: NDArray[np.float64] | Floats, low: float, high: float, colours: str) -> None:
    """`values` (H, W) from `low` to `high` in a colour map; NaN is transparent."""
    times = max(1, math.ceil(LEAST_EDGE / max(values.shape)))
    pixels = colormaps[colours](Normalize(low, high, clip=True)(np.ma.masked_invalid(values)), bytes=True)
    image.imsave(path, np.repeat(np.repeat(pixels, times, axis=0), times, axis=1))


def write_colour_bar(path: Path, limit: float, theme: str) -> None:
    """The scale of error maps, -limit to limit metres."""
    ink, paper = THEMES[theme]
    canvas = Canvas(figsize=(5, 0.75), layout="constrained", facecolor=paper)
    axis = canvas.add_subplot()
    bar = canvas.colorbar(
        matplotlib.cm.ScalarMappable(Normalize(-limit, limit), colormaps[DIVERGING]), cax=axis, orientation="horizontal", extend="both"
    )
    bar.set_label("result − reference (m)", color=ink)
    axis.tick_params(colors=ink)
    canvas.savefig(path, dpi=130)


def write_profile(path: Path, distance: NDArray[np.floating], reference: Floats, others: Mapping[str, Floats], theme: str) -> None:
    """Elevations along a line (N,) above, what each method errs by below; `distance` in metres."""
    canvas, (above, below) = _axes(theme, 2)
    above.plot(distance, reference, color=THEMES[theme][0], linewidth=2, label="reference")
    for number, (name, line) in enumerate(others.items()):
        for axis, values in ((above, line), (below, line - reference)):
            axis.plot(distance, values, color=f"C{number}", linewidth=0.8 if name in KERNELS else 1.5, label=name)
    below.axhline(0, color=THEMES[theme][0], linewidth=1)
    above.set_ylabel("elevation (m)")
    below.set_ylabel("error (m)")
    below.set_xlabel("along the dashed line, west to east (m)")
    _legend(above, theme)
    canvas.savefig(path, dpi=130)


def write_spectra(path: Path, curves: Mapping[str, tuple[Sequence[float], Sequence[float]]], ratio: int, theme: str) -> None:
    """Each method's power over the reference's, by wavelength in pixels."""
    canvas, (axis,) = _axes(theme, 1)
    for number, (name, (wavelengths, values)) in enumerate(curves.items()):
        axis.plot(wavelengths, values, color=f"C{number}", linewidth=1.4, label=name)
    axis.axhline(1, color=THEMES[theme][0], linewidth=1)
    axis.axvline(2 * ratio, color=THEMES[theme][0], linewidth=1, linestyle=":")
    axis.annotate("2 coarse pixels", (2 * ratio, 1.02), xycoords=("data", "axes fraction"), ha="center", color=THEMES[theme][0], fontsize=9)
    axis.set_xscale("log", base=2)
    ticks = [64, 32, 16, 8, 4, 2]
    axis.set_xticks(ticks, [str(tick) for tick in ticks])
    axis.set_xlim(64, 2)
    axis.set_ylim(0, 1.6)
    axis.set_xlabel("wavelength (fine pixels)")
    axis.set_ylabel("power / reference's")
    _legend(axis, theme)
    canvas.savefig(path, dpi=130)


def _axes(theme: str, rows: int) -> tuple[Canvas, list[matplotlib.axes.Axes]]:
    ink, paper = THEMES[theme]
    canvas = Canvas(figsize=(6.4, 3.4 + 1.8 * (rows - 1)), layout="constrained", facecolor=paper)
    axes = np.ravel(canvas.subplots(rows, 1, sharex=True)).tolist()
    for axis in axes:
        axis.set_facecolor(paper)
        axis.tick_params(colors=ink)
        axis.xaxis.label.set_color(ink)
        axis.yaxis.label.set_color(ink)
        for spine in axis.spines.values():
            spine.set_color(ink)
        axis.grid(color=ink, alpha=0.15)
    return canvas, axes


def _legend(axis: matplotlib.axes.Axes, theme: str) -> None:
    style: dict[str, Any] = {"loc": "outside lower center", "ncols": 2, "frameon": False, "labelcolor": THEMES[theme][0], "fontsize": 9}
    axis.figure.legend(*axis.get_legend_handles_labels(), **style)
