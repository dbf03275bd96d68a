"""review: people looked at the policy, and the day by which they must again is not past."""

from typing import TYPE_CHECKING, Final

from artifacts.policies.tiers import Tier
from artifacts.records.gate import RuleResult
from judging.case import Absent, Case
from judging.rule import AlwaysOn, absent, result

if TYPE_CHECKING:
    from judging.policy import Policy

RULE = "review"


def judge_review(case: Case) -> RuleResult:
    """Leave undecided after the day on which the review was due; that day itself passes.

    Fails where the policy gives itself longer than its tier allows, or names a review that hasn't
    been yet. The value is the days that are left.
    """
    policy = case.policy
    if isinstance(policy, Absent):
        return absent(RULE, "not overdue", Absent(policy.reason))
    tier = None if isinstance(case.tiers, Absent) else case.tiers.tiers.get(policy.tier)
    limit = f"today <= {policy.review.due_on}"
    if tier is None:
        return result(RULE, "missing", limit, "how long a review lasts is its tier's to say")
    left = (policy.review.due_on - case.today).days
    if problem := _too_generous(policy, tier, case):
        return result(RULE, "failed", limit, problem, float(left))
    if left < 0:
        reason = f"the review was due {-left} days ago: review the policy and set both of its days"
        return result(RULE, "missing", limit, reason, float(left))
    reason = f"reviewed on {policy.review.reviewed_on}, {left} days are left"
    return result(RULE, "passed", limit, reason, float(left))


def _too_generous(policy: "Policy", tier: Tier, case: Case) -> str:
    review, period = policy.review, (policy.review.due_on - policy.review.reviewed_on).days
    if review.reviewed_on > case.today:
        return f"a review on {review.reviewed_on} hasn't been yet on {case.today}"
    if period > tier.review_period_days:
        allowed = f"tier {policy.tier} allows {tier.review_period_days}"
        return f"{period} days from review to review, {allowed}"
    return ""


RULES: Final = (
    AlwaysOn(
        "review",
        "People reviewed the policy, and the next review is not overdue. After that "
        "day nothing is allowed until they have.",
        "NIST AI RMF 1.0, Govern 1.5: periodic review.",
        order=30,
        judge=judge_review,
    ),
)
