import tracemalloc

import numpy as np
import pytest

from training.photos.grouping import Ties, near_groups


def test_ties_are_transitive() -> None:
    ties: Ties[str] = Ties()
    ties.tie("a", "b")
    ties.tie("c", "d")
    ties.find("e")
    ties.tie("b", "c")
    assert sorted(map(sorted, ties.components())) == [["a", "b", "c", "d"], ["e"]]


def near(one: bytes, other: bytes, bits: int) -> bool:
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count() <= bits


def slow_groups(prints: list[bytes], bits: int, fresh: int) -> list[list[int]]:
    ties: Ties[int] = Ties()
    for i in range(len(prints)):
        ties.find(i)
        for j in range(i + 1, len(prints)):
            if i < fresh and near(prints[i], prints[j], bits):
                ties.tie(i, j)
    return sorted(map(sorted, ties.components()))


def fast_groups(prints: list[bytes], bits: int, fresh: int) -> list[list[int]]:
    numbers = near_groups(prints, bits, fresh).tolist()
    return sorted([i for i, n in enumerate(numbers) if n == one] for one in set(numbers))


def some_prints(seed: int, count: int) -> list[bytes]:
    """Half of them strangers, half chains in which each differs from the one before by a few."""
    random = np.random.default_rng(seed)
    prints = [random.bytes(32) for _ in range(count // 2)]
    while len(prints) < count:
        bits = np.unpackbits(np.frombuffer(prints[random.integers(len(prints))], np.uint8))
        bits[random.choice(256, 4, replace=False)] ^= 1
        prints.append(np.packbits(bits).tobytes())
    return [prints[i] for i in random.permutation(count)]


@pytest.mark.parametrize("bits", [3, 4, 8, 32])
@pytest.mark.parametrize("fresh", [0, 60, 150, 200])
def test_near_groups_are_those_that_a_slow_comparison_finds(bits: int, fresh: int) -> None:
    prints = some_prints(bits + fresh, 200)
    assert fast_groups(prints, bits, fresh) == slow_groups(prints, bits, fresh)


def test_groups_do_not_hang_on_how_many_pairs_are_compared_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prints = some_prints(1, 200)
    whole = fast_groups(prints, 8, 200)
    monkeypatch.setattr("training.photos.grouping._COMPARED", 200 * 7)
    assert fast_groups(prints, 8, 200) == whole


def test_a_thousand_near_copies_keep_no_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their half a million pairs took 70 MB; what is compared at once takes a few."""
    monkeypatch.setattr("training.photos.grouping._COMPARED", 1 << 16)
    prints = [bytes(32)] * 1000
    tracemalloc.start()
    groups = near_groups(prints, 32, len(prints))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(set(groups.tolist())) == 1
    assert peak < 5e6


def test_no_photos_have_no_groups() -> None:
    assert near_groups([], 32, 0).tolist() == []
