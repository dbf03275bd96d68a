import pytest
from support.cases import (
    LABELS,
    evaluation,
    first_right,
    measured,
    outcome,
    passing,
    result_of,
    split_summary,
)
from support.staging_asked import WHY

from artifacts.digests import digest_json
from artifacts.records.evidence import LabelDoubt
from judging.case import Absent

GROUPS, DOUBTS = "data_quality.groups", "data_quality.doubted_labels"


def trained(**groups):
    return measured(data=(split_summary(**dict.fromkeys(LABELS, 40) | groups),))


def doubts(count, times=1):
    return tuple(
        LabelDoubt(photo=digest_json(str(i)), given="gothic", suggested="baroque", quality=0.1)
        for i in range(count)
        for _ in range(times)
    )


@pytest.mark.parametrize(("groups", "expected"), [(10, "passed"), (9, "failed")])
def test_data_quality_on_the_boundary_has_just_enough_buildings(groups, expected):
    found = result_of(trained(gothic=groups), GROUPS)
    assert (found.outcome, found.value) == (expected, groups)


def test_data_quality_refuses_few_buildings_and_names_the_label():
    found = result_of(trained(gothic=9), GROUPS)
    assert "gothic 9" in found.reason
    assert WHY in found.reason


def test_a_label_without_any_building_counts_as_none():
    found = result_of(measured(data=(split_summary(baroque=40, gothic=40),)), GROUPS)
    assert (found.outcome, found.value) == ("failed", 0)
    assert "tudor_revival 0" in found.reason


def test_labels_that_the_model_does_not_answer_are_not_asked_for():
    assert outcome(trained(brutalist=1), GROUPS) == "passed"


@pytest.mark.parametrize("split", ["validation", "holdout"])
def test_data_quality_is_missing_where_the_train_split_is(split):
    other = split_summary().model_copy(update={"split": split})
    assert outcome(measured(data=(other,)), GROUPS) == "missing"


def test_data_quality_is_missing_where_the_model_names_no_label():
    bare = evaluation(first_right(9)).model_copy(update={"classification": ()})
    assert outcome(passing(evaluation=bare), GROUPS) == "missing"


@pytest.mark.parametrize(("count", "expected"), [(60, "passed"), (61, "failed")])
def test_doubted_labels_are_a_share_of_the_holdout(count, expected):
    found = result_of(measured(label_doubts=doubts(count)), DOUBTS)
    assert (found.outcome, found.value) == (expected, count / 240)


def test_a_photo_that_is_doubted_twice_counts_once():
    assert outcome(measured(label_doubts=doubts(60, times=2)), DOUBTS) == "passed"


def test_an_empty_holdout_has_no_share_of_doubts():
    assert outcome(measured(photos=0), DOUBTS) == "missing"


@pytest.mark.parametrize("name", [GROUPS, DOUBTS])
@pytest.mark.parametrize(("at_fault", "expected"), [(False, "missing"), (True, "failed")])
def test_data_quality_is_missing_without_evidence(name, at_fault, expected):
    assert outcome(passing(evidence=Absent("gone", at_fault)), name) == expected


def test_data_quality_is_missing_without_an_evaluation():
    assert outcome(passing(evaluation=Absent("gone")), GROUPS) == "missing"
