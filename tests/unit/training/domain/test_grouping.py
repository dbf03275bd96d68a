import numpy as np

from training.domain.grouping import Ties, near_pairs


def test_ties_are_transitive() -> None:
    ties: Ties[str] = Ties()
    ties.tie("a", "b")
    ties.tie("c", "d")
    ties.find("e")
    ties.tie("b", "c")
    assert sorted(map(sorted, ties.components())) == [["a", "b", "c", "d"], ["e"]]


def test_near_pairs_are_those_that_a_slow_comparison_finds() -> None:
    random = np.random.default_rng(2)
    prints = [random.bytes(32) for _ in range(700)]
    prints[650] = bytes([prints[3][0] ^ 0b111, *prints[3][1:]])
    slow = [
        (i, j)
        for i, one in enumerate(prints)
        for j in range(i + 1, len(prints))
        if (int.from_bytes(one) ^ int.from_bytes(prints[j])).bit_count() <= 3
    ]
    assert slow == [(3, 650)]
    assert near_pairs(prints, 3) == slow
    assert near_pairs(prints, 2) == []


def test_no_photos_have_no_pairs() -> None:
    assert near_pairs([], 32) == []
