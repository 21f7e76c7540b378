"""What can go wrong on the QGIS side, as one sentence and, where there is one, a hint about what to do."""

from .translation import tr


class SiranError(Exception):
    """Root of everything the plugin raises on purpose; the algorithms turn it into a QgsProcessingException."""

    def __init__(self, message, hint=""):
        if hint and not message.endswith((".", "!", "?")):
            message = f"{message}."
        super().__init__(f"{message} {hint}".strip())
        self.message = message
        self.hint = hint


class BackendMissing(SiranError):
    """There is no interpreter that could run the backend."""


class BackendFailed(SiranError):
    """The backend ran and said no, with a code of docs/contracts.md, or ended without saying why."""

    def __init__(self, message, hint="", code=""):
        super().__init__(message, hint)
        self.code = code


class EnvironmentFailed(SiranError):
    """The backend's virtual environment could not be made or removed."""


class SettingWrong(SiranError):
    """A value of the settings page that cannot be used."""


class Cancelled(SiranError):
    """The user pressed Cancel."""

    def __init__(self, message=""):
        super().__init__(message or tr("Cancelled; no output was written."))
