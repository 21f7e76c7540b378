"""Write dist/siran-VERSION.zip from what git has committed, and check it as the QGIS plugin repository would.

    python scripts/make_package.py [COMMIT]

What the zip leaves out is said in .gitattributes (export-ignore). Work that is not committed is not in it; a line says so.
"""

from __future__ import annotations

import configparser
import subprocess
import sys
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
    return package, version


def main() -> None:
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
