"""What the dialog of an algorithm says where the backend is missing: what to do, with a button that does it.

The offer stands in the dialog itself: while one that the toolbox opened is there, QGIS's main window takes no clicks.
"""

from qgis.core import Qgis
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QEvent, QObject
from qgis.PyQt.QtWidgets import QLabel, QPushButton

from . import choices, interpreter, settings, windows
from .algorithms.setupbackend import SetUpBackend
from .environment import State
from .translation import tr


def open_set_up(modal=False):
    """Open the dialog of 'Set up backend', with what there is to be done chosen. Returns it, or None where there is no such algorithm."""
    import processing

    state, _ = interpreter.managed().look()
    action = "repair" if state in (State.BROKEN, State.OUTDATED) else "create"
    index = choices.index_of(SetUpBackend.CHOICES[SetUpBackend.ACTION], action)
    dialog = processing.createAlgorithmDialog("siran:setupbackend", {SetUpBackend.ACTION: index})
    if dialog is not None:
        windows.show(dialog, modal)
    return dialog


class Offer(QObject):
    """A message in the message bar of `dialog`, which goes when there is a backend: that is looked for after set-up, and whenever one comes
    back to the dialog. Without its button where another interpreter is named: set-up would not change that."""

    def __init__(self, dialog, missing):
        super().__init__(dialog)
        self.dialog = dialog
        bar = dialog.messageBar()
        elsewhere = interpreter.named() or settings.read().python
        # The bar's own text has one line, however long it is.
        text = QLabel(str(missing) if elsewhere else self.tr("{} Set it up, once; then this dialog runs.").format(missing.message))
        text.setObjectName("offer")
        text.setWordWrap(True)
        # The bar is yellow in dark themes too, whose texts are light.
        text.setStyleSheet("color: black")
        self.message = bar.createMessage("")
        self.message.layout().addWidget(text, 1)
        if not elsewhere:
            button = QPushButton(self.tr("Set up the backend…"))
            button.clicked.connect(self.set_up)
            self.message.layout().addWidget(button)
        bar.pushWidget(self.message, Qgis.MessageLevel.Warning)
        dialog.installEventFilter(self)

    def tr(self, text):
        return tr(text)

    def set_up(self, *_):
        dialog = open_set_up(self.dialog.isModal())
        if dialog is not None:
            dialog.algorithmFinished.connect(self.look)
        return dialog

    def look(self, *_):
        """Take the message back if there is a backend now."""
        if self.message is None or interpreter.missing() is not None:
            return
        bar = self.dialog.messageBar()
        if not sip.isdeleted(self.message):  # as it is when the user closed it
            bar.popWidget(self.message)
        self.message = None
        bar.pushMessage("", self.tr("The backend is ready."), Qgis.MessageLevel.Success)

    def eventFilter(self, _, event):
        if event.type() == QEvent.Type.WindowActivate:
            self.look()
        return False
