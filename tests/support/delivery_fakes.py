"""Small made-up evidence for tests of delivery, and one fake a port.

tests/contract/test_delivery_ports.py holds the fakes to the real adapters.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from support import cases
from support.cases import policy, tiers

from artifacts.digests import digest_bytes, digest_json
from artifacts.errors import SignatureRefused, UnknownArtifact, UnreadableRecord
from artifacts.folder import ModelArtifact, list_files
from artifacts.records.answers import ClassificationAnswer, LabelProbability, RegressionAnswer
from artifacts.records.evaluation import ClassificationOutcomes, Evaluation, RegressionOutcomes
from artifacts.records.evidence import Evidence
from artifacts.records.gate import GateReport
from artifacts.records.holdout import HoldoutPin
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
from artifacts.records.photos import PhotoManifest, PhotoRow
from artifacts.records.release import FirstRelease, Release, ReleasedModel
from delivery.domain.case import Absent, Candidate, Case, Champion, Holdout, Membership
from delivery.domain.judge import decide, judge
from delivery.domain.parity import DoorAnswer, ParityPhoto
from delivery.domain.policy import Policy
from delivery.domain.resampling import resample_groups
from delivery.domain.tiers import RiskTiers
from delivery.ports import Dataset
from scoring.metrics import metrics_of
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
        slices={
            "lighting": tuple("dark" if i % 6 == 0 else "normal" for i in range(len(rows))),
            "style": tuple(row.style for row in rows),
        },
        classification=(
            ClassificationOutcomes(
                head="style",
                labels=LABELS,
                set_threshold=0.1,
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


def evidence(scored: Evaluation) -> Evidence:
    """Evidence whose metrics are an evaluation's, and that is otherwise without fault."""
    measured = {name: cases.estimate(value) for name, value in metrics_of(scored).items()}
    return cases.evidence(
        model=scored.model,
        photo_manifest=scored.photo_manifest,
        holdout=scored.split_digest,
        photos=len(scored.photos),
        groups=len(set(scored.groups)),
        metrics=measured | {"style.calibration_error": cases.estimate(0.05)},
    )


def champion(manifest: PhotoManifest, hits: Sequence[bool]) -> Champion:
    """A champion that was scored over a photo manifest's holdout."""
    digest = artifact("champion", manifest).digest
    return Champion(digest, manifest.digest, evaluation(manifest, hits, digest))


def good_case(**changes: object) -> Case:
    """A case that is allowed: 140 of 200 right, the champion has 100 of the same."""
    rows = dataset_rows()
    candidate = artifact("candidate", rows)
    scored = changes.get("evaluation", evaluation(rows, first_right(140), candidate.digest))
    fields = {
        "today": TODAY,
        "policy": policy(),
        "tiers": tiers(),
        "candidate": Candidate.of(candidate.manifest),
        "holdout": Holdout.of(rows),
        "membership": Membership.of(HoldoutPin.of("architecture", rows), rows),
        "evaluation": scored,
        "evidence": evidence(scored) if isinstance(scored, Evaluation) else scored,
        "proof": PROOF,
        "champion": champion(rows, first_right(100)),
        "reproduction": Absent("none was given"),
        "resampling": resample_groups(tuple(row.group for row in rows.rows), 1000, 7),
    }
    return Case(**(fields | changes))  # type: ignore[arg-type]


def gate_report(case: Case | None = None) -> GateReport:
    """The report that the judge makes of a case, a good one unless another is given."""
    seen = case or good_case()
    results = judge(seen)
    assert isinstance(seen.candidate, Candidate)
    assert isinstance(seen.holdout, Holdout)
    return GateReport(
        model=seen.candidate.name,
        candidate=seen.candidate.digest,
        champion=seen.champion.digest if isinstance(seen.champion, Champion) else None,
        first_release=seen.first_release,
        policy=seen.policy.digest if isinstance(seen.policy, Policy) else None,
        risk_tiers=seen.tiers.digest if isinstance(seen.tiers, RiskTiers) else None,
        evidence=seen.evidence.digest if isinstance(seen.evidence, Evidence) else None,
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
    """Policies by model, one file of tiers, and pins; an error in place of one is raised."""

    def __init__(
        self,
        *policies: Policy,
        risk_tiers: RiskTiers | Exception | None = None,
        pin: HoldoutPin | Exception | None = None,
        error: Exception | None = None,
    ) -> None:
        self._policies = {one.model: one for one in policies}
        self._tiers = risk_tiers or tiers()
        self._pin = pin
        self._error = error
        self.written: list[HoldoutPin] = []

    def read(self, model: str) -> Policy:
        """Return a model's policy."""
        if self._error:
            raise self._error
        if model not in self._policies:
            raise UnreadableRecord(f"models/{model}.yaml", ("no such file",))
        return self._policies[model]

    def tiers(self) -> RiskTiers:
        """Return the tiers."""
        if isinstance(self._tiers, Exception):
            raise self._tiers
        return self._tiers

    def pin(self, model: str) -> HoldoutPin | None:
        """Return the pin, whosever it is."""
        assert model
        if isinstance(self._pin, Exception):
            raise self._pin
        return self._pin

    def write_pin(self, pin: HoldoutPin) -> Path:
        """Keep a pin."""
        self.written.append(pin)
        self._pin = pin
        return Path(f"holdouts/{pin.model}.csv")


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
    """Evaluations by artifact digest; `asked` keeps whose were asked for.

    Evidence follows from the evaluation, unless an error is given in its place.
    """

    def __init__(
        self,
        evaluations: dict[str, Evaluation | Exception],
        proof: Proof | Exception = PROOF,
        found: Exception | None = None,
    ) -> None:
        self._evaluations = evaluations
        self._proof = proof
        self._found = found
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

    def examine(
        self, artifact: ModelArtifact, dataset: Dataset, evaluation: Evaluation, policy: Policy
    ) -> Evidence:
        """Return evidence that follows from the evaluation."""
        assert (evaluation.model, policy.model) == (artifact.digest, artifact.manifest.name)
        dataset.manifest()
        if self._found:
            raise self._found
        return evidence(evaluation)


class Believing:
    """A verifier that believes every signature, but for those that are empty."""

    def verify(self, data: bytes, signature: bytes) -> None:
        """Return for any signature at all."""
        if not (data and signature):
            raise SignatureRefused(Path("signers"), "nothing was signed")


class FakeDoor:
    """A door that answers as a function says."""

    def __init__(self, name: str, says: Callable[[ParityPhoto], DoorAnswer]) -> None:
        self.name = name
        self._says = says

    def answer(self, photos: Sequence[ParityPhoto]) -> tuple[DoorAnswer, ...]:
        """Answer every photo."""
        return tuple(self._says(photo) for photo in photos)
