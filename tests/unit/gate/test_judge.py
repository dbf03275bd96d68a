import itertools

import pytest
from support.cases import (
    GROUPS,
    PHOTOS,
    RIGHT,
    champion,
    estimate,
    evaluation,
    evidence,
    first_right,
    measured,
    outcome,
    passing,
    slice_of,
)
from support.policy_documents import DECIDED, FIRST_RELEASE, policy, ruled, settings

from artifacts.records.gate import RuleResult
from gate.comparing import PairedResamples
from gate.judge import candidate_digest, decide, judge
from gate.resampling import resample_groups
from judging.case import Absent
from judging.policy import results_of

ALWAYS = ["artifact", "policy", "review", "holdout_pin", "same_data", "parity", "champion"]


def decision(case):
    return decide(judge(case), case.first_release)


def row(outcome, rule="some", low=None):
    return RuleResult(
        rule=rule, outcome=outcome, value=None, low=low, high=low, limit="", reason=""
    )


def test_a_case_that_keeps_every_rule_is_allowed():
    assert {found.outcome for found in judge(passing())} == {"passed"}
    assert decision(passing()) == "allowed"


def test_the_judge_is_repeatable():
    assert judge(passing()) == judge(passing())


def test_rules_do_not_stop_at_the_first_that_fails():
    bad = evidence(
        metrics=evidence().metrics | {"style.accuracy": estimate(0.1)},
        slices=(slice_of("lighting", "normal", 200, 0.1),),
    )
    found = judge(passing(evaluation=evaluation(first_right(0)), evidence=bad))
    failed = {one.rule for one in found if one.outcome == "failed"}
    assert failed == {
        "floor.right",
        "non_inferiority",
        "slice_floor.lighting",
        "slice_regression.lighting",
    }
    assert tuple(one.rule for one in found) == results_of(policy())


def test_without_a_policy_the_rest_is_judged_and_nothing_is_allowed():
    found = judge(passing(policy=Absent("no such file")))
    assert [one.rule for one in found] == ALWAYS
    assert decide(found, first_release=True) == "undecided"


def test_a_policy_that_can_not_be_followed_is_refused():
    assert decision(passing(policy=Absent("unknown rule", at_fault=True))) == "refused"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"candidate": Absent("signature refused", at_fault=True)}, "refused"),
        ({"candidate": Absent("no such folder")}, "undecided"),
        ({"tiers": Absent("no such file")}, "undecided"),
        ({"holdout": Absent("no such folder")}, "undecided"),
        ({"membership": Absent("not pinned")}, "undecided"),
        ({"evaluation": Absent("photo gone")}, "undecided"),
        ({"evaluation": Absent("answers NaN", at_fault=True)}, "refused"),
        ({"evidence": Absent("out of memory")}, "undecided"),
        ({"proof": Absent("old code")}, "undecided"),
        ({"champion": Absent("unreadable")}, "undecided"),
        ({"champion": FIRST_RELEASE}, "allowed"),
        ({"reproduction": Absent("none")}, "allowed"),
        ({"comparing": None}, "undecided"),
    ],
)
def test_each_missing_part_keeps_a_candidate_from_being_allowed(changes, expected):
    assert decision(passing(**changes)) == expected


@pytest.mark.parametrize(
    ("right", "expected"), [(180, "allowed"), (132, "no_improvement"), (120, "refused")]
)
def test_a_candidate_is_allowed_only_if_it_beats_the_champion(right, expected):
    assert decision(passing(evaluation=evaluation(first_right(right)))) == expected


def test_a_tie_does_not_promote():
    assert decision(passing(champion=champion(first_right(RIGHT)))) == "no_improvement"


def test_a_first_release_must_keep_the_floors_too():
    weak = evidence(metrics=evidence().metrics | {"style.accuracy": estimate(0.1)})
    assert decision(passing(champion=FIRST_RELEASE, evidence=weak)) == "refused"


def test_too_few_photos_in_what_the_policy_requires_are_refused():
    few = measured(slices=(slice_of("lighting", "normal", 29, 0.9),))
    assert outcome(few, "required_slices.lighting") == "insufficient"
    assert decision(few) == "refused"


def test_a_limit_on_a_head_that_the_model_lacks_decides_nothing():
    roof = settings()["floors"][0] | {"metric": "roof.accuracy"}
    assert decision(passing(policy=ruled(floors=[roof]))) == "undecided"


OUTCOMES = ("passed", "failed", "insufficient", "missing")


@pytest.mark.parametrize("outcomes", list(itertools.product(OUTCOMES, repeat=2)))
@pytest.mark.parametrize("first_release", [True, False])
@pytest.mark.parametrize("low", [None, -0.01, 0.0, 0.01])
def test_the_decision_table(outcomes, first_release, low):
    """A failure or too little refuses; else a gap leaves undecided; else only better is allowed."""
    rows = (row(outcomes[0]), row(outcomes[1], "non_inferiority", low))
    found = decide(rows, first_release)
    if {"failed", "insufficient"} & set(outcomes):
        assert found == "refused"
    elif "missing" in outcomes:
        assert found == "undecided"
    elif first_release or low == 0.01:
        assert found == "allowed"
    else:
        assert found == "no_improvement"


def test_no_results_at_all_decide_nothing():
    assert decide((), first_release=True) == "undecided"


def test_only_a_better_comparison_counts_as_an_improvement():
    assert decide((row("passed", "floor.x", low=0.9),), first_release=False) == "no_improvement"


def test_a_candidate_that_did_not_open_has_no_digest():
    assert candidate_digest(Absent("broken")) is None


@pytest.mark.parametrize(("per_group", "expected"), [(1, "passed"), (40, "failed")])
def test_the_judge_draws_buildings_and_not_photos(per_group, expected):
    """Two photos lost of 240: within the margin over 240 buildings, noise over six."""
    groups = tuple(f"building {i // per_group}" for i in range(PHOTOS))
    small = settings()["holdout_size"] | {"min_groups": 2} | DECIDED
    ours = evaluation([i not in {100, 101} for i in range(PHOTOS)])
    theirs = champion([True] * PHOTOS)
    theirs = type(theirs)(
        theirs.digest,
        theirs.photo_manifest,
        theirs.evaluation.model_copy(update={"groups": groups}),
    )
    case = passing(
        policy=ruled(
            holdout_size=small, non_inferiority=settings()["non_inferiority"] | {"margin": 0.022}
        ),
        evaluation=ours.model_copy(update={"groups": groups}),
        champion=theirs,
        comparing=PairedResamples(resample_groups(groups, 2000, 7)),
    )
    assert GROUPS != PHOTOS
    assert outcome(case, "non_inferiority") == expected
