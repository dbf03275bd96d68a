"""Statements that one service signs and another believes, and those that it must not."""

import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from artifacts.errors import SignatureRefused, SigningFailed, UnreadableRecord
from artifacts.records.release import FirstRelease
from artifacts.ssh_keygen import SshSigner, SshVerifier, create_statement_key
from artifacts.statements import read_signed, signature_of, write_signed

GATE, EVIDENCE = "plinth-gate-report", "plinth-evidence"
STATEMENT = FirstRelease.model_validate(
    {"reason": "a reason that is long enough", "stated_on": "2026-11-22"}
)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    create_statement_key(tmp_path / "gate", tmp_path / "gate.signers", "gate", (GATE,))
    return tmp_path / "gate"


@pytest.fixture
def verifier(key: Path) -> SshVerifier:
    return SshVerifier(key.with_name("gate.signers"), "gate", GATE)


@pytest.fixture
def signed(key: Path) -> Path:
    return write_signed(STATEMENT, key.with_name("report.json"), SshSigner(key, GATE))


def test_what_was_signed_is_read(signed: Path, verifier: SshVerifier) -> None:
    assert read_signed(FirstRelease, signed, verifier) == STATEMENT


@pytest.mark.parametrize("step", range(4))
def test_whoever_is_killed_while_writing_leaves_no_record_under_anothers_signature(
    signed: Path, key: Path, verifier: SshVerifier, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Killed before each of the four changes to the folder; writing again mends it."""
    later = STATEMENT.model_copy(update={"reason": "another reason that is long enough"})
    left = [step]

    def killing(done: Callable[..., object]) -> Callable[..., object]:
        def call(path: Path, *args: object, **kwargs: object) -> object:
            if path.parent == signed.parent and path.name.startswith("report.json"):
                if not left[0]:
                    raise KeyboardInterrupt
                left[0] -= 1
            return done(path, *args, **kwargs)

        return call

    with monkeypatch.context() as patch:
        for name in ("unlink", "write_bytes", "write_text", "replace"):
            patch.setattr(Path, name, killing(getattr(Path, name)))
        with pytest.raises(KeyboardInterrupt):
            write_signed(later, signed, SshSigner(key, GATE))

    if signed.exists():
        assert read_signed(FirstRelease, signed, verifier) == STATEMENT
    write_signed(later, signed, SshSigner(key, GATE))
    assert read_signed(FirstRelease, signed, verifier) == later


def test_one_changed_character_is_refused(signed: Path, verifier: SshVerifier) -> None:
    signed.write_text(signed.read_text().replace("long", "wide"))

    with pytest.raises(SignatureRefused, match=r"report\.json is refused"):
        read_signed(FirstRelease, signed, verifier)


def test_a_statement_without_a_signature_is_refused(signed: Path, verifier: SshVerifier) -> None:
    signature_of(signed).unlink()

    with pytest.raises(SignatureRefused, match="no signature beside it"):
        read_signed(FirstRelease, signed, verifier)


@pytest.mark.parametrize("text", ["", "no signature", "-----BEGIN SSH SIGNATURE-----\n"])
def test_what_is_no_signature_is_refused(signed: Path, verifier: SshVerifier, text: str) -> None:
    signature_of(signed).write_text(text)

    with pytest.raises(SignatureRefused):
        read_signed(FirstRelease, signed, verifier)


def test_another_key_is_refused(signed: Path, verifier: SshVerifier, tmp_path: Path) -> None:
    create_statement_key(tmp_path / "other", tmp_path / "other.signers", "gate", (GATE,))
    write_signed(STATEMENT, signed, SshSigner(tmp_path / "other", GATE))

    with pytest.raises(SignatureRefused):
        read_signed(FirstRelease, signed, verifier)


def test_another_principal_of_the_same_file_is_refused(signed: Path, key: Path) -> None:
    with pytest.raises(SignatureRefused):
        read_signed(
            FirstRelease, signed, SshVerifier(key.with_name("gate.signers"), "training", GATE)
        )


def test_a_signature_of_another_kind_of_statement_is_refused(signed: Path, key: Path) -> None:
    """Whoever may sign evidence has not thereby signed a gate report."""
    write_signed(STATEMENT, signed, SshSigner(key, EVIDENCE))

    with pytest.raises(SignatureRefused):
        read_signed(FirstRelease, signed, SshVerifier(key.with_name("gate.signers"), "gate", GATE))


def test_a_key_signs_only_what_its_line_allows(key: Path) -> None:
    data = b"evidence"
    signature = SshSigner(key, EVIDENCE).sign(data)

    with pytest.raises(SignatureRefused):
        SshVerifier(key.with_name("gate.signers"), "gate", EVIDENCE).verify(data, signature)


def test_a_signature_of_a_stated_time_is_asked_about_once_for_the_same_signers(
    key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What held holds for good: but of other bytes, at another time and by other signers anew."""
    signers, at = key.with_name("gate.signers"), datetime(2026, 11, 22, tzinfo=UTC)
    verifier, signature = SshVerifier(signers, "gate", GATE), SshSigner(key, GATE).sign(b"it")
    verifier.verify(b"it", signature, at)
    monkeypatch.setenv("PATH", "/nowhere")

    verifier.verify(b"it", signature, at)

    for data, moment in ((b"it", at + timedelta(seconds=1)), (b"it", None), (b"that", at)):
        with pytest.raises(SigningFailed, match="ssh-keygen is missing"):
            verifier.verify(data, signature, moment)
    signers.write_text(signers.read_text().replace("gate ", 'gate valid-before="20260101" '))
    monkeypatch.undo()
    with pytest.raises(SignatureRefused):
        verifier.verify(b"it", signature, at)


def test_without_allowed_signers_nothing_is_believed(signed: Path, tmp_path: Path) -> None:
    with pytest.raises(SignatureRefused, match="missing"):
        read_signed(FirstRelease, signed, SshVerifier(tmp_path / "none", "gate", GATE))


def test_a_missing_key_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SigningFailed, match="make setup"):
        SshSigner(tmp_path / "none", GATE).sign(b"report")


def test_a_file_that_is_no_key_signs_nothing(tmp_path: Path) -> None:
    (tmp_path / "none").write_text("no key")

    with pytest.raises(SigningFailed):
        SshSigner(tmp_path / "none", GATE).sign(b"report")


def test_without_ssh_keygen_nothing_is_signed(key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(key.parent))

    with pytest.raises(SigningFailed, match="OpenSSH"):
        SshSigner(key, GATE).sign(b"report")


def test_a_missing_statement_is_unreadable(verifier: SshVerifier, tmp_path: Path) -> None:
    with pytest.raises(UnreadableRecord):
        read_signed(FirstRelease, tmp_path / "none.json", verifier)


def test_the_private_key_is_for_its_owner_alone(key: Path) -> None:
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_an_existing_key_stays(key: Path) -> None:
    before = key.read_bytes()

    create_statement_key(key, key.with_name("gate.signers"), "gate", (GATE,))

    assert key.read_bytes() == before


def test_signers_without_their_key_are_not_overwritten(key: Path) -> None:
    key.unlink()

    with pytest.raises(FileExistsError, match="bring the private key back"):
        create_statement_key(key, key.with_name("gate.signers"), "gate", (GATE,))
