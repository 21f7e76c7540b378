"""Outside of QGIS: make the zip, let the desktop walk the road, show the report to a browser, make the pictures small."""

import os
import shutil
import sys
import time
from pathlib import Path

from . import browser, desktop, pictures

ROOT = Path(__file__).resolve().parents[3]
IMAGES = ROOT / "docs" / "images"
KEPT = ROOT / "build" / "screenshots"  # for the pictures of a road that ended too early
# Paths are seen in the pictures, and QGIS would call what lies in the system's temporary folder temporary.
FOLDER = Path("/var/tmp/siran")


def main():
    started = time.time()
    sys.path.insert(0, str(ROOT / "scripts"))
    from make_package import make

    shutil.rmtree(FOLDER, ignore_errors=True)
    taken = FOLDER / "pictures"
    taken.mkdir(parents=True)
    try:
        package, version = make(folder=FOLDER)
        print(f"{package.name}: what is committed")
        interpreter = Path(os.path.abspath(os.environ.get("SIRAN_PYTHON", ROOT / ".venv" / "bin" / "python")))
        environment = FOLDER / "environment"  # a plain name for the pictures; Python finds its packages from here
        environment.symlink_to(interpreter.parent.parent)
        trouble = desktop.walk(FOLDER, package, environment / "bin" / interpreter.name, taken)
        report = FOLDER / "marin_fine.html"
        if trouble:
            shutil.copytree(taken, KEPT, dirs_exist_ok=True)
            raise SystemExit(f"{trouble}\nThe pictures up to there are in {KEPT.relative_to(ROOT)}.")
        if report.exists():
            browser.take(report, taken)
        IMAGES.mkdir(parents=True, exist_ok=True)
        for picture in sorted(taken.glob("*.png")):
            size = pictures.shrink(picture, IMAGES / picture.name)
            print(f"docs/images/{picture.name}: {size / 1000:.0f} kB, taken after {picture.stat().st_mtime - started:.0f} s")
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
    print(f"SIRAN {version} walked the whole road in {time.time() - started:.0f} s.")


if __name__ == "__main__":
    main()
