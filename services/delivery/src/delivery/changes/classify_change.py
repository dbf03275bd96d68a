"""changes: which checks a change needs, from the paths that it touches."""

from dataclasses import dataclass
from typing import Protocol

from delivery.changes.checks import Checks, checks_of, every_check
from delivery.errors import CommitUnknown
from delivery.git.commits import Change


class Differences(Protocol):
    """Finds what lies between two commits."""

    def commit(self, revision: str) -> str:
        """Return the commit that a revision names; CommitUnknown."""

    def fork(self, base: str, head: str) -> str | None:
        """Return the last commit that two have in common, or None."""

    def changes(self, before: str, after: str) -> tuple[Change, ...]:
        """Return the files that differ."""


@dataclass(frozen=True)
class ClassifyChange:
    """Classifying, over a repository."""

    repository: Differences

    def __call__(self, base: str, head: str, *, whole: bool = False) -> Checks:
        """Return the checks of what `head` brings; all, where `base` is no commit here.

        A branch that is pushed for the first time has none, and then nothing is known. `whole`
        asks for the whole suite instead of the tests that the change can break.
        """
        after = self.repository.commit(head)
        try:
            before = self.repository.fork(self.repository.commit(base), after)
        except CommitUnknown:
            return every_check(whole=whole)
        if before is None:
            return every_check(whole=whole)
        changed = self.repository.changes(before, after)
        return checks_of((change.path for change in changed), whole=whole)
