"""Publishing the audit log's head, and beginning a lost log anew."""

from collections.abc import Callable
from typing import Final

from artifacts.records.audit import AuditEvent
from delivery.clock import now
from delivery.errors import BranchFailed, RestartRefused
from delivery.git.branches import PublishedBranch
from delivery.git.wiring import make_branches
from delivery.settings import Settings
from delivery.text import plain
from delivery.trail.audit_heads import BRANCH, head_file, publication
from delivery.trail.audit_state import LogState, log_state, unreviewed_restart
from delivery.trail.wiring import make_audit_log, published_heads

NOT_PUBLISHED: Final = "NOT PUBLISHED"
"""The words of a head that could not be pushed."""


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


def review_restart(settings: Settings, reason: str) -> str:
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
            actor=f"{settings.actor} ({settings.run})"[:200],
            reason=reason[:4000],
            subject=begun,
        )
    )
    return f"entry {entry.sequence}: the restart of this log is reviewed: {reason}"


def restart(settings: Settings, reason: str, say: Callable[[str], None]) -> None:
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
            actor=f"{settings.actor} ({settings.run})"[:200],
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
