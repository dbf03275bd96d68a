"""Git and the audit log: what is read to know what happened, and the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from artifacts.records.audit import AuditEntry, AuditEvent
    from delivery.domain.promotion.facts import Change, RawCommit


Clock = Callable[[], datetime]
"""Says what time it is, with its time zone."""


class Repository(Protocol):
    """The git repository that changes come from. Commits are full hexadecimal names.

    Raises CommitUnknown for a revision that it doesn't have, RepositoryUnreadable if git fails.
    """

    def commit(self, revision: str) -> str:
        """Return the commit that a revision (a branch, `HEAD^1`) names."""

    def parents(self, commit: str) -> tuple[str, ...]:
        """Return a commit's parents, the first being what it was merged into."""

    def is_ancestor(self, ancestor: str, commit: str) -> bool:
        """Whether a commit contains another, or is it."""

    def file(self, commit: str, path: str) -> bytes | None:
        """Return a file's bytes at a commit, or None where there is no such file."""

    def files(self, commit: str, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Return the bytes of all files at and under some paths of a commit, by path."""

    def merged(self, base: str, head: str) -> str | None:
        """Return a commit that joins two as git does by itself, or None where it can't.

        It is `head` itself where that contains `base`; otherwise one that no branch has.
        """

    def changes(self, before: str, after: str) -> tuple[Change, ...]:
        """Return the files that differ between two commits, by path."""

    def commits(self, base: str, head: str) -> tuple[RawCommit, ...]:
        """Return what `head` has and `base` hasn't, oldest first."""

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
