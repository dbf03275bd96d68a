"""What the demo prints: a line a step with its seconds, a line a check, and one line at the end."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rehearsal.load import LoadReport


class StepFailed(Exception):
    """A step on which the rest depends did not do what it should."""


class Timeline:
    """Steps and checks, as they happen."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self.passed = 0
        self.failed = 0

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Time a step and print it when it is over."""
        began = time.monotonic()
        sys.stdout.write(f"{began - self._started:6.1f} s  {title}\n")
        sys.stdout.flush()
        yield
        sys.stdout.write(f"          took {time.monotonic() - began:.1f} s\n")
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """Print evidence, indented below its step."""
        for line in text.rstrip().splitlines():
            sys.stdout.write(f"          | {line}\n")

    def check(self, promise: str, *, kept: bool, found: object = "") -> None:
        """Count a promise as kept or broken, and say what was found where it is broken."""
        self.passed += kept
        self.failed += not kept
        mark = "ok  " if kept else "FAIL"
        sys.stdout.write(f"          {mark} {promise}{'' if kept else f' (found: {found})'}\n")
        sys.stdout.flush()

    def check_load(self, report: LoadReport) -> None:
        """Check that every request of a load was answered, and that there were some."""
        kept = report.failed == 0 and report.sent > 0
        self.check(f"{report.sent} requests, {report.failed} failed", kept=kept, found=report)

    def require(self, promise: str, *, kept: bool, found: object = "") -> None:
        """Check a promise that all later steps stand on; StepFailed where it is broken."""
        self.check(promise, kept=kept, found=found)
        if not kept:
            raise StepFailed(promise)

    def close(self) -> int:
        """Print the closing line and return the exit code."""
        total = time.monotonic() - self._started
        sys.stdout.write(f"{total:6.1f} s  end\n")
        sys.stdout.write(f"demo: {self.passed} checks passed, {self.failed} failed\n")
        return 1 if self.failed else 0
