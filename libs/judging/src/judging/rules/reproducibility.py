"""reproducibility: what the candidate was made from is known, and where asked it was made again."""

from typing import Final, Literal

from artifacts.records.gate import RuleResult
from artifacts.records.reproduction import Reproduction
from judging.case import Absent, Candidate, Case
from judging.rule import Chosen, absent, result
from judging.setting import Setting

RULE = "reproducibility"
SHOWN = 5


class Reproducibility(Setting):
    """Whether the clean commit in the signed manifest is enough, or a rebuild must have been made.

    With `rebuilt` a reproduction must be `equal`, or also `equal_within_tolerance` where allowed.
    """

    ask: Literal["attested", "rebuilt"]
    accept_tolerance: bool

    @property
    def words(self) -> str:
        """What is asked for, and what counts as equal."""
        if self.ask == "attested":
            kind = "the signed manifest names a clean commit and an environment"
        else:
            kind = "the model was built again with an equal outcome"
        tolerance = "counts as equal" if self.accept_tolerance else "doesn't count as equal"
        return f"{kind} ({self.ask}); equal within tolerance {tolerance}"


def judge_reproducibility(setting: Reproducibility, case: Case) -> RuleResult:
    """Fail a candidate of uncommitted files, or, where a rebuild is asked for, of another outcome.

    No value. Attested means that the signed manifest names a commit and an environment.
    """
    limit = "a clean commit, attested"
    if setting.ask == "rebuilt":
        limit = "rebuilt, equal" + (" or within tolerance" if setting.accept_tolerance else "")
    if isinstance(case.candidate, Absent):
        return absent(RULE, limit, case.candidate)
    code = case.candidate.code
    if code.dirty:
        reason = f"trained from uncommitted files beside commit {code.commit}: commit, then train"
        return result(RULE, "failed", limit, reason)
    if setting.ask == "attested":
        reason = f"commit {code.commit}, environment {case.candidate.environment}"
        return result(RULE, "passed", limit, reason)
    return _rebuilt(setting, limit, case.candidate, case.reproduction)


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


RULES: Final = (
    Chosen(
        "reproducibility",
        "The candidate was trained from committed files that its signed manifest "
        "names and, where the policy asks for it, was built again with an equal "
        "outcome.",
        "Pineau et al., Improving reproducibility in machine learning research, JMLR 22 (2021).",
        order=220,
        settings=Reproducibility,
        judge=judge_reproducibility,
    ),
)
