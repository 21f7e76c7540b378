"""The managed environment: a virtual environment for the backend in the user's profile.

It is built under another name, checked by running the backend in it, marked, and only then moved to its place. So a folder at that place
with a marker is complete, and anything else is said to be what it is. Only folders that carry our marker are ever removed. Who builds or
removes holds a lock beside them: of two at once the second would take away what the first is making.
"""

from __future__ import annotations

import contextlib
import csv
import enum
import hashlib
import json
import os
import re
import shutil
import sys
import time
from pathlib import Path
from typing import NamedTuple

from qgis.PyQt.QtCore import QLockFile

from . import process, proxy
from .errors import Cancelled, EnvironmentFailed
from .model_store import write_whole
from .translation import tr

MARKER = "siran-environment.json"
VARIANTS = ("cpu", "nvidia")
BROKEN_CONNECTION = "connection broken by"  # what pip says of an index that does not answer
NO_VERSION = "Could not find a version"  # and then of each package
NEEDED, NEWEST = (3, 11), (3, 14)  # Pythons that the pinned requirements have wheels for
UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"  # in what pip says of a server whose certificate nobody signed that it knows
LONGEST_ASK = 20.0  # seconds that an interpreter may take to say its version
PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds between attempts to rename a folder
LONGEST_INFO = 120.0  # seconds that a backend may take to say what there is

# The backend imports its packages where it needs them: `info` alone would not notice one that does not load.
_LOAD = (
    "import importlib, importlib.util as util; "
    "[importlib.import_module(name) for name in ('click', 'numpy', 'onnxruntime', 'pyproj', 'rasterio') if util.find_spec(name)]"
)
_ASK = "import sys, venv, ensurepip, ssl; print('%d.%d.%d' % sys.version_info[:3])"


class State(enum.Enum):
    """What a look at the folder says; starts no process."""

    MISSING = "missing"
    INTERRUPTED = "interrupted"
    BUSY = "busy"
    BROKEN = "broken"
    OUTDATED = "outdated"
    READY = "ready"


class Base(NamedTuple):
    """An interpreter that can make a virtual environment, and its version."""

    python: str
    version: str


