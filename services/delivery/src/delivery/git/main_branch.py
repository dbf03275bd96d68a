"""Where main stands now: asked of `origin`, since a runner's clone is as old as its run."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from artifacts.git_process import git_command, reading_environment
from delivery.errors import RepositoryUnreadable
from delivery.text import plain

_MAIN: Final = "refs/heads/main"
_SECONDS: Final = 60


@dataclass(frozen=True)
class MainBranch:
    """The branch main that people share; without an origin, the checkout's own.

    `shared` fetches origin's main and returns its commit.
    """

    folder: Path
    shared: Callable[[], str]

    def tip(self) -> str:
        """Return the commit that main stands at; RepositoryUnreadable, BranchFailed."""
        if "origin" in self._git("remote").split():
            return self.shared()
        return self._git("show-ref", "--verify", _MAIN).split()[0]

    def _git(self, *words: str) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - words of ours, no shell
                git_command("-C", str(self.folder), *words),
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_SECONDS,
                check=False,
                env=reading_environment(),
            )
        except (OSError, subprocess.TimeoutExpired) as exc:
            raise RepositoryUnreadable(str(self.folder), plain(exc)) from exc
        if done.returncode:
            said = plain(done.stderr) or f"git {words[0]} ended with {done.returncode}"
            reason = f"nobody can say where main stands: {said}"
            raise RepositoryUnreadable(str(self.folder), reason)
        return done.stdout
