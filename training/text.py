"""Texts that a person has written: configurations, area lists, cards."""

from __future__ import annotations

from pathlib import Path

from training.errors import TrainingError


def read_text(path: Path, hint: str, error: type[TrainingError] = TrainingError) -> str:
    """A file in UTF-8, with or without a mark at its beginning, as editors on Windows leave it. Raises `error`, with `hint` where it cannot
    be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as missing:
        raise error(f"{path} does not exist.", hint) from missing
    except OSError as unreadable:
        raise error(f"{path} cannot be read ({unreadable.strerror}).", hint) from unreadable
    except UnicodeDecodeError as other:
        raise error(f"{path} is not UTF-8.", "Save it as UTF-8.") from other
