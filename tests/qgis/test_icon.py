"""The icon is seen on light and on dark panels."""

import pytest
from qgis.PyQt.QtCore import QRectF
from qgis.PyQt.QtGui import QColor, QImage, QPainter
from qgis.PyQt.QtSvg import QSvgRenderer

from siran_qgis import paths

SIZE = 24


def luminance(colour):
    """Relative luminance, 0 to 1 (WCAG 2.1)."""
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("background", ["#ffffff", "#f0f0f0", "#2d2d2d", "#31363b"])  # panels of light and of dark themes
def test_most_of_the_icon_stands_out(background):
    image = QImage(SIZE, SIZE, QImage.Format.Format_ARGB32)
    image.fill(QColor(0, 0, 0, 0))
    painter = QPainter(image)
    QSvgRenderer(str(paths.ICON)).render(painter, QRectF(0, 0, SIZE, SIZE))
    painter.end()
    seen = [image.pixelColor(x, y) for x in range(SIZE) for y in range(SIZE)]
    solid = [colour for colour in seen if colour.alpha() > 250]
    assert len(solid) > 150
    # 3 to 1 is what WCAG asks of graphics. Snow and shade are ornaments.
    assert sum(contrast(colour, QColor(background)) >= 3 for colour in solid) > 0.75 * len(solid)
