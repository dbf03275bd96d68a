"""Signed statements: records that one service makes and another must be able to believe.

A record lies in a file, its SSH signature beside it with `.sig` added (`ssh-keygen -Y`, as git uses
for commits). A signature holds for one namespace, so that what was signed as one kind of statement
is never taken for another, and for a principal whose key a file of allowed signers lists. Anyone
can check it by hand:

    ssh-keygen -Y verify -f SIGNERS -I gate -n plinth-gate-report -s X.json.sig < X.json

A signature is judged at the time of its statement, in UTC: a key that was rotated out (a line with
`valid-before=`) goes on vouching for what it signed before. By hand: `TZ=UTC ssh-keygen -Y verify
-Overify-time=20260301120000Z ...`.
"""

import subprocess
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from artifacts.errors import SignatureRefused, SigningFailed, UnreadableRecord
from artifacts.records.record import Record, parse_json

Namespace = Literal[
    "plinth-gate-report",
    "plinth-evidence",
    "plinth-reproduction",
    "plinth-approval",
    "plinth-audit",
    "plinth-image",
    "git",  # commits of proposals
]
Statement = TypeVar("Statement", bound=Record)
SUFFIX = ".sig"
_NO_COMMAND = 127


class StatementSigner(Protocol):
    """Signs bytes."""

    def sign(self, data: bytes) -> bytes:
        """Return a signature of the bytes; SigningFailed where there is no key to sign with."""


class StatementVerifier(Protocol):
    """Verifies signatures of bytes."""

    def verify(self, data: bytes, signature: bytes, at: datetime | None = None, /) -> None:
        """Return if the signature holds at a time, by default now; SignatureRefused if not."""


@dataclass(frozen=True)
class SshSigner:
    """Signs with an SSH private key that has no passphrase."""

    private_key: Path
    namespace: Namespace

    def sign(self, data: bytes) -> bytes:
        """Return an armoured SSH signature of the bytes; SigningFailed."""
        if not self.private_key.is_file():
            raise SigningFailed(self.private_key, "there is no such key: create it (`make setup`)")
        done = _ssh_keygen(
            "-Y", "sign", "-q", "-f", str(self.private_key), "-n", self.namespace, data=data
        )
        if done.returncode or not done.stdout:
            raise SigningFailed(self.private_key, _said(done))
        return done.stdout


@dataclass(frozen=True)
class SshVerifier:
    """Verifies against a file of allowed signers, for one principal in it."""

    signers: Path
    principal: str
    namespace: Namespace

    def verify(self, data: bytes, signature: bytes, at: datetime | None = None) -> None:
        """Return if a key that counts at a time signed the bytes; SignatureRefused if none did.

        Without a time it is judged now.
        """
        if not self.signers.is_file():
            raise SignatureRefused(self.signers, "this file of allowed signers is missing")
        if at is not None and at.tzinfo is None:
            raise SignatureRefused(self.signers, f"the statement's time {at} has no time zone")
        moment = () if at is None else (f"-Overify-time={_moment(at)}",)
        with tempfile.TemporaryDirectory(prefix="plinth-") as private:
            beside = Path(private) / "signature"
            beside.write_bytes(signature)
            done = _ssh_keygen(
                *("-Y", "verify", "-f", str(self.signers), "-I", self.principal),
                *("-n", self.namespace, "-s", str(beside), *moment),
                data=data,
            )
        if done.returncode:
            known = f"it isn't {self.principal}'s, or not of these bytes: {_said(done)}"
            raise SignatureRefused(self.signers, known)


def write_signed(record: Record, path: Path, signer: StatementSigner) -> Path:
    """Write a record and, beside it, its signature; return the record's path. SigningFailed."""
    record.write(path)
    signature_of(path).write_bytes(signer.sign(path.read_bytes()))
    return path


def read_signed(
    kind: type[Statement],
    path: Path,
    verifier: StatementVerifier,
    *,
    new_at: datetime | None = None,
) -> Statement:
    """Read a record whose signature holds: what was verified is what is parsed.

    The signature is judged at the time that the record states (`Record.stated_at`), and now where
    it states none. A record that was just made (`new_at`) must be signed by a key that counts then,
    too: a key that was rotated out signs nothing new, whatever time it writes into it.

    Raises SignatureRefused where the signature is missing or isn't of these bytes, and
    UnreadableRecord where the record is missing or malformed.
    """
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise UnreadableRecord(str(path), (str(exc),)) from exc
    try:
        signature = signature_of(path).read_bytes()
    except OSError as exc:
        raise SignatureRefused(path, f"there is no signature beside it: {exc}") from exc
    try:
        record = kind.parse(parse_json(data.decode(errors="replace"), str(path)), str(path))
    except UnreadableRecord:
        _verify(verifier, path, data, signature, new_at)
        raise
    _verify(verifier, path, data, signature, record.stated_at)
    if new_at is not None:
        _verify(verifier, path, data, signature, new_at)
    return record


def signature_of(path: Path) -> Path:
    """Return where a statement's signature lies."""
    return path.with_name(path.name + SUFFIX)


def create_statement_key(
    private_key: Path, signers: Path, principal: str, namespaces: tuple[Namespace, ...]
) -> None:
    """Create an Ed25519 key and a file that allows it, where there is none; SigningFailed.

    An existing file is never touched. FileExistsError where the signers' file alone is there: it
    may be what others trust.
    """
    if private_key.exists():
        return
    if signers.exists():
        raise FileExistsError(
            f"{signers} is there, and its private key {private_key} is not: bring the private key "
            "back, or move the file away"
        )
    private_key.parent.mkdir(parents=True, exist_ok=True)
    signers.parent.mkdir(parents=True, exist_ok=True)
    options = ("-q", "-t", "ed25519", "-N", "", "-C", principal, "-f", str(private_key))
    done = _ssh_keygen(*options)
    if done.returncode:
        raise SigningFailed(private_key, _said(done))
    public = private_key.with_name(private_key.name + ".pub").read_text(encoding="utf-8")
    kind, key, *_ = public.split()
    line = f'{principal} namespaces="{",".join(namespaces)}" {kind} {key}\n'
    with signers.open("x", encoding="utf-8") as file:
        file.write(line)


def _verify(
    verifier: StatementVerifier, path: Path, data: bytes, signature: bytes, at: datetime | None
) -> None:
    try:
        verifier.verify(data, signature, at)
    except SignatureRefused as exc:
        raise SignatureRefused(path, exc.reason) from exc


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ")


def _ssh_keygen(*arguments: str, data: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    # OpenSSH reads times of a signers' file in the local zone where they have no Z.
    done = subprocess.run(  # noqa: S603 - arguments are paths and words of ours
        ["/usr/bin/env", "TZ=UTC", "ssh-keygen", *arguments],
        input=data,
        capture_output=True,
        check=False,
    )
    if done.returncode == _NO_COMMAND:
        reason = "the command ssh-keygen is missing: install OpenSSH's client"
        raise SigningFailed(Path("ssh-keygen"), reason)
    return done


def _said(done: "subprocess.CompletedProcess[bytes]") -> str:
    text = (done.stderr + done.stdout).decode(errors="replace")
    return " ".join(text.split()) or f"ssh-keygen ended with {done.returncode}"
