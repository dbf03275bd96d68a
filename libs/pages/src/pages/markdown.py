"""Our Markdown pages as pages of the same look."""

from collections.abc import Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from pages.content import Page, Prose, Section
from pages.text import shown

# No HTML, no link and no image can come out of a text: what names one stays as it was written.
_MARKDOWN: Final = (
    MarkdownIt("commonmark", {"html": False})
    .enable("table")
    .disable(["html_block", "html_inline", "link", "image", "autolink", "reference"])
)


def page_of_markdown(text: str, kicker: str = "", footer: str = "") -> Page:
    """Turn CommonMark with tables into a page.

    The first heading is its title; those of the second level begin sections. HTML, links and images
    stay text.
    """
    tokens = _MARKDOWN.parse(text)
    title, rest = _title(tokens)
    parts = _parts(rest)
    sections = tuple(Section(name, (_prose(part, name),)) for name, part in parts if name)
    (_, opening), *_ = parts
    if opening:
        sections = (Section("In short", (_prose(opening, title),)), *sections)
    return Page(title=title, sections=sections, kicker=kicker, footer=footer)


def _title(tokens: Sequence[Token]) -> tuple[str, Sequence[Token]]:
    if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        return _words(tokens[1]), tokens[3:]
    return "", tokens


def _parts(tokens: Sequence[Token]) -> list[tuple[str, list[Token]]]:
    """Cut at headings of the second level; the first part has no name."""
    parts: list[tuple[str, list[Token]]] = [("", [])]
    skip = 0
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2" and token.level == 0:
            parts.append((_words(tokens[index + 1]), []))
            skip = 3
        if skip:
            skip -= 1
        else:
            parts[-1][1].append(token)
    return parts


def _words(inline: Token) -> str:
    return "".join(child.content for child in inline.children or ())


def _prose(tokens: Sequence[Token], name: str) -> Prose:
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    # Markdown has no captions; whoever hears a table is told at least whose it is.
    html = html.replace("<table>", f'<table aria-label="{escape(shown(name))}">')
    return Prose(Markup(html))  # noqa: S704 - made of escaped text, see _MARKDOWN
