"""Examples of the committed policy: for every threshold the last value that passes, and the next.

Written by hand beside the policy, so that a threshold that moves is noticed: with it moves what
these photos, seconds and shares come to. tests/repo/test_policies.py judges each.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Example:
    """A threshold by its result's name, and the values on either side of it."""

    result: str
    passes: float
    refused: float


METRICS: Final = {
    Example("floor.style_accuracy", 0.40, 0.3999): "style.accuracy",
    Example("floor.style_macro_f1", 0.35, 0.3499): "style.macro_f1",
    Example("floor.style_top3_accuracy", 0.60, 0.5999): "style.top3_accuracy",
    Example("error_limit.era_median_absolute_error", 50, 50.01): "era.median_absolute_error",
    Example("calibration.style_calibration_error", 0.15, 0.1501): "style.calibration_error",
    Example("coverage.style_set_coverage", 0.80, 0.7999): "style.set_coverage",
    Example("coverage.style_set_size", 8, 8.01): "style.set_size",
    Example("coverage.era_interval_coverage", 0.80, 0.7999): "era.interval_coverage",
    Example("coverage.era_interval_width", 600, 600.01): "era.interval_width",
    Example("declining.buildings_strange", 0.05, 0.0501): "declined.unfamiliar",
    Example("declining.buildings_of_no_style", 0.05, 0.0501): "declined.none_of_these",
    Example("declining.other_pictures", 0.70, 0.6999): "declined.others_declined",
}
"""Each with the metric that is given the value."""

SLICE_FLOORS: Final = (
    Example("slice_floor.lighting", 0.15, 0.1499),
    Example("slice_floor.style_rarity", 0.15, 0.1499),
    Example("slice_floor.style", 0.15, 0.1499),
    Example("slice_floor.era", 0.10, 0.0999),
    Example("slice_floor.source", 0.12, 0.1199),
    Example("slice_floor.resolution", 0.12, 0.1199),
    Example("slice_floor.region", 0.12, 0.1199),
)
"""Lower bounds of a slice that is just large enough."""

SLICE_GAPS: Final = (
    Example("slice_gap.lighting", 0.35, 0.3501),
    Example("slice_gap.style_rarity", 0.30, 0.3001),
    Example("slice_gap.era", 0.50, 0.5001),
    Example("slice_gap.source", 0.35, 0.3501),
    Example("slice_gap.resolution", 0.35, 0.3501),
    Example("slice_gap.region", 0.35, 0.3501),
)

COMPARISONS: Final = (
    Example("non_inferiority", 2, 3),
    Example("slice_regression.style", 0, 1),
    Example("slice_regression.style_rarity", 3, 4),
    Example("slice_regression.lighting", 5, 6),
    Example("slice_regression.era", 5, 6),
    Example("slice_regression.region", 5, 6),
)
"""Photos of every hundred that are lost against the champion, the same in each building."""

CONFIDENCES: Final = {
    "non_inferiority": 0.95,
    "slice_regression.style": 0.95,
    "slice_regression.style_rarity": 0.95,
    "slice_regression.lighting": 0.95,
    "slice_regression.era": 0.95,
    "slice_regression.region": 0.95,
}

DROPS: Final = {
    Example("robustness.jpeg", 0.20, 0.2001): 3,
    Example("robustness.blur", 0.20, 0.2001): 1,
    Example("robustness.noise", 0.35, 0.3501): 1,
    Example("robustness.brightness", 0.25, 0.2501): 3,
    Example("robustness.crop", 0.20, 0.2001): 1,
    Example("robustness.grey", 0.30, 0.3001): 1,
}
"""Each with the severity up to which it is limited."""

SHARES: Final = (
    Example("leakage.near_duplicates", 2, 3),
    Example("data_quality.doubted_labels", 96, 97),
)
"""Photos, of the 240 of the holdout."""

GAINS: Final = (
    Example("leakage.source", 0.05, 0.0501),
    Example("leakage.shuffled_labels", 0.08, 0.0801),
)

COUNTS: Final = (
    Example("holdout_size.photos", 150, 149),
    Example("holdout_size.groups", 60, 59),
    Example("required_slices.lighting", 60, 59),
    Example("required_slices.style_rarity", 30, 29),
    Example("data_quality.groups", 5, 4),
    Example("artifact_limits.size", 25, 26),
    Example("artifact_limits.load", 5, 5.01),
    Example("artifact_limits.latency", 250, 251),
)

JUDGED_FROM: Final = {
    "lighting": 60,
    "style_rarity": 30,
    "style": 30,
    "era": 30,
    "source": 30,
    "resolution": 30,
    "region": 30,
}
"""Photos from which a slice of a dimension is judged."""

