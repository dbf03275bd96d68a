import pytest
from support.cases import candidate, outcome, passing, result_of
from support.policy_documents import (
    policy,
    policy_document,
    ruled,
    settings,
    tier_document,
    tiers,
    tiers_document,
)
from support.staging_asked import WHY

from artifacts.policies.tiers import RiskTiers
from judging.case import Absent
from judging.policy import Policy


def limit(rule, setting, **kinds):
    return {"rule": rule, "setting": setting, "reason": WHY, **kinds}


def limited(*limits, **changes):
    return passing(tiers=tiers(limits=list(limits)), **changes)


@pytest.mark.parametrize("rule", [name for name in settings() if name != "error_limits"])
def test_policy_refuses_one_that_omits_a_rule_which_its_tier_requires(rule):
    found = result_of(passing(policy=ruled(**{rule: None})), "policy")
    assert found.outcome == "failed"
    assert f"requires the rule {rule}, which the policy omits" in found.reason


@pytest.mark.parametrize("rule", ["floors", "coverage", "robustness", "slice_floors"])
def test_a_rule_with_an_empty_list_counts_as_omitted(rule):
    assert outcome(passing(policy=ruled(**{rule: []})), "policy") == "failed"


def test_a_rule_that_the_tier_does_not_require_may_be_left_out():
    assert outcome(passing(policy=ruled(error_limits=None)), "policy") == "passed"


def margin_of(margin):
    return ruled(non_inferiority=settings()["non_inferiority"] | {"margin": margin})


@pytest.mark.parametrize(("margin", "expected"), [(0.03, "passed"), (0.0301, "failed")])
def test_policy_on_the_boundary_may_be_as_weak_as_its_tier_and_no_weaker(margin, expected):
    assert outcome(passing(policy=margin_of(margin)), "policy") == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (limit("measurement", "resamples", at_least=2000), "passed"),
        (limit("measurement", "resamples", at_least=2001), "failed"),
        (limit("required_slices", "min_photos", at_least=31), "failed"),
        (limit("optional_slices", "min_photos", at_most=29), "failed"),
        (limit("optional_slices", "min_photos", at_most=30), "passed"),
        (limit("coverage", "at_least", at_least=0.8), "passed"),
        (limit("coverage", "at_least", at_least=0.81), "failed"),
        (limit("coverage", "at_most", at_most=9), "failed"),
        (limit("robustness", "max_drop", at_most=0.19), "failed"),
        (limit("leakage", "within_bits", at_least=25), "failed"),
        (limit("reproducibility", "ask", one_of=["rebuilt"]), "failed"),
        (limit("reproducibility", "ask", one_of=["rebuilt", "attested"]), "passed"),
        (limit("reproducibility", "accept_tolerance", one_of=["false"]), "passed"),
        (limit("reproducibility", "accept_tolerance", one_of=["true"]), "failed"),
        (limit("reproducibility", "accept_tolerance", at_most=1), "failed"),
        (limit("reproducibility", "ask", at_least=1), "failed"),
    ],
)
def test_every_kind_of_limit_holds_for_every_kind_of_setting(given, expected):
    found = result_of(limited(given), "policy")
    assert found.outcome == expected
    assert expected == "passed" or given["rule"] in found.reason


def test_every_entry_of_a_list_must_keep_the_limit():
    first = settings()["coverage"][0]
    entries = [first, first | {"id": "weak", "at_least": 0.5}]
    case = limited(limit("coverage", "at_least", at_least=0.8), policy=ruled(coverage=entries))
    assert "coverage.at_least is 0.5, and must be at least 0.8" in result_of(case, "policy").reason


def test_an_entry_that_gives_the_other_limit_is_not_held_to_this_one():
    size = {"id": "size", "metric": "style.set_size", "at_most": 3, "reason": WHY}
    entries = [settings()["coverage"][0], size | {"decided_on": "2026-11-22"}]
    case = limited(limit("coverage", "at_least", at_least=0.8), policy=ruled(coverage=entries))
    assert outcome(case, "policy") == "passed"


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (limit("beauty", "margin", at_most=1), "no rule beauty has settings"),
        (limit("parity", "margin", at_most=1), "no rule parity has settings"),
        (limit("non_inferiority", "beauty", at_most=1), "has no setting beauty"),
    ],
)
def test_a_tier_that_limits_what_there_is_not_is_refused(given, word):
    found = result_of(limited(given), "policy")
    assert found.outcome == "failed"
    assert word in found.reason


def test_a_tier_that_requires_a_rule_that_there_is_not_is_refused():
    found = result_of(passing(tiers=tiers(rules=["floors", "beauty"])), "policy")
    assert found.outcome == "failed"
    assert "requires a rule beauty, which there is not" in found.reason


def test_a_tier_may_name_rules_that_are_always_on():
    assert outcome(passing(tiers=tiers(rules=["floors", "parity"])), "policy") == "passed"


def test_a_policy_is_held_to_its_own_tier_and_no_other():
    strict = tier_document(limits=[limit("non_inferiority", "margin", at_most=0.01)])
    loose = tiers_document(high={"limits": strict["limits"]}, low={}, moderate={"limits": []})
    loose["tiers"]["low"]["limits"] = []
    given = RiskTiers.parse(loose, "a test")
    assert outcome(passing(tiers=given), "policy") == "passed"
    assert outcome(passing(tiers=given, policy=policy(tier="high")), "policy") == "failed"


def test_a_policy_of_another_model_is_refused():
    found = result_of(passing(policy=policy(model="fraud")), "policy")
    assert found.outcome == "failed"
    assert "fraud" in found.reason


def test_all_problems_are_told_at_once():
    weak = Policy.parse(policy_document(model="fraud", rules=settings(leakage=None)), "a test")
    found = result_of(passing(policy=weak), "policy")
    assert "fraud" in found.reason
    assert "leakage" in found.reason


@pytest.mark.parametrize("part", ["policy", "tiers", "candidate"])
def test_policy_is_missing_where_a_part_of_the_question_is(part):
    assert outcome(passing(**{part: Absent("no such file")}), "policy") == "missing"


@pytest.mark.parametrize("part", ["policy", "tiers"])
def test_a_file_that_is_there_and_wrong_is_refused(part):
    found = result_of(passing(**{part: Absent("unknown rule", at_fault=True)}), "policy")
    assert (found.outcome, found.reason) == ("failed", "unknown rule")


def test_the_reason_of_a_pass_names_policy_and_tier():
    found = result_of(passing(candidate=candidate()), "policy")
    assert policy().digest in found.reason
    assert "moderate" in found.reason


def test_a_policy_of_a_tier_that_nobody_describes_is_refused_and_its_review_undecided():
    case = passing(tiers=tiers().model_copy(update={"tiers": {}}))
    assert "describes no tier moderate" in result_of(case, "policy").reason
    assert (outcome(case, "policy"), outcome(case, "review")) == ("failed", "missing")


def test_a_limit_on_a_rule_that_may_be_left_out_asks_for_nothing_where_it_is():
    case = limited(limit("error_limits", "at_most", at_most=70), policy=ruled(error_limits=None))
    assert outcome(case, "policy") == "passed"


@pytest.mark.parametrize(("rule", "expected"), [("parity", "passed"), ("prayer", "failed")])
def test_a_tier_may_require_a_rule_that_is_always_on_and_none_that_there_is_not(rule, expected):
    case = passing(tiers=tiers(rules=["floors", rule]))
    assert outcome(case, "policy") == expected