class Environment:
    """The environment at `folder`, for the plugin at `plugin` (which brings the backend and the requirements)."""

    def __init__(self, folder: Path, plugin: Path):
        self.folder = folder
        self.plugin = plugin
        self.building = folder.with_name(folder.name + ".building")
        self.retired = folder.with_name(folder.name + ".retired")
        self.lock = folder.with_name(folder.name + ".lock")

    @property
    def python(self) -> Path:
        """The interpreter inside."""
        return interpreter(self.folder)

    def requirements(self, variant: str) -> Path:
        """The pinned requirements of a variant."""
        return self.plugin / "backend" / f"requirements-{variant}.txt"

    def marker(self) -> dict:
        """What is known about the finished environment; empty if there is no (readable) marker."""
        return _read_marker(self.folder)

    def look(self):
        """(state, one sentence about it). Cheap: reads two small files and looks for the packages' folders."""
        try:
            state, sentence = self._look()
            if state is not State.READY and self._is_busy():
                return State.BUSY, self._busy()
        except OSError as error:  # a share that does not answer, a folder of somebody else's
            return State.BROKEN, tr("The backend's folder cannot be read: {}.").format(error)
        return state, sentence

    def _look(self):
        if not self.folder.is_dir():
            if self.building.is_dir():
                return State.INTERRUPTED, tr("An installation of the backend was interrupted ({}).").format(self.building)
            return State.MISSING, tr("The backend is not installed.")
        marker = self.marker()
        if not marker.get("complete"):
            return State.BROKEN, tr("The backend's environment is incomplete ({}).").format(self.folder)
        # Both the link and what it was made of: on Windows there is no link, but a program that looks for that.
        for needed in (self.python, _home(self.folder)):
            if not needed.exists():
                return State.BROKEN, tr("The backend's Python is gone ({}).").format(needed)
        made_with = str(marker.get("python"))
        links_to = re.fullmatch(r"python(\d+\.\d+)", self.python.resolve().name)
        if links_to and not made_with.startswith(f"{links_to[1]}."):  # the system was upgraded: its Python sees none of the packages
            return State.BROKEN, tr("The backend was made with Python {}, and there is Python {} now.").format(made_with, links_to[1])
        present = set(_packages(self.folder))
        lacking = [name for name in marker.get("packages", []) if name not in present]
        if lacking:
            return State.BROKEN, tr("The backend's environment lacks {}.").format(lacking[0])
        requirements = self.requirements(str(marker.get("variant")))
        if not requirements.is_file() or _sha256(requirements) != marker.get("requirements"):
            return State.OUTDATED, tr("The backend was installed for another version of this plugin.")
        return State.READY, tr("The backend is ready ({}, Python {}).").format(marker.get("variant"), marker.get("python"))

    def build(self, variant: str, base: Base, feedback) -> dict:
        """Make the environment anew, whatever is there now, and return what the backend says about itself.

        The old one stays in use until the new one has passed its check. Raises Cancelled or EnvironmentFailed, and then
        leaves things as they were."""
        requirements = self.requirements(variant)
        if not requirements.is_file():
            raise EnvironmentFailed(tr("The plugin lacks {}.").format(requirements), tr("Install the plugin again."))
        with self._alone():
            return self._build(requirements, variant, base, feedback)

    def _build(self, requirements: Path, variant: str, base: Base, feedback) -> dict:
        self._refuse_foreign()
        try:
            self._discard(self.building)
            self.building.mkdir(parents=True)
            _write_marker(self.building, {"complete": False, "variant": variant})
            _make_venv(base, self.building, feedback)
            _install(interpreter(self.building), requirements, feedback)
            feedback.setProgressText(tr("Checking the new environment"))
            answer = backend_info(interpreter(self.building), self.plugin, feedback.isCanceled)
            _write_marker(
                self.building,
                {
                    "complete": True,
                    "variant": variant,
                    "python": base.version,
                    "requirements": _sha256(requirements),
                    "packages": _packages(self.building),
                },
            )
            self._take_place()
        except OSError as error:
            raise _unwritten(error) from error
        finally:
            with contextlib.suppress(EnvironmentFailed):  # what stays is discarded the next time
                self._discard(self.building)
        feedback.setProgress(100)
        return answer

    def remove(self) -> list[Path]:
        """Remove the environment and what an interrupted installation left; returns the folders that went."""
        self._refuse_foreign()
        if not self.folder.parent.is_dir():  # a lock would make it
            return []
        with self._alone():
            gone = [folder for folder in (self.folder, self.building, self.retired) if folder.exists()]
            for folder in gone:
                self._discard(folder)
        return gone

    def damage(self) -> str:
        """The first installed file that is missing or has another size than pip wrote, or an empty string."""
        for record in _site_packages(self.folder, "*.dist-info/RECORD"):
            try:
                with record.open(newline="", encoding="utf-8") as lines:
                    for name, _, size in csv.reader(lines):
                        path = record.parent.parent / name
                        if size and not (path.is_file() and path.stat().st_size == int(size)):
                            return str(path)
            except (OSError, ValueError, csv.Error):  # pip's own list is what is damaged
                return str(record)
        return ""

    def size(self) -> int:
        """Bytes on disk."""
        total = 0
        for folder, _, files in os.walk(self.folder):
            for name in files:
                with contextlib.suppress(OSError):  # it may be removed meanwhile
                    total += os.lstat(os.path.join(folder, name)).st_size
        return total

    @contextlib.contextmanager
    def _alone(self):
        """Holds the lock. Raises EnvironmentFailed where another holds it, in this QGIS or elsewhere; not where one died with it."""
        lock = self._lock_file()
        try:
            self.lock.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritten(error) from error
        if not lock.tryLock(1000):  # a look holds it for a moment
            if lock.error() != QLockFile.LockError.LockFailedError:
                raise _unwritten(tr("{} cannot be made").format(self.lock))
            raise EnvironmentFailed(self._busy(), tr("Try again when that has ended."))
        try:
            yield
        finally:
            lock.unlock()

    def _is_busy(self):
        lock = self._lock_file()
        if not self.lock.exists() or lock.tryLock(0):
            lock.unlock()
            return False
        return lock.error() == QLockFile.LockError.LockFailedError

    def _busy(self):
        return tr("The backend is being set up or removed just now ({}).").format(self.lock)

    def _lock_file(self):
        lock = QLockFile(str(self.lock))
        lock.setStaleLockTime(0)  # pip may take as long as it likes; whether the process lives is looked at all the same
        return lock

    def _refuse_foreign(self):
        for folder in (self.folder, self.building, self.retired):
            if folder.is_symlink() or (folder.exists() and not _is_ours(folder)):
                raise EnvironmentFailed(tr("{} was not made by SIRAN.").format(folder), tr("Move it away; SIRAN does not touch it."))

    def _discard(self, folder: Path):
        if not folder.exists():
            return
        try:
            # The marker goes last: what a kill leaves here can still be told to be ours.
            for entry in folder.iterdir():
                if entry.name == MARKER:
                    continue
                if entry.is_dir() and not entry.is_symlink():
                    shutil.rmtree(entry)
                else:
                    entry.unlink()
            shutil.rmtree(folder)
        except OSError as error:
            raise EnvironmentFailed(
                tr("{} could not be removed: {}.").format(folder, error), tr("Close what uses it and try again.")
            ) from error

    def _take_place(self):
        self._discard(self.retired)
        if self.folder.exists():
            _rename(self.folder, self.retired)
        try:
            _rename(self.building, self.folder)
        except OSError:
            if self.retired.exists():
                _rename(self.retired, self.folder)
            raise
        with contextlib.suppress(EnvironmentFailed):  # the new one is in its place; what stays of the old is discarded the next time
            self._discard(self.retired)


