"""Which label was answered for which."""

import numpy as np

from artifacts.records.evaluation import ClassificationOutcomes
from artifacts.records.evidence import Confusion
from gate.measures.answers import known_answers


def measure_confusion(outcomes: ClassificationOutcomes) -> Confusion:
    """Count how often each label (row) was answered with each label (column)."""
    seen, size = known_answers(outcomes), len(outcomes.labels)
    cells = np.bincount(seen.truths * size + seen.answers, minlength=size * size)
    counts = tuple(tuple(row) for row in cells.reshape(size, size).tolist())
    return Confusion(head=outcomes.head, labels=outcomes.labels, counts=counts)
