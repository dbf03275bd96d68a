"""The git repository, read through git's objects alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from artifacts.errors import GitFailed, SourceUnreadable, TooLarge
from artifacts.git_process import version_fault
from artifacts.text import plain
from delivery.errors import CommitUnknown, RepositoryUnreadable, TooMuchToRead
from delivery.git.commits import Change, RawCommit, committed_at, parse_commit
from delivery.git.objects import MEBIBYTE, GitObjects, TreeEntry, difference, tree_faults
from delivery.git.plain_names import OddName

SHARED_MAIN: Final = "refs/remotes/origin/main"
OWN_MAIN: Final = "refs/heads/main"
EPOCH: Final = "@0 +0000"
PLAIN_MODES: Final = frozenset({"100644", "100755"})
MOST_COMMITS: Final = 2000
MOST_CHANGES: Final = 20_000
MOST_FILES: Final = 100_000
LARGEST_FILE: Final = 64 * MEBIBYTE
LARGEST_FILES: Final = 96 * MEBIBYTE
"""How many bytes of files are handed out at once."""
MOST_FILES_OF_CODE: Final = 20_000
LARGEST_CODE: Final = 256 * MEBIBYTE
"""How many bytes the files of one payload may have together."""


@dataclass(frozen=True)
class GitRepository:
    """A repository, bare or not. What a change could set, hooks and filters, is never run."""

    folder: Path

    @cached_property
    def _objects(self) -> GitObjects:
        return GitObjects(self.folder)

    def main(self) -> str:
        """Return main's commit by its full name; RepositoryUnreadable where there is none.

        It is origin's where there is an origin: a branch of that name here may be anybody's.
        """
        shared = self._objects.ask_clone("config", "--get", "remote.origin.url")
        bare = (self._objects.ask_clone("rev-parse", "--is-bare-repository") or "").strip()
        name = SHARED_MAIN if shared and bare != "true" else OWN_MAIN
        try:
            return self.commit(name)
        except CommitUnknown as exc:
            reason = f"nobody can say where main stands: there is no {name}. Run `git fetch origin`"
            raise RepositoryUnreadable(str(self.folder), reason) from exc

    def commit(self, revision: str) -> str:
        """Return the commit that a revision names; CommitUnknown."""
        try:
            found = self._objects.resolve(revision)
        except GitFailed as exc:
            raise self._unreadable(exc) from exc
        if found is None:
            raise CommitUnknown(revision)
        return found

    def parents(self, commit: str) -> tuple[str, ...]:
        """Return a commit's parents; CommitUnknown."""
        return self._parents(self.commit(commit))

    def committed_at(self, commit: str) -> datetime:
        """Return the time that a commit says it was made at: whoever made it chose it."""
        return committed_at(self._commit(self.commit(commit)))

    def is_ancestor(self, ancestor: str, commit: str) -> bool:
        """Whether a commit contains another, or is it."""
        names = (self.commit(ancestor), self.commit(commit))
        code, _ = self._git("merge-base", "--is-ancestor", *names, fine=(0, 1))
        return code == 0

    def file(self, commit: str, path: str, limit: int = LARGEST_FILE) -> bytes | None:
        """Return a file's bytes at a commit, or None where there is no such file.

        TooMuchToRead where it is larger than `limit`.
        """
        name = self.commit(commit)  # CommitUnknown: that there is no such file was not found out
        try:
            found = self._objects.entry(name, path)
            if found is None or found.is_tree:
                return None
            return self._objects.read(found.id, "blob", limit, path)
        except GitFailed as exc:
            raise self._unreadable(exc) from exc

    def files(self, commit: str, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Return the bytes of all files at and under some paths of a commit, by path.

        A link or a submodule among them is refused: its contents lie elsewhere. So are files of
        more than 96 MiB together.
        """
        found: dict[str, bytes] = {}
        left = LARGEST_FILES
        for path, (mode, blob) in self.listed(commit, paths).items():
            if mode not in PLAIN_MODES:
                reason = f"{plain(path)} of {commit} is no plain file"
                raise RepositoryUnreadable(str(self.folder), reason)
            found[path] = self.blob(blob, left, path)
            left -= len(found[path])
        return found

    def listed(self, commit: str, paths: Sequence[str]) -> Mapping[str, tuple[str, str]]:
        """Return mode and blob of all files at and under some paths of a commit, by path."""
        try:
            files = self._objects.files(self.commit(commit), paths, MOST_FILES)
            return {_shown(path): (entry.mode, entry.id) for path, entry in files}
        except GitFailed as exc:
            raise self._unreadable(exc) from exc

    def blob(self, name: str, limit: int, path: str = "") -> bytes:
        """Return the bytes of a blob; TooMuchToRead where they are more than `limit`."""
        try:
            return self._objects.read(name, "blob", limit, path)
        except GitFailed as exc:
            raise self._unreadable(exc) from exc

    def merged(self, base: str, head: str) -> str | None:
        """Return a commit that joins two as git does by itself, or None where it can't.

        This repository alone knows a commit that it made: the clone is not written to.
        """
        base, head = self.commit(base), self.commit(head)
        if self.is_ancestor(base, head):
            return head
        if self.is_ancestor(head, base):
            return base
        tree = self._merged_tree(base, head)
        if tree is None:
            return None
        who = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (
                *(("NAME", "Plinth"), ("EMAIL", "plinth@localhost.invalid")),
                ("DATE", EPOCH),
            )
        }
        words = ("commit-tree", tree, "-p", base, "-p", head, "-m", "what would land")
        return self._git(*words, variables=who)[1].decode().strip()

    def fork(self, base: str, head: str) -> str | None:
        """Return the last commit that two have in common, or None where they have none."""
        names = (self.commit(base), self.commit(head))
        return self._git("merge-base", *names, fine=(0, 1))[1].decode().strip() or None

    def changes(self, before: str, after: str) -> tuple[Change, ...]:
        """Return the files that differ between two commits, by path."""
        return self._diff(self._tree(self.commit(before)), self._tree(self.commit(after)))

    def commits(self, base: str, head: str) -> tuple[RawCommit, ...]:
        """Return what `head` has and `base` hasn't, oldest first; TooMuchToRead over 2,000."""
        base, head = self.commit(base), self.commit(head)
        most = f"--max-count={MOST_COMMITS + 1}"
        words = ("rev-list", "--topo-order", "--parents", most, head, f"^{base}", "--")
        lines = self._git(*words)[1].decode().splitlines()
        if len(lines) > MOST_COMMITS:
            what = f"the commits from {base[:12]} to {head[:12]}"
            raise self._unreadable(
                TooLarge(self.folder, what, len(lines), MOST_COMMITS, "commits or more")
            )
        return tuple(self._raw(one, parents) for one, *parents in map(str.split, reversed(lines)))

    def commits_of(
        self, base: str | None, head: str, paths: Sequence[str]
    ) -> tuple[RawCommit, ...]:
        """Return the commits that changed files at or under some paths, oldest first."""
        most = f"--max-count={MOST_COMMITS + 1}"
        without = (f"^{self.commit(base)}",) if base else ()
        words = ("rev-list", "--topo-order", "--full-history", most, self.commit(head))
        names = self._git(*words, *without, "--", *paths)[1].decode().split()
        if len(names) > MOST_COMMITS:
            what = f"the commits of {', '.join(paths)} up to {head[:12]}"
            raise self._unreadable(
                TooLarge(self.folder, what, len(names), MOST_COMMITS, "commits or more")
            )
        found = (self._raw(name, list(self._parents(name))) for name in reversed(names))
        return tuple(
            one
            for one in found
            if any(
                change.path == path or change.path.startswith(f"{path}/")
                for change in one.changes
                for path in paths
            )
        )

    def odd_names(self, base: str, commits: Sequence[str]) -> tuple[OddName, ...]:
        """Return what trees of commits hold that `base` doesn't and no tree should."""
        try:
            before = self._tree(self.commit(base))
            afters = [self._tree(self.commit(one)) for one in commits]
            return tuple(tree_faults(self._objects, before, afters))
        except GitFailed as exc:
            raise self._unreadable(exc) from exc

    def history(self, commit: str, path: str) -> tuple[tuple[str, datetime], ...]:
        """Return the commits of main that changed a file and when they were made, oldest first."""
        words = ("rev-list", "--first-parent", "--timestamp", self.commit(commit), "--", path)
        lines = [line.split() for line in self._git(*words)[1].decode().splitlines()]
        return tuple((name, datetime.fromtimestamp(int(at), UTC)) for at, name in reversed(lines))

    def first_parents(self, commit: str) -> tuple[str, ...]:
        """Return main's line up to a commit: it and its first parents, oldest first."""
        words = ("rev-list", "--first-parent", self.commit(commit), "--")
        return tuple(reversed(self._git(*words)[1].decode().split()))

    def _raw(self, commit: str, parents: list[str]) -> RawCommit:
        """Return a commit with what it did itself; a merge, what git would not have done."""
        raw = parse_commit(self._commit(commit))
        before = self._tree(parents[0]) if parents else None
        if len(parents) == 2:  # noqa: PLR2004 - a merge of two
            before = self._merged_tree(*parents) or before
        return replace(raw, id=commit, changes=self._diff(before, self._tree(commit)))

    def _merged_tree(self, ours: str, theirs: str) -> str | None:
        words = ("merge-tree", "--write-tree", "--no-messages", "--name-only", ours, theirs)
        code, said = self._git(*words, fine=(0, 1))
        return None if code else said.decode().split("\n", 1)[0].strip()

    def _diff(self, before: str | None, after: str) -> tuple[Change, ...]:
        found: list[Change] = []
        try:
            for path, was, becomes in difference(self._objects, before, after):
                found.append(Change(_shown(path), _side(was), _side(becomes)))
                if len(found) > MOST_CHANGES:
                    what = "the change"
                    raise TooLarge(self.folder, what, len(found), MOST_CHANGES, "files or more")
        except GitFailed as exc:
            raise self._unreadable(exc) from exc
        return tuple(sorted(found, key=lambda change: change.path))

    def _commit(self, name: str) -> bytes:
        try:
            return self._objects.commit(name)
        except GitFailed as exc:
            raise self._unreadable(exc) from exc

    def _parents(self, commit: str) -> tuple[str, ...]:
        return tuple(_parents(self._commit(commit)))

    def _tree(self, commit: str) -> str:
        try:
            return self._objects.tree_of(commit)
        except GitFailed as exc:
            raise self._unreadable(exc) from exc

    def _git(
        self,
        *words: str,
        fine: tuple[int, ...] = (0,),
        variables: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes]:
        try:
            done = self._objects.run(*words, variables=variables)
        except GitFailed as exc:
            raise self._unreadable(exc) from exc
        if done.returncode not in fine:
            old = version_fault() if words[0] == "merge-tree" else ""
            said = old or plain(done.stderr.decode(errors="replace"), 600)
            reason = said or f"git {words[0]} ended with {done.returncode}"
            raise RepositoryUnreadable(str(self.folder), reason)
        return done.returncode, done.stdout

    def _unreadable(self, exc: GitFailed) -> RepositoryUnreadable:
        if isinstance(exc, TooLarge):
            return TooMuchToRead(str(self.folder), exc.reason)
        return RepositoryUnreadable(str(self.folder), exc.reason)


class GitSource:
    """Where a payload's code comes from: a repository, bare or not, or a shallow one."""

    def __init__(self, repository: Path) -> None:
        self._repository = repository

    def files(self, commit: str, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Return the bytes of all files at and under some paths of a commit; SourceUnreadable."""
        objects = GitObjects(self._repository, whole=False)
        found: dict[str, bytes] = {}
        left = LARGEST_CODE
        try:
            for path, entry in objects.files(commit, paths, MOST_FILES_OF_CODE):
                name = path.decode(errors="backslashreplace")
                if entry.mode not in PLAIN_MODES or name in found or name.encode() != path:
                    reason = f"{plain(name)} is no regular file"
                    raise SourceUnreadable(self._repository, commit, reason)
                found[name] = objects.read(entry.id, "blob", left, name)
                left -= len(found[name])
        except GitFailed as exc:
            raise SourceUnreadable(self._repository, commit, exc.reason) from exc
        if not found:
            raise SourceUnreadable(self._repository, commit, "it has none of these files")
        return found


def _shown(path: bytes) -> str:
    # Bytes that are no text become a backslash and their number: no name with a backslash is plain.
    return path.decode(errors="backslashreplace")


def _side(entry: TreeEntry | None) -> str | None:
    return None if entry is None else f"{entry.mode:0>6} {entry.id}"


def _parents(commit: bytes) -> Iterator[str]:
    for line in commit.partition(b"\n\n")[0].split(b"\n"):
        if line.startswith(b"parent "):
            yield line.removeprefix(b"parent ").decode("ascii")
