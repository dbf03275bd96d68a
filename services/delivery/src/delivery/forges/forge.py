"""Forge: where branches become pull requests. What commands know of one, whichever it is."""

from dataclasses import dataclass
from typing import Final, Literal, Protocol

from artifacts.refusal import Refusal

PullState = Literal["open", "merged", "closed"]
LONGEST_BODY: Final = 60_000
"""Characters. GitHub takes 65,536 of a pull request or a comment."""


@dataclass(frozen=True)
class PullRequest:
    """A branch that is asked to become part of main. `head` is None while nobody knows it."""

    number: int
    branch: str
    title: str
    state: PullState
    head: str | None = None
    url: str | None = None

    @property
    def name(self) -> str:
        """How people find it."""
        return self.url or f"pull request #{self.number}"


@dataclass(frozen=True)
class Merged:
    """A pull request became part of main by this commit."""

    commit: str


def fitted(body: str, longest: int = LONGEST_BODY) -> str:
    """Return a body that a forge takes: cut at a line's end, and it says so."""
    if len(body) <= longest:
        return body
    note = "\n\n*The rest doesn't fit into a comment: the run's summary holds all of it.*\n"
    kept = body[: longest - len(note)]
    # Not in the middle of a line: half a row of a table would swallow the note.
    return kept[: kept.rfind("\n") + 1 or len(kept)] + note


def mark_of(marker: str) -> str:
    """Return the invisible first line by which a comment is found again."""
    return f"<!-- plinth:{marker} -->"


class Forge(Protocol):
    """Where branches become pull requests. ForgeUnavailable where it can't be asked."""

    def pull_request_of(self, branch: str) -> PullRequest | None:
        """Return a branch's open pull request, or else its latest, or None."""

    def open_pull_request(self, branch: str, title: str, body: str) -> PullRequest:
        """Open a branch's pull request, or bring the open one up to date."""

    def earlier_heads(self, number: int) -> tuple[str, ...]:
        """Return the commits that a pull request's branch stood at before, oldest first.

        Those too that a forced push took off it.
        """

    def comment(self, number: int, marker: str, body: str) -> None:
        """Write a comment, in place of the one that has the same marker."""

    def approve(self, number: int, note: str) -> Refusal | None:
        """Approve a pull request, which is no signed approval of a release."""

    def merge(self, number: int) -> Merged | Refusal:
        """Merge a pull request, if the forge's protection lets it."""
