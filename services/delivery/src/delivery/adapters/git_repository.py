"""The git repository, read through git's plumbing."""

import io
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from delivery.errors import CommitUnknown, RepositoryUnreadable


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

    def _blobs(self, names: Sequence[str]) -> list[bytes]:
        stream = io.BytesIO(self._read("cat-file", "--batch", data="\n".join(names).encode()))
        found = []
        for _ in names:
            size = int(stream.readline().split()[2])
            found.append(stream.read(size))
            stream.read(1)
        return found

    def _read(self, *words: str, data: bytes = b"") -> bytes:
        done = self._git(*words, data=data)
        if done.returncode:
            raise RepositoryUnreadable(str(self.folder), _said(done))
        return done.stdout

    def _git(self, *words: str, data: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        # git's own variables, set while a hook runs, would lead it to another repository.
        apart = ("env", "-u", "GIT_DIR", "-u", "GIT_WORK_TREE", "-u", "GIT_INDEX_FILE")
        command = [*apart, "git", "-C", str(self.folder), "-c", "core.hooksPath=/dev/null", *words]
        return subprocess.run(command, input=data, capture_output=True, check=False)  # noqa: S603


def _said(done: "subprocess.CompletedProcess[bytes]") -> str:
    return " ".join(done.stderr.decode(errors="replace").split()) or f"exit {done.returncode}"
