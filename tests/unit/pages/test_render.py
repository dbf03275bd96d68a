import re
import subprocess
import sys

import pytest
from support.html_pages import HOSTILE, HtmlPage

from pages import BadTable, Column, Page, Paragraph, Section, Table, render


def test_hostile_text_in_every_place_stays_text(hostile_html: str) -> None:
    page = HtmlPage(hostile_html)
    assert page.faults == []
    assert "<script" not in hostile_html
    assert page.text.count("<script>alert(1)</script>") >= 30


def test_hostile_text_makes_the_same_tags_as_plain_text(hostile_html: str, plain_html: str) -> None:
    hostile, plain = (
        [tag for tag, _ in HtmlPage(html).tags if tag not in {"path", "use", "g", "defs", "text"}]
        for html in (hostile_html, plain_html)
    )
    assert hostile == plain


def test_a_page_allows_nothing_but_inline_style_and_data_images(plain_html: str) -> None:
    (policy,) = (
        found["content"]
        for found in HtmlPage(plain_html).attributes("meta")
        if found.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.split("; ") == [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_a_page_names_no_address(plain_html: str) -> None:
    found = set(re.findall(r"https?://[^\"' ]+", plain_html))
    assert found == {"http://www.w3.org/1999/xlink"}


def test_the_same_page_gives_the_same_bytes(plain_html: str) -> None:
    again = (
        "import sys; sys.path.insert(0, 'tests');"
        "from pages import render; from support.sample_pages import full_page;"
        "sys.stdout.write(render(full_page('plain words')))"
    )
    root = __file__.partition("/tests/unit/")[0]
    done = subprocess.run(
        [sys.executable, "-c", again], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout == plain_html


def test_sections_are_headings_that_the_contents_lead_to() -> None:
    sections = tuple(Section(name, (Paragraph(name),)) for name in ("First", "Second"))
    page = HtmlPage(render(Page("Title", sections)))
    assert [tag for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)] == ["h1", "h2", "h2"]
    targets = {found["href"].removeprefix("#") for found in page.attributes("a")}
    assert targets <= set(page.ids)
    assert {"s1", "s2"} <= targets


def test_every_table_has_a_caption_and_headers_with_a_scope(plain_html: str) -> None:
    page = HtmlPage(plain_html)
    assert len(page.attributes("caption")) == len(page.attributes("table")) > 0
    assert all(found["scope"] in {"col", "row"} for found in page.attributes("th"))


def test_hidden_characters_are_made_visible_wherever_they_stand() -> None:
    page = HtmlPage(render(Page("photo\u202egpj.exe\x00", (Section("a\x1b[31m", ()),))))
    assert "photo\ufffdgpj.exe\ufffd" in page.text
    assert "a\ufffd[31m" in page.text


def test_a_row_that_does_not_fit_its_table_is_refused() -> None:
    with pytest.raises(BadTable, match="2 cells for 1 columns") as refused:
        Table("rules", (Column("a"),), (("1", "2"),))
    assert (refused.value.caption, refused.value.cells) == ("rules", 2)


def test_hostile_text_is_as_hostile_as_it_should_be() -> None:
    raw = HtmlPage(f'<p title="{HOSTILE}">x</p>')
    assert "<script>" in raw.faults
    assert "img onerror" in raw.faults
