"""Pictures for docs/: the algorithm's dialog, filled in, and the map with the result that it loaded.

    python tests/qgis/screenshots.py

Starts the real QGIS desktop under Xvfb, in a profile of its own, with this checkout as the plugin; runs the algorithm from
its dialog on the sample, saves docs/images/dialog.png and docs/images/result.png, and ends by itself. SIRAN_PYTHON names the
interpreter that has the backend's requirements (default: .venv of this checkout), SIRAN_MODEL another model than the bundled one.
"""

import os
import signal
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
SAMPLE = ROOT / "resources" / "sample"
OUTPUT = Path("/var/tmp/siran/marin_fine.tif")  # seen in the picture, and not where QGIS would call it temporary
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LIMIT = int(os.environ.get("SIRAN_LIMIT", "300"))  # seconds


def main():
    """Outside QGIS: make a profile, start the desktop with this file as its start-up script."""
    with tempfile.TemporaryDirectory(prefix="siran-") as folder:
        profile = Path(folder) / "profiles" / "default"
        plugins = profile / "python" / "plugins"
        plugins.mkdir(parents=True)
        (plugins / "siran").symlink_to(ROOT)
        (profile / "QGIS").mkdir()
        (profile / "QGIS" / "QGIS3.ini").write_text(
            "[PythonPlugins]\nsiran=true\nprocessing=true\n[qgis]\nshowTips=false\ncheckVersion=false\n[app]\nprojections\\unknownCrsBehavior=NoAction\n"
        )
        environment = {
            **os.environ,
            "PATH": SYSTEM_PATH,
            "QGIS_CUSTOM_CONFIG_PATH": folder,
            "SIRAN_PYTHON": os.environ.get("SIRAN_PYTHON", str(ROOT / ".venv" / "bin" / "python")),
            "SIRAN_SCREENSHOTS": folder,
        }
        environment.pop("QT_QPA_PLATFORM", None)
        start = Path(folder) / "start.py"  # QGIS runs it without telling it its own path
        start.write_text(f"import runpy\nrunpy.run_path({str(Path(__file__).resolve())!r}, run_name='inside')\n")
        command = ["xvfb-run", "-a", "-s", "-screen 0 1400x1000x24", "qgis", "--nologo", "--noversioncheck", "--code", str(start)]
        log = Path(folder) / "log"
        with log.open("wb") as stream:
            desktop = subprocess.Popen(command, env=environment, stdout=stream, stderr=stream, start_new_session=True)
            try:
                desktop.wait(timeout=LIMIT)
            except subprocess.TimeoutExpired:
                os.killpg(desktop.pid, signal.SIGKILL)
        outcome = Path(folder) / "outcome"
        said = outcome.read_text() if outcome.exists() else f"QGIS said nothing about its pictures.\n{log.read_text()[-3000:]}"
    OUTPUT.unlink(missing_ok=True)
    print(said)
    return 0 if said.startswith("saved") else 1


def inside(folder):
    """Inside QGIS: open the dialog, fill it, take its picture, press Run, take the map's picture."""
    from qgis.PyQt.QtCore import QTimer

    def guarded():
        try:
            outcome = take_pictures()
        except Exception:
            outcome = traceback.format_exc()
        (folder / "outcome").write_text(outcome)
        # Not QApplication.quit: QGIS would ask whether to save the project.
        os._exit(0)

    QTimer.singleShot(3000, guarded)


def take_pictures():
    import processing
    from qgis.core import QgsProject, QgsRasterLayer
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtWidgets import QDockWidget, QLineEdit
    from qgis.utils import iface

    IMAGES.mkdir(parents=True, exist_ok=True)
    OUTPUT.parent.mkdir(exist_ok=True)
    dem = QgsRasterLayer(str(SAMPLE / "marin_srtm_1arcsec.tif"), "SRTM, 30 m")
    guide = QgsRasterLayer(str(SAMPLE / "marin_landsat7_nir_r_g.tif"), "Landsat 7, near infrared - red - green")
    for layer in (dem, guide):
        QgsProject.instance().addMapLayer(layer)
    QgsProject.instance().setCrs(guide.crs())
    wait(1.0)

    parameters = {
        "INPUT": dem.id(),
        "GUIDE": guide.id(),
        "DEM_SOURCE": 1,
        "OUTPUT": str(OUTPUT),
        "MODEL": os.environ.get("SIRAN_MODEL", ""),
    }
    dialog = processing.createAlgorithmDialog("siran:superresolve", parameters)
    dialog.resize(1080, 790)
    dialog.show()
    dialog.runButton().setFocus()
    for edit in dialog.findChildren(QLineEdit):
        edit.deselect()
    wait(1.5)
    dialog.grab().save(str(IMAGES / "dialog.png"))

    dialog.runButton().click()
    wait(LIMIT / 2, until=lambda: "finished" in log_of(dialog))
    if not dialog.results():
        return f"The run failed:\n{log_of(dialog)}"
    wait(1.0)
    dialog.close()
    result = next(layer for layer in QgsProject.instance().mapLayers().values() if layer.id() not in (dem.id(), guide.id()))
    QgsProject.instance().layerTreeRoot().findLayer(guide.id()).setItemVisibilityChecked(False)
    QgsProject.instance().layerTreeRoot().findLayer(dem.id()).setItemVisibilityChecked(False)
    window = iface.mainWindow()
    window.resize(1280, 860)
    for dock in ("Browser", "ProcessingToolbox"):
        widget = window.findChild(QDockWidget, dock)
        if widget is not None:
            widget.hide()
    window.resizeDocks([window.findChild(QDockWidget, "Layers")], [380], Qt.Orientation.Horizontal)
    canvas = iface.mapCanvas()
    iface.messageBar().clearWidgets()
    canvas.setDestinationCrs(result.crs())
    canvas.setExtent(result.extent())
    canvas.refresh()
    wait(3.0)
    window.grab().save(str(IMAGES / "result.png"))
    return f"saved {IMAGES / 'dialog.png'} and {IMAGES / 'result.png'} ({result.name()})"


def log_of(dialog):
    """What the dialog's log says."""
    from qgis.PyQt.QtWidgets import QTextEdit

    return "\n".join(edit.toPlainText() for edit in dialog.findChildren(QTextEdit))


def wait(seconds, until=None):
    """Let QGIS do its work for some seconds, or until something is true."""
    import time

    from qgis.PyQt.QtCore import QCoreApplication

    end = time.monotonic() + seconds
    while time.monotonic() < end and not (until and until()):
        QCoreApplication.processEvents()
        time.sleep(0.02)


if __name__ == "inside":
    inside(Path(os.environ["SIRAN_SCREENSHOTS"]))
elif __name__ == "__main__":
    sys.exit(main())