MEASUREMENT: Final = {
    "confidence": 0.95,
    "resamples": 2000,
    "seed": 20261122,
    "robustness_photos": 400,
    "max_cpu_minutes": 60,
    "max_memory_mib": 4096,
}
WITHIN_BITS: Final = 32
LAST_DAY: Final = "2027-05-21"

WEAKEST: Final = {
    ("measurement", "confidence"): (0.9, 0.95, 0.95),
    ("measurement", "resamples"): (1000, 2000, 5000),
    ("measurement", "robustness_photos"): (None, 200, 400),
    ("measurement", "max_cpu_minutes"): (120, 120, 120),
    ("required_slices", "min_photos"): (None, 20, 100),
    ("optional_slices", "min_photos"): (None, 50, 30),
    ("holdout_size", "min_photos"): (50, 100, 1000),
    ("holdout_size", "min_groups"): (30, 60, 500),
    ("non_inferiority", "margin"): (0.05, 0.03, 0.01),
    ("non_inferiority", "confidence"): (0.9, 0.95, 0.95),
    ("calibration", "at_most"): (None, 0.2, 0.05),
    ("coverage", "at_least"): (None, 0.75, 0.85),
    ("slice_gaps", "at_most"): (None, 0.5, 0.2),
    ("slice_regressions", "margin"): (None, 0.1, 0.03),
    ("slice_regressions", "confidence"): (None, 0.95, 0.95),
    ("robustness", "max_drop"): (None, 0.4, 0.1),
    ("leakage", "within_bits"): (16, 24, 32),
    ("leakage", "max_near_duplicates"): (0.05, 0.02, 0.005),
    ("leakage", "max_source_gain"): (None, 0.1, 0.02),
    ("leakage", "max_shuffled_gain"): (None, 0.1, 0.05),
    ("data_quality", "min_groups_per_label"): (None, 5, 30),
    ("data_quality", "max_doubted_labels"): (None, 0.5, 0.1),
    ("reproducibility", "ask"): (None, None, "rebuilt"),
    ("reproducibility", "accept_tolerance"): (None, None, "false"),
}
"""The weakest that a setting may be in the tiers low, moderate and high; None: not limited."""

LOWER_IS_WEAKER: Final = frozenset(
    {
        ("measurement", "confidence"),
        ("measurement", "resamples"),
        ("measurement", "robustness_photos"),
        ("required_slices", "min_photos"),
        ("holdout_size", "min_photos"),
        ("holdout_size", "min_groups"),
        ("non_inferiority", "confidence"),
        ("coverage", "at_least"),
        ("leakage", "within_bits"),
        ("data_quality", "min_groups_per_label"),
    }
)
"""Settings of which a lower value lets more pass; of the other numbers a higher one does."""

NO_POLICY_UNDER: Final = frozenset({("confidence", 0.9), ("resamples", 1000)})
"""Limits of a tier under which no policy can be written at all."""

CHOICES: Final = {
    ("reproducibility", "ask"): "attested",
    ("reproducibility", "accept_tolerance"): "true",
}
"""What is too weak where there is no number."""

APPROVALS: Final = {
    "low": {"model_owner": 1},
    "moderate": {"model_owner": 1, "risk_officer": 1},
    "high": {"model_owner": 1, "risk_officer": 1, "security_officer": 1},
}
BREAK_GLASS: Final = ({"risk_officer": 1, "security_officer": 1}, 24)
"""Who breaks the glass together, and for how many hours at most."""
WITHDRAW: Final = ("risk_officer",)
"""Roles that may withdraw another person's rejection."""
PERIODS: Final = {"low": (365, 90), "moderate": (180, 30), "high": (90, 14)}
"""Days from review to review, and for which approvals are valid."""
STAGING: Final = {"low": (1, 0, 26, 168), "moderate": (2, 1, 26, 48), "high": (5, 24, 26, 26)}
"""Green verifications and hours in staging before production, the longest gap, the last look."""
BASIC: Final = (
    "holdout_size",
    "floors",
    "non_inferiority",
    "leakage",
    "artifact_limits",
    "reproducibility",
)
BEYOND: Final = (
    "calibration",
    "coverage",
    "slice_floors",
    "slice_gaps",
    "slice_regressions",
    "robustness",
    "data_quality",
)
REQUIRED: Final = {"low": BASIC, "moderate": BASIC + BEYOND, "high": BASIC + BEYOND}
"""Rules that a policy of a tier must have."""
