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


def open_proposal(
    branches: GitBranches,
    forge: Forge | None,
    branch: str,
    files: Mapping[str, bytes],
    title: str,
    body: str,
    *,
    base: str,
) -> Opened:
    """Bring a branch and its pull request up to date; BranchFailed, ForgeUnavailable."""
    published = branches.publish(branch, base, files, f"{title}\n")
    if forge is not None:
        return Opened(published, forge.open_pull_request(branch, title, body))
    push = () if published.pushed else (f"push the branch: git push origin {published.name}",)
    by_hand = (
        "no forge is named (PLINTH_BOX, or PLINTH_FORGE_URL, _REPOSITORY and _TOKEN): by hand,",
        *push,
        f"open a pull request of {published.name} into main, called: {title}",
    )
    return Opened(published, None, by_hand)
