"""Kills a run again and again at random moments, and looks at what it leaves. A process of its own, because it forks.

    PYTHONPATH=. python tests/backend/killing_for_tests.py FOLDER KILLS SEED

FOLDER holds dem.tif, guide.tif and model.onnx. Prints one JSON object.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
from pathlib import Path

import numpy as np
import rasterio

from backend.events import Event, Log, Progress
from backend.settings import Settings
from backend.superresolve import run

OLDER = b"what was there before"
NAMES = ("fine.tif", "sigma.tif")


def main(folder: Path, kills: int, seed: int) -> dict[str, int]:
    chance = random.Random(seed)
    wanted = once(folder / "whole")
    there = folder / "killed"
    there.mkdir()
    counted = {"kills": 0, "finished": 0, "went on": 0, "tiles that were there": 0, "in compression or naming": 0}
    while counted["kills"] < kills or counted["finished"] < 2:
        for name in NAMES:
            (there / name).write_bytes(OLDER)
        began = False
        while True:
            if counted["kills"] >= kills:
                moment, wait = 2.0, 0.0
            else:
                # The last twentieth of the progress is compression and naming.
                moment, wait = chance.choice((chance.uniform(-0.2, 1.0), 0.95)), chance.uniform(0.0, 0.02)
            fraction, said, killed = attempt(there, moment, wait)
            went_on = [int(text.split(" of ")[0]) for text in said if "going on" in text]
            if went_on:
                counted["went on"] += 1
                counted["tiles that were there"] += went_on[0]
            states = {name: state(there / name, wanted[name]) for name in NAMES}
            assert set(states.values()) <= {"older", "whole"}, (states, fraction)
            if killed:
                counted["kills"] += 1
                counted["in compression or naming"] += fraction >= 0.95
            if not killed or set(states.values()) == {"whole"}:
                assert set(states.values()) == {"whole"}, (states, said)
                counted["finished"] += 1
                began = True
                break
        assert began
        # One more, which has nothing to fear, clears up what a kill at the very end has left.
        attempt(there, 2.0, 0.0)
        left = sorted(path.name for path in there.iterdir())
        assert left == sorted(NAMES), left
    return counted


def attempt(there: Path, moment: float, wait: float) -> tuple[float, list[str], bool]:
    """Runs it, and kills it `wait` seconds after its progress has come to `moment`. How far it came, what it said, if it was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        status = 1
        try:
            with os.fdopen(writing, "w", buffering=1) as pipe:

                def tell(event: Event) -> None:
                    if isinstance(event, Progress):
                        pipe.write(json.dumps(event.fraction) + "\n")
                    elif isinstance(event, Log):
                        pipe.write(json.dumps(event.text) + "\n")

                run(settings(there), tell)
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    fraction, said = 0.0, []
    with os.fdopen(reading) as pipe:
        if moment < 0:
            # Before the first tile: while files are opened, hashed, the model is loaded.
            time.sleep(-moment)
        else:
            for line in pipe:
                value = json.loads(line)
                if isinstance(value, str):
                    said.append(value)
                elif (fraction := value) >= moment:
                    break
            if moment <= 1:
                select.select([], [], [], wait)
        if moment <= 1:
            os.kill(child, signal.SIGKILL)
        for line in pipe:
            try:
                value = json.loads(line)
            except ValueError:  # killed while it wrote
                continue
            if isinstance(value, str):
                said.append(value)
            else:
                fraction = value
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status)
    assert killed or os.WEXITSTATUS(status) == 0, said
    return fraction, said, killed


def state(path: Path, wanted: bytes) -> str:
    content = path.read_bytes()
    if content == OLDER:
        return "older"
    return "whole" if pixels(path) == wanted else "corrupt"


def pixels(path: Path) -> bytes:
    with rasterio.open(path) as dataset:
        assert dataset.overviews(1) or min(dataset.shape) <= 512
        return np.asarray(dataset.read(1)).tobytes()


def settings(there: Path) -> Settings:
    inputs = there.parent
    return Settings(
        dem=str(inputs / "dem.tif"),
        output=str(there / NAMES[0]),
        uncertainty=str(there / NAMES[1]),
        guide=str(inputs / "guide.tif"),
        model=str(inputs / "model.onnx"),
        tile=48,
        threads=1,
        overwrite=True,
    )


def once(there: Path) -> dict[str, bytes]:
    """The pixels of a run that nobody disturbs. In a process too: a fork must not inherit the model's threads."""
    there.mkdir()
    _, said, killed = attempt(there, 2.0, 0.0)
    assert not killed and not any("going on" in text for text in said)
    return {name: pixels(there / name) for name in NAMES}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
