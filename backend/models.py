"""A model is a file with a card.

Installed models lie in the folder that SIRAN_MODELS names and in resources/models, and are named by their stem.
"""

from __future__ import annotations

import codecs
import contextlib
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from backend import onnx_file
from backend.card import INPUTS, METADATA_KEY, OUTPUTS, SCALARS, ModelCard, card_from_json, sidecar_path
from backend.errors import CardError, InputError
from backend.onnx_limits import LARGEST_FILE
from backend.version import ROOT

FOLDER_VARIABLE = "SIRAN_MODELS"
BUNDLED = ROOT / "resources" / "models"
DEFAULT_FILE = "DEFAULT"
"""Names the default model, in the folder of that model."""
SUMS_FILE = "SHA256SUMS"
ENDINGS = {".onnx": "onnx", ".pt": "torchscript", ".ts": "torchscript"}
"""Which engine runs a file."""


@dataclass(frozen=True)
class Model:
    """A model file that was checked. `kind` is the engine that runs it."""

    path: Path
    kind: str
    sha256: str
    card: ModelCard

    def content(self) -> bytes:
        """What was checked, read again. Raises InputError (model-hash) where the file holds something else by now."""
        try:
            content = self.path.read_bytes()
        except OSError as error:
            message = f"The model {self.path} cannot be read any more ({error.strerror})."
            raise InputError("model-invalid", message, "Leave it where it is while it runs.") from error
        if hashlib.sha256(content).hexdigest() != self.sha256:
            message = f"The model {self.path} is another one than when it was checked."
            raise InputError("model-hash", message, "Run again, and leave the file as it is meanwhile.")
        return content


def folders() -> list[Path]:
    """Where installed models lie; the user's folder comes first."""
    own = os.environ.get(FOLDER_VARIABLE)
    return [*([Path(own)] if own else []), BUNDLED]


def installed() -> dict[str, Path]:
    """Installed models by name. Of two with the same name, the user's own is the one."""
    found: dict[str, Path] = {}
    for folder in folders():
        try:
            for path in sorted(folder.iterdir()):
                if path.suffix in ENDINGS and path.is_file():
                    found.setdefault(path.stem, path)
        except OSError:  # gone, or another user's; `find` says so where it matters
            continue
    return found


def default_name() -> str | None:
    """The model that runs when none is named: the one in a DEFAULT file, else the first; None where none is installed."""
    names = installed()
    for folder in folders():
        # A file that names nothing, in whatever letters, is as none.
        with contextlib.suppress(OSError):
            if (name := (folder / DEFAULT_FILE).read_text(encoding="utf-8", errors="replace").strip()) in names:
                return name
    return next(iter(names), None)


def find(name: str | None) -> Path:
    """The file of an installed model, of a model file, or of the default. Raises InputError (model-missing)."""
    names = installed()
    if name is None:
        default = default_name()
        if default is None:
            raise InputError("model-missing", "No model is installed.", _listed(names))
        return names[default]
    if name in names:
        return names[name]
    path = Path(name)
    if not os.path.isfile(path):
        raise InputError("model-missing", f"There is no model {name!r}.", f"{_listed(names)} A path to a model file works too.")
    return path


def _listed(names: Iterable[str]) -> str:
    """What there is, for who asked for what there is not, and which folders nobody can say that of."""
    known = ", ".join(names)
    said = f"Installed models: {known}." if known else f"No model is installed; put one into the folder that {FOLDER_VARIABLE} names."
    for folder in folders():
        try:
            os.listdir(folder)
        except FileNotFoundError:
            continue
        except OSError as error:
            said += f" The folder {folder} cannot be read ({error.strerror})."
    return said


def load(path: Path) -> Model:
    """Checks a model file. Raises InputError: `model-hash`, `model-invalid`, `model-card`."""
    kind = ENDINGS.get(path.suffix)
    if kind is None:
        raise InputError("model-invalid", f"The model {path} ends in {path.suffix or 'nothing'!r}.", f"Models end in {', '.join(ENDINGS)}.")
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise InputError(
                "model-invalid", f"The model {path} has {size / 1e6:,.0f} MB, more than a model for SIRAN can need.", "Name another file."
            )
        content = path.read_bytes()
    except OSError as error:
        hint = "Check its name." if isinstance(error, FileNotFoundError) else "Check the file's permissions."
        raise InputError("model-invalid", f"The model {path} cannot be read ({error.strerror}).", hint) from error
    digest = hashlib.sha256(content).hexdigest()
    promised = _promised(path)
    if promised and digest not in promised:
        raise InputError(
            "model-hash",
            f"The model {path} has the SHA-256 {digest[:12]}..., not {promised[0][:12]}... as {SUMS_FILE} beside it says.",
            "Download or copy the model again.",
        )
    try:
        card = _onnx_card(path, content) if kind == "onnx" else _torchscript_card(path)
    except (OverflowError, RecursionError) as error:
        # JSON can hold numbers without end and lists in lists in lists.
        raise CardError(f"The model {path} has a card that makes no sense ({error}).") from error
    return Model(path, kind, digest, card)


