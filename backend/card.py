"""A model card: what a model file says about itself (docs/contracts.md, "The model file").

An ONNX file carries it as JSON in its metadata under the key `siran_card`; a TorchScript file has it beside
itself, as `NAME.card.json`.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from backend.errors import CardError

METADATA_KEY = "siran_card"
FORMAT = 1
_LONGEST = {"name": 100, "version": 100, "title": 1000, "licence": 1000}
"""Characters; logs, tags and lists show them."""

INPUTS: dict[str, int] = {"dem": 1, "guide": 3, "guide_valid": 1}
"""Raster inputs and their channels, each (N, channels, H, W) float32."""
SCALARS = ("pixel_size", "dem_error")
"""Scalar inputs, each (N,) float32, metres."""
OUTPUTS = ("elevation", "sigma")
"""Outputs, each (N, 1, H, W) float32, metres; sigma may be missing."""
HIGHEST_RATIO = 1000
"""No model sees a thousand pixels in one; an output that large cannot be counted."""


@dataclass(frozen=True)
class ModelCard:
    """What a user and the tile pipeline must know about a model.

    `ratio` is the input-to-output pixel ratio that is the default, `ratios` the lowest and highest that it was trained for;
    `pixel_sizes` the smallest and largest target pixel and `dem_errors` the lowest and highest input error, metres;
    `size_multiple` what H and W must be multiples of; `halo` the pixels on each side that are to be read around a tile;
    `back_projection` whether its results are to be brought back to the means over the DEM's own pixels (backend/back_projection.py).
    """

    name: str
    version: str
    title: str
    ratio: float
    ratios: tuple[float, float]
    pixel_sizes: tuple[float, float]
    dem_errors: tuple[float, float]
    size_multiple: int
    halo: int
    guide_required: bool
    licence: str
    back_projection: bool = False
    training_data: list[dict[str, str]] = field(default_factory=list)
    held_out: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuses what the pipeline could not work with. Raises CardError."""
        # A file of that name need not exist, but could.
        if not self.name.isprintable() or self.name in ("", ".", "..") or set("/\\") & set(self.name):
            raise CardError(f"The model card's name, {self.name!r:.80}, is no name for a file.")
        for name, most in _LONGEST.items():
            if len(getattr(self, name)) > most:
                raise CardError(f"The model card's {name} has {len(getattr(self, name)):,} characters, more than {most:,}.")
        for name in ("ratios", "pixel_sizes", "dem_errors"):
            low, high = getattr(self, name)
            if not 0 <= low <= high < math.inf:
                raise CardError(f"The model card's {name} are {low}..{high}, which is no range.")
        if not self.ratios[0] > 0:
            raise CardError(f"The model card's ratios begin at {self.ratios[0]:g}, not above 0.")
        if not self.ratios[0] <= self.ratio <= self.ratios[1]:
            raise CardError(f"The model card's default ratio {self.ratio} lies outside of its ratios {self.ratios}.")
        if self.ratio < 1:
            raise CardError(f"The model card's default ratio is {self.ratio}: nothing would become finer.")
        if self.ratio > HIGHEST_RATIO:
            raise CardError(f"The model card's default ratio is {self.ratio:g}, more than {HIGHEST_RATIO}.")
        if not 1 <= self.size_multiple <= 256:
            raise CardError(f"The model card's size_multiple is {self.size_multiple}, not 1..256.")
        if not 0 <= self.halo <= 1024:
            raise CardError(f"The model card's halo is {self.halo} pixels, not 0..1024.")

    def to_json(self) -> str:
        """The card as JSON, with its format number."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1)


def card_from_json(text: str) -> ModelCard:
    """The card that `text` holds. Raises CardError where it is not one."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CardError(f"The model card is not JSON ({error}).") from error
    if not isinstance(values, dict) or values.pop("format", None) != FORMAT:
        raise CardError(f"The model card is not of format {FORMAT}.", "Use a model that was exported for this version.")
    known = {f.name for f in fields(ModelCard)}
    if unknown := sorted(values.keys() - known):
        raise CardError(f"The model card has unknown fields: {', '.join(unknown):.200}.")
    try:
        # JSON may hold halves of characters, which no file, tag or page takes.
        json.dumps(values, ensure_ascii=False).encode()
        return ModelCard(
            name=_text("name", values["name"]),
            version=_text("version", values["version"]),
            title=_text("title", values["title"]),
            ratio=_number("ratio", values["ratio"]),
            ratios=_pair("ratios", values["ratios"]),
            pixel_sizes=_pair("pixel_sizes", values["pixel_sizes"]),
            dem_errors=_pair("dem_errors", values["dem_errors"]),
            size_multiple=_count("size_multiple", values["size_multiple"]),
            halo=_count("halo", values["halo"]),
            guide_required=_flag("guide_required", values["guide_required"]),
            licence=_text("licence", values["licence"]),
            back_projection=_flag("back_projection", values.get("back_projection", False)),
            training_data=[dict(entry) for entry in values.get("training_data", [])],
            held_out=dict(values.get("held_out", {})),
        )
    except KeyError as error:
        raise CardError(f"The model card lacks {error.args[0]}.") from error
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise CardError(f"The model card has a field of the wrong type ({error}).") from error


def sidecar_path(model: Path) -> Path:
    """Where the card of a TorchScript file lies."""
    return model.with_name(model.stem + ".card.json")


def _text(field: str, value: Any) -> str:
    # A version may be written as a number.
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise TypeError(f"{field}: {value!r:.40} is no text")
    return str(value)


def _number(field: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{field}: {value!r:.40} is no number")
    return float(value)


def _count(field: str, value: Any) -> int:
    number = _number(field, value)
    if number != int(number):
        raise TypeError(f"{field}: {value!r:.40} is no whole number")
    return int(number)


def _flag(field: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{field}: {value!r:.40} is neither true nor false")
    return value


def _pair(field: str, value: Any) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise TypeError(f"{field}: {value!r:.40} is no pair of numbers")
    return _number(field, value[0]), _number(field, value[1])
