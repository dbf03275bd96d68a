"""Evaluations and evidence that were measured before, kept by all that they depend on.

An entry is believed only if its signature holds for the very key that is asked for: an entry that
is missing, cut short, forged, or another's under this name is measured anew.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from artifacts.certificate import Proof
from artifacts.digests import digest_json, hex_part
from artifacts.errors import ArtifactError
from artifacts.folder import ModelArtifact
from artifacts.policies.membership import HOLDOUT
from artifacts.records.evaluation import Evaluation
from artifacts.records.evidence import Evidence
from artifacts.records.record import Record, parse_json
from artifacts.statements import StatementSigner, StatementVerifier, signature_of
from gate.dataset import FolderDataset
from gate.measures.plan import MeasurementPlan
from gate.measuring_room import MeasuringRoom
from judging.policy import Policy

R = TypeVar("R", bound=Record)


class EvidenceStore:
    """Signed records in a folder, each in a file named by its key."""

    def __init__(self, root: Path, signer: StatementSigner, verifier: StatementVerifier) -> None:
        self._root = root
        self._signer = signer
        self._verifier = verifier

    def get(self, kind: type[R], key: str) -> R | None:
        """Return the record of a key, or None where there is none to be believed."""
        path = self._path(key)
        try:
            data = path.read_bytes()
            self._verifier.verify(_statement(key, data), signature_of(path).read_bytes())
            return kind.parse(parse_json(data.decode(), str(path)), str(path))
        except (OSError, ArtifactError, UnicodeDecodeError):
            return None

    def put(self, key: str, record: Record) -> None:
        """Keep a record. One that can't be kept or signed is only measured anew."""
        path = self._path(key)
        try:
            record.write(path)
            signature_of(path).write_bytes(self._signer.sign(_statement(key, path.read_bytes())))
        except (OSError, ArtifactError):
            return

    def _path(self, key: str) -> Path:
        return self._root / f"{hex_part(key)}.json"


class RememberingExaminer:
    """Asks another examiner only for what it hasn't measured before with the same code.

    `measuring_code` says the digest of that code; golden photos are answered anew every time, for
    they tell of this machine.
    """

    def __init__(
        self, examiner: MeasuringRoom, store: EvidenceStore, measuring_code: Callable[[], str]
    ) -> None:
        self._examiner = examiner
        self._store = store
        self._measuring_code = measuring_code

    def prove(self, artifact: ModelArtifact) -> Proof:
        """Answer the artifact's golden photos."""
        return self._examiner.prove(artifact)

    def evaluate(self, artifact: ModelArtifact, dataset: FolderDataset) -> Evaluation:
        """Return the evaluation that is kept, or score the holdout and keep it."""
        key = self._key("evaluation", artifact, dataset)
        found = self._store.get(Evaluation, key)
        if found is None:
            found = self._examiner.evaluate(artifact, dataset)
            self._store.put(key, found)
        return found

    def examine(
        self,
        artifact: ModelArtifact,
        dataset: FolderDataset,
        evaluation: Evaluation,
        policy: Policy,
    ) -> Evidence:
        """Return the evidence that is kept, or measure and keep it."""
        rest = (evaluation.digest, MeasurementPlan.of(policy).digest)
        key = self._key("evidence", artifact, dataset, *rest)
        found = self._store.get(Evidence, key)
        if found is None:
            found = self._examiner.examine(artifact, dataset, evaluation, policy)
            self._store.put(key, found)
        return found

    def _key(self, kind: str, artifact: ModelArtifact, dataset: FolderDataset, *rest: str) -> str:
        manifest = dataset.manifest()
        data = (manifest.digest, manifest.split_digest(HOLDOUT))
        return digest_json([kind, artifact.digest, *data, self._measuring_code(), *rest])


def _statement(key: str, data: bytes) -> bytes:
    """What is signed: the record with its key, so that it can't be moved to another."""
    return key.encode() + b"\n" + data
