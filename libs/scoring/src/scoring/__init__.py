"""A verified model artifact and photos in, answers and evaluations out."""

from scoring.errors import NonFiniteScore, ScoringError, UnusableModel
from scoring.evaluation import evaluate
from scoring.labels import label_sets
from scoring.metrics import metrics_of
from scoring.proof import Proof, prove
from scoring.scorer import Scorer

__all__ = [
    "NonFiniteScore",
    "Proof",
    "Scorer",
    "ScoringError",
    "UnusableModel",
    "evaluate",
    "label_sets",
    "metrics_of",
    "prove",
]
