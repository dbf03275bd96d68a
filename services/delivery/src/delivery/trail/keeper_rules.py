"""What the keeper of keys and log does for whom, and what must hold before it begins.

A key signs in its own namespaces alone. Entries of the audit log and its head are signed by the
keeper itself, when it has written them: nobody may ask for a signature in `plinth-audit`.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import PurePath
from types import MappingProxyType
from typing import Final

from pydantic import ValidationError

from artifacts.errors import UnreadableRecord
from artifacts.records.audit import AuditEvent
from artifacts.records.keeper import KeeperAnswer, KeeperRequest, KeyName
from artifacts.records.record import parse_json
from artifacts.ssh_signatures import Namespace
from artifacts.text import plain

NAMESPACES: Final[Mapping[KeyName, tuple[Namespace, ...]]] = MappingProxyType(
    {
        "gate": ("plinth-gate-report", "plinth-evidence"),
        "delivery": ("plinth-image", "git"),
        "reproduction": ("plinth-reproduction",),
    }
)
"""What others may have signed with each key."""
LARGEST_LINE: Final = 4096
"""Bytes of a request's first line, with its end."""
LARGEST: Final = MappingProxyType({"sign": 32 << 20, "append": 1 << 20, "about": 0})
"""Bytes that may follow it, by what is asked."""
NOBODY: Final = 65534
"""The number that the kernel shows for a user whom it can't name here."""
WRITABLE_BY_OTHERS: Final = 0o022
STICKY: Final = 0o1000
_REASON: Final = 1000


@dataclass(frozen=True)
class PathFacts:
    """What the file system says of a file or folder: its owner and the bits of its mode."""

    path: PurePath
    owner: int
    mode: int


def unusable_peers(allowed: AbstractSet[int], own: int) -> str:
    """Return why a list of users can't be the keeper's, or "" where it can.

    `own` is the keeper's user: whoever runs as it reads the keys without asking.
    """
    if not allowed:
        return "nobody may ask: name at least one user with --allow"
    if own in allowed:
        return (
            f"user {own} is the keeper's own, and reads the keys without asking. Run the keeper as "
            "a user of its own"
        )
    odd = [uid for uid in sorted(allowed) if uid < 0 or uid == NOBODY]
    if odd:
        return f"user {odd[0]} is nobody's number: whoever the kernel can't name here has it"
    return ""


def peer_refused(uid: int, allowed: AbstractSet[int]) -> KeeperAnswer | None:
    """Return the answer to a user who may ask nothing, or None for one who may."""
    if uid in allowed:
        return None
    reason = f"user {uid} is not allowed. Fix: start the keeper with --allow {uid}"
    return KeeperAnswer(outcome="refused", reason=reason)


def read_request(line: bytes) -> KeeperRequest | KeeperAnswer:
    """Return a request's first line as what is asked, or the answer that refuses it."""
    if len(line) > LARGEST_LINE:
        return _malformed(f"its first line is over {LARGEST_LINE:,} bytes")
    if not line.endswith(b"\n"):
        return _malformed("its first line has no end")
    try:
        parse_json(line.decode(), "its first line")
        asked = KeeperRequest.model_validate_json(line)
    except (ValueError, UnreadableRecord) as exc:
        return _malformed(_said(exc))
    return _request_refused(asked) or asked


def _request_refused(asked: KeeperRequest) -> KeeperAnswer | None:
    limit = LARGEST[asked.request]
    if asked.size > limit:
        return _refused(f"{asked.size:,} bytes are too many for {asked.request}: {limit:,} may be")
    if asked.request != "sign":
        return None
    if asked.key is None or asked.namespace is None:
        return _malformed("to sign, `key` and `namespace` must be named")
    allowed = NAMESPACES[asked.key]
    if asked.namespace not in allowed:
        known = " and ".join(allowed)
        return _refused(f"the key {asked.key} signs {known}, and never {asked.namespace}")
    return None


def read_event(body: bytes) -> AuditEvent | KeeperAnswer:
    """Return what is to be added to the log, or the answer that refuses it."""
    try:
        parse_json(body.decode(), "the event")
        event = AuditEvent.model_validate_json(body)
    except (ValueError, UnreadableRecord) as exc:
        return _malformed(_said(exc))
    if event.event == "restart":
        return _refused(
            "a log is begun anew by the keeper's own user alone: stop the keeper, and as that user "
            "run `delivery restart-audit --reason TEXT` without PLINTH_KEEPER"
        )
    return event


def unsafe_key(facts: PathFacts, own: int) -> str:
    """Return why a key can't be kept as it lies, or "" where only the keeper can read it."""
    if facts.owner != own:
        return f"{facts.path} belongs to user {facts.owner}. Fix: chown {own} {facts.path}"
    if facts.mode & 0o077:
        return f"{facts.path} is open to others. Fix: chmod 0600 {facts.path}"
    return ""


def unsafe_file(facts: PathFacts, own: int) -> str:
    """Return why a file of the log isn't the keeper's alone to write, or ""."""
    if facts.owner != own:
        return f"{facts.path} belongs to user {facts.owner}. Fix: chown {own} {facts.path}"
    if facts.mode & WRITABLE_BY_OTHERS:
        return f"{facts.path} can be written by others. Fix: chmod go-w {facts.path}"
    return ""


def unsafe_folder(facts: PathFacts, own: int, *, innermost: bool) -> str:
    """Return why somebody else could replace what lies in a folder, or "".

    Above the innermost folder one that many write to is safe where it is sticky, as /tmp is.
    """
    if facts.owner not in {0, own}:
        return (
            f"the folder {facts.path} belongs to user {facts.owner}, who can replace what is in "
            f"it. Fix: chown {own} {facts.path}"
        )
    if facts.mode & WRITABLE_BY_OTHERS and (innermost or not facts.mode & STICKY):
        return f"the folder {facts.path} can be written by others. Fix: chmod go-w {facts.path}"
    return ""


def _refused(reason: str) -> KeeperAnswer:
    return KeeperAnswer(outcome="refused", reason=reason)


def _malformed(reason: str) -> KeeperAnswer:
    return KeeperAnswer(outcome="malformed", reason=f"the request can't be read: {reason}")


def _said(exc: Exception) -> str:
    if isinstance(exc, ValidationError):
        problems = [
            f"{'.'.join(map(str, one['loc'])) or 'document'}: {one['msg']}" for one in exc.errors()
        ]
        return plain("; ".join(problems[:5]), _REASON)
    return plain(exc, _REASON)
