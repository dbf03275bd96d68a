import pytest
from support.html_pages import HtmlPage

from pages import page_of_markdown, render

PAGE = """# Policy of *architecture*

Before anything.

## Rules & limits

| Rule | Limit |
|---|---|
| a\\_b | 0\\.5 |

### Reasons

- one
- two

## Owner

Somebody.
"""


def test_headings_become_title_and_sections_and_the_rest_stays_in_its_place() -> None:
    page = page_of_markdown(PAGE, "Model policy", "end")
    assert page.title == "Policy of architecture"
    assert [section.title for section in page.sections] == ["In short", "Rules & limits", "Owner"]
    read = HtmlPage(render(page))
    assert read.faults == []
    assert "Rule Limit a_b 0.5" in read.text
    assert read.attributes("table") == [{"aria-label": "Rules & limits"}]
    assert [len(read.attributes(tag)) for tag in ("h1", "h2", "h3", "td", "li")][:4] == [1, 3, 1, 2]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "[a](javascript:alert(1))",
        "![a](https://example.org/a.png)",
        "<https://example.org>",
        "[a]: https://example.org\n\n[a]",
    ],
)
def test_html_links_and_images_stay_text(text: str) -> None:
    read = HtmlPage(render(page_of_markdown(f"# T\n\n## S\n\n{text}\n")))
    assert read.faults == []
    assert not read.attributes("img")
    assert {found["href"] for found in read.attributes("a")} == {"#s1", "#content"}


def test_a_text_without_a_title_is_a_page_all_the_same() -> None:
    page = page_of_markdown("Only words.")
    assert page.title == ""
    assert "Only words." in HtmlPage(render(page)).text