def _promised(path: Path) -> list[str]:
    """The sums of the lines for `path`, each of which is good: while a model is being replaced, the old one and the new one."""
    sums = path.with_name(SUMS_FILE)
    try:
        lines = [line.strip().partition(" ") for line in read_sums(sums)]
    except OSError as error:
        raise InputError(
            "model-hash",
            f"What {sums} promises of the model {path} cannot be read ({error.strerror}).",
            "Check the file's permissions.",
        ) from error
    return [digest.lower() for digest, _, name in lines if name.strip().lstrip("*") == path.name]


def read_sums(path: Path) -> list[str]:
    """The lines of a SHA256SUMS, none where there is no such file. PowerShell writes UTF-16 and says so; letters that are no UTF-8 are kept
    as surrogates. Raises InputError (model-hash) where nothing in it could be found again, OSError."""
    content = path.read_bytes() if path.is_file() else b""
    if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return content.decode("utf-16", errors="replace").splitlines()
    if b"\0" in content:
        raise InputError("model-hash", f"{path} is no text in UTF-8.", "Save it as UTF-8.")
    return content.decode("utf-8-sig", errors="surrogateescape").splitlines()


def _onnx_card(path: Path, content: bytes) -> ModelCard:
    hint = "Export the model again with 'python -m training.export', or copy it again."
    try:
        file = onnx_file.describe(content)
    except ValueError as error:
        raise InputError("model-invalid", f"The model {path} is not an ONNX file ({error}).", hint) from error
    if file.broken:
        raise InputError("model-invalid", f"The model {path} {file.broken}.", hint)
    if METADATA_KEY not in file.metadata:
        raise CardError(f"The model {path} has no card (metadata key {METADATA_KEY}).")
    scalars = dict.fromkeys(SCALARS, (1,))
    for what, values, allowed, needed in (
        ("input", file.inputs, {**{name: (1, channels, 0, 0) for name, channels in INPUTS.items()}, **scalars}, (*INPUTS, *SCALARS)),
        ("output", file.outputs, dict.fromkeys(OUTPUTS, (1, 1, 0, 0)), OUTPUTS[:1]),
    ):
        if other := sorted(values.keys() - allowed.keys()):
            raise InputError("model-invalid", f"The model {path} has the {what} {', '.join(other)}, which SIRAN does not know.", hint)
        if missing := [name for name in needed if name not in values]:
            raise InputError("model-invalid", f"The model {path} lacks the {what} {', '.join(missing)}.", hint)
        for name, value in values.items():
            if problem := _unlike(value, allowed[name]):
                raise InputError("model-invalid", f"The model {path} has the {what} {name} {problem}.", hint)
    return card_from_json(file.metadata[METADATA_KEY])


def _unlike(value: onnx_file.Value, contract: tuple[int, ...]) -> str:
    """What is wrong with an input or output; `contract` has its sizes, 0 for those that have to be left open."""
    if not value.float32:
        return "in another type than float32"
    if value.sizes is None:
        return ""
    if len(value.sizes) != len(contract):
        return f"with {len(value.sizes)} axes, not {len(contract)}"
    for axis, size, right in zip(("batches", "channels", "rows", "columns"), value.sizes, contract, strict=False):
        if size not in (0, right):
            return f"with {size} {axis}, not {right}" if right else f"for tiles of {size} {axis} only"
    return ""


def _torchscript_card(path: Path) -> ModelCard:
    card = sidecar_path(path)
    if not card.is_file():
        raise CardError(f"The model {path} has no card: {card} does not exist.")
    try:
        text = card.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CardError(f"The model {path} has a card that is not UTF-8, {card}.") from error
    except OSError as error:
        raise CardError(f"The model {path} has a card that cannot be read, {card} ({error.strerror}).", "Check its permissions.") from error
    return card_from_json(text)
