"""The only place that constructs adapters."""

import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from rehearsal.box.act_engine import ActEngine
from rehearsal.box.folder import BoxFolder
from rehearsal.box.following import Follow
from rehearsal.box.merging import Merge
from rehearsal.box.pulling import PullRequests
from rehearsal.box.queueing import Queueing
from rehearsal.box.receiving import Protection, Receive, Settle
from rehearsal.box.record_files import PullFiles, PushFiles
from rehearsal.box.repository import Git, GitNotes, GitRepository
from rehearsal.box.run_files import RunFiles
from rehearsal.box.runner import RunnerTurn
from rehearsal.box.working import Work
from rehearsal.settings import Settings, allowed_environment
from walls import find_wall


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the clock that others are given


@dataclass(frozen=True)
class Parts:
    """Everything that a command may need, made when it is asked for."""

    settings: Settings

    @cached_property
    def path(self) -> Path:
        """The box's folder."""
        return self.settings.box.absolute()

    @cached_property
    def folder(self) -> BoxFolder:
        """The box itself."""
        return BoxFolder(self.path, allowed_environment())

    @cached_property
    def git(self) -> Git:
        """Commands of git over origin, which sees what is being pushed while a hook asks."""
        environment = allowed_environment()
        if self.settings.objects is not None:
            environment["GIT_OBJECT_DIRECTORY"] = str(self.settings.objects.absolute())
            environment["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = self.settings.alternates or ""
        return Git(self.path / "origin.git", environment)

    @cached_property
    def repository(self) -> GitRepository:
        """The repository."""
        return GitRepository(self.git)

    @cached_property
    def statuses(self) -> GitNotes:
        """Statuses of commits."""
        return GitNotes(self.git, self.path / "locks" / "statuses")

    @cached_property
    def runs(self) -> RunFiles:
        """Runs."""
        return RunFiles(self.path)

    @cached_property
    def pulls(self) -> PullFiles:
        """Pull requests."""
        return PullFiles(self.path)

    @cached_property
    def pushes(self) -> PushFiles:
        """Who pushed what."""
        return PushFiles(self.path)

    @cached_property
    def turn(self) -> RunnerTurn:
        """The runner's turn."""
        return RunnerTurn(self.path, lambda: self.work())  # noqa: PLW0108 - made when it runs

    @cached_property
    def protection(self) -> Protection:
        """The rules of main."""
        return Protection(self.repository, self.statuses, self.pulls, self.folder, _now)

    @cached_property
    def queueing(self) -> Queueing:
        """What makes runs."""
        return Queueing(self.repository, self.runs, _now)

    @cached_property
    def settle(self) -> Settle:
        """What moved refs set going."""
        return Settle(self.repository, self.pulls, self.pushes, self.queueing, _now)

    @cached_property
    def receive(self) -> Receive:
        """The judge of pushes."""
        return Receive(self.protection, self.pushes, self.folder, _now)

    @cached_property
    def follow(self) -> Follow:
        """What watches runs."""
        return Follow(self.runs, self.turn, _now, time.sleep)

    @cached_property
    def pull_requests(self) -> PullRequests:
        """What is done with pull requests."""
        return PullRequests(
            self.repository, self.statuses, self.pulls, self.pushes, self.queueing, self.folder,
            _now,
        )  # fmt: skip

    @cached_property
    def merge(self) -> Merge:
        """What moves main."""
        return Merge(
            self.repository, self.statuses, self.pulls, self.pushes, self.queueing,
            self.protection, self.settle, self.follow, self.folder, _now,
        )  # fmt: skip

    @cached_property
    def engine(self) -> ActEngine:
        """act, which comes with the environment."""
        # Resolved: a packaged copy has a link to it, and a room is lent the file itself.
        act = Path(sys.executable).with_name("act").resolve()
        return ActEngine(self.path, act, allowed_environment(), find_wall)

    @cached_property
    def work(self) -> Work:
        """The runner."""
        return Work(
            self.repository, self.statuses, self.runs, self.pulls, self.settle, self.engine,
            self.turn,
            self.folder, _now,
        )  # fmt: skip

    def stop_runner(self) -> None:
        """End the runner and what it runs."""
        self.turn.end()
        for number in self.runs.waiting():
            if scratch := self.runs.read(number).scratch:
                self.engine.clear(Path(scratch))
