"""A case that passes every rule, made by hand, for tests of the judge to spoil in one thing each.

Nothing here measures: numbers are written down, so that no test of a rule rests on what measures.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from support.policy_documents import TODAY, policy, tiers

from artifacts.certificate import Proof
from artifacts.digests import digest_json
from artifacts.policies.membership import Membership
from artifacts.policies.tiers import RiskTiers
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
from gate.comparing import PairedResamples
from gate.judge import decide, judge
from gate.resampling import resample_groups
from judging.case import Absent, Candidate, Case, Champion, Holdout
from judging.policy import Policy

LABELS = ("baroque", "gothic", "tudor_revival")
PHOTOS, GROUPS, RIGHT, CHAMPION_RIGHT = 240, 120, 180, 132
MODEL, CHAMPION = digest_json("candidate"), digest_json("champion")
MANIFEST, HOLDOUT, TRAIN = (digest_json(name) for name in ("manifest", "holdout", "train"))
LIGHTING = tuple("dark" if i % 6 == 0 else "normal" for i in range(PHOTOS))
STYLE = tuple(LABELS[i % 3] for i in range(PHOTOS))
PHOTO_DIGESTS = tuple(sorted(digest_json(f"photo {i}") for i in range(PHOTOS)))
# Drawn once: a draw takes longer than all else that a case is made of.
RESAMPLED = cache(resample_groups)


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
            "declined.others_declined": estimate(0.9),
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
        "comparing": PairedResamples(RESAMPLED(ours.groups, 2000, 7)),
    }
    return Case(**(fields | changes))


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
    assert isinstance(case.candidate, Candidate)
    assert isinstance(case.holdout, Holdout)
    return GateReport(
        model=case.candidate.name,
        candidate=case.candidate.digest,
        champion=scored.digest if isinstance(scored, Champion) else None,
        first_release=case.first_release,
        policy=case.policy.digest if isinstance(case.policy, Policy) else None,
        risk_tiers=case.tiers.digest if isinstance(case.tiers, RiskTiers) else None,
        evidence=there.digest if isinstance(there, Evidence) else None,
        photo_manifest=case.holdout.photo_manifest,
        holdout=case.holdout.split_digest,
        rules=results,
        decision=decide(results, case.first_release),
        decided_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
    )
