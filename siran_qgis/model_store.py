"""The folder of the user's models: what is put into it is there as a whole and with its SHA-256, or not at all.

A model is made ready in a folder inside it, under another name, and then renamed. Its sum is written into SHA256SUMS first, beside the old
one, and the old one goes last: at every moment the file that is there has a line that promises it.
"""

from __future__ import annotations

import codecs
import contextlib
import hashlib
import os
import re
import shutil
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

from . import model_card, paths
from .errors import Cancelled, SiranError
from .translation import tr

SUMS = "SHA256SUMS"
STAGING = ".adding-"
ABANDONED = 24 * 3600  # seconds after which a staging folder belongs to a run that is gone
CHUNK = 1 << 20
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # names that Windows keeps for devices
PROGRAMS = (".pt", ".ts", ".pth")


class Model(NamedTuple):
    """An installed model. `card` is empty where `error` says why; `sha256` is empty where it could not be had."""

    name: str
    path: Path
    bundled: bool
    default: bool
    size: int
    sha256: str
    card: dict
    error: str


def nothing_changed() -> Cancelled:
    """What is raised where a cancel leaves everything as it was."""
    return Cancelled(tr("Cancelled; nothing was changed."))


def look(answers=None) -> list:
    """The installed models, as Model, by name. `answers` is what the backend says of them (`models` of `info --json`), which has checked
    the files; without it the cards are taken at their word."""
    known = {str(answer.get("path")): answer for answer in answers or ()}
    default = paths.default_model()
    found = []
    for name, path in paths.installed_models().items():
        answer = known.get(str(path)) or _own_look(path)
        bundled = path.parent == paths.BUNDLED
        with contextlib.suppress(FileNotFoundError):  # removed a moment ago
            size = path.stat().st_size
            card = answer.get("card")
            error = str(answer.get("error") or "")
            found.append(Model(name, path, bundled, name == default, size, str(answer.get("sha256") or ""), card or {}, error))
    return found


def _own_look(path):
    if path.suffix == ".json":
        return {"error": tr("It is a card without a model file.")}
    card = model_card.read(path)
    return {"sha256": sha256(path), "card": card} if card else {"sha256": sha256(path), "error": tr("It has no card that can be read.")}


def refuse_program(name):
    """Raises SiranError for a TorchScript file. `name` is a path or an address."""
    if name.lower().endswith(PROGRAMS):
        raise SiranError(
            tr("{} is a TorchScript file, which is a program that would run with your rights; only ONNX files are added.").format(name),
            tr("Ask for the model as .onnx."),
        )


