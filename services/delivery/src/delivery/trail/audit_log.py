"""The audit log as a file that is only ever added to, and its signed head in another folder.

Where a keeper holds it, the files are read here and the keeper alone adds to them.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

from artifacts.digests import canonical_json
from artifacts.errors import KeeperFailed, SignatureRefused
from artifacts.keeper import ask_keeper
from artifacts.locks import take
from artifacts.records.audit import AuditEntry, AuditEvent, AuditHead
from artifacts.records.keeper import KeeperRequest
from artifacts.statements import StatementSigner, StatementVerifier
from delivery.errors import AuditBroken, AuditMissing, AuditUnavailable, RestartRefused
from delivery.trail.audit_chain import (
    Chain,
    SignedEntry,
    SignedHead,
    beyond_head,
    check_published,
    head_bytes,
    read_chain,
    read_head,
)
from delivery.trail.audit_heads import PublishedHeads

LOG: Final = "log.jsonl"
HEAD: Final = "head.json"
_RIGHTS: Final = "Look at the disk and at its rights"
PATIENCE_SECONDS: Final = 60.0
"""How long the log's lock is waited for: an append takes milliseconds."""
BEHIND: Final = timedelta(minutes=5)
"""How far clocks of machines that share a log may differ; a clock further behind is set wrong."""


_LOST: Final = (
    "Fix: bring the log and its head back from where the runner keeps its state (PLINTH_AUDIT, "
    "PLINTH_AUDIT_HEAD) or from a backup; if they are lost, begin a new log, which everybody will "
    "see: `delivery restart-audit --reason TEXT`"
)


