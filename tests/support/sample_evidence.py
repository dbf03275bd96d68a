"""Rich made-up records of one model: 25 labels, slices, corruptions, leaks and doubts."""

from datetime import UTC, datetime
from types import MappingProxyType

import numpy as np
from support.made_records import artifact
from support.policy_documents import DECIDED, policy, settings

from artifacts.digests import digest_json
from artifacts.records.evaluation import ClassificationOutcomes, Evaluation, RegressionOutcomes
from artifacts.records.evidence import (
    Confusion,
    Estimate,
    Evidence,
    LabelDoubt,
    Leakage,
    Method,
    NearDuplicate,
    Reliability,
    ReliabilityBin,
    Resources,
    Robustness,
    Slice,
    SliceGap,
    SourceClassifier,
    SplitSummary,
)
from artifacts.records.gate import GateReport, RuleResult
from artifacts.records.manifest import FamilyScore
from gate.card import CardRecords
from judging.policy import Policy

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SLICES = MappingProxyType(
    {
        "region": ("america", "asia", "europe", "middle_east"),
        "lighting": ("bright", "dark", "dull"),
        "resolution": ("high", "low", "medium"),
    }
)
CORRUPTIONS = MappingProxyType(
    {
        "jpeg": ("quality 60", "quality 30", "quality 10"),
        "blur": ("radius 1", "radius 2", "radius 4"),
        "noise": ("deviation 5", "deviation 15", "deviation 30"),
        "brightness": ("-20 %", "-40 %", "-60 %"),
        "crop": ("5 %", "15 %", "30 %"),
        "grey": ("half", "most", "all"),
    }
)


def sample_records(
    labels: tuple[str, ...] = tuple(f"style_{n:02}" for n in range(25)),
    photos: int = 400,
    names: tuple[str, ...] = (),
) -> CardRecords:
    """All records of a refused candidate; `names` are the photos' digests where it matters."""
    draw = np.random.default_rng(7)
    digests = names or tuple(digest_json(f"photo {n}") for n in range(photos))
    manifest = artifact().manifest
    heads = (manifest.heads[0].model_copy(update={"labels": labels}), manifest.heads[1])
    manifest = manifest.model_copy(update={"heads": heads, "comparison": _comparison()})
    evaluation = _evaluation(draw, labels, digests, manifest.digest)
    evidence = _evidence(evaluation, manifest.digest)
    judged_by = _policy(manifest.name)
    report = _report(manifest.digest, manifest.name, judged_by, evidence)
    return CardRecords(manifest, judged_by, None, evidence, report, evaluation)


def _policy(model: str) -> Policy:
    """One that says something of everything that a card shows."""
    region = {"dimension": "region", "names": ["europe", "asia"], "min_photos": 30, **DECIDED}
    lighting = {"dimension": "lighting", "min_photos": 40, **DECIDED}
    floor = {"dimension": "region", "metric": "style.accuracy", "at_least": 0.5, **DECIDED}
    error = "style.calibration_error"
    calibration = {"id": "stated", "metric": error, "at_most": 0.05, **DECIDED}
    drop = {"head": "style", "up_to_severity": 3, "max_drop": 0.2, **DECIDED}
    return policy(
        model=model,
        slices={"required": [region], "optional": [lighting]},
        rules=settings(
            calibration=[calibration],
            slice_floors=[floor],
            robustness=[{"corruption": name, **drop} for name in ("jpeg", "blur")],
        ),
    )


def _comparison() -> tuple[FamilyScore, ...]:
    return tuple(
        FamilyScore(
            head=head,
            family=family,
            settings={"strength": str(10**n)},
            metrics={"accuracy": 0.5 + n / 50, "macro_f1": 0.45 + n / 50},
            chosen=n == 0,
        )
        for head in ("style", "era")
        for n, family in enumerate(("linear", "extra_trees", "neighbours", "boosting") * 4)
    )


