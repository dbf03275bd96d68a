"""The box's use cases over fakes: one world a test."""

from dataclasses import dataclass, field
from typing import Any

from support.box_fakes import (
    FakeBox,
    FakeEngine,
    FakePulls,
    FakePushes,
    FakeRepository,
    FakeRuns,
    FakeStatuses,
    FakeTurn,
    clock,
    sha,
    status,
)

from rehearsal.box.following import Follow
from rehearsal.box.merging import Merge
from rehearsal.box.pulling import PullRequests
from rehearsal.box.queueing import Queueing
from rehearsal.box.receiving import Protection, Receive, Settle
from rehearsal.box.working import Work

CI = ".github/workflows/ci.yml"
JUDGE = ".github/workflows/judge.yml"
DEPLOY = ".github/workflows/deploy.yml"
FILES = {
    CI: "name: ci\non: [pull_request]\n",
    JUDGE: "name: judge\non: [pull_request_target]\n",
    DEPLOY: "name: deploy\non:\n  push:\n    branches: [main]\n  workflow_dispatch:\n"
    "    inputs:\n      word: {}\n  schedule: [{cron: '0 4 * * *'}]\n",
}


@dataclass
class World:
    """Main at `a`, a branch `feature` at `b`, and everything that works on them."""

    repository: FakeRepository = field(default_factory=FakeRepository)
    statuses: FakeStatuses = field(default_factory=FakeStatuses)
    runs: FakeRuns = field(default_factory=FakeRuns)
    pulls: FakePulls = field(default_factory=FakePulls)
    pushes: FakePushes = field(default_factory=FakePushes)
    engine: FakeEngine = field(default_factory=FakeEngine)
    turn: FakeTurn = field(default_factory=FakeTurn)
    box: FakeBox = field(default_factory=FakeBox)
    said: list[str] = field(default_factory=list)
    clock: Any = clock

    def __post_init__(self) -> None:
        self.repository.branches = {"main": sha("a"), "feature": sha("b")}
        self.repository.parents_of = {sha("a"): (), sha("b"): (sha("a"),)}
        self.repository.files_of = {sha(letter): FILES for letter in "abcdef"}
        self.turn.work = lambda: self.work()  # noqa: PLW0108 - made when it runs

    @property
    def queueing(self) -> Queueing:
        return Queueing(self.repository, self.runs, self.clock)

    @property
    def protection(self) -> Protection:
        return Protection(self.repository, self.statuses, self.pulls, self.box, self.clock)

    @property
    def receive(self) -> Receive:
        return Receive(self.protection, self.pushes, self.box, self.clock)

    @property
    def settle(self) -> Settle:
        return Settle(self.repository, self.pulls, self.pushes, self.queueing, self.clock)

    @property
    def work(self) -> Work:
        return Work(
            self.repository, self.statuses, self.runs, self.pulls, self.settle, self.engine,
            self.turn, self.box, self.clock,
        )  # fmt: skip

    @property
    def follow(self) -> Follow:
        return Follow(self.runs, self.turn, self.clock, lambda _: None)

    @property
    def pull_requests(self) -> PullRequests:
        return PullRequests(
            self.repository, self.statuses, self.pulls, self.pushes, self.queueing, self.box,
            self.clock,
        )  # fmt: skip

    def merge(self, number: int = 1, person: str = "bob", *, may_wait: bool = True) -> Any:
        """Merge as a person."""
        merge = Merge(
            self.repository, self.statuses, self.pulls, self.pushes, self.queueing,
            self.protection, self.settle, self.follow, self.box, self.clock,
        )  # fmt: skip
        return merge(number, person, self.said.append, may_wait=may_wait)

    def green(self, base: str = sha("a")) -> None:
        """Make the feature's checks green, against a tip of main."""
        for context in ("ci", "judge"):
            self.statuses.add(sha("b"), status(context, base=base))

    def workflows(self) -> list[tuple[str, str]]:
        """What is queued, by workflow and event."""
        return [(run.workflow, run.event.value) for run in self.runs.found.values()]
