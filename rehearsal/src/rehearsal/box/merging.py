"""Merging a pull request: the one way that main moves."""

from dataclasses import dataclass

from rehearsal.box.following import Follow
from rehearsal.box.outcome import Refused
from rehearsal.box.ports import Box, Clock, Pulls, Pushes, Repository, Say, Statuses
from rehearsal.box.queueing import Queueing
from rehearsal.box.receiving import Protection, Settle, person_refusals
from rehearsal.box.records import MAIN, Commit, PullRequest, PullState, Push, Update
from rehearsal.box.statuses import stale_checks
from rehearsal.box.text import plain


@dataclass(frozen=True)
class Merged:
    """Main has moved."""

    pull_request: PullRequest
    commit: Commit
    runs: tuple[int, ...]


@dataclass(frozen=True)
class Merge:
    """Makes the merge commit and moves main, through the same rules that a push goes through."""

    repository: Repository
    statuses: Statuses
    pulls: Pulls
    pushes: Pushes
    queueing: Queueing
    protection: Protection
    settle: Settle
    follow: Follow
    box: Box
    clock: Clock

    def __call__(self, number: int, person: str, say: Say, *, may_wait: bool) -> Refused | Merged:
        """Merge an open pull request; first let main's workflows judge it anew if main moved."""
        pull = self.pulls.read(number)
        head, tip = self.repository.tip(pull.branch), self.repository.tip("main")
        reasons = person_refusals(self.box.config(), person)
        if pull.state != PullState.OPEN:
            reasons += (f"#{number} is {pull.state}",)
        if reasons or head is None or tip is None:
            return Refused(reasons or (f"the branch {plain(pull.branch)} is gone",))
        if self.repository.contains(tip, head):
            return Refused((f"{plain(pull.branch)} holds nothing that main lacks",))
        if stale_checks(self.box.config(), self.statuses.of(head), tip) and may_wait:
            self._judge_anew(pull, head, person, say)
        return self._merged(pull, head, tip, person)

    def _judge_anew(self, pull: PullRequest, head: Commit, person: str, say: Say) -> None:
        runs = self.queueing.judgement(pull, head, person)
        if runs:
            say("main has moved since this was judged: judging it against main as it is now")
            self.follow.turn.start_runner()
            self.follow([run.number for run in runs], say, self.box.config().wait_minutes * 60)

    def _merged(
        self, pull: PullRequest, head: Commit, tip: Commit, person: str
    ) -> Refused | Merged:
        tree = self.repository.merged_tree(tip, head)
        if tree is None:
            return Refused(
                (f"{plain(pull.branch)} conflicts with main: merge main into it, and push",)
            )
        commit = self.repository.merge_commit(
            tree, (tip, head), f"Merge pull request #{pull.number}: {plain(pull.title)}\n",
            self._author(person),
        )  # fmt: skip
        update = Update(ref=MAIN, old=tip, new=commit)
        if reasons := self.protection.refusals((update,), person):
            return Refused(reasons)
        self.pushes.add(Push(number=0, update=update, pusher=person, at=self.clock()))
        if not self.repository.move(MAIN, tip, commit):
            return Refused(("main has moved in the meantime: merge again",))
        runs = self.settle((update,))
        return Merged(self.pulls.read(pull.number), commit, runs)

    def _author(self, person: str) -> tuple[str, str]:
        return person, self.box.config().persons.get(person, f"{person}@box.invalid")
