"""same_data: the candidate was split and trained over the dataset that it is judged over.

A candidate of another dataset, or another split of it, may have trained on photos of this holdout,
and then every number over them is worth nothing.
"""

from collections.abc import Iterator

from artifacts.records.evaluation import Evaluation
from artifacts.records.gate import RuleResult
from delivery.domain.evidence import HOLDOUT, Candidate, Evidence, Holdout
from delivery.domain.rules.results import absent, result

RULE = "same_data"
LIMIT = "photo manifest and splits equal"


def judge_same_data(evidence: Evidence) -> RuleResult:
    """Compare the digests of the dataset, the candidate's manifest and the evaluation."""
    candidate, holdout, evaluation = evidence.candidate, evidence.holdout, evidence.evaluation
    if not isinstance(candidate, Candidate):
        return absent(RULE, LIMIT, candidate)
    if not isinstance(holdout, Holdout):
        return absent(RULE, LIMIT, holdout)
    if not isinstance(evaluation, Evaluation):
        return absent(RULE, LIMIT, evaluation)
    problems = [*_trained_elsewhere(candidate, holdout), *wrong_holdout(evaluation, holdout)]
    if evaluation.model != candidate.digest:
        problems.append(f"the evaluation is of another model, {evaluation.model}")
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
