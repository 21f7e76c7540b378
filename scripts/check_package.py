"""Look at a plugin zip as the QGIS plugin repository does when it is uploaded, and say everything that it would refuse.

python scripts/check_package.py dist/siran-0.1.0.zip [--version 0.1.0]
"""

from __future__ import annotations

import argparse
import configparser
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

MOST_BYTES = 25 * 1024 * 1024
FORBIDDEN_PARTS = {"__pycache__", ".git", ".github", ".hg", ".svn", "__MACOSX", ".DS_Store", ".venv", "node_modules"}
FORBIDDEN_SUFFIXES = {".pyc", ".pyo", ".pyd", ".so", ".dll", ".dylib", ".exe", ".sh", ".bat", ".cmd", ".ps1", ".zip", ".whl"}
REQUIRED = ("name", "description", "version", "qgisMinimumVersion", "author", "email", "about", "tracker", "repository", "homepage")
EXACT = {"category": "Raster", "hasProcessingProvider": "yes", "qgisMaximumVersion": "4.99"}
DEAD = ("supportsQt6",)
DEPENDENCIES = ("numpy", "rasterio", "onnxruntime")
"""What `about` has to name: the plugin needs them and QGIS does not bring them."""


def names_problems(archive: zipfile.ZipFile) -> list[str]:
    """What is wrong with the names in the zip."""
    problems = []
    names = archive.namelist()
    tops = sorted({PurePosixPath(name).parts[0] for name in names if PurePosixPath(name).parts})
    if len(tops) != 1 or any(len(PurePosixPath(name).parts) == 1 and not name.endswith("/") for name in names):
        problems.append(f"the zip must hold one folder and nothing beside it, not {', '.join(tops) or 'nothing'}")
    for top in tops:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", top):
            problems.append(f"the folder's name {top!r} is not an identifier")
        if "plugin" in top.lower():
            problems.append(f"the folder's name {top!r} holds 'plugin'")
    for info in archive.infolist():
        path = PurePosixPath(info.filename)
        if path.is_absolute() or ".." in path.parts:
            problems.append(f"{info.filename}: leads out of the folder")
        if any(part in FORBIDDEN_PARTS or part.startswith(".git") for part in path.parts):
            problems.append(f"{info.filename}: does not belong into a package")
        elif path.suffix.lower() in FORBIDDEN_SUFFIXES or re.search(r"\.so\.[0-9.]+$", path.name):
            problems.append(f"{info.filename}: compiled code, shell scripts and archives are refused")
        if (info.external_attr >> 16) & 0o170000 == 0o120000:
            problems.append(f"{info.filename}: a symbolic link")
    for needed in ("__init__.py", "metadata.txt", "LICENSE"):
        problems += [f"{top}/{needed} is missing" for top in tops if f"{top}/{needed}" not in names]
    return problems


def metadata_problems(text: str, expected_version: str | None) -> list[str]:
    """What is wrong with metadata.txt."""
    metadata = configparser.ConfigParser(interpolation=None)
    metadata.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        metadata.read_string(text)
    except configparser.Error as error:
        return [f"metadata.txt cannot be read: {error}"]
    if not metadata.has_section("general"):
        return ["metadata.txt has no section [general]"]
    general = metadata["general"]
    problems = [f"metadata.txt: {field} is missing or empty" for field in REQUIRED if not general.get(field, "").strip()]
    for field, value in EXACT.items():
        if general.get(field) != value:
            problems.append(f"metadata.txt: {field} is {general.get(field)!r}, not {value!r}")
    problems += [f"metadata.txt: {field} is no longer a field" for field in DEAD if field in general]
    if "plugin" in general.get("name", "").lower():
        problems.append("metadata.txt: the name holds 'plugin'")
    version = general.get("version", "")
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        problems.append(f"metadata.txt: version {version!r} is not MAJOR.MINOR.PATCH")
    if expected_version is not None and version != expected_version:
        problems.append(f"metadata.txt: version is {version!r}, the zip's name says {expected_version!r}")
    if not re.fullmatch(r"3\.\d+(\.\d+)?", general.get("qgisMinimumVersion", "")):
        problems.append("metadata.txt: qgisMinimumVersion is not a version of QGIS 3")
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", general.get("email", "")):
        problems.append("metadata.txt: email is not an address")
    for field in ("tracker", "repository", "homepage"):
        if not re.fullmatch(r"https?://[^\s/]+/?\S*", general.get(field, "")):
            problems.append(f"metadata.txt: {field} is not a web address")
    about = general.get("about", "").lower()
    problems += [f"metadata.txt: about does not name the dependency {name}" for name in DEPENDENCIES if name not in about]
    return problems


