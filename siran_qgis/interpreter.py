"""Which Python runs the backend: the one that SIRAN_PYTHON names, else the one of the settings, else the managed environment's. Never
QGIS's own."""

import os
import shutil

from . import paths, settings
from .environment import Environment, State
from .errors import BackendMissing
from .translation import tr

VARIABLE = "SIRAN_PYTHON"


def what_to_do(state) -> str:
    """About a managed environment that is not ready; empty for one that is."""
    if state is State.MISSING:
        return tr("Run the algorithm 'Set up backend' (siran:setupbackend) first.")
    if state is State.INTERRUPTED:
        return tr("Run the algorithm 'Set up backend' (siran:setupbackend) again.")
    if state is State.BUSY:
        return tr("Wait until that has ended.")
    if state in (State.BROKEN, State.OUTDATED):
        return tr("Run the algorithm 'Set up backend' (siran:setupbackend) with the action repair.")
    return ""


def page() -> str:
    """Where the settings are."""
    return tr("Options > Processing > Providers > SIRAN")


def managed(folder=None) -> Environment:
    """The environment that 'Set up backend' looks after; in `folder` instead of the one of the settings if one is given."""
    return Environment(paths.environment(folder), paths.PLUGIN)


def named() -> str:
    """What SIRAN_PYTHON names; empty where it is not set."""
    return os.environ.get(VARIABLE, "").strip()


def find(own=None, folder=None) -> str:
    """The interpreter. Starts nothing. Raises BackendMissing with a sentence that says what to do.

    `own` (an interpreter, or empty) and `folder` count instead of what the settings hold: a page of settings asks before it keeps them."""
    if named():
        found = shutil.which(named())
        if found is None:
            raise BackendMissing(
                tr("{} names {}, which is no program.").format(VARIABLE, named()), tr("Correct it, or unset {}.").format(VARIABLE)
            )
        return found
    own = settings.read().python if own is None else own
    if own:
        found = shutil.which(own)
        if found is None:
            raise BackendMissing(
                tr("The interpreter of the settings ({}), {}, is no program.").format(page(), own),
                tr("Name another, or take the managed environment."),
            )
        return found
    environment = managed(folder)
    state, sentence = environment.look()
    if state is not State.READY:
        raise BackendMissing(sentence, what_to_do(state))
    return str(environment.python)


def missing():
    """Why there is no interpreter, as BackendMissing; None where there is one. Starts nothing."""
    try:
        find()
    except BackendMissing as error:
        return error
    return None


def repair(python: str) -> str:
    """What to do about a backend that does not run in `python`."""
    if python == str(managed().python):
        return what_to_do(State.BROKEN)
    if named():
        return tr("Install the backend's requirements there, or unset {}.").format(VARIABLE)
    return tr("Install the backend's requirements there, or take the managed environment in {}.").format(page())
