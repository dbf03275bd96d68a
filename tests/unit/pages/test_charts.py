import re
import subprocess
import sys

import pytest
from support.html_pages import HOSTILE, HtmlPage

from pages import Bars, Chart, Counted, Histogram, IntervalRow, Intervals, Reliability, shown
from pages.drawing import svg

BARS = Chart("Title", "three of a, one of b", Bars((Counted("a", 3), Counted("b", 1))))


def test_a_chart_says_in_words_what_is_seen() -> None:
    (found,) = HtmlPage(svg(BARS, "c1")).attributes("svg")
    assert found["role"] == "img"
    assert found["aria-label"] == "three of a, one of b"


def test_labels_stay_text_that_can_be_searched() -> None:
    assert {"a", "b", "3", "1"} <= set(HtmlPage(svg(BARS, "c1")).words)


def test_a_hostile_label_is_shown_as_it_stands() -> None:
    label = "<b>$x$</b>#010101 url(#a)"
    page = HtmlPage(svg(Chart("t", "a", Bars((Counted(label, 3),))), "c1"))
    assert label in page.words
    assert "b" not in {tag for tag, _ in page.tags}


def test_ids_are_the_charts_own_and_every_reference_leads_to_one() -> None:
    drawn = svg(BARS, "c7")
    references = set(re.findall(r'(?:xlink:href="|url\()#([\w-]+)', drawn))
    ids = set(re.findall(r'\bid="([\w-]+)"', drawn))
    assert all(name.startswith("c7-") for name in ids)
    assert references <= ids


def test_two_charts_of_one_page_share_no_id(plain_html: str) -> None:
    page = HtmlPage(plain_html)
    assert len(page.attributes("svg")) == 8
    assert len(page.ids) == len(set(page.ids))


def test_colours_are_the_pages_own_so_that_they_follow_it_into_the_dark(plain_html: str) -> None:
    drawn = "".join(re.findall(r"<svg.*?</svg>", plain_html, re.DOTALL))
    assert re.findall(r"#[0-9a-f]{6}\b", drawn) == []
    assert "var(--accent)" in drawn


def test_no_style_of_a_chart_reaches_the_page_and_no_date_is_in_it() -> None:
    drawn = svg(BARS, "c1")
    assert "<style" not in drawn
    assert "<metadata" not in drawn
    assert re.search(r"\b20\d\d-\d\d", drawn) is None


@pytest.mark.parametrize(
    "drawing",
    [
        Bars(()),
        Bars((Counted("none", 0),)),
        Intervals(()),
        Reliability(()),
        Histogram.of((), (0.0, 1.0, 2.0), "years"),
        Intervals((IntervalRow("\u6771\u4eac \U0001f3db", 0.5, 0.4, 0.6),)),
    ],
    ids=lambda drawing: type(drawing).__name__,
)
def test_little_or_odd_data_is_drawn_without_a_warning(drawing: Bars) -> None:
    assert HtmlPage(svg(Chart("t", "a", drawing), "c1")).faults == []


def test_a_long_label_is_cut_where_it_ends() -> None:
    words = HtmlPage(svg(Chart("t", "a", Bars((Counted("x" * 80, 1),))), "c1")).words
    assert shown("x" * 80, 26) in words


def test_a_histogram_counts_an_edge_to_its_right_and_what_is_outside_to_the_nearest_bin() -> None:
    found = Histogram.of([-5, 0, 9.9, 10, 25, 99], (0.0, 10.0, 20.0, 30.0), "years")
    assert found.counts == (3, 1, 2)
    assert found.named_edges == ("0", "10", "20", "30")


def test_a_histogram_leaves_out_empty_bins_at_its_ends_only() -> None:
    found = Histogram.of([12, 35], (0.0, 10.0, 20.0, 30.0, 40.0, 50.0), "years")
    assert found.edges == (10.0, 20.0, 30.0, 40.0)
    assert found.counts == (1, 0, 1)


def test_whoever_draws_nothing_loads_no_matplotlib() -> None:
    code = "import sys, pages; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_hostile_alt_text_ends_no_attribute() -> None:
    page = HtmlPage(svg(Chart("t", HOSTILE, Bars((Counted("a", 1),))), "c1"))
    assert page.faults == []
    assert page.attributes("svg")[0]["aria-label"] == HOSTILE
