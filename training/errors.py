"""What can go wrong in training, as a sentence and a hint."""

from __future__ import annotations


class TrainingError(Exception):
    """Root of what `training` raises on purpose. `code` is stable; `hint` says what to do."""

    code = "training"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class DataError(TrainingError):
    """The rasters, the area list or the prepared folder do not fit."""

    code = "data"


class ExportError(TrainingError):
    """An exported model does not do what the PyTorch module does."""

    code = "export"
