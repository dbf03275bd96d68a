"""A push: may it pass, and what does it set going."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from artifacts.text import plain
from rehearsal.box.box import Box
from rehearsal.box.outcome import Refused
from rehearsal.box.protection import (
    MergeFacts,
    audit_refusals,
    merge_refusals,
    namesake,
    namesake_refusals,
    ref_refusals,
)
from rehearsal.box.queueing import queue_checks, queue_push
from rehearsal.box.records import (
    MAIN,
    NAME_PATTERN,
    NO_COMMIT,
    RUNNER,
    BoxConfig,
    PullRequest,
    PullState,
    Push,
    Run,
    Update,
)

ABANDONED: Final = timedelta(minutes=10)
"""A push whose ref has not moved by then never will."""


def receive(box: Box, updates: Sequence[Update], pusher: str) -> Refused | None:
    """Return why a push is refused; else write down who pushes what, and return None."""
    reasons = person_refusals(box.config, pusher) + refusals(box, updates, pusher)
    if reasons:
        return Refused(reasons)
    for update in updates:
        box.pushes.add(Push(number=0, update=update, pusher=pusher, at=box.clock()))
    return None


def person_refusals(config: BoxConfig, person: str) -> tuple[str, ...]:
    """Return why nobody of this name may act; where box.yaml lists no persons, anybody may."""
    if not re.fullmatch(NAME_PATTERN, person):
        return (f"{plain(person)} is no name: letters, digits, dots and dashes, up to 64",)
    if not config.persons or person in config.persons or person == RUNNER:
        return ()
    return (f"box.yaml lists no person {person}: say who you are with `git push -o as=NAME`",)


def refusals(box: Box, updates: Sequence[Update], pusher: str) -> tuple[str, ...]:
    """Return why refs may not move so; none if they may."""
    others = (namesake(update.ref) for update in updates if update.creates)
    existing = [ref for ref in others if ref and box.repository.commit(ref)]
    reasons = namesake_refusals(updates, existing)
    for update in updates:
        grows = update.creates or (
            not update.deletes and box.repository.contains(update.new, update.old)
        )
        of_ref = ref_refusals(update) + audit_refusals(update, pusher, fast_forward=grows)
        if not of_ref and update.ref == MAIN:
            of_ref = merge_refusals(update, _merge_facts(box, update), box.config)
        reasons += of_ref
    return reasons


def _merge_facts(box: Box, update: Update) -> MergeFacts:
    repository, new = box.repository, update.new
    parents = repository.parents(new)
    head = parents[1] if len(parents) == 2 else None
    opened = (pull for pull in box.pulls.all() if pull.state == PullState.OPEN and head)
    return MergeFacts(
        fast_forward=repository.contains(new, update.old),
        parents=parents,
        pull_request=next((pull for pull in opened if repository.tip(pull.branch) == head), None),
        statuses=box.statuses.of(head) if head else (),
        tree=repository.tree(new),
        merged_tree=repository.merged_tree(parents[0], head) if head else None,
        committed_at=repository.committed_at(new),
        tip_committed_at=repository.committed_at(update.old),
        now=box.clock(),
    )


def settle(box: Box, moved: Sequence[Update] = ()) -> tuple[int, ...]:
    """Queue what moved refs set going, once each, whoever was killed in between.

    Returns the runs of those that `moved` names.
    """
    with box.pushes.lock():
        pushes = [_settled(box, push, moved) for push in box.pushes.all()[-1000:]]
    last = {push.update.ref: push.runs for push in pushes if push.update in moved}
    return tuple(number for runs in last.values() for number in runs)


def _settled(box: Box, push: Push, moved: Sequence[Update]) -> Push:
    if push.settled:
        return push
    runs: tuple[Run, ...] = ()
    if push.update in moved or _has_moved(box, push.update):
        runs = _queue_for(box, push)
    elif box.clock() - push.at < ABANDONED:
        return push
    settled = push.model_copy(update={"settled": True, "runs": tuple(run.number for run in runs)})
    box.pushes.write(settled)
    return settled


def _has_moved(box: Box, update: Update) -> bool:
    now = box.repository.commit(update.ref)
    if update.deletes:
        return now is None
    return now is not None and box.repository.contains(now, update.new)


def _queue_for(box: Box, push: Push) -> tuple[Run, ...]:
    """Queue the runs of a ref that has moved, and bring its pull request up to date."""
    update = push.update
    if update.deletes:
        with box.pulls.lock():
            if gone := open_pull(box, update.branch):
                box.pulls.write(gone.model_copy(update={"state": PullState.CLOSED}))
        return ()
    if update.ref == MAIN:
        _mark_merged(box, push)
    runs = queue_push(box, update, push.pusher)
    pull = open_pull(box, update.branch)
    if pull is None:
        return runs
    before = None if update.old == NO_COMMIT else update.old
    return runs + queue_checks(box, pull, update.new, "synchronize", push.pusher, before)


def _mark_merged(box: Box, push: Push) -> None:
    """Say of the pull request that a merge of main holds that it is merged."""
    heads = box.repository.parents(push.update.new)[1:]
    branches = {other.update.branch for other in box.pushes.all() if other.update.new in heads}
    merged = {
        "state": PullState.MERGED,
        "merge_commit": push.update.new,
        "merged_by": push.pusher,
    }
    with box.pulls.lock():
        for pull in box.pulls.all():
            held = box.repository.tip(pull.branch) in heads or pull.branch in branches
            if pull.state == PullState.OPEN and held:
                box.pulls.write(pull.model_copy(update=merged))


def open_pull(box: Box, branch: str | None) -> PullRequest | None:
    """Return the open pull request of a branch, or None."""
    pulls = (pull for pull in box.pulls.all() if pull.branch == branch)
    return next((pull for pull in pulls if pull.state == PullState.OPEN), None)
