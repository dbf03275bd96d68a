"""Pull requests: open, comment, approve, close, show, and merge, the one way that main moves."""

from collections.abc import Callable
from dataclasses import dataclass

from artifacts.text import plain
from rehearsal.box.box import Box
from rehearsal.box.outcome import Refused
from rehearsal.box.queueing import queue_checks, queue_judgement
from rehearsal.box.receiving import open_pull, person_refusals, refusals, settle
from rehearsal.box.records import (
    MAIN,
    Comment,
    Commit,
    PullApproval,
    PullRequest,
    PullState,
    PullView,
    Push,
    Run,
    Update,
)
from rehearsal.box.runner import follow, start_runner
from rehearsal.box.statuses import check_refusals, latest, stale_checks


@dataclass(frozen=True)
class Opened:
    """A pull request that was opened, or brought up to date, and its checks."""

    pull_request: PullRequest
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Merged:
    """Main has moved to a merge, and these runs wait for it."""

    pull_request: PullRequest
    commit: Commit
    runs: tuple[int, ...]


def open_pull_request(
    box: Box, branch: str, title: str | None, body: str | None, by: str
) -> Refused | Opened:
    """Open one for a branch; the open one that it has gets the title and body instead."""
    reasons = person_refusals(box.config, by)
    head, tip = box.repository.tip(branch), box.repository.tip("main")
    if head is None:
        reasons += (f"there is no branch {plain(branch)} here: push it first",)
    elif branch == "main" or (tip and box.repository.contains(tip, head)):
        reasons += (f"{plain(branch)} holds nothing that main lacks",)
    if reasons or head is None:
        return Refused(reasons)
    with box.pulls.lock():
        known = open_pull(box, branch)
        if known is not None:
            given = {"title": title, "body": body}
            changed = {name: text for name, text in given.items() if text is not None}
            return Opened(_written(box, known.model_copy(update=changed)), ())
        pull = box.pulls.add(
            PullRequest(
                number=0, branch=branch, title=title or branch, body=body or "",
                opened_by=by, opened_at=box.clock(),
            )
        )  # fmt: skip
    return Opened(pull, queue_checks(box, pull, head, "opened", by))


def close_pull_request(box: Box, number: int) -> Refused | PullRequest:
    """Close an open one, unmerged."""
    with box.pulls.lock():
        pull = box.pulls.read(number)
        if pull.state != PullState.OPEN:
            return _not_open(pull)
        return _written(box, pull.model_copy(update={"state": PullState.CLOSED}))


def comment(box: Box, number: int, body: str, marker: str | None, by: str) -> PullRequest:
    """Add a comment; one with the same marker goes."""
    with box.pulls.lock():
        pull = box.pulls.read(number)
        kept = tuple(c for c in pull.comments if marker is None or c.marker != marker)
        added = Comment(body=body, marker=marker, by=by, at=box.clock())
        return _written(box, pull.model_copy(update={"comments": (*kept, added)}))


def approve(box: Box, number: int, person: str, note: str) -> Refused | PullRequest:
    """Write down that a person other than who opened it agrees to the head as it is."""
    reasons = person_refusals(box.config, person)
    with box.pulls.lock():
        pull = box.pulls.read(number)
        head = box.repository.tip(pull.branch)
        if pull.state != PullState.OPEN or head is None:
            return _not_open(pull)
        if pull.opened_by == person:
            reasons += (f"{person} opened #{number}: nobody approves their own",)
        if reasons:
            return Refused(reasons)
        others = tuple(each for each in pull.approvals if each.person != person)
        given = PullApproval(person=person, note=note, head=head, at=box.clock())
        return _written(box, pull.model_copy(update={"approvals": (*others, given)}))


def view(box: Box, pull: PullRequest) -> PullView:
    """Return a pull request with what the repository says of it."""
    head, tip = box.repository.tip(pull.branch), box.repository.tip("main")
    ref = f"refs/heads/{pull.branch}"
    pushes = [push for push in box.pushes.all() if push.update.ref == ref]
    stood = dict.fromkeys(at for push in pushes for at in (push.update.old, push.update.new))
    statuses = box.statuses.of(head) if head else ()
    hindrances: tuple[str, ...] = ()
    if pull.state != PullState.OPEN:
        hindrances = _not_open(pull).reasons
    elif head and tip:
        hindrances = check_refusals(box.config, statuses, tip)
    return PullView(
        pull_request=pull,
        head=head,
        base=tip,
        pushers=tuple(dict.fromkeys(push.pusher for push in pushes)),
        # A push that was written down and never moved the branch may have left no commit.
        heads=tuple(at for at in stood if box.repository.commit(at) is not None),
        statuses=latest(statuses),
        refusals=hindrances,
    )


def merge(
    box: Box, number: int, person: str, say: Callable[[str], None], *, may_wait: bool
) -> Refused | Merged:
    """Merge an open pull request, by the rules that a push of the merge goes through.

    First main's workflows judge it anew if main has moved, unless the caller may not wait.
    """
    pull = box.pulls.read(number)
    head, tip = box.repository.tip(pull.branch), box.repository.tip("main")
    reasons = person_refusals(box.config, person)
    if pull.state != PullState.OPEN:
        reasons += (f"#{number} is {pull.state}",)
    if reasons or head is None or tip is None:
        return Refused(reasons or (f"the branch {plain(pull.branch)} is gone",))
    if box.repository.contains(tip, head):
        return Refused((f"{plain(pull.branch)} holds nothing that main lacks",))
    stale = stale_checks(box.config, box.statuses.of(head), tip)
    if stale and may_wait and (anew := queue_judgement(box, pull, head, "synchronize", person)):
        say("main has moved since this was judged: judging it against main as it is now")
        start_runner(box)
        follow(box, [run.number for run in anew], say)
    tree = box.repository.merged_tree(tip, head)
    if tree is None:
        return Refused((f"{plain(pull.branch)} conflicts with main: merge main into it, and push",))
    message = f"Merge pull request #{pull.number}: {plain(pull.title)}\n"
    author = (person, box.config.persons.get(person, f"{person}@box.invalid"))
    commit = box.repository.merge_commit(tree, (tip, head), message, author)
    update = Update(ref=MAIN, old=tip, new=commit)
    if reasons := refusals(box, (update,), person):
        return Refused(reasons)
    box.pushes.add(Push(number=0, update=update, pusher=person, at=box.clock()))
    if not box.repository.move(MAIN, tip, commit):
        return Refused(("main has moved in the meantime: merge again",))
    runs = settle(box, (update,))
    return Merged(box.pulls.read(pull.number), commit, runs)


def _written(box: Box, pull: PullRequest) -> PullRequest:
    box.pulls.write(pull)
    return pull


def _not_open(pull: PullRequest) -> Refused:
    return Refused((f"#{pull.number} is {pull.state}",))
