"""SIRAN as QGIS loads it: the repository root is the plugin folder."""


def classFactory(iface):
    """What QGIS calls to make the plugin. Imports late, so that the root stays importable without QGIS."""
    from .siran_qgis.plugin import SiranPlugin

    return SiranPlugin(iface)
