"""A change of files on one branch of its own, and the pull request that asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from delivery.forges.forge import Forge, PullRequest
from delivery.git.branches import GitBranches, PublishedBranch


@dataclass(frozen=True)
class Opened:
    """A branch with its pull request; without a forge there is none, and `by_hand` says what to do.

    Raw text of ours and names: whoever prints it makes it safe.
    """

    branch: PublishedBranch
    pull_request: PullRequest | None
    by_hand: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenProposal:
    """Publishing and asking, with all that it goes through."""

    branches: GitBranches
    forge: Forge | None

    def __call__(
        self, branch: str, base: str, files: Mapping[str, bytes], title: str, body: str
    ) -> Opened:
        """Bring branch and pull request up to date; BranchFailed, ForgeUnavailable."""
        published = self.branches.publish(branch, base, files, f"{title}\n")
        if self.forge is None:
            return Opened(published, None, _by_hand(published, title))
        return Opened(published, self.forge.open_pull_request(branch, title, body))


def _by_hand(published: PublishedBranch, title: str) -> tuple[str, ...]:
    push = () if published.pushed else (f"push the branch: git push origin {published.name}",)
    return (
        "no forge is named (PLINTH_BOX, or PLINTH_FORGE_URL, _REPOSITORY and _TOKEN): by hand,",
        *push,
        f"open a pull request of {published.name} into main, called: {title}",
    )