def _evaluation(
    draw: np.random.Generator, labels: tuple[str, ...], photos: tuple[str, ...], model: str
) -> Evaluation:
    count, width = len(photos), len(labels)
    truths = draw.integers(0, width, count)
    scores = draw.gamma(0.25, size=(count, width))
    scores[np.arange(count), truths] += draw.gamma(1.6, size=count)
    scores[np.arange(count), (truths + 3) % width] += draw.gamma(0.5, size=count)
    probabilities = scores / scores.sum(axis=1, keepdims=True)
    years = draw.integers(1500, 2000, count).astype(float)
    values = years + draw.laplace(0, 35, count)
    return Evaluation(
        model=model,
        photo_manifest=digest_json("photo manifest"),
        split="holdout",
        split_digest=digest_json("holdout"),
        photos=photos,
        groups=tuple(f"building {n // 2}" for n in range(count)),
        slices={name: tuple(draw.choice(values, count)) for name, values in SLICES.items()},
        classification=(
            ClassificationOutcomes(
                head="style",
                labels=labels,
                set_threshold=0.1,
                truths=tuple(truths.tolist()),
                probabilities=tuple(map(tuple, probabilities.tolist())),
            ),
        ),
        regression=(
            RegressionOutcomes(
                head="era",
                unit="year",
                truths=tuple(years.tolist()),
                values=tuple(values.tolist()),
                lows=tuple((values - 80).tolist()),
                highs=tuple((values + 80).tolist()),
            ),
        ),
    )


def estimate(value: float, half: float = 0.03) -> Estimate:
    """A value with an interval about it."""
    return Estimate(value=value, low=value - half, high=value + half)


def _evidence(evaluation: Evaluation, model: str) -> Evidence:
    (classes,) = evaluation.classification
    scores = np.array(classes.probabilities)
    truths = np.array(classes.truths, dtype=int)
    hits = scores.argmax(axis=1) == truths
    return Evidence(
        model=model,
        photo_manifest=evaluation.photo_manifest,
        holdout=evaluation.split_digest,
        measured_by=digest_json("judge"),
        method=Method(confidence=0.95, resamples=2000, seed=1),
        photos=len(hits),
        groups=len(set(evaluation.groups)),
        metrics=_metrics(float(hits.mean())),
        confusions=(_confusion(classes.labels, truths, scores.argmax(axis=1)),),
        reliability=(_reliability(scores.max(axis=1), hits),),
        slices=_slices(evaluation, hits),
        gaps=(_gap(),),
        robustness=_robustness(float(hits.mean())),
        leakage=_leakage(evaluation.photos),
        label_doubts=tuple(
            LabelDoubt(
                photo=photo,
                given=classes.labels[n % 5],
                suggested=classes.labels[(n + 1) % 5],
                quality=n / 100,
            )
            for n, photo in enumerate(evaluation.photos[:30])
        ),
        resources=Resources(
            size_bytes=14_680_064,
            load_seconds=0.41,
            photos_timed=100,
            latency_median_ms=48.0,
            latency_p95_ms=71.5,
        ),
        data=tuple(_summary(name, classes.labels) for name in ("train", "validation", "holdout")),
    )


def _metrics(accuracy: float) -> dict[str, Estimate]:
    return {
        "style.accuracy": estimate(accuracy),
        "style.macro_f1": estimate(accuracy - 0.03),
        "style.top3_accuracy": estimate(min(0.95, accuracy + 0.15)),
        "style.calibration_error": estimate(0.081, 0.01),
        "style.set_coverage": estimate(0.893),
        "style.set_size": estimate(3.2, 0.2),
        "era.median_absolute_error": estimate(24.0, 3.0),
        "era.mean_absolute_error": estimate(35.0, 4.0),
        "era.interval_coverage": estimate(0.91),
        "era.interval_width": Estimate(value=160.0, low=None, high=None),
    }


def _confusion(
    labels: tuple[str, ...],
    truths: np.ndarray[tuple[int], np.dtype[np.intp]],
    answers: np.ndarray[tuple[int], np.dtype[np.intp]],
) -> Confusion:
    table = np.zeros((len(labels), len(labels)), dtype=int)
    np.add.at(table, (truths, answers), 1)
    return Confusion(head="style", labels=labels, counts=tuple(map(tuple, table.tolist())))


