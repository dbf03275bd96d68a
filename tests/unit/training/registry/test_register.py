"""Only an allowed report that the gate signed, about these very bytes, makes a version."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.tiny_artifact import build_tiny_artifact, public_key_of
from support.training_doubles import DIGEST

from artifacts.errors import UnknownArtifact
from artifacts.folder import open_artifact
from artifacts.records.gate import GateReport
from artifacts.signatures import KeyVerifier
from artifacts.ssh_keygen import SshSigner, SshVerifier, create_statement_key
from artifacts.statements import write_signed
from artifacts.store import FolderModelStore
from training.registry.register import Registration, register

NAMESPACE = "plinth-gate-report"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("place")
    build_tiny_artifact(folder / "candidate", folder / "key.pem")
    for name in ("gate", "someone"):
        create_statement_key(folder / name, folder / f"{name}.signers", "gate", (NAMESPACE,))
    return folder


class Versions:
    """A registry in memory."""

    def __init__(self) -> None:
        self.registered: list[str] = []

    def register(self, _artifact: object, _location: Path, gate_report: str) -> int:
        self.registered.append(gate_report)
        return len(self.registered)


def digest_of(place: Path) -> str:
    verifier = KeyVerifier(public_key_of(place / "key.pem"))
    return open_artifact(place / "candidate", verifier).digest


def report_on(candidate: str, decision: str, outcome: str = "passed") -> GateReport:
    rule = {"rule": "accuracy", "outcome": outcome, "limit": "at least 0.25", "reason": "measured"}
    digests = ("policy", "risk_tiers", "evidence", "photo_manifest", "holdout")
    return GateReport.model_validate(
        dict.fromkeys(digests, DIGEST)
        | {
            "model": "architecture",
            "candidate": candidate,
            "champion": None,
            "first_release": True,
            "rules": [rule | {"value": 0.5, "low": None, "high": None}],
            "decision": decision,
            "decided_at": "2026-11-22T00:00:00Z",
        }
    )


def registered(
    place: Path,
    store: Path,
    report: Path,
    registry: Versions,
    *,
    kept: bool = True,
    signers: Path | None = None,
) -> tuple[Registration, FolderModelStore]:
    verifier = KeyVerifier(public_key_of(place / "key.pem"))
    gate = SshVerifier(signers or place / "gate.signers", "gate", NAMESPACE)
    models = FolderModelStore(store, verifier)
    if kept:
        models.put(place / "candidate")
    return register(place / "candidate", report, verifier, gate, models, registry, NOW), models


def test_what_the_gate_allowed_gets_a_version(place: Path, tmp_path: Path) -> None:
    digest, registry = digest_of(place), Versions()
    report = report_on(digest, "allowed")
    path = write_signed(report, tmp_path / "report.json", SshSigner(place / "gate", NAMESPACE))
    done, store = registered(place, tmp_path / "store", path, registry)
    assert (done.version, done.refusal) == (1, None)
    assert store.get(digest).digest == digest
    assert registry.registered == [report.digest]


@pytest.mark.parametrize(
    ("decision", "outcome", "candidate", "signer", "reason"),
    [
        ("refused", "failed", None, "gate", "decision is refused"),
        ("undecided", "missing", None, "gate", "decision is undecided"),
        ("no_improvement", "passed", None, "gate", "decision is no_improvement"),
        ("allowed", "passed", DIGEST, "gate", "is about architecture " + DIGEST),
        ("allowed", "passed", None, "someone", "isn't gate's"),
        ("allowed", "passed", None, None, "there is no signature beside it"),
    ],
)
def test_nothing_else_is_registered(
    place: Path,
    tmp_path: Path,
    decision: str,
    outcome: str,
    candidate: str | None,
    signer: str | None,
    reason: str,
) -> None:
    registry, digest = Versions(), digest_of(place)
    report = report_on(candidate or digest, decision, outcome)
    path = report.write(tmp_path / "report.json")
    if signer is not None:
        write_signed(report, path, SshSigner(place / signer, NAMESPACE))
    done, _ = registered(place, tmp_path / "store", path, registry)
    assert done.version is None
    assert done.refusal is not None
    assert reason in done.refusal
    assert registry.registered == []


def test_what_the_store_does_not_keep_gets_no_version(place: Path, tmp_path: Path) -> None:
    registry = Versions()
    report = report_on(digest_of(place), "allowed")
    path = write_signed(report, tmp_path / "report.json", SshSigner(place / "gate", NAMESPACE))
    with pytest.raises(UnknownArtifact):
        registered(place, tmp_path / "store", path, registry, kept=False)
    assert registry.registered == []
    assert not (tmp_path / "store").exists()


def test_a_report_of_a_key_that_was_rotated_out_gets_no_version_whatever_its_date(
    place: Path, tmp_path: Path
) -> None:
    signers, registry = tmp_path / "signers", Versions()
    valid = f'",valid-before="{NOW - timedelta(hours=1):%Y%m%d%H%M%S}Z" ssh'
    signers.write_text((place / "gate.signers").read_text().replace('" ssh', valid))
    signer = SshSigner(place / "gate", NAMESPACE)
    report = report_on(digest_of(place), "allowed")
    file = write_signed(report, tmp_path / "report.json", signer)

    done, _ = registered(place, tmp_path / "store", file, registry, signers=signers)

    assert done.version is None
    assert "expired" in (done.refusal or "")
    assert registry.registered == []
