import math

import pytest
from support.cases import PHOTOS, estimate, leakage, measured, outcome, passing, result_of
from support.staging_asked import WHY

from artifacts.digests import digest_json
from artifacts.records.evidence import NearDuplicate
from judging.case import Absent

COPIES, SOURCE, SHUFFLED = "leakage.near_duplicates", "leakage.source", "leakage.shuffled_labels"


def found(name, **changes):
    return result_of(measured(leakage=leakage(**changes)), name)


def copies(count, times=1):
    return tuple(
        NearDuplicate(
            holdout=digest_json(f"photo {i}"),
            other=digest_json(f"copy {i} {again}"),
            split="train",
            bits=3,
        )
        for i in range(count)
        for again in range(times)
    )


@pytest.mark.parametrize(("count", "expected"), [(12, "passed"), (13, "failed")])
def test_leakage_on_the_boundary_is_a_share_of_holdout_photos(count, expected):
    judged = found(COPIES, near_duplicates=copies(count))
    assert (judged.outcome, judged.value) == (expected, count / PHOTOS)


def test_a_holdout_photo_with_many_copies_counts_once():
    assert found(COPIES, near_duplicates=copies(12, times=5)).outcome == "passed"


@pytest.mark.parametrize("changes", [{"within_bits": 23}, {"within_bits": 25}])
def test_leakage_is_missing_where_copies_were_sought_otherwise_than_the_policy_asks(changes):
    assert found(COPIES, **changes).outcome == "missing"


@pytest.mark.parametrize("compared", [0, PHOTOS - 1])
def test_leakage_is_missing_where_not_every_holdout_photo_was_compared(compared):
    assert found(COPIES, photos_compared=compared).outcome == "missing"


@pytest.mark.parametrize(("value", "expected"), [(0.45, "passed"), (0.4501, "failed")])
def test_the_gain_from_the_source_is_over_always_naming_the_commonest(value, expected):
    judged = found(SOURCE, label_from_source=estimate(value))
    assert judged.outcome == expected
    assert judged.value == pytest.approx(value - 0.35)


@pytest.mark.parametrize(("score", "expected"), [(0.45, "passed"), (0.4501, "failed")])
def test_the_best_probe_on_shuffled_labels_is_judged(score, expected):
    assert found(SHUFFLED, shuffled_labels=(0.1, score, 0.2)).outcome == expected


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        (COPIES, {"near_duplicates": copies(100)}),
        (SOURCE, {"label_from_source": estimate(0.9)}),
        (SHUFFLED, {"shuffled_labels": (0.9,)}),
    ],
)
def test_leakage_refuses_each_way_by_its_own_name_and_says_why(name, changes):
    judged = found(name, **changes)
    assert judged.outcome == "failed"
    assert WHY in judged.reason


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        (SHUFFLED, {"shuffled_labels": ()}),
        (SHUFFLED, {"shuffled_labels": (0.1, math.nan)}),
        (SHUFFLED, {"commonest": math.nan}),
        (SOURCE, {"commonest": math.nan}),
    ],
)
def test_leakage_is_missing_where_a_check_gave_no_number(name, changes):
    assert found(name, **changes).outcome == "missing"


@pytest.mark.parametrize("name", [COPIES, SOURCE, SHUFFLED])
@pytest.mark.parametrize(("at_fault", "expected"), [(False, "missing"), (True, "failed")])
def test_leakage_is_missing_without_evidence(name, at_fault, expected):
    assert outcome(passing(evidence=Absent("gone", at_fault)), name) == expected


def test_an_empty_holdout_has_no_share_of_copies():
    case = measured(photos=0, leakage=leakage(photos_compared=0))
    assert outcome(case, COPIES) == "missing"
