"""The stored answer: what a model made of the sample when it was exported, in `NAME.check.npz` beside the model file."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backend.check.sample import EDITION
from backend.engines import Floats
from backend.errors import InputError
from backend.models import Model
from backend.whole import write_whole


@dataclass(frozen=True)
class Answer:
    """Elevation and, where the model has it, sigma: (H, W), metres."""

    elevation: Floats
    sigma: Floats | None


def path_of(model: Model) -> Path:
    """Where the answer of a model lies."""
    return model.path.with_name(model.path.stem + ".check.npz")


def read(model: Model) -> tuple[Answer | None, str]:
    """The answer, or None and a sentence that says why there is none: a model file changes with each release, and an answer is good for
    the one file whose SHA-256 it names."""
    path = path_of(model)
    if not path.is_file():
        return None, f"The model {model.card.name} has no stored answer."
    try:
        with np.load(path, allow_pickle=False) as stored:
            names = set(stored.files)
            sha256, edition = str(stored["sha256"]), int(stored["edition"])
            answer = Answer(
                np.asarray(stored["elevation"], np.float32), np.asarray(stored["sigma"], np.float32) if "sigma" in names else None
            )
    except Exception as error:  # a damaged archive raises what it likes (also zlib.error, MemoryError), and the answer is the same
        return None, f"The stored answer {path} cannot be read ({error})."
    if sha256 != model.sha256:
        return None, f"The stored answer {path} belongs to another file than {model.path.name}."
    if edition != EDITION:
        return None, f"The stored answer {path} was written by another version of SIRAN."
    return answer, ""


def write(model: Model, answer: Answer) -> Path:
    """Stores an answer, in place of the one that was there. Raises InputError (`output-folder`)."""
    path = path_of(model)
    content = io.BytesIO()
    known = {"sha256": np.array(model.sha256), "edition": np.array(EDITION), "elevation": answer.elevation}
    if answer.sigma is not None:
        known["sigma"] = answer.sigma
    np.savez_compressed(content, allow_pickle=False, **known)
    try:
        write_whole(path, content.getvalue())
    except OSError as error:
        raise InputError(
            "output-folder", f"{path} cannot be written ({error.strerror}).", "See that the model's folder may be written to."
        ) from error
    return path
