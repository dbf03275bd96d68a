"""A forge in memory, for tests of what opens pull requests.

tests/contract/test_forge.py holds it to the real ones.
"""

from collections.abc import Mapping
from dataclasses import replace

from artifacts.refusal import Refusal
from delivery.forges.forge import Merged, PullRequest
from delivery.git.branches import PublishedBranch

COMMIT = "c" * 40


class FakeForge:
    """Pull requests by number. `heads` are the branches there are; `protected` refuses merges."""

    def __init__(self, actor: str = "runner") -> None:
        self.actor = actor
        self.pulls: dict[int, PullRequest] = {}
        self.bodies: dict[int, str] = {}
        self.openers: dict[int, str] = {}
        self.comments: dict[int, dict[str, str]] = {}
        self.protected = ""
        self.heads: dict[int, tuple[str, ...]] = {}

    def as_somebody_else(self) -> "FakeForge":
        """Return the same forge, for another person."""
        other = FakeForge("somebody")
        other.__dict__ |= self.__dict__ | {"actor": "somebody"}
        return other

    def pull_request_of(self, branch: str) -> PullRequest | None:
        """Return a branch's open pull request, or else its latest."""
        mine = [pull for pull in self.pulls.values() if pull.branch == branch]
        return max(mine, key=lambda one: (one.state == "open", one.number), default=None)

    def open_pull_request(self, branch: str, title: str, body: str) -> PullRequest:
        """Open one, or bring the open one up to date."""
        there = self.pull_request_of(branch)
        if there and there.state == "open":
            opened = replace(there, title=title)
        else:
            opened = PullRequest(len(self.pulls) + 1, branch, title, "open", COMMIT)
            self.openers[opened.number] = self.actor
        self.pulls[opened.number] = opened
        self.bodies[opened.number] = body
        return opened

    def earlier_heads(self, number: int) -> tuple[str, ...]:
        return self.heads.get(number, ())

    def comment(self, number: int, marker: str, body: str) -> None:
        self.comments.setdefault(number, {})[marker] = body

    def approve(self, number: int, note: str) -> Refusal | None:
        assert note
        if self.openers[number] == self.actor:
            return Refusal("nobody approves their own pull request")
        return None

    def merge(self, number: int) -> Merged | Refusal:
        if self.protected:
            return Refusal(self.protected)
        self.pulls[number] = replace(self.pulls[number], state="merged")
        return Merged(COMMIT)

    def close(self, number: int) -> None:
        self.pulls[number] = replace(self.pulls[number], state="closed")


class FakeBranches:
    """Branches in memory; `published` keeps what each holds."""

    def __init__(self, base: str = "b" * 40) -> None:
        self._base = base
        self.published: dict[str, Mapping[str, bytes]] = {}
        self.bases: dict[str, str] = {}

    def base(self) -> str:
        return self._base

    def move(self, base: str) -> None:
        self._base = base

    def publish(
        self, branch: str, base: str, files: Mapping[str, bytes], message: str
    ) -> PublishedBranch:
        assert message.strip()
        changed = self.published.get(branch) != files
        self.published[branch], self.bases[branch] = dict(files), base
        return PublishedBranch(branch, COMMIT, changed)
