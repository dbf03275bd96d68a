import math

import pytest
from support.cases import estimate

from judging.rule import bounds_of, keeps


def test_an_interval_has_two_ends_that_are_numbers():
    assert bounds_of(estimate(0.5, 0.1)) == (0.4, 0.6)


@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_an_interval_that_lacks_an_end_is_none(end, value):
    assert bounds_of(estimate(0.5).model_copy(update={end: value})) is None


@pytest.mark.parametrize(("beyond", "kept"), [(4e-13, True), (4e-12, False)])
def test_what_is_beyond_twelve_digits_is_rounding_and_breaks_no_limit(beyond, kept):
    assert keeps(beyond, 0) is kept
