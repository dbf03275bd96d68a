"""A branch of a person with what somebody else changed: a bot, a forge's button, a stranger.

Its one commit, signed by the person, stands on main's tip and brings what merging the other branch
would have brought. Who takes a change over is its author, and approves nothing of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from artifacts.errors import GitFailed
from artifacts.git_process import GitAnswer, run_git, sharing_environment, version_fault
from artifacts.text import plain
from delivery.errors import TakeOverRefused
from delivery.releases.revert import signing_options

_MAIN: Final = "refs/heads/main"
_SHARED_MAIN: Final = "refs/remotes/origin/main"
_TAKEN: Final = "refs/plinth/taken-over"
_SECONDS: Final = 120
_CONFLICT: Final = 1


@dataclass(frozen=True)
class TakenOver:
    """The branch that was made, the commit that it took over, and the files that it changes."""

    branch: str
    of: str
    changes: tuple[str, ...]


@dataclass(frozen=True)
class GitTakeOver:
    """Takes changes over in a checkout.

    Key, name and e-mail are those of git's own configuration where they aren't given. Of
    `environment` git is given what it needs to reach origin and to sign.
    """

    folder: Path
    environment: Mapping[str, str]
    key: Path | None = None
    name: str | None = None
    email: str | None = None

    def __call__(self, revision: str) -> TakenOver:
        """Take a branch of origin, or a commit, over; TakeOverRefused."""
        main, of = self._fetched(revision)
        tree = self._merged(revision, main, of)
        changes = self._git(revision, "diff", "--name-status", "--no-renames", main, tree)
        if not changes:
            raise TakeOverRefused(revision, "main has all of it already")
        subject, whose = self._git(revision, "log", "-1", "--format=%s%n%an", of).split("\n")[:2]
        message = (
            f"Take over: {plain(subject, 200) or 'a change'}\n\n"
            f"What merging commit {of} by {plain(whose)} would have brought."
        )
        words = ("commit-tree", "-S", "-p", main, "-m", message, tree)
        options = signing_options(self.key, self.name, self.email)
        made = self._git(revision, *options, *words)
        branch = f"taken-over/{of[:12]}"
        self._git(revision, "update-ref", f"refs/heads/{branch}", made)
        return TakenOver(branch, of, tuple(plain(line) for line in changes.splitlines()))

    def _fetched(self, revision: str) -> tuple[str, str]:
        """Return the commits of main and of what is taken over, brought here."""
        if revision.startswith("-"):
            raise TakeOverRefused(revision, "name a branch of origin, or a commit")
        if self._try(revision, "config", "--get", "remote.origin.url").code:
            return self._commit(revision, _MAIN), self._commit(revision, revision)
        fetch = ("fetch", "--quiet", "--no-tags", "origin", f"+{_MAIN}:{_SHARED_MAIN}")
        self._git(revision, *fetch)
        for named in (f"refs/heads/{revision}", revision):
            done = self._try(
                revision, "fetch", "--quiet", "--no-tags", "origin", f"+{named}:{_TAKEN}"
            )
            if not done.code:
                return self._commit(revision, _SHARED_MAIN), self._commit(revision, _TAKEN)
        return self._commit(revision, _SHARED_MAIN), self._commit(revision, revision)

    def _merged(self, revision: str, main: str, of: str) -> str:
        done = self._try(
            revision, "merge-tree", "--write-tree", "--no-messages", "--name-only", main, of
        )
        if done.code == _CONFLICT:
            names = ", ".join(plain(one) for one in done.text.splitlines()[1:6])
            reason = f"it conflicts with main in {names}: merge main into it first"
            raise TakeOverRefused(revision, reason)
        if done.code:
            raise TakeOverRefused(revision, version_fault() or done.reason)
        return done.text.splitlines()[0]

    def _commit(self, revision: str, name: str) -> str:
        done = self._try(
            revision, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
        )
        if done.code:
            reason = f"there is no {plain(name)}: name a branch of origin, or a whole commit"
            raise TakeOverRefused(revision, reason)
        return done.text.strip()

    def _git(self, revision: str, *words: str) -> str:
        answer = self._try(revision, *words)
        if answer.code:
            raise TakeOverRefused(revision, answer.reason)
        return answer.text.strip()

    def _try(self, revision: str, *words: str) -> GitAnswer:
        own = sharing_environment(self.environment)
        try:
            return run_git(self.folder, *words, environment=own, seconds=_SECONDS)
        except GitFailed as exc:
            raise TakeOverRefused(revision, exc.reason) from exc
