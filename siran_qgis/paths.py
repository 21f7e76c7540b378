"""Where things are: the plugin's own files, and what it keeps in the user's profile."""

import os
from pathlib import Path

from qgis.core import QgsApplication

PLUGIN = Path(__file__).resolve().parent.parent
RESOURCES = PLUGIN / "resources"
ICON = RESOURCES / "icon.svg"
STYLES = RESOURCES / "styles"


def profile():
    """The folder in the user's profile that belongs to SIRAN; not created here."""
    return Path(os.path.normpath(QgsApplication.qgisSettingsDirPath())) / "siran"


def environment():
    """The managed virtual environment of the backend."""
    return profile() / "backend"


def models():
    """The user's own models."""
    return profile() / "models"


def installed_models():
    """Names of the installed models: the user's and the bundled ones, each once, sorted."""
    names = set()
    for folder in (models(), RESOURCES / "models"):
        names.update(path.name[: -len(".onnx")] for path in folder.glob("*.onnx"))
        names.update(path.name[: -len(".card.json")] for path in folder.glob("*.card.json"))
    return sorted(names)
