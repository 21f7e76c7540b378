"""What a run is asked for: the command line's words, and what of them cannot be, whatever the rasters are."""

from __future__ import annotations

from dataclasses import dataclass, fields

from backend import dem_source, models
from backend.errors import InputError
from backend.grid import Bounds
from backend.processors import check_threads
from backend.rasters import anywhere
from backend.terminal import command_line

DEFAULT_TILE = 1280
"""Pixels. With a halo of 56, and the 8 that back-projection reaches at ratio 3, a tile of 512 costs 1.56 times its core, one of 1,280 1.21
times, and takes 2.3 GB of memory."""
SMALLEST_TILE, LARGEST_TILE = 16, 8192
_MADE = ("uncertainty", "difference", "report")
_FILES = ("guide", "model", "like", *_MADE)
"""Settings that name files, and those of them that a run makes."""


@dataclass(frozen=True)
class Settings:
    """What the command line says; see docs/contracts.md for each option. `threads` and `tile` 0: chosen here."""

    dem: str
    output: str
    band: int = 1
    guide: str | None = None
    guide_bands: tuple[int, ...] | None = None
    model: str | None = None
    model_is_a_program: bool = False
    dem_source: str = "auto"
    dem_error: float | None = None
    resolution: float | None = None
    like: str | None = None
    extent: Bounds | None = None
    extent_crs: str | None = None
    device: str = "auto"
    tile: int = 0
    threads: int = 0
    thorough: bool = False
    overwrite: bool = False
    uncertainty: str | None = None
    difference: str | None = None
    report: str | None = None

    def command(self) -> str:
        """The command line that says the same, from whatever folder."""
        words = ["python", "-m", "backend", "superresolve"]
        for setting in fields(self):
            value = getattr(self, setting.name)
            if setting.name not in ("dem", "output") and value != setting.default:
                said = ",".join(map(repr, value)) if isinstance(value, tuple) else str(value)
                # The name of an installed model is no file's, whatever lies in this folder.
                if setting.name in _FILES and not (setting.name == "model" and said in models.installed()):
                    said = anywhere(said, made=setting.name in _MADE)
                words.append(f"--{setting.name.replace('_', '-')}" + ("" if value is True else f"={said}"))
        return command_line([*words, "--", anywhere(self.dem), anywhere(self.output, made=True)])


def check_numbers(settings: Settings) -> None:
    """Raises InputError (option-invalid)."""
    if settings.tile and not SMALLEST_TILE <= settings.tile <= LARGEST_TILE:
        raise InputError(
            "option-invalid", f"--tile is {settings.tile}.", f"Pass {SMALLEST_TILE} to {LARGEST_TILE} pixels, or leave it out."
        )
    check_threads(settings.threads)
    if settings.dem_error is not None and not 0 <= settings.dem_error <= dem_source.HIGHEST_ERROR:
        raise InputError(
            "option-invalid",
            f"--dem-error is {settings.dem_error:g} m.",
            f"Pass 0 (trust the DEM) to {dem_source.HIGHEST_ERROR:,.0f} metres, one standard deviation.",
        )
    if settings.dem_error is not None and settings.dem_source != "auto":
        raise InputError("option-invalid", f"Both --dem-source {settings.dem_source} and --dem-error were passed.", "Pass one of them.")
    if settings.dem_source not in dem_source.NAMES:
        raise InputError("option-invalid", f"--dem-source is {settings.dem_source!r}.", f"Pass one of: {', '.join(dem_source.NAMES)}.")
    if settings.resolution is not None and settings.like is not None:
        raise InputError("option-invalid", "Both --resolution and --like were passed.", "Pass one of them.")
    if settings.guide_bands is not None and settings.guide is None:
        raise InputError("option-invalid", "--guide-bands was passed without --guide.", "Pass --guide IMAGE too.")
    if settings.extent_crs is not None and settings.extent is None:
        raise InputError("option-invalid", "--extent-crs was passed without --extent.", "Pass --extent too.")
