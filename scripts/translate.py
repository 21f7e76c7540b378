"""Bring the translations in resources/i18n up to date with the source, and compile them.

    python scripts/translate.py [LANGUAGE ...]

Collects every text that the plugin may show, merges them into siran_LANGUAGE.ts (of each language that is there, and of each that is named)
and compiles that to siran_LANGUAGE.qm with Qt's `lrelease`. Finished translations stay, texts that are gone go, new ones are marked as
unfinished and are not compiled. A second call changes nothing. Translate with Qt Linguist or in the file itself.

A text is a literal: what `tr(...)` or `self.tr(...)` is called with, or the label of a `Choice(...)`, which is translated where it is
shown. Anything else in these places is refused.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "i18n"
CONTEXT = "SIRAN"
HELPER = "tr"
COMPILERS = ("lrelease", "lrelease-qt5", "lrelease6", "lrelease-qt6")


class Translation(NamedTuple):
    """Of a text; `comment` is the translator's, `finished` what the translator says of it."""

    text: str
    finished: bool
    comment: str = ""


class NotCollectable(Exception):
    """A text that is no literal."""


def sources(root: Path = ROOT) -> list[Path]:
    """The files whose texts are collected, in a stable order."""
    return [root / "__init__.py", *sorted((root / "siran_qgis").rglob("*.py"))]


def collect(paths: list[Path]) -> list[str]:
    """The texts in `paths`, each once, in the order of their first appearance. Raises NotCollectable."""
    found: dict[str, None] = {}
    for path in paths:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        own = _in_helper(tree)
        for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
            text = None if id(call) in own else _argument(call)
            if text is None or (isinstance(text, ast.Attribute) and text.attr == "label"):
                continue  # the label of a Choice was collected where that is made
            if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
                raise NotCollectable(f"{path}:{call.lineno}: {ast.unparse(call)}: a text to be translated is a literal.")
            found.setdefault(text.value)
    return list(found)


def _in_helper(tree: ast.Module) -> set[int]:
    """The calls inside of the helpers themselves, which hand on what they are given."""
    helpers = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == HELPER]
    return {id(node) for helper in helpers for node in ast.walk(helper) if isinstance(node, ast.Call)}


def _argument(call: ast.Call) -> ast.expr | None:
    """The text of a call that has one."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""
    if name == HELPER and len(call.args) == 1:
        return call.args[0]
    if name == "Choice" and len(call.args) == 2:
        return call.args[1]
    return None


def read(path: Path) -> dict[str, Translation]:
    """The translations in a .ts file, by text; none where there is no file."""
    if not path.exists():
        return {}
    found = {}
    for message in ElementTree.parse(path).iterfind("context/message"):  # noqa: S314 (a file of our own)
        translation = message.find("translation")
        if translation is not None:
            finished = translation.get("type") is None and bool(translation.text)
            found[message.findtext("source", "")] = Translation(translation.text or "", finished, message.findtext("translatorcomment", ""))
    return found


def write(path: Path, language: str, texts: list[str], known: dict[str, Translation]) -> None:
    """A .ts file with `texts`, and what is `known` of them."""
    root = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage="en")
    context = ElementTree.SubElement(root, "context")
    ElementTree.SubElement(context, "name").text = CONTEXT
    for text in texts:
        message = ElementTree.SubElement(context, "message")
        ElementTree.SubElement(message, "source").text = text
        translation = known.get(text, Translation("", False))
        if translation.comment:
            ElementTree.SubElement(message, "translatorcomment").text = translation.comment
        element = ElementTree.SubElement(message, "translation")
        element.text = translation.text
        if not translation.finished:
            element.set("type", "unfinished")
    ElementTree.indent(root, "    ")
    body = ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8", newline="\n")


def compile_(path: Path) -> None:
    """Make the .qm beside a .ts of its finished translations. Raises SystemExit where Qt's compiler is missing."""
    compiler = next(filter(None, map(shutil.which, COMPILERS)), None)
    if compiler is None:
        raise SystemExit("There is no lrelease to compile translations with: install Qt's translation tools (Debian: qttools5-dev-tools).")
    subprocess.run([compiler, "-silent", "-nounfinished", str(path), "-qm", str(path.with_suffix(".qm"))], check=True)


def main() -> None:
    if unknown := [word for word in sys.argv[1:] if not word.replace("_", "").isalpha()]:
        raise SystemExit(f"{unknown[0]} is no language.\n\n{__doc__}")
    try:
        texts = collect(sources())
    except NotCollectable as error:
        raise SystemExit(str(error)) from None
    there = {path.stem.removeprefix("siran_") for path in FOLDER.glob("siran_*.ts")}
    for language in sorted(there | set(sys.argv[1:])):
        path = FOLDER / f"siran_{language}.ts"
        known = read(path)
        write(path, language, texts, known)
        compile_(path)
        unfinished = sum(1 for text in texts if text not in known or not known[text].finished)
        gone = len(set(known) - set(texts))
        print(f"{path.relative_to(ROOT)}: {len(texts)} texts, {unfinished} of them to be translated; {gone} that are gone were dropped")


if __name__ == "__main__":
    main()
