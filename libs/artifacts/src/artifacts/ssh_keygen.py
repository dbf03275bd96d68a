"""Signing and verifying with OpenSSH's ssh-keygen: every place that starts it is here.

A signature holds for one namespace, so that what was signed as one kind of statement is never taken
for another, and for a principal whose key a file of allowed signers lists. Anyone can check it:

    ssh-keygen -Y verify -f SIGNERS -I gate -n plinth-gate-report -s X.json.sig < X.json

A signature is judged at the time of its statement, in UTC: a key that was rotated out (a line with
`valid-before=`) goes on vouching for what it signed before. By hand: `TZ=UTC ssh-keygen -Y verify
-Overify-time=20260301120000Z ...`.
"""

import base64
import binascii
import hashlib
import os
import re
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from artifacts.errors import SignatureRefused, SigningFailed
from artifacts.ssh_signatures import MISSING, Namespace, Signature, read_signature
from artifacts.text import plain

_NAMESPACE: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_KEY: Final = re.compile(r"(ssh-ed25519|ssh-rsa|ecdsa-sha2-\w+|sk-[a-z0-9@.-]+) [A-Za-z0-9+/=]+")
_WHO: Final = "signer"
_NO_COMMAND: Final = 127
_LARGEST: Final = 64 << 10
_SECONDS: Final = 60
"""For a key that wants to be touched. With a terminal there is no limit: a person may think."""
_PUBLIC: Final = (b"ssh-", b"ecdsa-", b"sk-")
_BEGIN: Final = b"-----BEGIN "
_OPENSSH: Final = b"openssh-key-v1\0"
_OPEN_TO_OTHERS: Final = 0o077
_HELD: Final[set[bytes]] = set()
"""Digests of all that an answer of ssh-keygen rests on, of signatures that held in this process.

Judged against the key that it names or at a stated time, a signature holds for good; now, it isn't.
"""

_PUTTY: Final = (
    "it is PuTTY's own format. Type: puttygen KEY -O private-openssh -o id_ed25519 (or PuTTYgen, "
    "Conversions, Export OpenSSH key), and sign with that"
)
_CRLF: Final = "its lines end in CRLF, as Windows writes them, and OpenSSH can't read that. Type:"
_OPEN: Final = "others could read it, and OpenSSH won't use such a key. Type:"
_NO_KEY: Final = "it is no SSH key: give --key your private key, or the .pub of one in ssh-agent"


@dataclass(frozen=True)
class SshSigner:
    """Signs with a service's SSH private key, which has no passphrase."""

    private_key: Path
    namespace: Namespace

    def sign(self, data: bytes) -> bytes:
        """Return an armoured SSH signature of the bytes; SigningFailed."""
        if not self.private_key.is_file():
            raise SigningFailed(self.private_key, "there is no such key: create it (`make setup`)")
        return _signed(self.private_key, self.namespace, data)


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
        moment = "" if at is None else at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ")
        try:
            allowed = self.signers.read_bytes()
        except OSError as exc:
            reason = f"this file of allowed signers can't be read: {exc.strerror}"
            raise SignatureRefused(self.signers, reason) from exc
        words = (self.principal.encode(), self.namespace.encode(), moment.encode())
        named = b"".join(hashlib.sha256(one).digest() for one in (allowed, *words, data, signature))
        if named in _HELD:
            return
        done = _verify(allowed, self.principal, self.namespace, data, signature, moment)
        if done.returncode:
            known = f"it isn't {self.principal}'s, or not of these bytes: {_said(done)}"
            raise SignatureRefused(self.signers, known)
        if moment:
            _HELD.add(named)


def check_signature(data: bytes, signature: bytes | None) -> Signature:
    """Return whose key signed bytes and for what; its `problem` says why it doesn't hold.

    ssh-keygen checks it against the very key that it names. Whether that key counts, for whom and
    when, the caller decides: ssh-keygen answers every refusal alike, and no reason could be given.
    """
    if not signature:
        return MISSING
    found = read_signature(signature)
    if found is None or not (_NAMESPACE.fullmatch(found.namespace) and _KEY.fullmatch(found.key)):
        return Signature("", "", "its signature can't be read")
    named = hashlib.sha256(data).digest() + hashlib.sha256(signature).digest()
    if named in _HELD:
        return found
    allowed = f'{_WHO} namespaces="{found.namespace}" {found.key}\n'.encode("ascii")
    if _verify(allowed, _WHO, found.namespace, data, signature).returncode == 0:
        _HELD.add(named)
        return found
    return replace(found, problem="its signature is not of these bytes: it was edited after it")


def sign_as_person(key: Path, namespace: Namespace, data: bytes) -> bytes:
    """Return an armoured SSH signature of bytes; SigningFailed says what to type.

    `key` is a private key, or a public one whose private half ssh-agent holds. ssh-keygen says of
    most keys that can't sign only that they can't be loaded, so each is looked at first.
    """
    key = key.expanduser()
    if fault := key_fault(key):
        raise SigningFailed(key, fault)
    return _signed(key, namespace, data)


