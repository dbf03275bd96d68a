import pytest
from support.cases import (
    MANIFEST,
    RIGHT,
    candidate,
    evaluation,
    evidence,
    first_right,
    outcome,
    passing,
    result_of,
)

from artifacts.digests import digest_json
from artifacts.records.evidence import Method
from artifacts.records.manifest import Data, DataSplit
from judging.case import Absent

OTHER = digest_json("other")


def trained(**changes):
    return passing(candidate=candidate(data=candidate().data.model_copy(update=changes)))


def evaluated(**changes):
    return passing(evaluation=evaluation(first_right(RIGHT)).model_copy(update=changes))


def measured(**changes):
    return passing(evidence=evidence(**changes))


def method(**changes):
    fields = {"confidence": 0.95, "resamples": 2000, "seed": 7}
    return measured(method=Method.model_validate(fields | changes))


def test_same_data_on_the_boundary_has_every_digest_equal():
    assert outcome(passing(), "same_data") == "passed"


def other_split(name):
    split = DataSplit(name=name, digest=OTHER, photos=1, groups=1)
    kept = (one for one in candidate().data.splits if one.name != name)
    return trained(splits=(*kept, split))


@pytest.mark.parametrize(
    ("case", "word"),
    [
        (trained(photo_manifest=OTHER), "trained over the photo manifest"),
        (other_split("holdout"), "holdout split"),
        (other_split("train"), "train split"),
        (other_split("validation"), "validation split"),
        (trained(splits=()), "names no holdout"),
        (evaluated(photo_manifest=OTHER), "over the photo manifest"),
        (evaluated(split_digest=OTHER), "over the holdout"),
        (evaluated(split="train"), "over the split train"),
        (evaluated(model=OTHER), "evaluation is of another model"),
        (evaluated(model=None), "evaluation is of another model"),
        (measured(model=OTHER), "evidence is of another model"),
        (measured(photo_manifest=OTHER), "evidence is over the photo manifest"),
        (measured(holdout=OTHER), "evidence is over the holdout"),
        (measured(photos=239), "evidence is over 239 photos of 240"),
        (method(confidence=0.9), "with confidence 0.9"),
        (method(resamples=1999), "with resamples 1999"),
        (method(seed=8), "with seed 8"),
    ],
)
def test_same_data_refuses_to_decide_over_a_wrong_holdout(case, word):
    found = result_of(case, "same_data")
    assert found.outcome == "missing"
    assert found.reason.startswith("wrong holdout")
    assert word in found.reason


def test_how_evidence_was_measured_is_not_asked_without_a_policy():
    case = passing(evidence=evidence(method=Method(confidence=0.9, resamples=9, seed=9)))
    without = passing(evidence=case.evidence, policy=Absent("no such file"))
    assert outcome(without, "same_data") == "passed"


@pytest.mark.parametrize("part", ["candidate", "holdout", "evaluation", "evidence"])
@pytest.mark.parametrize(("at_fault", "expected"), [(False, "missing"), (True, "failed")])
def test_same_data_is_missing_where_a_part_is(part, at_fault, expected):
    found = result_of(passing(**{part: Absent("gone", at_fault)}), "same_data")
    assert (found.outcome, found.reason) == (expected, "gone")


def test_a_pass_names_the_photo_manifest():
    data = Data(photo_manifest=MANIFEST, splits=candidate().data.splits)
    found = result_of(passing(candidate=candidate(data=data)), "same_data")
    assert MANIFEST in found.reason


@pytest.mark.parametrize(
    ("ours", "theirs", "word"),
    [
        ("photo_manifest", "photo_manifest", "the evaluation is over the photo manifest"),
        ("split_digest", "holdout", "the evaluation is over the holdout"),
    ],
)
def test_evaluation_and_evidence_of_one_wrong_dataset_are_still_wrong(ours, theirs, word):
    wrong = evaluation(first_right(RIGHT)).model_copy(update={ours: OTHER})
    case = passing(evaluation=wrong, evidence=evidence(**{theirs: OTHER}))
    found = result_of(case, "same_data")
    assert found.outcome == "missing"
    assert word in found.reason
