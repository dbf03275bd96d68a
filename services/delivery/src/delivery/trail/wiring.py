"""Builds the audit log and what publishes its head. Loads nothing that takes long."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import typer

from artifacts.errors import UnreadableRecord
from artifacts.ssh_keygen import SshVerifier, create_statement_key
from artifacts.ssh_signatures import Namespace
from artifacts.text import markdown, plain
from delivery.clock import now
from delivery.errors import BranchFailed
from delivery.exits import step_files
from delivery.git.branches import GitBranches, PublishedBranch
from delivery.git.wiring import make_branches
from delivery.settings import Settings
from delivery.signing import make_signer
from delivery.trail.audit_chain import LogState, SignedHead, log_state
from delivery.trail.audit_heads import BRANCH, PublishedHeads, head_file, publication
from delivery.trail.audit_log import LOG, FileAuditLog, KeptAuditLog

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
    return _log(settings, published_heads(settings))


def make_audit_log_of_a_person(settings: Settings) -> Log:
    """Build the audit log of a machine that need not have one: a person's, who only speaks."""
    return _log(settings, None)


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


def _log(settings: Settings, published: PublishedHeads | None) -> Log:
    folder = settings.needed("audit")
    files = FileAuditLog(
        folder,
        settings.needed("audit_head"),
        make_signer(settings, "delivery", "plinth-audit"),
        _verifier(settings),
        now,
        published,
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
            return _published(settings, branches, head)
        except BranchFailed as exc:
            problem = plain(exc)
    return (line, f"audit log: this head is {NOT_PUBLISHED} on {BRANCH}: {problem}")


def _published(settings: Settings, branches: GitBranches, head: SignedHead) -> tuple[str, str]:
    """Publish the log's head and return what people are told; BranchFailed.

    Staging and production are deployed side by side: where the other one has added to the log or to
    the branch meanwhile, the newer head is published.
    """
    done: list[tuple[SignedHead, PublishedBranch]] = []
    for last in (False, False, True):
        try:
            done.append((head, branches.append(BRANCH, head_file(head), publication(head))))
        except BranchFailed:
            if last and not done:
                raise
        newest = make_audit_log(settings).signed_head() or head
        if done and newest == done[-1][0]:
            break
        head = newest
    told, made = done[-1]
    where = BRANCH if made.pushed else f"{BRANCH}, here alone: there is no origin"
    said = f"published as commit {made.commit[:12]} of {where}"
    return (f"audit log: entry {told.head.sequence}, {told.head.entry}", f"audit log: {said}")


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


def tell_head(settings: Settings, *, publish: bool) -> None:
    """Print the head of the log and add it to the step's summary; publish it if asked to."""
    lines = head_lines(settings, publish=publish)
    for line in lines:
        typer.echo(plain(line, 1000))
    if lines:
        summary = "\n".join(f"- {markdown(line)}" for line in lines)
        step_files(settings).summarise(summary)
