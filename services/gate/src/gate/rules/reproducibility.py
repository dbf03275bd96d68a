"""reproducibility: what the candidate was made from is known, and where asked it was made again."""

from artifacts.records.gate import RuleResult
from artifacts.records.reproduction import Reproduction
from gate.case import Absent, Candidate, Case
from gate.rules.results import absent, result
from judging.policy import Reproducibility

RULE = "reproducibility"
SHOWN = 5


def judge_reproducibility(case: Case) -> tuple[RuleResult, ...]:
    """Fail a candidate of uncommitted files, or, where a rebuild is asked for, of another outcome.

    No value. Attested means that the signed manifest names a commit and an environment.
    """
    setting = None if isinstance(case.policy, Absent) else case.policy.rules.reproducibility
    if setting is None:
        return ()
    limit = _limit(setting)
    if isinstance(case.candidate, Absent):
        return (absent(RULE, limit, case.candidate),)
    code = case.candidate.code
    if code.dirty:
        reason = f"trained from uncommitted files beside commit {code.commit}: commit, then train"
        return (result(RULE, "failed", limit, reason),)
    if setting.ask == "attested":
        reason = f"commit {code.commit}, environment {case.candidate.environment}"
        return (result(RULE, "passed", limit, reason),)
    return (_rebuilt(setting, limit, case.candidate, case.reproduction),)


def _limit(setting: Reproducibility) -> str:
    if setting.ask == "attested":
        return "a clean commit, attested"
    return "rebuilt, equal" + (" or within tolerance" if setting.accept_tolerance else "")


def _rebuilt(
    setting: Reproducibility, limit: str, candidate: Candidate, found: Reproduction | Absent
) -> RuleResult:
    if isinstance(found, Absent):
        return absent(RULE, limit, found)
    if problem := _of_another(found, candidate):
        return result(RULE, "missing", limit, problem)
    accepted = {"equal", "equal_within_tolerance"} if setting.accept_tolerance else {"equal"}
    if found.outcome in accepted:
        reason = f"rebuilt from commit {found.commit}: {found.outcome.replace('_', ' ')}"
        return result(RULE, "passed", limit, reason)
    differences = "; ".join(found.differences[:SHOWN]) or "no difference was named"
    more = len(found.differences) - SHOWN
    reason = f"rebuilt as {found.rebuilt}, {found.outcome.replace('_', ' ')}: {differences}"
    return result(RULE, "failed", limit, reason + (f"; and {more} more" if more > 0 else ""))


def _of_another(found: Reproduction, candidate: Candidate) -> str:
    """Say why a reproduction is none of this candidate, or an empty text."""
    if found.original != candidate.digest:
        return f"the reproduction is of another model, {found.original}"
    if found.outcome == "equal" and found.rebuilt != found.original:
        return f"the reproduction says equal and names another digest, {found.rebuilt}"
    return ""
