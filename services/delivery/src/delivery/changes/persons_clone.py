"""A person's clone, brought up to date before anything is signed in it.

What is signed is about digests of main and of a branch: in a clone that is behind, shallow or
partial, of one branch or of a fork, it would be about what nobody merges.
"""

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from artifacts.git_process import git_command, sharing_environment
from artifacts.text import plain
from delivery.clock import Clock

MAIN: Final = "refs/heads/main"
RECENT: Final = timedelta(hours=1)
"""Who can't let this command reach origin fetches by hand, and speaks within that time."""
_HEADS: Final = "refs/heads/"
_ORIGIN: Final = "refs/remotes/origin/"
_SECONDS: Final = 60


@dataclass(frozen=True)
class PersonsClone:
    """A clone at `folder`. Of `environment` git is given what it needs to reach a remote."""

    folder: Path
    environment: Mapping[str, str]
    clock: Clock
    say: Callable[[str], None]

    def objection(self, head: str) -> str:
        """Fetch main and the branch of `head`; return why nothing said here could count, or "".

        A clone without an origin is its own main. What was brought is said.
        """
        if not self._ask("config", "--get", "remote.origin.url"):
            return ""
        if self._ask("rev-parse", "--is-shallow-repository") == "true":
            return (
                "this clone is shallow: who made what, and what main was, can't be told here. "
                "Type: git fetch --unshallow origin"
            )
        if self._ask("config", "--get", "remote.origin.partialclonefilter"):
            return (
                "this clone is partial (made with --filter): files are missing. Type: git clone "
                f"{plain(self._ask('config', '--get', 'remote.origin.url'))} whole, and speak there"
            )
        return self._fetched(self._branch(head)) or self._behind_upstream() or self._behind(head)

    def _branch(self, head: str) -> str:
        """Return the branch that a revision is the end of, here or at origin; "" where none is."""
        if head.startswith("-"):
            return ""
        named = self._ask("rev-parse", "--symbolic-full-name", head)
        for start in (_HEADS, _ORIGIN):
            if named.startswith(start):
                return named.removeprefix(start)
        return ""

    def _fetched(self, branch: str) -> str:
        names = tuple(dict.fromkeys((MAIN, *([f"{_HEADS}{branch}"] if branch else []))))
        done = self._git("ls-remote", "origin", *names)
        lines = (line.split("\t") for line in done.stdout.splitlines())
        there = {name: commit for commit, name in lines}
        if not done.returncode and MAIN not in there:
            return "origin has no branch main: is it the repository that is deployed from?"
        stale = [one for one in there if there[one] != self._commit(_remote(one))]
        before = self._commit(_remote(MAIN))
        if not done.returncode and stale:
            specs = [f"+{one}:{_remote(one)}" for one in stale]
            done = self._git("fetch", "--quiet", "--no-tags", "origin", *specs)
        if done.returncode:
            return self._by_hand(plain(done.stderr, 300) or f"git ended with {done.returncode}")
        if MAIN in stale:
            count = self._count(before, _remote(MAIN)) if before else 0
            was = f"main here was {count} commits behind origin's" if before else "main wasn't here"
            self.say(f"{was}: fetched")
        return ""

    def _by_hand(self, reason: str) -> str:
        """Return nothing if main was fetched by hand just now; else that origin can't be asked."""
        fetched = Path(self._ask("rev-parse", "--git-path", "FETCH_HEAD"))
        place = fetched if fetched.is_absolute() else self.folder / fetched
        at = datetime.fromtimestamp(place.stat().st_mtime, UTC) if place.is_file() else None
        if at and self.clock() - at <= RECENT and self._commit(_remote(MAIN)):
            self.say(f"origin can't be asked from here ({reason}); main is as fetched at {at}")
            return ""
        when = f"it was last fetched at {at:%Y-%m-%d %H:%M} UTC" if at else "it was never fetched"
        return (
            f"origin can't be asked whether this clone is up to date, and {when}: {reason}. Type: "
            "git fetch origin '+refs/heads/main:refs/remotes/origin/main', and this again within "
            "the hour"
        )

    def _behind_upstream(self) -> str:
        """Say that origin is a fork whose main is behind that of the remote `upstream`."""
        upstream = "refs/remotes/upstream/main"
        if not self._ask("config", "--get", "remote.upstream.url"):
            return ""
        self._git("fetch", "--quiet", "--no-tags", "upstream", f"+{MAIN}:{upstream}")
        count = self._count(_remote(MAIN), upstream) if self._commit(upstream) else 0
        if not count:
            return ""
        return (
            f"origin's main is {count} commits behind upstream's: origin seems to be your fork, "
            "and main's people and policies are upstream's. Type: git remote rename origin fork && "
            "git remote rename upstream origin"
        )

    def _behind(self, head: str) -> str:
        """Say that the branch of a head has commits at origin which the head lacks."""
        branch = self._branch(head)
        if not branch or not self._commit(f"{_ORIGIN}{branch}"):
            return ""
        count = self._count(head, f"{_ORIGIN}{branch}")
        if not count:
            return ""
        own = self._count(f"{_ORIGIN}{branch}", head)
        how = f"git rebase origin/{branch}" if own else f"git merge --ff-only origin/{branch}"
        return (
            f"{branch} here lacks {count} commits that origin's has, and what is signed is about "
            f"what is merged. Type: {how}"
        )

    def _count(self, without: str, of: str) -> int:
        found = self._ask("rev-list", "--count", of, f"^{without}", "--")
        return int(found) if found.isdecimal() else 0

    def _commit(self, name: str) -> str:
        return self._ask(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
        )

    def _ask(self, *words: str) -> str:
        return self._git(*words).stdout.strip()

    def _git(self, *words: str) -> "subprocess.CompletedProcess[str]":
        terminal = sys.stdin is not None and sys.stdin.isatty()
        command = git_command("-C", str(self.folder), *words)
        try:
            return subprocess.run(  # noqa: S603 - words of ours, and names that git checks
                command,
                stdin=None if terminal else subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=_SECONDS,
                # ssh asks for a passphrase at the terminal, and nowhere without one.
                start_new_session=not terminal,
                env=sharing_environment(self.environment),
            )
        except subprocess.TimeoutExpired:
            said = f"git {words[0]} took more than {_SECONDS} s"
            return subprocess.CompletedProcess(command, 124, "", said)


def _remote(name: str) -> str:
    """Return where a branch of origin is kept here."""
    return _ORIGIN + name.removeprefix(_HEADS)
