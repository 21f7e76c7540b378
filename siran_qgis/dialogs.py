"""QGIS's dialogs of algorithms, with what SIRAN adds to them."""

import time

from qgis.PyQt.QtCore import QCoreApplication, QEvent
from qgis.PyQt.QtWidgets import QApplication

from . import windows
from .offer import Offer

PATIENCE = 10.0  # seconds that a run has to end once it is cancelled; its process is killed after four
POLL = 0.05


def make(algorithm, parent, values, missing):
    """The dialog, with `values` of parameters; it says why the backend is `missing` (BackendMissing or None) until that is no longer so.
    None, which stands for QGIS's own, in a QGIS whose dialogs are none that are known here."""
    try:
        made = windows.dialog_class()
    except ImportError:
        return None
    dialog = made(algorithm, parent=parent)
    dialog.setParameters(values)
    if missing is not None:
        dialog.offer = Offer(dialog, missing)
    return dialog


def close_all(provider):
    """Cancel what runs in dialogs of the provider with that id, and close them. Algorithms that outlive their provider ask it for its name,
    and QGIS goes down with them."""
    ours = [one for one in QApplication.allWidgets() if isinstance(one, windows.Window) and _of(one, provider)]
    for dialog in ours:
        windows.cancel(dialog)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and any(windows.is_running(dialog) for dialog in ours):
        QCoreApplication.processEvents()
        time.sleep(POLL)
    for dialog in ours:
        windows.close(dialog)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _of(dialog, provider):
    algorithm = dialog.algorithm()
    return algorithm is not None and algorithm.provider() is not None and algorithm.provider().id() == provider
