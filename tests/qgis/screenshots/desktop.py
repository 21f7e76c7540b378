"""QGIS's desktop under Xvfb, in a fresh profile without the plugin."""

import json
import os
import signal
import subprocess
from pathlib import Path

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # PyQGIS needs the distribution's own Python
SETTINGS = """[PythonPlugins]
processing=true
[qgis]
showTips=false
checkVersion=false
[app]
projections\\unknownCrsBehavior=NoAction
[locale]
overrideFlag=true
userLocale=en_US
"""
# QGIS runs it without telling it where it lies.
START = "import sys\nsys.path.insert(0, {tests!r})\nfrom screenshots import road\nroad.begin()\n"


def walk(folder, package, interpreter, pictures):
    """Walk the road (see road.py); returns what went wrong, or an empty text. `folder` becomes that of the profiles."""
    set_up = bool(os.environ.get("SIRAN_SET_UP"))
    limit = int(os.environ.get("SIRAN_LIMIT", "1800" if set_up else "300"))
    profile = folder / "profiles" / "default"
    (profile / "QGIS").mkdir(parents=True)
    (profile / "QGIS" / "QGIS3.ini").write_text(SETTINGS)
    given = {"folder": folder, "package": package, "interpreter": interpreter, "pictures": pictures}
    told = {**{name: str(path) for name, path in given.items()}, "set_up": set_up}
    environment = {
        **os.environ,
        "PATH": SYSTEM_PATH,
        "LANG": "C.UTF-8",
        "QGIS_CUSTOM_CONFIG_PATH": str(folder),
        "SIRAN_SCREENSHOTS": json.dumps(told),
    }
    for name in ("QT_QPA_PLATFORM", "SIRAN_PYTHON", "PYTHONPATH", "VIRTUAL_ENV"):
        environment.pop(name, None)
    start = folder / "start.py"
    start.write_text(START.format(tests=str(Path(__file__).resolve().parents[1])))
    command = ["xvfb-run", "-a", "-s", "-screen 0 1400x1000x24", "qgis", "--nologo", "--noversioncheck", "--code", str(start)]
    log = folder / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen(command, env=environment, stdout=stream, stderr=stream, start_new_session=True)
        try:
            process.wait(timeout=limit)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
    outcome = folder / "outcome"
    if outcome.exists():
        return outcome.read_text()
    return f"QGIS did not come to an end within {limit} s, or crashed.\n{log.read_text(errors='replace')[-3000:]}"
