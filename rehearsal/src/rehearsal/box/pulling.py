"""Pull requests: open, comment, approve, close, show."""

from dataclasses import dataclass

from rehearsal.box.outcome import Refused
from rehearsal.box.ports import Box, Clock, Pulls, Pushes, Repository, Statuses
from rehearsal.box.queueing import Queueing
from rehearsal.box.receiving import open_pull, person_refusals
from rehearsal.box.records import (
    Comment,
    PullApproval,
    PullRequest,
    PullState,
    PullView,
    Run,
)
from rehearsal.box.statuses import check_refusals, latest
from rehearsal.box.text import plain


@dataclass(frozen=True)
class Opened:
    """A pull request that was opened, or brought up to date."""

    pull_request: PullRequest
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class PullRequests:
    """What people and workflows do with pull requests."""

    repository: Repository
    statuses: Statuses
    pulls: Pulls
    pushes: Pushes
    queueing: Queueing
    box: Box
    clock: Clock

    def open(self, branch: str, title: str | None, body: str | None, by: str) -> Refused | Opened:
        """Open one for a branch; the open one that it has gets the title and body instead."""
        reasons = person_refusals(self.box.config(), by)
        head, tip = self.repository.tip(branch), self.repository.tip("main")
        if head is None:
            reasons += (f"there is no branch {plain(branch)} here: push it first",)
        elif branch == "main" or (tip and self.repository.contains(tip, head)):
            reasons += (f"{plain(branch)} holds nothing that main lacks",)
        if reasons or head is None:
            return Refused(reasons)
        with self.pulls.lock():
            known = open_pull(self.pulls, branch)
            if known is not None:
                return Opened(self._retitled(known, title, body), ())
            pull = self.pulls.add(
                PullRequest(
                    number=0, branch=branch, title=title or branch, body=body or "",
                    opened_by=by, opened_at=self.clock(),
                )
            )  # fmt: skip
        return Opened(pull, self.queueing.pull_request(pull, head, "opened", by))

    def close(self, number: int) -> Refused | PullRequest:
        """Close an open one, unmerged."""
        with self.pulls.lock():
            pull = self.pulls.read(number)
            if pull.state != PullState.OPEN:
                return _not_open(pull)
            return self._written(pull.model_copy(update={"state": PullState.CLOSED}))

    def comment(self, number: int, body: str, marker: str | None, by: str) -> PullRequest:
        """Add a comment; one with the same marker goes."""
        with self.pulls.lock():
            pull = self.pulls.read(number)
            kept = tuple(c for c in pull.comments if marker is None or c.marker != marker)
            comment = Comment(body=body, marker=marker, by=by, at=self.clock())
            return self._written(pull.model_copy(update={"comments": (*kept, comment)}))

    def approve(self, number: int, person: str, note: str) -> Refused | PullRequest:
        """Write down that a person other than who opened it agrees to the head as it is."""
        reasons = person_refusals(self.box.config(), person)
        with self.pulls.lock():
            pull = self.pulls.read(number)
            head = self.repository.tip(pull.branch)
            if pull.state != PullState.OPEN or head is None:
                return _not_open(pull)
            if pull.opened_by == person:
                reasons += (f"{person} opened #{number}: nobody approves their own",)
            if reasons:
                return Refused(reasons)
            others = tuple(each for each in pull.approvals if each.person != person)
            given = PullApproval(person=person, note=note, head=head, at=self.clock())
            return self._written(pull.model_copy(update={"approvals": (*others, given)}))

    def view(self, pull: PullRequest) -> PullView:
        """Return a pull request with what the repository says of it."""
        head, tip = self.repository.tip(pull.branch), self.repository.tip("main")
        ref = f"refs/heads/{pull.branch}"
        pushes = [push for push in self.pushes.all() if push.update.ref == ref]
        stood = dict.fromkeys(at for push in pushes for at in (push.update.old, push.update.new))
        statuses = self.statuses.of(head) if head else ()
        refusals: tuple[str, ...] = ()
        if pull.state != PullState.OPEN:
            refusals = _not_open(pull).reasons
        elif head and tip:
            refusals = check_refusals(self.box.config(), statuses, tip)
        return PullView(
            pull_request=pull,
            head=head,
            base=tip,
            pushers=tuple(dict.fromkeys(push.pusher for push in pushes)),
            # A push that was written down and never moved the branch may have left no commit.
            heads=tuple(at for at in stood if self.repository.commit(at) is not None),
            statuses=latest(statuses),
            refusals=refusals,
        )

    def _retitled(self, pull: PullRequest, title: str | None, body: str | None) -> PullRequest:
        return self._written(
            pull.model_copy(
                update={
                    "title": pull.title if title is None else title,
                    "body": pull.body if body is None else body,
                }
            )
        )

    def _written(self, pull: PullRequest) -> PullRequest:
        self.pulls.write(pull)
        return pull


def _not_open(pull: PullRequest) -> Refused:
    return Refused((f"#{pull.number} is {pull.state}",))
