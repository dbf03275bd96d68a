"""Find rejections and withdrawals on a branch: in all commits of every head that it ever had.

This reads as little as it can, and goes on where something can't be read: whatever else a branch
holds, what people said against it is to be known.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from artifacts.cant_tell import CantTell
from artifacts.digests import digest_json
from artifacts.policies.approvers import People
from artifacts.records.approval import Approval, ChangeSubject
from artifacts.ssh_keygen import check_signature
from artifacts.statements import SUFFIX
from delivery.changes.committed_files import (
    committed_people,
    committed_release,
    limit_of,
)
from delivery.changes.documents import (
    PEOPLE,
    STATEMENTS,
    document,
)
from delivery.changes.facts import Commit, Statement, payload_of
from delivery.changes.path_kinds import PROTECTED, kind_of
from delivery.changes.rules.authors import makers
from delivery.errors import CommitUnknown, RepositoryUnreadable, TooMuchToRead
from delivery.git.commits import RawCommit
from delivery.git.repository import GitRepository

OBJECTING: Final = frozenset({"rejected", "withdrawn"})
LARGEST_STATEMENT: Final = 2**16


@dataclass(frozen=True)
class Objections:
    """Rejections and withdrawals, and `unread`: which heads nobody could read, and why."""

    statements: tuple[Statement, ...] = ()
    unread: tuple[str, ...] = ()

    def __add__(self, other: "Objections") -> "Objections":
        return Objections(
            (*self.statements, *other.statements), tuple({*self.unread, *other.unread})
        )


@dataclass(frozen=True)
class FindObjections:
    """Finding with all that it reads through."""

    repository: GitRepository

    def __call__(self, base: str, heads: Iterable[str]) -> Objections:
        """Return what people object in the commits that some heads have and `base` hasn't."""
        statements: list[Statement] = []
        unread: list[str] = []
        for head in heads:
            try:
                commits = self.repository.commits(base, head)
            except (CommitUnknown, RepositoryUnreadable) as exc:
                unread.append(f"the head {head[:12]} of the branch can't be read: {exc}")
                continue
            for at, commit in enumerate(commits):
                try:
                    statements += self._of(base, commit, commits[: at + 1])
                except RepositoryUnreadable as exc:
                    unread.append(f"commit {commit.id[:12]} can't be read: {exc}")
        return Objections(tuple(statements), tuple(dict.fromkeys(unread)))

    def approvers_before(self, commit: str) -> tuple[People, ...]:
        """Return every list of approvers that main had up to a commit, oldest first."""
        found = []
        for name, _ in self.repository.history(commit, PEOPLE):
            people = committed_people(self.repository, name)
            if isinstance(people, People):
                found.append(people)
        return tuple(found)

    def _of(self, base: str, commit: RawCommit, before: Sequence[RawCommit]) -> Iterator[Statement]:
        """Give the objections that a commit brings; `before` ends with it."""
        touched = {
            change.path.removesuffix(SUFFIX)
            for change in commit.changes
            if change.after and change.path.startswith(STATEMENTS) and limit_of(change.path)
        }
        for path in sorted(touched):
            try:
                data = self.repository.file(commit.id, path, LARGEST_STATEMENT)
                signature = self.repository.file(commit.id, path + SUFFIX, LARGEST_STATEMENT)
            except TooMuchToRead:
                continue  # larger than any statement: it says nothing
            said = document(Approval, {path: data} if data else {}, path)
            if isinstance(said, CantTell) or said.word not in OBJECTING:
                continue
            checked = check_signature(data or b"", signature or b"")
            paths, authors = self._about(base, commit, before, said)
            yield Statement(
                path,
                said,
                checked,
                added=True,
                present=False,
                commit=commit.id,
                paths=paths,
                authors=authors,
            )

    def _about(
        self, base: str, commit: RawCommit, before: Sequence[RawCommit], said: Approval
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return protected files and authors of what a rejection is about, if this commit has it.

        It has it where what its branch changes up to here has the digest that was signed.
        """
        fork = self.repository.fork(base, commit.id)
        if said.word != "rejected" or fork is None:
            return (), ()
        protected = [
            one
            for one in self.repository.changes(fork, commit.id)
            if kind_of(one.path) in PROTECTED
        ]
        if isinstance(said.subject, ChangeSubject):
            digest = digest_json({one.path: [one.before, one.after] for one in protected})
            if digest != said.subject.change:
                return (), ()
        else:
            release = committed_release(self.repository, commit.id, "production")
            if payload_of(release) != said.subject.payload:
                return (), ()
        made = (checked_commit(one) for one in before)
        people = committed_people(self.repository, base)
        authors: frozenset[str] = frozenset()
        if isinstance(people, People):
            authors = makers(people, (one for one in made if one.authored))
        return tuple(one.path for one in protected), tuple(sorted(authors))


def checked_commit(raw: RawCommit) -> Commit:
    """Return a commit with its signature checked, if it is one whose author matters."""
    plain = Commit(
        raw.id, raw.author, raw.committer, raw.changes, names=raw.names, message=raw.message
    )
    if not plain.authored:
        return plain
    signature = check_signature(raw.signed, raw.signature)
    return Commit(raw.id, raw.author, raw.committer, raw.changes, signature, raw.names, raw.message)
