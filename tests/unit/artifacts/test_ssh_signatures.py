"""Signatures and files of allowed signers, as text."""

import base64
import struct
from datetime import UTC, datetime

import pytest

from artifacts.ssh_signatures import (
    Signature,
    read_signature,
    read_signers,
    service_of,
)


def string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def armoured(blob: bytes) -> bytes:
    text = base64.encodebytes(blob)
    return b"-----BEGIN SSH SIGNATURE-----\n" + text + b"-----END SSH SIGNATURE-----\n"


KEY = string(b"ssh-ed25519") + string(b"k" * 32)
BLOB = b"SSHSIG" + struct.pack(">I", 1) + string(KEY) + string(b"git") + string(b"")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMED = f"ssh-ed25519 {base64.b64encode(KEY).decode()}"


def test_key_and_namespace_are_read():
    assert read_signature(armoured(BLOB)) == Signature(NAMED, "git")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nothing",
        armoured(b""),
        armoured(b"OTHERS" + BLOB[6:]),
        armoured(b"SSHSIG" + struct.pack(">I", 2) + BLOB[10:]),
        armoured(BLOB[:20]),
        armoured(BLOB[:10] + struct.pack(">I", 2**31) + b"x"),
        armoured(BLOB) + armoured(BLOB),
        b"-----BEGIN SSH SIGNATURE-----\n!!!!\n-----END SSH SIGNATURE-----\n",
    ],
)
def test_anything_else_is_no_signature(data):
    assert read_signature(data) is None


def test_signers_count_for_the_namespaces_that_they_name():
    keys = read_signers(f'# words\n\ngate namespaces="a,b" {NAMED} comment\n')
    assert [service_of(keys, Signature(NAMED, space), NOW) for space in ("a", "b", "c")] == [
        "gate", "gate", None,
    ]  # fmt: skip
    assert service_of(keys, Signature("ssh-ed25519 other", "a"), NOW) is None


@pytest.mark.parametrize(
    "line",
    [
        f"gate {NAMED}",
        f'gate cert-authority,namespaces="a" {NAMED}',
        f'gate namespaces="a",valid-before="20200101" {NAMED}',
        f'gate namespaces="a",valid-after="20280101" {NAMED}',
        f'gate namespaces="a",valid-before="20281301" {NAMED}',
        f'gate namespaces="a",valid-before="soon" {NAMED}',
        f'gate namespaces="a",namespaces="a" {NAMED}',
        f'gate valid-before="20200101" {NAMED}',
        f'gate namespaces="" {NAMED}',
    ],
)
def test_a_line_that_says_something_else_allows_nobody(line):
    assert service_of(read_signers(line), Signature(NAMED, "a"), NOW) is None
