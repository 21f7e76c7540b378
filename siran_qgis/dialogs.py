"""QGIS's dialogs of algorithms, with what SIRAN adds to them."""

import time

from qgis.gui import QgsProcessingAlgorithmDialogBase
from qgis.PyQt.QtCore import QCoreApplication, QEvent
from qgis.PyQt.QtWidgets import QApplication

from .offer import Offer

PATIENCE = 10.0  # seconds that a run has to end once it is cancelled; its process is killed after four
POLL = 0.05


def make(algorithm, parent, values, missing):
    """The dialog, with `values` of parameters; it says why the backend is `missing` (BackendMissing or None) until that is no longer so."""
    from processing.gui.AlgorithmDialog import AlgorithmDialog  # a plugin of its own: it may come after this one

    dialog = AlgorithmDialog(algorithm, parent=parent)
    dialog.setParameters(values)
    if missing is not None:
        dialog.offer = Offer(dialog, missing)
    return dialog


def close_all(provider):
    """Cancel what runs in dialogs of the provider with that id, and close them. Algorithms that outlive their provider ask it for its name,
    and QGIS goes down with them."""
    ours = [one for one in QApplication.topLevelWidgets() if isinstance(one, QgsProcessingAlgorithmDialogBase) and _of(one, provider)]
    for dialog in ours:
        dialog.cancelButton().click()  # it can be clicked from a run's begin to its end
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and any(dialog.cancelButton().isEnabled() for dialog in ours):
        QCoreApplication.processEvents()
        time.sleep(POLL)
    for dialog in ours:
        dialog.close()
        dialog.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _of(dialog, provider):
    algorithm = dialog.algorithm()
    return algorithm is not None and algorithm.provider() is not None and algorithm.provider().id() == provider
