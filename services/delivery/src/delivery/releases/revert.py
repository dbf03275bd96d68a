"""Take a change back: a branch with its revert, made in a working tree of its own.

A person takes a promotion back with it; a deploy that can't be done proposes to.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from artifacts.errors import GitFailed, SigningFailed
from artifacts.git_process import run_git, sharing_environment
from artifacts.records.audit import AuditEntry
from artifacts.records.release import Environment
from artifacts.statements import StatementSigner
from artifacts.text import markdown, plain
from delivery.errors import DeliveryError, RevertRefused
from delivery.forges.forge import Forge
from delivery.git.branches import MainBranch
from delivery.git.commits import with_signature
from delivery.git.repository import GitRepository
from delivery.releases.read_wanted import wanted_at
from delivery.releases.wanted import Wanted, short
from delivery.trail.audit_chain import AuditLog
from delivery.trail.deploy_history import left_by_going_back

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


@dataclass(frozen=True)
class Reverted:
    """A branch that takes a promotion back, and what its merge still needs."""

    branch: str
    commit: str
    back_to: str | None
    left: str | None
    approved: bool
    """Whether the payload may come back without new approvals."""


@dataclass(frozen=True)
class Revert:
    """Reverts promotions."""

    repository: GitRepository
    main: MainBranch
    reverter: GitReverter
    audit: AuditLog

    def run(self, promotion: str) -> Reverted:
        """Make the branch that reverts a promotion, and return it.

        Raises RevertRefused where the commit isn't on main, didn't change production, or isn't what
        production stands at: what it would bring back is then not the payload before.
        """
        tip, commit = self.main.tip(), self.repository.commit(promotion)
        before, after = self._around(commit, tip)
        now = wanted_at(self.repository, "production", tip)
        if now.digest != after.digest:
            raise RevertRefused(
                commit,
                f"it made production {short(after.digest)}, and git has {short(now.digest)} there "
                "now: revert the promotion that came last, or promote the payload that you want "
                "anew, with approvals",
            )
        branch = f"reverts/{commit[:12]}"
        made = self.reverter.revert(commit, onto=tip, branch=branch, message=_message(commit))
        brought = wanted_at(self.repository, "production", made)
        if brought.digest != before.digest:
            self.reverter.discard(branch)
            raise RevertRefused(
                commit,
                f"its revert would make production {short(brought.digest)}, and before it was "
                f"{short(before.digest)}: promote that payload anew, with approvals",
            )
        return self._reverted(branch, made, before, after)

    def _around(self, commit: str, tip: str) -> tuple[Wanted, Wanted]:
        if not self.repository.is_ancestor(commit, tip):
            raise RevertRefused(commit, "main doesn't contain it")
        parents = self.repository.parents(commit)
        if not parents:
            raise RevertRefused(commit, "there is nothing before it")
        before = wanted_at(self.repository, "production", parents[0])
        after = wanted_at(self.repository, "production", commit)
        if before.digest == after.digest:
            raise RevertRefused(commit, "it didn't change what production runs: it is no promotion")
        return before, after

    def _reverted(self, branch: str, commit: str, before: Wanted, after: Wanted) -> Reverted:
        free = before.digest is None or _may_return(self.audit.entries(), before.digest)
        return Reverted(branch, commit, before.digest, after.digest, free)


def _may_return(entries: tuple[AuditEntry, ...], payload: str) -> bool:
    return left_by_going_back(entries, "production", payload) is not None


def _message(commit: str) -> str:
    return f"Revert promotion {commit[:12]}\n\nThis reverts commit {commit}.\n"


Push = Callable[[str, str], None]
"""Hands a commit on as a branch; BranchFailed."""


@dataclass(frozen=True)
class ProposeRevert:
    """Opens a proposal where there is a forge to open it on; else says what to do by hand."""

    main: MainBranch
    reverter: GitReverter
    push: Push
    forge: Forge | None

    def propose(self, environment: Environment, commit: str, reason: str) -> tuple[str, ...]:
        """Return lines for whoever reads the log. What goes wrong here is said, never raised."""
        by_hand = f"to take it back: {_command(environment, commit)}, then open a pull request"
        if self.forge is None:
            return (by_hand,)
        try:
            branch = f"reverts/{commit[:12]}"
            message = _revert_message(environment, commit, reason)
            made = self.reverter.revert(
                commit, onto=self.main.tip(), branch=branch, message=message
            )
            self.push(branch, made)
            title = f"Revert {commit[:12]}: it can't be deployed to {environment}"
            opened = self.forge.open_pull_request(branch, title, _body(environment, commit, reason))
        except DeliveryError as exc:
            return (f"no revert was proposed: {plain(exc, 1000)}", by_hand)
        return (f"a revert is proposed: {plain(opened.name)}",)


def _command(environment: Environment, commit: str) -> str:
    if environment == "production":
        return f"bin/plinth delivery revert {commit}"
    return f"git revert -m 1 {commit}"


def _revert_message(environment: Environment, commit: str, reason: str) -> str:
    return (
        f"Revert {commit[:12]}, which can't be deployed to {environment}\n\n"
        f"This reverts commit {commit}.\n\n{plain(reason, 1000)}\n"
    )


def _body(environment: Environment, commit: str, reason: str) -> str:
    return (
        f"The deploy of {commit} to {environment} ended red; what served before serves on.\n\n"
        f"{markdown(reason)}\n\nMerge this to have git say again what runs, or mend the fault in "
        "another change.\n"
    )
