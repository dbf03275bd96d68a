"""A small world that a prediction can be traced in: git, keys, a model, a log, a record.

What takes long is made once (`make_parts`); each test builds its own world of it and may spoil any
step on the way.
"""

import shutil
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from support.change_records import report
from support.checkout import commit_all, git
from support.policy_documents import policy_document, tiers
from support.tiny_artifact import public_key_of, tiny_artifact

from artifacts.code import INFERENCE_CODE, code_digest
from artifacts.digests import digest_bytes, digest_json, hex_part
from artifacts.folder import SIGNATURE, write_artifact
from artifacts.records.approval import Approval
from artifacts.records.audit import AuditEvent
from artifacts.records.gate import GateReport
from artifacts.records.manifest import Code, Data, DataSplit, ModelManifest
from artifacts.records.photos import PhotoManifest, PhotoRow, Split
from artifacts.records.prediction import AnsweringModel, PredictionRecord, file_of
from artifacts.records.release import Payload, Release, ReleasedCode, ReleasedModel
from artifacts.signatures import KeySigner, create_key_pair
from artifacts.ssh_keygen import SshSigner, create_statement_key
from artifacts.statements import write_signed
from delivery.changes.path_kinds import report_path
from delivery.changes.statements import subject_digest
from delivery.releases.wanted import release_text
from delivery.settings import Settings
from delivery.trace.sources import subject_of
from delivery.trail.audit_log import FileAuditLog
from delivery.trail.wiring import PresentSigners
from judging.policy import Policy

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WHY = "it is what staging verified"
PEOPLE = {"alice": "model_owner", "bob": "risk_officer"}
APPROVALS = [{"role": role, "persons": 1} for role in PEOPLE.values()]
IDS = {
    "staging": "01a200f0-0000-7000-8000-000000000001",
    "production": "01a200f0-0000-7000-8000-000000000002",
}


@dataclass(frozen=True)
class Parts:
    """What worlds share: keys, a checkout that a model was trained from, and the model."""

    folder: Path
    trained: str
    photos: PhotoManifest
    manifest: ModelManifest
    files: Mapping[str, bytes]

    @property
    def checkout(self) -> Path:
        return self.folder / "checkout"

    def key(self, name: str) -> Path:
        return self.folder / "keys" / name

    @property
    def model_key(self) -> Path:
        """The key that signs models."""
        return self.key("model.pem")


def make_parts(folder: Path) -> Parts:
    photos = _photos()
    checkout = folder / "checkout"
    for path in INFERENCE_CODE:
        file = checkout / path if path.endswith(".txt") else checkout / path / "module.py"
        file.parent.mkdir(parents=True)
        file.write_text(f"# {path}\n", encoding="utf-8")
    photos.write(checkout / "data/manifest.csv")
    git(checkout, "init", "--quiet", "--initial-branch=main")
    trained = commit_all(checkout, "Code and photos")
    manifest, files = tiny_artifact()
    parts = Parts(folder, trained, photos, manifest, files)
    create_key_pair(parts.model_key, public_key_of(parts.model_key))
    for name in ("gate", "delivery", "stranger", *PEOPLE):
        namespace = "plinth-gate-report" if name == "gate" else "plinth-audit"
        create_statement_key(
            parts.key(name), parts.key(f"{name}.signers"), name, (namespace, "plinth-approval")
        )
    return parts


def _photos() -> PhotoManifest:
    splits: dict[int, Split] = {0: "holdout", 1: "validation"}
    rows = (
        PhotoRow(
            photo=digest_json(f"photo {number}"),
            split=splits.get(number % 5, "train"),
            group=f"building {number}",
            style="gothic",
            year=1300 + number,
            source="made up",
            licence="CC0-1.0",
        )
        for number in range(20)
    )
    return PhotoManifest(rows=tuple(sorted(rows, key=lambda row: row.photo)))


def data_of(photos: PhotoManifest) -> Data:
    """What a model's manifest says of its photos."""
    splits: tuple[Split, ...] = ("train", "validation", "holdout")
    return Data(
        photo_manifest=photos.digest,
        splits=tuple(
            DataSplit(
                name=name,
                digest=photos.split_digest(name),
                photos=len(photos.of_split(name)),
                groups=len({row.group for row in photos.of_split(name)}),
            )
            for name in splits
        ),
    )


