"""Signing as a person: by a private key, or through ssh-agent by its public half.

ssh-keygen says of most keys that can't sign only that they can't be loaded. So each is looked at
first, and what is wrong is said in the words of what to type. Nothing waits for a passphrase where
no terminal could ask for it.
"""

import base64
import binascii
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Final

from artifacts.errors import SigningFailed
from artifacts.text import plain

NAMESPACE: Final = "plinth-approval"
_LARGEST: Final = 64 << 10
_SECONDS: Final = 60
"""For a key that wants to be touched. With a terminal there is no limit: a person may think."""
_PUBLIC: Final = (b"ssh-", b"ecdsa-", b"sk-")
_BEGIN: Final = b"-----BEGIN "
_OPENSSH: Final = b"openssh-key-v1\0"
_OPEN_TO_OTHERS: Final = 0o077

_PUTTY: Final = (
    "it is PuTTY's own format. Type: puttygen KEY -O private-openssh -o id_ed25519 (or PuTTYgen, "
    "Conversions, Export OpenSSH key), and sign with that"
)
_CRLF: Final = "its lines end in CRLF, as Windows writes them, and OpenSSH can't read that. Type:"
_OPEN: Final = "others could read it, and OpenSSH won't use such a key. Type:"
_NO_KEY: Final = "it is no SSH key: give --key your private key, or the .pub of one in ssh-agent"


def sign_as_person(key: Path, data: bytes) -> bytes:
    """Return an armoured SSH signature of an approval's bytes; SigningFailed says what to type.

    `key` is a private key, or a public one whose private half ssh-agent holds.
    """
    key = key.expanduser()
    if fault := key_fault(key):
        raise SigningFailed(key, fault)
    program = shutil.which("ssh-keygen")
    if program is None:
        reason = "the command ssh-keygen is missing: install OpenSSH's client"
        raise SigningFailed(Path("ssh-keygen"), reason)
    terminal = sys.stdin is not None and sys.stdin.isatty()
    words = [program, "-Y", "sign", "-q", "-f", str(key), "-n", NAMESPACE]
    # Alone in a session a process has no terminal to ask at; a window is asked for as little.
    quiet = ["/usr/bin/env", "SSH_ASKPASS_REQUIRE=never"]
    try:
        done = subprocess.run(  # noqa: S603 - words of ours and a path
            words if terminal else [*quiet, *words],
            input=data,
            capture_output=True,
            check=False,
            timeout=None if terminal else _SECONDS,
            start_new_session=not terminal,
        )
    except subprocess.TimeoutExpired as exc:
        reason = f"nothing answered within {_SECONDS} s: was the key to be touched, or unlocked?"
        raise SigningFailed(key, reason) from exc
    if done.returncode or not done.stdout:
        said = plain(done.stderr.decode(errors="replace"), 400)
        raise SigningFailed(key, _reason(key, said, terminal=terminal))
    return done.stdout


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
        (
            opened,
            f"its mode is {stat.S_IMODE(mode):04o}: {_OPEN} chmod 600 {key}",
        ),
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


def _reason(key: Path, said: str, *, terminal: bool) -> str:
    """Return why ssh-keygen signed nothing, with what to type."""
    if key.read_bytes().startswith(_PUBLIC):
        return (
            "it is a public key, and neither ssh-agent nor the file beside it has its private "
            f"half. Type: ssh-add {key.with_suffix('')} (or give --key the private key): {said}"
        )
    if has_passphrase(key) and not terminal:
        return (
            "it has a passphrase, and there is no terminal to ask for it. Type: ssh-add "
            f"{key}, then this again; or run this in a terminal"
        )
    if has_passphrase(key):
        return f"its passphrase was wrong, or not given. Type this again, or ssh-add {key}: {said}"
    return f"ssh-keygen can't use it: {said}"
