"""The help page that comes with the plugin: it names every parameter, its links lead somewhere, and it needs no network."""

from html.parser import HTMLParser
from itertools import pairwise

import pytest
from qgis.PyQt.QtCore import QUrl

from siran_qgis import paths

ALGORITHMS = ("superresolve", "comparedem", "models", "setupbackend")


class Page(HTMLParser):
    """Anchors, links and headings; the rows of tables by the part of the page (the `h2`) that they stand in."""

    def __init__(self, text):
        super().__init__()
        self.anchors, self.links, self.fetched, self.levels = [], [], [], []
        self.tables, self.headed = 0, 0
        self.rows = {}
        self.part = None
        self._cells = self._text = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if "id" in found:
            self.anchors.append(found["id"])
        if tag == "a":
            self.links.append(found["href"])
        self.fetched += [found[name] for name in ("src", "srcset", "data") if name in found]
        if tag in ("link", "script", "iframe"):
            self.fetched.append(tag)
        if tag in ("h1", "h2", "h3"):
            self.levels.append(int(tag[1]))
        if tag == "h2":
            self.part = found.get("id")
        if tag == "table":
            self.tables += 1
        if tag == "th" and found.get("scope") == "col":
            self.headed += 1
        if tag == "tr":
            self._cells = []
        if tag in ("th", "td"):
            self._text = ""

    def handle_data(self, text):
        if self._text is not None:
            self._text += text

    def handle_endtag(self, tag):
        if tag in ("th", "td"):
            self._cells.append(" ".join(self._text.split()))
            self._text = None
        if tag == "tr":
            self.rows.setdefault(self.part, []).append(self._cells)


@pytest.fixture(scope="module")
def page():
    return Page(paths.HELP.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_parameter_is_explained_by_its_label(provider, page, name):
    explained = {(row[0], row[1]): row[2] for row in page.rows[name][1:] if len(row) == 3}
    wanted = {(parameter.description(), parameter.name()) for parameter in provider.algorithm(name).parameterDefinitions()}
    assert set(explained) == wanted
    assert all(text.endswith((".", ".)", "(Advanced)")) for text in explained.values())


@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_result_that_is_no_file_is_explained(provider, page, name):
    """Files have the names of their parameters."""
    algorithm = provider.algorithm(name)
    parameters = {parameter.name() for parameter in algorithm.parameterDefinitions()}
    explained = {row[0]: row[1] for row in page.rows[name] if len(row) == 2 and row[0] != "In scripts"}
    assert set(explained) == {output.name() for output in algorithm.outputDefinitions()} - parameters
    assert all(text.endswith(".") for text in explained.values())


@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_choice_is_named(provider, page, name):
    text = {row[1]: row[2] for row in page.rows[name] if len(row) == 3}
    for parameter, made in provider.algorithm(name).CHOICES.items():
        assert [choice.name for choice in made if choice.name not in text[parameter]] == []


def test_no_algorithm_is_left_out(provider):
    assert {algorithm.name() for algorithm in provider.algorithms()} == set(ALGORITHMS)


def test_every_help_button_finds_its_part(provider, page):
    assert {QUrl(algorithm.helpUrl()).fragment() for algorithm in provider.algorithms()} <= set(page.anchors)


def test_links_lead_somewhere(page):
    assert len(set(page.anchors)) == len(page.anchors)
    for link in page.links:
        path, _, anchor = link.partition("#")
        if path:
            assert (paths.HELP.parent / path).is_file(), link
        if anchor:
            assert anchor in page.anchors, link


def test_it_needs_no_network(page):
    assert page.fetched == []
    assert not any("://" in link for link in page.links)


def test_a_screen_reader_finds_its_way(page):
    assert page.levels[0] == 1 and page.levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(page.levels))
    assert page.tables and page.headed >= 2 * page.tables


def test_it_is_made_for_dark_screens_phones_and_paper():
    text = paths.HELP.read_text(encoding="utf-8")
    assert all(said in text for said in ("prefers-color-scheme: dark", 'name="viewport"', "@media print", '<html lang="en">'))
