"""Numbers as a page shows them."""

from __future__ import annotations

import math


def number(value: float | None, digits: int = 4) -> str:
    """To `digits` significant digits, a whole number with all of them; a dash for none."""
    if value is None or not math.isfinite(value):
        return "∞" if value == math.inf else "–"
    if isinstance(value, int):
        return f"{value:,}".replace(",", "\u202f")
    # A millionth of a metre is rounding, and so it is of a degree.
    text = f"{value:.{digits}g}" if abs(value) >= 1e-6 else "0"
    return (f"{value:.0f}" if "e+" in text else text).replace("-", "−", 1)


def rounded_up(value: float) -> float:
    """Up to one significant digit: 2.31 to 3."""
    if not value > 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(value))
    return float(math.ceil(value / unit) * unit)
