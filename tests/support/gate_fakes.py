"""One fake a port of the gate.

tests/contract/test_gate_ports.py holds the fakes to the real adapters.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from support.gate_cases import PROOF, evidence

from artifacts.certificate import Proof
from artifacts.errors import UnreadableRecord
from artifacts.folder import ModelArtifact
from artifacts.records.evaluation import Evaluation
from artifacts.records.evidence import Evidence
from artifacts.records.photos import PhotoManifest
from gate.dataset import FolderDataset
from gate.parity_report import DoorAnswer, ParityPhoto
from judging.policy import Policy


class FakeArtifacts:
    """Artifacts by folder; an error in place of one is raised."""

    def __init__(self, found: dict[Path, ModelArtifact | Exception]) -> None:
        self._found = found

    def open(self, folder: Path) -> ModelArtifact:
        found = self._found.get(folder, UnreadableRecord(str(folder), ("no such folder",)))
        if isinstance(found, Exception):
            raise found
        return found


class FakeDataset:
    """A photo manifest, or none, and photos by digest."""

    def __init__(self, rows: PhotoManifest | None, photos: dict[str, bytes] | None = None) -> None:
        self._rows = rows
        self._photos = photos or {}

    def manifest(self) -> PhotoManifest:
        if self._rows is None:
            raise UnreadableRecord("manifest.csv", ("no such file",))
        return self._rows

    def photo(self, digest: str) -> bytes:
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
        assert artifact.manifest.golden_photos
        if isinstance(self._proof, Exception):
            raise self._proof
        return self._proof

    def evaluate(self, artifact: ModelArtifact, dataset: FolderDataset) -> Evaluation:
        dataset.manifest()
        self.asked.append(artifact.digest)
        found = self._evaluations[artifact.digest]
        if isinstance(found, Exception):
            raise found
        return found

    def examine(
        self,
        artifact: ModelArtifact,
        dataset: FolderDataset,
        evaluation: Evaluation,
        policy: Policy,
    ) -> Evidence:
        """Return evidence that follows from the evaluation."""
        assert (evaluation.model, policy.model) == (artifact.digest, artifact.manifest.name)
        dataset.manifest()
        if self._found:
            raise self._found
        return evidence(evaluation)


class FakeDoor:
    """A door that answers as a function says."""

    def __init__(self, name: str, says: Callable[[ParityPhoto], DoorAnswer]) -> None:
        self.name = name
        self._says = says

    def answer(self, photos: Sequence[ParityPhoto]) -> tuple[DoorAnswer, ...]:
        return tuple(self._says(photo) for photo in photos)
