"""One fake a port of the box, and records to fill them with."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rehearsal.box.errors import Unknown
from rehearsal.box.ports import Ended, Order, Say
from rehearsal.box.records import (
    BoxConfig,
    CheckState,
    Event,
    PullRequest,
    Run,
    Status,
    Update,
)

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def sha(letter: str) -> str:
    """A commit, by one hexadecimal digit."""
    return letter * 40


def clock() -> datetime:
    """A clock that stands still."""
    return NOON


def pull(number: int = 1, branch: str = "feature", **fields: Any) -> PullRequest:
    """An open pull request of Ada's."""
    shape = {"title": f"Title of {branch}", "opened_by": "ada", "opened_at": NOON} | fields
    return PullRequest(number=number, branch=branch, **shape)


def status(context: str, state: str = "success", base: str = sha("a"), **fields: Any) -> Status:
    """What a run said of a pull request's head."""
    event = Event.PULL_REQUEST_TARGET if context == "judge" else Event.PULL_REQUEST
    shape = {"event": event, "run": 1, "at": NOON} | fields
    return Status(context=context, state=CheckState(state), base=base, **shape)


def run(number: int = 0, **fields: Any) -> Run:
    """A run of ci for a branch."""
    shape = {
        "workflow": "ci", "file": ".github/workflows/ci.yml", "event": Event.PUSH,
        "ref": "refs/heads/feature", "commit": sha("b"), "actor": "ada", "queued_at": NOON,
    } | fields  # fmt: skip
    return Run(number=number, **shape)


def update(ref: str = "refs/heads/feature", old: str = sha("0"), new: str = sha("b")) -> Update:
    """A push of a new branch."""
    return Update(ref=ref, old=old, new=new)


class FakeRepository:
    """Commits by hash, with their parents, trees and files; branches by name."""

    def __init__(self) -> None:
        self.branches: dict[str, str] = {}
        self.parents_of: dict[str, tuple[str, ...]] = {}
        self.files_of: dict[str, dict[str, str]] = {}
        self.conflicts: set[tuple[str, str]] = set()
        self.trees: dict[str, str] = {}
        self.refuses_to_move = False
        self.dates: dict[str, datetime | None] = {}

    def commit(self, revision: str) -> str | None:
        """Return what a branch, by name or ref, or a known hash names."""
        name = revision.removeprefix("refs/heads/")
        return self.branches.get(name) or (revision if revision in self.parents_of else None)

    def tip(self, branch: str) -> str | None:
        """Return a branch's head."""
        return self.branches.get(branch)

    def parents(self, commit: str) -> tuple[str, ...]:
        """Return a commit's parents."""
        return self.parents_of.get(commit, ())

    def tree(self, commit: str) -> str:
        """Return a commit's tree."""
        return self.trees.get(commit, f"tree of {commit}")

    def merged_tree(self, ours: str, theirs: str) -> str | None:
        """Return a tree that names both, unless they conflict."""
        return None if (ours, theirs) in self.conflicts else f"{ours}+{theirs}"

    def contains(self, tip: str, commit: str) -> bool:
        """Whether a commit is among a tip's ancestors."""
        return tip == commit or any(self.contains(p, commit) for p in self.parents(tip))

    def on_first_parent_line(self, tip: str, commit: str) -> bool:
        """Whether a commit is a tip, or was one before."""
        return tip == commit or any(
            self.on_first_parent_line(parent, commit) for parent in self.parents(tip)[:1]
        )

    def committed_at(self, commit: str) -> datetime | None:
        """Return a commit's date: noon, unless a test says another."""
        return self.dates.get(commit, NOON)

    def files(self, commit: str, folder: str) -> Mapping[str, str]:
        """Return a commit's files in a folder."""
        found = self.files_of.get(commit, {})
        return {path: text for path, text in found.items() if path.startswith(f"{folder}/")}

    def merge_commit(
        self, tree: str, parents: tuple[str, str], message: str, author: tuple[str, str]
    ) -> str:
        """Make a merge and remember it."""
        self.made = (message, author)
        self.parents_of[sha("f")], self.trees[sha("f")] = parents, tree
        return sha("f")

    def move(self, ref: str, old: str, new: str) -> bool:
        """Move a branch from one commit to another."""
        name = ref.removeprefix("refs/heads/")
        if self.refuses_to_move or self.branches.get(name) != old:
            return False
        self.branches[name] = new
        return True


