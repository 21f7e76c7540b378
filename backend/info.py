"""What is installed here: versions, devices that really load, models (docs/contracts.md, `info --json`)."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib import metadata
from typing import Any

from backend import models
from backend.errors import InputError
from backend.version import version

PACKAGES = ("click", "numpy", "onnx", "onnxruntime", "onnxruntime-gpu", "pyproj", "rasterio", "torch")


def gather() -> dict[str, Any]:
    """The JSON object of `info --json`."""
    from backend.engines import onnx

    return {
        "version": version(),
        "python": platform.python_version(),
        "packages": packages(),
        "devices": [asdict(device) for device in onnx.devices()],
        "models": [_model(name, path) for name, path in models.installed().items()],
    }


def as_lines(info: dict[str, Any]) -> list[str]:
    """The same for a person."""
    lines = [
        f"SIRAN {info['version']}, Python {info['python']}",
        ", ".join(f"{name} {number}" for name, number in info["packages"].items()),
        "",
        "Devices",
    ]
    for device in info["devices"]:
        lines.append(f"  {device['name']:<10} {'available' if device['available'] else device['reason']}")
    lines += ["", "Models"]
    for model in info["models"]:
        card = model.get("card")
        lines.append(f"  {model['name']:<10} {card['title'] + ', ' + card['licence'] if card else model['error']}")
    if not info["models"]:
        lines.append(f"  none; they belong into {' or '.join(map(str, models.folders()))}")
    return lines


def packages(names: Sequence[str] = PACKAGES) -> dict[str, str]:
    """Version of each of `names` that is installed."""
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _model(name: str, path: Any) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": name, "path": str(path)}
    try:
        model = models.load(path)
    except InputError as error:
        return {**entry, "sha256": "", "error": error.message}
    return {**entry, "sha256": model.sha256, "card": asdict(model.card)}