def file_problems(archive: zipfile.ZipFile) -> list[str]:
    """What metadata.txt points at, and whether it is there."""
    names = set(archive.namelist())
    problems = []
    for name in names:
        if PurePosixPath(name).name == "metadata.txt" and len(PurePosixPath(name).parts) == 2:
            metadata = configparser.ConfigParser(interpolation=None)
            try:
                metadata.read_string(archive.read(name).decode("utf-8"))
                icon = metadata.get("general", "icon", fallback="")
            except (configparser.Error, UnicodeDecodeError):
                continue
            if icon and f"{PurePosixPath(name).parts[0]}/{icon}" not in names:
                problems.append(f"metadata.txt: the icon {icon} is not in the zip")
    return problems


def scan_problems(folder: Path) -> list[str]:
    """What Bandit and detect-secrets find in the unpacked zip: any finding blocks an upload."""
    problems = []
    bandit = subprocess.run(
        [sys.executable, "-m", "bandit", "-r", "-q", "-f", "custom", "--msg-template", "{relpath}:{line}: {test_id} {msg}", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if bandit.returncode not in (0, 1):
        problems.append(f"bandit failed: {bandit.stderr.strip()[-500:]}")
    problems += [f"bandit: {line}" for line in bandit.stdout.splitlines() if line.strip()]
    if bandit.returncode == 1 and not bandit.stdout.strip():
        problems.append("bandit: found something that it did not name")

    from detect_secrets import SecretsCollection
    from detect_secrets.settings import default_settings

    with default_settings():
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            secrets = SecretsCollection(root=str(folder))
            secrets.scan_file(str(path.relative_to(folder)))
            problems += [f"detect-secrets: {name}:{secret.line_number}: {secret.type}" for name, secret in secrets]
    return problems


def check(package: Path, version: str | None = None) -> list[str]:
    """Everything that is wrong with the package; an empty list where nothing is."""
    problems = []
    size = package.stat().st_size
    if size > MOST_BYTES:
        problems.append(f"{size} bytes, more than the {MOST_BYTES} that are taken")
    try:
        archive = zipfile.ZipFile(package)
    except zipfile.BadZipFile as error:
        return [*problems, f"not a zip: {error}"]
    with archive:
        problems += names_problems(archive)
        for name in archive.namelist():
            path = PurePosixPath(name)
            if len(path.parts) == 2 and path.name == "metadata.txt":
                try:
                    problems += metadata_problems(archive.read(name).decode("utf-8"), version)
                except UnicodeDecodeError:
                    problems.append("metadata.txt is not UTF-8")
        problems += file_problems(archive)
        if any("leads out of the folder" in problem for problem in problems):
            return problems
        with tempfile.TemporaryDirectory() as folder:
            archive.extractall(folder)  # names that lead out were looked for above
            problems += scan_problems(Path(folder))
    return problems


def main() -> None:
    parser = argparse.ArgumentParser(description="Check a plugin zip as the QGIS plugin repository would.")
    parser.add_argument("package", type=Path)
    parser.add_argument("--version", help="the version that it should have")
    arguments = parser.parse_args()
    problems = check(arguments.package, arguments.version)
    for problem in problems:
        print(problem)
    if problems:
        raise SystemExit(1)
    print(f"{arguments.package}: {arguments.package.stat().st_size / 1e6:.1f} MB, nothing that the plugin repository would refuse")


if __name__ == "__main__":
    main()
