"""What a page of HTML holds, and what it must not: read by Python's own parser."""

from html.parser import HTMLParser

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&$x$#010101 url(#a)"
"""Breaks out of text, of either kind of attribute, of mathtext and of a careless replacement."""

VOID = {"meta", "img", "br", "hr"}
FORBIDDEN = {"script", "iframe", "object", "embed", "link", "base", "form", "audio", "video"}


class HtmlPage(HTMLParser):
    """A page as read: its tags, attributes and text, and everything that is wrong with it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.ids: list[str] = []
        self.words: list[str] = []
        self.faults: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag in self._open]
        twice = {name for name in self.ids if self.ids.count(name) > 1}
        self.faults += [f"id {name} stands twice" for name in twice]

    @property
    def text(self) -> str:
        """All text, white space made one."""
        return " ".join(" ".join(self.words).split())

    def attributes(self, tag: str) -> list[dict[str, str]]:
        """The attributes of each tag of a name."""
        return [attributes for name, attributes in self.tags if name == tag]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append((tag, found))
        if tag not in VOID:
            self._open.append(tag)
        if tag in FORBIDDEN:
            self.faults.append(f"<{tag}>")
        if "id" in found:
            self.ids.append(found["id"])
        self.faults += [f"{tag} {name}" for name in found if name.startswith("on")]
        self._judge_addresses(tag, found)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.words.append(data)

    def _judge_addresses(self, tag: str, found: dict[str, str]) -> None:
        for name in ("href", "xlink:href"):
            if not found.get(name, "#").startswith("#"):
                self.faults.append(f"{tag} leads to {found[name]}")
        if not found.get("src", "data:image/").startswith("data:image/"):
            self.faults.append(f"{tag} loads {found['src']}")
        if tag == "img" and not found.get("alt"):
            self.faults.append("an img without alt")
        if tag == "svg" and not found.get("aria-label"):
            self.faults.append("an svg without a label")
