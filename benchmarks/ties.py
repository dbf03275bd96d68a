"""Tying photos that look alike: near-copies beside strangers, in seconds and in memory."""

import tracemalloc
from collections.abc import Sequence

import numpy as np

from benchmarks.measure import Verdict, at_most, exactly, interleave, ratio, row, seconds_of
from training.photos.grouping import near_groups

ROUNDS = 5
PHOTOS = 3_000
MANY = 20_000
BITS = 32
MEMORY_LIMIT_MB = 32.0
"""A list of all pairs of 3,000 near-copies took 619 MiB."""
RATIO_LIMIT = 3.0


def run() -> list[Verdict]:
    """Tie 3,000 near-copies and as many strangers in turns, then 20,000 near-copies once."""
    copies, strangers = near_copies(PHOTOS), some_strangers(PHOTOS)
    sides = {
        "strangers": lambda: seconds_of(lambda: near_groups(strangers, BITS, PHOTOS)),
        "near-copies": lambda: seconds_of(lambda: near_groups(copies, BITS, PHOTOS)),
    }
    interleave(1, sides)
    seconds = interleave(ROUNDS, sides)
    for name, values in seconds.items():
        print(row(f"{PHOTOS} {name}", values, "s"))
    times = ratio(seconds["near-copies"], seconds["strangers"])
    megabytes, buildings = peak_of(copies)
    print(f"  {PHOTOS} near-copies: {megabytes:.1f} MB at once, {buildings} building")
    many, buildings_of_many = peak_of(near_copies(MANY))
    print(f"  {MANY} near-copies: {many:.1f} MB at once, {buildings_of_many} building")
    return [
        at_most("near-copies against strangers", times, RATIO_LIMIT, " times"),
        at_most(f"memory for {PHOTOS} near-copies", megabytes, MEMORY_LIMIT_MB, " MB"),
        at_most(f"memory for {MANY} near-copies", many, MEMORY_LIMIT_MB, " MB"),
        exactly("buildings of near-copies", buildings, 1),
    ]


def near_copies(count: int) -> list[bytes]:
    """Return fingerprints that differ from one photo's in up to ten bits each."""
    random = np.random.default_rng(7)
    bits = np.unpackbits(np.frombuffer(random.bytes(32), np.uint8))
    prints = np.repeat(bits[None], count, axis=0)
    for flips in range(10):
        prints[np.arange(count), random.integers(0, 256, count)] ^= flips % 2 == 0
    return [print_.tobytes() for print_ in np.packbits(prints, axis=1)]


def some_strangers(count: int) -> list[bytes]:
    """Return fingerprints of which no two are near."""
    random = np.random.default_rng(8)
    return [random.bytes(32) for _ in range(count)]


def peak_of(prints: Sequence[bytes]) -> tuple[float, int]:
    """Return the megabytes that tying takes at once, and how many buildings come out."""
    tracemalloc.start()
    groups = near_groups(prints, BITS, len(prints))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6, len(set(groups.tolist()))