def _rename(folder: Path, name: Path):
    """On Windows a virus scanner or an indexer holds new files for some seconds, and their folder cannot be renamed meanwhile."""
    for pause in PAUSES:
        try:
            return os.replace(folder, name)
        except PermissionError:
            time.sleep(pause)
    return os.replace(folder, name)


def interpreter(folder: Path) -> Path:
    """The interpreter of the virtual environment at `folder`."""
    return folder / "Scripts" / "python.exe" if sys.platform == "win32" else folder / "bin" / "python"


def backend_variables(plugin: Path, models: Path | None = None) -> dict:
    """Environment variables of a process that runs the backend of `plugin`."""
    extra = {"PYTHONPATH": str(plugin)}
    if models is not None:
        extra["SIRAN_MODELS"] = str(models)
    return process.clean_environment(dict(os.environ), **extra)


def backend_info(python: Path, plugin: Path, is_cancelled, models: Path | None = None) -> dict:
    """What `python -m backend info --json` says. Raises Cancelled, or EnvironmentFailed if it does not run there."""
    variables = backend_variables(plugin, models)
    try:
        for arguments in (["-c", _LOAD], ["-m", "backend", "info", "--json"]):
            finished, answer = process.capture(
                [str(python), *arguments], environment=variables, is_cancelled=is_cancelled, limit=LONGEST_INFO
            )
            if is_cancelled():
                raise Cancelled(tr("Cancelled."))
            if finished.status != 0:
                break
        else:
            try:
                return json.loads(answer)
            except ValueError:
                raise EnvironmentFailed(tr("{} is no Python that has the backend's packages.").format(python)) from None
        if is_another_program(python, finished.stderr):
            raise EnvironmentFailed(tr("{} is no Python that has the backend's packages.").format(python))
        reason = last_line(finished.stderr) or tr("it ended with status {}").format(finished.status)
        if finished.cancelled:
            reason = tr("it did not answer within {:.0f} s").format(LONGEST_INFO)
    except OSError as error:
        reason = str(error)
    raise EnvironmentFailed(tr("The backend does not run in {}: {}.").format(python, reason))