class World:
    """One world. `spoil` changes the working tree before the commit of a step is made.

    The steps are `ground` (policies, people, keys), `staging` and `production`. `model` replaces
    fields of the model's manifest, `report` those of the gate report.
    """

    def __init__(
        self,
        root: Path,
        parts: Parts,
        spoil: Mapping[str, Callable[["World"], object]] | None = None,
        model: Mapping[str, object] | None = None,
        report: Mapping[str, object] | None = None,
    ) -> None:
        self.root, self.parts = root, parts
        self._spoil = spoil or {}
        self.moment = AT
        shutil.copytree(parts.checkout, self.checkout)
        self.manifest = self._store(model or {})
        self.report = self._judged(report or {})
        self.commits = {"trained": parts.trained}
        self._step("ground", self._write_ground)
        self._step("staging", self._write_staging)
        self._step("production", self._write_production)
        self._deploy()

    def copied(self, root: Path) -> "World":
        """This world once more, in another folder."""
        shutil.copytree(self.root, root)
        twin = copy(self)
        twin.root = root
        return twin

    @property
    def checkout(self) -> Path:
        return self.root / "checkout"

    @property
    def store(self) -> Path:
        """Where the model lies."""
        return self.root / "models" / hex_part(self.manifest.digest)

    @property
    def log_file(self) -> Path:
        return self.root / "audit/log.jsonl"

    def settings(self) -> Settings:
        return Settings.model_validate(self.variables())

    def variables(self) -> dict[str, Any]:
        keys = self.parts.folder / "keys"
        return {
            "root": self.checkout,
            "model_store": self.root / "models",
            "public_key": public_key_of(self.parts.model_key),
            "gate_key": keys / "gate",
            "gate_signers": keys / "gate.signers",
            "reproduction_signers": keys / "gate.signers",
            "evidence": self.root / "evidence",
            "policies": self.checkout / "policies",
            "releases": self.checkout / "releases",
            "audit": self.root / "audit",
            "audit_head": self.root / "audit-head",
            "deploy_key": keys / "delivery",
            "deploy_signers": keys / "delivery.signers",
            "host": self.root / "host",
        }

    def log(self) -> FileAuditLog:
        """The audit log; its clock stands where the test puts `moment`."""
        signers = self.parts.key("delivery.signers")
        return FileAuditLog(
            self.root / "audit",
            self.root / "audit-head",
            SshSigner(self.parts.key("delivery"), "plinth-audit"),
            PresentSigners(signers, "delivery", "plinth-audit"),
            lambda: self.moment,
        )

    def commit(self, message: str) -> str:
        return commit_all(self.checkout, message)

    def code(self, commit: str) -> ReleasedCode:
        """The code of the working tree, as a commit's."""
        files = {
            file.relative_to(self.checkout).as_posix(): file.read_bytes()
            for path in INFERENCE_CODE
            for file in (
                (self.checkout / path).rglob("*")
                if path.endswith("src")
                else [self.checkout / path]
            )
            if file.is_file()
        }
        return ReleasedCode(digest=code_digest(files), commit=commit)

    @property
    def released(self) -> ReleasedModel:
        """The model as releases name it."""
        return ReleasedModel(digest=self.manifest.digest, version=3, gate_report=self.report.digest)

    def payload(self) -> Payload:
        """What both environments run."""
        code = self.code(self.commits["trained"])
        return Payload(code=code, models={"architecture": (self.released,)})

    def deployed(self, environment: str, commit: str, **changes: object) -> None:
        fields = {
            "event": "deploy",
            "outcome": "green",
            "actor": "tests",
            "environment": environment,
            "commit": commit,
            "payload": self.payload().digest,
        }
        self.log().append(AuditEvent.model_validate(fields | changes))

    def record(self, environment: str, **changes: object) -> PredictionRecord:
        """What a service of an environment writes down of an answer."""
        fields = {
            "id": IDS[environment],
            "at": AT + timedelta(hours=1),
            "environment": environment,
            "payload": self.payload().digest,
            "model": AnsweringModel(name="architecture", digest=self.manifest.digest),
            "feature_schema": self.manifest.feature_schema,
            "photo": digest_bytes(b"a photo"),
            "label": "gothic",
            "probability": 0.81,
            "milliseconds": 8.2,
        }
        return PredictionRecord.model_validate(fields | changes)

    def predictions(self, environment: str) -> Path:
        return self.root / "host" / environment / "predictions" / file_of(AT)

    def answer(self, *records: PredictionRecord) -> None:
        """Have these records written down, in place of what was."""
        for record in records:
            file = self.predictions(record.environment or "staging")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.unlink(missing_ok=True)
        for record in records:
            with self.predictions(record.environment or "staging").open("a") as file:
                file.write(record.model_dump_json() + "\n")

    def approve(self, person: str, key: str | None = None, **changes: object) -> Path:
        """Write a person's signed approval into the working tree."""
        subject = subject_of(self.payload(), {self.report.digest: self.report})
        fields = {
            "subject": subject,
            "word": "approved",
            "approver": person,
            "role": PEOPLE[person],
            "reason": WHY,
            "at": AT,
        }
        approval = Approval.model_validate(fields | changes)
        folder = self.checkout / "policies/approvals" / hex_part(subject_digest(subject))[:16]
        name = f"{person}-{approval.word}-{hex_part(approval.digest)[:8]}.json"
        signer = SshSigner(self.parts.key(key or person), "plinth-approval")
        return write_signed(approval, folder / name, signer)

    def write(self, path: str, text: str) -> Path:
        file = self.checkout / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def _store(self, changes: Mapping[str, object]) -> ModelManifest:
        fields = {"code": Code(commit=self.parts.trained, dirty=False)} | dict(changes)
        fields.setdefault("data", data_of(self.parts.photos))
        manifest = self.parts.manifest.model_copy(update=fields)
        place = self.root / "models" / hex_part(manifest.digest)
        place.parent.mkdir(parents=True)
        write_artifact(place, manifest, self.parts.files)
        KeySigner(self.parts.model_key).sign(place, place / SIGNATURE)
        return manifest

    def _judged(self, changes: Mapping[str, object]) -> GateReport:
        fields = {
            "candidate": self.manifest.digest,
            "policy": self.policy().digest,
            "risk_tiers": tiers(approvals=APPROVALS).digest,
            "photo_manifest": self.parts.photos.digest,
            "holdout": self.parts.photos.split_digest("holdout"),
            "decided_at": AT,
        }
        return report("traced", **(fields | changes))

    def policy(self) -> Policy:
        return Policy.parse(policy_document(), "a test")

    def _step(self, name: str, write: Callable[[], object]) -> None:
        write()
        self._spoil.get(name, lambda _: None)(self)
        self.commits[name] = self.commit(name)

    def _write_ground(self) -> None:
        persons = {
            person: {
                "name": person.title(),
                "roles": [role],
                "emails": [f"{person}@plinth.invalid"],
                "keys": [" ".join(self.public(person).split()[:2])],
                "since": "2026-01-01",
            }
            for person, role in PEOPLE.items()
        }
        self.write("policies/approvers.yaml", f"kind: approvers\npersons: {persons}\n")
        self.write("policies/risk_tiers.yaml", tiers(approvals=APPROVALS).to_json())
        self.write("policies/models/architecture.yaml", self.policy().to_json())
        signers = self.parts.key("gate.signers").read_text(encoding="utf-8")
        self.write("policies/keys/gate.signers", signers)

    def public(self, name: str) -> str:
        return self.parts.key(f"{name}.pub").read_text(encoding="utf-8")

    def _write_staging(self) -> None:
        models = {"architecture": (self.released,)}
        release = Release(environment="staging", models=models)
        self.write("releases/staging.yaml", release_text(release))
        path = self.checkout / report_path(self.report.digest)
        write_signed(self.report, path, SshSigner(self.parts.key("gate"), "plinth-gate-report"))

    def _write_production(self) -> None:
        models = {"architecture": (self.released,)}
        code = self.code(self.commits["trained"])
        release = Release(environment="production", code=code, models=models)
        self.write("releases/production.yaml", release_text(release))
        for person in PEOPLE:
            self.approve(person)

    def _deploy(self) -> None:
        self.deployed("staging", self.commits["staging"], outcome="undecided", reason="begun")
        self.deployed("staging", self.commits["staging"])
        self.deployed("production", self.commits["production"])
        self.answer(self.record("staging"), self.record("production"))
