import numpy as np
import pytest

from artifacts.digests import digest_json
from gate.measures.leakage import Looks, by_likeness, find_near_duplicates


def looks(fingerprints: np.ndarray, name: str) -> Looks:
    photos = tuple(digest_json([name, i]) for i in range(len(fingerprints)))
    return Looks(photos, np.zeros((len(photos), 0), np.float32), fingerprints, ())


def flipped(fingerprint: np.ndarray, bits: int) -> np.ndarray:
    """The same hash with so many of its first bits turned."""
    turned = np.unpackbits(fingerprint)
    turned[:bits] ^= 1
    return np.packbits(turned)


@pytest.fixture(scope="module")
def ours() -> Looks:
    return looks(np.random.default_rng(1).integers(0, 256, (300, 32), np.uint8), "holdout")


@pytest.fixture(scope="module")
def theirs(ours: Looks) -> Looks:
    """Random hashes, and copies of three of ours: the same, 7 and 33 bits off."""
    hashes = np.random.default_rng(2).integers(0, 256, (400, 32), np.uint8)
    for place, (photo, bits) in enumerate(((5, 0), (150, 7), (299, 33))):
        hashes[100 * place] = flipped(ours.fingerprints[photo], bits)
    return looks(hashes, "train")


def test_copies_are_found_with_their_distance_and_the_most_alike_come_first(ours, theirs):
    found = find_near_duplicates(ours, theirs, "train", 40)
    assert [(one.holdout, one.other, one.bits) for one in found] == [
        (ours.photos[5], theirs.photos[0], 0),
        (ours.photos[150], theirs.photos[100], 7),
        (ours.photos[299], theirs.photos[200], 33),
    ]
    assert {one.split for one in found} == {"train"}


@pytest.mark.parametrize(("bits", "count"), [(33, 3), (32, 2), (7, 2), (6, 1), (0, 1)])
def test_the_bound_belongs_to_what_counts_as_a_copy(ours, theirs, bits, count):
    assert len(find_near_duplicates(ours, theirs, "train", bits)) == count


def test_distances_are_those_counted_bit_by_bit(ours, theirs):
    found = find_near_duplicates(ours, theirs, "train", 256)
    bits = np.unpackbits(theirs.fingerprints, axis=1)
    for one in found[:50]:
        own = np.unpackbits(ours.fingerprints[ours.photos.index(one.holdout)])
        distances = (bits != own).sum(axis=1)
        assert one.bits == distances.min() == distances[theirs.photos.index(one.other)]
    assert len(found) == len(ours.photos)


def test_of_several_copies_the_nearest_is_named(ours):
    hashes = np.stack([flipped(ours.fingerprints[9], bits) for bits in (12, 3, 5)])
    other = looks(hashes, "validation")
    (found,) = find_near_duplicates(ours, other, "validation", 20)
    assert (found.other, found.bits, found.split) == (other.photos[1], 3, "validation")


def test_an_empty_split_holds_no_copy(ours):
    empty = looks(np.zeros((0, 32), np.uint8), "train")
    assert find_near_duplicates(ours, empty, "train", 256) == ()
    assert find_near_duplicates(empty, ours, "train", 256) == ()


def test_pairs_of_several_splits_are_sorted_by_likeness(ours, theirs):
    train = find_near_duplicates(ours, theirs, "train", 40)
    near = looks(flipped(ours.fingerprints[7], 4)[None], "validation")
    validation = find_near_duplicates(ours, near, "validation", 40)
    assert [one.bits for one in by_likeness([*train, *validation])] == [0, 4, 7, 33]
