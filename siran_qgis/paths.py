"""Where things are: the plugin's own files, and what it keeps in the user's profile."""

import os
from pathlib import Path

from qgis.core import QgsApplication

from . import settings

PLUGIN = Path(__file__).resolve().parent.parent
RESOURCES = PLUGIN / "resources"
ICON = RESOURCES / "icon.svg"
STYLES = RESOURCES / "styles"
SAMPLE = RESOURCES / "sample"
TRANSLATIONS = RESOURCES / "i18n"
HELP = PLUGIN / "docs" / "help" / "index.html"
BUNDLED = RESOURCES / "models"
MODEL_ENDINGS = (".onnx", ".pt", ".ts", ".card.json")


def profile():
    """The folder in the user's profile that belongs to SIRAN; not created here."""
    return Path(os.path.normpath(QgsApplication.qgisSettingsDirPath())) / "siran"


def kept():
    """Where SIRAN keeps what it installs and downloads: the folder of the settings, else the one in the profile."""
    own = settings.read().folder
    return Path(os.path.normpath(own)) if own else profile()


def environment(folder=None):
    """The managed virtual environment of the backend, in `folder` instead of `kept()` if one is given."""
    return (folder or kept()) / "backend"


def models(folder=None):
    """The user's own models, in `folder` instead of `kept()` if one is given."""
    return (folder or kept()) / "models"


def installed_models():
    """Installed models, name to file, by name. Of two with the same name the user's own is the one that the backend takes, and the file
    that comes first in MODEL_ENDINGS. A folder that cannot be read, as on a share that does not answer, has none."""
    found = {}
    for folder in (models(), BUNDLED):
        if not os.path.isdir(folder):  # asked once: on a share that is gone each question takes seconds
            continue
        for ending in MODEL_ENDINGS:
            try:
                for path in folder.glob(f"*{ending}"):
                    found.setdefault(path.name[: -len(ending)], path)
            except OSError:
                break
    return dict(sorted(found.items()))


def default_model():
    """The name of the model that runs when none is chosen, as the backend finds it; empty where none is installed."""
    names = installed_models()
    for folder in (models(), BUNDLED):
        try:
            name = (folder / "DEFAULT").read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            continue
        if name in names:
            return name
    return next(iter(names), "")
