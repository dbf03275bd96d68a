"""SSH signatures: whose key made one, and for what. Whether it holds over bytes is ssh-keygen's."""

import base64
import binascii
import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

Namespace = Literal[
    "plinth-gate-report",
    "plinth-evidence",
    "plinth-reproduction",
    "plinth-approval",
    "plinth-audit",
    "plinth-image",
    "git",  # commits of proposals
]
"""What a signature is for: one of a kind of statement is never taken for another."""
APPROVAL: Final = "plinth-approval"
GATE_REPORT: Final = "plinth-gate-report"
COMMIT: Final = "git"
_BEGIN, _END = b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----"
_MAGIC: Final = b"SSHSIG"
_OPTION: Final = r'[a-z-]+="[^"]*"'
_SIGNERS_LINE: Final = re.compile(
    rf"^(?P<names>\S+) (?P<options>{_OPTION}(?:,{_OPTION})*) "
    r"(?P<key>(?:ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/=]+)(?: .*)?$"
)
_TIMES: Final = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
"""OpenSSH's forms of a time, by how many digits they have."""


@dataclass(frozen=True)
class Signature:
    """A signature as it was found: key and namespace are empty where it can't be read.

    `problem` says why it doesn't hold over the bytes that it lies beside; empty if it does.
    """

    key: str
    namespace: str
    problem: str = ""


MISSING: Final = Signature("", "", "it is not signed")


@dataclass(frozen=True)
class ServiceKey:
    """A key of a service, from a file of allowed signers: `gate namespaces="..." ssh-ed25519 A`.

    It counts from `valid_after` to `valid_before`, both included; None is no bound.
    """

    principal: str
    namespaces: frozenset[str]
    key: str
    valid_after: datetime | None = None
    valid_before: datetime | None = None

    def counts_at(self, at: datetime) -> bool:
        """Whether the key counts at a time, to the second, as OpenSSH has it."""
        if at.tzinfo is None:
            return False
        second = at.astimezone(UTC).replace(microsecond=0)
        after, before = self.valid_after, self.valid_before
        return (after is None or after <= second) and (before is None or second <= before)


def read_signature(armoured: bytes) -> Signature | None:
    """Read key and namespace out of an armoured signature; None where it is none.

    The format is OpenSSH's PROTOCOL.sshsig, version 1.
    """
    body = b"".join(armoured.strip().splitlines())
    if not (body.startswith(_BEGIN) and body.endswith(_END)):
        return None
    try:
        blob = base64.b64decode(body[len(_BEGIN) : -len(_END)], validate=True)
        if blob[:6] != _MAGIC or struct.unpack_from(">I", blob, 6) != (1,):
            return None
        key, rest = _string(blob[10:])
        namespace, _ = _string(rest)
        kind, _ = _string(key)
        named = f"{kind.decode('ascii')} {base64.b64encode(key).decode()}"
        return Signature(named, namespace.decode("utf-8"))
    except (binascii.Error, struct.error, UnicodeDecodeError):
        return None


def _string(data: bytes) -> tuple[bytes, bytes]:
    (size,) = struct.unpack_from(">I", data)
    if len(data) < 4 + size:
        raise struct.error("shorter than it says")
    return data[4 : 4 + size], data[4 + size :]


def read_signers(text: str) -> tuple[ServiceKey, ...]:
    """Read a file of allowed signers; times are read as UTC, with and without a Z at the end.

    A line allows nobody that has no namespaces, or an option that is none of namespaces,
    valid-after and valid-before, or one of them twice, or a time that is none.
    """
    return tuple(key for line in text.splitlines() for key in _keys_of(line.strip()))


def _keys_of(line: str) -> tuple[ServiceKey, ...]:
    found = _SIGNERS_LINE.match(line)
    if found is None:
        return ()
    pairs = re.findall(r'([a-z-]+)="([^"]*)"', found["options"])
    options = dict(pairs)
    if len(options) != len(pairs) or options.keys() - {"namespaces", "valid-after", "valid-before"}:
        return ()
    try:
        after, before = (
            _time(options[name]) if name in options else None
            for name in ("valid-after", "valid-before")
        )
    except ValueError:
        return ()
    namespaces = frozenset(filter(None, options.get("namespaces", "").split(",")))
    return tuple(
        ServiceKey(name, namespaces, found["key"], after, before)
        for name in found["names"].split(",")
    )


def _time(text: str) -> datetime:
    digits = text.removesuffix("Z")
    if not digits.isdecimal() or len(digits) not in _TIMES:
        raise ValueError(text)
    return datetime.strptime(digits, _TIMES[len(digits)]).replace(tzinfo=UTC)


def service_of(keys: tuple[ServiceKey, ...], signature: Signature, at: datetime) -> str | None:
    """Name the service whose key made a signature in its namespace, if it counts at a time.

    The time is that of the signed statement; what a change newly brings must hold now as well.
    """
    return next((one.principal for one in _lines(keys, signature) if one.counts_at(at)), None)


def counts_until(keys: tuple[ServiceKey, ...], signature: Signature) -> datetime | None:
    """Return when the key of a signature last counts, or None where it isn't listed or bounded."""
    ends = [one.valid_before for one in _lines(keys, signature)]
    return None if not ends or None in ends else max(filter(None, ends))


def _lines(keys: tuple[ServiceKey, ...], signature: Signature) -> tuple[ServiceKey, ...]:
    return tuple(
        one for one in keys if one.key == signature.key and signature.namespace in one.namespaces
    )
