"""What this service needs from outside."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from rehearsal.box.records import BoxConfig, Commit, PullRequest, Push, Run, Status

Clock = Callable[[], datetime]
Say = Callable[[str], None]
Sleep = Callable[[float], None]


class Repository(Protocol):
    """The bare repository that people push to."""

    def commit(self, revision: str) -> Commit | None:
        """Return the commit that a revision names, or None."""
        ...

    def tip(self, branch: str) -> Commit | None:
        """Return a branch's head, or None where there is no such branch."""
        ...

    def parents(self, commit: Commit) -> tuple[Commit, ...]:
        """Return a commit's parents, in order."""
        ...

    def tree(self, commit: Commit) -> str:
        """Return the tree of a commit."""
        ...

    def merged_tree(self, ours: Commit, theirs: Commit) -> str | None:
        """Return the tree of a merge of two commits, or None where they conflict."""
        ...

    def contains(self, tip: Commit, commit: Commit) -> bool:
        """Whether a commit is a tip or one of its ancestors."""
        ...

    def on_first_parent_line(self, tip: Commit, commit: Commit) -> bool:
        """Whether a commit is a tip, or was one before: the tip's first parent, or that one's."""
        ...

    def committed_at(self, commit: Commit) -> datetime | None:
        """Return when a commit says that it was committed; None for no time that there is."""
        ...

    def files(self, commit: Commit, folder: str) -> Mapping[str, str]:
        """Return the texts of the files right in a folder of a commit, by path."""
        ...

    def merge_commit(
        self, tree: str, parents: tuple[Commit, Commit], message: str, author: tuple[str, str]
    ) -> Commit:
        """Make a merge commit by an author (name, address), and return it; no ref moves."""
        ...

    def move(self, ref: str, old: Commit, new: Commit) -> bool:
        """Move a ref from one commit to another; False where it isn't at the old one any more."""
        ...


class Statuses(Protocol):
    """What runs said of commits."""

    def of(self, commit: Commit) -> tuple[Status, ...]:
        """Return all statuses of a commit, the oldest first."""
        ...

    def add(self, commit: Commit, status: Status) -> None:
        """Add one."""
        ...


class Runs(Protocol):
    """Runs that wait, work and have ended, with their logs."""

    def queue(self, run: Run) -> Run:
        """Give a run the next number and put it at the queue's end."""
        ...

    def waiting(self) -> tuple[int, ...]:
        """Return the numbers of runs that have not ended, in order."""
        ...

    def read(self, number: int) -> Run:
        """Return a run; Unknown."""
        ...

    def update(self, run: Run) -> None:
        """Write a run that has not ended."""
        ...

    def end(self, run: Run) -> None:
        """Write a run that has ended, and take it out of the queue."""
        ...

    def all(self) -> tuple[Run, ...]:
        """Return every run, the latest first."""
        ...

    def say(self, number: int, line: str) -> None:
        """Add a line to a run's log."""
        ...

    def log(self, number: int, start: int = 0) -> tuple[tuple[str, ...], int]:
        """Return the whole lines of a log from an offset, and the offset after them."""
        ...

    def summarise(self, number: int, markdown: str) -> None:
        """Write the summary that a run's jobs left."""
        ...

    def summary(self, number: int) -> str:
        """Return it; empty where there is none."""
        ...


class Pulls(Protocol):
    """Pull requests."""

    def lock(self) -> AbstractContextManager[None]:
        """Hold what may be held by one at a time: whoever changes a pull request."""
        ...

    def add(self, pull: PullRequest) -> PullRequest:
        """Write a new one under the next number."""
        ...

    def read(self, number: int) -> PullRequest:
        """Return one; Unknown."""
        ...

    def write(self, pull: PullRequest) -> None:
        """Write one that changed."""
        ...

    def all(self) -> tuple[PullRequest, ...]:
        """Return every one, the oldest first."""
        ...


class Pushes(Protocol):
    """Who pushed what."""

    def lock(self) -> AbstractContextManager[None]:
        """Hold what may be held by one at a time: whoever settles pushes."""
        ...

    def add(self, push: Push) -> Push:
        """Write a new one under the next number."""
        ...

    def write(self, push: Push) -> None:
        """Write one that changed."""
        ...

    def all(self) -> tuple[Push, ...]:
        """Return every one, the oldest first."""
        ...


@dataclass(frozen=True)
class Order:
    """What a workflow engine is to run."""

    run: Run
    checkout: Commit
    ref: str
    """The ref that the checkout is of."""
    event: str
    """JSON."""
    environment: Mapping[str, str]
    variables: Mapping[str, str]
    """What the workflow reads as `vars.NAME`."""
    seconds: float
    trusted: bool = False
    """Whether the checkout is main's: then its steps have keys and state; else they have a room."""
    shared: tuple[str, ...] = ()
    """Variables of `environment` that a checkout which isn't main's gets, as folders to read."""
    accept_missing_wall: str = ""
    """Why such a checkout may run where there is no wall; empty where it may not."""


@dataclass(frozen=True)
class Ended:
    """How it went."""

    succeeded: bool
    description: str = ""
    superseded: str = ""
    summary: str = ""


class Engine(Protocol):
    """What runs workflow files."""

    def scratch(self) -> Path:
        """Make a folder for one run."""
        ...

    def run(self, order: Order, scratch: Path, say: Say) -> Ended:
        """Run one workflow in a folder, saying each line of its log."""
        ...

    def clear(self, scratch: Path) -> None:
        """End what still runs in a folder, and remove it; nothing where it is gone."""
        ...


class Turn(Protocol):
    """The runner's turn: one at a time has it, and loses it by dying."""

    def take(self) -> AbstractContextManager[bool]:
        """Take the turn if it is free; says whether."""
        ...

    def is_taken(self) -> bool:
        """Whether some living runner has it."""
        ...

    def start_runner(self) -> None:
        """Start a runner apart from this process."""
        ...


class Box(Protocol):
    """The box's own folder."""

    def config(self) -> BoxConfig:
        """Return what box.yaml says; BoxUnfit."""
        ...

    def environment(self) -> Mapping[str, str]:
        """Return what steps are given; BoxUnfit."""
        ...
