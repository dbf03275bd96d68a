"""What may be pushed. Main moves by the merge of a green pull request, and by nothing else."""

from dataclasses import dataclass
from typing import Final

from box.domain.records import MAIN, BoxConfig, PullRequest, Status, Update
from box.domain.statuses import check_refusals
from box.domain.text import plain

PROTECTED: Final = "main moves only by the merge of a pull request"

EVIL_MERGE: Final = (
    "the merge holds something else than git makes of its parents: "
    "solve conflicts and make changes on the branch"
)


@dataclass(frozen=True)
class MergeFacts:
    """What the repository and the box know of a commit that is to become main's tip."""

    fast_forward: bool
    parents: tuple[str, ...]
    pull_request: PullRequest | None
    """The open one whose head is the second parent."""
    statuses: tuple[Status, ...]
    """Of the second parent."""
    tree: str
    merged_tree: str | None
    """What git makes of both parents; None where they conflict or aren't two."""


def ref_refusals(update: Update) -> tuple[str, ...]:
    """Return why a ref may not be pushed, whatever it points to; none for main itself."""
    name = plain(update.ref)
    if update.ref == MAIN:
        return (f"{PROTECTED}: it can't be deleted",) if update.deletes else ()
    if update.branch:
        return ()
    if update.ref.startswith("refs/tags/"):
        return () if update.creates else (f"{name} is a tag: tags are neither moved nor deleted",)
    if update.ref.startswith("refs/notes/"):
        return (f"{name}: statuses are written by the runner",)
    return (f"{name}: only branches and tags are pushed here",)


def merge_refusals(update: Update, facts: MergeFacts, config: BoxConfig) -> tuple[str, ...]:
    """Return why main may not move so; none if it may. Later rules are asked if earlier hold."""
    if not facts.fast_forward:
        return (f"{PROTECTED}: it never goes back, and is never forced",)
    if reason := _shape(update, facts.parents):
        return (reason,)
    if facts.pull_request is None:
        head = facts.parents[1][:12]
        return (f"{PROTECTED}, and {head} is the head of no open pull request: open one for it",)
    reasons = check_refusals(config, facts.statuses, update.old)
    if facts.tree != facts.merged_tree:
        reasons += (EVIL_MERGE,)
    return reasons


def _shape(update: Update, parents: tuple[str, ...]) -> str | None:
    if len(parents) < 2:  # noqa: PLR2004 - a merge has two parents
        return f"{PROTECTED}: push a branch, and open a pull request for it"
    if len(parents) > 2:  # noqa: PLR2004
        return f"{PROTECTED}: a merge has two parents, and this one has {len(parents)}"
    if parents[0] != update.old:
        return (
            f"{PROTECTED}, made on its tip {update.old[:12]}: its first parent is {parents[0][:12]}"
        )
    return None
