"""Write dist/siran-VERSION.zip from what git has committed, and check it as the QGIS plugin repository would.

    python scripts/make_package.py [COMMIT]

What the zip leaves out is said in .gitattributes (export-ignore). Work that is not committed is not in it; a line says so. The newest part
of CHANGELOG.md stands in its metadata.txt, where QGIS's plugin manager shows it.
"""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from check_package import check

ROOT = Path(__file__).resolve().parent.parent


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def make(commit: str = "HEAD", folder: Path = ROOT / "dist") -> tuple[Path, str]:
    """Write the zip of `commit` into `folder`; return its path and its version."""
    metadata = configparser.ConfigParser(interpolation=None)
    metadata.read_string(git("show", f"{commit}:metadata.txt"))
    version = metadata["general"]["version"]
    folder.mkdir(parents=True, exist_ok=True)
    package = folder / f"siran-{version}.zip"
    git("archive", "--format=zip", "-9", "--prefix=siran/", f"--output={package}", commit)
    tell_changes(package)
    return package, version


def tell_changes(package: Path) -> None:
    """Write the newest part of the changes in a package into its metadata."""
    part = package.with_suffix(".part")
    with zipfile.ZipFile(package) as made, zipfile.ZipFile(part, "w") as told:
        told.comment = made.comment  # git's name of the commit
        changes = newest(made.read("siran/CHANGELOG.md").decode("utf-8"))
        for entry in made.infolist():
            content = made.read(entry)
            if entry.filename == "siran/metadata.txt":
                content = with_changes(content.decode("utf-8"), changes).encode("utf-8")
            told.writestr(entry, content, compresslevel=9)
    os.replace(part, package)


def newest(changes: str) -> str:
    """The first part of CHANGELOG.md, from the version on."""
    return re.split(r"^## ", changes, flags=re.MULTILINE)[1].strip()


def with_changes(metadata: str, changes: str) -> str:
    """metadata.txt with its field `changelog` filled; further lines are indented, and QGIS takes a lone per cent sign for a placeholder."""
    lines = [line.strip() for line in changes.replace("%", "%%").splitlines() if line.strip()]
    filled, count = re.subn(r"^changelog=.*$", lambda _: "changelog=" + "\n  ".join(lines), metadata, flags=re.MULTILINE)
    if count != 1:
        raise SystemExit("metadata.txt has no field changelog to be filled.")
    return filled


def main() -> None:
    if any(word.startswith("-") for word in sys.argv[1:]):
        raise SystemExit(__doc__)
    if git("status", "--porcelain", "--untracked-files=no").strip():
        print("note: there are changes that are not committed; they are not in the package", file=sys.stderr)
    package, version = make(*sys.argv[1:2])
    problems = check(package, version)
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        package.rename(package.with_suffix(".refused.zip"))
        raise SystemExit(f"{package.name} would be refused; kept as {package.with_suffix('.refused.zip').relative_to(ROOT)}")
    print(f"{package.relative_to(ROOT)}: {package.stat().st_size / 1e6:.2f} MB, nothing that the plugin repository would refuse")


if __name__ == "__main__":
    main()
