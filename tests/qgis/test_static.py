"""What can be said about the plugin's source without running it: whom it knows, and that it is ready for Qt 6."""

import ast
import sys

import pytest
from conftest import ROOT

FILES = [ROOT / "__init__.py", *sorted((ROOT / "siran_qgis").rglob("*.py"))]
PARSED = {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def qt_imports(tree):
    """Names that a module imports from qgis.PyQt."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("qgis.PyQt")
        for alias in node.names
    }


@pytest.mark.parametrize("name", PARSED)
def test_imports_pyqgis_and_the_standard_library_only(name):
    for node in ast.walk(PARSED[name]):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            modules = [node.module]
        else:
            continue
        for module in modules:
            assert module.split(".")[0] in {*sys.stdlib_module_names, "qgis", "processing"}, f"{name}: {module}"


@pytest.mark.parametrize("name", PARSED)
def test_qt_enums_are_scoped(name):
    """`Qt.Horizontal` is gone in Qt 6; `Qt.Orientation.Horizontal` works in both."""
    tree = PARSED[name]
    qt = qt_imports(tree)
    scopes = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in qt and id(node) not in scopes:
            assert not node.attr[0].isupper(), f"{name}:{node.lineno}: {node.value.id}.{node.attr}"


@pytest.mark.parametrize("name", PARSED)
def test_nothing_that_qt_6_took_away(name):
    for node in ast.walk(PARSED[name]):
        if isinstance(node, ast.Attribute):
            assert node.attr not in {"exec_", "print_", "setMargin", "desktop", "QRegExp", "QVariant"}, f"{name}:{node.lineno}: {node.attr}"
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            assert "PyQt5" not in ast.dump(node) and "QtWebKit" not in ast.dump(node), f"{name}:{node.lineno}"


OLD = {
    "Advanced": ("FlagAdvanced",),
    "the type of a number": ("QgsProcessingParameterNumber.Double", "QgsProcessingParameterNumber.Integer"),
    "the type of a source": ("QgsProcessing.Type",),
    "the type of a geometry": ("QgsWkbTypes.PolygonGeometry", "QgsWkbTypes.LineGeometry", "QgsWkbTypes.PointGeometry"),
    "other values": (
        "QgsCoordinateReferenceSystem.WKT",
        "QgsRasterMinMaxOrigin.",
        "QgsContrastEnhancement.Stretch",
        "QgsMapLayerType.",
        "QgsUnitTypes.Distance",
    ),
}


@pytest.mark.parametrize("name", [name for name in PARSED if not name.endswith("enums.py")])
def test_enums_that_qgis_has_moved_are_asked_for_in_one_place(name):
    """siran_qgis/enums.py takes the new ones where there are any."""
    for node in ast.walk(PARSED[name]):
        if isinstance(node, ast.Attribute):
            said = ast.unparse(node)
            assert not any(old in said for olds in OLD.values() for old in olds), f"{name}:{node.lineno}: {said}"


def test_the_moved_enums_are_there():
    from qgis.core import Qgis

    from siran_qgis import enums

    values = {name: value for name, value in vars(enums).items() if name.isupper()}
    assert len(values) == 13 and None not in values.values()
    if hasattr(Qgis, "ProcessingSourceType"):
        assert values["RASTER"] == Qgis.ProcessingSourceType.Raster


def test_the_check_sees_what_it_should_see():
    tree = ast.parse("from qgis.PyQt.QtCore import Qt\nQt.Horizontal")
    assert qt_imports(tree) == {"Qt"}