@contextlib.contextmanager
def staging(folder):
    """A folder inside of `folder` (made where missing) that is gone afterwards. Raises SiranError where it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"{STAGING}*"):
            if time.time() - old.stat().st_mtime > ABANDONED:
                shutil.rmtree(old, ignore_errors=True)
        made = Path(tempfile.mkdtemp(prefix=STAGING, dir=folder))
    except OSError as error:
        raise SiranError(
            tr("The folder {} cannot be written: {}.").format(folder, error.strerror),
            tr("See that the disk has room and that you may write there, or name another folder in the settings."),
        ) from error
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def copy(source, target, is_cancelled) -> str:
    """Copy a file and return its SHA-256. Raises SiranError or Cancelled."""
    digest = hashlib.sha256()
    try:
        with open(source, "rb") as old, open(target, "wb") as new:
            for chunk in iter(lambda: old.read(CHUNK), b""):
                if is_cancelled():
                    raise nothing_changed()
                digest.update(chunk)
                new.write(chunk)
            _settle(new)
    except OSError as error:
        raise SiranError(
            tr("{} cannot be copied: {}.").format(source, error.strerror), tr("See that it can be read and that the disk has room.")
        ) from error
    return digest.hexdigest()


def expected_sum(text) -> str:
    """A SHA-256 as somebody wrote it, in lower case; empty where nothing was. Raises SiranError for anything else."""
    digest = text.strip().lower()
    if digest and not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise SiranError(tr("A SHA-256 has 64 hexadecimal digits; '{}' is none.").format(model_card.plain(text, 80)), tr("Copy it again."))
    return digest


def require_sum(what, digest, expected):
    """Raises SiranError where `what` has another SHA-256 than was expected."""
    if expected and digest != expected:
        raise SiranError(
            tr("{} has the SHA-256 {}, not {}; nothing was added.").format(what, digest, expected),
            tr("It was damaged or exchanged on its way, or the sum is another file's."),
        )


def name_of(card) -> str:
    """The name under which a model with this card is kept. Raises SiranError for one that is no good name for a file."""
    name = str(card.get("name", ""))
    if not NAME.fullmatch(name) or RESERVED.fullmatch(name) or name.endswith("."):
        raise SiranError(
            tr("The model calls itself '{}', which is no name for a file.").format(model_card.plain(name, 80)),
            tr("A name has up to 64 letters, digits, dots, dashes and underscores."),
        )
    return name


def refuse_taken(name, overwrite):
    """Raises SiranError where a model of that name is installed and may not be replaced."""
    taken = next((other for other in paths.installed_models() if other.casefold() == name.casefold()), None)
    if taken is None or (overwrite and taken == name):
        return
    if taken != name:
        raise SiranError(
            tr("The model {} would stand beside {}, whose name differs in case only.").format(name, taken),
            tr("Remove {} first.").format(taken),
        )
    if paths.installed_models()[name].parent == paths.BUNDLED:
        raise SiranError(
            tr("A model {} comes with SIRAN.").format(name),
            tr("Tick 'Replace a model of the same name' (OVERWRITE) to use the new one in its place."),
        )
    raise SiranError(tr("A model {} is there already.").format(name), tr("Tick 'Replace a model of the same name' (OVERWRITE)."))


def put(staged, name, digest, folder) -> Path:
    """Move the model file `staged`, which lies in a staging folder of `folder`, to its place. Raises SiranError, and then leaves the folder
    as it was."""
    target = folder / f"{name}.onnx"
    try:
        before = _read_sums(folder)
        after = [line for line in before if _named(line) != target.name]
        _write_sums(folder, [*before, _line(digest, target.name)])
        try:
            os.replace(staged, target)
        except OSError:
            _write_sums(folder, before)
            raise
    except OSError as error:
        raise SiranError(
            tr("{} cannot be written: {}.").format(target, error.strerror), tr("Close what uses it, and see that the disk has room.")
        ) from error
    with contextlib.suppress(OSError):  # a line too much promises nothing wrong
        _write_sums(folder, [*after, _line(digest, target.name)])
    return target


def removable(name) -> None:
    """Raises SiranError where no model of the user's has that name."""
    installed = paths.installed_models()
    if name not in installed:
        raise SiranError(
            tr("There is no model '{}'.").format(model_card.plain(name, 80)),
            tr("Installed: {}.").format(", ".join(installed) or tr("none")),
        )
    if installed[name].parent == paths.BUNDLED:
        raise SiranError(tr("The model {} comes with SIRAN and cannot be removed.").format(name))


def remove(name, folder):
    """Remove the user's model and its stored answer. Raises SiranError, and then leaves the folder as it was."""
    files = [file for ending in (*paths.MODEL_ENDINGS, ".check.npz") for file in (folder / (name + ending),) if file.is_file()]
    names = {file.name for file in files}
    with staging(folder) as aside:
        moved = []
        try:
            kept = [line for line in _read_sums(folder) if _named(line) not in names]
            for file in files:
                os.replace(file, aside / file.name)
                moved.append(file)
            _write_sums(folder, kept)
        except BaseException as error:  # whatever it is: what is left in the staging folder is gone
            for file in moved:
                os.replace(aside / file.name, file)
            if not isinstance(error, OSError):
                raise
            raise SiranError(tr("The model {} cannot be removed: {}.").format(name, error.strerror), tr("Close what uses it.")) from error


def write_whole(path, text):
    """Write a text file, which is there as a whole or as it was. Raises OSError."""
    path = Path(path)
    part = path.with_name(f".{path.name}-{os.getpid()}-{threading.get_ident()}.part")
    try:
        with part.open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            file.write(text)
            _settle(file)
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def sha256(path) -> str:
    """Of a file; empty where it cannot be read."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            for chunk in iter(lambda: file.read(CHUNK), b""):
                digest.update(chunk)
    except OSError:
        return ""
    return digest.hexdigest()


def _read_sums(folder):
    """Its lines. PowerShell writes UTF-16 and says so; other letters than UTF-8's stay as they are. Raises SiranError where no name could
    be found again: the backend takes no model beside such a file."""
    file = folder / SUMS
    content = file.read_bytes() if file.is_file() else b""
    if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return content.decode("utf-16", errors="replace").splitlines()
    if b"\0" in content:
        raise SiranError(tr("{} is no text in UTF-8.").format(file), tr("Save it as UTF-8."))
    return content.decode("utf-8-sig", errors="surrogateescape").splitlines()


def _write_sums(folder, lines):
    if lines:
        write_whole(folder / SUMS, "".join(f"{line}\n" for line in lines))
    elif (folder / SUMS).is_file():
        (folder / SUMS).unlink()


def _line(digest, name):
    return f"{digest}  {name}"


def _named(line):
    return line.strip().partition(" ")[2].strip().lstrip("*")


def _settle(file):
    file.flush()
    os.fsync(file.fileno())
