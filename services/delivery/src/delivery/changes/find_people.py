"""Find who objected and who made what, in commits.

Rejections and withdrawals are looked for in all commits of every head that a branch ever had. That
reads as little as it can, and goes on where something can't be read: whatever else a branch holds,
what people said against it is to be known.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from artifacts.cant_tell import CantTell
from artifacts.code import INFERENCE_CODE
from artifacts.digests import digest_json
from artifacts.policies.approvers import People
from artifacts.records.approval import Approval, ChangeSubject, PayloadSubject
from artifacts.records.release import Release
from artifacts.ssh_keygen import check_signature
from artifacts.ssh_signatures import MISSING
from artifacts.statements import SUFFIX
from delivery.changes.committed_files import (
    committed_people,
    committed_release,
    document,
    limit_of,
)
from delivery.changes.facts import ChangeFacts, Commit, Statement, payload_of
from delivery.changes.path_kinds import PEOPLE, PROTECTED, STATEMENTS, kind_of, release_path
from delivery.changes.payload_history import rolls_back
from delivery.changes.rules.authors import makers
from delivery.changes.statements import read_statements
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


def find_objections(repository: GitRepository, base: str, heads: Iterable[str]) -> Objections:
    """Return what people object in the commits that some heads have and `base` hasn't."""
    statements: list[Statement] = []
    unread: list[str] = []
    for head in heads:
        try:
            commits = repository.commits(base, head)
        except (CommitUnknown, RepositoryUnreadable) as exc:
            unread.append(f"the head {head[:12]} of the branch can't be read: {exc}")
            continue
        for at, commit in enumerate(commits):
            try:
                statements += _objections_of(repository, base, commit, commits[: at + 1])
            except RepositoryUnreadable as exc:
                unread.append(f"commit {commit.id[:12]} can't be read: {exc}")
    return Objections(tuple(statements), tuple(dict.fromkeys(unread)))


def _objections_of(
    repository: GitRepository, base: str, commit: RawCommit, before: Sequence[RawCommit]
) -> Iterator[Statement]:
    """Give the objections that a commit brings; `before` ends with it."""
    touched = {
        change.path.removesuffix(SUFFIX)
        for change in commit.changes
        if change.after and change.path.startswith(STATEMENTS) and limit_of(change.path)
    }
    for path in sorted(touched):
        try:
            data = repository.file(commit.id, path, LARGEST_STATEMENT)
            signature = repository.file(commit.id, path + SUFFIX, LARGEST_STATEMENT)
        except TooMuchToRead:
            continue  # larger than any statement: it says nothing
        said = document(Approval, {path: data} if data else {}, path)
        if isinstance(said, CantTell) or said.word not in OBJECTING:
            continue
        paths, authors = _rejected_here(repository, base, commit, before, said)
        yield Statement(
            path, said, check_signature(data or b"", signature or b""),
            added=True, present=False, commit=commit.id, paths=paths, authors=authors,
        )  # fmt: skip


def _rejected_here(
    repository: GitRepository,
    base: str,
    commit: RawCommit,
    before: Sequence[RawCommit],
    said: Approval,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return protected files and authors of what a rejection is about, if this commit has it.

    It has it where what its branch changes up to here has the digest that was signed.
    """
    fork = repository.fork(base, commit.id)
    if said.word != "rejected" or fork is None:
        return (), ()
    changes = repository.changes(fork, commit.id)
    protected = [one for one in changes if kind_of(one.path) in PROTECTED]
    if isinstance(said.subject, ChangeSubject):
        digest = digest_json({one.path: [one.before, one.after] for one in protected})
        if digest != said.subject.change:
            return (), ()
    elif payload_of(committed_release(repository, commit.id, "production")) != said.subject.payload:
        return (), ()
    people = committed_people(repository, base)
    made = (one for one in map(checked_commit, before) if one.authored)
    authors = makers(people, made) if isinstance(people, People) else frozenset[str]()
    return tuple(one.path for one in protected), tuple(sorted(authors))


def approvers_before(repository: GitRepository, commit: str) -> tuple[People, ...]:
    """Return every list of approvers that main had up to a commit, oldest first."""
    lists = (committed_people(repository, name) for name, _ in repository.history(commit, PEOPLE))
    return tuple(people for people in lists if isinstance(people, People))


def makers_of_code(
    repository: GitRepository, facts: ChangeFacts
) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return who wrote the code that a new payload pins and production doesn't run yet.

    Strangers first, by address: those of whom main knows nothing. Where production runs no code, or
    code that main doesn't have, everybody who ever wrote any counts.
    """
    after, before = (one["production"] for one in (facts.releases_after, facts.releases_before))
    people = facts.ground.people
    if isinstance(after, CantTell) or after.code is None or isinstance(people, CantTell):
        return (), frozenset()
    if not facts.new_payload or rolls_back(facts) or not (facts.code and facts.code.on_main):
        return (), frozenset()
    known = before.code.commit if isinstance(before, Release) and before.code else None
    try:
        if known and not repository.is_ancestor(known, after.code.commit):
            known = None
    except CommitUnknown:
        known = None
    found = repository.commits_of(known, after.code.commit, INFERENCE_CODE)
    signed = [_commit(raw, check=True) for raw in found]
    addresses = {one.author for one in signed if people.of_email(one.author) is None}
    return tuple(sorted(addresses)), makers(people, signed)


def makers_by_payload(repository: GitRepository, facts: ChangeFacts) -> dict[str, frozenset[str]]:
    """Return who made what brought each payload to main that a review may be about."""
    people = facts.ground.people
    wanted = {
        one.subject.payload
        for _, one in read_statements(facts)
        if one.word in {"reviewed", "break_glass"} and isinstance(one.subject, PayloadSubject)
    }
    before: str | None = None
    found: dict[str, frozenset[str]] = {}
    for commit, _ in repository.history(facts.base, release_path("production")):
        payload = payload_of(committed_release(repository, commit, "production"))
        parents = repository.parents(commit)
        if payload in wanted and payload != before and not isinstance(people, CantTell):
            raws = repository.commits(parents[0], commit) if parents else ()
            made = (one for one in map(checked_commit, raws) if one.authored)
            found[payload] = found.get(payload, frozenset()) | makers(people, made)
        before = payload
    return found


def checked_commit(raw: RawCommit) -> Commit:
    """Return a commit with its signature checked, if it is one whose author matters."""
    plain = _commit(raw, check=False)
    return _commit(raw, check=True) if plain.authored else plain


def _commit(raw: RawCommit, *, check: bool) -> Commit:
    signature = check_signature(raw.signed, raw.signature) if check else MISSING
    return Commit(raw.id, raw.author, raw.committer, raw.changes, signature, raw.names, raw.message)
