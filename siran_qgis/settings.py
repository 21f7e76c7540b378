"""What the user set for all runs, in QGIS's own settings under `siran/`. An empty text, or 0 threads, leaves a choice to SIRAN."""

from __future__ import annotations

import os
from typing import NamedTuple

from qgis.core import QgsSettings

from .errors import SettingWrong
from .translation import tr

GROUP = "siran"


class Settings(NamedTuple):
    """`python`: an interpreter that runs the backend instead of the managed environment's; `device` and `threads`: for runs that leave them
    open; `folder`: where the managed environment and the user's models lie, instead of the profile."""

    python: str = ""
    device: str = ""
    threads: int = 0
    folder: str = ""


def read() -> Settings:
    """What is set; what makes no sense counts as not set."""
    stored = QgsSettings()
    texts = {name: str(stored.value(f"{GROUP}/{name}") or "").strip() for name in Settings._fields}
    threads = int(texts["threads"]) if texts["threads"].isdigit() else 0
    folder = texts["folder"] if os.path.isabs(texts["folder"]) else ""
    return Settings(texts["python"], texts["device"].lower(), threads, folder)


def write(settings: Settings) -> None:
    """Keeps `settings`; what is left to SIRAN is not written."""
    stored = QgsSettings()
    for name, value in settings._asdict().items():
        if value:
            stored.setValue(f"{GROUP}/{name}", value)
        else:
            stored.remove(f"{GROUP}/{name}")


def check_folder(folder: str) -> None:
    """Refuses a folder that nothing could be put into; an empty text is the profile. Raises SettingWrong."""
    if not folder:
        return
    if not os.path.isabs(folder):
        raise SettingWrong(tr("The folder {} is no absolute path.").format(folder), tr("Name it from its root or drive on."))
    there = folder
    while not os.path.exists(there) and os.path.dirname(there) != there:
        there = os.path.dirname(there)
    if not os.path.isdir(there):
        raise SettingWrong(tr("{} is no folder.").format(there), tr("Name another."))
    if not os.access(there, os.W_OK):
        raise SettingWrong(tr("The folder {} cannot be written to.").format(there), tr("Name another."))
