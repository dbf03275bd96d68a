"""Builds the audit log and what publishes its head. Loads nothing that takes long."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import typer

from artifacts.errors import UnreadableRecord
from artifacts.records.audit import AuditEvent
from artifacts.ssh_keygen import SshVerifier, create_statement_key
from artifacts.ssh_signatures import Namespace
from artifacts.text import markdown, plain
from delivery.clock import now
from delivery.errors import BranchFailed, RestartRefused
from delivery.git.branches import PublishedBranch
from delivery.git.wiring import make_branches
from delivery.settings import Settings
from delivery.signing import make_signer
from delivery.step_files import step_files
from delivery.trail.audit_chain import LogState, log_state, unreviewed_restart
from delivery.trail.audit_heads import BRANCH, PublishedHeads, head_file, publication
from delivery.trail.audit_log import LOG, NOTHING_KNOWN, Elsewhere, FileAuditLog, KeptAuditLog

PRINCIPAL: Final = "delivery"
NOT_PUBLISHED: Final = "NOT PUBLISHED"
"""The words of a head that could not be pushed."""
Log = FileAuditLog | KeptAuditLog
"""The log as files of this user, or as a keeper's, which is asked to add to it."""


@dataclass(frozen=True)
class PresentSigners:
    """Verifies against a file of allowed signers, which must be there."""

    signers: Path
    principal: str
    namespace: Namespace

    def verify(self, data: bytes, signature: bytes, at: datetime | None = None) -> None:
        """Return if the signature holds; SignatureRefused, or UnreadableRecord without the file."""
        if not self.signers.is_file():
            problem = f"there is no such file of allowed signers: {self.principal}'s key is unknown"
            raise UnreadableRecord(str(self.signers), (problem,))
        SshVerifier(self.signers, self.principal, self.namespace).verify(data, signature, at)


def make_audit_log(settings: Settings) -> Log:
    """Build the audit log; one that is lost, cut or replaced is known by what is elsewhere."""
    heads = published_heads(settings)
    return _log(settings, Elsewhere(begun=heads.begun, heads=heads.read))


def make_audit_log_of_a_person(settings: Settings) -> Log:
    """Build the audit log of a machine that need not have one: a person's, who only speaks."""
    return _log(settings, NOTHING_KNOWN)


def who(settings: Settings) -> str:
    """Return whom the log names: a person, and the run that acts for them."""
    return f"{settings.actor} ({settings.run})"[:200]


def published_heads(settings: Settings) -> PublishedHeads:
    """Return the heads of the log that the checkout's repository has."""
    return PublishedHeads(settings.root, _verifier(settings))


def create_key(settings: Settings) -> None:
    """Create the key that signs audit entries, image records and proposals, if there is none."""
    key, signers = settings.needed("deploy_key"), settings.needed("deploy_signers")
    create_statement_key(key, signers, PRINCIPAL, ("plinth-audit", "plinth-image", "git"))


def _log(settings: Settings, elsewhere: Elsewhere) -> Log:
    folder = settings.needed("audit")
    files = FileAuditLog(
        folder,
        settings.needed("audit_head"),
        make_signer(settings, "delivery", "plinth-audit"),
        _verifier(settings),
        now,
        elsewhere,
    )
    return KeptAuditLog(files, folder / LOG, settings.keeper) if settings.keeper else files


def _verifier(settings: Settings) -> PresentSigners:
    return PresentSigners(settings.needed("deploy_signers"), PRINCIPAL, "plinth-audit")


def head_lines(settings: Settings, *, publish: bool) -> tuple[str, ...]:
    """Return what people are told of the log's head after a command that may have added to it.

    With `publish` the head becomes a commit of plinth-audit. What can't be pushed is told and
    stops nothing: what was done is done, and the next command publishes a later head. Raises
    AuditBroken where the log lacks a head that was published.
    """
    if settings.audit is None:
        return ()
    branches, problem = make_branches(settings), ""
    if publish:
        try:
            branches.tip(BRANCH)  # the newest published head is brought here: the log must have it
        except BranchFailed as exc:
            problem = plain(exc)
    head = make_audit_log(settings).signed_head()
    if head is None:
        return ()
    line = f"audit log: entry {head.head.sequence}, {head.head.entry}"
    if not publish:
        return (line,)
    if not problem:
        try:
            made = branches.append(BRANCH, head_file(head), publication(head))
        except BranchFailed as exc:
            problem = plain(exc)
        else:
            return (line, _published(made))
    return (line, f"audit log: this head is {NOT_PUBLISHED} on {BRANCH}: {problem}")


def state_of_log(settings: Settings) -> LogState:
    """Return what a status says of the log: its head, the last published one, and a restart.

    Published heads are fetched first: another machine may have published since.
    """
    if settings.audit is None:
        return LogState((), green=True)
    problem = ""
    try:
        make_branches(settings).tip(BRANCH)
    except BranchFailed as exc:
        problem = plain(exc)
    log = make_audit_log(settings)
    entries, signed = log.entries(), log.signed_head()
    if signed is None:
        return LogState((), green=True)
    published = published_heads(settings).read(full=False)
    last = published[-1] if published else None
    return log_state(entries[: signed.head.sequence], signed.head, last, now(), problem)


def record_review(settings: Settings, reason: str) -> str:
    """Add to the log that its restart was reviewed, and return a line; RestartRefused."""
    log = make_audit_log(settings)
    signed = log.signed_head()
    begun = unreviewed_restart(log.entries(), signed.head) if signed else ""
    if not begun:
        raise RestartRefused("the audit log was not begun anew, or that was reviewed already")
    entry = log.append(
        AuditEvent(
            event="review",
            outcome="done",
            actor=who(settings),
            reason=reason[:4000],
            subject=begun,
        )
    )
    return f"entry {entry.sequence}: the restart of this log is reviewed: {reason}"


def begin_anew(settings: Settings, reason: str, say: Callable[[str], None]) -> None:
    """Begin a new audit log that names the last head known of the one before, and publish it.

    Raises RestartRefused where the log is intact, BranchFailed where the published heads can't be
    fetched: the new log must name the last of them.
    """
    branches = make_branches(settings)
    branches.tip(BRANCH)
    heads = published_heads(settings).read(full=False)
    last = heads[-1] if heads else None
    known = "no head was ever published"
    if last:
        named = f"entry {last.head.sequence} of commit {last.commit[:12]}"
        known = f"the last published head is {named}"
    entry = make_audit_log(settings).restart(
        AuditEvent(
            event="restart",
            outcome="done",
            actor=who(settings),
            reason=f"{reason}; {known}"[:4000],
            commit=last.commit if last else None,
            subject=last.head.entry if last else None,
        )
    )
    say(f"a new audit log begins at {entry.at.isoformat()}: {entry.reason}")
    for line in head_lines(settings, publish=True):
        say(line)


def _published(made: PublishedBranch) -> str:
    where = BRANCH if made.pushed else f"{BRANCH}, here alone: there is no origin"
    return f"audit log: published as commit {made.commit[:12]} of {where}"


def tell_head(settings: Settings, *, publish: bool) -> None:
    """Print the head of the log and add it to the step's summary; publish it if asked to."""
    lines = head_lines(settings, publish=publish)
    for line in lines:
        typer.echo(plain(line, 1000))
    if lines:
        summary = "\n".join(f"- {markdown(line)}" for line in lines)
        step_files(settings).summarise(summary)
