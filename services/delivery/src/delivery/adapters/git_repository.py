"""The git repository, read through git's plumbing."""

import io
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from delivery.adapters.git_commits import parse_commit
from delivery.domain.promotion.facts import Change, RawCommit
from delivery.errors import CommitUnknown, RepositoryUnreadable

EMPTY_TREE: Final = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
EPOCH: Final = "@0 +0000"
ABSENT: Final = "000000"


@dataclass(frozen=True)
class GitRepository:
    """A repository, bare or not. What a change could set, hooks and filters, is never run."""

    folder: Path

    def commit(self, revision: str) -> str:
        """Return the commit that a revision names; CommitUnknown."""
        done = self._git(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
        )
        if done.returncode:
            raise CommitUnknown(revision)
        return done.stdout.decode().strip()

    def parents(self, commit: str) -> tuple[str, ...]:
        """Return a commit's parents; CommitUnknown."""
        line = self._read("rev-list", "--parents", "-1", self.commit(commit), "--")
        return tuple(line.decode().split()[1:])

    def is_ancestor(self, ancestor: str, commit: str) -> bool:
        """Whether a commit contains another, or is it."""
        done = self._git("merge-base", "--is-ancestor", ancestor, commit)
        if done.returncode > 1:
            raise RepositoryUnreadable(str(self.folder), _said(done))
        return done.returncode == 0

    def file(self, commit: str, path: str) -> bytes | None:
        """Return a file's bytes at a commit, or None where there is no such file."""
        done = self._git("cat-file", "blob", f"{commit}:{path}")
        if done.returncode == 0:
            return done.stdout
        self.commit(commit)  # CommitUnknown: that there is no such file was not found out
        return None

    def files(self, commit: str, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Return the bytes of all files at and under some paths of a commit, by path.

        A link or a submodule among them is refused: its contents lie elsewhere.
        """
        listed = self._read("ls-tree", "-r", "-z", "--full-tree", self.commit(commit), "--", *paths)
        names: dict[str, str] = {}
        for line in listed.decode(errors="surrogateescape").split("\0")[:-1]:
            facts, _, path = line.partition("\t")
            mode, kind, blob = facts.split()
            if kind != "blob" or mode not in {"100644", "100755"}:
                raise RepositoryUnreadable(str(self.folder), f"{path} of {commit} is no plain file")
            names[path] = blob
        return dict(zip(names, self._blobs(list(names.values())), strict=True))

    def merged(self, base: str, head: str) -> str | None:
        """Return a commit that joins two as git does by itself, or None where it can't."""
        if self.is_ancestor(base, head):
            return head
        if self.is_ancestor(head, base):
            return base
        tree = self._merged_tree(base, head)
        if tree is None:
            return None
        who = ("-c", "user.name=Plinth", "-c", "user.email=plinth@localhost.invalid")
        words = (*who, "commit-tree", tree, "-p", base, "-p", head, "-m", "what would land")
        return self._read(*words, at=EPOCH).decode().strip()

    def fork(self, base: str, head: str) -> str | None:
        """Return the last commit that two have in common, or None where they have none."""
        done = self._git("merge-base", base, head)
        return done.stdout.decode().strip() or None

    def changes(self, before: str, after: str) -> tuple[Change, ...]:
        """Return the files that differ between two commits, by path."""
        return self._diff(before, after)

    def commits(self, base: str, head: str) -> tuple[RawCommit, ...]:
        """Return what `head` has and `base` hasn't, oldest first."""
        names = ("rev-list", "--reverse", "--topo-order", "--parents", f"{base}..{head}", "--")
        lines = self._read(*names).decode().splitlines()
        return tuple(self._raw(commit, parents) for commit, *parents in map(str.split, lines))

    def history(self, commit: str, path: str) -> tuple[tuple[str, datetime], ...]:
        """Return the commits of main that changed a file and when they were made, oldest first."""
        words = ("rev-list", "--first-parent", "--timestamp", commit, "--", path)
        lines = [line.split() for line in self._read(*words).decode().splitlines()]
        return tuple((name, datetime.fromtimestamp(int(at), UTC)) for at, name in reversed(lines))

    def _raw(self, commit: str, parents: list[str]) -> RawCommit:
        raw = parse_commit(self._read("cat-file", "commit", commit))
        return replace(raw, id=commit, changes=self._own(commit, parents))

    def _own(self, commit: str, parents: list[str]) -> tuple[Change, ...]:
        """Return what a commit did itself; a merge, what git would not have done by itself."""
        if len(parents) != 2:  # noqa: PLR2004 - a merge of two
            return self._diff(parents[0] if parents else EMPTY_TREE, commit)
        tree = self._merged_tree(*parents)
        return self._diff(parents[0] if tree is None else tree, commit)

    def _merged_tree(self, ours: str, theirs: str) -> str | None:
        done = self._git("merge-tree", "--write-tree", "--name-only", ours, theirs)
        if done.returncode > 1:
            raise RepositoryUnreadable(str(self.folder), _said(done))
        return None if done.returncode else done.stdout.decode().split("\n", 1)[0].strip()

    def _diff(self, before: str, after: str) -> tuple[Change, ...]:
        words = ("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", before, after)
        cells = self._read(*words).decode(errors="backslashreplace").split("\0")[:-1]
        return tuple(
            Change(path, *_sides(facts)) for facts, path in zip(*[iter(cells)] * 2, strict=True)
        )

    def _blobs(self, names: Sequence[str]) -> list[bytes]:
        stream = io.BytesIO(self._read("cat-file", "--batch", data="\n".join(names).encode()))
        found = []
        for _ in names:
            size = int(stream.readline().split()[2])
            found.append(stream.read(size))
            stream.read(1)
        return found

    def _read(self, *words: str, data: bytes = b"", at: str = "") -> bytes:
        done = self._git(*words, data=data, at=at)
        if done.returncode:
            raise RepositoryUnreadable(str(self.folder), _said(done))
        return done.stdout

    def _git(
        self, *words: str, data: bytes = b"", at: str = ""
    ) -> "subprocess.CompletedProcess[bytes]":
        # git's own variables, set while a hook runs, would lead it to another repository.
        apart = ["env", "-u", "GIT_DIR", "-u", "GIT_WORK_TREE", "-u", "GIT_INDEX_FILE"]
        if at:
            apart += [f"GIT_AUTHOR_DATE={at}", f"GIT_COMMITTER_DATE={at}"]
        command = [*apart, "git", "-C", str(self.folder), "-c", "core.hooksPath=/dev/null", *words]
        return subprocess.run(command, input=data, capture_output=True, check=False)  # noqa: S603


def _sides(facts: str) -> tuple[str | None, str | None]:
    """Read both sides of a raw diff's line, `:mode mode blob blob status`: `mode blob`, or None."""
    mode_before, mode_after, before, after, _ = facts.removeprefix(":").split()
    sides = ((mode_before, before), (mode_after, after))
    first, second = (None if mode == ABSENT else f"{mode} {blob}" for mode, blob in sides)
    return first, second


def _said(done: "subprocess.CompletedProcess[bytes]") -> str:
    return " ".join(done.stderr.decode(errors="replace").split()) or f"exit {done.returncode}"
