"""Widgets of the algorithm dialogs. Imported by Processing when it makes a dialog; never without a desktop."""

from processing.gui.wrappers import DIALOG_MODELER, WidgetWrapper
from qgis.core import QgsProcessingOutputFile, QgsProcessingOutputString, QgsProcessingParameterFile, QgsProcessingParameterString
from qgis.PyQt.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from .translation import tr


class EditableChoice(WidgetWrapper):
    """A list to choose from, or to type something else into; with `browse` (a file filter) also a button that finds a file.

    In the model designer the list holds the model's own inputs and results too.
    """

    def createWidget(self, choices=(), browse=""):
        self.combo = QComboBox()
        self.combo.setEditable(True)
        self.combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.combo.setMinimumContentsLength(12)
        for value, label in choices:
            self.combo.addItem(label, value)
        if self.dialogType == DIALOG_MODELER and hasattr(self.dialog, "getAvailableValuesOfType"):
            parameters = [QgsProcessingParameterString, QgsProcessingParameterFile]
            for source in self.dialog.getAvailableValuesOfType(parameters, [QgsProcessingOutputString, QgsProcessingOutputFile]):
                self.combo.addItem(self.dialog.resolveValueDescription(source), source)
        self.combo.currentTextChanged.connect(lambda _: self.widgetValueHasChanged.emit(self))
        self.combo.currentTextChanged.connect(self.combo.setToolTip)
        self.combo.currentIndexChanged.connect(self._show_beginning)
        self._show_beginning()
        if not browse:
            return self.combo
        widget = QWidget()
        layout = QHBoxLayout(widget)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.combo)
        button = QToolButton()
        button.setText("…")
        button.setToolTip(tr("Find a file"))
        button.clicked.connect(lambda: self._find_file(browse))
        layout.addWidget(button)
        widget.setFocusProxy(self.combo)
        return widget

    def setValue(self, value):
        index = next((i for i in range(self.combo.count()) if self.combo.itemData(i) == (value or "")), -1)
        if index < 0 and hasattr(value, "expressionText"):
            # In the model designer: an expression, or an input that is gone. No text could say it again.
            # A text of its own, in one line without blanks around it: by the text it is found again.
            kept = tr("(as it is in the model)")
            text = " ".join((value.expression() or value.expressionText()).split()) or kept
            while self.combo.findText(text) >= 0:
                text = f"{text} {kept}"
            self.combo.addItem(text, value)
            index = self.combo.count() - 1
        if index >= 0:
            self.combo.setCurrentIndex(index)
        else:
            self.combo.setEditText("" if value is None else str(value))

    def _show_beginning(self, _=0):
        """Of a label that is longer than the box: the name, not what follows."""
        self.combo.lineEdit().setCursorPosition(0)

    def value(self):
        text = self.combo.currentText().strip()
        index = self.combo.findText(text)
        return text if index < 0 else self.combo.itemData(index)

    def _find_file(self, browse):
        name, _ = QFileDialog.getOpenFileName(self.widget, self.parameterDefinition().description(), "", browse)
        if name:
            self.setValue(name)
