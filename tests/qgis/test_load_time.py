"""What the plugin costs QGIS at its start.

Measured: processor time from the import of the package to the end of what QGIS calls, `initGui` on the desktop (which also registers
the algorithms, with their parameters) and `initProcessing` in qgis_process. Each in a process of its own that has loaded PyQGIS, on the
desktop also qgis.gui and Processing, as any QGIS has before it loads plugins from the profile. The best of several, because other processes
may have the machine; the first fills Python's cache of compiled modules, as the first start after an installation does.
"""

import os
import subprocess
import sys

import pytest
from conftest import PROCESSING, ROOT

LIMIT = 50  # milliseconds
TIMES = 5

CODE = """
import sys, time
sys.path[:0] = [{folder!r}, {processing!r}]
from qgis.core import QgsApplication
{before}
application = QgsApplication([], {gui})
application.initQgis()
known = set(sys.modules)
started, wall = time.process_time(), time.perf_counter()
import siran
plugin = siran.classFactory({iface})
plugin.{call}()
spent, wall = time.process_time() - started, time.perf_counter() - wall
provider = QgsApplication.processingRegistry().providerById("siran")
print("ANSWER", spent * 1000, wall * 1000, len(provider.algorithms()), ",".join(sorted(set(sys.modules) - known)))
plugin.unload()
application.exitQgis()
"""
DESKTOP = {
    "before": "import qgis.gui, qgis.utils, processing, unittest.mock",
    "gui": True,
    "iface": "unittest.mock.Mock(mainWindow=lambda: None)",
    "call": "initGui",
}
TERMINAL = {"before": "import qgis.analysis", "gui": False, "iface": "None", "call": "initProcessing"}


def load(folder, how):
    """(processor milliseconds, milliseconds, algorithms, modules that were imported)"""
    environment = {
        **os.environ,
        "QGIS_CUSTOM_CONFIG_PATH": str(folder / "profile"),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # QGIS's Python keeps what it has compiled
    code = CODE.format(folder=str(folder), processing=PROCESSING, **how)
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120, check=False)
    answers = [line for line in done.stdout.splitlines() if line.startswith("ANSWER")]
    assert answers, done.stdout + done.stderr
    _, spent, wall, algorithms, *modules = answers[0].split(" ")
    return float(spent), float(wall), int(algorithms), modules[0].split(",") if modules else []


@pytest.mark.slow
@pytest.mark.parametrize("how", [DESKTOP, TERMINAL], ids=["desktop", "qgis_process"])
def test_the_plugin_loads_in_no_time(tmp_path, how):
    (tmp_path / "siran").symlink_to(ROOT)
    seen = []
    for _ in range(TIMES):
        spent, wall, algorithms, modules = load(tmp_path, how)
        assert algorithms >= 4
        seen.append((round(spent, 1), round(wall, 1)))
    print(f"processor and wall milliseconds: {seen}")
    assert min(spent for spent, _ in seen) < LIMIT, seen
    # What only a dialog or a run needs is imported by it.
    assert not {"siran.siran_qgis.settings_page", "siran.siran_qgis.widgets"} & set(modules)
    if how is TERMINAL:
        assert "qgis.gui" not in modules and "siran.siran_qgis.options" not in modules
