"""What can go wrong, as one sentence about the offending value and one hint about what to do."""

from __future__ import annotations

import errno
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

    def __init__(self, message: str, hint: str = "Get the file again, or export it again with 'python -m training.export'.") -> None:
        super().__init__("model-card", message, hint)


class ResourceError(BackendError):
    """The machine has too little of something: memory, disk."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.code = code


def disk_full(output: Path) -> ResourceError:
    """What to raise where an output finds no room while it is written."""
    return ResourceError("disk-full", f"The disk of {output.parent} is full.", "Free some space, or name an output on another disk.")


def no_room(output: Path, number: int | None) -> ResourceError | None:
    """What to raise where the system refused to write an output, or something beside it, by an `errno`; None where that is not for want
    of room."""
    if number == errno.EFBIG:
        return file_too_large(output)
    if number == errno.EDQUOT:
        return ResourceError(
            "disk-full", f"Your quota on the disk of {output.parent} is used up.", "Free some space, or name an output on another disk."
        )
    return disk_full(output) if number == errno.ENOSPC else None


def file_too_large(output: Path) -> ResourceError:
    """What to raise where no file may become as large as an output has to."""
    return ResourceError(
        "disk-full",
        f"A file as large as the output has to be is not allowed in {output.parent}.",
        "Name an output on another disk (a FAT32 disk holds at most 4 GB in a file; 'ulimit -f' may set a limit too), or limit --extent.",
    )


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
