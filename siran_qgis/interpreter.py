"""Which Python runs the backend: the one that SIRAN_PYTHON names, else the managed environment's. Never QGIS's own."""

import os
import shutil

from . import paths
from .environment import Environment, State
from .errors import BackendMissing

VARIABLE = "SIRAN_PYTHON"
WHAT_TO_DO = {
    State.MISSING: "Run the algorithm 'Set up backend' (siran:setupbackend) first.",
    State.INTERRUPTED: "Run the algorithm 'Set up backend' (siran:setupbackend) again.",
    State.BROKEN: "Run the algorithm 'Set up backend' (siran:setupbackend) with the action repair.",
    State.OUTDATED: "Run the algorithm 'Set up backend' (siran:setupbackend) with the action repair.",
}


def managed() -> Environment:
    """The environment that 'Set up backend' looks after."""
    return Environment(paths.environment(), paths.PLUGIN)


def find() -> str:
    """The interpreter. Starts nothing. Raises BackendMissing with a sentence that says what to do."""
    named = os.environ.get(VARIABLE, "").strip()
    if named:
        found = shutil.which(named)
        if found is None:
            raise BackendMissing(f"{VARIABLE} names {named}, which is no program.", f"Correct it, or unset {VARIABLE}.")
        return found
    environment = managed()
    state, sentence = environment.look()
    if state is not State.READY:
        raise BackendMissing(sentence, WHAT_TO_DO[state])
    return str(environment.python)


def repair(python: str) -> str:
    """What to do about a backend that does not run in `python`."""
    if python == str(managed().python):
        return WHAT_TO_DO[State.BROKEN]
    return f"Install the backend's requirements there, or unset {VARIABLE}."