def _reliability(
    confidences: np.ndarray[tuple[int], np.dtype[np.float64]],
    hits: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> Reliability:
    bins = []
    for n in range(10):
        inside = (confidences > n / 10) & (confidences <= (n + 1) / 10)
        some = bool(inside.any())
        bins.append(
            ReliabilityBin(
                low=n / 10,
                high=(n + 1) / 10,
                photos=int(inside.sum()),
                confidence=float(confidences[inside].mean()) if some else None,
                accuracy=float(hits[inside].mean()) if some else None,
            )
        )
    return Reliability(head="style", bins=tuple(bins))


def _slices(
    evaluation: Evaluation, hits: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> tuple[Slice, ...]:
    found = []
    for dimension, values in evaluation.slices.items():
        for place, name in enumerate(sorted(set(values))):
            inside = np.array(values) == name
            photos = int(inside.sum()) if place else 12
            found.append(
                Slice(
                    dimension=dimension,
                    name=name,
                    photos=photos,
                    groups=photos // 2,
                    metrics={
                        "style.accuracy": estimate(float(hits[inside].mean()) - place / 20, 0.06),
                        "era.median_absolute_error": estimate(20.0 + 6 * place, 5.0),
                    },
                )
            )
    return tuple(found)


def _gap() -> SliceGap:
    return SliceGap(
        dimension="region",
        metric="style.accuracy",
        best="asia",
        worst="middle_east",
        min_photos=30,
        gap=estimate(0.12, 0.05),
    )


def _robustness(clean: float) -> tuple[Robustness, ...]:
    return tuple(
        Robustness(
            head="style",
            corruption=name,
            severity=2 * step + 1,
            setting=setting,
            photos=200,
            clean_accuracy=clean,
            accuracy=clean - drop,
            drop=estimate(drop, 0.02 + 0.01 * step),
        )
        for number, (name, settings) in enumerate(CORRUPTIONS.items())
        for step, setting in enumerate(settings)
        for drop in [(0.01 + number / 60) * (step + 1) ** 1.4]
    )


def _leakage(photos: tuple[str, ...]) -> Leakage:
    return Leakage(
        within_bits=16,
        photos_compared=4200,
        near_duplicates=(
            NearDuplicate(holdout=photos[0], other=photos[1], split="train", bits=9),
            NearDuplicate(holdout=photos[2], other=photos[3], split="validation", bits=14),
        ),
        label_from_source=estimate(0.11),
        commonest=0.08,
        source_classifier=SourceClassifier(
            sources=4, photos=4000, balanced_accuracy=0.62, chance=0.25
        ),
        shuffled_labels=(0.041, 0.038, 0.052),
    )


def _summary(name: str, labels: tuple[str, ...]) -> SplitSummary:
    many = {"train": 160, "validation": 24, "holdout": 60}[name]
    counts = {label: many - 3 * n % many for n, label in enumerate(labels)}
    total = sum(counts.values())
    return SplitSummary.model_validate(
        {
            "split": name,
            "photos": total,
            "groups": total // 3,
            "photos_with_year": total // 2,
            "labels": counts,
            "label_groups": {label: count // 3 for label, count in counts.items()},
            "sources": {"city archive": total // 2, "volunteers": total - total // 2},
            "licences": {"CC0-1.0": total // 2, "CC-BY-4.0": total - total // 2},
        }
    )


def _report(model: str, name: str, policy: Policy, evidence: Evidence) -> GateReport:
    passed = ("policy_applies", "golden_photos", "holdout_size", "floor.style", "leakage")
    rules = [
        RuleResult(
            rule=rule,
            outcome="passed",
            value=0.71,
            low=0.68,
            high=0.74,
            limit=">= 0.6000",
            reason="the lower bound keeps the limit",
        )
        for rule in passed
    ]
    rules.insert(2, _slice_floor("failed", 0.46))
    rules.append(_slice_floor("insufficient", None))
    return GateReport.model_validate(
        {
            "model": name,
            "candidate": model,
            "champion": None,
            "first_release": True,
            "policy": policy.digest,
            "risk_tiers": None,
            "evidence": evidence.digest,
            "photo_manifest": evidence.photo_manifest,
            "holdout": evidence.holdout,
            "rules": rules,
            "decision": "refused",
            "decided_at": NOON,
        }
    )


def _slice_floor(outcome: str, low: float | None) -> RuleResult:
    return RuleResult.model_validate(
        {
            "rule": f"slice_floor.region.{outcome}",
            "outcome": outcome,
            "value": None if low is None else low + 0.06,
            "low": low,
            "high": None if low is None else low + 0.12,
            "limit": "lower bound >= 0.5000",
            "reason": "region middle_east: 0.52 (0.46 .. 0.58) over 96 photos, at least 0.50 asked"
            if low is not None
            else "region asia has 12 photos of the 30 that the policy requires",
        }
    )
