"""Artifacts, releases and reports of the gate, made up."""

from datetime import UTC, datetime
from typing import Any

from support.dataset_rows import LABELS, PHOTOS, dataset_rows
from support.policy_documents import policy, tiers

from artifacts.digests import digest_bytes, digest_json
from artifacts.folder import ModelArtifact, list_files
from artifacts.records.answers import ClassificationAnswer, LabelProbability, RegressionAnswer
from artifacts.records.gate import Decision, GateReport, Outcome, RuleResult
from artifacts.records.manifest import (
    ClassificationHead,
    Code,
    Data,
    DataSplit,
    GoldenPhoto,
    Interval,
    LinearScale,
    ModelManifest,
    PredictionSet,
    RegressionHead,
)
from artifacts.records.photos import PhotoManifest
from artifacts.records.release import FirstRelease, Release, ReleasedModel
from judging.policy import Policy, results_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


WHY = "a reason that is long enough to be one"


def artifact(
    title: str = "candidate", manifest: PhotoManifest | None = None, name: str = "architecture"
) -> ModelArtifact:
    """An artifact in memory, different for each title, trained over the given photo manifest."""
    rows = manifest or dataset_rows()
    files = {"heads/model.onnx": title.encode(), "golden/photo.png": b"photo"}
    split = DataSplit(
        name="holdout", digest=rows.split_digest("holdout"), photos=PHOTOS, groups=PHOTOS
    )
    record = ModelManifest(
        name=name,
        files=list_files(files),
        feature_schema=digest_json("schema"),
        data=Data(photo_manifest=rows.digest, splits=(split,)),
        code=Code(commit="0" * 40, dirty=False),
        environment=digest_json("environment"),
        params=digest_json("params"),
        heads=_heads(),
        metrics=(),
        comparison=(),
        golden_photos=(_golden(),),
    )
    return ModelArtifact(record, files)


def _golden() -> GoldenPhoto:
    style = ClassificationAnswer(
        ranking=tuple(LabelProbability(label=x, probability=0.3) for x in LABELS)
    )
    return GoldenPhoto(
        photo=digest_bytes(b"photo"),
        file="golden/photo.png",
        vector=digest_json("vector"),
        answers={"style": style, "era": RegressionAnswer(value=1900, low=1850, high=1950)},
    )


def _heads() -> tuple[ClassificationHead, RegressionHead]:
    return (
        ClassificationHead(
            name="style",
            family="linear",
            file="heads/model.onnx",
            labels=LABELS,
            temperature=1.0,
            prediction_set=PredictionSet(level=0.9, threshold=0.05),
        ),
        RegressionHead(
            name="era",
            family="linear",
            file="heads/model.onnx",
            unit="year",
            scale=LinearScale(),
            interval=Interval(level=0.9, low_offset=-20, high_offset=20),
        ),
    )


def released(digest: str) -> ReleasedModel:
    """A champion's entry in a release."""
    return ReleasedModel(digest=digest, version=1, gate_report=digest_json("report"))


def release(*entries: ReleasedModel | FirstRelease, model: str = "architecture") -> Release:
    """A release of staging with one model's entries."""
    return Release(environment="staging", models={model: entries})


def rule_result(rule: str, outcome: Outcome = "passed", **changes: Any) -> RuleResult:
    """What a rule came to, without a value unless one is given."""
    fields = {"value": None, "low": None, "high": None, "limit": "a limit", "reason": "a reason"}
    return RuleResult.model_validate({"rule": rule, "outcome": outcome, **fields, **changes})


def gate_report(
    decision: Decision = "allowed",
    *,
    failing: str = "",
    first_release: bool = False,
    policy_of: Policy | None = None,
) -> GateReport:
    """A report on the candidate, compared with `champion` or by statement with none.

    `failing` names a rule that doesn't pass: `refused` fails it, and `undecided` finds nothing.
    """
    judged_by = policy_of or policy()
    wrong: Outcome = "failed" if decision == "refused" else "missing"
    return GateReport(
        model="architecture",
        candidate=artifact("candidate").digest,
        champion=None if first_release else artifact("champion").digest,
        first_release=first_release,
        policy=judged_by.digest,
        risk_tiers=tiers().digest,
        evidence=digest_json("evidence"),
        photo_manifest=dataset_rows().digest,
        holdout=dataset_rows().split_digest("holdout"),
        rules=tuple(
            rule_result(name, wrong if name == failing else "passed")
            for name in results_of(judged_by)
        ),
        decision=decision,
        decided_at=NOON,
    )
