"""Damaged text and damaged files are refused in words, for a bounded time; tests/backend/fuzzing_for_tests.py does it for longer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from fuzzing_for_tests import CARDS, DAMAGE, LINES, Opener, check_card, check_line
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

QUICKLY = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


@QUICKLY
@given(LINES)
def test_any_line_is_an_event_or_none(line: str) -> None:
    check_line(line)


@QUICKLY
@given(CARDS)
def test_any_card_is_usable_or_refused(text: str) -> None:
    check_card(text)


@pytest.fixture(scope="module")
def opener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opener]:
    with closing(Opener(tmp_path_factory.mktemp("rasters"))) as made:
        yield made


def test_whole_files_are_read(opener: Opener) -> None:
    """Else the next test would damage what is refused anyway."""
    answers = {path.name: opener.ask(path) for path, _ in opener.files if path.suffix != ".xml"}
    assert set(answers.values()) == {"opened"} and len(answers) > 12, answers
    assert any(path.name == "PNG.png.aux.xml" for path, _ in opener.files)


@QUICKLY
@given(st.integers(0, 99), DAMAGE)
@example(0, [("flip", 8, 0)])  # a tag that libtiff does not know, which GDAL says at the next question
@example(8, [("flip", 0.970703125, 0)])  # a CRS that cannot be parsed
@example(8, [("drop", 0.9891126222786899, 25)])  # an ellipsoid of 2e-307 m
@example(-2, [("flip", 351, 0)])  # beside a PNG, a CRS that PROJ cannot transform
@example(-1, [("put", 1.0, b"\x80")])  # a mosaic that is not UTF-8
def test_any_file_is_read_or_refused(opener: Opener, number: int, damage: list[tuple[str, float | int, Any]]) -> None:
    opener.check(number, damage)
