"""The judge: a policy and evidence in, one result a rule out, and a decision over them."""

from artifacts.records.gate import Decision, RuleResult
from delivery.domain.evidence import Absent, Candidate, Evidence
from delivery.domain.policy import Policy
from delivery.domain.resampling import Resampling, resample_groups
from delivery.domain.rules.artifact import RULE as ARTIFACT
from delivery.domain.rules.artifact import judge_artifact
from delivery.domain.rules.champion import RULE as CHAMPION
from delivery.domain.rules.champion import judge_champion
from delivery.domain.rules.floors import PREFIX, judge_floors
from delivery.domain.rules.golden_photos import RULE as GOLDEN_PHOTOS
from delivery.domain.rules.golden_photos import judge_golden_photos
from delivery.domain.rules.holdout_size import GROUPS, PHOTOS, judge_holdout_size
from delivery.domain.rules.non_inferiority import RULE as NON_INFERIORITY
from delivery.domain.rules.non_inferiority import improves, judge_non_inferiority
from delivery.domain.rules.policy_applies import RULE as POLICY
from delivery.domain.rules.policy_applies import judge_policy
from delivery.domain.rules.same_data import RULE as SAME_DATA
from delivery.domain.rules.same_data import judge_same_data


def judge(policy: Policy | Absent, evidence: Evidence) -> tuple[RuleResult, ...]:
    """Judge evidence by every rule of a policy. Rules don't stop at the first that fails.

    Without a policy only what needs none is judged, and the missing policy is a result itself.
    """
    general = (
        judge_artifact(evidence.candidate),
        judge_policy(policy, evidence.candidate),
        judge_same_data(evidence),
        judge_golden_photos(evidence.proof),
        judge_champion(evidence.champion),
    )
    if isinstance(policy, Absent):
        return general
    resampling = _resampling(policy, evidence)
    return (
        *general,
        *judge_holdout_size(policy.holdout, evidence.evaluation),
        *judge_floors(policy.floors, evidence.evaluation, resampling),
        judge_non_inferiority(policy.non_inferiority, evidence, resampling),
    )


def rules_of(policy: Policy) -> tuple[str, ...]:
    """Name every rule that a report under this policy must carry, in order."""
    general = (ARTIFACT, POLICY, SAME_DATA, GOLDEN_PHOTOS, CHAMPION, PHOTOS, GROUPS)
    return (*general, *(PREFIX + floor.id for floor in policy.floors), NON_INFERIORITY)


def decide(results: tuple[RuleResult, ...], first_release: bool) -> Decision:
    """Sum up results: a failure refuses, a gap leaves undecided, and a tie is no improvement.

    Only a stated first release is allowed without being better than a champion.
    """
    outcomes = {found.outcome for found in results}
    if "failed" in outcomes:
        return "refused"
    if outcomes != {"passed"}:
        return "undecided"
    return "allowed" if first_release or improves(results) else "no_improvement"


def candidate_digest(candidate: Candidate | Absent) -> str | None:
    """Return the digest of a candidate that could be opened."""
    return candidate.digest if isinstance(candidate, Candidate) else None


def _resampling(policy: Policy, evidence: Evidence) -> Resampling | None:
    """Draw once: floors and comparison, candidate and champion share the very same resamples."""
    evaluation = evidence.evaluation
    if isinstance(evaluation, Absent) or not evaluation.photos:
        return None
    rule = policy.non_inferiority
    return resample_groups(evaluation.groups, rule.resamples, rule.seed)