class FileAuditLog:
    """log.jsonl in one folder, head.json in another. See audit_chain.py for what holds them.

    A lock on the log lets one process add at a time, whatever dies. An entry is signed before it is
    written, is on the disk before the head names it, and is taken back if the disk is full. The log
    is held to the heads that were `published`, too; None where nothing is known of any.
    """

    def __init__(
        self,
        folder: Path,
        head_folder: Path,
        signer: StatementSigner,
        verifier: StatementVerifier,
        clock: Callable[[], datetime],
        published: PublishedHeads | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._log = folder / LOG
        self._head = head_folder / HEAD
        self._signer = signer
        self._verifier = verifier
        self._clock = clock
        self._published = published
        self._patience = patience

    def append(self, event: AuditEvent) -> AuditEntry:
        """Add an event at the end and return its entry.

        Raises AuditBroken if the log can't be trusted, AuditUnavailable if it can't be written,
        SigningFailed without a key; nothing was added then.
        """
        return self._append(event, beginning=False)

    def _append(self, event: AuditEvent, *, beginning: bool) -> AuditEntry:
        with self._opened_to_write() as file:
            chain = self._healed(file, beginning=beginning)
            entry = AuditEntry(
                **event.model_dump(include=set(AuditEvent.model_fields)),
                sequence=len(chain.links) + 1,
                previous=chain.head.entry,
                at=self._moment(chain),
            )
            link = self._signed(entry)
            head = self._signed_head(Chain((*chain.links, link)).head)
            self._add(file, link.line)
            self._write_head(head)
        return entry

    def entries(self, *, full: bool = False, every_head: bool = False) -> tuple[AuditEntry, ...]:
        """Return all entries, verified: by the head and the chain, with `full` each by signature.

        They are held to the newest published head too, with `every_head` to each of them.
        Raises AuditBroken naming the first line that is not as it was, AuditUnavailable where the
        files can't be read.
        """
        return tuple(link.entry for link in self._read(full=full, every_head=every_head).links)

    def signed_head(self) -> SignedHead | None:
        """Return the head as it lies beside the log, once the log is held to it; None without."""
        chain = self._read()
        if not chain.links:
            return None
        return read_head(self._head.read_bytes(), str(self._head))

    def restart(self, event: AuditEvent) -> AuditEntry:
        """Begin a new log with an event; what was there is kept beside it, under another name.

        RestartRefused where the log has entries, is intact and can go on: a log whose last entry
        lies in the future can't.
        """
        try:
            entries = self.entries()
            if entries and entries[-1].at - self._clock() <= BEHIND:
                raise RestartRefused(f"the audit log {self._log} is intact: it goes on as it is")
        except AuditBroken:
            pass
        stamp = self._clock().astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        with self._opened_to_write():
            for file in (self._log, self._head):
                if file.exists() and file.stat().st_size:
                    file.rename(file.with_name(f"{file.name}.until-{stamp}"))
        return self._append(event, beginning=True)

    def _moment(self, chain: Chain) -> datetime:
        """Return the time of the entry that comes next: never before the last one's.

        A clock that is a little behind takes the last entry's; one that is more is refused, for
        what the log says was signed then, and by which key, rests on it.
        """
        now, last = self._clock(), chain.last_at
        if last is None or now >= last:
            return now
        if last - now <= BEHIND:
            return last
        reason = (
            f"the clock says {now.isoformat()}, and the log's last entry was written at "
            f"{last.isoformat()}. Fix: set this machine's clock; where the entry's time is wrong "
            "instead, begin a new log with `delivery restart-audit --reason TEXT`"
        )
        raise AuditUnavailable(str(self._log), reason)

    def _read(self, *, full: bool = False, every_head: bool = False) -> Chain:
        try:
            with self._log.open("rb") as file:
                # Held while both are read: between an entry and its head there is a moment.
                self._take(file, shared=True)
                return self._trusted(file.read(), full=full, every_head=every_head)[0]
        except FileNotFoundError:
            return self._trusted(b"")[0]
        except OSError as exc:
            raise AuditUnavailable(str(self._log), f"{exc}. {_RIGHTS}") from exc

    def _trusted(
        self,
        data: bytes,
        *,
        full: bool = False,
        every_head: bool = False,
        beginning: bool = False,
    ) -> tuple[Chain, AuditHead | None]:
        """Return the chain of a log's bytes, held to the head, and the head that there is."""
        chain = read_chain(data, str(self._log))
        if full:
            for number, link in enumerate(chain.links, start=1):
                self._verify_link(link, number)
        head = self._read_head(chain)
        if head is None and not chain.links:
            if not beginning and self._published and (reason := self._published.begun()):
                raise AuditMissing(str(self._log), f"it is missing or empty, and {reason}. {_LOST}")
            return chain, None
        if head is None:
            reason = f"its signed head {self._head} is missing, and the log has entries"
            raise AuditBroken(str(self._log), reason)
        beyond = beyond_head(chain, head, str(self._log))
        if beyond is not None:
            self._verify_link(beyond, len(chain.links))
        if self._published:
            check_published(chain, self._published.read(full=every_head), str(self._log))
        return chain, head

    def _verify_link(self, link: SignedEntry, number: int) -> None:
        try:
            self._verifier.verify(link.signed, link.signature.encode(), link.entry.at)
        except SignatureRefused as exc:
            reason = f"its signature is refused: {exc.reason}"
            raise AuditBroken(f"{self._log}, line {number}", reason) from exc

    def _read_head(self, chain: Chain) -> AuditHead | None:
        try:
            data = self._head.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise AuditUnavailable(str(self._head), f"{exc}. {_RIGHTS}") from exc
        found = read_head(data, str(self._head))
        signed, signature = head_bytes(found.head), found.signature.encode()
        named = chain.entry_of(found.head)
        try:
            # It was signed with the entry that it names, or anew since, after a crash.
            if named is not None:
                with suppress(SignatureRefused):
                    self._verifier.verify(signed, signature, named.at)
                    return found.head
            self._verifier.verify(signed, signature, self._clock())
        except SignatureRefused as exc:
            reason = f"the head's signature is refused: {exc.reason}"
            raise AuditBroken(str(self._head), reason) from exc
        return found.head

    @contextmanager
    def _opened_to_write(self) -> Iterator[BinaryIO]:
        try:
            self._log.parent.mkdir(parents=True, exist_ok=True)
            self._head.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(self._log, os.O_RDWR | os.O_CREAT, 0o644), "r+b", 0) as file:
                self._take(file)
                yield file
        except OSError as exc:
            raise AuditUnavailable(str(self._log), f"{exc}. {_RIGHTS}") from exc

    def _take(self, file: BinaryIO, *, shared: bool = False) -> None:
        """Take the log's lock. Whoever can read the log can hold it too: nobody waits for ever."""
        if not take(file.fileno(), self._patience, shared=shared):
            reason = (
                f"another process holds its lock for more than {self._patience:g} s. Fix: "
                f"`lslocks` names it; end it, and run this again"
            )
            raise AuditUnavailable(str(self._log), reason)

    def _healed(self, file: BinaryIO, *, beginning: bool) -> Chain:
        """Return the chain, after putting right what a crash left: a torn line, a late head."""
        data = file.read()
        chain, head = self._trusted(data, beginning=beginning)
        if chain.torn:
            file.truncate(len(data) - len(chain.torn))
        elif data and not data.endswith(b"\n"):
            self._add(file, b"\n")
        # Before the first entry too: a log with entries and no head then always lost it.
        if head != chain.head:
            self._write_head(self._signed_head(chain.head))
        return chain

    def _signed(self, entry: AuditEntry) -> SignedEntry:
        unsigned = SignedEntry.of(entry)
        signature = self._signer.sign(unsigned.signed)
        try:
            self._verifier.verify(unsigned.signed, signature, entry.at)
        except SignatureRefused as exc:  # written down, it would break the log for everyone
            reason = f"the key that signs here is none of those that sign it: {exc.reason}"
            raise AuditUnavailable(str(self._log), reason) from exc
        return replace(unsigned, signature=signature.decode())

    def _signed_head(self, head: AuditHead) -> SignedHead:
        return SignedHead(head=head, signature=self._signer.sign(head_bytes(head)).decode())

    def _add(self, file: BinaryIO, data: bytes) -> None:
        size = file.seek(0, os.SEEK_END)
        try:
            _write_whole(file, data)
            os.fsync(file.fileno())
        except OSError:
            file.truncate(size)
            raise
        _sync_folder(self._log.parent)

    def _write_head(self, head: SignedHead) -> None:
        draft = self._head.with_name(HEAD + ".draft")
        with draft.open("wb") as file:
            file.write(canonical_json(head.model_dump(mode="json")) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._head)
        _sync_folder(self._head.parent)


