"""The proxy that QGIS is set to, for programs that do not ask QGIS."""

from __future__ import annotations

import os
from urllib.parse import quote, urlsplit

from qgis.core import QgsNetworkAccessManager
from qgis.PyQt.QtNetwork import QNetworkProxy

NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def variables() -> dict[str, str]:
    """What to add to the environment of a program so that it uses QGIS's HTTP proxy; nothing where QGIS has none of its own, or the
    environment names one already. Of SOCKS pip knows nothing before a package is installed."""
    if any(os.environ.get(name) or os.environ.get(name.lower()) for name in NAMES):
        return {}
    manager = QgsNetworkAccessManager.instance()
    proxy = manager.fallbackProxy()
    if not proxy.hostName() or proxy.type() != QNetworkProxy.ProxyType.HttpProxy:
        return {}
    user, password = (quote(part, safe="") for part in (proxy.user(), proxy.password()))
    who = f"{user}:{password}@" if password else f"{user}@" if user else ""
    host = f"[{proxy.hostName()}]" if ":" in proxy.hostName() else proxy.hostName()
    address = f"http://{who}{host}:{proxy.port()}"
    made = {"HTTP_PROXY": address, "HTTPS_PROXY": address}
    # QGIS's lists are of beginnings of URLs; programs know hosts.
    direct = [host for host in map(_host, [*manager.excludeList(), *manager.noProxyList()]) if host]
    if direct:
        own = os.environ.get("NO_PROXY") or os.environ.get("no_proxy")
        hosts = ",".join([own, *direct] if own else direct)
        made.update(NO_PROXY=hosts, no_proxy=hosts)
    return made


def _host(url: str) -> str | None:
    try:
        return urlsplit(url if "//" in url else f"//{url}").hostname
    except ValueError:
        return None
