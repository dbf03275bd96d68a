"""Candidate and champion side by side: only over the very same photos do they compare in pairs."""

from dataclasses import dataclass

from artifacts.records.evaluation import Evaluation
from artifacts.records.gate import RuleResult
from artifacts.records.release import FirstRelease
from judging.case import Absent, Case, Champion, Comparing, Holdout
from judging.rule import absent, result
from judging.rules.same_data import wrong_holdout


@dataclass(frozen=True)
class Pair:
    """The candidate's evaluation and a champion over the same photos, and what compares them."""

    evaluation: Evaluation
    champion: Champion
    comparing: Comparing


def pair_of(rule: str, limit: str, case: Case) -> Pair | RuleResult:
    """Return what a rule compares, or the result of having nothing to compare.

    A stated first release passes; a champion that can't be had is missing and never held against
    the candidate.
    """
    champion, evaluation = case.champion, case.evaluation
    if isinstance(champion, FirstRelease):
        reason = f"no champion to compare with, as stated: {champion.reason}"
        return result(rule, "passed", limit, reason)
    if isinstance(champion, Absent):
        return absent(rule, limit, Absent(champion.reason))
    if isinstance(evaluation, Absent):
        return absent(rule, limit, evaluation)
    if reason := _not_paired(evaluation, champion, case.holdout):
        return result(rule, "missing", limit, reason)
    if case.comparing is None:
        return result(rule, "missing", limit, "the holdout is empty")
    return Pair(evaluation, champion, case.comparing)


def _not_paired(evaluation: Evaluation, champion: Champion, holdout: Holdout | Absent) -> str:
    """Say why two evaluations can't be compared photo by photo, or an empty text."""
    if isinstance(holdout, Absent):
        return holdout.reason
    problems = [*wrong_holdout(evaluation, holdout), *wrong_holdout(champion.evaluation, holdout)]
    if champion.evaluation.model != champion.digest:
        problems.append("the champion's evaluation is of another model")
    if evaluation.photos != champion.evaluation.photos:
        problems.append("the photos differ")
    if evaluation.groups != champion.evaluation.groups:
        problems.append("the building groups differ")
    return "not comparable: " + "; ".join(problems) if problems else ""
