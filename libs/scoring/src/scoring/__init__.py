"""A verified model artifact and photos in, answers and evaluations out.

Names are loaded when they are first asked for: whoever only compares numbers (`scoring.metrics`)
loads neither ONNX Runtime nor the code that reads photos.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scoring.errors import NonFiniteScore, ScoringError, UnusableModel
    from scoring.evaluation import evaluate
    from scoring.labels import label_sets
    from scoring.metrics import metrics_of
    from scoring.proof import prove
    from scoring.scorer import Scorer

__all__ = [
    "NonFiniteScore",
    "Scorer",
    "ScoringError",
    "UnusableModel",
    "evaluate",
    "label_sets",
    "metrics_of",
    "prove",
]

_PLACES = {
    "NonFiniteScore": "scoring.errors",
    "Scorer": "scoring.scorer",
    "ScoringError": "scoring.errors",
    "UnusableModel": "scoring.errors",
    "evaluate": "scoring.evaluation",
    "label_sets": "scoring.labels",
    "metrics_of": "scoring.metrics",
    "prove": "scoring.proof",
}


def __getattr__(name: str) -> Any:
    """Load a name of this package from the module that defines it."""
    if name not in _PLACES:
        raise AttributeError(f"module 'scoring' has no attribute {name!r}")
    found = getattr(import_module(_PLACES[name]), name)
    globals()[name] = found
    return found
