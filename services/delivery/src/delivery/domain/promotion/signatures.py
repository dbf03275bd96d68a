"""SSH signatures: whose key made one, and for what. Whether it holds over bytes is ssh-keygen's."""

import base64
import binascii
import re
import struct
from dataclasses import dataclass
from typing import Final

_BEGIN, _END = b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----"
_MAGIC: Final = b"SSHSIG"
_SIGNERS_LINE: Final = re.compile(
    r'^(?P<names>\S+)(?: namespaces="(?P<namespaces>[^"]*)")? '
    r"(?P<key>(?:ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/=]+)(?: .*)?$"
)


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
    """A key of a service, from a file of allowed signers: `gate namespaces="..." ssh-ed25519 A`."""

    principal: str
    namespaces: frozenset[str]
    key: str


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
    """Read a file of allowed signers. A line with other options than namespaces allows nobody."""
    found = (_SIGNERS_LINE.match(line.strip()) for line in text.splitlines())
    return tuple(
        ServiceKey(name, frozenset((line["namespaces"] or "").split(",")), line["key"])
        for line in found
        if line
        for name in line["names"].split(",")
    )


def service_of(keys: tuple[ServiceKey, ...], signature: Signature) -> str | None:
    """Name the service that a signature is of, for the namespace that it was made in."""
    return next(
        (
            one.principal
            for one in keys
            if one.key == signature.key and signature.namespace in one.namespaces
        ),
        None,
    )
