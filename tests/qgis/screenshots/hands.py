"""Inside of QGIS: what a user's hands and eyes do."""

import time
import traceback
from pathlib import Path

from qgis.PyQt.QtCore import QPoint, Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QTextEdit
from qgis.utils import iface

TICK = 50  # milliseconds
PATIENCE = 150  # seconds that anything but set-up may take
folder = Path()  # where pictures go


class Stumbled(Exception):
    """Something is not as it should be."""


def walk(steps, ended):
    """Take the `steps`, a generator: it yields seconds to wait, or what is waited for: (what, function that says when, seconds at most).

    By a timer, because a dialog that QGIS opened has an event loop of its own. `ended` gets what went wrong, or an empty text."""
    state = {"busy": False, "what": "", "ready": lambda: True, "until": 0.0}
    timer = QTimer(iface.mainWindow())

    def stop(said):
        timer.stop()
        ended(said)

    def tick():
        if state["busy"]:
            return
        state["busy"] = True
        try:
            if state["ready"]():
                wish = next(steps)
                what, ready, patience = wish if isinstance(wish, tuple) else pause(wish)
                state.update(what=what, ready=ready, until=time.monotonic() + patience)
            elif time.monotonic() > state["until"]:
                screen("stumbled")
                stop(f"Waited in vain for: {state['what']}.")
        except StopIteration:
            stop("")
        except Exception:
            stop(traceback.format_exc())
        finally:
            state["busy"] = False

    timer.timeout.connect(tick)
    timer.start(TICK)


def pause(seconds):
    end = time.monotonic() + seconds
    return "time to pass", lambda: time.monotonic() >= end, seconds + PATIENCE


def until(what, ready, patience=PATIENCE):
    return what, ready, patience


def need(good, sentence):
    if not good:
        raise Stumbled(sentence)


def click(widget, at=None, later=False):
    """Click into the middle of a widget, or `at` (x, y); `later` where the click opens a dialog and returns only when that closes."""
    position = QPoint(*at) if at else widget.rect().center()
    if later:
        QTimer.singleShot(0, lambda: QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=position))
    else:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=position)


def menu(text):
    """The entry of Raster > SIRAN."""
    ours = next(action.menu() for action in iface.rasterMenu().actions() if action.text().replace("&", "") == "SIRAN")
    return next(action for action in ours.actions() if action.text() == text)


def dialogs(algorithm):
    """The dialogs of an algorithm that are seen, by title."""
    seen = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible() and hasattr(widget, "runButton")]
    return [widget for widget in seen if widget.algorithm().id() == algorithm]


def log_of(dialog):
    return "\n".join(edit.toPlainText() for edit in dialog.findChildren(QTextEdit))


def widget(picture_of, name):
    """Take the picture of a widget."""
    need(picture_of.grab().save(str(folder / f"{name}.png")), f"{name}.png cannot be written.")


def screen(name):
    """Take the picture of all that is seen."""
    grabbed = QApplication.primaryScreen().grabWindow(0)
    need(grabbed.save(str(folder / f"{name}.png")), f"{name}.png cannot be written.")
