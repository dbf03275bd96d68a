"""verify-history: judge every merge of main again, as it could have been judged when it was made.

For anybody who has a clone. The rules are those of this code; policies, people and keys are those
of each merge's first parent; the time is that of the merge, and the log, where there is one, is cut
to what it knew by then. A rule that needs the log is named as not checked where there is none.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from artifacts.errors import SignatureRefused
from artifacts.records.audit import AuditEntry, AuditEvent
from artifacts.ssh_keygen import SshVerifier
from delivery.changes.findings import Decision, Finding, refused
from delivery.changes.gather_change import GatherChange
from delivery.changes.judge_merges import JudgeMerges, against
from delivery.changes.judgement import NEEDING_THE_LOG, OF_RELEASES, decide, judge_change
from delivery.clock import now
from delivery.errors import AuditBroken, AuditUnavailable
from delivery.git.repository import GitRepository
from delivery.trace.sources import commit_of_main
from delivery.trail.audit_chain import Chain, PublishedHead, check_published, read_chain
from delivery.trail.audit_heads import PublishedHeads
from delivery.trail.audit_log import LOG

DATED: Final = "dated"


@dataclass(frozen=True)
class KnownLog:
    """The entries of a log that were written by a time; nothing can be added."""

    known: tuple[AuditEntry, ...]

    def entries(self) -> tuple[AuditEntry, ...]:
        """Return the entries."""
        return self.known

    def append(self, event: AuditEvent) -> AuditEntry:
        """Refuse: history is read."""
        raise AuditUnavailable("history", f"nothing is added to it: {event.event}")


@dataclass(frozen=True)
class Replayed:
    """A commit of main's line as it is judged again.

    `afterwards`: it was refused when it was made, and main has had since what makes it good.
    `unchecked` are the rules that need a log.
    """

    commit: str
    at: datetime
    decision: Decision
    problems: tuple[Finding, ...]
    kinds: tuple[str, ...]
    unchecked: tuple[str, ...] = ()
    afterwards: bool = False


@dataclass(frozen=True)
class VerifyHistory:
    """Replays main. `log` is None where nobody handed one over."""

    repository: GitRepository
    gather: GatherChange
    log: tuple[AuditEntry, ...] | None

    def __call__(self, revision: str) -> Iterator[Replayed]:
        """Yield each commit of main's line since it names people who approve, oldest first."""
        tip = self.repository.commit(revision)
        merges = JudgeMerges(self.repository, self.gather)
        line = merges.line(merges.beginning(tip), tip)
        latest: datetime | None = None
        for parent, merge in line:
            at, before = (self.repository.committed_at(one) for one in (merge, parent))
            latest = max(at, before, latest or at)
            yield self._replayed(parent, merge, tip, latest, misdated=at < before)

    def _replayed(
        self, parent: str, merge: str, tip: str, at: datetime, *, misdated: bool
    ) -> Replayed:
        known = tuple(entry for entry in self.log or () if entry.at <= at)
        gather = replace(self.gather, clock=lambda: at, audit=KnownLog(known))
        verdict = judge_change(gather(parent, merge))
        problems, afterwards = verdict.problems, False
        if problems:
            later = judge_change(gather(parent, merge, later=tip))
            still = tuple(one for one in later.problems if one.rule in OF_RELEASES)
            if not (still or against(later)):
                problems, afterwards = (), True
        unchecked: tuple[str, ...] = ()
        if self.log is None:
            named = {one.rule for one in verdict.findings if one.rule in NEEDING_THE_LOG}
            unchecked = tuple(sorted(named))
            problems = tuple(one for one in problems if one.rule not in NEEDING_THE_LOG)
        if misdated:
            reason = "it is dated before its first parent: a clock or a hand was wrong"
            problems = (*problems, refused(DATED, reason))
        return Replayed(merge, at, decide(problems), problems, verdict.kinds, unchecked, afterwards)


