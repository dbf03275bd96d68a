"""A case that passes every rule, made by hand, for tests of the judge to spoil in one thing each.

Nothing here measures: numbers are written down, so that no test of a rule rests on what measures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from support.staging_asked import WHY, shown_by_staging

from artifacts.digests import digest_json
from artifacts.records.evaluation import ClassificationOutcomes, Evaluation, RegressionOutcomes
from artifacts.records.evidence import (
    Estimate,
    Evidence,
    Leakage,
    Method,
    Resources,
    Robustness,
    Slice,
    SliceGap,
    SplitSummary,
)
from artifacts.records.gate import GateReport, RuleResult
from artifacts.records.manifest import Code, Data, DataSplit
from artifacts.records.release import FirstRelease
from delivery.gate.case import Absent, Candidate, Case, Champion, Holdout
from delivery.gate.judge import decide, judge
from delivery.gate.resampling import resample_groups
from delivery.policies.membership import Membership
from delivery.policies.policy import Policy
from delivery.policies.tiers import RiskTiers
from scoring.certificate import Proof

TODAY = date(2026, 11, 22)
DECIDED: dict[str, Any] = {"reason": WHY, "decided_on": TODAY}
LABELS = ("baroque", "gothic", "tudor_revival")
PHOTOS, GROUPS, RIGHT, CHAMPION_RIGHT = 240, 120, 180, 132
MODEL, CHAMPION = digest_json("candidate"), digest_json("champion")
MANIFEST, HOLDOUT, TRAIN = (digest_json(name) for name in ("manifest", "holdout", "train"))
FIRST_RELEASE = FirstRelease(reason=WHY, stated_on=TODAY)
LIGHTING = tuple("dark" if i % 6 == 0 else "normal" for i in range(PHOTOS))
STYLE = tuple(LABELS[i % 3] for i in range(PHOTOS))
PHOTO_DIGESTS = tuple(sorted(digest_json(f"photo {i}") for i in range(PHOTOS)))
# Drawn once: a draw takes longer than all else that a case is made of.
RESAMPLED = cache(resample_groups)


def settings(**changes: object) -> dict[str, Any]:
    """Every rule's settings, by the rule's name; None takes a rule out."""
    accuracy = {"metric": "style.accuracy", **DECIDED}
    found: dict[str, Any] = {
        "holdout_size": {"min_photos": 200, "min_groups": 100, **DECIDED},
        "floors": [{"id": "right", "at_least": 0.5, **accuracy}],
        "error_limits": [
            {"id": "years", "metric": "era.median_absolute_error", "at_most": 60, **DECIDED}
        ],
        "calibration": [
            {"id": "stated", "metric": "style.calibration_error", "at_most": 0.1, **DECIDED}
        ],
        "coverage": [{"id": "sets", "metric": "style.set_coverage", "at_least": 0.8, **DECIDED}],
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


# Neither changes once it is made, so tests may share what no test has changed anything of.
_POLICY, _TIERS = cache(policy), cache(tiers)


def first_right(right: int) -> list[bool]:
    """Hits on the first `right` photos and on no other."""
    return [i < right for i in range(PHOTOS)]


def evaluation(hits: Sequence[bool], model: str = MODEL) -> Evaluation:
    """An evaluation that names the right style where `hits` says so; buildings have two photos."""
    return _evaluation(tuple(hits), model)


@cache
def _evaluation(hits: tuple[bool, ...], model: str) -> Evaluation:
    truths = tuple(LABELS.index(name) for name in STYLE)
    answers = [t if hit else (t + 1) % 3 for t, hit in zip(truths, hits, strict=True)]
    years = tuple(1900.0 + i % 50 for i in range(PHOTOS))
    style = ClassificationOutcomes(
        head="style",
        labels=LABELS,
        set_threshold=0.1,
        truths=truths,
        probabilities=tuple(
            tuple(0.8 if i == answer else 0.1 for i in range(3)) for answer in answers
        ),
    )
    era = RegressionOutcomes(
        head="era", unit="year", truths=years, values=years, lows=years, highs=years
    )
    return Evaluation(
        model=model,
        photo_manifest=MANIFEST,
        split="holdout",
        split_digest=HOLDOUT,
        photos=PHOTO_DIGESTS,
        groups=tuple(f"building {i // 2}" for i in range(PHOTOS)),
        slices={"lighting": LIGHTING, "style": STYLE},
        classification=(style,),
        regression=(era,),
    )


def estimate(value: float, half: float | None = 0.05) -> Estimate:
    """A value and an interval of so much to either side; None: no interval."""
    if half is None:
        return Estimate(value=value, low=None, high=None)
    return Estimate(value=value, low=round(value - half, 6), high=round(value + half, 6))


def slice_of(
    dimension: str, name: str, photos: int, accuracy: float, half: float | None = 0.1
) -> Slice:
    metrics = {"style.accuracy": estimate(accuracy, half)}
    return Slice(dimension=dimension, name=name, photos=photos, groups=photos // 2, metrics=metrics)


def gap(value: float, dimension: str = "lighting", min_photos: int = 30) -> SliceGap:
    return SliceGap(
        dimension=dimension,
        metric="style.accuracy",
        best="normal",
        worst="dark",
        min_photos=min_photos,
        gap=estimate(value),
    )


def corrupted(
    severity: int, drop: float, corruption: str = "jpeg", photos: int = 200
) -> Robustness:
    """Accuracy under a corruption, 0.75 when clean."""
    return Robustness(
        head="style",
        corruption=corruption,
        severity=severity,
        setting=f"severity {severity}",
        photos=photos,
        clean_accuracy=0.75,
        accuracy=round(0.75 - drop, 6),
        drop=estimate(drop),
    )


def leakage(**changes: object) -> Leakage:
    """Leakage checks that found nothing."""
    found = Leakage(
        within_bits=24,
        photos_compared=PHOTOS,
        near_duplicates=(),
        label_from_source=estimate(0.4),
        commonest=0.35,
        source_classifier=None,
        shuffled_labels=(0.3, 0.36),
    )
    return found.model_copy(update=changes)


def split_summary(**groups: int) -> SplitSummary:
    """The train split with so many buildings of each label."""
    counts = groups or dict.fromkeys(LABELS, 40)
    return SplitSummary(
        split="train",
        photos=600,
        groups=300,
        photos_with_year=600,
        labels={name: 2 * count for name, count in counts.items()},
        label_groups=counts,
        sources={"drawn": 600},
        licences={"CC0-1.0": 600},
    )


def evidence(**changes: object) -> Evidence:
    return Evidence(
        model=MODEL,
        photo_manifest=MANIFEST,
        holdout=HOLDOUT,
        measured_by=digest_json("code"),
        method=Method(confidence=0.95, resamples=2000, seed=7),
        photos=PHOTOS,
        groups=GROUPS,
        metrics={
            "style.accuracy": estimate(RIGHT / PHOTOS),
            "style.calibration_error": estimate(0.05),
            "style.set_coverage": estimate(0.9),
            "era.median_absolute_error": estimate(20.0, 5.0),
        },
        confusions=(),
        reliability=(),
        slices=(
            slice_of("lighting", "dark", 40, 0.7),
            slice_of("lighting", "normal", 200, 0.76),
            *(slice_of("style", name, 80, 0.75) for name in LABELS),
        ),
        gaps=(gap(0.06),),
        robustness=(corrupted(1, 0.02), corrupted(3, 0.1), corrupted(5, 0.5)),
        leakage=leakage(),
        label_doubts=(),
        resources=resources(),
        data=(split_summary(),),
    ).model_copy(update=changes)


def resources(**changes: object) -> Resources:
    """An artifact of 2 MiB that loads in a second and answers in 50 ms."""
    found = Resources(
        size_bytes=2**21,
        load_seconds=1.0,
        photos_timed=100,
        latency_median_ms=30.0,
        latency_p95_ms=50.0,
    )
    return found.model_copy(update=changes)


def candidate(**changes: object) -> Candidate:
    split = DataSplit(name="holdout", digest=HOLDOUT, photos=PHOTOS, groups=GROUPS)
    train = DataSplit(name="train", digest=TRAIN, photos=600, groups=300)
    found = Candidate(
        name="architecture",
        digest=MODEL,
        data=Data(photo_manifest=MANIFEST, splits=(train, split)),
        code=Code(commit="0" * 40, dirty=False),
        environment=digest_json("environment"),
        origins={"style": "learned", "era": "learned"},
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def champion(hits: Sequence[bool]) -> Champion:
    """A champion that was scored over the same photos."""
    return Champion(CHAMPION, MANIFEST, evaluation(hits, CHAMPION))


def passing(**changes: object) -> Case:
    """A case that is allowed, with changes to its fields."""
    ours = evaluation(first_right(RIGHT))
    fields: dict[str, Any] = {
        "today": TODAY,
        "policy": _POLICY(),
        "tiers": _TIERS(),
        "candidate": candidate(),
        "holdout": Holdout(MANIFEST, (("holdout", HOLDOUT), ("train", TRAIN))),
        "membership": Membership(HOLDOUT, (), (), ()),
        "evaluation": ours,
        "evidence": evidence(),
        "proof": Proof((), bit_equal=True),
        "champion": champion(first_right(CHAMPION_RIGHT)),
        "reproduction": Absent("no reproduction was given"),
        "resampling": RESAMPLED(ours.groups, 2000, 7),
    }
    return Case(**(fields | changes))


def ruled(**rules: object) -> Policy:
    """The policy with some rules' settings replaced; None takes a rule out."""
    return policy(rules=settings(**rules))


def measured(**changes: object) -> Case:
    """A passing case with changes to its evidence."""
    return passing(evidence=evidence(**changes))


def result_of(case: Case, name: str) -> RuleResult:
    (found,) = (one for one in judge(case) if one.rule == name)
    return found


def outcome(case: Case, name: str) -> str:
    return result_of(case, name).outcome


def gate_report(case: Case) -> GateReport:
    results, scored, there = judge(case), case.champion, case.evidence
    return GateReport(
        model="architecture",
        candidate=MODEL,
        champion=scored.digest if isinstance(scored, Champion) else None,
        first_release=case.first_release,
        policy=case.policy.digest if isinstance(case.policy, Policy) else None,
        risk_tiers=case.tiers.digest if isinstance(case.tiers, RiskTiers) else None,
        evidence=there.digest if isinstance(there, Evidence) else None,
        photo_manifest=MANIFEST,
        holdout=HOLDOUT,
        rules=results,
        decision=decide(results, case.first_release),
        decided_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
    )
