"""Which photos belong together, so that a split never parts them."""

from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Node = TypeVar("Node", bound=Hashable)

_COMPARED = 1 << 20
"""Pairs that are compared at once: 20 MB."""


class Ties(Generic[Node]):
    """Connected components (union-find with path halving; Tarjan 1975)."""

    def __init__(self) -> None:
        self._parent: dict[Node, Node] = {}

    def find(self, node: Node) -> Node:
        """Return the representative of a node's component."""
        self._parent.setdefault(node, node)
        while self._parent[node] != node:
            self._parent[node] = self._parent[self._parent[node]]
            node = self._parent[node]
        return node

    def tie(self, one: Node, other: Node) -> None:
        """Put two nodes into one component."""
        self._parent[self.find(one)] = self.find(other)

    def components(self) -> list[list[Node]]:
        """Return all components, their nodes in the order in which they were first named."""
        found: dict[Node, list[Node]] = {}
        for node in self._parent:
            found.setdefault(self.find(node), []).append(node)
        return list(found.values())


def near_groups(fingerprints: Sequence[bytes], bits: int, fresh: int) -> NDArray[np.intp]:
    """Return the number of each 256-bit fingerprint's group, shape (n,).

    Two fingerprints of one group differ in at most `bits` bits, or are joined by a chain of such
    pairs. At least one of each pair is among the first `fresh`: the others are not compared
    with each other. Pairs are joined as they are found and never kept, so that memory stays at
    some megabytes whatever is alike; time grows with fresh x n.
    """
    words = np.frombuffer(b"".join(fingerprints), dtype=np.uint64).reshape(-1, 4)
    groups = np.arange(len(words))
    rows = max(1, _COMPARED // max(1, len(words)))
    for start in range(0, fresh, rows):
        stop = min(start + rows, fresh)
        near = _hamming(words[start:stop], words[start:]) <= bits
        for row in range(stop - start):
            # Whom this row is near to, and not in a group with yet.
            own, others = groups[start + row], groups[start:][near[row]]
            if (strangers := others[others != own]).size:
                groups[np.isin(groups, strangers)] = own
    return groups


def _hamming(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> NDArray[np.uint16]:
    total = np.zeros((len(one), len(other)), dtype=np.uint16)
    for word in range(one.shape[1]):
        total += np.bitwise_count(one[:, None, word] ^ other[None, :, word])
    return total
