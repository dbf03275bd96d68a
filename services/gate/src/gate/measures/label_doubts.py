"""Labels of the holdout that look wrong: a list for people to review, never a correction.

Northcutt, Jiang and Chuang, Confident learning: estimating uncertainty in dataset labels, JAIR 70
(2021). The model never saw the holdout, so its probabilities are out of sample, as the method asks.
"""

import warnings
from typing import Final

import numpy as np

from artifacts.records.evaluation import ClassificationOutcomes, Evaluation
from artifacts.records.evidence import LabelDoubt
from gate.measures.answers import known_answers

DOUBTED_BELOW: Final = 0.01
"""Probability of the given label, at most.

cleanlab alone doubts four labels in ten of a model that is right in four of ten, which is no list
for people. With this bound besides it is one photo in twenty of 1,500 greyscale ones, and of labels
that were planted wrong at random one in two is among them.
"""


def find_label_doubts(evaluation: Evaluation) -> tuple[LabelDoubt, ...]:
    """Return the photos whose labels are in doubt, worst first; every classification head's.

    `quality` is the probability of the given label, 0 to 1; `suggested` is the model's answer.
    """
    found = [
        doubt
        for outcomes in evaluation.classification
        for doubt in _doubts(outcomes, evaluation.photos)
    ]
    return tuple(sorted(found, key=lambda doubt: (doubt.quality, doubt.photo)))


def _doubts(outcomes: ClassificationOutcomes, photos: tuple[str, ...]) -> list[LabelDoubt]:
    # cleanlab takes two seconds to import, and most commands never get here.
    from cleanlab.filter import find_label_issues  # noqa: PLC0415
    from cleanlab.rank import get_label_quality_scores  # noqa: PLC0415

    seen = known_answers(outcomes)
    if len(np.unique(seen.truths)) < 2:  # noqa: PLR2004 - with one label there is no other to suggest
        return []
    chances = seen.probabilities / seen.probabilities.sum(axis=1, keepdims=True)
    with warnings.catch_warnings():
        # That a label which hardly occurs can't be doubted is so, and no reason to warn.
        warnings.filterwarnings(
            "ignore", message="May not flag all label issues", category=UserWarning
        )
        doubted = find_label_issues(seen.truths, chances, n_jobs=1)
    quality = get_label_quality_scores(seen.truths, chances)
    return [
        LabelDoubt(
            photo=photos[seen.photos[i]],
            given=outcomes.labels[seen.truths[i]],
            suggested=outcomes.labels[seen.answers[i]],
            quality=float(np.clip(quality[i], 0, 1)),
        )
        for i in np.flatnonzero(doubted & ~seen.hits & (quality < DOUBTED_BELOW))
    ]
