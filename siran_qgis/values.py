"""Values of parameters as QGIS reads them. Of others, which scripts and expressions give, it makes 0, 1 or "not given" without a word."""

import numbers
import os

from qgis.core import QgsExpression, QgsProcessingException, QgsProperty
from qgis.PyQt.QtCore import QVariant

from .translation import tr

PLAIN = ("number", "band", "boolean", "enum", "string")


def plain(definitions, parameters, context):
    """The parameters with numpy's numbers and arrays, decimals and paths as Python's own, and expressions for what is no layer computed.
    NULL, which an expression may give and QGIS takes for a wrong value, is None, which it takes for "left out".

    Raises QgsProcessingException for an expression that cannot be."""
    kinds = {definition.name(): definition.type() for definition in definitions}
    made = {}
    for name, value in parameters.items():
        if isinstance(value, QgsProperty) and kinds.get(name) in PLAIN:
            value = _computed(name, value, context.expressionContext())
        made[name] = _own(value)
    return made


def _own(value):
    if isinstance(value, QVariant):
        return None if value.isNull() else _own(value.value())
    if isinstance(value, (list, tuple)):
        return [_own(one) for one in value]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if callable(getattr(value, "tolist", None)):  # of numpy, which need not be there
        return value.tolist()
    if isinstance(value, str):
        return str.__str__(value)  # of an enumeration's member the text, not its name
    for kind in (bool, int, float):
        if isinstance(value, kind):
            return kind(value)
    return float(value) if isinstance(value, numbers.Number) and not isinstance(value, complex) else value


def _computed(name, said, scope):
    """The value of an expression, or of what else stands for a value; None where that is NULL."""
    if not said.isActive():
        return None
    text = said.expressionString()
    if not text:
        return said.value(scope, None)[0]
    expression = QgsExpression(text)
    value = None if expression.hasParserError() else expression.evaluate(scope)
    if wrong := expression.parserErrorString() or expression.evalErrorString():
        raise QgsProcessingException(tr("The expression {} cannot be computed ({}): {}").format(text, name, wrong.strip()))
    return value
