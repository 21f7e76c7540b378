"""Places that a model card shows: of each pair a typical one and the worst one, and the most level one of all.

Which places those are is a rule's doing, not a person's: see `Places`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.evaluation import pictures
from training.evaluation.figures import CUBIC
from training.evaluation.page import EDGE, typical_window
from training.evaluation.pairs import Pair
from training.evaluation.resamplers import KERNELS

Floats = NDArray[np.float32]
REAL_COARSE = "real coarse DEM, "
"""What the conditions of a pair with a real coarse DEM begin with (training/evaluation/figures.py)."""
LEAST_ERROR = 0.25
"""Of cubic's RMSE in the whole pair: where cubic has less to get wrong, a ratio to it says nothing."""
LEAST_JUDGED = 0.5
"""Of the pixels of a window: worst and level places are not looked for at the edge of what is known."""
LEVEL = 1.0
"""Degrees: ground that is less steep is level, as lakes and valley floors are."""
LEAST_LEVEL = 0.25
"""Of the pixels of a window: with less there is no level place to show."""
EXAGGERATION = 5.0
"""Of heights, in the hillshade of level ground, where nothing would be seen otherwise."""


@dataclass(frozen=True)
class Place:
    """A window of a pair, and what the model made there under `condition`: `result` (h, w), metres."""

    pair: Pair
    condition: str
    rows: slice
    columns: slice
    result: Floats

    @property
    def kilometres(self) -> tuple[float, float]:
        """Width and height on the ground."""
        height, width = self.result.shape
        return width * self.pair.area.dx / 1000, height * self.pair.area.dy / 1000

    @property
    def rmse(self) -> float:
        """The model's in this window, metres."""
        return _rmse(self.pair, self.result - self.pair.target[self.rows, self.columns], self.rows, self.columns)

    @property
    def rmse_cubic(self) -> float:
        """Cubic's in this window, metres."""
        return _rmse(self.pair, (self.pair.cubic - self.pair.target)[self.rows, self.columns], self.rows, self.columns)

    @property
    def ratio(self) -> float:
        """The model's RMSE over cubic's, in this window."""
        return self.rmse / self.rmse_cubic


@dataclass
class Places:
    """Gathers what `evaluate` shows it (its `keep`): windows, not whole areas.

    `typical`: of each pair the window of cubic's median error, with its real guide, or a rendered one where it has none. `worst`: of each
    pair the window and the condition with a guide where the result's RMSE is largest against cubic's, among windows of the same size that
    overlap by half, LEAST_ERROR and LEAST_JUDGED. `level`: over all pairs the window of half that edge with most level ground; None where
    LEAST_LEVEL is nowhere reached. Of several guides of a condition the first is shown.
    """

    typical: list[Place] = field(default_factory=list)
    worst: list[Place] = field(default_factory=list)
    level: Place | None = None
    _most_level: float = LEAST_LEVEL

    def keep(self, pair: Pair, condition: str, method: str, elevation: Floats) -> None:
        """See training.evaluation.figures.Keep."""
        guide = condition.removeprefix(REAL_COARSE)
        if method in KERNELS or condition.endswith("no guide"):
            return
        if guide == ("rendered guide" if pair.area.guide is None else "real guide"):
            self.typical.append(_place(pair, condition, typical_window(pair), elevation))
            self._look_for_level(pair, condition, elevation)
        place = worst_place(pair, condition, elevation)
        if place is None:
            return
        if not self.worst or self.worst[-1].pair is not pair:
            self.worst.append(place)
        elif place.ratio > self.worst[-1].ratio:
            self.worst[-1] = place

    def _look_for_level(self, pair: Pair, condition: str, elevation: Floats) -> None:
        for window in _windows(pair, min(EDGE // 2, *pair.target.shape)):
            share = float((pair.terrain.slope[window] < LEVEL).mean())
            if pair.judged[window].mean() >= LEAST_JUDGED and share > self._most_level:
                self._most_level, self.level = share, _place(pair, condition, window, elevation)


def worst_place(pair: Pair, condition: str, elevation: Floats) -> Place | None:
    """Where `elevation` (H, W) errs most against cubic; None where no window has enough to judge."""
    everywhere = (slice(None), slice(None))
    least = LEAST_ERROR * _rmse(pair, pair.cubic - pair.target, *everywhere)
    places = [
        _place(pair, condition, window, elevation)
        for window in _windows(pair, min(EDGE, *pair.target.shape))
        if pair.judged[window].mean() >= LEAST_JUDGED
    ]
    return max((place for place in places if place.rmse_cubic >= least > 0), key=lambda place: place.ratio, default=None)


def write_place(path: Path, place: Place, method: str, *, exaggeration: float = 1.0) -> None:
    """Draws a place: coarse input, cubic, result and reference in one light, and the errors of cubic and result on one scale."""
    pair, area, window = place.pair, place.pair.area, (place.rows, place.columns)
    reference, cubic = pair.target[window], pair.cubic[window]
    known = np.isfinite(area.dem[: pair.target.shape[0], : pair.target.shape[1]][window])

    def shade(dem: Floats, times: int = 1) -> NDArray[np.float64]:
        return pictures.hillshade(exaggeration * dem, times * area.dx, times * area.dy)

    hillshades = {"reference": shade(reference), CUBIC: shade(cubic), method: shade(place.result)}
    if pair.coarse is not None:
        # Each coarse pixel as one square: what a GIS shows of the coarse DEM.
        squares = np.repeat(np.repeat(shade(pair.coarse, pair.ratio), pair.ratio, axis=0), pair.ratio, axis=1)
        hillshades["coarse input"] = squares[window]
    errors = {f"{CUBIC} − reference": cubic - reference, "result − reference": place.result - reference}
    width, height = place.kilometres
    heights = "" if exaggeration == 1 else f", heights × {exaggeration:g}"
    pictures.write_panel(
        path,
        {name: np.where(known, values, np.nan) for name, values in hillshades.items()},
        {name: np.where(pair.judged[window], values, np.nan) for name, values in errors.items()},
        title=f"{area.name}, {place.condition}: {width:.1f} × {height:.1f} km{heights}",
        aspect=area.dy / area.dx,
    )


def _place(pair: Pair, condition: str, window: tuple[slice, slice], elevation: Floats) -> Place:
    return Place(pair, condition, *window, elevation[window].copy())


def _windows(pair: Pair, edge: int) -> list[tuple[slice, slice]]:
    """All windows of `edge` pixels that overlap their neighbours by half, and those at the south and east borders."""
    height, width = pair.target.shape
    tops, lefts = (sorted({*range(0, size - edge + 1, max(1, edge // 2)), size - edge}) for size in (height, width))
    return [(slice(top, top + edge), slice(left, left + edge)) for top in tops for left in lefts]


def _rmse(pair: Pair, difference: Floats, rows: slice, columns: slice) -> float:
    """Of `difference` (h, w), which covers the window, at its judged pixels."""
    return float(np.sqrt(np.mean(np.square(difference[pair.judged[rows, columns]], dtype=np.float64))))
