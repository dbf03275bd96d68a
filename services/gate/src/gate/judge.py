"""The judge: a case in, the results of every rule out, and a decision over them."""

from artifacts.records.gate import Decision, RuleResult
from judging.case import Absent, Candidate, Case
from judging.rules.non_inferiority import improves
from judging.table import RULES


def judge(case: Case) -> tuple[RuleResult, ...]:
    """Judge a case by every rule of the table. Rules don't stop at the first that fails.

    Without a policy only what needs none is judged, and the missing policy is a result itself.
    """
    return tuple(found for rule in RULES for found in rule.judged(case))


def decide(results: tuple[RuleResult, ...], first_release: bool) -> Decision:
    """Sum up results: a failure refuses, a gap leaves undecided, and a tie is no improvement.

    Too little of what the policy requires counts as a failure: numbers over too few photos would
    be no ground to allow, and whoever brings the photos can bring more. Only a stated first release
    is allowed without being better than a champion.
    """
    outcomes = {found.outcome for found in results}
    if outcomes & {"failed", "insufficient"}:
        return "refused"
    if outcomes != {"passed"}:
        return "undecided"
    return "allowed" if first_release or improves(results) else "no_improvement"


def candidate_digest(candidate: Candidate | Absent) -> str | None:
    """Return the digest of a candidate that could be opened."""
    return candidate.digest if isinstance(candidate, Candidate) else None
