"""What may be pushed. Main moves by the merge of a green pull request, and by nothing else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from artifacts.text import plain
from rehearsal.box.records import AUDIT, MAIN, RUNNER, BoxConfig, PullRequest, Status, Update
from rehearsal.box.statuses import check_refusals

PROTECTED: Final = "main moves only by the merge of a pull request"

AHEAD: Final = timedelta(minutes=5)
"""How far another machine's clock may be ahead of this one's when it makes a merge."""

_GITS_OWN: Final = frozenset(
    {"@", "auto_merge", "bisect_head", "cherry_pick_head", "fetch_head"}
    | {"merge_head", "orig_head", "plinth-audit", "rebase_head", "revert_head", "stash"}
)
"""Names that git or its readers take for something else, in small letters."""
_GITS_FOLDERS: Final = ("refs/", "heads/", "tags/", "remotes/", "notes/", "origin/", "pull/")
_HASH: Final = re.compile(r"[0-9a-f]{7,64}")

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
    committed_at: datetime | None
    """When the merge says that it was made; None for no time that there is."""
    tip_committed_at: datetime | None
    """The same of main's tip."""
    now: datetime


def ref_refusals(update: Update) -> tuple[str, ...]:
    """Return why a ref may not be pushed, whatever it points to; none for main itself."""
    name = plain(update.ref)
    if update.ref == MAIN:
        return (f"{PROTECTED}: it can't be deleted",) if update.deletes else ()
    if update.branch:
        # One of before may be deleted, whatever it is called.
        return () if update.deletes or update.ref == AUDIT else _shadows(update)
    if update.ref.startswith("refs/tags/"):
        if update.creates:
            return _shadows(update)
        return (f"{name} is a tag: tags are neither moved nor deleted",)
    if update.ref.startswith("refs/notes/"):
        return (f"{name}: statuses are written by the runner",)
    return (f"{name}: only branches and tags are pushed here",)


def merge_refusals(update: Update, facts: MergeFacts, config: BoxConfig) -> tuple[str, ...]:
    """Return why main may not move so; none if it may. Later rules are asked if earlier hold."""
    if not facts.fast_forward:
        return (f"{PROTECTED}: it never goes back, and is never forced",)
    if reason := _shape(update, facts.parents):
        return (reason,)
    if reason := _dates(facts):
        return (reason,)
    if facts.pull_request is None:
        head = facts.parents[1][:12]
        return (f"{PROTECTED}, and {head} is the head of no open pull request: open one for it",)
    reasons = check_refusals(config, facts.statuses, update.old)
    if facts.tree != facts.merged_tree:
        reasons += (EVIL_MERGE,)
    return reasons


def audit_refusals(update: Update, pusher: str, *, fast_forward: bool) -> tuple[str, ...]:
    """Return why the branch of audit heads may not move so; none if it may, or for other refs."""
    if update.ref != AUDIT:
        return ()
    if update.deletes or not fast_forward:
        return (f"{AUDIT} only grows: it is never deleted, moved back or forced",)
    if pusher != RUNNER:
        return (f"{AUDIT} is pushed by runs of main's workflows alone, not by {plain(pusher)}",)
    return ()


def namesake_refusals(updates: Sequence[Update], existing: Sequence[str]) -> tuple[str, ...]:
    """Return why refs may not be created: a tag and a branch of one name, of which git reads one.

    `existing` are the refs that are there, of those that would share a name with a new one.
    """
    there = {*existing, *(update.ref for update in updates if not update.deletes)}
    shared = (
        "{} would share its name with {}: git reads the tag where people mean the branch; "
        "choose another name"
    )
    return tuple(
        shared.format(plain(update.ref), plain(other))
        for update in updates
        if update.creates and (other := namesake(update.ref)) in there
    )


def namesake(ref: str) -> str | None:
    """Return the ref of the other kind that has the same short name: of a tag the branch."""
    for kind, other in (("refs/tags/", "refs/heads/"), ("refs/heads/", "refs/tags/")):
        if ref.startswith(kind):
            return other + ref.removeprefix(kind)
    return None


def _shadows(update: Update) -> tuple[str, ...]:
    """Say why a new name would be read as something else by whoever types it."""
    name = update.ref.split("/", 2)[-1].casefold()
    if (
        name in _GITS_OWN
        or name.startswith(_GITS_FOLDERS)
        or name.rpartition("/")[2] in {"main", "head"}
        or _HASH.fullmatch(name)
    ):
        why = "for something else (main, a remote's branch, a commit); choose another name"
        return (f"{plain(update.ref)}: git and its readers take {plain(name)} {why}",)
    return ()


def _dates(facts: MergeFacts) -> str | None:
    made, tip = facts.committed_at, facts.tip_committed_at
    if made is None or tip is None:
        return f"{PROTECTED}: the merge or main's tip has no date that can be read"
    if made < tip:
        return (
            f"{PROTECTED}: the merge is dated {made.isoformat()}, before main's tip "
            f"({tip.isoformat()}); merge again with the clock put right"
        )
    if made > facts.now + AHEAD:
        return (
            f"{PROTECTED}: the merge is dated {made.isoformat()}, and now it is "
            f"{facts.now.isoformat()}; merge again with the clock put right"
        )
    return None


def _shape(update: Update, parents: tuple[str, ...]) -> str | None:
    if len(parents) < 2:
        return f"{PROTECTED}: push a branch, and open a pull request for it"
    if len(parents) > 2:
        return f"{PROTECTED}: a merge has two parents, and this one has {len(parents)}"
    if parents[0] != update.old:
        return (
            f"{PROTECTED}, made on its tip {update.old[:12]}: its first parent is {parents[0][:12]}"
        )
    return None
