"""Where main stands now: asked of `origin`, since a runner's clone is as old as its run."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from delivery.domain.text import plain
from delivery.errors import RepositoryUnreadable

_MAIN: Final = "refs/heads/main"
_SECONDS: Final = 60


@dataclass(frozen=True)
class MainBranch:
    """The branch main of a checkout's origin; without an origin, the checkout's own."""

    folder: Path

    def tip(self) -> str:
        """Return the commit that main stands at; RepositoryUnreadable."""
        if "origin" in self._git("remote").split():
            found = self._git("ls-remote", "--exit-code", "origin", _MAIN).split()
        else:
            found = self._git("show-ref", "--verify", _MAIN).split()
        return found[0]

    def _git(self, *words: str) -> str:
        # git's own variables, set while a hook runs, would lead it to another repository. Nobody
        # is there to give a password.
        apart = ("env", "-u", "GIT_DIR", "-u", "GIT_WORK_TREE", "GIT_TERMINAL_PROMPT=0")
        command = [*apart, "git", "-C", str(self.folder), *words]
        try:
            done = subprocess.run(  # noqa: S603 - words of ours, no shell
                command, capture_output=True, text=True, timeout=_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as exc:
            raise RepositoryUnreadable(str(self.folder), plain(exc)) from exc
        if done.returncode:
            said = plain(done.stderr) or f"git {words[0]} ended with {done.returncode}"
            reason = f"nobody can say where main stands: {said}"
            raise RepositoryUnreadable(str(self.folder), reason)
        return done.stdout
