"""Small made-up evidence for tests of delivery, and one fake a port.

tests/contract/test_delivery_ports.py holds the fakes to the real adapters.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from artifacts.digests import digest_bytes, digest_json
from artifacts.errors import UnknownArtifact, UnreadableRecord
from artifacts.folder import ModelArtifact, list_files
from artifacts.records.answers import ClassificationAnswer, LabelProbability, RegressionAnswer
from artifacts.records.evaluation import ClassificationOutcomes, Evaluation, RegressionOutcomes
from artifacts.records.gate import GateReport
from artifacts.records.manifest import (
    ClassificationHead,
    Code,
    Data,
    DataSplit,
    GoldenPhoto,
    Interval,
    LinearScale,
    ModelManifest,
    RegressionHead,
)
from artifacts.records.photos import PhotoManifest, PhotoRow
from artifacts.records.release import FirstRelease, Release, ReleasedModel
from delivery.domain.evidence import Candidate, Champion, Evidence, Holdout
from delivery.domain.judge import decide, judge
from delivery.domain.parity import DoorAnswer, ParityPhoto
from delivery.domain.policy import Floor, HoldoutSize, NonInferiority, Policy
from delivery.ports import Dataset
from scoring.proof import Proof

LABELS = ("baroque", "gothic", "tudor_revival")
PHOTOS, PER_GROUP = 200, 2
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = date(2026, 11, 22)
WHY = "a reason that is long enough to be one"
FIRST_RELEASE = FirstRelease(reason=WHY, stated_on=TODAY)
PROOF = Proof((), bit_equal=True)


def dataset_rows(photos: int = PHOTOS, per_group: int = PER_GROUP) -> PhotoManifest:
    """A photo manifest whose holdout has that many photos, so many of each building."""
    digests = sorted(digest_json(f"photo {i}") for i in range(photos))
    return PhotoManifest(
        rows=tuple(
            PhotoRow(
                photo=photo,
                split="holdout",
                group=f"building {i // per_group}",
                style=LABELS[i % len(LABELS)],
                year=1900 + i % 50,
                source="made up",
                licence="CC0-1.0",
            )
            for i, photo in enumerate(digests)
        )
    )


def evaluation(
    manifest: PhotoManifest, hits: Sequence[bool], model: str, year_error: float = 10.0
) -> Evaluation:
    """An evaluation that names the right style where `hits` says so, and years off by the error."""
    rows = manifest.of_split("holdout")
    truths = [LABELS.index(row.style) for row in rows]
    answers = [t if hit else (t + 1) % len(LABELS) for t, hit in zip(truths, hits, strict=True)]
    years = [float(row.year or 0) for row in rows]
    values = [year + year_error for year in years]
    return Evaluation(
        model=model,
        photo_manifest=manifest.digest,
        split="holdout",
        split_digest=manifest.split_digest("holdout"),
        photos=tuple(row.photo for row in rows),
        groups=tuple(row.group for row in rows),
        slices={},
        classification=(
            ClassificationOutcomes(
                head="style",
                labels=LABELS,
                truths=tuple(truths),
                probabilities=tuple(
                    tuple(0.8 if i == answer else 0.1 for i in range(len(LABELS)))
                    for answer in answers
                ),
            ),
        ),
        regression=(
            RegressionOutcomes(
                head="era",
                unit="year",
                truths=tuple(years),
                values=tuple(values),
                lows=tuple(value - 20 for value in values),
                highs=tuple(value + 20 for value in values),
            ),
        ),
    )


def first_right(right: int, photos: int = PHOTOS) -> list[bool]:
    """Hits on the first `right` photos and on no other."""
    return [i < right for i in range(photos)]


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
        ClassificationHead(name="style", family="linear", file="heads/model.onnx", labels=LABELS),
        RegressionHead(
            name="era",
            family="linear",
            file="heads/model.onnx",
            unit="year",
            scale=LinearScale(),
            interval=Interval(level=0.9, low_offset=-20, high_offset=20),
        ),
    )


def floor(metric: str = "style.accuracy", **limit: float) -> Floor:
    """A floor of a metric, named after it."""
    limits = limit or {"at_least": 0.25}
    return Floor.model_validate(
        {"id": metric.replace(".", "_"), "metric": metric, "reason": WHY, "decided_on": TODAY}
        | limits
    )


def policy(**changes: object) -> Policy:
    """A policy of the model `architecture`, with changes to its fields."""
    return Policy.model_validate(
        {
            "kind": "model_policy",
            "model": "architecture",
            "holdout": HoldoutSize(min_photos=100, min_groups=60),
            "floors": (
                floor("style.accuracy", at_least=0.25),
                floor("style.macro_f1", at_least=0.2),
                floor("era.median_absolute_error", at_most=60),
            ),
            "non_inferiority": comparison(),
        }
        | changes
    )


def comparison(**changes: object) -> NonInferiority:
    """A non-inferiority rule: margin 0.02, confidence 0.95."""
    return NonInferiority.model_validate(
        {
            "metric": "style.accuracy",
            "margin": 0.02,
            "confidence": 0.95,
            "resamples": 1000,
            "seed": 7,
            "reason": WHY,
            "decided_on": TODAY,
        }
        | changes
    )


def champion(manifest: PhotoManifest, hits: Sequence[bool]) -> Champion:
    """A champion that was scored over a photo manifest's holdout."""
    digest = artifact("champion", manifest).digest
    return Champion(digest, manifest.digest, evaluation(manifest, hits, digest))


