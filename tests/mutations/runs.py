"""Runs tests against mutants, several at a time, each in a process of its own.

Every run has a private copy of the files. A mutated policy is written into it; mutated code is
handed to Python's import in memory, and what had imported it before is imported anew.
"""

import contextlib
import functools
import gc
import importlib
import os
import shutil
import signal
import sys
import warnings
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mutations.importing import imports_within, replace_module
from mutations.mutant import Mutant
from mutations.policy_files import REFUSED, refused
from mutations.policy_lines import REMOVED, REPLACED, UNSAID
from mutations.session import Outcome, Run, Slot, outcome_of, start
from mutations.targets import DECISIONS, MADE_ANEW, SOURCES, Checkout, of_source

WORKERS = 2
TESTS_OWN = {"tests", "conftest"}


class CheckBroken(Exception):
    """The check itself could not be made, so it says nothing about the tests."""


@dataclass(frozen=True)
class Verdict:
    """How tests took a mutant. `by` is the first that failed, "" if none did.

    REFUSED instead: the mutant is a policy that can't be read. Of each file one mutant shows that
    tests notice that, so that they needn't be run for the others.
    """

    by: str
    slow: bool = False


class Runs:
    """Room for runs, inside a session: private copies of a checkout, and all imported."""

    def __init__(self, checkout: Checkout, scratch: Path, workers: int = WORKERS) -> None:
        self._checkout = checkout
        self._slots = [Slot(scratch / f"slot-{i}") for i in range(workers)]
        self._imports: Mapping[str, frozenset[str]] = {}
        self._slow: list[str] = []
        self._found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for slot in self._slots:
            _copy(checkout, slot.files)
        sys.path[:0] = [str(self._slots[0].files / name) for name in (*SOURCES, "tests")]

    def warm_up(self) -> int:
        """Run all tests against the unmutated copy, and import what they did; return their number.

        Raises:
            CheckBroken: one fails, or there is none. Then no mutant could show anything.
        """
        parts = {
            start(Run(slot, self._checkout.tests[i :: len(self._slots)], str)): slot
            for i, slot in enumerate(self._slots)
        }
        for pid in parts:
            os.waitpid(pid, 0)
        found = [outcome_of(slot) or Outcome("it came to no end") for slot in parts.values()]
        for one in found:
            if one.failed:
                raise CheckBroken(f"without any mutant tests fail: {one.failed}\n{one.said}")
        if not any(one.tests for one in found):
            raise CheckBroken("there is no test that could notice a mutant")
        for one in found:
            _import(one.modules)
            self._slow += one.slow
        self._imports = imports_within(
            {"artifacts", "judging", "gate", "delivery", "rehearsal", "support"}
        )
        gc.collect()
        gc.freeze()  # so that children don't copy pages by counting what is on them
        return sum(one.tests for one in found)

    def judge(
        self, mutants: Sequence[Mutant], excused: Collection[str]
    ) -> Iterator[tuple[Mutant, Verdict]]:
        """Give the verdict on each mutant, in the order in which runs end.

        Those in `excused`, which no test should notice, meet the tests of their own file alone.
        """
        waiting = deque((mutant, 0) for mutant in mutants)
        free = list(self._slots)
        running: dict[int, tuple[Slot, Mutant, int]] = {}
        while waiting or running:
            while waiting and free:
                slot, (mutant, stage) = free.pop(), waiting.popleft()
                running[self._start(slot, mutant, stage)] = (slot, mutant, stage)
            pid, status = os.wait()
            slot, mutant, stage = running.pop(pid)
            free.append(slot)
            (slot.files / mutant.path).write_bytes(mutant.original)
            verdict = _verdict(mutant, slot, status)
            stages = 1 if mutant.id in excused else len(self._checkout.stages(mutant))
            if verdict.by or stage + 1 == stages:
                self._found[_alike(mutant, stage)][verdict.by] += 1
                yield mutant, verdict
            else:
                waiting.append((mutant, stage + 1))

    def _start(self, slot: Slot, mutant: Mutant, stage: int) -> int:
        if mutant.path.suffix == ".py":
            module = of_source(mutant.path)
            prepare = functools.partial(replace_module, module, mutant.mutated, self._imports)
        else:
            (slot.files / mutant.path).write_bytes(mutant.mutated)
            prepare = functools.partial(_read, slot.files, mutant)
        tests = self._checkout.stages(mutant)[stage]
        left_out = MADE_ANEW.get(mutant.kind, "")
        # A line is held by an example of its own, and whoever held the last won't hold this.
        found = {} if mutant.kind in DECISIONS else self._found[_alike(mutant, stage)]
        first = tuple(sorted(found, key=lambda name: -found[name]))
        return start(Run(slot, tests, prepare, left_out, first, tuple(self._slow), mutant.id))


def _alike(mutant: Mutant, stage: int) -> str:
    """Name the mutants that the same tests are likely to notice."""
    if stage:
        return "what the tests of its own file don't notice"
    return mutant.group if mutant.path.suffix == ".py" else mutant.kind


def _read(root: Path, mutant: Mutant) -> str:
    """Say that the policy is refused, where so much is taken from it that it may well be."""
    asked = mutant.kind in {REMOVED, UNSAID, REPLACED}
    return REFUSED if asked and refused(root, mutant.path) else ""


def _copy(checkout: Checkout, to: Path) -> None:
    for name in checkout.needed:
        if (checkout.root / name).is_dir():
            shutil.copytree(checkout.root / name, to / name)
        else:
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(checkout.root / name, to / name)


def _verdict(mutant: Mutant, slot: Slot, status: int) -> Verdict:
    found = outcome_of(slot)
    for left in slot.root.glob("pytest-of-*"):
        shutil.rmtree(left, ignore_errors=True)
    if found is None and os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        return Verdict(f"ended by {name}", slow=os.WTERMSIG(status) == signal.SIGALRM)
    if found is None or not (found.failed or found.tests):
        said = found.said if found else f"status {status}"
        raise CheckBroken(f"no tests could be run for {mutant.id}: {said}")
    return Verdict(found.failed)


def _import(names: Sequence[str]) -> None:
    """Import what the tests imported, but for the tests: those read mutated files."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            theirs = name.partition(".")[0] in TESTS_OWN or name.endswith("__main__")
            if name not in sys.modules and not theirs:
                with contextlib.suppress(ImportError):  # some are made by tests while they run
                    importlib.import_module(name)
