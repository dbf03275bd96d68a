"""What is needed of a forge: a box, or GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from artifacts.refusal import Refusal
    from delivery.forges.forge import Merged, PullRequest


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
