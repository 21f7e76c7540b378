"""Windows of algorithms under the names and with the methods that QGIS has given them since 4.2, which is not here."""

from siran_qgis import windows


class Dockable:
    """What of QGIS 4.2's QgsProcessingAlgorithmWidgetBase is used: it has neither setModal nor, from outside, cancelButton."""

    def __init__(self):
        self.done = []

    def showWidget(self):
        self.done.append("shown")

    def cancel(self):
        self.done.append("cancelled")

    def isRunning(self):
        return True

    def forceClose(self):
        self.done.append("closed")

    def close(self):
        raise AssertionError("it asks the user where something runs")

    def deleteLater(self):
        self.done.append("deleted")


def test_a_dockable_widget_is_shown_cancelled_and_closed_as_qgis_4_2_has_it():
    window = Dockable()
    windows.show(window, modal=True)
    windows.cancel(window)
    assert windows.is_running(window)
    windows.close(window)
    assert window.done == ["shown", "cancelled", "closed", "deleted"]


def test_the_window_here_is_the_one_that_processing_opens(qgis_app):
    assert issubclass(windows.dialog_class(), windows.Window)
