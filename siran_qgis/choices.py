"""A choice is one of a few named values. QGIS shows labels and stores indexes; in scripts a name is what one wants to
write, so names, labels and indexes are all understood."""

from __future__ import annotations

from typing import NamedTuple


class Choice(NamedTuple):
    """`name` is stable and goes to scripts and command lines, `label` to the dialog."""

    name: str
    label: str


def index_of(choices, value) -> int | None:
    """Index of the choice that `value` (a name, a label or an index; case does not matter) means, or None."""
    text = str(value).strip().casefold()
    for index, choice in enumerate(choices):
        if text in (choice.name.casefold(), choice.label.casefold(), str(index)):
            return index
    return None


def names(choices) -> str:
    """The names in one line, for messages and help."""
    return ", ".join(choice.name for choice in choices)