def key_fault(key: Path) -> str:
    """Return why a file can't be the key of a person, with what to type; "" where it may be one."""
    try:
        mode, data = key.stat().st_mode, b""
        if stat.S_ISREG(mode):
            with key.open("rb") as file:
                data = file.read(_LARGEST)
    except FileNotFoundError:
        return (
            "there is no such file. Give --key your private key (often ~/.ssh/id_ed25519), or the "
            ".pub of one that ssh-agent holds (`ssh-add -L` lists them)"
        )
    except OSError as exc:
        return f"it can't be read: {exc.strerror}"
    if data.startswith(_PUBLIC):
        return ""
    opened = bool(mode & _OPEN_TO_OTHERS) and key.stat().st_uid == os.getuid()
    faults = (
        (not data, "it is a folder, or empty: give --key the file of your private key"),
        (data.startswith(b"PuTTY-User-Key-File"), _PUTTY),
        (_BEGIN not in data[:200], _NO_KEY),
        (
            b"\r" in data,
            f"{_CRLF} tr -d '\\r' <{key} >{key}.lf && chmod 600 {key}.lf, and sign with {key}.lf",
        ),
        (
            not data.endswith(b"\n"),
            f"its last line has no end, and OpenSSH can't read that. Type: echo >>{key}",
        ),
        (opened, f"its mode is {stat.S_IMODE(mode):04o}: {_OPEN} chmod 600 {key}"),
    )
    return next((reason for wrong, reason in faults if wrong), "")


def has_passphrase(key: Path) -> bool:
    """Whether a private key is encrypted; False where it isn't, or can't be told."""
    data = key.read_bytes()[:_LARGEST]
    if b"ENCRYPTED" in data:
        return True
    body = b"".join(line for line in data.splitlines() if not line.startswith(b"-----"))
    try:
        whole = base64.b64decode(body, validate=True)
    except binascii.Error:
        return False
    cipher = whole[len(_OPENSSH) + 4 :].partition(b"\0")[0]
    return whole.startswith(_OPENSSH) and not cipher.startswith(b"none")


def create_key(private_key: Path, comment: str) -> str:
    """Create an Ed25519 key without a passphrase; return its public half, without the comment.

    The public half with its comment lies beside it, in a file with `.pub` added. SigningFailed.
    """
    private_key.parent.mkdir(parents=True, exist_ok=True)
    options = ("-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(private_key))
    done = _ssh_keygen(*options)
    if done.returncode:
        raise SigningFailed(private_key, _said(done))
    public = private_key.with_name(private_key.name + ".pub").read_text(encoding="utf-8")
    return " ".join(public.split()[:2])


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
    public = create_key(private_key, principal)
    signers.parent.mkdir(parents=True, exist_ok=True)
    with signers.open("x", encoding="utf-8") as file:
        file.write(f'{principal} namespaces="{",".join(namespaces)}" {public}\n')


def _signed(key: Path, namespace: Namespace, data: bytes) -> bytes:
    """Return a signature; nothing waits for a passphrase where no terminal could ask for it."""
    terminal = sys.stdin is not None and sys.stdin.isatty()
    words = ("-Y", "sign", "-q", "-f", str(key), "-n", namespace)
    try:
        done = _ssh_keygen(*words, data=data, alone=not terminal)
    except subprocess.TimeoutExpired as exc:
        reason = f"nothing answered within {_SECONDS} s: was the key to be touched, or unlocked?"
        raise SigningFailed(key, reason) from exc
    if not done.returncode and done.stdout:
        return done.stdout
    said = plain(done.stderr.decode(errors="replace"), 400)
    if key.read_bytes().startswith(_PUBLIC):
        reason = (
            "it is a public key, and neither ssh-agent nor the file beside it has its private "
            f"half. Type: ssh-add {key.with_suffix('')} (or give --key the private key): {said}"
        )
    elif has_passphrase(key) and not terminal:
        reason = (
            "it has a passphrase, and there is no terminal to ask for it. Type: ssh-add "
            f"{key}, then this again; or run this in a terminal"
        )
    elif has_passphrase(key):
        reason = (
            f"its passphrase was wrong, or not given. Type this again, or ssh-add {key}: {said}"
        )
    else:
        reason = f"ssh-keygen can't use it: {said}"
    raise SigningFailed(key, reason)


def _verify(
    allowed: bytes, principal: str, namespace: str, data: bytes, signature: bytes, moment: str = ""
) -> "subprocess.CompletedProcess[bytes]":
    """Ask ssh-keygen by these bytes of a file of allowed signers, whoever changes it meanwhile."""
    with tempfile.TemporaryDirectory(prefix="plinth-") as private:
        signers, beside = Path(private) / "allowed", Path(private) / "signature"
        signers.write_bytes(allowed)
        beside.write_bytes(signature)
        words = ("-Y", "verify", "-f", str(signers), "-I", principal, "-n", namespace)
        when = (f"-Overify-time={moment}",) if moment else ()
        return _ssh_keygen(*words, "-s", str(beside), *when, data=data)


def _ssh_keygen(
    *words: str, data: bytes = b"", alone: bool = False
) -> "subprocess.CompletedProcess[bytes]":
    """Run ssh-keygen; SigningFailed without it. Run `alone` it asks at no terminal or window."""
    # OpenSSH reads times of a signers' file in the local zone where they have no Z.
    settings = ("TZ=UTC", *(["SSH_ASKPASS_REQUIRE=never"] if alone else []))
    done = subprocess.run(  # noqa: S603 - arguments are paths and words of ours
        ["/usr/bin/env", *settings, "ssh-keygen", *words],
        input=data,
        capture_output=True,
        check=False,
        timeout=_SECONDS if alone else None,
        start_new_session=alone,
    )
    if done.returncode == _NO_COMMAND:
        reason = "the command ssh-keygen is missing: install OpenSSH's client"
        raise SigningFailed(Path("ssh-keygen"), reason)
    return done


def _said(done: "subprocess.CompletedProcess[bytes]") -> str:
    text = (done.stderr + done.stdout).decode(errors="replace")
    return " ".join(text.split()) or f"ssh-keygen ended with {done.returncode}"
