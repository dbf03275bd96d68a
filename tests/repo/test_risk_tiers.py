"""The risk tiers that lie in git: what each requires, how weak settings may be, who approves."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError
from support import cases
from support import policy_examples as examples

from artifacts.policies.approvers import People
from artifacts.policies.tiers import TIERS, Tier
from judging.policy import Policy, Rules
from judging.policy_files import YamlPolicies
from judging.rules.policy_applies import weaknesses

FILES = YamlPolicies(Path(__file__).parents[2] / "policies")
POLICY, RISK = FILES.read("architecture"), FILES.tiers()


def test_the_tiers_require_the_rules_that_were_decided() -> None:
    assert {name: set(tier.rules) for name, tier in RISK.tiers.items()} == {
        name: set(rules) for name, rules in examples.REQUIRED.items()
    }


@pytest.mark.parametrize("rule", examples.REQUIRED["moderate"])
def test_the_policy_without_a_rule_of_its_tier_is_refused(rule: str) -> None:
    empty = Rules.model_fields[rule].default
    policy = POLICY.model_copy(update={"rules": POLICY.rules.model_copy(update={rule: empty})})
    case = replace(cases.passing(), tiers=RISK, policy=policy)
    found = cases.result_of(case, "policy")
    assert found.outcome == "failed"
    assert rule in found.reason


LIMITS = [
    (tier, *key, values[TIERS.index(tier)])
    for tier in TIERS
    for key, values in examples.WEAKEST.items()
    if values[TIERS.index(tier)] is not None
]


def test_the_tiers_limit_what_was_decided_and_nothing_else() -> None:
    found = {(n, one.rule, one.setting) for n, tier in RISK.tiers.items() for one in tier.limits}
    assert found == {limit[:3] for limit in LIMITS}


def too_weak(rule: str, setting: str, weakest: object) -> object:
    """The next value that lets more pass."""
    if (rule, setting) in examples.CHOICES:
        return examples.CHOICES[rule, setting]
    assert isinstance(weakest, int | float)
    step = 1 if isinstance(weakest, int) else 0.0001
    return weakest - step if (rule, setting) in examples.LOWER_IS_WEAKER else weakest + step


def with_setting(rule: str, setting: str, value: object) -> Policy:
    """The committed policy with a setting of a rule replaced wherever it is given."""
    document = POLICY.model_dump(mode="json")
    place = {"required_slices": ("slices", "required"), "optional_slices": ("slices", "optional")}
    keys = place.get(rule, ("measurement",) if rule == "measurement" else ("rules", rule))
    found = document
    for key in keys:
        found = found[key]
    for entry in found if isinstance(found, list) else [found]:
        if entry[setting] is not None:
            entry[setting] = value == "true" if value in {"true", "false"} else value
    return Policy.model_validate(document)


def complaints(policy: Policy, tier: Tier, name: str) -> Iterator[str]:
    found = weaknesses(policy, tier)
    return (problem for problem in found if problem.startswith(f"{name} is "))


@pytest.mark.parametrize(("tier", "rule", "setting", "weakest"), LIMITS, ids=str)
def test_every_limit_of_a_tier_lets_its_own_value_pass_and_the_next_not(
    tier: str, rule: str, setting: str, weakest: object
) -> None:
    given, name = RISK.tiers[tier], f"{rule}.{setting}"  # type: ignore[index]
    assert list(complaints(with_setting(rule, setting, weakest), given, name)) == []
    next_value = too_weak(rule, setting, weakest)
    if (setting, weakest) in examples.NO_POLICY_UNDER:
        with pytest.raises(ValidationError, match=setting):
            with_setting(rule, setting, next_value)
    else:
        assert list(complaints(with_setting(rule, setting, next_value), given, name))


@pytest.mark.parametrize("tier", TIERS)
def test_people_periods_and_staging_are_as_they_were_decided(tier: str) -> None:
    found = RISK.tiers[tier]  # type: ignore[index]
    assert {one.role: one.persons for one in found.approvals} == examples.APPROVALS[tier]
    assert (found.review_period_days, found.approvals_valid_days) == examples.PERIODS[tier]
    asked = found.staging
    staging = (asked.min_verifications, asked.min_hours)
    assert (*staging, asked.max_gap_hours, asked.last_within_hours) == examples.STAGING[tier]


def test_moderate_takes_two_persons_of_two_roles_and_high_three() -> None:
    assert [RISK.tiers[tier].persons for tier in TIERS] == [1, 2, 3]


def test_who_breaks_the_glass_and_who_withdraws_is_as_it_was_decided() -> None:
    glass = RISK.break_glass
    found = ({one.role: one.persons for one in glass.approvals}, glass.max_hours)
    assert found == examples.BREAK_GLASS
    assert RISK.rejections_withdrawn_by == examples.WITHDRAW


def test_nobody_can_approve_before_a_team_enters_its_people() -> None:
    path = Path(__file__).parents[2] / "policies/approvers.yaml"
    assert People.read(path).persons == {}
