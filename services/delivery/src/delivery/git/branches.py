"""Branches of the shared repository: one signed commit each, made without touching a worktree."""

import base64
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from artifacts.errors import GitFailed, SigningFailed
from artifacts.git_process import GitAnswer, run_git, sharing_environment, version_fault
from artifacts.statements import StatementSigner
from delivery.clock import Clock
from delivery.errors import BranchFailed, RepositoryUnreadable
from delivery.git.commits import with_signature

REMOTE: Final = "origin"
STATEMENTS: Final = "policies/approvals"
"""What people signed stays on a branch whatever becomes of the rest."""
NAME, EMAIL = "Plinth delivery", "delivery@plinth.invalid"
_TIMEOUT: Final = 300
_MAIN: Final = "refs/heads/main"
_SECONDS: Final = 60


@dataclass(frozen=True)
class PublishedBranch:
    """A branch as it now stands. Not `pushed`: there is no shared repository, it is here alone."""

    name: str
    commit: str
    changed: bool
    pushed: bool = True


@dataclass(frozen=True)
class GitBranches:
    """A checkout's repository and its remote `origin`.

    `signer` signs commits, in the namespace `git`. Of `environment` git is given what it needs to
    reach a remote. `options` are of pushes: a box is told who pushes and not to make the pusher
    wait. `token` goes to an https remote alone, and never onto a command line.
    """

    folder: Path
    signer: StatementSigner
    clock: Clock
    environment: Mapping[str, str]
    options: tuple[str, ...] = ()
    token: str | None = None

    def base(self) -> str:
        """Return main's commit where people share it; without a remote, the checkout's."""
        if not self._has_remote():
            return self._read("main", "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        return self._fetched("main") or self._fail("main", f"{REMOTE} has no main")

    def publish(
        self, branch: str, base: str, files: Mapping[str, bytes], message: str
    ) -> PublishedBranch:
        """Make a branch differ from main in these files alone, by one signed commit on `base`."""
        shared = self._has_remote()
        tip = self._fetched(branch) if shared else self._local(branch)
        if tip and self._is_up_to_date(branch, base, tip, files):
            return PublishedBranch(branch, tip, changed=False, pushed=shared)
        tree = self._tree(branch, base, tip, files)
        commit = self._commit(branch, tree, base, message)
        if shared:
            self._push(branch, commit, _lease(branch, tip))
        else:
            self._read(branch, "update-ref", f"refs/heads/{branch}", commit)
        return PublishedBranch(branch, commit, changed=True, pushed=shared)

    def append(self, branch: str, files: Mapping[str, bytes], message: str) -> PublishedBranch:
        """Add a signed commit with these files alone to a branch that is only ever added to.

        It is pushed without force: BranchFailed where somebody else added to the branch meanwhile.
        """
        shared, tip = self._has_remote(), self.tip(branch)
        with tempfile.TemporaryDirectory(prefix="plinth-") as private:
            index = {"GIT_INDEX_FILE": str(Path(private) / "index")}
            entries = self._entries(branch, files)
            stdin = ("update-index", "-z", "--index-info")
            self._read(branch, *stdin, data=entries, more=index)
            tree = self._read(branch, "write-tree", more=index)
        if tip and self._read(branch, "rev-parse", f"{tip}^{{tree}}") == tree:
            return PublishedBranch(branch, tip, changed=False, pushed=shared)
        commit = self._commit(branch, tree, tip, message)
        if shared:
            self._push(branch, commit)
        else:
            self._read(branch, "update-ref", f"refs/heads/{branch}", commit, tip or "")
        return PublishedBranch(branch, commit, changed=True, pushed=shared)

    def tip(self, branch: str) -> str | None:
        """Return the commit of a branch that is only added to, brought here; None without it.

        BranchFailed where it lost commits that this clone has.
        """
        if self._has_remote():
            return self._fetched(branch, forced=False)
        return self._local(branch)

    def push(self, branch: str, commit: str) -> None:
        """Hand a commit that is here on as a branch, in place of what that was."""
        self._push(branch, commit, _lease(branch, self._fetched(branch)))

    def fetch(self, commits: Sequence[str]) -> None:
        """Bring commits here by their names, as far as the remote gives them; others stay away."""
        for commit in commits:
            here = self._git("cat-file", "-e", f"{commit}^{{commit}}").code == 0
            if not here and self._has_remote():
                words = ("fetch", "--quiet", "--no-tags", REMOTE, commit)
                self._git(*words, more=self._access())

    def _is_up_to_date(self, branch: str, base: str, tip: str, files: Mapping[str, bytes]) -> bool:
        """Whether the branch merges without a conflict, and main then has these files."""
        done = self._git("merge-tree", "--write-tree", "--no-messages", base, tip)
        if done.code > 1:
            self._fail(branch, version_fault() or done.reason)
        if done.code:
            return False
        merged = done.out.decode().strip()
        there = ((self._git("cat-file", "blob", f"{merged}:{path}"), path) for path in files)
        return all(not one.code and one.out == files[path] for one, path in there)

    def _tree(self, branch: str, base: str, tip: str | None, files: Mapping[str, bytes]) -> str:
        with tempfile.TemporaryDirectory(prefix="plinth-") as private:
            index = {"GIT_INDEX_FILE": str(Path(private) / "index")}
            self._read(branch, "read-tree", base, more=index)
            entries = self._entries(branch, files)
            if tip:
                kept = ("ls-tree", "-r", "-z", "--full-tree", tip, "--", STATEMENTS)
                entries = self._read(branch, *kept).encode(errors="surrogateescape") + entries
            stdin = ("update-index", "-z", "--index-info")
            self._read(branch, *stdin, data=entries, more=index)
            return self._read(branch, "write-tree", more=index)

    def _entries(self, branch: str, files: Mapping[str, bytes]) -> bytes:
        lines = []
        for path, data in files.items():
            blob = self._read(branch, "hash-object", "-w", "--stdin", data=data)
            lines.append(f"100644 blob {blob}\t{path}\0")
        return "".join(lines).encode()

    def _commit(self, branch: str, tree: str, parent: str | None, message: str) -> str:
        parents = ("-p", parent) if parent else ()
        words = ("commit-tree", *parents, "-F", "-", tree)
        made = self._read(branch, *words, data=message.encode(), more=_identity(self.clock()))
        commit = self._git("cat-file", "commit", made).out
        try:
            signed = with_signature(commit, self.signer.sign(commit))
        except SigningFailed as exc:
            reason = f"{exc}. Delivery's key is made by `delivery create-deploy-key`"
            return self._fail(branch, reason)
        return self._read(branch, "hash-object", "-t", "commit", "-w", "--stdin", data=signed)

    def _push(self, branch: str, commit: str, *how: str) -> None:
        options = [word for option in self.options for word in ("-o", option)]
        where = (REMOTE, f"{commit}:refs/heads/{branch}")
        done = self._git("push", "--quiet", *options, *how, "--", *where, more=self._access())
        if done.code:
            self._fail(branch, done.reason)

    def _fetched(self, branch: str, *, forced: bool = True) -> str | None:
        """Return the shared branch's commit, brought here; None where there is no such branch.

        Not `forced`, a branch that has lost commits since the last time fails: BranchFailed.
        """
        ref = f"refs/heads/{branch}"
        found = self._read(branch, "ls-remote", REMOTE, ref, more=self._access()).split()
        if not found:
            return None
        if found[0] == self._ref(f"refs/remotes/{REMOTE}/{branch}"):
            return found[0]
        into = f"{'+' if forced else ''}{ref}:refs/remotes/{REMOTE}/{branch}"
        self._read(branch, "fetch", "--quiet", "--no-tags", REMOTE, into, more=self._access())
        return self._ref(f"refs/remotes/{REMOTE}/{branch}")

    def _local(self, branch: str) -> str | None:
        return self._ref(f"refs/heads/{branch}")

    def _ref(self, name: str) -> str | None:
        """Return the commit of a ref by its full name: a tag of that name is never taken for it."""
        done = self._git("show-ref", "--verify", "--hash", name)
        return done.out.decode().strip() or None

    def _has_remote(self) -> bool:
        return self._git("remote", "get-url", REMOTE).code == 0

    def _access(self) -> dict[str, str]:
        url = self._git("remote", "get-url", REMOTE).out.decode().strip()
        if not self.token or not url.startswith("https://"):
            return {}
        word = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        return {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"http.{url}.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {word}",
        }

    def _read(
        self, branch: str, *words: str, data: bytes = b"", more: Mapping[str, str] | None = None
    ) -> str:
        done = self._git(*words, data=data, more=more)
        if done.code:
            self._fail(branch, done.reason)
        return done.out.decode(errors="surrogateescape").strip("\n")

    def _fail(self, branch: str, reason: str) -> str:
        raise BranchFailed(branch, reason)

    def _git(
        self, *words: str, data: bytes = b"", more: Mapping[str, str] | None = None
    ) -> GitAnswer:
        own = {**sharing_environment(self.environment), **(more or {})}
        try:
            return run_git(self.folder, *words, data=data, environment=own, seconds=_TIMEOUT)
        except GitFailed as exc:
            raise BranchFailed(words[0], exc.reason) from exc


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


def _lease(branch: str, tip: str | None) -> str:
    """Return the option by which git pushes only over what was read: somebody may have pushed."""
    return f"--force-with-lease=refs/heads/{branch}:{tip or ''}"


def _identity(now: datetime) -> dict[str, str]:
    moment = now.isoformat(timespec="seconds")
    return {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", NAME), ("EMAIL", EMAIL), ("DATE", moment))
    }
