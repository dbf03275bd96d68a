"""policy: there is a policy of this model, and it asks for no less than its risk tier.

A policy is a file that people change. This rule keeps one from being changed into something that
lets everything pass: every rule of the tier must be there, and no setting may be weaker.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from artifacts.policies.tiers import SettingLimit, Tier
from artifacts.records.gate import RuleResult
from judging.case import Absent, Candidate, Case
from judging.rule import AlwaysOn, absent, result
from judging.setting import Setting

if TYPE_CHECKING:
    from judging.policy import Policy

RULE = "policy"
LIMIT = "a policy of this model, as strict as its tier"


def judge_policy(case: Case) -> RuleResult:
    """Fail a policy that is another model's, omits what its tier requires, or is weaker.

    No value; the reason lists every problem.
    """
    policy, candidate, tiers = case.policy, case.candidate, case.tiers
    if isinstance(policy, Absent):
        return absent(RULE, LIMIT, policy)
    if isinstance(tiers, Absent):
        return absent(RULE, LIMIT, tiers)
    if isinstance(candidate, Absent):
        reason = "without a candidate nobody knows whose policy"
        return result(RULE, "missing", LIMIT, reason)
    problems = list(_other_model(policy, candidate))
    tier = tiers.tiers.get(policy.tier)
    if tier is None:
        problems.append(f"risk_tiers.yaml describes no tier {policy.tier}")
    else:
        problems += weaknesses(policy, tier)
    if problems:
        return result(RULE, "failed", LIMIT, "; ".join(problems))
    reason = f"{policy.digest}, tier {policy.tier}, {len(policy.rules.named())} rules with settings"
    return result(RULE, "passed", LIMIT, reason)


def weaknesses(policy: "Policy", tier: Tier) -> Iterator[str]:
    """Say everything in which a policy asks for less than a tier, or a tier for what is unknown."""
    from judging.table import CHOSEN, RULES  # noqa: PLC0415 - the table finds this very rule

    given = policy.rules.named()
    for rule in tier.rules:
        if rule not in {known.id for known in RULES}:
            yield f"tier {policy.tier} requires a rule {rule}, which there is not"
        elif rule in CHOSEN and rule not in given:
            yield f"tier {policy.tier} requires the rule {rule}, which the policy omits"
    for limit in tier.limits:
        if limit.rule not in {*CHOSEN, "measurement", "required_slices", "optional_slices"}:
            yield f"tier {policy.tier} limits {limit.name}, and no rule {limit.rule} has settings"
        else:
            yield from _weaker_settings(policy.settings(limit.rule), limit)


def _other_model(policy: "Policy", candidate: Candidate) -> Iterator[str]:
    if policy.model != candidate.name:
        yield f"the policy is for {policy.model}, the candidate is a {candidate.name}"


def _weaker_settings(settings: tuple[Setting, ...], limit: SettingLimit) -> Iterator[str]:
    """Judge every entry of a rule. An entry that leaves the setting empty has another instead."""
    if any(limit.setting not in type(entry).model_fields for entry in settings):
        yield f"{limit.rule} has no setting {limit.setting}, which its tier limits"
        return
    values = [getattr(entry, limit.setting) for entry in settings]
    given = [value for value in values if value is not None]
    if settings and not given:
        yield f"{limit.rule}: no entry gives {limit.setting}, which must be {limit.text}"
    for value in given:
        if not limit.holds(value):
            yield f"{limit.name} is {value}, and must be {limit.text}: {limit.reason}"


RULES: Final = (
    AlwaysOn(
        "policy",
        "There is a policy of this model. It has every rule that its risk tier "
        "requires, and no setting is weaker than the tier allows.",
        "NIST AI RMF 1.0, Govern 1; ISO/IEC 42001:2023, clause 6.1.",
        order=20,
        judge=judge_policy,
    ),
)
