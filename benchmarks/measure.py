"""Interleaved rounds, medians, ratios, and limits that hold or don't."""

import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent
BUSY_SHARE = 0.25

Result = TypeVar("Result")


@dataclass(frozen=True)
class Verdict:
    """A limit and whether it held; None where it could not be measured here."""

    text: str
    held: bool | None

    def __str__(self) -> str:
        word = {True: "held", False: "MISSED", None: "skipped"}[self.held]
        return f"  limit: {self.text}: {word}"


def at_least(what: str, value: float, limit: float, unit: str = "") -> Verdict:
    """Judge a value that must not fall below a limit."""
    return Verdict(f"{what} at least {limit:g}{unit}, is {value:.4g}{unit}", value >= limit)


def at_most(what: str, value: float, limit: float, unit: str = "") -> Verdict:
    """Judge a value that must not rise above a limit."""
    return Verdict(f"{what} at most {limit:g}{unit}, is {value:.4g}{unit}", value <= limit)


def exactly(what: str, value: int, limit: int) -> Verdict:
    """Judge a count that must be a certain one."""
    return Verdict(f"{what} exactly {limit}, is {value}", value == limit)


def interleave(rounds: int, sides: Mapping[str, Callable[[], Result]]) -> dict[str, list[Result]]:
    """Measure all sides in turn, A B A B ..., so that what slows the machine slows all alike."""
    results: dict[str, list[Result]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, measure in sides.items():
            results[name].append(measure())
    return results


def seconds_of(work: Callable[[], object]) -> float:
    """Return the wall seconds that some work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def seconds_of_each(work: Callable[[bytes], object], photos: Sequence[bytes]) -> list[float]:
    """Return the wall seconds that some work takes for each photo."""
    return [seconds_of(partial(work, photo)) for photo in photos]


def pooled(
    rounds: int, sides: Mapping[str, Callable[[], Sequence[float]]]
) -> dict[str, list[float]]:
    """Interleave sides whose round is many measurements, and put each side's together."""
    results = interleave(rounds, sides)
    return {name: list(chain.from_iterable(found)) for name, found in results.items()}


def ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """Return the median of the ratios round by round; rounds are neighbours in time."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of all values doesn't exceed."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def row(name: str, values: Sequence[float], unit: str) -> str:
    """Return a line: the median of the rounds, and their spread."""
    middle = statistics.median(values)
    spread = f"{min(values):.4g} to {max(values):.4g} in {len(values)} rounds"
    return f"  {name:34} {middle:9.4g} {unit:12} ({spread})"


def cores() -> list[int]:
    """Return the cores that this process may use."""
    return sorted(os.sched_getaffinity(0))


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """Keep this process, and those that it starts, on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def machine() -> str:
    """Return a line on how busy this machine is with other work, looking at it for a second."""
    busy, total = _cpu_ticks()
    time.sleep(1)
    busy_after, total_after = _cpu_ticks()
    share = (busy_after - busy) / max(1, total_after - total)
    load = os.getloadavg()[0]
    noise = "; NOISY: trust the ratios, not the seconds" if share > BUSY_SHARE else ""
    return f"{len(cores())} cores, load average {load:.2f}, {share:.0%} busy before this{noise}"


def _cpu_ticks() -> tuple[int, int]:
    first = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0]
    # user, nice, system, idle, iowait, irq, softirq, steal; guest time is within user time.
    ticks = [int(cell) for cell in first.split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)
