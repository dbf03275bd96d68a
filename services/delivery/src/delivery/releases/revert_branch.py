"""Branches that revert commits, made in a working tree of their own: a person's is left alone."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from artifacts.errors import GitFailed, SigningFailed
from artifacts.git_process import run_git, sharing_environment
from artifacts.statements import StatementSigner
from artifacts.text import plain
from delivery.errors import RevertRefused
from delivery.git.signed_commits import with_signature

_SECONDS: Final = 120
_REASON: Final = 1500


@dataclass(frozen=True)
class GitReverter:
    """Makes branches in a checkout, of signed commits.

    Key, name and e-mail are those of git's own configuration where they aren't given. Of
    `environment` git is given what it needs to find that configuration and to sign. A `signer`
    signs in git's place, with a key that git can't be given.
    """

    folder: Path
    environment: Mapping[str, str]
    key: Path | None = None
    name: str | None = None
    email: str | None = None
    signer: StatementSigner | None = None

    def revert(self, commit: str, *, onto: str, branch: str, message: str) -> str:
        """Make a branch on a commit that takes another back; return the new commit.

        A merge is reverted against what it was merged into. RevertRefused where later changes are
        in the way, where there is nothing to take back, or where git can't sign.
        """
        with tempfile.TemporaryDirectory(prefix="plinth-") as private:
            tree = Path(private) / "tree"
            self._git(
                commit, self.folder, "worktree", "add", "--quiet", "--detach", str(tree), onto
            )
            try:
                made = self._reverted(commit, tree, message)
                self._git(commit, self.folder, "branch", "--force", branch, made)
            finally:
                self._git(commit, self.folder, "worktree", "remove", "--force", str(tree))
        return made

    def discard(self, branch: str) -> None:
        """Remove a branch that was made here and went nowhere."""
        self._git(branch, self.folder, "branch", "--quiet", "-D", branch)

    def _reverted(self, commit: str, tree: Path, message: str) -> str:
        parents = self._git(commit, tree, "rev-list", "--parents", "-1", commit).split()[1:]
        against = ("-m", "1") if len(parents) > 1 else ()
        self._git(commit, tree, "revert", "--no-commit", *against, commit)
        settings = {
            "core.hooksPath": "/dev/null",
            "user.name": self.name,
            "user.email": self.email,
            "user.signingKey": str(self.key.resolve()) if self.key else None,
            "gpg.format": "ssh" if self.key else None,
        }
        signed = [word for k, v in settings.items() if v for word in ("-c", f"{k}={v}")]
        how = "--no-gpg-sign" if self.signer else "-S"
        self._git(commit, tree, *signed, "commit", "--quiet", how, f"--message={message}")
        made = self._git(commit, tree, "rev-parse", "--verify", "HEAD").strip()
        return self._signed(commit, tree, made, self.signer) if self.signer else made

    def _signed(self, commit: str, tree: Path, made: str, signer: StatementSigner) -> str:
        data = self._git(commit, tree, "cat-file", "commit", made).encode(
            "utf-8", "surrogateescape"
        )
        try:
            signed = with_signature(data, signer.sign(data))
        except SigningFailed as exc:
            raise RevertRefused(commit, str(exc)) from exc
        words = ("hash-object", "-t", "commit", "-w", "--stdin")
        return self._git(
            commit, tree, *words, text=signed.decode("utf-8", "surrogateescape")
        ).strip()

    def _git(self, commit: str, folder: Path, *words: str, text: str = "") -> str:
        data = text.encode(errors="surrogateescape")
        own = sharing_environment(self.environment)
        try:
            answer = run_git(folder, *words, data=data, environment=own, seconds=_SECONDS)
        except GitFailed as exc:
            raise RevertRefused(commit, exc.reason) from exc
        if answer.code:
            # git names conflicts where it prints, and why it ends among the errors.
            said = plain((answer.out + answer.err).decode(errors="replace"), _REASON)
            raise RevertRefused(commit, said or answer.reason)
        return answer.text
