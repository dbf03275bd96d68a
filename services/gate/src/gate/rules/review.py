"""review: people looked at the policy, and the day by which they must again is not past."""

from artifacts.policies.tiers import Tier
from artifacts.records.gate import RuleResult
from gate.case import Absent, Case
from gate.rules.results import absent, result
from judging.policy import Policy

RULE = "review"


def judge_review(case: Case) -> tuple[RuleResult, ...]:
    """Leave undecided after the day on which the review was due; that day itself passes.

    Fails where the policy gives itself longer than its tier allows, or names a review that hasn't
    been yet. The value is the days that are left.
    """
    policy = case.policy
    if isinstance(policy, Absent):
        return (absent(RULE, "not overdue", Absent(policy.reason)),)
    tier = None if isinstance(case.tiers, Absent) else case.tiers.tiers.get(policy.tier)
    limit = f"today <= {policy.review.due_on}"
    if tier is None:
        return (result(RULE, "missing", limit, "how long a review lasts is its tier's to say"),)
    left = (policy.review.due_on - case.today).days
    if problem := _too_generous(policy, tier, case):
        return (result(RULE, "failed", limit, problem, float(left)),)
    if left < 0:
        reason = f"the review was due {-left} days ago: review the policy and set both of its days"
        return (result(RULE, "missing", limit, reason, float(left)),)
    reason = f"reviewed on {policy.review.reviewed_on}, {left} days are left"
    return (result(RULE, "passed", limit, reason, float(left)),)


def _too_generous(policy: Policy, tier: Tier, case: Case) -> str:
    review, period = policy.review, (policy.review.due_on - policy.review.reviewed_on).days
    if review.reviewed_on > case.today:
        return f"a review on {review.reviewed_on} hasn't been yet on {case.today}"
    if period > tier.review_period_days:
        allowed = f"tier {policy.tier} allows {tier.review_period_days}"
        return f"{period} days from review to review, {allowed}"
    return ""
