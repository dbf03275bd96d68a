"""The audit log's bytes: a line an entry, each naming the digest of the one before it.

    {"entry":{...canonical JSON...},"signature":"..."}

The log's head, signed and kept elsewhere, names the last entry by digest; that one names the one
before it, and so on. Whoever changes, moves, drops or adds an entry up to the head must therefore
find other bytes of the same SHA-256, or sign another head. So the head's signature and the chain
vouch for every entry, and a line's own signature is needed for two things only: the one line that a
crash may have left beyond the head, and whoever is handed a single line.

What these two can't show: a log and a head both replaced by older ones that fit each other, both
deleted, or both written anew by who holds the key. So heads are published too, as commits of the
branch `plinth-audit`, which is only added to: whoever has a clone can hold the log to each of them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Final, Protocol

from artifacts.digests import canonical_json, digest_bytes
from artifacts.errors import UnreadableRecord
from artifacts.records.audit import AuditEntry, AuditEvent, AuditHead, Event
from artifacts.records.record import Part, parse_json
from artifacts.text import plain
from delivery.errors import AuditBroken

EMPTY = AuditHead(sequence=0, entry=None)
"""The head of a log that has no entry yet."""
_LIMIT: Final = 200
_BEGIN: Final = b'{"entry":'
_MIDDLE: Final = b',"signature":"'
_END: Final = b"}\n"


@dataclass(frozen=True)
class SignedEntry:
    """An entry, the bytes that it stands in, and the signature of these bytes.

    The digest is that of the bytes: they are the entry's canonical JSON, for what the log's own
    writer signed or chained is nothing else.
    """

    entry: AuditEntry
    signed: bytes
    signature: str = ""

    @classmethod
    def of(cls, entry: AuditEntry) -> "SignedEntry":
        """Return an entry in the bytes that are to be signed."""
        return cls(entry, canonical_json(entry.model_dump(mode="json")))

    @cached_property
    def digest(self) -> str:
        """The entry's digest: what the next one and the head name."""
        return digest_bytes(self.signed)

    @property
    def line(self) -> bytes:
        """The line of the log, with its end."""
        return _BEGIN + self.signed + _MIDDLE + json.dumps(self.signature)[1:].encode() + _END


class SignedHead(Part):
    """A head and the signature of its canonical JSON, in one file: whole or not there."""

    head: AuditHead
    signature: str


@dataclass(frozen=True)
class PublishedHead:
    """A head that a commit published, and when; `problem` says why its signature doesn't hold."""

    commit: str
    at: datetime
    head: AuditHead
    problem: str = ""


@dataclass(frozen=True)
class Chain:
    """A log's entries, and the bytes of a line that a crash cut off (empty without one)."""

    links: tuple[SignedEntry, ...]
    torn: bytes = b""

    @property
    def head(self) -> AuditHead:
        """The head that a log of these entries has."""
        if not self.links:
            return EMPTY
        return AuditHead(sequence=len(self.links), entry=self.links[-1].digest)

    @property
    def last_at(self) -> datetime | None:
        """When the last entry was written, or None in an empty log."""
        return self.links[-1].entry.at if self.links else None

    def entry_of(self, head: AuditHead) -> AuditEntry | None:
        """Return the entry that a head names, or None where there is no such entry."""
        if not 0 < head.sequence <= len(self.links):
            return None
        link = self.links[head.sequence - 1]
        return link.entry if link.digest == head.entry else None


def read_chain(data: bytes, place: str) -> Chain:
    """Return the entries of a log's bytes; AuditBroken names the first line that can't be one.

    A last line without an end is what a crash in the middle of a write leaves: it is whole, and
    only lacks its end, or it is torn.
    """
    *lines, rest = data.split(b"\n")
    links = [_link(line + b"\n", f"{place}, line {n}") for n, line in enumerate(lines, start=1)]
    torn = b""
    if rest:
        try:
            links.append(_link(rest + b"\n", place))
        except AuditBroken:
            torn = rest
    _check_order(links, place)
    return Chain(tuple(links), torn)


