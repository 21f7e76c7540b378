"""Pictures of DEMs and of figures, as PNG files. Pictures to be compared share one scale."""

from __future__ import annotations

import io
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
from PIL import Image

from backend.metrics.terrain import hillshade as lit
from training.evaluation.resamplers import KERNELS
from training.metrics import slopes

matplotlib.use("Agg")

Floats = NDArray[np.float32]
DIVERGING = "RdBu_r"
LEAST_EDGE = 512
"""Smaller pictures are enlarged pixel by pixel to at least this many."""
THEMES = {"light": ("#1b1f24", "#ffffff"), "dark": ("#e6e8eb", "#16191d")}
"""Ink and paper of drawings."""
PANEL_WIDTH = 1000
"""Pixels of `write_panel`: what a page of text is wide."""


def hillshade(dem: Floats, dx: float, dy: float) -> NDArray[np.float64]:
    """Brightness 0..1 of `dem` (H, W) metres, north up. Unlike Matplotlib's it isn't stretched to each picture's own range."""
    return lit(*slopes(dem, dx, dy))


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


def write_panel(
    path: Path,
    hillshades: Mapping[str, NDArray[np.float64]],
    errors: Mapping[str, NDArray[np.float64]],
    *,
    title: str,
    aspect: float,
) -> None:
    """One picture of a place, in two rows of three, PANEL_WIDTH pixels wide.

    `hillshades` (h, w) by name: "reference", two others and, if known, "coarse input"; `errors` (h, w), metres, of those two others. NaN is
    left white. All hillshades have the reference's range of brightness, the errors the range -l to l, where l is what 98 % of the first
    one's pixels stay below. `aspect`: height of a pixel on the ground divided by its width.
    """
    names = [name for name in hillshades if name not in ("reference", "coarse input")]
    left = ["coarse input", "reference"] if "coarse input" in hillshades else ["reference", ""]
    rows, columns = hillshades["reference"].shape
    low, high = (float(value) for value in np.nanpercentile(hillshades["reference"], (0.5, 99.5)))
    limit = max(float(np.nanpercentile(np.abs(next(iter(errors.values()))), 98)), 1e-3)
    # All in pixels: the title, twice a heading with three pictures, the scale.
    gap, heading, scale = 8, 28, 76
    across = (PANEL_WIDTH - 4 * gap) // 3
    down = round(across * aspect * rows / columns)
    height = 2 * (heading + down) + heading + scale
    canvas = Canvas(figsize=(PANEL_WIDTH / 100, height / 100), dpi=100, facecolor="white")

    def axes(x: float, y: float, width: float, tall: float) -> matplotlib.axes.Axes:
        return canvas.add_axes((x / PANEL_WIDTH, 1 - (y + tall) / height, width / PANEL_WIDTH, tall / height))

    for place, name in enumerate([left[0], *names, left[1], *errors]):
        axis = axes(gap + place % 3 * (across + gap), 2 * heading + place // 3 * (down + heading), across, down)
        axis.set_axis_off()
        axis.set_title(name, fontsize=12, pad=6)
        if name in errors:
            axis.imshow(errors[name], cmap=DIVERGING, norm=Normalize(-limit, limit), aspect="auto")
        elif name:
            axis.imshow(hillshades[name], cmap="gray", norm=Normalize(low, max(high, low + 1e-6)), aspect="auto")
    mappable = matplotlib.cm.ScalarMappable(Normalize(-limit, limit), colormaps[DIVERGING])
    under = axes(2 * gap + across + 40, height - scale + 12, 2 * across + gap - 80, 12)
    canvas.colorbar(mappable, cax=under, orientation="horizontal", extend="both").set_label("error (m): blue too low, red too high")
    canvas.suptitle(title, fontsize=14, y=1 - 6 / height, verticalalignment="top")
    drawing = io.BytesIO()
    canvas.savefig(drawing, format="png", dpi=100)
    # One grey and one diverging scale need no more than 256 colours, and the file is a third as large.
    colours = np.concatenate([colormaps[name](np.linspace(0, 1, 128), bytes=True)[:, :3] for name in ("gray", DIVERGING)]).tobytes()
    palette = Image.new("P", (1, 1))
    palette.putpalette(colours)
    picture = Image.open(drawing).convert("RGB")
    nearest = np.array(picture.quantize(palette=palette, dither=Image.Dither.NONE))
    # Pillow takes a colour near to white for it; the paper must not be grey.
    nearest[(np.asarray(picture) == 255).all(axis=2)] = 127
    reduced = Image.fromarray(nearest, "P")
    reduced.putpalette(colours)
    reduced.save(path, optimize=True)


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
