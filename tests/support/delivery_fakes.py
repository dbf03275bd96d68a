"""One fake a port of delivery.

tests/contract/test_delivery_ports.py holds the fakes to the real adapters.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from support.delivery_records import PROOF, evidence
from support.policy_documents import tiers

from artifacts.errors import SignatureRefused, UnknownArtifact, UnreadableRecord
from artifacts.folder import ModelArtifact
from artifacts.policies.policy import Policy
from artifacts.policies.tiers import RiskTiers
from artifacts.records.evaluation import Evaluation
from artifacts.records.evidence import Evidence
from artifacts.records.holdout import HoldoutPin
from artifacts.records.photos import PhotoManifest
from artifacts.records.release import Release
from delivery.gate.parity_report import DoorAnswer, ParityPhoto
from delivery.gate.ports import Dataset
from scoring.certificate import Proof


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

    def verify(self, data: bytes, signature: bytes, _at: object = None) -> None:
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
