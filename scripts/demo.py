"""Make the sample finer through QGIS, as a user's command does, and draw the result beside its input.

    python scripts/demo.py [PARAMETER=VALUE ...]

Called by `make demo`, after the set-up. Ends with three lines: the output file, what was measured, the picture.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "resources" / "sample"
DEM = SAMPLE / "marin_srtm_1arcsec.tif"
GUIDE = SAMPLE / "marin_landsat7_nir_r_g.tif"
FOLDER = ROOT / "build" / "demo"
RESOLUTION = 10
"""Units of the guide's CRS, a third of its pixel: 7.9 m on the ground there, where the elevation model has 24 by 31 m."""
SHOWN = "-13644000,4566000"
"""Middle of the part that the picture shows: the east shoulder of Mount Tamalpais."""
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def qgis_process() -> str:
    """The program; Debian 12's wrapper around it does not work, the program itself does."""
    for name in ("qgis_process.bin", "qgis_process"):
        found = shutil.which(name, path=SYSTEM_PATH)
        if found:
            return found
    raise SystemExit("qgis_process is not installed; run `make setup`.")


def environment() -> dict[str, str]:
    """The user's environment, with the distribution's Python first, no screen, and the profile that set-up made."""
    variables = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")}
    variables.update(
        PATH=SYSTEM_PATH,
        QT_QPA_PLATFORM="offscreen",
        QGIS_CUSTOM_CONFIG_PATH=str(ROOT / "build" / "qgis"),
        SIRAN_PYTHON=str(ROOT / ".venv" / "bin" / "python"),
    )
    return variables


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    output, picture, log = FOLDER / "marin_fine.tif", FOLDER / "marin_hillshade.png", FOLDER / "qgis_process.log"
    for old in (output, picture):
        old.unlink(missing_ok=True)
    command = [
        *(qgis_process(), "--json", "run", "siran:superresolve", "--"),
        *(f"INPUT={DEM}", f"GUIDE={GUIDE}", f"RESOLUTION={RESOLUTION}", "DEM_SOURCE=srtm", f"OUTPUT={output}"),
        *sys.argv[1:],
    ]
    print(" ".join(["qgis_process", *command[1:]]), file=sys.stderr)
    finished = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    log.write_text(f"{finished.stdout}\n{finished.stderr}", encoding="utf-8")
    try:
        # QGIS may print lines of its own before the object.
        answer = json.loads(finished.stdout[finished.stdout.index("{") :])
    except ValueError:
        answer = {}
    results = answer.get("results", {})
    if finished.returncode != 0 or not output.is_file():
        sys.stderr.write(finished.stdout[-2000:] + finished.stderr[-4000:])
        raise SystemExit(f"qgis_process ended with status {finished.returncode} and made no {output.name}; all that it said: {log}")

    import rasterio

    with rasterio.open(output) as fine:
        width, height = fine.width, fine.height
    pixels, seconds = int(results["PIXELS"]), float(results["SECONDS"])
    title = f"Mount Tamalpais: SRTM and Landsat-7, model {results['MODEL_NAME']}"
    pair = [sys.executable, ROOT / "scripts" / "hillshade_pair.py", DEM, output, picture]
    subprocess.run([*map(str, pair), f"--centre={SHOWN}", "--size=4000", f"--title={title}"], check=True)
    print(output)
    print(
        f"{width} x {height} pixels of {float(results['PIXEL_SIZE']):.1f} m in {seconds:.1f} s: {pixels / seconds:,.0f} pixels/s on "
        f"{results['PROVIDER']} (model {results['MODEL_NAME']})"
    )
    print(picture)


if __name__ == "__main__":
    main()
