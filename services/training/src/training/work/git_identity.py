"""Which commit this is, as git says."""

import subprocess
from pathlib import Path

from artifacts.errors import GitFailed
from artifacts.git_process import git_command, reading_environment
from artifacts.records.manifest import Code
from training.errors import MissingIdentity


class GitIdentity:
    """The commit of the checkout that holds the code."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def code(self) -> Code:
        """Return the commit and whether tracked files differ; MissingIdentity outside of git."""
        try:
            commit = self._git("rev-parse", "--verify", "HEAD")
            changed = self._git("status", "--porcelain", "--untracked-files=no")
        except (OSError, GitFailed, subprocess.CalledProcessError) as exc:
            reason = f"{self._root} is no git checkout with a commit ({exc})"
            raise MissingIdentity((reason,)) from exc
        return Code(commit=commit, dirty=bool(changed))

    def _git(self, *arguments: str) -> str:
        done = subprocess.run(  # noqa: S603 - words of ours
            git_command("-C", str(self._root), *arguments),
            check=True,
            capture_output=True,
            text=True,
            env=reading_environment(),
        )
        return done.stdout.strip()
