"""A tile that does not fit in memory is run in parts, and on the processor at last.

The parts overlap by the model's halo, as tiles do: the pixels are the same.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backend.card import ModelCard
from backend.engines import PROCESSOR, Engine, Floats, Say
from backend.errors import ResourceError
from backend.windows import Window, tiles

_SMALLEST = 128
"""Pixels: the halo makes smaller parts cost several times what they give."""


class SparingEngine:
    """Runs another engine, with less at once from the first tile on that its memory is too small for. See Engine.

    `on_processor` opens the engine that takes over where even small parts do not fit, unless it is the processor that runs. What gave up is
    let go then, with its device's memory.
    """

    def __init__(self, engine: Engine, card: ModelCard, on_processor: Callable[[], Engine], say: Say) -> None:
        self._engine = engine
        self._card = card
        self._on_processor = None if engine.provider in PROCESSOR else on_processor
        self._say = say
        self._stopped = False
        self._edge = 0
        """Of a part, pixels; 0: the whole tile."""
        self._before = ""
        self.sigma = engine.sigma

    @property
    def provider(self) -> str:
        """What runs the model, and what ran it before that gave up."""
        parts = f" in parts of {self._edge} pixels" if self._edge else ""
        return f"{self._before}{self._engine.provider}{parts}"

    @property
    def providers(self) -> tuple[str, ...]:
        """See Engine."""
        return self._engine.providers

    def run(self, dem: Floats, guide: Floats, guide_valid: Floats, pixel_size: float, dem_error: float) -> tuple[Floats, Floats | None]:
        """See Engine."""
        while True:
            try:
                return self._run(dem, guide, guide_valid, pixel_size, dem_error)
            except ResourceError as error:
                self._ask_for_less(dem, error)

    def stop(self) -> None:
        """See Engine."""
        self._stopped = True
        self._engine.stop()

    def _ask_for_less(self, dem: Floats, error: ResourceError) -> None:
        half = (self._edge or max(dem.shape)) // 2
        gave_up = f"A tile of {dem.shape[1]} x {dem.shape[0]} pixels does not fit in the memory of {self._engine.provider}"
        if half >= _SMALLEST:
            self._edge = half
            self._say("warning", f"{gave_up}: from here on it is run in parts of {half} pixels, which takes longer.")
        elif self._on_processor is not None:
            self._before = f"{self._engine.provider}, then "
            self._engine, self._on_processor, self._edge = self._on_processor(), None, 0
            if self._stopped:  # while that one was opened
                self._engine.stop()
            self._say("warning", f"{gave_up}, not even in parts: the processor takes over.")
        else:
            raise error

    def _run(self, dem: Floats, guide: Floats, guide_valid: Floats, pixel_size: float, dem_error: float) -> tuple[Floats, Floats | None]:
        if not self._edge:
            return self._engine.run(dem, guide, guide_valid, pixel_size, dem_error)
        height, width = dem.shape
        elevation = np.empty_like(dem)
        sigma = np.empty_like(dem) if self.sigma else None
        whole = Window(0, 0, width, height)
        for part in tiles(width, height, tile=self._edge, halo=self._card.halo, multiple=self._card.size_multiple):
            read = part.read.within(whole)
            of_tile, of_part = whole.cut(part.core), read.cut(part.core)
            cut = whole.cut(read)
            made, made_sigma = self._engine.run(dem[cut], guide[:, *cut], guide_valid[cut], pixel_size, dem_error)
            elevation[of_tile] = made[of_part]
            if sigma is not None and made_sigma is not None:
                sigma[of_tile] = made_sigma[of_part]
        return elevation, sigma
