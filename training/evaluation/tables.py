"""Figures as Markdown: what they come to first, then area by area; several tables, none of them wide."""

from __future__ import annotations

import math
from collections.abc import Sequence

from backend.metrics.terrain import SLOPE_CLASSES
from training.evaluation.figures import Figure, Mean, means

DEFINITIONS = """\
- Errors are result minus reference, in metres. bias: mean error. NMAD: 1.4826 times the median deviation from the median. LE90: 90 % of \
the pixels err by no more. Coarse means: RMSE of the means over coarse pixels against the coarse DEM that the method was given.
- Slope and aspect in degrees, aspect where the reference is steeper than 5°; curvature: the Laplacian, 1/m times 100.
- SSIM (Gaussian window, sigma 1.5 pixels) and PSNR take the reference's highest minus lowest judged pixel as data range; it stands in the \
table.
- Relief: power spectrum over the reference's at wavelengths of 4 to 2 coarse pixels (resolved), and in the longer and the shorter half \
of what lies below, down to 2 fine pixels. 1 is as much as the reference has; whether it is the right one, RMSE tells.
- Within 1σ, 2σ: share of the errors within the model's own sigma; 0.683 and 0.954 if it is right.
- A real coarse DEM comes with its error as it was measured (68 % of its errors are no larger, its bias included), and \
"stated as" any of the sources that the backend knows: a user may be wrong.
"""
"""What the columns mean."""


def number(value: float, digits: int = 3) -> str:
    """For a table: a dash where there is none."""
    return "–" if math.isnan(value) else f"{value:.{digits}f}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def summary(figures: Sequence[Figure]) -> list[tuple[str, list[str], list[list[str]]]]:
    """Tables of means over areas: each with its title, head and rows."""
    rows = means(figures)

    def ratios(row: Mean, *names: str) -> list[str]:
        return [number(row.ratios[name]) for name in names]

    def named(row: Mean) -> list[str]:
        return [row.method, row.condition, str(row.areas)]

    errors = ("rmse", "mae", "nmad", "le90", "slope_rmse", "aspect_rmse", "curvature_rmse")
    classes = [f"rmse_{low:.0f}_{high:.0f}_degrees" for low, high in SLOPE_CLASSES]
    tables = [
        (
            "Errors divided by cubic's, mean over the areas (below 1 is better than cubic)",
            ["method", "condition", "areas", "RMSE", "MAE", "NMAD", "LE90", "slope", "aspect", "curvature"],
            [named(row) + ratios(row, *errors) for row in rows],
        ),
        (
            "Similarity and relief, mean over the areas",
            ["method", "condition", "areas", "SSIM", "PSNR above cubic (dB)", "relief, resolved", "longer half", "shorter half"],
            [
                [
                    *named(row),
                    number(row.ssim, 5),
                    number(row.psnr_gain, 2),
                    *(number(value) for value in (row.resolved, row.upper, row.lower)),
                ]
                for row in rows
            ],
        ),
        (
            "RMSE divided by cubic's, by slope of the reference, mean over the areas",
            ["method", "condition", "areas", *(degrees(low, high) for low, high in SLOPE_CLASSES)],
            [named(row) + ratios(row, *classes) for row in rows],
        ),
    ]
    if any(not math.isnan(row.one_sigma) for row in rows):
        tables.append(
            (
                "Errors within the model's own sigma, mean over the areas",
                ["method", "condition", "areas", "within 1σ", "within 2σ", *(degrees(low, high) for low, high in SLOPE_CLASSES)],
                [
                    [
                        *named(row),
                        number(row.one_sigma),
                        number(row.two_sigma),
                        *(f"{number(one)}, {number(two)}" for one, two in row.by_slope),
                    ]
                    for row in rows
                    if not math.isnan(row.one_sigma)
                ],
            )
        )
    return tables


def by_area(figures: Sequence[Figure]) -> list[tuple[str, list[str], list[list[str]]]]:
    """Tables of one area's figures: each with its title, head and rows."""

    def named(figure: Figure) -> list[str]:
        return [figure.method, figure.condition]

    tables = [
        (
            "Elevation (m)",
            ["method", "condition", "RMSE", "MAE", "bias", "NMAD", "LE90", "coarse means", "RMSE / cubic"],
            [
                [
                    *named(figure),
                    *(number(getattr(figure.scores.errors, name)) for name in ("rmse", "mae", "bias", "nmad", "le90")),
                    number(figure.scores.consistency),
                    number(figure.rmse_ratio),
                ]
                for figure in figures
            ],
        ),
        (
            f"Shape (data range {figures[0].scores.data_range:.1f} m)",
            [
                "method",
                "condition",
                "slope RMSE (°)",
                "aspect RMSE (°)",
                "curvature RMSE",
                "SSIM",
                "PSNR (dB)",
                "relief, longer half",
                "shorter",
            ],
            [
                [
                    *named(figure),
                    number(figure.scores.slope_rmse),
                    number(figure.scores.aspect_rmse, 2),
                    number(figure.scores.curvature_rmse),
                    number(figure.scores.ssim, 5),
                    number(figure.scores.psnr, 2),
                    number(figure.scores.detail.upper if figure.scores.detail else math.nan),
                    number(figure.scores.detail.lower if figure.scores.detail else math.nan),
                ]
                for figure in figures
            ],
        ),
        (
            "By slope of the reference (m)",
            ["method", "condition", "slope", "pixels", "RMSE", "MAE", "bias", "NMAD", "LE90"],
            [
                [
                    *named(figure),
                    degrees(part.low, part.high),
                    str(part.errors.pixels),
                    *(number(getattr(part.errors, name)) for name in ("rmse", "mae", "bias", "nmad", "le90")),
                ]
                for figure in figures
                for part in figure.scores.by_slope
                if part.errors.pixels
            ],
        ),
    ]
    if any(figure.scores.coverage for figure in figures):
        tables.append(
            (
                "Errors within the model's own sigma",
                ["method", "condition", "slope", "mean σ (m)", "within 1σ", "within 2σ"],
                [
                    [*named(figure), slope, *(number(value) for value in (covered.sigma, covered.one_sigma, covered.two_sigma))]
                    for figure in figures
                    for slope, covered in [
                        ("all", figure.scores.coverage),
                        *((degrees(part.low, part.high), part.coverage) for part in figure.scores.by_slope if part.errors.pixels),
                    ]
                    if covered is not None
                ],
            )
        )
    return tables


def markdown(figures: Sequence[Figure], title: str) -> str:
    """The whole report."""
    parts = [f"# {title}", DEFINITIONS]
    parts += [f"## {name}\n\n{table(head, rows)}" for name, head, rows in summary(figures)]
    for area in dict.fromkeys(figure.area for figure in figures):
        parts.append(f"## {area}")
        rows_of_area = [figure for figure in figures if figure.area == area]
        parts += [f"### {area}: {name}\n\n{table(head, rows)}" for name, head, rows in by_area(rows_of_area)]
    return "\n\n".join(parts) + "\n"


def degrees(low: float, high: float) -> str:
    return f"over {low:.0f}°" if high >= 90 else f"{low:.0f}–{high:.0f}°"
