"""The check of a package finds what the plugin repository would refuse, and finds nothing in a good package."""

from __future__ import annotations

import importlib.util
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
Files = dict[str, bytes]


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


check_package = load("check_package")


def good() -> Files:
    """A small package that is in order, with the project's own metadata."""
    return {
        "siran/__init__.py": b"def classFactory(iface):\n    return None\n",
        "siran/metadata.txt": (ROOT / "metadata.txt").read_bytes(),
        "siran/LICENSE": b"GNU GENERAL PUBLIC LICENSE\n",
        "siran/resources/icon.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>\n",
        "siran/backend/requirements-cpu.txt": (ROOT / "backend" / "requirements-cpu.txt").read_bytes(),
    }


def pack(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def metadata(old: str, new: str) -> Callable[[Files], None]:
    """A change to a line of metadata.txt that starts with `old`."""

    def change(files: Files) -> None:
        lines = files["siran/metadata.txt"].decode().splitlines()
        changed = [new if line.startswith(old) else line for line in lines]
        assert changed != lines
        files["siran/metadata.txt"] = "\n".join(changed).encode()

    return change


def adding(name: str, data: bytes = b"x") -> Callable[[Files], None]:
    return lambda files: files.update({name: data})


def without(name: str) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        del files[name]

    return change


def renamed(top: str) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        for name in list(files):
            files[name.replace("siran/", f"{top}/", 1)] = files.pop(name)

    return change


def test_a_good_package_has_no_problems(tmp_path: Path) -> None:
    assert check_package.check(pack(tmp_path / "siran-0.1.0.zip", good()), None) == []


# The pieces of a secret are put together here, so that this file holds none itself.
KEY = ("password = 'AKIA" + "IOSFODNN7" + "QWERTZU'\n").encode()

BAD: dict[str, tuple[Callable[[Files], None], str]] = {
    "two folders": (adding("other/file.txt"), "one folder"),
    "a file beside the folder": (adding("README.md"), "one folder"),
    "folder is no identifier": (renamed("siran-0.1"), "not an identifier"),
    "folder is called plugin": (renamed("siranplugin"), "holds 'plugin'"),
    "no __init__.py": (without("siran/__init__.py"), "__init__.py is missing"),
    "no metadata": (without("siran/metadata.txt"), "metadata.txt is missing"),
    "no LICENSE": (without("siran/LICENSE"), "LICENSE is missing"),
    "bytecode": (adding("siran/a.pyc"), "a.pyc: compiled"),
    "bytecode folder": (adding("siran/__pycache__/a.txt"), "does not belong"),
    "git folder": (adding("siran/.git/config"), "does not belong"),
    "git file": (adding("siran/.gitignore"), "does not belong"),
    "shared library": (adding("siran/lib.so"), "lib.so: compiled"),
    "versioned shared library": (adding("siran/lib.so.1.2"), "lib.so.1.2: compiled"),
    "Windows library": (adding("siran/lib.dll"), "lib.dll: compiled"),
    "macOS library": (adding("siran/lib.dylib"), "lib.dylib: compiled"),
    "shell script": (adding("siran/run.sh"), "run.sh: compiled code, shell scripts"),
    "a way out": (adding("siran/../../x.txt"), "leads out"),
    "metadata is no INI": (lambda files: files.update({"siran/metadata.txt": b"name\n"}), "cannot be read"),
    "no general section": (lambda files: files.update({"siran/metadata.txt": b"[other]\na=1\n"}), "no section [general]"),
    "metadata not UTF-8": (lambda files: files.update({"siran/metadata.txt": b"[general]\nname=\xff\n"}), "not UTF-8"),
    "name holds plugin": (metadata("name=", "name=SIRAN Plugin"), "the name holds 'plugin'"),
    "version of two numbers": (metadata("version=", "version=0.1"), "not MAJOR.MINOR.PATCH"),
    "QGIS 2": (metadata("qgisMinimumVersion=", "qgisMinimumVersion=2.18"), "not a version of QGIS 3"),
    "maximum version": (metadata("qgisMaximumVersion=", "qgisMaximumVersion=3.99"), "qgisMaximumVersion is '3.99'"),
    "category": (metadata("category=", "category=Plugins"), "category is 'Plugins'"),
    "no processing provider": (metadata("hasProcessingProvider=", "hasProcessingProvider=no"), "hasProcessingProvider is 'no'"),
    "dead field": (metadata("deprecated=", "supportsQt6=True"), "supportsQt6 is no longer"),
    "email": (metadata("email=", "email=nobody"), "email is not an address"),
    "tracker": (metadata("tracker=", "tracker=on paper"), "tracker is not a web address"),
    "silent about dependencies": (metadata("about=", "about=Makes elevation models finer."), "dependency onnxruntime"),
    "icon is missing": (without("siran/resources/icon.svg"), "icon resources/icon.svg is not in the zip"),
    "Bandit: shell": (adding("siran/a.py", b"import subprocess\nsubprocess.run('ls', shell=True)\n"), "bandit: "),
    "Bandit: assert": (adding("siran/a.py", b"assert True\n"), "B101"),
    "detect-secrets": (adding("siran/a.py", KEY), "detect-secrets: siran/a.py:1"),
}
for field in ("name", "description", "version", "qgisMinimumVersion", "author", "email", "about", "tracker", "repository", "homepage"):
    BAD[f"empty {field}"] = (metadata(f"{field}=", f"{field}="), f"{field} is missing or empty")


@pytest.mark.parametrize("case", BAD)
def test_a_bad_package_is_refused(case: str, tmp_path: Path) -> None:
    change, expected = BAD[case]
    files = good()
    change(files)
    problems = check_package.check(pack(tmp_path / "siran-0.1.0.zip", files), None)
    assert any(expected in problem for problem in problems), problems


def test_a_version_other_than_the_zips_is_refused(tmp_path: Path) -> None:
    problems = check_package.check(pack(tmp_path / "siran-9.9.9.zip", good()), "9.9.9")
    assert any("the zip's name says '9.9.9'" in problem for problem in problems), problems


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "siran-0.1.0.zip"
    path.write_bytes(b"nothing of the kind")
    assert any("not a zip" in problem for problem in check_package.check(path, None))


def test_a_large_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_package, "MOST_BYTES", 1000)
    assert any("more than the 1000" in problem for problem in check_package.check(pack(tmp_path / "siran-0.1.0.zip", good()), None))


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    path = pack(tmp_path / "siran-0.1.0.zip", good())
    link = zipfile.ZipInfo("siran/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc")
    assert any("a symbolic link" in problem for problem in check_package.check(path, None))
