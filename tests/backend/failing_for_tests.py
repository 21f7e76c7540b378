"""Runs that cannot write all they want to, and what they leave. A process of its own, because it limits itself.

    PYTHONPATH=. python tests/backend/failing_for_tests.py FOLDER file|disk SIZE ...

FOLDER holds dem.tif, guide.tif and model.onnx. `file`: no file may be larger than SIZE bytes. `disk`: FOLDER/full is a disk; all but SIZE
bytes of it are taken. Prints one JSON object for each SIZE.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sys
from pathlib import Path

import numpy as np
import rasterio

import backend.superresolve
from backend.errors import BackendError
from backend.settings import Settings
from backend.superresolve import run

OLDER = b"what was there before"


def main(folder: Path, what: str, sizes: list[int]) -> None:
    # In a process too: a fork must not inherit the model's threads.
    whole = folder / "whole"
    whole.mkdir(exist_ok=True)
    if (child := os.fork()) == 0:
        try:
            run(settings(folder, whole), lambda event: None)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    wanted = pixels(whole / "fine.tif")
    there = folder / "full"
    there.mkdir(exist_ok=True)
    for size in sizes:
        for path in there.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        (there / "fine.tif").write_bytes(OLDER)
        if what == "disk":
            (there / "others").write_bytes(bytes(max(0, shutil.disk_usage(there).free - size)))
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            said = "none", "It ended without a word."
            try:
                said = attempt(folder, there, size if what == "file" else None)
            finally:
                os.write(writing, json.dumps(said).encode())
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            code, message = json.loads(pipe.read())
        os.waitpid(child, 0)
        content = (there / "fine.tif").read_bytes()
        state = "older" if content == OLDER else "whole" if pixels(there / "fine.tif") == wanted else "corrupt"
        (there / "others").unlink(missing_ok=True)
        left = sorted(path.name for path in there.iterdir() if path.name != "fine.tif")
        print(json.dumps({"size": size, "code": code, "message": message, "state": state, "left": left}), flush=True)


def attempt(folder: Path, there: Path, limit: int | None) -> tuple[str, str]:
    if limit is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    # What is foreseen is another test's; here the disk is full when nobody expects it.
    backend.superresolve.check_spaces = lambda *_args, **_options: None
    try:
        run(settings(folder, there), lambda event: None)
    except BackendError as error:
        return error.code, error.message
    except Exception as error:
        return "none", repr(error)
    return "", ""


def settings(inputs: Path, there: Path) -> Settings:
    names = {"dem": inputs / "dem.tif", "output": there / "fine.tif", "guide": inputs / "guide.tif", "model": inputs / "model.onnx"}
    return Settings(**{name: str(path) for name, path in names.items()}, tile=48, threads=1, overwrite=True)


def pixels(path: Path) -> bytes:
    with rasterio.open(path) as dataset:
        return np.asarray(dataset.read(1)).tobytes()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], list(map(int, sys.argv[3:])))
