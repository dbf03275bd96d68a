from dataclasses import replace

import pytest
from support.delivery_fakes import good_evidence

from artifacts.digests import digest_json
from artifacts.records.manifest import Data, DataSplit
from delivery.domain.evidence import Absent
from delivery.domain.rules.same_data import judge_same_data

OTHER = digest_json("other")


def with_data(**changes):
    evidence = good_evidence()
    data = evidence.candidate.data.model_copy(update=changes)
    return replace(evidence, candidate=replace(evidence.candidate, data=data))


def with_evaluation(**changes):
    evidence = good_evidence()
    return replace(evidence, evaluation=evidence.evaluation.model_copy(update=changes))


def test_the_data_are_the_same_where_every_digest_is_equal():
    assert judge_same_data(good_evidence()).outcome == "passed"


@pytest.mark.parametrize(
    ("evidence", "word"),
    [
        (with_data(photo_manifest=OTHER), "trained over the photo manifest"),
        (
            with_data(splits=(DataSplit(name="holdout", digest=OTHER, photos=1, groups=1),)),
            "holdout split",
        ),
        (with_data(splits=()), "names no holdout"),
        (with_evaluation(photo_manifest=OTHER), "over the photo manifest"),
        (with_evaluation(split_digest=OTHER), "over the holdout"),
        (with_evaluation(split="train"), "over the split train"),
        (with_evaluation(model=OTHER), "another model"),
        (with_evaluation(model=None), "another model"),
    ],
)
def test_a_wrong_holdout_is_missing_evidence(evidence, word):
    found = judge_same_data(evidence)
    assert found.outcome == "missing"
    assert found.reason.startswith("wrong holdout")
    assert word in found.reason


def test_a_training_split_that_the_dataset_does_not_know_is_a_wrong_holdout():
    evidence = good_evidence()
    stray = DataSplit(name="train", digest=OTHER, photos=1, groups=1)
    data = Data(
        photo_manifest=evidence.candidate.data.photo_manifest,
        splits=(*evidence.candidate.data.splits, stray),
    )
    changed = replace(evidence, candidate=replace(evidence.candidate, data=data))
    assert judge_same_data(changed).outcome == "missing"


@pytest.mark.parametrize("part", ["candidate", "holdout", "evaluation"])
def test_the_data_are_not_known_where_a_part_is_missing(part):
    found = judge_same_data(good_evidence(**{part: Absent("gone")}))
    assert (found.outcome, found.reason) == ("missing", "gone")