def find_base(candidates, is_cancelled) -> Base:
    """The first of `candidates` that is new enough and can make a virtual environment. Raises EnvironmentFailed."""
    seen = []
    for candidate in candidates:
        try:
            finished, answer = process.capture(
                [candidate, "-c", _ASK],
                environment=process.clean_environment(dict(os.environ)),
                is_cancelled=is_cancelled,
                limit=LONGEST_ASK,
            )
        except OSError:
            seen.append(tr("{} does not start").format(candidate))
            continue
        version = answer.strip()
        if is_cancelled():
            raise Cancelled(tr("Cancelled."))
        if finished.status != 0 and finished.cancelled:
            seen.append(tr("{} did not answer within {:.0f} s").format(candidate, LONGEST_ASK))
        elif finished.status != 0 and re.search(r"No module named '?(venv|ensurepip)", finished.stderr):
            lacking = tr("{} lacks the module venv or ensurepip (on Debian and Ubuntu: the package python3-venv)")
            seen.append(lacking.format(candidate))
        elif finished.status != 0 and re.search(r"No module named '?_?ssl|DLL load failed while importing _ssl", finished.stderr):
            seen.append(tr("{} lacks the module ssl, and cannot ask a server").format(candidate))
        elif finished.status != 0 or not re.fullmatch(r"\d+\.\d+\.\d+", version):
            seen.append(tr("{} is no Python").format(candidate))
        elif not NEEDED <= tuple(int(part) for part in version.split("."))[:2] <= NEWEST:
            seen.append(tr("{} is Python {}").format(candidate, version))
        else:
            return Base(candidate, version)
    oldest, newest = (".".join(map(str, version)) for version in (NEEDED, NEWEST))
    found = "; ".join(seen) or tr("none was found")
    raise EnvironmentFailed(
        tr("The backend needs Python {} to {} ({}).").format(oldest, newest, found), tr("Install one and name it in the parameter PYTHON.")
    )


def base_candidates(named: str = "") -> list[str]:
    """Interpreters worth a try, best first: the one that was named and no other, else QGIS's own and those in PATH."""
    if named:
        return [named]
    candidates = []
    own = Path(sys.executable or "")
    if own.name.lower().startswith("python"):
        candidates.append(own)
    if sys.platform == "win32":
        for folder in (Path(sys.base_prefix), own.parent):
            candidates += [folder / "python3.exe", folder / "python.exe"]
    elif sys.platform == "darwin":  # QGIS.app/Contents/MacOS/QGIS
        candidates += [own.parent / "bin" / "python3", Path(sys.base_prefix) / "bin" / "python3"]
    else:
        candidates.append(Path(sys.base_prefix) / "bin" / "python3")
    found = [str(candidate) for candidate in candidates if candidate.is_file()]
    names = ("python3", "python3.14", "python3.13", "python3.12", "python3.11", "python")
    found += filter(None, map(shutil.which, names))
    if sys.platform == "darwin":  # what the Finder starts has no shell's PATH
        framework = Path("/Library/Frameworks/Python.framework/Versions")
        installed = [Path("/opt/homebrew/bin"), Path("/usr/local/bin"), *framework.glob("3.*/bin")]
        found += [str(folder / name) for folder in installed for name in names if (folder / name).is_file()]
    return list(dict.fromkeys(found))


OPTION_UNKNOWN = re.compile(r"(invalid|unrecognized|unknown|illegal) option|cannot access", re.IGNORECASE)


def is_another_program(python, stderr: str) -> bool:
    """Whether what was to be a Python failed as another program does that is given Python's options: by a complaint under its name."""
    own = f"{python}: ", f"{Path(python).name}: "
    return any(line.startswith(own) and OPTION_UNKNOWN.search(line) for line in stderr.splitlines())


