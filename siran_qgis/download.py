"""Fetches a file over https through QGIS's own network access: its proxy, its certificates, its timeout."""

from __future__ import annotations

import hashlib
import os

from qgis.core import QgsNetworkAccessManager
from qgis.PyQt.QtCore import QEventLoop, QTimer, QUrl
from qgis.PyQt.QtNetwork import QNetworkReply, QNetworkRequest

from .errors import Cancelled, SiranError
from .translation import tr

LARGEST = 500_000_000  # bytes
POLL = 100  # milliseconds; how late a cancel may be noticed


def address(text) -> QUrl:
    """The https address that `text` is. Raises SiranError for any other."""
    url = QUrl(text.strip(), QUrl.ParsingMode.StrictMode)
    if not url.isValid() or url.scheme().lower() != "https" or not url.host():
        raise SiranError(
            tr("'{}' is no https address.").format(shown(url) or text.strip()),
            tr("Name one that begins with https://, or download the file yourself."),
        )
    if url.userInfo():
        raise SiranError(
            tr("The address {} holds a user name or password.").format(shown(url)),
            tr("Leave them out; they would be kept in QGIS's history."),
        )
    return url


def shown(url) -> str:
    """An address without a password that may be in it."""
    return url.toDisplayString()


def fetch(url, target, feedback, largest=LARGEST) -> str:
    """Write what `url` (a QUrl) holds to the file `target`, and return its SHA-256 in lower case.

    Runs on the calling thread, whichever that is, and returns when all is written. Redirections never lead from https to anything else.
    Raises Cancelled, or SiranError with one sentence; `target` is then of no use.
    """
    request = QNetworkRequest(url)
    for attribute, value in (
        (QNetworkRequest.Attribute.RedirectPolicyAttribute, QNetworkRequest.RedirectPolicy.NoLessSafeRedirectPolicy),
        (QNetworkRequest.Attribute.CacheLoadControlAttribute, QNetworkRequest.CacheLoadControl.AlwaysNetwork),
        (QNetworkRequest.Attribute.CacheSaveControlAttribute, False),
    ):
        request.setAttribute(attribute, getattr(value, "value", value))  # Qt 6 has enums that are no numbers
    try:
        with open(target, "wb") as file:
            return _fetch(request, file, feedback, largest)
    except OSError as error:
        raise SiranError(
            tr("What {} sends cannot be stored: {}.").format(shown(url), error.strerror), tr("See that the disk has room.")
        ) from error


def _fetch(request, file, feedback, largest):
    digest = hashlib.sha256()
    state = {"size": 0, "too large": False, "failure": None}
    # An event loop of our own, not QgsBlockingNetworkRequest: that keeps all in memory and cannot be stopped by size.
    loop = QEventLoop()
    reply = QgsNetworkAccessManager.instance().get(request)

    def on_bytes():
        chunk = bytes(reply.readAll())
        state["size"] += len(chunk)
        if state["size"] > largest:
            state["too large"] = True
            reply.abort()
        elif state["failure"] is None:
            try:
                file.write(chunk)
                digest.update(chunk)
            except OSError as error:  # an exception must not leave a slot
                state["failure"] = error
                reply.abort()

    def on_progress(received, total):
        if total > largest:
            state["too large"] = True
            reply.abort()
        elif total > 0:
            feedback.setProgress(100.0 * received / total)

    def on_time():
        if feedback.isCanceled():
            reply.abort()

    timer = QTimer()
    timer.timeout.connect(on_time)
    reply.readyRead.connect(on_bytes)
    reply.downloadProgress.connect(on_progress)
    reply.finished.connect(loop.quit)
    timer.start(POLL)
    if not reply.isFinished():
        loop.exec()
    timer.stop()
    failed = reply.error() != QNetworkReply.NetworkError.NoError
    if not failed:
        on_bytes()
    status = reply.attribute(QNetworkRequest.Attribute.HttpStatusCodeAttribute)
    reason, final = reply.errorString(), reply.url()
    reply.deleteLater()
    if feedback.isCanceled():
        raise Cancelled(tr("Cancelled; nothing was changed."))
    if state["failure"] is not None:
        raise state["failure"]
    here = shown(request.url())
    if state["too large"]:
        raise SiranError(
            tr("{} holds more than {:.0f} MB.").format(here, largest / 1e6),
            tr("Is it a model? If so, download it yourself and add the file."),
        )
    if failed or status != 200 or final.scheme() != request.url().scheme():
        reason = reason if failed else tr("the answer has the status {}").format(status)
        raise SiranError(
            tr("{} could not be fetched: {}.").format(here, reason.rstrip(".")), tr("Check the address and QGIS's network settings.")
        )
    file.flush()
    os.fsync(file.fileno())
    return digest.hexdigest()
