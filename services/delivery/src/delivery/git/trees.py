"""Trees of git, compared and looked through entry by entry, as they are stored.

git's own commands assume that trees are well-formed: whoever crafts one may have it shown as
something else. Here an entry is what its bytes say.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from artifacts.git_objects import GitObjects, TreeEntry
from delivery.git.commits import OddName
from delivery.git.plain_names import component_fault, path_fault, shown_name

Pair = tuple[bytes, TreeEntry | None, TreeEntry | None]
MODES: Final = frozenset({"40000", "100644", "100755", "120000", "160000"})
MOST_FAULTS: Final = 100
"""How many faults of trees are named: one refuses."""


def difference(objects: GitObjects, before: str | None, after: str) -> Iterator[Pair]:
    """Give the path of every file that differs between two trees, with its entry on both sides."""
    waiting: list[Pair] = [(b"", _root(before), _root(after))]
    while waiting:
        path, was, becomes = waiting.pop()
        if was == becomes:
            continue
        old, new = (one if one and not one.is_tree else None for one in (was, becomes))
        if old or new:
            yield path, old, new
        sides = [_inside(objects, one) for one in (was, becomes)]
        for name in {**sides[0], **sides[1]}:
            inner = path + b"/" + name if path else name
            first, second = (_of_kinds(side.get(name, [])) for side in sides)
            waiting += [(inner, *pair) for pair in _pairs(first, second)]


def tree_faults(
    objects: GitObjects, before: str | None, afters: Sequence[str]
) -> Iterator[OddName]:
    """Give what trees hold that no tree should, except what stands in `before` in the same place.

    Subtrees that `before` has in their place are not looked into.
    """
    seen: set[tuple[bytes, str]] = set()
    known: set[OddName] = set()
    waiting = [(b"", before, after) for after in afters]
    while waiting and len(known) < MOST_FAULTS:
        path, was, becomes = waiting.pop()
        if was == becomes or (path, becomes) in seen:
            continue
        seen.add((path, becomes))
        old = objects.tree(was) if was else ()
        new = objects.tree(becomes)
        for odd in sorted(set(_faults(path, new)) - set(_faults(path, old)) - known):
            known.add(odd)
            yield odd
        places = {one.name: one.id for one in old if one.is_tree}
        for one in new:
            inner = path + b"/" + one.name if path else one.name
            if one.is_tree and not path_fault(inner):
                waiting.append((inner, places.get(one.name), one.id))


def _faults(path: bytes, entries: Sequence[TreeEntry]) -> Iterator[OddName]:
    folder = path + b"/" if path else b""
    twins: dict[str, bytes] = {}
    for one in entries:
        inner = folder + one.name
        fault = component_fault(one.name) or path_fault(inner)
        if not fault and one.mode not in MODES:
            fault = f"it has the mode {shown_name(one.mode.encode())}, which git never writes"
        folded = one.name.decode(errors="backslashreplace").casefold()
        other = twins.setdefault(folded, one.name)
        if not fault and other is not one.name:
            same = "a second entry of that name" if other == one.name else "a twin in other case"
            fault = f"its folder has {same}, {shown_name(other)}"
        if fault:
            yield OddName(shown_name(inner), fault)
    if any(_order(one) >= _order(other) for one, other in pairwise(entries)):
        yield OddName(shown_name(path) or "the root", "its entries are not in git's order")


def _order(entry: TreeEntry) -> bytes:
    return entry.name + b"/" if entry.is_tree else entry.name


def _root(tree: str | None) -> TreeEntry | None:
    return None if tree is None else TreeEntry("40000", b"", tree)


def _inside(objects: GitObjects, entry: TreeEntry | None) -> dict[bytes, list[TreeEntry]]:
    if entry is None or not entry.is_tree:
        return {}
    found: dict[bytes, list[TreeEntry]] = {}
    for one in objects.tree(entry.id):
        found.setdefault(one.name, []).append(one)
    return found


def _of_kinds(entries: list[TreeEntry]) -> list[TreeEntry]:
    return [TreeEntry(one.mode, b"", one.id) for one in entries]


def _pairs(
    first: list[TreeEntry], second: list[TreeEntry]
) -> Iterator[tuple[TreeEntry | None, TreeEntry | None]]:
    """Give what stood under a name beside what stands there; more than one is a malformed tree."""
    for at in range(max(len(first), len(second))):
        was = first[at] if at < len(first) else None
        becomes = second[at] if at < len(second) else None
        yield was, becomes
