"""QGIS's dialog of an algorithm, with what SIRAN adds to it."""

from .offer import Offer


def make(algorithm, parent, values, missing):
    """The dialog, with `values` of parameters; it says why the backend is `missing` (BackendMissing or None) until that is no longer so."""
    from processing.gui.AlgorithmDialog import AlgorithmDialog  # a plugin of its own: it may come after this one

    dialog = AlgorithmDialog(algorithm, parent=parent)
    dialog.setParameters(values)
    if missing is not None:
        dialog.offer = Offer(dialog, missing)
    return dialog
