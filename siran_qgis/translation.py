"""The plugin's texts in the language that QGIS speaks.

English stands in the source. Of another language there is a file resources/i18n/siran_LANGUAGE.qm, which `make translations` makes; a text
that it lacks stays English, as does all that the backend's process says.
"""

from decimal import Decimal

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QLocale, QTranslator


def tr(text):
    """`text`, which has to be a literal (scripts/translate.py collects them), as the user reads it. Works on any thread."""
    return QCoreApplication.translate("SIRAN", text)


def number(value, form="g"):
    """`format(value, form)` as the user writes numbers, and without exponents where nobody would write one. Works on any thread."""
    text = format(value, form)
    if value and not 1e-9 <= abs(value) < 1e15:  # infinite, or of a stranger's card
        return text
    text = f"{Decimal(text):f}"
    # Translated as the code of a language, so that texts that stay English have English numbers in them.
    locale = QLocale(tr("en"))
    locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
    return locale.toString(float(text), "f", len(text.partition(".")[2]))


def install(folder):
    """Load the translation for QGIS's language from `folder` and return it, to be kept until `remove`; None where there is none."""
    # What the desktop really speaks, `--lang` included; qgis_process knows the user's settings only, or else the system's language.
    language = QgsApplication.instance().translation() or QgsApplication.locale()
    translator = QTranslator()
    if not translator.load(QLocale(language), "siran", "_", str(folder)):  # siran_de.qm is for Austria (de_AT) too
        return None
    QCoreApplication.installTranslator(translator)
    return translator


def remove(translator):
    """Take what `install` returned out again."""
    if translator is not None:
        QCoreApplication.removeTranslator(translator)
