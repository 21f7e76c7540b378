"""What can go wrong, as one sentence about the offending value and one hint about what to do."""

from __future__ import annotations

from pathlib import Path


class BackendError(Exception):
    """Root of everything the backend raises on purpose.

    `code` is stable and machine-readable, `message` names the offending value, `hint` says what to do, and
    `exit_status` is the status of a process that ends with this error (docs/contracts.md).
    """

    code = "internal"
    exit_status = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InputError(BackendError):
    """The user's input is wrong; nothing was written."""

    exit_status = 2

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.code = code


class CardError(InputError):
    """A model card lacks something or contradicts itself."""

    def __init__(self, message: str, hint: str = "Export the model again with 'python -m training.export'.") -> None:
        super().__init__("model-card", message, hint)


class ResourceError(BackendError):
    """The machine has too little of something: memory, disk."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.code = code


def disk_full(output: Path) -> ResourceError:
    """What to raise where an output finds no room while it is written."""
    return ResourceError("disk-full", f"The disk of {output.parent} is full.", "Free some space, or name an output on another disk.")


class CheckError(BackendError):
    """The self-check found something wrong with what is installed."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.code = code


class Cancelled(BackendError):
    """The user or the parent process asked for a stop; the output path is as it was before."""

    code = "cancelled"
    exit_status = 3

    def __init__(self) -> None:
        super().__init__("Cancelled; no output was written.")
