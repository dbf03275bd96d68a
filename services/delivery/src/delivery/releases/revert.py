"""Take a promotion back: a branch on which production is what it was before."""

from dataclasses import dataclass

from artifacts.records.audit import AuditEntry
from delivery.errors import RevertRefused
from delivery.git.main_branch import MainBranch
from delivery.git.repository import GitRepository
from delivery.releases.read_wanted import wanted_at
from delivery.releases.revert_branch import GitReverter
from delivery.releases.wanted import Wanted, short
from delivery.trail.deploy_history import left_by_going_back
from delivery.trail.ports import AuditLog


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
