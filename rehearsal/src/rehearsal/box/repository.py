"""The bare repository, asked through git's own commands."""

import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from artifacts.git_process import FIXED, git_command, version_fault
from rehearsal.box.errors import GitFailed
from rehearsal.box.locks import held
from rehearsal.box.records import Commit, Status

_NOTES: Final = "refs/notes/plinth-status"
_RUNNER: Final = MappingProxyType(
    {
        "GIT_AUTHOR_NAME": "box",
        "GIT_AUTHOR_EMAIL": "box@box.invalid",
        "GIT_COMMITTER_NAME": "box",
        "GIT_COMMITTER_EMAIL": "box@box.invalid",
    }
)


class Git:
    """Runs git over one repository, with none of the caller's GIT_ variables."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self._environment = {**_RUNNER, **environment, **FIXED}

    def __call__(self, *words: str, stdin: str = "", **environment: str) -> str:
        """Return what git prints, stripped; GitFailed with what it says."""
        code, out, err = self.try_(*words, stdin=stdin, **environment)
        if code:
            raise GitFailed(words[0], err.strip() or f"it ended with {code}")
        return out.strip()

    def try_(self, *words: str, stdin: str = "", **environment: str) -> tuple[int, str, str]:
        """Return git's exit code, output and errors."""
        done = subprocess.run(
            git_command(f"--git-dir={self.folder}", *words),
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            env={**self._environment, **environment},
        )
        return done.returncode, done.stdout, done.stderr


class GitRepository:
    """What is asked of the repository."""

    def __init__(self, git: Git) -> None:
        self._git = git

    def commit(self, revision: str) -> Commit | None:
        """Return the commit that a revision names, or None."""
        code, out, _ = self._git.try_(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
        )
        return None if code else out.strip()

    def tip(self, branch: str) -> Commit | None:
        """Return a branch's head, or None."""
        return self.commit(f"refs/heads/{branch}")

    def parents(self, commit: Commit) -> tuple[Commit, ...]:
        """Return a commit's parents, in order."""
        return tuple(self._git("rev-list", "--parents", "-n1", commit).split()[1:])

    def tree(self, commit: Commit) -> str:
        """Return the tree of a commit."""
        return self._git("rev-parse", "--verify", f"{commit}^{{tree}}")

    def merged_tree(self, ours: Commit, theirs: Commit) -> str | None:
        """Return the tree that git merges two commits to, or None where they conflict."""
        code, out, err = self._git.try_("merge-tree", "--write-tree", ours, theirs)
        if code == 1 and out:  # what can't be merged at all has no output
            return None
        if code:
            raise GitFailed("merge-tree", version_fault() or err.strip())
        return out.split("\n", 1)[0].strip()

    def contains(self, tip: Commit, commit: Commit) -> bool:
        """Whether a commit is a tip or one of its ancestors."""
        code, _, err = self._git.try_("merge-base", "--is-ancestor", commit, tip)
        if code > 1 and self.commit(commit) is not None:
            raise GitFailed("merge-base", err.strip())
        return code == 0

    def on_first_parent_line(self, tip: Commit, commit: Commit) -> bool:
        """Whether a commit is a tip, or was one before: the tip's first parent, or that one's."""
        return commit in self._git("rev-list", "--first-parent", tip).split("\n")

    def committed_at(self, commit: Commit) -> datetime | None:
        """Return when a commit says that it was committed; None for no time that there is."""
        try:
            seconds = int(self._git("show", "--no-patch", "--format=%ct", commit))
            return datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError):
            return None

    def files(self, commit: Commit, folder: str) -> Mapping[str, str]:
        """Return the plain files right in a folder of a commit, by path."""
        listed = self._git("ls-tree", "-z", commit, f"{folder}/")
        found = {}
        for entry in filter(None, listed.split("\0")):
            kind, path = entry.split("\t", 1)
            mode, _, blob = kind.split()
            if mode in {"100644", "100755"}:
                found[path] = self._git("cat-file", "blob", blob)
        return found

    def merge_commit(
        self, tree: str, parents: tuple[Commit, Commit], message: str, author: tuple[str, str]
    ) -> Commit:
        """Make a merge commit by an author (name, address); no ref moves."""
        words = [word for parent in parents for word in ("-p", parent)]
        name, address = author
        return self._git(
            "commit-tree", tree, *words, "-F", "-", stdin=message,
            GIT_AUTHOR_NAME=name, GIT_AUTHOR_EMAIL=address,
        )  # fmt: skip

    def move(self, ref: str, old: Commit, new: Commit) -> bool:
        """Move a ref, unless somebody else has moved it."""
        code, _, _ = self._git.try_("update-ref", "--create-reflog", ref, new, old)
        return code == 0


class GitNotes:
    """Statuses as notes: a JSON line each, in refs/notes/plinth-status."""

    def __init__(self, git: Git, lock: Path) -> None:
        self._git = git
        self._lock = lock

    def of(self, commit: Commit) -> tuple[Status, ...]:
        """Return all statuses of a commit, the oldest first."""
        return tuple(Status.model_validate_json(line) for line in self._lines(commit))

    def add(self, commit: Commit, status: Status) -> None:
        """Add one, among others who do."""
        with held(self._lock):
            lines = [*self._lines(commit), status.model_dump_json()]
            self._git(
                "notes", f"--ref={_NOTES}", "add", "--force", "--file=-", commit,
                stdin="\n".join(lines) + "\n",
            )  # fmt: skip

    def _lines(self, commit: Commit) -> list[str]:
        code, out, _ = self._git.try_("notes", f"--ref={_NOTES}", "show", commit)
        return [] if code else [line for line in out.split("\n") if line.strip()]
