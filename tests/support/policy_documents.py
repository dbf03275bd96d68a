"""Policies and risk tiers, made up: documents that may be spoilt in one thing each."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from support.staging_asked import WHY, shown_by_staging

from artifacts.policies.tiers import RiskTiers
from artifacts.records.release import FirstRelease
from judging.policy import Policy

TODAY = date(2026, 11, 22)


OTHERS, STATED = "declined.others_declined", "style.calibration_error"
DECIDED: dict[str, Any] = {"reason": WHY, "decided_on": TODAY}


FIRST_RELEASE = FirstRelease(reason=WHY, stated_on=TODAY)


def settings(**changes: object) -> dict[str, Any]:
    """Every rule's settings, by the rule's name; None takes a rule out."""
    accuracy = {"metric": "style.accuracy", **DECIDED}
    found: dict[str, Any] = {
        "holdout_size": {"min_photos": 200, "min_groups": 100, **DECIDED},
        "floors": [{"id": "right", "at_least": 0.5, **accuracy}],
        "error_limits": [
            {"id": "years", "metric": "era.median_absolute_error", "at_most": 60, **DECIDED}
        ],
        "calibration": [{"id": "stated", "metric": STATED, "at_most": 0.1, **DECIDED}],
        "coverage": [{"id": "sets", "metric": "style.set_coverage", "at_least": 0.8, **DECIDED}],
        "declining": [{"id": "others", "metric": OTHERS, "at_least": 0.8, **DECIDED}],
        "non_inferiority": {"margin": 0.02, "confidence": 0.95, **accuracy},
        "slice_floors": [{"dimension": "lighting", "at_least": 0.4, **accuracy}],
        "slice_gaps": [{"dimension": "lighting", "at_most": 0.3, **accuracy}],
        "slice_regressions": [
            {"dimension": "lighting", "margin": 0.05, "confidence": 0.95, **accuracy}
        ],
        "robustness": [
            {"corruption": "jpeg", "head": "style", "up_to_severity": 3, "max_drop": 0.2, **DECIDED}
        ],
        "leakage": {
            "within_bits": 24,
            "max_near_duplicates": 0.05,
            "max_source_gain": 0.1,
            "max_shuffled_gain": 0.1,
            **DECIDED,
        },
        "data_quality": {"min_groups_per_label": 10, "max_doubted_labels": 0.25, **DECIDED},
        "artifact_limits": {
            "max_size_mib": 4,
            "max_load_seconds": 2,
            "max_latency_p95_ms": 100,
            **DECIDED,
        },
        "reproducibility": {"ask": "attested", "accept_tolerance": False, **DECIDED},
    }
    return {name: value for name, value in (found | changes).items() if value is not None}


def policy_document(**changes: object) -> dict[str, Any]:
    """A policy of moderate risk as a document, with changes to its top-level keys."""
    return {
        "kind": "model_policy",
        "model": "architecture",
        "tier": "moderate",
        "tier_reason": WHY,
        "owner": {"team": "the team", "role": "model_owner", "contact": "its channel"},
        "intended_use": ["Naming styles."],
        "forbidden_use": ["Valuing property."],
        "stakeholders": [{"who": "People who ask", "interest": "They may believe it."}],
        "known_limits": ["Labels are noisy."],
        "review": {"reviewed_on": TODAY, "due_on": date(2027, 5, 21), "notes": "First review."},
        "measurement": {
            "confidence": 0.95,
            "resamples": 2000,
            "seed": 7,
            "robustness_photos": 200,
            "max_cpu_minutes": 10,
            "max_memory_mib": 4096,
            **DECIDED,
        },
        "slices": {
            "required": [
                {"dimension": "lighting", "names": ["normal"], "min_photos": 30, **DECIDED}
            ],
            "optional": [{"dimension": "style", "min_photos": 30, **DECIDED}],
        },
        "rules": settings(),
    } | changes


def policy(**changes: object) -> Policy:
    """The policy, with changes to its top-level keys."""
    return Policy.parse(policy_document(**changes), "a test")


def tier_document(**changes: object) -> dict[str, Any]:
    """One tier as a document that requires every rule and limits one margin."""
    return {
        "belongs_here": ["Its answers are information."],
        "rules": [name for name in settings() if name != "error_limits"],
        "limits": [
            {"rule": "non_inferiority", "setting": "margin", "at_most": 0.03, "reason": WHY},
            {"rule": "measurement", "setting": "resamples", "at_least": 1000, "reason": WHY},
        ],
        "approvals": [{"role": "model_owner", "persons": 1}],
        "approvals_valid_days": 30,
        "staging": shown_by_staging(1, 1),
        "monitoring": ["Drift, weekly."],
        "review_period_days": 180,
        "regulations": [{"name": "A law", "question": "Does it apply?"}],
    } | changes


def tiers_document(**changes: Mapping[str, object]) -> dict[str, Any]:
    """Three tiers alike as a document, with changes to some by name."""
    names = ("low", "moderate", "high")
    return {
        "kind": "risk_tiers",
        "roles": {"model_owner": "Answers for the model.", "risk_officer": "Answers for harm."},
        "rejections_withdrawn_by": ["risk_officer"],
        "break_glass": {
            "approvals": [{"role": r, "persons": 1} for r in ("model_owner", "risk_officer")],
            "max_hours": 24,
            "reason": WHY,
        },
        "tiers": {name: tier_document(**changes.get(name, {})) for name in names},
    }


def tiers(**moderate: object) -> RiskTiers:
    """Three tiers alike, each with the changes that a policy of moderate risk is to meet."""
    changed = dict.fromkeys(("low", "moderate", "high"), moderate)
    return RiskTiers.parse(tiers_document(**changed), "a test")


def ruled(**rules: object) -> Policy:
    """The policy with some rules' settings replaced; None takes a rule out."""
    return policy(rules=settings(**rules))
