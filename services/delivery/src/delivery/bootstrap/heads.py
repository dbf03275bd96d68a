"""Publishing the audit log's head, and beginning a lost log anew."""

from collections.abc import Callable

from artifacts.records.audit import AuditEvent
from delivery.adapters.audit_heads import BRANCH, head_file, publication
from delivery.adapters.step_files import StepFiles
from delivery.bootstrap.auditing import make_audit_log, published_heads
from delivery.bootstrap.forge import make_branches
from delivery.domain.forge import PublishedBranch
from delivery.domain.text import plain
from delivery.errors import BranchFailed
from delivery.settings import Settings


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
    return (line, f"audit log: this head is NOT PUBLISHED on {BRANCH}: {problem}")


def log_lines(settings: Settings) -> tuple[str, ...]:
    """Return what a status says of the log: its head, the last published one, and a restart."""
    if settings.audit is None:
        return ()
    log = make_audit_log(settings)
    head, published = log.signed_head(), published_heads(settings).read(full=False)
    if head is None:
        return ()
    known = "no head was ever published"
    if published:
        last = published[-1]
        known = f"the last published one is entry {last.head.sequence} at {last.at.isoformat()}"
    lines = [f"audit log: its head is entry {head.head.sequence}; {known}"]
    first = log.entries()[0]
    if first.event == "restart":
        when = first.at.isoformat()
        lines.append(f"audit log: begun anew at {when} by {first.actor}: {first.reason}")
    return tuple(lines)


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


def step_files(settings: Settings) -> StepFiles:
    """Return where a step of a workflow leaves outputs and a summary."""
    return StepFiles(settings.step_output, settings.step_summary)


def _published(made: PublishedBranch) -> str:
    where = BRANCH if made.pushed else f"{BRANCH}, here alone: there is no origin"
    return f"audit log: published as commit {made.commit[:12]} of {where}"
