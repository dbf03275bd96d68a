"""Git and the audit log: what is read to know what happened, and the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from artifacts.records.audit import AuditEntry, AuditEvent
    from delivery.changes.facts import Change, OddName, RawCommit


Clock = Callable[[], datetime]
"""Says what time it is, with its time zone."""


class Repository(Protocol):
    """The git repository that changes come from. Commits are full hexadecimal names.

    Raises CommitUnknown for a revision that it doesn't have, RepositoryUnreadable if git fails or
    the history is not whole.
    """

    def main(self) -> str:
        """Return the commit of main by its full name: the shared one where there is an origin."""

    def commit(self, revision: str) -> str:
        """Return the commit that a revision (a branch, `HEAD^1`) names."""

    def parents(self, commit: str) -> tuple[str, ...]:
        """Return a commit's parents, the first being what it was merged into."""

    def is_ancestor(self, ancestor: str, commit: str) -> bool:
        """Whether a commit contains another, or is it."""

    def committed_at(self, commit: str) -> datetime:
        """Return the time that a commit says it was made at: whoever made it chose it."""

    def file(self, commit: str, path: str, limit: int = ...) -> bytes | None:
        """Return a file's bytes at a commit, or None where there is no such file.

        TooMuchToRead where it is larger than `limit`.
        """

    def files(self, commit: str, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Return the bytes of all files at and under some paths of a commit, by path."""

    def listed(self, commit: str, paths: Sequence[str]) -> Mapping[str, tuple[str, str]]:
        """Return mode and blob of all files at and under some paths of a commit, by path."""

    def blob(self, name: str, limit: int, path: str = "") -> bytes:
        """Return the bytes of a blob; TooMuchToRead where they are more than `limit`."""

    def merged(self, base: str, head: str) -> str | None:
        """Return a commit that joins two as git does by itself, or None where it can't.

        It is `head` itself where that contains `base`; otherwise one that no branch has.
        """

    def changes(self, before: str, after: str) -> tuple[Change, ...]:
        """Return the files that differ between two commits, by path."""

    def fork(self, base: str, head: str) -> str | None:
        """Return the last commit that two have in common, or None where they have none."""

    def commits(self, base: str, head: str) -> tuple[RawCommit, ...]:
        """Return what `head` has and `base` hasn't, oldest first; TooMuchToRead over 2,000."""

    def commits_of(
        self, base: str | None, head: str, paths: Sequence[str]
    ) -> tuple[RawCommit, ...]:
        """Return the commits that changed files at or under some paths, like `commits`.

        Without a base, all that `head` has. A merge is among them if it did more than join.
        """

    def odd_names(self, base: str, commits: Sequence[str]) -> tuple[OddName, ...]:
        """Return what trees of commits hold that `base` doesn't and no tree should."""

    def first_parents(self, commit: str) -> tuple[str, ...]:
        """Return main's line up to a commit: it and its first parents, oldest first."""

    def history(self, commit: str, path: str) -> tuple[tuple[str, datetime], ...]:
        """Return the commits of main that changed a file and when they were made, oldest first.

        Of a merge that is the merge itself: first parents alone are followed.
        """


class AuditLog(Protocol):
    """What happened, in order; only ever added to."""

    def append(self, event: AuditEvent) -> AuditEntry:
        """Add an event at the end and return its entry; AuditBroken if the log can't be trusted."""

    def entries(self) -> tuple[AuditEntry, ...]:
        """Return all entries, verified; AuditBroken names the first that is not as it was."""