def read_head(data: bytes, place: str) -> SignedHead:
    """Return the signed head of a file's bytes; AuditBroken where it is none."""
    try:
        return SignedHead.model_validate(parse_json(data.decode(), place))
    except (ValueError, UnreadableRecord) as exc:
        raise AuditBroken(place, f"it can't be read: {plain(exc, _LIMIT)}") from exc


def head_bytes(head: AuditHead) -> bytes:
    """Return the bytes that a head's signature is of."""
    return canonical_json(head.model_dump(mode="json"))


def beyond_head(chain: Chain, head: AuditHead, place: str) -> SignedEntry | None:
    """Return the one entry that a crash left beyond the head, or None.

    Its signature is yet to be verified. Raises AuditBroken where the log isn't the head's.
    """
    known, there = head.sequence, len(chain.links)
    if there < known:
        raise AuditBroken(
            f"{place}, line {there + 1}",
            f"lines are missing: the signed head knows {known}, there are {there}",
        )
    named = chain.links[known - 1].digest if known else None
    if named != head.entry:
        raise AuditBroken(
            f"{place}, line {known}", "it is not the entry that the head was signed of"
        )
    if there > known + 1:
        raise AuditBroken(
            f"{place}, line {known + 1}",
            f"{there - known} lines stand beyond the signed head, and a crash leaves one at most",
        )
    return chain.links[known] if there > known else None


def check_published(chain: Chain, heads: Sequence[PublishedHead], place: str) -> None:
    """Hold a log to the heads that were published; AuditBroken names the first that it lacks.

    A log that begins with a restart names the last head of the log before it: what was published
    up to that one isn't of this log.
    """
    first = chain.links[0].entry if chain.links else None
    if first is not None and first.event == "restart":
        former = [n for n, one in enumerate(heads) if one.head.entry == first.subject]
        heads = heads[former[-1] + 1 :] if former else heads
    for one in heads:
        named = f"the head that commit {one.commit[:12]} published at {one.at.isoformat()}"
        if one.problem:
            raise AuditBroken(place, f"{named} is not delivery's: {one.problem}")
        if one.head.sequence and chain.entry_of(one.head) is None:
            raise AuditBroken(
                f"{place}, line {one.head.sequence}",
                f"{named} names entry {one.head.sequence}, {one.head.entry}, and the log has "
                f"{len(chain.links)} entries without it: the log was cut, replaced or rewritten",
            )


def _link(line: bytes, place: str) -> SignedEntry:
    # The bytes are cut out and not written anew: a log of thousands is read at each entry.
    middle = line.rfind(_MIDDLE)
    if not line.startswith(_BEGIN) or middle < 0 or not line.endswith(_END):
        raise AuditBroken(place, "it is not in the form that it was written in")
    signed = line[len(_BEGIN) : middle]
    try:
        entry = AuditEntry.model_validate_json(signed)
        signature = json.loads(line[middle + len(_MIDDLE) - 1 : -len(_END)])
    except ValueError as exc:
        raise AuditBroken(place, f"it can't be read: {plain(exc, _LIMIT)}") from exc
    if entry.at.tzinfo is None:
        raise AuditBroken(place, f"its time {entry.at} has no time zone")
    return SignedEntry(entry, signed, signature)


def _check_order(links: Sequence[SignedEntry], place: str) -> None:
    if links and (links[0].entry.sequence, links[0].entry.previous) != (1, None):
        raise AuditBroken(
            f"{place}, line 1", f"it is entry {links[0].entry.sequence}, not the first"
        )
    for number, (before, link) in enumerate(pairwise(links), start=2):
        if link.entry.sequence != number:
            reason = f"it is entry {link.entry.sequence}: a line was deleted, moved or repeated"
            raise AuditBroken(f"{place}, line {number}", reason)
        if link.entry.previous != before.digest:
            reason = f"entry {number - 1} before it is not the one that it was written after"
            raise AuditBroken(f"{place}, line {number}", reason)
        if link.entry.at < before.entry.at:
            earlier = f"before {before.entry.at} of entry {number - 1}"
            reason = f"its time is {link.entry.at}, which is {earlier}"
            raise AuditBroken(f"{place}, line {number}", reason)


