"""What stands in for git and act in tests of the box, and records to fill them with."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rehearsal.box.act_engine import Ended, Order
from rehearsal.box.records import (
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
        return self.branches.get(branch)

    def parents(self, commit: str) -> tuple[str, ...]:
        return self.parents_of.get(commit, ())

    def tree(self, commit: str) -> str:
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
        found = self.files_of.get(commit, {})
        return {path: text for path, text in found.items() if path.startswith(f"{folder}/")}

    def merge_commit(
        self, tree: str, parents: tuple[str, str], message: str, author: tuple[str, str]
    ) -> str:
        self.made = (message, author)
        self.parents_of[sha("f")], self.trees[sha("f")] = parents, tree
        return sha("f")

    def move(self, ref: str, old: str, new: str) -> bool:
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
        return tuple(self.found.get(commit, ()))

    def add(self, commit: str, status: Status) -> None:
        self.found.setdefault(commit, []).append(status)


class FakeEngine:
    """An engine that ends as it is told, or raises it, and remembers its orders."""

    def __init__(self, *endings: Ended | Exception) -> None:
        self.endings = list(endings)
        self.orders: list[Order] = []
        self.cleared: list[Path] = []

    def scratch(self) -> Path:
        """Return a folder that isn't there."""
        return Path("scratch")

    def run(self, order: Order, scratch: Path, say: Callable[[str], None]) -> Ended:
        """Say where, and end."""
        self.orders.append(order)
        say(f"in {scratch}")
        ending = self.endings.pop(0) if self.endings else Ended(succeeded=True)
        if isinstance(ending, Exception):
            raise ending
        return ending

    def prepare(self) -> None:
        """Nothing is checked out here."""

    def clear(self, scratch: Path) -> None:
        self.cleared.append(scratch)
