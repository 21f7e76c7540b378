"""QGIS's windows of algorithms: dialogs up to 4.0; since 4.2 widgets, each in a dialog of its own or docked, with other names."""

try:
    from qgis.gui import QgsProcessingAlgorithmDialogBase as Window
except ImportError:
    from qgis.gui import QgsProcessingAlgorithmWidgetBase as Window  # noqa: F401 - QGIS 4.2


def dialog_class():
    """The window that Processing opens. Raises ImportError where there is none of a name that is known here."""
    # A plugin of its own: it may come after this one.
    try:
        from processing.gui.AlgorithmDialog import AlgorithmDialog
    except ImportError:
        from processing.gui.algorithm_widget import AlgorithmWidget as AlgorithmDialog
    return AlgorithmDialog


def show(window, modal=False):
    """Show it; `modal` where it can be: QGIS's main window takes no clicks then."""
    if hasattr(window, "showWidget"):
        window.showWidget()
        return
    window.setModal(modal)
    window.show()


def cancel(window):
    """Ask what runs in it to end."""
    if hasattr(window, "cancel"):
        window.cancel()
    else:
        window.cancelButton().click()  # it can be clicked from a run's begin to its end


def is_running(window):
    """Whether something runs in it."""
    return window.isRunning() if hasattr(window, "isRunning") else window.cancelButton().isEnabled()


def close(window):
    """Close it, whatever runs in it."""
    getattr(window, "forceClose", window.close)()
    window.deleteLater()