def _write_whole(file: BinaryIO, data: bytes) -> None:
    if file.write(data) != len(data):
        raise OSError("the disk took a part of the line only: is it full?")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_TAIL: Final = 4 << 20
"""Bytes at the log's end that an entry which was just added is looked for in."""


@dataclass(frozen=True)
class KeptAuditLog:
    """The log's files, which this user reads, and the keeper's socket, which alone adds to them.

    `files` hold the log to what was published, as anywhere; what the keeper answers is believed
    once the entry is in the file.
    """

    files: FileAuditLog
    file: Path
    socket: Path

    def append(self, event: AuditEvent) -> AuditEntry:
        """Have an event added at the end, and return its entry.

        Raises AuditBroken if the log can't be trusted, AuditUnavailable if nothing could be added,
        or nobody can tell whether it was.
        """
        self.files.entries()
        body = event.model_dump_json().encode()
        try:
            answer = ask_keeper(self.socket, KeeperRequest(request="append", size=len(body)), body)
        except KeeperFailed as exc:
            raise AuditUnavailable(str(self.socket), exc.reason) from exc
        entry = answer.entry
        if answer.outcome == "broken":
            raise AuditBroken(answer.place, answer.reason)
        if answer.outcome != "done" or entry is None:
            place = answer.place or str(self.socket)
            raise AuditUnavailable(place, f"the keeper says {answer.outcome}: {answer.reason}")
        if SignedEntry.of(entry).signed not in self._tail():
            reason = (
                f"the keeper at {self.socket} says that entry {entry.sequence} was added, and it "
                "isn't there. Fix: PLINTH_AUDIT must name the folder of the keeper's log, which "
                "`bin/plinth delivery walls` shows"
            )
            raise AuditUnavailable(str(self.file), reason)
        return entry

    def entries(self, *, full: bool = False, every_head: bool = False) -> tuple[AuditEntry, ...]:
        """Return all entries, verified, as FileAuditLog does."""
        return self.files.entries(full=full, every_head=every_head)

    def signed_head(self) -> SignedHead | None:
        """Return the head as it lies beside the log, once the log is held to it; None without."""
        return self.files.signed_head()

    def restart(self, event: AuditEvent) -> AuditEntry:
        """Refuse: only the keeper's own user begins a log anew. RestartRefused."""
        del event
        raise RestartRefused(
            f"the log is kept by {self.socket}: stop the keeper, and as its user run "
            "`delivery restart-audit --reason TEXT` without PLINTH_KEEPER"
        )

    def _tail(self) -> bytes:
        try:
            with self.file.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
                return file.read()
        except OSError as exc:
            raise AuditUnavailable(str(self.file), str(exc)) from exc
