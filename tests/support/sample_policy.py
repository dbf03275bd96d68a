"""A policy that says something of everything that a model card shows."""

from datetime import date

from judging.policy import Owner, Policy, Review, Rules, Stakeholder
from judging.rules.artifact_limits import ArtifactLimits
from judging.rules.metric_limits import CalibrationLimit, CoverageLimit, Floor
from judging.rules.robustness import RobustnessLimit
from judging.rules.slices import SliceFloor
from judging.setting import Measurement, OptionalSlices, RequiredSlices, Slices

WHY = "a reason that is long enough to be one"
DAY = date(2026, 11, 22)


def sample_policy(model: str) -> Policy:
    """A policy that says something of everything a card shows."""
    why = {"reason": WHY, "decided_on": DAY}
    required = RequiredSlices(
        dimension="region", names=("europe", "asia"), min_photos=30, reason=WHY, decided_on=DAY
    )
    optional = OptionalSlices(dimension="lighting", min_photos=40, reason=WHY, decided_on=DAY)
    return Policy(
        kind="model_policy",
        model=model,
        tier="moderate",
        tier_reason="Wrong answers mislead and harm nobody; people look at every one of them.",
        owner=Owner(team="Heritage", role="Product owner", contact="heritage team, room 12"),
        intended_use=("Suggest a style and a time to a visitor.", "Sort an archive for people."),
        forbidden_use=("Set a price or a tax.", "Decide what is listed or torn down."),
        stakeholders=(Stakeholder(who="Visitors", interest="They believe what they read."),),
        known_limits=("Buildings before 1400 are few.", "Interiors were never seen."),
        review=Review(reviewed_on=DAY, due_on=date(2027, 11, 22), notes="First review."),
        measurement=Measurement.model_validate(
            why
            | {"confidence": 0.95, "resamples": 2000, "seed": 1, "robustness_photos": 200}
            | {"max_cpu_minutes": 10, "max_memory_mib": 4096}
        ),
        slices=Slices(required=(required,), optional=(optional,)),
        rules=_rules(),
    )


def _rules() -> Rules:
    why = {"reason": WHY, "decided_on": DAY}
    given = {
        "floors": (
            Floor.model_validate(
                why | {"id": "style", "metric": "style.accuracy", "at_least": 0.6}
            ),
        ),
        "calibration": (
            CalibrationLimit.model_validate(
                why | {"id": "cal", "metric": "style.calibration_error", "at_most": 0.05}
            ),
        ),
        "coverage": (
            CoverageLimit.model_validate(
                why | {"id": "sets", "metric": "style.set_coverage", "at_least": 0.85}
            ),
        ),
        "slice_floors": (
            SliceFloor.model_validate(
                why | {"dimension": "region", "metric": "style.accuracy", "at_least": 0.5}
            ),
        ),
        "robustness": tuple(
            RobustnessLimit.model_validate(
                why | {"corruption": name, "head": "style", "up_to_severity": 3, "max_drop": 0.2}
            )
            for name in ("jpeg", "blur")
        ),
        "artifact_limits": ArtifactLimits.model_validate(
            why | {"max_size_mib": 100, "max_load_seconds": 5, "max_latency_p95_ms": 250}
        ),
    }
    return Rules.model_validate(given)
