"""policy: there is a policy, it is readable, and it is this model's."""

from artifacts.records.gate import RuleResult
from delivery.domain.evidence import Absent, Candidate
from delivery.domain.policy import Policy
from delivery.domain.rules.results import absent, result

RULE = "policy"
LIMIT = "a policy of this model"


def judge_policy(policy: Policy | Absent, candidate: Candidate | Absent) -> RuleResult:
    """Leave undecided what no policy of this very model is there to decide."""
    if isinstance(policy, Absent):
        return absent(RULE, LIMIT, policy)
    if isinstance(candidate, Absent):
        return result(RULE, "missing", LIMIT, "without a candidate nobody knows whose policy")
    if policy.model != candidate.name:
        reason = f"the policy is for {policy.model}, the candidate is a {candidate.name}"
        return result(RULE, "missing", LIMIT, reason)
    return result(RULE, "passed", LIMIT, f"{policy.digest}, {len(policy.floors)} floors")
