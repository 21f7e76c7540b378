"""The proxy that QGIS is set to, for programs that do not ask QGIS."""

from __future__ import annotations

import os
from urllib.parse import quote

from qgis.core import QgsNetworkAccessManager
from qgis.PyQt.QtNetwork import QNetworkProxy

NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def variables() -> dict[str, str]:
    """What to add to the environment of a program so that it uses QGIS's HTTP proxy; nothing where QGIS has none of its own, or the
    environment names one already. Of SOCKS pip knows nothing before a package is installed."""
    if any(os.environ.get(name) or os.environ.get(name.lower()) for name in NAMES):
        return {}
    proxy = QgsNetworkAccessManager.instance().fallbackProxy()
    if not proxy.hostName() or proxy.type() != QNetworkProxy.ProxyType.HttpProxy:
        return {}
    user, password = (quote(part, safe="") for part in (proxy.user(), proxy.password()))
    who = f"{user}:{password}@" if password else f"{user}@" if user else ""
    host = f"[{proxy.hostName()}]" if ":" in proxy.hostName() else proxy.hostName()
    address = f"http://{who}{host}:{proxy.port()}"
    return {"HTTP_PROXY": address, "HTTPS_PROXY": address}