class FakeStatuses:
    """Statuses in memory."""

    def __init__(self) -> None:
        self.found: dict[str, list[Status]] = {}

    def of(self, commit: str) -> tuple[Status, ...]:
        """Return a commit's."""
        return tuple(self.found.get(commit, ()))

    def add(self, commit: str, status: Status) -> None:
        """Add one."""
        self.found.setdefault(commit, []).append(status)


class FakeRuns:
    """Runs and their logs in memory."""

    def __init__(self) -> None:
        self.found: dict[int, Run] = {}
        self.lines: dict[int, list[str]] = {}
        self.summaries: dict[int, str] = {}

    def queue(self, run: Run) -> Run:
        """Number and keep one."""
        queued = run.model_copy(update={"number": len(self.found) + 1})
        self.found[queued.number] = queued
        return queued

    def waiting(self) -> tuple[int, ...]:
        """Return those that have not ended."""
        return tuple(number for number, run in self.found.items() if not run.state.ended)

    def read(self, number: int) -> Run:
        """Return one."""
        if number not in self.found:
            raise Unknown("run", str(number), "look again")
        return self.found[number]

    def update(self, run: Run) -> None:
        """Keep one that changed."""
        self.found[run.number] = run

    end = update

    def all(self) -> tuple[Run, ...]:
        """Return all, the latest first."""
        return tuple(reversed(self.found.values()))

    def say(self, number: int, line: str) -> None:
        """Add a line to a log."""
        self.lines.setdefault(number, []).append(line)

    def log(self, number: int, start: int = 0) -> tuple[tuple[str, ...], int]:
        """Return a log's lines from the one of an index."""
        found = self.lines.get(number, [])
        return tuple(found[start:]), len(found)

    def summarise(self, number: int, markdown: str) -> None:
        """Keep a summary."""
        self.summaries[number] = markdown

    def summary(self, number: int) -> str:
        """Return it."""
        return self.summaries.get(number, "")


class _Numbered:
    """Records by number, in memory."""

    def __init__(self, *found: Any) -> None:
        self.found = {each.number: each for each in found}

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold nothing: a test is alone."""
        yield

    def add(self, record: Any) -> Any:
        """Number and keep one."""
        numbered = record.model_copy(update={"number": len(self.found) + 1})
        self.write(numbered)
        return numbered

    def read(self, number: int) -> Any:
        """Return one."""
        if number not in self.found:
            raise Unknown("record", str(number), "look again")
        return self.found[number]

    def write(self, record: Any) -> None:
        """Keep one."""
        self.found[record.number] = record

    def all(self) -> tuple[Any, ...]:
        """Return all, the oldest first."""
        return tuple(self.found.values())


class FakePulls(_Numbered):
    """Pull requests in memory."""


class FakePushes(_Numbered):
    """Pushes in memory."""


class FakeBox:
    """A box's settings."""

    def __init__(self, **fields: Any) -> None:
        self._config = BoxConfig(**fields)

    def config(self) -> BoxConfig:
        """Return them."""
        return self._config

    def environment(self) -> Mapping[str, str]:
        """Return what steps are given."""
        return {"GIVEN": "yes"}


class FakeTurn:
    """The runner's turn; a runner that is started works at once, in this process."""

    def __init__(self, work: Callable[[], None] = lambda: None, *, taken: bool = False) -> None:
        self.work = work
        self.taken = taken
        self.started = 0

    @contextmanager
    def take(self) -> Iterator[bool]:
        """Take it, unless another has it."""
        yield not self.taken

    def is_taken(self) -> bool:
        """Whether another has it."""
        return self.taken

    def start_runner(self) -> None:
        """Work."""
        self.started += 1
        self.work()


class FakeEngine:
    """An engine that ends as it is told, or raises it, and remembers its orders."""

    def __init__(self, *endings: Ended | Exception) -> None:
        self.endings = list(endings)
        self.orders: list[Order] = []
        self.cleared: list[Path] = []

    def scratch(self) -> Path:
        """Return a folder that isn't there."""
        return Path("scratch")

    def run(self, order: Order, scratch: Path, say: Say) -> Ended:
        """Say where, and end."""
        self.orders.append(order)
        say(f"in {scratch}")
        ending = self.endings.pop(0) if self.endings else Ended(succeeded=True)
        if isinstance(ending, Exception):
            raise ending
        return ending

    def clear(self, scratch: Path) -> None:
        """Remember it."""
        self.cleared.append(scratch)
