"""The model store takes what a signed report allows, and nothing else."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.made_records import gate_report
from support.tiny_artifact import build_tiny_artifact, public_key_of
from support.training_doubles import DIGEST

from artifacts.errors import ArtifactError, InvalidArtifact
from artifacts.folder import open_artifact
from artifacts.refusal import Refusal
from artifacts.signatures import KeyVerifier
from artifacts.ssh_keygen import SshSigner, SshVerifier, create_statement_key
from artifacts.statements import write_signed
from artifacts.store import FolderModelStore
from delivery.retrain.retrain import keep_model

NAMESPACE = "plinth-gate-report"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signed candidate, and keys of the gate and of somebody else."""
    folder = tmp_path_factory.mktemp("place")
    build_tiny_artifact(folder / "candidate", folder / "key.pem")
    for name in ("gate", "someone"):
        create_statement_key(folder / name, folder / f"{name}.signers", "gate", (NAMESPACE,))
    return folder


def keeping(
    place: Path, store: Path, *, signers: Path | None = None, at: datetime = NOW
) -> Callable[[Path, Path], Path | Refusal]:
    models = FolderModelStore(store, KeyVerifier(public_key_of(place / "key.pem")))
    gate = SshVerifier(signers or place / "gate.signers", "gate", NAMESPACE)
    return lambda candidate, report: keep_model(candidate, report, gate, models, at)


def digest_of(place: Path) -> str:
    return open_artifact(place / "candidate", KeyVerifier(public_key_of(place / "key.pem"))).digest


def report(place: Path, out: Path, signer: str | None = "gate", **changes: object) -> Path:
    shape = gate_report().model_dump() | {"candidate": digest_of(place)} | changes
    made = type(gate_report()).model_validate(shape)
    if signer is None:
        return made.write(out)
    return write_signed(made, out, SshSigner(place / signer, NAMESPACE))


def test_what_the_gate_allowed_is_kept(place: Path, tmp_path: Path) -> None:
    kept = keeping(place, tmp_path / "store")(
        place / "candidate", report(place, tmp_path / "report.json")
    )

    assert isinstance(kept, Path)
    assert (kept / "manifest.json").is_file()


@pytest.mark.parametrize("signer", ["someone", None])
def test_a_report_that_the_gate_did_not_sign_keeps_nothing(
    signer: str | None, place: Path, tmp_path: Path
) -> None:
    file = report(place, tmp_path / "report.json", signer)

    assert isinstance(keeping(place, tmp_path / "store")(place / "candidate", file), Refusal)
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("hours", [-1, 0])
def test_a_report_of_a_key_that_was_rotated_out_keeps_nothing_whatever_its_date(
    hours: int, place: Path, tmp_path: Path
) -> None:
    until = NOW + timedelta(hours=hours)
    signers = tmp_path / "signers"
    valid = f'",valid-before="{until:%Y%m%d%H%M%S}Z" ssh'
    signers.write_text((place / "gate.signers").read_text().replace('" ssh', valid))
    file = report(place, tmp_path / "report.json", decided_at=NOW - timedelta(days=30))

    before = keeping(place, tmp_path / "before", signers=signers, at=until - timedelta(seconds=1))
    after = keeping(place, tmp_path / "after", signers=signers, at=until + timedelta(seconds=1))

    assert isinstance(before(place / "candidate", file), Path)
    refused = after(place / "candidate", file)
    assert isinstance(refused, Refusal)
    assert "expired" in refused.reason
    assert not (tmp_path / "after").exists()


def test_an_undecided_report_keeps_nothing(place: Path, tmp_path: Path) -> None:
    lacking = gate_report().rules[0].model_copy(update={"outcome": "missing", "value": None})
    file = report(place, tmp_path / "report.json", decision="undecided", rules=(lacking,))

    kept = keeping(place, tmp_path / "store")(place / "candidate", file)

    assert kept == Refusal("the gate's decision is undecided")
    assert not (tmp_path / "store").exists()


def test_another_candidate_than_the_reports_is_not_kept(place: Path, tmp_path: Path) -> None:
    file = report(place, tmp_path / "report.json", candidate=DIGEST)

    with pytest.raises(InvalidArtifact, match="its digest is"):
        keeping(place, tmp_path / "store")(place / "candidate", file)

    assert list((tmp_path / "store").iterdir()) == []


def test_a_link_among_the_candidates_files_is_not_kept(place: Path, tmp_path: Path) -> None:
    shutil.copytree(place / "candidate", tmp_path / "candidate")
    (tmp_path / "candidate/more").symlink_to("/etc/passwd")
    file = report(place, tmp_path / "report.json")

    with pytest.raises(ArtifactError, match="symbolic link"):
        keeping(place, tmp_path / "store")(tmp_path / "candidate", file)
