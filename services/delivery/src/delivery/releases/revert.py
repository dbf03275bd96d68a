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
from artifacts.records.release import Environment
from artifacts.statements import StatementSigner
from artifacts.text import markdown, plain
from delivery.errors import DeliveryError, RevertRefused
from delivery.forges.forge import Forge
from delivery.forges.wiring import find_forge
from delivery.git.branches import EMAIL, NAME, MainBranch
from delivery.git.commits import with_signature
from delivery.git.repository import GitRepository
from delivery.git.wiring import make_branches, make_main
from delivery.releases.read_wanted import wanted_at
from delivery.releases.wanted import Wanted, short
from delivery.settings import Settings, child_environment
from delivery.signing import make_signer
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
        options = signing_options(self.key, self.name, self.email)
        with tempfile.TemporaryDirectory(prefix="plinth-") as private:
            tree = Path(private) / "tree"
            self._git(
                commit, self.folder, "worktree", "add", "--quiet", "--detach", str(tree), onto
            )
            try:
                parents = self._git(commit, tree, "rev-list", "--parents", "-1", commit).split()[1:]
                against = ("-m", "1") if len(parents) > 1 else ()
                self._git(commit, tree, "revert", "--no-commit", *against, commit)
                how = ("--no-gpg-sign" if self.signer else "-S", f"--message={message}")
                no_hooks = ("-c", "core.hooksPath=/dev/null")
                self._git(commit, tree, *no_hooks, *options, "commit", "--quiet", *how)
                made = self._git(commit, tree, "rev-parse", "--verify", "HEAD").strip()
                if self.signer:
                    made = self._signed(commit, tree, made, self.signer)
                self._git(commit, self.folder, "branch", "--force", branch, made)
            finally:
                self._git(commit, self.folder, "worktree", "remove", "--force", str(tree))
        return made

    def discard(self, branch: str) -> None:
        """Remove a branch that was made here and went nowhere."""
        self._git(branch, self.folder, "branch", "--quiet", "-D", branch)

    def _signed(self, commit: str, tree: Path, made: str, signer: StatementSigner) -> str:
        """Return a commit that is there as the signer signs it."""
        data = self._git(commit, tree, "cat-file", "commit", made).encode(
            "utf-8", "surrogateescape"
        )
        try:
            signed = with_signature(data, signer.sign(data))
        except SigningFailed as exc:
            raise RevertRefused(commit, str(exc)) from exc
        words = ("hash-object", "-t", "commit", "-w", "--stdin")
        return self._git(commit, tree, *words, data=signed).strip()

    def _git(self, commit: str, folder: Path, *words: str, data: bytes = b"") -> str:
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


def signing_options(key: Path | None, name: str | None, email: str | None) -> list[str]:
    """Return the options by which git commits as a person; what isn't given is git's own."""
    settings = {
        "user.name": name,
        "user.email": email,
        "user.signingKey": str(key.resolve()) if key else None,
        "gpg.format": "ssh" if key else None,
    }
    return [word for k, v in settings.items() if v for word in ("-c", f"{k}={v}")]


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
        message = f"Revert promotion {commit[:12]}\n\nThis reverts commit {commit}.\n"
        made = self.reverter.revert(commit, onto=tip, branch=branch, message=message)
        brought = wanted_at(self.repository, "production", made)
        if brought.digest != before.digest:
            self.reverter.discard(branch)
            raise RevertRefused(
                commit,
                f"its revert would make production {short(brought.digest)}, and before it was "
                f"{short(before.digest)}: promote that payload anew, with approvals",
            )
        back, entries = before.digest, self.audit.entries()
        free = back is None or left_by_going_back(entries, "production", back) is not None
        return Reverted(branch, made, back, after.digest, free)

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


@dataclass(frozen=True)
class ProposeRevert:
    """Opens a proposal where there is a forge to open it on; else says what to do by hand."""

    main: MainBranch
    reverter: GitReverter
    push: Callable[[str, str], None]
    """Hands a commit on as a branch; BranchFailed."""
    forge: Forge | None

    def propose(self, environment: Environment, commit: str, reason: str) -> tuple[str, ...]:
        """Return lines for whoever reads the log. What goes wrong here is said, never raised."""
        person = environment == "production"
        command = f"bin/plinth delivery revert {commit}" if person else f"git revert -m 1 {commit}"
        by_hand = f"to take it back: {command}, then open a pull request"
        if self.forge is None:
            return (by_hand,)
        message = (
            f"Revert {commit[:12]}, which can't be deployed to {environment}\n\n"
            f"This reverts commit {commit}.\n\n{plain(reason, 1000)}\n"
        )
        title = f"Revert {commit[:12]}: it can't be deployed to {environment}"
        body = (
            f"The deploy of {commit} to {environment} ended red; what served before serves on.\n\n"
            f"{markdown(reason)}\n\nMerge this to have git say again what runs, or mend the fault "
            "in another change.\n"
        )
        try:
            branch, tip = f"reverts/{commit[:12]}", self.main.tip()
            made = self.reverter.revert(commit, onto=tip, branch=branch, message=message)
            self.push(branch, made)
            opened = self.forge.open_pull_request(branch, title, body)
        except DeliveryError as exc:
            return (f"no revert was proposed: {plain(exc, 1000)}", by_hand)
        return (f"a revert is proposed: {plain(opened.name)}",)


def make_proposer(settings: Settings) -> ProposeRevert:
    """Build what proposes to revert a change that can't be deployed, signed with delivery's key."""
    signer = make_signer(settings, "delivery", "git")
    reverter = GitReverter(settings.root, child_environment(), None, NAME, EMAIL, signer)
    push = make_branches(settings).push
    return ProposeRevert(make_main(settings), reverter, push, find_forge(settings))
