"""The names of all results that a gate report under a policy must carry, in order.

The gate judges by these names, and whoever proposes a candidate compares a report with them: a
report from which a rule was left out would pass its own checks, for every rule of it did pass.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from judging.policy import Policy

Names = Callable[[Policy], tuple[str, ...]]


def _always(name: str) -> Names:
    return lambda _: (name,)


def _each(prefix: str, settings: str, key: str) -> Names:
    """Name a result for each entry of a rule's settings, after one of its fields."""
    return lambda policy: tuple(prefix + getattr(e, key) for e in policy.settings(settings))


def _where(settings: str, *names: str) -> Names:
    return lambda policy: (
        tuple(f"{settings}.{name}" for name in names) if (policy.settings(settings)) else ()
    )


def _one(settings: str) -> Names:
    return lambda policy: (settings,) if policy.settings(settings) else ()


RESULTS: Final[Mapping[str, Names]] = MappingProxyType(
    {
        "artifact": _always("artifact"),
        "policy": _always("policy"),
        "review": _always("review"),
        "holdout_pin": _always("holdout_pin"),
        "same_data": _always("same_data"),
        "parity": _always("parity"),
        "champion": _always("champion"),
        "required_slices": _each("required_slices.", "required_slices", "dimension"),
        "holdout_size": _where("holdout_size", "photos", "groups"),
        "floors": _each("floor.", "floors", "id"),
        "error_limits": _each("error_limit.", "error_limits", "id"),
        "calibration": _each("calibration.", "calibration", "id"),
        "coverage": _each("coverage.", "coverage", "id"),
        "non_inferiority": _one("non_inferiority"),
        "slice_floors": _each("slice_floor.", "slice_floors", "dimension"),
        "slice_gaps": _each("slice_gap.", "slice_gaps", "dimension"),
        "slice_regressions": _each("slice_regression.", "slice_regressions", "dimension"),
        "robustness": _each("robustness.", "robustness", "corruption"),
        "leakage": _where("leakage", "near_duplicates", "source", "shuffled_labels"),
        "data_quality": _where("data_quality", "groups", "doubted_labels"),
        "artifact_limits": _where("artifact_limits", "size", "load", "latency"),
        "reproducibility": _one("reproducibility"),
    }
)
"""By the id of a rule, in the order in which a report carries them."""


def results_of(policy: Policy) -> tuple[str, ...]:
    """Name every result that a report under this policy must carry, in order."""
    return tuple(name for names in RESULTS.values() for name in names(policy))