def last_line(text: str) -> str:
    """The last line that says something, without its full stop."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else ""


def _unwritten(reason) -> EnvironmentFailed:
    return EnvironmentFailed(
        tr("The backend's environment could not be written: {}.").format(reason),
        tr(
            "See that the disk has room, that its folder may be written to (the settings may name another), and that no backend is running."
        ),
    )


def _make_venv(base: Base, folder: Path, feedback):
    feedback.setProgressText(tr("Making a virtual environment with Python {} ({})").format(base.version, base.python))
    feedback.setProgress(2)
    complaint = tr("The virtual environment could not be made: {}.")
    hint = tr("The log has all that was said. Another Python can be named in the parameter PYTHON.")
    _run([base.python, "-m", "venv", str(folder)], feedback, feedback.pushConsoleInfo, complaint, hint)
    if not interpreter(folder).exists():
        raise EnvironmentFailed(
            complaint.format(tr("{} is not there").format(interpreter(folder))),
            tr("A Python of the Microsoft Store writes elsewhere than it says. Name another one in the parameter PYTHON."),
        )
    feedback.setProgress(10)


def _install(python: Path, requirements: Path, feedback):
    wanted = sum(1 for line in requirements.read_text(encoding="utf-8").splitlines() if re.match(r"[A-Za-z0-9]", line))
    collected = 0
    feedback.setProgressText(tr("Installing {} packages with pip ({})").format(wanted, requirements.name))

    def on_line(line):
        nonlocal collected
        feedback.pushConsoleInfo(line)
        if line.startswith("Collecting "):
            collected += 1
            feedback.setProgress(10 + 60 * min(1.0, collected / max(1, wanted)))
        elif line.startswith("Installing collected packages"):
            feedback.setProgress(75)

    # A package that is no wheel would be compiled, which fails late and in words that help nobody.
    command = [str(python), "-m", "pip", "install", "--only-binary=:all:", "--require-virtualenv", "--disable-pip-version-check"]
    complaint, hint = tr("pip could not install the backend's packages: {}."), tr("The log has all that was said.")
    # Where pip's own settings ask for installation into the user's folder, it refuses to use a virtual environment.
    _run(
        [*command, "--no-input", "--progress-bar=off", "-r", str(requirements)],
        feedback,
        on_line,
        complaint,
        hint,
        PIP_USER="0",
        **proxy.variables(),
    )
    feedback.setProgress(95)


def _run(command, feedback, on_line, complaint, hint, **variables):
    said = []

    def remember(line):
        said.append(line)
        on_line(line)

    finished = process.run(
        command,
        environment=process.clean_environment(dict(os.environ), **variables),
        on_line=remember,
        is_cancelled=feedback.isCanceled,
        merge_stderr=True,
    )
    if finished.cancelled:
        raise Cancelled(tr("Cancelled; the new environment was removed."))
    if finished.status != 0:
        reasons = [line for line in said if line.startswith("ERROR:")] or said[-1:] or [tr("status {}").format(finished.status)]
        # pip only warns of either, and then finds no version of the first package.
        if any(UNTRUSTED in line for line in said) and NO_VERSION in reasons[0]:
            reasons = [tr("the certificate of the packages' server is not trusted")]
            hint = tr("Where a proxy opens encrypted connections, pip has to know its certificate (the variable PIP_CERT). {}").format(hint)
        elif any(BROKEN_CONNECTION in line for line in said) and NO_VERSION in reasons[0]:
            reasons = [tr("the server of the packages cannot be reached")]
            hint = tr("Look at the connection and at QGIS's proxy (Settings > Options > Network). {}").format(hint)
        raise EnvironmentFailed(complaint.format(reasons[0].rstrip(".")), hint)


def _home(folder: Path) -> Path:
    """The folder of the Python that an environment was made of; its own where nothing says it."""
    try:
        text = (folder / "pyvenv.cfg").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return folder
    homes = re.findall(r"^home\s*=\s*(.+?)\s*$", text, re.MULTILINE)
    return Path(homes[0]) if homes else folder


def _packages(folder: Path) -> list[str]:
    """Names of the installed distributions' folders."""
    return [path.name for path in _site_packages(folder, "*.dist-info")]


def _site_packages(folder: Path, pattern: str) -> list[Path]:
    packages = "Lib/site-packages" if sys.platform == "win32" else "lib/python*/site-packages"
    return sorted(folder.glob(f"{packages}/{pattern}"))


def _is_ours(folder: Path) -> bool:
    return (folder / MARKER).is_file() or (folder.is_dir() and not any(folder.iterdir()))


def _read_marker(folder: Path) -> dict:
    try:
        marker = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return marker if isinstance(marker, dict) else {}


def _write_marker(folder: Path, marker: dict):
    write_whole(folder / MARKER, json.dumps(marker, indent=1))


def _sha256(path: Path) -> str:
    # Line endings differ between a checkout and a zip on Windows; the pins do not.
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
