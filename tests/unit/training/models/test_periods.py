"""The table of styles' periods: complete, plausible, and each with its source."""

from samples.facades.history import SPANS
from training.models.architecture import REFERENCE_YEAR, STYLES
from training.models.periods import STYLE_PERIODS


def test_every_style_has_a_period_and_no_other_has():
    assert sorted(STYLE_PERIODS) == sorted(STYLES)


def test_every_period_begins_before_it_ends_and_that_before_the_reference_year():
    wrong = [s for s, p in STYLE_PERIODS.items() if not p.first < p.last < REFERENCE_YEAR]
    assert wrong == []


def test_every_period_names_a_source():
    assert [style for style, period in STYLE_PERIODS.items() if len(period.source) < 15] == []


def test_every_period_overlaps_the_years_that_facades_of_the_style_are_drawn_with():
    """Two tables by different hands: one that is off by a century shows beside the other."""
    apart = [
        style
        for style, period in STYLE_PERIODS.items()
        if period.last < SPANS[style].first or SPANS[style].last < period.first
    ]
    assert apart == []
