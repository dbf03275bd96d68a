"""How often answers of a stated probability are right, in the bins of the calibration error."""

import numpy as np

from artifacts.records.evaluation import ClassificationOutcomes
from artifacts.records.evidence import Reliability, ReliabilityBin
from gate.measures.answers import known_answers
from scoring.metrics import CALIBRATION_BINS, calibration_bins


def measure_reliability(outcomes: ClassificationOutcomes) -> Reliability:
    """Return mean probability and share of right answers of each bin (Guo et al. 2017)."""
    seen = known_answers(outcomes)
    places = calibration_bins(seen.confidences)
    photos = np.bincount(places, minlength=CALIBRATION_BINS)
    right = np.bincount(places, seen.hits, minlength=CALIBRATION_BINS)
    stated = np.bincount(places, seen.confidences, minlength=CALIBRATION_BINS)
    bins = tuple(
        ReliabilityBin(
            low=i / CALIBRATION_BINS,
            high=(i + 1) / CALIBRATION_BINS,
            photos=int(n),
            confidence=min(1.0, float(stated[i] / n)) if n else None,
            accuracy=float(right[i] / n) if n else None,
        )
        for i, n in enumerate(photos)
    )
    return Reliability(head=outcomes.head, bins=bins)
