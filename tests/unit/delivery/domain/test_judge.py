import itertools

import pytest
from support.delivery_fakes import (
    FIRST_RELEASE,
    champion,
    dataset_rows,
    evaluation,
    first_right,
    floor,
    good_evidence,
    policy,
)

from artifacts.records.gate import RuleResult
from delivery.domain.evidence import Absent, Holdout
from delivery.domain.judge import candidate_digest, decide, judge, rules_of

RULES = [
    "artifact",
    "policy",
    "same_data",
    "golden_photos",
    "champion",
    "holdout_size.photos",
    "holdout_size.groups",
    "floor.style_accuracy",
    "floor.style_macro_f1",
    "floor.era_median_absolute_error",
    "non_inferiority",
]


def decision(evidence, used=None):
    return decide(judge(used or policy(), evidence), evidence.first_release)


def row(outcome, rule="some", low=None):
    return RuleResult(
        rule=rule, outcome=outcome, value=None, low=low, high=low, limit="", reason=""
    )


def test_the_judge_applies_every_rule_and_floor_once():
    assert [found.rule for found in judge(policy(), good_evidence())] == RULES
    assert list(rules_of(policy())) == RULES


def test_rules_do_not_stop_at_the_first_that_fails():
    rows = dataset_rows()
    evidence = good_evidence()
    bad = evaluation(rows, first_right(0), evidence.candidate.digest, year_error=500)
    outcomes = {
        found.rule: found.outcome for found in judge(policy(), good_evidence(evaluation=bad))
    }
    failed = {rule for rule, outcome in outcomes.items() if outcome == "failed"}
    assert failed == {*RULES[7:10], "non_inferiority"}


def test_without_a_policy_the_rest_is_judged_and_nothing_is_allowed():
    results = judge(Absent("no such file"), good_evidence())
    assert [found.rule for found in results] == RULES[:5]
    assert decide(results, first_release=True) == "undecided"


def test_good_evidence_is_allowed():
    assert decision(good_evidence()) == "allowed"


def test_the_judge_is_repeatable():
    assert judge(policy(), good_evidence()) == judge(policy(), good_evidence())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"candidate": Absent("signature refused", at_fault=True)}, "refused"),
        ({"candidate": Absent("no such folder")}, "undecided"),
        ({"holdout": Absent("no such folder")}, "undecided"),
        ({"evaluation": Absent("photo gone")}, "undecided"),
        ({"evaluation": Absent("answers NaN", at_fault=True)}, "refused"),
        ({"proof": Absent("old code")}, "undecided"),
        ({"champion": Absent("unreadable")}, "undecided"),
        ({"champion": FIRST_RELEASE}, "allowed"),
    ],
)
def test_each_missing_part_keeps_a_candidate_from_being_allowed(changes, expected):
    assert decision(good_evidence(**changes)) == expected


@pytest.mark.parametrize(
    ("right", "expected"),
    [(140, "allowed"), (100, "no_improvement"), (90, "refused"), (0, "refused")],
)
def test_a_candidate_is_allowed_only_if_it_beats_the_champion(right, expected):
    rows = dataset_rows()
    evidence = good_evidence()
    ours = evaluation(rows, first_right(right), evidence.candidate.digest)
    assert decision(good_evidence(evaluation=ours)) == expected


def test_a_tie_does_not_promote():
    evidence = good_evidence()
    tie = champion(dataset_rows(), first_right(140))
    assert decision(good_evidence(champion=tie)) == "no_improvement"
    assert decision(evidence) == "allowed"


def test_a_first_release_must_keep_the_floors_too():
    rows = dataset_rows()
    evidence = good_evidence()
    weak = evaluation(rows, first_right(40), evidence.candidate.digest)
    assert decision(good_evidence(champion=FIRST_RELEASE, evaluation=weak)) == "refused"


def test_a_holdout_that_is_too_small_decides_nothing():
    strict = policy(holdout={"min_photos": 201, "min_groups": 60})
    assert decision(good_evidence(), strict) == "undecided"


def test_a_floor_over_a_head_that_the_model_lacks_decides_nothing():
    strict = policy(floors=(floor("roof.accuracy", at_least=0.1),))
    assert decision(good_evidence(), strict) == "undecided"


def test_a_policy_of_another_model_decides_nothing():
    assert decision(good_evidence(), policy(model="fraud")) == "undecided"


OUTCOMES = ("passed", "failed", "insufficient", "missing")


@pytest.mark.parametrize("outcomes", list(itertools.product(OUTCOMES, repeat=2)))
@pytest.mark.parametrize("first_release", [True, False])
@pytest.mark.parametrize("low", [None, -0.01, 0.0, 0.01])
def test_the_decision_table(outcomes, first_release, low):
    """A failure refuses; else a gap leaves undecided; else only better, or first, is allowed."""
    rows = (row(outcomes[0]), row(outcomes[1], "non_inferiority", low))
    found = decide(rows, first_release)
    if "failed" in outcomes:
        assert found == "refused"
    elif set(outcomes) != {"passed"}:
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


@pytest.mark.parametrize(("per_group", "outcome"), [(1, "passed"), (40, "failed")])
def test_the_judge_draws_buildings_and_not_photos(per_group, outcome):
    """Four photos lost of 400: within the margin over 400 buildings, noise over ten."""
    rows = dataset_rows(400, per_group)
    evidence = good_evidence()
    seen = good_evidence(
        holdout=Holdout.of(rows),
        evaluation=evaluation(
            rows, [i not in range(100, 104) for i in range(400)], evidence.candidate.digest
        ),
        champion=champion(rows, [True] * 400),
    )
    assert judge(policy(), seen)[-1].outcome == outcome
