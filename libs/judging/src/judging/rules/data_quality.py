"""data_quality: every label was learned from enough buildings, and few labels are in doubt."""

from typing import Annotated, Final

from pydantic import Field

from artifacts.records.evaluation import Evaluation
from artifacts.records.evidence import Evidence
from artifacts.records.gate import RuleResult
from judging.case import Absent, Case
from judging.rule import Chosen, Results, absent, at_most, result
from judging.setting import Setting, Share

GROUPS = "data_quality.groups"
DOUBTS = "data_quality.doubted_labels"


class DataQuality(Setting):
    """What the data must be like: building groups a label to train on, doubted holdout labels."""

    min_groups_per_label: Annotated[int, Field(ge=1)]
    max_doubted_labels: Share

    @property
    def words(self) -> str:
        """How many buildings, and how much doubt."""
        return (
            f"at least {self.min_groups_per_label} buildings to learn each label from; at most "
            f"{self.max_doubted_labels:g} of the holdout's labels in doubt"
        )


def judge_data_quality(limits: DataQuality, case: Case) -> Results:
    """Judge the train split's rarest label, in building groups, and the share of doubted labels."""
    return _groups(limits, case), _doubts(limits, case.evidence)


def _groups(limits: DataQuality, case: Case) -> RuleResult:
    """The value is the building groups of the label that has fewest; a label without any has 0."""
    limit = f">= {limits.min_groups_per_label} building groups a label"
    if isinstance(case.evidence, Absent):
        return absent(GROUPS, limit, case.evidence)
    if isinstance(case.evaluation, Absent):
        return absent(GROUPS, limit, case.evaluation)
    counts = _train_groups(case.evidence, case.evaluation)
    if not counts:
        return result(GROUPS, "missing", limit, "the train split or its labels are not known")
    fewest = float(min(counts.values()))
    few = [f"{name} {n}" for name, n in counts.items() if n < limits.min_groups_per_label]
    if few:
        reason = f"too few buildings to learn from: {', '.join(few)}. {limits.reason}"
        return result(GROUPS, "failed", limit, reason, fewest)
    return result(GROUPS, "passed", limit, f"{len(counts)} labels", fewest)


def _train_groups(evidence: Evidence, evaluation: Evaluation) -> dict[str, int]:
    """Count the train split's building groups of each label that the model can answer."""
    labels = sorted({label for head in evaluation.classification for label in head.labels})
    train = next((split for split in evidence.data if split.split == "train"), None)
    return {} if train is None else {label: train.label_groups.get(label, 0) for label in labels}


def _doubts(limits: DataQuality, evidence: Evidence | Absent) -> RuleResult:
    """The value is the share of holdout photos whose label the model doubts."""
    if isinstance(evidence, Absent):
        return absent(DOUBTS, f"<= {limits.max_doubted_labels:g}", evidence)
    doubted = len({doubt.photo for doubt in evidence.label_doubts})
    share = doubted / evidence.photos if evidence.photos else None
    what = f"labels of {doubted} of {evidence.photos} holdout photos in doubt"
    return at_most(DOUBTS, share, limits.max_doubted_labels, what, limits.reason)


RULES: Final = (
    Chosen(
        "data_quality",
        "Every label was learned from enough buildings, and few labels of the "
        "holdout are in doubt.",
        "Northcutt, Jiang and Chuang, Confident learning, JAIR 70 (2021).",
        order=200,
        settings=DataQuality,
        judge=judge_data_quality,
        parts=("groups", "doubted_labels"),
    ),
)
