"""A box in a folder of a test, with stand-ins for git and act: one world a test."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from support.box_fakes import FakeEngine, FakeRepository, FakeStatuses, clock, sha, status

from rehearsal.box.box import Box
from rehearsal.box.pull_requests import merge
from rehearsal.box.records import BoxConfig, Run

CI = ".github/workflows/ci.yml"
JUDGE = ".github/workflows/judge.yml"
DEPLOY = ".github/workflows/deploy.yml"
FILES = {
    CI: "name: ci\non: [pull_request]\n",
    JUDGE: "name: judge\non: [pull_request_target]\n",
    DEPLOY: "name: deploy\non:\n  push:\n    branches: [main]\n  workflow_dispatch:\n"
    "    inputs:\n      word: {}\n  schedule: [{cron: '0 4 * * *'}]\n",
}


class World:
    """Main at `a`, a branch `feature` at `b`, and a box around them, whose clock stands still."""

    def __init__(self, folder: Path) -> None:
        self.clock: Callable[[], datetime] = clock
        self.box = Box(folder, {}, {}, clock=self._now, sleep=lambda _: None)
        self.repository, self.statuses, self.engine = (
            FakeRepository(), FakeStatuses(), FakeEngine(),
        )  # fmt: skip
        stand_ins = {
            "repository": self.repository, "statuses": self.statuses, "engine": self.engine,
        }  # fmt: skip
        self.box.__dict__.update(stand_ins)  # where cached properties keep what they made
        self.runs, self.pulls, self.pushes = self.box.runs, self.box.pulls, self.box.pushes
        self.said: list[str] = []
        self.started = 0
        self.configure()
        (folder / "environment").write_text("GIVEN=yes\n")
        self.repository.branches = {"main": sha("a"), "feature": sha("b")}
        self.repository.parents_of = {sha("a"): (), sha("b"): (sha("a"),)}
        self.repository.files_of = {sha(letter): FILES for letter in "abcdef"}

    def _now(self) -> datetime:
        return self.clock()

    def detach(self, folder: Path, run: Callable[[], None]) -> None:
        """Run what would run apart at once, in this process."""
        assert folder == self.box.path
        self.started += 1
        run()

    def configure(self, **fields: Any) -> None:
        """Write box.yaml."""
        BoxConfig(wait_minutes=1, **fields).write(self.box.path / "box.yaml")

    def merge(self, number: int = 1, person: str = "bob", *, may_wait: bool = True) -> Any:
        return merge(self.box, number, person, self.said.append, may_wait=may_wait)

    def green(self, base: str = sha("a")) -> None:
        """Make the feature's checks green, against a tip of main."""
        for context in ("ci", "judge"):
            self.statuses.add(sha("b"), status(context, base=base))

    def all_runs(self) -> tuple[Run, ...]:
        return tuple(reversed(self.runs.all()))

    def workflows(self) -> list[tuple[str, str]]:
        """What is queued, by workflow and event."""
        return [(run.workflow, run.event.value) for run in self.all_runs()]
