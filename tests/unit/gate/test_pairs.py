"""Only over the very same photos do candidate and champion compare in pairs."""

from dataclasses import replace

import pytest
from support.cases import PHOTOS, RIGHT, champion, evaluation, first_right, passing
from support.policy_documents import FIRST_RELEASE

from artifacts.digests import digest_json
from judging.case import Absent
from judging.paired import Pair, pair_of

OTHER = digest_json("other")
OURS = evaluation(first_right(RIGHT))


def paired(case):
    return pair_of("a rule", "a limit", case)


def theirs(**changes):
    serving = champion([True] * PHOTOS)
    return replace(serving, evaluation=serving.evaluation.model_copy(update=changes))


def test_a_stated_first_release_has_nobody_to_be_compared_with():
    found = paired(passing(champion=FIRST_RELEASE))
    assert found.outcome == "passed"
    assert FIRST_RELEASE.reason in found.reason


@pytest.mark.parametrize("at_fault", [False, True])
@pytest.mark.parametrize("side", ["champion", "evaluation", "holdout"])
def test_a_side_that_is_not_there_is_held_against_a_candidate_alone(side, at_fault):
    found = paired(passing(**{side: Absent("gone", at_fault)}))
    blamed = at_fault and side == "evaluation"
    assert (found.outcome, found.reason) == ("failed" if blamed else "missing", "gone")


def test_an_empty_holdout_compares_nothing():
    assert paired(passing(comparing=None)).outcome == "missing"


def test_a_candidate_and_a_champion_over_the_same_photos_are_a_pair():
    assert isinstance(paired(passing()), Pair)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"split": "train"}, "over the split train"),
        ({"split_digest": OTHER}, "over the holdout"),
        ({"photo_manifest": OTHER}, "over the photo manifest"),
    ],
)
@pytest.mark.parametrize("side", ["evaluation", "champion"])
def test_neither_side_may_be_over_another_holdout(side, changes, word):
    wrong = OURS.model_copy(update=changes) if side == "evaluation" else theirs(**changes)
    found = paired(passing(**{side: wrong}))
    assert found.outcome == "missing"
    assert word in found.reason
    assert found.reason.count("the evaluation is over") == 1


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"model": OTHER}, "of another model"),
        ({"photos": OURS.photos[::-1]}, "the photos differ"),
        ({"groups": OURS.groups[::-1]}, "the building groups differ"),
    ],
)
def test_a_champion_scored_otherwise_is_no_pair(changes, word):
    found = paired(passing(champion=theirs(**changes)))
    assert found.outcome == "missing"
    assert word in found.reason
