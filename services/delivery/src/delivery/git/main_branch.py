"""Where main stands now: asked of `origin`, since a runner's clone is as old as its run."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from artifacts.errors import GitFailed
from artifacts.git_process import run_git
from delivery.errors import RepositoryUnreadable

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
            answer = run_git(self.folder, *words, seconds=_SECONDS)
        except GitFailed as exc:
            raise RepositoryUnreadable(str(self.folder), exc.reason) from exc
        if answer.code:
            reason = f"nobody can say where main stands: {answer.reason}"
            raise RepositoryUnreadable(str(self.folder), reason)
        return answer.out.decode(errors="replace")
