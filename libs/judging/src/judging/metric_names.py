"""The metrics that a policy may name, and which way each is better.

scoring/metrics.py measures them: a policy is read by whoever judges a change
or a deploy, and what measures takes long to load.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

Limit = Literal["at_least", "at_most"]

LIMITS: Final[Mapping[str, Limit]] = MappingProxyType(
    {
        "accuracy": "at_least",
        "macro_f1": "at_least",
        "top3_accuracy": "at_least",
        "brier_score": "at_most",
        "calibration_error": "at_most",
        "set_coverage": "at_least",
        "set_size": "at_most",
        "median_absolute_error": "at_most",
        "mean_absolute_error": "at_most",
        "interval_coverage": "at_least",
        "interval_width": "at_most",
        "unfamiliar": "at_most",
        "none_of_these": "at_most",
        "others_declined": "at_least",
    }
)


def limit_of(metric: str) -> Limit | None:
    """Say how a metric `<head>.<name>` can be limited, or None where there is no such metric."""
    return LIMITS.get(metric.partition(".")[2])