def faults_of_heads(heads: Sequence[PublishedHead], chain: Chain | None) -> tuple[str, ...]:
    """Say what is wrong with published heads, alone and against a log where there is one."""
    faults = [
        f"commit {one.commit[:12]}: its head is not delivery's: {one.problem}"
        for one in heads
        if one.problem
    ]
    signed = [one for one in heads if not one.problem]
    explained = chain is not None and chain.links and chain.links[0].entry.event == "restart"
    for before, after in pairwise(signed):
        if after.head.sequence < before.head.sequence and not explained:
            faults.append(
                f"commit {after.commit[:12]}: the log has {after.head.sequence} entries, and had "
                f"{before.head.sequence} in {before.commit[:12]}: it was begun anew, or cut"
            )
        elif after.head.sequence == before.head.sequence and after.head != before.head:
            faults.append(f"commit {after.commit[:12]}: entry {after.head.sequence} is another one")
    if chain is not None:
        try:
            check_published(chain, signed, "log")
        except AuditBroken as exc:
            faults.append(str(exc))
    return tuple(faults)


def replayed_line(one: Replayed) -> str:
    """Return a line: when, which commit, whether it may stand, and why not."""
    parts = [
        one.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        one.commit[:12],
        one.decision,
        ", ".join(one.kinds) or "nothing changed",
    ]
    parts += [f"{found.rule}: {found.reason}" for found in one.problems]
    if one.afterwards:
        parts.append("approved afterwards")
    if one.unchecked:
        parts.append(f"not checked without the log: {', '.join(one.unchecked)}")
    return "; ".join(parts)


def history_summary(replayed: Sequence[Replayed], heads: int, faults: int) -> tuple[str, ...]:
    """Return what it comes to: how many commits may stand, and how many heads are as they were."""
    count = {
        decision: len([one for one in replayed if one.decision == decision])
        for decision in ("allowed", "refused", "undecided")
    }
    summed = ", ".join(f"{number} {decision}" for decision, number in count.items())
    unchecked = len([one for one in replayed if one.unchecked])
    lines = [f"{len(replayed)} commits of main since it names approvers: {summed}"]
    if unchecked:
        lines.append(f"{unchecked} of them not wholly checked: give the log with --audit FOLDER")
    lines.append(f"{heads} published heads, {faults} faults")
    return tuple(lines)


SIGNERS: Final = "policies/keys/delivery.signers"


@dataclass(frozen=True)
class History:
    """A clone's history: main's tip, what replays it, and what is known of its audit log."""

    tip: str
    replay: VerifyHistory
    heads: Sequence[PublishedHead]
    chain: Chain | None


@contextmanager
def opened_history(clone: Path, audit: Path | None) -> Iterator[History]:
    """Open a clone's main, its published heads and a folder that has a copy of the log.

    Delivery's keys are those that main has. Raises CommitUnknown without a main, AuditBroken where
    the copy of the log is not as it was written.
    """
    repository = GitRepository(clone)
    tip = commit_of_main(repository)
    with TemporaryDirectory(prefix="plinth-") as private:
        signers = Path(private) / "delivery.signers"
        signers.write_bytes(repository.file(tip, SIGNERS) or b"")
        verifier = SshVerifier(signers, "delivery", "plinth-audit")
        chain = _chain(audit / LOG, verifier) if audit else None
        log = tuple(link.entry for link in chain.links) if chain else None
        gather = GatherChange(repository, KnownLog(log or ()), now)
        heads = PublishedHeads(clone, verifier).read(full=True)
        yield History(tip, VerifyHistory(repository, gather, log), heads, chain)


def _chain(file: Path, verifier: SshVerifier) -> Chain:
    try:
        chain = read_chain(file.read_bytes(), str(file))
    except OSError as exc:
        raise AuditUnavailable(str(file), str(exc)) from exc
    for number, link in enumerate(chain.links, start=1):
        try:
            verifier.verify(link.signed, link.signature.encode(), link.entry.at)
        except SignatureRefused as exc:
            reason = f"its signature is refused: {exc.reason}"
            raise AuditBroken(f"{file}, line {number}", reason) from exc
    return chain