LATE: Final = timedelta(hours=26)
"""A log is published at least daily, as staging is verified: older entries should be public."""
_AT_NEXT: Final[frozenset[Event]] = frozenset(
    {"judgement", "approval", "rejection", "withdrawal", "review", "verification"}
)
"""What commands record that may not push: the next deploy publishes it."""
PUBLISH: Final = "bin/plinth delivery audit --publish"
REVIEW: Final = "bin/plinth delivery review-restart --reason TEXT"


@dataclass(frozen=True)
class LogState:
    """What a status says of the log, and whether all of it is well."""

    lines: tuple[str, ...]
    green: bool


def log_state(
    entries: Sequence[AuditEntry],
    head: AuditHead,
    published: PublishedHead | None,
    now: datetime,
    problem: str = "",
) -> LogState:
    """Return the state of a log of at least one entry and its head, by the newest published head.

    `problem` says why published heads could not be fetched: what is known of them may be old.
    """
    known = "no head was ever published"
    if published:
        when = published.at.isoformat()
        known = f"the last published one is entry {published.head.sequence} at {when}"
    lines = [f"audit log: its head is entry {len(entries)}; {known}"]
    first = entries[0]
    begun = f"begun anew at {first.at.isoformat()} by {first.actor}: {first.reason}"
    red = list(_unpublished(entries, head, published, now, problem))
    if unreviewed_restart(entries, head):
        red.append(
            f"audit log: RED: {begun}. Compare what was kept of the old log beside it "
            "(`*.until-*`) with the heads of plinth-audit, say again what it knew (rejections, "
            f"withdrawn payloads), then type: {REVIEW}"
        )
    elif first.event == "restart":
        lines.append(f"audit log: {begun} (reviewed)")
    return LogState((*lines, *red), not red)


def unreviewed_restart(entries: Sequence[AuditEntry], head: AuditHead) -> str:
    """Return the digest of the entry that a log was begun anew with, or "" once it is reviewed."""
    if not entries or entries[0].event != "restart":
        return ""
    begun = _digest(entries, head, 1)
    reviewed = any(one.event == "review" and one.subject == begun for one in entries)
    return "" if reviewed else begun


def _digest(entries: Sequence[AuditEntry], head: AuditHead, number: int) -> str:
    """Return an entry's digest as the chain has it: of its bytes, whatever fields came since."""
    named = entries[number].previous if number < len(entries) else head.entry
    return named or ""


def _unpublished(
    entries: Sequence[AuditEntry],
    head: AuditHead,
    published: PublishedHead | None,
    now: datetime,
    problem: str,
) -> tuple[str, ...]:
    """Say that entries are public nowhere which should be by now; nothing where all are."""
    left = entries
    if published and published.head.sequence <= len(entries):
        number = published.head.sequence
        # A head of the log before a restart is none of this one.
        if _digest(entries, head, number) == published.head.entry:
            left = entries[number:]
    overdue = [one for one in left if one.event not in _AT_NEXT or now - one.at > LATE]
    if not overdue:
        return ()
    first = overdue[0]
    what = f"entry {first.sequence} ({first.event}, {first.at.isoformat()})"
    because = f" (published heads can't be fetched: {problem})" if problem else ""
    line = (
        f"audit log: RED: its end from {what} on is NOT PUBLISHED on plinth-audit, so it can be "
        f"cut off unseen{because}. Type: {PUBLISH}"
    )
    return (line,)


class AuditLog(Protocol):
    """What happened, in order; only ever added to."""

    def append(self, event: AuditEvent) -> AuditEntry:
        """Add an event at the end and return its entry; AuditBroken if the log can't be trusted."""

    def entries(self) -> tuple[AuditEntry, ...]:
        """Return all entries, verified; AuditBroken names the first that is not as it was."""
