"""A page of HTML, read as strictly as a test wants it."""

from __future__ import annotations

from html.parser import HTMLParser


class Page(HTMLParser):
    """Its elements in `seen`; those that were not closed in `open`."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self._said: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    @property
    def text(self) -> str:
        """What a reader sees of it."""
        return " ".join(self._said)

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("style", "script"):
            self._said.append(data)
