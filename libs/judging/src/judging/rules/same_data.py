"""same_data: candidate, evaluation and evidence are of one dataset, the one it is judged over.

A candidate of another dataset, or another split of it, may have trained on photos of this holdout,
and then every number over them is worth nothing.
"""

from collections.abc import Iterator
from typing import Final

from artifacts.policies.membership import HOLDOUT
from artifacts.records.evaluation import Evaluation
from artifacts.records.evidence import Evidence
from artifacts.records.gate import RuleResult
from judging.case import Absent, Candidate, Case, Holdout
from judging.rule import AlwaysOn, absent, result
from judging.setting import Measurement

RULE = "same_data"
LIMIT = "photo manifest and splits equal"


def judge_same_data(case: Case) -> RuleResult:
    """Compare the digests of dataset, candidate, evaluation and evidence, and how that was made.

    No value. A wrong holdout leaves undecided: nothing was shown of the right one.
    """
    candidate, holdout = case.candidate, case.holdout
    evaluation, evidence = case.evaluation, case.evidence
    if isinstance(candidate, Absent):
        return absent(RULE, LIMIT, candidate)
    if isinstance(holdout, Absent):
        return absent(RULE, LIMIT, holdout)
    if isinstance(evaluation, Absent):
        return absent(RULE, LIMIT, evaluation)
    if isinstance(evidence, Absent):
        return absent(RULE, LIMIT, evidence)
    problems = [*_trained_elsewhere(candidate, holdout), *wrong_holdout(evaluation, holdout)]
    problems += _wrong_evidence(evidence, evaluation)
    if evaluation.model != candidate.digest:
        problems.append(f"the evaluation is of another model, {evaluation.model}")
    if not isinstance(case.policy, Absent):
        problems += _measured_otherwise(evidence, case.policy.measurement)
    if problems:
        return result(RULE, "missing", LIMIT, "wrong holdout: " + "; ".join(problems))
    return result(RULE, "passed", LIMIT, f"photo manifest {holdout.photo_manifest}")


def wrong_holdout(evaluation: Evaluation, holdout: Holdout) -> Iterator[str]:
    """Say in what an evaluation is not one over this holdout."""
    if evaluation.split != HOLDOUT:
        yield f"the evaluation is over the split {evaluation.split}"
    if evaluation.photo_manifest != holdout.photo_manifest:
        yield f"the evaluation is over the photo manifest {evaluation.photo_manifest}"
    if evaluation.split_digest != holdout.split_digest:
        yield f"the evaluation is over the holdout {evaluation.split_digest}"


def _trained_elsewhere(candidate: Candidate, holdout: Holdout) -> Iterator[str]:
    data = candidate.data
    if data.photo_manifest != holdout.photo_manifest:
        yield (
            f"the candidate was trained over the photo manifest {data.photo_manifest}, "
            f"the dataset's is {holdout.photo_manifest}"
        )
    if data.split(HOLDOUT) is None:
        yield "the candidate names no holdout"
    expected = dict(holdout.splits)
    for split in data.splits:
        if split.digest != expected.get(split.name):
            yield (
                f"the candidate's {split.name} split is {split.digest}, "
                f"the dataset's is {expected.get(split.name)}"
            )


def _wrong_evidence(evidence: Evidence, evaluation: Evaluation) -> Iterator[str]:
    """Say in what evidence is not about this evaluation."""
    if evidence.model != evaluation.model:
        yield f"the evidence is of another model, {evidence.model}"
    if evidence.photo_manifest != evaluation.photo_manifest:
        yield f"the evidence is over the photo manifest {evidence.photo_manifest}"
    if evidence.holdout != evaluation.split_digest:
        yield f"the evidence is over the holdout {evidence.holdout}"
    if evidence.photos != len(evaluation.photos):
        yield f"the evidence is over {evidence.photos} photos of {len(evaluation.photos)}"


def _measured_otherwise(evidence: Evidence, asked: Measurement) -> Iterator[str]:
    """Say in what evidence was not measured as the policy asks."""
    method = evidence.method
    for name in ("confidence", "resamples", "seed"):
        found, wanted = getattr(method, name), getattr(asked, name)
        if found != wanted:
            yield f"the evidence was measured with {name} {found:g}, the policy asks for {wanted:g}"


RULES: Final = (
    AlwaysOn(
        "same_data",
        "Candidate, evaluation and evidence name the same dataset and splits by "
        "digest, so the candidate did not learn from photos that it is judged on.",
        "Kapoor and Narayanan, Leakage and the reproducibility crisis, Patterns 4 (2023).",
        order=50,
        judge=judge_same_data,
    ),
)