def good_evidence(**changes: object) -> Evidence:
    """Evidence that is allowed: 140 of 200 right, the champion has 100 of the same."""
    rows = dataset_rows()
    candidate = artifact("candidate", rows)
    fields = {
        "candidate": Candidate.of(candidate.manifest),
        "holdout": Holdout.of(rows),
        "evaluation": evaluation(rows, first_right(140), candidate.digest),
        "proof": PROOF,
        "champion": champion(rows, first_right(100)),
    }
    return Evidence(**(fields | changes))  # type: ignore[arg-type]


def gate_report(evidence: Evidence | None = None, used: Policy | None = None) -> GateReport:
    """The report that the judge makes of evidence, good evidence unless another is given."""
    seen, rules = evidence or good_evidence(), used or policy()
    results = judge(rules, seen)
    assert isinstance(seen.candidate, Candidate)
    assert isinstance(seen.holdout, Holdout)
    return GateReport(
        model=seen.candidate.name,
        candidate=seen.candidate.digest,
        champion=seen.champion.digest if isinstance(seen.champion, Champion) else None,
        first_release=seen.first_release,
        policy=rules.digest,
        photo_manifest=seen.holdout.photo_manifest,
        holdout=seen.holdout.split_digest,
        rules=results,
        decision=decide(results, seen.first_release),
        decided_at=NOON,
    )


def released(digest: str) -> ReleasedModel:
    """A champion's entry in a release."""
    return ReleasedModel(digest=digest, version=1, gate_report=digest_json("report"))


def release(*entries: ReleasedModel | FirstRelease, model: str = "architecture") -> Release:
    """A release of staging with one model's entries."""
    return Release(environment="staging", models={model: entries})


class FakeArtifacts:
    """Artifacts by folder; an error in place of one is raised."""

    def __init__(self, found: dict[Path, ModelArtifact | Exception]) -> None:
        self._found = found

    def open(self, folder: Path) -> ModelArtifact:
        """Return the artifact of a folder."""
        found = self._found.get(folder, UnreadableRecord(str(folder), ("no such folder",)))
        if isinstance(found, Exception):
            raise found
        return found


class FakeModelStore:
    """Artifacts by digest; an error in place of one is raised."""

    def __init__(self, *found: ModelArtifact, errors: dict[str, Exception] | None = None) -> None:
        self._found = {one.digest: one for one in found}
        self._errors = errors or {}

    def get(self, digest: str) -> ModelArtifact:
        """Return the artifact of a digest."""
        if digest in self._errors:
            raise self._errors[digest]
        if digest not in self._found:
            raise UnknownArtifact(digest, Path("memory"))
        return self._found[digest]


class FakePolicies:
    """Policies by model."""

    def __init__(self, *policies: Policy) -> None:
        self._policies = {one.model: one for one in policies}

    def read(self, model: str) -> Policy:
        """Return a model's policy."""
        if model not in self._policies:
            raise UnreadableRecord(f"models/{model}.yaml", ("no such file",))
        return self._policies[model]


class FakeReleases:
    """Releases by environment; `written` keeps what was written."""

    def __init__(self, *releases: Release) -> None:
        self._releases = {one.environment: one for one in releases}
        self.written: list[Release] = []

    def read(self, environment: str) -> Release:
        """Return an environment's release."""
        if environment not in self._releases:
            raise UnreadableRecord(f"{environment}.yaml", ("no such file",))
        return self._releases[environment]  # type: ignore[index]

    def write(self, release: Release) -> Path:
        """Keep a release."""
        self.written.append(release)
        self._releases[release.environment] = release
        return Path(f"{release.environment}.yaml")


class FakeDataset:
    """A photo manifest, or none, and photos by digest."""

    def __init__(self, rows: PhotoManifest | None, photos: dict[str, bytes] | None = None) -> None:
        self._rows = rows
        self._photos = photos or {}

    def manifest(self) -> PhotoManifest:
        """Return the photo manifest."""
        if self._rows is None:
            raise UnreadableRecord("manifest.csv", ("no such file",))
        return self._rows

    def photo(self, digest: str) -> bytes:
        """Return a photo."""
        if digest not in self._photos:
            raise UnreadableRecord(f"photo {digest}", ("no such file",))
        return self._photos[digest]


class FakeExaminer:
    """Evaluations by artifact digest; `asked` keeps whose were asked for."""

    def __init__(
        self,
        evaluations: dict[str, Evaluation | Exception],
        proof: Proof | Exception = PROOF,
    ) -> None:
        self._evaluations = evaluations
        self._proof = proof
        self.asked: list[str] = []

    def prove(self, artifact: ModelArtifact) -> Proof:
        """Return the proof that was given."""
        assert artifact.manifest.golden_photos
        if isinstance(self._proof, Exception):
            raise self._proof
        return self._proof

    def evaluate(self, artifact: ModelArtifact, dataset: Dataset) -> Evaluation:
        """Return the evaluation of an artifact."""
        dataset.manifest()
        self.asked.append(artifact.digest)
        found = self._evaluations[artifact.digest]
        if isinstance(found, Exception):
            raise found
        return found


class FakeDoor:
    """A door that answers as a function says."""

    def __init__(self, name: str, says: Callable[[ParityPhoto], DoorAnswer]) -> None:
        self.name = name
        self._says = says

    def answer(self, photos: Sequence[ParityPhoto]) -> tuple[DoorAnswer, ...]:
        """Answer every photo."""
        return tuple(self._says(photo) for photo in photos)
