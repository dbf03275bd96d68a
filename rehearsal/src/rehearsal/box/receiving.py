"""A push: may it pass, and what does it set going."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from rehearsal.box.outcome import Refused
from rehearsal.box.ports import Box, Clock, Pulls, Pushes, Repository, Statuses
from rehearsal.box.protection import (
    MergeFacts,
    audit_refusals,
    merge_refusals,
    namesake,
    namesake_refusals,
    ref_refusals,
)
from rehearsal.box.queueing import Queueing
from rehearsal.box.records import (
    MAIN,
    NAME_PATTERN,
    NO_COMMIT,
    RUNNER,
    BoxConfig,
    Commit,
    PullRequest,
    PullState,
    Push,
    Run,
    Update,
)
from rehearsal.box.text import plain

ABANDONED: Final = timedelta(minutes=10)
"""A push whose ref has not moved by then never will."""


@dataclass(frozen=True)
class Protection:
    """Asks the repository and the box what the rules of main need to know."""

    repository: Repository
    statuses: Statuses
    pulls: Pulls
    box: Box
    clock: Clock

    def refusals(self, updates: Sequence[Update], pusher: str) -> tuple[str, ...]:
        """Return why refs may not move so; none if they may."""
        others = (namesake(update.ref) for update in updates if update.creates)
        existing = [ref for ref in others if ref and self.repository.commit(ref)]
        reasons = namesake_refusals(updates, existing)
        for update in updates:
            reasons += self._of_one(update, pusher)
        return reasons

    def _of_one(self, update: Update, pusher: str) -> tuple[str, ...]:
        grows = update.creates or (
            not update.deletes and self.repository.contains(update.new, update.old)
        )
        reasons = ref_refusals(update) + audit_refusals(update, pusher, fast_forward=grows)
        if reasons or update.ref != MAIN:
            return reasons
        return merge_refusals(update, self._facts(update), self.box.config())

    def _facts(self, update: Update) -> MergeFacts:
        new, parents = update.new, self.repository.parents(update.new)
        head = parents[1] if len(parents) == 2 else None
        return MergeFacts(
            fast_forward=self.repository.contains(new, update.old),
            parents=parents,
            pull_request=self._open_pull(head) if head else None,
            statuses=self.statuses.of(head) if head else (),
            tree=self.repository.tree(new),
            merged_tree=self.repository.merged_tree(parents[0], head) if head else None,
            committed_at=self.repository.committed_at(new),
            tip_committed_at=self.repository.committed_at(update.old),
            now=self.clock(),
        )

    def _open_pull(self, head: Commit) -> PullRequest | None:
        pulls = (pull for pull in self.pulls.all() if pull.state == PullState.OPEN)
        return next((pull for pull in pulls if self.repository.tip(pull.branch) == head), None)


@dataclass(frozen=True)
class Receive:
    """Judges the refs of a push before git moves any of them."""

    protection: Protection
    pushes: Pushes
    box: Box
    clock: Clock

    def __call__(self, updates: Sequence[Update], pusher: str) -> Refused | None:
        """Return why the push is refused; else write down who pushes what, and return None."""
        reasons = person_refusals(self.box.config(), pusher)
        reasons += self.protection.refusals(updates, pusher)
        if reasons:
            return Refused(reasons)
        for update in updates:
            self.pushes.add(Push(number=0, update=update, pusher=pusher, at=self.clock()))
        return None


def person_refusals(config: BoxConfig, person: str) -> tuple[str, ...]:
    """Return why nobody of this name may act; where box.yaml lists no persons, anybody may."""
    if not re.fullmatch(NAME_PATTERN, person):
        return (f"{plain(person)} is no name: letters, digits, dots and dashes, up to 64",)
    if not config.persons or person in config.persons or person == RUNNER:
        return ()
    return (f"box.yaml lists no person {person}: say who you are with `git push -o as=NAME`",)


@dataclass(frozen=True)
class Settle:
    """Queues what moved refs set going, once each, whoever was killed in between."""

    repository: Repository
    pulls: Pulls
    pushes: Pushes
    queueing: Queueing
    clock: Clock

    def __call__(self, moved: Sequence[Update] = ()) -> tuple[int, ...]:
        """Settle all pushes whose refs have moved; return the runs of those that `moved` names."""
        with self.pushes.lock():
            pushes = [self._settled(push, moved) for push in self.pushes.all()[-1000:]]
        last = {push.update.ref: push.runs for push in pushes if push.update in moved}
        return tuple(number for runs in last.values() for number in runs)

    def _settled(self, push: Push, moved: Sequence[Update]) -> Push:
        if push.settled:
            return push
        if push.update not in moved and not self._has_moved(push.update):
            if self.clock() - push.at < ABANDONED:
                return push
            runs: tuple[Run, ...] = ()
        else:
            runs = self._queued(push)
        numbers = tuple(run.number for run in runs)
        settled = push.model_copy(update={"settled": True, "runs": numbers})
        self.pushes.write(settled)
        return settled

    def _has_moved(self, update: Update) -> bool:
        now = self.repository.commit(update.ref)
        if update.deletes:
            return now is None
        return now is not None and self.repository.contains(now, update.new)

    def _queued(self, push: Push) -> tuple[Run, ...]:
        update = push.update
        if update.deletes:
            self._close(update.branch)
            return ()
        if update.ref == MAIN:
            self._merged(push)
        runs = self.queueing.push(update, push.pusher)
        pull = open_pull(self.pulls, update.branch)
        if pull is None:
            return runs
        before = None if update.old == NO_COMMIT else update.old
        return runs + self.queueing.pull_request(
            pull, update.new, "synchronize", push.pusher, before
        )

    def _close(self, branch: str | None) -> None:
        with self.pulls.lock():
            if pull := open_pull(self.pulls, branch):
                self.pulls.write(pull.model_copy(update={"state": PullState.CLOSED}))

    def _merged(self, push: Push) -> None:
        """Say of the pull request that a merge of main holds that it is merged."""
        heads = self.repository.parents(push.update.new)[1:]
        branches = {other.update.branch for other in self.pushes.all() if other.update.new in heads}
        with self.pulls.lock():
            for pull in self.pulls.all():
                head = self.repository.tip(pull.branch)
                if pull.state == PullState.OPEN and (head in heads or pull.branch in branches):
                    self.pulls.write(
                        pull.model_copy(
                            update={
                                "state": PullState.MERGED,
                                "merge_commit": push.update.new,
                                "merged_by": push.pusher,
                            }
                        )
                    )


def open_pull(pulls: Pulls, branch: str | None) -> PullRequest | None:
    """Return the open pull request of a branch, or None."""
    return next(
        (pull for pull in pulls.all() if pull.state == PullState.OPEN and pull.branch == branch),
        None,
    )
